"""A topic between text and value: parsed, not yet checked, every part knowing where it stands.

What cannot be parsed is missing from a draft, but its name is kept, so that one
mistake is reported once and not again wherever the name is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from forecast.book.calendar import CALENDARS
from forecast.book.classes import Classes
from forecast.book.dependencies import Dependencies, dependencies_of
from forecast.book.files.conform import conform
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SNAKE_CASE, prior_path, record_path, topic_path
from forecast.book.files.names import CLOCKS, DEFAULT, LONGEST_NAME
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem, Result
from forecast.book.files.shapes import PriorFile, PriorTable, QuestionTable, SeriesTable, StreamTable, TopicFile
from forecast.book.files.sources import (
    Document,
    SourceFile,
    make_source_file,
    parse_document,
    read_document,
    read_document_if_any,
    read_source_if_any,
)
from forecast.book.records import RecordFile, read_points, read_rows
from forecast.book.topic import Point
from forecast.language.classes import (
    counts_classes,
    expand_shares,
    has_class_values,
    has_named_class_values,
    has_named_shares,
    written_classes,
)
from forecast.language.distributions.families import value_kind_of
from forecast.language.distributions.traits import ValueKind
from forecast.language.expressions import Expression
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.language.pooling import Pooling
from forecast.language.statements import Statement, parse_statement


@dataclass(frozen=True, slots=True)
class ParsedText[Tree: (Expression, Statement)]:
    """An expression or statement and where its text stands."""

    document: Document
    keys: Keys
    text: str
    tree: Tree

    def problem(self, message: str, hint: str = "", *, offset: int = 0) -> Problem:
        """Return a problem ``offset`` characters into the text."""
        return self.document.at_value(self.keys, message, hint, offset=offset)


type AnyParsedText = ParsedText[Expression] | ParsedText[Statement]


@dataclass(frozen=True, slots=True)
class PartDraft:
    """A scenario or an expert: the statement (None where it cannot be parsed), the weight and why, with where each stands."""

    written: ParsedText[Statement] | None
    weight: float
    weight_keys: Keys
    why: str
    is_used: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True)
class PriorDraft:
    """A parameter's table and its statements by label (``default`` for all others, or for the only value).

    Where its prior is a pool it has ``parts`` by name instead of statements, and ``pooling`` says of which kind.
    """

    document: Document
    table: PriorTable
    statements: Mapping[str, ParsedText[Statement]]
    parts: Mapping[str, PartDraft] = field(default_factory=dict)
    pooling: Pooling | None = None

    @property
    def is_by_label(self) -> bool:
        """Whether ``prior`` has a statement for each label."""
        return isinstance(self.table.prior, dict) and self.pooling is None

    @property
    def categories(self) -> tuple[str, ...]:
        """The labels of a Categorical parameter, none for other parameters."""
        first = next((part.written for part in self.parts.values() if part.is_used), None)
        return _labels_of_kind(ValueKind.CATEGORY, first if self.parts else self.statements.get(DEFAULT))

    @property
    def shares(self) -> tuple[str, ...]:
        """The labels of a Dirichlet parameter, none for other parameters."""
        return _labels_of_kind(ValueKind.SIMPLEX, self.statements.get(DEFAULT))


@dataclass(frozen=True, slots=True)
class SeriesDraft:
    """A series' table, what comes later, and its points."""

    table: SeriesTable
    later: ParsedText[Expression] | None
    points: tuple[Point, ...]
    source: SourceFile | None
    is_read: bool  # whether its points could be read


