"""The rows of the table as plain data, which is what result.json holds: rounded, with the target where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from tests.benchmarks.growth import growth_exponent, marginal_costs
from tests.benchmarks.measure import Cost

type Row = dict[str, Any]

DIGITS = 3


@dataclass(frozen=True, slots=True)
class Target:
    """The most that something may cost; ``unit`` says of what, and ``at`` where the memory is that of another size."""

    most: float
    unit: str = "CPU s"
    memory_mb: float | None = None
    at: str = ""

    def is_met(self, value: float, peak_mb: float) -> bool:
        """Whether a figure, and the memory where that is limited, are within the target."""
        return value <= self.most and (self.memory_mb is None or peak_mb <= self.memory_mb)

    def text(self) -> str:
        """The target in words."""
        memory = "" if self.memory_mb is None else f", {self.memory_mb:,.0f} MB{self.at}"
        return f"{self.most:g} {self.unit}{memory}"


def command_row(title: str, cost: Cost, *, runs: int, target: Target | None = None, **more: Any) -> Row:
    """Return the row of a command."""
    row: Row = {"group": "commands", "title": title, "cpu_seconds": cost.cpu_seconds, "peak_mb": cost.peak_mb, "runs": runs, **more}
    return row | target_cells(target, cost.cpu_seconds, cost.peak_mb)


def growth_row(
    title: str, unit: str, sizes: Sequence[int], costs: Sequence[Cost], *, start: float, target: Target | None = None, **more: Any
) -> Row:
    """Return the row of something that grows: its cost at each size, the exponent beyond ``start`` CPU seconds, and what one more costs, in ms.

    The target is for one more, between the two largest sizes.
    """
    beyond = [cost.cpu_seconds - start for cost in costs]
    exponent = growth_exponent(sizes, beyond) if len(sizes) > 1 and min(beyond) > 0 else None
    marginal = [1000 * cost for cost in marginal_costs(sizes, [cost.cpu_seconds for cost in costs])]
    row: Row = {
        "group": "growth",
        "title": title,
        "unit": unit,
        "sizes": list(sizes),
        "cpu_seconds": [cost.cpu_seconds for cost in costs],
        "peak_mb": [cost.peak_mb for cost in costs],
        "exponent": exponent,
        "marginal_ms": marginal,
        **more,
    }
    return row | (target_cells(target, marginal[-1], costs[-1].peak_mb) if marginal else {})


def comparison_row(title: str, tools: Mapping[str, Row], *, note: str) -> Row:
    """Return the row of one model in several programs."""
    return {"group": "comparison", "title": title, "note": note, "tools": dict(tools)}


def round_figures(data: Any, digits: int = DIGITS) -> Any:
    """Return data with every float rounded to so many digits."""
    if isinstance(data, float):
        rounded = 0.0 if data == 0 else round(data, digits - 1 - floor(log10(abs(data))))
        return int(rounded) if rounded == int(rounded) else rounded
    if isinstance(data, dict):
        return {key: round_figures(value, digits) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [round_figures(value, digits) for value in data]
    return data


def target_cells(target: Target | None, value: float, peak_mb: float) -> Row:
    """Return the target in words and whether it is met; nothing without one."""
    return {} if target is None else {"target": target.text(), "met": target.is_met(value, peak_mb)}
