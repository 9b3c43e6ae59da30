"""An argument that makes no distribution, a value out of its bounds: how far, and at how many draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.language.distributions.family import Family
from forecast.language.expressions import Name
from forecast.language.statements import Statement

CENTRE = 0.5  # what is farthest from here is worst: above 1, or below 0


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value out of its bounds: the worst one, its column, and at what share of the draws there is one."""

    worst: float
    column: int
    share: float


def misfit_of(values: Any, wrong: NDArray[np.bool_], weights: Array | None = None) -> Misfit | None:
    """Return the worst of ``values`` among those ``wrong``, ``(draws, columns)`` each; None where none is at a draw of weight.

    ``weights`` ``(draws,)`` sum to one; without them draws count alike.
    """
    if weights is not None:
        wrong = wrong & (weights > 0)[:, None]
    if not wrong.any():
        return None
    spread = np.broadcast_to(np.asarray(values, dtype=float), wrong.shape)
    distance = np.where(wrong, np.nan_to_num(np.abs(spread - CENTRE), nan=np.inf), -1.0)
    draw, column = np.unravel_index(int(distance.argmax()), wrong.shape)
    at = wrong.any(axis=1)
    return Misfit(float(spread[draw, column]), int(column), float(at.mean() if weights is None else weights @ at))


def share_as_percent(share: float) -> str:
    """Return a share as a percent of two digits."""
    return f"{float(f'{100 * share:.2g}'):g} %"


def describe_invalid_arguments(
    statement: Statement, kind: Family, arguments: Mapping[str, Any], wrong: NDArray[np.bool_], *, of: str = "draws"
) -> tuple[str, str, int]:
    """Say which argument of a statement makes no distribution, how far it is off and at how many draws.

    ``wrong`` is ``(draws, columns)``; ``of`` says what the draws are of.  Returns the message, a hint, and the column of the worst value.
    """
    for name, value in arguments.items():
        domain = kind.domains.get(name)
        if domain is None or kind.value_kind.is_class:  # whose shares or cutpoints are one argument
            continue
        misfit = misfit_of(value, wrong & ~np.broadcast_to(domain.holds(np.asarray(value, dtype=float)), wrong.shape))
        if misfit is not None:
            detail = f"`{name}` is {misfit.worst:.6g} at worst, and must be {domain.wording}"
            return _invalid_message(statement, misfit.share, detail, of), _hint(statement, name), misfit.column
    draw, column = np.argwhere(wrong)[0]
    shown = ", ".join(
        f"{name}={argument_text(value, draw, column, listed=kind.value_kind.is_class and name == kind.vector_argument)}"
        for name, value in arguments.items()
    )
    return _invalid_message(statement, float(wrong.any(axis=1).mean()), f"as with {shown}", of), _hint(statement, ""), int(column)


def _invalid_message(statement: Statement, share: float, detail: str, of: str) -> str:
    return f"`{statement.text}` is not a distribution at {share_as_percent(share)} of the {of}: {detail}"


def _hint(statement: Statement, argument: str) -> str:
    expression = statement.arguments.get(argument)
    return (
        f"look at the prior behind `{expression.name}`" if isinstance(expression, Name) else "look at the priors of the parameters it uses"
    )


def argument_text(value: Any, draw: int, row: int, *, listed: bool) -> str:
    """Return an argument at one draw and row for a message; ``listed`` where it has one number for each class."""
    array = np.asarray(value, dtype=float)
    if not listed:
        array = np.atleast_2d(array)
        return f"{float(array[min(draw, array.shape[0] - 1), min(row, array.shape[1] - 1)]):.6g}"
    while array.ndim < 3:
        array = array[None]
    numbers = array[min(draw, array.shape[0] - 1), min(row, array.shape[1] - 1)]
    return f"[{', '.join(f'{number:.6g}' for number in numbers)}]"
