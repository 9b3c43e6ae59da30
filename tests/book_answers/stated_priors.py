"""Numbers of priors read from the files of the book alone, with the standard library, NumPy and SciPy."""

from __future__ import annotations

import re
import tomllib

import numpy as np
from scipy import special

from tests.support.paths import ROOT


def prior_numbers(topic: str, name: str) -> dict[str, float]:
    """The numbers of a prior's statement in a topic's file."""
    with (ROOT / "priors" / f"{topic}.toml").open("rb") as file:
        statement = tomllib.load(file)[name]["prior"]
    return {key: float(value) for key, value in re.findall(r"(\w+)=(-?[\d.]+)", statement)}


def lognormal_quantiles(topic: str, name: str, shares: np.ndarray) -> np.ndarray:
    """Quantiles of a prior said by its 5 and 95 % points, or by median and factor."""
    said, z = prior_numbers(topic, name), special.ndtri(0.95)
    if "median" in said:
        return said["median"] * np.exp(np.log(said["factor"]) / z * special.ndtri(shares))
    middle, half = np.log(said["p5"] * said["p95"]) / 2, np.log(said["p95"] / said["p5"]) / 2
    return np.exp(middle + half / z * special.ndtri(shares))
