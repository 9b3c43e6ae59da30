"""Records of forecasts as files: what is read, what is refused and where, and the chain."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forecast.book.files.folder import Folder
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.forecast import Forecast, forecast_id
from forecast.forecasts.people import Person
from forecast.forecasts.question import Option, QuestionScale
from forecast.forecasts.reading import collection_names, read_collection, read_topic_record
from forecast.forecasts.record import ForecastRecord, PlatformScore, RecordSource, standing_forecasts, standing_resolutions
from forecast.forecasts.source_file import source_text
from forecast.forecasts.tables import FORECASTS, RESOLUTIONS, Table
from forecast.forecasts.timelines import Span, Timeline, span_at, timelines
from forecast.forecasts.writing import append_rows, whole_file

NOON = datetime(2026, 10, 2, 12, tzinfo=UTC)
SAID = {"question": "rain", "who": "me", "at": "2026-10-02T12:00:00Z", "form": "probability", "value": "0.3"}
HEADER = "question,who,at,form,value\n"


def record_of(tmp_path: Path, **files: str) -> tuple[ForecastRecord, tuple[Problem, ...]]:
    """The record of a topic `weather` whose files have these texts."""
    folder = tmp_path / "seeds" / "weather"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return read_topic_record(Folder(tmp_path), "weather")


def complaints(problems: tuple[Problem, ...]) -> list[tuple[int, int, str, str]]:
    """Line, column, message and hint of each problem."""
    return [(its.place.line, its.place.column, its.message, its.hint) for its in problems]


def test_a_forecast_has_all_that_its_row_says(tmp_path: Path):
    """Each cell is in the value, times in UTC."""
    text = whole_file(
        FORECASTS,
        [
            {
                **SAID,
                "id": "f1",
                "asked": "0a1b",
                "until": "2026-10-03T12:00:00+02:00",
                "forecasters": "7",
                "recorded": "2026-10-02T12:00:00.000001Z",
                "replaces": "f0",
                "source": "https://example.org",
                "note": "a guess",
            }
        ],
    )
    record, problems = record_of(tmp_path, forecasts=text)
    assert problems == ()
    assert record.forecasts == (
        Forecast(
            Place("seeds/weather/forecasts.csv", 2),
            "f1",
            "rain",
            "0a1b",
            "me",
            NOON,
            datetime(2026, 10, 3, 10, tzinfo=UTC),
            "probability",
            0.3,
            datetime(2026, 10, 2, 12, 0, 0, 1, tzinfo=UTC),
            7,
            "f0",
            "https://example.org",
            "a guess",
        ),
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("rain,me,2026-10-02T12:00:00,probability,0.3", (2, 9, "`2026-10-02T12:00:00` is no time", "add the time zone: `2026-10-02T12:00:00Z` is in UTC")),
        ("rain,me,2026-10-02,probability,0.3", (2, 9, "`2026-10-02` is no time", "add the time and its zone, as in `2026-10-02T12:00:00Z`")),
        ("rain,me,2026-13-02T12:00Z,probability,0.3", (2, 9, "`2026-13-02T12:00Z` is no time", "write the day, the time and its zone, as in 2026-10-02T09:30:00Z")),
        ("rain,me,,probability,0.3", (2, 9, "`at` is empty", "write when the forecast was made")),
        ("rain,me,2026-10-02T12:00Z,probability,30", (2, 39, "30 is no probability", "write 0.3 for 30 %, or a number from 0 to 1")),
        ("rain,me,2026-10-02T12:00Z,percent,30", (2, 27, "`percent` is no form", "one of: probability, options, quantiles, pmf, buckets, cdf, samples, number, date, withdrawn")),
        (",me,2026-10-02T12:00Z,probability,0.3", (2, 1, "`question` is empty", "")),
    ],
)  # fmt: skip
def test_a_fault_in_a_forecast_has_its_place(row: str, said: tuple[int, int, str, str], tmp_path: Path):
    """The message stands at the cell, and the row is left out."""
    record, problems = record_of(tmp_path, forecasts=HEADER + row + "\n")
    assert complaints(problems) == [said]
    assert record.forecasts == ()


def test_a_column_that_no_such_file_has_is_refused(tmp_path: Path):
    """A misspelled column is a problem, and so is one that is missing."""
    _, problems = record_of(tmp_path, forecasts="question,who,time,form,value\n")
    assert [its[2:] for its in complaints(problems)] == [
        ("column `at` is missing", f"the columns are {', '.join(FORECASTS.columns)}"),
        ("`forecasts.csv` has no column `time`", f"the columns are {', '.join(FORECASTS.columns)}"),
    ]


def test_resolutions_are_read_by_one_set_of_words(tmp_path: Path):
    """Each outcome takes the value it needs and no other."""
    rows = [
        {"question": "rain", "outcome": "yes", "on": "2026-10-05"},
        {"question": "sort", "outcome": "label", "value": "sleet", "on": "2026-10-05T06:00:00Z", "known": "2026-10-06"},
        {"question": "depth", "outcome": "number", "value": "-3.5", "on": "2026-10-05"},
        {"question": "first", "outcome": "not_by", "value": "2026-10-05", "on": "2026-10-05"},
        {"question": "half", "outcome": "fraction", "value": "0.5", "on": "2026-10-05"},
        {"question": "two", "outcome": "several", "value": '["a", "b"]', "on": "2026-10-05"},
    ]
    record, problems = record_of(tmp_path, resolutions=whole_file(RESOLUTIONS, rows))
    assert problems == ()
    assert [(its.question, its.outcome, its.value) for its in record.resolutions] == [
        ("rain", "yes", None),
        ("sort", "label", "sleet"),
        ("depth", "number", -3.5),
        ("first", "not_by", 20731.0),
        ("half", "fraction", 0.5),
        ("two", "several", {"a": 0.5, "b": 0.5}),
    ]
    assert record.resolutions[0].on == datetime(2026, 10, 5, 23, 59, 59, 999999, UTC)
    assert [its.known for its in record.resolutions][:2] == [date(2026, 10, 5), date(2026, 10, 6)]
    wrong = [
        {"question": "q", "outcome": outcome, "value": value, "on": "2026-10-05"}
        for outcome, value in (("yes", "1"), ("label", ""), ("fraction", "50"), ("maybe", ""))
    ]
    _, problems = record_of(tmp_path, resolutions=whole_file(RESOLUTIONS, wrong))
    assert [its.message for its in problems] == [
        "`yes` has no value",
        "`label` needs a value: the option named in `value`",
        "50 is no probability",
        "`maybe` is no outcome",
    ]


def test_a_row_that_changes_the_end_alone_has_an_id_of_its_own():
    """Otherwise the row that replaces another would be replaced too."""
    ends = {**SAID, "until": "2026-10-03T12:00:00Z", "replaces": forecast_id(SAID)}
    assert len({forecast_id(SAID), forecast_id(ends), forecast_id({**SAID, "replaces": forecast_id(ends)})}) == 3


def test_a_row_that_replaces_another_stands_for_it(tmp_path: Path):
    """A correction leaves both rows on record, and only the last one counts."""
    rows = [{**SAID, "id": "a"}, {**SAID, "id": "b", "value": "0.4", "replaces": "a"}]
    ends = [
        {"question": "rain", "id": "r1", "outcome": "no", "on": "2026-10-05"},
        {"question": "rain", "id": "r2", "outcome": "yes", "on": "2026-10-05", "replaces": "r1"},
    ]
    record, _ = record_of(tmp_path, forecasts=whole_file(FORECASTS, rows), resolutions=whole_file(RESOLUTIONS, ends))
    assert [its.value for its in record.forecasts] == [0.3, 0.4]
    assert [its.value for its in standing_forecasts(record)] == [0.4]
    assert [its.outcome for its in standing_resolutions(record).values()] == ["yes"]


def test_a_forecast_holds_until_the_next_one_a_withdrawal_or_its_own_end(tmp_path: Path):
    """Spans do not overlap, and between them there may be none."""
    at = [f"2026-10-0{day}T00:00:00Z" for day in range(1, 8)]
    rows = [
        {**SAID, "at": at[0], "value": "0.1", "until": at[1]},
        {**SAID, "at": at[2], "value": "0.2"},
        {**SAID, "at": at[3], "value": "0.3", "until": at[6]},
        {**SAID, "at": at[4], "form": "withdrawn", "value": ""},
        {**SAID, "at": at[5], "value": "0.4"},
        {**SAID, "at": at[5], "value": "0.5"},
        {**SAID, "at": at[3], "value": "0.9", "asked": "other"},
    ]
    record, problems = record_of(tmp_path, forecasts=whole_file(FORECASTS, rows))
    assert problems == ()
    days = [datetime(2026, 10, day, tzinfo=UTC) for day in range(1, 8)]
    by_place = {its.place.line: its for its in record.forecasts}
    assert timelines(record) == (
        Timeline(
            "rain",
            "",
            "me",
            (
                Span(days[0], days[1], by_place[2]),
                Span(days[2], days[3], by_place[3]),
                Span(days[3], days[4], by_place[4]),
                Span(days[5], None, by_place[7]),
            ),
        ),
        Timeline("rain", "other", "me", (Span(days[3], None, by_place[8]),)),
    )
    line = timelines(record)[0]
    assert [span.forecast.value if (span := span_at(line, day)) else None for day in days] == [0.1, None, 0.2, 0.3, None, 0.5, 0.5]


def test_what_was_recorded_a_day_after_the_time_it_claims_was_entered_later(tmp_path: Path):
    """A day is the limit, on either side of it."""
    texts = ("2026-10-03T12:00:00Z", "2026-10-03T12:00:00.000001Z", "")
    record, _ = record_of(tmp_path, forecasts=whole_file(FORECASTS, [{**SAID, "recorded": text} for text in texts]))
    assert [its.is_entered_later for its in record.forecasts] == [False, True, False]


def chained(tmp_path: Path, count: int = 4) -> Path:
    """A book whose `forecasts.csv` has rows that were appended one by one; the path of that file."""
    for at in range(count):
        append_rows(
            Folder(tmp_path), "seeds/weather/forecasts.csv", FORECASTS, [{**SAID, "value": f"0.{at + 1}", "note": 'a "quoted", note'}]
        )
    return tmp_path / "seeds/weather/forecasts.csv"


@pytest.mark.parametrize("line", [1, 2, 3])
def test_an_edit_of_a_past_row_is_named(line: int, tmp_path: Path):
    """The problem stands at the line that was changed, whichever it is."""
    path = chained(tmp_path)
    assert record_of(tmp_path)[1] == ()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(text.replace("0.", "0.9", 1) if at == line else text for at, text in enumerate(lines)))
    [problem] = record_of(tmp_path)[1]
    assert (problem.place, problem.message) == (
        Place("seeds/weather/forecasts.csv", line + 1, 1),
        f"this row was changed, or rows after it were removed, since line {line + 2} was written",
    )


@pytest.mark.parametrize(("removed", "line", "said"), [(1, 2, "the first row follows none"), (2, 2, "rows after it were removed")])
def test_a_removed_row_is_named(removed: int, line: int, said: str, tmp_path: Path):
    """The chain shows where it is broken."""
    path = chained(tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(text for at, text in enumerate(lines) if at != removed))
    [problem] = record_of(tmp_path)[1]
    assert problem.place.line == line
    assert said in problem.message


def test_line_ends_quotes_and_new_columns_do_not_break_the_chain(tmp_path: Path):
    """A spreadsheet that saves the file anew changes no row."""
    path = chained(tmp_path)
    lines = path.read_text().splitlines()
    path.write_bytes("\r\n".join(lines).encode() + b"\r\n")
    assert record_of(tmp_path)[1] == ()
    append_rows(Folder(tmp_path), "seeds/weather/forecasts.csv", FORECASTS, [SAID])
    record, problems = record_of(tmp_path)
    assert (len(record.forecasts), problems) == (5, ())


def test_a_row_typed_in_among_chained_ones_is_a_warning(tmp_path: Path):
    """It is read, and said to be outside the chain; the next row that is appended follows it."""
    path = chained(tmp_path)
    with path.open("a") as file:
        file.write(",rain,,you,2026-10-02T12:00:00Z,,probability,0.7,,,,,,\n")
    append_rows(Folder(tmp_path), "seeds/weather/forecasts.csv", FORECASTS, [SAID])
    record, [problem] = record_of(tmp_path)
    assert (problem.level, problem.place.line) == ("warning", 6)
    assert len(record.forecasts) == 6


def test_a_long_file_is_appended_to_by_its_tail(tmp_path: Path):
    """A last row longer than what is read at first is found whole."""
    long = {**SAID, "form": "cdf", "value": "[" + ", ".join(f"{at / 9_000:.17f}" for at in range(6_000)) + "]"}
    for _ in range(3):
        append_rows(Folder(tmp_path), "seeds/weather/forecasts.csv", FORECASTS, [long])
    record, problems = record_of(tmp_path)
    assert (len(record.forecasts), problems) == (3, ())


def test_a_file_that_lacks_a_column_is_not_appended_to(tmp_path: Path):
    """Nothing is written, and the problem names what is missing."""
    record_of(tmp_path, forecasts=HEADER)
    with pytest.raises(FileFault, match="lacks the columns `id`"):
        append_rows(Folder(tmp_path), "seeds/weather/forecasts.csv", FORECASTS, [SAID])
    assert (tmp_path / "seeds/weather/forecasts.csv").read_text() == HEADER


def test_a_row_with_a_line_end_is_no_row_of_a_chained_file(tmp_path: Path):
    """The last line of such a file is its last row."""
    with pytest.raises(ValueError, match="one line"):
        append_rows(Folder(tmp_path), "seeds/weather/forecasts.csv", FORECASTS, [{**SAID, "note": "two\nlines"}])


def test_a_collection_is_read_whole(tmp_path: Path):
    """Its source, questions, options, people and the platform's scores are values."""
    source = RecordSource("metaculus", 'a "file".zip', "0" * 64, date(2026, 11, 1), "UTC", ("012",), "persons")
    folder = tmp_path / "seeds/records/metaculus"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(source_text(source))
    (folder / "questions.csv").write_text(
        "id,text,type,low,high,low_open,high_open,zero_point,steps,opens,scheduled_close,tags,weight\n"
        "41,How many?,number,1,100,no,yes,0,200,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,a; b,0.5\n"
        "42,When?,date,2026-01-01,2027-01-01,,,,,,,,\n"
        "41,How many now?,number,1,100,no,yes,0,200,2026-01-01T00:00:00Z,2026-03-01T00:00:00Z,a; b,0.5\n"
    )
    (folder / "options.csv").write_text("question,option,from,until,order\n43,late,2026-01-05T00:00:00Z,,2\n")
    (folder / "people.csv").write_text("who,kind,in_crowd,name\n012,person,,Ann\nbot,bot,,\nmean,aggregate,no,\n")
    (folder / "scores.csv").write_text("question,who,rule,score,coverage\n41,012,peer,-3.25,0.5\n")
    record, problems = read_collection(Folder(tmp_path), "metaculus")
    assert problems == ()
    assert collection_names(Folder(tmp_path)) == ("metaculus",)
    assert record.source == source
    assert [its.text for its in record.questions["41"]] == ["How many?", "How many now?"]
    assert record.questions["41"][0].scale == QuestionScale(1, 100, low_open=False, high_open=True, zero_point=0, steps=200)
    assert record.questions["42"][0].scale == QuestionScale(20454, 20819, low_open=True, high_open=True, zero_point=None, steps=200)
    assert (record.questions["41"][0].tags, record.questions["41"][0].weight) == (("a", "b"), 0.5)
    at = Place("seeds/records/metaculus/options.csv", 2)
    assert record.options == (Option(at, "43", "late", datetime(2026, 1, 5, tzinfo=UTC), None, 2),)
    people = "seeds/records/metaculus/people.csv"
    assert dict(record.people) == {
        "012": Person(Place(people, 2), "012", "person", in_crowd=True, name="Ann"),
        "bot": Person(Place(people, 3), "bot", "bot", in_crowd=False),
        "mean": Person(Place(people, 4), "mean", "aggregate", in_crowd=False),
    }
    assert record.platform_scores == (PlatformScore(Place("seeds/records/metaculus/scores.csv", 2), "41", "012", "peer", -3.25, 0.5),)
    assert record.address("41") == "metaculus:41"


