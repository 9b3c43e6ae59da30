"""The counts of the years before, given as a topic begins."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.templates import TemplateInput
from tests.support.new_topics import new_topic

TODAY = date(2026, 11, 28)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new book."""
    assert new_book(tmp_path / "book", today=TODAY).problems == ()
    return tmp_path / "book"


def asked(past: str, source: str = "Yearbooks", asks: str = "How many owls will nest in 2027?") -> TemplateInput:
    """A question of one's own with a count of each year."""
    return TemplateInput(asks, priors={"rate": "0.3 to 3"}, past=past, source=source)


@pytest.mark.parametrize("past", ["12 9, 0", "2023: 12 9 0", "2023:12;9;0"])
def test_the_last_count_is_that_of_the_last_whole_year(root: Path, past: str):
    """Each count is a row of a whole year, and the record opens with the first; years that were not said stand in a sentence and in each row."""
    done = new_topic(root, "owls", kind="count", own=asked(past), today=TODAY)
    assert (done.problems, done.topic.opens if done.topic else None) == ((), date(2023, 1, 1))
    notes = ["" if past.startswith("2023") else f'"given without a year, and taken for {year}"' for year in (2023, 2024, 2025)]
    assert (root / "seeds/owls/events.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        f"2023-01-01,2023-12-31,12,,Yearbooks,,{notes[0]}",
        f"2024-01-01,2024-12-31,9,,Yearbooks,,{notes[1]}",
        f"2025-01-01,2025-12-31,0,,Yearbooks,,{notes[2]}",
    ]
    assert done.years is not None
    said = "The counts were given without years, and are taken for 2023: 12, 2024: 9, 2025: 0."
    assert done.years.sentence() == ("" if past.startswith("2023") else said)


@pytest.mark.parametrize(
    ("kind", "own", "said"),
    [
        ("count", asked("12 nine"), "`nine` is no count of a year"),
        ("count", asked("12 9.5"), "`9.5` is no count of a year"),
        ("count", asked("2023:"), "no year is given"),
        ("count", asked("2024: 12 9 15"), "the counts reach to 2026, which is not over yet"),
        ("count", asked("12 9", source=""), "the years before need a source"),
        ("count", asked("", source="Yearbooks"), "a source is of the counts of the years before"),
        ("count", asked("12 9", asks=""), "the example has rows of its own"),
        ("seasonal", asked("12 9"), "the count of a whole year says nothing of the seasons that a topic like seasonal is about"),
        ("poll", TemplateInput("Will it win?", past="12 9", source="Yearbooks"), "a topic like poll takes no counts of years"),
    ],
)
def test_what_is_no_count_of_years_is_refused(root: Path, kind: str, own: TemplateInput, said: str):
    """Each mistake has its own message, and nothing is written."""
    done = new_topic(root, "owls", kind=kind, own=own, today=TODAY)
    assert [problem.message for problem in done.problems] == [said]
    assert not (root / "seeds/owls").exists()


def test_a_number_is_taken_apart_in_ones_own_way(root: Path):
    """The names in the answer are the parameters, in their order, with units from the words and shares where per cent are said."""
    priors = {"homes": "20k to 60k", "owning": "1 % to 8 %", "wanted": "0.2 to 1.2 tunings", "moved": "-5 to 5"}
    own = TemplateInput("How many tunings?", "homes * owning * wanted + moved", priors=priors)
    done = new_topic(root, "tuners", kind="decomposition", own=own, today=TODAY)
    assert done.problems == ()
    assert done.topic is not None
    found = {name: (its.prior.distribution if its.prior else None, its.unit) for name, its in done.topic.parameters.items()}
    assert found == {
        "homes": ("LogNormal", "homes"),
        "owning": ("Beta", ""),
        "wanted": ("LogNormal", "tunings"),
        "moved": ("Normal", "moved"),
    }
    assert done.topic.quantities == {}


def test_a_part_without_a_prior_is_named(root: Path):
    """The parts of an example serve as they are; of one's own each needs its prior, and only these are taken."""
    own = TemplateInput("How many tunings?", "homes * owning", priors={"homes": "20 to 60"})
    done = new_topic(root, "tuners", kind="decomposition", own=own, today=TODAY)
    assert [(problem.message, problem.hint) for problem in done.problems] == [
        ("`owning` has no prior", "give it, as in --prior 'owning=20 to 60'")
    ]
    own = TemplateInput("How many tunings?", "homes", priors={"homes": "20 to 60", "cats": "1 to 2"})
    assert "no prior `cats`" in new_topic(root, "tuners", kind="decomposition", own=own, today=TODAY).problems[0].message
    own = TemplateInput("How many of them?", "tuners / 2")
    assert new_topic(root, "tuners", kind="decomposition", own=own, today=TODAY).problems == ()
