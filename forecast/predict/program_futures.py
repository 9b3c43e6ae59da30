"""Simulated futures in an exported program: NumPy over the draws of its posterior, step by step, as ``predict.paths`` does it.

Of what a program does not simulate, ``FutureStreams.refusal`` says why, so that the questions that need it say it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import total_names
from forecast.book.topic import Question
from forecast.book.value_range import ValueRange
from forecast.inference.pymc.program_distributions import arguments_text
from forecast.inference.pymc.program_priors import INDENT
from forecast.inference.pymc.program_text import comment, literal, pymc_name
from forecast.language.distributions.families import family_for
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression, Name, names_in, transitive_names
from forecast.language.numpy_source import NumpySourceOps
from forecast.language.source import SourceText, number_text
from forecast.language.statements import Statement
from forecast.model.clock import years_between
from forecast.model.crossing import crossed_rows, edge_days, with_related_rows
from forecast.model.forward_streams import has_future
from forecast.model.model import Model, RowTable, calendars, clocks, row_table
from forecast.model.priors import blocks
from forecast.model.record import series_share
from forecast.model.used_names import names_used, series_and_streams_used
from forecast.predict.paths import PathTimeline, next_value
from forecast.predict.program_draws import draw_text

OPS = NumpySourceOps()
PROGRAM_PATHS = 8_000  # of the program's own call of PyMC: 4 chains of 2,000 draws
MOST_COUNTS = 256  # values in a range that a program weighs
MOST_PATH_NUMBERS = 2**26  # numbers that a program keeps, half a gigabyte

HELPERS = '''
def pick_label(values, index):
    """The value of one label on each path, of ``values`` (labels, paths)."""
    return np.take_along_axis(values, np.broadcast_to(index, values.shape[1])[None].astype(int), axis=0)[0]


def within_range(dist, low, high):
    """Draws of each path from the counts of a range, by their masses under a distribution of shape (counts, PATHS)."""
    logs = pm.logp(dist, np.arange(low, high + 1)[:, None] + np.zeros((1, PATHS), dtype=int)).eval()
    upto = np.exp(logs - logs.max(axis=0)).cumsum(axis=0)
    return low + (upto < RNG.random(PATHS) * upto[-1]).sum(axis=0)
'''


@dataclass(frozen=True, slots=True)
class FutureStreams:
    """The streams of a model as a program draws them forward, between the days of a timeline."""

    model: Model
    timeline: PathTimeline

    @property
    def scope(self) -> Scope:
        """What the names of parameters stand for: draws ``(PATHS,)``, or ``(labels, PATHS)``."""
        return self.model.scope({name: SourceText(f"DRAWS_{name}") for name in self.model.topic.parameters})

    def needed_streams(self, expressions: Iterable[Expression]) -> tuple[str, ...]:
        """Return the streams on whose totals some expressions depend, in the topic's order."""
        topic = self.model.topic
        waiting = [*series_and_streams_used(topic, *expressions)[1]]
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += series_and_streams_used(topic, topic.streams[name].value, *topic.streams[name].next.values())[1]
        return tuple(name for name in topic.streams if name in found)

    def refusal(self, name: str, question: Question) -> str:
        """Return why a stream is not simulated in a program as far as a question needs it; empty where it is."""
        model, stream = self.model, self.model.topic.streams[name]
        starts = {other: start for other, start in self.timeline.starts.items() if other in self.needed_streams(question.expressions)}
        asked = replace(model.topic, questions={question.name: question}, scenarios={})
        edges = {name: edge_days(asked, starts, self.timeline.days).get(name, set())}
        if stream.classes:
            return f"rows of `{name}` are classes"
        if with_related_rows(model, crossed_rows(model, edges)):
            return f"a day that counts falls inside a row of `{name}` in which something happened"
        ranges = model.records[name].ranges
        if len(ranges) and (not family_for(stream.value).discrete or any(_width(row.between) > MOST_COUNTS for row in ranges)):
            return f"a range of `{name}` has more than {MOST_COUNTS} values"
        if not has_future(stream):
            return ""
        moving = {*calendars(model.topic), *model.topic.regimes}
        moving |= {parameter.name for parameter in model.topic.parameters.values() if parameter.per in moving}
        if moving & names_used(model.topic, stream.value, *stream.next.values()):
            return f"`{name}` depends on what changes with the calendar"
        if reason := self.series_refusal(names_used(model.topic, stream.value, *stream.next.values())):
            return reason
        if self._draw(stream.value, self._own_columns(name, with_names_of_quantities(self._step_scope(latent=stream.latent)))) is None:
            return f"the distribution of `{name}`, {stream.value.distribution}, is not drawn in a program"
        return ""

    def series_refusal(self, used: set[str]) -> str:
        """Return why series among some names are not written; they would write quantities out, which may double at each step."""
        topic = self.model.topic
        for name in (name for name in topic.series if name in used):
            later = topic.series[name].later
            if later is not None and names_in(later).keys() & topic.quantities.keys():
                return f"`{name}` goes on by what a quantity says"
        return ""

    def path_names(self) -> dict[str, str]:
        """Return the program's variable for the paths of each total; of what is not simulated it is never written."""
        names = {}
        for stream in self.model.topic.streams.values():
            for total, label in total_names(stream).items():
                names[total] = f"PATH_{stream.name}" + (f"__{stream.classes.index(label)}" if label else "")
        return names

    # what is written

    def parameter_lines(self) -> Iterator[str]:
        """The draws of the parameters, those of discrete ones by the shares of the hypotheses."""
        discrete = sorted({block.name for block in blocks(self.model) if block.family.discrete})
        parameters = self.model.topic.parameters
        for name, parameter in parameters.items():
            values = f'draws["posterior"][{literal(pymc_name(name))}].values'
            if name not in discrete:
                labels = len(parameter.labels)
                yield f"DRAWS_{name} = {f'np.moveaxis({values}, -1, 0).reshape({labels}, -1)' if labels else f'{values}.reshape(-1)'}"
        if discrete:
            yield 'SHARES = draws["posterior"]["hypotheses__share"].values.reshape(-1, len(hypotheses))'
            yield "DRAWN = (SHARES.cumsum(axis=1) < RNG.random((len(SHARES), 1))).sum(axis=1).clip(max=len(hypotheses) - 1)"
        for place, name in enumerate(discrete):
            taken = f"np.array([row[{place}] for row in hypotheses])[DRAWN]"
            yield f"DRAWS_{name} = {taken}{'.T' if parameters[name].labels else ''}"

    def lines(self, streams: Sequence[str]) -> Iterator[str]:
        """The recorded and the simulated totals of some streams before each boundary: ``PATH_name``, ``(boundaries, PATHS)``."""
        days = self.timeline.days
        yield f'BOUNDARIES = np.array([{", ".join(literal(day.isoformat()) for day in days)}], dtype="datetime64[D]")'
        for name in streams:
            sums = self.model.records[name].totals_before(days, "")
            yield comment(f"{name}: its total before each of these days, as recorded")
            yield f"PATH_{name} = {_array_text(sums)}[:, None] + np.zeros(PATHS)"
            yield from self._range_lines(name)
        yield from self._loop(streams)

    def _loop(self, streams: Sequence[str]) -> Iterator[str]:
        """The steps of the future: streams are drawn together given their totals at its start, then latent ones given those of the others at its end."""
        days, topic = self.timeline.days, self.model.topic
        steps = range(len(days) - 1)
        moves = {name: [self.timeline.is_drawn(name, days[step]) for step in steps] for name in streams}
        first = next((step for step in steps if any(values[step] for values in moves.values())), None)
        if first is None:
            return
        drawn = [name for name in streams if any(moves[name])]
        used = names_used(topic, *self._expressions(drawn))
        yield from self._step_arrays(used, first)
        yield from (f"GAIN_{name} = np.zeros(PATHS)" for name in drawn)
        yield from (f"MOVES_{name} = np.array({[int(value) for value in moves[name]]})" for name in drawn if not all(moves[name][first:]))
        yield f"for STEP in range({first}, {len(days) - 1}):"
        for latent in (False, True):
            together = [name for name in drawn if topic.streams[name].latent == latent]
            scope = self._series_scope(self._step_scope(latent=latent), used)
            lines, scope = quantity_lines(self._expressions(together), scope, "AT_END" if latent else "AT_STEP")
            yield from (f"{INDENT}{line}" for line in lines)
            for name in together:
                indent = INDENT
                yield f"{INDENT}{comment(f'{name}: {topic.streams[name].value.text}')}"
                if not all(moves[name][first:]):
                    yield f"{INDENT}if MOVES_{name}[STEP]:"
                    indent = INDENT * 2
                yield f"{indent}GAIN_{name}[:] += {self._draw(topic.streams[name].value, self._own_columns(name, scope))}"
            yield from (f"{INDENT}PATH_{name}[STEP + 1] += GAIN_{name}" for name in together)

    def _expressions(self, streams: Sequence[str]) -> list[Expression]:
        """Everything that what some streams draw depends on."""
        each = [self.model.topic.streams[name] for name in streams]
        return [expression for stream in each for expression in (*stream.value.arguments.values(), *stream.next.values())]

    def _step_arrays(self, used: set[str], first: int) -> Iterator[str]:
        """The clocks and series of the steps, as far as statements use them; before the first that is drawn stands its value."""
        model, days = self.model, self.timeline.days
        intervals = [(start, end - ONE_DAY) for start, end in zip(days[first:], days[first + 1 :], strict=False)]
        measured = [clocks(model.topic, *interval, model.as_of) for interval in intervals]
        arrays = {name: [clock[name] for clock in measured] for name in measured[0] if name in used}
        for name in (name for name in model.topic.series if name in used):
            shares = [series_share(model.topic.series[name], *interval, as_of=model.as_of) for interval in intervals]
            arrays[name] = [share.known for share in shares]
            if model.topic.series[name].later is not None:
                arrays[f"LATER_{name}"] = [share.later_share for share in shares]
        for name, values in arrays.items():
            yield f"STEP_{name} = {_array_text(values[:1] * first + values)}"

    def _step_scope(self, *, latent: bool = False) -> Scope:
        """The scope of a step: the totals at its start, for latent streams those of the others at its end."""
        seen = {total for stream in self.model.topic.streams.values() if latent and not stream.latent for total in total_names(stream)}
        names = (*clocks(self.model.topic, self.model.as_of, self.model.as_of, self.model.as_of), *self.model.topic.series)
        return self.scope.plus(
            values={value: SourceText(f"STEP_{value}[STEP]") for value in names},
            totals={
                total: SourceText(f"{path}[STEP + 1]" if total in seen else f"{path}[STEP]") for total, path in self.path_names().items()
            },
        )

    def _series_scope(self, scope: Scope, used: set[str]) -> Scope:
        """A scope in which series go on as ``later`` says."""
        values: dict[str, Any] = {}
        for name in (name for name in self.model.topic.series if name in used):
            later = self.model.topic.series[name].later
            if later is not None:
                values[name] = scope.values[name] + SourceText(f"STEP_LATER_{name}[STEP]") * evaluate(later, scope, OPS)
        return scope.plus(values=values)

    def _own_columns(self, name: str, scope: Scope) -> Scope:
        stream = self.model.topic.streams[name]
        columns: dict[str, Any] = {}
        for column in stream.next:
            value = next_value(stream, column, scope, OPS)
            columns[column] = float(value.item()) if isinstance(value, np.ndarray) else value
        return scope.plus(values=columns)

    def _draw(self, statement: Statement, scope: Scope) -> SourceText | None:
        kind, arguments = self.model.distribution_as_written(statement, scope, OPS)
        return draw_text(kind, arguments)

    def _range_lines(self, name: str) -> Iterator[str]:
        """The values of rows of which a range is known, drawn on each path, and added to the totals after them."""
        model, record = self.model, self.model.records[name]
        if not record.ranges:
            return
        rows = row_table(model.topic, replace(record, rows=record.ranges), model.records, model.as_of)
        assert rows.entry is not None
        for place, row in enumerate(record.ranges):
            low, high = (int(max(ends[0, place], 0)) for ends in (rows.entry.lower, rows.entry.upper))  # counts have no end below 0
            suffix = f"IN_RANGE_{place}_OF_{name}"
            statement = record.stream.value
            lines, scope = quantity_lines(statement.arguments.values(), self._row_scope(rows, place), suffix)
            yield from lines
            after = sum(day <= row.end for day in self.timeline.days)
            kind, arguments = self.model.distribution_as_written(statement, scope, OPS)
            dist = f"pm.{kind.name}.dist({arguments_text(kind, arguments)}, shape=({high - low + 1}, PATHS))"
            yield f"PATH_{name}[{after}:] += within_range({dist}, {low}, {high})"

    def _row_scope(self, rows: RowTable, place: int) -> Scope:
        scope = self.scope.plus(
            values={column: float(values[0, place]) for column, values in rows.columns.items()},
            totals={total: float(values[0, place]) for total, values in rows.totals.items()},
        )
        series: dict[str, Any] = {}
        for name, (known, later_share) in rows.series.items():
            series[name] = self.model.series_value(name, float(known[0, place]), float(later_share[0, place]), scope, OPS)
        return scope.plus(values=series)

    def before(self, day: date) -> int:
        """Return the number of the boundary before which a day ends or begins to count."""
        return self.timeline.days.index(day)

    def years_at(self, days: Iterable[date]) -> list[float]:
        """Return the clock ``t`` on some days."""
        return [years_between(self.model.topic.opens, day) for day in days]


