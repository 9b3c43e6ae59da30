"""A label that `next` or `later` names before any row that has it is known has a warning of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.early_labels import day_of_label, early_label_warnings
from forecast.book.topic import Book, Variant
from forecast.language.expressions import Label
from tests.support.small_books import book_of

ROWS = """from,to,value,regime,known,source,grade
2018-01-01,2018-12-31,9,open,2019-01-31,a register,A
2019-01-01,2019-12-31,4,thaw,2020-02-05,a register,A
2020-01-01,2020-12-31,6,thaw,2021-01-31,a register,A
"""
NEXT = '[streams.events.next]\nregime = "{label}"\n'


def book_with(root: Path, *, label: str = "'thaw'", later: str = "1") -> Book:
    """A book whose stream goes on in a regime, and whose load becomes what `later` says."""
    by_label = 'Gamma(alpha=2, beta=0.5)"\nper = "regime'
    (root / "seeds/made").mkdir(parents=True)
    (root / "seeds/made/load.csv").write_text("date,value,source,grade\n2018-01-01,1,a register,A\n", encoding="utf-8")
    book, problems = book_of(
        root,
        opens="2018-01-01",
        step="year",
        value="Poisson(mu=rate[regime] * load * years)",
        priors={"rate": by_label},  # type: ignore[arg-type]
        rows=ROWS,
        more=f'[series.load]\nabout = "the load"\nunit = "loads"\nlater = "{later}"\n{NEXT.format(label=label)}',
    )
    assert [problem for problem in problems if problem.level == "error"] == []
    return book


@pytest.mark.parametrize(("as_of", "count"), [(date(2020, 2, 4), 1), (date(2020, 2, 5), 0)], ids=["the eve", "the day"])
def test_a_next_label_is_early_until_its_first_row_is_known(tmp_path: Path, as_of: date, count: int):
    """On the eve of the day on which the first row became known there is a warning, on the day itself none."""
    assert len(early_label_warnings(book_with(tmp_path), as_of)) == count


def test_the_warning_names_label_day_and_place(tmp_path: Path):
    """It stands at the key, with the label, the day of the replay and that on which the label became known."""
    (problem,) = early_label_warnings(book_with(tmp_path), date(2019, 6, 30))
    assert problem.message == "`regime` is taken to be `thaw`, which no row known on 2019-06-30 has: the first is known on 2020-02-05"
    assert problem.hint == "answers as of 2019-06-30 rest on knowledge of a later day"
    assert (problem.level, problem.place.path, "thaw" in problem.source) == ("warning", "seeds/made/topic.toml", True)


def test_what_a_series_is_later_counts_too(tmp_path: Path):
    """A parameter of a label in `later` is known no earlier than the label."""
    book = book_with(tmp_path, label="'open'", later="rate[thaw] / 4")
    assert [problem.place.path for problem in early_label_warnings(book, date(2019, 6, 30))] == ["seeds/made/topic.toml"]
    assert early_label_warnings(book, date(2020, 2, 5)) == []


def test_a_label_that_no_row_has_is_a_possibility(tmp_path: Path):
    """A regime of which priors alone speak is not knowledge of a later day."""
    topic = book_with(tmp_path).topics["made"]
    assert day_of_label(topic, "regime", "flood") is None
    assert day_of_label(topic, "regime", "thaw") == date(2020, 2, 5)


def test_a_variant_that_goes_on_in_another_label_is_warned_of_at_its_own_place(tmp_path: Path):
    """What a variant takes from the topic is said once, what it replaces by itself."""
    topic = book_with(tmp_path, label="'open'").topics["made"]
    stream = replace(topic.streams["events"], next={"regime": Label("thaw")})
    rival = Variant("other", 0.5, "It may thaw.", {}, replace(topic, streams={"events": stream}))
    book = Book(tmp_path, {"made": replace(topic, variants={"other": rival})})
    assert len(early_label_warnings(book, date(2019, 6, 30))) == 1
