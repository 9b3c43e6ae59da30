"""What an import adds to a record: rows that are new there, rows that replace others, and nothing that stands there already.

A forecast is known by its question, its person and the microsecond at which it was made.  An end at or after the
same person's next forecast is none of its own: that forecast was superseded, and its row needs no end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from operator import itemgetter

from forecast.forecasts.forecast import Forecast, forecast_id
from forecast.forecasts.people import Person
from forecast.forecasts.question import AskedQuestion, Option
from forecast.forecasts.reading import option_of_row, question_of_row, resolution_of_row
from forecast.forecasts.record import ForecastRecord, PlatformScore, standing_forecasts, standing_resolutions
from forecast.forecasts.resolution import resolution_id
from forecast.forecasts.tables import RowCells, reader_of_cells
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import forecast_value_text
from forecast.importers.imported import ImportedForecast, ImportedQuestion, ImportedRecord


@dataclass(frozen=True, slots=True)
class Additions:
    """Rows to append to the files of a record that grow, and the new text of those that are written whole (None where they stay as they are)."""

    questions: tuple[RowCells, ...]
    forecasts: tuple[RowCells, ...]
    resolutions: tuple[RowCells, ...]
    options: tuple[RowCells, ...] | None
    people: tuple[RowCells, ...] | None
    scores: tuple[RowCells, ...] | None
    counts: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether the record has everything already."""
        return not any(self.counts.values())


def additions(imported: ImportedRecord, record: ForecastRecord, *, recorded: datetime) -> Additions:
    """Return what an import adds to a record; ``recorded`` is the time of the import, which goes into every new row."""
    now = moment_text(recorded)
    questions, revised = _question_rows(imported, record, now)
    forecasts, replaced = _forecast_rows(imported.forecasts, record, now)
    resolutions, corrected = _resolution_rows(imported, record, now)
    options, changed = _option_table(imported, record)
    people, joined = _people_table(imported, record)
    scores, scored, rescored = _score_table(imported, record)
    return Additions(
        questions,
        forecasts,
        resolutions,
        options if changed else None,
        people,
        scores if scored or rescored else None,
        {
            "questions": len(questions) - revised,
            "questions revised": revised,
            "options of questions": changed,
            "forecasts": len(forecasts) - replaced,
            "forecasts replaced": replaced,
            "people": joined,
            "resolutions": len(resolutions) - corrected,
            "resolutions corrected": corrected,
            "scores": scored,
            "scores changed": rescored,
        },
    )


def reopened_questions(imported: ImportedRecord, record: ForecastRecord) -> tuple[str, ...]:
    """Return the questions that a record says are resolved, and the platform no longer does, where its files would say so."""
    standing = standing_resolutions(record) if imported.says_outcomes else {}
    return tuple(name for name, its in imported.questions.items() if its.resolution is None and (name, "") in standing)


def _question_rows(imported: ImportedRecord, record: ForecastRecord, now: str) -> tuple[tuple[RowCells, ...], int]:
    """Rows of questions that are new or not as they were, and how many are the latter."""
    rows: list[RowCells] = []
    revised = 0
    for name, question in imported.questions.items():
        before = record.questions.get(name, ())
        cells = question.cells
        if before:
            cells = {**cells, **_cells_kept(before[-1], imported.silent_columns)}
        if before and before[-1].scale is not None and "steps" not in cells and "low" in cells:
            cells = {**cells, "steps": str(before[-1].scale.steps)}  # without forecasts an export does not say how many
        new = question_of_row(reader_of_cells(cells))
        if before and new == replace(before[-1], place=new.place if new else before[-1].place, recorded=None):
            continue
        revised += bool(before)
        rows.append({**cells, "recorded": now})
    return tuple(rows), revised


def _cells_kept(asked: AskedQuestion, columns: Iterable[str]) -> RowCells:
    """The cells of a question on record in columns of which a file says nothing."""
    moments = {"opens": asked.opens, "scheduled_close": asked.scheduled_close, "actual_close": asked.actual_close}
    texts = {"text": asked.text, "tags": "; ".join(asked.tags), "url": asked.url}
    texts |= {column: moment_text(moment) for column, moment in moments.items() if moment is not None}
    return {column: texts[column] for column in columns if texts.get(column)}


def _forecast_rows(forecasts: Iterable[ImportedForecast], record: ForecastRecord, now: str) -> tuple[tuple[RowCells, ...], int]:
    """Rows of forecasts that are new or not as they were, in the order of the file, and how many are the latter."""
    standing = _by_person(standing_forecasts(record))
    rows: list[tuple[int, RowCells]] = []
    replaced = 0
    for of, group in _by_person(forecasts).items():
        before = _by_time(standing.get(of, ()))
        now_said = _by_time(group)
        following = dict(pairwise(sorted({*now_said, *before})))
        for at, new in now_said.items():
            for forecast, its in _changes(new, before.get(at, ()), following.get(at)):
                until = _end_of_its_own(forecast.end, following.get(at))
                rows.append((forecast.line, _forecast_cells(forecast, until, its, now)))
                replaced += its is not None
    return tuple(cells for _, cells in sorted(rows, key=itemgetter(0))), replaced


def _changes(
    new: Sequence[ImportedForecast], old: Sequence[Forecast], following: datetime | None
) -> list[tuple[ImportedForecast, Forecast | None]]:
    """Forecasts of one person and time that are not on record, each with the one that it replaces, if any."""
    left: dict[tuple[object, ...], list[Forecast]] = {}
    for its in old:
        count = "" if its.forecasters is None else str(its.forecasters)
        said = (its.form, forecast_value_text(its.form, its.value), count, _end_of_its_own(its.until, following))
        left.setdefault(said, []).append(its)
    fresh: list[ImportedForecast] = []
    for forecast in new:
        same = left.get((forecast.form, forecast.value, forecast.forecasters, _end_of_its_own(forecast.end, following)))
        if same:
            same.pop()
        else:
            fresh.append(forecast)
    replaced = iter([its for several in left.values() for its in several])
    return [(forecast, next(replaced, None)) for forecast in fresh]


