"""What the recorded scores of a platform cannot show: invented questions with scores worked out by hand, through the record's files."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pytest

from forecast.forecasts.record import ForecastRecord
from forecast.track_record.record_scores import score_record
from tests.support.invented_records import CLOSES, NOW, QUESTION, YES, at_day, collection, said, score_of, scored, topic

SCALE = {"low": "0", "high": "2", "low_open": "no", "high_open": "no", "steps": "2"}
LIKELY = 100 * (log(0.9) + log(2)) / log(2)  # the baseline score of 0.9 on yes: 84.79969066 (conventions.md 2)


def resolved(outcome: str, value: str = "", on: str = CLOSES) -> dict[str, str]:
    """A row of `resolutions.csv`."""
    return {"question": "q", "outcome": outcome, "value": value, "on": on}


def test_a_withdrawn_forecast_counts_until_it_was_withdrawn(tmp_path: Path):
    """0.9 for five of ten days scores half of 84.80 with coverage one half, and no spot score; its last forecast is still scored."""
    found = scored(collection(tmp_path, [said("ann", 0.9), said("ann", "", 5, form="withdrawn")]))
    assert score_of(found, "baseline") == pytest.approx((LIKELY / 2, 0.5), abs=1e-9)
    assert np.isnan(found.scores.get("spot-baseline", np.array([np.nan]))).all()
    assert score_of(found, "brier") == pytest.approx((0.01, 0.5), abs=1e-12)
    assert score_of(found, "brier-over-time") == pytest.approx((0.01, 0.5), abs=1e-12)


@pytest.mark.parametrize("day", [2, 4])
@pytest.mark.parametrize("place", [collection, topic])
def test_a_question_decided_before_it_opened_has_scores_of_its_last_forecast_alone(
    place: Callable[..., ForecastRecord], day: int, tmp_path: Path
):
    """Nothing was open over which a platform's score, or any mean over time, could be taken; and other questions of the record keep theirs."""
    who = "ann" if place is collection else "me"
    questions = [{**QUESTION, "opens": at_day(4), "actual_close": at_day(day)}, {**QUESTION, "id": "r"}]
    rows = [said(who, 0.9), said(who, 0.9, question="r")]
    resolutions = [resolved("yes", on=at_day(day)), {**resolved("yes"), "question": "r"}]
    found = scored(place(tmp_path, rows, questions=questions, resolutions=resolutions))
    per_rule = {rule: np.sort(values[~np.isnan(values)]).tolist() for rule, values in found.scores.items()}
    assert per_rule["brier"] == pytest.approx([0.01, 0.01])
    assert per_rule["brier-over-time"] == pytest.approx([0.01])
    assert per_rule["baseline"] == pytest.approx([LIKELY])


def test_a_forecast_that_ends_by_itself_counts_until_then(tmp_path: Path):
    """`until` ends a forecast as a withdrawal does."""
    found = scored(collection(tmp_path, [said("ann", 0.9, until=at_day(4))]))
    assert score_of(found, "baseline") == pytest.approx((LIKELY * 0.4, 0.4), abs=1e-9)


@pytest.mark.parametrize(("value", "given"), [("0", 0.75), ("0.5", 0.75), ("1", 0.75), ("1.5", 0.25), ("2", 0.25)])
def test_closed_bounds_leave_the_whole_to_the_buckets_between(value: str, given: float, tmp_path: Path):
    """With two buckets and closed bounds the baseline is one half, and the bounds themselves lie inside."""
    found = scored(
        collection(
            tmp_path,
            [said("ann", [0, 0.75, 1], form="cdf")],
            questions=[{**QUESTION, "type": "number", **SCALE}],
            resolutions=[resolved("number", value)],
        )
    )
    assert score_of(found, "baseline") == pytest.approx((50 * log(given / 0.5), 1), abs=1e-9)
    assert score_of(found, "log-density")[0] == pytest.approx(-log(given), abs=1e-12)  # buckets are one wide


