"""Links among topics as they are read: what they name, what is wrong with them, and what they lose or count twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.book.files.problems import Problem
from forecast.book.hashes import numbers_hash, priors_hash, words_hash
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from tests.support.linked_books import DAY, SOURCE_PRIORS, SOURCE_ROWS, TARGET_ROWS, linked_priors, write_linked_book

PLACE = "priors/target.toml:2:10"


def problems_of(root: Path, topics: list[str] | None = None) -> list[tuple[str, str, str]]:
    """The level, the place and the message of each problem of a book."""
    return [(problem.level, where(problem), problem.message) for problem in read_book(root, topics)[1]]


def where(problem: Problem) -> str:
    """A problem's place in one word."""
    return f"{problem.place.path}:{problem.place.line}:{problem.place.column}"


def read(root: Path, **parts: str) -> Topic:
    """The topic with a link, of a book without problems."""
    write_linked_book(root, **parts)  # type: ignore[arg-type]
    assert problems_of(root) == []
    return read_book(root, ["target"])[0].topics["target"]


def test_a_link_leads_to_a_topic_that_is_read_with_it(tmp_path: Path):
    """Also where the target alone is asked for, and the prior has no statement before something is computed."""
    topic = read(tmp_path)
    assert topic.parameters["chance"].text_for() == "posterior(source.share)"
    assert topic.parameters["chance"].prior is None
    assert list(topic.sources) == ["source"]
    assert topic.sources["source"].parameters["share"].prior is not None


@pytest.mark.parametrize("link", ["posterior(source.half)", "posterior(source.next_one)", " posterior( source . share ) "])
def test_a_link_names_a_quantity_or_a_fraction_too(tmp_path: Path, link: str):
    """A quantity of parameters and a question that is a fraction are one number at each draw."""
    write_linked_book(tmp_path, priors=linked_priors(link, unit="cases" if "half" in link else ""))
    assert [message for level, _, message in problems_of(tmp_path)] == []


WRONG = {
    "posterior(source)": "a link names one value of another topic",
    "posterior(sourse.share)": "there is no topic `sourse`",
    "posterior(source.shere)": "`source` has no parameter, quantity or fraction `shere`",
    "posterior(source.share[a])": "`source.share` has no labels",
    "posterior(source.nearly_all)": "`source.nearly_all` is a condition, which is true or false at each draw",
    "posterior(source.many)": "`source.many` is a question whose answer is not one number at each draw of the parameters",
    "posterior(source.half)": "`source.half` has no unit, so `chance` needs one: only shares have none",
    "posterior(target.chance)": "these links go round in a circle: target → target",
}


@pytest.mark.parametrize("link", WRONG)
def test_a_link_that_leads_nowhere_is_refused_at_its_place(tmp_path: Path, link: str):
    """Each with a message of its own, and the topic is not in the book."""
    write_linked_book(tmp_path, link=link)
    assert problems_of(tmp_path) == [("error", PLACE, WRONG[link])]
    assert list(read_book(tmp_path)[0].topics) == ["source"]


def test_a_link_among_scenarios_is_refused(tmp_path: Path):
    """A pool has distributions with numbers as its parts."""
    priors = '[chance]\nprior.a = "posterior(source.share)"\nprior.b = "Beta(alpha=1, beta=1)"\nweight.a = 0.5\nweight.b = 0.5\nwhy.a = "So it may be."\nwhy.b = "Or it may not."\n'
    write_linked_book(tmp_path, priors=priors)
    assert problems_of(tmp_path) == [("error", "priors/target.toml:2:12", "a link is a prior by itself, and no part of a pool")]


def test_a_circle_is_refused_in_each_of_its_topics(tmp_path: Path):
    """And the message has the whole circle."""
    write_linked_book(tmp_path, source_priors=linked_priors("posterior(target.chance)", name="share"))
    message = "these links go round in a circle: source → target → source"
    assert problems_of(tmp_path) == [("error", "priors/source.toml:2:10", message), ("error", PLACE, message)]


def test_a_link_to_a_topic_with_problems_is_refused_and_they_are_said_there_alone(tmp_path: Path):
    """Where the target alone is read, the message says how the problems are found."""
    write_linked_book(tmp_path, source_priors=SOURCE_PRIORS.replace("alpha=2", "alpha=-2"))
    expected = ("error", PLACE, "`source`, whose posterior this is, has problems of its own")
    assert problems_of(tmp_path, ["target"]) == [expected]
    assert [place for _, place, _ in problems_of(tmp_path)] == ["priors/source.toml:2:15", PLACE]


def test_a_parameter_without_the_unit_of_the_other_is_refused(tmp_path: Path):
    """A share cannot be the prior of what is measured in something."""
    write_linked_book(tmp_path, priors=linked_priors("posterior(source.share)", unit="cases"))
    assert problems_of(tmp_path) == [("error", PLACE, "`source.share` is a share, and `chance` is measured in cases")]


