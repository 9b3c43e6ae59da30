"""A topic that fails only when it is computed, and a question without an answer, stop no other: everything else is published."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.actions import compute, executors
from forecast.actions.update import UpdateResult, update
from forecast.book.files.folder import Folder
from forecast.book.ledger import read_ledger
from forecast.model.settings import Settings
from forecast.report.failures import read_failure
from forecast.report.files import read_report
from forecast.report.pages import render_topic
from forecast.report.rerender import rerender_reports
from forecast.schema.topic import ReportFault
from tests.cli.conftest import Ran
from tests.support.command_line import CliRunner, commands

pytestmark = pytest.mark.medium

DAY, NEXT = date(2025, 6, 1), date(2025, 6, 2)
PRIOR = '[rate]\nprior = "Gamma(alpha=2, beta=2)"\nwhy = "A number made up for a test."\nunit = "events a year"\n'
HEADER = "from,to,value,source\n"
QUIET = HEADER + "2025-01-01,2025-03-31,0,log\n"
LOUD = HEADER + "2025-01-01,2025-03-31,0,log\n2025-04-01,2025-04-01,1,log\n"
NEVER = "Poisson(mu=rate * years * 0)"  # an event is then impossible under every draw
REASON = "this row of `events` is impossible under every draw of the priors (seeds/{}/events.csv, line 3)"


def _as_written(text: str) -> str:
    """What a page or its Markdown says, with code in backticks."""
    return text.replace("\\", "").replace("&lt;", "<").replace("<code>", "`").replace("</code>", "`")


def write_topic(root: Path, name: str, *, rows: str = QUIET, value: str = "Poisson(mu=rate * years)", more: str = "") -> None:
    """Write a topic of one stream and one question."""
    (root / "seeds" / name).mkdir(parents=True, exist_ok=True)
    (root / "priors").mkdir(exist_ok=True)
    (root / "seeds" / name / "topic.toml").write_text(
        f'title = "Topic {name}"\nopens = 2025-01-01\nstep = "month"\n\n'
        f'[streams.events]\nabout = "what happens"\nvalue = "{value}"\nwatched = true\n\n'
        f'[questions.some]\nasks = "Will anything happen in {name}?"\nby = 2026-12-31\nanswer = "total(events) >= 1"\nsettled = "By the log."\n{more}'
    )
    (root / "seeds" / name / "events.csv").write_text(rows)
    (root / "priors" / f"{name}.toml").write_text(PRIOR)


def asked(name: str, **parts: str) -> str:
    """Another question of a topic."""
    lines = "".join(f'{key} = "{text}"\n' for key, text in parts.items())
    return f'\n[questions.{name}]\nasks = "And {name}?"\nby = 2026-12-31\nsettled = "By the log."\n{lines}'


def updated(root: Path, *, on: date = DAY, topics: Iterable[str] | None = None, processes: int = 1) -> UpdateResult:
    """An update by the fast engine alone, without asking why."""
    return update(
        root, topics=None if topics is None else [*topics], as_of=on, today=on, settings=Settings(draws=1_024), referee=False, insight=False,
        processes=processes,
    )  # fmt: skip


def run(*words: str, book: Path) -> Ran:
    """A command on a book, as a user types it."""
    done = CliRunner().invoke(commands(), [*words, "--book", str(book)])
    return Ran(done.exit_code, done.stdout, done.stderr)


def index_of(root: Path) -> str:
    """The index in Markdown."""
    return (root / "reports/index.md").read_text()


def test_a_topic_that_fails_keeps_its_last_report_and_the_others_are_published(tmp_path: Path) -> None:
    """The failed topic's files stay as they were, a mark says why, the index shows both, and the exit code is 3."""
    write_topic(tmp_path, "calm")
    write_topic(tmp_path, "fails")
    assert updated(tmp_path).exit_code == 0
    kept = {path: path.read_bytes() for path in (tmp_path / "reports").glob("fails*.*")}
    write_topic(tmp_path, "fails", rows=LOUD, value=NEVER)
    done = updated(tmp_path, on=NEXT)
    assert (done.exit_code, list(done.contents), list(done.failed), done.problems) == (3, ["calm"], ["fails"], ())
    assert {path: path.read_bytes() for path in kept} == kept
    assert json.loads((tmp_path / "reports/fails.failed.json").read_text()) == {
        "format": 1,
        "name": "fails",
        "title": "Topic fails",
        "as_of": "2025-06-02",
        "reasons": [REASON.format("fails")],
    }
    said = f"Not computed as of 2 June 2025: {REASON.format('fails')}. What follows is the report of 1 June 2025."
    assert said in index_of(tmp_path).replace("\\", "")
    assert {entry["topic"] for entry in read_ledger(Folder(tmp_path))[0] if entry["as_of"] == "2025-06-02"} == {"calm"}


