"""Priors as blocks: the values of one parameter that share one statement.

A block's values have their arguments given those of the blocks before it, so
going through the blocks in order draws from, or weighs, the joint prior.
Blocks with finitely many values (hypotheses) are enumerated; see ``hypotheses``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.checks.statements import MOST_ENUMERATED_VALUES
from forecast.book.topic import Parameter, Topic
from forecast.language.arrays import Array
from forecast.language.distributions.families import family_for
from forecast.language.distributions.family import Family
from forecast.language.evaluate import Scope, evaluate_constant
from forecast.language.ops import NUMPY
from forecast.language.squashing import with_logits
from forecast.language.statements import Statement
from forecast.model.errors import Unsound, prior_problem
from forecast.model.invalid_values import describe_invalid_arguments
from forecast.model.model import Model
from forecast.model.written_distribution import written_distribution

MOST_WRITTEN, FLOATS_END = 10**12, 10**308  # a count is written with all its digits, and as a power of ten
POINTS_PER_HYPOTHESIS = 4_096  # draws of each hypothesis at least
MOST_PRIOR_CELLS = 2**27  # hypotheses times their continuous values times draws, a gigabyte


@dataclass(frozen=True, slots=True)
class Block:
    """The values of one parameter, at some of its label positions, with one prior statement.

    ``fixed`` holds the arguments where they are all numbers; otherwise they
    depend on other parameters.
    """

    topic: Topic
    parameter: Parameter
    positions: tuple[int, ...]
    statement: Statement
    family: Family
    fixed: Mapping[str, Any] | None

    @property
    def size(self) -> int:
        """How many values the block has."""
        return len(self.positions)

    @property
    def name(self) -> str:
        """The parameter's name."""
        return self.parameter.name

    def arguments(self, model: Model, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """The PyMC arguments given the parameters before, each a number or ``(draws, 1 or size)``."""
        if self.fixed is not None:
            return self.fixed
        scope = model.scope(parameters)
        if self.parameter.per:  # inside its own prior a label set stands for the label the value belongs to
            scope = scope.plus(values={self.parameter.per: np.array([self.positions])}, coded={self.parameter.per: self.parameter.per})
        with np.errstate(all="ignore"):
            return model.distribution(self.statement, scope)[1]

    def log_density(self, model: Model, values: NDArray[Any], parameters: Mapping[str, Any], *, wandering: bool = False) -> Array:
        """The prior's log density of ``(draws, size)`` values given the parameters before, summed over the block.

        Where the arguments make no distribution the draw is impossible if draws are ``wandering``
        beyond what the prior gives, and otherwise ``Unsound`` is raised.
        """
        arguments = self.arguments(model, parameters)
        with np.errstate(all="ignore"):
            density = self.family.log_density(values, **arguments)
        wrong = np.isnan(density)
        if wrong.any():
            if not wandering:
                raise self.not_a_distribution(arguments, wrong)
            density = np.where(wrong, -np.inf, density)
        if self.family.joint:
            return density
        total: Array = np.broadcast_to(density, (len(density), self.size)).sum(axis=1)
        return total

    def support(self, model: Model, parameters: Mapping[str, Any]) -> tuple[Array, Array]:
        """The smallest and largest possible values given the parameters before, each a number or ``(draws, 1 or size)``."""
        return self.family.support(**self.arguments(model, parameters))

    def not_a_distribution(self, arguments: Mapping[str, Any], wrong: NDArray[np.bool_]) -> Unsound:
        """The problem of a prior whose arguments are impossible at the draws that are ``wrong``, ``(draws, size)``."""
        label = self.parameter.labels[self.positions[0]] if self.parameter.by_label else ""
        keys = (self.name, "prior", label) if label else (self.name, "prior")
        message, hint, _ = describe_invalid_arguments(self.statement, self.family, arguments, wrong)
        return Unsound(prior_problem(self.topic, keys, message, hint))

    def out_of_range(self, reached: float) -> Unsound:
        """The problem of a prior that reaches beyond what floats can be computed with at some draws of the parameters it names."""
        message = f"`{self.statement.text}` reaches values of {reached:.1g} at some draws, beyond the range of a computer's numbers"
        return self._beyond(message)

    def too_near_an_edge(self) -> Unsound:
        """The problem of a prior whose values lie so near to an edge of its support that not even their logarithms are floats."""
        message = f"`{self.statement.text}` gives values so near to their bound at some draws that they are beyond the range of a computer's numbers"
        return self._beyond(message)

    def _beyond(self, message: str) -> Unsound:
        label = self.parameter.labels[self.positions[0]] if self.parameter.by_label else ""
        keys = (self.name, "prior", label) if label else (self.name, "prior")
        return Unsound(prior_problem(self.topic, keys, message, "look at the priors of the parameters it names"))


def blocks(model: Model) -> tuple[Block, ...]:
    """Return the blocks of a model's joint prior, each after those it depends on."""
    return tuple(block for parameter in model.topic.parameters.values() for block in blocks_of(model, parameter))


def blocks_of(model: Model, parameter: Parameter) -> Iterator[Block]:
    """Yield the blocks of one parameter's prior."""
    labels = parameter.labels or ("",)
    shared = tuple(position for position, label in enumerate(labels) if label not in parameter.by_label)
    if shared:
        yield _block(model, parameter, shared, parameter.statement_for(labels[shared[0]]))
    for label, statement in parameter.by_label.items():
        yield _block(model, parameter, (labels.index(label),), statement)


def _block(model: Model, parameter: Parameter, positions: tuple[int, ...], statement: Statement) -> Block:
    return Block(model.topic, parameter, positions, statement, family_for(statement), _fixed_arguments(_Identity(statement)))


class _Identity:
    """A statement as a key: equal to itself alone."""

    __slots__ = ("statement",)

    def __init__(self, statement: Statement) -> None:
        self.statement = statement

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.statement is other.statement

    def __hash__(self) -> int:
        return id(self.statement)


@lru_cache(maxsize=4_096)  # priors are read again for every model, and words take a search to solve
def _fixed_arguments(identity: _Identity) -> Mapping[str, Any] | None:
    """The arguments of a statement whose arguments are all numbers; None where some depend on other parameters."""
    statement = identity.statement
    if any(evaluate_constant(expression) is None for expression in statement.arguments.values()):
        return None
    return written_distribution(with_logits(statement, {}), Scope(), NUMPY)[1]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One combination of values of all discrete parameters: name to ``(1, 1 or labels)`` whole numbers."""

    values: Mapping[str, NDArray[np.int64]]


def hypotheses(model: Model, prior: tuple[Block, ...]) -> tuple[Hypothesis, ...]:
    """Return every combination of the discrete parameters' values (one, empty, where there are none).

    Raises ``Unsound`` for more combinations than can be enumerated.
    """
    axes = [(block, position, _possible_values(block)) for block in prior if block.family.discrete for position in block.positions]
    count = math.prod(values.stop - values.start for _, _, values in axes)  # `len` stops at 2**63
    if count > MOST_ENUMERATED_VALUES:
        message = f"{_count_text(count)} combinations of discrete values; at most {MOST_ENUMERATED_VALUES} can be enumerated"
        raise Unsound(prior_problem(model.topic, (axes[-1][0].name,), message))
    continuous = sum(block.size for block in prior if not block.family.discrete)
    if count * continuous * POINTS_PER_HYPOTHESIS > MOST_PRIOR_CELLS:
        message = f"{count:,} combinations of discrete values, each with {continuous:,} continuous ones, are more than fit into 2 GB"
        raise Unsound(
            prior_problem(
                model.topic,
                (axes[-1][0].name,),
                message,
                f"at most {MOST_PRIOR_CELLS // POINTS_PER_HYPOTHESIS:,} values in all can be drawn",
            )
        )
    enumerated = []
    for combination in itertools.product(*(values for _, _, values in axes)):
        values: dict[str, NDArray[np.int64]] = {}
        for (block, position, _), value in zip(axes, combination, strict=True):
            array = values.setdefault(block.name, np.zeros((1, max(1, len(block.parameter.labels))), dtype=np.int64))
            array[0, position] = value
        enumerated.append(Hypothesis(values))
    return tuple(enumerated)


def _possible_values(block: Block) -> range:
    """Every value of a discrete prior: its form says which, whatever the arguments that depend on other parameters."""
    needed = block.family.support_arguments or ()
    arguments = block.statement.arguments
    return block.family.possible_values({name: evaluate_constant(arguments[name]) if name in needed else None for name in arguments})


def _count_text(count: int) -> str:
    return f"{count:,}" if count < MOST_WRITTEN else f"{float(count):.1g}" if count < FLOATS_END else "far too many"
