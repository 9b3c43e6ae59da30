"""A record that is written as CSV, for Fatebook or in our own layout, and imported again says the same, to the last digit and microsecond."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.book.files.problems import Place
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.people import Person, PersonKind
from forecast.forecasts.question import AskedQuestion, Option
from forecast.forecasts.record import ForecastRecord, RecordSource
from forecast.forecasts.resolution import OutcomeValue, OutcomeWord, Resolution
from forecast.forecasts.values import ForecastValue, Form, Quantiles, forecast_value_text
from forecast.importers.choices import ImportChoices
from forecast.importers.fatebook import read_fatebook
from forecast.importers.imported import ImportedRecord
from forecast.importers.mapped_csv import read_mapped_csv
from forecast.importers.written_csv import WrittenCsv, fatebook_csv, mapped_csv

pytestmark = pytest.mark.medium

OPENS = datetime(2025, 1, 1, tzinfo=UTC)
PLACE = Place("")
TEXTS = st.text("abZé \"',;=\n🙂", min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)
TIMES = st.integers(1, 10**13).map(lambda microseconds: OPENS + timedelta(microseconds=microseconds))
PEOPLE: tuple[tuple[str, PersonKind], ...] = (("me", "person"), ("person-1", "person"), ("bot-1", "bot"), ("crowd", "aggregate"))


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be said of a question of one type."""

    form: Form
    values: st.SearchStrategy[ForecastValue]
    outcomes: Sequence[tuple[OutcomeWord, OutcomeValue]]


KINDS = {
    "binary": Kind(
        "probability", st.floats(0, 1), [("yes", None), ("no", None), ("ambiguous", None), ("annulled", None), ("fraction", 0.25)]
    ),
    "options": Kind("options", st.floats(0, 1).map(lambda share: {"a b": share, "c": 1 - share}), [("label", "a b"), ("void", None)]),
    "number": Kind(
        "quantiles", st.floats(-1e9, 1e9).map(lambda low: Quantiles((0.1, 0.9), (low, low + 1))), [("number", 2.5), ("below", None)]
    ),
    "date": Kind("date", st.integers(0, 30_000).map(float), [("date", 20_000.0), ("not_by", 20_100.5)]),
}


@st.composite
def records(draw: st.DrawFn, kinds: Sequence[str] = tuple(KINDS)) -> ForecastRecord:
    """A record of a few questions and of forecasts of several persons, each at a time of its own."""
    questions: dict[str, tuple[AskedQuestion, ...]] = {}
    forecasts: list[Forecast] = []
    resolutions: list[Resolution] = []
    options: list[Option] = []
    for text in draw(st.lists(TEXTS, min_size=1, max_size=3, unique=True)):
        name, kind = f"q{len(questions)}", draw(st.sampled_from(kinds))
        questions[name] = (AskedQuestion(PLACE, name, "", text, kind, opens=OPENS, scheduled_close=OPENS + timedelta(days=400)),)
        if kind == "options":
            options += [Option(PLACE, name, label, None, None, order) for order, label in enumerate(("a b", "c"), 1)]
        if (outcome := draw(st.none() | st.sampled_from(KINDS[kind].outcomes))) is not None:
            on = draw(TIMES)
            resolutions.append(Resolution(PLACE, f"r{name}", name, "", *outcome, on, on.date(), on))
        for who, _ in PEOPLE:
            for at in draw(st.lists(TIMES, min_size=int(who == "me"), max_size=3, unique=True)):
                value = draw(KINDS[kind].values)
                forecasts.append(Forecast(PLACE, str(len(forecasts)), name, "", who, at, None, KINDS[kind].form, value, at))
    people = {who: Person(PLACE, who, kind, kind != "aggregate") for who, kind in PEOPLE}
    source = RecordSource("x", "x", "", date(2026, 1, 1), me=("me",))
    return ForecastRecord("x", "x", source, questions, tuple(options), people, tuple(forecasts), tuple(resolutions))


def read_again(written: WrittenCsv, read: Callable[..., ImportedRecord], choices: ImportChoices) -> ImportedRecord:
    """Import what was written into a collection that has nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.csv"
        path.write_bytes(written.content)
        return read([path], ForecastRecord("y", "y"), choices)


@settings(max_examples=60, deadline=None)
@given(record=records())
def test_a_csv_holds_a_record(record: ForecastRecord):
    """Every forecast of everybody, with the kind of who made it, every question that has one with its options, and its outcome."""
    written = mapped_csv(record)
    again = read_again(written, read_mapped_csv, ImportChoices(me=("me",), others=True))
    assert (written.problems, again.problems, again.left_out) == ((), (), {})
    assert written.forecasts == len(record.forecasts)
    assert sorted((its.question, its.who, its.at, its.form, its.value) for its in again.forecasts) == sorted(
        (its.question, its.who, its.at, its.form, forecast_value_text(its.form, its.value)) for its in record.forecasts
    )
    assert {(row["who"], row["kind"]) for row in again.people} == {(its.who, record.people[its.who].kind) for its in record.forecasts}
    asked = {its.question for its in record.forecasts}
    assert {name: (its.cells["text"], its.type) for name, its in again.questions.items()} == {
        name: (its.text, its.type) for name, (its,) in record.questions.items() if name in asked
    }
    assert {(name, its.resolution["outcome"], its.resolution["on"][:19]) for name, its in again.questions.items() if its.resolution} == {
        (its.question, its.outcome, its.on.isoformat()[:19]) for its in record.resolutions if its.question in asked
    }


@settings(max_examples=60, deadline=None)
@given(record=records(kinds=("binary",)))
def test_fatebook_gets_the_own_forecasts_in_percent(record: ForecastRecord):
    """To the last digit and microsecond; what it has no word for is named."""
    written = fatebook_csv(record)
    again = read_again(written, read_fatebook, ImportChoices())
    mine = [its for its in record.forecasts if its.who == "me"]
    assert (again.problems, written.forecasts) == ((), len(mine))
    assert sorted((again.questions[its.question].cells["text"], its.at, its.value) for its in again.forecasts) == sorted(
        (record.questions[its.question][0].text, its.at, forecast_value_text("probability", its.value)) for its in mine
    )
    ended = {its.question: its.outcome for its in record.resolutions}
    words = {record.questions[name][0].text: word for name, word in ended.items() if word in {"yes", "no", "ambiguous"}}
    assert {its.cells["text"]: its.resolution["outcome"] for its in again.questions.values() if its.resolution} == {
        text: word for text, word in words.items() if text in {its.cells["text"] for its in again.questions.values()}
    }
    unsaid = {its.question for its in mine} & {name for name, word in ended.items() if word in {"annulled", "fraction"}}
    assert len(written.problems) == len(unsaid)


def test_what_has_no_place_is_named():
    """A forecast that needs a scale, and one that ends by itself."""
    question = AskedQuestion(PLACE, "q", "", "How many?", "number", opens=OPENS)
    cdf = Forecast(PLACE, "1", "q", "", "me", OPENS, None, "cdf", (0.0, 1.0), OPENS)
    source = RecordSource("x", "x", "", date(2026, 1, 1), me=("me",))
    record = ForecastRecord("x", "x", source, {"q": (question,)}, forecasts=(cdf,))
    assert [(its.forecasts, len(its.problems)) for its in (mapped_csv(record), fatebook_csv(record))] == [(0, 1), (0, 1)]
