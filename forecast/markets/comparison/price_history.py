"""Answers and quotes through time: which answer stood beside each quote, how they compared, and when the price last moved.

All are functions of arrays, so that a million quotes cost no more than arithmetic.  Times are whole numbers of one unit; missing is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array, Indices, Truth

NONE_YET = -1  # the place of an answer where none was given yet


@dataclass(frozen=True, slots=True)
class QuotesBesideAnswers:
    """For each quote ``(quotes,)``, the place of the answer that stood, ``NONE_YET`` before the first, and how its fair price lay.

    ``below`` is below the bid, ``above`` above the ask, ``within`` between both; none of them where there was no answer, or no offer
    to compare it with.
    """

    answer: Indices
    below: Truth
    above: Truth
    within: Truth

    @property
    def compared(self) -> int:
        """How many quotes were compared."""
        return int((self.below | self.above | self.within).sum())


def answers_in_force(quoted: NDArray[np.int64], answered: NDArray[np.int64]) -> Indices:
    """Return the place of the last answer at or before each quote, ``(quotes,)``; ``answered`` are times in ascending order."""
    return np.searchsorted(answered, quoted, side="right").astype(np.int64) - 1


def compare_through_time(
    quoted: NDArray[np.int64], bid: Array, ask: Array, *, comparable: Truth, answered: NDArray[np.int64], fair: Array
) -> QuotesBesideAnswers:
    """Return how each quote compares with the fair price of the answer that stood then.

    ``quoted``, ``bid``, ``ask`` and ``comparable`` are ``(quotes,)``, in any order; only what is comparable is compared: no midpoint that
    is carried forward, and no quote of a market that is closed.  ``answered`` and ``fair`` are ``(answers,)``, ascending in time.
    """
    place = answers_in_force(quoted, answered)
    known = comparable & (place != NONE_YET) & ~(np.isnan(bid) & np.isnan(ask))
    stood = np.append(fair, np.nan)[place] if len(fair) else np.full(len(quoted), np.nan)
    known &= ~np.isnan(stood)
    with np.errstate(invalid="ignore"):
        below, above = known & (stood < bid), known & (stood > ask)
    return QuotesBesideAnswers(place, below, above, known & ~below & ~above)


def last_move(quoted: NDArray[np.int64], bid: Array, ask: Array) -> int | None:
    """Return the time of the first quote of the last run in which neither bid nor ask changed; None without a quote.

    ``quoted`` is in ascending order.  A side that is missing in both of two quotes has not changed.
    """
    if not len(quoted):
        return None
    changed = _differs(bid) | _differs(ask)
    return int(quoted[int(np.flatnonzero(changed)[-1]) + 1]) if changed.any() else int(quoted[0])


def _differs(values: Array) -> Truth:
    """Where a value differs from the one before, ``(values - 1,)``; two that are missing do not."""
    before, after = values[:-1], values[1:]
    differs: Truth = (before != after) & ~(np.isnan(before) & np.isnan(after))
    return differs