def test_two_links_to_one_topic_are_a_warning(tmp_path: Path):
    """That both values depend on each other there is lost; with a single link there is none."""
    priors = linked_priors("posterior(source.share)") + linked_priors("posterior(source.next_one)", name="other")
    more = '\n[questions.other_one]\nasks = "And the other?"\nby = 2026-12-31\nprobability = "other"\nsettled = "By looking."\n'
    write_linked_book(tmp_path, priors=priors, target_more=more)
    message = "`chance` and `other` rest on the posterior of `source` both: that they depend on each other there is lost"
    assert problems_of(tmp_path) == [("warning", "priors/target.toml:6:10", message)]


def test_a_row_with_the_source_and_days_of_another_topics_counts_twice(tmp_path: Path):
    """With another day it is another row; and the warning has both places."""
    row = "2025-02-01,2025-02-28,5,9,2025-04-01,https://example.org/second\n"
    write_linked_book(tmp_path, target_rows=TARGET_ROWS.splitlines()[0] + "\n" + row)
    message = "this row counts twice: `source`, which a link leads to, has one with the same source and days (seeds/source/cases.csv:3)"
    assert problems_of(tmp_path) == [("warning", "seeds/target/cases.csv:2:1", message)]
    write_linked_book(tmp_path, target_rows=TARGET_ROWS.splitlines()[0] + "\n" + row.replace("02-28", "02-27"))
    assert problems_of(tmp_path) == []


def test_a_row_of_the_origin_of_another_topics_counts_twice(tmp_path: Path):
    """Whatever its source and its days."""
    header, row = TARGET_ROWS.splitlines()
    source_header, *source_rows = SOURCE_ROWS.splitlines()
    write_linked_book(
        tmp_path,
        target_rows=f"{header},origin\n{row},a census\n",
        source_rows="\n".join([f"{source_header},origin", f"{source_rows[0]},a census", f"{source_rows[1]},"]) + "\n",
    )
    message = "this row counts twice: `source`, which a link leads to, has one of the same origin, `a census` (seeds/source/cases.csv:2)"
    assert problems_of(tmp_path) == [("warning", "seeds/target/cases.csv:2:1", message)]


@pytest.mark.parametrize(
    ("share", "counts"),
    [
        ("0.4", False),
        ("0.5 if age > 0 else chance", False),
        ("0.5 if age >= 0 else chance", False),
        ("0.5 if age > 1 else chance", True),
        ("chance if age < 0 else 0.5", False),
        ("chance if (age < 0 and days > 3) else 0.5", False),
        ("chance if (age < 0 or days > 3) else 0.5", True),
        ("chance if age <= 0 else 0.5", True),
        ("doubled", True),
    ],
)
def test_a_row_counts_twice_only_for_what_it_says_something_of(tmp_path: Path, share: str, *, counts: bool):
    """A row in both topics that does not depend here on the linked parameter, or only in the future, is counted for it once."""
    stream = f'\n[streams.looks]\nabout = "looks"\nvalue = "Binomial(n=seen, p={share})"\nnext.seen = "10"\nunit = "looks"\n'
    write_linked_book(tmp_path, target_more=stream)
    topic = tmp_path / "seeds/target/topic.toml"
    topic.write_text(
        topic.read_text(encoding="utf-8").replace("[quantities]\n", '[quantities]\ndoubled = "min(2 * chance, 1)"\n'), encoding="utf-8"
    )
    (tmp_path / "seeds/target/looks.csv").write_text(SOURCE_ROWS, encoding="utf-8")
    found = [message for kind, _, message in problems_of(tmp_path) if kind == "warning" and "counts twice" in message]
    assert bool(found) is counts


def test_what_moves_the_other_topics_numbers_moves_the_hash(tmp_path: Path):
    """A row of it, from the day on which it exists; not its reasons, nor a question that no link names."""
    topic = read(tmp_path / "one")
    later = read(tmp_path / "two", source_rows=SOURCE_ROWS + "2025-03-01,2025-03-31,1,5,2025-04-01,https://example.org/x\n")
    assert numbers_hash(topic, as_of=DAY) != numbers_hash(later, as_of=DAY)
    assert numbers_hash(topic, as_of=date(2025, 3, 30)) == numbers_hash(later, as_of=date(2025, 3, 30))
    worded = read(tmp_path / "three", source_priors=SOURCE_PRIORS.replace("made up", "invented"))
    asked = read(
        tmp_path / "four",
        source_more='\n[questions.few]\nasks = "Few?"\nby = 2026-12-31\nanswer = "total(cases) < 3"\nsettled = "By looking."\n',
    )
    for other in (worded, asked):
        assert numbers_hash(topic, as_of=DAY) == numbers_hash(other, as_of=DAY)


def test_a_link_and_a_prior_are_not_alike_in_any_hash(tmp_path: Path):
    """Nor are two links to different values, and a topic without links keeps its hash."""
    topics = [
        read(tmp_path / "one"),
        read(tmp_path / "two", link="posterior(source.next_one)"),
        read(tmp_path / "three", link="Beta(alpha=2, beta=3)"),
    ]
    for hashed in (numbers_hash, words_hash, priors_hash):
        assert len({hashed(topic) for topic in topics}) == len(topics)
