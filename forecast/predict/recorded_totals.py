"""What the record says of totals before each of some days, on simulated paths.

It is the same on every path, but for rows of which only a range is known, and
for rows whose events were put on days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.book.classes import total_names
from forecast.language.arrays import Array
from forecast.model.allocation import Allocation
from forecast.model.model import Model
from forecast.model.record import StreamRow


@dataclass(frozen=True, slots=True)
class RecordedTotal:
    """What the record says of one total.

    ``drawn`` are values ``(paths,)`` of rows of which only a range is known, each with the number of the first day after it.
    ``divided`` are rows whose events were put on days, each with the numbers of the days inside it and the total's name.
    """

    sums: Sequence[float]
    drawn: tuple[tuple[int, Array], ...] = ()
    divided: tuple[tuple[range, str, Allocation], ...] = ()

    def at(self, day: int, days: Sequence[date], paths: int) -> Array:
        """The total before a day, by its number among ``days``, ``(paths,)``."""
        return self.add_to(np.zeros(paths), day, days, np.empty(paths))

    def add_to(self, gained: Array, day: int, days: Sequence[date], out: Array) -> Array:
        """Write into ``out`` the total before a day and what was ``gained`` besides, ``(paths,)``, and return it."""
        np.add(gained, self.sums[day], out=out)
        for first, values in self.drawn:
            if first <= day:
                out += values
        for inside, name, allocation in self.divided:
            if day in inside:
                out += allocation.upto(days[day])[name]
        return out


def recorded_totals(
    model: Model, days: Sequence[date], ranges: Mapping[str, Sequence[tuple[StreamRow, Array]]]
) -> dict[str, RecordedTotal]:
    """Return what the record says of every total, with what was drawn of rows of which a range is known."""
    recorded = {
        total: RecordedTotal(record.totals_before(days, label))
        for record in model.records.values()
        for total, label in total_names(record.stream).items()
    }
    for name, rows in ranges.items():
        recorded[name] = replace(recorded[name], drawn=tuple((bisect_right(days, named.row.end), values) for named, values in rows))
    return recorded


def divide_rows(recorded: Mapping[str, RecordedTotal], allocations: Iterable[Allocation], days: Sequence[date]) -> dict[str, RecordedTotal]:
    """Return recorded totals in which rows count day by day whose events were put on days."""
    divided = dict(recorded)
    for allocation in allocations:
        inside = range(bisect_right(days, allocation.row.start), bisect_right(days, allocation.row.end))
        for total in total_names(allocation.stream):
            divided[total] = replace(divided[total], divided=(*divided[total].divided, (inside, total, allocation)))
    return divided
