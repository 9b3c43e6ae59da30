"""Which number stands for an answer: its mean or, where that is not known, its median."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from forecast.book.topic import Question
from forecast.insight.chosen import chosen_columns, chosen_move
from forecast.insight.estimands import Measure, with_medians
from forecast.insight.weighed_cases import Cases, join_cases, rank_paths
from forecast.sentences.change_sentences import change_sentence

DRAWS = 8_192


def question(name: str, kind: str) -> Question:
    """A question of a kind; of the rest nothing is read."""
    return cast("Question", SimpleNamespace(name=name, kind=kind))


MEASURES = with_medians([Measure(question("size", "distribution"), ""), Measure(question("soon", "probability"), "")])


def test_each_mean_is_measured_beside_its_median() -> None:
    """Medians stand after all others, so that these keep their places."""
    assert [measure.key for measure in MEASURES] == [("size", "", "mean"), ("soon", "", "probability"), ("size", "", "median")]


def test_a_mean_stays_where_it_is_known_everywhere() -> None:
    """Otherwise the median stands in its place."""
    assert chosen_columns(MEASURES, [[5.0, 0.2, 4.0], [6.0, 0.3, 4.5]]) == [0, 1]
    assert chosen_columns(MEASURES, [[5.0, 0.2, 4.0], [float("nan"), 0.3, 4.5]]) == [2, 1]


def test_a_move_is_told_in_the_chosen_measures() -> None:
    """All its lists, and those of its parts, have one number for each."""
    nan = float("nan")
    part = {
        "kind": "time",
        "name": "time",
        "about": "",
        "known": "",
        "source": "",
        "points": [nan, 0.1, 0.5],
        "errors": [nan, 0.01, 0.02],
        "bits": [None, 0.3, None],
    }
    move = {
        "since": "",
        "until": "",
        "against": "replay",
        "why": "",
        "before": [5.0, 0.2, 4.0],
        "after": [nan, 0.3, 4.5],
        "errors": [0.0, 0.01, 0.02],
        "parts": [part],
        "sentences": ["", "b", "c"],
    }
    measures, found = chosen_move(cast("Any", move), MEASURES)
    assert [measure.kind for measure in measures] == ["median", "probability"]
    assert found == {
        **move,
        "before": [4.0, 0.2],
        "after": [4.5, 0.3],
        "errors": [0.02, 0.01],
        "sentences": ["c", "b"],
        "parts": [{**part, "points": [0.5, 0.1], "errors": [0.02, 0.01], "bits": [None, 0.3]}],
    }


def test_a_mean_that_the_draws_cannot_give_is_not_a_number_and_the_median_is_weighed() -> None:
    """Of a Cauchy, under weights that leave only what lies above 1 the median is the upper quarter's."""
    rng = np.random.default_rng(1)
    values = rng.standard_cauchy(DRAWS)
    ranked = rank_paths(values, np.ones(DRAWS))
    cases = Cases(np.column_stack([values, values]), np.ones((DRAWS, 2)), {0: ranked}, {1: ranked})
    mean, median = cases.values()
    assert np.isnan(mean)
    assert median == pytest.approx(0, abs=0.06)
    assert cases.values((values > 1).astype(float))[1] == pytest.approx(np.quantile(values, 0.875), abs=0.05)


def test_the_influence_on_a_median_is_its_error() -> None:
    """Over many samples of an exponential the median spreads by as much as one sample's influences say."""
    found = []
    for seed in range(200):
        values = np.random.default_rng(seed).exponential(size=1_000)
        cases = Cases(values[:, None], np.ones((1_000, 1)), medians={0: rank_paths(values, np.ones(1_000))})
        found.append((cases.values()[0], np.sqrt((cases.influence()[:, 0] ** 2).sum())))
    medians, errors = np.array(found).T
    assert np.sqrt((errors**2).mean()) == pytest.approx(medians.std(), rel=0.2)


def test_a_change_within_two_errors_is_no_news() -> None:
    """Neither the whole nor a part is said that noise alone would give; beyond two errors both are."""
    measure = {"kind": "probability", "unit": "", "value": 0.35, "settled": False}
    parts = [("row", "a row", 0.03, 0.02), ("time", "time", 0.02, 0.002)]
    assert (
        change_sentence(measure, 0.30, 0.35, parts, error=0.03)
        == "Moved by at most 11 points, now 35 %: time (+2 points); the rest (+3 points)."
    )
    assert change_sentence(measure, 0.30, 0.35, parts, error=0.02) == "Up from 30 % to 35 %: time (+2 points); the rest (+3 points)."


def test_what_a_sentence_names_adds_up_to_the_change() -> None:
    """Noise is named where the parts do not add up without it, as they are printed, and only there."""
    measure = {"kind": "probability", "unit": "", "value": 0.0994, "settled": False}
    parts = [("time", "66 days passed", -0.0109, 0.005), ("row", "a row", -0.2141, 0.006), ("noise", "Monte Carlo noise", 0.009, 0.007)]
    said = "Down from 32 % to 10 %: a row (−22 points); 66 days passed (−1 point); Monte Carlo noise (+1 point)."
    assert change_sentence(measure, 0.3155, 0.0994, parts) == said
    quiet = [("time", "66 days passed", -0.0109, 0.005), ("row", "a row", -0.2051, 0.006), ("noise", "Monte Carlo noise", -0.0001, 0.007)]
    assert change_sentence(measure, 0.3155, 0.0994, quiet) == "Down from 32 % to 10 %: a row (−21 points); 66 days passed (−1 point)."


def test_cases_that_are_joined_are_ranked_as_if_they_had_been_one() -> None:
    """Ties, and paths that do not count, stand where ranking all together puts them; a mean and the median beside it share their ranks."""
    rng = np.random.default_rng(7)
    numerators, denominators = np.floor(3 * rng.standard_normal((700, 2))), rng.integers(0, 2, (700, 2)) * 0.5
    parts = []
    for own in (slice(0, 300), slice(300, 700)):
        ranked = rank_paths(numerators[own, 0], denominators[own, 0])
        parts.append(Cases(numerators[own], denominators[own], {0: ranked}, {1: ranked}))
    joined = join_cases(*parts)
    expected = rank_paths(numerators[:, 0], denominators[:, 0])
    assert joined.means[0] is joined.medians[1]
    for found, wanted in ((joined.means[0].places, expected.places), (joined.means[0].values, expected.values)):
        np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(joined.means[0].counts, expected.counts)
