"""What a stream's next stretch would teach, and whose ignorance an answer rests on, against closed forms and refits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.insight.baseline import baseline_of
from forecast.insight.estimands import published_values
from forecast.insight.information import future_increment, information, round_threshold, signposts
from forecast.insight.published_cases import PathGroup, PublishedCases, cases_of_one
from forecast.insight.variance_decomposition import decompose_variance
from forecast.insight.weighed_cases import Cases
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

AS_OF = OPENS + timedelta(days=30)


def topic_of(rows: list[object]) -> object:
    """A rare event, watched, and whether three of it come within the year."""
    return make_topic(
        priors={"rate": "Gamma(alpha=1.5, beta=5)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={"seen": rows},
        questions={"three": {"answer": "total(seen) >= 3", "by": OPENS + timedelta(days=364)}, "rate_now": "rate"},
    )


QUIET = {"from": OPENS, "to": AS_OF, "value": 0}


def concluded() -> Analysis:
    """A month without an event."""
    return analyse(topic_of([QUIET]), AS_OF, Settings(), referee=False)  # type: ignore[arg-type]


def test_an_answer_given_what_is_seen_is_that_of_a_record_that_has_it() -> None:
    """Measures on the paths where none, and where one, event comes equal an analysis with that row in the record, within four errors."""
    basis = baseline_of(concluded())
    published = cases_of_one(basis)
    ahead = future_increment(published, basis.model.topic.streams["seen"], months=1)
    assert ahead is not None
    for count in (0, 1):
        row = {"from": AS_OF + timedelta(days=1), "to": ahead.until, "value": count, "known": ahead.until}
        refit = analyse(topic_of([QUIET, row]), ahead.until, Settings(), referee=False)  # type: ignore[arg-type]
        values, errors = published_values(refit.result.answers, basis.measures)
        for estimate, value, error in zip(published.conditional_estimates(ahead.values == count), values, errors, strict=True):
            assert estimate["value"] == pytest.approx(value, abs=4 * np.hypot(estimate["error"], error))


def test_the_expected_movement_is_the_closed_form_of_a_gamma_mean() -> None:
    """The rate's mean moves by (shape + n) / (rate + months) less its mean, on average over the predicted n, within four errors."""
    basis = baseline_of(concluded())
    published = cases_of_one(basis)
    (found,) = information(published)
    ahead = future_increment(published, basis.model.topic.streams["seen"], months=1)
    assert ahead is not None
    assert found["until"] == ahead.until.isoformat()
    months = (ahead.until - AS_OF).days / 30.4375
    shape, rate = 1.5, 5 + 31 / 30.4375
    exact, chance, total = 0.0, (rate / (rate + months)) ** shape, 0.0
    for count in range(60):
        exact += chance * abs((shape + count) / (rate + months) - shape / rate)
        total += chance
        chance *= (shape + count) / (count + 1) * months / (rate + months)
    assert total == pytest.approx(1)
    assert found["values"][1] == pytest.approx(exact, abs=4 * found["errors"][1])


def test_signposts_are_opposites_that_average_to_the_answer() -> None:
    """For one or more and for none: chances sum to one, and the two values weighted by them give back the published answer."""
    basis = baseline_of(concluded())
    (one, none), notes = signposts(cases_of_one(basis))
    assert notes == []
    assert (one["condition"], none["condition"]) == ("at least one event is recorded under “seen”", "no event is recorded under “seen”")
    assert (one["absence"], none["absence"]) == (False, True)
    assert one["until"] == none["until"]
    assert one["chance"] + none["chance"] == pytest.approx(1)
    assert one["chance"] >= 0.1
    for index, value in enumerate(basis.published):
        if basis.measures[index].kind == "median":  # which is no average
            continue
        averaged = one["chance"] * one["values"][index]["value"] + none["chance"] * none["values"][index]["value"]
        assert averaged == pytest.approx(value, abs=0.003)


def equal_cases(truth: np.ndarray) -> PublishedCases:
    """Cases in which one measure holds or not, ``(paths, 1)``, each counting alike."""
    its, count = Cases(truth, np.ones_like(truth)), len(truth)
    alone = PathGroup(None, slice(0, count), 0.0)  # type: ignore[arg-type]
    return PublishedCases((), its.values(), its, np.ones(count), (alone,), its.values(), its.influence())


def test_outcomes_that_teach_nothing_move_nothing() -> None:
    """An outcome drawn apart from the question moves it by no more than noise leaves."""
    rng = np.random.default_rng(2)
    truth = (rng.random((16_384, 1)) < 0.3).astype(float)
    moved, errors = equal_cases(truth).expected_movement(rng.integers(0, 3, 16_384))
    assert moved[0] <= 4 * errors[0]
    assert errors[0] < 0.01


def test_a_difference_within_its_noise_is_no_information() -> None:
    """Of 500 paths with one outcome 150 come true, of 500 with the other 155: no more than chance makes, so the movement is 0, and one beyond it is not."""
    outcomes = np.repeat([0, 1], 500)
    for true_of_other in (155, 250):
        truth = np.concatenate([np.arange(500) < 150, np.arange(500) < true_of_other]).astype(float)[:, None]
        moved, errors = equal_cases(truth).expected_movement(outcomes)
        assert moved.tolist() == [0.0] if true_of_other == 155 else 0.098 < moved[0] < 0.1
        assert 0.005 < errors[0] < 0.015


