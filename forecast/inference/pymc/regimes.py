"""Rows that depend on a hidden regime, in a PyMC model: the same algebra as ``forecast.model.regimes``, over tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.regime import Regime
from forecast.book.topic import Topic
from forecast.inference.pymc.forward_filter import log_density_of_chain
from forecast.model.likelihood import Entry


@dataclass(frozen=True, slots=True)
class RowsByState:
    """Rows of one stream that a regime drives: how they enter, and their log densities in each state, ``(rows,)`` or ``(hypotheses, rows)`` each."""

    entry: Entry
    densities: Sequence[Any]

    def of_hypothesis(self, at: int) -> RowsByState:
        """Return the rows under one hypothesis."""
        return RowsByState(self.entry, [density[at] for density in self.densities])

    @property
    def original_rows(self) -> NDArray[np.intp]:
        """The rows that are no copies."""
        return np.flatnonzero(self.entry.is_counted)

    @property
    def steps(self) -> NDArray[np.int64]:
        """The steps in which these lie."""
        assert self.entry.steps is not None
        steps: NDArray[np.int64] = self.entry.steps[0, self.original_rows]
        return steps


def log_likelihood_of_chain(topic: Topic, known: Mapping[str, Any], streams: Sequence[RowsByState], *, hypotheses: int) -> Any:
    """Return the log density of all rows of one chain together, a tensor ``(1,)`` or, where densities have hypotheses, ``(hypotheses, 1)``.

    ``known`` has the parameters, and ``streams`` the rows of each stream that the regime drives.
    """
    import pytensor.tensor as pt

    regime = streams[0].entry.regime
    assert regime is not None
    count = max(int(rows.steps.max()) for rows in streams) + 1
    start, transition = _start(topic, regime, known), _transition(topic, regime, known)

    def log_density(parts: Sequence[RowsByState]) -> Any:
        by_step = []
        for state in range(len(regime.states)):
            seen = pt.zeros(count)
            for rows in parts:
                seen = pt.inc_subtensor(seen[rows.steps], rows.densities[state][rows.original_rows])
            by_step.append(seen)
        summed = pt.specify_shape(pt.stack(by_step, axis=-1), (count, len(by_step)))
        return log_density_of_chain(summed, start=start, transition=transition)[None]

    if streams[0].densities[0].ndim == 1:
        return log_density(streams)
    return pt.stack([log_density([rows.of_hypothesis(at) for rows in streams]) for at in range(hypotheses)])


def _transition(topic: Topic, regime: Regime, known: Mapping[str, Any]) -> Any:
    import pytensor.tensor as pt

    if not regime.stay:
        return pt.stack([_shares(topic, regime, regime.transition[state], known) for state in regime.states])
    states = len(regime.states)
    same = pt.broadcast_to(pt.as_tensor_variable(known[regime.stay]), (states,))[:, None]
    return pt.switch(np.eye(states, dtype=bool), same, (1 - same) / (states - 1))


def _start(topic: Topic, regime: Regime, known: Mapping[str, Any]) -> Any:
    """The probabilities of the first step's states; those of the long run as ``1 (I - T + J)⁻¹``, with ones in J (Resnick 1992, proposition 2.14.1)."""
    import pytensor.tensor as pt

    states = len(regime.states)
    if regime.start:
        return _shares(topic, regime, regime.start, known)
    if regime.stay:
        if not topic.parameters[regime.stay].labels:
            return np.full(states, 1 / states)
        lasting = 1 / (1 - known[regime.stay])
        return lasting / lasting.sum()
    equations = np.eye(states) - _transition(topic, regime, known) + np.ones((states, states))
    return pt.linalg.solve(equations.T, np.ones(states))


def _shares(topic: Topic, regime: Regime, name: str, known: Mapping[str, Any]) -> Any:
    labels = topic.parameters[name].labels
    return known[name][np.array([labels.index(state) for state in regime.states])]
