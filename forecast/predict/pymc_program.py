"""A model as a PyMC program that answers its open questions too: after sampling it simulates futures and reads the questions on them.

A question is left to this package where the program does not simulate what it needs; a comment in the program names it and says why.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Question
from forecast.inference.pymc.program import pymc_source
from forecast.inference.pymc.program_functions import MAIN
from forecast.inference.pymc.program_priors import INDENT
from forecast.inference.pymc.program_text import comment, literal
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression, First, Name, is_condition
from forecast.language.source import SourceText, number_text
from forecast.model.clock import DAYS_PER_YEAR
from forecast.model.model import Model, calendars
from forecast.model.record import series_share
from forecast.model.used_names import names_used, series_and_streams_used
from forecast.predict.answers import horizon
from forecast.predict.days_within_steps import has_days_within_steps
from forecast.predict.first_days import condition_streams
from forecast.predict.paths import timeline_of
from forecast.predict.program_futures import HELPERS, MOST_PATH_NUMBERS, OPS, PROGRAM_PATHS, FutureStreams, quantity_lines
from forecast.predict.questions import truth_before

PRINTED_LEVELS = (0.05, 0.5, 0.95)
SUMMARIES = '''
def mean_and_error(values, weights):
    """A weighted mean over paths and its Monte Carlo error, from 40 blocks of the chains; of what no path has, or all, one path in all."""
    if not weights.sum():
        return np.nan, np.nan
    mean = np.average(values, weights=weights)
    parts = [part.mean() for part in np.array_split(weights * (values - mean), 40)]
    return mean, np.std(parts, ddof=1) / np.sqrt(40) / weights.mean() or 1 / weights.sum() * (mean in (0, 1))


def quantile_and_error(values, weights, share):
    """A weighted quantile over paths, and its Monte Carlo error from 40 blocks."""

    def quantile(part, among):
        order = np.argsort(part)
        reached = np.searchsorted(among[order].cumsum(), share * among.sum())
        return part[order][min(reached, len(part) - 1)] if among.any() else np.nan

    parts = [quantile(*part) for part in zip(np.array_split(values, 40), np.array_split(weights, 40))]
    return quantile(values, weights), np.nanstd(parts, ddof=1) / np.sqrt(40)


def day_text(day, otherwise):
    """A day by its number, where it is one."""
    return str(np.datetime64(int(day), "D")) if np.isfinite(day) else otherwise
'''


def program_with_answers(model: Model) -> str:
    """Return the text of a PyMC program that samples a model, prints its posterior, simulates futures and prints the answers.

    Each answer has its Monte Carlo error, which covers the draws of the parameters and the simulation.  Raises ``CannotSample`` where
    ``pymc_model`` would.
    """
    source = pymc_source(model)
    if not model.topic.questions:
        return source
    questions = _Questions(model, _streams(model))
    comments, body = list(questions.comments()), "\n".join(f"{INDENT}{line}".rstrip() for line in questions.lines()).rstrip()
    text = f"{PRINT_ANSWERS}\n{body}\n" if body else ""
    try:
        ast.parse(text)
    except NO_CODE:
        text, comments = "", [TOO_DEEP]
    head, main, end = source.rpartition(MAIN)
    assert main  # it ends every program
    called = f"{INDENT}print_answers(draws)\n" if text else ""
    whole = "\n".join(["", "", *comments, ""]) + text + main + end.rstrip("\n") + called
    program = f"{head.rstrip()}\n{whole}"
    return program.replace(IMPORT, f"{IMPORT}from scipy import special\n", 1) if "special" in _names_in_code(text) else program


NO_CODE = (SyntaxError, RecursionError, MemoryError)  # where Python cannot read a text, or it is nested too deep
IMPORT = "import pytensor.tensor as pt\n"
TOO_DEEP = "# The questions are not answered here: their expressions, or those of streams, are nested too deep to be written as a program."
PRINT_ANSWERS = f'''
def print_answers(draws):
{INDENT}"""The answers with their Monte Carlo errors, on one simulated future for each draw of the posterior."""'''


def _used_functions(body: str) -> Iterator[str]:
    """The lines of those functions that a program's body calls."""
    try:
        used = _names_in_code(body)
    except NO_CODE:  # said where the whole is read
        return
    for text in f"{HELPERS}\n{SUMMARIES}".strip().split("\n\n\n"):
        if text.removeprefix("def ").partition("(")[0] in used:
            yield from ("", *text.splitlines())
    yield ""


