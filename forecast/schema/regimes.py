"""The JSON contract of what a report says of hidden regimes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NotRequired, TypedDict

from forecast.schema.probability_faults import NO_PROBABILITY


class RegimeContent(TypedDict):
    """A hidden regime: the probability of each state in each calendar step, given the rows up to it.

    ``probabilities`` are by step and then by state, in the order of ``labels`` and ``states``; parameters are as all rows have them.
    The last step is that of the as-of day; ``observed`` is the number of steps up to that of the last row.
    ``parameters`` are those that say how states follow one another.  ``stream`` is the first stream that it drives, and ``streams`` are
    all of them, where these are several.
    """

    name: str
    stream: str
    step: str
    states: list[str]
    labels: list[str]
    probabilities: list[list[float]]
    observed: int
    parameters: list[str]
    streams: NotRequired[list[str]]


def driven_by(regime: RegimeContent) -> list[str]:
    """Return the streams that a regime drives."""
    return regime.get("streams", [stream for stream in [regime["stream"]] if stream])


def regime_faults(regimes: Sequence[RegimeContent], *, streams: Sequence[str], parameters: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the places of what does not fit in the regimes of a report with some streams and parameters, and what that is."""
    for number, regime in enumerate(regimes):
        place = f"regimes.{number}"
        if regime["stream"] not in {"", *streams}:
            yield f"{place}.stream", "there is no such stream"
        if not {*regime.get("streams", [])} <= {*streams}:
            yield f"{place}.streams", "there is no such stream"
        if not {*regime["parameters"]} <= {*parameters}:
            yield f"{place}.parameters", "there is no such parameter"
        if not regime["states"] or not regime["labels"]:
            yield place, "a regime has states and steps"
        if len(regime["probabilities"]) != len(regime["labels"]) or any(
            len(row) != len(regime["states"]) for row in regime["probabilities"]
        ):
            yield f"{place}.probabilities", "there is one for each state in each step"
        if any(not 0 <= chance <= 1 for row in regime["probabilities"] for chance in row):
            yield f"{place}.probabilities", NO_PROBABILITY
        if not 0 <= regime["observed"] <= len(regime["labels"]):
            yield f"{place}.observed", "there are not so many steps"
