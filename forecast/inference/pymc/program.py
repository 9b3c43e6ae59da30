"""A model as a readable PyMC program that anyone can read, run and take away.

The program says what ``pymc_model`` builds: the same distributions and
statements, rows with their dates, priors with their reasons.  Discrete
parameters are summed out by a function that a reader can follow, since NUTS
moves in continuous values only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.classes import count_column, is_counted
from forecast.book.regime import Regime
from forecast.book.topic import Row, Stream
from forecast.inference.pymc.plan import CannotSample, Plan, plan
from forecast.inference.pymc.program_distributions import arguments_text, helper_functions
from forecast.inference.pymc.program_functions import MAIN, coords_lines, sampling_function
from forecast.inference.pymc.program_priors import INDENT, SOURCE, ProgramParameters
from forecast.inference.pymc.program_regimes import LOG_FORWARD, DensityText, has_regimes, regime_likelihood_lines, state_variable
from forecast.inference.pymc.program_rows import LOG_BETWEEN, counted_rows, entry_array_lines, has_ranges, row_likelihood_lines
from forecast.inference.pymc.program_text import column_name, comment, literal, part_name, pymc_name, variable_name
from forecast.inference.pymc.program_walks import walk_functions
from forecast.language.distributions.families import family_for
from forecast.language.distributions.family import Family
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression, Name, direct_names, split_expression, transitive_names
from forecast.language.source import SourceText, number_text
from forecast.language.statements import Statement
from forecast.model.chain_groups import table_groups
from forecast.model.likelihood import likelihood_expressions
from forecast.model.model import Model, RowTable
from forecast.model.used_names import names_used

HIGHEST = 30  # levels of an expression that are written in one another


def pymc_source(model: Model) -> str:
    """Return the text of a PyMC program: a module with a model, functions that sample it and print its posterior means, and a main part.

    Raises ``CannotSample`` where ``pymc_model`` would.
    """
    planned = plan(model)
    writer = _Writer(planned, ProgramParameters(planned))
    parts = [writer.heading(), *writer.data(), writer.model_block(), sampling_function(planned), writer.print_function(), MAIN]
    text = "\n".join(parts).rstrip() + "\n"
    try:
        ast.parse(text)
    except (SyntaxError, RecursionError, MemoryError):
        raise CannotSample("its statements are nested too deep to be written as a program; name parts of them under [quantities]") from None
    return text


@dataclass(frozen=True, slots=True)
class _Writer:
    plan: Plan
    parameters: ProgramParameters

    @property
    def model(self) -> Model:
        """The model that is written."""
        return self.plan.model

    def heading(self) -> str:
        topic = self.model.topic
        return "\n".join(
            [
                f'"""What the record says as of {self.model.as_of}: a topic as a PyMC program, with the statements of its files."""',
                "",
                comment(f"{topic.name}: {topic.title}"),
                "",
                "import sys",
                "from importlib.util import find_spec",
                "",
                "import numpy as np",
                "import pymc as pm",
                "import pytensor.tensor as pt",
                "",
                *(f"{_labels_name(name)} = [{', '.join(map(literal, labels))}]" for name, labels in topic.labels.items()),
                *coords_lines(self.parameters.dimensions),
                *helper_functions([block.family for block in self.plan.prior]),
                *walk_functions(self.plan),
                *(["", LOG_BETWEEN] if has_ranges(self.model.tables) else []),
                *(["", LOG_FORWARD] if has_regimes(self.model.tables) else []),
            ]
        )

    # the record

    def data(self) -> Iterator[str]:
        """The rows of each stream as arrays, one row a line."""
        for name, table in self.model.tables.items():
            rows = self.rows_of(name)
            if not rows.any():
                continue
            stream = table.stream
            yield f"\n{comment(f'{name}: {stream.about}')}"
            left_out = len(rows) - int(rows.sum())
            if left_out:
                which = "row is left out: no parameter makes it" if left_out == 1 else "rows are left out: no parameter makes them"
                yield comment(f"({left_out} {which} likelier or less likely)")
            kept = [row for row, keep in zip(table.record.rows, rows, strict=True) if keep]
            yield f"{part_name(name, 'seen')} = np.array(["
            yield from (
                f"{INDENT}{_row_value_text(row, stream)},  {comment(_interval_text(row.start, row.end) + _row_comment(row, stream))}"
                for row in kept
            )
            yield "])"
            yield from entry_array_lines(table, rows, partial(part_name, name))
            for column, values in self.columns_of(name, table).items():
                yield f"{column} = np.array([{', '.join(number_text(value) for value in values)}])"

    def rows_of(self, name: str) -> NDArray[np.bool_]:
        """The rows that are written: those that some parameter moves, or that tell hypotheses apart."""
        moved = np.any([informative.rows[name] for informative in self.plan.moved], axis=0)
        if any(self._depends(group) for group in table_groups(self.model.tables) if name in group):
            moved = np.ones_like(moved)
        return counted_rows(self.model.tables[name], moved)

    def _depends(self, group: Mapping[str, RowTable]) -> bool:
        """Whether the rows of tables that enter together depend on a hypothesis."""
        return bool(self.plan.discrete) and any(self.plan.depends(likelihood_expressions(table.stream)) for table in group.values())

    def written_groups(self, *, hypotheses: bool) -> Iterator[dict[str, RowTable]]:
        """The tables with rows that are written, in groups that enter together: those that depend on a hypothesis, or the others."""
        for group in table_groups(self.model.tables):
            written = {name: table for name, table in group.items() if self.rows_of(name).any()}
            if written and self._depends(group) == hypotheses:
                yield written

    def columns_of(self, name: str, table: RowTable) -> dict[str, NDArray[Any]]:
        """The arrays that a stream's statement uses, by their names in the program."""
        used = names_used(self.model.topic, *likelihood_expressions(table.stream))
        rows = self.rows_of(name)
        arrays = {column_name(name, column): values[0, rows] for column, values in table.columns.items() if column in used}
        for series, (known, later) in table.series.items():
            arrays[column_name(name, series)] = known[0, rows]
            if later.any() and self.model.topic.series[series].later is not None:
                arrays[part_name(name, _later_share_name(series))] = later[0, rows]
        return arrays | {part_name(name, self._total(total)): values[0, rows] for total, values in table.totals.items()}

    # the model

    def model_block(self) -> str:
        coords = "coords=COORDS" if self.parameters.dimensions else ""
        lines = ["", f"with pm.Model({coords}) as model:", *self.parameters.declarations()]
        for group in self.written_groups(hypotheses=False):
            lines += [f"{INDENT}{comment(f'{name}: {self._in_the_file(table)}')}" for name, table in group.items()]
            name, table = next(iter(group.items()))
            if table.entry is not None:
                before, density = self._row_likelihood(group)
                variable = name if len(group) == 1 or table.entry.regime is None else table.entry.regime.name
                lines += [
                    *(f"{INDENT}{line}".rstrip() for line in before),
                    f"{INDENT}pm.Potential({literal(pymc_name(variable))}, {density})",
                ]
                continue
            before, kind, arguments = self._row_arguments(name, table)
            given = f"{arguments_text(kind, arguments)}{_options_text(kind)}, observed={self._observed_lines(name, table)}"
            lines += [
                *(f"{INDENT}{line}" for line in before),
                f"{INDENT}pm.{kind.name}({literal(pymc_name(name))}, {given})",
            ]
        if self.plan.discrete:
            lines += ["", *self._over_hypotheses()]
        return "\n".join(lines if len(lines) > 2 else [*lines, f"{INDENT}pass"])

    def _over_hypotheses(self) -> Iterator[str]:
        names = sorted(self.plan.discrete)
        yield f"{INDENT}# The discrete parameters are summed out: each combination of their values is a hypothesis with"
        yield f"{INDENT}# a joint log density, and the log of the sum of those is what NUTS sees."
        yield f"{INDENT}hypotheses = ["
        for hypothesis in self.plan.hypotheses:
            codes = [hypothesis.values[name][0].tolist() for name in names]
            shown = ", ".join(
                f"np.array({code})" if self.model.topic.parameters[name].labels else str(code[0])
                for name, code in zip(names, codes, strict=True)
            )
            yield f"{INDENT * 2}({shown}{',' if len(names) == 1 else ''}),  {comment(self._in_words(names, codes))}"
        yield f"{INDENT}]"
        yield ""
        yield f"{INDENT}def log_density({', '.join(map(variable_name, names))}):"
        yield f"{INDENT * 2}total = 0"
        for block in self.plan.prior:
            if not block.family.discrete and not self.plan.is_flat(block):
                continue
            yield f"{INDENT * 2}{comment(f'{block.name}: {block.statement.text}')}"
            yield f"{INDENT * 2}total += {self.parameters.log_density(block)}"
        for group in self.written_groups(hypotheses=True):
            yield from (f"{INDENT * 2}{comment(f'{name}: {self._in_the_file(table)}')}" for name, table in group.items())
            name, table = next(iter(group.items()))
            if table.entry is not None:
                before, density = self._row_likelihood(group)
                yield from (f"{INDENT * 2}{line}".rstrip() for line in before)
                yield f"{INDENT * 2}total += {density}"
                continue
            before, kind, arguments = self._row_arguments(name, table)
            yield from (f"{INDENT * 2}{line}" for line in before)
            seen = self._observed_lines(name, table)
            yield f"{INDENT * 2}total += pm.logp(pm.{kind.name}.dist({arguments_text(kind, arguments)}, shape={seen}.shape), {seen}).sum()"
        yield f"{INDENT * 2}return total"
        yield ""
        yield f"{INDENT}joint = pt.stack([log_density(*values) for values in hypotheses])"
        yield f'{INDENT}pm.Potential("hypotheses__density", pt.logsumexp(joint))'
        yield f'{INDENT}pm.Deterministic("hypotheses__share", pt.exp(joint - pt.logsumexp(joint)))'

    def _in_words(self, names: list[str], codes: list[list[int]]) -> str:
        texts = []
        for name, values in zip(names, codes, strict=True):
            categories = self.model.topic.parameters[name].categories
            texts.append(f"{name} " + " ".join(categories[value] if categories else str(value) for value in values))
        return ", ".join(texts)

    # arguments

    def _row_arguments(self, name: str, table: RowTable) -> tuple[list[str], Family, dict[str, Any]]:
        """The lines that the arguments of a stream's statement need before them, its family and the arguments."""
        lines, scope, statement = self._row_scope(name, table)
        return lines, *self.parameters.distribution(statement, scope)

    def _in_the_file(self, table: RowTable) -> str:
        """What the file says of how a stream's rows arise."""
        return "; ".join([table.stream.value.text, *(f"{key} {text}" for key, text in table.stream.entering_texts.items())])

    def _row_likelihood(self, group: Mapping[str, RowTable]) -> tuple[list[str], str]:
        """The lines and the expression of the log-likelihood of rows that have an entry, of tables that enter together."""
        name, table = next(iter(group.items()))
        stream = table.stream
        assert table.entry is not None
        if (regime := table.entry.regime) is not None:
            return self._chain_likelihood(regime, group)
        first, scope, value = self._row_scope(name, table)

        def dist(statement: Statement) -> tuple[Family, str]:
            kind, arguments = self.parameters.distribution(statement, scope)
            shape = f", shape={self._observed_lines(name, table)}.shape" if kind.value_kind.is_class else ""
            return kind, f"pm.{kind.name}.dist({arguments_text(kind, arguments)}{shape})"

        lines, density = row_likelihood_lines(
            table,
            self.rows_of(name),
            partial(part_name, name),
            right=dist(value),
            wrong=None if stream.wrong is None else dist(stream.wrong),
            share=None if stream.reliability is None else evaluate(stream.reliability, scope, SOURCE),
            seen=self._observed_lines(name, table),
        )
        return [*first, *lines], density

    def _chain_likelihood(self, regime: Regime, group: Mapping[str, RowTable]) -> tuple[list[str], str]:
        """The same of the streams that a hidden regime drives."""
        texts, last = [], 0
        for name, table in group.items():
            first, scope, value = self._row_scope(name, table)
            kind, arguments = self.parameters.distribution(value, scope)
            density = f"pm.logp(pm.{kind.name}.dist({arguments_text(kind, arguments)}), {self._observed_lines(name, table)})"
            texts.append(DensityText(name, first, density))
            last = max(last, int(table.entry.steps[0, self.rows_of(name)].max()))  # type: ignore[union-attr, index]
        return regime_likelihood_lines(self.model.topic, regime, texts, steps=last + 1)

    def _row_scope(self, name: str, table: RowTable) -> tuple[list[str], Scope, Statement]:
        """The lines that work out the quantities of a stream's statement, each once; what its names stand for; and the statement.

        Deep parts of the statement and of quantities are quantities too: Python reads no more than 200 brackets in one another.
        """
        scope = self.model.scope(self.parameters.names())
        columns: dict[str, Any] = {column: SourceText(column_name(name, column)) for column in table.columns}
        if table.entry is not None and (regime := table.entry.regime) is not None:
            columns[regime.name] = SourceText(state_variable(regime))
        scope = scope.plus(values=columns, totals={total: SourceText(part_name(name, self._total(total))) for total in table.totals})
        scope, statement = _name_deep_parts(scope, table.stream.value)
        laters = [its.later for series in table.series if (its := self.model.topic.series[series]).later is not None]
        lines, scope = self._with_quantities(name, laters, scope)
        for series, (_, later_share) in table.series.items():
            value: Any = SourceText(column_name(name, series))
            later = self.model.topic.series[series].later
            if later is not None and later_share.any():
                value = value + SourceText(part_name(name, _later_share_name(series))) * evaluate(later, scope, SOURCE)
            scope = scope.plus(values={series: value})
        more, scope = self._with_quantities(name, [*statement.arguments.values(), *table.stream.entering], scope)
        return [*lines, *more], scope, statement

    def _with_quantities(self, name: str, expressions: Iterable[Expression], scope: Scope) -> tuple[list[str], Scope]:
        """The lines of the quantities that expressions use, and the scope in which their names stand for those variables.

        Written out where they are used, quantities that name one another would double the text with each of them.
        """
        lines: list[str] = []
        values = dict(scope.values)
        for quantity in transitive_names(expressions, scope.named, among=scope.quantities):
            alone = replace(scope, values=values, quantities={quantity: scope.quantities[quantity]})
            value = evaluate(Name(quantity), alone, SOURCE)
            if isinstance(value, SourceText):
                lines.append(f"{quantity}_IN_{name} = {value}")  # no name of a book has capitals
                value = SourceText(f"{quantity}_IN_{name}")
            values[quantity] = value
        others = {quantity: tree for quantity, tree in scope.quantities.items() if quantity not in values}
        return lines, replace(scope, values=values, quantities=others)

    def _observed_lines(self, name: str, table: RowTable) -> str:
        seen = part_name(name, "seen")
        return seen if family_for(table.stream.value).discrete else f"{seen}.astype(float)"

    def _total(self, name: str) -> str:
        """The program's word for a total; a class of the stream is known by its number."""
        stream, _, label = name.removesuffix("]").partition("[")
        total = part_name("total", stream)
        return part_name(total, self.model.topic.streams[stream].classes.index(label)) if label else total

    # the end

    def print_function(self) -> str:
        lines = [
            "print(f\"{'parameter':40} {'mean':>12} {'sd':>12}\")",
        ]
        for parameter in self.model.topic.parameters.values():
            if parameter.name in self.plan.discrete:
                continue
            values, numbers = (
                f'draws["posterior"][{literal(pymc_name(parameter.name))}].values',
                _format_string("values.mean()", "values.std()"),
            )
            if parameter.labels:
                lines += [
                    f"for index, label in enumerate({_labels_name(parameter.per)}):",
                    f"{INDENT}values = {values}[..., index]",
                    f'{INDENT}print(({literal(f"{parameter.name}[")} + label + "]").ljust(40), {numbers})',
                ]
            else:
                lines += [f"values = {values}", f"print({literal(parameter.name)}.ljust(40), {numbers})"]
        if self.plan.discrete:
            lines += self._shares()
        what = ", and the probability of each hypothesis" if self.plan.discrete else ""
        heading = ["", "def print_posterior(draws):", f'{INDENT}"""The mean and standard deviation of each parameter{what}."""']
        return "\n".join([*heading, *(f"{INDENT}{line}" for line in lines)])

    def _shares(self) -> Iterator[str]:
        """The probability of each value of each discrete parameter, from the hypotheses' shares."""
        yield 'shares = draws["posterior"]["hypotheses__share"].values.mean(axis=(0, 1))'
        for place, name in enumerate(sorted(self.plan.discrete)):
            parameter = self.model.topic.parameters[name]
            values = sorted({int(value) for hypothesis in self.plan.hypotheses for value in hypothesis.values[name].ravel()})
            for position, label in enumerate(parameter.labels or ("",)):
                for value in values:
                    word = parameter.categories[value] if parameter.categories else str(value)
                    shown = f"{name}[{label}] = {word}" if label else f"{name} = {word}"
                    pick = f"[{position}]" if label else ""
                    summed = f"sum(share for share, values in zip(shares, hypotheses) if values[{place}]{pick} == {value})"
                    yield f"print({literal(shown)}.ljust(40), {_format_string(summed)})"


