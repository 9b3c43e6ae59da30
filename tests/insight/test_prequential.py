"""Surprise of rows and the scores they earn, against closed forms."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from forecast.insight.posterior_predictive_check import checks_content, predictive_checks
from forecast.insight.prequential import PrequentialScores, prequential_scores, surprise_content
from forecast.insight.replay_pool import anchored_pool
from forecast.model.clock import DAYS_PER_MONTH
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import condition_fast
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

PLAIN = Settings()
COUNTS = [3.0, 0.0, 9.0, 2.0]
EARLY, LATE = date(2025, 2, 14), date(2025, 4, 30)


def counts() -> Model:
    """Gamma-Poisson: four days' counts at a rate with a Gamma(2.5, 1) prior, each known on its day."""
    topic = make_topic(priors={"rate": "Gamma(alpha=2.5, beta=1)"}, streams={"seen": "Poisson(mu=rate)"}, rows={"seen": COUNTS})
    return model_as_of(topic, OPENS + timedelta(days=30))


def watched() -> Model:
    """Two watched streams of one rate; the second has a count in the middle of the first's quiet time."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={
            "here": {"value": "Poisson(mu=rate * months)", "watched": True},
            "there": {"value": "Poisson(mu=rate * months)", "watched": True},
        },
        rows={
            "here": [{"from": OPENS, "to": LATE, "value": 0}],
            "there": [
                {"from": OPENS, "to": EARLY, "value": 0},
                {"from": date(2025, 2, 15), "to": date(2025, 2, 16), "value": 2, "known": date(2025, 2, 20)},
                {"from": date(2025, 2, 17), "to": LATE, "value": 0},
            ],
        },
    )
    return model_as_of(topic, date(2025, 6, 1))


def found_in(model: Model) -> PrequentialScores:
    """The surprises of a model with a pool of its own."""
    return prequential_scores(model, anchored_pool(model.topic, model.as_of, PLAIN), PLAIN)


def test_each_count_is_predicted_by_the_negative_binomial_of_the_days_before() -> None:
    """Points, tails and scores are those of the closed form after the rows before, within Monte Carlo error."""
    from scipy import stats

    found = found_in(counts())
    for index, each in enumerate(found.rows):
        exact = stats.nbinom(2.5 + sum(COUNTS[:index]), (1 + index) / (2 + index))
        value = COUNTS[index]
        tail = min(1.0, 2 * min(exact.cdf(value), exact.sf(value - 1)))
        assert each.points == tuple(exact.ppf([0.05, 0.5, 0.95]))
        assert each.tail == pytest.approx(tail, rel=0.12)
        assert each.log_score == pytest.approx(exact.logpmf(value), abs=0.04)
        assert each.prior_log_score == pytest.approx(stats.nbinom(2.5, 1 / 2).logpmf(value), abs=0.04)
        assert each.bits == pytest.approx((each.log_score - each.prior_log_score) / np.log(2))


def test_scores_add_up_to_the_log_evidence() -> None:
    """The chain rule: the last cumulative score is the evidence of the record, as the engine has it and as the closed form does."""
    from scipy.special import gammaln

    model = counts()
    found = found_in(model)
    total = sum(COUNTS)
    exact = gammaln(2.5 + total) - gammaln(2.5) - (2.5 + total) * np.log(5) - sum(gammaln(np.array(COUNTS) + 1))
    assert sum(each.log_score for each in found.rows) == pytest.approx(found.score[-1][1])
    assert found.score[-1][1] == pytest.approx(exact, abs=0.03)
    assert condition_fast(model, PLAIN).diagnostics.log_evidence == pytest.approx(exact, abs=0.03)
    assert [day for day, _, _ in found.score] == [OPENS + timedelta(days=n) for n in range(4)]


def test_a_row_knows_quiet_time_elsewhere_only_up_to_its_eve() -> None:
    """A count known in the middle of another stream's quiet row is scored given that row's days before, no later ones."""
    from scipy import stats

    model = watched()
    found = found_in(model)
    count = next(each for each in found.rows if each.row.value == 2)
    here, there = (date(2025, 2, 19) - OPENS).days + 1, (EARLY - OPENS).days + 1
    there += (date(2025, 2, 19) - date(2025, 2, 17)).days + 1  # quiet again from the 17th, which was known before the count was
    exposure = 4 + (here + there) / DAYS_PER_MONTH
    exact = stats.nbinom(2, exposure / (exposure + 2 / DAYS_PER_MONTH))
    assert count.log_score == pytest.approx(exact.logpmf(2), abs=0.05)
    assert count.tail == pytest.approx(2 * exact.sf(1), rel=0.12)


def test_a_quiet_row_is_predicted_from_the_eve_of_its_start() -> None:
    """The prediction of quiet time knows what was known the day before it began, and its score is that of its pieces."""
    from scipy import stats

    model = watched()
    found = found_in(model)
    late = found.rows[3]
    assert late.row.start == date(2025, 2, 17)
    before = 4 + ((date(2025, 2, 16) - OPENS).days + 1 + (EARLY - OPENS).days + 1) / DAYS_PER_MONTH
    months = ((LATE - late.row.start).days + 1) / DAYS_PER_MONTH
    exact = stats.nbinom(2, before / (before + months))
    assert late.points == tuple(exact.ppf([0.05, 0.5, 0.95]))
    assert late.tail == pytest.approx(min(1.0, 2 * exact.cdf(0)), rel=0.05)
    evidence = condition_fast(model, PLAIN).diagnostics.log_evidence
    assert found.score[-1][1] == pytest.approx(evidence, abs=0.03)


def test_continuous_values_have_exact_points_and_tails() -> None:
    """Readings with a normal prior and normal noise are predicted by the normal of the closed form."""
    from scipy import stats

    topic = make_topic(priors={"level": "Normal(mu=1, sigma=2)"}, streams={"read": "Normal(mu=level, sigma=1)"}, rows={"read": [2.0, -1.0]})
    found = found_in(model_as_of(topic, OPENS + timedelta(days=5)))
    precision = 1 / 4 + 1
    exact = stats.norm((1 / 4 + 2.0) / precision, np.sqrt(1 / precision + 1))
    each = found.rows[1]
    assert each.points == pytest.approx(tuple(exact.ppf([0.05, 0.5, 0.95])), abs=0.1)
    assert each.tail == pytest.approx(2 * exact.cdf(-1.0), rel=0.12)
    assert each.log_score == pytest.approx(exact.logpdf(-1.0), abs=0.05)


def test_surprises_are_plain_data_in_the_order_of_stream_and_row() -> None:
    """The content has every key of the shape, rows in their order and days as text."""
    rows, score = surprise_content(found_in(watched()))
    assert [(each["stream"], each["row"], each["known"], each["value"]) for each in rows] == [
        ("here", 0, "2025-04-30", 0.0),
        ("there", 0, "2025-02-14", 0.0),
        ("there", 1, "2025-02-20", 2.0),
        ("there", 2, "2025-04-30", 0.0),
    ]
    assert [each["day"] for each in score] == ["2025-02-14", "2025-02-16", "2025-02-19", "2025-02-20", "2025-04-30"]


def test_a_record_more_clumped_than_its_statement_allows_is_found_out() -> None:
    """Counts of 0 and 20 in turn, called Poisson, have a largest value and a share of zeros far out in the tail, and an ordinary sum."""
    topic = make_topic(priors={"rate": "Gamma(alpha=2, beta=1)"}, streams={"seen": "Poisson(mu=rate)"}, rows={"seen": [0.0, 20.0] * 5})
    posterior = condition_fast(model_as_of(topic, OPENS + timedelta(days=30)), PLAIN)
    rng = np.random.default_rng(1)
    found = {each["statistic"]: each for each in checks_content(predictive_checks(posterior.model, posterior.resample(2_000, rng), rng))}
    assert {name: each["seen"] for name, each in found.items()} == {"sum": 100.0, "largest": 20.0, "share of zeros": 0.5}
    assert found["sum"]["tail"] > 0.3
    assert found["largest"]["tail"] < 0.1
    assert found["share of zeros"]["tail"] < 0.01
    assert found["sum"]["quantiles"] == sorted(found["sum"]["quantiles"])


def test_a_long_record_is_read_in_blocks_and_its_newest_rows_are_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores do not depend on the size of a block, and of more rows than are predicted the newest are."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": [{"on": OPENS + timedelta(days=at), "value": at % 4, "known": OPENS + timedelta(days=40 - at)} for at in range(20)]},
        questions={"high": "rate > 2"},
    )
    until = OPENS + timedelta(days=50)
    model, pool = model_as_of(topic, until), anchored_pool(topic, until, Settings())
    whole = prequential_scores(model, pool, Settings())
    monkeypatch.setattr("forecast.insight.arrivals.BLOCK_CELLS", 3 * len(pool))
    monkeypatch.setattr("forecast.insight.prequential.MOST_ROWS_PREDICTED", 5)
    found = prequential_scores(model, pool, Settings())
    assert [surprise.index for surprise in found.rows] == [0, 1, 2, 3, 4]
    assert [surprise.log_score for surprise in found.rows] == pytest.approx([surprise.log_score for surprise in whole.rows[:5]])
    assert np.array([scores[1:] for scores in found.score]) == pytest.approx(np.array([scores[1:] for scores in whole.score]))
