"""The referee: right engines agree, wrong ones are disputed, and an engine that failed confirms nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from scipy import special

from forecast.inference import referee
from forecast.inference.posterior import CoveredDraws, Diagnostics, Posterior
from forecast.inference.referee import Comparison, failed_verdict, judge, without_confirmation
from forecast.model.model import model_as_of
from forecast.predict.answers import answers, paths_for
from tests.support.building import make_topic
from tests.support.known import KNOWN

pytestmark = pytest.mark.medium

DRAWS = 4000


def drawn(engine, seed, *, shift=0.0, sound=True, chance=0.4, draws=DRAWS, **diagnosed):
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
        "level": rng.normal(shift, 1, (draws, 1)),
        "coin": (rng.random((draws, 1)) < chance).astype(np.int64),
    }
    diagnostics = Diagnostics(engine, draws, draws, sound=sound, reason="" if sound else "it did not settle", **diagnosed)
    model = model_as_of(topic, date(2025, 12, 31))
    posterior = Posterior(model, engine, parameters, np.full(draws, -np.log(draws)), diagnostics, 4)
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


@dataclass(frozen=True)
class KnownCoverage:
    """A run that has drawn enough below a level, and has missed everything above a higher one."""

    bounded_draws: np.ndarray
    enough_below: float
    missed_above: float
    negligible: float = 0.01
    least: float = 0.08

    def locate(self, parameters):
        """Return where draws lie."""
        level = parameters["level"][:, 0]
        return CoveredDraws(level <= self.enough_below, level > self.missed_above, self.least)


def cut_off(seed, *, above=1.2, enough_below=0.8, **changed):
    """The fast engine's draws without those above a level, only compared, and the answers they give."""
    posterior, _ = drawn("importance", seed, sound=False, heavy=True, pareto_k=0.6, draws=3 * DRAWS, **changed)
    kept = posterior.parameters["level"][:, 0] <= above
    posterior = posterior.restricted_to(kept)
    level = posterior.parameters["level"][:, 0]
    posterior = replace(posterior, replicate=None, coverage=KnownCoverage(level <= enough_below, enough_below, above + 0.05))
    rng = np.random.default_rng(seed)
    return posterior, answers(posterior, paths_for(posterior.model, posterior.parameters, rng), rng)


def test_a_dispute_about_a_part_that_the_fast_engine_has_missed_is_no_dispute():
    """Where NUTS found a part that the other could not draw, and both agree where that drew enough, NUTS stands unconfirmed."""
    verdict = judge(*cut_off(40), *drawn("nuts", 41))
    assert verdict.verdict == "unconfirmed"
    assert verdict.disputed
    assert re.fullmatch(
        r"NUTS drew parts of the posterior that the fast engine's draws leave out, with 1\d\.?\d* % of its probability; without them the two "
        r"agree, and so they do where the fast engine drew enough, on all \d+ figures of the parameters\. "
        r"NUTS, which is sound, supplies the draws, and nothing else has checked those parts\.",
        verdict.sentence,
    )


def without(nuts, region):
    """Draws of NUTS that have missed where the level lies in a region."""
    level = nuts.parameters["level"][:, 0]
    return nuts.restricted_to(~((region[0] < level) & (level <= region[1])))


