"""Forecasts and resolutions of one's own: what is written, what is refused, and that nothing is written then."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forecast.actions.check import check
from forecast.actions.record_rows import RecordedRow
from forecast.actions.resolve import SaidResolution, resolve
from forecast.actions.say import SaidForecast, say, withdraw
from forecast.book.files.folder import Folder
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.people import Person
from forecast.forecasts.reading import read_collection, read_topic_record
from forecast.forecasts.record import ForecastRecord, RecordSource, standing_forecasts, standing_resolutions
from forecast.forecasts.resolution import Resolution
from forecast.forecasts.source_file import source_text
from forecast.forecasts.timelines import timelines
from forecast.forecasts.values import Quantiles
from tests.support.paths import TINY_BOOK
from tests.support.small_books import write_book

pytestmark = pytest.mark.medium

NOW = datetime(2025, 11, 28, 9, 30, 0, 250_000, tzinfo=UTC)
WHY = "A guess."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the tiny book."""
    shutil.copytree(TINY_BOOK, tmp_path / "book")
    return tmp_path / "book"


def said(root: Path, value: str, question: str = "three_more", *, now: datetime = NOW, **more: str) -> RecordedRow[Forecast]:
    """Say a forecast."""
    return say(root, question, SaidForecast(value, **{"why": WHY, **more}), now=now)


def resolved(root: Path, outcome: str, question: str = "three_more", *, now: datetime = NOW, **more: str) -> RecordedRow[Resolution]:
    """Resolve a question."""
    return resolve(root, question, SaidResolution(outcome, **{"on": "2025-11-20", "source": "the log", **more}), now=now)


def record_of(root: Path) -> ForecastRecord:
    """The record of the tiny book's topic, which has no problems."""
    record, problems = read_topic_record(Folder(root), "ferry")
    assert problems == ()
    return record


def complaint(done: RecordedRow[Forecast] | RecordedRow[Resolution]) -> tuple[str, str]:
    """Message and hint of the one problem of a row that was not written."""
    assert done.row is None
    (problem,) = done.problems
    return problem.message, problem.hint


def test_a_forecast_goes_on_record_with_the_wording_of_its_question(root: Path):
    """Its row has the hash of the question as asked, the clock and the reason; the wording is kept once."""
    done = said(root, "30%", source="https://example.org")
    assert done.problems == ()
    said(root, "40%", now=NOW + timedelta(hours=1))
    record = record_of(root)
    first, second = record.forecasts
    assert first == done.row
    assert (first.question, first.who, first.at, first.form, first.value) == ("three_more", "me", NOW, "probability", 0.3)
    assert (first.recorded, first.note, first.source, first.is_entered_later) == (NOW, WHY, "https://example.org", False)
    (wording,) = record.questions["three_more"]
    assert (wording.asked, wording.type, wording.recorded) == (first.asked, "binary", NOW)
    assert wording.text == "Will the ferry break down three times or more in 2025?"
    assert wording.scheduled_close == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert second.asked == first.asked


def test_today_is_a_day(root: Path):
    """A forecast of today is made now and may hold until its end, and what is resolved today ended on this day."""
    done = said(root, "30%", on="today", until="Today")
    assert done.row is not None
    assert (done.row.at, done.row.until) == (NOW, datetime(NOW.year, NOW.month, NOW.day, 23, 59, 59, tzinfo=UTC))
    ended = resolved(root, "yes", on="today")
    assert ended.row is not None
    assert str(ended.row.on)[:10] == str(NOW.date())


def test_a_forecast_of_the_past_is_marked_as_entered_later(root: Path):
    """A day stands for its end, in UTC; the clock says when it was written."""
    done = said(root, "30%", on="2025-10-01")
    assert done.row is not None
    assert done.row.at == datetime(2025, 10, 1, 23, 59, 59, tzinfo=UTC)
    assert (done.row.recorded, done.row.is_entered_later) == (NOW, True)
    today = said(root, "20%", on="2025-11-28").row
    assert today is not None
    assert (today.at, today.is_entered_later) == (NOW, False)


