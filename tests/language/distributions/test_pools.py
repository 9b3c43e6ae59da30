"""Pools: closed forms of mixtures and of log-odds pools, their quantiles, and their agreement with PyMC."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import special

from forecast.language.distributions.families import family_for
from forecast.language.faults import Fault
from forecast.language.pooling import pool
from forecast.language.statements import parse_statement

pytestmark = pytest.mark.medium

SCENARIOS = ((0.3, "LogNormal(p5=1, p95=6)"), (0.7, "LogNormal(p5=6, p95=48)"))
POOLS = {
    "lognormals": SCENARIOS,
    "far apart": ((0.5, "Normal(mu=-100, sigma=1)"), (0.5, "Normal(mu=100, sigma=2)")),
    "different supports": ((1, "Uniform(lower=0, upper=2)"), (3, "Gamma(alpha=2, beta=1)")),
    "shares": ((2, "Beta(alpha=2, beta=5)"), (1, "LogitNormal(mu=0, sigma=1)"), (1, "Uniform(lower=0, upper=1)")),
    "heavy tails": ((1, "Cauchy(alpha=0, beta=1)"), (1, "StudentT(nu=3, mu=1, sigma=2)")),
    "bounded": ((1, "Truncated(Normal(mu=0, sigma=1), lower=2)"), (1, "Truncated(Normal(mu=3, sigma=2), lower=2)")),
    "half": ((1, "HalfStudentT(nu=3, sigma=2)"), (2, "HalfNormal(sigma=1)")),
    "narrow and light": ((0.01, "Normal(mu=0, sigma=0.01)"), (0.99, "Normal(mu=0, sigma=10)")),
    "counts": ((1, "Binomial(n=5, p=0.2)"), (1, "DiscreteUniform(lower=1, upper=9)")),
}

CONTINUOUS = [(pooling, name) for pooling in ("linear", "log_odds") for name in POOLS if name != "counts"]
# between two distributions that hardly meet, a log-odds pool is a spike in a place where both tails are too small for a float
SMOOTH = [case for case in CONTINUOUS if case != ("log_odds", "far apart")]


def made(pooling, parts):
    """The statement and the family of a pool."""
    statement = pool(pooling, [(weight, parse_statement(text)) for weight, text in parts])
    return statement, family_for(statement)


def constants(text):
    """A part's family and arguments."""
    statement = parse_statement(text)
    kind = family_for(statement)
    part = pool("linear", [(1, statement), (1, statement)])
    return kind, family_for(part).parts[0].arguments


def test_a_mixture_has_the_weighted_mean_of_densities_and_distribution_functions_and_the_moments_of_a_mixture():
    """By f = sum w f_i, F = sum w F_i, mean = sum w m_i, variance = sum w (s_i² + m_i²) - mean²."""
    _, kind = made("mixture", SCENARIOS)
    x = np.array([0.5, 2.0, 6.0, 30.0, 200.0])
    each = [(weight, *constants(text)) for weight, text in SCENARIOS]
    mean = sum(w * k.mean(**a) for w, k, a in each)
    variance = sum(w * (k.sd(**a) ** 2 + k.mean(**a) ** 2) for w, k, a in each) - mean**2
    np.testing.assert_allclose(np.exp(kind.log_density(x)), sum(w * np.exp(k.log_density(x, **a)) for w, k, a in each), rtol=1e-12)
    np.testing.assert_allclose(kind.distribution(x), sum(w * k.distribution(x, **a) for w, k, a in each), rtol=1e-12)
    np.testing.assert_allclose([kind.mean(), kind.sd() ** 2], [mean, variance], rtol=1e-12)


def test_the_log_odds_pool_of_two_distributions_has_the_weighted_mean_of_their_log_odds_and_its_derivative_as_density():
    """That is, logit F = sum w logit F_i at every threshold, and the density is F's derivative."""
    parts = ((2, "Exponential(lam=1)"), (1, "Uniform(lower=0, upper=4)"))
    _, kind = made("log_odds", parts)
    x = np.array([1e-6, 0.3, 1.7, 3.0, 3.999])
    wanted = (2 * special.logit(-np.expm1(-x)) + special.logit(x / 4)) / 3
    np.testing.assert_allclose(special.logit(kind.distribution(x)), wanted, rtol=1e-9, atol=1e-9)
    step = 1e-6 * x
    slope = (special.expit(_odds(x + step)) - special.expit(_odds(x - step))) / (2 * step)
    np.testing.assert_allclose(np.exp(kind.log_density(x[:-1])), slope[:-1], rtol=1e-6)
    assert kind.support() == (0.0, 4.0)


def _odds(x):
    return (2 * special.logit(-np.expm1(-x)) + special.logit(x / 4)) / 3


