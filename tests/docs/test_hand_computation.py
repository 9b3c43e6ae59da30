"""Answers that the how-to pages show are those that follow by hand from what was typed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from forecast.actions.documentation import find_page
from forecast.language.distributions.families import FAMILIES
from forecast.language.ops import NUMPY

SHARES = (np.arange(20_000) + 0.5) / 20_000  # of a distribution, evenly apart


def test_three_in_twenty_years():
    """A rate that is Gamma(3, 240 months) leaves a year quiet with probability (240 / 252)³."""
    assert answers("event-by-a-date")["happens"] == pytest.approx(100 * (1 - (240 / 252) ** 3), abs=1)


def test_deadlines_of_one_event():
    """By m months it has happened with probability 1 - E[(1 - chance)^m]."""
    chance = beta(p5=0.02, p95=0.2)
    shown = answers("date")
    for rung, days in (("soon", 156), ("later", 279), ("latest", 401)):
        months = days / (365.25 / 12)
        assert shown[rung] == pytest.approx(100 * (1 - np.mean((1 - chance) ** months)), abs=2), rung


def test_if_and_if_not():
    """The answer without a condition is that with it and that without it, weighed by the chance of the condition."""
    so, otherwise = (np.mean(beta(p5=low, p95=high)) for low, high in ((0.6, 0.95), (0.1, 0.5)))
    shown = answers("conditional")
    assert (shown["if_so"], shown["if_not"]) == pytest.approx((100 * so, 100 * otherwise), abs=1)
    assert shown["anyway"] == pytest.approx(100 * (0.3 * so + 0.7 * otherwise), abs=1)


def test_a_product_of_factors():
    """The median of the product, and the chance that it is above 2,000, are those of products of independent draws."""
    rng = np.random.default_rng(1)
    households = FAMILIES["LogNormal"].quantile(SHARES, **FAMILIES["LogNormal"].from_words({"p5": 28_000, "p95": 34_000}, NUMPY))
    bikes = households * rng.permutation(beta(p5=0.18, p95=0.26)) * rng.permutation(beta(p5=0.05, p95=0.3))
    page = find_page("factors")
    assert page is not None
    median = int(re.search(r"how_many +([\d,]+) ", page.path.read_text(encoding="utf-8"))[1].replace(",", ""))
    assert median == pytest.approx(np.median(bikes), rel=0.03)
    assert answers("factors")["over_two_thousand"] == pytest.approx(100 * np.mean(bikes > 2000), abs=1)


def test_a_choice_is_what_was_said():
    """Without a record each option has the chance that was typed."""
    assert answers("choice")["which"] == 40


def beta(**words: float) -> np.ndarray:
    """Quantiles, evenly apart, of a Beta said in words."""
    return FAMILIES["Beta"].quantile(SHARES, **FAMILIES["Beta"].from_words(words, NUMPY))


def answers(name: str) -> dict[str, int]:
    """The percentage of each answer that the page's `forecast update` printed."""
    page = find_page(name)
    assert page is not None
    printed = page.path.read_text(encoding="utf-8").split("$ forecast update")[1]
    return {question: int(percent) for question, percent in re.findall(r"^  (\w+) +(?:\w+ )?(\d+) %", printed, flags=re.MULTILINE)}
