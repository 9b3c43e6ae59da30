"""The shapes of the two TOML files: which keys they have, of which type, and what each is for.

Plain dataclasses, so that reading a book does not pay for pydantic's import
(0.2 s); ``forecast.book.conform`` holds a document to them, and
``forecast.book.schemas`` lets pydantic turn them into JSON Schemas, with the
sentence under each key as the explanation an editor shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

FORBID = {"extra": "forbid", "use_attribute_docstrings": True}  # read by pydantic alone


@dataclass(frozen=True)
class SeriesTable:
    """A known input that changes over time: a step function from the CSV file of the same name."""

    __pydantic_config__ = FORBID

    about: str
    """What the series measures, in one phrase."""
    unit: str
    """The unit of its values."""
    later: str = ""
    """Its value after the last row: an expression of parameters. Without it the last value stays."""


@dataclass(frozen=True)
class StreamTable:
    """A record of observations, in the CSV file of the same name, and the statement of how they arise."""

    __pydantic_config__ = FORBID

    about: str
    """What one row counts or measures, in one phrase."""
    value: str
    """How a row's value arises: one distribution with its arguments, as in `Poisson(mu=rate * months)`."""
    unit: str = ""
    """The unit of its values."""
    watched: bool = False
    """True where news of it would come at once, so that quiet days count as they pass."""
    classes: str = ""
    """The classes of an `OrderedLogistic`, lowest first, as in `none < some < many`."""
    next: dict[str, str] = field(default_factory=dict)
    """What the columns of the stream's own rows will be in the future: column name to expression or label."""


@dataclass(frozen=True)
class QuestionTable:
    """What is asked: an expression over parameters and simulated totals, with a date and a rule to settle it."""

    __pydantic_config__ = FORBID

    asks: str
    """The question in words."""
    by: date | None = None
    """The last day that counts, UTC. A question about parameters alone needs none."""
    since: date | None = None
    """The first day that counts in the answer's totals. Without it all days count."""
    answer: str = ""
    """A condition (gives a probability), a number (a distribution), `first(condition)` (a date) or a Categorical parameter (shares)."""
    choices: dict[str, str] = field(default_factory=dict)
    """Instead of an answer: a condition for each choice; conditions must exclude each other."""
    given: str = ""
    """A condition under which the answer is asked."""
    settled: str = ""
    """The rule by which the question will be settled."""


@dataclass(frozen=True)
class TopicFile:
    """One generative model and the questions asked of it: seeds/<topic>/topic.toml."""

    __pydantic_config__ = FORBID

    title: str
    """The topic's title, as reports show it."""
    opens: date
    """The day on which the record begins."""
    origin: str = ""
    """Where the claim comes from: a file with an anchor, or an address."""
    step: Literal["day", "week", "month", "quarter", "year"] = "month"
    """How finely the future is simulated."""
    series: dict[str, SeriesTable] = field(default_factory=dict)
    """Known inputs that change over time, by name."""
    streams: dict[str, StreamTable] = field(default_factory=dict)
    """Records of observations, by name."""
    quantities: dict[str, str] = field(default_factory=dict)
    """Named sub-expressions, usable in statements and answers."""
    questions: dict[str, QuestionTable] = field(default_factory=dict)
    """What is asked, by name."""


@dataclass(frozen=True)
class PriorTable:
    """One unknown of the model: what was believed of it before the record began, and why."""

    __pydantic_config__ = FORBID

    prior: str | dict[str, str]
    """A distribution with its arguments, as in `LogNormal(p5=0.01, p95=2)`; or one for each label (`prior.fear`), with `prior.default` for the others."""
    why: str | dict[str, str]
    """Why these numbers, in a sentence; or one for each label."""
    unit: str = ""
    """The unit of the value. Required unless the parameter is a share or a choice among labels."""
    per: str = ""
    """One value for each label of this text column or Categorical parameter, used by indexing: `refuses[conflict]`."""
    source: str = ""
    """An address or a citation for the numbers."""
    reviewed: date | None = None
    """The day on which somebody last thought about this prior."""
    by: str = ""
    """Who set it."""
