"""The referee: right engines agree, wrong ones are disputed, unsound ones are not refereed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import special

from forecast.answers import answers, paths_for
from forecast.inference.posterior import Diagnostics, Posterior
from forecast.inference.referee import judge
from forecast.model.model import model_as_of
from tests.building import make_topic
from tests.known import KNOWN

DRAWS = 4000


def drawn(engine, seed, *, shift=0.0, sound=True, chance=0.4):
    """A posterior of exact independent draws: a normal level, moved by ``shift`` sd, and a coin."""
    topic = make_topic(
        priors={"level": "Normal(mu=0, sigma=1)", "coin": "Categorical(heads=0.5, tails=0.5)"},
        streams={"events": {"value": "Poisson(mu=exp(level) * years)", "watched": True}},
        questions={
            "high": "level > 0.5",
            "which": "coin",
            "how_much": "exp(level)",
            "count": {"answer": "total(events)", "by": date(2027, 12, 31)},
            "when": {"answer": "first(total(events) >= 2)", "by": date(2027, 12, 31)},
        },
    )
    rng = np.random.default_rng(seed)
    parameters = {
        "level": rng.normal(shift, 1, (DRAWS, 1)),
        "coin": (rng.random((DRAWS, 1)) < chance).astype(np.int64),
    }
    diagnostics = Diagnostics(engine, DRAWS, DRAWS, sound=sound, reason="" if sound else "it did not settle")
    model = model_as_of(topic, date(2025, 12, 31))
    posterior = Posterior(model, engine, parameters, np.full(DRAWS, -np.log(DRAWS)), np.zeros((DRAWS, 0)), diagnostics, 4)
    return posterior, answers(posterior, paths_for(model, parameters, rng), rng)


def test_two_samples_of_one_posterior_agree():
    """Independent draws of the same posterior agree on every parameter and answer, and the limit is Bonferroni's."""
    verdict = judge(*drawn("importance", 1), *drawn("nuts", 2))
    count = len(verdict.comparisons)
    assert (verdict.verdict, verdict.disputed) == ("agreed", ())
    assert {each.name for each in verdict.comparisons} == {"level", "coin", "high", "which", "how_much", "count", "when"}
    assert verdict.limit == pytest.approx(-special.ndtri(0.001 / (2 * count)))
    assert verdict.sentence == (
        f"The two engines agree on all {count} figures; the greatest difference is "
        f"{abs(verdict.worst.z):.1f} standard errors, and {verdict.limit:.1f} are allowed."
    )


@pytest.mark.slow
def test_right_engines_are_hardly_ever_disputed():
    """Of 60 pairs of right samples at most one is disputed (two have a chance of 0.002), and differences are as large as their errors say."""
    verdicts = [judge(*drawn("importance", 100 + 2 * k), *drawn("nuts", 101 + 2 * k)) for k in range(60)]
    assert sum(each.verdict == "disputed" for each in verdicts) <= 1
    z = np.array([each.z for verdict in verdicts for each in verdict.comparisons if each.kind == "parameter"])
    assert 0.85 < np.sqrt((z**2).mean()) < 1.15


@pytest.mark.parametrize("shift", [0.2, -0.2])
def test_a_posterior_that_is_a_fifth_of_an_sd_off_is_disputed(shift):
    """A shift by 0.2 standard deviations is always found, and the sentence names the figure that shows it best."""
    for seed in range(5):
        verdict = judge(*drawn("importance", 3 + seed), *drawn("nuts", 30 + seed, shift=shift))
        assert verdict.verdict == "disputed"
        assert verdict.disputed[0] == verdict.worst
        assert str(verdict.worst) in verdict.sentence


def test_a_wrong_hypothesis_share_is_disputed():
    """A share of 0.5 against 0.4 is found."""
    verdict = judge(*drawn("importance", 5), *drawn("nuts", 6, chance=0.5))
    assert {(each.name, each.what) for each in verdict.disputed} >= {("coin", 'share of "heads"'), ("coin", 'share of "tails"')}


def test_wrong_answers_from_right_draws_are_disputed():
    """Equal posteriors whose simulated futures differ are found by their answers alone."""
    fast, fast_answers = drawn("importance", 7)
    nuts, nuts_answers = drawn("nuts", 8)
    _, wrong = drawn("nuts", 8, shift=0.5)
    verdict = judge(fast, fast_answers, nuts, {**nuts_answers, "count": wrong["count"]})
    assert {each.name for each in verdict.disputed} == {"count"}


