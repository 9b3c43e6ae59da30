"""Reading a book with all its problems, and what its priors say: what every command does first.

It stands apart from the story of an update, so that checking a book does not pay
for what only reports need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from forecast.actions.cache import cached_implications, edited_rows, newest_report, warnings_of
from forecast.actions.ledger import check_whole_ledger, read_known_ledger
from forecast.actions.market_files import problems_of_contracts, problems_of_quotes
from forecast.actions.records import problems_of_records
from forecast.actions.relations import relation_problems
from forecast.actions.unprojected import unprojected_total_problems
from forecast.actions.unrevised_reasons import unrevised_reasons
from forecast.book.calendar import ONE_DAY
from forecast.book.files.folder import Folder
from forecast.book.files.problems import Problem, has_errors, limit_problems, sort_problems
from forecast.book.files.shapes import VARIANTS
from forecast.book.ledger import read_ledger
from forecast.book.linked_topics import linked_names
from forecast.book.reading import read_book
from forecast.book.record_columns import record_columns
from forecast.book.rows import row_hashes
from forecast.book.topic import BASE, Book, Topic
from forecast.cache.store import Store
from forecast.elicitation.parameter_summary import ParameterSummary, summarise_priors
from forecast.language.expressions import walk
from forecast.model.custom_model import trust_problem
from forecast.model.errors import Unsound, place_problem, prior_problem, topic_problem
from forecast.model.horizon import check_horizon
from forecast.model.links import without_linked
from forecast.model.model import model_as_of
from forecast.model.used_names import expressions_used

MOST_WORK = 1_000_000  # parts of expressions that are worked out to ask that, a few seconds
MOST_IMPLICATION_STEPS = 240  # of the futures they are worked out on
MOST_ASKED = 8  # topics whose numbers have changed since their report, and which a check asks what their priors imply


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A book as read, its problems, and every prior with its points (none where there are errors).

    ``unasked`` are the topics of whose priors nobody has asked yet what they imply.
    """

    book: Book
    problems: tuple[Problem, ...]
    priors: Mapping[str, tuple[ParameterSummary, ...]]
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowReference:
    """A row as it is named: its place in its file, its hash, its days and its value."""

    place: str
    hash: str
    days: str
    value: str


def rows_of(book: Book) -> tuple[RowReference, ...]:
    """Return every row of a book's streams with the hash by which a later row can replace it."""
    return tuple(
        RowReference(
            f"{row.place.path}:{row.place.line}",
            hashed,
            str(row.start) if row.start == row.end else f"{row.start} to {row.end}",
            row.value_text,
        )
        for topic in book.topics.values()
        for stream in topic.streams.values()
        for row, hashed in zip(stream.rows, row_hashes(stream.rows), strict=True)
    )


def check(root: Path, topics: Sequence[str] | None, *, as_of: date, cache: Path | None = None, deep: bool = False) -> CheckResult:
    """Read a book and check it whole, its priors echoed as 5, 50 and 95 % points.

    ``cache`` is the folder that says how far the ledger was read before; from there on it is checked, and with ``deep`` all of it.
    """
    store = Store(cache, as_of)
    entries, broken = read_known_ledger(Folder(root), store)
    if deep:
        broken = (*broken, *check_whole_ledger(Folder(root), store))
    book, problems, reports = _read(root, topics, entries)
    on_record = (
        *problems_of_records(book, reports, collections=topics is None),
        *relation_problems(book, whole=topics is None),
        *problems_of_contracts(root, book, topics=topics),
        *problems_of_quotes(root, book),
    )
    problems = sort_problems((*problems, *broken))
    if has_errors(problems):
        return CheckResult(book, sort_problems((*problems, *on_record)), {})
    priors: dict[str, tuple[ParameterSummary, ...]] = {}
    gathered: list[Problem] = [_own_code_warning(topic) for topic in book.topics.values() if topic.own is not None]
    for topic in book.topics.values():
        try:
            priors[topic.name] = _prior_summaries(topic, as_of)
            priors |= _variant_priors(topic, as_of)
        except Unsound as unsound:
            gathered += unsound.problems
    if has_errors(tuple(gathered)):
        return CheckResult(book, sort_problems((*problems, *gathered, *on_record)), {})
    implied, unasked = _prior_implications(book, reports, as_of)
    answered = [problem for topic in book.topics.values() for problem in _already_answered_warnings(topic, entries, as_of)]
    settled = [problem for topic in book.topics.values() for problem in _settled_scenario_warnings(topic, as_of)]
    unrevised = [note for name, topic in book.topics.items() for note in unrevised_reasons(topic, reports[name])]
    warned = (*implied, *answered, *settled, *unrevised, *future_date_warnings(book, as_of))
    return CheckResult(book, sort_problems((*problems, *gathered, *warned, *on_record)), priors, unasked)


