"""The Python API: a book is opened and its topics are asked."""

from __future__ import annotations

import doctest
import importlib
import shutil
import traceback
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

import forecast
from forecast.api import BookHasProblems
from forecast.book.files.problems import Place, Problem
from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.predict import analysis
from tests.support.paths import ROOT, TINY_BOOK
from tests.support.variant_books import write_variant_book

pytestmark = pytest.mark.medium

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
    """The nouns agree: the analysis's answers are those of `answers`, from draws of `posterior`, given rows of `model`."""
    ferry = forecast.open_book(TINY_BOOK).topic("ferry", as_of=NEW_YEAR)
    concluded = ferry.analyse()
    assert concluded.result.answers == ferry.answers()
    assert concluded.result.posterior.quantiles("breakdown_rate") == ferry.posterior().quantiles("breakdown_rate")
    assert concluded.prior.quantiles("breakdown_rate") == ferry.prior().quantiles("breakdown_rate")
    assert len(ferry.paths()) == ferry.settings.draws
    assert [row.value for _, row in ferry.model().rows] == [1.0, 0.0, 1.0, 4.0, 17.0, 5.0]
    assert [row.value for _, row in ferry.at(date(2024, 5, 1)).model().rows] == [1.0, 0.0, 4.0, 17.0]


def test_draws_and_answers_are_those_that_are_published(monkeypatch: pytest.MonkeyPatch):
    """Where the fast engine is not sound, posterior, paths and answers are NUTS's, as in the report."""
    ferry = forecast.open_book(TINY_BOOK).topic("ferry", as_of=NEW_YEAR, settings=Settings(draws=4_096, chances=False))
    drawn = ferry.posterior()
    unsound = replace(drawn, diagnostics=replace(drawn.diagnostics, sound=False, reason="bad"))
    slow = replace(drawn, engine="nuts", diagnostics=replace(drawn.diagnostics, engine="nuts", divergences=0))
    monkeypatch.setattr(analysis, "condition_fast", lambda *_, **__: unsound)
    monkeypatch.setattr(analysis, "condition_nuts", lambda *_, **__: slow)
    whole = ferry.analyse()
    assert ferry.posterior().engine == whole.result.posterior.engine == "nuts"
    for name, values in whole.result.paths.parameters.items():
        np.testing.assert_array_equal(ferry.paths().parameters[name], values)
    assert ferry.answers() == whole.result.answers


def test_a_book_is_found_from_a_directory_inside_it():
    """Opening a topic's directory opens the book around it."""
    assert forecast.open_book(TINY_BOOK / "seeds" / "ferry").root == TINY_BOOK


def test_a_path_that_is_not_there_does_not_open_the_book_around_it(tmp_path: Path):
    """A misspelt name would give the topics of another book."""
    for path in (TINY_BOOK / "seds", tmp_path / "missing"):
        with pytest.raises(BookHasProblems, match=f"there is no directory `{path}`"):
            forecast.open_book(path)


def test_a_book_with_errors_does_not_open(tmp_path: Path):
    """Opening a book with errors raises one exception that carries and shows all of them."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    priors = root / "priors/ferry.toml"
    priors.write_text(priors.read_text().replace("Gamma(", "Gama(").replace("Normal(mu=280", "Nrmal(mu=280"))
    with pytest.raises(BookHasProblems, match="did you mean `Gamma`") as caught:
        forecast.open_book(root)
    assert [problem.place.path for problem in caught.value.problems] == ["priors/ferry.toml"] * 2


def test_some_topics_open_whatever_is_wrong_with_others(tmp_path: Path):
    """Errors in a topic that was not asked for do not matter; a topic that is not there is an error with a suggestion."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    (root / "seeds/broken").mkdir()
    (root / "seeds/broken/topic.toml").write_text("title = 3\n")
    with pytest.raises(BookHasProblems, match=r"seeds/broken/topic\.toml"):
        forecast.open_book(root)
    assert list(forecast.open_book(root, topics=["ferry"]).topics) == ["ferry"]
    with pytest.raises(BookHasProblems, match="did you mean `ferry`"):
        forecast.open_book(root, topics=["fery"])


def test_an_unknown_topic_is_a_key_error_with_a_suggestion():
    """A topic the book does not have raises KeyError and suggests the nearest."""
    with pytest.raises(KeyError, match="did you mean `ferry`"):
        forecast.open_book(TINY_BOOK).topic("fery")


def test_an_unknown_question_is_a_key_error_with_a_suggestion():
    """As an unknown topic, parameter and variant are."""
    answers = forecast.open_book(TINY_BOOK).topic("ferry", as_of=NEW_YEAR, settings=Settings(draws=512, chances=False)).answers()
    with pytest.raises(KeyError, match="no question `tree_more`; did you mean `three_more`"):
        answers["tree_more"]
    assert "tree_more" not in answers


@pytest.mark.parametrize("day", ["2025-01-01", datetime(2025, 1, 1, tzinfo=UTC)])
def test_a_day_that_is_a_text_or_a_time_is_refused_before_anything_is_computed(day):
    """The message says what a day is."""
    book = forecast.open_book(TINY_BOOK)
    ferry = book.topic("ferry", as_of=NEW_YEAR)
    for ask in (lambda: book.topic("ferry", as_of=day), lambda: ferry.at(day), lambda: ferry.model(day)):
        with pytest.raises(TypeError, match=r"as_of is a datetime.date, as in date\(2026, 12, 1\), not "):
            ask()


def test_one_name_in_the_place_of_a_list_of_names_is_refused():
    """Its letters are no topics."""
    with pytest.raises(TypeError, match=r"topics are a list of names, as in topics=\['ferry'\]"):
        forecast.open_book(TINY_BOOK, topics="ferry")


def test_a_traceback_says_in_which_line_of_the_book_the_problem_is():
    """The place stands in a note, before the hint."""
    problem = Problem(Place("seeds/own/model.py", 8), "this code raised KeyError: 'waits'", "look")
    assert traceback.format_exception_only(Unsound(problem))[1:] == ["seeds/own/model.py, line 8\n", "look\n"]


def test_what_is_of_one_model_alone_is_refused_of_a_topic_with_variants_which_are_named(tmp_path: Path):
    """The exception says which variants there are, as the command line does."""
    write_variant_book(tmp_path)
    topic = forecast.open_book(tmp_path).topic("made", as_of=NEW_YEAR)
    for ask in (topic.posterior, topic.prior, topic.paths, topic.data_tree, topic.pymc_source):
        with pytest.raises(Unsound, match="is of one model alone") as caught:
            ask()
        assert traceback.format_exception_only(caught.value)[-1] == "its variants: base, bursts, fast\n"


def test_without_reports_there_is_none():
    """`report` of a book never updated is None."""
    assert forecast.open_book(TINY_BOOK).topic("ferry").report() is None
