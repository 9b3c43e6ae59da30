"""Numbers of priors read from the files of the book alone, with the standard library, NumPy and SciPy."""

from __future__ import annotations

import re
import tomllib

import numpy as np
from scipy import special

from tests.support.paths import ROOT


def prior_numbers(topic: str, name: str) -> dict[str, float]:
    """The numbers of a prior's statement in a topic's file; a variant's prior is named ``variants.NAME.priors.PARAMETER``."""
    with (ROOT / "priors" / f"{topic}.toml").open("rb") as file:
        table = tomllib.load(file)
    for key in name.split("."):
        table = table[key]
    statement = table["prior"]
    return {key: float(value) for key, value in re.findall(r"(\w+)=(-?[\d.]+)", statement)}


def beta_quantiles(topic: str, name: str, shares: np.ndarray) -> np.ndarray:
    """Quantiles of a Beta prior said by its 5 and 95 % points, whose two parameters are found by SciPy's root finder."""
    from scipy import optimize

    said = prior_numbers(topic, name)
    found = optimize.root(lambda logs: special.betainc(*np.exp(logs), [said["p5"], said["p95"]]) - [0.05, 0.95], np.log([1.0, 5.0]))
    if not found.success:
        raise ValueError(found.message)
    return special.betaincinv(*np.exp(found.x), shares)


def weibull_quantiles(topic: str, name: str, shares: np.ndarray) -> np.ndarray:
    """Quantiles of a Weibull prior said by its 5 and 95 % points: x = scale (-log(1 - share)) ** (1 / shape)."""
    said = prior_numbers(topic, name)
    least, most = -np.log(0.95), -np.log(0.05)
    shape = np.log(most / least) / np.log(said["p95"] / said["p5"])
    return said["p95"] * (-np.log1p(-shares) / most) ** (1 / shape)


def lognormal_quantiles(topic: str, name: str, shares: np.ndarray) -> np.ndarray:
    """Quantiles of a prior said by its 5 and 95 % points, or by median and factor."""
    said, z = prior_numbers(topic, name), special.ndtri(0.95)
    if "median" in said:
        return said["median"] * np.exp(np.log(said["factor"]) / z * special.ndtri(shares))
    middle, half = np.log(said["p5"] * said["p95"]) / 2, np.log(said["p95"] / said["p5"]) / 2
    return np.exp(middle + half / z * special.ndtri(shares))
