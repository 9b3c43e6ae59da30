"""The nouns of a book: topic, parameter, stream, row, series, question.

Frozen values, as read from files; ``forecast.book.reading`` makes them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from forecast.book.event_phrases import EventPhrases
from forecast.book.files.problems import Place
from forecast.book.links import CarriedPosteriors, PosteriorLink
from forecast.book.regime import Regime
from forecast.book.value_range import ValueRange
from forecast.language.distributions.families import component, value_kind_of
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate_constant
from forecast.language.expressions import Expression, is_condition
from forecast.language.pooling import Pooling
from forecast.language.statements import Statement

type Step = Literal["day", "week", "month", "quarter", "year"]
type Grade = Literal["A", "B", "C", "D"]
type Combination = Literal["evidence", "stated", "stacking"]

BASE = "base"  # the topic as it stands, among its variants


@dataclass(frozen=True, slots=True)
class Row:
    """One dated, sourced observation.

    ``start`` and ``end`` are both included (equal for a reading ``on`` a day);
    ``columns`` holds the other columns: numbers are covariates, texts are labels.
    Where the value is known only to lie ``between`` two ends, ``value`` is the
    lower of them, or the upper where there is no lower.  Rows of one ``origin``
    report what one report says.
    """

    place: Place
    start: date
    end: date
    value: float
    known: date
    source: str
    grade: Grade | None = None
    note: str = ""
    id: str = ""
    replaces: str = ""
    columns: Mapping[str, float | str] = field(default_factory=dict)
    between: ValueRange | None = None
    origin: str = ""
    said: str = ""  # the value in words, where it is a class, or counts of classes

    @property
    def value_text(self) -> str:
        """What the row says of the value, to the last digit: a number, a range, a class or counts of classes."""
        return self.said or (f"{self.value:.15g}" if self.between is None else str(self.between))

    @property
    def is_nothing(self) -> bool:
        """Whether the row says that nothing was seen: exactly 0, and in nobody's report."""
        return self.value == 0 and self.between is None and not self.origin

    def label(self, column: str) -> str:
        """The text of a column whose values are labels, the row's own or ``grade`` or ``source``; empty where it has none."""
        match column:
            case "grade":
                return self.grade or ""
            case "source":
                return self.source
            case _:
                return str(self.columns.get(column, ""))


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a series: the value from ``day`` on, until the next point's day."""

    place: Place
    day: date
    value: float
    known: date
    source: str
    grade: Grade | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A known input over time: a step function, then ``later``.

    The last point known holds on its own day only; from the next day on the
    series is ``later``, or, where a topic gives none, that last value.
    """

    name: str
    about: str
    unit: str
    later: Expression | None
    later_text: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """A record of observations and the statement of how they arise.

    ``next`` says what the columns of the stream's own rows will be in the
    future; ``covariates`` and ``label_columns`` name the columns the rows have.
    ``weight`` is the power of each row's likelihood; ``reliability`` the
    probability that a report is right, and ``wrong`` how values arise in one that is not.
    """

    name: str
    about: str
    unit: str
    value: Statement
    watched: bool
    next: Mapping[str, Expression]
    next_texts: Mapping[str, str]
    rows: Sequence[Row]
    covariates: tuple[str, ...]
    label_columns: tuple[str, ...]
    classes: tuple[str, ...] = ()  # of a stream whose rows say which class, or how many of each; see ``forecast.book.classes``
    weight: Expression | None = None
    reliability: Expression | None = None
    wrong: Statement | None = None
    entering_texts: Mapping[str, str] = field(default_factory=dict)  # weight, reliability and wrong as written, where given
    reported: tuple[str, ...] = ()  # which of `grade` and `source` are labels there
    once: bool = False  # whether its rows are evidence that exists once: learnt from, and neither added up nor projected
    latent: bool = False  # whether nobody records it: it has no rows, and is drawn in each step of the future after the others
    phrases: EventPhrases = field(default_factory=EventPhrases)  # how its events are spoken of

    @property
    def entering(self) -> tuple[Expression, ...]:
        """The expressions beside the statement that the likelihood of a row depends on, its weight aside."""
        return (*([self.reliability] if self.reliability is not None else []), *(self.wrong.arguments.values() if self.wrong else ()))

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns the statement cannot do without when it is drawn forward."""
        return (*self.covariates, *self.label_columns)