SPOILS = {
    "nothing known": lambda fast, nuts: (replace(fast, coverage=None), nuts),
    "may miss as much": lambda fast, nuts: (replace(fast, coverage=replace(fast.coverage, negligible=0.2)), nuts),
    "may miss nearly as much": lambda fast, nuts: (replace(fast, coverage=replace(fast.coverage, negligible=0.097, least=0.5)), nuts),
    "nothing missed": lambda fast, nuts: (replace(fast, coverage=replace(fast.coverage, missed_above=5.0)), nuts),
    "nothing measured there": lambda fast, nuts: (replace(fast, coverage=replace(fast.coverage, least=0.005)), nuts),
    "nuts elsewhere": lambda fast, nuts: (fast, replace(nuts, parameters={**nuts.parameters, "level": nuts.parameters["level"] + 0.3})),
    "nuts missed what was drawn enough": lambda fast, nuts: (fast, without(nuts, (-5.0, -1.5))),
    "nuts missed what was drawn in the tail": lambda fast, nuts: (fast, without(nuts, (0.8, 1.25))),
    "few shared": lambda fast, nuts: (replace(fast, coverage=replace(fast.coverage, bounded_draws=np.arange(len(fast)) < 150)), nuts),
    "started from the fast engine": lambda fast, nuts: (
        fast,
        replace(nuts, diagnostics=replace(nuts.diagnostics, started_from="importance")),
    ),
    "fast is sound": lambda fast, nuts: (replace(fast, diagnostics=replace(fast.diagnostics, sound=True, heavy=False)), nuts),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_any_other_dispute_stands(spoil):
    """A dispute stands where nothing shows that the fast engine has missed a part, or where NUTS differs from it where it drew enough."""
    fast, fast_answers = cut_off(40)
    nuts, nuts_answers = drawn("nuts", 41)
    fast, nuts = spoil(fast, nuts)
    assert judge(fast, fast_answers, nuts, nuts_answers).verdict == "disputed"


def test_agreement_that_could_not_show_the_difference_excuses_nothing():
    """A small dispute is excused by many draws where both engines have enough, and not by a few, whose errors are larger than it."""
    fast, fast_answers = cut_off(40, above=1.9, enough_below=1.5)
    fast = replace(fast, coverage=replace(fast.coverage, least=0.02))
    nuts = drawn("nuts", 41)
    assert judge(fast, fast_answers, *nuts).verdict == "unconfirmed"
    few = fast.coverage.bounded_draws & (np.arange(len(fast)) % 20 == 0)
    assert judge(replace(fast, coverage=replace(fast.coverage, bounded_draws=few)), fast_answers, *nuts).verdict == "disputed"


def test_a_dispute_stands_where_the_fast_engine_is_published():
    """Then NUTS does not supply the draws, and the numbers lack what it drew."""
    assert judge(*cut_off(40), *drawn("nuts", 41), publishes_nuts=False).verdict == "disputed"


def test_an_answer_that_differs_by_more_than_the_missed_part_stays_disputed():
    """Leaving out a part moves no probability by more than the part's own: what differs by more has another reason."""
    fast, fast_answers = cut_off(40)
    nuts, nuts_answers = drawn("nuts", 41)
    high = nuts_answers["high"]
    moved = {**nuts_answers, "high": replace(high, value=replace(high.value, value=high.value.value + 0.4))}
    assert judge(fast, fast_answers, nuts, nuts_answers).verdict == "unconfirmed"
    assert judge(fast, fast_answers, nuts, moved).verdict == "disputed"


@pytest.mark.slow
@pytest.mark.parametrize("region", [(-5.0, -1.5), (0.8, 1.25), (0.5, 1.0)])
def test_nuts_that_misses_a_part_too_is_not_excused(region):
    """Of 20 pairs in which the fast engine misses a part and NUTS another, of 7 to 15 %, every one is disputed."""
    for seed in range(20):
        fast, fast_answers = cut_off(200 + 2 * seed)
        nuts, nuts_answers = drawn("nuts", 201 + 2 * seed)
        assert judge(fast, fast_answers, without(nuts, region), nuts_answers).verdict == "disputed"


def test_the_errors_of_heavy_weights_count_twice():
    """Each difference is as many errors as if the fast engine's were twice as large; the sentence says so, and what is far off is disputed still."""
    heavy = {"sound": False, "heavy": True}
    nuts = drawn("nuts", 2, shift=0.05)
    plain, doubled = judge(*drawn("importance", 1), *nuts), judge(*drawn("importance", 1, **heavy), *nuts)
    ratios = np.array([one.error / other.error for one, other in zip(doubled.comparisons, plain.comparisons, strict=True)])
    np.testing.assert_allclose(ratios, np.sqrt(5 / 2), rtol=0.5)
    assert ratios.min() > 1
    assert ratios.max() < 2
    assert doubled.verdict == "agreed"
    assert doubled.sentence.endswith("The fast engine's errors, which may be too small, count twice: it did not settle.")
    assert judge(*drawn("importance", 1, **heavy), *drawn("nuts", 2, shift=0.5)).verdict == "disputed"
    assert judge(*drawn("importance", 1, **heavy), *drawn("nuts", 2, sound=False)).verdict == "failed"


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
    ("fast", "nuts_sound", "outcome", "sentence"),
    [
        ({"sound": True}, False, "failed", "NUTS is not sound: it did not settle. It cannot confirm the fast engine."),
        (
            {"sound": False},
            True,
            "unconfirmed",
            "The fast engine is not sound: it did not settle. NUTS, which is sound, supplies the draws, and nothing else has checked them.",
        ),
        (
            {"sound": False},
            False,
            "failed",
            "Neither engine is sound. The fast engine: it did not settle. NUTS: it did not settle.",
        ),
        (
            {"sound": False, "short": True},
            False,
            "failed",
            "NUTS is not sound: it did not settle. It cannot confirm the fast engine, which has too few effective draws: it did not settle.",
        ),
    ],
)
@pytest.mark.parametrize("shift", [0, 3])
def test_unsound_draws_confirm_nothing_and_dispute_nothing(fast, nuts_sound, outcome, sentence, shift):
    """Diagnostics come before any comparison, and the sentence says whose failed."""
    verdict = judge(*drawn("importance", 9, **fast), *drawn("nuts", 10, sound=nuts_sound, shift=shift))
    assert (verdict.verdict, verdict.sentence) == (outcome, sentence)