@pytest.mark.parametrize(
    ("more", "said_of_it"),
    [
        ({"on": "2025-11-29"}, ("this forecast would be made on 2025-11-29, after now (2025-11-28T09:30:00.250000Z)", "a forecast is made when it is said")),
        ({"on": "2025-11-27T10:00:00"}, ("`2025-11-27T10:00:00` is neither a day nor a time", "write a day, as in 2026-10-02; or add the time zone: `2025-11-27T10:00:00Z` is in UTC")),
        ({"until": "2025-11-27"}, ("this forecast ends before it is made", "")),
        ({"replaces": "0123"}, ("no row has the id `0123`, which this one replaces", "")),
        ({"value": "30"}, ("`30` is no probability: it can be read as 30 %, or as a fraction whose point is missing", "write 30% for 0.3; a fraction lies between 0 and 1, both included")),
        ({"question": "three_mor"}, ("no topic asks `three_mor`", "did you mean `three_more`?")),
        ({"question": "ferry.nothing"}, ("topic `ferry` does not ask `nothing`", "questions here: ferry.three_more, ferry.next_fault, ferry.what_is_broken")),
        ({"question": "port.x"}, ("no topic `port` in this book", "topics here: ferry")),
        ({"question": "metaculus:1"}, ("no collection `metaculus` in this book", "import one with `forecast import`")),
        ({"why": "two\nlines"}, ("U+000A (line feed) cannot stand in a text of one line", "write it on one line")),
        ({"source": "two\nlines"}, ("U+000A (line feed) cannot stand in a text of one line", "write it on one line")),
        ({"why": ""}, ("a forecast needs its reason", 'add --why "..."')),
        ({"why": "TBD."}, ("`TBD.` is no reason", "say in a few words why, as in “Two of six such plans were carried out.”")),
    ],
)  # fmt: skip
def test_what_cannot_be_a_forecast_is_refused_and_nothing_is_written(root: Path, more: dict[str, str], said_of_it: tuple[str, str]):
    """The message says what is wrong, and no file is made."""
    assert complaint(said(root, **{"value": "30%", **more})) == said_of_it
    assert not list((root / "seeds").rglob("forecasts.csv"))
    assert not list((root / "seeds").rglob("questions.csv"))


def test_a_reason_may_have_the_joiners_of_its_writing(root: Path):
    """Emoji, Persian and Hindi are written with characters that nobody sees."""
    why = "\N{WOMAN}\u200d\N{ROCKET} \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert said(root, "30%", why=why, source=why).row is not None
    forecast = record_of(root).forecasts[-1]
    assert (forecast.note, forecast.source) == (why, why)


def test_a_forecast_has_the_form_that_its_question_takes(root: Path, tmp_path: Path):
    """Options are those of the question, a date's range has days, a number's range quantiles."""
    shares = said(root, "hull=30% engine=70%", "what_is_broken").row
    assert shares is not None
    assert shares.value == {"hull": 0.3, "engine": 0.7}
    assert complaint(said(root, "hull=100%", "what_is_broken"))[0] == "no probability for `engine`"
    assert said(root, "2026-02-01 to 2026-12-01", "next_fault").line.split('"')[1:-1:2] != []
    dates = record_of(root).forecasts[-1]
    assert isinstance(dates.value, Quantiles)
    assert '[[0.05, ""2026-02-01""], [0.95, ""2026-12-01""]]' in (root / "seeds/ferry/forecasts.csv").read_text()
    write_book(tmp_path / "made", answer="total(events)")
    number = said(tmp_path / "made", "0.4 to 3", "many", median="1").row
    assert number is not None
    assert number.value == Quantiles((0.05, 0.5, 0.95), (0.4, 1.0, 3.0))


def test_the_same_forecast_is_not_written_twice(root: Path):
    """The second is refused with the place of the first; a correction replaces it, and both stay."""
    first = said(root, "30%", on="2025-10-01").row
    assert first is not None
    message = complaint(said(root, "30%", on="2025-10-01"))[0]
    assert message == "this forecast stands in seeds/ferry/forecasts.csv:2 already"
    said(root, "3%", on="2025-10-01", replaces=first.id)
    record = record_of(root)
    assert len(record.forecasts) == 2
    assert [its.value for its in standing_forecasts(record)] == [0.03]
    assert complaint(said(root, "4%", who="Ana", replaces=first.id))[0].startswith("this row replaces a forecast of `me`")


