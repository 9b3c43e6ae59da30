"""One-year-ahead forecasts of arrivals: the study beside this file, for three years or all, and one of its columns checked without the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.book.reading import read_book
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.studies.arrivals import DRAWS, OPENS, TABLE, YEARS, forecasts, log_evidence, random_walk, yearly_counts
from tests.support.paths import ROOT

X = np.arange(0.5, 10.5, 0.03)  # the logarithm of people a year
DRIFTS = 0.5 * stats.halfnorm.ppf(np.arange(1, 30) / 30)  # the priors of tests/books/drift
SHAPES = 30 * 5 ** (special.ndtri((np.arange(24) + 0.5) / 24) / special.ndtri(0.95))
SETTINGS = Settings(draws=DRAWS, chances=False)
JUMPS, OFTEN = 1.0, 0.1  # a step in ten years has a standard deviation of 1 of the logarithm


@cache
def filtered(*, jumps: bool = False) -> dict[int, float]:
    """Log score of each year's count by a random walk on a grid, with the counts before it; with jumps one step in ten is large, and the others smaller."""
    first = stats.norm.pdf(X, (5.7 + 7.2) / 2, (7.2 - 5.7) / 2 / special.ndtri(0.95))
    large = OFTEN * stats.norm.pdf(X[:, None], X[None], JUMPS) if jumps else 0.0
    moves = [large + (1 - OFTEN * jumps) * stats.norm.pdf(X[:, None], X[None], drift * (0.4 if jumps else 1.0)) for drift in DRIFTS]
    moves = [move / move.sum(axis=0) for move in moves]
    state = np.broadcast_to(first / first.sum(), (len(DRIFTS), len(SHAPES), len(X))).copy()
    log_weight, scores = np.full((len(DRIFTS), len(SHAPES)), -np.log(len(DRIFTS) * len(SHAPES))), {}
    for year, (count, _) in sorted(yearly_counts().items()):
        if year > OPENS:
            state = np.stack([each @ move.T for each, move in zip(state, moves, strict=True)])
        shape = SHAPES[:, None]
        state = state * np.exp(stats.nbinom.logpmf(count, shape, shape / (shape + np.exp(X)[None])))[None]
        total = state.sum(axis=2)
        scores[year] = float(special.logsumexp(log_weight + np.log(total)))
        log_weight += np.log(total) - scores[year]
        state = state / total[:, :, None]
    return scores


@pytest.mark.slow
@pytest.mark.parametrize("year", [2013, 2021, 2025])
def test_the_walk_scores_what_a_filter_on_a_grid_does(year: int) -> None:
    """As-of runs of the engine give a year's count the log probability that a filter without the engine gives it, within 0.1."""
    count, _ = yearly_counts()[year]
    assert random_walk(year, SETTINGS).log_density(count) == pytest.approx(filtered()[year], abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("years", [(2013,), pytest.param(tuple(YEARS), marks=pytest.mark.study)], ids=len)
def test_the_table_is_what_the_engine_says(years: tuple[int, ...]) -> None:
    """Each forecast has the log score that the committed table gives it, within 0.1, or 0.4 where the count lies far in a tail."""
    shown = _scores()
    for year, name, its in forecasts(years, SETTINGS):
        found = its.log_density(yearly_counts()[year][0])
        assert found == pytest.approx(shown[year, name], abs=0.1 if found > -9 else 0.4), (year, name)


def test_an_evidence_that_is_not_known_is_not_one() -> None:
    """A variant's log evidence is that of its draws; where a posterior of the fast engine has none, it is refused and not taken for 0."""
    book, _ = read_book(ROOT / "tests" / "books" / "tiny", ["ferry"])
    posterior = analyse(book.topics["ferry"], date(2024, 6, 30), Settings(draws=1024, chances=False), referee=False).result.posterior
    assert log_evidence(posterior) == posterior.diagnostics.log_evidence < 0
    with pytest.raises(AssertionError, match="evidence"):
        log_evidence(replace(posterior, diagnostics=replace(posterior.diagnostics, log_evidence=None)))


def test_steps_with_heavy_tails_would_score_higher() -> None:
    """On a grid a walk in which one step in ten is large beats the Gaussian walk by more than five; the language has such steps, and the book does not use them yet."""
    assert sum(filtered(jumps=True).values()) > sum(filtered().values()) + 5


def test_the_published_model_is_calibrated_and_scores_like_the_walk() -> None:
    """By the committed table its 90 % intervals cover 19 to 24 of the 24 counts, and its log score is at most 2 below the walk's."""
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.read_text(encoding="utf-8").splitlines() if " of 24 |" in line
    ]
    sums = {name: (float(score), int(cover.split()[0])) for name, score, _, cover in lines}
    assert 19 <= sums["published"][1] <= 24
    assert sums["published"][0] > sums["random walk"][0] - 2


def _scores() -> dict[tuple[int, str], float]:
    """The committed table's log scores, by year and model."""
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")
    ]
    (header,) = [line for line in lines if line[0] == "year"]
    years = [line for line in lines if line[0].isdigit()]
    return {(int(line[0]), name): float(cell.rpartition(",")[2]) for line in years for name, cell in zip(header[2:], line[2:], strict=True)}
