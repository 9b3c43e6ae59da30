"""What a hub asks for, ``tasks.json``: of each target its type, unit and categories, and when forecasts of a round are due.

Source of the format: hubverse-org/hubDocs, ``quickstart-hub-admin/tasks-config`` (schema versions 2 to 6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from forecast.book.files.numerals import parse_day
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.importers.json_file import is_list, is_table, read_json

CATEGORICAL = frozenset({"nominal", "ordinal", "binary"})


@dataclass(frozen=True, slots=True)
class HubTarget:
    """A target: its type in the words of hubs, unit and description, and its categories in their order, none for a number."""

    type: str = ""
    unit: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubDue:
    """Within which days forecasts of a round are due: by their distance from the day in a column."""

    relative_to: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HubTasks:
    """The targets of a hub, by the value of the column that names them; and when rounds are due, None where that is not said."""

    targets: Mapping[str, HubTarget] = field(default_factory=dict)
    column: str = "target"
    due: HubDue | None = None

    def window(self, task: Mapping[str, str]) -> tuple[datetime, datetime] | None:
        """From when until when forecasts of a task could be sent in; None where that is not known."""
        day = None if self.due is None else parse_day(task.get(self.due.relative_to, ""))
        if self.due is None or day is None:
            return None
        try:
            first, last = day + timedelta(days=self.due.start), day + timedelta(days=self.due.end)
        except OverflowError:
            return None
        return datetime.combine(first, time.min, UTC), last_second(last)


def last_second(day: date) -> datetime:
    """Return the last second of a day, in UTC."""
    return datetime.combine(day, time(23, 59, 59), UTC)


def read_hub_tasks(path: Path) -> HubTasks:
    """Return what a ``tasks.json`` says; raise ``FileFault`` where a file is none."""
    read = read_json(path)
    rounds = read.get("rounds") if is_table(read) else None
    if not is_list(rounds) or not rounds:
        raise FileFault(Problem(Place(path.name), "this is no tasks.json of a hub: it has no `rounds`"))
    targets: dict[str, HubTarget] = {}
    columns: set[str] = set()
    dues: set[HubDue | None] = set()
    for item in rounds:
        if not is_table(item):
            continue
        dues.add(_due(item.get("submissions_due")))
        for column, name, target in _targets(item.get("model_tasks")):
            columns.add(column)
            targets[name] = target
    column = columns.pop() if len(columns) == 1 else "target"
    return HubTasks(targets, column, dues.pop() if len(dues) == 1 else None)


def _targets(tasks: object) -> Iterator[tuple[str, str, HubTarget]]:
    """The column that names a target, its value there, and the target."""
    for task in tasks if is_list(tasks) else ():
        if not is_table(task):
            continue
        listed = task.get("target_metadata")
        for its in listed if is_list(listed) else ():
            if not is_table(its):
                continue
            keys = its.get("target_keys")
            if not is_table(keys) or len(keys) != 1:
                continue
            column, name = next(iter(keys.items()))
            kind = _text(its, "target_type")
            categories = _categories(task.get("output_type")) if kind in CATEGORICAL else ()
            yield column, str(name), HubTarget(kind, _text(its, "target_units"), _text(its, "description"), categories)


def _categories(types: object) -> tuple[str, ...]:
    pmf = types.get("pmf") if is_table(types) else None
    ids = pmf.get("output_type_id") if is_table(pmf) else None
    if not is_table(ids):
        return ()
    listed = [item for key in ("required", "optional") if is_list(items := ids.get(key)) for item in items]
    return tuple(dict.fromkeys(str(item) for item in listed))


def _due(due: object) -> HubDue | None:
    if not is_table(due):
        return None
    column, start, end = due.get("relative_to"), due.get("start"), due.get("end")
    if isinstance(column, str) and isinstance(start, int) and isinstance(end, int):
        return HubDue(column, start, end)
    return None


def _text(its: Mapping[str, object], name: str) -> str:
    value = its.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""