@dataclass(frozen=True, slots=True)
class PoolPart:
    """A part of a pooled prior: a scenario with its chance, or a person with a relative weight; kept also where it is not used."""

    name: str
    weight: float
    statement: Statement
    why: str
    source: str
    is_used: bool

    @property
    def points(self) -> tuple[float, float, float] | None:
        """Its own 5, 50 and 95 % points; None for shares of labels."""
        if self.shares:
            return None
        alone = component(1.0, self.statement)
        return alone.family.points(alone.arguments)

    @property
    def shares(self) -> Mapping[str, float]:
        """Its probability of each label, where it is a Categorical."""
        if value_kind_of(self.statement) is not ValueKind.CATEGORY:
            return {}
        return {label: evaluate_constant(expression) or 0.0 for label, expression in self.statement.arguments.items()}


@dataclass(frozen=True, slots=True)
class Parameter:
    """An unknown of the model.

    ``prior`` is for every label, or for the only value; ``by_label`` for
    particular labels.  ``per`` names the label set (a text column, a
    Categorical parameter or, of a Dirichlet, the parameter itself), ``labels``
    its labels in order; both empty for a single value.  ``categories`` are the
    labels of a Categorical parameter.
    Where ``prior`` pools several, ``parts`` are those and ``pooling`` says how.
    ``links`` are the priors that are another topic's posterior, by label likewise; only a model has their statements, those of its day.
    """

    name: str
    place: Place
    prior: Statement | None
    by_label: Mapping[str, Statement]
    per: str
    labels: tuple[str, ...]
    categories: tuple[str, ...]
    unit: str
    why: str
    why_by_label: Mapping[str, str]
    source: str
    reviewed: date | None
    by: str
    parts: tuple[PoolPart, ...] = ()
    pooling: Pooling | None = None
    links: Mapping[str, PosteriorLink] = field(default_factory=dict)

    def share_of(self, part: PoolPart) -> float:
        """Return a part's share of the weight that counts: 0 where it is not used."""
        return part.weight / math.fsum(other.weight for other in self.parts if other.is_used) if part.is_used else 0.0

    def statement_for(self, label: str = "") -> Statement:
        """Return the prior statement of one label (of the only value for none)."""
        statement = self.by_label.get(label, self.prior)
        if statement is None:  # the checks of the book refuse such a file
            raise KeyError(label)
        return statement

    def link_for(self, label: str = "") -> PosteriorLink | None:
        """Return the link that is the prior of one label, None where it is a statement."""
        return self.links.get(label if label in {*self.links, *self.by_label} else "")

    def text_for(self, label: str = "") -> str:
        """Return the prior of one label as it is written."""
        return (self.link_for(label) or self.statement_for(label)).text


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: one answer expression, or one condition for each choice.

    ``answer`` is a condition, a number, a date, a Categorical parameter or, where the kind is a probability and it is no condition,
    the fraction that is the probability of one event (the key `probability`).
    """

    name: str
    place: Place
    asks: str
    by: date | None
    answer: Expression | None
    answer_text: str
    choices: Mapping[str, Expression]
    choice_texts: Mapping[str, str]
    given: Expression | None
    given_text: str
    settled: str
    kind: Literal["probability", "distribution", "date", "shares"]
    since: date | None = None  # first day that counts in the answer's totals (the key `since`); None for all
    annulled: Expression | None = None  # a condition, or the probability of annulment
    annulled_text: str = ""

    @property
    def is_fraction(self) -> bool:
        """Whether it asks for the probability of one event given a fraction, which no row of the record settles."""
        return self.kind == "probability" and self.answer is not None and not is_condition(self.answer)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All that the question has of expressions."""
        return tuple(
            expression for expression in (self.answer, self.given, self.annulled, *self.choices.values()) if expression is not None
        )


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question that people answer, and no model: its forecasts are on record beside the topic."""

    name: str
    place: Place
    asks: str
    by: date | None
    type: Literal["probability", "number", "date", "options"]
    options: tuple[str, ...]
    unit: str
    settled: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named sub-expression of a topic."""

    name: str
    expression: Expression
    text: str
    unit: str = ""  # a `share` lies between 0 and 1


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A topic's own PyMC model: its path in the book, its text as read, and the SHA-256 of that text."""

    path: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A rival structure of a topic: a whole topic of its own, with the probability it has before the rows.

    ``changes`` are what it replaces, as written, by where that stands: ``streams.NAME.value``, ``priors.NAME``.
    """

    name: str
    weight: float
    why: str
    changes: Mapping[str, str]
    topic: Topic


@dataclass(frozen=True, slots=True)
class Topic:
    """One generative model and the questions asked of it.

    ``parameters`` are in an order in which each comes after those its prior
    names; ``labels`` maps each label set (a text column's or a Categorical
    parameter's name) to its labels in order, which is how labels are coded as
    whole numbers everywhere.
    """

    name: str
    title: str
    origin: str
    opens: date
    step: Step
    series: Mapping[str, Series] = field(repr=False)
    streams: Mapping[str, Stream] = field(repr=False)
    quantities: Mapping[str, Quantity] = field(repr=False)
    questions: Mapping[str, Question] = field(repr=False)
    parameters: Mapping[str, Parameter] = field(repr=False)
    labels: Mapping[str, tuple[str, ...]] = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)  # place path → text of each file the topic came from
    engine: Literal["auto", "nuts"] = "auto"
    own: OwnModel | None = field(default=None, repr=False)
    judged: Mapping[str, JudgedQuestion] = field(default_factory=dict, repr=False)
    variants: Mapping[str, Variant] = field(default_factory=dict, repr=False)  # rival structures; the topic itself is the one called `base`
    combine: Combination = "evidence"
    scenarios: Mapping[str, Question] = field(
        default_factory=dict, repr=False
    )  # branches of the future, each the question whether it comes about
    lead: str = ""  # the question that its page begins with; empty for the first open one
    note: str = field(default="", repr=False)  # what a reader has to know before the answers
    regimes: Mapping[str, Regime] = field(default_factory=dict, repr=False)
    sources: Mapping[str, Topic] = field(default_factory=dict, repr=False)  # the topics that its links name
    carried: CarriedPosteriors | None = field(default=None, compare=False, repr=False)  # what carries those, where it is to be computed

    @property
    def questions_and_scenarios(self) -> Iterator[Question]:
        """All that simulated paths are read for."""
        yield from (*self.questions.values(), *self.scenarios.values())

    @property
    def links(self) -> Mapping[tuple[str, str], PosteriorLink]:
        """The links that are its priors, by parameter and label; variants have their own."""
        return {(name, label): link for name, its in self.parameters.items() for label, link in its.links.items()}

    @property
    def as_it_stands(self) -> Topic:
        """The topic without its variants."""
        return replace(self, variants={}, combine="evidence") if self.variants else self

    @property
    def rivals(self) -> Mapping[str, Topic]:
        """The topic as it stands, under ``base``, and each of its variants: every one a whole topic without variants."""
        return {BASE: self.as_it_stands} | {name: variant.topic for name, variant in self.variants.items()}

    @property
    def prior_weights(self) -> Mapping[str, float]:
        """The probability of each rival before the rows; they add up to 1."""
        stated = {name: variant.weight for name, variant in self.variants.items()}
        return {BASE: 1 - math.fsum(stated.values())} | stated

    @property
    def has_model(self) -> bool:
        """Whether there is anything to compute: a topic may only ask what people think."""
        return bool(self.parameters or self.streams or self.series or self.quantities or self.questions or self.own)

    @property
    def expressions(self) -> Iterator[Expression]:
        """Every expression of its statements, series, quantities, questions and scenarios; none of its priors."""
        for stream in self.streams.values():
            yield from stream.value.arguments.values()
            yield from stream.next.values()
            yield from (*stream.entering, *([stream.weight] if stream.weight is not None else []))
        for series in self.series.values():
            if series.later is not None:
                yield series.later
        for quantity in self.quantities.values():
            yield quantity.expression
        for question in self.questions_and_scenarios:
            yield from question.expressions


@dataclass(frozen=True, slots=True)
class Book:
    """A directory with seeds/, priors/ and reports/, and its topics by name."""

    root: Path
    topics: Mapping[str, Topic]
