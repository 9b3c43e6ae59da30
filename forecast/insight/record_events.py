"""What became known on which day, and the days on which a question was settled: what a replay must stop at.

Between two such days nothing is learnt but that nothing happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Literal

from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.linked_topics import all_sources
from forecast.book.rows import is_gradual, is_quiet, row_names
from forecast.book.topic import Question, Row, Stream, Topic
from forecast.insight.event_clauses import point_clause, row_clause
from forecast.model.clock import years_between
from forecast.model.errors import Unsound
from forecast.model.forward_streams import has_future
from forecast.model.model import Model, model_as_of
from forecast.model.record import known_points
from forecast.predict.paths import Paths
from forecast.predict.settlement import status_of
from forecast.schema.words import day as day_in_words
from forecast.schema.words import day_range
from forecast.sentences.news import UPDATED

MOST_DAYS_LOOKED_AT = 400  # for a question's settlement; a longer record is searched
LONG_YEARS, VERY_LONG_YEARS = 10, 30  # of a record: from here on a quarter's, and a year's end is often enough

type Every = Literal["day", "week", "month", "quarter", "year"]


def news(topic: Topic, until: date) -> dict[date, list[str]]:
    """Return what became known on each day up to ``until``, in words: rows that are not quiet time, and points of series.

    Behind each stand the days that it is of, whether it is an update of another row, and the title of the topic, of those that its links lead to,
    whose record it is in.  What was known before the topic opened is no news.
    """
    events: dict[date, list[str]] = {}
    for source in (topic, *all_sources(topic).values()):
        where = () if source is topic else (f"from “{source.title}”",)
        for day, texts in _own_news(source, topic.opens, until, where).items():
            events.setdefault(day, []).extend(texts)
    return {day: events[day] for day in sorted(events)}


def _own_news(topic: Topic, opens: date, until: date, where: tuple[str, ...]) -> dict[date, list[str]]:
    """What became known of a topic's own streams and series from one day to another."""
    events: dict[date, list[str]] = {}
    for stream in topic.streams.values():
        for row, is_update in _rows_of_news(stream):
            if opens <= row.known <= until:
                updated = (UPDATED,) if is_update else ()
                about = ", ".join((day_range(row.start, row.end), *updated, *where))
                events.setdefault(row.known, []).append(f"{row_clause(stream, row)} ({about})")
    for series in topic.series.values():
        for point in series.points:
            if opens <= point.known <= until:
                about = ", ".join((f"from {day_in_words(point.day)} on", *where))
                events.setdefault(point.known, []).append(f"{point_clause(series, point.value)} ({about})")
    return events


def _rows_of_news(stream: Stream) -> Iterator[tuple[Row, bool]]:
    """Each row but quiet time and those that another, known on the same day, replaces; and whether it takes the place of one known on an earlier day.

    Quiet time is known from its first day on.
    """
    rows = [row for row in stream.rows if not is_gradual(row, stream)]
    replacing = {row.replaces: row for row in rows if row.replaces}
    replaced: dict[str, Row] = {}
    hidden: set[int] = set()
    for at, row in enumerate(rows if replacing else ()):
        for name in row_names(row) & replacing.keys():
            if replacing[name].known == row.known:
                replaced[name] = row
                hidden.add(at)
    for at, row in enumerate(rows):
        if at not in hidden:
            yield row, _replaces_older(row, replaced)


def _replaces_older(row: Row, same_day: Mapping[str, Row]) -> bool:
    """Whether a row takes the place of one that was known on an earlier day, itself or through those of its own day."""
    while row.replaces in same_day:
        row = same_day[row.replaces]
    return bool(row.replaces)


def thin_days(days: Sequence[date], most: int) -> Sequence[date]:
    """Return days as they are or, of more than ``most``, so many evenly spaced among them, the first and the last included."""
    if len(days) <= most:
        return days
    return [days[round(place * (len(days) - 1) / (most - 1))] for place in range(most)]


