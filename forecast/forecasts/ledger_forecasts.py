"""The ledger as a forecaster: what each of its lines said, as forecasts of the model.

What was said on a day with the knowledge of that day is one list, hindcasts are another; the two are never scored together.
Lines of format 1 have the day on which they were written, no time, and not the question as it was asked then; of a number or a date they
have five quantiles.  Each forecast's ``note`` says what its line lacks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any

from forecast.book.files.folder import Folder
from forecast.book.files.layout import LEDGER
from forecast.book.files.problems import Place, Problem, has_errors
from forecast.book.ledger import canonical_json, line_hash, read_ledger
from forecast.book.ledger_values import HUB_LEVELS, SHOWN_LEVELS
from forecast.forecasts.forecast import ID_DIGITS, Forecast
from forecast.forecasts.people import Person
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.times import days_of_date
from forecast.forecasts.values import Beyond, ForecastValue, Form, PointMasses, Quantiles

MODEL = "model"  # who speaks in the ledger
LEDGER_SOURCE = "ledger"
NONE_OF_THESE = "none of these"  # the option that none of a question's choices comes true
FIVE_QUANTILES = "five quantiles are all that this line has"
MEAN_ALONE = "this line has a mean and no quantiles"
DAY_ALONE = "written at some time of that day"
UNKNOWN_WORDING = "what exactly was asked is not recorded"


@dataclass(frozen=True, slots=True)
class LedgerForecasts:
    """What the ledger said of one topic, oldest line first.

    ``forecasts`` were made at the time: ``at`` is when the line was written.  ``hindcasts`` were made later: ``at`` is the end of the day
    whose knowledge was used, ``recorded`` when the line was written.  Of a line that does not say what was asked, ``asked`` is empty.
    """

    forecasts: tuple[Forecast, ...] = ()
    hindcasts: tuple[Forecast, ...] = ()


def read_ledger_forecasts(folder: Folder) -> tuple[Mapping[str, LedgerForecasts], tuple[Problem, ...]]:
    """Return what the ledger of a book said, by topic, and what is wrong with the ledger; nothing but that where it is broken."""
    entries, problems = read_ledger(folder)
    if has_errors(problems):
        return MappingProxyType({}), problems
    return ledger_forecasts(entries), problems


def ledger_forecasts(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, LedgerForecasts]:
    """Return what all lines of a ledger said, oldest first, by topic."""
    by_topic: dict[str, list[tuple[bool, Forecast]]] = {}
    for number, entry in enumerate(entries, start=1):
        by_topic.setdefault(entry["topic"], []).append((entry["hindcast"], _forecast(entry, number)))
    return MappingProxyType({topic: _divide(said) for topic, said in by_topic.items()})


def with_ledger(record: ForecastRecord, said: LedgerForecasts) -> ForecastRecord:
    """Return a topic's record with the model among its forecasters: what the ledger said at the time of questions on record.

    Hindcasts are left out.  A line that does not say what was asked is taken for the wording on record where there is one alone; where a
    question was worded anew, it is left out too, since nobody can know which wording it answered.
    """
    wordings = {name: {its.asked for its in asked} for name, asked in record.questions.items()}
    known = [forecast for its in said.forecasts if (forecast := _of_wording(its, wordings.get(its.question, set()))) is not None]
    models = {its.who: Person(Place(LEDGER), its.who, "model", False) for its in known}
    return replace(record, forecasts=(*record.forecasts, *known), people=MappingProxyType({**record.people, **models}))


def _of_wording(forecast: Forecast, wordings: Collection[str]) -> Forecast | None:
    if forecast.asked:
        return forecast if forecast.asked in wordings else None
    return replace(forecast, asked=next(iter(wordings))) if len(wordings) == 1 else None


def _divide(said: Sequence[tuple[bool, Forecast]]) -> LedgerForecasts:
    """Forecasts with whether each is a hindcast, as two lists."""
    return LedgerForecasts(
        tuple(its for is_hindcast, its in said if not is_hindcast), tuple(its for is_hindcast, its in said if is_hindcast)
    )


def _forecast(entry: Mapping[str, Any], number: int) -> Forecast:
    recorded = datetime.fromisoformat(entry["at"]) if "at" in entry else _end_of_day(entry["made"])
    form, value = _form_and_value(entry)
    return Forecast(
        place=Place(LEDGER, number),
        id=line_hash(canonical_json(entry).encode())[:ID_DIGITS],
        question=entry["question"],
        asked=entry.get("asked", ""),
        who=f"{MODEL} ({entry['variant']})" if entry.get("variant") else MODEL,
        at=_end_of_day(entry["as_of"]) if entry["hindcast"] else recorded,
        until=None,
        form=form,
        value=value,
        recorded=recorded,
        source=LEDGER_SOURCE,
        note="; ".join(_notes(entry)),
    )


def _notes(entry: Mapping[str, Any]) -> Iterator[str]:
    """What a line lacks for being scored as later ones are."""
    value = entry["value"] or {}
    if entry["kind"] in {"distribution", "date"} and value and not {"hub_quantiles", "pmf"} & value.keys():
        yield FIVE_QUANTILES if "quantiles" in value else MEAN_ALONE
    if "at" not in entry:
        yield DAY_ALONE
    if "asked" not in entry:
        yield UNKNOWN_WORDING


def _form_and_value(entry: Mapping[str, Any]) -> tuple[Form, ForecastValue]:
    """What a line says; nothing stands any more where its question is void or not answerable."""
    value = entry["value"]
    if value is None:
        return "withdrawn", None
    match entry["kind"]:
        case "probability":
            return "probability", float(value["value"])
        case "distribution":
            return _number_value(value)
        case "date":
            return "quantiles", _date_value(value, entry.get("by"))
        case _:
            options = {share["label"]: float(share["value"]) for share in value["shares"]}
            return "options", options | ({NONE_OF_THESE: float(value["none"])} if value.get("none") else {})


def _number_value(value: Mapping[str, Any]) -> tuple[Form, ForecastValue]:
    if "pmf" in value:
        return "pmf", PointMasses(*(tuple(map(float, value["pmf"][axis])) for axis in ("x", "y")))
    points = _points(value)
    if not points:
        return "number", float(value["mean"])
    return "quantiles", Quantiles(tuple(level for level, _ in points), tuple(float(point) for _, point in points))


def _date_value(value: Mapping[str, Any], by: str | None) -> Quantiles:
    """The days at each level; those after the question's date stand at it, and have the probability of not by then."""
    last = None if by is None else _day(by)
    points = [(level, last if day is None else _day(day)) for level, day in _points(value)]
    known = [(level, day) for level, day in points if day is not None]
    beyond = None if last is None else Beyond(last, float(value["not_by_then"]))
    return Quantiles(tuple(level for level, _ in known), tuple(day for _, day in known), beyond)


def _points(value: Mapping[str, Any]) -> Sequence[tuple[float, Any]]:
    """Levels and what stands at each: 23 where a line has them, else five, or none."""
    if "hub_quantiles" in value:
        return list(zip(HUB_LEVELS, value["hub_quantiles"], strict=True))
    return list(zip(SHOWN_LEVELS, value["quantiles"], strict=True)) if "quantiles" in value else []


def _day(day: str) -> float:
    return days_of_date(date.fromisoformat(day))


def _end_of_day(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.max, UTC)
