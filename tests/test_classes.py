"""Streams of classes: which class a row says, or how many of each; their totals, futures and answers."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import special, stats  # noqa: TID253 - the truth comes from elsewhere than the project

from forecast.inference.importance.fit import condition
from forecast.language.distributions.families import family
from forecast.model.clock import DAYS_PER_YEAR
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.predict.answers import answers, paths_for
from forecast.predict.paths import simulate
from forecast.predict.posterior_predictive import predict_rows
from forecast.predict.settlement import status_of
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

AS_OF = date(2025, 12, 31)
BY = date(2027, 12, 31)
PARTIES = {"share": "Dirichlet(left=4, right=5, other=1)"}
POLL = {"value_left": 30, "value_right": 50, "value_other": 20, "asked": 100}


def polls(**more):
    """A topic of two polls and what they say of the next."""
    return make_topic(
        priors=PARTIES,
        streams={"votes": {"value": "Multinomial(n=asked, p=share)", "next": {"asked": "50"}}},
        rows={"votes": [POLL, {"value_left": 8, "value_right": 2, "value_other": 0, "asked": 10}]},
        **more,
    )


def test_counts_of_classes_are_learnt_as_a_dirichlet_learns_them():
    """Dirichlet(4, 5, 1) and counts 38, 52, 20 make Dirichlet(42, 57, 21), and the evidence is the closed form."""
    posterior = condition(model_as_of(polls(), AS_OF), rng=np.random.default_rng(1))
    assert posterior.diagnostics.sound, posterior.diagnostics.reason
    alpha = np.array([42.0, 57, 21])
    exact = stats.dirichlet(alpha)
    for index, label in enumerate(("left", "right", "other")):
        sd = np.sqrt(exact.var()[index])
        assert abs(posterior.mean("share", label) - exact.mean()[index]) < 4 * sd / np.sqrt(posterior.diagnostics.effective_size)
        assert posterior.sd("share", label) == pytest.approx(sd, rel=0.05)

    def log_beta(a):
        return special.gammaln(a).sum() - special.gammaln(a.sum())

    counted = sum(special.gammaln(sum(c) + 1) - special.gammaln(np.array(c) + 1).sum() for c in ([30, 50, 20], [8, 2, 0]))
    exact_evidence = counted + log_beta(alpha) - log_beta(np.array([4.0, 5, 1]))
    assert abs(posterior.diagnostics.log_evidence - exact_evidence) < 4 * posterior.diagnostics.log_evidence_error < 0.1


def test_totals_of_classes_go_on_from_the_record():
    """`total(votes, "left")` and `total(votes)` count what was recorded and what is drawn, together and by class."""
    model = model_as_of(polls(step="year"), AS_OF)
    draws = {"share": np.tile([[0.2, 0.5, 0.3]], (4_000, 1))}
    paths = simulate(model, draws, np.random.default_rng(2), until=BY)
    parts = [paths.through(f"votes[{label}]", BY)[:, 0] for label in ("left", "right", "other")]
    np.testing.assert_array_equal(sum(parts), paths.through("votes", BY)[:, 0])
    steps = len([day for day in paths.days if day > paths.starts["votes"]])
    np.testing.assert_array_equal(paths.through("votes", BY), 110 + 50 * steps)
    for part, recorded, share in zip(parts, (38, 52, 20), (0.2, 0.5, 0.3), strict=True):
        drawn = part - recorded
        assert abs(drawn.mean() - 50 * steps * share) < 4 * np.sqrt(50 * steps * share * (1 - share) / 4_000)
    assert paths.through("votes[left]", date(2025, 1, 2))[:, 0].tolist() == [38.0] * 4_000


def test_questions_ask_for_classes():
    """A probability, a number, a date, choices and a condition may each name the total of a class."""
    topic = polls(
        questions={
            "more_left": {"answer": 'total(votes, "left") > total(votes, right)', "by": BY},
            "how_many": {"answer": 'total(votes, "left")', "by": BY},
            "when": {"answer": 'first(total(votes, "left") >= 100)', "by": BY},
            "ahead": {
                "choices": {"left": "total(votes, left) > total(votes, right)", "right": "total(votes, right) > total(votes, left)"},
                "by": BY,
            },
            "if_many": {"answer": "total(votes, other) >= 100", "given": "total(votes, left) >= 100", "by": BY, "since": date(2026, 1, 1)},
        },
        step="month",
    )
    rng = np.random.default_rng(3)
    posterior = condition(model_as_of(topic, AS_OF), rng=rng)
    paths = paths_for(posterior.model, posterior.resample(4_000, rng), rng)
    found = answers(posterior, paths, rng)
    steps = len([day for day in paths.days if day > paths.starts["votes"]])
    assert abs(found["how_many"].value.mean - (38 + 50 * steps * 42 / 120)) < 4 * found["how_many"].value.mean_error
    assert found["more_left"].value.value == pytest.approx(stats.beta(42, 57).sf(0.5), abs=0.02)
    assert found["ahead"].value.values["left"] == found["more_left"].value.value
    assert found["when"].value.not_by_then < 0.01
    assert found["if_many"].given > 0.99
    assert found["if_many"].value.value > 0.9


def competing(**more):
    """Two causes with hazards that change, each once and for all, and no event in the first 200 days."""
    gone = "(total(ends, a) + total(ends, b) == 0)"
    return make_topic(
        priors={"idle": "Beta(alpha=1, beta=1)"},
        quantities={
            "h_a": f"weibull_hazard(1.5, 4) * {gone}",
            "h_b": f"0.2 * years * {gone}",
            "h": "h_a + h_b",
            "ending": "1 - exp(-h)",
        },
        streams={
            "ends": {
                "value": "Categorical(none=1 - ending, a=ending * h_a / max(h, 1e-300), b=ending * h_b / max(h, 1e-300))",
                "watched": True,
            }
        },
        rows={"ends": [{"from": OPENS, "to": OPENS + timedelta(days=199), "value": "none"}]},
        questions={
            "a_first": {"answer": 'total(ends, "a") >= 1', "by": BY},
            "b_first": {"answer": 'total(ends, "b") >= 1', "by": BY},
        },
        **more,
    )


@pytest.mark.parametrize("step", ["week", "quarter"])
def test_competing_events_have_their_closed_forms(step):
    """With fixed hazards P(a by the day) is the integral of a's hazard times survival, to the Monte Carlo error and the step's own."""
    rng = np.random.default_rng(4)
    posterior = condition(model_as_of(competing(step=step), AS_OF), rng=rng)
    paths = paths_for(posterior.model, posterior.resample(20_000, rng), rng)
    found = answers(posterior, paths, rng)
    start, end = 200 / DAYS_PER_YEAR, ((BY - OPENS).days + 1) / DAYS_PER_YEAR
    t = np.linspace(start, end, 200_001)
    survival = np.exp(-((t / 4) ** 1.5 - (start / 4) ** 1.5) - 0.2 * (t - start))
    a = np.trapezoid(1.5 / 4 * (t / 4) ** 0.5 * survival, t)
    b = np.trapezoid(0.2 * survival, t)
    for name, exact in (("a_first", a), ("b_first", b)):
        assert abs(found[name].value.value - exact) <= 4 * np.sqrt(exact * (1 - exact) / 20_000) + 0.001
    assert a + b == pytest.approx(1 - survival[-1], abs=1e-6)


@pytest.mark.parametrize("step", ["month", "year"])
def test_competing_constant_hazards_have_their_closed_form_for_any_step(step):
    """With hazards a and b a year, P(a by T) is a / (a + b) (1 - exp(-(a + b) T)), and a row in which it happened says as much."""
    runs = "(total(ends, a) + total(ends, b) == 0)"
    topic = make_topic(
        priors={"idle": "Beta(alpha=1, beta=1)"},
        quantities={"h": f"0.5 * years * {runs}"},
        streams={"ends": "Categorical(none=exp(-h), a=0.6 * (1 - exp(-h)), b=0.4 * (1 - exp(-h)))"},
        rows={"ends": [{"from": OPENS, "to": OPENS + timedelta(days=99), "value": "none"}]},
        questions={name: {"answer": f"total(ends, {name}) >= 1", "by": BY} for name in ("a", "b")},
        step=step,
    )
    model = model_as_of(topic, AS_OF)
    paths = paths_for(model, {"idle": np.full((40_000, 1), 0.5)}, np.random.default_rng(9))
    years = ((BY - OPENS).days + 1 - 100) / DAYS_PER_YEAR
    for name, part in (("a", 0.6), ("b", 0.4)):
        exact = part * (1 - np.exp(-0.5 * years))
        assert abs(paths.through(f"ends[{name}]", BY).mean() - exact) <= 4 * np.sqrt(exact * (1 - exact) / 40_000)


def test_a_quiet_row_of_classes_may_be_cut_anywhere():
    """In a watched stream the first class, `none`, is quiet time: as of a day inside it, it counts up to that day."""
    topic = competing()
    inside, after = (model_as_of(topic, OPENS + timedelta(days=days)) for days in (99, 300))
    assert [inside.records["ends"].through, after.records["ends"].through] == [OPENS + timedelta(days=99), OPENS + timedelta(days=199)]
    t = 100 / DAYS_PER_YEAR
    assert inside.log_likelihood({"idle": np.array([[0.5]])})[0, 0] == pytest.approx(-((t / 4) ** 1.5) - 0.2 * t)


def test_the_record_settles_a_question_of_a_class():
    """Once a row says the class, a question of it has happened, and it cannot be undone by rows after."""
    topic = make_topic(
        priors={"p": "Beta(alpha=1, beta=1)"},
        streams={"ends": "Categorical(none=1 - p, a=p / 2, b=p / 2)"},
        rows={"ends": ["none", "a"]},
        questions={name: {"answer": f"total(ends, {name}) >= 1", "by": BY} for name in ("a", "b")},
    )
    model = model_as_of(topic, AS_OF)
    paths = paths_for(model, {"p": np.full((10, 1), 0.5)}, np.random.default_rng(5))
    assert [status_of(question, model, paths) for question in topic.questions.values()] == ["happened", "open"]


def test_ordered_outcomes_have_the_chances_of_their_cutpoints():
    """Each class has the difference of two logistic shares, and cutpoints that do not ascend at a draw are reported as such."""
    topic = make_topic(
        priors={"pull": "Normal(mu=0, sigma=1)", "low": "Normal(mu=-1, sigma=1)", "high": "Normal(mu=1, sigma=1)"},
        streams={"moods": {"value": "OrderedLogistic(eta=pull * x, c1=low, c2=high)", "classes": ("none", "some", "many")}},
        rows={"moods": [{"value": "none", "x": 1}, {"value": "some", "x": 2}, {"value": "many", "x": 0.5}]},
    )
    model = model_as_of(topic, AS_OF)
    found = model.log_likelihood({"pull": np.array([[0.7]]), "low": np.array([[-1.0]]), "high": np.array([[1.5]])})[0]
    below = [special.expit(-1 - 0.7), special.expit(1.5 - 1.4) - special.expit(-1 - 1.4), 1 - special.expit(1.5 - 0.35)]
    np.testing.assert_allclose(found, np.log(below), rtol=1e-12)
    with pytest.raises(
        Unsound, match=r"not a distribution at 100 % of the draws: as with eta=0.7, cutpoints=\[2, 1.5\] \(row of 2025-01-01\)"
    ):
        model.log_likelihood({"pull": np.array([[0.7]]), "low": np.array([[2.0]]), "high": np.array([[1.5]])})


def test_rows_are_drawn_again_with_their_classes():
    """Predicted rows have classes too, and a statement that asks for a class's total sees those of the same imagined record."""
    model = model_as_of(polls(), AS_OF)
    drawn = predict_rows(model, {"share": np.tile([[0.2, 0.5, 0.3]], (50, 1))}, np.random.default_rng(6))["votes"]
    assert drawn.shape == (50, 2, 3)
    np.testing.assert_array_equal(drawn.sum(axis=2), np.tile([[100.0, 10.0]], (50, 1)))
    once = make_topic(
        priors={"p": "Beta(alpha=1, beta=1)"},
        streams={"ends": "Categorical(none=1 - p * (total(ends, a) == 0), a=p * (total(ends, a) == 0))"},
        rows={"ends": ["none", "a", "none", "none"]},
    )
    again = predict_rows(model_as_of(once, AS_OF), {"p": np.full((200, 1), 0.6)}, np.random.default_rng(7))["ends"]
    assert again.sum(axis=1).max() == 1


