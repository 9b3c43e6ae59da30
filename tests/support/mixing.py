"""Measures of several variants mixed by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.insight.estimands import Measure, cases
from forecast.predict.paths import Paths


def measured_ratio(parts: Sequence[tuple[float, Paths, Sequence[Measure]]]) -> tuple[np.ndarray, np.ndarray]:
    """The measures of some variants' paths together, and their errors; each part has an amount, its paths, and the measures as it asks them."""
    above, below, found = 0.0, 0.0, []
    for amount, paths, measures in parts:
        read = cases(paths, measures)
        found.append((amount, read))
        above, below = above + amount * read.numerators.mean(axis=0), below + amount * read.denominators.mean(axis=0)
    ratio = above / below
    squares = [
        (amount**2) * ((read.numerators - ratio * read.denominators).std(axis=0) / below) ** 2 / len(read.numerators)
        for amount, read in found
    ]
    return ratio, np.sqrt(np.sum(squares, axis=0))
