"""Circles among things that name one another, and an order in which each comes after what it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def find_cycles(names: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the circles, each from its first name back to it: ``(a, b, a)``; no name is in two of those returned."""
    cycles: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in names:
        path: list[str] = []
        waiting = [(start, 0)]
        while waiting:  # depth first without recursion: a book may chain a thousand names
            name, depth = waiting.pop()
            del path[depth:]
            if name in path:
                circle = path[path.index(name) :]
                if not done.intersection(circle):
                    cycles.append(_rotate_to_first((*circle,), names))
                    done.update(circle)
                continue
            if name in done or name not in names:
                continue
            path.append(name)
            following = [other for other in names[name] if other in names]
            waiting += [(other, depth + 1) for other in reversed(following)]
            if not following:
                done.add(name)
        done.update(path)
    return tuple(cycles)


def topological_order(names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the names so that each comes after those it names, otherwise as they stand.

    There must be no circle.
    """
    ordered: dict[str, None] = {}
    for start in names:
        waiting = [start]
        while waiting:
            name = waiting[-1]
            missing = [other for other in names[name] if other in names and other not in ordered]
            if missing:
                waiting.append(missing[0])
            else:
                ordered.setdefault(waiting.pop())
    return tuple(ordered)


def _rotate_to_first(circle: tuple[str, ...], names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    order = list(names)
    start = circle.index(min(circle, key=order.index))
    turned = circle[start:] + circle[:start]
    return (*turned, turned[0])
