"""The Python API: a book is opened and its topics are asked."""

from __future__ import annotations

import doctest
import importlib
import shutil
from datetime import date
from pathlib import Path

import pytest

import forecast
from forecast.api import BookHasProblems
from tests.support.paths import ROOT, TINY_BOOK

NEW_YEAR = date(2025, 1, 1)


@pytest.mark.parametrize("module", ["forecast", "forecast.api"])
def test_the_examples_in_the_docstrings_are_true(module: str, monkeypatch: pytest.MonkeyPatch):
    """Every example in the API's docstrings runs and gives what it says."""
    monkeypatch.chdir(ROOT)
    done = doctest.testmod(importlib.import_module(module))
    assert done.attempted > 0
    assert done.failed == 0


@pytest.mark.slow
def test_a_topic_answers_as_the_book_s_settings_say():
    """The nouns agree: the conclusion's answers are those of `answers`, from draws of `posterior`, given rows of `model`."""
    ferry = forecast.open_book(TINY_BOOK).topic("ferry", as_of=NEW_YEAR)
    concluded = ferry.conclude()
    assert concluded.reading.answers == ferry.answers()
    assert concluded.reading.posterior.quantiles("breakdown_rate") == ferry.posterior().quantiles("breakdown_rate")
    assert concluded.prior.quantiles("breakdown_rate") == ferry.prior().quantiles("breakdown_rate")
    assert len(ferry.paths()) == ferry.settings.draws
    assert [row.value for _, row in ferry.model().rows] == [1.0, 0.0, 1.0, 4.0, 17.0, 5.0]
    assert [row.value for _, row in ferry.at(date(2024, 5, 1)).model().rows] == [1.0, 0.0, 4.0, 17.0]


def test_a_book_is_found_from_a_directory_inside_it():
    """Opening a topic's directory opens the book around it."""
    assert forecast.open_book(TINY_BOOK / "seeds" / "ferry").root == TINY_BOOK


def test_a_book_with_errors_does_not_open(tmp_path: Path):
    """Opening a book with errors raises one exception that carries and shows all of them."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    priors = root / "priors/ferry.toml"
    priors.write_text(priors.read_text().replace("Gamma(", "Gama(").replace("Normal(mu=280", "Nrmal(mu=280"))
    with pytest.raises(BookHasProblems, match="did you mean `Gamma`") as caught:
        forecast.open_book(root)
    assert [problem.place.path for problem in caught.value.problems] == ["priors/ferry.toml"] * 2


def test_an_unknown_topic_is_a_key_error_with_a_suggestion():
    """A topic the book does not have raises KeyError and suggests the nearest."""
    with pytest.raises(KeyError, match="did you mean `ferry`"):
        forecast.open_book(TINY_BOOK).topic("fery")


def test_without_reports_there_is_none():
    """`report` of a book never updated is None."""
    assert forecast.open_book(TINY_BOOK).topic("ferry").report() is None