@dataclass(frozen=True, slots=True)
class StreamDraft:
    """A stream's table, statement, next columns and record (None where it has no file, or none that can be read)."""

    table: StreamTable
    value: ParsedText[Statement]
    next: Mapping[str, ParsedText[Expression]]
    record: RecordFile | None
    is_read: bool  # whether its rows could be read, which is so too where there is no file
    classes: Classes | None = None  # of a stream whose rows say which class, or how many of each
    weight: ParsedText[Expression] | None = None
    reliability: ParsedText[Expression] | None = None
    wrong: ParsedText[Statement] | None = None

    @property
    def entering(self) -> tuple[Expression, ...]:
        """The expressions beside the statement that say how a row enters the likelihood."""
        alone = [written.tree for written in (self.weight, self.reliability) if written is not None]
        return (*alone, *(self.wrong.tree.arguments.values() if self.wrong is not None else ()))


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question's table and expressions; None or missing where not given or not parsed."""

    table: QuestionTable
    answer: ParsedText[Expression] | None
    choices: Mapping[str, ParsedText[Expression]]
    given: ParsedText[Expression] | None
    annulled: ParsedText[Expression] | None = None

    @property
    def expressions(self) -> tuple[ParsedText[Expression], ...]:
        """All that the question has of expressions."""
        return tuple(parsed for parsed in (self.answer, self.given, self.annulled, *self.choices.values()) if parsed is not None)


@dataclass(frozen=True, slots=True)
class Draft:
    """A topic's files, parsed.

    ``kinds`` says of each name what it names, also where that could not be
    parsed.  ``priors_known`` is false where the prior file could not be read.
    """

    name: str
    topic: Document
    priors: Document
    table: TopicFile
    kinds: Mapping[str, str]
    priors_known: bool
    parameters: Mapping[str, PriorDraft]
    series: Mapping[str, SeriesDraft]
    streams: Mapping[str, StreamDraft]
    quantities: Mapping[str, ParsedText[Expression]]
    questions: Mapping[str, QuestionDraft]
    sources: tuple[SourceFile, ...]
    dependencies: Dependencies = field(default_factory=Dependencies)  # of the quantities


def read_draft(folder: Folder, name: str) -> Result[Draft]:
    """Read and parse the files of one topic; None where its own file gives no topic."""
    topic, problems = read_document(folder, topic_path(name))
    priors, parameters, prior_problems = read_priors(folder, name)
    gathered: list[Problem] = [*problems, *prior_problems]
    if topic is None:
        return Result(None, tuple(gathered))
    shaped = conform(topic, TopicFile)
    gathered += shaped.problems
    if shaped.value is None:
        return Result(None, (*gathered, *_record_problems(folder, name, topic)))
    table: TopicFile = shaped.value
    series = _series(folder, name, topic, table, gathered)
    shares = {parameter: prior.shares for parameter, prior in parameters.items() if prior.shares}
    streams = _streams(folder, name, topic, table, shares, gathered)
    quantities = _quantities(topic, table, gathered)
    questions = {key: _question(topic, ("questions", key), question, gathered) for key, question in table.questions.items()}
    kinds = _kinds(topic, priors)
    sources = _sources(topic, priors, series, streams)
    priors_known = bool(priors.content) or not prior_problems
    trees = {key: its.tree for key, its in quantities.items()}
    dependencies = dependencies_of(
        trees, series=frozenset(key for key, kind in kinds.items() if kind == "series"), clocks=frozenset((*CLOCKS, *CALENDARS))
    )
    draft = Draft(
        name, topic, priors, table, kinds, priors_known, parameters, series, streams, quantities, questions, sources, dependencies
    )
    return Result(draft, tuple(gathered))


def _labels_of_kind(kind: ValueKind, statement: ParsedText[Statement] | None) -> tuple[str, ...]:
    """The labels that a statement names whose values are of some kind, none for other statements."""
    return tuple(statement.tree.arguments) if statement is not None and value_kind_of(statement.tree) is kind else ()


def _sources(
    topic: Document, priors: Document, series: Mapping[str, SeriesDraft], streams: Mapping[str, StreamDraft]
) -> tuple[SourceFile, ...]:
    read = [its.source for its in series.values()] + [its.record.source for its in streams.values() if its.record]
    return (topic.source, priors.source, *(source for source in read if source is not None))


