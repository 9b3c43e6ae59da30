"""The reports in this repository are what the code makes of their JSON, to the byte."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from forecast.actions.cache import report_directories
from forecast.book.files.folder import Folder
from forecast.book.index_order import index_order
from forecast.report.pages import render_index, render_topic
from forecast.report.rerender import render_missing_pages
from forecast.report.score_page import render_score_page
from forecast.schema.score_page import read_score_page
from forecast.schema.topic import read_content
from forecast.sentences.change_sentences import move_sentence
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

REPORTS = ROOT / "reports"
DIRECTORIES = [REPORTS, *sorted(path for path in (REPORTS / "as-of").glob("*") if path.is_dir())]
SCORES = REPORTS / "score.json"
NOT_MADE = {"README.md", "ledger.jsonl", ".lock", ".gitignore"}


def files_of(root: Path) -> dict[str, bytes]:
    """Every file below a directory, with its bytes."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_the_committed_reports_are_what_the_code_makes(directory: Path):
    """Every page, every picture and the index of a directory are made again, none is missing and none is left over."""
    contents = {path.stem: read_content(path.read_bytes(), name=path.name) for path in sorted(directory.glob("*.json")) if path != SCORES}
    assert contents
    scores = directory == REPORTS and SCORES.exists()
    order = index_order(Folder(ROOT))
    made = render_index(list(contents.values()), records=["score"] if scores else [], order=order)
    made |= render_score_page(read_score_page(SCORES.read_bytes())) if scores else {}
    for content in contents.values():
        made |= render_topic(content)
    found = {path.relative_to(directory) for path in directory.rglob("*") if path.is_file()}
    kept = {path.as_posix() for path in found if path.parts[0] != "as-of" and path.name not in NOT_MADE and path.suffix != ".html"}
    committed = {name: data for name, data in made.items() if not name.endswith(".html")}
    assert kept == {*committed, *(f"{name}.json" for name in contents), *([SCORES.name] if scores else [])}
    assert [name for name, data in committed.items() if (directory / name).read_bytes() != data] == []


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_sentences_of_moves_are_those_that_their_numbers_make(directory: Path):
    """A page makes them from the numbers of a report; the report itself has the same, what is settled among them."""
    found = 0
    for path in sorted(directory.glob("*.json")):
        insight = None if path == SCORES else read_content(path.read_bytes(), name=path.name)["insight"]
        for move in insight["moves"] if insight is not None else ():
            sentences = [move_sentence(measure, move, at) for at, measure in enumerate(insight["measures"])]
            assert sentences == list(move["sentences"]), (path, move["since"])
            found += len(sentences)
    assert found > 10


def test_the_pages_are_made_from_what_is_committed(tmp_path: Path):
    """In a clone without pages each directory gets the page of each report and an index, every link in them leads to a file, and nothing else changes."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    shutil.copytree(REPORTS, tmp_path / "reports", ignore=shutil.ignore_patterns("*.html", ".lock"))
    before = files_of(tmp_path)
    folder = Folder(tmp_path)
    written, problems = render_missing_pages(folder, report_directories(folder))
    reports = [path for path in before if re.fullmatch(r"reports/(as-of/[^/]+/)?(?!score\.)\w+\.json", path)]
    assert len(reports) == 10  # of six topics, and four hindcasts
    indices = {f"{Path(path).parent.as_posix()}/index.html" for path in reports}
    scores = {"reports/score.html"} if SCORES.exists() else set()
    assert (set(written), problems) == ({*(path.replace(".json", ".html") for path in reports), *indices, *scores}, ())
    after = files_of(tmp_path)
    assert {path: data for path, data in after.items() if path not in written} == before
    for path in written:
        linked = set(re.findall(r'href="([^":#]+)["#]', after[path].decode()))
        assert [name for name in linked if not (tmp_path / path).parent.joinpath(name).exists()] == []
    for path in reports:
        content = read_content(before[path])
        assert after[path.replace(".json", ".html")] == render_topic(content)[f"{content['name']}.html"]
    assert render_missing_pages(folder, report_directories(folder)) == ((), ())


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone")
def test_no_page_is_committed():
    """Git has no HTML under reports/, and ignores what an update makes there."""
    listed = subprocess.run(["git", "ls-files", "reports"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "reports/index.md" in listed
    assert [path for path in listed if path.endswith(".html")] == []
    pages = [f"{directory.relative_to(ROOT).as_posix()}/index.html" for directory in DIRECTORIES]
    assert subprocess.run(["git", "check-ignore", *pages], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split() == pages