def test_an_aggregate_is_never_in_the_crowd(tmp_path: Path):
    """Nor is a model, a market or a base rate."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/people.csv").write_text("who,kind,in_crowd\nmean,aggregate,yes\n")
    _, [problem] = record_of(tmp_path)
    assert (problem.place, problem.message) == (
        Place("seeds/people.csv", 2, 16),
        "`aggregate` is a kind that is never in the crowd",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('platform = "x"\n', "`file` is missing"),
        ('platform = "x"\nfile = "f"\nsha256 = "0"\nimported = 2026-01-01\nzones = "UTC"\n', "a collection has no `zones`"),
        ('platform = "x"\nfile = "f"\nsha256 = "0"\nimported = "2026-01-01"\n', "`imported` is not as it must be"),
        ('platform = "x"\nfile = "f"\nsha256 = "0"\nimported = 2026-01-01\ncrowd = "all"\n', "`all` is no crowd"),
    ],
)
def test_a_source_that_is_not_as_it_must_be_is_refused(text: str, message: str, tmp_path: Path):
    """Each fault of `source.toml` has its own message."""
    folder = tmp_path / "seeds/records/x"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(text)
    record, problems = read_collection(Folder(tmp_path), "x")
    assert message in [its.message for its in problems]
    assert record.source is None


def test_a_number_beyond_a_float_is_refused(tmp_path: Path):
    """A score or a weight that would be read as infinite is a problem at its cell."""
    folder = tmp_path / "seeds/records/x"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(source_text(RecordSource("x", "f", "0", date(2026, 1, 1))))
    (folder / "scores.csv").write_text("question,who,rule,score\n41,me,peer,1e999\n")
    record, [problem] = read_collection(Folder(tmp_path), "x")
    assert (problem.place.line, problem.message) == (2, "`score` is not a finite number: 1e999")
    assert record.platform_scores == ()


def test_every_chained_table_stands_on_one_line():
    """No text of a chained table may have a line end: of each column the kind is said."""
    for table in (FORECASTS, RESOLUTIONS):
        assert isinstance(table, Table)
        assert set(table.columns) - set(table.kinds) <= {"value", "previous"}


def test_streams_of_a_topic_may_be_called_options_and_scores(tmp_path: Path):
    """Only collections have files of these names: in a topic they are records of streams."""
    record, problems = record_of(tmp_path, options="on,value,source\n2026-10-02,1,a\n", scores="on,value,source\n2026-10-02,1,a\n")
    assert problems == ()
    assert record.options == ()
    assert record.platform_scores == ()
