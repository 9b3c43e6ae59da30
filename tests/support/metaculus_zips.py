"""ZIPs in the layout of Metaculus's exports, with invented questions, or made from `../shared/fixtures`."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy import special

from tests.support.paths import ROOT

FIXTURES = ROOT.parent / "shared" / "fixtures" / "metaculus"
PROFESSIONALS = ("binary", "choice", "numeric")
QUESTION_HEADINGS = (
    *("Question ID", "Question URL", "Question Title", "Post ID", "Post Curation Status", "Post Published Time"),
    *("Default Project", "Default Project ID", "Categories", "Leaderboard Tags", "Label", "Question Type"),
    *("MC Options (Current)", "MC Options (All)", "MC Options History"),
    *("Lower Bound", "Open Lower Bound", "Upper Bound", "Open Upper Bound", "Continuous Range"),
    *("Open Time", "CP Reveal Time", "Scheduled Close Time", "Actual Close Time", "Resolution", "Resolution Known Time"),
    *("Include Bots in Aggregates", "Question Weight"),
)
FORECAST_HEADINGS = (
    *("Question ID", "Forecaster ID", "Forecaster Username", "Is Bot", "Start Time", "End Time", "Forecaster Count"),
    *(
        "Probability Yes",
        "Probability Yes Per Category",
        "Continuous CDF",
        "Probability Below Lower Bound",
        "Probability Above Upper Bound",
    ),
    *(
        "5th Percentile",
        "25th Percentile",
        "Median",
        "75th Percentile",
        "95th Percentile",
        "Probability of Resolution",
        "PDF at Resolution",
    ),
)
SCORE_HEADINGS = ("Question ID", "User ID", "User Username", "Score Type", "Score", "Coverage")

type Row = Mapping[str, object]


def question(name: int = 1, kind: str = "binary", **cells: object) -> Row:
    """A question as the export has it; ``cells`` by heading, with _ for each blank, replace the usual ones."""
    usual: dict[str, object] = {
        "Question ID": name,
        "Question URL": f"https://www.metaculus.com/questions/{name}/invented/",
        "Question Title": f"Will invented thing {name} happen?",
        "Post ID": name,
        "Post Curation Status": "approved",
        "Post Published Time": "2026-01-01 12:00:00+00:00",
        "Default Project": "Invented Tournament",
        "Default Project ID": 7,
        "Categories": ["Invented"],
        "Leaderboard Tags": [],
        "Question Type": kind,
        "Open Lower Bound": False,
        "Open Upper Bound": False,
        "Open Time": "2026-01-01 12:00:00+00:00",
        "CP Reveal Time": "2026-01-03 12:00:00+00:00",
        "Scheduled Close Time": "2026-02-01 12:00:00+00:00",
        "Include Bots in Aggregates": False,
        "Question Weight": 1.0,
    }
    return usual | named(cells)


def choices(name: int = 1, labels: Sequence[str] = ("a", "b", "Other"), **cells: object) -> Row:
    """A question with options that were there from the beginning."""
    listed = list(labels)
    history = [("0001-01-01T00:00:00", listed)]
    usual = {"MC Options (Current)": listed, "MC Options (All)": listed, "MC Options History": history}
    return question(name, "multiple_choice", **{**usual, **named(cells)})


def numeric(name: int = 1, low: float = 0.0, high: float = 100.0, points: Sequence[object] | None = None, **cells: object) -> Row:
    """A question about a number on a linear scale; ``points`` are its Continuous Range."""
    listed = list(points) if points is not None else [low + (high - low) * at / 200 for at in range(201)]
    kind = cells.pop("kind", "numeric")
    usual = {"Lower Bound": low, "Upper Bound": high, "Continuous Range": listed}
    return question(name, str(kind), **{**usual, **named(cells)})


def forecast(name: int = 1, who: object = 11, start: str = "2026-01-02 12:00:00+00:00", **cells: object) -> Row:
    """A forecast of a person, by id; what it says is among ``cells``."""
    usual = {"Question ID": name, "Forecaster ID": who, "Forecaster Username": f"user{who}", "Is Bot": False, "Start Time": start}
    return usual | named(cells)


def aggregate(name: int = 1, method: str = "recency_weighted", start: str = "2026-01-03 12:00:00+00:00", **cells: object) -> Row:
    """A row of an aggregate."""
    return {"Question ID": name, "Forecaster Username": method, "Start Time": start, "Forecaster Count": 3} | named(cells)


def score(name: int = 1, who: object = 11, kind: str = "baseline", value: float = 10.0, **cells: object) -> Row:
    """A score of a person."""
    usual = {"Question ID": name, "User ID": who, "User Username": f"user{who}", "Score Type": kind, "Score": value, "Coverage": 1.0}
    return usual | named(cells)


def named(cells: Mapping[str, object]) -> dict[str, object]:
    """Cells whose headings were written with _ for blanks."""
    return {heading.replace("_", " "): cell for heading, cell in cells.items()}


def write_zip(
    path: Path,
    questions: Sequence[Row] = (),
    forecasts: Sequence[Row] = (),
    scores: Sequence[Row] = (),
    *,
    readme: str | None = None,
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write a ZIP as Metaculus does: without the last cell in forecasts of questions that are not resolved.  ``files`` replace or add to those made."""
    resolved = {row["Question ID"] for row in questions if row.get("Resolution")}
    users = sum(1 for row in forecasts if row.get("Forecaster ID") or len(str(row.get("Forecaster (Anonymized)"))) == 64)
    counts = {"questions": len(questions), "user forecasts": users, "aggregate forecasts": len(forecasts) - users, "scores": len(scores)}
    told = "".join(f"Contains the data for {count} {what}\n" for what, count in counts.items() if count or what == "questions")
    made: dict[str, str | bytes] = {
        "README.md": f"Metadata:\nThis data was exported on 2026-02-13 22:23:07+00:00\n{told}" if readme is None else readme,
        "question_data.csv": csv_text(QUESTION_HEADINGS, questions),
        "forecast_data.csv": csv_text(
            headings_of(FORECAST_HEADINGS, "Forecaster", forecasts), forecasts, ragged=lambda row: row["Question ID"] not in resolved
        ),
    }
    if scores:
        made["score_data.csv"] = csv_text(headings_of(SCORE_HEADINGS, "User", scores), scores)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in {**made, **(files or {})}.items():
            file.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)  # one date, so that the same rows make the same bytes
    return path