def test_a_short_run_that_agrees_with_nuts_confirms_it_and_says_how_many_draws_it_has():
    """Too few effective draws are no reason not to compare: the measured errors are larger, and hold."""
    short = drawn("importance", 13, sound=False, short=True, draws=640)
    verdict = judge(*short, *drawn("nuts", 14))
    assert verdict.verdict == "agreed"
    assert verdict.sentence.endswith(
        " are allowed. The fast engine's draws are worth only 640 independent ones, so its errors are larger than usual."
    )


@pytest.mark.parametrize("shift", [0.8, -0.8])
def test_a_short_run_that_disagrees_with_nuts_disputes_it(shift):
    """A short run finds four fifths of a standard deviation, and the sentence has both figures of the answers."""
    for seed in range(5):
        short = drawn("importance", 40 + seed, sound=False, short=True, draws=640)
        nuts = drawn("nuts", 50 + seed, shift=shift)
        verdict = judge(*short, *nuts)
        assert verdict.verdict == "disputed"
        both = [drawn_answers["high"].value.value for _, drawn_answers in (short, nuts)]
        assert f"the probability of `high`: {both[0]:.4g} by the fast engine, {both[1]:.4g} by NUTS" in verdict.sentence


def test_errors_of_a_short_run_are_as_large_as_its_draws_are_few():
    """A difference that many draws dispute is within the errors of few."""
    few = drawn("importance", 60, sound=False, short=True, draws=640)
    many = drawn("importance", 60)
    nuts = drawn("nuts", 61, shift=0.13)
    assert (judge(*few, *nuts).verdict, judge(*many, *nuts).verdict) == ("agreed", "disputed")


def test_a_dispute_of_parameters_alone_says_that_the_answers_agree():
    """A parameter that no question asks for may be disputed by itself."""
    fast, fast_answers = drawn("importance", 15)
    nuts, _ = drawn("nuts", 16, shift=0.5)
    _, same = drawn("nuts", 17)
    verdict = judge(fast, fast_answers, nuts, same)
    assert (verdict.verdict, verdict.sentence.split(";")[-1]) == (
        "disputed",
        f" {verdict.limit:.1f} are allowed. They agree on the answers.",
    )


def test_agreement_with_chains_that_started_from_the_fast_engine_says_so():
    """Chains that began where the fast engine had been may have missed what it missed."""
    verdict = judge(*drawn("importance", 18), *drawn("nuts", 19, started_from="importance"))
    assert verdict.verdict == "agreed"
    assert verdict.sentence.endswith(
        "NUTS found no point of its own to start from and started from the fast engine's draws, so it may have missed what that missed."
    )


