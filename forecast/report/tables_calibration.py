"""Tables of the page of calibration."""

from __future__ import annotations

from forecast.report.tables import Column, ReportTable
from forecast.schema.calibration import CalibrationContent
from forecast.sentences.calibration_words import (
    BANDS,
    group_name,
    miscalibration_text,
    parts_texts,
    points_text,
    separation_text,
    size_text,
)
from forecast.sentences.score_words import interval_text, percent_text, score_text, signed_score_text


def probabilities_table(content: CalibrationContent) -> ReportTable:
    """A line for each group: the parts of the Brier score, separation, and the spread of the probabilities."""
    columns = (
        Column("forecasts", "head"),
        Column("questions", "number"),
        Column("Brier", "number"),
        Column("miscalibration", "number"),
        Column("discrimination", "number"),
        Column("uncertainty", "number"),
        Column("AUC (95 % interval)", "number"),
        Column("sharpness (SD)", "number"),
    )
    rows = tuple(
        (
            group_name(its["group"], content["who"]),
            size_text(its["size"]),
            score_text(its["brier"]),
            miscalibration_text(its),
            *parts_texts(its),
            separation_text(its["separation"]),
            score_text(its["spread"]),
        )
        for its in content["probabilities"]
    )
    return ReportTable(f"The Brier score is miscalibration less discrimination plus uncertainty. {BANDS}", columns, rows)


def curve_table(content: CalibrationContent, place: int) -> ReportTable:
    """The points of one group's isotonic curve."""
    curve = content["probabilities"][place]["curve"]
    columns = (Column("forecast", "head"), Column("observed", "number"), Column("by chance", "number"), Column("share of all", "number"))
    rows = tuple(
        (f"{100 * given:.3g} %", f"{100 * happened:.3g} %", f"{100 * low:.3g} to {100 * high:.3g} %", f"{100 * weight:.2g} %")
        for given, happened, low, high, weight in zip(
            curve["probability"], curve["frequency"], curve["low"], curve["high"], curve["weight"], strict=True
        )
    )
    return ReportTable("The isotonic curve, and where that of calibrated forecasts lies", columns, rows)


def numbers_table(content: CalibrationContent) -> ReportTable:
    """A line for each group of forecasts of numbers and dates."""
    columns = (
        Column("forecasts", "head"),
        Column("questions", "number"),
        Column("mean", "number"),
        Column("spread", "number"),
        Column("beyond chance"),
    )
    rows = tuple(
        (
            group_name(its["group"], content["who"]),
            size_text(its["size"]),
            score_text(its["mean"]),
            score_text(its["spread"]),
            "yes" if its["outside"] else "no",
        )
        for its in content["numbers"]
    )
    return ReportTable("Where outcomes fell, from 0 to 1; of calibrated forecasts the mean is 0.500 and the spread 0.289", columns, rows)


def recalibration_table(content: CalibrationContent) -> ReportTable:
    """A line for each forecaster: what recalibration would have gained."""
    columns = (
        Column("forecaster", "head"),
        Column("questions", "number"),
        Column("tested", "number"),
        Column("gain in log score", "number"),
        Column("95 % interval", "number"),
        Column("gain in Brier", "number"),
        Column("shift (90 %)", "number"),
        Column("slope (90 %)", "number"),
    )
    rows = tuple(
        (
            its["who"],
            f"{its['questions']:,}",
            f"{its['tested']:,}",
            "" if its["gain"] is None else signed_score_text(its["gain"]) if its["low"] is not None and its["low"] > 0 else "none seen",
            interval_text(its["low"], its["high"]),
            "" if its["brier_gain"] is None else signed_score_text(its["brier_gain"]),
            points_text(its["shift"]),
            points_text(its["slope"]),
        )
        for its in content["recalibration"]
    )
    return ReportTable(
        "What recalibrated probabilities would have gained, each fitted on questions settled before it was given", columns, rows
    )


def open_table(content: CalibrationContent) -> ReportTable:
    """Forecasts in force of open questions, raw and recalibrated."""
    columns = (
        Column("question", "head"),
        Column("forecaster"),
        Column("said", "number"),
        Column("recalibrated", "number"),
        Column("90 % interval", "number"),
    )
    rows = tuple(
        (
            its["text"],
            its["who"],
            percent_text(its["said"]),
            f"{100 * its['recalibrated']:.0f} %",
            f"{100 * its['low']:.0f} to {100 * its['high']:.0f} %",
        )
        for its in content["recalibrated"]
    )
    return ReportTable("Open questions: what was said, and what it comes to when recalibrated", columns, rows)
