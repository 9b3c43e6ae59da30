"""What ``forecast watch`` shows and what it refuses: drafts over published reports, problems above them, its own browser only."""

from __future__ import annotations

import asyncio
import re
import shutil
from datetime import date
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace

import pytest

from forecast.actions.run import TopicResult
from forecast.actions.update import update
from forecast.book.files.problems import Place, Problem
from forecast.model.settings import Settings
from forecast.watching import apart, working
from forecast.watching.drafts import draft_index, draft_topic, touched_topics
from forecast.watching.pages import page_with_notice
from forecast.watching.serving import Site, application
from forecast.watching.shown import Board, WatchState
from forecast.watching.working import WatchCallbacks, Work
from tests.cli.conftest import TINY_BOOK, files_of
from tests.support.linked_books import linked_priors, write_linked_book

pytestmark = pytest.mark.medium

DAY = date(2025, 1, 1)
PAGE = b"<!doctype html>\n<html><head></head>\n<body>\n<p>31 %</p>\n</body>\n</html>\n"
BROKEN = Problem(Place("priors/ferry.toml", 4, 9), "unknown name `<script>alert(1)</script>`", source='prior = "<b>\u202e"')


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny book, published; to be left as it is found."""
    root = tmp_path_factory.mktemp("watched") / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    update(root, as_of=DAY, today=DAY, settings=Settings(), referee=False)
    return root


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """The reports of a book of one page, beside a file that is no report."""
    (tmp_path / "reports" / "ferry").mkdir(parents=True)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "notes.md").write_text("private")
    (tmp_path / "reports" / "ferry.html").write_bytes(PAGE)
    (tmp_path / "reports" / "ferry" / "fan.svg").write_text("<svg/>")
    (tmp_path / "reports" / "ferry" / "fan.csv").write_text("day,total\n")
    (tmp_path / "reports" / ".lock").write_text("")
    (tmp_path / "reports" / ".hidden.md").write_text("")
    (tmp_path / "reports" / "out.md").symlink_to(tmp_path / "seeds" / "notes.md")
    return tmp_path / "reports"


@pytest.mark.parametrize(
    ("path", "topics"),
    [
        ("priors/ferry.toml", ("ferry",)),
        ("seeds/ferry/topic.toml", ("ferry",)),
        ("seeds/ferry/breakdowns.csv", ("ferry",)),
        ("seeds/new/topic.toml", ("new",)),
        ("seeds/essay.md", ("ferry",)),
        ("reports/ferry.html", ("ferry",)),
        ("reports/ferry.json", ()),
        ("reports/index.html", ()),
        ("seeds/ferry/.topic.toml.swp", ()),
        ("priors/README.md", ()),
    ],
)
def test_a_saved_file_touches_its_topic(book: Path, path: str, topics: tuple[str, ...]):
    """A topic's own files touch it, loose files of seeds touch every topic, a report touches the topic it was written for."""
    assert touched_topics(book, [book / path]) == topics


def test_a_saved_file_touches_the_topics_whose_links_lead_to_it(tmp_path: Path):
    """Directly or through others, and not the other way round."""
    write_linked_book(tmp_path)
    (tmp_path / "seeds/last").mkdir()
    (tmp_path / "seeds/last/topic.toml").write_text((tmp_path / "seeds/target/topic.toml").read_text())
    (tmp_path / "priors/last.toml").write_text(linked_priors("posterior(target.chance)"))
    assert touched_topics(tmp_path, [tmp_path / "seeds/source/cases.csv"]) == ("last", "source", "target")
    assert touched_topics(tmp_path, [tmp_path / "priors/target.toml"]) == ("last", "target")
    assert touched_topics(tmp_path, [tmp_path / "priors/last.toml"]) == ("last",)


def test_a_draft_is_what_an_update_would_write_and_writes_nothing(book: Path, tmp_path: Path):
    """After an edit the draft's files are those of an update without the referee, and no file of the book has changed."""
    root = tmp_path / "book"
    shutil.copytree(book, root)
    assert draft_topic(root, "ferry", as_of=DAY, settings=Settings(), insight=True) is None
    prior = root / "priors/ferry.toml"
    prior.write_text(prior.read_text().replace("p95=0.6", "p95=0.7"))
    before = files_of(root)
    answered = draft_topic(root, "ferry", as_of=DAY, settings=Settings(), insight=False)
    whole = draft_topic(root, "ferry", as_of=DAY, settings=Settings(), insight=True)
    index = draft_index(root, {"ferry": whole})
    assert files_of(root) == before
    assert answered.content["insight"] is None
    assert [each["headline"] for each in answered.content["answers"]] == [each["headline"] for each in whole.content["answers"]]
    linked = set(re.findall(r'href="(ferry/[^"]+\.csv)"', answered.files["ferry.html"].decode()))
    assert linked
    assert {*answered.files} == {"ferry.html", "ferry.json", *linked}
    shown = WatchState().with_topic("ferry", whole).with_index(index)
    update(root, as_of=DAY, today=DAY, settings=Settings(), referee=False)
    data = (path.relative_to(root / "reports").as_posix() for path in (root / "reports/ferry").glob("*.csv"))
    written = {path: root / "reports" / path for path in ("ferry.html", "ferry.md", "ferry.json", "index.html", "index.md", *data)}
    assert {path: shown.file(path) for path in written} == {path: file.read_bytes() for path, file in written.items()}
    assert draft_topic(root, "ferry", as_of=DAY, settings=Settings(), insight=True) is None


