"""Forecasts of one model as a file of model output, from which an import gives back every value.

Source of the format: hubverse-org/hubDocs, ``user-guide/model-output``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forecast.book.files.problems import Problem
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.question import AskedQuestion
from forecast.forecasts.values import PointMasses, Quantiles, ValueFault
from forecast.importers.continuous_range import range_points
from forecast.importers.hub import ROUND_DATES, VALUE_COLUMNS, place_in_id, task_of_tags
from forecast.importers.hub_values import CDF, MEAN, SAMPLES

WAYS = ("", SAMPLES, MEAN, CDF, "pmf")
_DIGITS = 12  # of the places of a distribution function, which are computed


@dataclass(frozen=True, slots=True)
class HubOutput:
    """A file as text, how many forecasts and rows are in it, and what has no place in it."""

    text: str
    forecasts: int
    rows: int
    problems: tuple[Problem, ...] = ()


def base_name(who: str) -> str:
    """Return the name of a model without the way in which it says a thing."""
    return next((who.removesuffix(f" ({way})") for way in WAYS if way and who.endswith(f" ({way})")), who)


def hub_output(questions: Mapping[str, Sequence[AskedQuestion]], forecasts: Iterable[Forecast]) -> HubOutput:
    """Return forecasts of one model as a file of model output; of several on one task in one way the last one counts.

    A question that came from a hub has its own task ids; of another ``target`` is its id, ``origin_date`` the day of the forecast and
    ``target_end_date`` that of its close, all in UTC.
    """
    problems: list[Problem] = []
    chosen: dict[tuple[object, ...], tuple[Forecast, Mapping[str, str], list[tuple[str, str, float]]]] = {}
    for forecast in sorted(forecasts, key=lambda its: its.at):
        try:
            question = _question_of(forecast, questions)
            task = _task(question, forecast)
            rows = list(_rows(question, forecast))
        except ValueFault as fault:
            problems.append(Problem(forecast.place, f"left out: {fault.message}", fault.hint, level="warning"))
            continue
        key = (*sorted(task.items()), rows[0][0])
        if key in chosen:
            message = "left out: another forecast later that day stands for this task"
            problems.append(Problem(chosen[key][0].place, message, level="warning"))
        chosen[key] = (forecast, task, rows)
    columns = sorted({column for _, task, _ in chosen.values() for column in task}, key=lambda column: place_in_id((column, "")))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*columns, *VALUE_COLUMNS])
    count = 0
    for _, task, rows in chosen.values():
        for kind, name, value in rows:
            writer.writerow([*(task.get(column, "NA") for column in columns), kind, name, _number_text(value)])
            count += 1
    return HubOutput(text.getvalue(), len(chosen), count, tuple(problems))


def _question_of(forecast: Forecast, questions: Mapping[str, Sequence[AskedQuestion]]) -> AskedQuestion:
    """The wording that a forecast answers, or the last one."""
    wordings = questions.get(forecast.question, ())
    if not wordings:
        raise ValueFault("its question is not on record")
    return next((its for its in wordings if its.asked == forecast.asked), wordings[-1])


def _task(question: AskedQuestion, forecast: Forecast) -> Mapping[str, str]:
    """The task ids of a forecast."""
    task = task_of_tags(question.tags)
    if task.keys() & set(ROUND_DATES):
        return task
    end = question.scheduled_close
    made = {"target": question.id, "origin_date": forecast.at.date().isoformat()}
    return made if end is None else {**made, "target_end_date": end.date().isoformat()}


def _rows(question: AskedQuestion, forecast: Forecast) -> Iterator[tuple[str, str, float]]:
    """Output type, its id and value of each row that a forecast makes."""
    if question.type == "date":
        raise ValueFault("a value of model output is a number, and this is about a date")
    match forecast.form, forecast.value:
        case "quantiles", Quantiles(levels, values, None):
            yield from (("quantile", _number_text(level), value) for level, value in zip(levels, values, strict=True))
        case "cdf", tuple(heights) if question.scale is not None:
            its = question.scale
            places = range_points(its.low, its.high, its.zero_point, its.steps + 1)
            yield from (("cdf", f"{place:.{_DIGITS}g}", height) for place, height in zip(places, heights, strict=True))
        case "samples", tuple(values):
            yield from (("sample", str(at), value) for at, value in enumerate(values, 1))
        case "pmf", PointMasses(values, probabilities):
            yield from (("pmf", _number_text(at), share) for at, share in zip(values, probabilities, strict=True))
        case "options", Mapping() as shares:
            yield from (("pmf", label, share) for label, share in shares.items())
        case "probability", float(share):
            yield from (("pmf", "yes", share), ("pmf", "no", 1 - share))
        case "number", float(value) if forecast.who.endswith(f" ({MEAN})"):
            yield "mean", "NA", value
        case "number", _:
            raise ValueFault("a single value is neither a mean nor a median", "say a range or points")
        case _:
            raise ValueFault(f"a forecast as `{forecast.form}` has no place in model output")


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
