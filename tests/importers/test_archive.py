"""ZIPs that are damaged, hostile or not what was meant: refused with a message, and with bounded work."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.importers import archive
from tests.importers.conftest import Import, complaints
from tests.support.metaculus_zips import QUESTION_HEADINGS, csv_text, forecast, question, write_zip

QUESTIONS = csv_text(QUESTION_HEADINGS, [question()])


def zip_of(path: Path, *files: tuple[str, str | bytes]) -> Path:
    """A ZIP with these files, of which two may have one name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files:
            file.writestr(name, text)
    return path


def encrypted(path: Path) -> Path:
    """A ZIP whose file says that it is encrypted."""
    raw = bytearray(zip_of(path, ("question_data.csv", QUESTIONS)).read_bytes())
    raw[6] |= 1
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    return path


def damaged(path: Path) -> Path:
    """A ZIP in which a byte of a file was changed."""
    raw = bytearray(zip_of(path, ("question_data.csv", QUESTIONS)).read_bytes())
    raw[raw.find(b"question_data.csv") + 60] ^= 255
    path.write_bytes(raw)
    return path


def cut(path: Path) -> Path:
    """A ZIP that was not downloaded whole."""
    raw = zip_of(path, ("question_data.csv", QUESTIONS)).read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    return path


def table(path: Path) -> Path:
    """A CSV file in place of a ZIP."""
    path.write_text(QUESTIONS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        (lambda path: path, "there is no such file", "name the ZIP that you downloaded"),
        (table, "this is no ZIP, or it was not downloaded whole", "name the ZIP as it was downloaded"),
        (cut, "this is no ZIP, or it was not downloaded whole", "name the ZIP as it was downloaded"),
        (encrypted, "question_data.csv is encrypted", "unpack the ZIP and pack it again without a password"),
        (zip_of, "this ZIP has no question_data.csv", "name the ZIP as it was downloaded"),
        (
            lambda path: zip_of(path, ("data/question_data.csv", QUESTIONS)),
            "this ZIP has no question_data.csv",
            "it has one in a folder: pack the files themselves, so that question_data.csv stands at the top",
        ),
        (
            lambda path: zip_of(path, ("../../question_data.csv", QUESTIONS)),
            "this ZIP has no question_data.csv",
            "it has one in a folder: pack the files themselves, so that question_data.csv stands at the top",
        ),
        (
            lambda path: zip_of(path, ("inner.zip", b"PK")),
            "this ZIP has no question_data.csv",
            "it holds another ZIP: unpack it, and name the one inside",
        ),
    ],
)
def test_what_is_no_export_is_refused(make: Callable[[Path], Path], message: str, hint: str, bring: Import, tmp_path: Path, root: Path):
    """The message says what is wrong and the hint what to do; nothing is written."""
    (problem,) = bring(file=make(tmp_path / "data.zip")).problems
    assert (problem.place.path, problem.message, problem.hint, problem.level) == ("data.zip", message, hint, "error")
    assert not (root / "seeds" / "records").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(bring: Import, tmp_path: Path):
    """Which of them other programs would read is not known."""
    path = zip_of(tmp_path / "data.zip", ("question_data.csv", QUESTIONS), ("question_data.csv", QUESTIONS))
    assert complaints(bring(file=path)) == [("data.zip", 1, "this ZIP has two files called question_data.csv")]


def test_a_damaged_file_is_refused(bring: Import, tmp_path: Path):
    """A changed byte is found, whatever it does to the text."""
    ((path, _, message),) = complaints(bring(file=damaged(tmp_path / "data.zip")))
    assert path == "data.zip/question_data.csv"
    assert message.startswith("this file in the ZIP is damaged: ")


