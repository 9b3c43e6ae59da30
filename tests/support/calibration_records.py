"""A record with a known miscalibration, through the files of a book, and its page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from scipy.special import expit, logit, ndtri

from forecast.actions.calibration import CalibrationRequest, calibrate_book, write_calibration_page
from forecast.schema.calibration import CalibrationContent, read_calibration
from tests.support.invented_records import Cells, collection
from tests.support.paths import TINY_BOOK

LATER = date(2026, 9, 1)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def moment(day: float) -> str:
    """A moment so many days after the beginning of 2025."""
    return (datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_overconfident(root: Path, *, events: int = 120, numbers: int = 40, seed: int = 1) -> None:
    """Write a collection of ann's, who is me: probabilities that are too extreme and too high, and quantiles that are too narrow."""
    draws = np.random.default_rng(seed)
    questions: list[Cells] = []
    forecasts: list[Cells] = []
    resolutions: list[Cells] = []
    for at in range(events):
        opens, length = float(draws.integers(0, 400)), float(draws.choice([5, 20, 80]))
        given = float(np.clip(expit(2 * draws.normal()), 0.01, 0.99).round(2))
        happened = draws.random() < expit(-0.5 + 0.5 * logit(given))
        questions.append({**question(f"b{at}", "binary", opens, length), "tags": "ice" if at % 2 else "wind", "text": f"Will {at} be?"})
        forecasts.append(said_at(f"b{at}", opens, "probability", given))
        resolutions.append({"question": f"b{at}", "outcome": "yes" if happened else "no", "on": moment(opens + length)})
    for at in range(numbers):
        opens, middle = float(draws.integers(0, 400)), 10 * draws.normal()
        questions.append({**question(f"n{at}", "number", opens, 30), "text": f"How many {at}?"})
        pairs = [[level, round(float(middle + ndtri(level)), 3)] for level in LEVELS]
        forecasts.append(said_at(f"n{at}", opens, "quantiles", pairs))
        value = round(float(middle + 1.8 * draws.normal()), 3)
        resolutions.append({"question": f"n{at}", "outcome": "number", "value": str(value), "on": moment(opens + 30)})
    questions.append({**question("open", "binary", 0, 36_500), "text": "Will it ever be?"})
    forecasts.append(said_at("open", 0, "probability", 0.95))
    collection(root, forecasts, questions=questions, resolutions=resolutions, me=["ann"])


def write_crowd(root: Path, *, people: int, each: int, questions: int = 1_000, seed: int = 1) -> None:
    """Write a collection of many people, each with two forecasts of some of the same questions and a bias of their own."""
    draws = np.random.default_rng(seed)
    opens, truth = draws.integers(0, 400, questions).astype(float), 1.5 * draws.normal(size=questions)
    happened = draws.random(questions) < expit(truth)
    asked: list[Cells] = [{**question(f"b{at}", "binary", opens[at], 30), "text": f"Will {at} be?"} for at in range(questions)]
    ends: list[Cells] = [
        {"question": f"b{at}", "outcome": "yes" if happened[at] else "no", "on": moment(opens[at] + 30)} for at in range(questions)
    ]
    forecasts: list[Cells] = []
    for who in range(people):
        shift, slope = 0.3 * draws.normal(), np.exp(0.3 * draws.normal())
        for at in draws.choice(questions, each // 2, replace=False):
            for day in (0, 10):
                given = expit(shift + slope * (truth[at] + 0.7 * draws.normal()))
                row = said_at(f"b{at}", opens[at] + day, "probability", round(float(np.clip(given, 0.001, 0.999)), 6))
                forecasts.append({**row, "who": f"p{who}"})
    collection(root, forecasts, questions=asked, resolutions=ends, crowd=False)


def question(name: str, kind: str, opens: float, length: float) -> dict[str, str]:
    """The row of a question that is open for some days."""
    close = moment(opens + length)
    return {"id": name, "type": kind, "opens": moment(opens), "scheduled_close": close, "actual_close": close}


def said_at(name: str, day: float, form: str, value: object) -> Cells:
    """What ann said."""
    return {"question": name, "who": "ann", "at": moment(day), "form": form, "value": json.dumps(value)}


def calibration_page_of(root: Path) -> CalibrationContent:
    """Write the page of calibration of a book, and read its JSON."""
    found = calibrate_book(root, CalibrationRequest(), as_of=LATER)
    assert found.problems == ()
    assert found.content is not None
    assert write_calibration_page(root, found.content).problems == ()
    return read_calibration((root / "reports" / "calibration.json").read_bytes())


def sample_calibration_page(root: Path) -> CalibrationContent:
    """Write a book with such a record; return its page."""
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    write_overconfident(root)
    return calibration_page_of(root)


def files_under(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder with its bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()
