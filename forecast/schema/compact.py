"""A report's content without what none of its pages shows: curves that no picture has, points and digits that cannot be seen.

Reports are committed, and nearly every number of one differs from the report before.  So each digit below a number's own
Monte Carlo error makes a repository larger, and tells nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import starmap

from forecast.schema.answers import AnswerContent, DistributionValue, is_distribution
from forecast.schema.curves import axis_transform, compact_curve, has_curve
from forecast.schema.insight import (
    Estimate,
    HistoryPoint,
    InformationContent,
    InsightContent,
    LeverageContent,
    SensitivityContent,
    SplitPart,
    SurpriseContent,
)
from forecast.schema.json_data import SIGNIFICANT_DIGITS
from forecast.schema.topic import MarginalContent, ParameterContent, TopicContent

ERROR_DIGITS = 3  # of a Monte Carlo error
VALUE_DIGITS = 2  # of its error, that a number has as well; what is reported only where it is twice its error has all three
LEAST_DIGITS = 3  # of a number with an error, however large that is
FIGURE_DIGITS = 4  # of a number without an error


def compact_content(content: TopicContent) -> TopicContent:
    """Return a content, its numbers rounded already, with what its pages show and no more; the digest is left to the caller.

    Of a content that is compact already this returns the same, but perhaps fewer points of curves.
    """
    counts = Counter(parameter["name"] for parameter in content["parameters"])
    insight = content["insight"]
    return {
        **content,
        "answers": [_compact_answer(answer) for answer in content["answers"]],
        "parameters": [_compact_parameter(parameter, counts[parameter["name"]]) for parameter in content["parameters"]],
        "insight": None if insight is None else _compact_insight(insight),
    }


def _compact_answer(answer: AnswerContent) -> AnswerContent:
    value = answer["value"]
    if value is None or not is_distribution(value, answer["kind"]):
        return answer
    return {**answer, "value": compact_distribution(value)}


def compact_distribution(value: DistributionValue) -> DistributionValue:
    """Return a number with the points of its curve that can be seen."""
    return {**value, "shape": compact_curve(value["shape"], axis_transform(value))}


def _compact_parameter(parameter: ParameterContent, count: int) -> ParameterContent:
    drawn = has_curve(parameter, count)
    logarithmic = parameter["scale"] == "log"
    beliefs = {which: _compact_belief(parameter[which], drawn=drawn, logarithmic=logarithmic) for which in ("prior", "posterior")}
    return {**parameter, "prior": beliefs["prior"], "posterior": beliefs["posterior"]}


def _compact_belief(belief: MarginalContent, *, drawn: bool, logarithmic: bool) -> MarginalContent:
    compacted = belief.copy()
    shape = compacted.pop("shape", None)
    if "errors" in compacted:
        compacted["quantiles"], compacted["errors"] = _by_errors(compacted["quantiles"], compacted["errors"])
    if drawn and shape is not None:
        compacted["shape"] = compact_curve(shape, math.log if logarithmic else float)
    return compacted


def _compact_insight(insight: InsightContent) -> InsightContent:
    points = [_compact_point(point) for point in insight["history"]["points"]]
    return {
        **insight,
        "leverage": [_with_estimates(variation) for variation in insight["leverage"]],
        "sensitivity": [_with_estimates(variation) for variation in insight["sensitivity"]],
        "surprise": [_compact_surprise(entry) for entry in insight["surprise"]],
        "signposts": [{**signpost, "values": _estimates(signpost["values"])} for signpost in insight["signposts"]],
        "information": [_with_errors(listed) for listed in insight["information"]],
        "history": {**insight["history"], "points": points},
        "split": [{**question, "parts": [_compact_split_part(part) for part in question["parts"]]} for question in insight["split"]],
    }


def _with_estimates[Variation: (LeverageContent, SensitivityContent)](variation: Variation) -> Variation:
    compacted = variation.copy()
    compacted["values"] = _estimates(variation["values"])
    if variation["pareto_k"] is not None:
        compacted["pareto_k"] = round_digits(variation["pareto_k"])
    return compacted


def _with_errors(listed: InformationContent) -> InformationContent:
    compacted = listed.copy()
    compacted["values"], compacted["errors"] = _by_errors(listed["values"], listed["errors"])
    return compacted


def _compact_point(point: HistoryPoint) -> HistoryPoint:
    compacted = point.copy()
    rounded = list(starmap(_rounded_figure, zip(point["values"], point["errors"], strict=True)))
    compacted["values"], compacted["errors"] = [value for value, _ in rounded], [error for _, error in rounded]
    if "ranges" in point:
        compacted["ranges"] = [None if ends is None else list(map(round_digits, ends)) for ends in point["ranges"]]
    return compacted


def _rounded_figure(value: float | None, error: float | None) -> tuple[float | None, float | None]:
    """A number and its error, both rounded, where both are known."""
    return (None, None) if value is None or error is None else (round_by_error(value, error), round_error(error))


def _compact_surprise(surprise: SurpriseContent) -> SurpriseContent:
    return {
        **surprise,
        "tail": round_digits(surprise["tail"]),
        "log_score": round_digits(surprise["log_score"]),
        "prior_log_score": round_digits(surprise["prior_log_score"]),
        "bits": round_digits(surprise["bits"]),
    }


def _compact_split_part(part: SplitPart) -> SplitPart:
    return {**part, "share": round_by_error(part["share"], part["error"], digits=ERROR_DIGITS), "error": round_error(part["error"])}


def _estimates(estimates: Sequence[Estimate]) -> list[Estimate]:
    return [
        {
            "value": round_by_error(estimate["value"], estimate["error"]),
            "change": round_by_error(estimate["change"], estimate["error"], digits=ERROR_DIGITS),
            "error": round_error(estimate["error"]),
        }
        for estimate in estimates
    ]


def _by_errors(values: Sequence[float], errors: Sequence[float]) -> tuple[list[float], list[float]]:
    """Numbers and their errors, both rounded."""
    return list(starmap(round_by_error, zip(values, errors, strict=True))), [round_error(error) for error in errors]


def round_error(error: float) -> float:
    """Return a Monte Carlo error with three significant digits."""
    return _round_digits(error, ERROR_DIGITS)


def round_by_error(value: float, error: float, *, digits: int = VALUE_DIGITS) -> float:
    """Return a number with the decimal places that the first digits of its error have, or with three digits where these are more.

    Neither adds any to the six it has at most.
    """
    if not 0 < error < math.inf or value == 0:
        return value
    by_error = digits - 1 - math.floor(math.log10(round_error(error)))
    return _round_to_places(value, max(by_error, LEAST_DIGITS - 1 - math.floor(math.log10(abs(value)))))


def round_digits(value: float) -> float:
    """Return a number that has no error of its own with four significant digits."""
    return _round_digits(value, FIGURE_DIGITS)


def _round_digits(value: float, digits: int) -> float:
    return value if value == 0 else _round_to_places(value, digits - 1 - math.floor(math.log10(abs(value))))


def _round_to_places(value: float, places: int) -> float:
    """A number rounded to decimal places, but to no fewer digits than tell how it is rounded again.

    What would end in 5 without being so keeps a place more: a page, which shows fewer digits, then shows the same as before.
    """
    if value == 0:
        return value
    most = SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(value)))
    for more in range(places, most):
        rounded = round(value, more) + 0.0
        if rounded == value or not f"{rounded:.{max(more, 0)}f}".rstrip("0").rstrip(".").endswith("5"):
            return rounded
    return value
