"""Recalibration as an ordinary topic: its files as text, which both engines take like any other.

The log odds of what happens are a line in the log odds that were given, with a shift and a slope. Where there are several people, or several
platforms, each has its own, around common ones. A row is a forecast of a question that is settled; its `share` is how much it counts
(`settled_rows`), so that a question counts once for each person, not once for each update. A row is dated on the day from which its question
counts, or on which its outcome could be known where that is later, so that the topic as of a day is what could be known then.
Forecasts of exactly 0 or 1 have no log odds and make no row.
"""

from __future__ import annotations

import csv
import io
from datetime import date

import numpy as np

from forecast.calibration.logistic import SHIFT_SD, SLOPE_SD
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.language.arrays import Truth
from forecast.track_record.cohorts import QuestionCohort

RECALIBRATION_TOPIC = "recalibration"
STREAM = "ends"
GROUP_SPREADS = (0.3, 0.25)  # of the half-normal priors of how far shifts, and logarithms of slopes, of people and platforms lie apart
ROW_SOURCE = "the record of forecasts"
HEADER = ("on", "value", "odds", "share", "person", "platform", "source")


def recalibration_files(rows: SettledForecasts) -> dict[str, str]:
    """Return the files of a topic about some forecasts, by their paths in a book. Raises ``ValueError`` where no forecast makes a row."""
    kept = rows.rows(has_odds(rows))
    if not kept.probability.size:
        raise ValueError("recalibration needs a forecast between 0 and 1")
    levels = recalibration_levels(kept)
    return {
        f"seeds/{RECALIBRATION_TOPIC}/topic.toml": _topic_text(kept, levels),
        f"seeds/{RECALIBRATION_TOPIC}/{STREAM}.csv": _rows_text(kept),
        f"priors/{RECALIBRATION_TOPIC}.toml": _priors_text(levels),
    }


def has_odds(rows: SettledForecasts) -> Truth:
    """Which forecasts have log odds."""
    found: Truth = (rows.probability > 0) & (rows.probability < 1)
    return found


def recalibration_levels(rows: SettledForecasts) -> tuple[str, ...]:
    """Return for which of `person` and `platform` there are several, each with a shift and a slope of its own."""
    platforms = {rows.platforms[question] for question in np.unique(rows.question)}
    several = {"person": np.unique(rows.who).size > 1, "platform": len(platforms) > 1}
    return tuple(name for name, found in several.items() if found)


def platform_label(platform: str) -> str:
    """Return what a platform is called in the rows; own questions have none."""
    return platform or "own"


def _topic_text(rows: SettledForecasts, levels: tuple[str, ...]) -> str:
    shift = " + ".join(["shift", *(f"{level}_shift[{level}]" for level in levels)])
    slope = " + ".join(["log_slope", *(f"{level}_log_slope[{level}]" for level in levels)])
    slope = f"exp({slope})" if levels else "slope"
    return f"""title = "Recalibration"
opens = {entry_days(rows).min()}
step  = "month"

[streams.{STREAM}]
about  = "whether what was forecast happened"
value  = "Bernoulli(p=expit({shift} + {slope} * odds))"
weight = "share"

[questions.even]
asks   = "How often does what is given one half happen?"
answer = "expit(shift)"

[questions.steepness]
asks   = "By what are log odds to be multiplied?"
answer = "{"exp(log_slope)" if levels else "slope"}"
"""


def _priors_text(levels: tuple[str, ...]) -> str:
    parts = [
        f"""[shift]
prior = "Normal(mean=0, sd={SHIFT_SD})"
unit  = "log odds"
why   = "Nobody knows beforehand whether probabilities are too high or too low; most are off by less than 0.8 in log odds."
""",
        f"""[log_slope]
prior = "Normal(mean=0, sd={SLOPE_SD:.12g})"
unit  = "a logarithm"
why   = "Nine chances in ten that log odds are to be multiplied by a factor between one half and two."
"""
        if levels
        else """[slope]
prior = "LogNormal(median=1, factor=2)"
unit  = "a factor"
why   = "Nine chances in ten that log odds are to be multiplied by a factor between one half and two."
""",
    ]
    for level in levels:
        for name, unit, spread in zip(("shift", "log_slope"), ("log odds", "a logarithm"), GROUP_SPREADS, strict=True):
            parts.append(
                f"""[{level}_{name}_spread]
prior = "HalfNormal(sigma={spread})"
unit  = "{unit}"
why   = "How far those of one {level} lie from those of another is not known; commonly less than the common one may be off."

[{level}_{name}]
per   = "{level}"
prior = "Normal(mean=0, sd={level}_{name}_spread)"
unit  = "{unit}"
why   = "Each {level} has its own, around the common one."
"""
            )
    return "\n".join(parts)


def _rows_text(rows: SettledForecasts) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(HEADER)
    odds = np.log(rows.probability) - np.log1p(-rows.probability)
    days = entry_days(rows)
    for at in np.argsort(days, kind="stable"):
        platform = platform_label(rows.platforms[rows.question[at]])
        writer.writerow(
            [days[at], int(rows.outcome[at]), repr(float(odds[at])), repr(float(rows.weight[at])), f"p{rows.who[at]}", platform, ROW_SOURCE]
        )
    return written.getvalue()


def entry_days(rows: SettledForecasts) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Return the day from which each row's question counts and its outcome can be known ``(rows,)``."""
    found: np.ndarray[tuple[int], np.dtype[np.datetime64]] = np.array(list(map(_entry_day, rows.questions)), dtype="datetime64[D]")
    return found[rows.question]


def _entry_day(its: QuestionCohort) -> date:
    assert its.enters is not None  # it is settled
    resolution = its.question.resolution
    return its.enters.date() if resolution is None else max(its.enters.date(), resolution.known)
