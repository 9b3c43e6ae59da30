"""What is said of rows that the days of a question fall inside."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.predict.crossings import Crossing
from forecast.schema import words
from forecast.schema.answers import CrossingContent


def crossing_contents(crossings: Sequence[Crossing]) -> list[CrossingContent]:
    """Return the rows that a question's days fall inside as plain data, each with its sentence."""
    return [
        {
            "stream": crossing.stream,
            "start": crossing.row.start.isoformat(),
            "end": crossing.row.end.isoformat(),
            "edge": crossing.edge,
            "day": crossing.day.isoformat(),
            "value": crossing.value,
            "before": crossing.before,
            "error": crossing.error,
            "even": crossing.even,
            "adds_up": crossing.adds_up,
            "sentence": crossing_sentence(crossing),
        }
        for crossing in crossings
    ]


def crossing_sentence(crossing: Crossing) -> str:
    """Say how much of a row lies before the day that it crosses: ``1 event under “falls” lies in a row (...) that crosses 30 June 2025: ...``."""
    row = f"in a row ({words.day_range(crossing.row.start, crossing.row.end)})"
    if crossing.edge == "first":
        return f"{_amount(crossing)} {row}, whose day is not recorded; the dates of the answer are spread over the row."
    then = "by then" if crossing.edge == "by" else "before then"
    sentence = f"{_amount(crossing)} {row} that crosses {words.day(crossing.day)}: {_share(crossing, then)}."
    if crossing.even and crossing.counts:
        sentence += (
            " They are spread evenly over the days of the row." if crossing.value != 1 else " It may have been on any day of the row alike."
        )
    if not crossing.adds_up:
        sentence += (
            " What the statement expects of the parts of the row does not add up to what it expects of the row, so this is approximate."
        )
    return sentence


def _amount(crossing: Crossing) -> str:
    """What lies in the row."""
    stream = f"“{crossing.stream.replace('_', ' ')}”"
    if crossing.row.said:
        return f"What was seen under {stream} ({crossing.row.said}) lies"
    if crossing.row.between is not None:
        is_one = not crossing.counts or crossing.row.between.high == 1
        return f"{words.capitalise(words.row_text(crossing.row))} under {stream} {'lies' if is_one else 'lie'}"
    if not crossing.counts:
        return f"{words.number(crossing.value)} under {stream} lies"
    return f"1 event under {stream} lies" if crossing.value == 1 else f"{words.number(crossing.value)} events under {stream} lie"


def _share(crossing: Crossing, then: str) -> str:
    """How much of it lies before."""
    if not crossing.counts:
        return f"{words.share(crossing.before / crossing.value)} of it {then}, in proportion to days"
    if crossing.value == 1:
        return f"{then} with probability {words.percent(crossing.before, error=crossing.error)}"
    return f"on average {words.number(crossing.before, error=crossing.error)} of them {then}"
