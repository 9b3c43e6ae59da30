"""What scoring a large collection costs: a tenth of its questions, and all of them."""

from __future__ import annotations

from tests.benchmarks.case import Case, Options, forecast_command
from tests.benchmarks.measure import measure, measure_median
from tests.benchmarks.rows import Row, Target, growth_row
from tests.support.large_records import write_large_collection

FORECASTS = (5_000, 50_000)
MOST_SECONDS, MOST_MB = 20.0, 1024.0


def scoring_cases() -> tuple[Case, ...]:
    """Return the case."""
    return (Case("score", _score, quick=False),)


def _score(options: Options) -> Row:
    """Ten forecasts of each question, a fifth of them with 201 points."""
    sizes = FORECASTS[:1] if options.quick else FORECASTS
    costs = []
    for forecasts in sizes:
        book = options.folder(f"score-{forecasts}")
        for name in ("seeds", "priors", "reports"):
            (book / name).mkdir()
        write_large_collection(book, questions=forecasts // 10, forecasts=forecasts, cdfs=forecasts // 5)
        command = forecast_command(book, options.scratch / "score-cache", "score")
        measure(command)
        costs.append(measure_median(command, runs=options.runs(3)))
    target = Target(1000 * MOST_SECONDS / FORECASTS[-1], "ms a forecast", MOST_MB)
    return growth_row("`forecast score`, a fifth with 201 points", "forecasts", sizes, costs, start=0.0, target=target)