def _names_in_code(text: str) -> set[str]:
    """The names that code uses, those in its texts and comments aside."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _streams(model: Model) -> FutureStreams:
    questions = model.topic.questions.values()
    cuts = [day for its in questions for day in (its.since, its.by and its.by + ONE_DAY) if day]
    timeline = timeline_of(model, horizon(model), cuts, whole=False)
    if not any(question.kind == "date" for question in questions):  # no other reads the record between the days that count
        kept = tuple(day for day in timeline.days if day >= timeline.first_drawn or day in timeline.required)
        timeline = replace(timeline, days=kept)
    return FutureStreams(model, timeline)


@dataclass(frozen=True)
class _Questions:
    model: Model
    streams: FutureStreams

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """Why each question is not answered in the program; empty where it is."""
        return {name: self._refusal(question) for name, question in self.model.topic.questions.items()}

    def comments(self) -> Iterator[str]:
        """What is not answered, and why."""
        yield from (comment(f"{name} is not answered here: {reason}") for name, reason in self.reasons.items() if reason)

    def lines(self) -> Iterator[str]:
        """The simulation and the answers; none where no question is answered."""
        asked = [question for name, question in self.model.topic.questions.items() if not self.reasons[name]]
        if not asked:
            return
        answers = [*self._answer_lines(asked)]
        yield from _used_functions("\n".join(answers))
        yield from answers

    def _answer_lines(self, asked: Sequence[Question]) -> Iterator[str]:
        """The simulation and the answers, without the functions that they call."""
        needed = self.streams.needed_streams(expression for question in asked for expression in question.expressions)
        yield "RNG = np.random.default_rng(1)"
        yield from self.streams.parameter_lines()
        yield 'PATHS = draws["posterior"].sizes["chain"] * draws["posterior"].sizes["draw"]'
        yield 'np.seterr(all="ignore")  # of branches that are not taken'
        yield from self.streams.lines(needed) if needed else ()
        yield "print(f\"\\n{'question':40} {'answer':>12} {'error':>12}\")"
        for question in asked:
            yield ""
            yield comment(f"{question.name}: {question.asks}")
            yield from self._question_lines(question)

    def _refusal(self, question: Question) -> str:
        """Return why a question is not answered in a program; empty where it is."""
        topic, needed = self.model.topic, self.streams.needed_streams(question.expressions)
        kept = len(self.streams.timeline.days) * PROGRAM_PATHS * len(topic.streams)
        if {*calendars(topic), *topic.regimes} & names_used(topic, *question.expressions):
            return "it asks of what changes with the calendar"
        if needed and kept > MOST_PATH_NUMBERS:
            return "so many steps would take too much memory"
        if reason := self.streams.series_refusal(names_used(topic, *question.expressions)):
            return reason
        for reason in filter(None, (self.streams.refusal(name, question) for name in needed)):
            return reason
        drifting = {parameter.name for parameter in topic.parameters.values() if parameter.per in calendars(topic)}
        if drifting & names_used(topic, *question.expressions):
            return "it asks of what changes with the calendar"
        if needed and question.by and all(question.by < self.streams.timeline.starts.get(name, question.by) for name in needed):
            return "the record alone settles it"
        return self._refusal_of_date(question) if isinstance(question.answer, First) else ""

    def _refusal_of_date(self, question: Question) -> str:
        """Return why a question for a date is not answered, if only since its condition may hold within the record."""
        assert isinstance(question.answer, First)
        condition, model = question.answer.condition, self.model
        streams = series_and_streams_used(model.topic, condition)[1]
        if not streams or set(model.topic.parameters) & names_used(model.topic, condition):
            return "its condition is not one on totals alone"
        boundaries = self._boundary_days(question)
        days = [day for day in boundaries if day <= self.streams.timeline.first_drawn] or [boundaries[0]]
        if any(model.records[name].ranges for name in streams):
            return "days of the record of which only a range is known decide on it"
        sums = {name: self._counted_totals(name, days, question) for name in streams}
        first = model.topic.opens if question.since is None else question.since
        held = truth_before(question, model, {}, days, sums, count=1, first=first)
        return "the record alone settles it" if held.any() else ""

    def _counted_totals(self, name: str, days: list[Any], question: Question) -> Any:
        import numpy as np

        sums = np.array(self.model.records[name].totals_before(days, ""))[None]
        return sums if question.since is None else sums - sums[:, :1]

    def _boundary_days(self, question: Question) -> tuple[Any, ...]:
        """The days before which the condition of a question for a date is read."""
        assert question.by is not None
        days = self.streams.timeline.days
        return days[0 if question.since is None else days.index(question.since) : days.index(question.by + ONE_DAY) + 1]

    # what a question comes to

    def _question_lines(self, question: Question) -> Iterator[str]:
        scope = self._scope(question)
        answers = [] if isinstance(question.answer, First) else [question.answer, *question.choices.values()]
        read = [expression for expression in (*answers, question.given, question.annulled) if expression is not None]
        lines, scope = quantity_lines(read, scope, f"FOR_{question.name}")
        yield from lines
        yield from self._weight_lines(question, scope)
        name = question.name
        match question.kind:
            case "date":
                yield from self._date_lines(question)
            case "distribution":
                yield f"VALUE_{name} = np.broadcast_to({self._text(question.answer, scope)}, PATHS).astype(float)"
                yield _print_line(f"{name}, expected", f"*mean_and_error(VALUE_{name}, WEIGHT_{name})")
                yield from (
                    _print_line(f"{name}, {100 * level:g} %", f"*quantile_and_error(VALUE_{name}, WEIGHT_{name}, {level})")
                    for level in PRINTED_LEVELS
                )
            case "probability":
                yield f"VALUE_{name} = np.broadcast_to({self._text(question.answer, scope)}, PATHS).astype(float)"
                yield _print_line(name, f"*mean_and_error(VALUE_{name}, WEIGHT_{name})")
            case "shares":
                for label, text in self._choices(question, scope):
                    held = f"np.broadcast_to({text}, PATHS).astype(float)"
                    yield _print_line(f"{name}, {label}", f"*mean_and_error({held}, WEIGHT_{name})")

    def _choices(self, question: Question, scope: Scope) -> Iterator[tuple[str, SourceText]]:
        for label, condition in question.choices.items():
            yield label, self._text(condition, scope)
        if not question.choices:
            assert isinstance(question.answer, Name)
            for code, label in enumerate(self.model.topic.parameters[question.answer.name].categories):
                yield label, SourceText(f"np.equal(DRAWS_{question.answer.name}, {code})")

    def _weight_lines(self, question: Question, scope: Scope) -> Iterator[str]:
        """What each path counts: 1 where the question is asked and not annulled."""
        name = f"WEIGHT_{question.name}"
        asked = "1" if question.given is None else self._text(question.given, scope)
        kept = "" if question.annulled is None else f" * (1 - np.broadcast_to({self._text(question.annulled, scope)}, PATHS).astype(float))"
        yield f"{name} = np.broadcast_to({asked}, PATHS).astype(float){kept}"

    def _date_lines(self, question: Question) -> Iterator[str]:
        """The day on which a condition first holds: it is read where steps end, and then sought within the step."""
        assert isinstance(question.answer, First)
        assert question.by is not None
        name, days = question.name, self._boundary_days(question)
        start = self.streams.before(days[0])
        first = self.model.topic.opens if question.since is None else question.since
        at, offset = f"READ_{name}", f" - {start}" if start else ""
        totals = self._totals_at(question, at, start)
        scope = self.streams.scope.plus(totals=totals, values={"t": SourceText(f"CLOCK_{name}[{at}{offset}]")})
        eves = self.streams.years_at(max(day - ONE_DAY, first) for day in days)
        lines, scope = quantity_lines([question.answer.condition], scope, f"AT_{name}")
        yield f"CLOCK_{name} = np.array([{', '.join(map(number_text, eves))}])"
        yield f"HELD_{name} = np.zeros(({len(days)}, PATHS), dtype=bool)"
        yield f"for {at} in range({start}, {start + len(days)}):"
        yield from (f"{INDENT}{line}" for line in lines)
        yield f"{INDENT}HELD_{name}[{at}{offset}] = {self._text(question.answer.condition, scope)}"
        yield f"COMES_{name}, STEP_{name}_HELD = HELD_{name}.any(axis=0), HELD_{name}.argmax(axis=0){f' + {start}' if start else ''}"
        if has_days_within_steps(question, self.model):
            yield from self._day_lines(question, start)
        else:
            length = f"(BOUNDARIES[STEP_{name}_HELD] - BOUNDARIES[STEP_{name}_HELD - 1]).astype(int)"
            day = f"BOUNDARIES[STEP_{name}_HELD].astype(int) - 1 - np.floor(RNG.random(PATHS) * {length})"
            yield f"DAY_{name} = np.where(COMES_{name}, {day}, np.inf)"
        yield _print_line(f"{name}, not by {question.by}", f"*mean_and_error(1 - COMES_{name}, WEIGHT_{name})")
        late = (question.by + ONE_DAY).isoformat()
        for level in PRINTED_LEVELS:
            shown = f'day_text(quantile_and_error(DAY_{name}, WEIGHT_{name}, {level})[0], "{late} or later")'
            yield f"print({literal(f'{name}, {100 * level:g} %')}.ljust(40), {shown})"

    def _totals_at(self, question: Question, at: str, start: int) -> dict[str, SourceText]:
        """What counts for a question of each total at a boundary, by the variable with its number, of those from the number ``start``."""
        return {
            total: SourceText(f"{path}[{at}]" if question.since is None else f"({path}[{at}] - {path}[{start}])")
            for total, path in self.streams.path_names().items()
        }

    def _day_lines(self, question: Question, start: int) -> Iterator[str]:
        """The day within the step that made a condition hold: day by day what is left of the step's events comes, each on any of its days alike."""
        assert isinstance(question.answer, First)
        name, streams = question.name, condition_streams(question, self.model)
        at, step, day, sought = f"BEFORE_{name}", f"STEP_{name}_HELD", f"REACHED_{name}", f"SOUGHT_{name}"
        here = self._totals_at(question, at, start)
        on = {total: SourceText(f"COUNTED_{name}_{total}") for total in streams}
        clock = SourceText(f"(({day} - 1 - {(self.model.topic.opens - date(1970, 1, 1)).days}) / {number_text(DAYS_PER_YEAR)})")
        lines, scope = quantity_lines([question.answer.condition], self.streams.scope.plus(totals=on, values={"t": clock}), f"ON_{name}")
        yield f"{at} = np.maximum({step} - 1, {start}), np.arange(PATHS)"
        yield f"LAST_{name} = BOUNDARIES[{step}].astype(int)"
        for total in streams:
            path = self.streams.path_names()[total]
            yield f"COUNTED_{name}_{total} = {here[total]} + np.zeros(PATHS)"
            yield f"LEFT_{name}_{total} = {path}[{step}, {at}[1]] - {path}[{at}]"
        yield f"{sought} = COMES_{name} & ({step} > {start})"
        yield f"{day} = BOUNDARIES[{at}[0]].astype(int) + ~{sought}"
        yield f"while {sought}.any():"
        yield f"{INDENT}{day}[{sought}] += 1"
        for total in streams:
            came, left = f"CAME_{name}_{total}", f"LEFT_{name}_{total}"
            share = f"1 / np.maximum(LAST_{name} - {day} + 1, 1)"
            yield f"{INDENT}{came} = {sought} * RNG.binomial(np.abs({left}).astype(int), {share}) * np.sign({left})"
            yield f"{INDENT}COUNTED_{name}_{total}[:] += {came}"
            yield f"{INDENT}{left}[:] -= {came}"
        yield from (f"{INDENT}{line}" for line in lines)
        yield f"{INDENT}{sought}[:] &= ~({self._text(question.answer.condition, scope)}) & ({day} < LAST_{name})"
        yield f"DAY_{name} = np.where(COMES_{name}, {day} - 1.0, np.inf)"

    def _scope(self, question: Question) -> Scope:
        """What the names of a question stand for: totals over the days that count, its day's clock and series."""
        if question.by is None:
            return self.streams.scope
        end = self.streams.before(question.by + ONE_DAY)
        begin = None if question.since is None else self.streams.before(question.since)
        totals = {
            total: SourceText(f"{path}[{end}]" if begin is None else f"({path}[{end}] - {path}[{begin}])")
            for total, path in self.streams.path_names().items()
        }
        (years,) = self.streams.years_at([question.by])
        scope = self.streams.scope.plus(totals=totals, values={"t": years})
        series: dict[str, Any] = {}
        used = names_used(self.model.topic, *question.expressions)
        for name in (name for name in self.model.topic.series if name in used):
            share = series_share(self.model.topic.series[name], question.by, question.by, as_of=self.model.as_of)
            series[name] = self.model.series_value(name, share.known, share.later_share, scope, OPS)
        return scope.plus(values=series)

    def _text(self, expression: Expression | None, scope: Scope) -> SourceText:
        assert expression is not None
        value = evaluate(expression, scope, OPS)
        text = value if isinstance(value, SourceText) else SourceText(number_text(value))
        return SourceText(f"({text})") if is_condition(expression) else text


def _print_line(name: str, values: str) -> str:
    """A line that prints an answer and its error, which a starred expression gives."""
    return f'print({literal(name)}.ljust(40), "{{:12.6g}} {{:12.2g}}".format({values}))'
