"""Quantities that are shares: whether they lie between 0 and 1 at every draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Topic
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Name
from forecast.model.misfit import misfit_of, percent
from forecast.model.model import NUMPY, Array, Model, names_used, uses
from forecast.model.unsound import Unsound, at_topic

SHARE = "share"  # the unit of a quantity that lies between 0 and 1
ROUNDING = 1e-9  # by which a sum of shares may exceed 1


def check_shares(model: Model, parameters: Mapping[str, NDArray[Any]], weights: Array, *, of: str) -> None:
    """Raise ``Unsound`` where a quantity whose unit is ``share`` is outside 0 to 1 at a draw that has weight.

    Those are looked at that depend on parameters alone, and on each row those that its statement uses.
    ``of`` says what the draws are of.
    """
    problems = []
    for name in shares(model.topic):
        for scope in _scopes(model, name, parameters):
            message = share_fault(name, share_values(name, scope), weights, of=of)
            if message:
                problems.append(at_topic(model.topic, ("quantities", name), message, "look at the priors of the parameters it uses"))
                break
    if problems:
        raise Unsound(*problems)


def shares(topic: Topic) -> tuple[str, ...]:
    """Return the quantities whose unit is ``share``."""
    return tuple(name for name, quantity in topic.quantities.items() if quantity.unit == SHARE)


def share_values(name: str, scope: Scope) -> Any:
    """Return the values of a quantity in a scope."""
    with np.errstate(all="ignore"):
        return evaluate(Name(name), scope, NUMPY)


def share_fault(name: str, share: Any, weights: Array | None, *, of: str) -> str:
    """Say how far the values of a share are outside 0 to 1, and at how many draws; empty where they are not."""
    values = np.atleast_2d(np.asarray(share, dtype=float))
    count = len(values) if weights is None else len(weights)
    wrong = np.broadcast_to(~((values >= -ROUNDING) & (values <= 1 + ROUNDING)), (count, values.shape[1]))
    found = misfit_of(values, wrong, weights)
    return (
        "" if found is None else f"the share `{name}` is outside 0 to 1 at {percent(found.share)} of the {of}: {found.worst:.4g} at worst"
    )


def depends_on_parameters_alone(topic: Topic, name: str) -> bool:
    """Whether a quantity needs no row, day or total."""
    expression = topic.quantities[name].expression
    names = names_used(topic, expression)
    return not uses(topic, expression)[1] and names <= topic.parameters.keys() | topic.quantities.keys()


def _scopes(model: Model, name: str, parameters: Mapping[str, NDArray[Any]]) -> Iterator[Scope]:
    if depends_on_parameters_alone(model.topic, name):
        yield model.scope(parameters)
        return
    for table in model.tables.values():
        if len(table) and name in names_used(model.topic, table.stream.value):
            yield model.row_scope(table, parameters)
