"""Whose a row of a Metaculus export is: a person's, by id and name or by the hash of the id, or an aggregate's, by its method."""

from __future__ import annotations

import re

from forecast.forecasts.people import PersonKind
from forecast.forecasts.values import ValueFault
from forecast.importers.csv_rows import CsvRow
from forecast.importers.forecasters import Forecaster
from forecast.importers.python_text import boolean

FORECAST_FILE, SCORE_FILE = "forecast_data.csv", "score_data.csv"
METHODS = frozenset(
    {"recency_weighted", "unweighted", "single_aggregation", "metaculus_prediction", "geometric_mean", "medalists", "experienced_users"}
)
_HASH = re.compile(r"[0-9a-f]{64}")
_METHOD = re.compile(r"[a-z][a-z0-9_]{2,60}")


def forecaster_of(row: CsvRow, what: str) -> Forecaster:
    """Return whose a row is; ``what`` begins the headings, `Forecaster` or `User`.  Raises ``ValueFault`` where that is not said.

    An aggregate has no id.  A method that is not known is one only where the row says how many forecasters it is made from,
    so that nobody's name is taken for it.
    """
    anonymised = row[f"{what} (Anonymized)"]
    name, method = row[f"{what} ID"], row[f"{what} Username"] or anonymised
    if _HASH.fullmatch(anonymised):
        return Forecaster(anonymised, _kind(row), frozenset({anonymised}))
    if name:
        return Forecaster(name, _kind(row), frozenset({name, row[f"{what} Username"]} - {""}))
    if method in METHODS or (_METHOD.fullmatch(method) and row["Forecaster Count"]):
        return Forecaster(method, "aggregate")
    raise ValueFault("it says neither who made it nor by which method")


def is_of_person(row: CsvRow, what: str) -> bool:
    """Whether a row names a person, by id or hash."""
    return bool(row[f"{what} ID"] or _HASH.fullmatch(row[f"{what} (Anonymized)"]))


def kind_of_score(row: CsvRow) -> str:
    """Return the kind of a score as the record writes it, as in ``spot_peer``."""
    return row["Score Type"].strip().lower().replace(" ", "_")


def _kind(row: CsvRow) -> PersonKind:
    return "bot" if boolean(row["Is Bot"]) else "person"
