"""A stranger's book with links, FIFOs and folders in odd places: nothing outside of it is read, written or removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run, files_of

pytestmark = pytest.mark.medium

SECRET = "outside-only"
INPUTS = ("seeds", "seeds/ferry", "seeds/ferry/topic.toml", "seeds/ferry/late.csv", "priors", "priors/ferry.toml")
REPORTS = (
    "reports",
    "reports/ledger.jsonl",
    "reports/ferry",
    "reports/ferry.json",
    "reports/ferry.html",
    "reports/index.md",
    "reports/.lock",
)
READING = (
    ("check",),
    ("show",),
    ("why", "ferry.three_more"),
    ("prior", "show", "ferry"),
    ("diff", "2024-06-01", "2024-12-01"),
    ("report",),
)
WRITING = (
    ("update", "--no-referee", "--no-insight"),
    ("observe", "ferry.late", "--on", "2025-03-01", "--value", "3", "--source", "log", "--set", "counted=50", "--set", "weather=calm"),
    ("prior", "set", "ferry.breakdown_rate", "Gamma(p5=0.1, p95=2)", "--why", "As the log says."),
    ("new", "mine", "--like", "hazard"),
)


def put(book: Path, path: str, kind: str) -> dict[str, bytes]:
    """Put something odd in the place of a part of a book, and return the files that lie outside now."""
    outside = book.parent / "outside"
    outside.mkdir()
    place = book / path
    if kind == "link":
        if place.exists():
            place.rename(outside / "it")
        else:
            (outside / "it").write_text(f"{SECRET}\n")
        place.symlink_to(outside / "it")
    else:
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        if kind == "fifo":
            if not hasattr(os, "mkfifo"):
                pytest.skip("this system has no FIFOs")
            os.mkfifo(place)
        elif kind == "loop":
            place.symlink_to(place.name)
        elif path.endswith(("reports", "seeds", "priors", "ferry")):
            place.write_text("a file\n")
        else:
            place.mkdir()
    (outside / "secret.txt").write_text(SECRET)
    (outside / "secret.svg").write_text(SECRET)
    return files_of(outside)


@pytest.mark.parametrize("kind", ["link", "fifo", "loop", "other"])
@pytest.mark.parametrize("path", INPUTS)
def test_an_input_that_is_no_ordinary_file_stops_every_command_and_nothing_is_written(
    path: str, kind: str, published: Path, run: Run
) -> None:
    """Every command that needs the input ends with exit code 1 and a problem at the place; outside all is as it was."""
    outside = put(published, path, kind)
    before = files_of(published) if kind != "fifo" else {}
    for words in (("check",), ("update", "--no-referee", "--no-insight"), *WRITING[1:3], ("prior", "show", "ferry")):
        ran = run(*words, on=published)
        assert ran.code == 1, words
        assert SECRET not in ran.out + ran.err
    assert path in run("check", on=published).out
    assert files_of(published.parent / "outside") == outside
    if kind != "fifo":
        assert files_of(published) == before


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["link", "fifo", "loop", "other"])
@pytest.mark.parametrize("path", REPORTS)
def test_a_report_that_is_no_ordinary_file_is_neither_read_nor_written(path: str, kind: str, published: Path, run: Run) -> None:
    """No command reads it, follows it or overwrites it; writing commands that need it end with exit code 1 and its place."""
    outside = put(published, path, kind)
    for words in (*READING, *WRITING):
        ran = run(*words, on=published)
        assert ran.code in {0, 1}, (words, ran)
        assert SECRET not in ran.out + ran.err
        assert files_of(published.parent / "outside") == outside, words
    refused = run("update", "--no-referee", "--no-insight", "--seed", "2", on=published)
    assert (refused.code, path in refused.err) == (1, True)
    assert files_of(published.parent / "outside") == outside


def test_links_that_are_allowed_are_followed_by_every_command_and_written_through(published: Path, run: Run) -> None:
    """A team's shared records and priors are read and extended where they lie, and stay links; reports are refused still."""
    shared = published.parent / "shared"
    shared.mkdir()
    for path in ("seeds/ferry", "priors/ferry.toml"):
        (published / path).rename(shared / Path(path).name)
        (published / path).symlink_to(shared / Path(path).name)
    assert run("check", on=published).code == 1
    for words in (("check",), ("prior", "show", "ferry"), *WRITING[:3]):
        ran = run(*words, "--allow-links", on=published)
        assert ran.code == 0, (words, ran)
    assert (published / "seeds/ferry").is_symlink()
    assert (published / "priors/ferry.toml").is_symlink()
    assert (shared / "ferry" / "late.csv").read_text().count("2025-03-01") > 0
    assert "Gamma(p5=0.1, p95=2)" in (shared / "ferry.toml").read_text()
    (published / "reports" / "ferry.json").unlink()
    (published / "reports" / "ferry.json").symlink_to(shared / "ferry.toml")
    assert run("update", "--no-referee", "--no-insight", "--allow-links", on=published).code == 1
    assert "Gamma(p5=0.1, p95=2)" in (shared / "ferry.toml").read_text()
