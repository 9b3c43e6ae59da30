"""The same models in other programs, each as a whole process, in turn: plain PyMC with nutpie, nutpie alone, NumPyro, Squiggle and NumPy."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median

from tests.benchmarks.case import Case, Options, python_command
from tests.benchmarks.measure import Command, Cost, measure, measure_in_turn, median_cost, median_ratio
from tests.benchmarks.models import MODELS, data_of
from tests.benchmarks.rows import Row, comparison_row
from tests.support.paths import ROOT

PROGRAMS = ROOT / "tests" / "benchmarks" / "programs"
OURS = "forecast"
NO_ENVIRONMENT = "no environment with {0} was given"
FAILED = "its program failed"

CONDITIONING_NOTE = (
    "whole processes with imports and compilation; four chains of 1,000 draws after 1,000; effective draws are those of the weights for "
    "forecast, and of the worst unknown for the others; NumPy evaluates the density at as many points and draws nothing"
)
FORWARD_NOTE = "whole processes; 16,384 draws of a product of four numbers; Squiggle and NumPy read no files and check nothing"

TUNERS = """title = "Piano tuners"
opens = 2025-01-01
step = "month"

[quantities]
tuners = "households * owning * tunings_each / tunings_done"

[questions.how_many]
asks = "How many?"
answer = "tuners"

[questions.more_than_two]
asks = "More than two?"
answer = "tuners > 2"
"""
TUNERS_PRIORS = {
    "households": "LogNormal(p5=20000, p95=60000)",
    "owning": "Beta(alpha=3, beta=70)",
    "tunings_each": "LogNormal(p5=0.2, p95=1.2)",
    "tunings_done": "LogNormal(p5=300, p95=900)",
}


def comparison_cases() -> tuple[Case, ...]:
    """Return the cases, in the order of the table."""
    return (
        *(Case(name, partial(_conditioning, name), quick=False) for name in MODELS),
        Case("forward", _forward),
    )


def _conditioning(name: str, options: Options) -> Row:
    """A model conditioned by every program there is."""
    folder = options.folder(name)
    data = folder / "data.json"
    data.write_text(json.dumps(data_of(name)), "utf-8")
    own = python_command(folder, "-m", "tests.benchmarks.conditioning", name)
    points = json.loads(measure(own).output.splitlines()[-1])["points"]
    commands = {
        OURS: own,
        "PyMC with nutpie": _program(folder, "pymc_program.py", name, data, "PyMC with nutpie.npy"),
        "nutpie alone": _program(folder, "nutpie_program.py", name, data, "nutpie alone.npy"),
        "NumPy": _program(folder, "numpy_program.py", name, data, str(points)),
    }
    skipped: dict[str, str] = {}
    if options.numpyro is None:
        skipped["NumPyro"] = NO_ENVIRONMENT.format("NumPyro")
    else:
        python = next(path for path in (options.numpyro / "bin/python", options.numpyro / "Scripts/python.exe") if path.exists())
        words = (str(python), str(PROGRAMS / "numpyro_program.py"), name, str(data), "NumPyro.npy")
        commands["NumPyro"] = Command(words, folder, {"PYTHONPATH": ""})
    costs = measure_in_turn(commands, runs=options.runs(2))
    figures = json.loads(costs[OURS][-1].output.splitlines()[-1])
    found = [path for path in sorted(folder.glob("*.npy")) if costs[path.stem]]
    measured = measure(python_command(folder, "-m", "tests.benchmarks.effective_draws", *(path.name for path in found)))
    drawn = dict(zip((path.stem for path in found), json.loads(measured.output.splitlines()[-1]), strict=True)) | {OURS: figures}
    tools = _tool_rows(costs, skipped)
    for tool in tools.keys() & drawn.keys():
        effective = drawn[tool]["effective_draws"]
        tools[tool] |= {
            "effective_draws": round(effective),
            "per_cpu_second": effective / tools[tool]["cpu_seconds"],
            "mean": drawn[tool]["mean"],
        }
    for tool in tools.keys() - skipped.keys() - {OURS}:
        if costs[tool]:
            tools[tool]["beyond_imports"] = median(float(cost.output.splitlines()[-1]) for cost in costs[tool])
    tools[OURS] |= {"sound": figures["sound"], "beyond_imports": figures["cpu_seconds"]}
    return comparison_row(MODELS[name], tools, note=CONDITIONING_NOTE)


def _forward(options: Options) -> Row:
    """A model without a record, of which only draws of the prior are asked for."""
    folder = options.folder("forward")
    book = folder / "book"
    (book / "seeds/tuners").mkdir(parents=True)
    (book / "priors").mkdir()
    (book / "seeds/tuners/topic.toml").write_text(TUNERS, "utf-8")
    priors = (f'[{name}]\nprior = "{prior}"\nunit = "of them"\nwhy = "Made up to be measured."\n' for name, prior in TUNERS_PRIORS.items())
    (book / "priors/tuners.toml").write_text("\n".join(priors), "utf-8")
    commands = {
        OURS: python_command(folder, "-m", "tests.benchmarks.programs.forward", str(book)),
        "NumPy": python_command(folder, str(PROGRAMS / "piano_numpy.py")),
    }
    skipped: dict[str, str] = {}
    if options.squiggle is None:
        skipped["Squiggle"] = NO_ENVIRONMENT.format("@quri/squiggle-lang")
    else:
        commands["Squiggle"] = Command(("node", str(PROGRAMS / "piano.mjs")), options.squiggle, {})
    measure(commands[OURS])
    costs = measure_in_turn(commands, runs=options.runs(5))
    return comparison_row("piano tuners, forward only", _tool_rows(costs, skipped), note=FORWARD_NOTE)


def _program(folder: Path, program: str, *arguments: str | Path) -> Command:
    return Command((sys.executable, str(PROGRAMS / program), *map(str, arguments)), folder, {"PYTHONPATH": str(ROOT)})


def _tool_rows(costs: Mapping[str, list[Cost]], skipped: Mapping[str, str]) -> dict[str, Row]:
    """The figures of each program; ``ratio`` is its CPU seconds over ours, the median of runs in pairs."""
    rows: dict[str, Row] = {}
    for name, runs in costs.items():
        if not runs:
            rows[name] = {"skipped": FAILED}
            continue
        cost = median_cost(runs)
        rows[name] = {"cpu_seconds": cost.cpu_seconds, "peak_mb": cost.peak_mb}
        if name != OURS:
            rows[name]["ratio"] = median_ratio(runs, costs[OURS])
    return rows | {name: {"skipped": reason} for name, reason in skipped.items()}