def test_a_broken_file_keeps_the_last_good_draft():
    """Problems stand beside the last good draft until the topic is mended; when it is published nothing is left of either."""
    good = TopicResult({"as_of": "2025-01-01"}, {"ferry.html": b"good"})
    broken = WatchState().with_topic("ferry", good).with_topic("ferry", TopicResult(problems=(BROKEN,)))
    mended = broken.with_topic("ferry", good)
    assert (dict(broken.drafts), dict(broken.problems)) == ({"ferry": good}, {"ferry": (BROKEN,)})
    assert (dict(mended.drafts), dict(mended.problems)) == ({"ferry": good}, {})
    published = broken.with_topic("ferry", None)
    assert (dict(published.drafts), dict(published.problems), published.file("ferry.html")) == ({}, {}, None)
    assert [each.changes["ferry"] for each in (broken, mended, published)] == [2, 3, 3]


def test_problems_are_shown_as_text_above_the_report():
    """Markup and marks of direction in a problem stand on the page as text, at its top, with the place; the report follows whole."""
    shown = WatchState().with_topic("ferry", TopicResult(problems=(BROKEN,)))
    page = page_with_notice("ferry", PAGE, shown, version="a.1", nonce="n").decode()
    assert "priors/ferry.toml:4:9: error: unknown name `&lt;script&gt;alert(1)&lt;/script&gt;`" in page
    assert page.index("priors/ferry.toml") < page.index("31 %")
    assert "\u202e" not in page
    assert re.findall(r"<script[^>]*>", page) == ['<script nonce="n" data-page="ferry" data-version="a.1">']


def test_a_published_page_gains_the_script_alone():
    """Without a draft and without problems nothing that is seen is added to the report."""
    page = page_with_notice("ferry", PAGE, WatchState(), version="a.0", nonce="n").decode()
    seen = re.sub(r"<script.*?</script>\n|<div data-watch[^>]*hidden>.*?</div>\n", "", page, flags=re.DOTALL)
    assert re.sub(r"\n+", "\n", seen).encode() == PAGE


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ferry.html", 200),
        ("/ferry/fan.svg", 200),
        ("/ferry/fan.csv", 200),
        ("/", 200),
        ("/nothing.html", 404),
        ("/.lock", 404),
        ("/.hidden.md", 404),
        ("/../seeds/notes.md", 404),
        ("//etc/passwd.md", 404),
        ("/ferry/../../seeds/notes.md", 404),
        ("/out.md", 404),
        ("/ferry", 404),
    ],
)
def test_only_files_of_reports_are_served(reports: Path, path: str, status: int):
    """A report is served; a hidden file, a path or a link that leads out of reports, and a directory are not there."""
    assert ask(reports, path)[0] == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8642", 200),
        ("localhost:8642", 200),
        ("LOCALHOST:8642", 200),
        ("[::1]:8642", 200),
        ("127.0.0.1", 421),
        ("127.0.0.1:80", 421),
        ("evil.example:8642", 421),
        ("127.0.0.1.evil.example:8642", 421),
        (None, 421),
    ],
)
def test_only_its_own_names_are_answered(reports: Path, host: str | None, status: int):
    """A request under another name, as after DNS rebinding, gets 421 and no report."""
    found, _, body = ask(reports, "/ferry.html", host=host)
    assert (found, b"31 %" in body) == (status, status == 200)


def test_a_page_that_was_not_written_is_made_from_its_json(book: Path, tmp_path: Path):
    """In a clone, which has JSON and no HTML, topics, the index and hindcasts are served as an update writes them, and no file is written."""
    root = tmp_path / "book"
    shutil.copytree(book, root)
    update(root, as_of=date(2024, 6, 1), today=DAY, settings=Settings(), referee=False)
    pages = {path.relative_to(root / "reports").as_posix(): path.read_text() for path in (root / "reports").rglob("*.html")}
    assert sorted(pages) == ["as-of/2024-06-01/ferry.html", "as-of/2024-06-01/index.html", "ferry.html", "index.html"]
    for path in pages:
        (root / "reports" / path).unlink()
    before = files_of(root)
    for path, page in pages.items():
        status, _, body = ask(root / "reports", f"/{path}")
        added = r"<script.*?</script>\n|<div data-watch[^>]*hidden>.*?</div>\n|<section data-priors.*?</section>\n"
        text = re.sub(added, "", body.decode(), flags=re.DOTALL)
        assert (status, re.sub(r"\n+", "\n", text)) == (200, page)
    assert files_of(root) == before
    (root / "reports/ferry.json").write_text("{")
    assert b"There is no report yet." in ask(root / "reports", "/ferry.html")[2]