def test_a_forecast_after_the_resolution_is_refused_with_its_place(root: Path):
    """One that was made before may still be entered, and is marked."""
    resolved(root, "yes")
    message, _ = complaint(said(root, "99%"))
    end = "2025-11-20T23:59:59.999999Z"
    assert message == f"this forecast was made after the question was decided, on {end} (seeds/ferry/resolutions.csv:2)"
    before = said(root, "99%", on="2025-11-19").row
    assert before is not None
    assert before.is_entered_later


def test_a_forecast_of_somebody_who_could_not_know_is_only_left_out(root: Path):
    """A resolution of an earlier day, recorded after the forecast, makes of it a warning: nobody did anything wrong."""
    said(root, "30%")
    resolved(root, "yes", now=NOW + timedelta(hours=1))
    problems = check(root, None, as_of=NOW.date()).problems
    after = [problem for problem in problems if problem.message.startswith("this forecast was made after the question was decided")]
    assert [(problem.level, problem.place.line, problem.hint) for problem in after] == [("warning", 2, "it is left out of scores")]


def test_on_the_day_of_a_resolution_what_counts_is_when_it_was_recorded(root: Path):
    """A question that was resolved this morning is not forecast in the afternoon."""
    resolved(root, "yes", on="2025-11-28")
    assert complaint(said(root, "99%", now=NOW + timedelta(hours=3)))[0].startswith("this forecast was made after the question was decided")


def test_a_new_forecaster_has_a_kind_where_it_is_said(root: Path):
    """The row of people.csv is written once, and another kind of the same name is refused."""
    said(root, "8%", who="all ferries", kind="base rate")
    said(root, "9%", who="all ferries", kind="base rate", now=NOW + timedelta(seconds=1))
    (person,) = record_of(root).people.values()
    assert isinstance(person, Person)
    assert (person.who, person.kind, person.in_crowd) == ("all ferries", "base rate", False)
    assert complaint(said(root, "9%", who="all ferries", kind="person"))[0] == "`all ferries` is on record as `base rate`, not as `person`"


def test_a_question_whose_words_changed_is_a_new_one(root: Path):
    """Old forecasts stay with the old wording; the next one brings the new wording on record."""
    said(root, "30%")
    path = root / "seeds/ferry/topic.toml"
    path.write_text(path.read_text().replace("three times or more in 2025", "three times or more during 2025"))
    old = record_of(root).forecasts[0].asked
    (warning,) = said(root, "40%", now=NOW + timedelta(hours=1)).problems
    assert warning.level == "warning"
    assert warning.message == f"`ferry.three_more` is asked otherwise than before: earlier forecasts stay with `{old}`"
    assert warning.hint == "its words were: Will the ferry break down three times or more in 2025?"
    assert said(root, "41%", now=NOW + timedelta(hours=2)).problems == ()
    record = record_of(root)
    assert len({its.asked for its in record.forecasts}) == 2
    assert [its.text.split()[-2] for its in record.questions["three_more"]] == ["in", "during"]
    assert sorted(len(line.spans) for line in timelines(record)) == [1, 2]


def test_a_question_that_is_retired_can_be_resolved_and_not_forecast(root: Path):
    """Its wording on record says what was asked."""
    said(root, "30%")
    path = root / "seeds/ferry/topic.toml"
    path.write_text(path.read_text().replace("[questions.three_more]", "[questions.renamed]"))
    assert complaint(said(root, "40%", "ferry.three_more"))[0] == "`ferry.three_more` is not asked any more"
    assert resolved(root, "yes", "ferry.three_more").row is not None


def test_a_withdrawal_ends_a_forecast(root: Path):
    """It is refused where nothing is in force; afterwards nothing is."""
    message = "`me` has no forecast of `ferry.three_more` in force"
    assert complaint(withdraw(root, "three_more", now=NOW))[0] == message
    said(root, "30%")
    assert withdraw(root, "three_more", why="I know too little.", now=NOW + timedelta(hours=1)).problems == ()
    (line,) = timelines(record_of(root))
    assert [(span.start, span.end) for span in line.spans] == [(NOW, NOW + timedelta(hours=1))]
    assert complaint(withdraw(root, "three_more", now=NOW + timedelta(hours=2)))[0] == message