def test_a_referee_that_cannot_start_has_failed():
    """Where NUTS cannot sample at all there is nothing to compare, and the sentence says why."""
    verdict = failed_verdict("no point has a density")
    sentence = "NUTS cannot sample this topic: no point has a density. No other engine has checked the fast one."
    assert (verdict.verdict, verdict.sentence, verdict.comparisons) == ("failed", sentence, ())


@pytest.mark.parametrize(
    ("engine", "sound", "divergences", "left"),
    [("nuts", True, 1, False), ("nuts", True, 0, True), ("importance", True, None, True), ("nuts", False, 300, False)],
)
def test_a_single_divergence_counts_where_no_other_engine_confirms(engine, sound, divergences, left):
    """Sound draws stay so without divergences; one that was not sound keeps its own reason."""
    before = Diagnostics(engine, DRAWS, DRAWS, sound=sound, reason="" if sound else "chains", divergences=divergences)
    after = without_confirmation(before, None)
    assert after.sound is left
    reason = (
        "1 of 4,000 trajectories diverged, and no other engine confirms the draws: NUTS may have missed a part of the posterior"
        if before.sound and not left
        else before.reason
    )
    assert after == replace(before, sound=left, reason=reason)


@pytest.mark.parametrize(
    ("divergences", "left_out", "reason"),
    [
        (0, 0.0, ""),
        (0, 0.005, ""),
        (0, 0.0086, "the fast engine found parts of the posterior that are hard to reach, with 0.86 % of its probability, and"),
        (
            3,
            0.0086,
            "3 of 4,000 trajectories diverged and the fast engine found parts of the posterior that are hard to reach, with 0.86 % of its probability, and",
        ),
    ],
)
def test_nuts_is_not_sound_where_the_fast_engine_found_parts_that_it_could_not_draw(divergences, left_out, reason):
    """What one engine found and could not draw from is said of the other, which nothing confirms."""
    before = Diagnostics("nuts", DRAWS, DRAWS, sound=True, divergences=divergences)
    fast = Diagnostics("importance", DRAWS, DRAWS, sound=False, left_out=left_out)
    after = without_confirmation(before, fast)
    assert after.sound is not bool(reason)
    end = " no other engine confirms the draws: NUTS may have missed a part of the posterior" if reason else ""
    assert after.reason == reason + end


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
    from forecast.inference.importance.fit import condition
    from forecast.inference.pymc.nuts import sample_nuts

    readings = []
    for posterior in (condition(model, rng=np.random.default_rng(1)), sample_nuts(model, seed=2)):
        rng = np.random.default_rng(3 if posterior.engine == "nuts" else 4)
        readings += [posterior, answers(posterior, paths_for(model, posterior.resample(16_384, rng), rng), rng)]
    return judge(*readings)


def compared(kind, name, z):
    """A figure of both engines, some standard errors apart."""
    return Comparison(kind, name, "", "probability", 0.25, 0.5, 0.01, z)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], ""),
        ([compared("answer", "one", -7.0)], " Of the other answers they disagree on the probability of `one`: 0.25 by the fast engine, 0.5 by NUTS."),
        (
            [compared("answer", f"q{index}", 7.0) for index in range(7)],
            " Of the other answers they disagree on "
            + "; ".join(f"the probability of `q{index}`: 0.25 by the fast engine, 0.5 by NUTS" for index in range(5))
            + "; and 2 more.",
        ),
    ],
)  # fmt: skip
def test_a_dispute_names_each_disputed_answer_once(others, said):
    """The worst figure stands first, the other answers after it, and of many the first five."""
    rest = [compared("answer", "first", 8.0), compared("parameter", "level", 8.5), compared("answer", "agreed", 1.0), *others]
    first = "the probability of `first`: 0.25 by the fast engine, 0.5 by NUTS, 9.0 standard errors apart"
    sentence = referee._verdict_sentence("disputed", (compared("answer", "first", 9.0), *rest), 4.0)
    count = 3 + len(others)
    assert sentence == f"The two engines disagree on {count} of {4 + len(others)} figures, first on {first}; 4.0 are allowed.{said}"
