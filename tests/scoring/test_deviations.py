"""Rules that are not proper: for each, a forecast other than the believed one that pays, as the rule's sentence says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from forecast.scoring.brier import brier_score
from forecast.scoring.discrimination import chance_yes_above_no, mean_difference
from forecast.scoring.fatebook import SECONDS_PER_DAY, PersonForecasts, fatebook_relative_scores, fatebook_score
from forecast.scoring.good_judgment import good_judgment_score
from forecast.scoring.metaculus_crowd import ForecastTimes
from forecast.scoring.metaculus_forecasts import BinaryForecasts
from forecast.scoring.metaculus_question import QuestionTimes, score_question
from forecast.scoring.rule import rule_of
from forecast.scoring.rules import SCORING_RULES
from forecast.scoring.skill import brier_index, brier_index_difference, skill_ratio
from forecast.scoring.time_weighting import covered_time_mean, metaculus_horizon, time_weighted_mean

type Stretch = tuple[int, float, float, float]  # who, from, until, probability of yes


def expectation(belief: float, score: Callable[[int], float]) -> float:
    """The expected score of a yes-or-no question."""
    return belief * score(1) + (1 - belief) * score(0)


def metaculus(kind: str, stretches: Sequence[Stretch], *, outcome: int, yes_closes: float = 10) -> float:
    """The score of the first forecaster, of a question from 0 to 10 that a yes closes earlier."""
    forecaster, start, end, yes = (np.array(column, dtype=float) for column in zip(*stretches, strict=True))
    close = yes_closes if outcome else 10
    when = ForecastTimes(forecaster=forecaster.astype(np.intp), start=start, end=end, in_crowd=np.ones(len(stretches), dtype=bool))
    times = QuestionTimes(opened=0, scheduled_close=10, actual_close=close, spot=close)
    scores = score_question(BinaryForecasts(yes if outcome else 1 - yes), when=when, times=times)
    return float(getattr(scores, kind).score[0])


def baseline(yes: float) -> float:
    """A yes closes on day 2, with a chance of one half."""
    return expectation(0.5, lambda outcome: metaculus("baseline", [(0, 0, np.inf, yes)], outcome=outcome, yes_closes=2))


def peer(yes: float) -> float:
    """Likewise, beside somebody who says one half."""
    stretches = [(0, 0, np.inf, yes), (1, 0, np.inf, 0.5)]
    return expectation(0.5, lambda outcome: metaculus("peer", stretches, outcome=outcome, yes_closes=2))


def spot(kind: str) -> Callable[[float], float]:
    """Likewise, scored at the close; after day 2 it is known that the answer is no."""

    def score(yes: float) -> float:
        stretches = [(0, 0, 2.5, yes), (0, 2.5, np.inf, 0.001), (1, 0, np.inf, 0.5)]
        return expectation(0.5, lambda outcome: metaculus(kind, stretches, outcome=outcome, yes_closes=2))

    return score


def relative_legacy(yes: float) -> float:
    """Yes has a chance of .8, and the only other forecaster says .3."""
    stretches = [(0, 0, np.inf, yes), (1, 0, np.inf, 0.3)]
    return expectation(0.8, lambda outcome: metaculus("relative_legacy", stretches, outcome=outcome))


def fatebook(joined: float) -> float:
    """Four days, a chance of .9 that is known from the start; the forecast is made on the day named."""
    forecasts = PersonForecasts(np.array([joined]) * SECONDS_PER_DAY, np.array([0.9]))
    return expectation(0.9, lambda outcome: fatebook_score(forecasts, resolved=4 * SECONDS_PER_DAY, outcome=outcome))


def fatebook_relative(joined: float) -> float:
    """Two days; the other says .9, which is right; one's own .5 becomes .9 on day 1."""
    own = PersonForecasts(np.array([0.0, 1.0]) * SECONDS_PER_DAY, np.array([0.5, 0.9]))
    late = PersonForecasts(np.array([1.0]) * SECONDS_PER_DAY, np.array([0.9]))
    people = [late if joined else own, PersonForecasts(np.zeros(1), np.array([0.9]))]
    return expectation(0.9, lambda outcome: float(fatebook_relative_scores(people, resolved=2 * SECONDS_PER_DAY, outcome=outcome)[0]))


def good_judgment(joined: float) -> float:
    """Ten days; until the last one nothing is known, and then the answer is."""
    times = [0.0, 9.0] if joined == 0 else [9.0]

    def score(outcome: int) -> float:
        known = [0.01, 0.99] if outcome else [0.99, 0.01]
        probabilities = [[0.5, 0.5], known] if joined == 0 else [known]
        return good_judgment_score(day_ends=np.arange(1.0, 11.0), times=times, probabilities=probabilities, outcome=outcome)

    return expectation(0.5, score)


