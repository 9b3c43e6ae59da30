"""Classes foreseen: what was predicted of a row that says a class, or counts of classes, and how far out what was seen is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecast.book.classes import is_counted
from forecast.book.topic import Stream
from forecast.inference.quantile_levels import INTERVAL_LEVELS
from forecast.language.arrays import Array
from forecast.language.distributions.family import Family
from forecast.schema import words

REPLICATED_ROWS = 512  # imagined rows among which a row of counts is ranked


def class_prediction(
    stream: Stream, kind: Family, arguments: Mapping[str, Any], seen: Array, rng: np.random.Generator
) -> tuple[tuple[float, ...], float, str]:
    """Return a prediction's 5, 50 and 95 % points, the tail probability of what was ``seen``, and the prediction in words.

    ``arguments`` are over ``(draws, 1)``; ``seen`` is ``(1, 1)``, or ``(1, 1, classes)``.
    Classes have no middle, so the tail is the probability of something no likelier
    than what was seen: exact for a class, among 512 imagined rows for counts. The points are of
    the class's number, or of the number of all.
    """
    return (_predict_counts if is_counted(stream) else _predict_class)(stream, kind, arguments, seen, rng)


def _predict_class(
    stream: Stream, kind: Family, arguments: Mapping[str, Any], seen: Array, _rng: np.random.Generator
) -> tuple[tuple[float, ...], float, str]:
    codes: Array = np.arange(len(stream.classes), dtype=float)
    chances = np.exp(np.atleast_2d(kind.log_density(codes[None, :], **arguments))).mean(axis=0)
    points = tuple(float(point) for point in np.searchsorted(np.cumsum(chances), np.array(INTERVAL_LEVELS) * chances.sum()))
    tail = float(chances[chances <= chances[int(seen[0, 0])] * (1 + 1e-9)].sum())
    order = np.argsort(-chances, kind="stable")
    chances_text = ", ".join(f"{stream.classes[index]} {words.percent(float(min(chances[index], 1.0)))}" for index in order)
    return points, min(tail, 1.0), chances_text


def _predict_counts(
    stream: Stream, kind: Family, arguments: Mapping[str, Any], seen: Array, rng: np.random.Generator
) -> tuple[tuple[float, ...], float, str]:
    draws = max(np.shape(value)[0] if np.ndim(value) > 1 else 1 for value in arguments.values())
    drawn = kind.draw(rng, (max(draws, REPLICATED_ROWS), 1) if draws == 1 else (draws, 1), **arguments)
    imagined = np.concatenate([seen, drawn[rng.permutation(len(drawn))[:REPLICATED_ROWS]].swapaxes(0, 1)], axis=1)
    masses = np.logaddexp.reduce(np.atleast_2d(kind.log_density(imagined, **arguments)), axis=0)
    tail = float((masses <= masses[0] + 1e-9).mean())
    low, high = np.quantile(drawn[:, 0], [INTERVAL_LEVELS[0], INTERVAL_LEVELS[-1]], axis=0, method="inverted_cdf")
    ranges = [f"{a:.15g}" if a == b else f"{a:.15g} to {b:.15g}" for a, b in zip(low, high, strict=True)]
    points = np.quantile(drawn[:, 0].sum(axis=1), INTERVAL_LEVELS, method="inverted_cdf")
    ranges_text = ", ".join(f"{label} {range_text}" for label, range_text in zip(stream.classes, ranges, strict=True))
    return tuple(points.tolist()), tail, ranges_text