def _already_answered_warnings(topic: Topic, entries: Sequence[Mapping[str, Any]], as_of: date) -> Iterator[Problem]:
    """Warn of questions that rows up to the day they were asked answer: the day they were first published or, where they have not been, today."""
    if all(question.since is not None or question.by is None for question in topic.questions.values()):
        return
    from forecast.predict.answered_before import questions_answered_before  # not needed where questions say from when they count

    published: dict[str, date] = {}
    for entry in entries:
        if entry["topic"] == topic.name and not entry["hindcast"]:
            published.setdefault(entry["question"], date.fromisoformat(entry["as_of"]))
    asked = {name: published.get(name, as_of) for name in topic.questions}
    for question, answer in questions_answered_before(topic, asked, as_of):
        day = asked[question.name]
        when = f"{day}, when it was first published," if question.name in published else f"today ({day})"
        hint = f"`since = {day + ONE_DAY}` counts from the day after; `since = {topic.opens}` says that the whole record is meant"
        problem = topic_problem(topic, ("questions", question.name), f"rows up to {when} already answer this question: {answer}", hint)
        yield replace(problem, level="warning")


def _settled_scenario_warnings(topic: Topic, as_of: date) -> Iterator[Problem]:
    """Warn of scenarios that the record has settled: they are branches no longer, and have no answers."""
    if not topic.scenarios:
        return
    from forecast.predict.answered_before import settled_scenarios

    for scenario, has_come_about in settled_scenarios(topic, as_of):
        what = "it has come about" if has_come_about else "it can no longer come about"
        hint = f"`since = {as_of + ONE_DAY}` counts from tomorrow" if has_come_about else "leave it out, or ask of later days"
        message = f"rows up to today ({as_of}) already settle this scenario: {what}"
        yield replace(topic_problem(topic, ("scenarios", scenario.name), message, hint), level="warning")


def topic_problems(topic: Topic, as_of: date) -> tuple[Problem, ...]:
    """Return what ``check`` finds wrong with a topic once its files are read."""
    try:
        _prior_summaries(topic, as_of)
    except Unsound as unsound:
        return unsound.problems
    return ()


def _prior_summaries(topic: Topic, as_of: date) -> tuple[ParameterSummary, ...]:
    """A topic's priors with their points; raises ``Unsound`` where they or its days make no model."""
    for variant in topic.rivals.values():
        check_horizon(model_as_of(without_linked(variant), as_of))  # finds series without values, too
    return summarise_priors(topic.as_it_stands, as_of)


def _variant_priors(topic: Topic, as_of: date) -> dict[str, tuple[ParameterSummary, ...]]:
    """The priors that variants of a topic have of their own, by topic and variant in words."""
    own = {name: {place.split(".")[1] for place in its.changes if place.startswith("priors.")} for name, its in topic.variants.items()}
    return {
        f"{topic.name}, {name}": tuple(its for its in summarise_priors(variant.topic, as_of) if its.parameter in own[name])
        for name, variant in topic.variants.items()
        if own[name]
    }


def future_date_warnings(book: Book, today: date) -> list[Problem]:
    """Return a warning for each row, each topic and each reasoning of a day to come: none of them counts yet, and most are slips of the pen."""
    problems = [problem for topic in book.topics.values() for problem in limit_problems(_future_date_problems(topic, today))]
    return [replace(problem, level="warning") for problem in problems]


