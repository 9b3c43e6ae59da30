"""Checks of corrections: that each names one row, which no other names, and is known no earlier than that counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from forecast.book.files.problems import Place, Problem
from forecast.book.record_columns import RecordColumns
from forecast.book.records import RecordFile
from forecast.book.rows import is_row_hash, row_hash, row_hashes
from forecast.book.topic import Row
from forecast.language.faults import did_you_mean


def check_corrections(record: RecordFile, *, watched: bool) -> Iterator[Problem]:
    """Yield what is wrong with ids and corrections.

    Each correction names one row, which no other names, and is known no earlier than that counts: quiet time counts from its first day on.
    """
    yield from _check_ids(record)
    if record.rows.replaces.is_empty:
        return
    correcting = record.rows.where(record.rows.replaces.filled)
    rows_by_name = _rows_by_name(record.rows)
    named = {row.place: rows_by_name[row.replaces] for row in correcting}
    circles = _replacement_cycles({place: rows[0].place for place, rows in named.items() if len(rows) == 1})
    known = _all_names(record.rows) if not all(named.values()) else ()
    corrected: dict[Place, Row] = {}
    for row in correcting:
        if len(named[row.place]) != 1:
            yield _replacement_problem(record, row, named[row.place], known)
            continue
        (old,) = named[row.place]
        earlier = corrected.setdefault(old.place, row)
        yield from _check_correction(record, row, old, earlier, circle=circles.get(row.place, 0), watched=watched)


def _check_ids(record: RecordFile) -> Iterator[Problem]:
    """No two rows have one id."""
    codes = record.rows.id.codes
    named = np.flatnonzero(codes)
    different, first, same = np.unique(codes[named], return_index=True, return_inverse=True)
    for at in np.flatnonzero(first[same] != np.arange(len(named))).tolist() if len(different) < len(named) else ():
        row, earlier = record.rows[int(named[at])], record.rows[int(named[first[same[at]]])]
        yield record.at_cell(row, "id", f"the id `{row.id}` is taken by line {earlier.place.line}")


def _rows_by_name(rows: RecordColumns) -> dict[str, list[Row]]:
    """The rows that each name in ``replaces`` stands for: the first with that id, and those with that hash."""
    names = rows.replaces.distinct()
    codes = {text: code for code, text in enumerate(rows.id.texts)}
    places: dict[str, dict[int, None]] = {name: {} for name in names}
    for name in names:
        if name in codes and len(those := np.flatnonzero(rows.id.codes == codes[name])):
            places[name][int(those[0])] = None
    if any(not found or is_row_hash(name) for name, found in places.items()):  # hashes take long
        for at, hashed in enumerate(row_hashes(rows)):
            if hashed in places:
                places[hashed][at] = None
    return {name: [rows[at] for at in found] for name, found in places.items()}


def _all_names(rows: RecordColumns) -> list[str]:
    """Every id and every hash of some rows."""
    return [*rows.id.distinct(), *dict.fromkeys(row_hashes(rows))]


def _check_correction(record: RecordFile, row: Row, old: Row, earlier: Row, *, circle: int, watched: bool) -> Iterator[Problem]:
    """A correction of one row: ``earlier`` is the first that replaces it, ``circle`` of how many rows they replace one another in turn (0 for none)."""
    if old.place == row.place:
        yield record.at_cell(row, "replaces", "a row cannot replace itself")
    elif circle:
        message = f"this row and line {old.place.line} replace each other"
        if circle > len((row, old)):
            message = f"this row is one of {circle} that replace one another in a circle; the next is line {old.place.line}"
        yield record.at_cell(row, "replaces", message, "one of them is what was first written, and replaces nothing")
    elif row.known < (counts := old.start if watched and old.is_nothing and not old.replaces else old.known):
        since = f"known {old.known}" if counts == old.known else f"quiet from {counts} on"
        message = f"known on {row.known}, before the row it replaces (line {old.place.line}, {since})"
        yield record.at_cell(row, "known", message, "a correction counts from its own `known` day on")
    elif earlier.place != row.place:
        message = f"`{row.replaces}` is replaced twice, by line {earlier.place.line} and by this one"
        yield record.at_cell(row, "replaces", message, f"a second correction replaces the first: `{earlier.id or row_hash(earlier)}`")


def _replacement_cycles(following: Mapping[Place, Place]) -> dict[Place, int]:
    """The places in circles of rows that replace one another, each with the number of rows in its circle."""
    circle_sizes: dict[Place, int] = {}
    done: set[Place] = set()
    for start in following:
        path: list[Place] = []
        at: Place | None = start
        while at is not None and at not in done:
            done.add(at)
            path.append(at)
            at = following.get(at)
        if at in path:
            circle = path[path.index(at) :]
            circle_sizes |= dict.fromkeys(circle, len(circle))
    return circle_sizes


def _replacement_problem(record: RecordFile, row: Row, named: Sequence[Row], known: Sequence[str]) -> Problem:
    """The problem of a correction whose ``replaces`` names no row, or rows that say the same."""
    owner = next((candidate for candidate in named if candidate.id == row.replaces), None)
    if named and owner is not None:
        lines = " and ".join(str(candidate.place.line) for candidate in named if candidate.place != owner.place)
        message = f"`{row.replaces}` is the id of line {owner.place.line} and the hash of line {lines}"
        return record.at_cell(row, "replaces", message, f"give line {owner.place.line} another `id`")
    if named:
        lines = " and ".join(str(candidate.place.line) for candidate in named)
        return record.at_cell(row, "replaces", f"lines {lines} have the hash `{row.replaces}`", "give the row that is meant an `id`")
    rows = record.rows
    same_days = (rows.start == row.start.toordinal()) & (rows.end == row.end.toordinal()) & (rows.lines != row.place.line)
    alike = rows.take(np.flatnonzero(same_days)[:1])
    hint = did_you_mean(row.replaces, known)
    if alike and not hint:
        hint = f"line {alike[0].place.line} has the same days: its {f'id is `{alike[0].id}`' if alike[0].id else f'hash is `{row_hash(alike[0])}`'}"
    return record.at_cell(
        row,
        "replaces",
        f"no row has the id or the hash `{row.replaces}`",
        hint or "`forecast check --rows` shows the hashes of rows before this one is added",
    )
