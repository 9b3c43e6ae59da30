"""What quantities bring with them where they are named: series, totals and clocks, through one another too.

Each is found once for a topic, so that naming a quantity that stands at the end of
a long chain costs no more than naming any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forecast.language.expressions import Expression, names_in, streams_in


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What each quantity depends on.

    ``names`` and ``streams`` are those that a quantity uses itself, by ``total`` where they are
    streams.  The others hold through quantities too: ``first_series`` and ``first_stream`` the
    first by name, for the quantities that have one, and ``clocks`` all clocks and calendar steps.
    """

    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    streams: Mapping[str, frozenset[str]] = field(default_factory=dict)
    first_series: Mapping[str, str] = field(default_factory=dict)
    first_stream: Mapping[str, str] = field(default_factory=dict)
    clocks: Mapping[str, frozenset[str]] = field(default_factory=dict)


def dependencies_of(quantities: Mapping[str, Expression], *, series: frozenset[str], clocks: frozenset[str]) -> Dependencies:
    """Return what quantities depend on, of some series and clocks; a circle among them ends where it closes."""
    names = {name: frozenset(names_in(tree)) for name, tree in quantities.items()}
    streams = {name: frozenset(streams_in(tree)) for name, tree in quantities.items()}
    users: dict[str, list[str]] = {}
    for name, used in names.items():
        for used_name in used:
            users.setdefault(used_name, []).append(name)
    summing: dict[str, list[str]] = {}
    for name, used in streams.items():
        for stream in used:
            summing.setdefault(stream, []).append(name)
    first_series: dict[str, str] = {}
    for series_name in sorted(series & users.keys()):
        _collect_users(users, users[series_name], series_name, first_series)
    first_stream: dict[str, str] = {}
    for stream, direct in sorted(summing.items()):
        _collect_users(users, direct, stream, first_stream)
    by_clock: dict[str, set[str]] = {}
    for clock in sorted(clocks & users.keys()):
        reached: dict[str, str] = {}
        _collect_users(users, users[clock], clock, reached)
        for name in reached:
            by_clock.setdefault(name, set()).add(clock)
    return Dependencies(names, streams, first_series, first_stream, {name: frozenset(using) for name, using in by_clock.items()})


def _collect_users(users: Mapping[str, list[str]], direct: list[str], what: str, first: dict[str, str]) -> None:
    """Add to ``first`` the quantities that use something directly or through others, where nothing stands there yet."""
    waiting = list(direct)
    while waiting:
        name = waiting.pop()
        if name not in first:
            first[name] = what
            waiting += users.get(name, ())
