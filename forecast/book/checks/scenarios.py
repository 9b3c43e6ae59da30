"""Checks of scenarios: how many there are, what their conditions may say, and by when."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.book.checks.scopes import NameScope, check_names, dated_scope, find_used_names
from forecast.book.draft import Draft, ScenarioDraft
from forecast.book.files.problems import Problem
from forecast.book.hashes import tree_as_data
from forecast.book.labels import LabelSets
from forecast.language.expressions import First, is_condition

MOST_SCENARIOS = 8  # of a topic: each is a column of a table
NAMEABLE_KINDS = frozenset({"parameter", "series", "quantity"})


def check_scenarios(draft: Draft, labels: LabelSets) -> Iterator[Problem]:
    """Yield what is wrong with a topic's scenarios."""
    names = tuple(draft.table.scenarios)
    if len(names) > MOST_SCENARIOS:
        message = f"a topic has at most {MOST_SCENARIOS} scenarios; this one has {len(names)}"
        yield draft.topic.at_key(("scenarios", names[MOST_SCENARIOS]), message, "keep those that a reader has to tell apart")
    known: dict[str, str] = {}
    for name, scenario in draft.scenarios.items():
        yield from _check_condition(draft, labels, scenario)
        yield from _check_dates(draft, name, scenario)
        said = repr((tree_as_data(scenario.when.tree), scenario.table.since, scenario.table.by))
        if said in known:
            message = f"the scenarios `{known[said]}` and `{name}` have one condition"
            yield scenario.when.problem(message, "leave one of them out, or say what differs")
        known.setdefault(said, name)


def _check_condition(draft: Draft, labels: LabelSets, scenario: ScenarioDraft) -> Iterator[Problem]:
    """It must be a condition, of what a question's answer may name."""
    written = scenario.when
    here = NameScope("a scenario", NAMEABLE_KINDS, totals=True)
    if scenario.table.by:
        here = dated_scope(draft, "a scenario", NAMEABLE_KINDS, clocks=frozenset({"t"}), totals=True)
    if isinstance(written.tree, First):
        message = "a scenario's `when` is a condition, and no date"
        yield written.problem(message, "write the condition inside `first` alone, with the day as `by`", offset=written.tree.offset)
        return
    yield from check_names(draft, labels, written, written.tree, here)
    if not is_condition(written.tree):
        yield written.problem("`when` is not a condition", "compare with something, as in `total(stream) >= 1`", offset=written.tree.offset)
    elif not find_used_names(draft, written.tree).names and not find_used_names(draft, written.tree).streams:
        yield written.problem("`when` names nothing that could differ", "use a total or a parameter, as in `total(stream) >= 1`")


def _check_dates(draft: Draft, name: str, scenario: ScenarioDraft) -> Iterator[Problem]:
    """A condition about time needs a date; a date needs a condition about time."""
    table, opens, keys = scenario.table, draft.table.opens, ("scenarios", name)
    written = draft.topic.content["scenarios"][name]
    used = find_used_names(draft, scenario.when.tree)
    if table.by is None and "by" not in written:
        what = "`total`" if used.streams else f"the series `{min(used.series)}`" if used.series else ""
        if what:
            hint = "say until which day it counts, as in by = 2027-12-31"
            yield draft.topic.at_key(keys, f"[scenarios.{name}] uses {what} but has no `by`", hint)
        if "since" in written:
            yield draft.topic.at_key((*keys, "since"), "`since` needs a `by`", "say until which day totals count")
    elif table.by is not None and not used.streams and all(draft.kinds.get(each) in {"parameter", "quantity"} for each in used.names):
        message = "this condition never involves its scenario's date"
        yield draft.topic.at_key((*keys, "by"), message, "a condition on parameters alone needs no `by`; one on events uses total()")
    for key in ("by", "since"):
        day = getattr(table, key)
        if day is not None and day < opens:
            yield draft.topic.at_value((*keys, key), f"`{key}` ({day}) is before the topic opens ({opens})")
    if table.by is not None and table.since is not None and table.since > table.by:
        yield draft.topic.at_value((*keys, "since"), f"`since` ({table.since}) is after `by` ({table.by})")
    yield from _check_series(draft, name, scenario, min(used.series, default=""))


def _check_series(draft: Draft, name: str, scenario: ScenarioDraft, series: str) -> Iterator[Problem]:
    """A series that the condition names must have begun by its date."""
    points = draft.series[series].points if series in draft.series else ()
    first = min((point.day for point in points), default=None)
    if first is not None and scenario.table.by is not None and scenario.table.by < first:
        yield draft.topic.at_value(("scenarios", name, "by"), f"the series `{series}` begins only on {first}")
