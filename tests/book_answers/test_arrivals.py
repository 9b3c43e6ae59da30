"""Answers of `arrivals` recomputed from its files alone: a filter on grids in NumPy and SciPy, without the project's engines.

Priors and rows are read from the files; the structure is written out again here, as ``seeds/arrivals/README.md`` has it in symbols.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache, partial

import numpy as np
import pytest
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.book.reading import read_book
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import Answer
from tests.book_answers.dated_rows import Row
from tests.book_answers.stated_priors import lognormal_quantiles, prior_numbers
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

AS_OF = date(2026, 11, 28)
OPENS = 2002
X = np.arange(0.5, 10.5, 0.03)  # the logarithm of people a year
STEPS = np.arange(1, 25) / 25  # shares at which the two other parameters stand
SHAPES = (np.arange(20) + 0.5) / 20
PATHS = 200_000
ALLOWED = 4.0

prior = partial(prior_numbers, "arrivals")
lognormal = partial(lognormal_quantiles, "arrivals")


def rows(stream: str) -> list[Row]:
    """The rows of a stream that no later one replaces, by id or by what `forecast check --rows` prints, in order of their days."""
    with (ROOT / "seeds" / "arrivals" / f"{stream}.csv").open(encoding="utf-8", newline="") as record:
        read = list(csv.DictReader(record))
    made = [
        Row(
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["to"]),
            int(row["value"] or row["value_low"]),
            int(row["value"] or row["value_high"]),
        )
        for row in read
    ]
    parts = {its.start.year for its in made if its.years < 0.9}
    whole = {its.start.year: its for its in made if its.years > 0.9}  # of two of one year the later line is the correction
    return sorted(
        [its for its in made if its.years < 0.9] + [its for year, its in whole.items() if year not in parts], key=lambda its: its.start
    )


def log_mass(value: int, mean: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Log probability of a negative binomial count."""
    return stats.nbinom.logpmf(value, shape, shape / (shape + mean))


@cache
def arrivals() -> dict[str, float]:
    """Filter the level year by year for each drift and steadiness, then draw the rest of 2026 and 2027."""
    drifts = prior("drift")["sigma"] * stats.halfnorm.ppf(STEPS)
    shapes = lognormal("steadiness", SHAPES)
    said = prior("level")
    first = stats.norm.pdf(X, (said["p5"] + said["p95"]) / 2, (said["p95"] - said["p5"]) / 2 / special.ndtri(0.95))
    moves = [stats.norm.pdf(X[:, None], X[None], drift) for drift in drifts]
    moves = [move / move.sum(axis=0) for move in moves]
    state = np.broadcast_to(first / first.sum(), (len(drifts), len(shapes), len(X))).copy()
    log_weight = np.zeros((len(drifts), len(shapes)))
    record = rows("arrivals")
    for year in range(OPENS, AS_OF.year + 1):
        if year > OPENS:
            state = np.stack([each @ move.T for each, move in zip(state, moves, strict=True)])
        for row in record:
            if row.start.year == year:
                state = state * np.exp(log_mass(row.low, np.exp(X)[None] * row.years, shapes[:, None] * row.years))[None]
        total = state.sum(axis=2)
        log_weight += np.log(total)
        state /= total[:, :, None]
    rng = np.random.default_rng(20261128)
    weight = np.exp(log_weight - log_weight.max()).ravel()
    drift, shape = np.unravel_index(rng.choice(len(weight), PATHS, p=weight / weight.sum()), log_weight.shape)
    below = state.cumsum(axis=2)[drift, shape]
    level = X[(below < rng.random(PATHS)[:, None]).sum(axis=1).clip(max=len(X) - 1)] + rng.uniform(-0.015, 0.015, PATHS)
    seen, left = record[-1], (date(2026, 12, 31) - record[-1].end).days / 365.25
    level_2027 = level + drifts[drift] * rng.normal(size=PATHS)
    in_2026 = seen.low + _drawn(rng, np.exp(level) * left, shapes[shape] * left)
    in_2027 = _drawn(rng, np.exp(level_2027) * 365 / 365.25, shapes[shape] * 365 / 365.25)
    return {
        "arrivals_2026": float(np.median(in_2026)),
        "arrivals_2027": float(np.median(in_2027)),
        "over_300": float((in_2027 > 300).mean()),
        "as_before": float((in_2027 >= 1000).mean()),
    }


