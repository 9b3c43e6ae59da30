"""A large export is imported in bounded memory and time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.metaculus_zips import Row, forecast, numeric, question, write_zip
from tests.support.paths import ROOT

QUESTIONS, FORECASTS, CDFS = 1_000, 10_000, 2_000
MOST_KIB = 300_000  # of which the program itself takes 80,000
MOST_CPU_SECONDS = 20  # it takes 2 here


@pytest.mark.slow
def test_ten_thousand_forecasts_are_imported_in_bounded_memory(root: Path, tmp_path: Path):
    """A fifth of them are CDFs of 201 points; a second import, which compares them all, stays within the same bounds."""
    path = write_zip(tmp_path / "large.zip", [asked(at) for at in range(QUESTIONS)], [said(at) for at in range(FORECASTS)])
    for _ in range(2):
        code = (
            "import resource, sys\nfrom forecast.cli.commands import commands\n"
            "try:\n    commands()(sys.argv[1:])\nfinally:\n"
            "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
            "    peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0]  # ru_maxrss has the parent's\n"
            "    print(peak, used.ru_utime + used.ru_stime)\n"
        )
        words = ["import", "metaculus", str(path), "--others", "--book", str(root)]
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "COLUMNS": "200"}
        )
        memory, seconds = map(float, done.stdout.split()[-2:])
        assert (memory < MOST_KIB, seconds < MOST_CPU_SECONDS) == (True, True), done.stdout
    assert "nothing new in this file" in done.stdout


def asked(number: int) -> Row:
    """A question; every fifth is about a number."""
    return numeric(number + 1) if number % 5 == 0 else question(number + 1)


def said(number: int) -> Row:
    """A forecast of one of a hundred persons, each at a time of its own."""
    name, start = number % QUESTIONS, f"2026-01-{2 + number % 26:02} {number % 24:02}:{number % 60:02}:{number // 200:02}.{number:06}+00:00"
    if name % 5:
        return forecast(name + 1, number % 100, start, Probability_Yes=number / FORECASTS)
    return forecast(name + 1, number % 100, start, Continuous_CDF=[(at / 200) ** (1 + number / FORECASTS) for at in range(201)])
