"""Which functions cost most: a module run as a program under cProfile, in one process, with CPU time.

``python -m tests.benchmarks.profile_line MODULE [ARGUMENT ...]`` prints what the module prints, and last one line.
"""

from __future__ import annotations

import cProfile
import io
import os
import pstats
import runpy
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import forecast

type Place = tuple[str, int, str]  # file, line, function

OWN = f"{Path(forecast.__file__).parent}{os.sep}"  # the path of every function of the package begins with it
DEEPEST = 200  # calls of libraries within one another that are followed
NEGLIGIBLE = 1e-6  # share of all time
SHOWN = 2
NOT_OWN = "none of the package"
IMPORTING = ("<frozen importlib", "<frozen zipimport")


def costliest_line(program: Callable[[], None]) -> str:
    """Return the two functions of the package that cost most, with the libraries that they call, and their shares of all CPU time.

    Imports count as one function.  The figures are those of ``line_of``.
    """
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    try:
        program()
    except SystemExit as ended:
        if ended.code:
            raise
    finally:
        profile.disable()
    return line_of(pstats.Stats(profile).stats)


def line_of(stats: Mapping[Place, Any]) -> str:
    """Return the line of a profile's figures, as ``pstats.Stats.stats`` has them: the two functions that cost most, and their shares.

    The own time of a library's function goes to whoever called it, in proportion to the time of those calls, until it has come to a
    function of the package or to Python's imports, as gprof shares time (Graham, Kessler and McKusick 1982).
    """
    names = {place: _name_of(place) for place in stats}
    costs: dict[str, float] = {}
    waiting = {place: figures[2] for place, figures in stats.items()}
    total = sum(waiting.values())
    for _ in range(DEEPEST):
        passed: dict[Place, float] = {}
        for place, seconds in waiting.items():
            callers = stats[place][4]
            whole = sum(edge[3] for edge in callers.values())
            if names[place] or not whole:
                name = names[place] or NOT_OWN
                costs[name] = costs.get(name, 0.0) + seconds
                continue
            for caller, edge in callers.items():
                passed[caller] = passed.get(caller, 0.0) + seconds * edge[3] / whole
        waiting = {place: seconds for place, seconds in passed.items() if seconds > total * NEGLIGIBLE}
    shares = sorted(((seconds / total, name) for name, seconds in costs.items() if name != NOT_OWN), reverse=True) if total else []
    return ", ".join(f"{name} {100 * share:.0f} %" for share, name in shares[:SHOWN]) or NOT_OWN


def _name_of(place: Place) -> str:
    """The name of a function of the package, ``imports`` for Python's own machinery of imports, empty for others."""
    file, _, function = place
    if file.startswith(IMPORTING):
        return "imports"
    if not file.startswith(OWN) or function == "<module>":
        return ""
    return f"{file.removeprefix(OWN).removesuffix('.py')}:{function}"


def main(module: str, *arguments: str) -> None:
    """Run a module as a program and print its costliest line last."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # so that no other processes are started
    sys.argv = [module, *arguments]
    with redirect_stdout(io.StringIO()):
        line = costliest_line(lambda: runpy.run_module(module, run_name="__main__", alter_sys=True) and None)
    print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
