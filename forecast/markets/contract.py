"""A contract: a market's question as the venue wrote it, and how it maps to a question of the book."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from forecast.book.files.problems import Place
from forecast.markets.deviation_priors import DeviationPriors
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.quotes import Venue
from forecast.markets.sides import ContractSide
from forecast.markets.ticks import TickRange

type Term = Literal[
    "comparator", "settlement_step", "shape", "source", "station", "revision", "void_rule", "deadline_zone", "early_close", "polarity"
]
TERMS: tuple[Term, ...] = (
    "comparator",
    "settlement_step",
    "shape",
    "source",
    "station",
    "revision",
    "void_rule",
    "deadline_zone",
    "early_close",
    "polarity",
)
type TermStatus = Literal["same", "different", "unknown"]


@dataclass(frozen=True, slots=True)
class TermComparison:
    """How one term of a contract compares with our question's; ``note`` says what differs.  What nobody has read is ``unknown``, not the same."""

    status: TermStatus
    note: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A binary contract beside a question of a topic.

    ``label`` is the class that it asks about where the question has several; empty for a question of yes or no.  ``side`` is the side of the contract that pays where our question resolves Yes.  Contracts whose ``settlement_source`` is the same text
    deviate from our questions together; with an empty text a contract deviates by itself.  ``group`` names the venue's event whose outcomes
    exclude each other; empty where it has none, or the venue does not say so; ``exhaustive`` says that one of those in this book must happen.
    ``implies`` are contracts, by their names, that must pay YES if this one does.  ``refund`` is the share of the price paid that a void
    contract gives back.
    """

    name: str  # in this book
    place: Place
    topic: str
    question: str
    venue: Venue
    id: str
    side: ContractSide
    label: str = ""
    address: str = ""
    rules: str = ""
    rules_hash: str = ""
    deadline: datetime | None = None  # in the zone in which it is written
    ticks: tuple[TickRange, ...] = ()
    minimum_order: Decimal | None = None
    currency: str = "USD"
    settlement_source: str = ""
    group: str = ""
    exhaustive: bool = False
    implies: tuple[str, ...] = ()
    refund: Decimal = Decimal(1)
    terms: Mapping[Term, TermComparison] = field(default_factory=dict)
    fees: tuple[FeeSchedule, ...] = ()
    deviations: DeviationPriors | None = None  # None where the prior file has none for it, or none that can be read

    @property
    def question_name(self) -> str:
        """The question as contracts.toml names it: with the class in brackets where it has several."""
        return f"{self.question}[{self.label}]" if self.label else self.question

    def term(self, name: Term) -> TermComparison:
        """How a term compares; unknown where nobody has recorded it."""
        return self.terms.get(name, TermComparison("unknown"))


def rules_hash(rules: str) -> str:
    """Return the SHA-256 of a contract's rules, in hex: of the text without blanks and line ends at either end, each line ended by a line feed."""
    return hashlib.sha256(rules.replace("\r\n", "\n").strip().encode()).hexdigest()