def test_a_logarithmic_scale_has_its_middle_at_the_geometric_mean(tmp_path: Path):
    """From 1 to 10^10 with the zero point 0, 1,000 lies in the lower of two buckets: the cdf gives it 0.55, the baseline 0.45."""
    scale = {"low": "1", "high": "1e10", "zero_point": "0", "low_open": "yes", "high_open": "yes", "steps": "2"}
    found = scored(
        collection(
            tmp_path,
            [said("ann", [0.05, 0.6, 0.95], form="cdf")],
            questions=[{**QUESTION, "type": "number", **scale}],
            resolutions=[resolved("number", "1000")],
        )
    )
    assert score_of(found, "baseline") == pytest.approx((50 * log(0.55 / 0.45), 1), abs=1e-9)
    assert score_of(found, "log-density")[0] == pytest.approx(-log(0.55 / (1e5 - 1)), rel=1e-9)


@pytest.mark.parametrize(
    ("outcome", "value", "given", "baseline"), [("above", "", 0.1, 0.05), ("number", "2.5", 0.1, 0.05), ("below", "", 0.05, 0.05)]
)
def test_an_outcome_beyond_an_open_bound_is_scored_by_what_was_given_to_it(
    outcome: str, value: str, given: float, baseline: float, tmp_path: Path
):
    """A number beyond the bound and the word for it score the same."""
    found = scored(
        collection(
            tmp_path,
            [said("ann", [0.05, 0.6, 0.9], form="cdf")],
            questions=[{**QUESTION, "type": "number", **SCALE, "low_open": "yes", "high_open": "yes"}],
            resolutions=[resolved(outcome, value)],
        )
    )
    assert score_of(found, "baseline") == pytest.approx((50 * log(given / baseline), 1), abs=1e-9)
    assert score_of(found, "log-censored")[0] == pytest.approx(-log(given), abs=1e-12)


@pytest.mark.parametrize(("value", "bucket"), [("0", 1), ("3", 4), ("10", 11)])
def test_a_discrete_question_has_a_bucket_for_each_value(value: str, bucket: int, tmp_path: Path):
    """From -0.5 to 10.5 in eleven steps, the values 0 to 10 have the buckets 1 to 11, each with a baseline of 1/11."""
    cdf = [step**2 / 121 for step in range(12)]
    scale = {"low": "-0.5", "high": "10.5", "low_open": "no", "high_open": "no", "steps": "11"}
    found = scored(
        collection(
            tmp_path,
            [said("ann", cdf, form="cdf")],
            questions=[{**QUESTION, "type": "discrete", **scale}],
            resolutions=[resolved("number", value)],
        )
    )
    assert score_of(found, "baseline") == pytest.approx((50 * log((2 * bucket - 1) / 121 * 11), 1), abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "outcome", "value", "rule", "score"),
    [
        ("discrete", "number", "1", "crps", 0.2**2 + 0.3**2),
        ("number", "number", "1", "crps", 0.575 / 3),
        ("discrete", "not_by", "1", "crps-cut", 0.2**2),
        ("discrete", "not_by", "1", "log-censored", -log(0.3)),
        ("discrete", "not_by", "0.9", "log-censored", -log(0.8)),
        ("number", "not_by", "1", "log-censored", -log(0.55)),
    ],
)
def test_the_cdf_of_a_discrete_question_is_its_masses(kind: str, outcome: str, value: str, rule: str, score: float, tmp_path: Path):
    """Of 0, 1 and 2 with .2, .5 and .3 all lies at the whole numbers; of a number it is spread evenly between points, half a unit beside them."""
    scale = {"low": "-0.5", "high": "2.5", "low_open": "no", "high_open": "no", "steps": "3"}
    found = scored(
        collection(
            tmp_path,
            [said("ann", [0, 0.2, 0.7, 1], form="cdf")],
            questions=[{**QUESTION, "type": kind, **scale}],
            resolutions=[resolved(outcome, value)],
        )
    )
    assert score_of(found, rule)[0] == pytest.approx(score, abs=1e-12)