def clumped(stream: str, rate: str, clumping: str, years: float, least: int) -> float:
    """The chance of so many events or more in a time ahead, for a stream with one rate and one clumping, by a sum over their prior quantiles."""
    shares = (np.arange(400) + 0.5) / 400
    mean, more = np.meshgrid(lognormal(rate, shares), lognormal(clumping, shares), indexing="ij")
    log_weight = np.zeros(mean.shape)
    for row in rows(stream):
        shape, p = mean * row.years / more, 1 / (1 + more)
        log_weight += np.log(stats.nbinom.cdf(row.high, shape, p) - stats.nbinom.cdf(row.low - 1, shape, p))
    weight = np.exp(log_weight - log_weight.max())
    return float((weight * stats.nbinom.sf(least - 1, mean * years / more, 1 / (1 + more))).sum() / weight.sum())


def _drawn(rng: np.random.Generator, mean: np.ndarray, shape: np.ndarray) -> np.ndarray:
    return rng.poisson(rng.gamma(shape) * mean / shape)


@cache
def published() -> dict[str, tuple[float, float]]:
    """The project's answers of the topic as it stands, with their Monte Carlo errors."""
    answers = answered(AS_OF)
    shown = {name: its.value for name, its in answers.items()}
    return {
        name: (value.quantiles[2], value.quantile_errors[2]) if hasattr(value, "quantiles") else (value.value, value.error)  # type: ignore[union-attr]
        for name, value in shown.items()
    }


@cache
def answered(as_of: date) -> Mapping[str, Answer]:
    """The project's answers of the topic as it stands, as of a day."""
    book, _ = read_book(ROOT, ["arrivals"])
    return analyse(book.topics["arrivals"].rivals["base"], as_of, Settings(), referee=False).result.answers


@pytest.mark.parametrize(("question", "grid"), [("arrivals_2026", 1.0), ("arrivals_2027", 2.0), ("over_300", 0.004), ("as_before", 0.001)])
def test_arrivals_are_those_of_a_filter_on_a_grid(question: str, grid: float) -> None:
    """Medians and chances of 2026 and 2027 equal those of code that knows nothing of the engines, within four errors and the grid's own."""
    value, error = published()[question]
    assert abs(value - arrivals()[question]) < ALLOWED * error + grid, (value, error, arrivals()[question])


@pytest.mark.parametrize(
    ("question", "stream", "rate", "clumping", "least", "yes_below"),
    [
        ("soldier_2027", "crossings", "crossings_a_year", "clumping", 1, False),
        ("over_wall_2026", "direct", "direct_a_year", "direct_clumping", 10, True),
        ("from_top_2026", "insiders", "insiders_a_year", "insider_clumping", 10, False),
    ],
)
def test_counts_in_clumps_are_those_of_a_sum(question: str, stream: str, rate: str, clumping: str, least: int, *, yes_below: bool) -> None:
    """Chances of crossings, of those straight from the North, and of insiders equal a sum over 400 by 400 quantiles of their priors."""
    value, error = published()[question]
    chance = clumped(stream, rate, clumping, 365 / 365.25, least)
    expected = 1 - chance if yes_below else chance
    assert abs(value - expected) < ALLOWED * error + 0.002, (value, error, expected)


def test_a_year_narrows_as_its_parts_become_known() -> None:
    """Of 2026 nothing is known in August, and half by November: the interval is less than a third as wide, and narrower than that of 2027."""
    widths = {}
    for day, question in ((date(2026, 8, 31), "arrivals_2026"), (AS_OF, "arrivals_2026"), (AS_OF, "arrivals_2027")):
        low, *_, high = answered(day)[question].value.quantiles  # type: ignore[union-attr]
        widths[day, question] = high - low
    assert 3 * widths[AS_OF, "arrivals_2026"] < widths[date(2026, 8, 31), "arrivals_2026"]
    assert widths[AS_OF, "arrivals_2026"] < widths[AS_OF, "arrivals_2027"] / 2


def test_a_hindcast_does_not_know_that_the_border_will_close() -> None:
    """As of February 2012, after ten years above 1,000, a year above 1,000 is likely in 2027, and fewer than 300 are not."""
    answers = answered(date(2012, 2, 1))
    assert answers["as_before"].value.value > 0.7  # type: ignore[union-attr]
    assert answers["over_300"].value.value > 0.9  # type: ignore[union-attr]
