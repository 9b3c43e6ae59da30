"""The page of questions: each type, with a question of the example book."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from forecast.reference.keys import EXAMPLE_BOOK
from forecast.reference.markdown import code_block, markdown_table, page_text


@dataclass(frozen=True, slots=True)
class ShownType:
    """A type of question: what makes it one, what its answer is, and the question of the example book that has it."""

    heading: str
    written: str
    answer: str
    text: str
    topic: str
    name: str
    kind: str  # of its answer in a report's JSON; of a question without a model, its type


SHOWN_TYPES = (
    ShownType(
        "An event, yes or no",
        "`answer` is a condition",
        "a probability",
        "The probability is the share of simulated futures in which the condition holds. Its interval is how far the chance itself is in doubt, because parameters are.",
        "harbour",
        "storm",
        "probability",
    ),
    ShownType(
        "A number",
        "`answer` is a number that counts or measures",
        "a median with a 90 % range",
        "The distribution is that of the number over all simulated futures.",
        "harbour",
        "calls_2026",
        "distribution",
    ),
    ShownType(
        "A number that is a property of the world now",
        "`answer` is made of parameters alone",
        "a median with a 90 % range",
        "Nothing is simulated, and no `by` is needed. Where something decides it by a day, as a vote does, `by` is that day and `settled` says what decides it.",
        "harbour",
        "rate",
        "distribution",
    ),
    ShownType(
        "A date",
        "`answer` is `first(condition)`",
        "a median day, and the chance that it does not happen by `by`",
        "The day is that on which the condition first holds.",
        "harbour",
        "next_storm",
        "date",
    ),
    ShownType(
        "Which of several, by a parameter",
        "`answer` is a Categorical parameter",
        "a share for each label",
        "The prior file has the labels; the record may move their shares.",
        "harbour",
        "cause",
        "shares",
    ),
    ShownType(
        "Which of several, by conditions",
        "`choices` has a condition for each",
        "a share for each choice",
        "The conditions must exclude each other; where two hold at once, the question is not answerable.",
        "harbour",
        "season",
        "shares",
    ),
    ShownType(
        "One event of which a fraction is known",
        "`probability` is a number from 0 to 1",
        "a probability",
        "No row settles it, since its event is in none. The headline is the mean of the fraction, and the interval is that of the fraction.",
        "harbour",
        "boat_passes",
        "probability",
    ),
    ShownType(
        "If",
        "`given` is a condition beside `answer`, `probability` or `choices`",
        "the answer where the condition holds, and how likely the condition is",
        "The answer uses only the simulated futures in which the condition holds. Once the condition has failed for good, the question is void.",
        "harbour",
        "calls_if_quiet",
        "probability",
    ),
    ShownType(
        "Unless",
        "`annulled` is a condition or a probability beside `answer`",
        "the answer if it is not annulled, and the chance that it is",
        "An annulled question is counted and never scored.",
        "harbour",
        "calls_if_open",
        "probability",
    ),
    ShownType(
        "People's forecasts of an event",
        '`type = "probability"`',
        "what people say",
        "It has no model. `forecast say chess.moves 30% --why …` puts a forecast on record.",
        "chess",
        "moves",
        "probability",
    ),
    ShownType(
        "People's forecasts of a number",
        '`type = "number"` with a `unit`',
        "what people say",
        "`forecast say chess.members '40 to 60' --why …` is a 90 % interval.",
        "chess",
        "members",
        "number",
    ),
    ShownType(
        "People's forecasts of a date",
        '`type = "date"`',
        "what people say",
        "`forecast say chess.opening '2027-03-01 to 2028-06-30' --why …` is a 90 % interval.",
        "chess",
        "opening",
        "date",
    ),
    ShownType(
        "People's forecasts of options",
        '`type = "options"` with `options`',
        "what people say",
        "`forecast say chess.chair 'Ada=50% Bo=30% somebody else=20%' --why …` names them all.",
        "chess",
        "chair",
        "options",
    ),
)
QUESTIONS_WORDS = """A question stands in `topic.toml` under `[questions.NAME]`; [its keys](topics.md#questionsname) are listed elsewhere. Which type it is follows from the key that answers it.

The examples are questions of the [example book](../examples/), which is a whole book: copy the folder, go into it, and run `forecast update --as-of 2026-01-15`."""


def questions_page() -> str:
    """Return the text of the page; raise ``KeyError`` where the example book lacks a question."""
    rows = [(f"[{its.heading}](#{_anchor(its.heading)})", its.written, its.answer) for its in SHOWN_TYPES]
    parts = [QUESTIONS_WORDS, markdown_table(("type", "what makes it one", "its answer"), rows)]
    for its in SHOWN_TYPES:
        parts += [f"## {its.heading}", f"{its.written[:1].upper()}{its.written[1:]}. {its.text}", code_block(_example(its), "toml")]
    return page_text("Types of question", parts)


def _example(its: ShownType) -> str:
    """A question's table as the example book has it."""
    text = (EXAMPLE_BOOK / "seeds" / its.topic / "topic.toml").read_text(encoding="utf-8")
    head = f"[questions.{its.name}]"
    if its.name not in tomllib.loads(text)["questions"]:
        raise KeyError(its.name)
    lines = text[text.index(head) :].splitlines()
    last = next((number for number, line in enumerate(lines) if number and line.startswith("[")), len(lines))
    return "\n".join(lines[:last]).rstrip()


def _anchor(heading: str) -> str:
    return heading.lower().replace(",", "").replace("'", "").replace(" ", "-")


def question_kinds() -> Mapping[tuple[str, str], str]:
    """Return the kind of answer of each question on the page, by topic and name."""
    return {(its.topic, its.name): its.kind for its in SHOWN_TYPES}
