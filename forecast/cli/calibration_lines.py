"""Calibration as lines on the terminal, and as CSV."""

from __future__ import annotations

import csv
import io

from forecast.book.files.spreadsheet import spreadsheet_cell
from forecast.cli.lines import echo, print_columns
from forecast.schema.calibration import CalibrationContent
from forecast.sentences import calibration_words, score_words

GROUP_COLUMNS = (
    "kind",
    "group",
    "forecasts",
    "questions",
    "clusters",
    "brier",
    "miscalibration",
    "chance",
    "p_value",
    "discrimination",
    "uncertainty",
    "separation",
    "separation_low",
    "separation_high",
    "mean",
    "spread",
    "happened",
    "outside",
)


def print_calibration(content: CalibrationContent) -> None:
    """Print the figures of each group, what they come to where there is one, and what was left out."""
    if not content["records"]:
        echo(score_words.NO_RECORD)
        return
    if not content["probabilities"] and not content["numbers"]:
        echo(calibration_words.NO_FORECAST)
    if few := calibration_words.few_questions_sentence(content):
        echo(few)
    _print_probabilities(content)
    _print_numbers(content)
    if content["recalibration"]:
        echo()
        echo("Recalibration would have gained, walking forward:")
        for its in content["recalibration"]:
            echo(f"  {calibration_words.recalibration_sentence(its)}")
    for forecast in content["recalibrated"]:
        echo(f"  {calibration_words.recalibrated_sentence(forecast)}")
    if content["left_out"]:
        echo()
    for omission in content["left_out"]:
        echo(calibration_words.omission_sentence(omission))
    for note in content.get("notes", ()):
        echo(note)


def calibration_csv(content: CalibrationContent) -> str:
    """Return the figures of each group as CSV, with no cell that a spreadsheet takes for a formula."""
    written = io.StringIO()
    writer = csv.DictWriter(written, GROUP_COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for its in content["probabilities"]:
        separated = its["separation"]
        ends = {} if separated is None else {"separation_low": separated["low"], "separation_high": separated["high"]}
        chance = "" if separated is None else separated["chance"]
        name = spreadsheet_cell(calibration_words.group_name(its["group"], content["who"]))
        writer.writerow({**its, **its["size"], **ends, "separation": chance, "kind": "probability", "group": name})
    for number in content["numbers"]:
        name = spreadsheet_cell(calibration_words.group_name(number["group"], content["who"]))
        writer.writerow({**number, **number["size"], "kind": "number", "group": name, "outside": "yes" if number["outside"] else "no"})
    return written.getvalue()


def _print_probabilities(content: CalibrationContent) -> None:
    if not content["probabilities"]:
        return
    echo()
    heading = ("", "questions", "Brier", "= miscalibration", "- discrimination", "+ uncertainty", "AUC (95 %)", "sharpness")
    rows = [
        (
            calibration_words.group_name(its["group"], content["who"]),
            calibration_words.size_text(its["size"]),
            score_words.score_text(its["brier"]),
            calibration_words.miscalibration_text(its),
            *calibration_words.parts_texts(its),
            calibration_words.separation_text(its["separation"]),
            score_words.score_text(its["spread"]),
        )
        for its in content["probabilities"]
    ]
    print_columns([list(row) for row in (heading, *rows)], right=[1, 2, 3, 4, 5, 6, 7])
    if len(content["probabilities"]) == 1:
        echo()
        for sentence in calibration_words.probability_sentences(content["probabilities"][0]):
            echo(sentence)


def _print_numbers(content: CalibrationContent) -> None:
    if not content["numbers"]:
        return
    echo()
    echo("Numbers and dates, where outcomes fell in the forecast (calibrated: mean 0.500, spread 0.289):")
    rows = [
        (
            calibration_words.group_name(its["group"], content["who"]),
            calibration_words.size_text(its["size"]),
            score_words.score_text(its["mean"]),
            score_words.score_text(its["spread"]),
            "yes" if its["outside"] else "no",
        )
        for its in content["numbers"]
    ]
    print_columns([list(row) for row in (("", "questions", "mean", "spread", "beyond chance"), *rows)], right=[1, 2, 3])
