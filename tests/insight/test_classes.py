"""How a row of classes was foreseen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - the truth comes from elsewhere than the project

from forecast.insight.classes import class_prediction
from forecast.language.distributions.families import family
from tests.support.building import make_topic

TOPIC = make_topic(
    priors={"idle": "Beta(alpha=1, beta=1)"},
    streams={"doors": "Categorical(left=0.7, right=0.2, other=0.1)", "votes": "Multinomial(n=12, left=0.5, right=0.5)"},
)


def test_a_class_is_as_far_out_as_all_that_are_no_likelier():
    """The tail of the second likeliest of three classes is its chance and that of the third; the prediction names all, likeliest first."""
    p = np.array([[[0.6, 0.2, 0.2]], [[0.8, 0.2, 0.0]]])
    found = class_prediction(TOPIC.streams["doors"], family("Categorical"), {"p": p}, np.array([[1.0]]), np.random.default_rng(1))
    assert found == ((0.0, 0.0, 2.0), pytest.approx(0.3), "left 70 %, right 20 %, other 10 %")


def test_counts_are_as_far_out_as_all_that_are_no_likelier():
    """Counts of two even classes have the two-sided tail of a fair Binomial, and each class its 5 to 95 % points."""
    arguments = {"n": np.float64(12), "p": np.full((2_000, 1, 2), 0.5)}
    points, tail, said = class_prediction(
        TOPIC.streams["votes"], family("Multinomial"), arguments, np.array([[[9.0, 3.0]]]), np.random.default_rng(2)
    )
    exact = 2 * stats.binom(12, 0.5).sf(8)
    assert points == (12.0, 12.0, 12.0)
    assert tail == pytest.approx(exact, abs=4 * np.sqrt(exact / 512))
    assert said == "left 3 to 9, right 3 to 9"
