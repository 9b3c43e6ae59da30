"""Metaculus's scores of whole questions, in invented cases with hand-computed scores.

Questions are open from 0 to 10 unless said otherwise; what people gave is what they gave to the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np
import pytest

from forecast.scoring.metaculus import baseline_probability
from forecast.scoring.metaculus_crowd import ForecastTimes
from forecast.scoring.metaculus_forecasts import BinaryForecasts, ContinuousForecasts, OptionForecasts, OutcomeForecasts
from forecast.scoring.metaculus_question import MetaculusScores, QuestionTimes, score_question
from forecast.scoring.metaculus_scale import MetaculusScale, bucket_of_value, probability_of_bucket
from forecast.scoring.time_weighting import TimeWeighted

STILL_STANDS = np.inf
WHOLE = QuestionTimes(opened=0, scheduled_close=10, actual_close=10, spot=10)


def score_of(
    forecasts: OutcomeForecasts,
    *,
    who: Sequence[int],
    start: Sequence[float],
    end: Sequence[float] | None = None,
    outside: Sequence[int] = (),
    times: QuestionTimes = WHOLE,
) -> MetaculusScores:
    """The scores of forecasts by ``who``; those of people ``outside`` are not in the crowd."""
    forecaster = np.array(who)
    ends = np.full(forecaster.size, STILL_STANDS) if end is None else np.array(end, dtype=float)
    when = ForecastTimes(forecaster=forecaster, start=np.array(start, dtype=float), end=ends, in_crowd=~np.isin(forecaster, outside))
    return score_question(forecasts, when=when, times=times)


def binary(*probabilities: float) -> BinaryForecasts:
    """Forecasts of a yes-or-no question."""
    return BinaryForecasts(np.array(probabilities))


def assert_scores(weighted: TimeWeighted, score: Sequence[float], coverage: Sequence[float]) -> None:
    """Both are as computed by hand."""
    assert weighted.score.tolist() == pytest.approx(score, abs=1e-9, nan_ok=True)
    assert weighted.coverage.tolist() == pytest.approx(coverage, abs=1e-12)


def test_withdrawal():
    """After A (.8) withdraws at 5, B (.5) is alone: B's peer score stops there, and the spot scores have B only."""
    scores = score_of(binary(0.8, 0.5), who=[0, 1], start=[0, 0], end=[5, STILL_STANDS])
    half = 100 * np.log(0.8 / 0.5) / 2  # 100·2·ln(.8/√(.8·.5)) over half of the time
    assert_scores(scores.baseline, [50 * np.log2(1.6), 0], [0.5, 1])
    assert_scores(scores.peer, [half, -half], [0.5, 1])
    assert_scores(scores.spot_baseline, [0, 0], [0, 1])
    assert_scores(scores.spot_peer, [0, 0], [0, 1])
    assert_scores(scores.relative_legacy, [np.log2(0.8 / 0.65) / 2, np.log2(0.5 / 0.65) / 2], [0.5, 1])


def test_the_old_mean_stays_when_the_last_one_leaves():
    """A (.8) and B (.4) withdraw at 5, and a bot (.5) outside the crowd is compared with their mean until the end.

    So are they themselves, as on the platform: nothing changes any more that would end the stretch. Baseline scores end at 5.
    """
    scores = score_of(binary(0.8, 0.4, 0.5), who=[0, 1, 2], start=[0, 0, 0], end=[5, 5, STILL_STANDS], outside=[2])
    assert_scores(scores.peer, [100 * np.log(2), -100 * np.log(2), 100 * np.log(0.25 / 0.32)], [1, 1, 1])
    assert_scores(scores.baseline, [50 * np.log2(1.6), 50 * np.log2(0.8), 0], [0.5, 0.5, 1])
    assert_scores(scores.spot_peer, [0, 0, 100 * np.log(0.25 / 0.32)], [0, 0, 1])


def test_a_bot_outside_the_crowd():
    """It is scored against the others' mean, which does not contain it, from the first change of the crowd on that it saw."""
    scores = score_of(binary(0.8, 0.4, 0.9, 0.6), who=[0, 1, 2, 1], start=[0, 0, 3, 4], outside=[2])
    first, second = 100 * np.log(2), 100 * np.log(0.8 / 0.6)
    bot = 200 * np.log(0.9 / np.sqrt(0.48))
    assert_scores(scores.peer, [0.4 * first + 0.6 * second, -0.4 * first - 0.6 * second, 0.6 * bot], [1, 1, 0.6])
    assert_scores(scores.baseline, [100 * np.log2(1.6), 40 * np.log2(0.8) + 60 * np.log2(1.2), 70 * np.log2(1.8)], [1, 1, 0.7])
    assert_scores(scores.spot_peer, [second, -second, bot], [1, 1, 1])
    unseen = score_of(binary(0.8, 0.4, 0.9), who=[0, 1, 2], start=[0, 0, 3], outside=[2])
    assert_scores(unseen.peer, [first, -first, 0], [1, 1, 0])
    nobody = score_of(binary(0.8, 0.4), who=[0, 1], start=[0, 0], outside=[0, 1])
    for weighted in (nobody.peer, nobody.spot_peer, nobody.relative_legacy):
        assert_scores(weighted, [0, 0], [0, 0])
    assert_scores(nobody.baseline, [100 * np.log2(1.6), 100 * np.log2(0.8)], [1, 1])


