"""``forecast update`` and ``forecast show``."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forecast.actions.update import UpdateResult, update
from forecast.book.files.folder import Folder
from forecast.book.files.layout import ledger_path
from forecast.book.ledger import read_ledger
from forecast.book.reading import read_book
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.schema.topic import content_bytes, digest_of, read_content
from tests.cli.conftest import Run, files_of
from tests.support.linked_books import write_linked_book
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

NEW_YEAR = date(2025, 1, 1)
MORNING = datetime(2025, 1, 1, 8, 30, tzinfo=UTC)


def again(
    root: Path, *, as_of: date = NEW_YEAR, today: date = NEW_YEAR, settings: Settings | None = None, insight: bool = True
) -> UpdateResult:
    """Update a book without the referee."""
    return update(root, as_of=as_of, today=today, settings=settings or Settings(), referee=False, insight=insight, clock=lambda: MORNING)


def answered(root: Path, *, as_of: date = NEW_YEAR, today: date = NEW_YEAR, settings: Settings | None = None) -> UpdateResult:
    """Update a book without the referee, its answers alone: all that the ledger holds, in a quarter of the time."""
    return again(root, as_of=as_of, today=today, settings=settings, insight=False)


def test_an_update_prints_each_question_with_its_answer(run: Run, book: Path):
    """The command names every question, writes JSON, page, Markdown, index and ledger, and exits with 0."""
    ran = run("update", "--no-referee", "--as-of", "2025-01-01")
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()[2:-1]] == ["three_more", "next_fault", "what_is_broken"]
    assert ran.out.splitlines()[0] == "ferry: The ferry across Lake Elna, as of 2025-01-01 (a hindcast): not refereed"
    assert ran.out.splitlines()[1].startswith("  NOTE: Priors written ")
    written = {path.name for path in (book / "reports/as-of/2025-01-01").iterdir() if path.is_file()}
    assert written == {"ferry.json", "ferry.html", "ferry.md", "index.html", "index.md"}
    assert not (book / "reports/ferry.json").exists()
    entries, problems = read_ledger(Folder(book))
    assert problems == ()
    assert [(entry["question"], entry["as_of"], entry["hindcast"], entry["verdict"]) for entry in entries] == [
        (name, "2025-01-01", True, "not refereed") for name in ("three_more", "next_fault", "what_is_broken")
    ]


def test_a_second_update_changes_nothing(published: Path):
    """With nothing changed no file is written and no line is added to the ledger."""
    before = files_of(published)
    done = again(published)
    assert (done.written, done.recorded, done.exit_code) == ((), 0, 0)
    assert files_of(published) == before


@pytest.mark.slow
def test_the_same_book_gives_the_same_bytes(published: Path, book: Path):
    """Two copies of a book, updated apart at one time, have byte-identical reports and ledgers."""
    again(book)
    assert files_of(book) == files_of(published)


def test_a_deleted_report_is_made_again(published: Path):
    """Reports deleted, or cut short, are written again with the bytes they had; the ledger gains nothing."""
    before = files_of(published)
    (published / "reports/ferry.html").unlink()
    (published / "reports/ferry.json").write_text("{")
    assert again(published).recorded == 0
    assert files_of(published) == before


def test_missing_pages_are_made_though_nothing_changed(run: Run, published: Path, monkeypatch: pytest.MonkeyPatch):
    """In a book without HTML, as in a clone of one, an update makes the pages of today's reports and of hindcasts, says so, and writes no more."""
    monkeypatch.setattr(sys.modules["forecast.cli.update"], "today", lambda: NEW_YEAR)
    answered(published, as_of=date(2024, 6, 1))
    before = files_of(published)
    places = ("reports/ferry.html", "reports/index.html", "reports/as-of/2024-06-01/ferry.html", "reports/as-of/2024-06-01/index.html")
    for place in places:
        (published / place).unlink()
    first, second = (run("update", "--no-referee", on=published).out.splitlines() for _ in range(2))
    assert first[-2:] == [
        "4 files written, 0 lines added to the ledger.",
        f"All are HTML pages of reports whose numbers have not changed; open {published / 'reports' / 'index.html'}",
    ]
    assert files_of(published) == before
    assert second[-1] == "0 files written, 0 lines added to the ledger."


