"""A finite-state process over steps, summed out over tensors: the forward algorithm of ``model/forward_filter`` for NUTS, without a scan.

Step by step the graph would grow with the number of steps, and with it the time to compile it; neighbours are joined pair by pair instead.
"""

from __future__ import annotations

from typing import Any


def log_density_of_chain(log_densities: Any, *, start: Any, transition: Any) -> Any:
    """Return the log density of the observations of all steps together, a scalar.

    ``log_densities`` are those of each step in each state, ``(steps, states)``, 0 where nothing is observed; ``start`` has the probability of
    each state in the first step, ``(states,)``, and ``transition`` in each row those of the states that follow one state.
    The number of steps must be known when the graph is built.

    The densities of a step and of the move to it make a matrix, from one state to the next; the matrices of neighbours are multiplied, pair by
    pair, until one is left.  Source: Särkkä and García-Fernández 2021, doi:10.1109/TAC.2020.2976316, for finitely many states.
    """
    import pytensor.tensor as pt

    log_densities = pt.as_tensor_variable(log_densities)
    steps = log_densities.type.shape[0]
    if steps is None:
        raise ValueError("the number of steps is not known")
    first = pt.log(pt.as_tensor_variable(start)) + log_densities[0]
    if steps == 1:
        return pt.logsumexp(first)
    moves, count = pt.log(pt.as_tensor_variable(transition))[None] + log_densities[1:, None, :], steps - 1
    while count > 1:
        paired = count - count % 2
        joined = pt.logsumexp(moves[0:paired:2][:, :, :, None] + moves[1:paired:2][:, None, :, :], axis=2)
        moves = pt.concatenate([joined, moves[paired:count]]) if count % 2 else joined
        count = paired // 2 + count % 2
    return pt.logsumexp(first[:, None] + moves[0])
