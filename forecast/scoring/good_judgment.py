"""Good Judgment Open's score of a question: the mean over its days, as far as it is known.

That there is a score for each day is documented; which forecast stands for a day, and that days before the first are left out, is recalled.
SCORING.md says what each part rests on. No real record has confirmed it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.scoring.brier import brier_score_two_sided
from forecast.scoring.checks import read_numbers
from forecast.scoring.ranked import ordinal_brier_score


def good_judgment_score(
    *, day_ends: ArrayLike, times: ArrayLike, probabilities: ArrayLike, outcome: int, is_ordinal: bool = False
) -> float:
    """The mean over days of the two-sided Brier score, from 0 (best) to 2, of the forecast in force at each day's end.

    ``day_ends`` ``(days,)`` are the ends of the question's days and ``times`` ``(forecasts,)`` when a forecast was made, both rising and in
    one unit; ``probabilities`` is ``(forecasts, classes)``, ``outcome`` the class that came true, counted from 0. Answers that have an order
    are scored by ``ordinal_brier_score`` instead. Days before the first forecast are left out; NaN if all are. In part recalled: see SCORING.md.
    """
    ends, made = read_numbers(day_ends, name="day_ends"), read_numbers(times, name="times")
    if (np.diff(ends) <= 0).any() or (np.diff(made) < 0).any():
        raise ValueError("days and forecasts stand in the order of time")
    last = np.searchsorted(made, ends, side="right") - 1
    last = last[last >= 0]
    if last.size == 0:
        return np.nan
    in_force = np.asarray(probabilities, dtype=np.float64)[last]
    classes = np.full(last.size, outcome)
    score = ordinal_brier_score if is_ordinal else brier_score_two_sided
    return float(score(probabilities=in_force, outcome=classes).mean())