def with_names_of_quantities(scope: Scope) -> Scope:
    """Return a scope in which a quantity stands for its name, to see which form a text has without writing quantities out."""
    return replace(scope, values={**scope.values, **{name: SourceText(name) for name in scope.quantities}}, quantities={})


def quantity_lines(expressions: Iterable[Expression], scope: Scope, suffix: str) -> tuple[list[str], Scope]:
    """Return the lines of the quantities that expressions use, each once, and the scope in which their names stand for those variables."""
    lines: list[str] = []
    values: Mapping[str, Any] = scope.values
    for quantity in transitive_names(tuple(expressions), scope.named, among=scope.quantities):
        alone = replace(scope, values=values, quantities={quantity: scope.quantities[quantity]})
        value = evaluate(Name(quantity), alone, OPS)
        if isinstance(value, SourceText):
            lines.append(f"{quantity}_{suffix} = {value}")  # no name of a book has capitals
            value = SourceText(f"{quantity}_{suffix}")
        values = {**values, quantity: value}
    return lines, replace(scope, values=values, quantities={name: its for name, its in scope.quantities.items() if name not in values})


def _array_text(values: Sequence[float]) -> str:
    if len(set(values)) == 1:
        return f"np.full({len(values)}, {number_text(values[0])})"
    return f"np.array([{', '.join(map(number_text, values))}])"


def _width(between: ValueRange | None) -> float:
    """How far apart the ends of a range are."""
    assert between is not None
    return between.high - max(between.low, 0.0)