def test_an_option_that_came_later_reads_from_the_last_one(tmp_path: Path):
    """Half of the time `Other` stands for the new option among two, half of the time it is given 1/4 among three."""
    options = [
        {"question": "q", "option": "a", "order": "1"},
        {"question": "q", "option": "new", "order": "2", "from": at_day(5)},
        {"question": "q", "option": "Other", "order": "3"},
    ]
    forecasts = [
        said("ann", {"a": 0.6, "Other": 0.4}, form="options"),
        said("ann", {"a": 0.5, "new": 0.25, "Other": 0.25}, 5, form="options"),
    ]
    found = scored(
        collection(
            tmp_path, forecasts, questions=[{**QUESTION, "type": "options"}], resolutions=[resolved("label", "new")], options=options
        )
    )
    early, later = 100 * log(0.4 * 2) / log(2), 100 * log(0.25 * 3) / log(3)
    assert score_of(found, "baseline") == pytest.approx(((early + later) / 2, 1), abs=1e-9)
    assert score_of(found, "brier-two-sided-over-time")[0] == pytest.approx((0.6**2 + 0.6**2 + 0.5**2 + 0.75**2 + 0.25**2) / 2, abs=1e-12)


def test_a_bot_outside_the_crowd_is_scored_against_it_and_changes_nobody(tmp_path: Path):
    """Two persons are scored as if the bot were not there; the bot against their mean, which lacks its own forecast."""
    bot = {"who": "bot", "kind": "bot", "in_crowd": "no"}
    found = scored(collection(tmp_path, [said("ann", 0.4), said("bob", 0.6), said("bot", 0.9)], people=[bot]))
    assert score_of(found, "peer") == pytest.approx((-40.5465108108, 1), abs=1e-9)  # conventions.md 2: [.4, .6]
    assert score_of(found, "peer", "bob") == pytest.approx((40.5465108108, 1), abs=1e-9)
    assert score_of(found, "peer", "bot") == pytest.approx((200 * log(0.9 / sqrt(0.24)), 1), abs=1e-9)


def test_a_bot_of_the_crowd_counts_only_where_the_question_includes_bots(tmp_path: Path):
    """The same bot changes the crowd's mean on one question, and not on the other."""
    bot = {"who": "bot", "kind": "bot", "in_crowd": "yes"}
    questions = [QUESTION, {**QUESTION, "id": "with", "includes_bots": "yes"}]
    forecasts = [
        said(who, value, question=question) for question in ("q", "with") for who, value in (("ann", 0.4), ("bob", 0.6), ("bot", 0.9))
    ]
    found = scored(collection(tmp_path, forecasts, questions=questions, resolutions=[YES, {**YES, "question": "with"}], people=[bot]))
    assert score_of(found, "peer")[0] == pytest.approx(-40.5465108108, abs=1e-9)
    assert score_of(found, "peer", question="with")[0] == pytest.approx(150 * log(0.4 / (0.4 * 0.6 * 0.9) ** (1 / 3)), abs=1e-9)


@pytest.mark.parametrize("kind", ["model", "market", "aggregate", "base rate"])
def test_a_model_a_market_and_an_aggregate_are_never_in_the_crowd(kind: str, tmp_path: Path):
    """Beside them a person is alone, and scores 0."""
    found = scored(collection(tmp_path, [said("ann", 0.4), said("other", 0.9)], people=[{"who": "other", "kind": kind}]))
    assert score_of(found, "peer") == (0, 1)


def test_a_lone_forecaster_has_a_peer_score_of_0(tmp_path: Path):
    """With one in the crowd the score is 0, over all the time."""
    assert score_of(scored(collection(tmp_path, [said("ann", 0.9)])), "peer") == (0, 1)


def test_without_everybodys_forecasts_there_is_no_peer_score(tmp_path: Path):
    """The baseline needs no crowd, and stays."""
    found = scored(collection(tmp_path, [said("ann", 0.4), said("bob", 0.6)], crowd=False))
    assert {name for name in found.scores if "peer" in name or "relative" in name} == set()
    assert "baseline" in found.scores


