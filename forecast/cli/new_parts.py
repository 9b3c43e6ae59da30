"""What the dialogue of ``forecast new`` asks of a number taken apart: the formula first, then what is believed of each part it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.cli.belief_lines import print_belief
from forecast.cli.elicit.prompts import ask, ask_agreed, typed_reason
from forecast.cli.lines import echo
from forecast.language.faults import Fault

if TYPE_CHECKING:
    from forecast.actions.new.topics import TopicAnswers

FORMULA_EXAMPLE = "as in homes * pianos / tuned_by_one"
PART_EXAMPLES = "As in 20k to 60k (nine chances in ten), about 30 (half to twice that), 1 to 8 % of a share, 3 of 20; a unit may stand behind, as in 20 to 60 homes."


def ask_formula_and_parts(root: Path, answers: TopicAnswers, today: date) -> TopicAnswers:
    """Ask for the answer as a formula, where none is given, and for a range of each part that it names and that has none; of other kinds nothing."""
    from forecast.actions.new.own_parts import takes_formula
    from forecast.actions.new.said_parts import parts_of_answer

    if not takes_formula(answers.kind):
        return answers
    if not answers.own.answer:
        answers = replace(answers, own=replace(answers.own, answer=_ask_formula(root, answers, today)))
    for part in parts_of_answer(answers, today):
        if part not in answers.own.priors:
            answers = _with_part(root, answers, part, today)
    return answers


def _ask_formula(root: Path, answers: TopicAnswers, today: date) -> str:
    """The answer in parts of one's own: a formula, or the names of what is multiplied."""
    from forecast.actions.new.own_parts import formula_of_words
    from forecast.actions.new.said_parts import check_parts

    def parse(text: str) -> str:
        if not text:
            raise Fault("a formula is needed", hint=f"{FORMULA_EXAMPLE}; what is multiplied alone may be named, as in homes, share")
        formula = formula_of_words(answers.kind, answers.own.asks, text)
        check_parts(root, replace(answers, own=replace(answers.own, answer=formula)), today)
        return formula

    echo("What does the number come from? Name its parts, in words of your own joined by _, and say how they make it.")
    return ask(f"The formula, {FORMULA_EXAMPLE}:", parse)


def _with_part(root: Path, answers: TopicAnswers, part: str, today: date) -> TopicAnswers:
    """The answers with what is believed of a part, and why."""
    from forecast.actions.new.said_parts import belief_of_part

    def show(text: str) -> None:
        if not text:
            raise Fault(f"a range of `{part}` is needed", hint="a wide one says that little is known")
        if (belief := belief_of_part(root, answers, part, text, today)) is not None:
            print_belief(belief)

    echo()
    echo(f"What do you believe of `{part}`? {PART_EXAMPLES}")
    said = ask_agreed(f"Its range, in the unit that `{answers.own.answer}` needs:", show)
    own = replace(answers.own, priors={**answers.own.priors, part: said})
    reason = ask("Why? A sentence; Enter for none so far:", typed_reason)
    return replace(answers, own=replace(own, reasons={**own.reasons, part: reason}) if reason else own)
