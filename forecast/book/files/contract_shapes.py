"""The shapes of contracts: ``seeds/<topic>/contracts.toml``, and what a prior file says of them under ``contracts``.

Dataclasses like those of ``forecast.book.files.shapes``; what their texts mean is read by ``forecast.markets.files``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal

from forecast.book.files.shapes import PYDANTIC_CONFIG, LabelText, ProseText, StatementText

IdText = Annotated[str, "id"]
LineText = Annotated[str, "line"]

CONTRACTS = "contracts"  # the one key of a prior file that is no parameter


@dataclass(frozen=True)
class TickTable:
    """A range of prices and the steps in which they come there."""

    __pydantic_config__ = PYDANTIC_CONFIG

    start: IdText | float
    """The lowest price of the range."""
    end: IdText | float
    """The highest price of the range."""
    step: IdText | float
    """By how much two neighbouring prices differ."""


@dataclass(frozen=True)
class FeeTable:
    """What a trade costs from a day on, until the next table."""

    __pydantic_config__ = PYDANTIC_CONFIG

    holds_from: date | datetime
    """The day (its beginning in UTC) or the time from which it holds."""
    source: LineText
    """Where it stands, and what is uncertain about its day."""
    type: IdText = ""
    """Kalshi: the `fee_type` of the series; `quadratic` where it is left out."""
    taker_multiplier: IdText | float = 1.0
    """Kalshi: the `fee_multiplier` of the series."""
    maker_multiplier: IdText | float | None = None
    """Kalshi: the maker's multiplier, from the regulatory fee schedule; left out where it is not known."""
    category: IdText = ""
    """Polymarket: the category of the market, as in `politics`."""
    rate: IdText | float | None = None
    """Polymarket: the rate of the taker's fee."""
    exponent: float = 1.0
    """Polymarket: the power to which price times its complement is raised."""
    taker: IdText | float | None = None
    """Polymarket US: the taker's factor."""
    maker: IdText | float | None = None
    """Polymarket US: the maker's factor; below 0 a rebate."""


@dataclass(frozen=True)
class TermTable:
    """How one term of a contract compares with our question's."""

    __pydantic_config__ = PYDANTIC_CONFIG

    status: Literal["same", "different", "unknown"]
    """Whether the term is the same; `unknown` until somebody has read both."""
    note: ProseText = ""
    """What differs."""


@dataclass(frozen=True)
class TermsTable:
    """The checklist: what two questions in the same words may differ in. A term that is left out is unknown."""

    __pydantic_config__ = PYDANTIC_CONFIG

    comparator: TermTable | None = None
    """`above 75` or `75 or above`."""
    settlement_step: TermTable | None = None
    """The step of what the source publishes, as in whole degrees."""
    shape: TermTable | None = None
    """A band or a tail; above a level at the close, or at any time."""
    source: TermTable | None = None
    """Who says how it ended: an index, an agency, a newspaper."""
    station: TermTable | None = None
    """The place at which it is measured."""
    revision: TermTable | None = None
    """The first print or a later one."""
    void_rule: TermTable | None = None
    """What happens when it is cancelled, postponed or tied."""
    deadline_zone: TermTable | None = None
    """The last moment that counts, in its zone; `by` or `before`."""
    early_close: TermTable | None = None
    """Whether it can be settled before its deadline."""
    polarity: TermTable | None = None
    """Whether the contract's Yes is our Yes, as `side` says."""


@dataclass(frozen=True)
class ContractTable:
    """A contract of a prediction market beside a question of the topic."""

    __pydantic_config__ = PYDANTIC_CONFIG

    question: LabelText
    """The question's name; of a question of several classes with the class, as in `winner[red]`."""
    venue: Literal["kalshi", "polymarket", "polymarket-us", "manifold"]
    """Where it is traded."""
    id: IdText
    """Its id there: Kalshi's ticker, Polymarket's condition id, Manifold's market id, or market id/answer id."""
    side: Literal["yes", "no"]
    """The side of the contract that pays where our question resolves Yes."""
    address: IdText = ""
    """Its page."""
    deadline: datetime | None = None
    """The last moment that counts, with its zone, as in 2026-12-31T23:59:00-05:00."""
    rules: ProseText = ""
    """The rules as the venue wrote them."""
    rules_hash: IdText = ""
    """The SHA-256 of that text, which shows that it was changed."""
    currency: Literal["USD", "USDC", "mana"] | None = None
    """What it pays; the venue's usual one where it is left out."""
    minimum_order: IdText | float | None = None
    """The smallest number of contracts in an order."""
    settlement_source: LineText = ""
    """Who settles it. Contracts with the same text here deviate from our questions together."""
    group: IdText = ""
    """The venue's event, where it marks outcomes as exclusive."""
    exhaustive: bool = False
    """Whether, by the rules, one of the contracts of this book with the same `group` must pay YES; say it at each of them."""
    implies: list[IdText] = field(default_factory=list)
    """Contracts of this book that, by the rules of both, must pay YES if this one does, as one with a later deadline."""
    refund: IdText | float = 1.0
    """The share of the price paid that a void contract gives back."""
    ticks: list[TickTable] = field(default_factory=list)
    """The steps in which its prices come."""
    fees: list[FeeTable] = field(default_factory=list)
    """What a trade costs, by date."""
    terms: TermsTable = field(default_factory=TermsTable)
    """How its terms compare with our question's."""


ContractFile = dict[IdText, ContractTable]  # seeds/<topic>/contracts.toml


@dataclass(frozen=True)
class DeviationTable:
    """The probability of one way in which a contract may end otherwise than our question."""

    __pydantic_config__ = PYDANTIC_CONFIG

    prior: StatementText | float
    """A number, or a distribution on 0 to 1, as in `Beta(mean=0.97, strength=30)`."""
    why: ProseText
    """Why these numbers, in a sentence."""


@dataclass(frozen=True)
class DeviationsTable:
    """How a contract may end otherwise than our question."""

    __pydantic_config__ = PYDANTIC_CONFIG

    yes_if_yes: DeviationTable
    """The probability that the side named in contracts.toml pays if our question resolves Yes and the contract is not void."""
    yes_if_no: DeviationTable
    """The probability that this side pays if our question resolves No and the contract is not void."""
    void: DeviationTable
    """The probability that the contract is void."""


DeviationsFile = dict[IdText, DeviationsTable]  # priors/<topic>.toml, under `contracts`
