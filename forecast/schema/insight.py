"""The shape of a report's insight: what moved the answers, what they rest on, what would change them.

Every answer is measured by one number, or by one for each choice: its
*measures*.  A list called ``values``, ``points`` or ``bits`` has one entry for
each measure, in their order, so that a table of many variations stays small.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

MeasureStatistic = Literal["probability", "mean", "median"]


class MeasureTarget(TypedDict):
    """What a number is said of: a question, and one of its choices where it has several."""

    question: str
    label: str


class MeasureScale(TypedDict):
    """How the values of a measure are said: as chances or in a unit, and whether the record has decided them."""

    kind: MeasureStatistic
    unit: str
    settled: bool


class MeasureContent(TypedDict):
    """One number that measures an answer.

    A probability for the kinds ``probability`` and ``date`` (that it happens by
    then) and for each choice of ``shares``; for ``distribution`` the mean in ``unit`` or, where that cannot
    be estimated here or in anything that it is compared with, the median.  ``settled`` where the record has decided it.
    """

    question: str
    label: str
    kind: MeasureStatistic
    unit: str
    value: float
    error: float
    settled: bool


class Estimate(TypedDict):
    """A measure under a variation: its value, how far that is from the published one, and the Monte Carlo error of that."""

    value: float
    change: float
    error: float


class MovePart(TypedDict):
    """One part of a change: by how much it moved each measure, with its error, and in bits (log odds base 2; null for means).

    ``about`` says in words what it is; a row has its stream, days, value, and source.
    """

    kind: Literal["time", "row", "correction", "series", "prior", "model", "noise"]
    name: str
    about: str
    known: str
    source: str
    points: list[float]
    errors: list[float]
    bits: list[float | None]


class Move(TypedDict):
    """A change of the answers between two days or two reports, split exactly: before + the parts' points = after.

    ``since`` is the earlier day.  ``against`` says what stands there: the
    ``ledger`` (what was published then) or a ``replay`` (what today's book would
    have said).  ``errors`` are those of after less before.
    """

    since: str
    until: str
    against: Literal["ledger", "replay"]
    why: str
    before: list[float]
    after: list[float]
    errors: NotRequired[list[float]]
    parts: list[MovePart]
    sentences: list[str]


class LeverageContent(TypedDict):
    """The answers without a row, or without all rows of a source, grade or stream.

    ``row`` counts in the stream's rows as the report lists them; null where
    several rows are left out.  ``refitted`` where the weights did not carry.
    """

    kind: Literal["row", "source", "grade", "stream"]
    name: str
    stream: str
    row: int | None
    rows: int
    values: list[Estimate]
    pareto_k: float | None
    refitted: bool


class VariedPrior(TypedDict):
    """Whose prior was changed: the first variant that states it, where the topic as it stands does not."""

    variant: NotRequired[str]


class SensitivityContent(VariedPrior):
    """The answers with one prior changed."""

    parameter: str
    label: str
    change: Literal["half as wide", "twice as wide", "one sd lower", "one sd higher"]
    statement: str
    values: list[Estimate]
    pareto_k: float | None
    refitted: bool


class PowerContent(TypedDict):
    """Power-scaling of one value: how much its posterior moves with the prior's and the likelihood's weight, and what that means."""

    parameter: str
    label: str
    prior: float
    likelihood: float
    diagnosis: str


class SurpriseTexts(TypedDict):
    """What was seen of a row, where it is a range, a class or counts of classes, and what was predicted of classes, in words."""

    seen: NotRequired[str]
    predicted: NotRequired[str]


class SurpriseContent(SurpriseTexts):
    """A row against what was predicted before it became known.

    ``low``, ``middle`` and ``high`` are the 5, 50 and 95 % points of the
    prediction; ``tail`` the probability of something at least as far out
    (two-sided); ``bits`` how much better (+) or worse (-) the topic foresaw it
    than its own prior did.
    """

    stream: str
    row: int
    known: str
    value: float
    low: float
    middle: float
    high: float
    tail: float
    log_score: float
    prior_log_score: float
    bits: float


class ScorePoint(TypedDict):
    """The log scores earned up to a day, row by row, by the topic and by its prior alone (sums of natural logs).

    ``still``, where parameters walk, is that of the same topic with its walks held at their first value.
    """

    day: str
    topic: float
    prior: float
    still: NotRequired[float]


class PredictiveCheckContent(TypedDict):
    """A stream's record against records that its posterior would make: a statistic as seen and as predicted."""

    stream: str
    statistic: str  # "sum" or "mean", "largest" or "share of zeros" and, of a stream of classes, "number of" each
    seen: float
    quantiles: list[float]
    tail: float


class InformationContent(TypedDict):
    """How far one more month of a stream is expected to move each measure (mean absolute change)."""

    stream: str
    until: str
    values: list[float]
    errors: list[float]


class SignpostContent(TypedDict):
    """If this is seen by a day, then: its chance and the measures then, which rest on the paths where it is so.

    ``condition`` is a clause (``another captive asks to go South``), and ``absence`` says whether it is that nothing is counted, the
    opposite of the one before; in older reports, which lack that key, it is no clause (``one or more wishes``).
    """

    stream: str
    condition: str
    absence: NotRequired[bool]
    until: str
    chance: float
    values: list[Estimate]


class HistoryPoint(TypedDict):
    """The measures as of a day, by replay, with their Monte Carlo errors, and the rows that became known on it.

    A mean that cannot be estimated from the draws is null on that day, and so is its error.
    ``ranges`` are the 90 % ranges of the numbers, or of the chances themselves, null where one was not computed.
    """

    day: str
    values: list[float | None]
    errors: list[float | None]
    news: list[str]
    ranges: NotRequired[list[list[float] | None]]


class HistoryContent(TypedDict):
    """The measures over the days of the record, and the day each question was settled (null where it is open)."""

    points: list[HistoryPoint]
    settled: list[str | None]


class SplitPart(TypedDict):
    """The share of a measure's doubt (variance) that would go if one value were known."""

    parameter: str
    label: str
    share: float
    error: float


class SplitContent(TypedDict):
    """A measure's doubt: the share that is ignorance, the rest being luck, and which parameters it is of.

    Where a topic has variants, ``structure`` is the part of that ignorance which is which of them is right.
    """

    question: str
    label: str
    ignorance: float
    error: float
    structure: NotRequired[float]
    structure_error: NotRequired[float]
    parts: list[SplitPart]


class ImpliedContent(TypedDict):
    """What a prior implies that nobody can have meant: at which keys of which file, in a sentence, with a hint."""

    file: Literal["topic", "priors"]
    keys: list[str]
    message: str
    hint: str


class InsightContent(TypedDict):
    """Everything a report says of why; ``notes`` say what could not be said, and why not.

    Of a topic with variants it has no surprises, scores, power or checks.  ``as_of`` is there where it was found for a report of an earlier
    day, since when no number has changed: it is that day.
    """

    as_of: NotRequired[str]

    measures: list[MeasureContent]
    moves: list[Move]
    leverage: list[LeverageContent]
    sensitivity: list[SensitivityContent]
    power: list[PowerContent]
    surprise: list[SurpriseContent]
    score: list[ScorePoint]
    checks: list[PredictiveCheckContent]
    information: list[InformationContent]
    signposts: list[SignpostContent]
    history: HistoryContent
    split: list[SplitContent]
    notes: list[str]
