"""Exports that somebody tampered with: whatever stands in them, the import ends with messages, and what it wrote can be read."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from forecast.actions.import_record import import_files
from forecast.book.files.folder import Folder
from forecast.forecasts.reading import collection_names, read_collection
from forecast.importers.choices import ImportChoices
from forecast.importers.formats import FORMATS
from tests.importers.conftest import NOW
from tests.support.metaculus_zips import aggregate, choices, forecast, numeric, question, score, write_zip

pytestmark = pytest.mark.medium

TABLES = ("question_data.csv", "forecast_data.csv", "score_data.csv", "README.md")
RESOLVED = {"Resolution": "12.5", "Resolution_Known_Time": "2026-01-21 09:30:00+00:00"}
DATES = {
    "Lower Bound": "2026-01-01",
    "Upper Bound": "2026-07-20",
    "Continuous Range": [(date(2026, 1, 1) + timedelta(days=at)).isoformat() for at in range(201)],
}
PIECES = [
    str([(date(2000, 1, 1) + timedelta(days=at * 10 + at // 90)).isoformat() for at in range(201)]),
    str([1.001**at for at in range(201)]),
    *("nan", "[nan]", "1e308", "-1e308", "[1e308, 2e308, 3e308]", "1e-320"),
    *(
        "",
        "\0",
        "\udc80",
        '"',
        "'",
        ",",
        "\r\n",
        "\r",
        "[",
        "]",
        "(",
        "None",
        "nan",
        "True",
        "-",
        "1e999",
        "inf",
        "0x1",
        "1_0",
        "٣",
        "\u202e",
        "\u2028",
        "\ufeff",
    ),
    *(
        "geometric_mean",
        "recency_weighted",
        "annulled",
        "2026-01-02 12:00:00+00:00",
        "0001-01-01 00:00:00+23:59",
        "9999-12-31 23:59:59-23:59",
        "99999",
    ),
    *("multiple_choice", "date", "discrete", "=1+1", "a" * 300, "[" * 300, "1" * 400, "me", "person-1", "../x", "a;b", "#"),
]


def files_made() -> dict[str, bytes]:
    """The files of an export with every kind of question."""
    cdf = [at / 200 for at in range(201)]
    asked = [question(1), choices(2), numeric(3, **RESOLVED), numeric(4, kind="discrete"), numeric(5, kind="date", **DATES)]
    rows = [
        forecast(1, 11, Probability_Yes=0.25, End_Time="2026-01-05 12:00:00+00:00"),
        forecast(1, 12, Probability_Yes=0.5),
        forecast(2, 11, Probability_Yes_Per_Category="[0.2, None, 0.8]"),
        forecast(3, 11, Continuous_CDF=cdf),
        forecast(4, 12, Is_Bot=True, Continuous_CDF=cdf[::20]),
        aggregate(3, Continuous_CDF=cdf),
        aggregate(2, "geometric_mean", Probability_Yes_Per_Category="[0.2, None, 0.7]"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = write_zip(Path(folder) / "x.zip", asked, rows, [score(3, 11), score(3, 12)])
        with zipfile.ZipFile(path) as file:
            return dict(zip(TABLES, map(file.read, TABLES), strict=True))


FILES = files_made()
CELLS = {name: list(csv.reader(io.StringIO(FILES[name].decode()))) for name in TABLES[:3]}
EDITS = st.lists(st.tuples(st.sampled_from(TABLES), st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES)), min_size=1, max_size=6)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS, st.booleans())
@example([("question_data.csv", 0.9, 3, "\u202e")], True)
def test_a_tampered_export_leaves_a_book_that_can_be_read(edits: list[tuple[str, float, int, str]], others: bool):  # noqa: FBT001
    """No edit makes the import fail otherwise than with problems, and none makes a collection in which something is wrong."""
    files = dict(FILES)
    for name, where, length, piece in edits:
        raw = files[name]
        at = round(where * len(raw))
        files[name] = raw[:at] + piece.encode("utf-8", "surrogateescape") + raw[at + length :]
    _check_import(files, others=others)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(TABLES[:3]),
            st.integers(0, 6),
            st.integers(0, 27),
            st.sampled_from(PIECES) | st.text(st.characters(codec="utf-8"), max_size=20),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_stands_in_a_cell_leaves_a_book_that_can_be_read(edits: list[tuple[str, int, int, str]]):
    """A cell, or a heading, is replaced as a whole by something that does not belong there."""
    cells = {name: [list(row) for row in rows] for name, rows in CELLS.items()}
    for name, at, column, piece in edits:
        row = cells[name][at % len(cells[name])]
        row[column % len(row)] = piece
    files = dict(FILES)
    for name, rows in cells.items():
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        files[name] = text.getvalue().encode("utf-8", "surrogateescape")
    _check_import(files, others=True)


def _check_import(files: Mapping[str, bytes], *, others: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "seeds").mkdir()
        path = root / "data.zip"
        with zipfile.ZipFile(path, "w") as file:
            for name, raw in files.items():
                file.writestr(name, raw)
        result = import_files(root, FORMATS["metaculus"], [path], ImportChoices(me=("11",), others=others), clock=lambda: NOW)
        if not result.path:
            assert [problem.level for problem in result.problems] == ["error"]
            assert collection_names(Folder(root)) == ()
            return
        record, problems = read_collection(Folder(root), "metaculus")
        assert problems == ()
        assert len(record.forecasts) == result.added["forecasts"]
        again = import_files(root, FORMATS["metaculus"], [path], ImportChoices(me=("11",), others=others), clock=lambda: NOW)
        assert set(again.added.values()) == {0}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4), st.floats(0, 1))
def test_a_damaged_zip_ends_with_messages(changes: list[tuple[float, int]], kept: float):
    """Changed bytes and a cut file are found, or do not matter."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "seeds").mkdir()
        path = write_zip(root / "data.zip", [question()], [forecast(Probability_Yes=0.5)], [score()])
        raw = bytearray(path.read_bytes())
        for where, byte in changes:
            raw[min(int(where * len(raw)), len(raw) - 1)] = byte
        path.write_bytes(raw[: len(raw) if kept > 0.2 else int(kept * 5 * len(raw))])
        result = import_files(root, FORMATS["metaculus"], [path], ImportChoices(), clock=lambda: NOW)
        assert result.path or [problem.level for problem in result.problems] == ["error"]


def test_of_two_persons_with_one_score_the_user_keeps_the_name(tmp_path: Path):
    """A second import adds nobody, though the other person stands first in the file and has the same score, and no forecast tells the two apart."""
    (tmp_path / "seeds").mkdir()
    path = write_zip(tmp_path / "data.zip", [numeric(3, **RESOLVED)], [], [score(3, 12), score(3, 11)])
    first, second = (
        import_files(tmp_path, FORMATS["metaculus"], [path], ImportChoices(me=("11",), others=False), clock=lambda: NOW) for _ in range(2)
    )
    assert (first.added["people"], first.added["scores"]) == (1, 1)
    assert set(second.added.values()) == {0}