def test_a_lone_forecaster():
    """Peer scores are 0, with the coverage of the forecast; the community prediction is the forecast itself."""
    scores = score_of(binary(0.8), who=[0], start=[2])
    assert_scores(scores.baseline, [80 * np.log2(1.6)], [0.8])
    assert_scores(scores.peer, [0], [0.8])
    assert_scores(scores.spot_peer, [0], [1])
    assert_scores(scores.relative_legacy, [0], [0.8])
    assert_scores(score_of(binary(0.0), who=[0], start=[2]).peer, [0], [0.8])


def test_early_closing():
    """Closed at 4 of 10: forecasts are cut there, and divided by the scheduled ten; the legacy score is divided by the actual four."""
    times = QuestionTimes(opened=0, scheduled_close=10, actual_close=4, spot=4)
    scores = score_of(binary(0.9, 0.6, 0.3), who=[0, 1, 1], start=[0, 2, 5], times=times)
    assert_scores(scores.baseline, [40 * np.log2(1.8), 20 * np.log2(1.2)], [0.4, 0.2])
    assert_scores(scores.peer, [20 * np.log(1.5), -20 * np.log(1.5)], [0.4, 0.2])
    assert_scores(scores.relative_legacy, [np.log2(0.9 / 0.75) / 2, np.log2(0.6 / 0.75) / 2], [1, 0.5])
    assert_scores(scores.spot_baseline, [100 * np.log2(1.8), 100 * np.log2(1.2)], [1, 1])


def test_spot_times():
    """A forecast made at the spot time counts, and the mean is the last one strictly before it; before anybody there is no spot peer."""
    times = QuestionTimes(opened=0, scheduled_close=10, actual_close=10, spot=5)
    scores = score_of(binary(0.8, 0.4, 0.9), who=[0, 1, 0], start=[0, 0, 5], times=times)
    assert_scores(scores.spot_baseline, [100 * np.log2(1.8), 100 * np.log2(0.8)], [1, 1])
    assert_scores(scores.spot_peer, [200 * np.log(0.9 / np.sqrt(0.32)), 200 * np.log(0.4 / np.sqrt(0.32))], [1, 1])
    late = score_of(binary(0.8, 0.4), who=[0, 1], start=[5, 6], times=times)
    assert_scores(late.spot_baseline, [100 * np.log2(1.6), 0], [1, 0])
    assert_scores(late.spot_peer, [0, 0], [0, 0])


def test_forecasts_before_opening():
    """They count from opening on."""
    scores = score_of(binary(0.2, 0.8, 0.4), who=[0, 0, 1], start=[-5, -3, -1])
    assert_scores(scores.baseline, [100 * np.log2(1.6), 100 * np.log2(0.8)], [1, 1])
    assert_scores(scores.peer, [100 * np.log(2), -100 * np.log(2)], [1, 1])


def continuous(scale: MetaculusScale, *cdfs: Sequence[float], outcome: float) -> ContinuousForecasts:
    """What cdfs give to the bucket of an outcome."""
    bucket = int(bucket_of_value(scale, value=outcome))
    baseline = baseline_probability(bucket=bucket, buckets=scale.buckets, open_bounds=scale.open_bounds)
    return ContinuousForecasts(probability_of_bucket(cdf=cdfs, bucket=bucket), float(baseline))


def test_closed_bounds():
    """Between closed bounds four buckets share everything; with one open bound they share .95, and beyond it .05 is the baseline."""
    closed = MetaculusScale(range_min=0, range_max=4, buckets=4)
    scores = score_of(continuous(closed, [0, 0.25, 0.5, 0.75, 1], [0, 0.1, 0.2, 0.7, 1], outcome=2.5), who=[0, 1], start=[0, 0])
    assert_scores(scores.baseline, [0, 50 * np.log(2)], [1, 1])
    assert_scores(scores.peer, [-50 * np.log(2), 50 * np.log(2)], [1, 1])  # half of 100·ln 2
    upper = MetaculusScale(range_min=0, range_max=4, buckets=4, open_upper=True)
    beyond = score_of(continuous(upper, [0, 0.2, 0.4, 0.6, 0.9], outcome=5), who=[0], start=[0])
    assert_scores(beyond.baseline, [50 * np.log(2)], [1])
    within = score_of(continuous(upper, [0, 0.2, 0.4, 0.6, 0.9], outcome=0.5), who=[0], start=[0])
    assert_scores(within.baseline, [50 * np.log(0.2 / 0.2375)], [1])


def test_a_logarithmic_scale():
    """1 to 10,000 by factors of ten: 50 lies in the second of four buckets."""
    scale = MetaculusScale(range_min=1, range_max=10_000, zero_point=0, buckets=4)
    scores = score_of(continuous(scale, [0, 0.1, 0.6, 0.8, 1], outcome=50), who=[0], start=[0])
    assert_scores(scores.baseline, [50 * np.log(2)], [1])


