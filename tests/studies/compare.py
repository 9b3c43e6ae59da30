"""What the commands cost beside a plain PyMC program that does the same work, in one run on one machine.

    uv run python tests/studies/compare.py [--runs 5] [--quick]

Every figure is of a whole process, the median over the runs, with bytecode
compiled.  Ratios are what counts: machines differ, and this one may be busy.  Nothing here is a test.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.paths import ROOT, TINY_BOOK

sys.path.insert(0, str(ROOT))

from tests.cli.test_watch import watching
from tests.support.chromium import Chromium, find_chromium
from tests.watching.test_browser import wait_until

TOPICS = ("arrivals", "captives", "loyalty", "punishment", "return", "route")
REST = """
    began = time.perf_counter()
    pm.sample_prior_predictive(1000, random_seed=1)
    observed = [each.name for each in model.observed_RVs]
    if observed:
        pm.sample_posterior_predictive(draws, random_seed=1, progressbar=False)
        pm.compute_log_likelihood(draws, progressbar=False)
        import arviz
        for name in observed:
            arviz.loo(draws, var_name=name)
"""


def main() -> None:
    """Measure and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--runs", type=int, default=5, help="runs of each quick command; the slow ones run once")
    arguments.add_argument("--quick", action="store_true", help="leave the plain PyMC programs and the referee out")
    asked = arguments.parse_args()
    book = Path(tempfile.mkdtemp()) / "book"
    for folder in ("seeds", "priors"):
        shutil.copytree(ROOT / folder, book / folder)
    forecast = [sys.executable, "-m", "forecast"]
    run("warm up", [*forecast, "update", "--book", str(book), "--no-referee"], 1)
    rows = [
        ("forecast --help", run("help", [*forecast, "--help"], asked.runs), "0.3 s"),
        ("forecast check", run("check", [*forecast, "check", "--book", str(book)], asked.runs), "0.6 s"),
        (
            "forecast whatif route",
            run("whatif", [*forecast, "whatif", "route", "--prior", "lives=Beta(mean=0.5, strength=8)", "--book", str(book)], asked.runs),
            "1.0 s",
        ),
        (
            "forecast update --no-referee --no-insight",
            run("answers", [*forecast, "update", "--no-referee", "--no-insight", "--book", str(book)], asked.runs),
            "3 s, and a twentieth of plain PyMC",
        ),
        (
            "forecast update --no-referee, insight asked anew",
            run("anew", [*forecast, "update", "--no-referee", "--book", str(book)], 1),
            "",
        ),
        (
            "forecast update --no-referee, insight remembered",
            run("update", [*forecast, "update", "--no-referee", "--book", str(book)], asked.runs),
            "3 s",
        ),
    ]
    one = run("one", [*forecast, "update", "route", "--no-referee", "--no-insight", "--book", str(book)], asked.runs)
    replay = run("replay", [*forecast, "history", "route.another_transfer", "--every", "day", "--csv", "--book", str(book)], 1)
    rows.append(("forecast history --every day, two years of route", replay, f"10 updates of route: {10 * one:.1f} s"))
    small, large = crowd(100), crowd(1_100)
    few, many = (run("crowd", [*forecast, "check", "--json", "--book", str(each)], 1) for each in (small, large))
    if find_chromium() is not None:
        rows.append(("forecast watch, from saving a prior of route to the page", save_to_page(book, asked.runs), "1.0 s"))
    each_topic = "one more small topic in a book of a thousand, checked"
    rows.append((each_topic, (many - few) / 1_000, "0.015 s"))
    if not asked.quick:
        refereed = run("referee", [*forecast, "update", "--referee", "--book", str(book)], 1)
        whole, bare = plain_programs(book)
        rows += [
            ("forecast update --referee", refereed, f"1.3 times compile and sample: {1.3 * bare:.1f} s"),
            ("plain PyMC: compile and sample, five topics in one process", bare, ""),
            ("plain PyMC: the same with predictives, log-likelihood and loo", whole, ""),
            ("plain PyMC / update --no-referee", whole / rows[3][1], "20"),
            ("update --referee / bare compile and sample", refereed / bare, "1.3"),
        ]
    width = max(len(name) for name, _, _ in rows)
    print(f"| {'what':{width}} | median |  at most |\n|{'-' * (width + 2)}|-------:|---|")  # noqa: T201 - the table is the result
    for name, seconds, limit in rows:
        print(f"| {name:{width}} | {seconds:6.3g} | {limit} |")  # noqa: T201


def crowd(count: int) -> Path:
    """Return a book of so many copies of the tests' tiny topic."""
    book = Path(tempfile.mkdtemp()) / "crowd"
    tiny = TINY_BOOK
    for index in range(count):
        shutil.copytree(tiny / "seeds" / "ferry", book / "seeds" / f"ferry_{index}")
        (book / "priors").mkdir(exist_ok=True)
        shutil.copy(tiny / "priors" / "ferry.toml", book / "priors" / f"ferry_{index}.toml")
    return book


def run(name: str, command: list[str], runs: int) -> float:
    """Return the median wall time of a command over some runs, in seconds."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
        times.append(time.perf_counter() - began)
        if done.returncode not in {0, 3}:
            raise SystemExit(f"{name}: {done.stdout}{done.stderr}")
    return statistics.median(times)


def save_to_page(book: Path, runs: int) -> float:
    """Return the median time from saving another number of a prior to its answers on the open page, in seconds."""
    prior = book / "priors" / "route.toml"
    text = prior.read_text(encoding="utf-8")
    times = []
    with watching(book) as (_, port), Chromium() as page:
        page.open(f"http://127.0.0.1:{port}/route.html")
        time.sleep(5)  # until everything is imported and the first draft made
        for index in range(runs):
            shown = page.run("document.querySelector('script[data-version]').dataset.version")
            began = time.perf_counter()
            prior.write_text(re.sub(r"factor=\d+", f"factor={11 + index}", text, count=1), encoding="utf-8")
            wait_until(page, f"document.querySelector('script[data-version]').dataset.version !== '{shown}'")
            times.append(time.perf_counter() - began)
            time.sleep(1)  # people do not save twice a second
    prior.write_text(text, encoding="utf-8")
    return statistics.median(times)


def plain_programs(book: Path) -> tuple[float, float]:
    """Return the wall time of the exported programs run as one plain PyMC program, and the part of it that compiles and samples."""
    program = "import time\nspent = 0.0\n"
    for topic in TOPICS:
        exported = subprocess.run(
            [sys.executable, "-m", "forecast", "export", topic, "--pymc", "--book", str(book)],
            capture_output=True,
            text=True,
            check=True,
            env=environment(),
        ).stdout
        body = exported[: exported.index("\n\ndef print_posterior(")]
        sampled = "\nbegan = time.perf_counter()\ndraws = sample_posterior()\nspent += time.perf_counter() - began\nwith model:\n"
        program += body + sampled + REST
    program += "\nprint(spent)\n"
    script = book / "plain.py"
    script.write_text(program, encoding="utf-8")
    began = time.perf_counter()
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, env=environment())
    whole = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr)
    return whole, float(done.stdout.split()[-1])


def environment() -> dict[str, str]:
    """The environment, with bytecode written."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    main()
