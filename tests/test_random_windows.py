"""Random records in files and random days that count: chances are those of quadrature over the rate and of exact counts within rows.

Days that no row covers, or only one that is not known yet, may have events too; a row that a day of the question
falls inside has each of its events on any of its days, and where its value is known by a range each count of the
range is as likely as the rate makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.special import gammaln, xlogy

from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import Dates, Probability
from tests.support.small_books import book_of

ALPHA, BETA = 2.0, 0.5  # of the rate, in events a year
YEAR = 365.25
GRID = np.geomspace(1e-3, 60, 1_500)
MOST = 80  # events in a window
SETTINGS = Settings(draws=4_096)


@dataclass(frozen=True)
class Span:
    """A row: its first and last day, the least and the most events it may have, and the day on which it is known."""

    start: date
    end: date
    low: int
    high: int
    known: date

    @property
    def line(self) -> str:
        """The row as it stands in a file."""
        cells = f"{self.low},," if self.low == self.high else f",{self.low},{self.high}"
        return f"{self.start},{self.end},{cells},{self.known},a test"


def random_spans(rng: np.random.Generator, opens: date) -> list[Span]:
    """Rows that stand next to one another, some of them quiet, some known by ranges, some known late."""
    spans, day = [], opens
    for _ in range(int(rng.integers(1, 7))):
        end = day + timedelta(days=int(rng.choice([0, 6, 29, 120, 200])))
        low = int(rng.choice([0, 0, 1, 2, 4]))
        high = low + int(rng.choice([0, 0, 1, 5]))
        late = int(rng.choice([0, 0, 0, 400]))
        spans.append(Span(day, end, low, high, end + timedelta(days=late)))
        day = end + timedelta(days=1)
    return spans


def overlap(start: date, end: date, first: date, last: date) -> int:
    """How many days two spans share."""
    return max(0, (min(end, last) - max(start, first)).days + 1)


def exact_chance(spans: list[Span], as_of: date, since: date, by: date, least: int) -> float:
    """The chance of at least so many events in the days that count, as of a day."""
    known = [span for span in spans if span.known <= as_of]
    weights = ALPHA * np.log(GRID) - BETA * GRID  # the prior's density, per unit of the grid's logarithm
    counts = np.zeros((len(GRID), MOST))
    counts[:, 0] = 1
    covered = 0
    for span in known:
        days, inside = (span.end - span.start).days + 1, overlap(span.start, span.end, since, by)
        covered += inside
        numbers = np.arange(span.low, span.high + 1)
        masses = poisson_masses(numbers, GRID * days / YEAR)
        weights = weights + np.log(masses.sum(axis=1))
        within = binomial_masses(np.arange(span.high + 1), numbers, inside / days)
        its = (masses / masses.sum(axis=1, keepdims=True)) @ within
        counts = sum(np.pad(counts, ((0, 0), (at, 0)))[:, :MOST] * its[:, at, None] for at in range(its.shape[1]))
    open_days = (by - since).days + 1 - covered
    future = poisson_masses(np.arange(MOST), GRID * open_days / YEAR)
    below = np.array([(counts[at, :least, None] * future[at, None, :least]).sum(where=_at_most(least)) for at in range(len(GRID))])
    shares = np.exp(weights - weights.max())
    return float(1 - (shares * below).sum() / shares.sum())


def poisson_masses(counts: np.ndarray, means: np.ndarray) -> np.ndarray:
    """The mass of each count at each mean, ``(means, counts)``."""
    masses: np.ndarray = np.exp(xlogy(counts[None, :], means[:, None]) - means[:, None] - gammaln(counts + 1)[None, :])
    return masses


def binomial_masses(counts: np.ndarray, trials: np.ndarray, share: float) -> np.ndarray:
    """The mass of each count at each number of trials, ``(trials, counts)``."""
    left = np.maximum(trials[:, None] - counts[None, :], 0)
    ways = np.exp(gammaln(trials + 1)[:, None] - gammaln(counts + 1)[None, :] - gammaln(left + 1))
    masses: np.ndarray = np.where(trials[:, None] >= counts[None, :], ways * share ** counts[None, :] * (1 - share) ** left, 0.0)
    return masses


def _at_most(least: int) -> np.ndarray:
    return np.add.outer(np.arange(least), np.arange(least)) < least


def deviation(seed: int, root: Path) -> tuple[float, float, float, str]:
    """The answer of a random book, what is exact, the answer's error, and the book in words."""
    rng = np.random.default_rng(seed)
    opens = date(2023, 1, 1) + timedelta(days=int(rng.integers(0, 40)))
    spans = random_spans(rng, opens)
    end = max(span.end for span in spans)
    as_of = end + timedelta(days=int(rng.choice([0, 1, 45, 300])))
    length = (as_of - opens).days
    since = opens + timedelta(days=int(rng.integers(0, max(1, length))))
    by = since + timedelta(days=int(rng.integers(0, 500)))
    least = int(rng.choice([1, 1, 2, 5]))
    is_date = bool(rng.integers(0, 2))
    condition = f"total(events) >= {least}"
    rows = "\n".join(["from,to,value,value_low,value_high,known,source", *(span.line for span in spans)]) + "\n"
    book, problems = book_of(
        root,
        opens=str(opens),
        since=str(since),
        by=str(by),
        step=str(rng.choice(["day", "month", "year"])),
        answer=f"first({condition})" if is_date else condition,
        priors={"rate": f"Gamma(alpha={ALPHA}, beta={BETA})"},  # type: ignore[arg-type]
        rows=rows,
    )
    assert not [each for each in problems if each.level == "error"], problems
    answer = analyse(book.topics["made"], as_of, SETTINGS, referee=False).result.answers["many"]
    words = f"seed {seed}, as of {as_of}, {answer.status}: {condition} from {since} to {by}\n{rows}"
    exact = exact_chance(spans, as_of, since, by, least)
    match answer.value:
        case Probability(value=value, error=error):
            return value, exact, error, words
        case Dates(not_by_then=never, error=error):
            return 1 - never, exact, error, words
    raise AssertionError(words)


@pytest.mark.parametrize("seed", range(30))
def test_chances_are_exact(seed: int, tmp_path: Path) -> None:
    """Each within five errors of what is exact, and certain only where that is certain."""
    value, exact, error, words = deviation(seed, tmp_path)
    assert abs(value - exact) <= 5 * error + 1e-6, f"{value} ± {error}, exactly {exact}: {words}"
