"""What priors say in points: exact where numbers are given, mixtures where they depend on other parameters."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.elicitation.parameter_summary import summarise_priors
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from tests.support.building import make_topic

DAY = date(2026, 1, 1)
NORMAL_95 = 1.6448536269514722
MANY_TOPICS = 60  # each draws with a seed of its own


def points(priors, rows=None):
    """The points of each value by its name."""
    topic = make_topic(priors=priors, streams={"seen": "Normal(mu=0, sigma=1)"}, rows={"seen": rows or [0.0]})
    return {each.name: each.points for each in summarise_priors(topic, DAY)}


def test_a_normal_around_a_normal_has_the_points_of_their_sum():
    """With mean Normal(1, 3) and sd 4 a value is Normal(1, 5)."""
    found = points({"level": "Normal(mu=1, sigma=3)", "one": "Normal(mu=level, sigma=4)"})["one"]
    assert found == pytest.approx((1 - 5 * NORMAL_95, 1, 1 + 5 * NORMAL_95), abs=0.02)


@pytest.mark.parametrize(
    "prior",
    [
        "Beta(mean=share, strength=12)",
        "Gamma(alpha=2, beta=spread)",
        "LogNormal(mu=level, sigma=spread)",
        "StudentT(nu=4, mu=level, sigma=spread)",
    ],
)
@pytest.mark.slow
def test_the_points_of_a_mixture_are_those_of_many_draws(prior):
    """Of half a million draws of the joint prior the stated parts lie below the points."""
    priors = {"share": "Beta(alpha=2, beta=5)", "level": "Normal(mu=1, sigma=0.5)", "spread": "LogNormal(mu=0, sigma=0.5)", "one": prior}
    topic = make_topic(priors=priors)
    draws = prior_draws(model_as_of(topic, DAY), rng=np.random.default_rng(1), draws=2**19).column("one")
    (found,) = (each.points for each in summarise_priors(topic, DAY) if each.name == "one")
    assert [(draws <= point).mean() for point in found] == pytest.approx([0.05, 0.5, 0.95], abs=0.003)


def test_values_of_one_statement_have_the_same_points():
    """A prior that is said once for all labels is echoed with the same numbers at each."""
    rows = [{"value": 0.0, "war": war} for war in ("first", "second", "third")]
    found = points({"usual": "Normal(mu=0, sigma=1)", "leaning": {"prior": "Normal(mu=usual, sigma=1)", "per": "war"}}, rows)
    assert found["leaning[first]"] == found["leaning[second]"] == found["leaning[third]"]


def test_a_mixture_may_depend_on_a_hypothesis():
    """The points of a value whose prior depends on a Categorical weigh the cases by their probabilities."""
    found = points({"fault": "Categorical(hull=0.25, engine=0.75)", "days": 'Normal(mu=100 if fault == "hull" else 0, sigma=1)'})["days"]
    assert found == pytest.approx((-1.5011, 0.4307, 100.8416), abs=0.01)  # Phi(x) = 1/15, 2/3, and 0.8 of the other case


def test_a_prior_that_is_no_distribution_at_few_draws_is_found():
    """A mean above 1 at one draw in three hundred is enough."""
    with pytest.raises(Unsound, match=r"is not a distribution at 0\.2 % of the draws: `alpha` is -0\.69"):
        points({"mean": "Normal(mu=0.5, sigma=0.17)", "share": "Beta(mean=mean, strength=5)"})


@pytest.mark.parametrize(
    ("priors", "name", "sd"),
    [
        ({"level": "Normal(mu=0, sigma=3)", "one": "Normal(mu=level, sigma=4)"}, "one", 5.0),
        ({"level": "Normal(mu=0, sigma=3)", "step": "Normal(mu=level, sigma=4)", "one": "Normal(mu=step, sigma=12)"}, "one", 13.0),
    ],
)
def test_the_errors_of_points_are_those_of_their_draws(priors, name, sd):
    """Over seeds the points lie about the true ones as far as their errors say, neither much nearer nor farther."""
    scores = []
    for seed in range(MANY_TOPICS):
        topic = make_topic(priors=priors, name=f"made_{seed}")
        (found,) = (each for each in summarise_priors(topic, DAY) if each.name == name)
        assert not found.exact
        scores.append((np.array(found.points) - sd * NORMAL_95 * np.array([-1, 0, 1])) / np.array(found.errors))
    spread = np.sqrt(np.mean(np.square(scores), axis=0))
    assert ((spread > 0.3) & (spread < 2)).all()


def test_points_of_numbers_have_no_errors():
    """A prior whose arguments are numbers is computed, and is not drawn."""
    topic = make_topic(priors={"level": "Normal(mu=0, sigma=3)", "one": "Normal(mu=level, sigma=4)"})
    assert {each.name: (each.exact, each.errors is None) for each in summarise_priors(topic, DAY)} == {
        "level": (True, True),
        "one": (False, False),
    }