def test_a_mark_stays_until_its_topic_is_computed(tmp_path: Path) -> None:
    """An update of another topic, and pages made again, keep it on the index; an update of its own that succeeds removes it."""
    write_topic(tmp_path, "calm")
    write_topic(tmp_path, "fails", rows=LOUD, value=NEVER)
    assert updated(tmp_path).exit_code == 3
    assert "There is no earlier report." in index_of(tmp_path)
    first = index_of(tmp_path)
    assert updated(tmp_path, topics=["calm"]).exit_code == 0
    assert index_of(tmp_path) == first
    assert rerender_reports(tmp_path, "reports", None).problems == ()
    assert index_of(tmp_path) == first
    write_topic(tmp_path, "fails", rows=LOUD)
    done = updated(tmp_path)
    assert (done.exit_code, "reports/fails.failed.json" in done.written) == (0, True)
    assert not (tmp_path / "reports/fails.failed.json").exists()
    assert "Not computed" not in index_of(tmp_path)


def test_a_topic_alone_that_fails_is_marked_too(tmp_path: Path) -> None:
    """With nothing else to publish the index still says what failed."""
    write_topic(tmp_path, "fails", rows=LOUD, value=NEVER)
    done = updated(tmp_path)
    assert (done.exit_code, done.recorded, sorted(done.written)) == (
        3,
        0,
        ["reports/fails.failed.json", "reports/index.html", "reports/index.md"],
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "computing this topic failed: there was not enough memory for it"),
        (ArithmeticError("odd"), "computing this topic failed: ArithmeticError: odd"),
    ],
)
def test_whatever_happens_while_a_topic_is_computed_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    """Want of memory and exceptions that nobody foresaw are the topic's failure alone."""
    write_topic(tmp_path, "calm")
    write_topic(tmp_path, "fails")
    real = compute.analyse_with_referee

    def fail(topic: Any, *args: Any, **named: Any) -> Any:
        if topic.name == "fails":
            raise error
        return real(topic, *args, **named)

    monkeypatch.setattr(compute, "analyse_with_referee", fail)
    done = updated(tmp_path)
    assert (done.exit_code, list(done.contents), [each.message for each in done.failed["fails"].problems]) == (3, ["calm"], [said])
    assert ("in fail" in done.failed["fails"].trace) == isinstance(error, ArithmeticError)


