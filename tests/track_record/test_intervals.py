"""Means by question with their intervals, and the time that forecasters have in common."""

from __future__ import annotations

from math import inf, sqrt
from pathlib import Path

import numpy as np
import pytest

from forecast.track_record.intervals import mean_interval
from forecast.track_record.measures import chosen_measures, measure_of
from forecast.track_record.reference import paired_scores, reference_of
from forecast.track_record.score_table import score_table
from forecast.track_record.skill_summaries import summarise_skill
from forecast.track_record.summaries import horizon_of, question_means, summarise_scores
from tests.support.invented_records import NOW, QUESTION, YES, at_day, collection, said, scored, topic


def test_where_each_question_stands_alone_the_interval_is_students():
    """It is that of scipy's one-sample t test."""
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(1).normal(0.2, 0.1, 40)
    found = mean_interval(values, [""] * 40)
    low, high = ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert (found.questions, found.clusters, found.is_few) == (40, 40, False)


def test_questions_of_one_topic_are_one_group_among_several():
    """Copies of one question within a topic make the interval no narrower."""
    values = np.array([0.1, 0.2, 0.4, 0.5, 0.7])
    copies = mean_interval(np.repeat(values, 10), [f"topic {at}" for at in range(5) for _ in range(10)])
    alone = mean_interval(values, [""] * 5)
    assert (copies.low, copies.high) == pytest.approx((alone.low, alone.high), abs=1e-12)
    assert (copies.questions, copies.clusters) == (50, 5)


def test_groups_of_different_sizes_have_the_cluster_robust_error():
    """By hand: the mean of 1, 2, 6, 3 and 3 is 3; the sums of differences are -3, 3 and 0; the error is sqrt(3/2·18)/5."""
    found = mean_interval(np.array([1.0, 2.0, 6.0, 3.0, 3.0]), ["a", "a", "b", "c", "c"])
    assert found.high is not None
    assert found.high - 3 == pytest.approx(4.302652729911275 * sqrt(1.5 * 18) / 5, abs=1e-9)


def test_fewer_than_five_questions_have_no_interval():
    """It would say next to nothing, and mostly lie outside the range of the score."""
    assert (mean_interval(np.arange(4.0), [""] * 4).low, mean_interval(np.arange(4.0), [""] * 4).high) == (None, None)
    assert mean_interval(np.arange(5.0), [""] * 5).low is not None


@pytest.mark.parametrize("topics", [["a"] * 40, ["a"] * 20 + ["b"] * 20])
def test_questions_of_one_or_two_topics_stand_alone_and_are_few(topics: list[str]):
    """No error between topics can be estimated."""
    values = np.linspace(0, 1, 40)
    found, alone = mean_interval(values, topics), mean_interval(values, [""] * 40)
    assert (found.low, found.high, found.is_few) == (alone.low, alone.high, True)


@pytest.mark.parametrize(("count", "topics", "few"), [(29, 29, True), (30, 30, False), (30, 2, True), (30, 3, False)])
def test_thirty_questions_in_three_groups_are_enough_to_judge(count: int, topics: int, *, few: bool):
    """Fewer of either are few."""
    values = np.linspace(0, 1, count)
    assert mean_interval(values, [f"t{at % topics}" for at in range(count)]).is_few is few


def test_infinite_scores_leave_a_median_and_no_interval():
    """An infinite loss is not made good by an infinite gain."""
    found = mean_interval(np.array([inf, 1.0, 2.0]), [""] * 3)
    assert (found.mean, found.median, found.low, found.infinite) == (inf, 2.0, None, 1)
    assert mean_interval(np.array([inf, -inf, 2.0]), [""] * 3).mean == -inf
    assert mean_interval(np.array([inf, -inf]), [""] * 2).median == -inf


def test_forecasters_of_one_question_are_averaged_before_questions_are(tmp_path: Path):
    """Three forecasters of one question weigh as much as one of another."""
    questions = [QUESTION, {**QUESTION, "id": "r"}]
    rows = [said("ann", 0.5), said("bob", 0.5), said("cat", 0.5), said("ann", 1, question="r")]
    table = score_table([scored(collection(tmp_path, rows, questions=questions, resolutions=[YES, {**YES, "question": "r"}]))])
    (found,) = summarise_scores(table, measures=(measure_of("brier"),), by=None, who=None)
    assert (found.interval.questions, found.interval.mean) == (2, 0.125)


