"""What people answer a question with that has no model, as its words ask for it: a chance, a number in a unit, a date, or one of several options."""

from __future__ import annotations

import re

from forecast.actions.new.question_words import SHARE_ASKED, form_of
from forecast.book.topic import JudgedQuestion

_WHICH = re.compile(r"(?:who|whose|whom|which)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"how\s+many\s+(?!of\b)(?P<unit>\w+(?:\s+\w+){0,2}?)\s+(?:will|would|shall|can|could|may|might|is|are|was|were|do|does|did|has|have|had|come|in|by|of|on|at)\b",
    re.IGNORECASE,
)
OPTIONS_HINT = "name them, as in --answer 'red, blue, none of them'"
OPTIONS_TYPED = "with a comma between two, as in red, blue, none of them"  # where no option can be typed


def options_fault(asks: str) -> tuple[str, str] | None:
    """Return the message and the hint on a question that asks which of several, while nobody named them; None for others."""
    if not _WHICH.match(asks.strip()) or form_of(asks):
        return None
    return "this asks which of several, and they are not named", OPTIONS_HINT


def options_of_answer(answer: str) -> tuple[str, ...]:
    """Return the options in a list with commas."""
    return tuple(part.strip() for part in answer.split(",") if part.strip())


def answer_fault(answer: str) -> tuple[str, str] | None:
    """Return the message and the hint on an answer of people that names no options; None where it names some, or is empty."""
    return ("a choice has two options at least", OPTIONS_HINT) if len(options_of_answer(answer)) == 1 else None


def answered_with(question: JudgedQuestion) -> str:
    """Return what a question that people answer is answered with."""
    if question.type == "options":
        return f"a chance for each of {', '.join(question.options)}"
    return {"probability": "a chance", "number": f"a number, in {question.unit}", "date": "a date"}[question.type]


def judged_type(asks: str, answer: str) -> dict[str, str]:
    """Return the keys of a judged question that its words decide, its type and rule among them; an ``answer`` names its options."""
    form = form_of(asks)
    if answer:
        rule = "The option that has come true by the end of that day."
        return {"type": "options", "options": ", ".join(options_of_answer(answer)), "settled": rule}
    if form == "number":
        return {"type": "number", "unit": unit_in_words(asks), "settled": "The number at the end of that day."}
    return {"type": "date", "settled": "The day on which it happens."} if form == "date" else {}


def unit_in_words(asks: str) -> str:
    """Return in what a question for a number is answered, as "people" of "How many people will come?"; ``units`` where its words do not say."""
    if SHARE_ASKED.match(asks.strip()):
        return "per cent"
    match = _COUNTED.match(asks.strip())
    return "units" if match is None else match["unit"]
