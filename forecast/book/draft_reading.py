"""Reading the files of a topic into a draft: every text parsed, and what cannot be parsed reported and left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from forecast.book.calendar import CALENDARS
from forecast.book.classes import Classes
from forecast.book.dependencies import dependencies_of
from forecast.book.draft import (
    Draft,
    ParsedText,
    PartDraft,
    PriorDraft,
    QuestionDraft,
    ScenarioDraft,
    SeriesDraft,
    StreamDraft,
    ordered_classes,
)
from forecast.book.files.conform import conform
from forecast.book.files.contract_shapes import CONTRACTS
from forecast.book.files.folder import Folder
from forecast.book.files.layout import prior_path, topic_path
from forecast.book.files.names import CLOCKS, DEFAULT, NAMED_GROUPS
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem, Result
from forecast.book.files.shapes import VARIANTS, PriorFile, PriorTable, QuestionTable, StreamTable, TopicFile, VariantPriorsTable
from forecast.book.files.sources import (
    Document,
    SourceFile,
    make_source_file,
    parse_document,
    read_document,
    read_document_if_any,
)
from forecast.book.links import PosteriorLink, is_link, parse_link
from forecast.book.prior_statements import parse_prior
from forecast.book.record_sources import RecordSources
from forecast.book.records import RecordFile
from forecast.book.topic import Point
from forecast.book.variant_documents import prior_document_of, topic_document_of
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


@dataclass(frozen=True, slots=True)
class PriorsRead:
    """A prior file as read: what it says of the topic as it stands, and, as written, of each variant.

    ``variants`` is empty where what is written of them has not the shape it must have.
    """

    document: Document
    parameters: Mapping[str, PriorDraft]
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_draft(folder: Folder, name: str) -> Result[Draft]:
    """Read and parse the files of one topic; None where its own file gives no topic."""
    topic, problems = read_document(folder, topic_path(name))
    priors, prior_problems = read_priors(folder, name)
    if topic is None:
        return Result(None, (*problems, *prior_problems))
    records = RecordSources(folder, name)
    draft, wrong = _draft(records, topic, priors, priors_known=bool(priors.document.content) or not prior_problems)
    return Result(draft, (*problems, *prior_problems, *wrong))


def read_variant_draft(draft: Draft, variant: str) -> Result[Draft]:
    """Parse the files of a topic as one of its variants has them."""
    topic = topic_document_of(draft.topic, variant)
    priors = prior_document_of(draft.priors, draft.variant_priors.get(variant, {}), variant)
    problems: list[Problem] = []
    conformed = conform(priors, PriorFile)  # what is wrong with it has been reported of the whole file
    assert conformed.value is not None
    parameters = _priors(priors, conformed.value, problems)
    parsed, wrong = _draft(draft.records, topic, PriorsRead(priors, parameters), priors_known=draft.priors_known)
    return Result(parsed, (*problems, *wrong))


def _draft(records: RecordSources, topic: Document, read: PriorsRead, *, priors_known: bool) -> Result[Draft]:
    """The draft that two documents give; None where that of the topic gives no topic."""
    priors, parameters = read.document, read.parameters
    gathered: list[Problem] = []
    shaped = conform(topic, TopicFile)
    gathered += shaped.problems
    if shaped.value is None:
        return Result(None, (*gathered, *_record_problems(records, topic)))
    table: TopicFile = shaped.value
    series = _series(records, topic, table, gathered)
    shares = {parameter: prior.shares for parameter, prior in parameters.items() if prior.shares}
    streams = _streams(records, topic, table, shares, gathered)
    quantities = _quantities(topic, table, gathered)
    questions = {
        key: _question(topic, ("questions", key), question, gathered) for key, question in table.questions.items() if question.type is None
    }
    judged = {key: question for key, question in table.questions.items() if question.type is not None}
    scenarios = _scenarios(topic, table, gathered)
    kinds = _kinds(topic, priors)
    sources = _sources(topic, priors, series, streams)
    trees = {key: its.tree for key, its in quantities.items()}
    dependencies = dependencies_of(
        trees,
        series=frozenset(key for key, kind in kinds.items() if kind == "series"),
        clocks=frozenset((*CLOCKS, *CALENDARS, *table.regimes)),
    )
    draft = Draft(
        name=records.topic,
        topic=topic,
        priors=priors,
        table=table,
        kinds=kinds,
        priors_known=priors_known,
        parameters=parameters,
        series=series,
        streams=streams,
        quantities=quantities,
        questions=questions,
        scenarios=scenarios,
        sources=sources,
        records=records,
        judged=judged,
        dependencies=dependencies,
        variant_priors=read.variants,
    )
    return Result(draft, tuple(gathered))


def _sources(
    topic: Document, priors: Document, series: Mapping[str, SeriesDraft], streams: Mapping[str, StreamDraft]
) -> tuple[SourceFile, ...]:
    read = [its.source for its in series.values()] + [its.record.source for its in streams.values() if its.record]
    return (topic.source, priors.source, *(source for source in read if source is not None))


def read_priors(folder: Folder, name: str) -> tuple[PriorsRead, tuple[Problem, ...]]:
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
    written = document.content.get(VARIANTS, {})
    document = replace(document, content={key: table for key, table in document.content.items() if key != VARIANTS})
    conformed = conform(document, PriorFile)
    if isinstance(written, dict) and {"prior", "experts"} & written.keys():
        message = f"`{VARIANTS}` cannot be the name of a parameter: [{VARIANTS}.NAME.priors] has the priors of a variant"
        of_variants: Result[Any] = Result(None, (document.at_key((VARIANTS,), message, "choose another name"),))
    else:
        of_variants = conform(document, VariantPriorsTable, written, (VARIANTS,))
    problems += (*conformed.problems, *of_variants.problems)
    assert conformed.value is not None  # of tables by name the sound ones are kept
    read = PriorsRead(document, _priors(document, conformed.value, problems), {} if of_variants.problems else written)
    return read, tuple(problems)


def _record_problems(records: RecordSources, topic: Document) -> tuple[Problem, ...]:
    """The problems of the records of a topic whose own file cannot be used."""
    gathered: list[Problem] = []
    for group in ("series", "streams"):
        tables = topic.content.get(group)
        for key in tables if isinstance(tables, dict) else ():
            source, problems = records.source(key)
            gathered += problems
            table = tables[key] if isinstance(tables, dict) and isinstance(tables[key], dict) else {}
            family, unit = str(table.get("value", "")).strip().partition("(")[0], str(table.get("unit", ""))
            if source is not None and not has_named_class_values(family):  # whose rows are read by their classes
                gathered += (records.points(key, source) if group == "series" else records.rows(key, source, unit=unit))[1]
    return tuple(gathered)


def _kinds(topic: Document, priors: Document) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for name in priors.content:
        kinds.setdefault(name, "parameter")
    for group, kind in NAMED_GROUPS.items():
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
        written = {DEFAULT: table.prior} if isinstance(table.prior, str) else table.prior
        texts = {label: text for label, text in written.items() if text}
        keys: Keys = (name, "prior")
        links: dict[str, PosteriorLink] = {}
        statements: dict[str, ParsedText[Statement]] = {}
        for label, text in texts.items():
            its: Keys = keys if isinstance(table.prior, str) else (*keys, label)
            if is_link(text):
                links |= _link(document, its, label, text, problems)
            elif (parsed := _parse(document, its, text, partial(parse_prior, unit=table.unit), problems)) is not None:
                statements[label] = parsed
        drafts[name] = PriorDraft(document, table, statements, links=links)
    return drafts


def _link(document: Document, keys: Keys, label: str, text: str, problems: list[Problem]) -> dict[str, PosteriorLink]:
    """The link of one label; nothing where what is written makes none."""
    try:
        return {label: parse_link(text, document.at_value(keys, "").place)}
    except Fault as fault:
        problems.append(document.of_fault(keys, fault))
        return {}


def _pool(document: Document, name: str, table: PriorTable, problems: list[Problem]) -> PriorDraft:
    """The draft of a mixture of scenarios, or of what several people said."""
    if table.experts:
        parts = {
            expert: PartDraft(
                _parse(document, (name, "experts", expert, "prior"), its.prior, partial(_parse_part, unit=table.unit), problems),
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
    written = _parse_all(document, (name, "prior"), table.prior, partial(_parse_part, unit=table.unit), problems)
    scenarios = {
        scenario: PartDraft(written.get(scenario), table.weight.get(scenario, math.nan), (name, "weight", scenario), whys.get(scenario, ""))
        for scenario in table.prior
    }
    return PriorDraft(document, table, {}, scenarios, "mixture")


def _parse_part(text: str, *, unit: str) -> Statement:
    """The statement of a part of a pool; raises ``Fault`` where it is none, or a link."""
    if is_link(text):
        raise Fault("a link is a prior by itself, and no part of a pool", hint="a variant of the topic may have a link as its prior")
    return parse_prior(text, unit=unit)


def _series(records: RecordSources, document: Document, table: TopicFile, problems: list[Problem]) -> dict[str, SeriesDraft]:
    drafts = {}
    for name, series in table.series.items():
        later = _parse(document, ("series", name, "later"), series.later, parse_expression, problems) if series.later else None
        points: tuple[Point, ...] = ()
        source, wrong = records.source(name)
        if source is not None:
            points, wrong = records.points(name, source)
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
    records: RecordSources, document: Document, table: TopicFile, shares: Mapping[str, tuple[str, ...]], problems: list[Problem]
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
        source, wrong = records.source(name)
        if source is not None and not (classed and classes is None):  # rows of unknown classes cannot be read
            record, wrong = records.rows(name, source, classes, unit=stream.unit)
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


def _scenarios(document: Document, table: TopicFile, problems: list[Problem]) -> dict[str, ScenarioDraft]:
    drafts = {}
    for name, scenario in table.scenarios.items():
        when = _parse(document, ("scenarios", name, "when"), scenario.when, parse_expression, problems)
        if when is not None:
            drafts[name] = ScenarioDraft(scenario, when)
    return drafts


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
