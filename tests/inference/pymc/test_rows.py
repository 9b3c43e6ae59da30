"""Rows that are ranges, weighed, or reports that may be wrong: PyMC's log density is NumPy's."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.inference.pymc.model import _select_rows
from forecast.inference.pymc.rows import log_likelihood_of_rows
from forecast.model.model import model_as_of
from tests.support.building import make_topic

AS_OF = date(2025, 12, 31)
COUNTS = [{"low": 2, "high": 4}, {"low": 9}, {"high": 1}, {"low": 0, "high": 3}, 3]
AMOUNTS = [{"low": 0.5, "high": 2.5}, {"low": 9.5}, {"high": 1.25}, {"low": 0, "high": 3}, 3]
SHARES = [{"low": 0.1, "high": 0.25}, {"low": 0.9}, {"high": 0.05}, {"low": 0, "high": 0.5}, 0.3]
REALS = [{"low": -1, "high": 2.5}, {"low": 9.5}, {"high": -7}, {"low": 30}, 3]
STATEMENTS = {
    "Poisson(mu=a)": COUNTS,
    "NegativeBinomial(mu=a, alpha=b)": COUNTS,
    "NegativeBinomial(n=b, p=c)": COUNTS,
    "ZeroInflatedPoisson(psi=c, mu=a)": COUNTS,
    "Binomial(n=12, p=c)": COUNTS,
    "Binomial(n=12, logit_p=a)": COUNTS,
    "BetaBinomial(n=12, alpha=a, beta=b)": COUNTS,
    "DiscreteUniform(lower=0, upper=20)": COUNTS,
    "Exponential(lam=a)": AMOUNTS,
    "LogNormal(mu=a, sigma=b)": AMOUNTS,
    "Weibull(alpha=b, beta=a)": AMOUNTS,
    "Gamma(alpha=b, beta=a)": AMOUNTS,
    "InverseGamma(mu=a, sigma=b)": AMOUNTS,
    "HalfNormal(sigma=a)": AMOUNTS,
    "HalfCauchy(beta=a)": AMOUNTS,
    "HalfStudentT(nu=b, sigma=a)": AMOUNTS,
    "Beta(alpha=a, beta=b)": SHARES,
    "LogitNormal(mu=a, sigma=b)": SHARES,
    "Normal(mu=a, sigma=b)": REALS,
    "StudentT(nu=b, mu=a, sigma=b)": REALS,
    "Cauchy(alpha=a, beta=b)": REALS,
    "Uniform(lower=-40, upper=40 + a)": REALS,
    "Triangular(lower=-40, c=0, upper=40 + a)": REALS,
    "Truncated(Normal(mu=a, sigma=b), lower=-2)": REALS[:2],
    "Truncated(Poisson(mu=a), lower=1, upper=10)": COUNTS[:3],
}
POINTS = ((1.7, 2.5, 0.3), (0.6, 0.8, 0.9), (6.0, 4.0, 0.05))
PRIORS = {"a": "Gamma(alpha=2, beta=1)", "b": "Gamma(alpha=2, beta=1)", "c": "Beta(alpha=2, beta=2)"}


def of_pymc(model, parameters):
    """The log-likelihood of the rows that count at one point, by PyMC, and its gradient by each parameter."""
    import pytensor
    import pytensor.tensor as pt

    table = model.tables["seen"]
    symbols = {name: pt.dscalar(name) if np.ndim(value) == 0 else pt.dvector(name) for name, value in parameters[0].items()}
    density = log_likelihood_of_rows(model, _select_rows(table, np.ones(len(table), dtype=bool)), symbols, (len(table),))
    slopes = pt.grad(density.sum(), list(symbols.values()), disconnected_inputs="ignore")
    compiled = pytensor.function(list(symbols.values()), [density, *slopes], mode="FAST_COMPILE", on_unused_input="ignore")
    return [compiled(*point.values()) for point in parameters]


@pytest.mark.slow
@pytest.mark.parametrize("statement", STATEMENTS)
def test_ranges_are_as_likely_in_pymc_as_in_numpy(statement):
    """For every family, log P(low <= X <= high) agrees at 1e-9, with either end missing, and its gradient is a number."""
    topic = make_topic(priors=PRIORS, streams={"seen": statement}, rows={"seen": STATEMENTS[statement]})
    model = model_as_of(topic, AS_OF)
    points = [dict(zip("abc", point, strict=True)) for point in POINTS]
    ours = model.log_likelihood({name: np.array([[point[name]] for point in points]) for name in "abc"})
    for (density, *slopes), expected in zip(of_pymc(model, points), ours, strict=True):
        np.testing.assert_allclose(density, expected, rtol=1e-9, atol=1e-9)
        assert np.isfinite(slopes).all()


REPORTS = {
    "value": "Poisson(mu=a)",
    "weight": "0.5 ** (age / 2)",
    "reliability": "right[grade]",
    "wrong": "NegativeBinomial(mu=9, alpha=b)",
}
REPORTED = [
    {"value": 3, "grade": "A", "origin": "wire"},
    {"value": 5, "grade": "B"},
    {"value": 4, "grade": "A", "origin": "wire"},
    {"low": 7, "grade": "B", "origin": "paper"},
    {"value": 3, "grade": "A", "origin": "wire", "on": date(2025, 1, 1)},
    {"low": 2, "high": 5, "grade": "A", "origin": "wire"},
]


@pytest.mark.slow
def test_reports_are_as_likely_in_pymc_as_in_numpy():
    """Weighed reports that may be wrong, of shared origins and with ranges and a copy, agree at 1e-9, each as the chain rule has it."""
    right = {"prior": "Beta(alpha=8, beta=2)", "per": "grade"}
    topic = make_topic(priors={"a": PRIORS["a"], "b": PRIORS["b"], "right": right}, streams={"seen": REPORTS}, rows={"seen": REPORTED})
    model = model_as_of(topic, AS_OF)
    entry = model.tables["seen"].entry
    points = [{"a": a, "b": b, "right": np.array(shares)} for a, b, shares in ((1.7, 2.5, (0.7, 0.9)), (6.0, 0.8, (0.2, 0.5)))]
    for (density, *slopes), point in zip(of_pymc(model, points), points, strict=True):
        expected = model.log_likelihood({name: np.reshape(value, (1, -1)) for name, value in point.items()})[0]
        np.testing.assert_allclose(density, expected[entry.is_counted], rtol=1e-9, atol=1e-9)
        assert not expected[~entry.is_counted].any()
        assert all(np.isfinite(slope).all() for slope in slopes)


@pytest.mark.slow
@pytest.mark.parametrize("with_hypothesis", [False, True])
def test_the_exported_program_has_the_density_of_the_model(with_hypothesis):
    """The program of a topic with all of this has the log density of the PyMC model, also where it sums out a hypothesis."""
    from forecast.inference.pymc.model import pymc_model
    from forecast.inference.pymc.program import pymc_source

    priors = {"a": PRIORS["a"], "b": PRIORS["b"], "right": {"prior": "Beta(alpha=8, beta=2)", "per": "grade"}}
    priors |= {"why": "Categorical(one=0.25, two=0.75)"} if with_hypothesis else {}
    value = 'Poisson(mu=a * (2 if why == "one" else 1))' if with_hypothesis else "Poisson(mu=a)"
    streams = {"seen": {**REPORTS, "value": value}, "times": "Exponential(lam=a)"}
    rows = {"seen": REPORTED, "times": [{"low": 0.5}, {"low": 0.125, "high": 0.25}, 0.25]}
    model = model_as_of(make_topic(priors=priors, streams=streams, rows=rows), AS_OF)
    text = pymc_source(model)
    names: dict[str, object] = {}
    exec(text, names)
    ours, theirs = pymc_model(model), names["model"]
    point = ours.initial_point()
    expected, found = (built.compile_logp(mode="FAST_COMPILE") for built in (ours, theirs))
    for shift in (0.0, 0.5):
        moved = {name: value + shift for name, value in point.items()}
        assert found(moved) == pytest.approx(expected(moved), abs=1e-5)  # numbers in a program's text are single precision to PyMC


CLASSES = {
    "Multinomial(n=asked, p=share)": ("Multinomial(n=asked, left=0.1, right=0.2, other=0.7)", [{"value_left": a, "value_right": b, "value_other": c, "asked": a + b + c} for a, b, c in ((3, 4, 3), (2, 2, 8), (5, 4, 1))]),
    "Categorical(p=share)": ("Categorical(left=0.1, right=0.2, other=0.7)", [{"value": each} for each in ("left", "other", "left")]),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("with_hypothesis", [False, True])
@pytest.mark.parametrize("value", CLASSES)
def test_reports_of_classes_are_as_likely_in_pymc_as_in_numpy(value, with_hypothesis):
    """Weighed reports of classes that may be wrong, two of one origin, have one density in NumPy, in PyMC and in the program."""
    from forecast.inference.pymc.model import pymc_model
    from forecast.inference.pymc.program import pymc_source

    wrong, rows = CLASSES[value]
    rows = [{**row, "on": date(2025, 1, 1 + index), "origin": "wire" if index != 1 else ""} for index, row in enumerate(rows)]
    right = '0.6 if why == "one" else right' if with_hypothesis else "right"
    topic = make_topic(
        priors={
            "share": "Dirichlet(left=2, right=2, other=1)",
            "right": PRIORS["c"],
            **({"why": "Categorical(one=0.25, two=0.75)"} if with_hypothesis else {}),
        },
        streams={"seen": {"value": value, "wrong": wrong, "reliability": right, "weight": "0.5"}},
        rows={"seen": rows},
    )
    model = model_as_of(topic, AS_OF)
    names: dict[str, object] = {}
    text = pymc_source(model)
    exec(text, names)
    ours, theirs = pymc_model(model), names["model"]
    point = {"right_logodds__": np.array(0.4), "share_simplex__": np.array([0.3, -0.2])}
    shares = np.exp([0.3, -0.2, -0.1])
    known = {"right": np.array([[1 / (1 + np.exp(-0.4))]]), "share": (shares / shares.sum())[None]}
    codes = [{**known, "why": np.array([[code]])} for code in (0, 1)] if with_hypothesis else [known]
    chances = np.log([0.25, 0.75]) if with_hypothesis else np.zeros(1)
    expected = np.logaddexp.reduce([model.log_likelihood(each).sum() + chance for each, chance in zip(codes, chances, strict=True)])
    for built in (ours, theirs):
        prior = built.compile_logp(vars=built.free_RVs, mode="FAST_COMPILE")(point)
        assert built.compile_logp(mode="FAST_COMPILE")(point) - prior == pytest.approx(expected, abs=1e-5)
