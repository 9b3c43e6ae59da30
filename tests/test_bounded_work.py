"""Work is bounded: whatever a stranger writes, commands end in little memory, with an answer or with a problem that names a limit.

Each command runs in a process of its own, whose peak memory and processor time are read when it ends.
"""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.small_books import write_book

pytestmark = pytest.mark.medium

GIGABYTE = 2**20  # in kilobytes, as the system counts memory
QUICK = ("--no-referee", "--no-insight")
ROW = "on,value,source\n2025-03-01,2,a paper\n"


@dataclass(frozen=True)
class Run:
    """How a command ended: its exit code, what it printed, processor seconds and kilobytes at its peak."""

    code: int
    out: str
    seconds: float
    kilobytes: int


# A process counts as its own peak the memory of the one that it was copied from, which here may be a gigabyte of tests: a small one stands between.
MEASURED = """
import json, os, subprocess, sys
with open(sys.argv[1], "wb") as out:
    process = subprocess.Popen(sys.argv[2:], stdout=out, stderr=subprocess.STDOUT)
    _, status, used = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


def forecast(*words: str, book: Path) -> Run:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "forecast", *words, "--book", str(book)]
    printed = subprocess.run(
        [sys.executable, "-S", "-c", MEASURED, str(book / "out.txt"), *command],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    code, seconds, kilobytes = json.loads(printed.stdout)
    return Run(code, (book / "out.txt").read_text(encoding="utf-8"), seconds, kilobytes)


def bounded(run: Run, *, seconds: float, gigabytes: float) -> Run:
    """The run, which ended within bounds and without a traceback."""
    assert "Traceback" not in run.out, run.out[-2_000:]
    assert run.seconds < seconds, run
    assert run.kilobytes < gigabytes * GIGABYTE, run
    return run


def doubling(count: int) -> dict[str, str]:
    """Quantities each of which names the one before twice, all equal to ``rate``."""
    return {"a0": "rate", **{f"a{at}": f"(a{at - 1} + a{at - 1}) / 2" for at in range(1, count + 1)}}


def test_quantities_that_double_by_reference_are_checked_answered_and_exported(tmp_path: Path) -> None:
    """Forty quantities are forty sums, in the check, the answer, and the exported program."""
    write_book(tmp_path, quantities=doubling(40), value="Poisson(mu=a40 * years)", answer="total(events) >= a40", rows=ROW)
    assert bounded(forecast("check", book=tmp_path), seconds=10, gigabytes=0.25).code == 0
    assert bounded(forecast("update", *QUICK, book=tmp_path), seconds=30, gigabytes=0.5).code == 0
    exported = bounded(forecast("export", "made", "--pymc", book=tmp_path), seconds=30, gigabytes=0.5)
    assert exported.code == 0
    ast.parse(exported.out)
    assert exported.out.count("a39_IN_events") == 3  # where it is made, and twice in the next


def test_a_chain_of_a_thousand_quantities_is_checked_answered_and_exported(tmp_path: Path) -> None:
    """Deep chains need no deep recursion."""
    chain = {"a0": "rate", **{f"a{at}": f"a{at - 1} + 0.001" for at in range(1, 1_001)}}
    write_book(tmp_path, quantities=chain, value="Poisson(mu=a1000 * years)", rows=ROW)
    assert bounded(forecast("check", book=tmp_path), seconds=10, gigabytes=0.25).code == 0
    assert bounded(forecast("update", *QUICK, book=tmp_path), seconds=60, gigabytes=0.5).code == 0
    exported = forecast("export", "made", "--pymc", book=tmp_path)
    ast.parse(exported.out)
    assert exported.code == 0


def test_expressions_two_hundred_deep_are_checked_answered_and_exported(tmp_path: Path) -> None:
    """In a statement, in an answer and in a quantity."""
    deep = "rate"
    for _ in range(200):
        deep = f"max(0, {deep})"
    write_book(tmp_path, quantities={"deep": deep}, value=f"Poisson(mu={deep} * years)", answer=f"total(events) >= {deep} + deep", rows=ROW)
    assert bounded(forecast("check", book=tmp_path), seconds=10, gigabytes=0.25).code == 0
    assert bounded(forecast("update", *QUICK, book=tmp_path), seconds=30, gigabytes=0.5).code == 0
    exported = forecast("export", "made", "--pymc", book=tmp_path)
    ast.parse(exported.out)
    assert exported.code == 0


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_ends_of_the_calendar_are_refused_with_the_last_day_that_is_allowed(tmp_path: Path, day: str) -> None:
    """In a question, as the as-of day, and in a row."""
    write_book(tmp_path, by=day)
    end = "3000-12-31" if day > "2" else "1000-01-01"
    for command in (("check",), ("update", *QUICK)):
        run = bounded(forecast(*command, book=tmp_path), seconds=10, gigabytes=0.25)
        assert (run.code, f"error: `by`: {day}" in run.out, end in run.out) == (1, True, True)
    write_book(tmp_path, rows=f"on,value,source\n{day},1,a paper\n")
    run = forecast("check", book=tmp_path)
    assert (run.code, end in run.out) == (1, True)
    run = forecast("update", "--as-of", day, book=tmp_path)
    assert (run.code, end in run.out) == (2, True)


def test_a_prior_of_a_million_million_values_is_refused(tmp_path: Path) -> None:
    """Each value of a discrete prior is a hypothesis: alone, in a pool, and many together."""
    for prior in ("DiscreteUniform(lower=0, upper=1e12)", "Binomial(n=1e12, p=0.5)", "BetaBinomial(n=1e12, alpha=1, beta=1)"):
        write_book(tmp_path, priors={"rate": prior})
        run = bounded(forecast("check", book=tmp_path), seconds=10, gigabytes=0.25)
        assert (run.code, "at most 512 can be enumerated" in run.out) == (1, True), run.out


def test_a_range_of_a_count_out_of_a_million_million_is_refused(tmp_path: Path) -> None:
    """Its probability would be a sum of as many terms."""
    rows = "on,value_low,value_high,source\n2025-03-01,5,5000000,a paper\n"
    write_book(tmp_path, value="BetaBinomial(n=1e12, alpha=1, beta=rate)", rows=rows)
    run = bounded(forecast("check", book=tmp_path), seconds=10, gigabytes=0.25)
    assert (run.code, "events.csv:2:12: error: the probability of a range of BetaBinomial is a sum over its" in run.out) == (1, True), (
        run.out
    )


def test_many_rows_with_a_share_that_moves_with_time_take_little_memory(tmp_path: Path) -> None:
    """Whether a share lies between 0 and 1 is looked at on every row of every draw, a few draws at a time."""
    days = [date(2025, 1, 1) + timedelta(days=at % 600) for at in range(5_000)]
    rows = "on,value,source\n" + "".join(f"{day},{at % 2},a paper\n" for at, day in enumerate(days))
    share = '[quantities.chance]\nvalue = "expit(rate - 1 + t * 0.01)"\nunit = "share"\n'
    write_book(tmp_path, value="Bernoulli(p=chance)", rows=rows, more=share, by="2025-12-31")
    assert bounded(forecast("check", book=tmp_path), seconds=20, gigabytes=0.75).code == 0
    assert bounded(forecast("update", *QUICK, book=tmp_path), seconds=120, gigabytes=2).code == 0


def rows_of(count: int, seed: int = 1) -> str:
    """A record of readings of a normal value, several on a day."""
    rng = random.Random(seed)
    days: Sequence[date] = [date(2020, 1, 1) + timedelta(days=at % 2_000) for at in range(count)]
    return "on,value,source\n" + "".join(f"{day},{rng.gauss(1, 1):.4f},a paper\n" for day in days)


@pytest.mark.study
@pytest.mark.slow
def test_a_hundred_thousand_rows_are_checked_in_ten_seconds(tmp_path: Path) -> None:
    """And one more is refused."""
    parts = {"value": "Normal(mu=rate, sigma=1)", "answer": "rate > 1", "by": ""}
    write_book(tmp_path, opens="2020-01-01", rows=rows_of(100_000), **parts)
    assert bounded(forecast("check", book=tmp_path), seconds=15, gigabytes=1).code == 0
    write_book(tmp_path, opens="2020-01-01", rows=rows_of(100_001), **parts)
    run = bounded(forecast("check", book=tmp_path), seconds=15, gigabytes=1)
    assert (run.code, "at most 100,000 can be read" in run.out) == (1, True)


@pytest.mark.study
@pytest.mark.slow
def test_ten_thousand_rows_are_answered_by_the_fast_engine_within_two_gigabytes(tmp_path: Path) -> None:
    """The densities of rows are not kept, their sums are, and the draws suffice."""
    parts = {"value": "Normal(mu=rate, sigma=1)", "answer": "rate > 1", "by": ""}
    write_book(tmp_path, opens="2020-01-01", rows=rows_of(10_000), **parts)
    assert bounded(forecast("update", *QUICK, book=tmp_path), seconds=200, gigabytes=2).code == 0


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("answer", ["total(events) >= 3", "first(total(events) >= 3)"])
def test_ten_thousand_steps_are_simulated_within_two_gigabytes(tmp_path: Path, answer: str) -> None:
    """Also where the day on which something happens is asked for, which needs the totals on every day."""
    write_book(tmp_path, opens="2026-01-01", step="day", by=str(date(2026, 1, 1) + timedelta(days=10_000)), answer=answer)
    assert bounded(forecast("check", book=tmp_path), seconds=15, gigabytes=1).code == 0
    assert bounded(forecast("update", *QUICK, book=tmp_path), seconds=120, gigabytes=2).code == 0
    assert bounded(forecast("update", *QUICK, "--draws", "1048576", book=tmp_path), seconds=120, gigabytes=2).code in {0, 1}


@pytest.mark.study
@pytest.mark.slow
def test_five_hundred_labels_are_checked(tmp_path: Path) -> None:
    """As labels of a column, of a Categorical parameter, of shares, and of a stream of classes."""
    labels = [f"label_number_{at}" for at in range(500)]
    rows = "on,value,kind,source\n" + "".join(f"2025-03-01,1,{label},a paper\n" for label in labels)
    write_book(tmp_path, rows=rows, value="Poisson(mu=rate[kind])", answer="rate[label_number_7]", by="")
    priors = tmp_path / "priors" / "made.toml"
    priors.write_text(priors.read_text(encoding="utf-8") + 'per = "kind"\n', encoding="utf-8")
    assert bounded(forecast("check", book=tmp_path), seconds=15, gigabytes=1).code == 0
    for family, each in (("Categorical", "0.002"), ("Dirichlet", "2")):
        prior = f"{family}({', '.join(f'{label}={each}' for label in labels)})"
        answer = "which" if family == "Categorical" else "which[label_number_7]"
        write_book(tmp_path / family, priors={"rate": "Gamma(alpha=2, beta=2)", "which": prior}, answer=answer, by="")
        assert bounded(forecast("check", book=tmp_path / family), seconds=15, gigabytes=1).code == 0, family