@pytest.mark.slow
def test_a_process_that_is_killed_is_the_failure_of_its_topic_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a process ends suddenly, as for want of memory, the topics that it took along are computed again, each alone."""
    for name in ("a", "b", "fails", "z"):
        write_topic(tmp_path, name)
    real = compute.analyse_with_referee

    def die(topic: Any, *args: Any, **named: Any) -> Any:
        import os

        if topic.name == "fails":
            os._exit(9)
        return real(topic, *args, **named)

    monkeypatch.setattr(compute, "analyse_with_referee", die)
    monkeypatch.setattr(executors, "process_start_method", lambda: "fork")
    done = updated(tmp_path, processes=2)
    said = "the process that computed this topic ended suddenly, perhaps for want of memory"
    assert (done.exit_code, list(done.contents)) == (3, ["a", "b", "z"])
    assert [each.message for each in done.failed["fails"].problems] == [said]


def test_what_a_check_finds_still_stops_everything(tmp_path: Path) -> None:
    """A prior that is no distribution at some draws, which `forecast check` says, exits with 1, and nothing is published."""
    write_topic(tmp_path, "calm")
    write_topic(tmp_path, "wrong")
    other = PRIOR.replace("[rate]", "[other]").replace("Gamma(alpha=2, beta=2)", "Normal(mu=0, sigma=1)")
    (tmp_path / "priors/wrong.toml").write_text(PRIOR.replace("beta=2", "beta=other") + "\n" + other)
    done = updated(tmp_path)
    assert (done.exit_code, done.contents, done.failed) == (1, {}, {})
    assert {problem.place.path for problem in done.problems} == {"priors/wrong.toml"}
    assert not (tmp_path / "reports").exists()


def test_a_void_question_is_an_ordinary_outcome_and_gets_no_line_in_the_ledger(tmp_path: Path) -> None:
    """The exit code is 0; show, why and the index say that it is void and since when, and the ledger has the other question alone."""
    write_topic(tmp_path, "calm", rows=LOUD, more=asked("still", given="total(events) == 0", answer="rate > 1"))
    assert updated(tmp_path).exit_code == 0
    said = "Void: its condition failed on 1 April 2025."
    assert said in index_of(tmp_path)
    assert said in (tmp_path / "reports/calm.md").read_text()
    assert said in (tmp_path / "reports/calm.html").read_text()
    assert [entry["question"] for entry in read_ledger(Folder(tmp_path))[0]] == ["some"]
    assert updated(tmp_path).recorded == 0


def test_a_question_that_is_not_answerable_is_published_as_such_and_exits_with_3(tmp_path: Path) -> None:
    """The other question has its number; the index names the one without at its top, with the reason below."""
    write_topic(tmp_path, "calm", more=asked("ratio", answer="total(events) * 0 / 0 > 1"))
    done = updated(tmp_path)
    assert (done.exit_code, done.unanswerable, done.distrusted) == (3, ("calm.ratio",), ())
    by_name = {answer["name"]: answer for answer in done.contents["calm"]["answers"]}
    assert (by_name["ratio"]["status"], by_name["ratio"]["value"], by_name["some"]["status"]) == ("not answerable", None, "open")
    assert "> **Not answerable.** [And ratio?](calm.md)" in index_of(tmp_path)
    assert [entry["question"] for entry in read_ledger(Folder(tmp_path))[0]] == ["some"]


def test_a_page_shows_questions_of_every_kind_without_an_answer(tmp_path: Path) -> None:
    """Void and not answerable probabilities, numbers, dates and choices stand on the page and in the Markdown with their sentences, why is said of the rest."""
    kinds = {
        "probability": {"answer": "total(events) >= 2"},
        "number": {"answer": "total(events)"},
        "day": {"answer": "first(total(events) >= 3)"},
    }
    more = "".join(
        asked(f"{status}_{kind}", given=given, **words)
        for status, given in (("void", "total(events) == 0"), ("impossible", "rate < 0"))
        for kind, words in kinds.items()
    )
    more += asked("void_choices", given="total(events) == 0") + 'choices = { few = "total(events) < 3", many = "total(events) >= 3" }\n'
    write_topic(tmp_path, "calm", rows=LOUD, more=more + asked("more", answer="total(events) >= 3"))
    done = update(tmp_path, as_of=DAY, today=DAY, settings=Settings(draws=1_024), referee=False)
    assert (done.exit_code, done.unanswerable) == (3, ("calm.impossible_probability", "calm.impossible_number", "calm.impossible_day"))
    for path in ("calm.md", "calm.html"):
        text = _as_written((tmp_path / "reports" / path).read_text())
        assert text.count("Void: its condition failed on 1 April 2025.") == 4
        assert text.count("Not answerable: `rate < 0` holds on no path, so nothing can be said given it.") >= 3
    insight = done.contents["calm"]["insight"]
    assert {measure["question"] for measure in insight["measures"]} == {"some", "more"}
    content = read_report(tmp_path, "reports/calm.json")
    assert content == done.contents["calm"]
    render_topic(done.contents["calm"], style="icd203")


@pytest.mark.slow
def test_commands_say_what_failed(tmp_path: Path) -> None:
    """`update` prints the problem and goes on, `show` and `why` name the failure beside the last answers."""
    write_topic(tmp_path, "calm", rows=LOUD, more=asked("still", given="total(events) == 0", answer="rate > 1"))
    write_topic(tmp_path, "fails")
    quick = ("--no-referee", "--no-insight", "--draws", "1024")
    assert run("update", *quick, book=tmp_path).code == 0
    write_topic(tmp_path, "fails", rows=LOUD, value=NEVER)
    ran = run("update", *quick, book=tmp_path)
    assert ran.code == 3
    assert "seeds/fails/events.csv:3:1: error: this row of `events` is impossible under every draw of the priors" in ran.err
    assert "fails: not computed; its last report, if it has one, stands as it was" in ran.out
    assert [each["name"] for each in json.loads(run("update", *quick, "--json", book=tmp_path).out)["failed"]] == ["fails"]
    shown = run("show", book=tmp_path).out
    assert "calm.still  void" in shown
    assert f"{REASON.format('fails')}; its answers are those of " in shown
    assert REASON.format("fails") in run("show", "fails.some", book=tmp_path).out
    assert "Void: its condition failed on 1 April 2025." in run("why", "still", book=tmp_path).out


def test_a_mark_that_is_not_whole_is_a_problem(tmp_path: Path) -> None:
    """Pages are not made again from it, and `show` says so."""
    write_topic(tmp_path, "calm")
    updated(tmp_path)
    mark = tmp_path / "reports/calm.failed.json"
    for text in ("{", "[]", '{"format": 1}', '{"format":1,"name":"calm","title":"T","as_of":"x","reasons":["a"]}'):
        mark.write_text(text)
        with pytest.raises(ReportFault):
            read_failure(tmp_path, "calm")
        (problem,) = rerender_reports(tmp_path, "reports", None).problems
        assert problem.message == "reports/calm.failed.json is not whole; run `forecast update calm` to make it again"
    assert "reports/calm.failed.json is not whole" in run("show", book=tmp_path).err
    assert updated(tmp_path).exit_code == 0
    assert not mark.exists()


@pytest.mark.slow
def test_whatif_diff_and_history_say_what_a_question_has_come_to(tmp_path: Path) -> None:
    """A question that is void at one end of a comparison, and on some days of a replay, is said in words beside the others' numbers."""
    write_topic(tmp_path, "calm", more=asked("still", given="total(events) == 0", answer="rate > 1"))
    said = "Void: its condition failed on 2 April 2025."
    supposed = run("whatif", "calm", "--as-of", "2025-03-31", "--draws", "1024", "--observe", "events 2025-04-02 1", book=tmp_path)
    assert supposed.code == 0
    assert re.search(r"still +\d+ % +→ +void", supposed.out)
    assert f"still: {said}" in supposed.out
    write_topic(tmp_path, "calm", rows=LOUD, more=asked("still", given="total(events) == 0", answer="rate > 1"))
    said = "Void: its condition failed on 1 April 2025."
    differs = run("diff", "2025-03-31", "2025-06-01", "--draws", "1024", book=tmp_path)
    assert differs.code == 0
    assert f"  still\n    As of 1 June 2025: {said}\n  some\n    Up from " in differs.out
    data = json.loads(run("diff", "2025-03-31", "2025-06-01", "--draws", "1024", "--json", book=tmp_path).out)["topics"][0]
    assert (data["unanswered"], [each["question"] for each in data["measures"]]) == ({"still": f"As of 1 June 2025: {said}"}, ["some"])
    gone = run("history", "still", "--until", "2025-06-01", book=tmp_path)
    assert gone.code == 0
    assert "2025-03-31" in gone.out
    assert gone.err == "Left out 4 days from 1 April to 1 June 2025: `still` is void: its condition failed on 1 April 2025\n"


@pytest.mark.slow
def test_of_fifty_topics_one_that_fails_leaves_forty_nine(tmp_path: Path) -> None:
    """A book of 50 topics, one of which fails only when computed and one of which has a void question, typed as a user would."""
    for number in range(50):
        write_topic(tmp_path, f"topic_{number:02}")
    write_topic(tmp_path, "topic_17", rows=LOUD, value=NEVER)
    write_topic(tmp_path, "topic_33", rows=LOUD, more=asked("still", given="total(events) == 0", answer="rate > 1"))
    assert run("check", book=tmp_path).code == 0
    ran = run("update", "--no-referee", "--no-insight", book=tmp_path)
    assert ran.code == 3
    published = {path.stem for path in (tmp_path / "reports").glob("topic_??.json")}
    assert published == {f"topic_{number:02}" for number in range(50) if number != 17}
    for index in (index_of(tmp_path), (tmp_path / "reports/index.html").read_text()):
        text = _as_written(index)
        assert text.count("this row of `events` is impossible under every draw of the priors") == 1
        assert text.count("Void: its condition failed on 1 April 2025.") == 1
