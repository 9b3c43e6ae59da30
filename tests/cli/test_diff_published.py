"""``forecast diff --published`` and ``--markdown``, as they are typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from forecast.schema.topic import content_bytes, digest_of, read_content
from tests.cli.conftest import Run
from tests.support.repositories import git

pytestmark = pytest.mark.medium


@pytest.fixture
def committed(published: Path) -> Path:
    """The published tiny book, committed with its reports."""
    git(published, "init", "--quiet", "--initial-branch=main")
    git(published, "add", ".")
    git(published, "commit", "--quiet", "--message=one")
    return published


def edit_first_answer(root: Path) -> str:
    """Write another probability into the report, as another update would; return the question's name."""
    path = root / "reports" / "ferry.json"
    content = read_content(path.read_bytes())
    answer = next(each for each in content["answers"] if each["kind"] == "probability" and each["status"] == "open")
    answer["value"]["value"], answer["headline"] = 0.875, "88 %"  # type: ignore[index, typeddict-unknown-key]
    content["digest"] = digest_of(content)
    path.write_bytes(content_bytes(content))
    return answer["name"]


def test_reports_that_were_not_touched_are_said_to_be_the_same(run: Run, committed: Path):
    """Right after a commit nothing changes, in Markdown and in JSON."""
    told = run("diff", "HEAD", "--published", "--markdown", on=committed)
    assert (told.code, told.err) == (0, "")
    assert "\nNo answer changes: all " in told.out
    data = json.loads(run("diff", "HEAD", "--published", "--json", on=committed).out)
    assert (data["changes"], data["notes"], data["problems"]) == ([], [], [])
    assert data["unchanged"] > 0


def test_the_reports_of_a_commit_are_set_beside_those_that_stand(run: Run, committed: Path):
    """An answer that an update moved is a row of the table, by itself; the base is named by its commit."""
    name = edit_first_answer(committed)
    told = run("diff", "HEAD", "--published", "--markdown", on=committed)
    assert told.code == 0
    rows = [line for line in told.out.splitlines() if line.startswith("| `")]
    assert len(rows) == 1
    assert rows[0].startswith(f"| `ferry.{name}` | ")
    assert "| 88 % (" in rows[0]
    assert f"From the reports of commit {git(committed, 'rev-parse', 'HEAD')[:9]} to the reports as they stand." in told.out
    shown = run("diff", "HEAD", "--published", on=committed).out
    assert f"ferry.{name}" in shown


def test_the_base_of_a_merge_that_is_checked_out_by_itself_is_its_first_parent(run: Run, committed: Path):
    """`HEAD~1` is the base where a pull request's merge is checked out detached, as on GitHub."""
    base = git(committed, "rev-parse", "HEAD")
    git(committed, "switch", "--quiet", "--create", "edit")
    git(committed, "commit", "--quiet", "--allow-empty", "--message=edit")
    git(committed, "switch", "--quiet", "main")
    git(committed, "merge", "--quiet", "--no-ff", "--message=merge", "edit")
    git(committed, "switch", "--quiet", "--detach")
    told = run("diff", "HEAD~1", "--published", "--markdown", on=committed)
    assert f"From the reports of commit {base[:9]} to" in told.out


def test_a_commit_without_reports_has_none_to_compare(run: Run, committed: Path):
    """Every answer is new where the base has no reports."""
    git(committed, "rm", "-r", "--quiet", "--cached", "reports")
    git(committed, "commit", "--quiet", "--message=two")
    data = json.loads(run("diff", "HEAD", "--published", "--json", on=committed).out)
    assert {change["change"] for change in data["changes"]} == {"new"}
    assert data["notes"] == ["ferry has its first report."]


def test_a_report_kept_as_a_file_is_compared(run: Run, committed: Path, tmp_path: Path):
    """The first run may be the file of a report, which is compared with the one that stands."""
    kept = tmp_path / "kept.json"
    kept.write_bytes((committed / "reports" / "ferry.json").read_bytes())
    name = edit_first_answer(committed)
    data = json.loads(run("diff", str(kept), "--published", "--json", on=committed).out)
    assert [change["question"] for change in data["changes"]] == [name]


def test_a_report_of_the_base_that_cannot_be_read_is_a_warning(run: Run, committed: Path):
    """A broken report in the base is named, and its answers count as new."""
    (committed / "reports" / "ferry.json").write_text("{}")
    git(committed, "add", ".")
    git(committed, "commit", "--quiet", "--message=two")
    git(committed, "checkout", "--quiet", "HEAD~1", "--", "reports/ferry.json")
    told = run("diff", "HEAD", "--published", "--markdown", on=committed)
    assert told.code == 0
    assert "reports/ferry.json" in told.err


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        (("HEAD", "--published", "--markdown", "--json"), 2, "either JSON or Markdown"),
        (("HEAD",), 2, "name the other run"),
        (("no-such-commit", "--published"), 1, "no commit `no-such-commit`"),
        (("nothing.json", "--published"), 1, "nothing.json cannot be read"),
        (("HEAD", "--published", "--topic", "nothing"), 1, "no report of `nothing` is in either"),
    ],
)
def test_what_cannot_be_compared_is_refused(run: Run, committed: Path, typed: tuple[str, ...], code: int, message: str):
    """A wrong command line ends with code 2, and a run that is not there with code 1 and a message."""
    told = run("diff", *typed, on=committed)
    assert told.code == code
    assert message in " ".join(told.err.split())


def test_two_runs_as_markdown_name_what_moved_each_answer(run: Run):
    """A table of measures with the parts of the change; two days that are the same say so."""
    told = run("diff", "2024-11-01", "2025-01-01", "--markdown")
    assert told.code == 0
    assert "| question | before | after | change | because of |" in told.out
    assert "| `ferry.three_more` | " in told.out
    same = run("diff", "2025-01-01", "2025-01-01", "--markdown").out
    assert "No answer changes." in same
    assert "- ferry is the same in both." in same


def test_without_a_run_it_is_said_how_to_find_one(run: Run, book: Path, published: Path):
    """What a run may be, and the newest that the ledger has, whose hash is taken as it stands; an empty ledger has none."""
    for words in ((), ("2025-01-01",)):
        ran = run("diff", *words, on=published)
        said = " ".join(ran.err.replace("│", " ").split())
        assert (ran.code, "A run is a day, which is replayed, a report's JSON (reports/TOPIC.json), a commit (HEAD~1)" in said) == (2, True)
        match = re.search(r"the newest here: ([0-9a-f]{8}) \(ferry, as of 2025-01-01\)", said)
        assert match is not None
        assert run("diff", match[1], "2025-01-01", "--draws", "256", on=published).code == 0
    assert "this one is empty" in " ".join(run("diff", on=book).err.split())
