"""Reading the files of a topic into a draft: every text parsed, and what cannot be parsed reported and left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from forecast.book.calendar import CALENDARS
from forecast.book.classes import Classes
from forecast.book.dependencies import dependencies_of
from forecast.book.draft import Draft, ParsedText, PartDraft, PriorDraft, QuestionDraft, SeriesDraft, StreamDraft, ordered_classes
from forecast.book.files.conform import conform
from forecast.book.files.contract_shapes import CONTRACTS
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SNAKE_CASE, prior_path, record_path, topic_path
from forecast.book.files.names import CLOCKS, DEFAULT, LONGEST_NAME
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem, Result
from forecast.book.files.shapes import PriorFile, PriorTable, QuestionTable, StreamTable, TopicFile
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
from forecast.language.statements import Statement, parse_statement


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
    questions = {
        key: _question(topic, ("questions", key), question, gathered) for key, question in table.questions.items() if question.type is None
    }
    judged = {key: question for key, question in table.questions.items() if question.type is not None}
    kinds = _kinds(topic, priors)
    sources = _sources(topic, priors, series, streams)
    priors_known = bool(priors.content) or not prior_problems
    trees = {key: its.tree for key, its in quantities.items()}
    dependencies = dependencies_of(
        trees, series=frozenset(key for key, kind in kinds.items() if kind == "series"), clocks=frozenset((*CLOCKS, *CALENDARS))
    )
    draft = Draft(
        name, topic, priors, table, kinds, priors_known, parameters, series, streams, quantities, questions, sources, judged, dependencies
    )
    return Result(draft, tuple(gathered))


def _sources(
    topic: Document, priors: Document, series: Mapping[str, SeriesDraft], streams: Mapping[str, StreamDraft]
) -> tuple[SourceFile, ...]:
    read = [its.source for its in series.values()] + [its.record.source for its in streams.values() if its.record]
    return (topic.source, priors.source, *(source for source in read if source is not None))


def read_priors(folder: Folder, name: str) -> tuple[Document, dict[str, PriorDraft], tuple[Problem, ...]]:
    """Read and parse a topic's prior file, without what it says of contracts, which is nothing of the model's.

    Where there is none, or none that can be read, the document is an empty one.
    """
    path = prior_path(name)
    document, file_problems = read_document_if_any(folder, path)
    problems = list(file_problems)
    if document is None:
        document, _ = parse_document(make_source_file(path, ""))
        assert document is not None  # an empty text is TOML
    if CONTRACTS in document.content:
        document = replace(document, content={name: table for name, table in document.content.items() if name != CONTRACTS})
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
    answer = parse("answer", table.answer) if table.answer else parse("probability", table.probability)
    return QuestionDraft(table, answer, choices, parse("given", table.given), parse("annulled", annulled))


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
