"""Who said what from when until when: the forecasts of one person on one question as spans of time that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from forecast.forecasts.forecast import Forecast
from forecast.forecasts.record import ForecastRecord, standing_forecasts


@dataclass(frozen=True, slots=True)
class Span:
    """A forecast in force from ``start`` until ``end``, which does not belong to it; ``end`` is None where it was never ended."""

    start: datetime
    end: datetime | None
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class Timeline:
    """The spans of one person's forecasts of one question as asked, oldest first.  Between them there may be times without a forecast."""

    question: str
    asked: str
    who: str
    spans: tuple[Span, ...]


def timelines(record: ForecastRecord) -> tuple[Timeline, ...]:
    """Return the timelines of a record, by question as asked and person.

    A forecast ends at the same person's next one or withdrawal, or at its own end
    where that is earlier.  Of several at one moment the last in the file holds.
    In a collection the platform's id is the question, whatever it was asked as.
    """

    def key(forecast: Forecast) -> tuple[str, str, str]:
        return (forecast.question, "" if record.is_imported else forecast.asked, forecast.who)

    ordered = sorted(standing_forecasts(record), key=lambda its: (*key(its), its.at))
    return tuple(Timeline(*of, tuple(_spans(group))) for of, group in groupby(ordered, key))


def span_at(timeline: Timeline, moment: datetime) -> Span | None:
    """Return the span in force at a moment; None where there is none."""
    return next((span for span in timeline.spans if span.start <= moment and (span.end is None or moment < span.end)), None)


def _spans(forecasts: Iterable[Forecast]) -> Iterator[Span]:
    for forecast, after in pairwise((*forecasts, None)):
        assert forecast is not None  # only the last is
        if forecast.is_withdrawal or (after is not None and after.at == forecast.at):
            continue
        ends = [end for end in (forecast.until, after.at if after is not None else None) if end is not None]
        yield Span(forecast.at, min(ends, default=None), forecast)
