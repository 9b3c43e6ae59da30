"""``forecast import`` and ``forecast export --metaculus-zip``: what is printed, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.metaculus_zips import aggregate, forecast, question, score, write_zip

pytestmark = pytest.mark.medium

QUESTIONS = [question(1, Resolution="yes", Resolution_Known_Time="2026-01-21 09:30:00+00:00"), question(2)]
FORECASTS = [forecast(1, 11, Probability_Yes=0.25), forecast(2, 12, Probability_Yes=0.5), aggregate(Probability_Yes=0.4)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ZIP with forecasts of two persons."""
    return write_zip(tmp_path / "data.zip", QUESTIONS, FORECASTS, [score(1, 11)])


def test_what_was_added_and_what_was_not_is_printed(run: Run, file: Path, book: Path):
    """How many rows of each kind, who one is there, and how many forecasts of others were passed over."""
    ran = run("import", "metaculus", str(file), "--me", "user11")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "seeds/records/metaculus: added 2 questions, 2 forecasts, 2 people, 1 resolution, 1 score.",
        "You are me there.",
        "Left out 1 forecast of other persons; --others brings it in, under pseudonyms.",
        "Next: forecast score, and forecast calibration.",
    ]
    assert (book / "seeds" / "records" / "metaculus" / "forecasts.csv").is_file()
    assert run("import", "metaculus", str(file)).out.startswith("seeds/records/metaculus: nothing new in this file.\n")


def test_a_book_with_a_collection_is_checked_as_before(run: Run, file: Path):
    """The folder of records is no topic, and nothing is wrong with it."""
    run("import", "metaculus", str(file), "--others")
    ran = run("check")
    assert (ran.code, ran.err) == (0, "")


def test_json_has_everything(run: Run, file: Path):
    """Counts, names, notes and problems, for scripts."""
    ran = run("import", "metaculus", str(file), "--others", "--collection", "cup", "--json")
    said = json.loads(ran.out)
    assert {name: said[name] for name in ("collection", "path", "me", "left_out", "forecasts_of_others", "notes", "problems")} == {
        "collection": "cup",
        "path": "seeds/records/cup",
        "me": [],
        "left_out": {},
        "forecasts_of_others": 0,
        "notes": [],
        "problems": [],
    }
    assert said["added"]["forecasts"] == 3


def test_rows_that_do_not_fit_give_exit_code_3(run: Run, tmp_path: Path):
    """They are listed on standard error with file, line and reason."""
    path = write_zip(tmp_path / "data.zip", QUESTIONS, [*FORECASTS, forecast(9, 11, Probability_Yes=0.5)])
    ran = run("import", "metaculus", str(path), "--me", "11")
    assert ran.code == 3
    assert ran.err == "data.zip/forecast_data.csv:5:1: warning: left out: question 9 is not among the questions that are imported\n"
    assert "Left out 1 row of data.zip/forecast_data.csv: it does not fit." in ran.out.splitlines()


def test_a_file_that_is_refused_gives_exit_code_1(run: Run, file: Path, book: Path):
    """Nothing is written; as JSON the problem stands on standard output."""
    ran = run("import", "metaculus", str(file))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("data.zip:1:1: error: this file has forecasts or scores of 2 persons")
    assert not (book / "seeds" / "records").exists()
    assert json.loads(run("import", "metaculus", str(file), "--json").out)["problems"][0]["path"] == "data.zip"


def test_a_collection_goes_out_as_it_came_in(run: Run, file: Path, tmp_path: Path, book: Path):
    """The ZIP that is written can be imported, and adds nothing."""
    run("import", "metaculus", str(file), "--others")
    out = tmp_path / "out.zip"
    ran = run("export", "metaculus", "--metaculus-zip", str(out))
    assert (ran.code, ran.out) == (0, f"{out} written: 2 questions, 3 forecasts, 1 score.\n")
    again = run("import", "metaculus", str(out), "--others")
    assert again.out.splitlines()[0] == "seeds/records/metaculus: nothing new in this file."


def test_a_collection_that_is_not_there_is_named(run: Run, tmp_path: Path):
    """With those that are."""
    ran = run("export", "metaculus", "--metaculus-zip", str(tmp_path / "out.zip"))
    assert (ran.code, ran.err) == (
        1,
        "seeds/records:1:1: error: no collection `metaculus` in this book\n    make one with `forecast import`\n",
    )
    assert run("export", "ferry").code == 2


