"""The shapes of what is said of contracts of prediction markets; amounts of money are in the contracts' currency."""

from __future__ import annotations

from typing import TypedDict

from forecast.cli.outputs.book_outputs import ProblemOutput
from forecast.markets.contract import TermStatus
from forecast.markets.stakes.drawdown import Drawdown
from forecast.markets.stakes.model_weight import ModelWeight
from forecast.schema.market import ContractContent


class OwnQuestionOutput(TypedDict):
    """Why the model can answer the contract's own question, and that question as lines of topic.toml; both empty where it is ours."""

    reasons: list[str]
    table: list[str]


class MarketAddOutput(TypedDict):
    """A contract that was added, the terms that nobody has compared, and the addresses of its quotes."""

    problems: list[ProblemOutput]
    contract: str
    question: str
    path: str
    line: int
    unknown: list[str]
    default_priors: dict[str, str]
    own_question: OwnQuestionOutput
    addresses: list[str]
    notes: list[str]


class SkippedPriceOutput(TypedDict):
    """An item of a file that was not read, and why; ``is_price`` where it was a price of a contract of this book."""

    place: str
    reason: str
    is_price: bool


class MarketImportOutput(TypedDict):
    """Quotes that were added, by contract and table; ``known`` were on record already, ``others`` are of contracts that the book has not."""

    added: dict[str, int]
    known: int
    others: dict[str, int]
    skipped: list[SkippedPriceOutput]
    problems: list[ProblemOutput]


class SkippedTradeOutput(TypedDict):
    """An item of a file that was not read, and why."""

    place: str
    reason: str


class MarketImportTradesOutput(TypedDict):
    """Trades that were added, by contract, and how many have a fee by the contract's schedule, or none that is known."""

    added: dict[str, int]
    known: int
    others: dict[str, int]
    skipped: list[SkippedTradeOutput]
    fees_by_schedule: int
    fees_unknown: int
    problems: list[ProblemOutput]


class FillOutput(TypedDict):
    """How many contracts are bought at a price; decimal numbers as text."""

    price: str
    count: str


class TradeOutput(TypedDict):
    """What to buy of a contract, from which offers; decimal numbers as text."""

    contract: str
    side: str
    count: str
    limit: str
    cost: str
    fee: str
    fills: list[FillOutput]


class GainOutput(TypedDict):
    """What trades gain whatever happens, after fees; ``bound`` is what no sizes can exceed, ``depth_assumed`` contracts whose depth is unknown."""

    gain: float
    cost: str
    fees: str
    bound: float
    optimal: bool
    depth_assumed: list[str]
    trades: list[TradeOutput]


class ArbitrageOutput(GainOutput):
    """A gain by contracts whose terms all fit; ``if_void`` is the least result where one is void, null where none can be."""

    currency: str
    if_void: float | None


class ExpectedGainOutput(GainOutput):
    """A gain in expectation, by the priors of how the contracts deviate from our questions."""

    currencies: list[str]


class RungOutput(TypedDict):
    """A contract of a ladder, its deadline or threshold, and the fair value of YES before fees."""

    contract: str
    at: str
    bid: float
    ask: float
    fair: float


class LadderOutput(TypedDict):
    """A ladder of deadlines or thresholds of a topic, smoothed."""

    topic: str
    kind: str
    smoothness: float
    error: float
    rungs: list[RungOutput]


class MarketCoherenceOutput(TypedDict):
    """What prices of contracts that hang together lock in; ``left_out`` has the reasons by contract."""

    problems: list[ProblemOutput]
    at: str
    arbitrage: list[ArbitrageOutput]
    expected_value: list[ExpectedGainOutput]
    ladders: list[LadderOutput]
    compared: list[str]
    left_out: dict[str, str]


class MarketCompareOutput(TypedDict):
    """Contracts beside answers, by topic."""

    as_of: str
    topics: dict[str, list[ContractContent]]


class TermOutput(TypedDict):
    """How a term of a contract compares with our question."""

    status: TermStatus
    note: str


class DeviationPriorOutput(TypedDict):
    """The prior of a way in which a contract may end otherwise, with its mean and reason."""

    prior: str
    mean: float
    why: str


class ListedContractOutput(TypedDict):
    """A contract beside a question; ``deadline`` is null where it is not known."""

    name: str
    topic: str
    question: str
    venue: str
    id: str
    side: str
    address: str
    deadline: str | None
    currency: str
    terms: dict[str, TermOutput]
    priors: dict[str, DeviationPriorOutput]
    fees_from: list[str]


class MarketListOutput(TypedDict):
    """The contracts of a book."""

    problems: list[ProblemOutput]
    contracts: list[ListedContractOutput]


class PositionOutput(TypedDict):
    """What is held of one side of a contract; ``quoted_at`` says when its price was quoted, ``reason`` why there is none now."""

    contract: str
    side: str
    count: float
    cost: float
    average_price: float | None
    price: float | None
    quoted_at: str | None
    reason: str
    unrealised: float | None
    realised: float
    fees: float
    closing: float | None
    better_by: float | None
    no_closing: str


class CurrencyOutput(TypedDict):
    """All positions in one currency."""

    currency: str
    invested: float
    most_loss: float
    realised: float
    unrealised: float | None
    cash_flow: float
    fees: float


class MarketPositionsOutput(TypedDict):
    """What is held, contract by contract and in all."""

    positions: list[PositionOutput]
    totals: list[CurrencyOutput]
    problems: list[ProblemOutput]


class MarketTradeOutput(TypedDict):
    """The contract of which a trade was put on record."""

    contract: str
    problems: list[ProblemOutput]


class ChanceOutput(TypedDict):
    """The chance of YES by the model, by the market and by both, and that of being void."""

    model: float | None
    market: float | None
    pooled: float | None
    void: float


class EdgeOutput(TypedDict):
    """What the better side is worth above its price and fees, with its error and our doubt of it."""

    side: str
    value: float
    break_even: float
    error: float
    doubt: float


class StakeAtChanceOutput(TypedDict):
    """What would be bought, fees included, if the model's chance of YES were another; the side is null where nothing."""

    chance: float
    side: str | None
    count: float
    spent: float


class AdvisedContractOutput(TypedDict):
    """How much of a contract to buy, or why none; how old its quote is; and what it would be at both ends of the 90 % interval of the model's chance."""

    contract: str
    side: str | None
    count: float
    cost: float
    fees: float
    quote_hours_old: float
    expected_gain: float
    chance: ChanceOutput
    edge: EdgeOutput | None
    range: list[StakeAtChanceOutput] | None
    refusal: str | None


class TogetherOutput(TypedDict):
    """What all stakes come to; growth in natural logarithms of wealth."""

    spent: float
    locked: float
    expected_gain: float
    expected_log_growth: float
    expected_log_growth_where_chosen: float
    optimality_gap: float
    unseen: float
    pooled_jointly: bool
    prices_contradict_by: float
    drawdown: Drawdown


class MarketStakeOutput(TypedDict):
    """How much of which contracts to buy; ``together`` is null where nothing can be advised."""

    as_of: str
    currency: str
    cash: float
    fraction: float
    model_weight: ModelWeight
    contracts: list[AdvisedContractOutput]
    left_out: dict[str, str]
    together: TogetherOutput | None
    notes: list[str]
