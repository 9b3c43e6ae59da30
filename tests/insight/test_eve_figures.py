"""A report says one number of one day: the history and the split of the last news have the same figure of its eve."""

from __future__ import annotations

from datetime import date, timedelta
from math import hypot, nan

import numpy as np
import pytest

from forecast.insight.eve_figures import ReplayedFigures, better_known, figures_on, settled_on, with_figures_on
from forecast.insight.explaining import explain
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.schema.insight import HistoryContent, HistoryPoint
from forecast.sentences.last_moved import last_move_sentence
from forecast.sentences.lead import notable_steps
from tests.support.building import OPENS, make_topic

DAY, EVE = date(2026, 9, 23), date(2026, 9, 22)
NEWS = OPENS + timedelta(days=60)


def figures(*pairs: tuple[float, float]) -> ReplayedFigures:
    """Figures from values with their errors."""
    return ReplayedFigures(np.array([value for value, _ in pairs]), np.array([error for _, error in pairs]))


def pairs(found: ReplayedFigures) -> list[tuple[float, float]]:
    """Values with their errors."""
    return list(zip(found.values.tolist(), found.errors.tolist(), strict=True))


def agreed(first: tuple[float, float], second: tuple[float, float], *, settled: bool = False) -> list[tuple[float, float]]:
    """What two figures of one measure become."""
    return [pair for its in better_known(figures(first), figures(second), settled=np.array([settled])) for pair in pairs(its)]


@pytest.mark.small
def test_the_figure_with_the_smaller_error_stands_in_both() -> None:
    """As on the eve of 23 September 2026: 1.48 ± 0.08 in the split, 1.69 ± 0.22 in the history; and the other way round."""
    split, replayed = (0.0148, 0.0008), (0.0169, 0.0022)
    assert agreed(split, replayed) == [split, split]
    assert agreed(replayed, split) == [split, split]


@pytest.mark.small
@pytest.mark.parametrize("unhit", [(0.0, 0.0), (1.0, 0.0), (1 - 1e-12, 1e-13)])
def test_a_figure_that_no_path_hit_is_not_the_better_known(unhit: tuple[float, float]) -> None:
    """An error of 0 is no knowledge where the other replay has paths that hit."""
    assert agreed(unhit, (0.001, 0.0004)) == [(0.001, 0.0004)] * 2
    assert agreed((0.001, 0.0004), unhit) == [(0.001, 0.0004)] * 2
    assert agreed(unhit, unhit) == [unhit, unhit]


@pytest.mark.small
def test_what_is_settled_or_was_not_estimated_stays_as_it_is() -> None:
    """A settled answer keeps its certainty, and a mean that one replay could not estimate is not lent to it."""
    assert agreed((1.0, 0.0), (0.999, 0.001), settled=True) == [(1.0, 0.0), (0.999, 0.001)]
    first, second = better_known(figures((nan, nan)), figures((4.2, 0.1)), settled=np.array([False]))
    assert np.isnan(first.values).all()
    assert pairs(second) == [(4.2, 0.1)]


def content(*days: date) -> HistoryContent:
    """A history of two measures, of which the second was settled on the eve."""
    points: list[HistoryPoint] = [{"day": day.isoformat(), "values": [0.2, 1.0], "errors": [0.01, 0.0], "news": []} for day in days]
    return {"points": points, "settled": [None, EVE.isoformat()]}


@pytest.mark.small
def test_only_the_point_of_that_day_is_replaced() -> None:
    """The other days, and the history that was given, stay as they are; a day that is not there has no figures."""
    before = content(EVE, DAY)
    after = with_figures_on(before, EVE, figures((0.3, 0.001), (1.0, 0.0)))
    assert [point["values"] for point in after["points"]] == [[0.3, 1.0], [0.2, 1.0]]
    assert before == content(EVE, DAY)
    assert figures_on(content(DAY), EVE) is None


@pytest.mark.small
def test_a_question_is_settled_from_its_day_on() -> None:
    """Not on the day before."""
    assert settled_on(content(EVE), EVE).tolist() == [False, True]
    assert settled_on(content(EVE), EVE - timedelta(days=1)).tolist() == [False, False]


@pytest.mark.medium
def test_lead_and_why_say_one_number_of_the_eve() -> None:
    """The history's point of the eve of the last news is where the split of what moved the answers since begins."""
    topic = make_topic(
        priors={"rate": "LogNormal(p5=0.3, p95=6)"},
        streams={"calls": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={
            "calls": [
                {"from": OPENS, "to": NEWS - timedelta(days=1), "value": 0},
                {"on": NEWS, "value": 3, "known": NEWS},
                {"from": NEWS + timedelta(days=1), "to": NEWS + timedelta(days=20), "value": 0},
            ]
        },
        questions={"more": {"answer": "total(calls) >= 8", "by": OPENS + timedelta(days=200)}},
    )
    eve = (NEWS - timedelta(days=1)).isoformat()
    insight = explain(analyse(topic, NEWS + timedelta(days=20), Settings(), referee=False))
    (move,) = insight["moves"]
    point = next(point for point in insight["history"]["points"] if point["day"] == eve)
    assert move["since"] == eve
    assert point["values"] == move["before"]
    assert move["errors"] == [hypot(point["errors"][0], insight["measures"][0]["error"])]
    assert move["before"][0] + sum(part["points"][0] for part in move["parts"]) == pytest.approx(move["after"][0], abs=1e-12)
    assert notable_steps(insight, 0)[-1].before is point
    assert f"from {100 * point['values'][0]:.0f} % to" in last_move_sentence(insight, "more")
