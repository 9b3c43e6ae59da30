"""The options of a Metaculus question and when each could be chosen.

A list of probabilities follows "MC Options (All)": every option that there ever was in the order in which they came, and last
the one that stands for all others.  Source: Metaculus, ``get_all_options_from_history``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from forecast.forecasts.tables import RowCells
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import ValueFault
from forecast.importers.csv_rows import CsvRow
from forecast.importers.python_text import moment_in_utc, python_list, python_texts
from forecast.importers.visible_text import visible_line

MOST_OPTIONS = 1_000
_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)  # the first list of options holds from the year 1 on


def labels_of(row: CsvRow) -> tuple[str, ...]:
    """Return the options in the order in which forecasts list them; raise ``ValueFault``."""
    listed = next((row[column] for column in ("MC Options (All)", "MC Options (Current)", "MC Options") if row[column]), "")
    labels = tuple(_label(text) for text in python_texts(listed))
    if not labels:
        raise ValueFault("it has no options")
    if len(labels) > MOST_OPTIONS:
        raise ValueFault(f"{len(labels):,} options; at most {MOST_OPTIONS:,} can be read")
    if len(set(labels)) < len(labels):
        raise ValueFault("two of its options have the same name")
    return labels


def option_rows(question: str, row: CsvRow, labels: tuple[str, ...]) -> tuple[RowCells, ...]:
    """Return the rows of a question's options: one for each time in which an option could be chosen; raise ``ValueFault``."""
    history = [_entry(item) for item in python_list(row["MC Options History"])]
    if not history:
        return tuple({"question": question, "option": label, "order": str(order)} for order, label in enumerate(labels, start=1))
    starts = [start for start, _ in history]
    if any(later is None or (start is not None and later <= start) for start, later in pairwise(starts)):
        raise ValueFault("the times of its lists of options do not ascend")
    if {label for _, listed in history for label in listed} != set(labels):
        raise ValueFault("the history of its options names others than MC Options (All)")
    rows: list[RowCells] = []
    for order, label in enumerate(labels, start=1):
        for start, end in _spans(label, history):
            cells = {"question": question, "option": label, "from": _text(start), "until": _text(end), "order": str(order)}
            rows.append({column: cell for column, cell in cells.items() if cell})
    return tuple(rows)


def _spans(label: str, history: Sequence[tuple[datetime | None, tuple[str, ...]]]) -> list[tuple[datetime | None, datetime | None]]:
    """From when until when an option was listed; None is the beginning, and an end that has not come."""
    spans: list[tuple[datetime | None, datetime | None]] = []
    is_listed, since = False, None
    for start, listed in history:
        if label in listed and not is_listed:
            is_listed, since = True, start
        elif label not in listed and is_listed:
            spans.append((since, start))
            is_listed = False
    return [*spans, (since, None)] if is_listed else spans


def _entry(item: object) -> tuple[datetime | None, tuple[str, ...]]:
    """One entry of the history: from when, and which options."""
    if not isinstance(item, (list, tuple)) or len(item) != 2 or not isinstance(item[1], (list, tuple)):
        raise ValueFault("the history of its options is not as expected")
    labels = tuple(_label(text) for text in item[1] if isinstance(text, str))
    if len(labels) != len(item[1]) or len(set(labels)) < len(labels) or not labels:
        raise ValueFault("the history of its options is not as expected")
    return _time(item[0]), labels


def _time(written: object) -> datetime | None:
    """The time of an entry; None for the beginning of time."""
    if isinstance(written, str):
        moment = moment_in_utc(written)
    elif isinstance(written, (int, float)) and 0 <= written < 1e11:
        moment = datetime.fromtimestamp(written, UTC) if written else _BEGINNING.replace(day=1)
    else:
        moment = None
    if moment is None:
        raise ValueFault("a time in the history of its options cannot be read")
    return None if moment < _BEGINNING else moment


def _label(text: str) -> str:
    return visible_line(text)


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment_text(moment)