def test_a_file_larger_than_the_bound_is_refused_before_it_is_read(bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A ZIP bomb costs nothing: its declared size is looked at first, and no more than that is ever read."""
    monkeypatch.setattr(archive, "MOST_MEMBER_BYTES", 10_000)
    path = zip_of(tmp_path / "data.zip", ("question_data.csv", QUESTIONS + "\n" * 20_000))
    ((_, _, message),) = complaints(bring(file=path))
    assert message == f"question_data.csv has {len(QUESTIONS) + 20_000:,} bytes; at most 10,000 can be read"


def test_a_zip_larger_than_the_bound_is_refused(bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file of any size is refused by its size alone."""
    monkeypatch.setattr(archive, "MOST_ARCHIVE_BYTES", 100)
    path = zip_of(tmp_path / "data.zip", ("question_data.csv", QUESTIONS))
    assert complaints(bring(file=path))[0][2] == f"this file has {path.stat().st_size} bytes; at most 100 can be read"


def test_a_zip_of_very_many_files_is_refused(bring: Import, tmp_path: Path):
    """Its list of files is not even read."""
    path = zip_of(tmp_path / "data.zip", *((f"{number}.txt", "") for number in range(1_001)))
    assert complaints(bring(file=path)) == [("data.zip", 1, "this ZIP has more than 1,000 files")]


def test_a_line_without_end_is_refused(bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No line longer than the bound is ever in memory."""
    monkeypatch.setattr(archive, "LONGEST_TEXT_LINE", 1_000)
    path = zip_of(tmp_path / "data.zip", ("question_data.csv", QUESTIONS + "x" * 1_001))
    assert complaints(bring(file=path)) == [("data.zip/question_data.csv", 3, "this line has more than 1,000 characters")]


def test_a_file_of_very_many_lines_is_refused(bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """However little each of them holds."""
    monkeypatch.setattr(archive, "MOST_TEXT_LINES", 100)
    path = zip_of(tmp_path / "data.zip", ("question_data.csv", QUESTIONS + "\n" * 200))
    assert complaints(bring(file=path)) == [("data.zip/question_data.csv", 101, "this file has more than 100 lines")]


def test_a_file_of_very_many_columns_is_refused(bring: Import, tmp_path: Path):
    """A header is not compared with itself without bound."""
    path = zip_of(tmp_path / "data.zip", ("question_data.csv", ",".join(QUESTION_HEADINGS) + "," * 1_000_000))
    assert complaints(bring(file=path))[0][2] == "this file has 1,000,028 columns; at most 200 can be read"


def test_long_cells_are_neither_imported_nor_printed_whole(bring: Import):
    """A title of 100,000 characters is left out, and a reason quotes the beginning of a cell."""
    result = bring([question(1, Question_Title="x" * 100_000), question(2, Question_Type="y" * 100_000)])
    messages = [message for _, _, message in complaints(result)]
    assert messages[0] == "left out: question 1: a text of 100,000 characters; at most 20,000 can be read"
    assert len(messages[1]) < 250


def test_other_files_in_the_zip_are_not_looked_at(bring: Import, tmp_path: Path):
    """Comments, links, paths that lead elsewhere, encrypted or nested files beside the tables do not matter."""
    others = {"comment_data.csv": b"\xff\xfe\0", "/etc/passwd": "x", "../../evil": "x", "inner.zip": b"PK"}
    assert bring(file=write_zip(tmp_path / "data.zip", [question()], files=others)).problems == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_table_in_another_encoding_is_refused(encoding: str, bring: Import, tmp_path: Path):
    """The message says which headings were looked for."""
    path = zip_of(tmp_path / "data.zip", ("question_data.csv", QUESTIONS.encode(encoding)))
    assert complaints(bring(file=path)) == [("data.zip/question_data.csv", 1, "this file has no column `Question ID`")]


def test_rows_with_nul_characters_or_other_bytes_are_left_out(bring: Import):
    """The row is named, and the rest is imported."""
    rows = csv_text(QUESTION_HEADINGS, [question(1), question(2), question(3)]).encode()
    rows = rows.replace(b"invented thing 1", b"a \0").replace(b"invented thing 2", b"caf\xe9")
    result = bring(files={"question_data.csv": rows})
    reason = "left out: this row holds a NUL character, or bytes that are not UTF-8"
    assert [its for its in complaints(result) if "README" not in its[0]] == [
        ("data.zip/question_data.csv", 2, reason),
        ("data.zip/question_data.csv", 3, reason),
    ]
    assert result.added["questions"] == 1


def test_a_mark_at_the_beginning_is_no_part_of_the_first_heading(bring: Import):
    """What a spreadsheet saves begins with a byte order mark."""
    assert bring(files={"question_data.csv": b"\xef\xbb\xbf" + QUESTIONS.encode()}).added["questions"] == 1


def test_a_row_whose_quotes_are_not_sound_is_left_out(bring: Import):
    """The rows after it are read."""
    rows = csv_text(QUESTION_HEADINGS, [question(1), question(2)]).replace('"', "").split("\r\n")
    text = "\r\n".join([rows[0], '1,"Will "it?,,', *rows[2:]])
    result = bring(files={"question_data.csv": text})
    assert [its[:2] for its in complaints(result)] == [("data.zip/question_data.csv", 2)]
    assert result.added["questions"] == 1


def test_of_very_many_rows_that_do_not_fit_the_first_are_listed(bring: Import):
    """All are counted."""
    result = bring([question()], [forecast(2) for _ in range(300)], others=True)
    assert result.left_out == {"data.zip/forecast_data.csv": 300}
    assert len(result.problems) == 201
    assert result.problems[-1].message == "left out: 100 more rows of this file, for reasons such as these"