def test_the_mean_of_a_question_with_both_infinities_is_a_loss():
    """It is minus infinity, and no number that is none."""
    assert question_means(np.array([0, 0, 1]), np.array([inf, -inf, 1.0]))[1].tolist() == [-inf, 1.0]


def test_scores_in_units_are_put_together_by_unit_alone(tmp_path: Path):
    """Millimetres and dollars have a mean each, and a question without a unit has none."""
    questions = [
        {**QUESTION, "id": name, "type": "number", "unit": unit} for name, unit in (("a", "mm"), ("b", "mm"), ("c", "dollars"), ("d", ""))
    ]
    rows = [said("me", value, form="number", question=name) for name, value in zip("abcd", (1, 2, 3, 4), strict=True)]
    resolutions = [{**YES, "question": name, "outcome": "number", "value": "0"} for name in "abcd"]
    table = score_table([scored(topic(tmp_path, rows, questions=questions, resolutions=resolutions))])
    found = summarise_scores(table, measures=chosen_measures((), table.scores), by=None, who=None)
    assert [(its.unit, its.interval.questions, its.interval.mean) for its in found] == [("dollars", 1, 3.0), ("mm", 2, 1.5)]


@pytest.mark.parametrize(
    ("closes", "horizon"),
    [("2026-03-08", "up to a week"), ("2026-04-01", "up to a month"), ("2027-03-01", "up to a year"), ("2028-01-01", "over a year")],
)
def test_a_horizon_is_the_time_that_a_question_was_to_be_open(closes: str, horizon: str, tmp_path: Path):
    """Whenever it was decided."""
    record = topic(tmp_path, [said("me", 0.5)], questions=[{**QUESTION, "scheduled_close": f"{closes}T00:00:00Z"}])
    (question,) = scored(record, NOW.replace(year=2029)).questions
    assert horizon_of(question.question) == horizon


def test_pairs_are_compared_over_the_time_that_both_cover(tmp_path: Path):
    """Ann stands from day 2 to 8, bob from day 5 on with a change at day 7; three days are common."""
    rows = [said("ann", 0.6, 2), said("ann", "", 8, form="withdrawn"), said("bob", 0.8, 5), said("bob", 0.9, 7)]
    found = scored(collection(tmp_path, rows))
    pairs = paired_scores(found, reference_of("bob"))
    row = next(row for row, (_, who) in enumerate(found.counted.forecasters) if who == "ann")
    assert pairs.own["brier-over-time"][row] == pytest.approx(0.16)
    assert pairs.reference["brier-over-time"][row] == pytest.approx((2 * 0.04 + 0.01) / 3)
    assert (pairs.own["brier"][row], pairs.reference["brier"][row]) == pytest.approx((0.16, 0.01))  # the last moment of both: day 8
    assert np.isnan(pairs.own["brier"][1 - row])


def test_forecasters_who_never_stand_together_are_not_compared(tmp_path: Path):
    """Ann withdrew before bob came."""
    rows = [said("ann", 0.6), said("ann", "", 3, form="withdrawn"), said("bob", 0.8, 5)]
    found = scored(collection(tmp_path, rows))
    table = score_table([found])
    assert summarise_skill([found], table, reference_of("bob"), measures=(measure_of("brier"),), by=None, who=["ann"]) == ()


def test_where_both_are_infinitely_wrong_neither_is_better(tmp_path: Path):
    """The difference is 0, and the ratio means nothing."""
    found = scored(collection(tmp_path, [said("ann", 0), said("bob", 0)]))
    (skill,) = summarise_skill([found], score_table([found]), reference_of("bob"), measures=(measure_of("log"),), by=None, who=["ann"])
    assert (skill.difference.mean, skill.ratio) == (0.0, None)


def test_a_name_that_looks_like_a_number_is_a_forecaster_where_it_is_known():
    """Otherwise it is a probability, and one that is none is refused."""
    assert reference_of("001", known={"001"}).probability is None
    assert reference_of("0.25").probability == pytest.approx(0.25)
    with pytest.raises(ValueError, match="2 is no probability"):
        reference_of("2")


def test_a_forecast_before_the_opening_counts_from_the_opening(tmp_path: Path):
    """Its time before counts for nothing."""
    rows = [{**said("ann", 0.5), "at": "2026-02-01T00:00:00Z"}, said("ann", 0.9, 5)]
    found = scored(collection(tmp_path, rows))
    assert found.scores["brier-over-time"][0] == pytest.approx((0.25 + 0.01) / 2)
    assert found.coverage["brier-over-time"][0] == pytest.approx(1)
    assert at_day(0) == "2026-03-01T00:00:00Z"
