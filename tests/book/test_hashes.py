"""What changes numbers and what changes words have a hash each."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from forecast.book.files.folder import Folder
from forecast.book.files.problems import has_errors
from forecast.book.hashes import TAGS, linked_part, numbers_hash, priors_hash, tree_as_data, words_hash
from forecast.book.ledger import read_ledger
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.book.used_rows import used_rows
from forecast.language.expressions import Expression
from forecast.language.parsing import parse_expression
from tests.support.building import make_topic
from tests.support.linked_books import linked_priors, write_linked_book
from tests.support.paths import ROOT, TINY_BOOK

TINY = TINY_BOOK
TOPIC, PRIORS, BREAKDOWNS = "seeds/ferry/topic.toml", "priors/ferry.toml", "seeds/ferry/breakdowns.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        (PRIORS, "Between the winter", "Somewhere between the winter", "words"),
        (PRIORS, "Normal(mu=280, sigma=40)", "Normal( mu = 280,sigma=40.0 )", "words"),
        (TOPIC, "The ferry across", "A ferry across", "words"),
        (TOPIC, "Yes when the harbour log lists", "Yes if the harbour log lists", "words"),
        (BREAKDOWNS, "one of them disputed", "one of the two disputed", "words"),
        (PRIORS, "reviewed = 2024-01-15", "reviewed = 2024-01-16", "words"),
        (PRIORS, "Normal(mu=280, sigma=40)", "Normal(mu=281, sigma=40)", "both"),
        (TOPIC, "total(breakdowns) >= 3", "total(breakdowns) > 3", "both"),
        (TOPIC, 'step   = "month"', 'step   = "week"', "numbers"),
        (TOPIC, "by      = 2025-12-31", "by      = 2025-12-30", "numbers"),
        (TOPIC, "since   = 2025-01-01\n", "", "numbers"),
        (TOPIC, "watched = true\n", "", "numbers"),
        (BREAKDOWNS, "2024-03-31,1,", "2024-03-31,2,", "numbers"),
        (BREAKDOWNS, "1,2024-04-02", "1,2024-04-03", "numbers"),
        ("seeds/ferry/crossings.csv", "2024-05-01,360", "2024-05-01,361", "numbers"),
        ("seeds/ferry/late.csv", "58,rough", "59,rough", "numbers"),
    ],
)
def test_an_edit_changes_the_hash_of_what_it_changes(file: str, old: str, new: str, changed: str, tmp_path: Path) -> None:
    """Numbers change the one hash, words the other, the text of a statement both when its meaning changes."""
    before, after = tiny_topic(TINY), edited(tmp_path, file, old, new)
    differs = (numbers_hash(before) != numbers_hash(after), words_hash(before) != words_hash(after))
    assert differs == {"words": (False, True), "numbers": (True, False), "both": (True, True)}[changed]
    assert (priors_hash(before) != priors_hash(after)) == (file == PRIORS and changed == "both")


def test_what_becomes_known_later_does_not_change_an_old_hash(tmp_path: Path) -> None:
    """As of a day, a row, a label and a timetable known later leave the hash alone; without a day they do not."""
    late = "seeds/ferry/late.csv"
    text = "2025-02-05,2025-02-11,60,foggy,4,Passenger count\n"
    after = edited(tmp_path, PRIORS, "prior.rough =", 'prior.default = "Beta(mean=0.4, strength=5)"\nprior.rough =')
    with (tmp_path / "book" / late).open("a") as file:
        file.write(text)
    grown = tiny_topic(tmp_path / "book")
    day = date(2025, 1, 1)
    assert numbers_hash(after, as_of=day) == numbers_hash(grown, as_of=day)
    assert numbers_hash(after, as_of=date(2025, 2, 11)) != numbers_hash(grown, as_of=date(2025, 2, 11))
    assert numbers_hash(after) != numbers_hash(grown)


def test_extending_quiet_time_does_not_change_what_a_day_inside_it_knew(tmp_path: Path) -> None:
    """Quiet days in a watched stream count as they pass, so a longer quiet row is the same row as of a day inside both."""
    before = edited(tmp_path, BREAKDOWNS, "2024-04-01,2024-06-30,0", "2024-04-01,2024-05-31,0")
    day = date(2024, 5, 20)
    assert numbers_hash(before, as_of=day) == numbers_hash(tiny_topic(TINY), as_of=day)


def tiny_topic(book: Path) -> Topic:
    """The topic of a copy of the tiny book."""
    read, problems = read_book(book)
    assert not has_errors(problems)
    return read.topics["ferry"]


def edited(directory: Path, file: str, old: str, new: str) -> Topic:
    """The tiny book's topic with one text of one file replaced."""
    book = directory / "book"
    shutil.copytree(TINY, book)
    text = (book / file).read_text()
    assert old in text
    (book / file).write_text(text.replace(old, new, 1))
    return tiny_topic(book)


