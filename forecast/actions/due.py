"""What is due: questions that wait for their resolution, forecasts that have run out or grown old, and what closes soon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import Literal

from forecast.actions.cache import newest_report
from forecast.actions.records import as_warnings, settled_in
from forecast.actions.say import own_name
from forecast.actions.settled import SettledAnswer, is_asked_still, resolve_command
from forecast.book.files.folder import Folder
from forecast.book.files.layout import root_problem
from forecast.book.files.problems import Problem, sort_problems
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.forecasts.mass_before import mass_before
from forecast.forecasts.own_questions import own_terms
from forecast.forecasts.reading import collection_names, read_collection, read_topic_record
from forecast.forecasts.record import ForecastRecord, standing_resolutions
from forecast.forecasts.terms import AskedKey, QuestionTerms, asked_key, terms_of_record
from forecast.forecasts.timelines import Timeline, timelines
from forecast.forecasts.times import days_of_moment
from forecast.forecasts.value_words import percent_words

type DueState = Literal["overdue", "waits for its source", "forecast expired", "forecast partly past", "forecast stale", "closes soon"]


@dataclass(frozen=True, slots=True)
class DueLimits:
    """From when on something is due.

    Days after its close until which a question waits for its source, the age in days at which a forecast is stale, the
    share of a date's forecast that may lie in the past, and the days before a close that are soon.
    """

    waits: int = 7
    stale: int = 30
    past: float = 0.05
    soon: int = 7


@dataclass(frozen=True, slots=True)
class DueQuestion:
    """A question with what is due of it, since or until when, in words, and the command to run; ``asked`` is the hash of its wording."""

    question: str
    asked: str
    state: DueState
    day: datetime
    sentence: str
    command: str


@dataclass(frozen=True, slots=True)
class DueResult:
    """All that is due, the most urgent first; or problems."""

    due: tuple[DueQuestion, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Origin:
    """A record, its questions, and what the rows of its topic have decided, by question."""

    record: ForecastRecord
    terms: Mapping[AskedKey, QuestionTerms]
    topic: Topic | None = None
    decided: Mapping[str, SettledAnswer] = field(default_factory=dict)


ORDER: tuple[DueState, ...] = (
    "overdue",
    "waits for its source",
    "forecast expired",
    "forecast partly past",
    "forecast stale",
    "closes soon",
)


def due_questions(root: Path, *, now: datetime, who: str = "", limits: DueLimits | None = None) -> DueResult:
    """Return what is due at a moment in all topics and collections; ``who`` is whose forecasts are looked at, one's own where it is empty.

    Topics with errors are left out, with their problems as warnings.
    """
    if (missing := root_problem(root)) is not None:
        return DueResult(problems=(missing,))
    book, problems = read_book(root)
    gathered = [problem for problem in problems if problem.level == "error"]
    folder = Folder(root)
    found: list[DueQuestion] = []
    for topic in book.topics.values():
        record, wrong = read_topic_record(folder, topic.name)
        gathered += wrong
        decided = {its.name: its for its in settled_in(newest_report(root, topic)) if is_asked_still(topic, its)}
        origin = _Origin(record, terms_of_record(record, own_terms(topic)), topic, decided)
        found += _due_in(origin, now, who, limits or DueLimits())
    for name in collection_names(folder):
        record, wrong = read_collection(folder, name)
        gathered += wrong
        found += _due_in(_Origin(record, terms_of_record(record)), now, who, limits or DueLimits())
    found.sort(key=lambda its: (ORDER.index(its.state), its.day, its.question))
    return DueResult(tuple(found), as_warnings(sort_problems(tuple(gathered))))


def _due_in(origin: _Origin, now: datetime, who: str, limits: DueLimits) -> Iterator[DueQuestion]:
    record = origin.record
    whose = who or own_name(record)
    resolved = {asked_key(record, *key) for key in standing_resolutions(record)}
    mine = {asked_key(record, its.question, its.asked): its for its in timelines(record) if its.who == whose}
    forecast_at_all = {asked_key(record, its.question, its.asked) for its in record.forecasts}
    for key, terms in origin.terms.items():
        if key in resolved or not (terms.is_asked or key in forecast_at_all):
            continue
        ended = _due_of_ended(origin, terms, now, limits)
        if ended is not None:
            yield ended
        elif terms.is_asked:
            yield from _due_of_open(origin, terms, mine.get(key), now, limits)


def _due_of_ended(origin: _Origin, terms: QuestionTerms, now: datetime, limits: DueLimits) -> DueQuestion | None:
    """What is due of a question that has closed, or that rows have decided; None of one that is open."""
    asked, topic = terms.question, origin.topic
    address = origin.record.address(asked.id)
    wording = "" if terms.is_asked else f" --asked {asked.asked}"
    closes = asked.actual_close or asked.scheduled_close
    answer = origin.decided.get(asked.id) if terms.is_asked else None
    if answer is not None and topic is not None:
        command = resolve_command(topic, answer, topic.questions[asked.id])
        return DueQuestion(address, asked.asked, "overdue", closes or now, f"its rows already answer it: {answer.words}", command)
    if closes is None or closes > now:
        return None
    command = f'forecast resolve {quote(address)} OUTCOME{wording} --on {closes.date()} --source "..."'
    command += "  # or import a newer file" if origin.record.is_imported else ""
    state: DueState = "waits for its source" if now - closes <= timedelta(days=limits.waits) else "overdue"
    return DueQuestion(address, asked.asked, state, closes, f"closed on {closes.date()} and is not resolved", command)


def _due_of_open(origin: _Origin, terms: QuestionTerms, mine: Timeline | None, now: datetime, limits: DueLimits) -> Iterator[DueQuestion]:
    """What is due of a question that is open: its close, and the last forecast of one person."""
    asked = terms.question
    address = origin.record.address(asked.id)
    command = f'forecast say {quote(address)} VALUE --why "..."'

    def due(state: DueState, day: datetime, sentence: str) -> DueQuestion:
        return DueQuestion(address, asked.asked, state, day, sentence, command)

    closes = asked.actual_close or asked.scheduled_close
    if closes is not None and closes - now <= timedelta(days=limits.soon):
        yield due("closes soon", closes, f"closes on {closes.date()}" + ("" if mine is not None and mine.spans else "; without a forecast"))
    if mine is None or not mine.spans:
        return
    last = mine.spans[-1]
    if last.end is not None and last.end <= now:
        if last.forecast.until == last.end:  # a withdrawal is no lapse
            yield due("forecast expired", last.end, f"the forecast of {last.start.date()} held until {last.end:%Y-%m-%d %H:%M} UTC")
        return
    if asked.type == "date":
        past = mass_before(last.forecast, days_of_moment(now), asked.scale)
        if past is not None and past > limits.past:
            yield due(
                "forecast partly past",
                last.start,
                f"{percent_words(round(past, 3))} of the forecast of {last.start.date()} lies before now",
            )
    age = now - last.start
    if age > timedelta(days=limits.stale):
        yield due("forecast stale", last.start, f"the forecast of {last.start.date()} is {age.days} days old")
