"""How well a book would have forecast the questions that its record has settled, and what its ledger said of them; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Problem, has_errors
from forecast.book.ledger import read_ledger
from forecast.book.reading import read_book
from forecast.book.topic import Question, Topic
from forecast.book.written_priors import priors_published
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.ledger_forecasts import MODEL, LedgerForecasts, ledger_forecasts
from forecast.forecasts.own_questions import hash_as_asked
from forecast.forecasts.times import SECONDS_A_DAY
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.hindcasts import Hindcast, hindcasts
from forecast.insight.record_events import Every
from forecast.insight.settled_scores import AnswerOrigin, SettledScore, score_settled_question
from forecast.model.errors import Unsound
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Settings


@dataclass(frozen=True, slots=True)
class HindcastScores:
    """The scores as of a day in the order of the book, and what must be said with them.

    ``others`` are settled questions that are not scored here; ``priors_since`` says since when the ledger has published each topic's priors,
    None where it has not; ``first_line`` is the day of the ledger's first line; ``left_out`` are topics that cannot be replayed, and why.
    """

    until: date
    scores: tuple[SettledScore, ...] = ()
    others: tuple[str, ...] = ()
    priors_since: Mapping[str, date | None] = field(default_factory=lambda: MappingProxyType({}))
    first_line: date | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    def scores_from(self, origin: AnswerOrigin) -> tuple[SettledScore, ...]:
        """The scores from one origin."""
        return tuple(its for its in self.scores if its.origin == origin)


@dataclass(frozen=True, slots=True)
class _Replays:
    """What replaying every topic gave."""

    hindcasts: tuple[tuple[Topic, Hindcast], ...]
    others: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def hindcast_scores(
    root: Path,
    *,
    topics: Sequence[str] | None = None,
    until: date,
    settings: Settings,
    every: Every = "week",
    progress: Progress = ignore_progress,
) -> HindcastScores:
    """Return the scores of all yes-or-no questions of a book, or of some topics, that the record settles as of a day: by replay, and of what the ledger said.

    A replay has regular days, ``every`` so often, and those of news.  Topics that bring their own model are left out, and named.
    """
    book, problems = read_book(root, topics)
    entries, broken = read_ledger(Folder(root))
    if has_errors((*problems, *broken)):
        return HindcastScores(until, problems=(*problems, *broken))
    replays = _replay_topics(book.topics, until, settings, every, progress)
    return HindcastScores(
        until,
        tuple(_scores(replays.hindcasts, ledger_forecasts(entries), until)),
        replays.others,
        {topic.name: priors_published(topic, entries) for topic in {its.name: its for its, _ in replays.hindcasts}.values()},
        _first_day(entries),
        replays.left_out,
    )


def _replay_topics(topics: Mapping[str, Topic], until: date, settings: Settings, every: Every, progress: Progress) -> _Replays:
    found: list[tuple[Topic, Hindcast]] = []
    others: list[str] = []
    left_out: list[tuple[str, str]] = []
    for done, (name, topic) in enumerate(topics.items()):
        progress(f"replaying {name}", done, len(topics))
        if topic.own is not None:
            left_out.append((name, "it brings its own model"))
            continue
        try:
            made = hindcasts(with_carried_posteriors(topic, until, settings), until, settings, every=every)
        except Unsound as unsound:
            left_out.append((name, unsound.problems[0].message))
            continue
        found += [(topic, hindcast) for hindcast in made.hindcasts]
        others += [f"{name}.{question}" for question in made.others]
    return _Replays(tuple(found), tuple(others), tuple(left_out))


def _scores(found: Sequence[tuple[Topic, Hindcast]], published: Mapping[str, LedgerForecasts], today: date) -> Iterator[SettledScore]:
    """The scores of each question from every origin; the base rate is that of the questions with which it stands: those that are due, or the others."""
    outcomes: dict[bool, list[int]] = {True: [], False: []}
    for _, its in found:
        outcomes[its.settled.is_due(today)].append(its.settled.outcome)
    rates = {due: sum(those) / len(those) for due, those in outcomes.items() if those}
    for topic, hindcast in found:
        question, ledger = hindcast.settled.question, published.get(topic.name, LedgerForecasts())
        said: Mapping[AnswerOrigin, Sequence[tuple[float, float]]] = {
            "replay": [(float(point.day.toordinal()), point.probability) for point in hindcast.points],
            "ledger": [(_days(at), probability) for at, probability in _probabilities(ledger.forecasts, question)],
            "ledger hindcasts": [(float(at.toordinal()), probability) for at, probability in _probabilities(ledger.hindcasts, question)],
        }
        for origin, moments in said.items():
            rate = rates[hindcast.settled.is_due(today)]
            scored = score_settled_question(topic.name, hindcast, moments, origin, today=today, base_rate=rate)
            if scored is not None:
                yield scored


def _probabilities(forecasts: Sequence[Forecast], question: Question) -> list[tuple[datetime, float]]:
    """When the model said what of a question as it is asked now, or as far as a line without a hash can tell, oldest first."""
    asked = hash_as_asked(question)
    those = [its for its in forecasts if its.who == MODEL and its.question == question.name and its.asked in {asked, ""}]
    said = sorted(those, key=lambda its: its.at)
    return [(its.at, its.value) for its in said if its.form == "probability" and isinstance(its.value, float)]


def _days(moment: datetime) -> float:
    """A moment in days, as ``date.toordinal`` counts them."""
    return moment.toordinal() + (moment - datetime.combine(moment.date(), time.min, moment.tzinfo)).total_seconds() / SECONDS_A_DAY


def _first_day(entries: Sequence[Mapping[str, Any]]) -> date | None:
    return min((date.fromisoformat(entry["made"]) for entry in entries), default=None)
