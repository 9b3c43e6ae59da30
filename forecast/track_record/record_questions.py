"""A question of a record with all that scoring needs of it: its wording, its options, how it ended, and when forecasts of it stopped counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forecast.forecasts.question import AskedQuestion, Option
from forecast.forecasts.record import ForecastRecord, standing_resolutions
from forecast.forecasts.resolution import Resolution


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """A question as asked: ``id`` and ``asked`` are its key (in a collection ``asked`` is empty), ``record`` the topic or collection.

    ``wording`` is None where ``questions.csv`` does not have it, ``resolution`` where nobody has said how it ended.
    ``options`` are in their order.
    """

    record: str
    address: str
    id: str
    asked: str
    wording: AskedQuestion | None = None
    options: tuple[Option, ...] = ()
    resolution: Resolution | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What forecasts and resolutions know it by."""
        return self.id, self.asked

    @property
    def close(self) -> datetime | None:
        """When forecasts stop counting: at its close (the actual one, if known, else the scheduled one) or its resolution, whichever is earlier."""
        wording, resolution = self.wording, self.resolution
        closed = None if wording is None else wording.actual_close or wording.scheduled_close
        ends = [end for end in (closed, None if resolution is None else resolution.on) if end is not None]
        return min(ends, default=None)

    @property
    def text(self) -> str:
        """What it asks; its address where no wording is on record."""
        return self.address if self.wording is None else self.wording.text


def record_questions(record: ForecastRecord) -> tuple[RecordQuestion, ...]:
    """Return every question of a record that has a wording, a forecast or a resolution, by id and hash as asked.

    In a collection the id alone is the question, and its last wording holds.
    """
    wordings = _wordings(record)
    resolutions = {(question, _hash_of(record, asked)): its for (question, asked), its in standing_resolutions(record).items()}
    forecasts = {(its.question, _hash_of(record, its.asked)) for its in record.forecasts}
    options: dict[str, list[Option]] = {}
    for option in sorted(record.options, key=lambda its: its.order):
        options.setdefault(option.question, []).append(option)
    return tuple(
        RecordQuestion(
            record.name,
            record.address(name),
            name,
            asked,
            wordings.get((name, asked)),
            tuple(options.get(name, ())),
            resolutions.get((name, asked)),
        )
        for name, asked in sorted({*wordings, *resolutions, *forecasts})
    )


def _wordings(record: ForecastRecord) -> Mapping[tuple[str, str], AskedQuestion]:
    return {(name, _hash_of(record, its.asked)): its for name, wordings in record.questions.items() for its in wordings}


def _hash_of(record: ForecastRecord, asked: str) -> str:
    return "" if record.is_imported else asked
