"""A book in which one hidden regime drives two streams, through the commands: checked, answered, explained, replayed and shown."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.diff import difference
from forecast.actions.history import replay_history
from forecast.actions.update import update
from forecast.actions.why import reasons
from forecast.book.reading import read_book
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.report.graph import graph_of
from forecast.schema.topic import read_content
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

AS_OF = date(2023, 7, 15)
FEW = Settings(draws=4_096)  # what is asked here is what is said, and not how exactly
BOATS = """
[streams.boats]
about = "Boats that left."
value = "Poisson(mu=2 * level[phase] * years)"

[questions.both]
asks   = "Will 30 ships and 60 boats or more leave in 2024 and 2025?"
answer = "total(ships) >= 30 and total(boats) >= 60"
since  = 2024-01-01
by     = 2025-12-31
"""
ROWS = """from,to,value,known,source,grade,note
2019-01-01,2019-12-31,5,2020-03-01,a register,A,
2020-01-01,2020-12-31,31,2021-03-01,a register,A,
2022-01-01,2022-06-30,18,2022-08-01,a register,A,
2022-07-01,2022-12-31,4,2023-02-01,a register,A,
"""


def write_harbour(root: Path, *, until: date | None = None) -> Path:
    """The book of the harbour with boats beside the ships, without the rows that became known after a day."""
    shutil.copytree(ROOT / "tests" / "books" / "hidden", root)
    folder = root / "seeds" / "harbour"
    (folder / "boats.csv").write_text(ROWS, encoding="utf-8")
    with (folder / "topic.toml").open("a", encoding="utf-8") as topic:
        topic.write(BOATS)
    for path in (folder / "boats.csv", folder / "ships.csv"):
        header, *lines = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        kept = [line for line in lines if until is None or date.fromisoformat(line[header.index("known")]) <= until]
        path.write_text("".join(",".join(line) + "\n" for line in (header, *kept)), encoding="utf-8")
    return root


@pytest.fixture(name="book", scope="module")
def made_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book with two published days."""
    root = write_harbour(tmp_path_factory.mktemp("shared") / "book")
    assert [problem for problem in read_book(root)[1] if problem.level == "error"] == []
    for day in (date(2023, 1, 15), AS_OF):
        assert update(root, as_of=day, today=day, settings=FEW, referee=False).exit_code == 0
    return root


def test_the_report_names_both_streams(book: Path):
    """The regime has both streams in the JSON, and in the picture of the model `stay` moves both."""
    content = read_content((book / "reports" / "harbour.json").read_bytes())
    (regime,) = content["regimes"]
    assert (regime["stream"], regime["streams"], regime["observed"]) == ("ships", ["ships", "boats"], 9)
    assert {("stay", "ships"), ("stay", "boats")} <= {*graph_of(content).edges}
    assert "## Hidden regimes" in (book / "reports" / "harbour.md").read_text(encoding="utf-8")


def test_the_answer_has_reasons_and_a_history(book: Path):
    """`why`, `history` and `diff` take the topic like any other."""
    told = reasons(book, "both")
    assert not told.problems
    assert told.rests_on
    found = replay_history(book, "both", since=None, until=AS_OF, every="quarter", settings=FEW)
    assert not found.problems
    assert found.history is not None
    assert found.history.points
    moved = difference(book, "2023-01-15", "2023-07-15", topics=None, today=AS_OF, settings=FEW)
    assert not moved.problems
    assert [its.topic for its in moved.moved] == ["harbour"]


def test_a_replay_sees_no_later_row_of_either_stream(tmp_path: Path):
    """With what became known later taken out of both files, the answers as of a day are the same to the last digit."""
    day = date(2022, 9, 1)
    whole, cut = (read_book(write_harbour(tmp_path / name, until=until))[0] for name, until in (("whole", None), ("cut", day)))
    assert len(whole.topics["harbour"].streams["boats"].rows) > len(cut.topics["harbour"].streams["boats"].rows)
    answers = [analyse(made.topics["harbour"], day, Settings(engine="importance"), referee=False).result.answers for made in (whole, cut)]
    for name in ("many", "both"):
        assert answers[0][name].value == answers[1][name].value
    assert 0.02 < answers[0]["both"].value.value < 0.98  # type: ignore[union-attr]
