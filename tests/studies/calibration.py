"""How often the intervals of recalibration and the bands of calibration hold what they are to hold, each in 1,000 simulated records.

``python -m tests.studies.calibration`` runs all of them by the functions of the tests that have a small version of each, and writes the table
beside this file.  It takes about a quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import typer

from tests.actions.test_recalibration import gain_of, generators, held_by_intervals
from tests.calibration.test_bands import SHAPES, chance_cover, separation_cover, smooth_cover
from tests.support.simulated_forecasts import calibrated, distorted

RUNS, LONG_RUNS = 1_000, 100
TABLE = Path(__file__).with_suffix(".md")
HEADING = """# Calibration and recalibration in simulation

Each line is of {runs:,} simulated records, or of {long:,} where there are 500 questions; an error of one share is 0.7 to 0.9 of 100, or 3. `python -m tests.studies.calibration` makes this table.

| what | wanted | found |
|---|--:|--:|
"""
BAND_HEADING = """
Bands and intervals of calibration. The isotonic curve moves in steps, so that its band holds somewhat more than 90 %.

| records | band of the smooth curve holds the truth (90 %) | calibrated curve in its band (90 %) | called miscalibrated though calibrated (5 %) | interval of yes above no holds the truth (95 %) |
|---|--:|--:|--:|--:|"""


def lines() -> Iterator[str]:
    """The lines of the table."""
    shift, slope = held_by_intervals(RUNS)
    yield f"| 90 % interval of the shift holds the truth (40 questions, truth from the prior) | 88 to 92 % | {100 * shift:.1f} % |"
    yield f"| 90 % interval of the slope holds the truth | 88 to 92 % | {100 * slope:.1f} % |"
    for spread in (1.5, 1.0):
        found = [gain_of(calibrated(12, rng, spread=spread), rng) for rng in generators(RUNS)]
        held = np.mean([its.low <= 0 <= its.high for its in found])
        claimed = np.mean([its.low > 0 for its in found])
        name = f"interval of the gain holds 0: 12 questions, no bias, log odds spread by {spread}"
        yield f"| {name} | 93 to 97 % | {100 * held:.1f} % |"
        yield f"| of these records a gain is claimed | | {100 * claimed:.1f} % |"
    found = [gain_of(distorted(500, rng, shift=-0.5, slope=0.6), rng) for rng in generators(LONG_RUNS)]
    share, mean = np.mean([its.low > 0 for its in found]), np.mean([its.log for its in found])
    yield f"| a gain is found: 500 questions, shift -0.5 and slope 0.6 (mean gain {mean:.3f}) | 90 % and more | {100 * share:.0f} % |"


def band_lines() -> Iterator[str]:
    """The lines of the table of bands."""
    for shape, (size, topics, correlation) in SHAPES.items():
        inside, called = chance_cover(shape, RUNS)
        figures = (smooth_cover(shape, RUNS), inside, called, separation_cover(shape, RUNS))
        among = f"{topics} topics, correlation {correlation}" if topics else "each alone"
        yield f"| {size} questions, {among} | {' | '.join(f'{100 * its:.1f} %' for its in figures)} |"


if __name__ == "__main__":
    text = HEADING.format(runs=RUNS, long=LONG_RUNS)
    for line in (*lines(), BAND_HEADING, *band_lines()):
        typer.echo(line)
        text += line + "\n"
    TABLE.write_text(text, encoding="utf-8")
