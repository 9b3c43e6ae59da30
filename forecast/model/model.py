"""A topic as of a day, ready to be conditioned: its rows as arrays, its statements as functions.

Parameters travel as a mapping from name to an array ``(draws, 1)``, or
``(draws, labels)`` where the parameter has one value for each label; labels
themselves travel as their whole numbers in ``Topic.labels``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import CALENDARS, ONE_DAY, step_index, step_numbers
from forecast.book.files.problems import Problem
from forecast.book.record_columns import RecordColumns, days_of
from forecast.book.topic import Step, Stream, Topic
from forecast.language.arrays import Array
from forecast.language.distributions.families import family_for
from forecast.language.distributions.family import Family
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import direct_names
from forecast.language.ops import NUMPY, Ops
from forecast.language.squashing import with_logits
from forecast.language.statements import Statement
from forecast.model.chain_groups import chain_of, table_groups
from forecast.model.classes import observed_values
from forecast.model.clock import DAYS_PER_MONTH, DAYS_PER_YEAR, days_covered, years_between
from forecast.model.errors import Unsound, place_problem, topic_problem
from forecast.model.invalid_values import describe_invalid_arguments
from forecast.model.likelihood import (
    Entry,
    density_of_rows,
    entry_of,
    needs_entry,
    refuse_ranges,
    row_log_likelihood,
    unequal_reliability_message,
)
from forecast.model.links import bind_links
from forecast.model.model_rows import ModelRows
from forecast.model.overflow import StatementOverflow, cells_beyond_floats
from forecast.model.record import StreamRecord, records_as_of, series_share, with_latent_ends
from forecast.model.regimes import regime_of
from forecast.model.sufficient_statistics import RowPart, part_rows
from forecast.model.used_names import names_used, series_and_streams_used, totals_used
from forecast.model.written_distribution import written_distribution

Parameters = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class RowTable:
    """The rows of one stream as arrays of shape ``(1, rows)``.

    ``columns`` holds the clocks, covariates and label numbers; ``totals`` the
    streams' sums up to each row's start; ``series`` the known part and the share
    of the row's days that lie after the series' last point.  ``entry`` says how
    the rows enter the likelihood, where that is not each by the density of its value.
    """

    record: StreamRecord
    values: Array
    columns: Mapping[str, NDArray[Any]]
    totals: Mapping[str, Array]
    series: Mapping[str, tuple[Array, Array]]
    entry: Entry | None = None

    @property
    def stream(self) -> Stream:
        """The stream whose rows these are."""
        return self.record.stream

    @property
    def seen(self) -> Array:
        """What the statement is of: the rows' values or, where rows count classes, their counts with the classes on the last axis."""
        return observed_values(self.stream, self.values, self.columns)

    def at(self, chosen: NDArray[np.intp]) -> RowTable:
        """Return a table of some of the rows, when they are the only ones."""
        return replace(
            self,
            record=replace(self.record, rows=self.record.rows.take(chosen)),
            values=self.values[:, chosen],
            columns={name: values[:, chosen] for name, values in self.columns.items()},
            totals={name: values[:, chosen] for name, values in self.totals.items()},
            series={name: (known[:, chosen], later[:, chosen]) for name, (known, later) in self.series.items()},
            entry=None if self.entry is None else self.entry.at(chosen),
        )

    def __len__(self) -> int:
        return len(self.record.rows)


