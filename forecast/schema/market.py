"""The shape of a topic's contracts in a report's JSON: each beside its question, with quotes, the comparison, and what a price would ask us to believe.

Prices are those of the contract's YES, in units of what it pays; times are in UTC.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

type QuotedSide = Literal["yes", "no"]
type DeviationName = Literal["yes_if_yes", "yes_if_no", "void"]
type ComparisonVerdict = Literal["within the spread", "within the fees", "within our doubt", "beyond our doubt"]

MOST_QUOTES_DRAWN = 400  # of one contract, in a report; of more, some evenly apart in time
MOST_ROWS_SINCE = 10  # rows that arrived since a price last moved; a report says how many more there are
MOST_MOVED = 8  # values of parameters that move most


class DeviationContent(TypedDict):
    """One of the three probabilities by which a contract may end otherwise: its mean, 5 and 95 % points, statement and reason."""

    name: DeviationName
    mean: float
    low: float
    high: float
    statement: str
    why: str


class TermContent(TypedDict):
    """A term in which the contract differs from our question, or that nobody has compared."""

    term: str
    status: Literal["different", "unknown"]
    note: str


class BetweenContent(TypedDict):
    """A value, and the 90 % interval around it."""

    value: float
    low: float
    high: float


class OfferContent(TypedDict):
    """The newest bid and ask that may be compared, when they were quoted, and how many days before the report; null is what is not offered."""

    at: str
    bid: float | None
    ask: float | None
    days_old: int


class PurchaseContent(TypedDict):
    """Buying one contract of a side: price and fee, what it is expected to gain, at the nearer end of our interval, and a year."""

    side: QuotedSide
    price: float
    fee: float
    gain: float
    gain_at_end: float
    gain_a_year: float | None


class MovedContent(TypedDict):
    """A value of a parameter before and after: 5, 50 and 95 % points, or the probability of a ``category``."""

    name: str
    label: str
    category: str
    unit: str
    before: list[float]
    after: list[float]


class PriorShiftContent(TypedDict):
    """How far the median of one prior alone would have to move; else the chances that it reaches while its median goes from one to another."""

    name: str
    label: str
    unit: str
    status: Literal["found", "not within six sd", "not resolved"]
    median: float
    new_median: float | None
    statement: str
    reach: list[float]
    medians: list[float]


class BeliefContent(TypedDict):
    """What the parameters would have to be for a price of YES, which is our ``chance``; ``divergence`` is in bits, with its standard error.

    ``reach`` are the chances that the draws can tell of, where they do not tell of this one.
    """

    price: float
    chance: float
    status: Literal["found", "impossible", "not resolved"]
    divergence: float
    divergence_error: float
    effective: float
    reach: list[float] | None
    moved: list[MovedContent]
    more_moved: int
    priors: list[PriorShiftContent]
    priors_left_out: int


class RowSinceContent(TypedDict):
    """A row that became known after the price last moved."""

    stream: str
    known: str
    says: str
    source: str


class QuotePoint(TypedDict):
    """A quote as it is drawn: bid and ask, or a ``drawn`` price that is no offer, such as a midpoint that is carried forward."""

    at: str
    bid: float | None
    ask: float | None
    drawn: float | None


class AnswerPoint(TypedDict):
    """The fair price that our answer of a day made."""

    day: str
    value: float
    low: float
    high: float


class QuoteHistoryContent(TypedDict):
    """Quotes and fair prices through time; ``compared`` counts the quotes that were compared, and where the fair price lay.

    ``more`` are quotes that are not drawn.
    """

    quotes: list[QuotePoint]
    more: int
    answers: list[AnswerPoint]
    compared: int
    below: int
    within: int
    above: int


class ContractContent(TypedDict):
    """One contract beside the question of its topic.

    ``no_comparison`` says why there is no comparison, where there is none; ``no_fees`` why fees are not in it.  ``moved`` is when the
    price last moved; ``own_sources`` name what of the topic was taken from a market; ``question_void`` is the chance that the question is
    void or annulled, where there is one: the contract is taken to be void then.
    """

    name: str
    question: str
    venue: str
    id: str
    address: str
    side: QuotedSide
    currency: str
    deadline: str | None
    days: int | None
    settlement_source: str
    deviations: list[DeviationContent]
    terms: list[TermContent]
    answer: BetweenContent | None
    fair: BetweenContent | None
    offer: OfferContent | None
    no_comparison: str
    no_fees: str
    verdict: ComparisonVerdict | None
    purchase: PurchaseContent | None
    moved: str | None
    rows_since: list[RowSinceContent]
    more_rows: int
    history: QuoteHistoryContent
    belief: NotRequired[BeliefContent]
    no_belief: NotRequired[str]
    own_sources: list[str]
    question_void: NotRequired[float]
