"""A record to take away: a collection in the layout in which its platform exports, forecasts as a hub takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from forecast.book.files.folder import Folder, access_problem
from forecast.book.files.layout import root_problem, topic_names
from forecast.book.files.problems import FileFault, Place, Problem, Result, has_errors
from forecast.book.files.writing import write_whole
from forecast.book.reading import read_topic
from forecast.forecasts.ledger_forecasts import LedgerForecasts, read_ledger_forecasts
from forecast.forecasts.own_questions import own_terms
from forecast.forecasts.reading import collection_names, read_collection, read_topic_record
from forecast.forecasts.record import COLLECTIONS, ForecastRecord, standing_forecasts
from forecast.importers.hub_output import HubOutput, base_name, hub_output
from forecast.importers.metaculus_zip import MetaculusZip, metaculus_zip
from forecast.importers.written_csv import WrittenCsv, fatebook_csv, mapped_csv
from forecast.language.faults import did_you_mean, known_names_text


@dataclass(frozen=True, slots=True)
class RecordExport:
    """What was written, None where nothing was, and what of the record is not in it or forbids it."""

    written: MetaculusZip | WrittenCsv | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class HubExport:
    """What was written, None where nothing was, and whose it is; and what of the record is not in it or forbids it."""

    written: HubOutput | None
    who: str = ""
    problems: tuple[Problem, ...] = ()


def write_metaculus_zip(root: Path, collection: str, path: Path) -> RecordExport:
    """Write a collection as a ZIP in the layout of a Metaculus export; refuses a collection that is not sound."""
    return _write(root, collection, path, metaculus_zip)


def write_fatebook_csv(root: Path, collection: str, path: Path) -> RecordExport:
    """Write one's own forecasts of a collection as a CSV that Fatebook imports, in percent; refuses a collection that is not sound."""
    return _write(root, collection, path, fatebook_csv)


def write_mapped_csv(root: Path, collection: str, path: Path) -> RecordExport:
    """Write a collection as a CSV with one row a forecast; refuses a collection that is not sound."""
    return _write(root, collection, path, mapped_csv)


def _write(root: Path, collection: str, path: Path, make: Callable[[ForecastRecord], MetaculusZip | WrittenCsv]) -> RecordExport:
    record, problems = _read_sound_collection(root, collection)
    if record is None:
        return RecordExport(None, problems)
    made = make(record)
    try:
        write_whole(path, made.content)
    except OSError as error:
        return RecordExport(None, (access_problem(str(path), "be written", error),))
    return RecordExport(made, (*problems, *made.problems))


def write_hub_output(root: Path, name: str, path: Path, *, who: str = "") -> HubExport:
    """Write the forecasts that one forecaster has in a collection or a topic as a file of a hub's model output.

    In a topic the model is called ``model``, and speaks through the ledger; hindcasts are left out.  Refuses a record that is not sound,
    and one of several forecasters of whom none is named.
    """
    if (problem := root_problem(root)) is not None:
        return HubExport(None, problems=(problem,))
    if name in topic_names(Folder(root)):
        record, problems = _read_topic_with_ledger(root, name)
    else:
        record, problems = _read_sound_collection(root, name)
    if record is None:
        return HubExport(None, problems=problems)
    said = [its for its in standing_forecasts(record) if not its.is_withdrawal]
    names = sorted({base_name(its.who) for its in said})
    who = who or (names[0] if len(names) == 1 else "")
    if who not in names:
        message = f"`{who}` has no forecasts in `{name}`" if who else f"{len(names)} forecasters have forecasts in `{name}`"
        hint = did_you_mean(who, names) or f"say whose with --who: {', '.join(names[:10])}" if names else ""
        return HubExport(None, problems=(Problem(Place(record.path), message, hint),))
    made = hub_output(record.questions, [its for its in said if base_name(its.who) == who])
    try:
        write_whole(path, made.text.encode())
    except OSError as error:
        return HubExport(None, problems=(access_problem(str(path), "be written", error),))
    return HubExport(made, who, (*problems, *made.problems))


def _read_topic_with_ledger(root: Path, name: str) -> Result[ForecastRecord]:
    """The record of a topic with what the ledger said at the time, and with the wordings that the topic asks now."""
    folder = Folder(root)
    topic, problems = read_topic(folder, name)
    if topic is None:
        return Result(None, problems)
    record, wrong = read_topic_record(folder, name)
    ledger, broken = read_ledger_forecasts(folder)
    if has_errors((*wrong, *broken)):
        return Result(None, (*wrong, *broken))
    questions = {asked: [*wordings] for asked, wordings in record.questions.items()}
    for terms in own_terms(topic):
        wordings = questions.setdefault(terms.question.id, [])
        if all(its.asked != terms.question.asked for its in wordings):
            wordings.append(terms.question)
    said = ledger.get(name, LedgerForecasts()).forecasts
    whole = replace(
        record,
        questions=MappingProxyType({asked: tuple(wordings) for asked, wordings in questions.items()}),
        forecasts=(*record.forecasts, *said),
    )
    return Result(whole, (*wrong, *broken))


def _read_sound_collection(root: Path, collection: str) -> Result[ForecastRecord]:
    """A collection in which nothing is wrong, or why there is none."""
    if (problem := root_problem(root)) is not None:
        return Result(None, (problem,))
    folder = Folder(root)
    names = collection_names(folder)
    if collection not in names:
        hint = did_you_mean(collection, names) or (known_names_text("collections", names) if names else "make one with `forecast import`")
        return Result(None, (Problem(Place(COLLECTIONS), f"no collection `{collection}` in this book", hint),))
    try:
        record, problems = read_collection(folder, collection)
    except FileFault as fault:
        return Result(None, (fault.problem,))
    return Result(None if has_errors(problems) else record, problems)
