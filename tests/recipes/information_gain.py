"""What the record taught of the parameters: the Kullback-Leibler divergence of the posterior from the prior.

It is the posterior mean of the log-likelihood less the log evidence (Lindley 1956, doi:10.1214/aoms/1177728069).
"""

from __future__ import annotations

import math

from forecast.insight.baseline import Baseline


def information_gain(basis: Baseline) -> float | None:
    """Return the divergence in bits; None where the published engine does not know the evidence, as NUTS does not."""
    evidence = basis.analysis.result.posterior.diagnostics.log_evidence
    if evidence is None:
        return None
    return (float(basis.pool.total(basis.model).mean()) - evidence) / math.log(2)
