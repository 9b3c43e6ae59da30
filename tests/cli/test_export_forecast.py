"""``forecast export`` with ``--metaculus`` and ``--hub``: what is written, what is said, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.medium


def test_a_probability_is_written_or_printed(run: Run, book: Path, tmp_path: Path):
    """The same body of a request in a file and on the terminal; nothing is sent."""
    ran = run("export", "ferry.three_more", "--metaculus", "-", "--question-id", "7")
    assert ran.code == 0
    (payload,) = json.loads(ran.out)
    assert payload["question"] == 7
    assert 0.001 <= payload["probability_yes"] <= 0.999
    file = tmp_path / "forecast.json"
    assert run("export", "ferry.three_more", "--metaculus", str(file), "--question-id", "7").out == f"{file} written.\n"
    assert json.loads(file.read_text()) == [payload]


def test_what_is_moved_is_said_beside_it(run: Run, book: Path):
    """On the error output, so that the payload can go on to another program."""
    run("say", "ferry.three_more", "0.0002", "--why", "A guess.")
    ran = run("export", "ferry.three_more", "--metaculus", "-", "--question-id", "7", "--who", "me")
    assert (ran.code, json.loads(ran.out)) == (0, [{"question": 7, "probability_yes": 0.001}])
    assert "warning: the probability is 0.0002; the server takes 0.001 to 0.999, so 0.001 is written" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--metaculus", "-"], 1, "the id of the question on Metaculus is not known"),
        (
            ["--metaculus", "-", "--question-id", "7", "--bounds", "0", "10", "--open", "none"],
            1,
            "a question of type `binary` has no bounds",
        ),
        (["--metaculus", "-", "--question-id", "7", "--bounds", "0", "10"], 2, "say which of the bounds are open"),
        (["--metaculus", "-", "--question-id", "7", "--bounds", "0", "x", "--open", "none"], 2, "`x` is neither a number nor a date"),
        (["--metaculus", "-", "--question-id", "7", "--zero-point", "0"], 2, "a scale begins with its range"),
        (["--metaculus", "-", "--target", "missing.json"], 1, "there is no such file"),
        (["--metaculus", "-", "--target", "nothing:5", "--question-id", "7"], 1, "no collection `nothing` in this book"),
        (["--metaculus", "-", "--question-id", "7", "--who", "nobody"], 1, "there is no forecast of `nobody` in force"),
        (["--metaculus", "-", "--pymc"], 2, "give one of them"),
        ([], 2, "give one of them"),
    ],
)
def test_what_is_missing_is_named(run: Run, book: Path, words: list[str], code: int, said: str):
    """And nothing is printed that could be sent."""
    ran = run("export", "ferry.three_more", *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in " ".join(ran.err.replace("│", " ").split())


def test_the_forecasts_of_a_topic_go_to_a_hub(run: Run, book: Path, tmp_path: Path):
    """One's own as a table of model output; who has none is told whose there are."""
    run("say", "ferry.three_more", "30%", "--why", "A guess.")
    file = tmp_path / "2026-01-03-team-model.csv"
    ran = run("export", "ferry", "--hub", str(file), "--who", "me")
    assert (ran.code, ran.out) == (0, f"{file} written: 1 forecast of me, 2 rows.\n")
    heading, *rows = file.read_text().splitlines()
    assert heading.endswith("output_type,output_type_id,value")
    assert [row.rsplit(",", 3)[1:] for row in rows] == [["pmf", "yes", "0.3"], ["pmf", "no", "0.7"]]
    ran = run("export", "ferry", "--hub", str(file), "--who", "nobody")
    assert (ran.code, "`nobody` has no forecasts in `ferry`" in ran.err) == (1, True)
    assert "no collection `nothing`" in run("export", "nothing", "--hub", str(file)).err
