"""Answers of `return` recomputed from its files alone, without the project's engines, under every variant and together.

Priors and rows are read from the files; the structure is written out again in ``return_sums``, as ``seeds/return/README.md`` has it in symbols.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from forecast.book.reading import read_book
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.book_answers.return_sums import VARIANTS, recompute
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

AS_OF = date(2026, 11, 28)
SOON = ("base", "as_recorded", "two_voices")  # the other variants are a study
ALLOWED = 4.0  # standard errors of both together
GRID = 0.004  # grids of 24 values and of 0.06 log odds


@cache
def published(variant: str) -> dict[str, tuple[float, float]]:
    """The project's answers under one variant, with a quarter of the draws, and their Monte Carlo errors."""
    book, _ = read_book(ROOT, ["return"])
    answers = analyse(book.topics["return"].rivals[variant], AS_OF, Settings(draws=4096), referee=False).result.answers
    shown = {name: its.value for name, its in answers.items()}
    return {
        name: (value.mean, value.mean_error) if name == "any_war" else (value.value, value.error)  # type: ignore[union-attr]
        for name, value in shown.items()
    }


@pytest.mark.parametrize("variant", [each if each in SOON else pytest.param(each, marks=pytest.mark.study) for each in VARIANTS])
def test_the_answers_are_those_of_a_sum_over_grids(variant: str) -> None:
    """Four answers equal those of code that knows nothing of the engines, within four standard errors of both."""
    found = recompute(variant)
    for name, (value, error) in published(variant).items():
        room = ALLOWED * np.hypot(error, found.errors[name]) + GRID
        assert abs(value - found.values[name]) < room, (name, value, found.values[name], room)