def test_a_forecast_after_the_close_is_written_with_a_warning(root: Path):
    """It is somebody's forecast all the same."""
    done = said(root, "30%", now=NOW + timedelta(days=60))
    assert done.row is not None
    assert [(its.level, its.message) for its in done.problems] == [("warning", "this question closed on 2025-12-31")]


def test_a_question_of_a_collection_is_forecast_by_its_address(root: Path):
    """The row is oneself's, under the name that the collection has for it."""
    folder = root / "seeds/records/metaculus"
    folder.mkdir(parents=True)
    source = RecordSource("metaculus", "data.zip", "0" * 64, NOW.date(), "UTC", ("seer",))
    (folder / "source.toml").write_text(source_text(source))
    (folder / "questions.csv").write_text("id,text,type\n41257,Will it?,binary\n")
    done = said(root, "12%", "metaculus:41257")
    assert done.problems == ()
    record, problems = read_collection(Folder(root), "metaculus")
    assert problems == ()
    assert [(its.question, its.who, its.value) for its in record.forecasts] == [("41257", "seer", 0.12)]
    assert complaint(said(root, "12%", "metaculus:4125"))[0] == "`metaculus` has no question `4125`"


def test_a_correction_of_a_resolution_leaves_a_trail(root: Path):
    """A second resolution is refused with the way to correct the first; the last one stands."""
    first = resolved(root, "yes").row
    assert first is not None
    message, hint = complaint(resolved(root, "no"))
    assert message == "`ferry.three_more` is resolved in seeds/ferry/resolutions.csv:2 already: yes"
    assert hint == f"a correction replaces it: add --replaces {first.id}"
    assert resolved(root, "no", replaces=first.id).problems == ()
    record = record_of(root)
    assert [its.outcome for its in record.resolutions] == ["yes", "no"]
    assert [its.outcome for its in standing_resolutions(record).values()] == ["no"]


@pytest.mark.parametrize(
    ("question", "outcome", "more", "message"),
    [
        ("three_more", "number", {"value": "3"}, "a question of type `binary` cannot end with `number`"),
        ("three_more", "yes", {"value": "3"}, "`yes` has no value"),
        ("three_more", "fraction", {"value": "50"}, "50 is no probability"),
        ("three_more", "yes", {"on": "2025-11-29"}, "this question was decided on 2025-11-29, after that was recorded (2025-11-28)"),
        ("three_more", "yes", {"on": "soon"}, "`soon` is neither a day nor a time"),
        ("next_fault", "not_by", {"value": "2027"}, "`not_by` needs a date, as in 2026-10-02, and not `2027`"),
        ("what_is_broken", "label", {"value": "mast"}, "this question has no option `mast`"),
        ("what_is_broken", "several", {"value": '["hull", "mast"]'}, "this question has no option `mast`"),
        ("three_more", "yes", {"replaces": "0123"}, "no row has the id `0123`, which this one replaces"),
        ("three_more", "yes", {"asked": "0123"}, "`three_more` was never asked as `0123`"),
    ],
)
def test_an_outcome_that_a_question_cannot_have_is_refused(root: Path, question: str, outcome: str, more: dict[str, str], message: str):
    """The message says why, and nothing is written."""
    assert complaint(resolved(root, outcome, question, **more))[0] == message
    assert not (root / "seeds/ferry/resolutions.csv").exists()


@pytest.mark.parametrize(
    ("question", "outcome", "value"),
    [
        ("three_more", "no", ""),
        ("three_more", "fraction", "0.5"),
        ("three_more", "void", ""),
        ("three_more", "annulled", ""),
        ("three_more", "ambiguous", ""),
        ("next_fault", "date", "2025-11-02"),
        ("next_fault", "not_by", "2025-11-02"),
        ("what_is_broken", "label", "hull"),
        ("what_is_broken", "several", '["hull", "engine"]'),
    ],
)
def test_every_outcome_that_fits_is_written(root: Path, question: str, outcome: str, value: str):
    """Its row is read again as it was given."""
    done = resolved(root, outcome, question, value=value)
    assert done.problems == ()
    assert record_of(root).resolutions == (done.row,)
