"""What the dialogue of ``forecast new`` asks of a measured level where the question names no threshold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from forecast.cli.elicit.prompts import ask
from forecast.language.faults import Fault

if TYPE_CHECKING:
    from forecast.actions.new.topics import TopicAnswers

THRESHOLD_EXAMPLE = "as in above 20, or below 5 cm"


def ask_threshold(answers: TopicAnswers) -> TopicAnswers:
    """The answers with the threshold that a question of yes or no is about, where it is about a level and nobody has said which."""
    from forecast.actions.new.missing_inputs import lacks_threshold
    from forecast.actions.new.question_answers import answer_for_words, level_unit
    from forecast.actions.new.templates import first_answer

    own = answers.own
    if not own.asks_own or not lacks_threshold(answers.kind, own.asks, own.answer):
        return answers
    asks = ask(f"Which threshold decides, {THRESHOLD_EXAMPLE}:", _question_with)
    answer = answer_for_words(answers.kind, asks, first_answer(answers.kind))
    return replace(answers, own=replace(own, answer=answer, unit=own.unit or level_unit(answers.kind, asks) or ""))


def _question_with(text: str) -> str:
    """A question with the threshold that somebody typed."""
    from forecast.actions.new.comparisons import named_comparison

    for asks in (f"Will it be {text}?", f"Will it be above {text}?"):
        if text and named_comparison(asks) is not None:
            return asks
    raise Fault("a threshold is needed" if not text else f"`{text}` names no threshold", hint=THRESHOLD_EXAMPLE)
