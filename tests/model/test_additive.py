"""Counts have totals; shares, measurements and evidence that is there or not have none, unless the topic itself adds them up."""

from __future__ import annotations

import pytest

from forecast.model.additive import adds_up
from tests.support.building import make_topic

STATEMENTS = {
    "Poisson(mu=5)": True,
    "NegativeBinomial(mu=5, alpha=2)": True,
    "NegativeBinomial(n=1, p=0.3)": True,
    "ZeroInflatedPoisson(psi=0.5, mu=5)": True,
    "Binomial(n=asked, p=share)": True,
    "BetaBinomial(n=12, alpha=2, beta=3)": True,
    "Bernoulli(p=share)": False,
    "Binomial(n=1, p=share)": False,
    "BetaBinomial(n=3 - 2, alpha=2, beta=3)": False,
    "Normal(mu=share, sigma=0.1)": False,
    "Beta(alpha=2, beta=3)": False,
    "LogNormal(mu=0, sigma=1)": False,
    "Gamma(alpha=2, beta=share)": False,
}


def topic_of(statement, *, stream=(), **more):
    """A topic of one stream and a share, and of what is added."""
    streams = {"seen": {"value": statement, **dict(stream)}, **more.pop("streams", {})}
    return make_topic(priors={"share": "Beta(alpha=2, beta=2)"}, streams=streams, **more)


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS.items())
def test_counts_add_up_and_what_is_measured_or_there_or_not_does_not(statement, expected):
    """Where nothing else is said, the family tells: counts of several events add up, and nothing else does."""
    topic = topic_of(statement)
    assert adds_up(topic, topic.streams["seen"]) is expected


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_a_question_adds_up_has_a_total(statement):
    """A question about a total, also through a quantity, says that it means something."""
    asked = {"many": {"answer": "enough", "by": "2026-12-31"}}
    topic = topic_of(statement, questions=asked, quantities={"enough": "total(seen) > 2"})
    assert adds_up(topic, topic.streams["seen"])
    unasked = topic_of(statement, questions={"high": "share > 0.5"}, quantities={"enough": "total(seen) > 2"})
    assert adds_up(unasked, unasked.streams["seen"]) is STATEMENTS[statement]


def test_a_total_that_another_stream_uses_is_one_and_the_stream_s_own_is_not():
    """Evidence that counts once says so by its own total, which is no reason to print it."""
    own = topic_of("Bernoulli(p=share if total(seen) == 0 else 0.99)")
    other = topic_of("Bernoulli(p=share)", streams={"ends": "Poisson(mu=1 + total(seen))"})
    assert [adds_up(topic, topic.streams["seen"]) for topic in (own, other)] == [False, True]


def test_events_of_watched_time_and_classes_add_up():
    """An event that is watched for happens on a day, and of classes it is counted how often each was seen."""
    watched = topic_of("Bernoulli(p=share)", stream={"watched": True})
    classes = topic_of("Categorical(left=share, right=1 - share)")
    assert [adds_up(topic, topic.streams["seen"]) for topic in (watched, classes)] == [True, True]
