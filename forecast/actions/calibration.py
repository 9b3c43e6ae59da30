"""Calibration of a book's record: of its own questions and of collections, as of a day; and its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from forecast.actions.recalibration import Recalibration, recalibrate_people
from forecast.actions.score import end_of_day, read_records
from forecast.actions.score_page import ScorePageResult
from forecast.book.files.folder import Folder
from forecast.book.files.layout import REPORTS, root_problem
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Problem, has_errors
from forecast.calibration.groups import MOST_NAMED, busiest_people, few_number_groups, number_calibration, probability_calibration
from forecast.calibration.probability_transforms import SettledTransforms, settled_transforms
from forecast.calibration.settled_forecasts import SettledForecasts, settled_forecasts, settled_shares
from forecast.calibration.settled_rows import SettledRows
from forecast.calibration.uniformity import LEAST_QUESTIONS
from forecast.content.calibration import calibration_content
from forecast.forecasts.record import ForecastRecord
from forecast.language.faults import did_you_mean
from forecast.report.calibration_page import calibration_files
from forecast.report.files import remove_pictures, write_files
from forecast.report.rerender import record_reports, render_index_again
from forecast.schema.calibration import CALIBRATION_REPORT, CalibrationContent, OmissionContent
from forecast.track_record.cohorts import cohort_counts, entered_between, question_cohorts
from forecast.track_record.score_table import OWNER
from forecast.track_record.shared_questions import shared_questions, shared_sentence
from forecast.track_record.summaries import Grouping

CALIBRATION_SEED = 20_261_128


@dataclass(frozen=True, slots=True)
class CalibrationRequest:
    """What is asked: which records (all where none is named), whose forecasts, by which groups, of questions that count between two moments.

    ``recalibrate`` asks what recalibration would have gained, which takes a while.
    """

    records: tuple[str, ...] = ()
    by: Grouping | None = None
    since: datetime | None = None
    until: datetime | None = None
    who: tuple[str, ...] = ()
    recalibrate: bool = False


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """Calibration as asked, or problems and none."""

    content: CalibrationContent | None = None
    problems: tuple[Problem, ...] = ()


def calibrate_book(root: Path, asked: CalibrationRequest, *, as_of: date) -> CalibrationResult:
    """Return the calibration of the forecasts on record as of the end of a day.

    Where nobody is named it is that of the owner of the book, or of everybody where the owner has none. Raises ``ValueError`` for a
    forecaster that is not on record.
    """
    missing = root_problem(root)
    if missing is not None:
        return CalibrationResult(problems=(missing,))
    records, problems = read_records(Folder(root), asked.records)
    if has_errors(problems):
        return CalibrationResult(problems=problems)
    now, enters = end_of_day(as_of), entered_between(asked.since, asked.until)
    events = settled_forecasts(records, now=now, enters=enters)
    numbers = settled_transforms(records, now=now, enters=enters)
    who = asked.who or _usual_people(events, numbers, asked.by)
    _check_names(asked.who, records)
    chosen = who or _single_forecasters(events.people + numbers.people, records, asked.by)
    aggregates = 0 if who or asked.by == "person" else len({*events.people, *numbers.people}) - len(chosen)
    events, numbers = _of_people(events, chosen), _of_people(numbers, chosen)
    recalibration = (
        recalibrate_people(events, records, as_of=as_of, now=now, seed=CALIBRATION_SEED) if asked.recalibrate else Recalibration()
    )
    content = calibration_content(
        as_of=as_of,
        records=[record.name for record in records],
        who=who,
        by=asked.by or "",
        probabilities=probability_calibration(events, by=asked.by, seed=CALIBRATION_SEED),
        numbers=number_calibration(numbers, by=asked.by, seed=CALIBRATION_SEED),
        recalibration=recalibration.gains,
        recalibrated=recalibration.open,
        left_out=[
            *_omissions(records, now, settled_shares(records, now=now, enters=enters), events, numbers, asked.by),
            *_omitted_aggregates(aggregates),
        ],
        notes=list(map(shared_sentence, shared_questions(records))),
    )
    return CalibrationResult(content, problems)


def write_calibration_page(root: Path, content: CalibrationContent) -> ScorePageResult:
    """Write the page of calibration: its JSON, HTML, Markdown and pictures, where their bytes change; the first one of a book is linked from its index."""
    files = calibration_files(content)
    try:
        with hold_lock(root):
            folder = Folder(root)
            is_first = CALIBRATION_REPORT not in record_reports(folder, REPORTS)
            written = write_files(folder, REPORTS, files)
            remove_pictures(folder, REPORTS, [CALIBRATION_REPORT], but=files)
            if is_first:
                written += write_files(folder, REPORTS, render_index_again(folder, REPORTS))
    except FileFault as fault:
        return ScorePageResult(problems=(fault.problem,))
    return ScorePageResult(root / REPORTS / f"{CALIBRATION_REPORT}.html", written)


def _usual_people(events: SettledRows, numbers: SettledRows, by: Grouping | None) -> tuple[str, ...]:
    """One's own forecasts where there are any; empty for everybody's."""
    own = any(rows.people[who] == OWNER for rows in (events, numbers) for who in np.unique(rows.who))
    return (OWNER,) if own and by != "person" else ()


def _single_forecasters(people: Sequence[str], records: Sequence[ForecastRecord], by: Grouping | None) -> tuple[str, ...]:
    """Everybody but aggregates, which are made from the others' forecasts; they too where each has a line of their own."""
    made = {its.who for record in records for its in record.people.values() if its.kind == "aggregate" and by != "person"}
    return tuple(sorted({*people} - made))


def _omitted_aggregates(count: int) -> Iterator[OmissionContent]:
    if count:
        yield {
            "count": count,
            "noun": "aggregate",
            "reason": "made from forecasts that are there already; `--by person` has a line for each",
        }


def _check_names(names: Sequence[str], records: Sequence[ForecastRecord]) -> None:
    known = {OWNER, *(its.who for record in records for its in record.forecasts)}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, sorted(known)) or "see `forecast score --by person`"
            raise ValueError(f"nobody called `{name}` has a forecast on record; {hint}")


def _of_people[Rows: SettledRows](rows: Rows, who: Sequence[str]) -> Rows:
    chosen = [place for place, name in enumerate(rows.people) if name in who]
    return rows.rows(np.isin(rows.who, chosen))


def _omissions(
    records: Sequence[ForecastRecord],
    now: datetime,
    shares: int,
    events: SettledForecasts,
    numbers: SettledTransforms,
    by: Grouping | None,
) -> Iterator[OmissionContent]:
    """What does not enter, and why."""
    cohorts = [its for record in records for its in question_cohorts(record, now=now)]
    for cohort, count in cohort_counts(cohorts).items():
        if cohort != "scored":
            yield {"count": count, "noun": "question", "reason": cohort}  # the sentence says it in words
    if shares:
        yield {"count": shares, "noun": "question", "reason": "came out as a share between no and yes, which is neither"}
    for name, count in few_number_groups(numbers, by=by):
        of_name = f" ({name})" if name else ""
        yield {
            "count": count,
            "noun": "question",
            "reason": f"about numbers or dates{of_name}, too few for a curve, which takes {LEAST_QUESTIONS}",
        }
    for reason, count in numbers.left_out.items():
        yield {"count": count, "noun": "forecast", "reason": reason}
    people = np.unique(events.who).size
    if by == "person" and people > busiest_people(events).size:
        yield {"count": people - MOST_NAMED, "noun": "forecaster", "reason": f"only the {MOST_NAMED} with the most questions have a line"}
