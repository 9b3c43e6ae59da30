"""What a prior says of streams and questions before the record, against closed forms."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a test's truth comes from elsewhere than the project

from forecast.book.files.prior_text import Revision
from forecast.elicitation.implied import PRIOR_PREDICTIVE_PATHS, prior_predictive, with_revision
from forecast.elicitation.judgements import POSITIVE_SUPPORT, ObservedCases, QuantilePoint, QuantilePoints, chips, interval
from forecast.elicitation.offers import Feedback, feedback, offer_of_shares, offers, with_point
from forecast.elicitation.reach import reach_of
from forecast.elicitation.subject import subject_of
from forecast.language.faults import Fault
from forecast.model.errors import Unsound
from tests.support.building import make_topic

DAY = date(2025, 6, 1)
MONTHS = 365 / 30.4375


def test_a_rate_says_how_many_in_a_year_whatever_was_recorded():
    """A Gamma rate makes a year's count negative binomial, and the record is not looked at."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=8)"},
        streams={"captures": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={"captures": [500]},
        questions={"many": {"answer": "total(captures) >= 5", "by": date(2025, 12, 31)}, "high": "rate > 0.5"},
    )
    found = prior_predictive(topic, "rate", DAY)
    (captures,) = found.streams
    exact = stats.nbinom(2, 8 / (8 + MONTHS))
    assert (captures.name, captures.over) == ("captures", "a year")
    for share, point in zip((0.05, 0.5, 0.95, 0.98), (*captures.points, captures.rare), strict=True):
        assert exact.ppf(share - 0.01) <= point <= exact.ppf(share + 0.005)
    assert abs(captures.chance_of_more - exact.sf(captures.rare)) < 4 * np.sqrt(0.02 / PRIOR_PREDICTIVE_PATHS)
    many, high = found.answers["many"], found.answers["high"]
    assert many is not None
    assert high is not None
    assert abs(many["value"]["value"] - exact.sf(4)) < 4 * many["value"]["error"]
    assert abs(high["value"]["value"] - stats.gamma(2, scale=1 / 8).sf(0.5)) < 4 * high["value"]["error"]


def test_a_reading_is_told_one_at_a_time():
    """Of measurements no total is taken: the prior says where one would lie."""
    topic = make_topic(priors={"level": "Normal(mu=3, sigma=4)"}, streams={"reading": "Normal(mu=level, sigma=3)"})
    (reading,) = prior_predictive(topic, "level", DAY).streams
    assert reading.over == "a month"
    np.testing.assert_allclose(reading.points, stats.norm(3, 5).ppf([0.05, 0.5, 0.95]), atol=0.6)


def test_evidence_that_is_there_or_not_is_told_one_at_a_time():
    """What is found or not is not counted over a year, unless a question counts it."""
    made = {"priors": {"share": "Beta(alpha=8, beta=2)"}, "streams": {"found": "Bernoulli(p=share)"}}
    counting = {"twice": {"answer": "total(found) >= 2", "by": date(2025, 12, 31)}}
    (alone,), (counted,) = (prior_predictive(make_topic(**made, questions=asked), "share", DAY).streams for asked in ({}, counting))
    assert (alone.over, alone.points) == ("a month", (0, 1, 1))
    assert (counted.over, counted.points[1] > 5) == ("a year", True)


def test_a_stream_without_a_future_is_told_by_the_rows_it_has():
    """A statement that uses its rows' own column is drawn on those rows again."""
    topic = make_topic(
        priors={"share": "Beta(alpha=1, beta=1)"},
        streams={"wishes": "Binomial(n=asked, p=share)"},
        rows={"wishes": [{"value": 4, "asked": 6}, {"value": 3, "asked": 4}]},
    )
    (wishes,) = prior_predictive(topic, "share", DAY).streams
    assert wishes.over == "in the 2 rows of its record"
    assert wishes.points == (0, 5, 10)  # a Beta-binomial of 10 with a flat share is flat


def test_reach_goes_through_everything_and_the_nearest_comes_first():
    """A parameter reaches what uses it through priors, quantities, series and totals, and nothing else."""
    topic = make_topic(
        priors={"usual": "Gamma(alpha=2, beta=1)", "rate": "Gamma(mu=usual, sigma=1)", "other": "Gamma(alpha=2, beta=1)"},
        quantities={"pace": "rate * 2"},
        streams={
            "follows": "Poisson(mu=total(first_ones) * months)",
            "first_ones": "Poisson(mu=pace * months)",
            "apart": "Poisson(mu=other * months)",
        },
        questions={
            "far": {"answer": "total(follows) > 2", "by": DAY},
            "near": "usual > 1",
            "not_at_all": "other > 1",
        },
    )
    found = reach_of(topic, "usual")
    assert (found.streams, found.questions) == (("first_ones", "follows"), ("near", "far"))


