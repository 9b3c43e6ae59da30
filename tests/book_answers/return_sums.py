"""The model of `return` written out again, from its files alone: sums over grids in NumPy and SciPy, under each variant and together.

`captives` and `route` take from it what share of captives refuses to go home, and so do their tests.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.book_answers.stated_priors import lognormal_quantiles, prior_numbers
from tests.support.paths import ROOT

HERE, KOREA = "ukraine_koreans", "korea_north"
TOGETHER = {HERE, "ukraine_chinese"}
OUT, HOME = {KOREA, "korea_china"}, {"soviets_1945"}
FREE = {"korea_un", "argentines_1982", "pakistanis_1971", "ukraine_chinese"}
VARIANTS = ("base", "one_class", "same_nation", "wide_class", "by_lists", "as_recorded", "two_voices")
DRAWS = 24_000
LEVELS = 24  # of each of the parameters that are summed over a grid
LEAN = np.arange(-14.0, 9.0, 0.06)
TAILS = 4  # degrees of freedom of the variant `wide_class`
NATION = 0.5  # how far, in log odds, a war of one nation lies from what is common to its wars, in `same_nation`

prior = partial(prior_numbers, "return")
lognormal = partial(lognormal_quantiles, "return")


@dataclass(frozen=True, slots=True)
class Found:
    """Means over the posterior, with their standard errors: the chance of the next captive, of a majority, of more than in Korea, and the middling share.

    ``leaning`` are as many draws of this war's log odds of refusing, each as likely as the others.
    """

    values: Mapping[str, float]
    errors: Mapping[str, float]
    leaning: np.ndarray


def rows() -> dict[str, tuple[int, int]]:
    """Refusers and prisoners of each war, without what was corrected."""
    with (ROOT / "seeds" / "return" / "repatriation.csv").open(encoding="utf-8", newline="") as record:
        read = list(csv.DictReader(record))
    replaced = {row["replaces"] for row in read if row["replaces"]}
    return {row["conflict"]: (int(row["value"]), int(row["held"])) for row in read if not row["id"] or row["id"] not in replaced}


def normal(name: str, shares: np.ndarray) -> np.ndarray:
    """Quantiles of a normal prior said by its 5 and 95 % points."""
    said = prior(name)
    return (said["p5"] + said["p95"]) / 2 + (said["p95"] - said["p5"]) / 2 / special.ndtri(0.95) * special.ndtri(shares)


def beta_quantiles(name: str, shares: np.ndarray) -> np.ndarray:
    """Quantiles of the beta distribution with given 5 and 95 % points."""
    from scipy.optimize import fsolve

    said = prior(name)
    low, high = said["p5"], said["p95"]

    def off(logs: np.ndarray) -> list[float]:
        a, b = np.exp(logs)
        return [stats.beta.cdf(low, a, b) - 0.05, stats.beta.cdf(high, a, b) - 0.95]

    a, b = np.exp(fsolve(off, np.log([1.2, 4.0])))
    return stats.beta.ppf(shares, a, b)


def log_density(seen: tuple[int, int], worth: np.ndarray, lean: np.ndarray) -> np.ndarray:
    """Log density of a beta-binomial count whose mean has these log odds."""
    count, held = seen
    a, b = worth * special.expit(lean), worth * special.expit(-lean)
    return special.betaln(count + a, held - count + b) - special.betaln(a, b)


def log_normal(away: np.ndarray) -> np.ndarray:
    """Log density of a standard normal variable, by its formula: SciPy's function takes four times as long for as many values as here."""
    return -0.5 * away**2 - 0.5 * np.log(2 * np.pi)


def log_student(away: np.ndarray) -> np.ndarray:
    """Log density of Student's t, by its formula."""
    scale = special.gammaln((TAILS + 1) / 2) - special.gammaln(TAILS / 2) - 0.5 * np.log(TAILS * np.pi)
    return scale - (TAILS + 1) / 2 * np.log1p(away**2 / TAILS)


def stated_weights() -> dict[str, float]:
    """The weight of each variant, which the record does not change."""
    file = tomllib.loads((ROOT / "seeds" / "return" / "topic.toml").read_text(encoding="utf-8"))
    assert file["combine"] == "stated"
    stated = {name: table["weight"] for name, table in file["variants"].items()}
    return {"base": 1 - sum(stated.values()), **stated}