def read_priors(folder: Folder, name: str) -> tuple[Document, dict[str, PriorDraft], tuple[Problem, ...]]:
    """Read and parse a topic's prior file.

    Where there is none, or none that can be read, the document is an empty one.
    """
    path = prior_path(name)
    document, file_problems = read_document_if_any(folder, path)
    problems = list(file_problems)
    if document is None:
        document, _ = parse_document(make_source_file(path, ""))
        assert document is not None  # an empty text is TOML
    conformed = conform(document, PriorFile)
    problems += conformed.problems
    assert conformed.value is not None  # of tables by name the sound ones are kept
    return document, _priors(document, conformed.value, problems), tuple(problems)


def _record_problems(folder: Folder, name: str, topic: Document) -> tuple[Problem, ...]:
    """The problems of the records of a topic whose own file cannot be used."""
    gathered: list[Problem] = []
    for group in ("series", "streams"):
        tables = topic.content.get(group)
        for key in tables if isinstance(tables, dict) else ():
            source, problems = _record_source(folder, name, key)
            gathered += problems
            statement = str(tables[key].get("value", "")) if isinstance(tables, dict) and isinstance(tables[key], dict) else ""
            family = statement.strip().partition("(")[0]
            if source is not None and not has_named_class_values(family):  # whose rows are read by their classes
                gathered += (read_points(source) if group == "series" else read_rows(source))[1]
    return tuple(gathered)


def _kinds(topic: Document, priors: Document) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for name in priors.content:
        kinds.setdefault(name, "parameter")
    for group, kind in (("series", "series"), ("streams", "stream"), ("quantities", "quantity"), ("questions", "question")):
        tables = topic.content.get(group, {})
        for name in tables if isinstance(tables, dict) else ():
            kinds.setdefault(name, kind)
    return kinds


def _priors(document: Document, tables: Mapping[str, PriorTable], problems: list[Problem]) -> dict[str, PriorDraft]:
    drafts = {}
    for name, table in tables.items():
        if table.experts or ("weight" in document.content[name] and isinstance(table.prior, dict)):
            drafts[name] = _pool(document, name, table, problems)
            continue
        if not table.prior:
            statements = {}
        elif isinstance(table.prior, str):
            parsed = _parse(document, (name, "prior"), table.prior, parse_statement, problems)
            statements = {DEFAULT: parsed} if parsed is not None else {}
        else:
            statements = _parse_all(document, (name, "prior"), table.prior, parse_statement, problems)
        drafts[name] = PriorDraft(document, table, statements)
    return drafts


def _pool(document: Document, name: str, table: PriorTable, problems: list[Problem]) -> PriorDraft:
    """The draft of a mixture of scenarios, or of what several people said."""
    if table.experts:
        parts = {
            expert: PartDraft(
                _parse(document, (name, "experts", expert, "prior"), its.prior, parse_statement, problems),
                its.weight,
                (name, "experts", expert, "weight"),
                its.why,
                its.use,
                its.source,
            )
            for expert, its in table.experts.items()
        }
        return PriorDraft(document, table, {}, parts, table.pool)
    assert isinstance(table.prior, dict)
    whys = table.why if isinstance(table.why, dict) else {}
    written = _parse_all(document, (name, "prior"), table.prior, parse_statement, problems)
    scenarios = {
        scenario: PartDraft(written.get(scenario), table.weight.get(scenario, math.nan), (name, "weight", scenario), whys.get(scenario, ""))
        for scenario in table.prior
    }
    return PriorDraft(document, table, {}, scenarios, "mixture")


def _series(folder: Folder, topic: str, document: Document, table: TopicFile, problems: list[Problem]) -> dict[str, SeriesDraft]:
    drafts = {}
    for name, series in table.series.items():
        later = _parse(document, ("series", name, "later"), series.later, parse_expression, problems) if series.later else None
        points: tuple[Point, ...] = ()
        source, wrong = _record_source(folder, topic, name)
        if source is not None:
            points, wrong = read_points(source)
        problems += wrong
        drafts[name] = SeriesDraft(series, later, points, source, not wrong)
    return drafts


