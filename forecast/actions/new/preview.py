"""The answers that a new topic's priors and rows imply, computed as an update computes them, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forecast.book.files.problems import Problem
from forecast.book.topic import Topic
from forecast.content.topic import answer_content
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import answer_questions, condition_fast
from forecast.schema.answers import AnswerContent


@dataclass(frozen=True, slots=True)
class Preview:
    """The answers to a topic's questions (contents as in a report, by name), and whether the fast engine vouches for them; or why there are none."""

    problems: tuple[Problem, ...] = ()
    answers: Mapping[str, AnswerContent] = field(default_factory=dict)
    sound: bool = True


def preview_answers(topic: Topic, today: date) -> Preview:
    """Return the answers of a topic that stands by itself, by the fast engine with an update's own settings: where that is sound, what an update publishes."""
    settings = Settings()
    if not topic.questions:
        return Preview()
    try:
        result = answer_questions(condition_fast(model_as_of(topic, today), settings), settings)
    except Unsound as unsound:
        return Preview(unsound.problems)
    answers = {name: answer_content(topic, answer) for name, answer in result.answers.items()}
    return Preview((), answers, result.posterior.diagnostics.sound)
