"""The outcomes of questions: one set of words, in the documents as in the program."""

from __future__ import annotations

from forecast.forecasts.outcome_checks import OUTCOMES_OF_TYPE
from forecast.forecasts.question import QUESTION_TYPES, QuestionType
from forecast.forecasts.resolution import OUTCOMES, WITHOUT_SCORE
from tests.support.paths import ROOT

TYPE_NAMES: dict[QuestionType, str] = {"binary": "yes or no", "options": "options", "number": "a number", "date": "a date"}


def test_the_table_of_the_documents_has_every_outcome_and_what_it_says():
    """The table in seeds/README.md is the one that the program's words make."""
    lines = []
    for outcome, says in OUTCOMES.items():
        kinds = [name for kind, name in TYPE_NAMES.items() if outcome in OUTCOMES_OF_TYPE[kind]]
        lines.append(f"| `{outcome}` | {'anything' if outcome in WITHOUT_SCORE else ', '.join(kinds)} | {says} |")
    table = "| outcome | of a question about | says |\n|---|---|---|\n" + "\n".join(lines) + "\n\n"
    assert table in (ROOT / "seeds/README.md").read_text(encoding="utf-8")


def test_every_outcome_fits_some_question():
    """Those without a score fit every type, and each of the others at least one."""
    assert set(OUTCOMES_OF_TYPE) == set(QUESTION_TYPES)
    assert {outcome for fitting in OUTCOMES_OF_TYPE.values() for outcome in fitting} == set(OUTCOMES) - WITHOUT_SCORE
