"""``forecast check``."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forecast.book.files.folder import Folder
from forecast.book.ledger import append_entries, read_ledger
from tests.cli.conftest import Run, files_of

pytestmark = pytest.mark.medium


def test_a_sound_book_is_echoed_prior_by_prior(run: Run):
    """Each prior stands with its 5, 50 and 95 % points, its unit and its statement, and the exit code is 0."""
    ran = run("check")
    lines = [line.split(maxsplit=5) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert lines[1] == ["ferry", "breakdown_rate", "0.02", "0.11", "0.6", "breakdowns per 100 crossings  LogNormal(p5=0.02, p95=0.6)"]
    assert [line[1] for line in lines[1:-1]] == [
        "breakdown_rate",
        "burstiness",
        "usual_crossings",
        "fault",
        "usual_lateness",
        "lateness[calm]",
        "lateness[rough]",
    ]
    assert ran.out.splitlines()[-1] == "1 topic checked, no errors."


def test_topics_of_whose_priors_nothing_is_known_yet_are_named(run: Run, monkeypatch: pytest.MonkeyPatch):
    """So an editor sees which update the edit asks for."""
    monkeypatch.setattr("forecast.actions.check.MOST_ASKED", 0)
    said = "What the priors of `ferry` imply has not been computed; `forecast update` computes it."
    assert run("check").out.splitlines()[-2:] == ["1 topic checked, no errors.", said]


def test_a_problem_is_printed_with_its_place_line_marker_and_hint(run: Run, book: Path):
    """A misspelt parameter gives exactly this text, exit code 1, and no file is changed."""
    topic = book / "seeds/ferry/topic.toml"
    topic.write_text(topic.read_text().replace("alpha=burstiness", "alpha=burstines"))
    before = files_of(book)
    ran = run("check")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines() == [
        "seeds/ferry/topic.toml:15:71: error: unknown name `burstines`",
        '    value   = "NegativeBinomial(mu=wear * crossings / 100 * months, alpha=burstines)"',
        "    " + " " * 70 + "^",
        "    did you mean `burstiness`?",
    ]
    assert files_of(book) == before


def test_json_tells_the_same_problems(run: Run, book: Path):
    """With --json a problem has its path, line, column, level, message, hint and source line."""
    prior = book / "priors/ferry.toml"
    prior.write_text(prior.read_text().replace("sd=2", "sd=-2"))
    ran = run("check", "--json")
    (problem,) = json.loads(ran.out)["problems"]
    assert ran.code == 1
    assert {key: problem[key] for key in ("path", "line", "column", "level")} == {
        "path": "priors/ferry.toml",
        "line": 12,
        "column": 24,
        "level": "error",
    }
    assert problem["source"] == 'prior = "Gamma(mean=3, sd=-2)"'


def test_an_unknown_topic_is_a_problem_with_a_hint(run: Run):
    """Checking a topic that is not there says so and suggests the nearest."""
    ran = run("check", "fery")
    assert ran.code == 1
    assert ran.out == "seeds/fery/topic.toml:1:1: error: no topic `fery` in this book\n    did you mean `ferry`?\n"


def test_a_directory_without_seeds_is_no_book(run: Run, tmp_path: Path):
    """Outside a book every command says that there is none."""
    (tmp_path / "empty").mkdir()
    ran = run("check", on=tmp_path / "empty")
    assert ran.code == 1
    assert "this directory is not a book" in ran.out


def test_a_directory_that_is_not_there_is_said_to_be_missing(run: Run, tmp_path: Path):
    """It is not called a directory without `seeds`."""
    ran = run("check", on=tmp_path / "missing")
    assert ran.code == 1
    assert f"there is no directory `{tmp_path / 'missing'}`" in ran.out


def test_a_row_edited_after_its_use_is_found(run: Run, published: Path):
    """Changing the value of a published row is an error at that row, which says what it was and how to fix it."""
    record = published / "seeds/ferry/breakdowns.csv"
    record.write_text(record.read_text().replace("2024-01-01,2024-03-31,1,", "2024-01-01,2024-03-31,4,"))
    ran = run("check", on=published)
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "seeds/ferry/breakdowns.csv:2:1: error: a row used in the answers as of 2025-01-01 was edited; it was 2024-01-01 to 2024-03-31, value 1, known 2024-04-02",
        '    2024-01-01,2024-03-31,4,2024-04-02,"Harbour log, quarter 1",A,,q1,',
        "    ^",
        "    restore it, and append a row that replaces it; `forecast check --rows` shows the hashes of rows",
    ]


def test_a_row_removed_after_its_use_is_found(run: Run, published: Path):
    """Removing a published row is an error at its file."""
    record = published / "seeds/ferry/late.csv"
    record.write_text("".join(record.read_text().splitlines(keepends=True)[:-1]))
    ran = run("check", on=published)
    assert ran.code == 1
    assert ran.out.startswith(
        "seeds/ferry/late.csv:1:1: error: a row used in the answers as of 2025-01-01 is gone or was edited; it was 2024-08-05 to"
    )


def test_notes_and_new_rows_do_not_count_as_edits(run: Run, published: Path):
    """A note added to a published row, and a row appended after it, leave the book sound."""
    record = published / "seeds/ferry/breakdowns.csv"
    record.write_text(record.read_text().replace("disputed,q3", "doubted,q3") + '2024-10-01,2024-12-31,0,,"Harbour log, quarter 4",A,,,\n')
    assert run("check", on=published).code == 0


def test_a_published_row_may_be_replaced_by_its_hash(run: Run, published: Path):
    """So it is with a row that has no `id`: the correction names its hash, and the row stays as it was."""
    (old,) = (
        line.split()[1]
        for line in run("check", "--rows", on=published).out.splitlines()
        if line.startswith("seeds/ferry/breakdowns.csv:3 ")
    )
    record = published / "seeds/ferry/breakdowns.csv"
    before = record.read_text()
    correction = f'2024-04-01,2024-06-30,1,2024-12-01,"Harbour log, read again",A,,,{old}\n'
    record.write_text(before + correction)
    assert run("check", on=published).code == 0
    record.write_text(before.replace("2024-04-01,2024-06-30,0,", "2024-04-01,2024-06-30,3,") + correction)
    assert [f"no row has the id or the hash `{old}`" in line for line in run("check", on=published).out.splitlines()[:1]] == [True]


def test_a_published_row_may_be_replaced(run: Run, published: Path):
    """A row that replaces a published one is no edit, even where it was known before those answers."""
    record = published / "seeds/ferry/breakdowns.csv"
    record.write_text(record.read_text() + '2024-01-01,2024-03-31,2,2024-06-01,"Harbour log, corrected",A,,,q1\n')
    assert run("check", on=published).code == 0


def test_quiet_time_may_be_cut_by_a_correction_known_before_it_ends(run: Run, book: Path):
    """Quiet time counts day by day, so what replaces a part of it may be known as soon as that part is over."""
    record = book / "seeds/ferry/breakdowns.csv"
    parts = '2024-04-01,2024-05-31,0,,"Harbour log, April and May",A,,,f4673aa8\n2024-06-01,2024-06-30,0,,"Harbour log, June",C,,,\n'
    record.write_text(record.read_text() + parts)
    ran = run("check")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "1 topic checked, no errors; 1 warning above.")


@pytest.mark.parametrize("report", ["changed by hand", "deleted"])
def test_an_edited_row_is_found_without_the_report(run: Run, published: Path, report: str):
    """The ledger has the hash of each row that was used, so a report that is gone, or not as it was written, hides no edit."""
    record, path = published / "seeds/ferry/breakdowns.csv", published / "reports/ferry.json"
    record.write_text(record.read_text().replace("2024-01-01,2024-03-31,1,", "2024-01-01,2024-03-31,4,"))
    if report == "deleted":
        path.unlink()
    else:
        path.write_text(path.read_text().replace("Lake Elna", "Lake Alna"))
    ran = run("check", on=published)
    assert (ran.code, ran.out.splitlines()) == (
        1,
        [
            "seeds/ferry/breakdowns.csv:2:1: error: a row used in the answers as of 2025-01-01 was edited; its hash was `bbb5fd8a`",
            '    2024-01-01,2024-03-31,4,2024-04-02,"Harbour log, quarter 1",A,,q1,',
            "    ^",
            "    restore it, and append a row that replaces it; `forecast check --rows` shows the hashes of rows",
        ],
    )


def test_a_ledger_without_hashes_of_rows_holds_none_against_the_record(run: Run, published: Path):
    """Lines that an older version wrote say nothing of rows: there the report alone does, where it is as it was written."""
    record, report = published / "seeds/ferry/breakdowns.csv", published / "reports/ferry.json"
    record.write_text(record.read_text().replace("2024-01-01,2024-03-31,1,", "2024-01-01,2024-03-31,4,"))
    older = [
        {name: each for name, each in entry.items() if name not in {"format", "at", "rows", "previous"}}
        for entry in read_ledger(Folder(published))[0]
    ]
    (published / "reports/ledger.jsonl").unlink()
    append_entries(Folder(published), older)
    assert run("check", on=published).code == 1
    report.write_text(report.read_text().replace("Lake Elna", "Lake Alna"))
    assert run("check", on=published).code == 0


def test_a_published_row_may_be_given_an_id(run: Run, published: Path):
    """A row that is named afterwards, and replaced by that name, is no edited row."""
    record = published / "seeds/ferry/late.csv"
    header, *rows = record.read_text().splitlines()
    named = [f"{header},id,replaces", f"{rows[0]},first,", *(f"{row},," for row in rows[1:])]
    record.write_text("\n".join([*named, "2024-02-05,2024-02-11,60,calm,5,Passenger count,,first"]) + "\n")
    assert run("check", on=published).code == 0
    record.write_text("\n".join([header + ",id", f"{rows[0].replace(',60,', ',61,')},first", *(f"{row}," for row in rows[1:])]) + "\n")
    assert run("check", on=published).code == 1


@pytest.mark.slow
def test_checking_does_not_pay_for_pydantic(book: Path):
    """`forecast check`, with and without words after it, loads no pydantic: it costs a tenth of a second at every save."""
    code = "import sys\nfrom forecast.cli.commands import main\ntry:\n    main()\nfinally:\n    assert 'pydantic' not in sys.modules"
    for words in ([], ["ferry"], ["--json"]):
        command = [sys.executable, "-c", code, "check", *words, "--book", str(book)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_word_is_a_wrong_command_line(run: Run):
    """An unknown option gives exit code 2 and its usage; an unknown topic is a problem of the book."""
    assert run("check", "--jsn").code == 2
    assert run("check", "fery").out.splitlines()[-1] == "    did you mean `ferry`?"


def test_rows_of_days_to_come_are_warned_of(run: Run, book: Path):
    """A row that ends or is known after today does not go uncounted in silence: each has a warning, and the code is 0."""
    rows = book / "seeds/ferry/late.csv"
    future = ["2999-01-01,2999-01-31,60,calm,4,Count,", "2024-02-12,2024-02-18,58,rough,17,Count,2999-02-01"]
    rows.write_text("\n".join([rows.read_text().splitlines()[0] + ",known", *future]) + "\n")
    ran = run("check")
    assert ran.code == 0
    assert [line.split(", after today")[0] for line in ran.out.splitlines() if ": warning: " in line] == [
        "seeds/ferry/late.csv:2:1: warning: this row ends on 2999-01-31",
        "seeds/ferry/late.csv:3:1: warning: this row is known on 2999-02-01",
    ]
    assert "only what has been seen is a row; what is to come does not count" in ran.out


def test_a_topic_that_opens_tomorrow_is_answered_by_its_priors_and_warned_of(run: Run, book: Path):
    """Its report has no history, and says so in no error."""
    shutil.rmtree(book / "seeds/ferry")
    (book / "priors/ferry.toml").unlink()
    run(
        "new",
        "soon",
        "--like",
        "hazard",
        "--asks",
        "Will it?",
        "--base-rate",
        "3 in 20 years",
        "--why",
        "rate=It came three times in twenty years.",
    )
    topic = book / "seeds/soon/topic.toml"
    today, tomorrow = datetime.now(UTC).date(), datetime.now(UTC).date() + timedelta(days=1)
    topic.write_text(topic.read_text().replace(f"= {today}", f"= {tomorrow}"))
    ran = run("update", "--no-referee")
    assert ran.code == 0
    assert f"warning: the topic opens on {tomorrow}, after today" in ran.out + ran.err


def test_a_walk_of_many_steps_is_told_by_its_first_and_its_last(run: Run, book: Path):
    """Of forty months `check` and `prior show` print the first three and the last nine, and say how many lie between; --json has all."""
    (book / "seeds/court").mkdir()
    (book / "seeds/court/topic.toml").write_text(
        'title = "Court"\nopens = 2021-09-01\n[streams.cases]\nabout = "cases filed"\nvalue = "Poisson(mu=exp(pace[month]) * months)"\n'
        '[questions.now]\nasks = "How many a month?"\nanswer = "exp(pace[month])"\nby = 2030-01-31\n'
    )
    (book / "seeds/court/cases.csv").write_text("from,to,value,source\n2024-12-01,2024-12-31,3,Register\n")
    (book / "priors/court.toml").write_text(
        '[pace]\nper = "month"\nprior = "GaussianRandomWalk(sigma=0.2, init_dist=Normal(mu=0, sigma=1))"\n'
        'unit = "log of cases a month"\nwhy = "The load of the court moves slowly."\n'
    )
    for words, column in ((("check", "court"), 1), (("prior", "show", "court", "--as-of", "2025-01-01"), 0)):
        ran = run(*words)
        names = [line.split()[column] for line in ran.out.splitlines() if "pace[" in line or "…" in line]
        months = [f"pace[2021-{month:02}]" for month in (9, 10, 11)] + ["…"] + [f"pace[2024-{month:02}]" for month in range(4, 13)]
        assert (ran.code, names) == (0, months), words
        assert "… 28 more; --json has them" in ran.out
    assert len(json.loads(run("check", "court", "--json").out)["priors"]["court"]) == 40


def test_a_change_of_an_old_line_of_the_ledger_is_found_by_a_deep_check(run: Run, published: Path):
    """A check reads the ledger on from where it was read before; with --deep it reads every line, and says which was changed."""
    assert run("check", on=published).code == 0
    assert run("check", "--deep", on=published).code == 0
    path = published / "reports/ledger.jsonl"
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first.replace(b'"seed":1', b'"seed":2'), *others]))
    assert run("check", on=published).code == 0
    deep = run("check", "--deep", on=published)
    assert deep.code == 1
    assert "reports/ledger.jsonl:2:1: error: this line does not follow the one before: the ledger was changed" in deep.out


def test_points_that_were_found_from_draws_are_about_so_much(run: Run):
    """A prior that depends on another is drawn: it is said so, with no digit below its error; one of numbers has its digits as they are."""
    rows = {line.split()[1]: line for line in run("check", "ferry").out.splitlines() if line.startswith("ferry ")}
    assert re.split(r"  +", rows["lateness[calm]"])[2:5] == ["about 6.2e\N{MINUS SIGN}06", "about 0.0634", "about 0.327"]
    assert "about" not in rows["lateness[rough]"] + rows["usual_lateness"]
    errors = {each["label"]: each.get("errors") for each in json.loads(run("check", "ferry", "--json").out)["priors"]["ferry"]}
    assert errors["rough"] is None
    assert all(0 < error < 0.002 for error in errors["calm"])
