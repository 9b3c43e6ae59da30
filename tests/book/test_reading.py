"""A book is read whole: its values, its order, and all its problems."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from forecast.book.cycles import find_cycles, topological_order
from forecast.book.files.layout import find_root
from forecast.book.files.problems import Place, Problem, format_problem
from forecast.book.reading import read_book
from forecast.book.topic import Row
from tests.support.paths import TINY_BOOK

pytestmark = pytest.mark.medium

TINY = TINY_BOOK


def test_the_tiny_book_is_read_as_it_is_written() -> None:
    """Streams, series, questions and priors come out as the values their files hold."""
    topic = read_book(TINY)[0].topics["ferry"]
    assert topic.labels == {"fault": ("hull", "engine"), "weather": ("calm", "rough")}
    assert {name: question.kind for name, question in topic.questions.items()} == {
        "three_more": "probability",
        "next_fault": "date",
        "what_is_broken": "shares",
    }
    assert topic.streams["late"].rows[1] == Row(
        place=Place("seeds/ferry/late.csv", 3),
        start=date(2024, 2, 12),
        end=date(2024, 2, 18),
        value=17.0,
        known=date(2024, 2, 18),
        source="Passenger count",
        columns={"counted": 58.0, "weather": "rough"},
    )
    assert (topic.streams["late"].covariates, topic.streams["late"].label_columns) == (("counted",), ("weather",))
    assert [(point.day, point.value) for point in topic.series["crossings"].points] == [
        (date(2024, 1, 1), 240.0),
        (date(2024, 5, 1), 360.0),
        (date(2024, 10, 1), 240.0),
    ]
    lateness = topic.parameters["lateness"]
    assert (lateness.per, lateness.labels, lateness.prior, sorted(lateness.by_label)) == (
        "weather",
        ("calm", "rough"),
        None,
        ["calm", "rough"],
    )
    assert sorted(topic.texts) == [
        "priors/ferry.toml",
        "seeds/ferry/breakdowns.csv",
        "seeds/ferry/crossings.csv",
        "seeds/ferry/late.csv",
        "seeds/ferry/topic.toml",
    ]


def test_parameters_stand_after_those_their_priors_name(tmp_path: Path) -> None:
    """Whatever the order in the file, a parent comes before its child, and the others stay in place."""
    book = tmp_path / "book"
    shutil.copytree(TINY, book)
    path = book / "priors" / "ferry.toml"
    head, *tables = path.read_text().split("\n[")
    path.write_text("\n[".join([head, *reversed(tables)]))
    topic = read_book(book)[0].topics["ferry"]
    assert list(topic.parameters) == ["usual_lateness", "lateness", "fault", "usual_crossings", "burstiness", "breakdown_rate"]


def test_problems_of_all_files_are_told_together(tmp_path: Path) -> None:
    """A broken topic file hides no problem of the prior file or of a record, nor does one topic another's; order is by place."""
    book = tmp_path / "book"
    shutil.copytree(TINY, book)
    for folder, suffix in (("seeds", ""), ("priors", ".toml")):
        source = book / folder / f"ferry{suffix}"
        target = book / folder / f"tram{suffix}"
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    replace(book / "seeds/ferry/topic.toml", "title", "titel")
    replace(book / "priors/ferry.toml", "sigma=40", "sigma=0")
    replace(book / "seeds/ferry/late.csv", ",4,", ",four,")
    replace(book / "seeds/tram/late.csv", ",17,", ",71,")
    read, problems = read_book(book)
    assert not read.topics
    assert [(problem.place.path, problem.place.line) for problem in problems] == [
        ("priors/ferry.toml", 17),
        ("seeds/ferry/late.csv", 2),
        ("seeds/ferry/topic.toml", 1),
        ("seeds/ferry/topic.toml", 2),
        ("seeds/tram/late.csv", 3),
    ]


def test_topics_can_be_chosen_by_name(tmp_path: Path) -> None:
    """Only the topics asked for are read; a name no topic has is a problem with the nearest one as a hint."""
    book = tmp_path / "book"
    shutil.copytree(TINY, book)
    (book / "seeds" / "broken").mkdir()
    (book / "seeds" / "broken" / "topic.toml").write_text("=")
    read, problems = read_book(book, ["ferry", "fery"])
    assert list(read.topics) == ["ferry"]
    assert [(problem.message, problem.hint) for problem in problems] == [("no topic `fery` in this book", "did you mean `ferry`?")]
    _, problems = read_book(book, ["ferry.three_more"])
    assert [problem.hint for problem in problems] == ["this command takes a topic, without a question: `ferry`"]
    _, problems = read_book(book, ["three_more"])
    assert [problem.hint for problem in problems] == ["that is a question; this command takes its topic: `ferry`"]


def test_a_directory_that_is_no_book_is_told(tmp_path: Path) -> None:
    """Without `seeds` there is no book, and from inside a book its root is found."""
    read, problems = read_book(tmp_path)
    assert (dict(read.topics), [problem.message for problem in problems]) == (
        {},
        ["this directory is not a book: it has no `seeds` directory"],
    )
    assert find_root(TINY / "seeds" / "ferry") == TINY
    assert find_root(tmp_path) is None


def test_circles_and_orders() -> None:
    """A circle is described from its first name back to it; without circles each name comes after those it names."""
    assert find_cycles({"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": ["d"]}) == (("a", "b", "c", "a"), ("d", "d"))
    assert find_cycles({"a": ["b", "c"], "b": ["c"], "c": []}) == ()
    assert topological_order({"a": ["c"], "b": [], "c": ["b"]}) == ("b", "c", "a")
    chain = {str(number): [str(number + 1)] for number in range(5000)} | {"5000": []}
    assert find_cycles(chain) == ()
    assert topological_order(chain)[0] == "5000"


def test_a_problem_is_shown_with_its_line_and_a_marker_under_the_fault() -> None:
    """Tabs and wide letters keep the marker in place, and what a terminal would act on is not passed on."""
    shown = format_problem(Problem(Place("a.toml", 3, 6), "bad \x1b[31m", "mend it", "\t値 = x\x1b", "warning"))
    assert shown == "a.toml:3:6: warning: bad \\x1b[31m\n    \t値 = x\\x1b\n    \t     ^\n    mend it"


def test_reading_a_book_imports_none_of_the_heavy_packages() -> None:
    """Checking a book pays for NumPy and scipy.special, and for nothing heavier."""
    program = (
        "import sys; from pathlib import Path; from forecast.book.reading import read_book; read_book(Path(sys.argv[1]));"
        "print(sorted({'pymc','pytensor','arviz','pandas','xarray','scipy.stats','scipy.optimize','pydantic','filelock','tomlkit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(TINY)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text's first occurrence in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