@dataclass(frozen=True)
class Model:
    """A topic, the records that exist as of a day, and those records as tables.

    ``beyond`` is the share of the prior at which a statement lies beyond the range of floats and that is left out, as
    impossible; None where such a draw is a problem.
    """

    topic: Topic
    as_of: date
    records: Mapping[str, StreamRecord]
    tables: Mapping[str, RowTable]
    bare: Scope  # labels and quantities, no values yet
    beyond: float | None = None

    def __repr__(self) -> str:
        """The topic, its day and how much of it is known, without the arrays."""
        return f"<Model of {self.topic.name} as of {self.as_of}: {len(self.topic.parameters)} parameters, {self.row_count:,} rows>"

    @property
    def rows(self) -> ModelRows:
        """Every row with its stream's name, in the order of the log-likelihood's columns."""
        return ModelRows({name: table.record.rows for name, table in self.tables.items()})

    @property
    def row_count(self) -> int:
        """How many rows there are in all streams."""
        return sum(map(len, self.tables.values()))

    @cached_property
    def row_parts(self) -> Mapping[str, tuple[tuple[RowTable, RowPart], ...]]:
        """Each stream's rows in parts that are added up one by one, with the table of each; none where rows enter otherwise than by their densities."""
        return {name: tuple(self._parts_of(table)) if table.entry is None else () for name, table in self.tables.items()}

    def _parts_of(self, table: RowTable) -> Iterator[tuple[RowTable, RowPart]]:
        used = names_used(self.topic, table.stream.value)
        columns = [column for key, column in table.columns.items() if key in used]
        columns += [*table.totals.values(), *(part for pair in table.series.values() for part in pair)]
        for part in part_rows(family_for(table.stream.value), table.seen, columns):
            yield (table if part.is_whole(len(table)) else table.at(part.rows)), part

    def with_tables(self, tables: Mapping[str, RowTable]) -> Model:
        """Return the same model of other rows, or of some."""
        return replace(self, tables=tables)

    def scope(self, parameters: Mapping[str, Any]) -> Scope:
        """The scope in which priors are written: parameters and labels."""
        return self.bare.plus(values=parameters)

    def row_scope(self, table: RowTable, parameters: Mapping[str, Any], ops: Ops = NUMPY) -> Scope:
        """The scope in which a stream's statement is read, over all its rows at once."""
        scope = self.scope(parameters)
        values: dict[str, Any] = dict(table.columns)
        for name, (known, later_share) in table.series.items():
            values[name] = self.series_value(name, known, later_share, scope, ops)
        if table.entry is not None and (regime := table.entry.regime) is not None and regime.name in parameters:
            values[regime.name] = parameters[regime.name][:, table.entry.steps[0]]  # type: ignore[index]
        return scope.plus(values=values, totals=table.totals)

    def row_scopes(self, table: RowTable, parameters: Mapping[str, Any], ops: Ops = NUMPY) -> tuple[Scope, ...]:
        """The scopes in which a stream's statement is read: one for each state of the regime that it uses, or one in all."""
        scope = self.row_scope(table, parameters, ops)
        if table.entry is None or (regime := table.entry.regime) is None:
            return (scope,)
        return tuple(scope.plus(values={regime.name: np.full((1,) * table.values.ndim, state)}) for state in range(len(regime.states)))

    def series_value(self, name: str, known: Any, later_share: Any, scope: Scope, ops: Ops = NUMPY) -> Any:
        """A series' average: its known part and, for the days after its last point, what ``later`` says."""
        later = self.topic.series[name].later
        if later is None or not np.any(later_share):
            return known
        return known + later_share * evaluate(later, scope, ops)

    def log_likelihood(self, parameters: Parameters, *, near: NDArray[np.bool_] | None = None) -> Array:
        """Return the log density of every row at every draw, shape ``(draws, rows)``.

        That of a row of a chain is given those before it there (``model/chain_groups``).  Raises ``Unsound`` where a statement makes no
        distribution, ``StatementOverflow`` where only since it lies beyond the range of floats, unless such draws are left out.
        Where ``near`` is given, ``(draws,)``, that is so only at draws near enough to the prior to matter; elsewhere such a row is impossible.
        """
        draws = max((len(values) for values in parameters.values()), default=1)
        terms: dict[str, Array] = {}
        for group in table_groups(self.tables):
            if (chain := chain_of(group)) is not None:
                terms |= chain.terms(self, parameters, near=near)
            else:
                terms |= {name: self._table_log_likelihood(table, parameters, draws, near) for name, table in group.items() if len(table)}
        parts = [terms[name] for name in self.tables if name in terms]
        return np.concatenate(parts, axis=1) if parts else np.zeros((draws, 0))

    def _table_log_likelihood(self, table: RowTable, parameters: Parameters, draws: int, near: NDArray[np.bool_] | None) -> Array:
        stream = table.stream
        scope = self.row_scope(table, parameters)
        right = self._density(table, stream.value, "value", scope, draws, near)
        if table.entry is None:
            return right
        if stream.wrong is None or stream.reliability is None:
            return row_log_likelihood(right, None, None, table.entry)
        wrong = self._density(table, stream.wrong, "wrong", scope, draws, near)
        with np.errstate(all="ignore"):
            share = np.broadcast_to(np.asarray(evaluate(stream.reliability, scope, NUMPY), dtype=float), (draws, len(table)))
        possible = (share >= 0) & (share <= 1)
        if near is not None:
            right, share = (np.where(possible | near[:, None], part, other) for part, other in ((right, -np.inf), (share, 1.0)))
            possible |= ~near[:, None]
        if not possible.all():
            draw, row = np.argwhere(~possible)[0]
            raise Unsound(self._no_probability(table, row, share[draw, row]))
        self._check_origins(table, table.entry, share)
        return row_log_likelihood(right, wrong, share, table.entry)

    def density_by_state(self, table: RowTable, parameters: Parameters, *, near: NDArray[np.bool_] | None = None) -> Array:
        """Return the log density of each row in each state of the regime that its statement uses, ``(draws, rows, states)``; copies add nothing.

        Raises ``Unsound`` as ``log_likelihood`` does.
        """
        assert table.entry is not None
        draws = max((len(values) for values in parameters.values()), default=1)
        scopes = self.row_scopes(table, parameters)
        densities = [self._density(table, table.stream.value, "value", scope, draws, near) for scope in scopes]
        return np.where(table.entry.is_counted[:, None], np.stack(densities, axis=2), 0.0)

    def _density(self, table: RowTable, statement: Statement, key: str, scope: Scope, draws: int, near: NDArray[np.bool_] | None) -> Array:
        """The log density of each row under a statement of its stream, ``(draws, rows)``."""
        with np.errstate(all="ignore"):
            kind, arguments = self.distribution(statement, scope)
            density = np.broadcast_to(density_of_rows(kind, arguments, table.seen, table.entry), (draws, len(table)))
        wrong = np.isnan(density)
        if near is not None and wrong.any():
            density = np.where(wrong & ~near[:, None], -np.inf, density)
            wrong = np.isnan(density)
        if not wrong.any():
            return density
        with np.errstate(all="ignore"):
            kind, arguments = self.distribution_as_written(statement, scope)
        beyond = cells_beyond_floats(statement, kind, arguments, scope, wrong)
        if self.beyond is not None:
            density = np.where(beyond, -np.inf, density)
            wrong = wrong & ~beyond
        if wrong.any():
            message, hint, row = describe_invalid_arguments(statement, kind, arguments, wrong)
            finding = f"{message} (row of {table.record.rows[row].start})"
            problem = topic_problem(self.topic, ("streams", table.stream.name, key), finding, hint)
            raise StatementOverflow(problem) if beyond[wrong].all() else Unsound(problem)
        return density

    def _no_probability(self, table: RowTable, row: int, share: float) -> Problem:
        """The problem of a reliability that is no probability at some draws."""
        finding = f"`{table.stream.entering_texts['reliability']}` is {share:.6g}, which is no probability, at some draws"
        keys = ("streams", table.stream.name, "reliability")
        message = f"{finding} (row of {table.record.rows[row].start})"
        return topic_problem(self.topic, keys, message, "look at the priors of the parameters it uses")

    def _check_origins(self, table: RowTable, entry: Entry, share: Array) -> None:
        """Reports of one origin are as reliable as each other, since they are right or wrong together."""
        for rows in entry.together_with_copies:
            if (apart := (share[:, rows] != share[:, rows[:1]]).any(axis=0)).any():
                first, other = (table.record.rows[row] for row in (rows[0], rows[int(np.argmax(apart))]))
                raise Unsound(place_problem(self.topic, other.place, *unequal_reliability_message(other, first)))

    def distribution(self, statement: Statement, scope: Scope, ops: Ops = NUMPY) -> tuple[Family, dict[str, Any]]:
        """Return a statement's family and its arguments, as PyMC names them, at a scope's values.

        Over NumPy a chance that is written as ``expit`` of a number is given by that number, its log-odds, which keeps
        the digits of chances next to 1; PyTensor finds such things by itself.
        """
        return self.distribution_as_written(with_logits(statement, scope.quantities) if ops is NUMPY else statement, scope, ops)

    def distribution_as_written(self, statement: Statement, scope: Scope, ops: Ops = NUMPY) -> tuple[Family, dict[str, Any]]:
        """Return the same with the arguments that the statement has."""
        return written_distribution(statement, scope, ops)