def test_a_question_on_a_parameter_is_all_ignorance_and_one_on_chance_is_not() -> None:
    """The rate's own question is ignorance of the rate; the count's is mostly luck."""
    found = {each["question"]: each for each in decompose_variance(baseline_of(concluded()))}
    assert found["rate_now"]["ignorance"] == pytest.approx(1)
    assert found["rate_now"]["parts"][0]["parameter"] == "rate"
    assert 0.05 < found["three"]["ignorance"] < 0.7
    assert found["three"]["parts"][0]["share"] == pytest.approx(found["three"]["ignorance"], abs=0.05)


def test_counts_out_of_so_many_of_each_step_are_not_added_up_over_steps() -> None:
    """How many of ten pass in each simulated step, however short, is watched for while one step lies ahead, and not over more of them."""
    end = OPENS + timedelta(days=364)
    streams = {"passed": {"value": "Binomial(n=tried, p=sound)", "next": {"tried": "10"}}}
    questions = {"most": {"answer": "total(passed) >= 12", "since": OPENS + timedelta(days=31), "by": end}, "sound_now": "sound"}
    for through, is_watched in ((AS_OF, True), (AS_OF - timedelta(days=15), False)):
        row = {"from": OPENS, "to": through, "value": 3, "tried": 10.0}
        topic = make_topic(priors={"sound": "Beta(alpha=2, beta=2)"}, streams=streams, rows={"passed": [row]}, questions=questions)
        published = cases_of_one(baseline_of(analyse(topic, AS_OF, Settings(), referee=False)))
        steps = [day for day in published.groups[0].paths.days if through < day <= AS_OF + timedelta(days=31)]
        posts, _ = signposts(published)
        assert bool(posts) == bool(information(published)) == is_watched, steps


def test_a_stream_that_leaves_a_mean_without_an_estimate_is_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of its signposts go, and a note says so; an update used to stop."""
    published = cases_of_one(baseline_of(concluded()))
    estimated = PublishedCases.conditional_estimates

    def lost(self: PublishedCases, seen: Any) -> Any:
        found = estimated(self, seen)
        return [{**found[0], "value": float("nan")}, *found[1:]] if seen.mean() < 0.5 else found

    monkeypatch.setattr(PublishedCases, "conditional_estimates", lost)
    posts, notes = signposts(published)
    assert posts == []
    assert [note.startswith("What to watch for of ") for note in notes] == [True]


@pytest.mark.parametrize(
    ("value", "spread", "round_number"),
    [
        (357, 40, 360), (397, 40, 400), (107, 52, 110), (54, 52, 50), (21, 11, 20), (23, 11, 24), (9, 11, 8), (1, 20, 1), (4, 20, 5), (13, 7, 13), (2, 0, 2), (0, 3, 0),
        (1523, 4000, 2000), (0.1234, 0.05, 0.12), (-3.7, 10.0, -4), (3e9, 4.1e8, 3e9),
    ],
)  # fmt: skip
def test_what_is_watched_for_is_a_round_number(value: float, spread: float, round_number: float) -> None:
    """A multiple of 1, 2 or 5 times a power of ten, at most a quarter of the spread; what is close together, and what would become 0, stays."""
    assert round_threshold(value, spread) == pytest.approx(round_number, abs=1e-12)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_a_round_number_is_near_what_it_stands_for(value: float, spread: float) -> None:
    """It is an eighth of the spread off at most, so that the upper one stays above the lower one, and rounding it again changes nothing."""
    shown = round_threshold(value, spread)
    assert abs(shown - value) <= spread / 8 * (1 + 1e-9) + 1e-12 * abs(value) + 1e-12
    assert round_threshold(shown, spread) == pytest.approx(shown, rel=1e-9, abs=1e-9)


def test_a_count_that_is_never_none_is_watched_by_its_quartiles() -> None:
    """Where something nearly always comes, the signposts are many and few, not one and none."""
    topic = topic_of([{"from": OPENS, "to": AS_OF, "value": 40}])
    questions = {"rate_now": topic.questions["rate_now"], "three": topic.questions["three"]}  # type: ignore[attr-defined]
    analysis = analyse(replace(topic, questions=questions), AS_OF, Settings(), referee=False)  # type: ignore[type-var]
    posts, _ = signposts(cases_of_one(baseline_of(analysis)))
    assert [post["condition"].split(" ")[0] for post in posts] == ["at", "fewer"]
    assert all(0.1 < post["chance"] < 0.3 for post in posts)


def test_a_chance_that_no_path_has_is_0_however_the_published_one_was_rounded() -> None:
    """Read off the paths it is neither below 0 nor above 1; the published number, in six digits, has no part in it."""
    exact = cases_of_one(baseline_of(concluded()))
    happens = exact.groups[0].paths.totals["seen"][:, -1] >= 3
    for published in (exact.published - 1e-6, exact.published + 1e-6):
        rounded = replace(exact, published=published)
        assert rounded.conditional_estimates(~happens)[0]["value"] == 0
        assert rounded.conditional_estimates(happens)[0]["value"] == pytest.approx(1, abs=1e-12)