def test_early_closing_cuts_the_score_and_not_what_it_is_divided_by(tmp_path: Path):
    """0.9 on a yes that closes after four of ten days scores 0.4 of 84.80, with coverage 0.4."""
    closed = {**QUESTION, "actual_close": at_day(4)}
    found = scored(collection(tmp_path, [said("ann", 0.9)], questions=[closed], resolutions=[resolved("yes", on=at_day(4))]))
    assert score_of(found, "baseline") == pytest.approx((LIKELY * 0.4, 0.4), abs=1e-9)
    assert score_of(found, "spot-baseline") == pytest.approx((LIKELY, 1), abs=1e-9)
    assert score_of(found, "brier-over-time") == pytest.approx((0.01, 1), abs=1e-12)  # of the time that it was open


def test_a_probability_of_0_for_what_happened_is_kept_and_scores_infinity(tmp_path: Path):
    """Minus infinity by the baseline, infinity by the log score, 1 by Brier."""
    found = scored(collection(tmp_path, [said("ann", 0), said("bob", 0.5)]))
    assert score_of(found, "baseline")[0] == -np.inf
    assert score_of(found, "log")[0] == np.inf
    assert score_of(found, "log-over-time")[0] == np.inf
    assert score_of(found, "brier")[0] == 1
    assert score_of(found, "peer")[0] == -np.inf


def test_a_share_between_no_and_yes_is_scored_by_brier_alone(tmp_path: Path):
    """0.7 on one half scores 0.04, and no rule of logarithms has a score."""
    found = scored(collection(tmp_path, [said("ann", 0.7)], resolutions=[resolved("fraction", "0.5")]))
    assert score_of(found, "brier")[0] == pytest.approx(0.04, abs=1e-12)
    assert set(found.scores) == {"brier", "brier-over-time"}


def test_several_options_share_the_outcome(tmp_path: Path):
    """Two of three options came true: the Brier score takes one half of each."""
    found = scored(
        collection(
            tmp_path,
            [said("ann", {"a": 0.5, "b": 0.3, "c": 0.2}, form="options")],
            questions=[{**QUESTION, "type": "options"}],
            resolutions=[resolved("several", '["a", "b"]')],
        )
    )
    assert score_of(found, "brier-two-sided")[0] == pytest.approx(0.2**2 + 0.2**2, abs=1e-12)


def test_options_that_are_ranges_in_order_have_the_scores_of_ordered_options(tmp_path: Path):
    """Good Judgment's published example: .15/.45/.25/.15, the third came true: 0.81 plain, 0.27 ordinal (conventions.md 8)."""
    forecast = {"0": 0.15, "1": 0.45, "2-3": 0.25, ">3": 0.15}
    found = scored(
        collection(
            tmp_path,
            [said("ann", forecast, form="options")],
            questions=[{**QUESTION, "type": "options"}],
            resolutions=[resolved("label", "2-3")],
        )
    )
    assert score_of(found, "brier-two-sided")[0] == pytest.approx(0.81, abs=1e-12)
    assert score_of(found, "ordinal")[0] == pytest.approx(0.27, abs=1e-12)


def test_options_without_an_order_have_none(tmp_path: Path):
    """Names without numbers are in no order, whatever their order on the page."""
    forecast = {"red": 0.2, "green": 0.5, "blue": 0.3}
    found = scored(
        collection(
            tmp_path,
            [said("ann", forecast, form="options")],
            questions=[{**QUESTION, "type": "options"}],
            resolutions=[resolved("label", "red")],
        )
    )
    assert "rps" not in found.scores


def test_quantiles_are_scored_by_quantile_scores(tmp_path: Path):
    """The worked interval score (conventions.md 8): [90, 110] at 90 % scores 20 for 100, and 220 for 80."""
    quantiles = [[0.05, 90], [0.5, 100], [0.95, 110]]
    question = {**QUESTION, "type": "number", "unit": "dollars"}
    for value, interval, median in (("100", 20, 0), ("80", 220, 20)):
        record = topic(tmp_path, [said("me", quantiles, form="quantiles")], questions=[question], resolutions=[resolved("number", value)])
        assert score_of(scored(record), "wis", "me")[0] == pytest.approx((median / 2 + 0.05 * interval) / 1.5, abs=1e-12)


