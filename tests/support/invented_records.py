"""Small invented records of forecasts, through the files of a book."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.forecasts.reading import read_collection, read_topic_record
from forecast.forecasts.record import ForecastRecord, RecordSource
from forecast.forecasts.source_file import source_text
from forecast.forecasts.tables import FORECASTS, OPTIONS, PEOPLE, QUESTIONS, RESOLUTIONS, SCORES, Table
from forecast.forecasts.writing import whole_file
from forecast.track_record.record_scores import RecordScores, score_record

type Cells = Mapping[str, str]

NOW = datetime(2026, 9, 1, tzinfo=UTC)
OPENS, CLOSES = "2026-03-01T00:00:00Z", "2026-03-11T00:00:00Z"  # ten days
QUESTION = {
    "id": "q",
    "text": "Will it?",
    "type": "binary",
    "opens": OPENS,
    "scheduled_close": CLOSES,
    "actual_close": CLOSES,
    "spot": CLOSES,
}
YES = {"question": "q", "outcome": "yes", "on": CLOSES}


def at_day(day: float) -> str:
    """The moment so many days after the opening."""
    return f"2026-03-{1 + int(day):02}T{round(day % 1 * 24):02}:00:00Z"


def said(who: str, value: object, day: float = 0, *, form: str = "probability", question: str = "q", **cells: str) -> Cells:
    """A row of `forecasts.csv`."""
    text = value if isinstance(value, str) else json.dumps(value)
    return {"question": question, "who": who, "at": at_day(day), "form": form, "value": text, **cells}


def collection(
    root: Path,
    forecasts: Sequence[Cells],
    *,
    questions: Sequence[Cells] = (QUESTION,),
    resolutions: Sequence[Cells] = (YES,),
    options: Sequence[Cells] = (),
    people: Sequence[Cells] = (),
    scores: Sequence[Cells] = (),
    crowd: bool = True,
    me: Sequence[str] = (),
    name: str = "venue",
) -> ForecastRecord:
    """Write a collection into a book and read it; whoever is not among ``people`` is a person of the crowd."""
    folder = root / "seeds" / "records" / name
    folder.mkdir(parents=True, exist_ok=True)
    source = RecordSource("venue", "venue.zip", "0" * 64, date(2026, 5, 1), me=tuple(me), crowd="persons" if crowd else "none")
    (folder / "source.toml").write_text(source_text(source))
    listed = {row["who"] for row in people}
    persons = [{"who": who, "kind": "person", "in_crowd": "yes"} for who in sorted({row["who"] for row in forecasts} - listed)]
    tables: list[tuple[Table, Sequence[Cells]]] = [
        (QUESTIONS, questions),
        (OPTIONS, options),
        (PEOPLE, [*people, *persons]),
        (RESOLUTIONS, resolutions),
        (FORECASTS, forecasts),
        (SCORES, scores),
    ]
    for table, rows in tables:
        (folder / f"{table.file}.csv").write_text(whole_file(table, rows))
    record, problems = read_collection(Folder(root), name)
    assert problems == ()
    return record


def topic(
    root: Path,
    forecasts: Sequence[Cells],
    *,
    questions: Sequence[Cells] = (QUESTION,),
    resolutions: Sequence[Cells] = (YES,),
    people: Sequence[Cells] = (),
    name: str = "weather",
) -> ForecastRecord:
    """Write the record of a topic into a book and read it."""
    folder = root / "seeds" / name
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in ((QUESTIONS, questions), (RESOLUTIONS, resolutions), (FORECASTS, forecasts)):
        (folder / f"{table.file}.csv").write_text(whole_file(table, rows))
    if people:
        (root / "seeds" / "people.csv").write_text(whole_file(PEOPLE, people))
    record, problems = read_topic_record(Folder(root), name)
    assert problems == ()
    return record


def score_of(scored: RecordScores, measure: str, who: str = "ann", question: str = "q") -> tuple[float, float]:
    """Somebody's score of a question and its coverage."""
    row = next(
        row for row, (at, its) in enumerate(scored.counted.forecasters) if its == who and scored.counted.questions[at].id == question
    )
    return float(scored.scores[measure][row]), float(scored.coverage[measure][row])


def scored(record: ForecastRecord, now: datetime = NOW) -> RecordScores:
    """The scores of a record as of September 2026."""
    return score_record(record, now=now)