def _future_date_problems(topic: Topic, today: date) -> Iterator[Problem]:
    if topic.opens > today:
        message = f"the topic opens on {topic.opens}, after today ({today})"
        yield topic_problem(topic, ("opens",), message, "it begins on a day that has come; until then its priors alone speak")
    yield from _future_reasoning_problems(topic, today)
    day = today.toordinal()
    records = (record_columns(stream.rows) for stream in topic.streams.values())
    for row in (row for its in records for row in its.rows_where((its.end > day) | (its.known > day))):
        if row.end > today:
            message = f"this row ends on {row.end}, after today ({today})"
            yield place_problem(topic, row.place, message, "only what has been seen is a row; what is to come does not count")
        elif row.known > today:
            message = f"this row is known on {row.known}, after today ({today})"
            yield place_problem(topic, row.place, message, "it does not count before that day")


def _future_reasoning_problems(topic: Topic, today: date) -> Iterator[Problem]:
    shared = {parameter.place for parameter in topic.parameters.values()}
    for variant, rival in topic.rivals.items():
        for name, parameter in rival.parameters.items():
            if parameter.reviewed is not None and parameter.reviewed > today and (variant == BASE or parameter.place not in shared):
                keys = (name,) if variant == BASE else (VARIANTS, variant, "priors", name)
                message = f"`{name}` is reviewed on {parameter.reviewed}, after today ({today})"
                yield prior_problem(topic, (*keys, "reviewed"), message, "it is the day whose knowledge the reasoning uses")


def _own_code_warning(topic: Topic) -> Problem:
    """That answering a topic would run its code, which checking does not."""
    return replace(trust_problem(topic), level="warning")


def read_checked_book(
    root: Path, topics: Sequence[str] | None, entries: Sequence[Mapping[str, Any]] | None = None
) -> tuple[Book, tuple[Problem, ...]]:
    """Read a book with all problems: of its files, of rows edited after their use in a published answer, and of days that nobody simulates.

    ``entries`` are those of the ledger, where it has been read already.
    """
    book, problems, _ = _read(root, topics, read_ledger(Folder(root))[0] if entries is None else entries)
    return book, problems


def _read(
    root: Path, topics: Sequence[str] | None, entries: Sequence[Mapping[str, Any]]
) -> tuple[Book, tuple[Problem, ...], Mapping[str, Mapping[str, Any] | None]]:
    """A book with all problems, and the newest report of each topic."""
    book, problems = read_book(root, topics)
    reports = {name: newest_report(root, topic) for name, topic in book.topics.items()}
    edited = [problem for name, topic in book.topics.items() for problem in edited_rows(topic, reports[name], entries)]
    unprojected = [problem for topic in book.topics.values() for problem in unprojected_total_problems(topic)]
    return book, sort_problems((*problems, *edited, *unprojected)), reports


def _prior_implications(book: Book, reports: Mapping[str, Mapping[str, Any] | None], as_of: date) -> tuple[list[Problem], tuple[str, ...]]:
    """What the priors imply that nobody can have meant, and which topics were not asked.

    What the newest report says holds as long as the topic's numbers are the same; only where they have changed, and
    for a few topics at most, is it found anew.
    """
    warnings: list[Problem] = []
    changed: list[Topic] = []
    for name, topic in book.topics.items():
        remembered = cached_implications(topic, reports[name])
        if remembered is None:
            changed.append(topic)
        else:
            warnings += remembered
    asked: set[str] = set()
    left = MOST_WORK
    for topic in [topic for topic in changed if not linked_names(topic)][
        :MOST_ASKED
    ]:  # of others nothing is known before they are computed
        left -= _work(topic)
        if left < 0:
            break
        from forecast.elicitation.prior_checks import prior_warnings  # not needed where nothing has changed

        asked.add(topic.name)
        warnings += warnings_of(topic, prior_warnings(topic.as_it_stands, as_of))
    return warnings, tuple(topic.name for topic in changed if topic.name not in asked)


def _work(topic: Topic) -> int:
    """About how much is computed to ask what a topic's priors imply: the parts of all expressions on each step."""
    statements = [stream.value for stream in topic.streams.values()]
    return MOST_IMPLICATION_STEPS * sum(1 for expression in expressions_used(topic, *statements) for _ in walk(expression))
