"""What a command costs as a whole process: user and system CPU seconds of it and its children, and the most memory one of them held.

Each command is started by a small process of its own, ``start.py``, which says why.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MOST_SECONDS = 900.0  # by the clock, of one command
STARTER = Path(__file__).with_name("start.py")


class CommandFailed(Exception):
    """A command ended with another status than was expected, or took too long; its text has the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds, megabytes of the largest process, seconds by the clock, and what was printed."""

    cpu_seconds: float
    peak_mb: float
    seconds: float
    output: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command with the folder it runs in, the variables it gets beside those of this process, and the exit status it should end with."""

    words: Sequence[str]
    folder: Path
    variables: Mapping[str, str]
    status: int = 0


def measure(command: Command, *, most_seconds: float = MOST_SECONDS) -> Cost:
    """Run a command once and return its cost.  Raises ``CommandFailed``."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as scratch:
        usage, printed = Path(scratch) / "usage.json", Path(scratch) / "printed.txt"
        starter = [sys.executable, "-I", "-S", str(STARTER), str(usage), str(command.status), *command.words]
        with printed.open("wb") as out:
            process = subprocess.Popen(
                starter, cwd=command.folder, env=variables | dict(command.variables), stdout=out, stderr=out, start_new_session=True
            )
            try:
                process.wait(most_seconds)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    raise CommandFailed(f"{command.words} took more than {most_seconds:g} s") from None
                raise
        output = printed.read_text("utf-8", errors="replace")
        if process.returncode:
            raise CommandFailed(f"{' '.join(command.words)} failed: {output[-2000:]}")
        return Cost(**json.loads(usage.read_text("utf-8")), output=output)


def measure_median(command: Command, *, runs: int, prepare: Callable[[], None] | None = None) -> Cost:
    """Run a command several times and return the medians of its costs, with what the last run printed; ``prepare`` is called before each."""
    costs = []
    for _ in range(runs):
        if prepare is not None:
            prepare()
        costs.append(measure(command))
    return median_cost(costs)


def median_cost(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure, and the last output."""
    return Cost(
        median(cost.cpu_seconds for cost in costs),
        median(cost.peak_mb for cost in costs),
        median(cost.seconds for cost in costs),
        costs[-1].output,
    )


def measure_in_turn(commands: Mapping[str, Command], *, runs: int) -> dict[str, list[Cost]]:
    """Run several commands one after another, several times, so that a busy machine is as busy for each.

    One that fails in its first run is not run again; its list is empty, and the others' are of equal length.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    failed: set[str] = set()
    for _ in range(runs):
        for name, command in commands.items():
            if name in failed:
                continue
            try:
                costs[name].append(measure(command))
            except CommandFailed as error:
                print(f"  {name}: {error}", file=sys.stderr)
                failed.add(name)
                costs[name] = []
    return costs


def median_ratio(costs: Sequence[Cost], others: Sequence[Cost]) -> float:
    """Return the median of the ratios of CPU seconds of runs that were made in pairs."""
    return median(one.cpu_seconds / other.cpu_seconds for one, other in zip(costs, others, strict=True))