@pytest.mark.parametrize("pooling", ["linear", "log_odds"])
def test_experts_who_say_the_same_pool_to_what_they_say(pooling):
    """Three times one distribution, in whatever weights, is that distribution: density, distribution function and quantiles."""
    text = "Gamma(alpha=2, beta=3)"
    kind, arguments = constants(text)
    _, pooled = made(pooling, ((1, text), (2, text), (0.5, text)))
    x = np.array([1e-30, 1e-3, 0.5, 2.0, 40.0])
    q = np.array([1e-12, 0.05, 0.5, 0.95, 1 - 1e-9])
    np.testing.assert_allclose(pooled.log_density(x), kind.log_density(x, **arguments), rtol=1e-12)
    np.testing.assert_allclose(pooled.distribution(x), kind.distribution(x, **arguments), rtol=1e-12)
    np.testing.assert_allclose(pooled.quantile(q), kind.quantile(q, **arguments), rtol=1e-12)
    np.testing.assert_allclose([pooled.mean(), pooled.sd()], [kind.mean(**arguments), kind.sd(**arguments)], rtol=1e-6)


@pytest.mark.parametrize("family", ["Bernoulli", "Categorical"])
def test_forecasts_of_one_in_so_many_pool_to_the_geometric_mean_of_their_odds(family):
    """Odds of 1:70, 1:44, 1:255 and 1:249 pool to 1:118 in log odds, and to the mean of the probabilities linearly."""
    odds = np.array([70.0, 44.0, 255.0, 249.0])
    p = 1 / (1 + odds)
    texts = [f"Bernoulli(p={each!r})" if family == "Bernoulli" else f"Categorical(no={1 - each!r}, yes={each!r})" for each in p.tolist()]
    for pooling, wanted in (("log_odds", 1 / (1 + np.exp(np.log(odds).mean()))), ("linear", p.mean())):
        statement, kind = made(pooling, [(1, text) for text in texts])
        found = (
            np.exp(kind.log_density(1))
            if family == "Bernoulli"
            else next(each.value for name, each in statement.arguments.items() if name == "yes")
        )
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
    assert round(float(np.exp(np.log(odds).mean()))) == 118


def test_shares_over_three_labels_pool_in_log_odds_to_the_softmax_of_their_mean_logs():
    """The weighted geometric means of the shares, scaled to add up to 1."""
    statement, _ = made("log_odds", ((2, "Categorical(a=0.2, b=0.3, c=0.5)"), (1, "Categorical(a=0.6, b=0.3, c=0.1)")))
    logs = (2 * np.log([0.2, 0.3, 0.5]) + np.log([0.6, 0.3, 0.1])) / 3
    np.testing.assert_allclose([each.value for each in statement.arguments.values()], special.softmax(logs), rtol=1e-14)
    assert statement.text == "log-odds pool of 2 × Categorical(a=0.2, b=0.3, c=0.5) and 1 × Categorical(a=0.6, b=0.3, c=0.1)"


@pytest.mark.parametrize(("pooling", "name"), SMOOTH)
def test_the_quantile_of_a_pool_inverts_its_distribution_function(pooling, name):
    """One by one or many at once, in both tails; and the density sums to 1 over quantiles."""
    _, kind = made(pooling, POOLS[name])
    q = np.array([1e-12, 1e-6, 0.01, 0.3, 0.49, 0.51, 0.7, 0.99, 1 - 1e-6])
    values = kind.quantile(q)
    width = np.finfo(float).eps * 64 * np.abs(values)
    assert (kind.distribution(values - width) <= q * (1 + 1e-9)).all()
    assert (kind.distribution(values + width) >= q * (1 - 1e-9)).all()
    many = np.tile(np.linspace(0.001, 0.999, 997), 2)
    np.testing.assert_allclose(kind.distribution(kind.quantile(many)), many, atol=1e-8)


LINKED = ((0.32, "Beta(alpha=2.46, beta=17.3)"), (0.3, "Beta(alpha=3.16, beta=8.55)"), (0.38, "Beta(alpha=1.84, beta=2.35)"))


@pytest.mark.parametrize(("parts", "left_out"), [*((POOLS[name], True) for name in ("far apart", "different supports")), (LINKED, False)])
def test_many_quantiles_at_once_are_those_one_by_one(parts, left_out):
    """By a table where a cell of it is smooth, and by a search where a gap or a step lies in it; neither needs all cells."""
    _, kind = made("linear", parts)
    rng = np.random.default_rng(4)
    shares = np.sort(np.concatenate([rng.random(300), 10.0 ** rng.uniform(-14, -1, 100), [0.25, 0.5, 1 - 1e-9]]))
    many, single = kind.quantile(shares), np.array([kind.quantile(share) for share in shares])
    on_scale = [kind._to_unbounded(values) for values in (many, single)]
    apart = np.abs(np.subtract(*on_scale))
    in_gap = np.abs(shares - 0.5) < 1e-12 if left_out else np.zeros(len(shares), dtype=bool)
    assert (apart[~in_gap] < 2e-9).all()
    table = kind._table
    assert table is not None
    assert (table.smooth is not None) or not left_out