def test_a_total_hashes_as_it_did_before_classes_were_known() -> None:
    """The total of a whole stream is written as it always was, so that older hashes stand; that of a class adds the class."""
    assert tree_as_data(parse_expression("total(votes)")) == ["Total", "votes"]
    assert (
        tree_as_data(parse_expression('total(votes, "left")'))
        == ["Total", "votes", "left"]
        == tree_as_data(parse_expression("total(votes, left)"))
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"rows": {"seen": [{"low": 3, "high": 6, "grade": "A"}]}},
        {"rows": {"seen": [{"low": 3, "grade": "A", "origin": "wire"}]}},
        {"rows": {"seen": [{"low": 3, "grade": "B"}]}},
        {"weight": "0.25"},
        {"reliability": '0.8 if grade == "A" else 0.5'},
        {"wrong": "Poisson(mu=8)"},
    ],
)
def test_how_a_row_enters_changes_the_hash_of_numbers(changed):
    """A range, an origin, a grade that the reliability goes by, a weight, a reliability and a statement of wrong reports each change it."""
    stream = {"value": "Poisson(mu=rate)", "weight": "0.5", "reliability": '0.9 if grade == "A" else 0.5', "wrong": "Poisson(mu=9)"}
    rows = {"seen": [{"low": 3, "grade": "A"}]}

    def hashed(*, rows=rows, **parts):
        return numbers_hash(make_topic(priors={"rate": "Gamma(alpha=1, beta=1)"}, streams={"seen": {**stream, **parts}}, rows=rows))

    assert hashed(**changed) != hashed()


def test_hashes_are_what_they_were_in_every_earlier_version(tmp_path: Path) -> None:
    """No class, module or variable may be renamed so that a remembered verdict or a ledger's line no longer belongs to its topic."""
    topic = edited(tmp_path, BREAKDOWNS, "the log lists none", "")  # a note that the row did not have then
    assert numbers_hash(topic) == "86d89be0fb0b15876e0cfc532b010a8ee9abbdb445ece858ebf6fbe018d00b85"
    assert words_hash(topic) == "ed35d6ac5f21344ffcede5568188a468714ff6d42cc9b0af8560e3628266005f"


def test_each_kind_of_node_has_a_tag_of_its_own_that_no_class_gives_it() -> None:
    """One expression has all of them."""
    text = '(1 if not a > 2 and b == "x" else -first(total(s, "l") >= 3)) + min(total(s), rate[k] * 2)'
    counted = ["First", ["Compare", [">="], [["Total", "s", "l"], ["Number", 3.0]]]]
    test = [
        "Logic",
        "and",
        [["Unary", "not", ["Compare", [">"], [["Name", "a"], ["Number", 2.0]]]], ["Compare", ["=="], [["Name", "b"], ["Label", "x"]]]],
    ]
    least = ["Call", "min", [["Total", "s"], ["Binary", "*", ["Index", "rate", ["Name", "k"]], ["Number", 2.0]]]]
    assert tree_as_data(parse_expression(text)) == ["Binary", "+", ["Conditional", test, ["Number", 1.0], ["Unary", "-", counted]], least]
    assert set(TAGS) == set(get_args(Expression.__value__))
    assert len(set(TAGS.values())) == len(TAGS)


def test_a_topic_that_several_variants_link_is_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With each choice of its questions; *route* took seconds where every variant of every topic on the way hashed all that it links."""
    book, _ = read_book(ROOT)
    hashed: list[tuple[str, tuple[str, ...]]] = []

    def counted(topic: Topic, source: str) -> Topic:
        part = linked_part(topic, source)
        hashed.append((source, tuple(sorted(part.questions))))
        return part

    monkeypatch.setattr("forecast.book.hashes.linked_part", counted)
    numbers_hash(book.topics["route"], as_of=date(2026, 11, 1))
    assert {name for name, _ in hashed} >= {"captives", "return"}
    assert len(hashed) == len(set(hashed))


def test_the_hashes_of_published_reports_and_rows_hold() -> None:
    """Numbers and words of the essay's reports, and the rows in its ledger, have the hashes that were published."""
    book, _ = read_book(ROOT)
    entries, _ = read_ledger(Folder(ROOT))
    for name, topic in book.topics.items():
        report = json.loads((ROOT / "reports" / f"{name}.json").read_text())
        hashes, as_of = report["run"]["hashes"], date.fromisoformat(report["as_of"])
        assert (numbers_hash(topic, as_of=as_of), words_hash(topic)) == (hashes["numbers"], hashes["words"])
        published = [entry for entry in entries if entry["topic"] == name and not entry["hindcast"] and "rows" in entry]
        assert used_rows(topic, date.fromisoformat(published[-1]["as_of"])) == published[-1]["rows"]


def test_variants_that_link_other_questions_of_a_topic_have_each_its_own(tmp_path: Path) -> None:
    """A question that one variant alone links counts, though another links the same topic first."""
    links = {"one": "source.another", "other": "source.next_one"}
    other = "".join(f'\n[variants.{name}]\nweight = 0.3\nwhy = "A number made up for a test."\n' for name in links)
    tables = [linked_priors(f"posterior({link})", name=f"variants.{name}.priors.chance") for name, link in links.items()]
    priors = "\n".join([linked_priors("posterior(source.share)"), *tables])
    another = (
        '\n[questions.another]\nasks = "Will another be a case?"\nby = 2026-12-31\nprobability = "share"\nsettled = "By looking at it."\n'
    )
    write_linked_book(tmp_path, priors=priors, source_more=another, target_more=other)
    book, problems = read_book(tmp_path)
    assert not has_errors(problems), problems
    before = numbers_hash(book.topics["target"])
    path = tmp_path / "seeds/source/topic.toml"
    path.write_text(path.read_text().replace('probability = "share"', 'probability = "share ** 2"', 1))  # of `next_one`
    after = numbers_hash(read_book(tmp_path)[0].topics["target"])
    assert before != after