def model_as_of(topic: Topic, as_of: date) -> Model:
    """Bind a topic to the knowledge of a day.

    Raises ``Unsound`` where a series has no value for days that a statement needs, where what a link names cannot be computed, and of a topic with variants,
    which is no single model.
    """
    if topic.variants:
        message = f"`{topic.name}` has variants, and what was asked for is of one model alone"
        hint = f"its variants: {', '.join(topic.rivals)}"
        raise Unsound(topic_problem(topic, ("variants",), message, hint))
    return bind_records(topic, as_of, records_as_of(topic, as_of))


def bind_records(topic: Topic, as_of: date, records: Mapping[str, StreamRecord]) -> Model:
    """Bind a topic to records that somebody else chose, one for each stream; raises as ``model_as_of`` does."""
    topic, records = bind_links(topic, as_of), with_latent_ends(records, topic.opens)
    tables = {name: row_table(topic, record, records, as_of) for name, record in records.items()}
    per = {name: parameter.per for name, parameter in topic.parameters.items() if parameter.per}
    columns = {name for stream in topic.streams.values() for name in (*stream.label_columns, *stream.reported)}
    coded = {name: name for name in topic.regimes}
    coded |= {name: name for name in columns | {p.name for p in topic.parameters.values() if p.categories} | set(calendars(topic))}
    quantities = {name: quantity.expression for name, quantity in topic.quantities.items()}
    return Model(
        topic,
        as_of,
        records,
        tables,
        Scope(quantities=quantities, named=direct_names(quantities), labels=topic.labels, coded=coded, per=per),
    )


