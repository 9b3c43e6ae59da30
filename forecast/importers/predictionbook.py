"""PredictionBook's JSON, ``/api/my_predictions``, as rows of a record.

Source of the format: PredictionBook, ``app/serializers``: ``{user, predictions: [{…, responses: [{confidence, …}]}]}``, in pages.  Its CSV export
holds no forecasts of one's own, only the mean of everybody, and is refused.  Times are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.values import ValueFault, forecast_value_text
from forecast.importers.choices import ImportChoices
from forecast.importers.forecasters import Forecaster
from forecast.importers.gathering import Gathered, GatheredForecast, gathered_record, question_with, resolution_with
from forecast.importers.imported import ImportedRecord
from forecast.importers.json_file import objects_of, read_json
from forecast.importers.visible_text import LONGEST_TEXT, visible_line
from forecast.importers.zoned_times import zoned_moment

PUBLIC = "visible_to_everyone"


def read_predictionbook(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    """Return what one or several pages of JSON hold for a record; raise ``FileFault``."""
    gathered = Gathered(", ".join(path.name for path in files), has_lines=False)
    mine: dict[str, None] = {}
    for path in files:
        _refuse_csv(path)
        for page in _pages(read_json(path), path.name):
            user = page["user"]
            mine[_text(user.get("id") if isinstance(user, Mapping) else user)] = None
            predictions = objects_of(page["predictions"])
            for prediction in predictions or ():
                try:
                    _add_prediction(gathered, prediction, choices)
                except ValueFault as fault:
                    gathered.leave(1, f"prediction {_text(prediction.get('id'))}: {fault.message}", fault.hint)
    there = {said.forecaster.key for said in gathered.said}
    me = choices.me or tuple(name for name in mine if name in there)
    if me or choices.others:
        return gathered_record(gathered, record, ImportChoices(me=me, others=choices.others), only_is_me=False)
    passed, gathered.said = len(gathered.said), []  # the user has said nothing of these questions
    return replace(gathered_record(gathered, record, ImportChoices()), others=passed)


def _refuse_csv(path: Path) -> None:
    if not path.is_file():
        return
    with path.open("rb") as raw:
        begin = raw.read(4096)
    if b"mean_confidence" in begin.split(b"\n")[0] and not begin.lstrip().startswith((b"{", b"[")):
        message = "the CSV of PredictionBook holds no forecasts of your own: `mean_confidence` is the mean of everybody"
        raise FileFault(Problem(Place(path.name, 1), message, "save the JSON of /api/my_predictions, and name that"))


def _pages(read: object, path: str) -> list[Mapping[str, object]]:
    pages = objects_of(read if isinstance(read, list) else [read])
    if not pages or not all("user" in page and objects_of(page.get("predictions")) is not None for page in pages):
        message = "this is no JSON of PredictionBook: it has no `user` with a list of `predictions`"
        raise FileFault(Problem(Place(path), message, "save what /api/my_predictions gives"))
    return pages


def _add_prediction(gathered: Gathered, its: Mapping[str, object], choices: ImportChoices) -> None:
    name = _text(its.get("id"))
    if not (name.isascii() and name.isdecimal()):
        raise ValueFault("its id is no number")
    if its.get("withdrawn") is True:
        raise ValueFault("it was withdrawn")
    responses = objects_of(its.get("responses"))
    if responses is None:
        raise ValueFault("it has no list of responses")
    is_private = its.get("visibility", PUBLIC) != PUBLIC and not choices.private
    if not is_private:
        _add_question(gathered, its, name)
    for response in responses:
        if response.get("confidence") is None:
            continue  # a comment alone
        if is_private:
            gathered.pass_private(name)
            continue
        try:
            gathered.add(_forecast(gathered, response, name))
        except ValueFault as fault:
            gathered.leave(1, f"prediction {name}, response {_text(response.get('id'))}: {fault.message}", fault.hint)


def _forecast(gathered: Gathered, response: Mapping[str, object], name: str) -> GatheredForecast:
    confidence = response["confidence"]
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float)) or not 0 <= confidence <= 100:
        raise ValueFault(f"`{_text(confidence)}` is no confidence", "it lies between 0 and 100")
    user = _text(response.get("user_id"))
    if not user:
        raise ValueFault("it does not say whose it is")
    who = Forecaster(user, "person", frozenset({user, _text(response.get("user_label"))} - {""}))
    value = forecast_value_text("probability", float(Decimal(repr(confidence)) / 100))
    return GatheredForecast(len(gathered.said), name, who, zoned_moment(_text(response.get("created_at")), UTC), "probability", value)


def _add_question(gathered: Gathered, its: Mapping[str, object], name: str) -> None:
    def moment(key: str) -> datetime | None:
        return zoned_moment(_text(its[key]), UTC) if its.get(key) else None

    text = _text(its.get("description_with_group") or its.get("description"))
    if not text:
        raise ValueFault("it has no description")
    judged, outcome = moment("last_judgement_at"), its.get("outcome")
    resolution = None
    if isinstance(outcome, bool) and judged is not None:
        resolution = resolution_with(name, "yes" if outcome else "no", "", judged)
    elif outcome is not None:
        gathered.left_out.warn(gathered.path, 1, f"prediction {name} is imported without its outcome: no time says when it was judged")
    moments = {"opens": moment("created_at"), "scheduled_close": moment("deadline")}
    gathered.questions[name] = question_with(1, "binary", {"id": name, "text": text}, moments, resolution)


def _text(value: object) -> str:
    """A text or a number as a book can hold it, on one line."""
    return "" if value is None or isinstance(value, (list, dict)) else visible_line(str(value)[:LONGEST_TEXT])
