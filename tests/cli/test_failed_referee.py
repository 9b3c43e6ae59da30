"""A second engine that was tried and failed, from files to exit code, reports, ledger and the next update."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forecast.book.files.folder import Folder
from forecast.book.ledger import read_ledger
from forecast.predict import analysis as concluding
from forecast.schema.topic import read_content
from tests.cli.conftest import Run
from tests.support.small_books import write_book

pytestmark = pytest.mark.medium

AS_OF = ("--as-of", "2025-12-31", "--seed", "2")  # with which the chains are in both modes
REPORTS = "reports/as-of/2025-12-31"
NOT_CONFIRMED = "Not confirmed. NUTS is not sound: the chains disagree (R-hat "


def squares(root: Path, *, rows: tuple[float, ...] = (9.1, 8.8, 9.3)) -> Path:
    """A book of a level that is seen only by its square: two far modes, which the fast engine finds and each chain of NUTS stays in one of."""
    seen = "".join(f"2025-01-{day:02},2025-01-{day:02},{value},2025-01-{day:02},made up\n" for day, value in enumerate(rows, 1))
    write_book(
        root,
        value="Normal(mu=level * level, sigma=0.5)",
        answer="level > 0",
        by="",
        priors={"level": "Normal(mu=0, sigma=5)"},
        rows=f"from,to,value,known,source\n{seen}",
    )
    return root


def report(root: Path) -> dict[str, Any]:
    """The JSON of the report."""
    return dict(read_content((root / REPORTS / "made.json").read_bytes()))


@pytest.mark.slow
def test_chains_that_have_not_met_are_a_warning_and_exit_code_3(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The fast engine's right answer is published with the warning everywhere, is remembered, and stays until NUTS is asked for no more."""
    root = squares(tmp_path)
    ran = run("update", "--no-insight", *AS_OF, on=root)
    assert ran.code == 3
    assert ran.out.splitlines()[0] == "made: Made, as of 2025-12-31 (a hindcast): the second engine failed"
    (warned,) = [line for line in ran.out.splitlines() if "WARNING" in line]
    assert warned.startswith(f"  WARNING: {NOT_CONFIRMED}")
    assert warned.endswith("It cannot confirm the fast engine. Do not rely on these numbers.")
    content = report(root)
    assert (content["verdict"]["verdict"], content["engine"]["engine"], content["engine"]["sound"]) == ("failed", "importance", True)
    assert content["answers"][0]["value"]["value"] == pytest.approx(0.5, abs=0.02)
    for name in ("made.html", "made.md", "index.html", "index.md"):
        assert NOT_CONFIRMED.split("(", maxsplit=1)[0] in (root / REPORTS / name).read_text(encoding="utf-8").replace("\\", "")
    (entry,) = read_ledger(Folder(root))[0]
    assert (entry["verdict"], entry["engines"], entry["sound"]) == ("failed", "importance", False)

    monkeypatch.setattr(concluding, "condition_nuts", lambda *_: pytest.fail("a verdict that is remembered is not made again"))
    for words in ((), ("--no-referee",)):
        again = run("update", "--no-insight", *words, *AS_OF, on=root)
        assert (again.code, [line for line in again.out.splitlines() if "WARNING" in line]) == (3, [warned])
    assert len(read_ledger(Folder(root))[0]) == 1


@pytest.mark.slow
def test_chains_that_all_went_to_one_mode_dispute_the_fast_engine(run: Run, tmp_path: Path):
    """With another seed all chains are in one mode, and call themselves sound: both figures stand in the warning, and whose is shown."""
    root = squares(tmp_path)
    ran = run("update", "--no-insight", "--as-of", "2025-12-31", "--seed", "1", on=root)
    assert ran.code == 3
    (warned,) = [line for line in ran.out.splitlines() if "WARNING" in line]
    share = f"{report(root)['answers'][0]['value']['value']:.4g}"
    assert warned.startswith("  WARNING: Disputed. The two engines disagree on 4 of 4 figures, first on the probability of `many`: ")
    assert f"probability of `many`: {share} by the fast engine, 0 by NUTS, " in warned
    assert warned.endswith(" are allowed. Shown are the numbers of the fast engine. Do not rely on these numbers.")


@pytest.mark.slow
def test_without_the_referee_nothing_is_warned_of(run: Run, tmp_path: Path):
    """A comparison that nobody asked for is no failure."""
    root = squares(tmp_path)
    ran = run("update", "--no-insight", "--no-referee", *AS_OF, on=root)
    assert (ran.code, ran.out.splitlines()[0].split(": ")[-1]) == (0, "not refereed")
    assert (report(root)["verdict"]["verdict"], report(root)["warnings"]) == ("not refereed", [])


@pytest.mark.slow
def test_chains_that_meet_are_no_warning(run: Run, tmp_path: Path):
    """The same model where the square says that the level is near zero has one mode, and both engines agree."""
    root = squares(tmp_path, rows=(0.1, -0.2, 0.05))
    ran = run("update", "--no-insight", *AS_OF, on=root)
    assert (ran.code, ran.out.splitlines()[0].split(": ")[-1]) == (0, "agreed")


def test_a_topic_that_nuts_cannot_sample_is_a_warning_and_exit_code_3(run: Run, book: Path, monkeypatch: pytest.MonkeyPatch):
    """It is distinguished from a comparison that was not asked for, in JSON too."""

    def refuse(*_: object) -> None:
        raise concluding.CannotSample("it found no point to start from or to go on from (no more)")

    monkeypatch.setattr(concluding, "condition_nuts", refuse)
    sentence = "NUTS cannot sample this topic: it found no point to start from or to go on from (no more). No other engine has checked the fast one."
    ran = run("update", "--no-insight", "--as-of", "2025-01-01", "--json", on=book)
    (topic,) = json.loads(ran.out)["topics"]
    assert (ran.code, topic["verdict"], topic["warnings"]) == (3, "failed", [f"Not confirmed. {sentence} Do not rely on these numbers."])
    assert run("update", "--no-insight", "--no-referee", "--as-of", "2025-01-02", on=book).code == 0


@pytest.mark.slow
def test_a_verdict_of_an_older_version_that_said_nothing_is_made_again(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A report that calls a referee that failed "not refereed" does not keep the next update from asking."""
    from forecast.actions import compute

    root = squares(tmp_path)
    real = compute.verdict_as_data
    monkeypatch.setattr(compute, "verdict_as_data", lambda verdict: {**real(verdict), "verdict": "not refereed"})
    assert run("update", "--no-insight", *AS_OF, on=root).code == 0
    monkeypatch.setattr(compute, "verdict_as_data", real)
    assert run("update", "--no-insight", *AS_OF, on=root).code == 3
