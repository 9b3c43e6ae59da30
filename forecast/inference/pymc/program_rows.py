"""Rows of the exported program that enter otherwise than each by the density of its value; see ``rows``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.pymc.plan import CannotSample
from forecast.language.distributions.bounded import BoundedFamily
from forecast.language.distributions.family import Family
from forecast.language.distributions.supports import may_be_negative
from forecast.language.source import number_text
from forecast.model.likelihood import Entry
from forecast.model.model import RowTable

LOG_BETWEEN = '''
def log_between(dist, low, high, step):
    """log P(low <= X <= high) of each row, from the tail that is shorter; ends may be infinite, step is 1 for whole numbers."""

    def share(tail, x, beyond):
        return pt.switch(np.isfinite(x), pt.exp(tail(dist, np.where(np.isfinite(x), x, np.where(np.isfinite(low), low, high)))), beyond)

    below, above = share(pm.logcdf, low - step, 0.0), share(pm.logccdf, high, 0.0)
    return pt.log(pt.switch(below > 0.5, share(pm.logccdf, low - step, 1.0) - above, share(pm.logcdf, high, 1.0) - below))
'''

type Dist = tuple[Family, str]  # a family and the text of its PyMC distribution


def counted_rows(table: RowTable, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of some rows, those that count: neither copies nor of weight 0."""
    return rows if table.entry is None else rows & table.entry.telling


def has_ranges(tables: Mapping[str, RowTable]) -> bool:
    """Whether a program needs the function ``log_between``."""
    return any(table.entry is not None and bool(table.entry.ranged.any()) for table in tables.values())


def entry_array_lines(table: RowTable, rows: NDArray[np.bool_], array: Callable[[str], str]) -> Iterator[str]:
    """The lines that declare ranges, weights and origins of the rows that are written."""
    if table.entry is None:
        return
    entry = table.entry.at(rows)
    if entry.ranged.any():
        lowest = -np.inf if may_be_negative(table.stream.value) else 0.0
        lows = np.where(entry.ranged & (entry.lower[0] > lowest), entry.lower[0], -np.inf)
        yield f"{array('is_range')} = np.array([{', '.join(str(bool(is_range)) for is_range in entry.ranged)}])"
        yield f"{array('low')} = np.array([{_numbers_text(lows)}])"
        yield f"{array('high')} = np.array([{_numbers_text(np.where(entry.ranged, entry.upper[0], table.values[0, rows]))}])"
    if (entry.weights != 1).any():
        yield f"{array('weight')} = np.array([{_numbers_text(entry.weights[0])}])"
    if entry.steps is not None:
        yield f"{array('step')} = np.array({entry.steps[0].tolist()})  # in which each row lies, counted from that in which the topic opens"
    elif entry.is_shared:
        yield f"{array('origins')} = {_rows_by_origin(entry)}  # the rows of each origin, which are right or wrong together"


def row_likelihood_lines(
    table: RowTable, rows: NDArray[np.bool_], array: Callable[[str], str], *, right: Dist, wrong: Dist | None, share: Any, seen: str
) -> tuple[list[str], str]:
    """Return lines that work out each row's log-likelihood, and the expression of their sum.

    Raises ``CannotSample`` where rows cannot be written so.
    """
    assert table.entry is not None
    entry = table.entry.at(rows)
    lines = [f"{array('right')} = {_density_text(right, entry, array, seen)}"]
    weighed = bool((entry.weights != 1).any())
    weight = f"{array('weight')} * " if weighed else ""
    if wrong is None:
        return lines, f"({weight}{array('right')}).sum()" if weighed else f"{array('right')}.sum()"
    lines += [
        f"{array('wrong')} = {_density_text(wrong, entry, array, seen)}",
        f"{array('reliable')} = pt.as_tensor_variable({number_text(share)}) + np.zeros({int(rows.sum())})",
    ]
    joined = "pt.logaddexp(pt.log({r}) + {f}, pt.log1p(-{r}) + {g})"
    if not entry.is_shared:
        density = joined.format(r=array("reliable"), f=array("right"), g=array("wrong"))
        return lines, f"({weight}{density}).sum()"
    r, f, g = f"{array('reliable')}[rows[0]]", f"{array('right')}[rows]", f"{array('wrong')}[rows]"
    if not weighed:
        density = joined.format(r=r, f=f"{f}.sum()", g=f"{g}.sum()")
        return lines, f"sum({density} for rows in {array('origins')})"
    whole = joined.format(r=r, f=f"pt.cumsum({f})", g=f"pt.cumsum({g})")  # each row's part, to be weighed, is what it adds to those before
    density = f"({array('weight')}[rows] * pt.diff(pt.concatenate([[0.0], {whole}]))).sum()"
    return lines, f"sum({density} for rows in {array('origins')})"


def _density_text(dist: Dist, entry: Entry, array: Callable[[str], str], seen: str) -> str:
    kind, text = dist
    density = f"pm.logp({text}, {seen})"
    if not entry.ranged.any():
        return density
    within = kind.inner if isinstance(kind, BoundedFamily) else kind
    if within.sums_masses or not within.pymc_has_logcdf:  # a sum is not over arrays
        raise CannotSample(f"PyMC has no distribution function of {kind.name}, so that a range of its values cannot be written")
    step = 1 if kind.discrete else 0
    return f"pt.switch({array('is_range')}, log_between({text}, {array('low')}, {array('high')}, {step}), {density})"


def _rows_by_origin(entry: Entry) -> list[list[int]]:
    return [np.flatnonzero(entry.origins[0] == origin).tolist() for origin in np.unique(entry.origins[0])]


def _numbers_text(values: Sequence[float] | NDArray[Any]) -> str:
    return ", ".join(("-np.inf" if value < 0 else "np.inf") if np.isinf(value) else number_text(value) for value in values)
