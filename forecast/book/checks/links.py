"""Checks of links among topics: that they lead to a value that can be carried, in no circle, and what they lose or count twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

import numpy as np

from forecast.book.files.problems import Place, Problem, limit_problems
from forecast.book.linked_rows import bears_on
from forecast.book.linked_topics import all_sources
from forecast.book.linked_values import linked_unit
from forecast.book.links import PosteriorLink
from forecast.book.record_columns import RecordColumns, record_columns
from forecast.book.rows import existing_rows
from forecast.book.topic import BASE, Parameter, Row, Topic
from forecast.language.faults import Fault, did_you_mean

MOST_TOPICS_NAMED = 12  # topics of a book in a hint
MOST_SHARED_ROWS = 20  # rows of one topic that are reported as used in another, too


def check_links(
    topic: Topic, sources: Mapping[str, Topic | None], *, topics: Collection[str], circle: Sequence[str] = ()
) -> Iterator[Problem]:
    """Yield what is wrong with the links of a topic and its variants.

    ``sources`` are the topics that it names, None where they have problems; ``topics`` are all names of topics, and ``circle`` those
    that its links lead through and back, from its first name to it again.
    """
    seen: set[Place] = set()
    for rival in topic.rivals.values():
        for (parameter, _), link in rival.links.items():
            if link.place in seen:
                continue
            seen.add(link.place)
            if link.topic not in topics:
                others = sorted(name for name in topics if name != topic.name)
                hint = did_you_mean(link.topic, others) or _named_topics(others)
                yield _problem(topic, link, f"there is no topic `{link.topic}`", hint)
            elif link.topic in circle and topic.name in circle:
                hint = "one of these topics must have a prior of its own"
                yield _problem(topic, link, f"these links go round in a circle: {' → '.join(circle)}", hint)
            elif (source := sources.get(link.topic)) is None:
                hint = f"`forecast check {link.topic}` says which"
                yield _problem(topic, link, f"`{link.topic}`, whose posterior this is, has problems of its own", hint)
            else:
                yield from _check_value(topic, rival.parameters[parameter], link, source)


def _named_topics(names: Sequence[str]) -> str:
    """Which topics a link may name, the first of many."""
    if not names:
        return "there is no other topic: write a distribution, as in Gamma(p5=0.02, p95=0.5)"
    return f"topics here: {', '.join(names[:MOST_TOPICS_NAMED])}{', …' if len(names) > MOST_TOPICS_NAMED else ''}"


def link_warnings(topic: Topic, *, as_of: date | None = None) -> Iterator[tuple[PosteriorLink, Problem]]:
    """Yield a warning, with the link that it is of, where links lose that two values depend on each other, and for rows that count twice.

    A row is used twice where another topic that the links lead to has one of the same origin, or one with the same source and the same
    days, and it says something of the parameter that is linked: that topic has counted it for its value already.  With ``as_of`` only rows that exist on that day count.
    """
    seen: set[tuple[Place, str]] = set()
    for rival in topic.rivals.values():
        for link, problem in (*_lost_dependence(topic, rival), *_double_rows(rival, as_of)):
            if (problem.place, problem.message) not in seen:
                seen.add((problem.place, problem.message))
                yield link, problem


def _check_value(topic: Topic, parameter: Parameter, link: PosteriorLink, source: Topic) -> Iterator[Problem]:
    """What is wrong with the value that a link names, under each variant of its topic."""
    for variant, rival in source.rivals.items():
        try:
            there = linked_unit(rival, link)
        except Fault as fault:
            where = f" in its variant `{variant}`" if variant != BASE else ""
            yield _problem(topic, link, f"{fault.message}{where}", fault.hint)
            return
        if message := _fault_of_units(parameter.name, parameter.unit, there):
            hint = f'say `unit = "{there}"`, or link to something else' if there and there != "share" else ""
            yield _problem(topic, link, f"`{link.address}` {message}", hint)
            return


def _fault_of_units(name: str, here: str, there: str) -> str:
    """What is wrong with the units of two values, empty where nothing is; a parameter without a unit is a share."""
    if there == "share":
        return f"is a share, and `{name}` is measured in {here}" if here else ""
    if here in {there, ""} and bool(here) == bool(there):
        return "" if here else f"has no unit, so `{name}` needs one: only shares have none"
    if not there:
        return ""
    return f"is measured in {there}, and `{name}` {f'in {here}' if here else 'has no unit'}"


def _lost_dependence(topic: Topic, rival: Topic) -> Iterator[tuple[PosteriorLink, Problem]]:
    """Warnings of values that rest on one topic, directly or through others, and are taken for independent."""
    values = [(name, link) for (name, label), link in rival.links.items() for _ in _labels_of(rival, name, label)]
    rests = {link: {link.topic, *all_sources(rival.sources[link.topic])} for _, link in values}
    for (first, one), (second, other) in combinations(values, 2):
        for shared in sorted(rests[one] & rests[other])[:1]:
            both = f"labels of `{first}`" if first == second else f"`{first}` and `{second}`"
            message = f"{both} rest on the posterior of `{shared}` both: that they depend on each other there is lost"
            yield other, _problem(topic, other, message, "link to one of them, and say how the other follows from it", warns=True)


def _labels_of(topic: Topic, name: str, label: str) -> Sequence[str]:
    """The labels of a parameter for which a link is the prior; one, empty, of a single value."""
    parameter = topic.parameters[name]
    if label or not parameter.labels:
        return (label,)
    return [each for each in parameter.labels if each not in parameter.by_label and each not in parameter.links]


def _double_rows(topic: Topic, as_of: date | None) -> Iterator[tuple[PosteriorLink, Problem]]:
    """Warnings of rows that two of the topics use which its links join: itself, and all that these lead to, apart from pairs warned of there."""
    joined = {topic.name: topic, **all_sources(topic)}
    for one, other in combinations(joined.values(), 2):
        if one is not topic and (other.name in all_sources(one) or one.name in all_sources(other)):
            continue  # said where the link between these two stands
        link = next(link for link in topic.links.values() if {link.topic, *all_sources(topic.sources[link.topic])} & {one.name, other.name})
        shared = _double_rows_of(
            topic, link, (one, _records(one, _parameters_resting_on(one, other), as_of)), (other, _records(other, None, as_of))
        )
        yield from ((link, problem) for problem in limit_problems(shared, MOST_SHARED_ROWS))


def _parameters_resting_on(topic: Topic, source: Topic) -> set[str] | None:
    """The parameters that rest on another topic through links; None where no link of this topic leads there."""
    found = {name for (name, _), its in topic.links.items() if source.name in {its.topic, *all_sources(topic.sources[its.topic])}}
    return found or None


def _double_rows_of(
    topic: Topic, link: PosteriorLink, ours: tuple[Topic, Iterator[RecordColumns]], theirs: tuple[Topic, Iterator[RecordColumns]]
) -> Iterator[Problem]:
    (one, our_rows), (other, their_rows) = ours, theirs
    for mine, its in _shared_rows(list(our_rows), list(their_rows)):
        why = f"of the same origin, `{mine.origin}`" if mine.origin and mine.origin == its.origin else "with the same source and days"
        message = f"this row counts twice: `{other.name}`, which a link leads to, has one {why} ({its.place.path}:{its.place.line})"
        if one is topic:
            yield Problem(mine.place, message, f"leave it out here, or out of `{other.name}`", _source_line(topic, mine.place), "warning")
        else:
            message = f"`{one.name}` and `{other.name}`, which links lead to, both have a row {why}: it counts twice here"
            yield _problem(topic, link, message, f"{mine.place.path}:{mine.place.line} and {its.place.path}:{its.place.line}", warns=True)


def _records(topic: Topic, of: set[str] | None, as_of: date | None) -> Iterator[RecordColumns]:
    """The rows of each stream that say something of some parameters; of each, where none are named."""
    for stream in topic.streams.values():
        if of is not None and not bears_on(topic, stream, of):
            continue
        yield record_columns(stream.rows) if as_of is None else existing_rows(stream, as_of)


def _shared_rows(ours: Sequence[RecordColumns], theirs: Sequence[RecordColumns]) -> Iterator[tuple[Row, Row]]:
    """Pairs of rows that tell of the same, each of ours at most once."""
    origins = _texts(ours, "origin") & _texts(theirs, "origin")
    sources = _texts(ours, "source") & _texts(theirs, "source")
    if not origins and not sources:
        return
    by_origin: dict[str, Row] = {}
    by_days: dict[tuple[str, date, date], Row] = {}
    for row in _rows_with(theirs, origins, sources):
        if row.origin:
            by_origin.setdefault(row.origin, row)
        if row.source:
            by_days.setdefault((row.source, row.start, row.end), row)
    for row in _rows_with(ours, origins, sources):
        same = by_origin.get(row.origin) or by_days.get((row.source, row.start, row.end))
        if same is not None:
            yield row, same


def _texts(records: Iterable[RecordColumns], column: str) -> set[str]:
    return {text for rows in records for text in getattr(rows, column).distinct() if text}


def _rows_with(records: Iterable[RecordColumns], origins: Collection[str], sources: Collection[str]) -> Iterator[Row]:
    for rows in records:
        wanted = np.array([text in origins for text in rows.origin.texts])[rows.origin.codes]
        wanted |= np.array([text in sources for text in rows.source.texts])[rows.source.codes]
        yield from rows.rows_where(wanted)


def _problem(topic: Topic, link: PosteriorLink, message: str, hint: str = "", *, warns: bool = False) -> Problem:
    return Problem(link.place, message, hint, _source_line(topic, link.place), "warning" if warns else "error")


def _source_line(topic: Topic, place: Place) -> str:
    lines = topic.texts.get(place.path, "").splitlines()
    return lines[place.line - 1] if 0 < place.line <= len(lines) else ""