def state_of(model: Model) -> object:
    """Return what a model knows apart from quiet time: two days with equal states differ in nothing else."""
    rows = {name: tuple(row for row in record.rows if not is_quiet(row, record.stream)) for name, record in model.records.items()}
    points = {name: tuple(known_points(series, model.as_of)) for name, series in model.topic.series.items()}
    linked = {(name, label): model.topic.parameters[name].statement_for(label).text for name, label in model.topic.links}
    return rows, points, linked


def settlement_days(topic: Topic, until: date, parameters: Mapping[str, NDArray[Any]]) -> dict[str, date | None]:
    """Return the first day as of which the record settles each question, by replay; None where it is open as of ``until``.

    A status changes only on a day on which something becomes known or on the
    question's own date.  Of more than 400 such days some are looked at, and between two of them the day is found by halving: a
    status that changes back in between is then not seen.  ``parameters`` are a few draws, for conditions that
    depend on them.
    """
    rows = [row for stream in topic.streams.values() for row in stream.rows]
    questions = {name: question for name, question in topic.questions.items() if question.by is not None}
    asked = {question.by for question in questions.values() if question.by is not None}
    days = sorted(day for day in {until, topic.opens, *asked, *(row.known for row in rows), *(row.start for row in rows)} if day <= until)
    looked_at = thin_days(days, MOST_DAYS_LOOKED_AT)
    settled: dict[str, date | None] = dict.fromkeys(topic.questions)
    for day in looked_at:
        for name in _settled_on(day, topic, [name for name in questions if settled[name] is None], parameters):
            settled[name] = day
    if len(looked_at) == len(days):
        return settled
    return {name: _first_settled(name, day, days, looked_at, topic, parameters) for name, day in settled.items()}


def _settled_on(day: date, topic: Topic, names: Sequence[str], parameters: Mapping[str, NDArray[Any]]) -> list[str]:
    """Which of some questions the record settles as of a day."""
    settled: list[str] = []
    with suppress(Unsound, LookupError):  # nothing is said as of such a day, so nothing is settled on it
        model = model_as_of(topic, day)
        settled.extend(name for name in names if _is_settled(topic.questions[name], model, parameters))
    return settled


def _first_settled(
    name: str, known: date | None, days: Sequence[date], looked_at: Sequence[date], topic: Topic, parameters: Mapping[str, NDArray[Any]]
) -> date | None:
    """The first of ``days`` as of which a question is settled, as it is on the day ``known``, found by halving those since the last that was looked at."""
    if known is None:
        return None
    high, low = days.index(known), max((days.index(day) for day in looked_at if day < known), default=-1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _settled_on(days[middle], topic, [name], parameters) else (middle, high)
    return days[high]


def history_interval(*, since: date, until: date) -> Every:
    """Return how often a history of some length is to be looked at, so that it has about a hundred regular days."""
    years = years_between(since, until)
    return "month" if years < LONG_YEARS else "quarter" if years < VERY_LONG_YEARS else "year"


def _is_regular(day: date, since: date, every: Every) -> bool:
    match every:
        case "day":
            return True
        case "week":
            return (day - since).days % 7 == 0
        case "month" | "quarter" | "year":
            following = day + ONE_DAY
            return following.day == 1 and (following.month - 1) % {"month": 1, "quarter": 3, "year": 12}[every] == 0


def _is_settled(question: Question, model: Model, parameters: Mapping[str, NDArray[Any]]) -> bool:
    starts = {name: model.records[name].through + ONE_DAY for name, stream in model.topic.streams.items() if has_future(stream)}
    return status_of(question, model, Paths(model, parameters, (), {}, starts)) != "open"


def days_at_interval(*, since: date, until: date, every: Every, also: Iterable[date]) -> tuple[date, ...]:
    """Return the days of a history: every day, week (from ``since``), or end of a month, quarter or year, and ``also``, and the last day."""
    span = [date.fromordinal(ordinal) for ordinal in range(since.toordinal(), until.toordinal() + 1)]
    marked = {*also, since, until}
    return tuple(day for day in span if day in marked or _is_regular(day, since, every))
