"""Label sets: the labels of each text column and of each Categorical or Dirichlet parameter, in order of first appearance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain

from forecast.book.calendar import CALENDARS, step_labels
from forecast.book.draft import Draft, PriorDraft, StreamDraft
from forecast.book.files.names import DEFAULT, REPORT_COLUMNS
from forecast.book.topic import Step
from forecast.language.expressions import names_in


@dataclass(frozen=True, slots=True)
class LabelSets:
    """Every label set of a topic; ``uncertain`` are those that could not be read to the end."""

    sets: Mapping[str, tuple[str, ...]]
    uncertain: frozenset[str]


def parameter_label_set(name: str, prior: PriorDraft) -> str:
    """Return the label set by which a parameter has one value each: its ``per``, or its own labels where it is a Dirichlet."""
    return name if prior.shares else prior.table.per


def find_label_sets(draft: Draft) -> LabelSets:
    """Return the label sets of a topic.

    Of a text column: first the labels that priors are given for, then those of
    rows.  Of a Categorical or Dirichlet parameter: its arguments.  Of a regime: its states.  Of a calendar step that a parameter
    is ``per``: every step from the topic's first day to the last of any row.
    """
    declared = dict(_declared_labels(draft))
    sets: dict[str, dict[str, None]] = {}
    for name, labels in chain(
        declared.items(), _labels_of_priors(draft), _calendar_labels(draft), _labels_of_report_columns(draft), _labels_of_rows(draft)
    ):
        sets.setdefault(name, {}).update(dict.fromkeys(labels))
    is_whole = all(stream.is_read for stream in draft.streams.values()) and len(draft.streams) >= len(draft.table.streams)
    uncertain = frozenset[str]() if is_whole else frozenset(sets.keys() - declared.keys())
    return LabelSets({name: tuple(labels) for name, labels in sets.items()}, uncertain)


def _declared_labels(draft: Draft) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The states of regimes, and the labels of Categorical and Dirichlet parameters: the arguments of their distributions."""
    for name, regime in draft.table.regimes.items():
        yield name, tuple(regime.states)
    for name, prior in draft.parameters.items():
        if labels := prior.categories or prior.shares:
            yield name, labels


def _labels_of_priors(draft: Draft) -> Iterator[tuple[str, Iterable[str]]]:
    """The labels of text columns that priors by label are given for."""
    columns = text_columns(draft)
    for prior in draft.parameters.values():
        if calendar_of(draft, prior) is not None or prior.table.per in draft.table.regimes:
            continue
        declares = prior.is_by_label and not has_rows(draft)
        if prior.table.per in columns or (declares and prior.table.per and not is_categorical(draft, prior.table.per)):
            by_label = prior.table.prior if prior.is_by_label and isinstance(prior.table.prior, dict) else {}
            yield prior.table.per, (label for label in by_label if label != DEFAULT)


def _calendar_labels(draft: Draft) -> Iterator[tuple[str, Iterable[str]]]:
    """The steps of each calendar that a parameter is ``per``."""
    for step in calendars_of(draft):
        yield step, step_labels(step, draft.table.opens, _last_day(draft))


def _labels_of_report_columns(draft: Draft) -> Iterator[tuple[str, Iterable[str]]]:
    """What rows have in `grade` or `source`, where a weight or reliability uses it as a label."""
    for stream in draft.streams.values():
        for column in report_label_columns(draft, stream):
            yield column, stream.record.rows.labels(column).distinct() if stream.record else ()


def _labels_of_rows(draft: Draft) -> Iterator[tuple[str, Iterable[str]]]:
    """What rows have in their text columns."""
    for stream in draft.streams.values():
        if stream.record is not None:
            for column in stream.record.label_columns:
                yield column, stream.record.rows.labels(column).distinct()


def calendar_of(draft: Draft, prior: PriorDraft) -> Step | None:
    """Return the calendar step that a parameter has one value for each of; None where its ``per`` is something else."""
    calendar = next((step for step in CALENDARS if step == prior.table.per), None)
    taken = calendar in draft.kinds or any(stream.record and calendar in stream.record.header.values for stream in draft.streams.values())
    return None if taken else calendar


def calendars_of(draft: Draft) -> tuple[Step, ...]:
    """Return the calendar steps that some parameter of a topic has one value for each of."""
    used = {calendar_of(draft, prior) for prior in draft.parameters.values()}
    return tuple(step for step in CALENDARS if step in used)


def _last_day(draft: Draft) -> date:
    """The last day that any row reaches, or the day the topic opens."""
    ends = [stream.record.rows.end.max() for stream in draft.streams.values() if stream.record and len(stream.record.rows)]
    return date.fromordinal(int(max(ends))) if ends else draft.table.opens


def columns_of(draft: Draft, stream: StreamDraft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a stream's covariates and text columns.

    A column without a single cell (a stream without rows yet, whose columns only
    ``next`` may name) holds labels where some parameter is ``per`` it.
    """
    record = stream.record
    filled = {column for column in record.rows.own if record.rows.has(column).any()} if record else set()
    columns = record.covariates if record else tuple(stream.table.next)
    per = {prior.table.per for prior in draft.parameters.values()} - filled - draft.table.regimes.keys()
    covariates = tuple(column for column in columns if column not in per)
    return covariates, (*(record.label_columns if record else ()), *(column for column in columns if column in per))


def report_label_columns(draft: Draft, stream: StreamDraft) -> tuple[str, ...]:
    """Return which of `grade` and `source` a stream's weight or reliability uses as labels."""
    used = {name for expression in stream.entering for name in names_in(expression)}
    return tuple(column for column in REPORT_COLUMNS if column in used and column not in draft.kinds)


def has_rows(draft: Draft) -> bool:
    """Whether any stream of a topic has a row yet; before that, priors by label alone declare the labels."""
    return any(stream.record and stream.record.rows for stream in draft.streams.values())


def text_columns(draft: Draft) -> frozenset[str]:
    """Return the names of all text columns of a topic's rows."""
    return frozenset(
        column for stream in draft.streams.values() for column in (*columns_of(draft, stream)[1], *report_label_columns(draft, stream))
    )


def is_categorical(draft: Draft, name: str) -> bool:
    """Whether a name is that of a Categorical parameter."""
    return name in draft.parameters and bool(draft.parameters[name].categories)
