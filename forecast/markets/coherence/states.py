"""The ways in which a set of contracts may end together, by what logic says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.markets.faults import MarketFault

MOST_STATES = 20_000


@dataclass(frozen=True, slots=True)
class Ending:
    """That a contract, by its number, pays YES (``True``) or NO."""

    contract: int
    pays: bool = True


@dataclass(frozen=True, slots=True)
class Implication:
    """Where the first ending happens, so does the second: an earlier deadline implies a later one, A and B implies A."""

    first: Ending
    second: Ending


@dataclass(frozen=True, slots=True)
class ExclusiveGroup:
    """Of these endings at most one happens; exactly one where the group is ``exhaustive``."""

    endings: tuple[Ending, ...]
    exhaustive: bool = False


@dataclass(frozen=True, slots=True)
class Relations:
    """All that is known of how contracts hang together."""

    implications: tuple[Implication, ...] = ()
    groups: tuple[ExclusiveGroup, ...] = ()

    def links(self) -> tuple[tuple[int, ...], ...]:
        """Return, for each relation, the numbers of the contracts that it links."""
        return (
            *((its.first.contract, its.second.contract) for its in self.implications),
            *(tuple(ending.contract for ending in group.endings) for group in self.groups),
        )


def separate_parts(relations: Relations, count: int) -> tuple[tuple[int, ...], ...]:
    """Return the contracts in parts that no relation links with each other, each in order; one without relations is a part by itself."""
    part = list(range(count))
    for linked in relations.links():
        parts = {part[contract] for contract in linked}
        least = min(parts)
        part = [least if its in parts else its for its in part]
    return tuple(tuple(contract for contract in range(count) if part[contract] == its) for its in sorted(set(part)))


def relations_among(relations: Relations, contracts: Sequence[int]) -> Relations:
    """Return the relations that link only these contracts, which are numbered anew in the order given; a group keeps those of its members."""
    number = {contract: at for at, contract in enumerate(contracts)}

    def renumber_ending(ending: Ending) -> Ending:
        return Ending(number[ending.contract], ending.pays)

    kept = (its for its in relations.implications if its.first.contract in number and its.second.contract in number)
    groups = []
    for group in relations.groups:
        members = tuple(renumber_ending(ending) for ending in group.endings if ending.contract in number)
        if len(members) > 1 or (members and group.exhaustive and len(members) == len(group.endings)):
            groups.append(ExclusiveGroup(members, group.exhaustive and len(members) == len(group.endings)))
    return Relations(tuple(Implication(renumber_ending(its.first), renumber_ending(its.second)) for its in kept), tuple(groups))


def list_states(relations: Relations, count: int) -> NDArray[np.bool_]:
    """Return every way in which ``count`` contracts may end, ``(states, count)``: whether each pays YES.

    States are built contract by contract, and those that break a relation are left out at once.  Raises ``MarketFault`` where the relations
    contradict each other, or leave more than 20,000 states.
    """
    states = np.zeros((1, 0), dtype=bool)
    for contract in range(count):
        both = np.repeat(states, 2, axis=0)
        states = np.column_stack([both, np.tile([False, True], len(states))])
        states = states[_are_allowed(states, relations, contract)]
        if len(states) > MOST_STATES:
            raise MarketFault(
                f"these {count} contracts may end together in more than {MOST_STATES:,} ways",
                "say which of them imply or exclude each other",
            )
    if not len(states):
        raise MarketFault("what is said of these contracts contradicts itself: they cannot end in any way")
    return states


def _are_allowed(states: NDArray[np.bool_], relations: Relations, newest: int) -> NDArray[np.bool_]:
    """Which states break no relation whose last contract is the newest, ``(states,)``."""
    allowed = np.ones(len(states), dtype=bool)
    for its in relations.implications:
        if max(its.first.contract, its.second.contract) == newest:
            allowed &= ~(_happens(states, its.first) & ~_happens(states, its.second))
    for group in relations.groups:
        if any(ending.contract == newest for ending in group.endings):
            inside = [ending for ending in group.endings if ending.contract <= newest]
            happen = np.sum([_happens(states, ending) for ending in inside], axis=0)
            allowed &= happen <= 1
            if group.exhaustive and len(inside) == len(group.endings):
                allowed &= happen == 1
    return allowed


def _happens(states: NDArray[np.bool_], ending: Ending) -> NDArray[np.bool_]:
    happens: NDArray[np.bool_] = states[:, ending.contract] == ending.pays
    return happens
