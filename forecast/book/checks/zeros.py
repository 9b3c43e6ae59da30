"""Check of zeros: that nothing happened is seen on a page only where the page says so, and a note says where it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from forecast.book.checks.statements import family_of
from forecast.book.draft import Draft
from forecast.book.files.problems import Problem
from forecast.book.records import RecordFile
from forecast.book.rows import current_rows

SEEN = "A"  # the grade of what stands on a page that was seen


def check_zeros(draft: Draft) -> Iterator[Problem]:
    """Warn of rows that say, with grade A and without a note, that nothing happened; one warning stands for all of a record.

    A zero that is measured, as a temperature, is a value like any other, and a report that says zero has an origin.
    """
    for stream in draft.streams.values():
        kind = family_of(stream.value)
        if stream.record is not None and kind is not None and (kind.value_kind.is_count or kind.value_kind.is_amount):
            yield from _zero_problems(stream.record)


def _zero_problems(record: RecordFile) -> Iterator[Problem]:
    rows = current_rows(record.rows)
    is_seen = rows.grade.codes == (rows.grade.texts.index(SEEN) if SEEN in rows.grade.texts else -1)
    places = np.flatnonzero(rows.is_nothing & is_seen & ~rows.note.filled)
    if not len(places):
        return
    more = "" if len(places) == 1 else f"; {len(places) - 1} more {'is' if len(places) == 2 else 'are'} like it"
    problem = record.at_cell(
        rows[int(places[0])],
        "grade",
        f"this zero has grade A and no note{more}",
        "say in `note` where the source says that there was none; where it does not, the grade is C",
    )
    yield replace(problem, level="warning")
