"""Draws of a posterior weighed anew for a model that differs from theirs in its priors alone: what both learnt from the rows is the same.

The ratio of the posteriors is that of the priors, up to a constant.  It is no new search: a part of the posterior that the draws have
not reached at all is not found so, and of what they reached too seldom Pareto k-hat tells.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecast.inference.pareto import pareto_k
from forecast.inference.posterior import Posterior
from forecast.inference.weights import effective_size
from forecast.model.model import Model
from forecast.model.prior_ratio import log_prior_ratio

LARGEST_RATIO_K = 0.5  # Pareto k-hat of the ratios up to which their variance, and so the stated errors, are finite
FEWEST_LEFT = 400.0  # effective draws in bulk and tails that must be left, as many as chains of their own must have


def weigh_under_other_priors(posterior: Posterior, model: Model) -> Posterior | None:
    """Return the draws of NUTS for another model with the same parameters, statements and rows, or None where they do not carry it.

    They are as many effective draws fewer as the ratios are uneven: ``n_eff = 1 / sum(w**2)`` of ``n`` (Kong 1992).
    """
    diagnostics = posterior.diagnostics
    if not diagnostics.sound or diagnostics.ess_bulk is None or diagnostics.ess_tail is None:
        return None
    log_weight = posterior.log_weight + log_prior_ratio(model, posterior.model, posterior.parameters, len(posterior))
    if not np.isfinite(log_weight.max()):
        return None
    left, tail_shape = effective_size(log_weight) / len(posterior), pareto_k(log_weight)
    bulk, tail = left * diagnostics.ess_bulk, left * diagnostics.ess_tail
    if tail_shape > LARGEST_RATIO_K or min(bulk, tail) < FEWEST_LEFT:
        return None
    fewer = replace(diagnostics, effective_size=left * diagnostics.effective_size, ess_bulk=bulk, ess_tail=tail, seconds=None)
    return replace(posterior, model=model, log_weight=log_weight - np.logaddexp.reduce(log_weight), diagnostics=fewer)
