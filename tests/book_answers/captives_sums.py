"""The model of `captives` written out again, from its files alone: a grid over shares and the correlation, variants weighed by their evidence.

What share refuses to go home comes from ``return_sums``, and not from the fit that the project's link carries; `route` takes the draws here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.book_answers.files import last_rows, prior_arguments, variants_of
from tests.book_answers.return_sums import refusing

TOPIC = "captives"
BASE = "base"
SHARES, CORRELATIONS = (np.arange(800) + 0.5) / 800, (np.arange(400) + 0.5) / 400


@dataclass(frozen=True, slots=True)
class Named:
    """What the next captive wants, over all variants.

    ``values`` are the chances that he refuses home, names the South, asks in writing, and names the South if he refuses, with their standard errors,
    which come from the first alone; ``names_south`` are as many draws of the chance that he names the South, each as likely as the others.
    """

    values: Mapping[str, float]
    errors: Mapping[str, float]
    names_south: np.ndarray


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


@cache
def recompute(size: int) -> Named:
    """The four chances, and so many draws of the second."""
    rng = np.random.default_rng(20261129)
    refuses, refusal, refusal_error = refusing(size, rng)
    weights, chances, densities = [], [], []
    for name, weight in {BASE: 1 - sum(variants_of(TOPIC).values()), **variants_of(TOPIC)}.items():
        alike = beta_on(CORRELATIONS, "alike", name)
        priors, seen = {}, {}
        for stream, parameter in (("wishes", "names"), ("letters", "writes")):
            (row,) = last_rows(TOPIC, stream)
            priors[parameter] = beta_on(SHARES, parameter, name)
            seen[parameter] = likelihood(int(row["value"]), int(row["asked"]), SHARES)
        given = {parameter: prior @ seen[parameter] for parameter, prior in priors.items()}  # the rows' probability for each correlation
        with_share = {parameter: (prior * SHARES) @ seen[parameter] for parameter, prior in priors.items()}
        evidence = alike @ (given["names"] * given["writes"])
        weights.append(weight * evidence)
        chances.append([alike @ (with_share["names"] * its) / evidence for its in (given["writes"], with_share["writes"])])
        densities.append(priors["names"] * (seen["names"] @ (alike * given["writes"])) / evidence)
    share = np.array(weights) / sum(weights)
    names, writes = share @ np.array(chances)
    drawn = rng.choice(SHARES, size, p=share @ np.array(densities)) + rng.uniform(-0.5, 0.5, size) / len(SHARES)
    values = {"refuses_home": refusal, "names_south": refusal * names, "asks_in_writing": refusal * writes, "if_he_refuses": names}
    errors = {name: 0.0 if name == "if_he_refuses" else refusal_error * value / refusal for name, value in values.items()}
    return Named(values, errors, refuses * drawn)
