"""A topic between text and value: parsed, not yet checked, every part knowing where it stands.

What cannot be parsed is missing from a draft, but its name is kept, so that one
mistake is reported once and not again wherever the name is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forecast.book.classes import Classes
from forecast.book.dependencies import Dependencies
from forecast.book.files.names import DEFAULT
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem
from forecast.book.files.shapes import PriorTable, QuestionTable, ScenarioTable, SeriesTable, StreamTable, TopicFile
from forecast.book.files.sources import Document, SourceFile
from forecast.book.links import PosteriorLink
from forecast.book.record_sources import RecordSources
from forecast.book.records import RecordFile
from forecast.book.topic import Point
from forecast.language.distributions.families import value_kind_of
from forecast.language.distributions.traits import ValueKind
from forecast.language.expressions import Expression
from forecast.language.pooling import Pooling
from forecast.language.statements import Statement


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
    ``links`` are the priors, by label likewise, that are another topic's posterior.
    """

    document: Document
    table: PriorTable
    statements: Mapping[str, ParsedText[Statement]]
    parts: Mapping[str, PartDraft] = field(default_factory=dict)
    pooling: Pooling | None = None
    links: Mapping[str, PosteriorLink] = field(default_factory=dict)

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
    """A question's table and expressions; None or missing where not given or not parsed.

    ``answer`` is the key `answer` or, where that is not given, `probability`.
    """

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
class ScenarioDraft:
    """A scenario's table and its condition."""

    table: ScenarioTable
    when: ParsedText[Expression]


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
    records: RecordSources
    scenarios: Mapping[str, ScenarioDraft] = field(default_factory=dict)  # without those whose condition cannot be parsed
    judged: Mapping[str, QuestionTable] = field(default_factory=dict)  # questions that people answer, and no expression
    dependencies: Dependencies = field(default_factory=Dependencies)  # of the quantities
    variant_priors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # what the prior file says of variants, as written


def ordered_classes(text: str) -> tuple[str, ...]:
    """Return the classes that a text such as `none < some < many` names."""
    return tuple(label.strip() for label in text.split("<")) if text.strip() else ()


def _labels_of_kind(kind: ValueKind, statement: ParsedText[Statement] | None) -> tuple[str, ...]:
    """The labels that a statement names whose values are of some kind, none for other statements."""
    return tuple(statement.tree.arguments) if statement is not None and value_kind_of(statement.tree) is kind else ()
