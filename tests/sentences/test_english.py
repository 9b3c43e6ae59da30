"""Every sentence that is generated for books says nothing that a native speaker would rewrite."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.update import update
from forecast.model.settings import Settings
from forecast.schema.topic import TopicContent, read_content
from tests.support.bad_english import bad_english
from tests.support.generated_sentences import generated_sentences, terminal_lines
from tests.support.paths import ROOT, TINY_BOOK
from tests.support.random_books import AS_OF, write_random_books

pytestmark = pytest.mark.medium

TEMPLATES = ROOT / "forecast" / "templates"
FEW_DRAWS = 512  # sentences need no exact numbers
OLD_SENTENCES = (  # of version 0.3.0, as a newcomer read them
    "If one or more wishes by 31 May 2027 (chance 16 %): 39 %; if no wishes: 5 %.",
    "If one or more into battle by 31 May 2027 (chance 16 %): 80 %; if no into battle: 77 %.",
    "4 in the middle",
    "About 4; nine times in ten between 3 and 16.",
    "About one in ten; the chance itself is between 1 and 30 %.",
    "That is if its condition holds, which has a chance of 16 %.",
    "later than 31 December 2027, probably",
    "About 0.08042; 90 % range 0.02 to 0.32.",
    "learnt from it: the answer that would change most had nothing been learnt from the row",
    "A stroke across the line is a day on which rows became known; a dashed upright, the day a question was settled.",
    "nothing that is watched for is expected to move it much.",
    "Unmoved since 26 November 2026",
    "The 1 day since then is forecast, not assumed quiet.",
    "Recorded up to 10 January 2025: 0 men.",
    "wishes: 1 men",
    "wishes: 2 man",
    "Watch whether fewer than 1 men are recorded.",
    "Watch whether more than one captives ask to go South.",
    "Monte Carlo error 1 percentage points",
    "Moved by into_battle.",
    "Up from nan to 3.",
    "It is between 4 and 4.",
    "It is 4 to 4.",
    "With all other changes the chance went from 12 % to 12 %.",
    "An wish is a order.",
    "The the record .. ends ( ) here.",
    "Down: ; nothing",
    "Most likely 1e+09",
    "If so 39 %, if not 5 %.",
    "Return, two prisoners refuse to go home (28 October 2025), a correction: up from 25 to 35 %.",
    "The day before the prior of leaning was edited.",
    "The prior of names_south is a pool, which is not varied here; `forecast whatif` takes another in its place.",
    "About one in eight; at most 30 %, depending on parameters that nobody knows well.",
    "Less than 1 in 1,000; below 0.1 %, whatever the parameters.",
    "Over variants the chance is 1 to 13 %.",
    "Over variants the median is 26.12 % to 26.14 %.",
    "Most of the doubt is luck: knowing every parameter and which variant is right would remove only 12 % of it.",
    "The record of into battle, captures and told ends on 12 October 2026; the 47 days since are treated as unknown.",
    "The rows of wishes and letters are not counted over time: each stands by itself.",
)


@pytest.mark.parametrize("sentence", OLD_SENTENCES)
def test_old_sentences_are_found(sentence: str) -> None:
    """What earlier versions said, or nearly, is seen to be bad."""
    assert [*bad_english([sentence])] != []


def test_the_tiny_book_is_good_english(tmp_path: Path) -> None:
    """Its reports and what the terminal says of them."""
    shutil.copytree(TINY_BOOK, tmp_path / "book", ignore=shutil.ignore_patterns("reports"))
    assert [*bad_english(sentences_of(tmp_path / "book", date(2025, 1, 1)))] == []


def test_a_few_random_books_are_good_english(tmp_path: Path) -> None:
    """Of each kind of stream some, with rows of 0, 1 and 2, with clauses and without."""
    write_random_books(tmp_path, 6)
    assert [*bad_english(sentences_of(tmp_path, AS_OF))] == []


@pytest.mark.slow
def test_the_templates_are_good_english(tmp_path: Path) -> None:
    """Each as it stands before anybody has put a question of his own in its place."""
    shutil.copytree(TEMPLATES, tmp_path / "book", ignore=shutil.ignore_patterns("reports"))
    assert [*bad_english(sentences_of(tmp_path / "book", date(2026, 1, 1)))] == []


@pytest.mark.slow
@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.study)])
def test_the_essay_s_book_is_good_english(tmp_path: Path, every: int) -> None:
    """Every committed report of the book in this repository, and what the terminal says of every eighth question of each, or of all."""
    for part in ("seeds", "priors", "reports"):
        shutil.copytree(ROOT / part, tmp_path / part)
    contents = {path.stem: read_content(path.read_bytes()) for path in sorted(tmp_path.glob("reports/*.json")) if path.stem != "score"}
    assert len(contents) == 6
    assert [*bad_english(sentences_in(tmp_path, contents, every=every))] == []


@pytest.mark.study
@pytest.mark.slow
def test_the_essay_s_book_made_anew_is_good_english(tmp_path: Path) -> None:
    """Every topic of it, conditioned with few draws, with which many things cannot be said."""
    for part in ("seeds", "priors"):
        shutil.copytree(ROOT / part, tmp_path / part)
    assert [*bad_english(sentences_of(tmp_path, date(2026, 11, 28), draws=2_048))] == []


@pytest.mark.study
@pytest.mark.slow
def test_two_hundred_random_books_are_good_english(tmp_path: Path) -> None:
    """As those few, but many."""
    write_random_books(tmp_path, 200, seed=2)
    assert [*bad_english(sentences_of(tmp_path, AS_OF))] == []


def sentences_of(root: Path, day: date, *, draws: int = FEW_DRAWS) -> Iterator[str]:
    """Every sentence of the reports of a book as of a day, and of what `show` and `why` say of its questions."""
    done = update(root, as_of=day, today=day, settings=Settings(draws=draws), referee=False)
    assert [problem.message for problem in done.problems if problem.level == "error"] == []
    assert done.contents
    yield from sentences_in(root, done.contents)


def sentences_in(root: Path, contents: Mapping[str, TopicContent], *, every: int = 1) -> Iterator[str]:
    """Every sentence of some reports of a book, and of what `show` and `why` say of their questions, or of one in so many."""
    for name, content in contents.items():
        yield from generated_sentences(content)
        asked = [text for answer in content["answers"] for text in (answer["asks"], answer["rule"])]
        yield from terminal_lines(root, [f"{name}.{answer['name']}" for answer in content["answers"][::every]], asked)
