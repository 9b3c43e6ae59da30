"""A large collection of invented forecasts, for what scoring it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from forecast.forecasts.record import RecordSource
from forecast.forecasts.source_file import source_text
from forecast.forecasts.tables import FORECASTS, OPTIONS, PEOPLE, QUESTIONS, RESOLUTIONS
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import forecast_value_text
from forecast.forecasts.writing import whole_file

START = datetime(2024, 1, 1, tzinfo=UTC)
OPEN = timedelta(days=90)
PEOPLE_COUNT = 40
POINTS = 201


def write_large_collection(root: Path, *, questions: int = 5_000, forecasts: int = 50_000, cdfs: int = 10_000, seed: int = 1) -> None:
    """Write the collection `large` into a book: forecasts by 40 persons, ten of each question.

    Of the forecasts ``cdfs`` have 201 points; of the other questions nine in ten are binary, the rest have four options.
    """
    folder = root / "seeds" / "records" / "large"
    folder.mkdir(parents=True)
    source = RecordSource("invented", "large.zip", "0" * 64, date(2026, 1, 1), me=("p00",), crowd="persons")
    (folder / "source.toml").write_text(source_text(source))
    numeric = round(questions * cdfs / forecasts)
    types = ["number" if at < numeric else "options" if at % 10 == 0 else "binary" for at in range(questions)]
    draws = np.random.default_rng(seed)
    people = [{"who": f"p{at:02}", "kind": "person", "in_crowd": "yes"} for at in range(PEOPLE_COUNT)]
    for table, rows in (
        (QUESTIONS, _questions(types)),
        (OPTIONS, _options(types)),
        (PEOPLE, people),
        (RESOLUTIONS, _resolutions(types, draws)),
        (FORECASTS, _forecasts(types, forecasts // questions, draws)),
    ):
        (folder / f"{table.file}.csv").write_text(whole_file(table, list(rows)))


def _opens(at: int) -> datetime:
    return START + timedelta(hours=at % 2_000)


def _questions(types: list[str]) -> Iterator[Mapping[str, str]]:
    for at, kind in enumerate(types):
        opens, closes = moment_text(_opens(at)), moment_text(_opens(at) + OPEN)
        scale = {"low": "0", "high": "200", "low_open": "yes", "high_open": "yes", "steps": str(POINTS - 1)} if kind == "number" else {}
        yield {
            "id": str(at),
            "text": f"Question {at}?",
            "type": kind,
            "opens": opens,
            "scheduled_close": closes,
            "actual_close": closes,
            "spot": closes,
            "tags": f"tag{at % 7}",
            **scale,
        }


def _options(types: list[str]) -> Iterator[Mapping[str, str]]:
    for at, kind in enumerate(types):
        if kind == "options":
            yield from ({"question": str(at), "option": name, "order": str(order)} for order, name in enumerate("abcd", start=1))


def _resolutions(types: list[str], draws: np.random.Generator) -> Iterator[Mapping[str, str]]:
    for at, kind in enumerate(types):
        if kind == "number":
            outcome = {"outcome": "number", "value": f"{draws.uniform(0, 200):.3f}"}
        elif kind == "options":
            outcome = {"outcome": "label", "value": "abcd"[draws.integers(4)]}
        else:
            outcome = {"outcome": "yes" if draws.uniform() < 0.4 else "no"}
        yield {"question": str(at), **outcome, "on": moment_text(_opens(at) + OPEN + timedelta(hours=1))}


def _forecasts(types: list[str], each: int, draws: np.random.Generator) -> Iterator[Mapping[str, str]]:
    for at, kind in enumerate(types):
        hours = np.sort(draws.uniform(0, 24 * OPEN.days, each))
        for number, hour in enumerate(hours):
            made = _opens(at) + timedelta(hours=float(hour))
            form, value = _value(kind, draws)
            yield {
                "question": str(at),
                "who": f"p{(at * 7 + number % 5) % PEOPLE_COUNT:02}",
                "at": moment_text(made),
                "form": form,
                "value": value,
            }


def _value(kind: str, draws: np.random.Generator) -> tuple[str, str]:
    if kind == "number":
        center, scale = draws.uniform(20, 180), draws.uniform(5, 40)
        points = 1 / (1 + np.exp(-(np.linspace(0, 200, POINTS) - center) / scale))
        return "cdf", forecast_value_text("cdf", tuple(float(point) for point in np.round(points, 10)))
    if kind == "options":
        shares = draws.dirichlet(np.ones(4)).round(6)
        shares[-1] = round(1 - float(shares[:-1].sum()), 6)
        return "options", forecast_value_text("options", {name: float(share) for name, share in zip("abcd", shares, strict=True)})
    return "probability", f"{draws.uniform(0.01, 0.99):.4f}"