def _name_deep_parts(scope: Scope, statement: Statement) -> tuple[Scope, Statement]:
    """A scope in whose quantities, and a statement in whose arguments, deep parts have names of their own."""
    quantities: dict[str, Expression] = {}
    arguments: dict[str, Expression] = {}
    for into, trees, prefix in ((quantities, scope.quantities, ""), (arguments, statement.arguments, "VALUE_")):
        for owner, tree in trees.items():
            into[owner], parts = split_expression(tree, height=HIGHEST, name=f"{prefix}{owner}_PART{{}}".format)
            quantities |= parts
    return replace(scope, quantities=quantities, named=direct_names(quantities)), replace(statement, arguments=arguments)


def _options_text(kind: Family) -> str:
    """What PyMC's declaration of a family is given beside its arguments."""
    return "".join(f", {name}={value}" for name, value in kind.pymc_options.items())


def _row_value_text(row: Row, stream: Stream) -> str:
    """A row's value, or its counts of each class."""
    if not is_counted(stream):
        return number_text(row.value)
    return f"[{', '.join(number_text(row.columns[count_column(label)]) for label in stream.classes)}]"


def _row_comment(row: Row, stream: Stream) -> str:
    return f": {row.said}" if row.said and not is_counted(stream) else ""


def _format_string(*values: str) -> str:
    """A formatted string of the program with what some expressions give."""
    return f'f"{" ".join(f"{{{value}:12.6g}}" for value in values)}"'


def _later_share_name(series: str) -> str:
    return part_name(series, "later_share")


def _labels_name(label_set: str) -> str:
    return part_name(label_set, "labels")


def _interval_text(start: object, end: object) -> str:
    return f"{start}" if start == end else f"{start} to {end}"
