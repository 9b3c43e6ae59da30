"""Draws of a posterior weighed anew for a model that differs from theirs in its priors alone: what both learnt from the rows is the same.

The ratio of the posteriors is that of the priors, up to a constant, and its mean is the ratio of the evidences.  It is no new search: a part
of the posterior that the draws have not reached at all is not found so, and of what they reached too seldom Pareto k-hat tells.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecast.inference.monte_carlo import relative_error
from forecast.inference.pareto import pareto_k
from forecast.inference.posterior import Diagnostics, Posterior
from forecast.inference.weights import effective_size, log_sum
from forecast.language.arrays import Array
from forecast.model.model import Model
from forecast.model.prior_ratio import log_prior_ratio

LARGEST_RATIO_K = 0.5  # Pareto k-hat of the weights up to which their variance, and so the stated errors, are finite
FEWEST_LEFT = 400.0  # effective draws of NUTS in bulk and tails that must be left, as many as chains of their own must have
LEAST_SHARE_CARRIED = 0.25  # of the effective draws of the fast engine that must be left: errors are then twice as large as its own


def weigh_under_other_priors(posterior: Posterior, model: Model) -> Posterior | None:
    """Return the draws for another model with the same parameters, statements and rows, or None where they do not carry it.

    They are as many effective draws fewer as the ratios make weights uneven: ``n_eff = 1 / sum(w**2)`` (Kong 1992).  Of draws of the fast
    engine the log evidence is theirs plus the log of the mean ratio, with its error from the replicates.
    """
    return weigh_by_prior_ratio(posterior, model, log_prior_ratio(model, posterior.model, posterior.parameters, len(posterior)))


def weigh_by_prior_ratio(posterior: Posterior, model: Model, log_ratio: Array) -> Posterior | None:
    """Return the draws for ``model`` under weights times the ratio of the priors, whose logs are ``(draws,)``; None as ``weigh_under_other_priors`` does."""
    diagnostics = posterior.diagnostics
    if not diagnostics.sound or diagnostics.overflow is not None or posterior.engine == "prior":
        return None
    counted = np.isfinite(posterior.log_weight)  # at draws without weight a ratio may be of two zeros
    log_weight = np.where(counted, posterior.log_weight + np.where(counted, log_ratio, 0.0), -np.inf)
    if not np.isfinite(log_weight.max()):
        return None
    tail_shape = pareto_k(log_weight)
    left = min(effective_size(log_weight) / effective_size(posterior.log_weight), 1.0)
    if tail_shape > LARGEST_RATIO_K or not _are_enough(diagnostics, left):
        return None
    total = log_sum(log_weight)
    weighed = replace(posterior, model=model, log_weight=log_weight - total)
    fewer = replace(diagnostics, effective_size=left * diagnostics.effective_size, seconds=None)
    if diagnostics.log_evidence is not None:
        error = relative_error(weighed.weights, weighed.replicates)
        fewer = replace(fewer, pareto_k=tail_shape, log_evidence=diagnostics.log_evidence + total, log_evidence_error=error)
    if diagnostics.ess_bulk is not None and diagnostics.ess_tail is not None:
        fewer = replace(fewer, ess_bulk=left * diagnostics.ess_bulk, ess_tail=left * diagnostics.ess_tail)
    return replace(weighed, diagnostics=fewer)


def _are_enough(diagnostics: Diagnostics, left: float) -> bool:
    """Whether enough effective draws are left where that share of them is."""
    if diagnostics.engine == "importance":
        return left >= LEAST_SHARE_CARRIED
    if diagnostics.ess_bulk is None or diagnostics.ess_tail is None:
        return False
    return left * min(diagnostics.ess_bulk, diagnostics.ess_tail) >= FEWEST_LEFT