def _end_of_its_own(end: datetime | None, following: datetime | None) -> datetime | None:
    """When a forecast ended before the same person's next one; None where that superseded it, or where it holds."""
    return end if end is not None and (following is None or end < following) else None


def _forecast_cells(forecast: ImportedForecast, until: datetime | None, old: Forecast | None, now: str) -> RowCells:
    cells = {
        "question": forecast.question,
        "who": forecast.who,
        "at": moment_text(forecast.at),
        "until": "" if until is None else moment_text(until),
        "form": forecast.form,
        "value": forecast.value,
        "forecasters": forecast.forecasters,
        "recorded": now,
        "replaces": "" if old is None else old.id,
    }
    return {"id": forecast_id(cells), **{column: cell for column, cell in cells.items() if cell}}


def _by_person[Row: (Forecast, ImportedForecast)](forecasts: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    grouped: dict[tuple[str, str], list[Row]] = {}
    for forecast in forecasts:
        grouped.setdefault((forecast.question, forecast.who), []).append(forecast)
    return grouped


def _by_time[Row: (Forecast, ImportedForecast)](forecasts: Iterable[Row]) -> dict[datetime, list[Row]]:
    grouped: dict[datetime, list[Row]] = {}
    for forecast in forecasts:
        grouped.setdefault(forecast.at, []).append(forecast)
    return grouped


def _resolution_rows(imported: ImportedRecord, record: ForecastRecord, now: str) -> tuple[tuple[RowCells, ...], int]:
    """Rows of resolutions that are new or corrected, and how many are the latter."""
    standing = standing_resolutions(record)
    rows: list[RowCells] = []
    corrected = 0
    for name, question in imported.questions.items():
        if question.resolution is None:
            continue
        old, new = standing.get((name, "")), resolution_of_row(reader_of_cells(question.resolution))
        if old is not None and new is not None and (old.outcome, old.value, old.on) == (new.outcome, new.value, new.on):
            continue
        cells = {**question.resolution, "recorded": now, **({"replaces": old.id} if old is not None else {})}
        rows.append({"id": resolution_id(cells), **cells})
        corrected += old is not None
    return tuple(rows), corrected


def _option_table(imported: ImportedRecord, record: ForecastRecord) -> tuple[tuple[RowCells, ...], int]:
    """All options, those of the import in place of what the record has of the same questions; and of how many questions they differ."""
    before: dict[str, list[Option]] = {}
    for option in record.options:
        before.setdefault(option.question, []).append(option)
    listed = {name: its for name, its in imported.questions.items() if its.options}
    changed = sum(_options(its) != [_without_place(option) for option in before.get(name, [])] for name, its in listed.items())
    kept = [option_cells(option) for name, options in before.items() if name not in listed for option in options]
    return (*kept, *(row for its in listed.values() for row in its.options)), changed


def _options(question: ImportedQuestion) -> list[tuple[object, ...]]:
    read = (option_of_row(reader_of_cells(row)) for row in question.options)
    return [_without_place(option) for option in read if option is not None]


def _without_place(option: Option) -> tuple[object, ...]:
    return (option.question, option.option, option.start, option.end, option.order)


def option_cells(option: Option) -> RowCells:
    """Return the cells of an option's row."""
    return {
        "question": option.question,
        "option": option.option,
        "from": "" if option.start is None else moment_text(option.start),
        "until": "" if option.end is None else moment_text(option.end),
        "order": str(option.order),
    }


def _people_table(imported: ImportedRecord, record: ForecastRecord) -> tuple[tuple[RowCells, ...] | None, int]:
    """All people, and how many are new; None where nothing is.  Who was taken for a person, and is a bot, becomes one."""
    people = {who: _person_cells(person) for who, person in record.people.items()}
    before = dict(people)
    for row in imported.people:
        old = people.get(row["who"])
        if old is None or (old["kind"] == "person" and row["kind"] == "bot"):
            people[row["who"]] = {**(old or {}), **row}
    return (tuple(people.values()) if people != before else None), len(people) - len(before)


def _person_cells(person: Person) -> RowCells:
    return {"who": person.who, "kind": person.kind, "in_crowd": "yes" if person.in_crowd else "no", "name": person.name}


def _score_table(imported: ImportedRecord, record: ForecastRecord) -> tuple[tuple[RowCells, ...], int, int]:
    """All scores of the platform, how many are new, and how many are not as they were."""
    scores = {(its.question, its.who, its.rule): _score_cells(its) for its in record.platform_scores}
    added = changed = 0
    for row in imported.scores:
        key = (row["question"], row["who"], row["rule"])
        old = scores.get(key)
        if old is not None and _numbers(old) == _numbers(row):
            continue
        added += old is None
        changed += old is not None
        scores[key] = row
    return tuple(scores.values()), added, changed


def _score_cells(score: PlatformScore) -> RowCells:
    coverage = "" if score.coverage is None else repr(score.coverage)
    return {"question": score.question, "who": score.who, "rule": score.rule, "score": repr(score.score), "coverage": coverage}


def _numbers(row: RowCells) -> tuple[float, float | None]:
    coverage = row.get("coverage", "")
    return float(row["score"]), float(coverage) if coverage else None
