"""Joint outcomes tilted to other marginal probabilities: closed forms, dependence kept, and what cannot be."""

from __future__ import annotations

from math import inf, log

import numpy as np
import pytest

from forecast.markets.faults import MarketFault
from forecast.markets.stakes.joint_outcomes import PAYS_YES, VOID, joint_outcomes
from forecast.markets.stakes.outcome_tilting import ContradictoryChances, check_attained, tilt_in_part, tilt_outcomes


def test_one_contract_is_reweighted():
    """A chance of .7 tilted to .6 diverges by .6 log(.6/.7) + .4 log(.4/.3)."""
    outcomes = joint_outcomes(np.array([[1]] * 7 + [[0]] * 3, dtype=np.int8), effective=1_000)
    tilted = tilt_outcomes(outcomes, np.array([0.6]))
    assert tilted.outcomes.chances(PAYS_YES) == pytest.approx([0.6], abs=1e-9)
    assert tilted.divergence == pytest.approx(0.6 * log(0.6 / 0.7) + 0.4 * log(0.4 / 0.3))
    assert tilted.outcomes.effective == pytest.approx(1_000 / (0.36 / 0.7 + 0.16 / 0.3))
    assert tilted.reached


def test_independent_contracts_stay_independent():
    """The closed form is the product of the new marginals."""
    rows = np.array([[a, b] for a in (0, 1) for b in (0, 1)], dtype=np.int8)
    weights = np.array([0.5 * 0.8, 0.5 * 0.2, 0.5 * 0.8, 0.5 * 0.2])
    tilted = tilt_outcomes(joint_outcomes(rows, weights, effective=inf), np.array([0.3, 0.6])).outcomes
    assert tilted.weights == pytest.approx([0.7 * 0.4, 0.7 * 0.6, 0.3 * 0.4, 0.3 * 0.6], abs=1e-9)


def test_dependence_is_kept():
    """All odds ratios between contracts stay what they were, and so do the chances of being void."""
    rng = np.random.default_rng(1)
    common = rng.normal(size=(20_000, 1))
    draws = (common + rng.normal(size=(20_000, 3)) < [0.0, 0.5, -0.5]).astype(np.int8)
    outcomes = joint_outcomes(draws)
    tilted = tilt_outcomes(outcomes, np.array([0.4, 0.7, 0.3]))
    assert tilted.outcomes.chances(PAYS_YES) == pytest.approx([0.4, 0.7, 0.3], abs=1e-6)

    def odds_ratio(weights):
        at = {tuple(row): weight for row, weight in zip(outcomes.rows.tolist(), weights, strict=True)}
        return at[1, 1, 0] * at[0, 0, 0] / (at[1, 0, 0] * at[0, 1, 0])

    assert odds_ratio(tilted.outcomes.weights) == pytest.approx(odds_ratio(outcomes.weights), rel=1e-6)
    draws[:2_000, 0] = VOID
    with_void = tilt_outcomes(joint_outcomes(draws), np.array([0.4, 0.7, 0.3]))
    assert with_void.outcomes.chances(VOID) == pytest.approx([0.1, 0, 0], abs=1e-6)
    assert with_void.reached


def test_chances_that_contradict_an_implication_are_met_halfway():
    """Where the first implies the second and is to be likelier, marginals are as near as 100 effective draws allow, and said to miss."""
    outcomes = joint_outcomes(np.array([[1, 1]] * 40 + [[0, 1]] * 20 + [[0, 0]] * 40, dtype=np.int8), effective=10_000)
    tilted = tilt_outcomes(outcomes, np.array([0.52, 0.50]))
    assert not tilted.reached
    assert 0.005 < tilted.missed < 0.02
    first, second = tilted.outcomes.chances(PAYS_YES)
    assert 0.5 < first <= second < 0.52
    assert tilt_outcomes(outcomes, np.array([0.5, 0.52])).reached


def test_a_part_of_a_tilt_is_the_logarithmic_pool():
    """Of one contract the geometric mean of odds; of exclusive outcomes the normalised geometric mean of their chances."""
    single = joint_outcomes(np.array([[1]] * 7 + [[0]] * 3, dtype=np.int8), effective=inf)
    part = tilt_in_part(single, tilt_outcomes(single, np.array([0.4])), 0.7)
    odds = (0.7 / 0.3) ** 0.3 * (0.4 / 0.6) ** 0.7
    assert part.chances(PAYS_YES) == pytest.approx([odds / (1 + odds)])
    ours, theirs = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.5, 0.3])
    exclusive = joint_outcomes(np.eye(3, dtype=np.int8), ours, effective=inf)
    part = tilt_in_part(exclusive, tilt_outcomes(exclusive, theirs), 0.7)
    mean = ours**0.3 * theirs**0.7
    assert part.chances(PAYS_YES) == pytest.approx(mean / mean.sum(), abs=1e-6)


def test_what_cannot_be_tilted_is_refused():
    """Chances of 0 and 1, beyond what being void leaves, and far from every draw."""
    outcomes = joint_outcomes(np.array([[1]] * 9_999 + [[0]], dtype=np.int8))
    for wanted in (0.0, 1.0, 1.2):
        with pytest.raises(MarketFault, match="both excluded"):
            tilt_outcomes(outcomes, np.array([wanted]))
    with pytest.raises(ContradictoryChances, match="by 48 points") as refused:
        check_attained(tilt_outcomes(joint_outcomes(np.array([[1, 0], [0, 1]] * 5_000, dtype=np.int8)), np.array([0.97, 0.98])))
    assert refused.value.contract in {0, 1}