@pytest.mark.parametrize("name", [name for name in POOLS if name != "counts"])
@pytest.mark.slow
def test_the_curve_over_normal_scores_is_the_quantile_nearly_and_rises_throughout(name):
    """At scores between its points, and beyond the last, the curve rises; away from gaps its shares are right to 1e-6."""
    _, kind = made("linear", POOLS[name])
    scores = np.random.default_rng(2).normal(0, 1.5, 5_000)
    values, slopes = kind.scores.at(np.sort(np.append(scores, [-9.0, 9.0])), np)
    assert (slopes > 0).all()
    assert (np.diff(values) >= 0).all()
    error = np.abs(kind.distribution(kind.at_scores(scores)) - special.ndtr(scores))
    assert np.quantile(error, 0.99) < 1e-6


@pytest.mark.parametrize(("pooling", "name"), [case for case in SMOOTH if case != ("log_odds", "narrow and light")])
@pytest.mark.slow
def test_the_density_of_a_pool_integrates_to_its_distribution_function(pooling, name):
    """By the trapezium rule between close quantiles."""
    _, kind = made(pooling, POOLS[name])
    edges = kind.quantile(np.array([0.02, 0.3, 0.31, 0.9]))
    for low, high in itertools.pairwise(edges):
        if pooling == "linear" and name == "far apart" and low < 0 < high:
            continue
        x = np.linspace(low, high, 200_001)
        found = np.trapezoid(np.exp(kind.log_density(x)), x)
        np.testing.assert_allclose(found, kind.distribution(high) - kind.distribution(low), rtol=2e-5)


@pytest.mark.parametrize("pooling", ["linear", "log_odds"])
def test_masses_of_a_discrete_pool_add_up_to_its_distribution_function_and_quantiles_are_its_first_numbers(pooling):
    """Of counts with different supports: the union for a mixture, what both hold possible for log odds."""
    _, kind = made(pooling, POOLS["counts"])
    assert kind.support() == ((0.0, 9.0) if pooling == "linear" else (1.0, 5.0))
    k = np.arange(*kind.support() + np.array([0, 1]))
    np.testing.assert_allclose(np.cumsum(np.exp(kind.log_density(k))), kind.distribution(k), rtol=1e-12)
    np.testing.assert_allclose(np.exp(kind.log_density(k)).sum(), 1.0, rtol=1e-12)
    q = np.array([1e-6, 0.2, 0.5, 0.9, 1 - 1e-9])
    assert (kind.distribution(kind.quantile(q)) >= q).all()
    assert (kind.distribution(kind.quantile(q) - 1) < q).all()


def test_a_tail_too_small_for_a_float_still_counts_with_a_small_weight():
    """A narrow expert's tail of e**-1250 with weight 0.01 thins the pool by e**-12.5, as the exact log of the normal's tail says."""
    _, kind = made("log_odds", ((0.01, "Gamma(alpha=1, beta=1)"), (0.99, "Exponential(lam=0.001)")))
    x = np.array([1250.0])
    odds = 0.01 * 1250 + 0.99 * (1.25 + np.log(-np.expm1(-1.25)))
    np.testing.assert_allclose(kind.log_density(x), special.log_expit(-odds) + np.log(0.01 + 0.99 * 0.001 / -np.expm1(-1.25)), rtol=1e-3)


def test_experts_who_rule_out_one_another_have_no_log_odds_pool():
    """Where no value is possible for all of them, over numbers or labels, the pool is refused."""
    for texts in (
        ("Uniform(lower=0, upper=1)", "Uniform(lower=2, upper=3)"),
        ("Uniform(lower=0, upper=1)", "Uniform(lower=1, upper=3)"),
        ("DiscreteUniform(lower=0, upper=1)", "DiscreteUniform(lower=2, upper=3)"),
        ("Categorical(a=0, b=1)", "Categorical(a=1, b=0)"),
    ):
        with pytest.raises(Fault, match="rule out one another"):
            made("log_odds", [(1, text) for text in texts])
        made("linear", [(1, text) for text in texts])


@pytest.mark.parametrize("pooling", ["linear", "log_odds"])
@pytest.mark.parametrize("name", POOLS)
def test_draws_of_a_pool_have_its_distribution(pooling, name):
    """The distribution function of draws is uniform (Kolmogorov-Smirnov), or their shares are its masses."""
    _, kind = made(pooling, POOLS[name])
    drawn = kind.draw(np.random.default_rng(3), 4_000)
    share = kind.distribution(drawn)
    if kind.discrete:
        counts = [(drawn == k).mean() for k in range(10)]
        np.testing.assert_allclose(counts, np.exp(kind.log_density(np.arange(10))), atol=0.03)
    else:
        from scipy import stats

        assert stats.kstest(share, "uniform").pvalue > 1e-3