def headings_of(usual: Sequence[str], what: str, rows: Sequence[Row]) -> Sequence[str]:
    """The headings of a file: those of the anonymised variant where a row has its cell."""
    anonymised = f"{what} (Anonymized)"
    if not any(anonymised in row for row in rows):
        return usual
    return [anonymised if heading == f"{what} ID" else heading for heading in usual if heading != f"{what} Username"]


def csv_text(headings: Sequence[str], rows: Iterable[Row], *, ragged=lambda row: False) -> str:
    """Rows as CSV; those that are ``ragged`` lack their last cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    for row in rows:
        assert set(row) <= set(headings), set(row) - set(headings)
        writer.writerow([row.get(heading) for heading in headings[: len(headings) - ragged(row)]])
    return text.getvalue()


def write_professionals(path: Path) -> Path:
    """Write the forecasts and official scores of ten professionals on 34 questions as one export, in which none of them has an end."""
    rows = [row for kind in PROFESSIONALS for row in fixture_rows(f"pros_{kind}_forecasts.csv")]
    questions = {row["question_id"]: row for row in rows}
    scores = [row for kind in PROFESSIONALS for row in fixture_rows(f"pros_{kind}_scores.csv")]
    return write_zip(
        path, [_question_of(row) for row in questions.values()], [_forecast_of(row) for row in rows], [_score_of(row) for row in scores]
    )


def fixture_rows(name: str) -> Iterator[Mapping[str, str]]:
    """The rows of one of the shared CSV files."""
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _question_of(row: Mapping[str, str]) -> Row:
    name, kind = int(row["question_id"]), row["type"]
    moments = {
        "Open Time": row["open_time"],
        "CP Reveal Time": row["spot_scoring_time"],
        "Scheduled Close Time": row["scheduled_close_time"],
        "Actual Close Time": row["actual_close_time"],
        "Resolution Known Time": row["actual_close_time"],
    }
    cells: dict[str, object] = {heading: f"{text}:00" for heading, text in moments.items()}
    cells["Resolution"] = row["resolution"]
    if kind == "multiple_choice":
        return choices(name, json.loads(row["options"]), **cells)
    if kind == "numeric":
        bounds = {"Open Lower Bound": row["open_lower_bound"] == "true", "Open Upper Bound": row["open_upper_bound"] == "true"}
        return numeric(name, float(row["range_min"]), float(row["range_max"]), **cells, **bounds)
    return question(name, kind, **cells)


def _forecast_of(row: Mapping[str, str]) -> Row:
    said = {
        "Probability Yes": row["probability_yes"],
        "Probability Yes Per Category": json.loads(row["probability_yes_per_category"] or "null"),
        "Continuous CDF": json.loads(row["continuous_cdf"] or "null"),
    }
    return forecast(int(row["question_id"]), row["forecaster"], f"{row['start_time']}:00", **said)


def _score_of(row: Mapping[str, str]) -> Row:
    return score(int(row["question_id"]), row["forecaster"], row["score_type"], row["score"])


def write_sixty_questions(path: Path) -> Path:
    """Write the ZIP of somebody who is skilled, and a little too extreme: sixty invented questions of three tournaments, all resolved."""
    rng = np.random.default_rng(1)
    questions: list[Row] = []
    forecasts: list[Row] = []
    for name in range(1, 61):
        chance = rng.beta(1, 1.5)
        said = min(max(round(float(special.expit(1.6 * special.logit(chance))), 2), 0.01), 0.99)
        tournament = ("Elections", "Health", "Space")[name % 3]
        cells = {"Resolution": "yes" if rng.random() < chance else "no", "Default Project": tournament, "Categories": [tournament]}
        dates = {"Actual Close Time": "2026-02-01 12:00:00+00:00", "Resolution Known Time": "2026-02-02 12:00:00+00:00"}
        questions.append(question(name, **cells, **dates))
        forecasts.append(forecast(name, Probability_Yes=said))
    return write_zip(path, questions, forecasts)
