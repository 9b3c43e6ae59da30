"""Draws a few at a time, so that arrays of draws by rows stay small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

CELLS_AT_ONCE = 2**21  # draws times rows that are worked out in one piece
CELLS_IN_CACHE = 2**14  # draws times rows whose arrays, 128 kB each, stay in the processor's cache and cost no new page of memory


def draw_count(parameters: Mapping[str, NDArray[Any]]) -> int:
    """Return how many draws there are; one where there is no parameter."""
    return max((len(values) for values in parameters.values()), default=1)


def in_chunks(parameters: Mapping[str, NDArray[Any]], rows: int) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Yield draws a few at a time, so many that an array of them by ``rows`` takes 16 MB."""
    for some, _ in blocks_of_draws(parameters, rows, cells=CELLS_AT_ONCE):
        yield some


def blocks_of_draws(
    parameters: Mapping[str, NDArray[Any]], rows: int, *, cells: int | None = None
) -> Iterator[tuple[Mapping[str, NDArray[Any]], slice]]:
    """Yield draws a few at a time, and which these are: an array of them by ``rows`` has ``cells`` numbers at most, or those of one draw.

    Without ``cells`` it fits into the processor's cache.
    """
    draws = draw_count(parameters)
    size = max(1, (cells or CELLS_IN_CACHE) // max(1, rows))
    for begin in range(0, draws, size):
        chunk = slice(begin, min(begin + size, draws))
        yield choose_draws(parameters, chunk, draws), chunk


def choose_draws(parameters: Mapping[str, NDArray[Any]], chosen: slice | NDArray[Any], draws: int) -> dict[str, NDArray[Any]]:
    """Return some of ``draws`` draws; what is the same for all of them stays."""
    return {name: values[chosen] if len(values) == draws else values for name, values in parameters.items()}
