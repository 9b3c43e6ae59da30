"""Rows of the exported program that depend on a hidden regime; see ``regimes``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from forecast.book.regime import Regime
from forecast.book.topic import Topic
from forecast.inference.pymc.program_text import part_name, variable_name
from forecast.model.model import RowTable

LOG_FORWARD = '''
def log_forward(by_step, start, transition):
    """The log density of what is seen in some steps, summed over the states that each may have had: the forward algorithm (Rabiner 1989).

    A step and the move to it make a matrix from one state to the next; neighbours are multiplied, pair by pair, until one is left.
    """
    first, count = pt.log(start) + by_step[0], by_step.type.shape[0] - 1
    if count == 0:
        return pt.logsumexp(first)
    moves = pt.log(transition)[None] + by_step[1:, None, :]
    while count > 1:
        paired = count - count % 2
        joined = pt.logsumexp(moves[0:paired:2][:, :, :, None] + moves[1:paired:2][:, None, :, :], axis=2)
        moves = pt.concatenate([joined, moves[paired:count]]) if count % 2 else joined
        count = paired // 2 + count % 2
    return pt.logsumexp(first[:, None] + moves[0])
'''


def has_regimes(tables: Mapping[str, RowTable]) -> bool:
    """Whether a program needs the function ``log_forward``."""
    return any(table.entry is not None and table.entry.regime is not None and len(table) for table in tables.values())


@dataclass(frozen=True, slots=True)
class DensityText:
    """The rows of one stream: the lines before the expression ``density`` of their log density, in which ``state_variable`` is the number of the state."""

    stream: str
    first: Sequence[str]
    density: str


def regime_likelihood_lines(topic: Topic, regime: Regime, streams: Sequence[DensityText], *, steps: int) -> tuple[list[str], str]:
    """Return lines that work out the log density of each step's rows in each state, and the expression of their sum over all sequences of states.

    ``streams`` are those that the regime drives.
    """
    states, own = len(regime.states), partial(part_name, regime.name)
    stay = variable_name(regime.stay) if regime.stay else ""
    shape = f"({steps}, {states})"
    lines: list[str] = []
    by_step = [part_name(its.stream, "by_step") for its in streams]
    for its in streams:
        array = partial(part_name, its.stream)
        lines += [
            "",
            f"def {array('density')}({state_variable(regime)}):",
            *(f"    {line}" for line in its.first),
            f"    return pt.inc_subtensor(pt.zeros({steps})[{array('step')}], {its.density})",
            "",
            f"{array('by_step')} = pt.specify_shape(pt.stack([{array('density')}(state) for state in range({states})], axis=1), {shape})",
        ]
    if regime.stay:
        lines += [
            f"{own('stay')} = {stay} + np.zeros({states})",
            f"{own('transition')} = pt.switch(np.eye({states}, dtype=bool), {own('stay')}[:, None], (1 - {own('stay')}[:, None]) / {states - 1})",
        ]
    else:
        shares = [_shares_text(topic, regime, regime.transition[state]) for state in regime.states]
        lines.append(f"{own('transition')} = pt.stack([{', '.join(shares)}])")
    if regime.start:
        lines.append(f"{own('start')} = {_shares_text(topic, regime, regime.start)}")
    elif regime.stay:
        own_chances = topic.parameters[regime.stay].labels
        long_run = f"(1 / (1 - {own('stay')})) / (1 / (1 - {own('stay')})).sum()" if own_chances else f"np.full({states}, 1 / {states})"
        lines.append(f"{own('start')} = {long_run}  # the long run")
    else:
        equations = f"(np.eye({states}) - {own('transition')} + 1).T"
        lines.append(f"{own('start')} = pt.linalg.solve({equations}, np.ones({states}))  # the long run")
    return lines, f"log_forward({' + '.join(by_step)}, {own('start')}, {own('transition')})"


def state_variable(regime: Regime) -> str:
    """Return the program's variable for the number of a regime's state."""
    return part_name(regime.name, "state")


def _shares_text(topic: Topic, regime: Regime, name: str) -> str:
    """A Dirichlet parameter's shares in the order of the states."""
    labels = topic.parameters[name].labels
    order = [labels.index(state) for state in regime.states]
    return variable_name(name) if order == list(range(len(order))) else f"{variable_name(name)}[{order}]"
