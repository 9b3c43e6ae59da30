"""What a topic's priors alone say of its questions, from the day on which it opens: prior predictive answers; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from forecast.actions.check import read_checked_book
from forecast.book.files.problems import Problem, has_errors
from forecast.book.topic import Topic
from forecast.book.variant_choice import choose_variant
from forecast.content.topic import answer_content
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.published import published_answers
from forecast.model.custom_model import trust_problems
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.schema.answers import AnswerContent


@dataclass(frozen=True, slots=True)
class PriorPredictiveAnswers:
    """The answers (contents by question) before any row, and the day that they are as of; or problems."""

    problems: tuple[Problem, ...] = ()
    answers: Mapping[str, AnswerContent] = field(default_factory=dict)
    as_of: date | None = None


def prior_predictive_answers(root: Path, name: str, *, settings: Settings, variant: str = "") -> PriorPredictiveAnswers:
    """Return the prior predictive answers of a topic; of one with variants those of all by their stated weights, or of one ``variant``.

    No row of the topic is used: all is simulated from the day on which the topic opens.  Posteriors of
    other topics that its priors link to are those of that day.  (Gelman et al., Bayesian Data Analysis, 3rd edition, section 6.3.)
    """
    book, problems = read_checked_book(root, [name])
    if has_errors(problems):
        return PriorPredictiveAnswers(problems)
    topic = book.topics[name]
    if refused := trust_problems([topic], trust=settings.trust):
        return PriorPredictiveAnswers(refused)
    if variant:
        chosen, problems = choose_variant(topic, variant)
        if chosen is None:
            return PriorPredictiveAnswers(problems)
        topic = chosen
    bare = without_rows(topic)
    try:
        answers = published_answers(
            with_carried_posteriors(bare, topic.opens, settings), topic.opens, replace(settings, chances=False)
        ).answers
    except Unsound as unsound:
        return PriorPredictiveAnswers(unsound.problems)
    return PriorPredictiveAnswers((), {question: answer_content(bare, its) for question, its in answers.items()}, topic.opens)


def without_rows(topic: Topic) -> Topic:
    """Return a topic of which nothing has been recorded, and its variants likewise; weighed as they are stated."""
    streams = {name: replace(stream, rows=()) for name, stream in topic.streams.items()}
    variants = {name: replace(its, topic=without_rows(its.topic)) for name, its in topic.variants.items()}
    return replace(topic, streams=streams, variants=variants)
