"""Variants that differ only in their priors share draws: pools, and the replay of all of them as one model under a mixed prior."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import starmap

import numpy as np
import pytest

from forecast.book.links import LinkFit, PosteriorLink
from forecast.book.topic import Topic, Variant
from forecast.insight import mixed_history as module
from forecast.insight.mixed_history import mixed_history
from forecast.insight.variant_pools import groups_by_likelihood, pool_of_mixed_prior, variant_pools
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import condition_fast
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

COUNTS = (3, 0, 5, 1, 7, 2, 9)
AS_OF = OPENS + timedelta(days=len(COUNTS) - 1)
SETTINGS = Settings(engine="importance")
QUESTIONS = {"high": {"answer": "rate > 3"}, "many": {"answer": "total(seen) >= 60", "by": OPENS + timedelta(days=20)}}


def rivals_topic(*priors: str, last: str = "NegativeBinomial(mu=rate * days, alpha=2 * days)") -> Topic:
    """Counts by day under a Poisson with each of some priors of its rate, and last under another statement."""

    def made(value: str, prior: str) -> Topic:
        return make_topic(priors={"rate": prior}, streams={"seen": value}, rows={"seen": list(COUNTS)}, questions=QUESTIONS)

    topics = [made("Poisson(mu=rate * days)", prior) for prior in priors] + [made(last, "Gamma(alpha=2, beta=1)")]
    variants = {f"v{at}": Variant(f"v{at}", 0.2, "It may be so.", {}, topic) for at, topic in enumerate(topics)}
    return replace(made("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)"), variants=variants)


def test_variants_that_differ_in_priors_alone_are_together():
    """Other statements, labels or parameters are another likelihood; other priors are not."""
    assert groups_by_likelihood(rivals_topic("Gamma(alpha=20, beta=4)", "LogNormal(p5=1, p95=9)"), AS_OF) == [("base", "v0", "v1"), ("v2",)]


@pytest.mark.parametrize("prior", ["Gamma(alpha=20, beta=4)", "Gamma(alpha=900, beta=60)"])
def test_a_shared_pool_has_the_evidence_of_each(prior: str):
    """By the draws of one pool the log evidence of each variant is that of a run of its own, within its error, far priors included."""
    topic = rivals_topic(prior)
    pools = variant_pools(topic, AS_OF, SETTINGS)
    assert pools["base"] is not pools["v1"]
    for name, rival in topic.rivals.items():
        model = model_as_of(rival, AS_OF)
        diagnostics = condition_fast(model, SETTINGS).diagnostics
        assert pools[name].weigh(model).carry
        assert diagnostics.log_evidence is not None
        assert pools[name].log_evidence(model) == pytest.approx(diagnostics.log_evidence, abs=0.04)


def test_a_prior_that_allows_more_has_a_pool_of_its_own():
    """Draws that cannot go above a bound say nothing of a prior that can; its evidence is that of a run of its own, and a narrower prior shares."""
    topic = rivals_topic("Uniform(lower=0, upper=3)", "Uniform(lower=0, upper=4)", "Uniform(lower=1, upper=3)")
    bounded = replace(topic.variants["v0"].topic, variants={name: topic.variants[name] for name in ("v1", "v2")})
    pools = variant_pools(bounded, AS_OF, SETTINGS)
    assert pools["base"] is pools["v2"]
    assert pools["base"] is not pools["v1"]
    for name, rival in bounded.rivals.items():
        model = model_as_of(rival, AS_OF)
        assert pools[name].weigh(model).carry
        assert pools[name].log_evidence(model) == pytest.approx(condition_fast(model, SETTINGS).diagnostics.log_evidence, abs=0.04)
    days = [OPENS + timedelta(days=day) for day in (2, 6)]
    together = mixed_history(bounded, days, SETTINGS)
    assert [point.day for point in together.points] == days


def test_a_mixed_prior_has_the_mean_evidence():
    """The evidence of a mixed prior is the mean of the variants' evidences by prior weight, exactly."""
    topic = rivals_topic("Gamma(alpha=20, beta=4)")
    pool, rivals = variant_pools(topic, AS_OF, SETTINGS)["v0"], topic.rivals
    mixed = pool_of_mixed_prior(pool, rivals, topic.prior_weights, ("base", "v0"), AS_OF)
    logs = [np.log(weight) + pool.log_evidence(model_as_of(rivals[name], AS_OF)) for name, weight in (("base", 0.75), ("v0", 0.25))]
    assert topic.prior_weights["base"] == pytest.approx(0.6)
    assert mixed.log_evidence(model_as_of(rivals["base"], AS_OF)) == pytest.approx(np.logaddexp.reduce(logs), rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("prior", ["Gamma(alpha=20, beta=4)", "Gamma(alpha=900, beta=60)"])
def test_a_history_of_variants_together_is_that_of_each_by_itself(prior: str, monkeypatch: pytest.MonkeyPatch):
    """Replayed as one model under a mixed prior, every measure of every day is that of variants replayed one by one, within four errors."""
    topic = rivals_topic(prior)
    days = [OPENS - timedelta(days=1), *(OPENS + timedelta(days=day) for day in range(7))]
    together = mixed_history(topic, days, SETTINGS)
    monkeypatch.setattr(module, "groups_by_likelihood", lambda topic, _: [(name,) for name in topic.rivals])
    apart = mixed_history(topic, days, SETTINGS)
    assert [point.day for point in together.points] == [point.day for point in apart.points] == days
    assert together.settled == apart.settled
    for one, other in zip(together.points, apart.points, strict=True):
        assert (np.abs(one.values - other.values) <= 4 * np.hypot(one.errors, other.errors)).all()


class Moving:
    """What stands for another topic's posterior, which is another from the fourth day on."""

    def fit(self, link: PosteriorLink, day: date) -> LinkFit:
        """A Gamma."""
        statement = "Gamma(alpha=2, beta=1)" if day < OPENS + timedelta(days=3) else "Gamma(alpha=9, beta=12)"
        return LinkFit(((1.0, statement),), 0.0, 0.0, False, 1000.0, True)


def linked_topic(*links: str) -> Topic:
    """Counts by day under two rates, of which one has another Gamma prior in a variant, and the other a link, by the name that each of both names."""

    def made(prior: str, link: str) -> Topic:
        topic = make_topic(
            priors={"rate": prior, "pace": "Gamma(alpha=1, beta=1)"},
            streams={"seen": "Poisson(mu=(rate + 3 * pace) * days)"},
            rows={"seen": list(COUNTS)},
            questions={"high": {"answer": "pace > 1"}, **QUESTIONS},
        )
        pace = replace(topic.parameters["pace"], links={"": PosteriorLink("other", link)})
        return replace(topic, parameters={**topic.parameters, "pace": pace}, carried=Moving())

    base, rival = starmap(made, zip(("Gamma(alpha=2, beta=1)", "Gamma(alpha=8, beta=3)"), links, strict=True))
    return replace(base, variants={"v0": Variant("v0", 0.4, "It may be so.", {}, rival)})


def test_variants_with_the_same_link_are_together():
    """The same link is the same prior on every day; another link is not."""
    assert groups_by_likelihood(linked_topic("pace", "pace"), AS_OF) == [("base", "v0")]
    assert groups_by_likelihood(linked_topic("pace", "speed"), AS_OF) == [("base",), ("v0",)]


@pytest.mark.slow
def test_a_history_of_variants_with_a_link_is_that_of_each_by_itself(monkeypatch: pytest.MonkeyPatch):
    """Also where a prior is another topic's posterior, and another on later days: replayed together, every measure is that of variants one by one."""
    topic = linked_topic("pace", "pace")
    days = [OPENS + timedelta(days=day) for day in (0, 2, 3, 6)]
    together = mixed_history(topic, days, SETTINGS)
    monkeypatch.setattr(module, "groups_by_likelihood", lambda topic, _: [(name,) for name in topic.rivals])
    apart = mixed_history(topic, days, SETTINGS)
    assert [point.day for point in together.points] == [point.day for point in apart.points] == days
    for one, other in zip(together.points, apart.points, strict=True):
        assert (np.abs(one.values - other.values) <= 4 * np.hypot(one.errors, other.errors)).all()


def test_days_that_the_draws_do_not_carry_are_replayed_one_by_one(monkeypatch: pytest.MonkeyPatch):
    """Where no day is carried together, the history is that of variants one by one."""
    topic = rivals_topic("Gamma(alpha=20, beta=4)")
    days = [date(2025, 1, 3), AS_OF]
    monkeypatch.setattr(module, "_history_of_group", lambda *_: None)
    one_by_one = mixed_history(topic, days, SETTINGS)
    monkeypatch.undo()
    monkeypatch.setattr(module, "groups_by_likelihood", lambda topic, _: [(name,) for name in topic.rivals])
    apart = mixed_history(topic, days, SETTINGS)
    assert [point.values.tolist() for point in one_by_one.points] == [point.values.tolist() for point in apart.points]
