"""All cases, in the order of the tables."""

from __future__ import annotations

from tests.benchmarks.case import Case
from tests.benchmarks.commands import command_cases
from tests.benchmarks.comparisons import comparison_cases
from tests.benchmarks.growing import growth_cases
from tests.benchmarks.scoring import scoring_cases


def all_cases() -> dict[str, Case]:
    """Return the cases by their names."""
    return {case.name: case for case in (*command_cases(), *growth_cases(), *scoring_cases(), *comparison_cases())}