def row_table(topic: Topic, record: StreamRecord, records: Mapping[str, StreamRecord], as_of: date) -> RowTable:
    """Return a record's rows as arrays, with the totals and series that its statement uses."""
    rows, stream = record.rows, record.stream
    used_series, used_streams = series_and_streams_used(topic, stream.value, *stream.entering)
    for name in used_streams:
        refuse_ranges(topic, rows, name, records[name].counted_rows)
    columns: dict[str, NDArray[Any]] = {name: values[None, :] for name, values in _clock_columns(topic, rows, as_of).items()}
    for name in stream.covariates:
        columns[name] = _covariate(rows, name)[None, :]
    for name in (*stream.label_columns, *stream.reported):
        columns[name] = rows.labels(name).numbers_among(topic.labels[name])[None, :]
    for step in calendars(topic):
        columns[step] = _calendar_codes(topic, step, rows)[None, :]
    used_totals = totals_used(topic, stream.value, *stream.entering)
    totals = {name: records[total.stream].totals_at(rows.start, total.label)[None, :] for name, total in used_totals.items()}
    series = {name: _series_columns(topic, name, rows, as_of) for name in used_series}
    values = rows.value[None, :]
    regime = regime_of(topic, stream)
    if regime is None and not needs_entry(stream, rows):
        return RowTable(record, values, columns, totals, series)
    known = Scope(values=columns, labels=topic.labels, coded={name: name for name in (*stream.label_columns, *stream.reported)})
    entry = entry_of(topic, stream, rows, known)
    if regime is not None:
        steps = _calendar_codes(topic, regime.step, rows)[None, :]
        entry = replace(entry, origins=np.zeros_like(entry.origins), regime=regime, steps=steps)
    return RowTable(record, values, columns, totals, series, entry)


