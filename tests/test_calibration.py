"""The fast engine's posteriors mean what they say, on every topic of the book and on every template."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.actions.new.days import AS_OF as TEMPLATES_AS_OF
from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.actions.new.templates import TEMPLATES_DIRECTORY as TEMPLATES
from forecast.book.reading import read_book
from forecast.model.model import model_as_of
from tests.support.building import make_topic
from tests.support.calibrating import fast_engine, least_uniform
from tests.support.essay_topics import linked_topic
from tests.support.paths import ROOT

AS_OF = date(2026, 10, 12)
TOPICS = ("arrivals", "captives", "loyalty", "punishment", "return", "route")
FEW = 40  # replications, with which a test below finds an engine that is too sure
REPLICATIONS = [FEW, pytest.param(240, marks=pytest.mark.study)]  # in CI, and on demand
FEW_OF_BOOK = 20  # of the essay's topics, whose replications take a second each; they find such an engine where rows say much
REPLICATIONS_OF_BOOK = [FEW_OF_BOOK, pytest.param(240, marks=pytest.mark.study)]
MORE_REPLICATIONS = [60, pytest.param(240, marks=pytest.mark.study)]  # of small topics


@pytest.mark.slow
@pytest.mark.parametrize("replications", REPLICATIONS_OF_BOOK)
@pytest.mark.parametrize("name", TOPICS)
def test_ranks_of_true_values_are_uniform(name, replications):
    """For every parameter of a topic the ranks pass a Kolmogorov-Smirnov test at 1 % over all its parameters together."""
    worst = least_uniform(model(ROOT, name, AS_OF), replications=replications, rng=np.random.default_rng(20261123))
    assert worst.is_calibrated, worst


@pytest.mark.slow
@pytest.mark.parametrize("replications", REPLICATIONS)
def test_ranks_of_true_values_are_uniform_under_pooled_priors(replications):
    """So they do for a mixture of scenarios, a log-odds pool of experts, and pooled hypotheses."""
    asked = model(ROOT / "tests" / "books" / "pooled", "war", AS_OF)
    worst = least_uniform(asked, replications=replications, rng=np.random.default_rng(20261123))
    assert worst.is_calibrated, worst


@pytest.mark.slow
@pytest.mark.parametrize("replications", MORE_REPLICATIONS)
@pytest.mark.parametrize("kind", [kind for kind in TEMPLATE_KINDS if list((TEMPLATES / "seeds" / kind).glob("*.csv"))])
def test_ranks_of_true_values_are_uniform_in_every_template_that_has_rows(kind, replications):
    """The same on the templates (without a record there is nothing to be drawn)."""
    worst = least_uniform(model(TEMPLATES, kind, TEMPLATES_AS_OF), replications=replications, rng=np.random.default_rng(20261126))
    assert worst.is_calibrated, worst


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["count", "share", "poll", "level"])
def test_an_engine_that_is_too_sure_is_found(kind):
    """With as few replications as in CI above, an engine that counts every row four times does not pass."""
    worst = least_uniform(
        model(TEMPLATES, kind, TEMPLATES_AS_OF), replications=FEW, rng=np.random.default_rng(20261126), engine=too_sure_engine
    )
    assert not worst.is_calibrated, worst


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("name", ["arrivals", "loyalty", "punishment", "return"])
def test_an_engine_that_is_too_sure_of_the_essay_s_topics_is_found(name):
    """So it is on topics of the book, with as few replications as these have in CI."""
    worst = least_uniform(model(ROOT, name, AS_OF), replications=FEW_OF_BOOK, rng=np.random.default_rng(20261123), engine=too_sure_engine)
    assert not worst.is_calibrated, worst


def too_sure_engine(asked, rng):
    """The fast engine on a record in which every row stands four times."""
    streams = {name: replace(stream, rows=stream.rows * 4) for name, stream in asked.topic.streams.items()}
    return fast_engine(model_as_of(replace(asked.topic, streams=streams), asked.as_of), rng)


def model(root, name, as_of):
    """The model of a topic of a book, as it stands."""
    book, problems = read_book(root, [name])
    assert problems == ()
    return model_as_of(linked_topic(name, as_of).as_it_stands if root == ROOT else book.topics[name], as_of)


GONE = "(total(ends, sold) + total(ends, lost) == 0)"
CLASSES = {
    "shares": {
        "priors": {"share": "Dirichlet(left=2, right=3, other=0.7)"},
        "streams": {"votes": "Multinomial(n=asked, p=share)", "doors": "Categorical(p=share)"},
        "rows": {
            "votes": [{"value_left": asked, "value_right": 0, "value_other": 0, "asked": asked} for asked in (5, 12)],
            "doors": ["left"] * 3,
        },
    },
    "ordered": {
        "priors": {"liking": "Normal(mu=0, sigma=1)", "low": "Normal(mu=-1, sigma=1)", "gap": "LogNormal(p5=0.5, p95=4)"},
        "streams": {"moods": {"value": "OrderedLogistic(eta=liking * x, c1=low, c2=low + gap)", "classes": ("bad", "fair", "good")}},
        "rows": {"moods": [{"value": "bad", "x": x} for x in (-1, -0.5, 0, 0.5, 1, 2, 3)]},
    },
    "competing": {
        "priors": {"ageing": "Gamma(mean=1.5, sd=0.5)", "life": "LogNormal(p5=1, p95=8)", "early": "Gamma(mean=0.2, sd=0.1)"},
        "quantities": {
            "h_sold": f"weibull_hazard(ageing, life) * {GONE}",
            "h_lost": f"piecewise_hazard(early, 1, early * 2) * {GONE}",
            "h": "h_sold + h_lost",
            "per_hazard": "(1 - exp(-h)) / (h if h > 0 else 1)",
        },
        "streams": {"ends": "Categorical(none=exp(-h), sold=h_sold * per_hazard, lost=h_lost * per_hazard)"},
        "rows": {
            "ends": [
                {
                    "from": date(2022 + half // 2, 1 + 6 * (half % 2), 1),
                    "to": date(2022 + half // 2, 6 + 6 * (half % 2), 30),
                    "value": "none",
                }
                for half in range(8)
            ]
        },
        "opens": date(2022, 1, 1),
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("replications", MORE_REPLICATIONS)
@pytest.mark.parametrize("name", CLASSES)
def test_ranks_are_uniform_for_classes_and_hazards_that_change(name, replications):
    """The same of small topics with shares and counts, with ordered outcomes, and with competing events whose hazards change."""
    asked = model_as_of(make_topic(**CLASSES[name]), AS_OF)
    worst = least_uniform(asked, replications=replications, rng=np.random.default_rng(20261126))
    assert worst.is_calibrated, worst


@pytest.mark.slow
@pytest.mark.parametrize("replications", [120, pytest.param(480, marks=pytest.mark.study)])
def test_ranks_are_uniform_where_rows_are_ranges_and_reports_that_may_be_wrong(replications):
    """Ranges, and reports of shared origins of which some are wrong and some copies, leave posteriors calibrated."""
    reports = [*[(1, "wire")] * 8, (2, "wire"), *((day, "radio") for day in range(3, 9)), (9, "")]
    topic = make_topic(
        priors={"rate": "Gamma(alpha=3, beta=0.3)", "right": "Beta(alpha=2, beta=2)"},
        streams={
            "told": {"value": "Poisson(mu=rate)", "reliability": "right", "wrong": "NegativeBinomial(mu=20, alpha=1)"},
            "seen": "Poisson(mu=2 * rate)",
        },
        rows={
            "told": [{"value": 1, "on": date(2025, 1, day), "origin": origin} for day, origin in reports],
            "seen": [{"low": 0, "high": 4, "on": date(2025, 2, day)} for day in (1, 2)],
        },
    )
    worst = least_uniform(model_as_of(topic, AS_OF), replications=replications, rng=np.random.default_rng(20261126))
    assert worst.is_calibrated, worst
