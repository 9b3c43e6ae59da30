"""The record of one origin: a topic of the book, or a collection of questions from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from forecast.book.files.layout import RECORDS, SEEDS
from forecast.book.files.problems import Place
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.people import Person
from forecast.forecasts.question import AskedQuestion, Option
from forecast.forecasts.resolution import Resolution

COLLECTIONS = f"{SEEDS}/{RECORDS}"

type CrowdKind = Literal["none", "persons"]


@dataclass(frozen=True, slots=True)
class RecordSource:
    """``source.toml`` of a collection: which file it was read from, when, the time zone of its times, who is "me".

    ``crowd`` says whether the forecasts hold those of everybody whom the venue counts (``persons``), so that peer scores can be
    computed, or not (``none``).
    """

    platform: str
    file: str
    sha256: str
    imported: date
    zone: str = "UTC"
    me: tuple[str, ...] = ()
    crowd: CrowdKind = "none"


@dataclass(frozen=True, slots=True)
class PlatformScore:
    """A row of ``scores.csv``: a score as the platform itself computed it."""

    place: Place
    question: str
    who: str
    rule: str
    score: float
    coverage: float | None


@dataclass(frozen=True, slots=True)
class ForecastRecord:
    """All that is on record for one origin, as read; ``name`` is the topic's or the collection's, ``path`` its folder in the book.

    Of a topic ``source`` is None.  ``questions`` holds the wordings of each question by its id, oldest first.
    """

    name: str
    path: str
    source: RecordSource | None = None
    questions: Mapping[str, tuple[AskedQuestion, ...]] = field(default_factory=lambda: MappingProxyType({}))
    options: tuple[Option, ...] = ()
    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    forecasts: tuple[Forecast, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    platform_scores: tuple[PlatformScore, ...] = ()

    @property
    def is_imported(self) -> bool:
        """Whether it comes from a platform, whose times are not claims."""
        return self.source is not None

    def address(self, question: str) -> str:
        """The name by which commands know a question: ``topic.question``, or ``collection:id``."""
        return f"{self.name}:{question}" if self.is_imported else f"{self.name}.{question}"


def standing_forecasts(record: ForecastRecord) -> tuple[Forecast, ...]:
    """Return the forecasts that no later row replaces, by question, person and time (those of one time in the order of the file)."""
    replaced = {forecast.replaces for forecast in record.forecasts if forecast.replaces}
    standing = [forecast for forecast in record.forecasts if forecast.id not in replaced]
    return tuple(sorted(standing, key=lambda its: (its.question, its.asked, its.who, its.at)))


def standing_resolutions(record: ForecastRecord) -> Mapping[tuple[str, str], Resolution]:
    """Return the resolution in force of each question as asked, by its id and hash: the last row that no other replaces."""
    replaced = {resolution.replaces for resolution in record.resolutions if resolution.replaces}
    return {(its.question, its.asked): its for its in record.resolutions if its.id not in replaced}
