"""Numbers in a content read from JSON that are too large to be shown."""

from __future__ import annotations

from collections.abc import Iterator

LARGEST_SHOWN_NUMBER = 1e300  # a number beyond it cannot be added to another without a care


def number_faults(content: object) -> Iterator[tuple[str, str]]:
    """Yield the places of numbers that no picture can be drawn of, and that this is so."""
    if not _is_small(content):  # the places cost ten times as much as the answer
        yield from ((place, "this number is too large to be shown") for place, value in _leaves(content, "") if not _is_small(value))


def _is_small(value: object) -> bool:
    """Whether all numbers in a value can be shown."""
    values = [value]
    while values:
        one = values.pop()
        if isinstance(one, dict):
            values.extend(one.values())
        elif isinstance(one, list):
            values.extend(one)
        elif isinstance(one, int | float) and not -LARGEST_SHOWN_NUMBER < one < LARGEST_SHOWN_NUMBER:
            return False
    return True


def _leaves(value: object, place: str) -> Iterator[tuple[str, object]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        where = f"{place}.{key}" if place else str(key)
        if isinstance(inner, dict | list):
            yield from _leaves(inner, where)
        else:
            yield where, inner
