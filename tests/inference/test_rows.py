"""Rows that are ranges, weighed, or reports that may be wrong: PyMC's log density is NumPy's."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.inference.pymc_model import _at_rows
from forecast.inference.rows import log_likelihood_of_rows
from forecast.model.model import model_as_of
from tests.building import make_topic

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
    density = log_likelihood_of_rows(model, _at_rows(table, np.ones(len(table), dtype=bool)), symbols, (len(table),))
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
