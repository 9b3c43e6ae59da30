"""Streams whose steps may be drawn as one: which they are, and that their totals are distributed as step by step."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.model.model import model_as_of
from forecast.model.stationary import has_stationary_increments
from forecast.predict.paths import simulate
from tests.support.building import OPENS, make_topic

STATEMENTS = {
    "Poisson(mu=rate * months)": True,
    "Poisson(mu=days * rate / 7 + 2 * years)": True,
    "Poisson(mu=expected)": True,
    "Poisson(mu=(rate if cause == 'wear' else other) * months)": True,
    "NegativeBinomial(mu=rate * months, alpha=other * months)": True,
    "NegativeBinomial(n=other * months, p=1 / (1 + rate))": True,
    "Poisson(mu=rate)": False,
    "Poisson(mu=rate * months ** 2)": False,
    "Poisson(mu=rate * months * exp(t))": False,
    "Poisson(mu=rate * months * level[year])": False,
    "Poisson(mu=rate * months * price)": False,
    "Poisson(mu=rate * months * (1 + total(other_stream)))": False,
    "Poisson(mu=rate * months + 1)": False,
    "NegativeBinomial(mu=rate * months, alpha=other)": False,
    "NegativeBinomial(n=other, p=1 / (1 + rate * months))": False,
    "ZeroInflatedPoisson(psi=0.5, mu=rate * months)": False,
    "Bernoulli(p=1 - exp(-rate * months))": False,
    "Normal(mu=rate * months, sigma=1)": False,
}
PRIORS = {
    "rate": "Gamma(alpha=4, beta=2)",
    "other": "Gamma(alpha=3, beta=3)",
    "cause": "Categorical(wear=0.4, chance=0.6)",
    "level": {"prior": "LogNormal(mu=0, sigma=1)", "per": "year"},
}
UNTIL, CUT = date(2026, 12, 31), date(2026, 3, 1)


def topic_of(statement, *, priors=PRIORS, other="Poisson(mu=months)"):
    """A topic of one stream beside another."""
    return make_topic(
        priors=priors,
        streams={"seen": {"value": statement}, "other_stream": other},
        rows={"seen": [2, 0], "other_stream": [1]},
        quantities={"expected": "rate * length", "length": "months / 2"},
        series={"price": [(OPENS, 2.0)]},
    )


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS.items())
def test_what_depends_on_length_alone_has_stationary_increments(statement, expected):
    """The form of a statement tells: in proportion to the length of an interval, and to nothing else that changes with time."""
    topic = topic_of(statement)
    assert has_stationary_increments(topic, topic.streams["seen"]) is expected


@pytest.mark.parametrize(("column", "expected"), [("2", True), ("t", False), ("total(other_stream)", False)])
def test_own_columns_must_not_change(column, expected):
    """A column of the stream's own that ``next`` makes a fixed value changes nothing; one that goes with time does."""
    topic = make_topic(
        priors=PRIORS,
        streams={"seen": {"value": "Poisson(mu=rate * months * size)", "next": {"size": column}}, "other_stream": "Poisson(mu=months)"},
        rows={"seen": [{"value": 1, "size": 1}]},
    )
    assert has_stationary_increments(topic, topic.streams["seen"]) is expected


@pytest.mark.parametrize(
    ("statement", "truth"),
    [
        ("Poisson(mu=rate * months)", lambda months: stats.poisson(1.5 * months)),
        ("NegativeBinomial(mu=rate * months, alpha=other * months)", lambda months: stats.nbinom(0.8 * months, 0.8 / (0.8 + 1.5))),
    ],
)
def test_steps_drawn_as_one_have_the_distribution_of_all_of_them(statement, truth):
    """Drawn at the days asked for alone, totals have the distribution by closed form, before and after a cut and between; so have they step by step."""
    model = model_as_of(topic_of(statement), OPENS)
    draws = {name: np.full((40_000, 1), value) for name, value in {"rate": 1.5, "other": 0.8, "cause": 0.0}.items()}
    draws["level"] = np.ones((40_000, 1))
    for whole in (True, False):
        paths = simulate(model, draws, np.random.default_rng(7), until=UNTIL, cuts=(CUT,), whole=whole)
        assert (len(paths.days) < 6) is whole
        before = paths.through("seen", date(2026, 2, 28))[:, 0] - paths.through("seen", OPENS)[:, 0]
        after = paths.through("seen", UNTIL)[:, 0] - paths.through("seen", date(2026, 2, 28))[:, 0]
        for drawn, first, last in ((before, OPENS, CUT), (after, CUT, date(2027, 1, 1))):
            exact = truth(((last - first).days - (first == OPENS)) / 30.4375)
            counts = np.bincount(drawn.astype(int), minlength=60)[:60]
            assert np.abs(counts / len(drawn) - exact.pmf(np.arange(60))).max() < 0.012
        assert abs(np.corrcoef(before, after)[0, 1]) < 0.02


def test_steps_on_which_something_else_depends_stay():
    """Where another stream's statement uses totals, all streams are drawn step by step, with the same numbers as ever."""
    model = model_as_of(topic_of("Poisson(mu=rate * months)", other="Poisson(mu=months * (1 + total(seen)))"), OPENS)
    draws = {name: np.ones((100, 1)) for name in PRIORS}
    one, other = (simulate(model, draws, np.random.default_rng(7), until=UNTIL, whole=whole) for whole in (True, False))
    assert one.days == other.days
    assert all((one.totals[name] == other.totals[name]).all() for name in one.totals)
