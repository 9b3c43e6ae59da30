"""Conditioning that starts from draws of a similar posterior."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import special

from forecast.inference.importance import fit
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.inference.importance.warm_start import KnownDraws
from forecast.model.model import Model, model_as_of
from tests.support.building import make_topic
from tests.support.known import KNOWN

pytestmark = pytest.mark.medium

AS_OF = date(2026, 1, 1)
COMPARED = Budget(enough=4_000, confirm=False)


def share_model(*hits: int) -> Model:
    """Hits out of ten, each time, with one unknown share."""
    topic = make_topic(priors={"share": "Beta(alpha=2, beta=3)"}, streams={"seen": "Binomial(n=10, p=share)"}, rows={"seen": list(hits)})
    return model_as_of(topic, AS_OF)


def known_share(alpha: float, beta: float, draws: int = 4_096) -> KnownDraws:
    """Draws of a Beta, all of one weight."""
    return KnownDraws({"share": np.random.default_rng(5).beta(alpha, beta, (draws, 1))}, np.zeros(draws))


@pytest.mark.parametrize(("alpha", "beta"), [(9, 6), (12, 5), (60, 6), (2, 40)])
def test_the_evidence_is_right_wherever_the_known_draws_lie(alpha: float, beta: float) -> None:
    """Log C(10, 7) + log B(9, 6) - log B(2, 3), within four stated errors, from draws of this posterior, of a near and of a far one."""
    found = condition(share_model(7), rng=np.random.default_rng(1), budget=COMPARED, known=known_share(alpha, beta))
    exact = np.log(special.comb(10, 7)) + special.betaln(9, 6) - special.betaln(2, 3)
    assert found.diagnostics.sound
    assert abs(found.diagnostics.log_evidence - exact) < 4 * found.diagnostics.log_evidence_error < 0.05
    assert float(found.weights @ found.column("share")) == pytest.approx(0.6, abs=0.01)


def test_stated_errors_are_the_spread_over_seeds() -> None:
    """Over 60 seeds the log evidence from known draws is off by its stated error."""
    exact = special.betaln(9, 6) - special.betaln(2, 3) + np.log(special.comb(10, 7))
    runs = [
        condition(share_model(7), rng=np.random.default_rng(seed), budget=COMPARED, known=known_share(14, 6)).diagnostics
        for seed in range(60)
    ]
    scores = [(run.log_evidence - exact) / run.log_evidence_error for run in runs if run.log_evidence is not None]
    assert 0.7 < np.sqrt(np.mean(np.square(scores))) < 1.3


@pytest.mark.parametrize("name", ["two_hypotheses", "logistic_regression", "three_parties"])
def test_known_posteriors_are_found_again_from_half_of_their_draws(name: str) -> None:
    """From a random half of the draws of a posterior, its evidence comes out the same within four errors, with hypotheses and shares too."""
    model = KNOWN[name]().model
    cold = condition(model, rng=np.random.default_rng(1))
    half = np.random.default_rng(2).random(len(cold)) < 0.5
    known = KnownDraws({name: values[half] for name, values in cold.parameters.items()}, cold.log_weight[half])
    warm = condition(model, rng=np.random.default_rng(3), budget=COMPARED, known=known)
    assert warm.diagnostics.sound
    assert warm.diagnostics.log_evidence == pytest.approx(
        cold.diagnostics.log_evidence, abs=4 * np.hypot(cold.diagnostics.log_evidence_error, warm.diagnostics.log_evidence_error)
    )


def test_known_draws_save_the_search_for_the_posterior(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer points are learnt from than without them."""
    learnt: list[int] = []
    start = fit.start_sampling

    def counting(*arguments: object, **named: object) -> object:
        sampling = start(*arguments, **named)  # type: ignore[arg-type]
        assert sampling.learnt is not None
        learnt.append(sampling.learnt.points)
        return sampling

    monkeypatch.setattr(fit, "start_sampling", counting)
    rows = share_model(*[9] * 40)
    condition(rows, rng=np.random.default_rng(1), budget=COMPARED)
    condition(rows, rng=np.random.default_rng(1), budget=COMPARED, known=known_share(300, 40))
    cold, warm = learnt
    assert warm < cold


def test_too_few_known_draws_start_from_the_prior() -> None:
    """Draws that no weight is left to, or all of one point, change nothing but the random numbers, or nothing at all."""
    cold = condition(share_model(7), rng=np.random.default_rng(1), budget=COMPARED)
    for known in (
        KnownDraws({"share": np.full((4_096, 1), 0.6)}, np.full(4_096, -np.inf)),
        KnownDraws({"share": np.empty((0, 1))}, np.empty(0)),
        KnownDraws({"share": np.full((4_096, 1), 1.0)}, np.zeros(4_096)),
    ):
        again = condition(share_model(7), rng=np.random.default_rng(1), budget=COMPARED, known=known)
        assert again.diagnostics.sound
        assert again.diagnostics.log_evidence == pytest.approx(cold.diagnostics.log_evidence, abs=0.03)


def test_what_is_published_starts_from_the_prior() -> None:
    """With a second opinion known draws change no byte."""
    runs = [condition(share_model(7), rng=np.random.default_rng(1), known=known) for known in (None, known_share(9, 6))]
    np.testing.assert_array_equal(runs[0].log_weight, runs[1].log_weight)
