"""Lines of the ledger have hashes of the rows they used, and a row that is not as it was is found by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from forecast.book.rows import row_hash
from forecast.book.topic import Row, Topic
from forecast.book.used_rows import LostRow, lost_rows, used_rows, used_rows_fault
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

DAY = date(2026, 1, 1)


def topic_of(rows, **stream) -> Topic:
    """A topic with one stream of rows."""
    return make_topic(
        priors={"rate": "Gamma(alpha=1, beta=1)"},
        streams={"seen": {"value": "Poisson(mu=rate * days)", **stream}},
        rows={"seen": rows},
        opens=date(2025, 1, 1),
    )


def with_rows(topic: Topic, rows: list[Row]) -> Topic:
    """The topic with other rows."""
    return replace(topic, streams={"seen": replace(topic.streams["seen"], rows=tuple(rows))})


def line(topic: Topic, as_of: date = DAY, **more) -> dict:
    """A line of the ledger about a topic."""
    return {"topic": topic.name, "hindcast": False, "as_of": as_of.isoformat(), "rows": used_rows(topic, as_of), **more}


def test_a_line_has_a_hash_of_each_row_that_exists():
    """Rows stand in the order of the file, corrected ones too; rows that are not known yet, and empty streams, are left out."""
    topic = topic_of([{"value": 3, "id": "a"}, {"value": 4, "replaces": "a"}, {"value": 5, "known": date(2026, 1, 2)}])
    first, second, _ = topic.streams["seen"].rows
    assert used_rows(topic, DAY) == {"seen": {"count": 2, "each": 1, "hashes": row_hash(first) + row_hash(second)}}
    assert used_rows(topic, date(2024, 12, 31)) == {}


@pytest.mark.parametrize(
    ("count", "each", "hashes"), [(500, 1, 500), (501, 10, 51), (5_000, 10, 500), (5_001, 100, 51), (100_000, 1_000, 100)]
)
def test_a_line_never_has_more_than_500_hashes_of_a_stream(count, each, hashes):
    """Beyond 500 rows 10 of them share a hash, beyond 5,000 rows 100, and so on."""
    one = topic_of([3]).streams["seen"].rows[0]
    found = used_rows(with_rows(topic_of([3]), [one] * count), DAY)["seen"]
    assert (found["count"], found["each"], len(found["hashes"])) == (count, each, 8 * hashes)
    assert not used_rows_fault({"seen": found})


def test_rows_may_be_appended_moved_corrected_named_and_better_described():
    """None of these is an edit of what was used."""
    topic = topic_of([3, 4, 5])
    one, two, three = topic.streams["seen"].rows
    named = replace(one, id="first", note="a note", source="a better source", grade="A")
    correction = replace(two, value=9.0, replaces=row_hash(two), known=date(2025, 6, 1))
    late = replace(three, start=date(2025, 7, 1), end=date(2025, 7, 1), known=date(2025, 7, 2))
    assert [*lost_rows(with_rows(topic, [three, correction, named, late, two]), [line(topic)])] == []


def test_a_row_that_was_edited_or_removed_is_found():
    """With the row that now stands in its place, where one does."""
    topic = topic_of([3, 4, 4])
    one, two, three = topic.streams["seen"].rows
    edited = replace(two, value=40.0)
    published = [line(topic)]
    assert [*lost_rows(with_rows(topic, [one, edited, three]), published)] == [LostRow("seen", DAY, row_hash(two), edited)]
    assert [*lost_rows(with_rows(topic, [one, two]), published)] == [LostRow("seen", DAY, row_hash(three), None)]
    assert [*lost_rows(with_rows(topic, []), published)] == [LostRow("seen", DAY, row_hash(row), None) for row in (one, two, three)]


def test_one_of_two_rows_that_say_the_same_is_missed():
    """Each counts; and where one of them goes while the other is given an id, one is gone."""
    row = topic_of([3]).streams["seen"].rows[0]
    topic = with_rows(topic_of([3]), [row, row])
    for left in (row, replace(row, id="kept")):
        assert [each.hash for each in lost_rows(with_rows(topic, [left]), [line(topic)])] == [row_hash(row)]
    both = with_rows(topic, [row, replace(row, id="a")])
    assert [each.hash for each in lost_rows(with_rows(topic, [replace(row, id="a")]), [line(both)])] == [row_hash(row)]


def test_quiet_time_may_go_on_but_not_be_taken_back():
    """A quiet row that was cut at the day may end on any later day; one that ends before that day is not what was used."""
    topic = topic_of([{"value": 0, "from": date(2025, 1, 1), "to": date(2026, 3, 31)}], watched=True)
    row = topic.streams["seen"].rows[0]
    shorter, too_short = replace(row, end=date(2026, 1, 1)), replace(row, end=date(2025, 12, 31))
    assert [*lost_rows(with_rows(topic, [shorter]), [line(topic)])] == []
    assert [each.row for each in lost_rows(with_rows(topic, [too_short]), [line(topic)])] == [too_short]


def test_the_last_published_line_with_hashes_stands_for_all_before_it():
    """Hindcasts, other topics, lines without hashes and streams that are gone say nothing."""
    old, new = topic_of([3]), topic_of([4])
    other = {**line(old), "topic": "other"}
    lines = [line(old), line(new), line(old, hindcast=True), other, {"topic": "made", "hindcast": False, "as_of": "2026-01-02"}]
    assert [*lost_rows(new, lines)] == []
    assert [*lost_rows(replace(new, streams={}), lines)] == []
    assert [each.hash for each in lost_rows(old, lines)] == [row_hash(new.streams["seen"].rows[0])]


@pytest.mark.parametrize("how", ["edited", "removed", "moved"])
def test_among_many_rows_the_run_is_found_that_one_is_missing_from(how):
    """Of 600 rows 10 share a hash; rows appended, or known later, change none."""
    topic = topic_of([{"value": number, "on": date(2025, 1, 1) + timedelta(days=number // 3)} for number in range(600)])
    rows = list(topic.streams["seen"].rows)
    more = [replace(rows[0], value=7.0), replace(rows[5], known=date(2027, 1, 1))]
    published = [line(topic)]
    assert [*lost_rows(with_rows(topic, [*rows, *more]), published)] == []
    changed = [*rows, *more]
    if how == "edited":
        changed[123] = replace(rows[123], value=-1.0)
    else:
        taken = changed.pop(123)
        changed += [taken] if how == "moved" else []
    assert [*lost_rows(with_rows(topic, changed), published)] == [LostRow("seen", DAY, "", changed[120], 10)]


def test_a_record_that_was_cut_short_is_found_among_many():
    """Where the file now ends earlier no row stands in the place of the first that is gone."""
    topic = topic_of([{"value": 3, "on": date(2025, 1, 1)}] * 501)
    rows = list(topic.streams["seen"].rows)
    assert [*lost_rows(with_rows(topic, rows[:500]), [line(topic)])] == [LostRow("seen", DAY, "", None, 1)]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "is not a table"),
        ({"seen": 3}, "has no `count`, `each` and `hashes` of the stream `seen`"),
        ({"seen": {"count": 1, "each": 1}}, "has no `count`, `each` and `hashes` of the stream `seen`"),
        ({"seen": {"count": True, "each": 1, "hashes": "0" * 8}}, "has no `count`, `each` and `hashes` of the stream `seen`"),
        ({"seen": {"count": 1, "each": 0, "hashes": "0" * 8}}, "has no hash for each of the rows of the stream `seen`"),
        ({"seen": {"count": 2, "each": 1, "hashes": "0" * 8}}, "has no hash for each of the rows of the stream `seen`"),
        ({"seen": {"count": 1, "each": 1, "hashes": "0" * 7}}, "has no hash for each of the rows of the stream `seen`"),
        ({"seen": {"count": 1, "each": 1, "hashes": "x" * 8}}, "has no hash for each of the rows of the stream `seen`"),
        ({"seen": {"count": -1, "each": 1, "hashes": ""}}, "has no hash for each of the rows of the stream `seen`"),
        ({"seen": {"count": 11, "each": 10, "hashes": "0" * 16}}, ""),
    ],
)
def test_hashes_that_do_not_fit_their_rows_are_refused(rows, fault):
    """A line of a ledger is read from a file that anybody may have written."""
    assert used_rows_fault(rows) == fault