def test_a_condition_that_never_holds_leaves_its_question_unanswered():
    """Where no path has what a question is asked under, the others are answered all the same."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=8)"},
        questions={"never": {"answer": "rate > 1", "given": "rate < 0"}, "ever": "rate > 1"},
    )
    found = prior_predictive(topic, "rate", DAY)
    assert (found.answers["never"], found.answers["ever"] is None) == (None, False)


def test_a_prior_with_which_the_model_breaks_is_unsound():
    """A rate that may be negative is no rate, and the offer that has it says so and comes last."""
    topic = make_topic(priors={"rate": "Normal(mu=1, sigma=3)"}, streams={"captures": "Poisson(mu=rate * months)"})
    with pytest.raises(Unsound):
        prior_predictive(topic, "rate", DAY)
    subject = subject_of(topic, "rate")
    (offer, *_) = offers(subject, interval(-2, 3), subject.support, as_of=DAY)
    assert (offer.implied, bool(offer.fault)) == (None, True)


def test_what_was_not_said_is_asked_back_and_becomes_a_point():
    """First the upper hundredth, then the lower; a point said instead joins the others, or what the chosen fit made of cases."""
    topic = make_topic(priors={"rate": "Gamma(alpha=2, beta=8)"})
    subject = subject_of(topic, "rate")
    judgement = interval(1, 4)
    fit = offers(subject, judgement, POSITIVE_SUPPORT, as_of=DAY)[0].fit
    assert fit.statement == "Gamma(p5=1, p95=4)"
    assert feedback(judgement, fit) == Feedback(0.99, fit.quantile(0.99))
    more = with_point(judgement, fit, QuantilePoint(0.99, 9.0))
    assert more == QuantilePoints((QuantilePoint(0.05, 1), QuantilePoint(0.95, 4), QuantilePoint(0.99, 9.0)))
    again = feedback(more, fit)
    assert again is not None
    assert again == Feedback(0.01, fit.quantile(0.01))
    assert feedback(with_point(more, fit, QuantilePoint(0.01, 0.5)), fit) is None
    assert [point.share for point in with_point(ObservedCases(3, 2), fit, QuantilePoint(0.99, 9.0)).points] == [0.05, 0.5, 0.95, 0.99]


def test_where_chips_ended_gives_way_to_what_is_said_back():
    """A point beyond the last bin takes the place of that bin's end."""
    topic = make_topic(priors={"rate": "Gamma(alpha=2, beta=8)"})
    laid = chips([(0, 1, 3), (1, 2, 1)])
    fit = offers(subject_of(topic, "rate"), laid, POSITIVE_SUPPORT, as_of=DAY)[0].fit
    assert with_point(laid, fit, QuantilePoint(0.99, 6)) == QuantilePoints(
        (QuantilePoint(0, 0), QuantilePoint(0.75, 1), QuantilePoint(0.99, 6))
    )


def test_chips_on_labels_are_shares():
    """Each label has its share of the chips, in the order of the labels; thirds are kept as fractions."""
    topic = make_topic(priors={"fault": "Categorical(hull=0.3, engine=0.7)"}, questions={"which": "fault"})
    subject = subject_of(topic, "fault")
    offer = offer_of_shares(subject, {"engine": 2, "hull": 1}, DAY)
    assert offer.fit.statement == "Categorical(hull=1/3, engine=2/3)"
    assert offer.implied is not None
    which = offer.implied.answers["which"]
    assert which is not None
    assert [share["label"] for share in which["value"]["shares"]] == ["hull", "engine"]
    assert abs(which["value"]["shares"][0]["value"] - 1 / 3) < 1e-6
    with pytest.raises(Fault, match="`hull` has no chips"):
        offer_of_shares(subject, {"engine": 2, "hull": 0}, DAY)


def test_one_label_is_revised_and_the_others_are_not():
    """A revision of a label leaves the prior of all others."""
    topic = make_topic(
        priors={"refuses": {"prior": "Beta(alpha=2, beta=2)", "per": "war"}},
        streams={"refusals": "Binomial(n=10, p=refuses[war])"},
        rows={"refusals": [{"value": 1, "war": "old"}, {"value": 2, "war": "new"}]},
    )
    parameter = with_revision(topic, Revision("refuses", "Beta(alpha=9, beta=1)", "new")).parameters["refuses"]
    assert [parameter.statement_for(label).text for label in ("old", "new")] == ["Beta(alpha=2, beta=2)", "Beta(alpha=9, beta=1)"]