@pytest.mark.parametrize("spoil", ["json", "link"])
def test_a_page_that_cannot_be_made_is_a_warning(published: Path, tmp_path: Path, spoil: str):
    """A hindcast whose JSON is not whole, or hindcasts that lie behind a link, get no page and a warning; the update is published."""
    hindcasts = published / "reports/as-of"
    if spoil == "json":
        (hindcasts / "2024-06-01").mkdir(parents=True)
        (hindcasts / "2024-06-01/ferry.json").write_text("{")
    else:
        (tmp_path / "elsewhere").mkdir()
        hindcasts.symlink_to(tmp_path / "elsewhere")
    done = answered(published, as_of=date(2025, 1, 2), today=date(2025, 1, 2))
    place = "reports/as-of/2024-06-01/ferry.json" if spoil == "json" else "reports/as-of"
    assert [(problem.level, problem.place.path) for problem in done.problems] == [("warning", place)]
    assert (done.exit_code, done.recorded) == (0, 3)
    assert not list(hindcasts.rglob("*.html"))


@pytest.mark.parametrize("what", ["row", "day", "seed"])
def test_the_ledger_gains_lines_when_inputs_day_or_settings_change(published: Path, what: str):
    """A new row, another as-of day or another seed adds one line for each answer, chained to those before."""
    if what == "row":
        record = published / "seeds/ferry/late.csv"
        record.write_text(record.read_text() + "2024-10-07,2024-10-13,70,calm,3,Passenger count\n")
        done = answered(published)
    elif what == "day":
        done = answered(published, as_of=date(2025, 1, 2), today=date(2025, 1, 2))
    else:
        done = answered(published, settings=Settings(seed=2))
    entries, problems = read_ledger(Folder(published))
    assert (done.recorded, len(entries), problems) == (3, 6, ())


def test_words_change_reports_but_not_the_ledger(published: Path):
    """Another reason for a prior is shown in the reports, and is no new answer."""
    priors = published / "priors/ferry.toml"
    priors.write_text(priors.read_text().replace("ours is older than most", "ours is the oldest"))
    done = answered(published)
    assert done.recorded == 0
    assert "reports/ferry.json" in done.written


@pytest.mark.slow
def test_a_hindcast_repeated_is_recorded_once(published: Path):
    """Replaying two days in turn adds lines for each day only the first time."""
    days = (date(2024, 6, 1), date(2024, 9, 1), date(2024, 6, 1))
    assert [answered(published, as_of=day).recorded for day in days] == [3, 3, 0]
    assert answered(published).recorded == 0


@pytest.mark.slow
def test_rows_known_later_do_not_move_a_hindcast(published: Path):
    """A row known after the as-of day changes neither the hindcast's report nor the ledger."""
    answered(published, as_of=date(2024, 6, 1))
    report = published / "reports/as-of/2024-06-01/ferry.json"
    before = json.loads(report.read_text())["answers"]
    record = published / "seeds/ferry/breakdowns.csv"
    record.write_text(record.read_text() + '2024-10-01,2024-12-31,5,,"Harbour log, quarter 4",A,,,\n')
    assert answered(published, as_of=date(2024, 6, 1)).recorded == 0
    assert json.loads(report.read_text())["answers"] == before


def test_a_day_after_today_is_a_wrong_command_line(run: Run):
    """An as-of day in the future is refused with exit code 2."""
    ran = run("update", "--as-of", "2999-01-01")
    assert ran.code == 2
    assert "2999-01-01 is after today" in ran.err


def test_a_problem_anywhere_writes_nothing(run: Run, book: Path):
    """With an error in a file the update exits with 1 and no file under the book is changed."""
    (book / "priors/ferry.toml").write_text("[")
    before = files_of(book)
    ran = run("update", "--no-referee")
    assert ran.code == 1
    assert "priors/ferry.toml:1:" in ran.err
    assert files_of(book) == before


