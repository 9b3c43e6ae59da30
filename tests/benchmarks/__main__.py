"""``python -m tests.benchmarks``: measure, write result.json after each case, put its tables into forecast/COSTS.md, and print them.

A whole run takes some minutes on an idle machine; ``--only NAME`` measures one case again and keeps the others.
"""

from __future__ import annotations

import argparse
import compileall
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.case import Case, Options
from tests.benchmarks.cases import all_cases
from tests.benchmarks.page import PAGE, page_with
from tests.benchmarks.result import RESULT_PATH, read_result, write_result
from tests.benchmarks.rows import Row
from tests.benchmarks.table import tables
from tests.support.paths import ROOT


def run_cases(cases: Sequence[Case], options: Options, path: Path, *, kept: dict[str, Row]) -> list[str]:
    """Measure cases and write the result after each; return the names of those that failed, which keep the row they had."""
    rows, failed, order = dict(kept), [], list(all_cases())
    for case in cases:
        began = time.perf_counter()
        try:
            rows[case.name] = case.measure(options)
        except Exception:  # noqa: BLE001 - the others are still measured, and this one is named at the end
            traceback.print_exc()
            failed.append(case.name)
        write_result(path, {name: rows[name] for name in order if name in rows})
        print(f"{case.name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return failed


def main(arguments: Sequence[str]) -> int:
    """Run the command line."""
    cases = all_cases()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="What commands cost, and how the cost grows.")
    parser.add_argument("--only", action="append", choices=list(cases), metavar="NAME", help=f"one case: {', '.join(cases)}")
    parser.add_argument("--quick", action="store_true", help="the cheap cases, each run once")
    parser.add_argument("--large", action="store_true", help="1,000 topics, 1,000,000 rows and 3,000 rows of insight, too")
    parser.add_argument("--numpyro", type=Path, metavar="VENV", help="a virtual environment with NumPyro and jax[cpu]")
    parser.add_argument("--squiggle", type=Path, metavar="FOLDER", help="a folder in which npm has installed @quri/squiggle-lang")
    parser.add_argument("--out", type=Path, default=RESULT_PATH, metavar="FILE", help="where the result goes")
    given = parser.parse_args(arguments)
    chosen = [cases[name] for name in given.only or cases if given.only or cases[name].quick or not given.quick]
    compileall.compile_dir(ROOT / "forecast", quiet=1)
    kept = read_result(given.out).get("cases", {}) if given.only else {}
    with tempfile.TemporaryDirectory(prefix="forecast-benchmarks-") as scratch:
        places = [None if folder is None else folder.absolute() for folder in (given.numpyro, given.squiggle)]
        options = Options(Path(scratch), given.quick, given.large, *places)
        failed = run_cases(chosen, options, given.out, kept=kept)
    result = read_result(given.out)
    if given.out == RESULT_PATH:
        PAGE.write_text(page_with(PAGE.read_text("utf-8"), result), "utf-8")
    print(tables(result))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the command that runs is ended, too
    sys.exit(main(sys.argv[1:]))
