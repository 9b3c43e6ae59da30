"""``forecast prior set``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Run, files_of

pytestmark = pytest.mark.medium

PRIORS = "priors/ferry.toml"


def test_a_prior_is_written_where_the_old_one_stood(run: Run, book: Path):
    """The statement, its reason and the day it was reviewed change; nothing else in the book does; the points are echoed."""
    before = files_of(book)
    old = (book / PRIORS).read_text()
    ran = run(
        "prior", "set", "ferry.breakdown_rate", "Gamma(p5=0.05, p95=2)", "--why", "Newer ferries do worse.", "--reviewed", "2024-02-01"
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"{PRIORS}:4\n"
        "                                                       5, 50, 95 %\n"
        "  breakdown_rate  before  LogNormal(p5=0.02, p95=0.6)  0.02  0.11  0.6  breakdowns per 100 crossings\n"
        "                  after   Gamma(p5=0.05, p95=2)        0.05  0.512  2   breakdowns per 100 crossings\n"
        "Next: forecast update ferry\n"
    )
    changes = {
        '"LogNormal(p5=0.02, p95=0.6)"': '"Gamma(p5=0.05, p95=2)"',
        '"Ferries of this age break down a few times a year; ours is older than most."': '"Newer ferries do worse."',
        "reviewed = 2024-01-15": "reviewed = 2024-02-01",
    }
    new = old
    for was, now in changes.items():
        new = new.replace(was, now)
    assert files_of(book) == before | {PRIORS: new.encode()}
    assert run("check").code == 0


def test_what_a_template_remarks_of_its_own_numbers_does_not_stand_behind_others(run: Run, book: Path):
    """It goes with the template's prior, since it would be wrong of another; what somebody wrote there stays."""
    assert run("new", "oil", "--like", "level", "--asks", "Will oil be above 80 dollars on 31 March 2090?").code == 0
    path = book / "priors/oil.toml"
    text = path.read_text(encoding="utf-8")
    remarked = ("# nine chances in ten between 97 and 163", "# as likely to fall as to rise", "# nine chances in ten between 1.7 and 15")
    assert all(remark in text for remark in remarked)
    path.write_text(text.replace(remarked[1], "# as Ana says"), encoding="utf-8")
    for name, prior in (("start", "60 to 80"), ("trend", "Normal(mean=2, sd=9)"), ("noise", "LogNormal(median=2, factor=2)")):
        assert run("prior", "set", f"oil.{name}", prior, "--why", "As it has been of late.").code == 0
    written = path.read_text(encoding="utf-8")
    assert not any(remark in written for remark in remarked)
    assert 'prior = "Normal(mean=2, sd=9)"            # as Ana says\n' in written
    assert 'prior = "Normal(p5=60, p95=80)"\n' in written


def today() -> str:
    """The day by the clock, as a file has it."""
    return datetime.now(UTC).date().isoformat()


def test_a_name_that_one_topic_has_is_enough_and_today_is_the_day_of_review(run: Run, book: Path):
    """The topic may be left out; `reviewed` is added where it was missing; --json gives the points before and after."""
    before = today()
    ran = run("prior", "set", "burstiness", "Gamma(mean=4, sd=1)", "--json")
    said = json.loads(ran.out)
    assert (said["path"], said["line"], [each["statement"] for each in said["after"]]) == (PRIORS, 11, ["Gamma(mean=4, sd=1)"])
    assert "parts" not in said["after"][0]  # which only pooled priors have
    written = (book / PRIORS).read_text()
    assert any(f'waited for."\nreviewed = {day}\n\n[usual_crossings]' in written for day in (before, today()))  # midnight may lie between


def test_one_label_of_several(run: Run, book: Path):
    """With --label only the prior of that label changes."""
    old = (book / PRIORS).read_text()
    assert run("prior", "set", "lateness", "Beta(mean=0.4, strength=5)", "--label", "rough", "--reviewed", "2024-02-01").code == 0
    assert (book / PRIORS).read_text() == old.replace("mean=0.3, strength=5", "mean=0.4, strength=5") + "reviewed    = 2024-02-01\n"


def test_a_broken_prior_can_be_mended(run: Run, book: Path):
    """A prior that the book's checks refuse is replaced by one that they do not, with no points before."""
    path = book / PRIORS
    path.write_text(path.read_text().replace("Gamma(mean=3, sd=2)", "Gamma(mean=3)"))
    ran = run("prior", "set", "burstiness", "Gamma(mean=4, sd=1)")
    assert (ran.code, ran.err, "before" in ran.out) == (0, "", False)
    assert run("check").code == 0


def test_the_line_ends_and_the_mark_of_another_editor_stay(run: Run, book: Path):
    """A file with carriage returns and a byte order mark keeps both, also at the line that is added."""
    path = book / PRIORS
    old = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(old)
    ran = run("prior", "set", "burstiness", "Gamma(mean=4, sd=1)", "--reviewed", "2024-02-01")
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"{PRIORS}:11")
    new = old.replace(b"Gamma(mean=3, sd=2)", b"Gamma(mean=4, sd=1)").replace(
        b'waited for."\r\n', b'waited for."\r\nreviewed = 2024-02-01\r\n'
    )
    assert path.read_bytes() == new


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ferry.burstiness", "Gamma(p5=2, p95=1)"), f"{PRIORS}:12:16: error: `p5=2` is above `p95=1`"),
        (("ferry.burstiness", "Gama(p5=1, p95=2)"), f"{PRIORS}:12:10: error: unknown distribution `Gama`"),
        (("ferry.burstiness", "Gamma(p5=1, p95="), f"{PRIORS}:12:15: error: "),
        (("ferry.burstiness", "Poisson(mu=1)"), f"{PRIORS}:12:10: error: Poisson cannot be a prior"),
        (("ferry.burstiness", "Gamma(mean=usual, sd=1)"), f"{PRIORS}:12:21: error: unknown name `usual`"),
        (("ferry.burstiness", "Gamma(mean=2, sd=1)", "--why", "None"), f"{PRIORS}:14:10: error: `why` is not a sentence"),
        (("ferry.burstines", "Gamma(mean=2, sd=1)"), f"{PRIORS}:1:1: error: no prior `burstines` in {PRIORS}"),
        (("burstines", "Gamma(mean=2, sd=1)"), "priors:1:1: error: no prior `burstines` in this book"),
        (("fery.burstiness", "Gamma(mean=2, sd=1)"), "seeds/fery/topic.toml:1:1: error: no topic `fery` in this book"),
        (("ferry.lateness", "Beta(mean=0.2, strength=5)"), f"{PRIORS}:31:1: error: `lateness` has a prior for each label"),
        (("ferry.lateness", "Beta(mean=0.2, strength=5)", "--label", "stormy"), f'{PRIORS}:30:1: error: `weather` has no label "stormy"'),
        (("ferry.burstiness", "Gamma(mean=2, sd=1)", "--label", "rough"), f"{PRIORS}:12:1: error: `burstiness` has a single value"),
    ],
)
def test_what_cannot_be_a_prior_is_refused(run: Run, book: Path, words: tuple[str, ...], message: str):
    """A prior that the checks of the book refuse is refused with its place in the changed file, exit code 1, and no file is changed."""
    before = files_of(book)
    ran = run("prior", "set", *words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(message)
    assert files_of(book) == before


def test_a_review_after_today_is_a_wrong_command_line(run: Run):
    """Nobody has thought about a prior tomorrow."""
    assert run("prior", "set", "ferry.burstiness", "Gamma(mean=2, sd=1)", "--reviewed", "2999-01-01").code == 2
