"""The record and the priors of `route` read from its files alone, for the tests that recompute its answers."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from scipy.special import betainc, betaincinv, gammaincinv, ndtri

from tests.book_answers.dated_rows import Row
from tests.support.paths import ROOT

OPENS = date(2024, 10, 28)


@dataclass(frozen=True, slots=True)
class RouteRow(Row):
    """A row of a stream of `route`, with its length in months and how long after the opening it is."""

    origin: str = ""
    office: str = ""

    @property
    def months(self) -> float:
        """Its length, both ends included."""
        return 12 * self.years

    @property
    def begins(self) -> float:
        """Years from the opening to its start."""
        return (self.start - OPENS).days / 365.25

    @property
    def ends(self) -> float:
        """Years from the opening to its end, last day included."""
        return ((self.end - OPENS).days + 1) / 365.25


@cache
def rows(stream: str) -> tuple[RouteRow, ...]:
    """The rows of a stream in force, by date: those that no other row replaces."""
    with (ROOT / "seeds/route" / f"{stream}.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    made = []
    for cells in table:
        start, end = (
            (date.fromisoformat(cells.get(name) or cells["on"]) for name in ("from", "to"))
            if "from" in cells
            else (date.fromisoformat(cells["on"]),) * 2
        )
        low, high = (int(cells.get(name) or cells["value"]) for name in ("value_low", "value_high"))
        made.append(RouteRow(start, end, low, high, cells.get("origin", ""), cells.get("office", "")))
    # A correction stands below what it corrects and covers the same days: of two rows on one day the later line counts.
    kept = [row for at, row in enumerate(made) if not any(its.start <= row.end and row.start <= its.end for its in made[at + 1 :])]
    return tuple(sorted(kept, key=lambda row: row.start)) if stream != "reports" else tuple(made)


def total(stream: str, day: date) -> int:
    """What the rows of a stream that end before a day add up to."""
    return sum(row.low for row in rows(stream) if row.end < day)


@cache
def files() -> tuple[dict, dict]:
    """The topic and its priors."""
    return tuple(tomllib.loads((ROOT / path).read_text(encoding="utf-8")) for path in ("seeds/route/topic.toml", "priors/route.toml"))  # type: ignore[return-value]


def inverse(name: str, variant: str = "base", label: str = "") -> Callable[[np.ndarray], np.ndarray]:
    """The quantile function of a prior, from its statement in words."""
    from scipy.optimize import brentq, minimize

    _, priors = files()
    table = priors["variants"].get(variant, {}).get("priors", {}).get(name, priors.get(name))
    statement = table["prior"]
    if isinstance(statement, dict):
        statement = statement.get(label, statement["default"])
    family, inside = re.fullmatch(r"(\w+)\((.*)\)", statement).groups()
    said = {key.strip(): float(value) for key, value in (part.split("=") for part in inside.split(","))}
    if family == "LogNormal":
        low, high = (said["p5"], said["p95"]) if "p5" in said else (said["median"] / said["factor"], said["median"] * said["factor"])
        middle, width = np.log(low * high) / 2, np.log(high / low) / 2 / ndtri(0.95)
        return lambda share: np.exp(middle + width * ndtri(share))
    if family == "Gamma":
        shape = brentq(
            lambda shape: np.log(gammaincinv(shape, 0.95) / gammaincinv(shape, 0.05)) - np.log(said["p95"] / said["p5"]), 0.05, 50
        )
        return lambda share: gammaincinv(shape, share) * said["p95"] / gammaincinv(shape, 0.95)
    assert family == "Beta"
    if "strength" in said:
        a, b = said["mean"] * said["strength"], (1 - said["mean"]) * said["strength"]
        return lambda share: betaincinv(a, b, share)

    def miss(logs: np.ndarray) -> float:
        return float(np.sum((betainc(*np.exp(logs), [said["p5"], said["p95"]]) - [0.05, 0.95]) ** 2))

    tight = {"xatol": 1e-9, "fatol": 1e-16, "maxiter": 4000}
    found = min(
        (minimize(miss, start, method="Nelder-Mead", options=tight) for start in ([0, 1], [0, 4], [-1, 2])), key=lambda its: its.fun
    )
    assert found.fun < 1e-9, name
    shapes = np.exp(found.x)
    return lambda share: betaincinv(*shapes, share)
