"""Draws at which a statement lies beyond the range of floats: left out and counted where they are few, a problem where they are many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import special

from forecast.book.topic import Topic
from forecast.content.diagnosis import engine_content, engine_words
from forecast.elicitation.prior_checks import prior_warnings
from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.posterior import Posterior
from forecast.model.errors import Unsound
from forecast.model.left_out import MOST_BEYOND
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF = date(2026, 1, 1)
LOG_OF_GREATEST = 709.78


def _topic(sigma: float, statement: str = "Poisson(mu=exp(score))", rows: Any = (3, 5, 2), **more: Any) -> Topic:
    return make_topic(
        priors={"score": f"Normal(mu=0, sigma={sigma})"},
        streams={"seen": statement},
        rows={"seen": list(rows)},
        questions={"high": "score > 1"},
        **more,
    )


def _conditioned(topic: Topic) -> Posterior:
    return condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))


def _share_beyond(sigma: float) -> float:
    return float(special.ndtr(-LOG_OF_GREATEST / sigma))


def test_a_rate_that_overflows_at_few_draws_makes_these_impossible_and_the_rest_is_the_posterior() -> None:
    """The mean of the log rate is that by quadrature, and the share left out is the prior's beyond the greatest float."""
    posterior = _conditioned(_topic(400))
    grid = np.linspace(-10, 10, 20_001)
    weights = np.exp(10 * grid - 3 * np.exp(grid) - 0.5 * (grid / 400) ** 2)
    mean = float(weights @ grid / weights.sum())
    assert posterior.diagnostics.sound
    assert abs(posterior.mean("score") - mean) < 4 * posterior.sd("score") / np.sqrt(posterior.diagnostics.effective_size)
    assert posterior.diagnostics.overflow == pytest.approx(_share_beyond(400), abs=0.001)


def test_where_more_than_a_tenth_of_the_prior_overflows_the_statement_is_refused_at_its_place() -> None:
    """The problem names the argument, as for any other value that makes no distribution."""
    assert _share_beyond(540) < MOST_BEYOND < _share_beyond(570)
    assert _conditioned(_topic(540)).diagnostics.overflow == pytest.approx(_share_beyond(540), abs=0.001)
    with pytest.raises(Unsound, match=r"`Poisson\(mu=exp\(score\)\)` is not a distribution at 11 % of the draws: `mu` is inf at worst"):
        _conditioned(_topic(570))


@pytest.mark.parametrize(
    "statement",
    [
        "Poisson(mu=exp(score) if score < 700 else -1)",
        "Poisson(mu=exp(score) + log(700 - score))",
        "Poisson(mu=exp(score) / (700 - score if score < 700 else 0))",
    ],
)
def test_what_is_no_distribution_for_another_reason_is_refused_however_seldom(statement: str) -> None:
    """A negative rate, the logarithm of a negative number, a division by 0, beside overflows at other draws."""
    with pytest.raises(Unsound, match="is not a distribution at"):
        _conditioned(_topic(400, statement))


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("Normal(mu=0, sigma=exp(score))", [0.5, -1.0]),
        ("Normal(mu=exp(score), sigma=1)", [0.5, 1.0]),
        ("NegativeBinomial(mu=exp(score), alpha=2)", [3, 1]),
        ("Gamma(alpha=2, beta=exp(score))", [0.5, 1.0]),
        ("Exponential(lam=1 / exp(score))", [0.5, 1.0]),
        ("Gamma(mean=exp(score / 2), sd=exp(score / 2))", [0.5, 1.0]),
        ("Bernoulli(p=exp(score) / (1e-9 + exp(score)))", [1, 1]),
    ],
)
def test_so_it_is_in_every_family_and_in_words(statement: str, rows: list[float]) -> None:
    """Whether a value is infinite, 0 or no number, since its exponential left the range of floats."""
    found = _conditioned(_topic(300, statement, rows)).diagnostics
    assert found.sound
    assert found.overflow is not None
    assert 0 < found.overflow <= 2 * _share_beyond(300) + 0.002


def test_the_draws_left_out_are_counted_in_the_reports_words_and_nothing_is_said_where_there_are_none() -> None:
    """As a share of the prior, at least that it is small; a diagnosis without has no such figure."""
    few = _conditioned(_topic(400)).diagnostics
    said = "At 3.8 % of the prior's draws a statement gives numbers beyond a computer's range; these draws are left out, as impossible."
    assert said in engine_words(few)
    assert "At fewer than 0.01 % of the prior's draws a statement" in " ".join(engine_words(replace(few, overflow=0.00002)))
    assert engine_content(few)["overflow"] == few.overflow
    none = _conditioned(_topic(1)).diagnostics
    assert none.overflow is None
    assert "overflow" not in engine_content(none)
    assert not any("left out" in sentence for sentence in engine_words(none))


def test_a_share_that_is_no_number_at_draws_left_out_alone_is_no_problem() -> None:
    """The prior's draws that carry the topic do not have the others among them."""
    topic = _topic(400, "Bernoulli(p=part)", [1, 1], quantities={"part": {"value": "exp(score) / (1 + exp(score)) + 0", "unit": "share"}})
    analysis = analyse(topic, AS_OF, Settings(seed=1, engine="importance"), referee=False)
    beyond = analysis.prior.column("score") > LOG_OF_GREATEST + 0.01
    assert beyond.any()
    assert (analysis.prior.weights[beyond] == 0).all()
    assert analysis.prior.weights.sum() == pytest.approx(1)
    assert analysis.result.posterior.diagnostics.overflow is not None


def test_futures_drawn_from_the_prior_leave_the_few_out_that_overflow() -> None:
    """What the priors imply is seen on the others; nothing is said of a statement that is no distribution."""
    topic = make_topic(
        priors={"score": "Normal(mu=0, sigma=300)"},
        streams={"seen": "Poisson(mu=exp(score) * months)"},
        rows={"seen": [{"value": 3, "from": date(2025, 1, 1), "to": date(2025, 1, 31)}]},
        questions={"much": {"answer": "total(seen) > 20", "by": date(2026, 6, 30)}},
    )
    assert prior_warnings(topic, AS_OF) == []
    assert prior_draws(model_as_of(topic, AS_OF), rng=np.random.default_rng(1)).weights.min() > 0