def _covariate(rows: RecordColumns, name: str) -> Array:
    """A column of numbers, not a number where a row has none, ``(rows,)``."""
    its = rows.own.get(name, np.full(len(rows), np.nan))
    return its if isinstance(its, np.ndarray) else np.array([float(text) if text else np.nan for text in its.strings()])


def _calendar_codes(topic: Topic, step: Step, rows: RecordColumns) -> NDArray[np.int64]:
    """The calendar steps that rows count to, as ``calendar_code`` has that of one interval, ``(rows,)``."""
    middles = rows.start.astype(np.int64) + (rows.end.astype(np.int64) - rows.start) // 2
    return step_numbers(step, middles) - step_numbers(step, np.array(topic.opens.toordinal()))


def calendars(topic: Topic) -> tuple[Step, ...]:
    """Return the calendar steps that some parameter has one value for each of, in the topic's rows as in its future."""
    columns = {name for stream in topic.streams.values() for name in stream.own_columns}
    return tuple(step for step in CALENDARS if step in topic.labels and step not in columns and step not in topic.parameters)


def calendar_code(topic: Topic, step: Step, start: date, end: date) -> int:
    """Return which calendar step an interval counts to: that of its middle; later ones than the record's go on counting."""
    return step_index(step, topic.opens, start + timedelta(days=(days_covered(start, end) - 1) // 2))


def clocks(topic: Topic, start: date, end: date, as_of: date) -> dict[str, float]:
    """The clocks of one interval: its length, its ``age``, and the years from the opening to its middle, its start and its end."""
    days = days_covered(start, end)
    middle = start + timedelta(days=(days - 1) // 2)
    return {
        "days": float(days),
        "months": days / DAYS_PER_MONTH,
        "years": days / DAYS_PER_YEAR,
        "age": years_between(end, as_of),
        "t": years_between(topic.opens, middle),
        "t_start": years_between(topic.opens, start),
        "t_end": years_between(topic.opens, end + ONE_DAY),
    }


def _clock_columns(topic: Topic, rows: RecordColumns, as_of: date) -> dict[str, Array]:
    """The clocks of rows ``(rows,)``, as ``clocks`` has them of one interval."""
    start, end = rows.start.astype(float), rows.end.astype(float)
    days, opens = end - start + 1, topic.opens.toordinal()
    return {
        "days": days,
        "months": days / DAYS_PER_MONTH,
        "years": days / DAYS_PER_YEAR,
        "age": (as_of.toordinal() - end) / DAYS_PER_YEAR,
        "t": (start + np.floor((days - 1) / 2) - opens) / DAYS_PER_YEAR,
        "t_start": (start - opens) / DAYS_PER_YEAR,
        "t_end": (end + 1 - opens) / DAYS_PER_YEAR,
    }


def _series_columns(topic: Topic, name: str, rows: RecordColumns, as_of: date) -> tuple[Array, Array]:
    spans = (rows.start.astype(np.int64) << 32) + rows.end
    first, same = np.unique(spans, return_index=True, return_inverse=True)[1:]
    by_row = np.sort(first)
    try:
        shares = [
            series_share(topic.series[name], start, end, as_of=as_of)
            for start, end in zip(days_of(rows.start[by_row]), days_of(rows.end[by_row]), strict=True)
        ]
    except LookupError as error:
        raise Unsound(topic_problem(topic, ("series", name), str(error))) from None
    order = np.searchsorted(by_row, first[same])
    known, later = (np.array([getattr(share, side) for share in shares], dtype=float) for side in ("known", "later_share"))
    return known[order][None, :], later[order][None, :]
