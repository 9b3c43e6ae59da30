"""Answers of `captives` recomputed from its files alone: a grid over the share and the correlation, variants weighed by their evidence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats  # noqa: TID253 - the truth comes from elsewhere than the project

from tests.book_answers.files import book_answers, last_rows, prior_arguments, variants_of

pytestmark = pytest.mark.slow
TOPIC = "captives"
SHARES, CORRELATIONS = (np.arange(800) + 0.5) / 800, (np.arange(400) + 0.5) / 400
BASE = "base"


def beta_on(grid: np.ndarray, name: str, variant: str) -> np.ndarray:
    """A Beta prior of the file as weights on a grid of midpoints."""
    mean, strength = prior_arguments(TOPIC, name, variant, "mean", "strength")
    weights = stats.beta.pdf(grid, mean * strength, (1 - mean) * strength)
    return weights / weights.sum()


def likelihood(said: int, asked: int, share: np.ndarray) -> np.ndarray:
    """P(said | share, correlation) of a BetaBinomial, for each share (rows) and correlation (columns)."""
    lone = (1 - CORRELATIONS) / CORRELATIONS
    a, b = share[:, None] * lone, (1 - share)[:, None] * lone
    return special.comb(asked, said) * np.exp(special.betaln(said + a, asked - said + b) - special.betaln(a, b))


def recomputed(refuses: float) -> dict[str, float]:
    """The chances of the next captive that rows bear on, over all variants, given that he refuses to go home with a probability."""
    weights, chances = [], []
    for name, weight in {BASE: 1 - sum(variants_of(TOPIC).values()), **variants_of(TOPIC)}.items():
        alike = beta_on(CORRELATIONS, "alike", name)
        shares, given = [], []
        for stream, parameter in (("wishes", "names"), ("letters", "writes")):
            prior, (row,) = beta_on(SHARES, parameter, name), last_rows(TOPIC, stream)
            seen = likelihood(int(row["value"]), int(row["asked"]), SHARES)
            given.append(prior @ seen)  # evidence, and with the share itself, for each correlation
            shares.append((prior * SHARES) @ seen)
        (n0, w0), (n1, w1) = given, shares
        evidence = alike @ (n0 * w0)
        weights.append(weight * evidence)
        names = alike @ (n1 * w0) / evidence
        chances.append([names, refuses * names, refuses * (alike @ (n1 * w1)) / evidence])
    mixed = np.average(np.array(chances), axis=0, weights=weights)
    return dict(zip(("if_he_refuses", "names_south", "asks_in_writing"), mixed, strict=True))


def test_the_three_chances_are_those_of_a_grid() -> None:
    """Naming the South, alone and given that he refuses, and asking in writing: within four Monte Carlo errors, and nested."""
    answers = book_answers(TOPIC)
    refuses = answers["refuses_home"].value
    found = recomputed(refuses.value)
    assert found["asks_in_writing"] < found["names_south"] < refuses.value
    for question, chance in found.items():
        value = answers[question].value
        assert 0 < value.error < 0.01
        assert abs(value.value - chance) <= 4 * value.error + 0.0005, question  # half a thousandth for the grid
