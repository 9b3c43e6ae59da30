"""Quantities that are shares: whether they lie between 0 and 1 at every draw."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Topic
from forecast.language.arrays import Array
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Name
from forecast.language.ops import NUMPY
from forecast.model.chosen_rows import distinct_rows
from forecast.model.draw_blocks import in_chunks
from forecast.model.errors import Unsound, topic_problem
from forecast.model.invalid_values import CENTRE, Misfit, misfit_of, share_as_percent
from forecast.model.model import Model, Parameters, RowTable
from forecast.model.used_names import names_used, series_and_streams_used

SHARE_UNIT = "share"  # the unit of a quantity that lies between 0 and 1
CELLS_IN_ONE = 2**24  # draws times rows that are looked at in one piece
SHARE_ROUNDING = 1e-9  # by which a sum of shares may exceed 1


def check_shares(model: Model, parameters: Mapping[str, NDArray[Any]], weights: Array, *, of: str) -> None:
    """Raise ``Unsound`` where a quantity whose unit is ``share`` is outside 0 to 1 at a draw that has weight.

    Those are looked at that depend on parameters alone, and on each row those that its statement uses.
    ``of`` says what the draws are of.
    """
    problems = []
    for name in share_quantities(model.topic):
        for rows, scope_of in _scopes(model, name):
            misfits = [
                misfit_of_share(share_values(name, scope_of(some)), some_weights)
                for some, some_weights in _in_weighted_chunks(parameters, weights, rows)
            ]
            message = _share_message(name, [misfit for misfit in misfits if misfit is not None], of=of)
            if message:
                problems.append(topic_problem(model.topic, ("quantities", name), message, "look at the priors of the parameters it uses"))
                break
    if problems:
        raise Unsound(*problems)


def share_quantities(topic: Topic) -> tuple[str, ...]:
    """Return the quantities whose unit is ``share``."""
    return tuple(name for name, quantity in topic.quantities.items() if quantity.unit == SHARE_UNIT)


def share_values(name: str, scope: Scope) -> Any:
    """Return the values of a quantity in a scope."""
    with np.errstate(all="ignore"):
        return evaluate(Name(name), scope, NUMPY)


def share_fault(name: str, share: Any, weights: Array | None, *, of: str) -> str:
    """Say how far the values of a share are outside 0 to 1, and at how many draws; empty where they are not."""
    misfit = misfit_of_share(share, weights)
    return _share_message(name, [] if misfit is None else [misfit], of=of)


def misfit_of_share(share: Any, weights: Array | None) -> Misfit | None:
    """Return how far the values of a share are outside 0 to 1; None where they are not."""
    values = np.atleast_2d(np.asarray(share, dtype=float))
    count = len(values) if weights is None else len(weights)
    wrong = np.broadcast_to(~((values >= -SHARE_ROUNDING) & (values <= 1 + SHARE_ROUNDING)), (count, values.shape[1]))
    return misfit_of(values, wrong, weights)


def _share_message(name: str, misfits: Sequence[Misfit], *, of: str) -> str:
    """Say how far a share is outside 0 to 1 by what is found among some draws after others; empty where nothing is."""
    if not misfits:
        return ""
    worst = max(misfits, key=lambda misfit: np.nan_to_num(abs(misfit.worst - CENTRE), nan=np.inf)).worst
    return f"the share `{name}` is outside 0 to 1 at {share_as_percent(math.fsum(misfit.share for misfit in misfits))} of the {of}: {worst:.4g} at worst"


def _in_weighted_chunks(parameters: Mapping[str, NDArray[Any]], weights: Array, rows: int) -> Iterator[tuple[Parameters, Array]]:
    """Yield draws with their weights, all at once unless there are many rows."""
    if len(weights) * rows <= CELLS_IN_ONE:
        yield parameters, weights
        return
    begin = 0
    for some in in_chunks(parameters, rows):
        count = max(map(len, some.values()))
        yield some, weights[begin : begin + count]
        begin += count


def depends_on_parameters_alone(topic: Topic, name: str) -> bool:
    """Whether a quantity needs no row, day or total."""
    expression = topic.quantities[name].expression
    names = names_used(topic, expression)
    return not series_and_streams_used(topic, expression)[1] and names <= topic.parameters.keys() | topic.quantities.keys()


def _scope_in_state(model: Model, rows: RowTable, state: int, parameters: Parameters) -> Scope:
    """The scope of rows in one state of the regime that their statement uses, or the only scope."""
    return model.row_scopes(rows, parameters)[state]


def _scopes(model: Model, name: str) -> Iterator[tuple[int, Callable[[Parameters], Scope]]]:
    """What makes of draws each scope in which a share is looked at, with the number of its rows."""
    if depends_on_parameters_alone(model.topic, name):
        yield 1, model.scope
        return
    for stream, table in model.tables.items():
        if len(table) and name in names_used(model.topic, table.stream.value):
            rows = distinct_rows(model, stream)
            for state in range(len(model.row_scopes(rows, {}))):
                yield len(rows), partial(_scope_in_state, model, rows, state)
