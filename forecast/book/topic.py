"""The nouns of a book: topic, parameter, stream, row, series, question.

Frozen values, as read from files; ``forecast.book.reading`` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from forecast.book.problems import Place
from forecast.language.expressions import Expression
from forecast.language.statements import Statement

type Step = Literal["day", "week", "month", "quarter", "year"]
type Grade = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, slots=True)
class Row:
    """One dated, sourced observation.

    ``start`` and ``end`` are both included (equal for a reading ``on`` a day);
    ``columns`` holds the other columns: numbers are covariates, texts are labels.
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
    said: str = ""  # the value in words, where it is a class, or counts of classes


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
    """

    name: str
    about: str
    unit: str
    value: Statement
    watched: bool
    next: Mapping[str, Expression]
    next_texts: Mapping[str, str]
    rows: tuple[Row, ...]
    covariates: tuple[str, ...]
    label_columns: tuple[str, ...]
    classes: tuple[str, ...] = ()  # of a stream whose rows say which class, or how many of each; see ``forecast.book.classes``

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns the statement cannot do without when it is drawn forward."""
        return (*self.covariates, *self.label_columns)


@dataclass(frozen=True, slots=True)
class Parameter:
    """An unknown of the model.

    ``prior`` is for every label, or for the only value; ``by_label`` for
    particular labels.  ``per`` names the label set (a text column, a
    Categorical parameter or, of a Dirichlet, the parameter itself), ``labels``
    its labels in order; both empty for a single value.  ``categories`` are the
    labels of a Categorical parameter.
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

    def statement_for(self, label: str = "") -> Statement:
        """Return the prior statement of one label (of the only value for none)."""
        found = self.by_label.get(label, self.prior)
        if found is None:  # the checks of the book refuse such a file
            raise KeyError(label)
        return found


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: one answer expression, or one condition for each choice."""

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


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named sub-expression of a topic."""

    name: str
    expression: Expression
    text: str


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
    series: Mapping[str, Series]
    streams: Mapping[str, Stream]
    quantities: Mapping[str, Quantity]
    questions: Mapping[str, Question]
    parameters: Mapping[str, Parameter]
    labels: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, str]  # place path → text of each file the topic came from


@dataclass(frozen=True, slots=True)
class Book:
    """A directory with seeds/, priors/ and reports/, and its topics by name."""

    root: Path
    topics: Mapping[str, Topic]