@pytest.mark.slow
def test_densities_are_pymcs():
    """Log masses of Multinomial, of Categorical and of OrderedLogistic are PyMC's to 1e-9, impossible values included."""
    import pymc as pm
    import pytensor.tensor as pt

    rng = np.random.default_rng(8)
    p = np.array([0.0, 0.2, 0.5, 0.3])
    counts = np.concatenate([rng.multinomial(40, p, 20), [[1, 9, 20, 10], [0, 0, 0, 40], [0, 10, 10, 10], [0, -1, 21, 20]]])
    n = pt.constant(np.array(40, dtype="int64"))
    theirs = pm.logp(pm.Multinomial.dist(n=n, p=p, shape=counts.shape), pt.as_tensor_variable(counts)).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(family("Multinomial").log_density(counts, n=40, p=p), theirs, rtol=1e-9, atol=1e-9)
    eta, cutpoints = rng.normal(0, 2, 30), np.array([-2.0, 0.3, 0.3, 4.0])
    values = rng.integers(-1, 7, 30)
    theirs = pm.logp(pm.OrderedLogistic.dist(eta=eta, cutpoints=cutpoints), pt.as_tensor_variable(values)).eval(mode="FAST_COMPILE")
    ours = family("OrderedLogistic").log_density(values, eta=eta, cutpoints=cutpoints)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)