def test_a_discrete_question():
    """0 to 10 in eleven buckets: .2 and .1 on ten, where equal shares are 1/11; peer scores are halved."""
    scale = MetaculusScale(range_min=-0.5, range_max=10.5, buckets=11)
    cdfs = [[0, *np.linspace(0.08, 1 - ten, 10), 1] for ten in (0.2, 0.1)]
    scores = score_of(continuous(scale, *cdfs, outcome=10), who=[0, 1], start=[0, 0])
    assert_scores(scores.baseline, [50 * np.log(2.2), 50 * np.log(1.1)], [1, 1])
    assert_scores(scores.peer, [50 * np.log(2), -50 * np.log(2)], [1, 1])
    mean = 0.15  # the mean of both cdfs gives the mean of what they give
    assert_scores(scores.relative_legacy, [np.log2(0.2 / mean), np.log2(0.1 / mean)], [1, 1])


def test_a_late_option():
    """An option added at 4 came true: before, a forecast is scored by what it gave to "Other" and by the options that there were.

    While one active forecast lacks it, the geometric mean is that of "Other", of all; once none does, it is that of the option.
    """
    pmf = np.array([[0.5, np.nan, 0.5], [0.5, 0.3, 0.2], [0.3, 0.6, 0.1]])
    scores = score_of(OptionForecasts(pmf, outcome=1), who=[0, 1, 0], start=[0, 4, 8])
    assert_scores(scores.baseline, [20 * np.log(1.8) / np.log(3), 60 * np.log(0.9) / np.log(3)], [1, 0.6])
    first = 0.4 * 200 * np.log(0.5 / np.sqrt(0.1)) + 0.2 * 200 * np.log(0.6 / np.sqrt(0.18))
    second = 0.4 * 200 * np.log(0.3 / np.sqrt(0.1)) + 0.2 * 200 * np.log(0.3 / np.sqrt(0.18))
    assert_scores(scores.peer, [first, second], [1, 0.6])
    assert np.isnan(scores.relative_legacy.score).all()


def test_options():
    """Three options: the community prediction has the medians of all, shared out."""
    scores = score_of(OptionForecasts(np.array([[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]]), outcome=0), who=[0, 1], start=[0, 0])
    community = (0.6 - 0.001) / (1 - 0.003) * 0.997 + 0.001
    assert_scores(scores.baseline, [100 * np.log(1.5) / np.log(3), 100 * np.log(2.1) / np.log(3)], [1, 1])
    assert_scores(scores.relative_legacy, [np.log2(0.5 / community), np.log2(0.7 / community)], [1, 1])


def test_certainty_that_was_wrong():
    """Who gave 0 has minus infinity in every score, and the others plus infinity in peer scores, for as long as it stood at all."""
    scores = score_of(binary(0.0, 0.5, 0.8), who=[0, 1, 0], start=[0, 0, 9])
    assert_scores(scores.baseline, [-np.inf, 0], [1, 1])
    assert_scores(scores.peer, [-np.inf, np.inf], [1, 1])
    assert_scores(scores.spot_peer, [100 * np.log(1.6), -100 * np.log(1.6)], [1, 1])
    assert_scores(scores.spot_baseline, [100 * np.log2(1.6), 0], [1, 1])


def test_no_forecasts():
    """A question without forecasts has no scores."""
    scores = score_of(binary(), who=np.empty(0, dtype=int), start=[])
    assert all(weighted.score.size == weighted.coverage.size == 0 for weighted in (getattr(scores, name) for name in scores.__slots__))


def test_many_forecasts_are_worked_out_in_blocks(monkeypatch: pytest.MonkeyPatch):
    """The size of a block changes nothing."""
    generator = np.random.default_rng(4)
    who, start = generator.integers(0, 9, 60), generator.uniform(0, 10, 60)
    forecasts = OptionForecasts(generator.dirichlet(np.ones(4), 60), outcome=2)
    at_once = score_of(forecasts, who=who, start=start)
    monkeypatch.setattr("forecast.scoring.metaculus_crowd.PAIRS_AT_ONCE", 200)
    in_blocks = score_of(forecasts, who=who, start=start)
    np.testing.assert_allclose(np.array(astuple(at_once)), np.array(astuple(in_blocks)), rtol=1e-12)


def test_what_is_refused():
    """Ends before starts, arrays that do not fit, options that do not add up, and probabilities that are none."""
    with pytest.raises(ValueError, match="ends before"):
        score_of(binary(0.5), who=[0], start=[3], end=[2])
    with pytest.raises(ValueError, match="do not fit"):
        score_of(binary(0.5, 0.5), who=[0], start=[3])
    with pytest.raises(ValueError, match="add up"):
        OptionForecasts(np.array([[0.5, 0.4, 0.2]]), outcome=0)
    with pytest.raises(ValueError, match="last option"):
        OptionForecasts(np.array([[0.5, 0.5, np.nan]]), outcome=0)
    with pytest.raises(ValueError):
        binary(np.nan)
