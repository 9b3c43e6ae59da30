"""The CRPS of distributions for which it has a closed form, by scoringrules; families and their arguments are named as in PyMC."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_numbers

type ClosedForm = Callable[..., ArrayLike]


def closed_forms() -> dict[str, ClosedForm]:
    """The CRPS of each family, as functions of the outcome and the family's arguments."""
    import scoringrules as sr

    return {
        "Normal": lambda y, *, mu, sigma: sr.crps_normal(y, mu, sigma, backend="numpy"),
        "LogNormal": lambda y, *, mu, sigma: _beside(
            lambda at: sr.crps_lognormal(at, mu, sigma, backend="numpy"), y, lower=0, upper=np.inf
        ),
        "TruncatedNormal": lambda y, *, mu, sigma, lower, upper: sr.crps_tnormal(y, mu, sigma, lower, upper, backend="numpy"),
        "StudentT": lambda y, *, nu, mu, sigma: sr.crps_t(y, nu, mu, sigma, backend="numpy"),
        "Laplace": lambda y, *, mu, b: sr.crps_laplace(y, mu, b, backend="numpy"),
        "Logistic": lambda y, *, mu, s: sr.crps_logistic(y, mu, s, backend="numpy"),
        "Uniform": lambda y, *, lower, upper: sr.crps_uniform(y, lower, upper, backend="numpy"),
        "Exponential": lambda y, *, lam: sr.crps_exponential(y, lam, backend="numpy"),
        "Gamma": lambda y, *, alpha, beta: sr.crps_gamma(y, alpha, beta, backend="numpy"),
        "Beta": lambda y, *, alpha, beta: _beside(lambda at: sr.crps_beta(at, alpha, beta, backend="numpy"), y, lower=0, upper=1),
        "Poisson": lambda y, *, mu: sr.crps_poisson(y, mu, backend="numpy"),
        "Binomial": lambda y, *, n, p: sr.crps_binomial(y, n, p, backend="numpy"),
        "NegativeBinomial": lambda y, *, mu, alpha: sr.crps_negbinom(y, alpha, alpha / (alpha + mu), backend="numpy"),
    }


def cut_closed_forms() -> dict[str, ClosedForm]:
    """The CRPS cut at c of each family that has one, as functions of the outcome, c, and the family's arguments."""
    import scoringrules as sr

    return {
        "Normal": lambda y, c, *, mu, sigma: sr.crps_cnormal(y, mu, sigma, -np.inf, c, backend="numpy"),
        "Exponential": _cut_crps_of_exponential,
    }


def crps_of_family(family: str, *, outcome: ArrayLike, **parameters: ArrayLike) -> Array:
    """The CRPS of a distribution at outcomes, in their unit; outcomes and parameters broadcast.

    ``family`` is a PyMC name among ``closed_forms``, ``parameters`` its arguments. Raises KeyError for another family, TypeError for
    arguments that it does not have, and ValueError for NaN.
    """
    arguments = {name: read_numbers(value, name=name) for name, value in parameters.items()}
    return _read_score(closed_forms()[family](read_numbers(outcome, name="outcome"), **arguments), family)


def crps_cut_of_family(family: str, *, cut: ArrayLike, outcome: ArrayLike, **parameters: ArrayLike) -> Array:
    """The CRPS of a distribution, cut at ``cut``; an outcome beyond it, and infinity too, means "not until then".

    ``family`` is among ``cut_closed_forms``; of others, cut the draws. Errors as of ``crps_of_family``.
    """
    arguments = {name: read_numbers(value, name=name) for name, value in parameters.items()}
    end = read_numbers(cut, name="cut")
    happened = np.minimum(read_numbers(outcome, name="outcome"), end)
    return _read_score(cut_closed_forms()[family](happened, end, **arguments), family)


def _beside(score: Callable[[Array], ArrayLike], outcome: Array, *, lower: float, upper: float) -> Array:
    """A CRPS that scoringrules gives between two bounds only: an outcome beyond one scores as at it, and its distance more."""
    nearest = np.minimum(np.maximum(outcome, lower), upper)
    with np.errstate(divide="ignore"):  # the logarithm of an outcome of 0
        within = np.asarray(score(nearest))
    return within + np.abs(outcome - nearest)


def _cut_crps_of_exponential(outcome: Array, cut: Array, *, lam: Array) -> Array:
    """∫₀^y F² + ∫_y^c (1 - F)² with F(t) = 1 - exp(-λt), for outcomes up to the cut; below 0, where F is 0, the distance."""
    start, end = np.maximum(outcome, 0), np.maximum(cut, 0)
    below = start + 2 * np.expm1(-lam * start) / lam - np.expm1(-2 * lam * start) / (2 * lam)
    above = (np.exp(-2 * lam * start) - np.exp(-2 * lam * end)) / (2 * lam)
    return below + above + np.minimum(cut, 0) - np.minimum(outcome, 0)


def _read_score(score: ArrayLike, family: str) -> Array:
    """The score as an array; arguments outside the family's range, which give NaN, are an error."""
    return read_numbers(score, name=f"the score of {family}")