@pytest.mark.slow
def test_an_impossible_row_is_a_problem_of_the_row(run: Run, book: Path):
    """A breakdown where none can happen is reported with the row's place, and the topic has no report but a mark."""
    series = book / "seeds/ferry/crossings.csv"
    series.write_text(series.read_text().replace("2024-01-01,240", "2024-01-01,0"))
    ran = run("update", "--no-referee")
    assert ran.code == 3
    assert ran.err.startswith("seeds/ferry/breakdowns.csv:2:1: error: this row of `breakdowns` is impossible under every draw")
    assert not (book / "reports/ferry.json").exists()
    assert (book / "reports/ferry.failed.json").exists()


def test_an_input_changed_while_computing_is_not_published(published: Path, monkeypatch: pytest.MonkeyPatch):
    """Where a file changed between reading and writing, nothing is written and the file is named."""
    from forecast.actions import update as workflow

    real = workflow.publish
    topic = published / "seeds/ferry/topic.toml"

    def late(*args, **named):
        topic.write_text(topic.read_text().replace("Lake Elna", "Lake Elsa"))
        return real(*args, **named)

    monkeypatch.setattr(workflow, "publish", late)
    before = {name: data for name, data in files_of(published).items() if name.startswith("reports")}
    done = answered(published, as_of=date(2025, 1, 2), today=date(2025, 1, 2))
    assert done.exit_code == 1
    assert [problem.place.path for problem in done.problems] == ["seeds/ferry/topic.toml"]
    assert {name: data for name, data in files_of(published).items() if name.startswith("reports")} == before


def test_a_torn_last_line_of_the_ledger_is_set_aside_and_told(published: Path):
    """Half a line at the ledger's end is kept in ledger.jsonl.torn, a warning says so, and the chain goes on."""
    path = ledger_path(published)
    with path.open("a") as file:
        file.write('{"topic": "fer')
    done = answered(published, as_of=date(2025, 1, 2), today=date(2025, 1, 2))
    assert [(problem.level, problem.place.path) for problem in done.problems] == [("warning", "reports/ledger.jsonl")]
    assert path.with_name("ledger.jsonl.torn").read_text() == '{"topic": "fer\n'
    assert read_ledger(Folder(published))[1] == ()
    assert done.recorded == 3


def test_a_broken_chain_stops_the_update(published: Path):
    """A ledger line that was edited is a problem of that ledger, and nothing is written."""
    path = ledger_path(published)
    path.write_text(path.read_text().replace('"question":"three_more"', '"question":"four_more"'))
    before = files_of(published)
    done = answered(published, as_of=date(2025, 1, 2), today=date(2025, 1, 2))
    assert done.exit_code == 1
    assert [problem.place.line for problem in done.problems] == [2]
    assert files_of(published) == before