def _classes(table: StreamTable, statement: Statement) -> Classes | None:
    """The classes of a stream; None for a stream of numbers, and where what is written gives none."""
    labels = ordered_classes(table.classes) if value_kind_of(statement) is ValueKind.ORDERED_CATEGORY else written_classes(statement)
    if not has_class_values(statement) or has_named_shares(statement) or len(labels) < 2:
        return None
    return Classes(labels, counted=counts_classes(statement))


def ordered_classes(text: str) -> tuple[str, ...]:
    """Return the classes that a text such as `none < some < many` names."""
    return tuple(label.strip() for label in text.split("<")) if text.strip() else ()


def _streams(
    folder: Folder, topic: str, document: Document, table: TopicFile, shares: Mapping[str, tuple[str, ...]], problems: list[Problem]
) -> dict[str, StreamDraft]:
    drafts = {}
    for name, stream in table.streams.items():
        keys: Keys = ("streams", name)
        value = _parse(document, (*keys, "value"), stream.value, parse_statement, problems)
        following = _parse_all(document, (*keys, "next"), stream.next, parse_expression, problems)
        entering = [
            _parse(document, (*keys, key), text, parse, problems) if text else None
            for key, text, parse in (
                ("weight", stream.weight, parse_expression),
                ("reliability", stream.reliability, parse_expression),
                ("wrong", stream.wrong, parse_statement),
            )
        ]
        if value is not None:
            value = replace(value, tree=expand_shares(value.tree, shares))
        classes = None if value is None else _classes(stream, value.tree)
        classed = value is not None and has_class_values(value.tree)
        record: RecordFile | None = None
        source, wrong = _record_source(folder, topic, name)
        if source is not None and not (classed and classes is None):  # rows of unknown classes cannot be read
            record, wrong = read_rows(source, classes)
        problems += wrong
        if value is not None:
            is_read = record is not None or (source is None and not wrong)
            drafts[name] = StreamDraft(stream, value, following, record, is_read, classes, *entering)
    return drafts


def _quantities(document: Document, table: TopicFile, problems: list[Problem]) -> dict[str, ParsedText[Expression]]:
    parsed = {
        name: _parse(document, ("quantities", name), its, parse_expression, problems)
        if isinstance(its, str)
        else _parse(document, ("quantities", name, "value"), its.value, parse_expression, problems)
        for name, its in table.quantities.items()
    }
    return {name: written for name, written in parsed.items() if written is not None}


def _record_source(folder: Folder, topic: str, name: str) -> Result[SourceFile]:
    """The CSV file of a stream or series; None, without a problem, where there is none yet, or where its name can be no file's."""
    if not SNAKE_CASE.fullmatch(name) or len(name) > LONGEST_NAME:  # such as `../x`; the name is a problem of its own
        return Result(None)
    return read_source_if_any(folder, record_path(topic, name))


def _question(document: Document, keys: Keys, table: QuestionTable, problems: list[Problem]) -> QuestionDraft:
    def parse(key: str, text: str) -> ParsedText[Expression] | None:
        return _parse(document, (*keys, key), text, parse_expression, problems) if text else None

    choices = _parse_all(document, (*keys, "choices"), table.choices, parse_expression, problems)
    annulled = table.annulled if isinstance(table.annulled, str) else repr(table.annulled)
    return QuestionDraft(table, parse("answer", table.answer), choices, parse("given", table.given), parse("annulled", annulled))


def _parse(document: Document, keys: Keys, text: str, parse: Callable[[str], Any], problems: list[Problem]) -> ParsedText[Any] | None:
    try:
        return ParsedText(document, keys, text, parse(text))
    except Fault as fault:
        problems.append(document.of_fault(keys, fault))
        return None


def _parse_all(
    document: Document, keys: Keys, texts: Mapping[str, str], parse: Callable[[str], Any], problems: list[Problem]
) -> dict[str, ParsedText[Any]]:
    parsed = {name: _parse(document, (*keys, name), text, parse, problems) for name, text in texts.items()}
    return {name: written for name, written in parsed.items() if written is not None}


def argument_expressions(statements: Sequence[ParsedText[Statement]]) -> list[Expression]:
    """Return the arguments of statements, all together."""
    return [expression for written in statements for expression in written.tree.arguments.values()]
