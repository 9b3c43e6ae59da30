"""`observe` writes what it is given: a hostile text is read back as it was, in one row, or refused with a problem and nothing written."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from forecast.actions.observe import Observation, observe
from forecast.book.files.problems import Problem
from forecast.book.reading import read_book
from tests.support.hostile_books import harmless
from tests.support.payloads import PAYLOADS

pytestmark = pytest.mark.medium

TODAY = date(2025, 1, 1)
DAY = date(2024, 8, 1)
PLACES = ("value", "source", "grade", "note", "id", "replaces", "origin", "low", "weather", "counted", "a new column")


def observed(root, place, text):
    """A row appended to the record of late crossings, with a text in one place; what was done, and the record before and after."""
    book = harmless()
    for index, row in enumerate(book.records["late"]):
        row.extend(["", "", "", "", "A", ""] if index else ["note", "id", "replaces", "origin", "grade", "value_low"])
    path = book.written(root) / "seeds" / "ferry" / "late.csv"
    before = path.read_bytes()
    given = {"value": "3", "source": "Ann", "columns": {"counted": "50", "weather": "calm"}}
    if place in {"weather", "counted"}:
        given["columns"] = given["columns"] | {place: text}
    elif place == "a new column":
        given["columns"] = given["columns"] | {text: "1"}
    else:
        given |= {place: text}
    if place == "low":
        given |= {"value": ""}
    done = observe(root, "ferry.late", Observation(DAY, DAY, **given), today=TODAY)
    return done, before, path.read_bytes()


def outcome(root, place, text):
    """``written`` where the row is read back with the text in its place and every other row is what it was; ``refused`` where nothing was written."""
    done, before, after = observed(root, place, text)
    if done.problems:
        assert all(isinstance(problem, Problem) for problem in done.problems)
        assert after == before
        return "refused"
    book, problems = read_book(root)
    assert [problem for problem in problems if problem.level == "error"] == []
    row = book.topics["ferry"].streams["late"].rows[-1]
    said = {
        "source": row.source,
        "note": row.note,
        "id": row.id,
        "replaces": row.replaces,
        "origin": row.origin,
        "weather": row.columns["weather"],
    }
    if place in said:
        text = text.replace("\r\n", "\n")  # lines of a file end alike
        assert said[place] == (text.strip(" \t") if text.strip() else "")  # spaces around a cell are no part of it
    old, new = (list(csv.reader(data.decode().splitlines(keepends=True))) for data in (before, after))
    assert len(new) == len(old) + 1
    assert [row[: len(old[0])] for row in new[:-1]] == old
    return "written"


@pytest.mark.parametrize("place", ["note", "weather", "id"])
def test_a_hostile_text_is_read_back_or_refused(place, tmp_path):
    """A few texts: formulas are data, and what would break a row or is never seen is not written."""
    tried = {"formula of a table": "=1+1", "cells": 'a,"b\n"c', "quotes": "\"'''", "half": "a\udcff", "separator": "a\u2028b"}
    found = {name: outcome(tmp_path, place, text) for name, text in tried.items()}
    many_lines = "written" if place == "note" else "refused"
    assert found == {"formula of a table": "written", "cells": many_lines, "quotes": "written", "half": "refused", "separator": "refused"}


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_every_hostile_text_is_read_back_or_refused(place, tmp_path):
    """Each text in each place of a row."""
    found = {name: outcome(tmp_path, place, text) for name, text in PAYLOADS.items()}
    assert len(found) == 66
    assert set(found.values()) <= {"written", "refused"}
    assert ("written" in found.values()) == (place in {"source", "note", "id", "origin", "weather", "a new column"})