@pytest.mark.slow
def test_two_updates_at_once_leave_one_sound_ledger(book: Path):
    """Two processes updating for two days at once write both groups of lines, one after the other."""
    days = ("2024-06-01", "2024-09-01")
    command = [sys.executable, "-m", "forecast", "update", "--no-referee", "--no-insight", "--book", str(book), "--as-of"]
    running = [subprocess.Popen([*command, day], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for day in days]
    assert [(process.wait(), process.communicate()[1]) for process in running] == [(0, b""), (0, b"")]
    entries, problems = read_ledger(Folder(book))
    assert problems == ()
    assert sorted(entry["as_of"] for entry in entries) == ["2024-06-01"] * 3 + ["2024-09-01"] * 3


@pytest.mark.parametrize("way", ["fork", "spawn"])
@pytest.mark.slow
def test_topics_side_by_side_give_the_same_bytes(book: Path, tmp_path: Path, way: str):
    """Two processes, copied or started afresh, write the reports and the ledger that one writes."""
    shutil.copytree(book / "seeds/ferry", book / "seeds/second")
    shutil.copy(book / "priors/ferry.toml", book / "priors/second.toml")
    alone = tmp_path / "alone"
    shutil.copytree(book, alone)
    again(alone)
    code = (
        "import sys; from datetime import *; from pathlib import Path; from forecast.actions import update as workflow; from forecast.model.settings import Settings; "
        f"workflow.process_start_method = lambda: {way!r}; day, now = date(2025, 1, 1), datetime.fromisoformat('{MORNING}'); "
        "done = workflow.update(Path(sys.argv[1]), as_of=day, today=day, settings=Settings(), referee=False, processes=2, clock=lambda: now); "
        "sys.exit(done.exit_code)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code, str(book)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert files_of(book) == files_of(alone)


def test_a_process_with_threads_is_not_copied():
    """Where another thread runs, which may hold a lock, processes are started afresh."""
    from forecast.system import process_start_method

    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert process_start_method() == "spawn"
    finally:
        over.set()
        thread.join()


def test_show_tells_the_newest_answers(run: Run, published: Path):
    """Without a question each answer is a line; with one, the question, the sentence and its rule are shown."""
    every = run("show", on=published)
    assert [line.split()[0] for line in every.out.splitlines()] == ["ferry.three_more", "ferry.next_fault", "ferry.what_is_broken"]
    one = run("show", "three_more", on=published)
    assert one.out.splitlines()[:2] == [
        "ferry.three_more, as of 2025-01-01: not refereed",
        "  Will the ferry break down three times or more in 2025?",
    ]
    (found,) = json.loads(run("show", "ferry.three_more", "--json", on=published).out)
    assert (found["name"], found["as_of"], found["value"]["value"] > 0) == ("three_more", "2025-01-01", True)


def test_show_tells_a_number_with_its_interval(run: Run):
    """Each line has the name, the median with the 90 % interval that the sentence says, and the sentence."""
    answers = json.loads((ROOT / "reports" / "arrivals.json").read_text(encoding="utf-8"))["answers"]
    lines = run("show", on=ROOT).out.splitlines()
    intervals = 0
    for answer in answers:
        (line,) = [line for line in lines if line.startswith(f"arrivals.{answer['name']} ")]
        between = re.fullmatch(
            r"About (\S+) people; (?:90 % range|nine times in ten between) (\S+) (?:to|and) (\S+?)\.(?: .*)?", answer["sentence"]
        )
        intervals += between is not None
        shown = answer["headline"] if between is None else f"{between[1]} ({between[2]} to {between[3]})"
        if between is not None or not (answer["kind"] == "distribution" or answer.get("fraction")):
            name, first, *others, last = re.split(r"  +", line)
            assert (name, first, last) == (f"arrivals.{answer['name']}", shown, answer["sentence"])
            assert len(others) <= 1  # what somebody said of it
    assert intervals > 0


def test_show_suggests_the_nearest_question(run: Run, published: Path):
    """An unknown question gives exit code 1 and a suggestion."""
    ran = run("show", "three_mor", on=published)
    assert (ran.code, ran.err.splitlines()[-1]) == (1, "    did you mean `three_more`?")


def test_show_of_a_topic_has_the_answers_to_its_questions(run: Run, published: Path):
    """A topic's name in a question's place shows each of its answers in a line, as `show` does of all topics."""
    ran = run("show", "ferry", on=published)
    assert [line.split()[0] for line in ran.out.splitlines()] == ["ferry.three_more", "ferry.next_fault", "ferry.what_is_broken"]
    assert set(ran.out.splitlines()) <= set(run("show", on=published).out.splitlines())
    shown = json.loads(run("show", "ferry", "--json", on=published).out)
    assert [answer["name"] for answer in shown] == ["three_more", "next_fault", "what_is_broken"]


def test_show_of_an_open_question_does_not_read_as_if_it_were_settled(run: Run, published: Path):
    """The rule that settles it is introduced as a rule."""
    shown = run("show", "ferry.next_fault", on=published).out
    assert "  How it is settled: The day of the tenth entry in the harbour log.\n" in shown
    assert "  Settled: " not in shown


def test_show_before_any_update_says_what_to_do(run: Run):
    """Without reports the command says so and names the command that makes them."""
    ran = run("show")
    assert (ran.code, ran.err) == (1, "reports:1:1: error: nothing has been published yet\n    run `forecast update`\n")


@pytest.mark.slow
def test_a_verdict_is_remembered_until_numbers_change(book: Path, monkeypatch: pytest.MonkeyPatch):
    """The referee runs once for the same calculation; words and days without new rows do not call it again, a prior does."""
    from forecast.predict import analysis as concluding

    calls = []
    real = concluding.condition_nuts
    monkeypatch.setattr(concluding, "condition_nuts", lambda *args: calls.append(1) or real(*args))

    def refereed(day: date) -> str:
        done = update(book, as_of=day, today=day, settings=Settings())
        return done.contents["ferry"]["verdict"]["verdict"]

    assert (refereed(NEW_YEAR), len(calls)) == ("agreed", 1)
    first = (book / "reports/ferry.json").read_bytes()
    assert (refereed(NEW_YEAR), len(calls)) == ("agreed", 1)
    assert (book / "reports/ferry.json").read_bytes() == first
    priors = book / "priors/ferry.toml"
    priors.write_text(priors.read_text().replace("older than most", "the oldest"))
    assert (refereed(date(2025, 1, 2)), len(calls)) == ("agreed", 1)
    priors.write_text(priors.read_text().replace("p95=0.6", "p95=0.7"))
    assert (refereed(date(2025, 1, 2)), len(calls)) == ("agreed", 2)


def test_what_makes_nuts_unsure_is_asked_for_again_at_each_update(book: Path, monkeypatch: pytest.MonkeyPatch):
    """Where NUTS is asked for and nothing confirms it, a part that only the fast engine found is a warning in the second update too."""
    from forecast.predict import analysis as concluding

    drawn = concluding.condition_fast(model_as_of(read_book(book)[0].topics["ferry"], NEW_YEAR), Settings())
    unsound = replace(drawn, diagnostics=replace(drawn.diagnostics, sound=False, reason="bad", left_out=0.3))
    slow = replace(drawn, engine="nuts", diagnostics=replace(drawn.diagnostics, engine="nuts", divergences=0))
    monkeypatch.setattr(concluding, "condition_fast", lambda *_, **__: unsound)
    monkeypatch.setattr(concluding, "condition_nuts", lambda *_, **__: slow)
    for _ in range(2):
        done = update(book, as_of=NEW_YEAR, today=NEW_YEAR, settings=Settings(engine="nuts"), insight=False)
        assert (done.contents["ferry"]["verdict"]["verdict"], done.exit_code) == ("unconfirmed", 3)
        (warning,) = done.contents["ferry"]["warnings"]
        assert "hard to reach, with 30 % of its probability" in warning


def test_disputed_answers_are_written_and_marked(book: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the engines disagree the report is written with a warning at its top, and the exit code is 3."""
    from forecast.actions import compute

    real = compute.analyse_with_referee

    def disputed(*args, **named):
        analysis, _ = real(*args, **{**named, "referee": False})
        return analysis, {"verdict": "disputed", "sentence": "They disagree.", "checks": []}

    monkeypatch.setattr(compute, "analyse_with_referee", disputed)
    done = update(book, as_of=NEW_YEAR, today=NEW_YEAR, settings=Settings(), insight=False)
    assert (done.exit_code, done.distrusted) == (3, ("ferry",))
    content = json.loads((book / "reports/ferry.json").read_text())
    assert content["warnings"] == ["Disputed. They disagree. Shown are the numbers of the fast engine. Do not rely on these numbers."]
    assert {entry["verdict"] for entry in read_ledger(Folder(book))[0]} == {"disputed"}


@pytest.mark.slow
def test_answers_alone_are_the_same_answers(run: Run, book: Path):
    """With --no-insight the report says that nobody asked why, and its answers are those of a whole update."""
    assert run("update", "--no-referee", "--no-insight", "--as-of", "2025-01-01").code == 0
    alone = json.loads((book / "reports/as-of/2025-01-01/ferry.json").read_text())
    assert run("update", "--no-referee", "--as-of", "2025-01-01").code == 0
    whole = json.loads((book / "reports/as-of/2025-01-01/ferry.json").read_text())
    assert alone["insight"] is None
    assert whole["insight"] is not None
    assert alone["answers"] == whole["answers"]


@pytest.mark.parametrize("digest", ["unfit", "fitting"])
@pytest.mark.slow
def test_insight_of_a_report_that_is_not_whole_is_asked_anew(published: Path, digest: str):
    """Insight is remembered under a hash of its inputs, but not from a report changed after it was written, nor from one of another shape."""
    report = published / "reports/ferry.json"
    first = report.read_bytes()
    content = read_content(first)
    content["insight"]["notes"] = ["<script>"] if digest == "unfit" else [{"note": "<script>"}]
    content["digest"] = digest_of(content) if digest == "fitting" else content["digest"]
    report.write_bytes(content_bytes(content))
    assert again(published).exit_code == 0
    assert report.read_bytes() == first


def test_a_plan_says_what_would_be_computed_and_why(run: Run, published: Path, monkeypatch: pytest.MonkeyPatch):
    """Each topic has a line with its steps and the reason, in the terminal and as JSON; nothing is written."""
    monkeypatch.setattr(sys.modules["forecast.cli.update"], "today", lambda: NEW_YEAR)
    before = files_of(published)
    lines = {
        ("--no-referee", "--no-insight"): "condition, simulate, render",
        ("--no-insight",): "condition, compare engines, simulate, render",
        (): "condition, compare engines, simulate, explain, render",
    }
    for options, steps in lines.items():
        ran = run("update", "--plan", *options, on=published)
        assert (ran.code, ran.out.split()[0], steps in ran.out) == (0, "ferry", True)
    planned = json.loads(run("update", "--plan", "--no-referee", "--no-insight", "--json", on=published).out)
    assert planned["topics"][0]["steps"] == ["condition", "simulate", "render"]
    assert files_of(published) == before


def test_json_alone_is_written_without_pages(run: Run, book: Path):
    """`--no-pages` writes the JSON and the ledger; `forecast report` makes the pages from it."""
    assert run("update", "--no-referee", "--no-insight", "--no-pages").code == 0
    assert {path.name for path in (book / "reports").iterdir()} - {".lock"} == {"ferry.json", "ledger.jsonl"}
    assert run("report").code == 0
    assert {"ferry.html", "ferry.md", "index.html"} <= {path.name for path in (book / "reports").iterdir()}


def test_an_update_reuses_what_it_has_computed(run: Run, book: Path):
    """A second update says that it wrote nothing, the third as well though the cache is not used; the plan says that nothing changed."""
    options = ("--no-referee", "--no-insight")
    assert run("update", *options).code == 0
    assert "nothing changed" in run("update", *options, "--plan").out
    assert run("update", *options).out.splitlines()[-1] == "0 files written, 0 lines added to the ledger."
    assert run("update", *options, "--no-cache").out.splitlines()[-1] == "0 files written, 0 lines added to the ledger."


@pytest.mark.parametrize("address", ["tcp://a:1", "dask://a", "dask://:1", "dask://a:b"])
def test_a_cluster_is_named_by_host_and_port(run: Run, address: str):
    """Anything else than dask://HOST:PORT is refused before anything is read."""
    ran = run("update", "--on", address)
    assert ran.code == 2
    assert "is not dask://HOST:PORT" in ran.err


def test_an_update_of_a_source_alone_says_which_topics_were_not_updated(run: Run, tmp_path: Path):
    """With the command that does; an update of the whole book has nothing to say."""
    root = tmp_path / "linked"
    write_linked_book(root)
    alone = run("update", "source", "--no-referee", "--no-insight", "--draws", "512", on=root)
    assert alone.code == 0, alone.err
    assert alone.out.splitlines()[-1] == "`target` takes a prior from here and was not updated: forecast update target"
    whole = run("update", "--no-referee", "--no-insight", "--draws", "1024", on=root)
    assert (whole.code, "not updated" in whole.out) == (0, False)
