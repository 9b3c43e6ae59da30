"""A forecast: what somebody said of a question at one time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecast.book.files.problems import Place
from forecast.forecasts.values import ForecastValue, Form

ENTERED_LATER = timedelta(days=1)  # a forecast recorded more than this after the time it claims was entered later
ID_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Forecast:
    """A row of ``forecasts.csv``.

    ``asked`` is the hash of the question as it was asked.  ``at`` is what the
    forecaster claims, ``recorded`` the clock; ``until`` is given where the forecast
    was to end by itself, and otherwise it holds until the same person's next one.
    ``forecasters`` is how many persons an aggregate is made from.
    """

    place: Place
    id: str
    question: str
    asked: str
    who: str
    at: datetime
    until: datetime | None
    form: Form
    value: ForecastValue
    recorded: datetime
    forecasters: int | None = None
    replaces: str = ""
    source: str = ""
    note: str = ""

    @property
    def is_entered_later(self) -> bool:
        """Whether it was recorded more than a day after the time it claims, so that nobody can know whether it was made then."""
        return self.recorded - self.at > ENTERED_LATER

    @property
    def is_withdrawal(self) -> bool:
        """Whether it only says that the forecast before no longer holds."""
        return self.form == "withdrawn"


def forecast_id(cells: Mapping[str, str]) -> str:
    """Return the id of a forecast: the beginning of the SHA-256 of what it says, by the texts of its cells.

    The same forecast read twice from one file has one id; a row that replaces it has another, also where only the end differs.
    """
    parts = [cells.get(name, "") for name in ("question", "who", "at", "until", "form", "value", "replaces")]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:ID_DIGITS]