@pytest.mark.parametrize(("value", "score"), [("95", 2 / 3 * (0.05 * 5)), ("100", 2 / 3 * (0.05 * 10)), ("120", 2 / 3 * (1.5 + 10 + 9.5))])
def test_quantiles_are_cut_where_the_outcome_is_only_known_to_come_later(value: str, score: float, tmp_path: Path):
    """Twice the mean quantile score with all beyond the cut moved to it, by hand: who said earlier loses, and who said later loses nothing."""
    quantiles = [[0.05, 90], [0.5, 100], [0.95, 110]]
    question = {**QUESTION, "type": "number", "unit": "dollars"}
    record = topic(tmp_path, [said("me", quantiles, form="quantiles")], questions=[question], resolutions=[resolved("not_by", value)])
    found = scored(record)
    assert score_of(found, "crps-quantiles-cut", "me")[0] == pytest.approx(score, abs=1e-12)
    assert (found.unfit, {"crps-quantiles", "wis"} & found.scores.keys()) == (0, set())


@pytest.mark.parametrize(("outcome", "value", "crps", "survival"), [("number", "1", 0.5, None), ("not_by", "1", 0.25, 0.5)])
def test_a_mass_function_is_scored_whole_and_cut(outcome: str, value: str, crps: float, survival: float | None, tmp_path: Path):
    """One half each of 0 and 2: of 1 the CRPS is 1/4 twice, and of "not up to 1" it is the first of these, with log 2 for the rest."""
    question = {**QUESTION, "type": "discrete", "unit": "soldiers"}
    forecast = said("me", [[0, 0.5], [2, 0.5]], form="pmf")
    found = scored(topic(tmp_path, [forecast], questions=[question], resolutions=[resolved(outcome, value)]))
    assert score_of(found, "crps" if survival is None else "crps-cut", "me")[0] == pytest.approx(crps, abs=1e-12)
    if survival is not None:
        assert score_of(found, "log-censored", "me")[0] == pytest.approx(-log(survival), abs=1e-12)


@pytest.mark.parametrize(
    ("outcome", "value", "score", "beyond"),
    [("number", "3", 2.5 / 3, None), ("number", "9", 3.5 / 3, 0.4), ("not_by", "4", 3.5 / 3, 0.4), ("not_by", "2", 1 / 6, None)],
)
def test_quantiles_that_end_at_a_bound_are_cut_there(outcome: str, value: str, score: float, beyond: float | None, tmp_path: Path):
    """Where the outcome lies beyond the bound does not count, but for the probability of that; twice the mean quantile score, by hand."""
    quantiles = [[0.25, 1], [0.5, 2], [0.75, 4], {"not_by": 4, "probability": 0.4}]
    question = {**QUESTION, "type": "number", "unit": "dollars"}
    found = scored(topic(tmp_path, [said("me", quantiles, form="quantiles")], questions=[question], resolutions=[resolved(outcome, value)]))
    assert score_of(found, "crps-quantiles-cut", "me")[0] == pytest.approx(score, abs=1e-12)
    if beyond is None:
        assert "log-censored" not in found.scores
    else:
        assert score_of(found, "log-censored", "me")[0] == pytest.approx(-log(beyond), abs=1e-12)
    assert not {"crps-quantiles", "wis"} & found.scores.keys()


def test_a_bound_alone_is_a_forecast_without_quantiles(tmp_path: Path):
    """It is counted, and has no score."""
    forecast = said("me", [{"not_by": 4, "probability": 0.4}], form="quantiles")
    question = {**QUESTION, "type": "number", "unit": "dollars"}
    found = scored(topic(tmp_path, [forecast], questions=[question], resolutions=[resolved("number", "3")]))
    assert (found.scores, found.unfit) == ({}, 1)


