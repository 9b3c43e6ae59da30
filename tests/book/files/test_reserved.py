"""Names that stand for files already: refused with the reason, and no two things have one file."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.templates import TemplateInput
from forecast.book.files.names import LONGEST_NAME, name_fault, record_fault, topic_fault
from forecast.book.files.reserved import DEVICES, RECORDS_OF_OTHER_KINDS
from forecast.book.reading import read_book
from forecast.report.charts_why import chart_name
from tests.support.new_topics import new_topic
from tests.support.paths import TINY_BOOK

REASONS = {
    "index": "reports/index.html is the list of topics",
    "as-of": "reports/as-of holds reports of earlier days",
    "ledger": "reports/ledger.jsonl is the ledger",
    "readme": "README.md says what a folder holds",
    **dict.fromkeys(RECORDS_OF_OTHER_KINDS, "it is kept for files of another kind in seeds"),
    **dict.fromkeys(DEVICES, "it is a device of Windows, where no file can have this name"),
}


@pytest.mark.parametrize("name", REASONS)
def test_a_topic_cannot_have_the_name_of_a_file(name: str, tmp_path: Path):
    """Check says why and what to do, update has no such topic, `new` refuses it in the same words."""
    book = tmp_path / "book"
    shutil.copytree(TINY_BOOK, book)
    (book / "seeds/ferry").rename(book / "seeds" / name)
    (book / "priors/ferry.toml").rename(book / f"priors/{name}.toml")
    read, problems = read_book(book)
    message = f"`{name}` cannot be a topic's name: {REASONS[name]}"
    assert list(read.topics) == []
    assert [(each.place.path, each.message, each.hint) for each in problems] == [
        (f"seeds/{name}/topic.toml", message, f"rename the folder, and priors/{name}.toml")
    ]
    (book / "seeds" / name).rename(book / "seeds" / "ferry")
    started = new_topic(book, name, kind="count", own=TemplateInput("", "", {}, {}), opens=None, by=None, today=date(2026, 1, 1))
    assert [(each.message, each.hint) for each in started.problems] == [(message, "choose another name")]


@pytest.mark.parametrize("name", [*RECORDS_OF_OTHER_KINDS, *DEVICES])
def test_a_stream_or_series_cannot_have_the_name_of_another_file(name: str):
    """Its records stand in a file of that name; a parameter, which has no file in seeds, may have it."""
    for kind, article in (("stream", "a stream"), ("series", "a series")):
        assert record_fault(name, kind) == (f"`{name}` cannot be the name of {article}: {REASONS[name]}", "choose another name")
    assert name_fault(name) is None


@pytest.mark.parametrize("name", ["indexes", "ledgers", "con_", "com10", "record", "quote", "auxiliary", "topic", "answers", "model"])
def test_names_near_those_of_files_are_free(name: str):
    """Only the names themselves are taken."""
    assert (topic_fault(name), record_fault(name, "stream")) == (None, None)


def test_a_name_can_be_as_long_as_a_file_s_name_allows():
    """A hundred characters are allowed, one more is not."""
    assert name_fault("a" * LONGEST_NAME) is None
    assert name_fault("a" * (LONGEST_NAME + 1)) == (
        "a name of 101 characters; the longest allowed has 100",
        "choose a shorter name",
    )


def test_no_two_pictures_have_one_file_where_capitals_are_small_letters():
    """Labels that differ in capitals, in signs, in length, or look like another's name have pictures of their own."""
    labels = ["calm", "Calm", "CALM", "ca lm", "ca_lm", "ca-lm", "x" * 40, "x" * 41, "x" * 300, ""]
    labels += [chart_name("", {"question": "", "label": label}) for label in labels if label]
    names = [chart_name("moved", {"question": "q", "label": label}) for label in dict.fromkeys(labels)]
    assert len({name.lower() for name in names}) == len(names)
    assert max(map(len, names)) < 100
