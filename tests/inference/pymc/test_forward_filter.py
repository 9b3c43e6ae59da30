"""The forward algorithm over tensors is that over arrays, with gradients."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.pymc.forward_filter import log_density_of_chain
from forecast.model.forward_filter import filter_states
from tests.model.test_forward_filter import COUNTS, DRAWS, sample_process

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("steps", range(1, len(COUNTS) + 1))
def test_both_forward_algorithms_agree(steps: int):
    """The density of any number of steps is the same at every draw, and the gradient by the chance to stay equals a difference quotient."""
    import pytensor
    import pytensor.tensor as pt

    log_densities, start, transition = sample_process()
    log_densities = log_densities[:, :steps]
    chances, moves = pt.vector("start"), pt.matrix("transition")
    rows = pt.matrix("rows", shape=log_densities.shape[1:])
    total = log_density_of_chain(rows, start=chances, transition=moves)
    slopes = pytensor.grad(total, moves, disconnected_inputs="ignore")
    evaluate = pytensor.function([rows, chances, moves], [total, slopes], mode="FAST_COMPILE", on_unused_input="ignore")
    for draw in range(DRAWS):
        one = slice(draw, draw + 1)
        value, slope = evaluate(log_densities[draw], start[draw], transition[draw])
        assert value == pytest.approx(filter_states(log_densities[one], start=start[one], transition=transition[one]).added.sum(), rel=1e-9)
        step = np.zeros((3, 3))
        step[0, 0] = 1e-6
        up, down = (
            filter_states(log_densities[one], start=start[one], transition=transition[one] + sign * step).added.sum() for sign in (1, -1)
        )
        assert slope[0, 0] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-6)


def test_a_state_that_is_impossible_counts_for_nothing():
    """Where a step rules states out, or all of them, the density is that of the rest, or 0."""
    import pytensor
    import pytensor.tensor as pt

    _, start, transition = sample_process()
    rows = np.zeros((4, 3))
    rows[1, 0] = rows[2, 1:] = -np.inf
    exact = filter_states(rows[None], start=start[:1], transition=transition[:1]).added.sum()
    for seen, expected in ((rows, exact), (np.where(np.arange(4)[:, None] == 3, -np.inf, rows), -np.inf)):
        total = log_density_of_chain(pt.as_tensor_variable(seen), start=start[0], transition=transition[0])
        assert pytensor.function([], total)() == pytest.approx(expected, rel=1e-9)


def test_a_number_of_steps_that_is_not_known_is_refused():
    """A graph of unknown length cannot be built."""
    import pytensor.tensor as pt

    with pytest.raises(ValueError, match="number of steps"):
        log_density_of_chain(pt.matrix("rows"), start=np.ones(2) / 2, transition=np.eye(2))
