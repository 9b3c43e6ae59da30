"""The ratio of two joint priors, where one may allow what the other excludes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from forecast.model.model import Model, model_as_of
from forecast.model.prior_ratio import log_prior_ratio
from tests.support.building import OPENS, make_topic

X = np.array([[0.1], [0.3], [0.45]])


def model_of(**priors: str) -> Model:
    """A model without rows, with some priors."""
    return model_as_of(make_topic(priors=priors, questions={"q": next(iter(priors))}), OPENS)


def test_the_ratio_is_that_of_the_densities():
    """A Beta over a uniform is the Beta's density."""
    ratio = log_prior_ratio(model_of(x="Beta(alpha=2, beta=3)"), model_of(x="Uniform(lower=0, upper=1)"), {"x": X}, 3)
    assert ratio == pytest.approx(np.log(X * (1 - X) ** 2 / special.beta(2, 3)).ravel())


@pytest.mark.parametrize(
    ("new", "reference"),
    [
        ("Uniform(lower=0, upper=0.6)", "Uniform(lower=0, upper=0.5)"),
        ("Uniform(lower=-0.1, upper=0.5)", "Uniform(lower=0, upper=0.5)"),
        ("Normal(mu=0, sigma=1)", "HalfNormal(sigma=1)"),
        ("Gamma(alpha=2, beta=4)", "Beta(alpha=2, beta=3)"),
    ],
)
def test_values_that_the_reference_excludes_leave_no_ratio(new: str, reference: str):
    """Draws cannot stand for a prior with values that they cannot have; the other way round they can."""
    assert np.isnan(log_prior_ratio(model_of(x=new), model_of(x=reference), {"x": X}, 3)).all()
    assert np.isfinite(log_prior_ratio(model_of(x=reference), model_of(x=new), {"x": X}, 3)).all()


def test_supports_that_depend_on_other_parameters_are_compared_at_each_draw():
    """Where an upper bound is another parameter, only draws at which it is low leave values out."""
    top = np.array([[0.5], [0.9], [0.7]])
    new, reference = (model_of(top="Uniform(lower=0.5, upper=1)", x=f"Uniform(lower=0, upper={upper})") for upper in ("0.7", "top"))
    ratio = log_prior_ratio(new, reference, {"top": top, "x": X}, 3)
    assert np.isnan(ratio).tolist() == [True, False, False]
    assert ratio[1:] == pytest.approx(np.log(top[1:, 0] / 0.7))
