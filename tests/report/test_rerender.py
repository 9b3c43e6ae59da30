"""Pages made again from JSON alone: the same bytes, or a message and nothing written."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from forecast.book.files.folder import Folder
from forecast.report.pages import render_index, render_page, render_topic
from forecast.report.rerender import render_missing_pages, rerender_reports
from forecast.schema.topic import content_bytes, digest_of, read_content
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A book that has nothing but a topic's name and the JSON of its report."""
    (tmp_path / "seeds" / "route").mkdir(parents=True)
    (tmp_path / "seeds" / "route" / "topic.toml").write_text("not read", encoding="utf-8")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "route.json").write_bytes(content_bytes(with_insight(sample_content())))
    return tmp_path


def files(root: Path) -> dict[str, bytes]:
    """What lies under reports/, but for the lock."""
    found = (path for path in (root / "reports").rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(root / "reports")): path.read_bytes() for path in found}


def test_pages_are_made_again_from_the_json_alone(root):
    """The files are those that an update renders, the JSON is untouched, and a second time nothing is written."""
    before = files(root)
    made = rerender_reports(root, "reports", None)
    content = with_insight(sample_content())
    assert files(root) == before | render_topic(content) | render_index([content])
    assert (made.problems, made.page) == ((), root / "reports" / "index.html")
    assert rerender_reports(root, "reports", None).written == ()


def test_a_picture_that_is_no_longer_made_is_removed(root):
    """What an earlier report left beside the pictures of this one goes; other files stay."""
    (root / "reports" / "route").mkdir()
    for name in ("answer-gone.svg", "notes.txt"):
        (root / "reports" / "route" / name).write_text("left over", encoding="utf-8")
    rerender_reports(root, "reports", None)
    assert not (root / "reports" / "route" / "answer-gone.svg").exists()
    assert (root / "reports" / "route" / "notes.txt").exists()


def test_other_words_change_the_pages_and_not_the_json(root):
    """Calibrated words are written where they are asked for; plain ones come back by asking again."""
    rerender_reports(root, "reports", None)
    plain = files(root)
    made = rerender_reports(root, "reports", ["route"], style="icd203")
    assert set(made.written) == {f"reports/{name}" for name in ("route.html", "route.md", "index.html", "index.md")}
    assert made.page == root / "reports" / "route.html"
    assert files(root)["route.json"] == plain["route.json"]
    rerender_reports(root, "reports", None)
    assert files(root) == plain


@pytest.mark.parametrize(
    "spoil", [lambda data: data[: len(data) // 2], lambda data: data.replace(b'"seed": 1', b'"seed": 2'), lambda _: b""]
)
def test_a_spoilt_json_is_a_problem_and_writes_nothing(root, spoil):
    """A file cut short, emptied or changed by hand is named, and every page stays as it was."""
    rerender_reports(root, "reports", None)
    path = root / "reports" / "route.json"
    path.write_bytes(spoil(path.read_bytes()))
    before = files(root)
    made = rerender_reports(root, "reports", None)
    assert [problem.place.path for problem in made.problems] == ["reports/route.json"]
    assert "make it again" in made.problems[0].message
    assert (made.written, made.page, files(root)) == ((), None, before)


def test_a_json_of_another_topic_is_refused(root):
    """A report under another topic's name is a problem: its pages would be written over that one's."""
    shutil.copytree(root / "seeds" / "route", root / "seeds" / "ferry")
    shutil.copy(root / "reports" / "route.json", root / "reports" / "ferry.json")
    (found,) = rerender_reports(root, "reports", None).problems
    assert (found.place.path, found.message.split(";")[0]) == ("reports/ferry.json", "this is the report of `route`")


def test_a_topic_without_report_is_named(root):
    """A name that no report has is a problem with a hint; so is a book without reports, and a directory that is no book."""
    (found,) = rerender_reports(root, "reports", ["rout"]).problems
    assert (found.message, found.hint) == ("there is no report of a topic `rout`", "did you mean `route`?")
    shutil.rmtree(root / "reports")
    (none,) = rerender_reports(root, "reports", None).problems
    assert none.message == "there is no report here to make again"
    (missing,) = rerender_reports(root / "seeds" / "route", "reports", None).problems
    assert "not a book" in missing.message


def test_the_reports_of_a_day_are_made_again_where_they_lie(root):
    """A hindcast's pages are made in its own directory."""
    day = root / "reports" / "as-of" / "2025-03-01"
    day.mkdir(parents=True)
    shutil.copy(root / "reports" / "route.json", day)
    made = rerender_reports(root, "reports/as-of/2025-03-01", None)
    assert "reports/as-of/2025-03-01/route.html" in made.written
    assert json.loads((day / "route.json").read_bytes())["name"] == "route"
    assert not (root / "reports" / "route.html").exists()


def changed_report(title: str, name: str = "route") -> bytes:
    """The JSON of the sample's report under another title, and perhaps another name."""
    content = {**with_insight(sample_content()), "title": title, "name": name}
    return content_bytes({**content, "digest": digest_of(content)})


def test_a_page_of_an_earlier_json_is_made_again(root):
    """Where a new JSON came without pages, as by a pull, its page and the index are those of the new one; then nothing is left to do."""
    render_missing_pages(Folder(root), ["reports"])
    (root / "reports" / "route.json").write_bytes(changed_report("Another title"))
    assert render_missing_pages(Folder(root), ["reports"]) == (("reports/route.html", "reports/index.html"), ())
    assert all(b"Another title" in files(root)[name] for name in ("route.html", "index.html"))
    assert render_missing_pages(Folder(root), ["reports"]) == ((), ())


def test_an_index_older_than_its_reports_is_made_again(root):
    """Where a report has its page already and the index was written before, the index is made from it."""
    render_missing_pages(Folder(root), ["reports"])
    data = changed_report("Another title")
    (root / "reports" / "route.json").write_bytes(data)
    (root / "reports" / "route.html").write_bytes(render_page(read_content(data)))
    os.utime(root / "reports" / "index.html", (1, 1))
    assert render_missing_pages(Folder(root), ["reports"]) == (("reports/index.html",), ())
    assert b"Another title" in files(root)["index.html"]


def test_no_index_leaves_out_a_report_that_cannot_be_read(root):
    """Beside a JSON that is not whole other pages are made, and the index only when all can be read."""
    shutil.copytree(root / "seeds" / "route", root / "seeds" / "ferry")
    (root / "reports" / "ferry.json").write_text("{")
    written, problems = render_missing_pages(Folder(root), ["reports"])
    assert (written, [problem.place.path for problem in problems]) == (("reports/route.html",), ["reports/ferry.json"])
    (root / "reports" / "ferry.json").write_bytes(changed_report("A ferry", "ferry"))
    assert render_missing_pages(Folder(root), ["reports"]) == (("reports/ferry.html", "reports/index.html"), ())


def test_a_page_that_cannot_be_written_hides_no_other_warning(root):
    """A folder where a page should be, and a JSON that is not whole: both are warnings, and the page between them is written."""
    for name in ("ferry", "tram"):
        shutil.copytree(root / "seeds" / "route", root / "seeds" / name)
    (root / "reports" / "ferry.json").write_bytes(changed_report("A ferry", "ferry"))
    (root / "reports" / "tram.json").write_text("{")
    (root / "reports" / "ferry.html").mkdir()
    written, problems = render_missing_pages(Folder(root), ["reports"])
    assert written == ("reports/route.html",)
    assert {problem.place.path for problem in problems} == {"reports/ferry.html", "reports/tram.json"}
    assert {problem.level for problem in problems} == {"warning"}
