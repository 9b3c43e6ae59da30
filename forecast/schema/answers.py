"""The shape of answers in a report's JSON: what was asked, what it came to, and its value by kind."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict, TypeGuard

AnswerKind = Literal["probability", "distribution", "date", "shares"]


class Curve(TypedDict):
    """A density (per unit of x, or of its logarithm where the scale is ``log``), or a mass function where ``discrete``.

    ``cut`` where the ends, which hold next to no probability, have been left out.
    """

    discrete: bool
    x: list[float]
    y: list[float]
    cut: NotRequired[bool]


class ProbabilityValue(TypedDict):
    """A probability, its Monte Carlo error, and the 90 % interval of the chance itself with the errors of its ends.

    Where it came about on no path of an open question, or on all, the probability is below ``at_most``, or above ``at_least``, with
    95 % confidence.
    """

    value: float
    error: float
    chance: list[float] | None
    chance_errors: list[float] | None
    at_most: NotRequired[float]
    at_least: NotRequired[float]


class MassFunction(TypedDict):
    """All values of a number that has few, and their probabilities."""

    x: list[float]
    y: list[float]


class ModeContent(TypedDict):
    """A likely range of a number that falls into several: its probability, and the 5, 50 and 95 % points of what lies in it."""

    share: float
    quantiles: list[float]


class DistributionValue(TypedDict):
    """A number: 5, 25, 50, 75 and 95 % points with their errors, and the interval that holds each true point in 90 % of seeds.

    ``modes`` are the ranges into which it falls, where it falls into several.  The curve is a density per unit of x, of log x where
    ``scale`` is ``log``, or of asinh(x / ``linear_within``) where it is ``symlog``; ``trimmed`` where it leaves out the outer 2 %.
    Its mean is null where that does not exist or cannot be estimated, and ``no_mean`` says why; ``sd`` is null where the variance cannot.
    For the record there are the 23 quantiles of forecasting hubs (``forecast.predict.exchanged``), or a mass function.
    """

    mean: float | None
    mean_error: float | None
    sd: float | None
    no_mean: NotRequired[str]
    quantiles: list[float]
    errors: list[float]
    intervals: NotRequired[list[list[float]]]
    hub_quantiles: NotRequired[list[float]]
    pmf: NotRequired[MassFunction]
    shape: Curve
    scale: NotRequired[Literal["log", "symlog"]]
    linear_within: NotRequired[float]
    trimmed: NotRequired[bool]
    modes: NotRequired[list[ModeContent]]


class DatePoint(TypedDict):
    """The probability that it has happened by a day."""

    day: str
    probability: float


class DateValue(TypedDict):
    """A day: 5, 25, 50, 75 and 95 % points, null where later than the deadline.

    ``errors`` are those of the points, in days; ``intervals`` hold each true point in 90 % of seeds; ``at_most`` and ``at_least`` are
    a probability's, of not by then.
    """

    quantiles: list[str | None]
    errors: NotRequired[list[float | None]]
    intervals: NotRequired[list[list[str | None]]]
    hub_quantiles: NotRequired[list[str | None]]
    not_by_then: float
    error: float
    at_most: NotRequired[float]
    at_least: NotRequired[float]
    curve: list[DatePoint]


class ShareValue(TypedDict):
    """One choice; ``at_most`` and ``at_least`` are a probability's."""

    label: str
    value: float
    error: float
    at_most: NotRequired[float]
    at_least: NotRequired[float]


class SharesValue(TypedDict):
    """The choices in the order of the file, and what none of them takes."""

    shares: list[ShareValue]
    none: float
    none_error: NotRequired[float]


AnswerValue = ProbabilityValue | DistributionValue | DateValue | SharesValue


class Choice(TypedDict):
    """A label and its condition."""

    label: str
    condition: str


class AnnulmentContent(TypedDict):
    """The chance that a question is annulled, and its Monte Carlo error."""

    probability: float
    error: float


class FailedContent(TypedDict):
    """The days within which the condition of a void question failed."""

    first: str
    last: str


class CrossingContent(TypedDict):
    """A row across a day from which (``since``) or up to which (``by``) a question counts, or within which a ``first`` time lies.

    ``before`` is what of ``value`` lies before the first day that counts, or up to the last, on average.
    """

    stream: str
    start: str
    end: str
    edge: Literal["since", "by", "first"]
    day: str
    value: float
    before: float
    error: float
    even: bool
    adds_up: bool
    sentence: str


class RangeContent(TypedDict):
    """The least and the greatest answer among variants: of a choice, under its label; of a number, of medians; of a date, of the chance by then."""

    label: str
    low: float
    high: float


class AnswerRange(TypedDict):
    """The range of an answer over the variants with at least 1 % weight, as numbers and in words."""

    ranges: list[RangeContent]
    said: str


class CumulativeContent(TypedDict):
    """What a question counts at the ends of days: one list of 5, 25, 50, 75 and 95 % points for each day.

    The first day is the eve of the first that counts.  Up to ``through`` the record says how many there were, and after it the simulated
    paths do.  ``streams`` are those that are counted.
    """

    streams: list[str]
    through: str
    days: list[str]
    quantiles: list[list[float]]


class AnswerContent(TypedDict):
    """A question with its answer.

    ``fraction`` where the answer's text is the probability of one event on each draw, and not a condition.
    Where there is none, ``value`` is null and the status says why: ``void`` (its condition failed, within the days of ``failed``) or
    ``not answerable``, for the ``reasons``.  A question that is ``resolved`` on record, which only what is shown says of an answer, has
    the ``resolution`` in words, and the ``model_headline`` that its own ``headline`` replaces.
    """

    name: str
    asks: str
    kind: AnswerKind
    by: str | None
    since: str | None
    answer: str
    fraction: NotRequired[bool]
    choices: list[Choice]
    given: str
    given_probability: float | None
    given_error: NotRequired[float]
    annulled: NotRequired[str]
    annulment: NotRequired[AnnulmentContent]
    crossings: NotRequired[list[CrossingContent]]
    rule: str
    unit: str
    unit_one: NotRequired[str]  # its singular, where the topic gives it
    status: Literal["open", "happened", "can no longer happen", "settled", "annulled", "void", "not answerable", "resolved"]
    failed: NotRequired[FailedContent]
    reasons: NotRequired[list[str]]
    variants: NotRequired[AnswerRange]  # of a topic that has variants
    resolution: NotRequired[str]
    model_headline: NotRequired[str]
    cumulative: NotRequired[CumulativeContent]  # of an open question that counts a total by a day
    headline: str
    sentence: str
    value: AnswerValue | None


def is_probability(_: AnswerValue, kind: AnswerKind) -> TypeGuard[ProbabilityValue]:
    """Whether the value of an answer of this kind is a probability; that a value is of its kind is seen to where a report is read."""
    return kind == "probability"


def is_distribution(_: AnswerValue, kind: AnswerKind) -> TypeGuard[DistributionValue]:
    """Whether the value of an answer of this kind is a number, as ``is_probability`` says it."""
    return kind == "distribution"


def is_date(_: AnswerValue, kind: AnswerKind) -> TypeGuard[DateValue]:
    """Whether the value of an answer of this kind is a day, as ``is_probability`` says it."""
    return kind == "date"


def is_shares(_: AnswerValue, kind: AnswerKind) -> TypeGuard[SharesValue]:
    """Whether the value of an answer of this kind is the shares of choices, as ``is_probability`` says it."""
    return kind == "shares"
