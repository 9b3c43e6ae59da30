"""Whether a file can hold the forecasts of everybody: no aggregate in it may be made from more forecasters than it has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from itertools import zip_longest

from forecast.importers.imported import ImportedForecast, ImportedRecord


def incomplete_questions(imported: ImportedRecord) -> tuple[str, ...]:
    """Return the questions of which an aggregate counts more forecasters than have a forecast in force there when it begins.

    Bots count where the question includes them.
    """
    kinds = {row["who"]: row["kind"] for row in imported.people}
    by_question: dict[str, list[ImportedForecast]] = {}
    for forecast in imported.forecasts:
        by_question.setdefault(forecast.question, []).append(forecast)
    return tuple(
        name
        for name, forecasts in by_question.items()
        if _is_incomplete(forecasts, kinds, includes_bots=bool(imported.questions[name].cells.get("includes_bots")))
    )


def _is_incomplete(forecasts: Iterable[ImportedForecast], kinds: dict[str, str], *, includes_bots: bool) -> bool:
    counted = {"person", "bot"} if includes_bots else {"person"}
    by_person: dict[str, list[ImportedForecast]] = {}
    counts: list[tuple[datetime, int]] = []
    for forecast in forecasts:
        if kinds[forecast.who] in counted:
            by_person.setdefault(forecast.who, []).append(forecast)
        elif forecast.forecasters:
            counts.append((forecast.at, int(forecast.forecasters)))
    starts, ends = _starts_and_ends(by_person.values())
    return any(count > bisect_right(starts, at) - bisect_right(ends, at) for at, count in counts)


def _starts_and_ends(people: Iterable[list[ImportedForecast]]) -> tuple[list[datetime], list[datetime]]:
    """When forecasts begin, and when those end that do; a forecast ends at the same person's next one at the latest."""
    starts: list[datetime] = []
    ends: list[datetime] = []
    for said in people:
        said.sort(key=lambda its: its.at)
        for forecast, after in zip_longest(said, said[1:]):
            starts.append(forecast.at)
            end = min((its for its in (forecast.end, after.at if after else None) if its is not None), default=None)
            if end is not None:
                ends.append(end)
    return sorted(starts), sorted(ends)