@pytest.mark.parametrize(
    ("fast_sound", "nuts_sound", "sentence"),
    [
        (True, False, "NUTS is not sound: it did not settle."),
        (False, True, "The fast engine is not sound: it did not settle. NUTS supplies the draws, and nothing has checked them."),
        (False, False, "Neither engine is sound. The fast engine: it did not settle. NUTS: it did not settle."),
    ],
)
def test_unsound_draws_are_not_refereed(fast_sound, nuts_sound, sentence):
    """Diagnostics come before any comparison, and the sentence says whose failed."""
    verdict = judge(*drawn("importance", 9, sound=fast_sound), *drawn("nuts", 10, sound=nuts_sound, shift=3))
    assert (verdict.verdict, verdict.sentence) == ("not refereed", sentence)


def test_a_value_that_is_not_a_number_is_disputed():
    """A figure that one engine gives as NaN can never pass as agreement."""
    fast, fast_answers = drawn("importance", 11)
    nuts, nuts_answers = drawn("nuts", 12)
    high = nuts_answers["high"]
    broken = {**nuts_answers, "high": replace(high, value=replace(high.value, value=float("nan")))}
    assert judge(fast, fast_answers, nuts, broken).verdict == "disputed"


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_the_two_engines_agree_on_the_known_models(name):
    """On each known model both engines, run for real, agree on every parameter and answer."""
    assert (verdict := run_both(KNOWN[name]().model)).verdict == "agreed", verdict.sentence


@pytest.mark.slow
def test_the_two_engines_agree_on_all_the_language_can_say():
    """They agree on a topic with 24 hypotheses, priors that depend on them, a hierarchy, a series, a quantity and totals."""
    topic = make_topic(
        priors={
            "cause": "Categorical(fear=0.3, faith=0.5, none=0.2)",
            "rate": {
                "per": "cause",
                "prior": {"fear": "Gamma(alpha=2, beta=4)", "faith": "LogNormal(p5=0.1, p95=3)", "none": "Exponential(lam=1)"},
            },
            "share": 'Beta(mean=0.3 if cause == "fear" else 0.6, strength=5)',
            "later_front": "LogNormal(mu=0.7, sigma=0.2)",
            "middle": "Normal(mu=0, sigma=1)",
            "width": "HalfNormal(sigma=1)",
            "effect": {"per": "group", "prior": "Normal(mu=middle, sigma=width)"},
            "odd": {"per": "group", "prior": "Bernoulli(p=0.3)"},
            "burst": "Gamma(mu=2, sigma=1)",
        },
        quantities={"level": "front * rate[cause]"},
        series={"front": {"points": [(date(2025, 1, 1), 1.0), (date(2025, 2, 1), 3.0)], "later": "later_front"}},
        streams={
            "captures": {"value": "NegativeBinomial(mu=level * months + 0.01 * total(captures), alpha=burst)", "watched": True},
            "wishes": "Binomial(n=asked, p=share)",
            "readings": "StudentT(nu=4, mu=effect[group] + 0.8 * odd[group], sigma=0.4)",
            "quiet": 'Poisson(mu=rate["fear"] * exposed)',
        },
        rows={
            "captures": [
                {"from": date(2025, 1, 1), "to": date(2025, 1, 31), "value": 1},
                {"from": date(2025, 2, 1), "to": date(2025, 4, 30), "value": 6},
            ],
            "wishes": [{"value": 2, "asked": 4}],
            "readings": [{"value": value, "group": group} for value, group in zip((0.1, 1.2, 0.4, 1.5, -0.2), "ABCAB", strict=True)],
            "quiet": [{"value": 0, "exposed": 0}, {"value": 1, "exposed": 1}],
        },
        questions={
            "twenty": {"answer": "total(captures) >= 20", "by": date(2026, 6, 30)},
            "how_many": {"answer": "total(captures)", "by": date(2026, 6, 30)},
            "why": "cause",
            "high": "share > 0.5",
        },
    )
    assert (verdict := run_both(model_as_of(topic, date(2025, 5, 15)))).verdict == "agreed", verdict.sentence


def run_both(model):
    """The verdict on both engines, run for real."""
    from forecast.inference.conditioning import condition
    from forecast.inference.nuts import sample_nuts

    readings = []
    for posterior in (condition(model, rng=np.random.default_rng(1)), sample_nuts(model, seed=2)):
        rng = np.random.default_rng(3 if posterior.engine == "nuts" else 4)
        readings += [posterior, answers(posterior, paths_for(model, posterior.resample(16_384, rng), rng), rng)]
    return judge(*readings)