def refusing(size: int, rng: np.random.Generator) -> tuple[np.ndarray, float, float]:
    """Draws of the share that refuses to go home, over all variants, with its mean and the standard error of that."""
    weights = stated_weights()
    assert set(weights) == set(VARIANTS)
    found = {name: recompute(name) for name in VARIANTS}
    mean = sum(weights[name] * its.values["next_captive"] for name, its in found.items())
    error = np.sqrt(sum((weights[name] * its.errors["next_captive"]) ** 2 for name, its in found.items()))
    counts = rng.multinomial(size, [weights[name] for name in VARIANTS])
    drawn = [rng.choice(found[name].leaning, count) for name, count in zip(VARIANTS, counts, strict=True)]
    return rng.permutation(special.expit(np.concatenate(drawn))), float(mean), float(error)


@cache
def recompute(variant: str) -> Found:
    """The answers under one variant, by a sum over the lean of each war inside a sample of all other parameters."""
    driven, free = variant != "as_recorded", FREE if variant != "one_class" else set()
    home_wars = HOME | ({"vietnam"} if variant == "by_lists" else set())
    together = TOGETHER if variant != "two_voices" else set()
    rng = np.random.default_rng(20261128)
    record = rows()
    grid = (np.arange(LEVELS) + 0.5) / LEVELS
    worth, pairs = lognormal("voices", grid), lognormal("pair", grid)
    out, home = normal("driven_out", grid) * driven, normal("driven_home", grid) * driven
    at = {name: rng.integers(LEVELS, size=DRAWS) for name in ("voices", "pair", "out", "home")}
    usual = special.logit(beta_quantiles("usual_refusal", rng.permutation((np.arange(DRAWS) + 0.5) / DRAWS)))
    spread = lognormal("spread", rng.permutation((np.arange(DRAWS) + 0.5) / DRAWS))
    less = normal("free_home", rng.permutation((np.arange(DRAWS) + 0.5) / DRAWS))
    nation = usual + spread * special.ndtri(rng.permutation((np.arange(DRAWS) + 0.5) / DRAWS))
    tables = {}
    for war, seen in record.items():
        strength = (pairs if war in together else worth)[:, None, None]
        moved = out if war in OUT else -home if war in home_wars else np.zeros(1)
        tables[war] = log_density(seen, strength, LEAN + moved[None, :, None])
    log_weight, kept, here = np.zeros(DRAWS), np.zeros((DRAWS, 4)), np.zeros((DRAWS, len(LEAN)))
    for part in np.array_split(np.arange(DRAWS), 24):
        densities = {}
        for war, table in tables.items():
            strength = at["pair" if war in together else "voices"][part]
            moved = at["out"][part] if war in OUT else at["home"][part] if war in home_wars else np.zeros(len(part), dtype=int)
            middle, width = (usual[part] - less[part], np.ones(len(part))) if war in free else (usual[part], spread[part])
            if variant == "same_nation" and war in {HERE, KOREA}:
                middle, width = nation[part], np.full(len(part), NATION)
            away = (LEAN - middle[:, None]) / width[:, None]
            shape = log_student if variant == "wide_class" and war not in free else log_normal
            joint = table[strength, moved] + shape(away) - np.log(width)[:, None]
            top = joint.max(axis=1, keepdims=True)
            density = np.exp(joint - top)
            log_weight[part] += top[:, 0] + np.log(density.sum(axis=1))
            if war in {HERE, KOREA}:
                densities[war] = density / density.sum(axis=1, keepdims=True)
        here[part] = densities[HERE].cumsum(axis=1)
        below = np.cumsum(densities[KOREA], axis=1) - densities[KOREA] / 2
        kept[part] = np.stack(
            [
                densities[HERE] @ special.expit(LEAN),
                densities[HERE] @ (LEAN > 0),
                (densities[HERE] * below).sum(axis=1),
                special.expit(usual[part]),
            ],
            axis=1,
        )
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    means = weight @ kept
    errors = np.sqrt(weight**2 @ (kept - means) ** 2)
    names = ("next_captive", "most_refuse", "more_than_in_korea", "any_war")
    chosen = here[rng.choice(DRAWS, DRAWS, p=weight)]
    at_least = (chosen < rng.random(DRAWS)[:, None]).sum(axis=1).clip(max=len(LEAN) - 1)
    return Found(dict(zip(names, means.tolist(), strict=True)), dict(zip(names, errors.tolist(), strict=True)), LEAN[at_least])
