"""``forecast init``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new import books
from forecast.actions.new.books import new_book
from forecast.actions.update import update
from forecast.book.files.schemas import schema_texts
from forecast.book.reading import read_book
from forecast.model.settings import Settings
from tests.cli.conftest import files_of
from tests.support.command_line import CliRunner, commands

TODAY = date(2026, 11, 26)


def test_a_new_book_is_sound_and_answers_at_once(tmp_path: Path):
    """It has one topic without a problem, folders with a word on what to edit, the schemas, and an update works."""
    root = tmp_path / "questions"
    ran = CliRunner().invoke(commands(), ["init", str(root)])
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("questions is a book now, with one topic, `example`, whose question is invented.\n")
    assert sorted(files_of(root)) == [
        ".gitignore",
        "priors/README.md",
        "priors/example.toml",
        "schemas/book.json",
        "schemas/contracts.json",
        "schemas/priors.json",
        "schemas/topic.json",
        "seeds/README.md",
        "seeds/example/events.csv",
        "seeds/example/topic.toml",
    ]
    assert (root / ".gitignore").read_text() == "reports/.lock\n"
    book, problems = read_book(root)
    assert (list(book.topics), problems) == (["example"], ())
    today = book.topics["example"].streams["events"].rows[-1].end
    done = update(root, as_of=today, today=today, settings=Settings(), referee=False, insight=False)
    assert (done.exit_code, [answer["name"] for answer in done.contents["example"]["answers"]]) == (0, ["happens", "when"])


def test_editors_find_the_schemas_of_a_new_book(tmp_path: Path):
    """The first line of each TOML file leads to a fresh copy of its schema in the book."""
    assert new_book(tmp_path, today=TODAY).problems == ()
    for path, schema in (("seeds/example/topic.toml", "topic.json"), ("priors/example.toml", "priors.json")):
        directive, _, rest = (tmp_path / path).read_text().partition("\n")
        target = (tmp_path / path).parent / directive.removeprefix("#:schema ")
        assert target.read_text() == schema_texts()[schema]
        assert rest


def test_what_stands_in_the_directory_stays(tmp_path: Path):
    """Other files are untouched, and .gitignore gets one line more."""
    (tmp_path / "README.md").write_text("Mine.\n")
    (tmp_path / ".gitignore").write_text("*.bak")
    assert new_book(tmp_path, today=TODAY).problems == ()
    assert (tmp_path / "README.md").read_text() == "Mine.\n"
    assert (tmp_path / ".gitignore").read_text() == "*.bak\nreports/.lock\n"


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ("seeds/x.txt", "this directory holds a book already: it has `seeds`"),
        ("priors/x.toml", "this directory holds a book already: it has `priors`"),
        ("schemas/x.json", "`schemas` is there already, and a book keeps the schemas for editors in it"),
    ],
)
def test_a_book_is_not_overwritten(tmp_path: Path, made: str, message: str):
    """A directory with one of a book's folders is refused with exit code 1, and nothing in it changes."""
    (tmp_path / made).parent.mkdir()
    (tmp_path / made).write_text("")
    ran = CliRunner().invoke(commands(), ["init", str(tmp_path)])
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"error: {message}\n" in ran.stderr
    assert list(files_of(tmp_path)) == [made]


def test_a_file_is_no_directory(tmp_path: Path):
    """A file's path is refused."""
    (tmp_path / "notes").write_text("")
    ran = CliRunner().invoke(commands(), ["init", str(tmp_path / "notes")])
    assert (ran.exit_code, "this is a file, not a directory" in ran.stderr) == (1, True)


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the last step fails the directory is as it was."""

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(books, "_ignore_lock", full)
    (tmp_path / "README.md").write_text("Mine.\n")
    (problem,) = new_book(tmp_path, today=TODAY).problems
    assert problem.message == "this cannot be written: No space left on device"
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
