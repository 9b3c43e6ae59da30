"""Families whose mass may lie nearer to an edge than any float: their latents go on where values end."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special

from forecast.language.distributions.edged import ClampedFamily
from forecast.language.distributions.families import family

ORDINARY = {
    "Gamma": {"alpha": 0.7, "beta": 3.0},
    "Weibull": {"alpha": 0.6, "beta": 2.0},
    "LogNormal": {"mu": 0.4, "sigma": 1.5},
    "Beta": {"alpha": 0.7, "beta": 1.6},
}
TINY = {
    "Gamma": {"alpha": 0.001, "beta": 0.001},
    "Weibull": {"alpha": 0.002, "beta": 2.0},
    "LogNormal": {"mu": 0.0, "sigma": 500.0},
    "Beta": {"alpha": 0.001, "beta": 0.002},
}
SHARES = np.array([1e-4, 0.1, 0.4, 0.6, 0.9, 0.999])


def _edged(name: str) -> ClampedFamily:
    kind = family(name)
    assert isinstance(kind, ClampedFamily)
    return kind


def _value(name: str, latent: np.ndarray) -> np.ndarray:
    return special.expit(latent) if name == "Beta" else np.exp(latent)


@pytest.mark.parametrize("name", ORDINARY)
def test_where_floats_reach_a_latent_is_the_logarithm_of_the_value(name: str) -> None:
    """Its density is the value's times the derivative."""
    kind, arguments = _edged(name), ORDINARY[name]
    latents = kind.latents(SHARES, **arguments)
    values = kind.quantile(SHARES, **arguments)
    assert np.allclose(_value(name, latents), values, rtol=1e-9)
    derivative = values * (1 - values) if name == "Beta" else values
    exact = kind.log_density(values, **arguments) + np.log(derivative)
    assert np.allclose(kind.latent_log_density(latents, **arguments), exact, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", TINY)
def test_where_floats_end_the_shares_between_latents_are_their_densitys_integrals(name: str) -> None:
    """By quadrature between the latents of neighbouring shares, some of which stand for values below 1e-1000."""
    kind, arguments = _edged(name), TINY[name]
    latents = kind.latents(SHARES, **arguments)
    assert latents[0] < -1000
    for low, high, share in zip(latents, latents[1:], np.diff(SHARES), strict=False):
        points = np.linspace(low, high, 400_001)
        found = integrate.simpson(np.exp(kind.latent_log_density(points, **arguments)), x=points)
        assert found == pytest.approx(share, rel=1e-5)


@pytest.mark.parametrize("name", TINY)
def test_values_beyond_are_held_at_the_last_float_and_others_are_not_touched(name: str) -> None:
    """Its inverse, and that of the rest of a share, are floats too."""
    kind, arguments = _edged(name), TINY[name]
    values = kind.quantile(SHARES, **arguments)
    held = kind.hold(values)
    inner = (values > 0) & ((values < 1) if name == "Beta" else True)
    assert (held[inner] == values[inner]).all()
    assert (held > 0).all()
    assert np.isfinite(1 / held).all()
    assert name != "Beta" or np.isfinite(1 / (1 - held)).all()
    assert np.array_equal(kind.held_latents(np.array([-1.0, 0.0, 1.0])), [-1.0, 0.0, 1.0])