def ratio(yes: float) -> float:
    """A chance of one half, where the reference says .9."""
    return expectation(
        0.5,
        lambda outcome: float(
            skill_ratio(score=brier_score(probability=yes, outcome=outcome), reference=brier_score(probability=0.9, outcome=outcome))
        ),
    )


def index(yes: float) -> float:
    """A chance of .7."""
    return expectation(0.7, lambda outcome: float(brier_index(brier=brier_score(probability=yes, outcome=outcome))))


def index_difference(yes: float) -> float:
    """Likewise, against a reference that always scores .25."""
    return expectation(
        0.7, lambda outcome: float(brier_index_difference(brier=brier_score(probability=yes, outcome=outcome), reference=0.25))
    )


def discrimination(measure: Callable[..., float]) -> Callable[[tuple[float, float]], float]:
    """Two questions with chances of .6 and .3, of which one happens."""

    def score(forecast: tuple[float, float]) -> float:
        chances = {(1, 0): 0.6 * 0.7, (0, 1): 0.4 * 0.3}
        weights = {outcome: chance / sum(chances.values()) for outcome, chance in chances.items()}
        return sum(weight * measure(probability=forecast, outcome=outcome) for outcome, weight in weights.items())

    return score


DEVIATIONS: dict[str, tuple[Callable[..., float], object, object]] = {  # the score, the honest forecast, and the one that pays
    "baseline": (baseline, 0.5, 0.2),
    "peer": (peer, 0.5, 0.2),
    "spot-baseline": (spot("spot_baseline"), 0.5, 0.99),
    "spot-peer": (spot("spot_peer"), 0.5, 0.99),
    "relative-legacy": (relative_legacy, 0.8, 0.75),
    "fatebook": (fatebook, 0, 2.5),
    "fatebook-relative": (fatebook_relative, 0, 1),
    "good-judgment": (good_judgment, 0, 9),
    "skill-ratio": (ratio, 0.5, 0.9),
    "brier-index": (index, 0.7, 1.0),
    "brier-index-difference": (index_difference, 0.7, 1.0),
    "mean-difference": (discrimination(mean_difference), (0.6, 0.3), (1.0, 0.0)),
}


def test_every_improper_rule_is_tested():
    """Each rule that is not proper has a deviation here, or counts nothing but the order of forecasts."""
    assert {*DEVIATIONS, "yes-above-no"} == {rule.name for rule in SCORING_RULES if rule.proper is not True}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_a_deviation_pays(name: str):
    """The expected score of the deviation is better than that of the honest forecast."""
    score, honest, deviation = DEVIATIONS[name]
    gain = score(deviation) - score(honest)
    assert gain > 1e-3 if rule_of(name, SCORING_RULES).higher_is_better else gain < -1e-3


def test_only_the_order_counts():
    """The chance that a yes was given more than a no is the same for all forecasts in the same order, and lower in the other."""
    score = discrimination(chance_yes_above_no)
    assert score((0.6, 0.3)) == score((1.0, 0.0)) == score((0.31, 0.3)) == pytest.approx(0.42 / 0.54)
    assert score((0.3, 0.6)) == pytest.approx(0.12 / 0.54)


def test_without_early_closing_metaculus_scores_have_no_such_deviation():
    """The same examples, where a yes closes nothing: the honest forecast is the best of many."""

    def score(kind: str, yes: float) -> float:
        stretches = [(0, 0, np.inf, yes), (1, 0, np.inf, 0.4)]
        return expectation(0.5, lambda outcome: metaculus(kind, stretches, outcome=outcome))

    for kind in ("baseline", "peer", "spot_baseline", "spot_peer"):
        assert max(np.linspace(0.02, 0.98, 49), key=lambda yes, kind=kind: score(kind, yes)) == pytest.approx(0.5)


def test_a_mean_over_covered_time_pays_for_silence():
    """Who forecasts only on the last day, when the answer is known, has a better mean than who says one half before."""
    horizon = metaculus_horizon(opened=0, scheduled_close=10, actual_close=10)
    steady = time_weighted_mean(starts=[0.0, 9.0], ends=[9.0, np.inf], scores=[0.25, 0.0001], horizon=horizon)
    silent = time_weighted_mean(starts=[9.0], ends=[np.inf], scores=[0.0001], horizon=horizon)
    assert covered_time_mean(silent)[0] < covered_time_mean(steady)[0]
