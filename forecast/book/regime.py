"""A hidden regime as a topic file declares it: finitely many states over calendar steps, which no row records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forecast.book.topic import Step

STATIONARY = "stationary"  # the start that is no parameter: the probabilities of the long run


@dataclass(frozen=True, slots=True)
class Regime:
    """States that nobody records, one in each calendar step, counted from the step in which the topic opens.

    ``start`` names the Dirichlet parameter that has the probabilities of the first step's states, empty for those of the long run.
    ``stay`` names the parameter that is the probability of the same state in the next step; where it is empty,
    ``transition`` names for each state the Dirichlet parameter that has the probabilities of the states after it.
    """

    name: str
    step: Step
    states: tuple[str, ...]
    start: str
    stay: str
    transition: Mapping[str, str]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters that say how states follow one another."""
        return tuple(name for name in (self.start, self.stay, *self.transition.values()) if name)