def test_what_is_only_known_to_come_later_is_scored_as_known(tmp_path: Path):
    """Not by day 1: an exponential distribution in days has log score 1 and a CRPS cut at 1 of 0.1680912407 (conventions.md 12)."""
    points = 2_000
    cdf = [1 - exp(-4 * step / points) for step in range(points + 1)]
    scale = {"low": "0", "high": "4", "low_open": "no", "high_open": "yes", "steps": str(points)}
    found = scored(
        collection(
            tmp_path,
            [said("ann", cdf, form="cdf")],
            questions=[{**QUESTION, "type": "number", **scale}],
            resolutions=[resolved("not_by", "1")],
        )
    )
    assert score_of(found, "log-censored")[0] == pytest.approx(1, abs=1e-9)
    assert score_of(found, "crps-cut")[0] == pytest.approx(0.1680912407, abs=1e-6)  # the cdf is linear between its points
    assert "baseline" not in found.scores


def test_a_number_alone_is_scored_by_its_absolute_error(tmp_path: Path):
    """The CRPS of a single value is its distance from the outcome."""
    question = {**QUESTION, "type": "number", "unit": "dollars"}
    record = topic(tmp_path, [said("me", 7.5, form="number")], questions=[question], resolutions=[resolved("number", "4")])
    assert score_of(scored(record), "crps", "me")[0] == pytest.approx(3.5, abs=1e-12)


def test_a_forecast_with_options_that_are_not_the_questions_is_counted_and_not_scored(tmp_path: Path):
    """It has no score by any rule, and is counted."""
    options = [{"question": "q", "option": name, "order": str(order)} for order, name in enumerate("abc", start=1)]
    found = scored(
        collection(
            tmp_path,
            [said("ann", {"a": 0.5, "x": 0.5}, form="options"), said("bob", 0.5)],
            questions=[{**QUESTION, "type": "options"}],
            resolutions=[resolved("label", "a")],
            options=options,
        )
    )
    assert (found.scores, found.unfit) == ({}, 2)


def test_scores_are_as_of_the_moment_that_is_asked(tmp_path: Path):
    """Before its resolution a question has none."""
    record = collection(tmp_path, [said("ann", 0.9)])
    assert scored(record, NOW.replace(month=3, day=2)).scores == {}
    assert "brier" in scored(record).scores


def test_fatebooks_score_is_computed_from_the_record(tmp_path: Path):
    """The worked numbers (conventions.md 9.1): four days, two people, 0.9 and 0.7 from the start: 0.02 and 0.18, relative -0.08 and 0.08."""
    question = {**QUESTION, "scheduled_close": at_day(4), "actual_close": at_day(4)}
    record = collection(tmp_path, [said("ann", 0.9), said("bob", 0.7)], questions=[question], resolutions=[resolved("yes", on=at_day(4))])
    found = score_record(record, now=NOW, by_days=True)
    assert [score_of(found, "fatebook", who)[0] for who in ("ann", "bob")] == pytest.approx([0.02, 0.18])
    assert [score_of(found, "fatebook-relative", who)[0] for who in ("ann", "bob")] == pytest.approx([-0.08, 0.08])
    assert "fatebook" not in scored(record).scores


def test_good_judgments_score_is_that_of_each_days_end(tmp_path: Path):
    """0.5 holds at the ends of two days and 0.9 at those of eight: (2·0.5 + 8·0.02) / 10; ordered options are scored by cut points."""
    found = score_record(collection(tmp_path, [said("ann", 0.5), said("ann", 0.9, 2.5)]), now=NOW, by_days=True)
    assert score_of(found, "good-judgment")[0] == pytest.approx((2 * 0.5 + 8 * 0.02) / 10)
    forecast = {"0": 0.15, "1": 0.45, "2-3": 0.25, ">3": 0.15}
    record = collection(
        tmp_path,
        [said("ann", forecast, form="options")],
        questions=[{**QUESTION, "type": "options"}],
        resolutions=[resolved("label", "2-3")],
    )
    assert score_of(score_record(record, now=NOW, by_days=True), "good-judgment")[0] == pytest.approx(0.27)
