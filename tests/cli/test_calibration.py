"""`forecast calibration` on the command line."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.calibration_records import files_under, write_crowd, write_overconfident
from tests.support.invented_records import QUESTION, YES, collection, said, topic
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium


def test_the_table_says_calibration_and_skill_apart(run: Run, book: Path):
    """Of a skilled forecaster who is too extreme and too high: more than chance is miscalibrated, the way it is off, and that yes was told from no."""
    write_overconfident(book)
    shown = run("calibration")
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert lines[1].split() == [
        "questions",
        "Brier",
        "=",
        "miscalibration",
        "-",
        "discrimination",
        "+",
        "uncertainty",
        "AUC",
        "(95",
        "%)",
        "sharpness",
    ]
    assert lines[2].split()[:2] == ["me", "120"]
    text = "\n".join(lines)
    assert "more than chance: of 100 calibrated records" in text
    assert "no more than chance" not in text
    assert "probabilities too extreme" in text
    assert "and too high" in text
    assert "beyond chance" in text
    assert lines[-1] == "The page of calibration is reports/calibration.html."


def test_the_page_is_the_same_bytes_again(run: Run, book: Path):
    """A second run changes no file; the pages are HTML, Markdown, JSON and pictures."""
    write_overconfident(book)
    run("calibration")
    before = dict(files_under(book / "reports"))
    assert {name for name in before if "calibration" in name} == {
        "calibration.html",
        "calibration.json",
        "calibration.md",
        "calibration/reliability.svg",
        "calibration/uniformity.svg",
    }
    run("calibration")
    assert dict(files_under(book / "reports")) == before


def test_groups_have_lines_of_their_own_and_write_no_page(run: Run, book: Path):
    """By tag, horizon and person; what is chosen is printed, and nothing else."""
    write_overconfident(book, numbers=0)
    found = json.loads(run("calibration", "--by", "tag", "--json").out)
    assert [(its["group"], its["size"]["questions"]) for its in found["probabilities"]] == [("ice", 60), ("wind", 60)]
    rows = list(csv.DictReader(io.StringIO(run("calibration", "--by", "horizon", "--csv").out)))
    assert [row["group"] for row in rows] == ["up to a week", "up to a month", "up to three months"]
    for row in rows:
        parts = float(row["miscalibration"]) - float(row["discrimination"]) + float(row["uncertainty"])
        assert parts == pytest.approx(float(row["brier"]), abs=3e-6)
    assert not (book / "reports" / "calibration.html").exists()


def test_days_and_people_choose(run: Run, book: Path):
    """`--from` and `--to` ask when a question counts; a name that nobody has is refused."""
    write_overconfident(book, numbers=0)
    whole = json.loads(run("calibration", "--json").out)["probabilities"][0]["size"]["questions"]
    parts = [
        json.loads(run("calibration", "--json", *words).out)["probabilities"][0]["size"]["questions"]
        for words in (("--to", "2025-06-30"), ("--from", "2025-07-01"))
    ]
    assert (whole, sum(parts)) == (120, 120)
    refused = run("calibration", "--who", "zoe")
    assert refused.code == 2
    assert "nobody called `zoe` has a forecast on record" in refused.err


def test_few_questions_are_called_few(run: Run, book: Path):
    """Of one question nothing can be said, and the command says so; shares and open questions are counted as left out."""
    questions = [QUESTION, {**QUESTION, "id": "half"}, {**QUESTION, "id": "open"}]
    resolutions = [YES, {**YES, "question": "half", "outcome": "fraction", "value": "0.5"}]
    rows = [said("me", 0.6), said("me", 0.6, question="half"), said("me", 0.6, question="open")]
    topic(book, rows, questions=questions, resolutions=resolutions, name="ferry")
    lines = run("calibration").out.splitlines()
    assert lines[0] == "1 question is too few to judge calibration; about 30 are needed, from three topics or more."
    assert "All questions ended alike, so that nothing can be said of skill." in lines
    assert "1 question is open." in lines
    assert "1 question left out: came out as a share between no and yes, which is neither." in lines


def test_a_curve_of_numbers_takes_five_questions(run: Run, book: Path):
    """However many forecasts there are of fewer; how many questions are left out, and whose, is said."""
    names = [f"n{at}" for at in range(4)]
    questions = [{**QUESTION, "id": name, "type": "number"} for name in names]
    rows = [
        said("ann", [[0.25, 1.0], [0.5, 2.0], [0.75, 3.0]], day, question=name, form="quantiles") for name in names for day in (1, 2, 3)
    ]
    ends = [{**YES, "question": name, "outcome": "number", "value": "2.5"} for name in names]
    collection(book, rows, questions=questions, resolutions=ends)
    assert json.loads(run("calibration", "--json").out)["numbers"] == []
    assert "4 questions left out: about numbers or dates, too few for a curve, which takes 5." in run("calibration").out
    assert (
        "4 questions left out: about numbers or dates (ann), too few for a curve, which takes 5."
        in run("calibration", "--by", "person").out
    )


def test_an_aggregate_is_no_forecaster_among_the_others(run: Run, book: Path):
    """Everybody is without it, since it repeats them; by person it has a line, and by its name its own."""
    people = [{"who": "mean", "kind": "aggregate", "in_crowd": "no"}]
    collection(book, [said("ann", 0.6), said("bob", 0.7), said("mean", 0.65)], people=people)
    found = json.loads(run("calibration", "--json").out)
    assert found["probabilities"][0]["size"]["people"] == 2
    assert [its["noun"] for its in found["left_out"]] == ["aggregate"]
    by_person = json.loads(run("calibration", "--by", "person", "--json").out)
    assert [its["group"] for its in by_person["probabilities"]] == ["ann", "bob", "mean"]
    assert json.loads(run("calibration", "--who", "mean", "--json").out)["probabilities"][0]["mean"] == pytest.approx(0.65)


def test_without_a_record_there_is_a_hint(run: Run, book: Path):
    """And where nothing has ended yet, that is said."""
    assert run("calibration").out == "No forecasts are on record yet; `forecast say` and `forecast import` add some.\n"
    collection(book, [said("ann", 0.4)], resolutions=[])
    assert run("calibration").out.startswith(
        "No forecast of a question that ended in yes or no, or in a number or a date, enters calibration yet."
    )


def test_certainty_is_no_accident(run: Run, book: Path):
    """Probabilities of 0 and 1, right or wrong, give figures and a page."""
    questions = [{**QUESTION, "id": name} for name in ("a", "b", "c")]
    resolutions = [{**YES, "question": name, "outcome": outcome} for name, outcome in (("a", "yes"), ("b", "no"), ("c", "no"))]
    rows = [said("ann", 1, question="a"), said("ann", 0, question="b"), said("ann", 1, question="c")]
    collection(book, rows, questions=questions, resolutions=resolutions, me=["ann"])
    assert run("calibration").code == 0
    found = json.loads(run("calibration", "--json").out)["probabilities"][0]
    assert found["smooth"]["left_out"] == 3
    assert found["brier"] == pytest.approx(1 / 3, abs=1e-6)


@pytest.mark.parametrize(("value", "point"), [(0, 0.005), (0.001, 0.005), (0.999, 0.995), (1, 0.995)])
def test_a_record_of_nothing_but_certainty_has_a_curve_of_one_point(run: Run, book: Path, value: float, point: float):
    """Near 0 or 1, and never there, where the logarithm of the odds is infinite."""
    collection(book, [said("ann", value)])
    ran = run("calibration", "--json")
    assert (ran.code, ran.err) == (0, "")
    (found,) = json.loads(ran.out)["probabilities"]
    assert found["smooth"]["probability"] == [point]


def test_recalibration_is_said_beside_the_raw_numbers(run: Run, book: Path):
    """With what it would have gained and an interval, or that none is seen; the figures of the raw probabilities are the same."""
    write_overconfident(book, numbers=0)
    raw = json.loads(run("calibration", "--json").out)
    found = json.loads(run("calibration", "--recalibrate", "--json").out)
    assert found["probabilities"] == raw["probabilities"]
    (its,) = found["recalibration"]
    assert its["who"] == "me"
    assert its["low"] < its["gain"] < its["high"]
    assert 80 < its["tested"] < its["questions"] == 120
    (still,) = found["recalibrated"]
    assert (still["address"], still["said"]) == ("venue:open", 0.95)
    assert 0.6 < still["low"] < still["recalibrated"] < still["high"] < 0.9  # of an expert who is too extreme
    lines = run("calibration", "--recalibrate").out.splitlines()
    at = lines.index("Recalibration would have gained, walking forward:")
    assert lines[at + 1].startswith("  me: none seen (" if its["low"] <= 0 else "  me: a gain of ")
    assert lines[at + 2].startswith("  venue:open, me: said 95 %, recalibrated ")
    assert "Recalibration" in (book / "reports" / "calibration.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such measure of memory")
def test_forty_thousand_forecasts_of_two_thousand_people_fit_into_memory(book: Path):
    """The command and its page need less than 2 GiB, with six digits in each probability; by person, the busiest have lines."""
    write_crowd(book, people=2_000, each=20)
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom forecast.cli.commands import commands\n"
        f"try:\n    commands()(['calibration', '--book', {str(book)!r}])\nexcept SystemExit as done:\n    assert not done.code\n"
        "if sys.platform == 'linux':\n"  # ru_maxrss has the parent's memory, too, from before this program was loaded
        "    print(next(line.split()[1] for line in Path('/proc/self/status').read_text().splitlines() if line.startswith('VmHWM')))\n"
        "else:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    lines = done.stdout.splitlines()
    assert any(line.startswith("40,000 forecasts of 1,000 questions") for line in lines)
    assert (book / "reports" / "calibration.html").stat().st_size < 1_000_000
    assert int(lines[-1]) < 2 * 1024 * 1024  # KiB