def test_only_reading_is_answered(reports: Path):
    """POST gets 405, HEAD the head of GET."""
    assert ask(reports, "/ferry.html", method="POST")[0] == 405
    assert ask(reports, "/ferry.html", method="HEAD")[0] == 200


def test_a_page_may_run_its_own_script_and_load_nothing_from_elsewhere(reports: Path):
    """The policy names the nonce of the script in the page, a new one each time; other files allow no script at all."""
    pages = [ask(reports, "/ferry.html") for _ in range(2)]
    policies = [headers["content-security-policy"] for _, headers, _ in pages]
    nonces = [re.search(rb'nonce="([^"]+)"', body)[1].decode() for _, _, body in pages]
    assert nonces[0] != nonces[1]
    assert [f"script-src 'nonce-{nonce}'" in policy for nonce, policy in zip(nonces, policies, strict=True)] == [True, True]
    assert all(policy.startswith("default-src 'none'; ") for policy in policies)
    assert "script-src" not in ask(reports, "/ferry/fan.svg")[1]["content-security-policy"]


def ask(reports: Path, path: str, *, host: str | None = "127.0.0.1:8642", method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body that the server answers."""
    sent: list[dict] = []

    async def receive() -> dict:  # noqa: RUF029 - as the protocol has it
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:  # noqa: RUF029 - as the protocol has it
        sent.append(message)

    async def run() -> None:
        site = Site(reports.parent, 8642, Board(), asyncio.Event())
        headers = [] if host is None else [(b"host", host.encode())]
        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
        await application(site)({**scope, "http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send)

    asyncio.run(run())
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:])


def work_on(root: Path, failures: list[tuple[str, str]]) -> Work:
    """What the threads of a run share, with every failure kept."""

    def failed(what: str, error: Exception) -> str:
        failures.append((what, repr(error)))
        return repr(error)

    telling = WatchCallbacks(started=lambda _: None, drafted=lambda *_: None, found=lambda *_: None, failed=failed)
    return Work(root, Settings(), lambda: DAY, telling)


def test_a_draft_that_fails_unforeseen_is_told_and_shown_and_the_next_one_is_made(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """An exception in a draft stands above the page and in the terminal; after the next save the draft is there and the message gone."""
    root = tmp_path / "book"
    shutil.copytree(book, root)
    prior = root / "priors/ferry.toml"
    prior.write_text(prior.read_text().replace("p95=0.6", "p95=0.7"))
    failures: list[tuple[str, str]] = []
    work = work_on(root, failures)
    with monkeypatch.context() as patched:
        patched.setattr(working, "draft_topic", lambda *_, **__: {}["day"])
        assert not working._show_answers(work, "ferry")
    problem = Problem(Place("seeds/ferry/topic.toml"), "the draft failed: KeyError('day')")
    assert failures == [("ferry", "KeyError('day')")]
    assert work.board.state.problems == {"ferry": (problem,)}
    assert b"the draft failed: KeyError" in page_with_notice("ferry", PAGE, work.board.state, version="1", nonce="n")
    assert working._show_answers(work, "ferry")
    assert work.board.state.problems == {}


def test_an_index_that_fails_unforeseen_is_told(book: Path, monkeypatch: pytest.MonkeyPatch):
    """An exception in the index leaves the index as it was."""
    failures: list[tuple[str, str]] = []
    work = work_on(book, failures)
    monkeypatch.setattr(working, "draft_index", lambda *_: {}["day"])
    working._show_index(work, {})
    assert failures == [("index", "KeyError('day')")]


def test_a_request_that_fails_unforeseen_is_answered_and_told(reports: Path, monkeypatch: pytest.MonkeyPatch):
    """The browser gets 500 and the terminal a line; the server goes on."""
    failures: list[tuple[str, str]] = []
    site = Site(reports.parent, 8642, Board(), asyncio.Event(), lambda what, error: failures.append((what, repr(error))))
    monkeypatch.setattr("forecast.watching.serving._file", lambda *_: {}["day"])
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:  # noqa: RUF029 - ASGI has it so
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:  # noqa: RUF029 - ASGI has it so
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/ferry.html", "raw_path": b"/ferry.html", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost:8642")],
    }  # fmt: skip
    asyncio.run(application(site)(scope, receive, send))
    assert sent[0]["status"] == 500
    assert failures == [("/ferry.html", "KeyError('day')")]


def test_a_draft_that_fails_apart_arrives_with_its_traceback(monkeypatch: pytest.MonkeyPatch):
    """The process that makes the whole draft prints nothing: the exception is sent, and raised where it was waited for."""
    here, there = Pipe(duplex=False)
    monkeypatch.setattr(apart, "draft_topic", lambda *_, **__: {}["day"])
    apart._send_draft(there, Path("book"), "ferry", DAY, Settings())
    stub = SimpleNamespace(terminate=lambda: None, join=lambda: None)
    with pytest.raises(KeyError, match="'day'") as raised:
        apart.DraftProcess("ferry", stub, here).receive_result()
    assert "in _send_draft" in raised.value.__notes__[0]
