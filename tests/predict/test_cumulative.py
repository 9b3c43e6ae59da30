"""What a question counts, day by day: the record up to its end, closed forms after it, and the answer's own points on the last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - closed forms to hold against

from forecast.book.topic import Variant
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.model.settings import Settings
from forecast.predict.analysis import published_result
from forecast.predict.cumulative import counts_total, cumulative_totals, mixed_cumulative_totals
from forecast.predict.mixture import RivalResult, mix_answers
from forecast.predict.rival_weights import rival_weights
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF, SINCE, BY = date(2026, 1, 1), date(2025, 12, 30), date(2026, 4, 1)
COUNTS = (3, 0, 5, 1, 7, 2)  # of the days from 27 December on
MIDDLE = date(2026, 1, 31)
SLACK = 0.02  # of a probability: four errors of 16,384 paths in 16 replicates
QUESTIONS = {
    "counted": {"answer": "total(seen)", "since": SINCE, "by": BY},
    "later": {"answer": "total(seen)", "since": date(2026, 2, 1), "by": BY},
    "both": {"answer": "total(seen) + total(others)", "by": BY},
    "named": {"answer": "everything", "by": BY},
    "if_many": {"answer": "total(seen)", "given": "total(seen) >= 40", "since": SINCE, "by": BY},
    "rate_asked": {"answer": "rate"},
    "many": {"answer": "total(seen) >= 30", "by": BY},
    "ratio": {"answer": "total(seen) / (1 + total(others))", "by": BY},
    "settled": {"answer": "total(seen)", "by": date(2025, 12, 31)},
}


def topic_of(alpha: float, beta: float):
    """A topic of two streams with one rate, whose posterior is a Gamma."""
    return make_topic(
        priors={"rate": f"Gamma(alpha={alpha}, beta={beta})"},
        streams={name: {"value": "Poisson(mu=rate * days)", "watched": True} for name in ("seen", "others")},
        rows={"seen": list(COUNTS), "others": [0] * len(COUNTS)},
        questions=QUESTIONS,
        quantities={"everything": "total(seen) + total(others)"},
        opens=date(2025, 12, 27),
    )


def predictive(alpha: float, beta: float, days: int):
    """The distribution of a count over days to come, given both records."""
    rate = beta + 2 * len(COUNTS)
    return stats.nbinom(alpha + sum(COUNTS), rate / (rate + days))


def assert_points(points, cdf):
    """Each point is the least value at which a distribution function reaches its level, up to the error of that."""
    for level, point in zip(QUANTILE_LEVELS, points, strict=True):
        assert cdf(point - 1) - SLACK < level < cdf(point) + SLACK


@pytest.fixture(scope="module")
def alone():
    """A topic's result, and what its questions count."""
    found = published_result(topic_of(2, 1), AS_OF, Settings(engine="importance"))
    return found, cumulative_totals(found.posterior, found.paths, found.answers)


def test_open_questions_that_add_totals_have_one(alone):
    """A total, a sum of totals and a quantity that is one count; a rate, a chance, a ratio and what is settled do not."""
    assert set(alone[1]) == {"counted", "later", "both", "named", "if_many"}
    assert alone[1]["both"].streams == ("seen", "others")
    np.testing.assert_array_equal(alone[1]["both"].quantiles, alone[1]["named"].quantiles)


def test_the_record_stands_until_it_ends(alone):
    """From nothing on the eve of the first day that counts, each recorded day has what was seen by then, for certain."""
    total = alone[1]["counted"]
    assert (total.days[0], total.through) == (date(2025, 12, 29), date(2026, 1, 1))
    known = {day: points for day, points in zip(total.days, total.quantiles.tolist(), strict=True) if day <= total.through}
    assert {day: set(points) for day, points in known.items()} == {
        date(2025, 12, 29): {0.0}, date(2025, 12, 30): {1.0}, date(2025, 12, 31): {8.0}, date(2026, 1, 1): {10.0},
    }  # fmt: skip


def test_what_follows_is_the_posterior_predictive(alone):
    """After the record the points are those of a negative binomial on top of what was seen."""
    total = alone[1]["counted"]
    points = total.quantiles[total.days.index(MIDDLE)] - 10
    assert_points(points, predictive(2, 1, 30).cdf)


def test_the_last_day_has_the_points_of_the_answer(alone):
    """Also under a condition, and where the days lie ahead."""
    found, totals = alone
    for name, total in totals.items():
        assert total.days[-1] == BY
        assert tuple(total.quantiles[-1]) == found.answers[name].value.quantiles
        assert (np.diff(total.quantiles, axis=0) >= 0).all()
    assert (totals["later"].days[0], totals["later"].quantiles[0].tolist()) == (MIDDLE, [0.0] * 5)


def test_variants_are_mixed():
    """The points of an earlier day are those of both variants by their weights, and on the last day those of the mixed answer."""
    base, rival = topic_of(2, 1), topic_of(12, 4)
    topic = replace(base, variants={"rival": Variant("rival", 0.9, "It may be so.", {}, rival)}, combine="evidence")
    settings = Settings(engine="importance")
    results = {name: published_result(its, AS_OF, settings) for name, its in topic.rivals.items()}
    rivals = {name: RivalResult(its.posterior, its.paths, its.answers) for name, its in results.items()}
    weights = rival_weights(topic, {name: its.posterior for name, its in rivals.items()}, settings)
    answers = mix_answers(rivals, weights, np.random.default_rng(3))
    total = mixed_cumulative_totals(topic, rivals, weights, answers)["counted"]
    assert tuple(total.quantiles[-1]) == answers["counted"].value.quantiles
    share = weights.weight("rival")
    assert 0.01 < share < 0.99
    parts = [(1 - share, predictive(2, 1, 30)), (share, predictive(12, 4, 30))]
    assert_points(total.quantiles[total.days.index(MIDDLE)] - 10, lambda value: sum(weight * its.cdf(value) for weight, its in parts))


def test_a_long_record_is_thinned():
    """Of many days on which the total changes at most forty are kept, the first and the last among them, and thirteen of those ahead."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"}, streams={"seen": {"value": "Poisson(mu=rate * days)", "watched": True}},
        rows={"seen": [1] * 90}, questions={"counted": {"answer": "total(seen)", "by": date(2029, 12, 31)}},
    )  # fmt: skip
    found = published_result(topic, date(2025, 4, 1), Settings(engine="importance", draws=512))
    total = cumulative_totals(found.posterior, found.paths, found.answers)["counted"]
    known = [day for day in total.days if day <= total.through]
    assert (len(known), len(total.days) - len(known)) == (40, 13)
    assert (known[0], known[-1], total.days[-1]) == (date(2024, 12, 31), date(2025, 3, 31), date(2029, 12, 31))


def test_a_mean_of_measurements_is_no_count():
    """A question of a number that is not added up counts nothing."""
    topic = topic_of(2, 1)
    assert [name for name, question in topic.questions.items() if counts_total(topic, question)] == [
        "counted",
        "later",
        "both",
        "named",
        "if_many",
        "settled",
    ]
