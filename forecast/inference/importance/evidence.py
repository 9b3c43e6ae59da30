"""The evidence of a model: the probability of its rows before any of them was seen, from the draws of either engine."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forecast.inference.importance.bridge_sampling import bridge_log_evidences
from forecast.inference.monte_carlo import REPLICATES, replicate_sums
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array


@dataclass(frozen=True, slots=True)
class Evidence:
    """A log evidence and its standard error; ``relative`` ``(REPLICATES,)`` is the evidence in each replicate over that of all, 1 on average."""

    log: float
    error: float
    relative: Array


def evidence_of(posterior: Posterior, rng: np.random.Generator) -> Evidence:
    """Return the evidence of a posterior's model: by its weights from the fast engine, by bridge sampling from NUTS.

    Raises ``NoBridge`` where draws of NUTS do not tell it.
    """
    if posterior.engine == "importance":
        log_evidence = posterior.diagnostics.log_evidence
        assert log_evidence is not None, "the fast engine always has an evidence"
        return _evidence(log_evidence, REPLICATES * replicate_sums(posterior.weights, posterior.replicates))
    logs = bridge_log_evidences(posterior, rng)
    whole = float(np.logaddexp.reduce(logs)) - math.log(REPLICATES)
    return _evidence(whole, np.exp(logs - whole))


def _evidence(log_evidence: float, relative: Array) -> Evidence:
    return Evidence(log_evidence, float(relative.std(ddof=1)) / math.sqrt(REPLICATES), relative)
