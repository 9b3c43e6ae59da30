"""One value of a posterior by its name and label: one that is not there, or that is not said, is refused with what there is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.inference.posterior import Diagnostics, Posterior
from forecast.model.model import model_as_of
from tests.support.building import make_topic

pytestmark = pytest.mark.small

DRAWS = np.array([[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]])


def drawn() -> Posterior:
    """Three draws of one rate, and of a level for each of two harbours."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)", "level": {"prior": "Normal(mu=0, sigma=1)", "per": "harbour"}},
        streams={"seen": "Poisson(mu=rate)", "measured": "Normal(mu=level[harbour], sigma=1)"},
        rows={"seen": [1], "measured": [{"value": 1.0, "harbour": "north"}, {"value": 2.0, "harbour": "south"}]},
        questions={},
    )
    diagnostics = Diagnostics(engine="importance", draws=3, effective_size=3.0, sound=True)
    return Posterior(
        model_as_of(topic, date(2027, 1, 1)), "importance", {"rate": DRAWS[:, :1], "level": DRAWS}, np.full(3, -np.log(3)), diagnostics
    )


def test_a_label_says_whose_value_is_meant() -> None:
    """The mean, standard deviation and quantiles are those of that label."""
    posterior = drawn()
    assert posterior.mean("rate") == pytest.approx(2)
    assert posterior.mean("level", "north") == pytest.approx(2)
    assert posterior.mean("level", "south") == pytest.approx(6)
    assert posterior.sd("level", "south") == pytest.approx(np.sqrt(2 / 3))
    assert posterior.quantiles("level", (0.5,), "south") == (6.0,)


@pytest.mark.parametrize("ask", [Posterior.column, Posterior.mean, Posterior.sd, Posterior.quantiles])
def test_a_value_for_each_label_is_not_taken_for_that_of_the_first(ask) -> None:  # type: ignore[no-untyped-def]
    """Which one is meant has to be said."""
    with pytest.raises(KeyError, match=r"`level` has a value for each label; give one of them, as in label='north': north, south"):
        ask(drawn(), "level")


def test_what_is_not_there_is_refused_with_what_there_is() -> None:
    """A misspelt parameter, a misspelt label, and a label of what has none."""
    with pytest.raises(KeyError, match=r"no parameter `levle`; did you mean `level`\?"):
        drawn().mean("levle")
    with pytest.raises(KeyError, match=r"`level` has no label `east`; it has north, south"):
        drawn().mean("level", "east")
    with pytest.raises(KeyError, match=r"`rate` has no label `north`; it has one value"):
        drawn().mean("rate", "north")