def test_a_record_from_fatebook_goes_back_in_percent_and_as_csv(run: Run, tmp_path: Path):
    """What is written, and how much of it; a zone must be said for times without one."""
    given = tmp_path / "fatebook.csv"
    given.write_text("questionTitle,forecast,qCreatedAt\nIs it?,12.5,2025-01-02 03:04:5\n", encoding="utf-8")
    ran = run("import", "fatebook", str(given))
    assert (ran.code, "--zone UTC" in ran.err) == (1, True)
    assert run("import", "fatebook", str(given), "--zone", "UTC").code == 0
    for option, beginning in (("--fatebook", "questionTitle,forecast"), ("--csv", "question,text,type")):
        written = tmp_path / "written.csv"
        ran = run("export", "fatebook", option, str(written))
        assert (ran.code, ran.out.splitlines()[-1].endswith("written: 1 question, 1 forecast.")) == (0, True)
        assert written.read_text(encoding="utf-8").startswith(beginning)
    assert run("export", "fatebook", "--csv", "a", "--fatebook", "b").code == 2


def test_questions_that_two_collections_have_are_named_wherever_they_count(run: Run, file: Path, book: Path):
    """At the import of the second, beside scores, beside calibration, and on both pages."""
    run("import", "metaculus", str(file), "--me", "user11", "--collection", "one")
    ran = run("import", "metaculus", str(file), "--me", "user12", "--collection", "two")
    sentence = "2 questions stand in both {} and {} (as {}:1 and {}:1), and count twice where both are scored; name the records that you want, or delete the folder of one."
    assert sentence.format("two", "one", "two", "one") in ran.out.splitlines()
    for command in ("score", "calibration"):
        assert sentence.format("one", "two", "one", "two") in run(command).out.splitlines()
        assert "2 questions stand in both one and two" in (book / "reports" / f"{command}.md").read_text(encoding="utf-8")
        assert "stand in both" not in run(command, "one").out


def test_rows_that_are_left_out_for_one_reason_are_printed_once(run: Run, tmp_path: Path):
    """With the first place and their number; as JSON each has its own."""
    rows = [forecast(9, 11, start=f"2026-01-0{day} 12:00:00+00:00", Probability_Yes=0.5) for day in range(1, 6)]
    path = write_zip(tmp_path / "data.zip", QUESTIONS, [*FORECASTS, *rows])
    line = "data.zip/forecast_data.csv:5:1: warning: left out: question 9 is not among the questions that are imported (5 rows, of which this is the first)"
    assert run("import", "metaculus", str(path), "--me", "11").err.splitlines() == [line]
    assert len(json.loads(run("import", "metaculus", str(path), "--me", "11", "--json").out)["problems"]) == 5


def test_a_forecast_of_a_question_that_is_over_is_written_with_a_warning(run: Run, file: Path, tmp_path: Path):
    """The server takes none of it any more; a collection alone is no question, and the message names one."""
    run("import", "metaculus", str(file), "--me", "user11")
    out = tmp_path / "body.json"
    ran = run("export", "metaculus:1", "--metaculus", str(out))
    assert (ran.code, out.is_file()) == (0, True)
    assert "metaculus:1 was resolved on 2026-01-21; the server takes no forecast of it any more" in ran.err
    ran = run("export", "metaculus", "--metaculus", str(out))
    assert (ran.code, "name one question, as metaculus:1" in ran.err) == (1, True)


def test_a_command_for_what_is_due_can_be_pasted(run: Run, tmp_path: Path):
    """An id with spaces is quoted; of an imported question a newer file may bring the end."""
    given = tmp_path / "record.csv"
    given.write_text("question,at,value,close\nWill it rain?,2026-01-02T00:00:00Z,0.5,2026-02-01T00:00:00Z\n", encoding="utf-8")
    run("import", "csv", str(given))
    assert "forecast resolve 'csv:Will it rain?' OUTCOME" in run("due").out
    assert "# or import a newer file" in run("due").out


def test_a_page_of_imported_questions_does_not_speak_of_models(run: Run, file: Path, book: Path):
    """No row of theirs can be found by `forecast score --rows`; a command is in quotation marks."""
    run("import", "metaculus", str(file), "--others")
    run("score")
    page = (book / "reports" / "score.md").read_text(encoding="utf-8")
    assert "Best calls" in page
    assert "score --rows" not in page
    assert "`forecast import" not in page


def test_what_an_import_changes_is_said_apart_from_what_it_adds(run: Run, tmp_path: Path):
    """Questions that are worded anew are revised, not added."""
    for name in ("Is it?", "Is it so?"):
        path = write_zip(tmp_path / "data.zip", [question(1, Question_Title=name)], FORECASTS[:1])
        ran = run("import", "metaculus", str(path))
    assert ran.out.splitlines()[0] == "seeds/records/metaculus: revised 1 question."
