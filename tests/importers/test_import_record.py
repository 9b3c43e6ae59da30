"""Importing into a book: whose rows come in, under which names, and what a second or newer file adds."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast.actions import import_record
from forecast.forecasts.record import standing_forecasts, standing_resolutions
from forecast.forecasts.writing import append_rows
from tests.importers.conftest import Collected, Import, complaints
from tests.support.metaculus_zips import aggregate, choices, forecast, numeric, question, score

DAY = "2026-01-{:02} 12:00:00+00:00"
TWO = [forecast(who=11, Probability_Yes=0.25), forecast(who=12, Probability_Yes=0.5)]


def files_of(folder: Path) -> dict[str, str]:
    """The texts of a collection's files."""
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


@pytest.fixture
def folder(root: Path) -> Path:
    """The folder of the usual collection."""
    return root / "seeds" / "records" / "metaculus"


@pytest.mark.parametrize("name", ["11", "user11"])
def test_one_s_own_rows_and_aggregates_come_in(name: str, bring: Import, collected: Collected, folder: Path):
    """Found by name or id; others are counted, and nothing in the collection leads to them or to one's own account."""
    result = bring([question()], [*TWO, aggregate(Probability_Yes=0.4)], [score(who=11), score(who=12)], me=(name,))
    assert (result.problems, result.me, result.others) == ((), ("me",), 1)
    assert [(its.who, its.value) for its in collected().forecasts] == [("me", 0.25), ("recency_weighted", 0.4)]
    assert [its.who for its in collected().platform_scores] == ["me"]
    assert collected().source.me == ("me",)
    assert "user1" not in "".join(files_of(folder).values())


def test_the_only_person_of_a_file_is_me(bring: Import):
    """Nothing has to be said."""
    assert bring([question()], [TWO[0], aggregate(Probability_Yes=0.4)]).me == ("me",)
    assert bring([question()], [aggregate(Probability_Yes=0.4)], collection="other").me == ()


def test_of_several_persons_one_must_be_named(bring: Import, root: Path):
    """Nothing is written until it is known who "me" is; the names in the file are listed, and one like that which was typed is proposed."""
    result = bring([question()], TWO)
    assert complaints(result) == [
        ("data.zip", 1, "this file has forecasts or scores of 2 persons, and it is not known which of them you are")
    ]
    assert result.problems[0].hint == (
        "say so with --me NAME (one of user11, user12); or bring all of them in, under pseudonyms, with --others"
    )
    assert complaints(bring([question()], TWO, me=("user13",))) == [("data.zip", 1, "nobody in this file is called `user13`")]
    assert bring([question()], TWO, me=("usr12",)).problems[0].hint == "did you mean `user12`?"
    assert "(one of user11, user12)" in bring([question()], TWO, me=("zoe",)).problems[0].hint
    assert not (root / "seeds" / "records").exists()


def test_others_come_in_under_numbers(bring: Import, collected: Collected, folder: Path):
    """Neither a name, an id nor a hash of one is in any file."""
    rows = [*TWO, forecast(who=13, Is_Bot=True, Probability_Yes=0.75)]
    bring([question()], rows, [score(who=12)], me=("11",), others=True)
    assert {who: (its.kind, its.in_crowd) for who, its in collected().people.items()} == {
        "me": ("person", True),
        "person-1": ("person", True),
        "bot-1": ("bot", True),
    }
    assert [its.who for its in collected().platform_scores] == ["person-1"]
    text = "".join(files_of(folder).values())
    for name in ("user11", "user12", "user13", "12", "13"):
        assert hashlib.sha256(name.encode()).hexdigest()[:12] not in text
    assert "user1" not in text


def test_two_accounts_of_one_s_own_are_both_me(bring: Import, collected: Collected):
    """They keep timelines of their own."""
    assert bring([question()], TWO, me=("11", "user12")).me == ("me", "me-2")
    assert collected().source.me == ("me", "me-2")


@pytest.mark.parametrize(
    "choices_", [{"me": ("11",)}, {"others": True}, {"others": True, "crowd_complete": True}, {"me": ("11",), "others": True}]
)
def test_a_second_import_of_one_file_adds_nothing(choices_: dict[str, object], bring: Import, folder: Path):
    """No byte of the collection changes, and nobody has to say again who he is."""
    asked = [question(), choices(2), numeric(3)]
    rows = [
        *TWO,
        forecast(2, 12, Probability_Yes_Per_Category="[0.2, 0.3, 0.5]"),
        forecast(3, 11, Continuous_CDF=[at / 200 for at in range(201)], End_Time=DAY.format(9)),
        aggregate(Probability_Yes=0.4),
    ]
    first = bring(asked, rows, [score(who=11), score(who=12)], **choices_)
    before = files_of(folder)
    second = bring(asked, rows, [score(who=11), score(who=12)], **choices_)
    assert sum(first.added.values()) > 0
    assert (second.problems, set(second.added.values()), files_of(folder)) == ((), {0}, before)
    assert bring(asked, rows, [score(who=11), score(who=12)], others="others" in choices_).problems == ()
    assert files_of(folder) == before


def test_a_newer_export_adds_what_is_new(bring: Import, collected: Collected):
    """New forecasts are appended; an end that became known and a changed score, question or resolution replace what was there."""
    bring([question()], [forecast(Probability_Yes=0.25), aggregate(Probability_Yes=0.4)], [score(value=1.0)])
    closed = question(1, Actual_Close_Time=DAY.format(20), Resolution="yes", Resolution_Known_Time=DAY.format(21))
    rows = [
        forecast(Probability_Yes=0.25, End_Time=DAY.format(5)),
        forecast(start=DAY.format(5), Probability_Yes=0.5, End_Time=DAY.format(8)),
        aggregate(Probability_Yes=0.4, End_Time=DAY.format(6)),
    ]
    result = bring([closed, question(2)], rows, [score(value=2.0), score(kind="peer", value=0.0)])
    assert {what: count for what, count in result.added.items() if count} == {
        "questions": 1,
        "questions revised": 1,
        "forecasts": 1,
        "forecasts replaced": 1,
        "resolutions": 1,
        "scores": 1,
        "scores changed": 1,
    }
    record = collected()
    assert [len(wordings) for wordings in record.questions.values()] == [2, 1]
    assert len(record.forecasts) == 4
    assert [(its.who, its.at.day, its.until and its.until.day) for its in standing_forecasts(record)] == [
        ("me", 2, None),
        ("me", 5, 8),
        ("recency_weighted", 3, 6),
    ]
    again = bring([closed, question(2)], rows, [score(value=2.0), score(kind="peer", value=0.0)])
    assert set(again.added.values()) == {0}


def test_an_end_that_moved_back_to_none_is_a_row_that_replaces_too(bring: Import, collected: Collected):
    """A forecast that was to expire and was kept on holds again; each row has an id of its own."""
    for end in (None, DAY.format(9), None):
        bring([question()], [forecast(Probability_Yes=0.25, End_Time=end)])
    record = collected()
    assert len({its.id for its in record.forecasts}) == len(record.forecasts) == 3
    assert [its.until for its in standing_forecasts(record)] == [None]


def test_a_corrected_resolution_replaces_the_old_one(bring: Import, collected: Collected):
    """The trail stays; a question that was reopened is said to be so."""
    for outcome in ("yes", "no"):
        bring([question(1, Resolution=outcome, Resolution_Known_Time=DAY.format(21))])
    record = collected()
    assert [its.outcome for its in record.resolutions] == ["yes", "no"]
    assert [its.outcome for its in standing_resolutions(record).values()] == ["no"]
    assert bring([question()]).notes == (
        "Question 1 is resolved on record, and this file does not say how it ended; the record stays as it is.",
    )


def test_options_that_came_since_are_in_the_record(bring: Import, collected: Collected):
    """Those of other questions stay."""
    bring([choices(1), choices(2)])
    history = [("0001-01-01T00:00:00", ["a", "b", "Other"]), ("2026-01-10T12:00:00+00:00", ["a", "b", "c", "Other"])]
    listed = ["a", "b", "c", "Other"]
    result = bring([choices(1, **{"MC Options (Current)": listed, "MC Options (All)": listed, "MC Options History": history})])
    assert result.added["options of questions"] == 1
    names = [(its.question, its.option) for its in collected().options]
    assert sorted(names) == [("1", "Other"), ("1", "a"), ("1", "b"), ("1", "c"), ("2", "Other"), ("2", "a"), ("2", "b")]


def test_a_pseudonym_stays_with_its_person(bring: Import, collected: Collected):
    """A newer file gives the same number to whom it gave it, by the forecasts that both hold; somebody new gets another."""
    bring([question(), question(2)], [*TWO, forecast(2, 13, Probability_Yes=0.9)], me=("11",), others=True)
    later = [
        forecast(who=14, start=DAY.format(3), Probability_Yes=0.1),
        forecast(2, 13, Probability_Yes=0.9),
        forecast(who=13, start=DAY.format(4), Probability_Yes=0.8),
        *TWO,
    ]
    bring([question(), question(2)], later, others=True)
    said = {(its.question, its.who, its.value) for its in collected().forecasts}
    assert said == {
        ("1", "me", 0.25),
        ("1", "person-1", 0.5),
        ("2", "person-2", 0.9),
        ("1", "person-2", 0.8),
        ("1", "person-3", 0.1),
    }


def test_two_who_spoke_at_the_same_moment_are_told_apart_by_what_they_said(bring: Import, collected: Collected):
    """Also where the later file lists them in another order."""
    bring([question()], TWO, others=True)
    bring([question()], [*reversed(TWO), forecast(who=12, start=DAY.format(6), Probability_Yes=0.6)], others=True)
    assert [(its.who, its.value) for its in collected().forecasts] == [("person-1", 0.25), ("person-2", 0.5), ("person-2", 0.6)]


def test_who_has_only_scores_keeps_a_pseudonym_too(bring: Import, collected: Collected):
    """The scores that both files hold say who it is."""
    for _ in range(2):
        bring([question()], TWO, [score(who=13, value=12.5), score(who=14, value=-3.0)], me=("11",), others=True)
    assert [(its.who, its.score) for its in collected().platform_scores] == [("person-2", 12.5), ("person-3", -3.0)]


def test_who_was_a_pseudonym_can_become_me(bring: Import, collected: Collected):
    """The name stays, and the collection says whose it is."""
    bring([question()], TWO, others=True)
    result = bring([question()], TWO, me=("12",), others=True)
    assert (result.me, collected().source.me, set(result.added.values())) == (("person-2",), ("person-2",), {0})


def test_the_crowd_is_complete_only_where_that_is_said(bring: Import, collected: Collected):
    """An import of which it is not said takes it back, and says so."""
    assert complaints(bring([question()], TWO, crowd_complete=True)) == [
        ("seeds/records", 1, "a crowd is complete only with the forecasts of all others in it")
    ]
    bring([question()], TWO, others=True, crowd_complete=True)
    assert collected().source.crowd == "persons"
    result = bring([question(), question(2)], [*TWO, forecast(2, Probability_Yes=0.5)], others=True)
    assert (collected().source.crowd, len(result.notes)) == ("none", 1)


@pytest.mark.parametrize(
    ("count", "start", "includes_bots", "crowd"),
    [
        (2, DAY.format(4), False, "persons"),
        (3, DAY.format(4), False, "none"),
        (3, DAY.format(4), True, "persons"),
        (2, DAY.format(7), False, "none"),
        (1, DAY.format(7), False, "persons"),
        (1, DAY.format(1), False, "none"),
    ],
)
def test_a_crowd_is_not_complete_where_an_aggregate_counts_more(count, start, includes_bots, crowd, bring: Import, collected: Collected):
    """Counted are those whose forecasts hold when the aggregate begins: one person withdrew on the sixth, and bots count where they are included."""
    rows = [
        forecast(who=11, Probability_Yes=0.25),
        forecast(who=11, start=DAY.format(3), Probability_Yes=0.3),
        forecast(who=12, Probability_Yes=0.5, End_Time=DAY.format(6)),
        forecast(who=13, Is_Bot=True, Probability_Yes=0.5),
        aggregate(start=start, Forecaster_Count=count, Probability_Yes=0.4),
    ]
    result = bring([question(1, Include_Bots_in_Aggregates=includes_bots)], rows, others=True, crowd_complete=True)
    assert (collected().source.crowd, len(result.notes)) == (crowd, int(crowd == "none"))


@pytest.mark.parametrize("me", [(), ("12",)])
def test_another_account_does_not_become_the_same_me(me: tuple[str, ...], bring: Import, collected: Collected, folder: Path):
    """A file whose "me" said other things of the same question at other times is refused, named or not, and nothing is written."""
    bring([question()], [forecast(who=11, Probability_Yes=0.25)])
    before = files_of(folder)
    rows = [forecast(who=12, start=DAY.format(4), Probability_Yes=0.5), forecast(2, 12, Probability_Yes=0.5)]
    result = bring([question(), question(2)], rows, me=me)
    message = "the collection metaculus holds the record of `me`, and no forecast of yours in this file stands there"
    assert complaints(result) == [("data.zip", 1, message)]
    assert result.problems[0].hint.startswith("use --collection NAME for another person")
    assert files_of(folder) == before
    assert bring([question(), question(2)], rows, me=me, collection="other").me == ("me",)


def test_somebody_who_is_on_record_as_another_person_does_not_become_me_too(bring: Import, collected: Collected):
    """With everybody's forecasts in the collection, naming another of them is refused; naming both is believed."""
    bring([question()], TWO, me=("11",), others=True)
    assert len(bring([question()], TWO, me=("12",), others=True).problems) == 1
    assert collected().source.me == ("me",)
    assert bring([question()], TWO, me=("11", "12"), others=True).me == ("me", "person-1")


def test_two_files_go_into_one_collection_or_into_two(bring: Import, collected: Collected):
    """A file of other questions adds to the collection once its user is named, for it may be another person's."""
    bring([question()], [forecast(Probability_Yes=0.25)])
    (problem,) = bring([question(2)], [forecast(2, Probability_Yes=0.5)]).problems
    assert problem.hint == "use --collection NAME for another person; if you are the same, say so with --me NAME"
    bring([question(2)], [forecast(2, Probability_Yes=0.5)], me=("11",))
    bring([question(3)], [forecast(3, Probability_Yes=0.5)], collection="cup")
    assert [(its.question, its.who) for its in collected().forecasts] == [("1", "me"), ("2", "me")]
    assert list(collected("cup").questions) == ["3"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../x", "the name `../x` is not in snake_case"),
        ("My Cup", "the name `My Cup` is not in snake_case"),
        ("nul", "`nul` is a device of Windows, where no file can have this name"),
    ],
)
def test_a_collection_has_a_plain_name(name: str, message: str, bring: Import):
    """It becomes a folder and a part of addresses."""
    assert complaints(bring([question()], collection=name)) == [("seeds/records", 1, message)]


def test_a_collection_that_was_edited_is_not_added_to(bring: Import, folder: Path):
    """The problem names the line that was changed."""
    bring([question()], [forecast(Probability_Yes=0.25), forecast(start=DAY.format(5), Probability_Yes=0.5)])
    path = folder / "forecasts.csv"
    path.write_text(path.read_text().replace("0.25", "0.9"))
    result = bring([question()], [forecast(start=DAY.format(7), Probability_Yes=0.5)], me=("11",))
    assert complaints(result) == [
        ("seeds/records/metaculus/forecasts.csv", 2, "this row was changed, or rows after it were removed, since line 3 was written")
    ]


def test_a_collection_of_another_platform_is_not_added_to(bring: Import, folder: Path):
    """Its ids mean other questions."""
    bring([question()])
    path = folder / "source.toml"
    path.write_text(path.read_text().replace('platform = "metaculus"', 'platform = "fatebook"'))
    assert complaints(bring([question()])) == [("seeds/records/metaculus/source.toml", 1, "this collection holds questions of fatebook")]


def test_a_large_collection_is_left_out_of_git(bring: Import, folder: Path, monkeypatch: pytest.MonkeyPatch):
    """All but `source.toml` is ignored, and the note says so once."""
    monkeypatch.setattr(import_record, "LARGE_COLLECTION", 100)
    (note,) = bring([question()], TWO, others=True).notes
    assert note.startswith("seeds/records/metaculus has 0 MB, so git leaves it out, all but source.toml")
    assert (folder / ".gitignore").read_text() == "*\n!.gitignore\n!source.toml\n"
    assert bring([question(), question(2)], TWO, others=True).notes == ()


def test_more_than_can_be_read_is_not_written(bring: Import, folder: Path, monkeypatch: pytest.MonkeyPatch):
    """The bound is that of every file of a book."""
    monkeypatch.setattr(import_record, "MOST_RECORD_BYTES", 200)
    ((path, _, message),) = complaints(bring([question()], TWO, others=True))
    assert (path, message[:25]) == ("seeds/records/metaculus/forecasts.csv", "this file would have 2 ro")
    assert not folder.exists()


def test_an_import_that_was_killed_is_finished_by_the_next(bring: Import, collected: Collected, monkeypatch: pytest.MonkeyPatch):
    """Rows that reached the disk are not written again, and until all are there the crowd is not complete."""
    rows = [forecast(who=11, start=DAY.format(2 + at), Probability_Yes=at / 10) for at in range(9)]
    monkeypatch.setattr(import_record, "_ROWS_AT_ONCE", 2)
    with monkeypatch.context() as patch:
        calls = iter(range(5))

        def append(*written: object) -> None:
            if next(calls) == 4:
                raise KeyboardInterrupt
            append_rows(*written)

        patch.setattr(import_record, "append_rows", append)
        with pytest.raises(KeyboardInterrupt):
            bring([question(1, Resolution="yes", Resolution_Known_Time=DAY.format(21))], rows, others=True, crowd_complete=True)
    assert (len(collected().forecasts), collected().source.crowd) == (6, "none")
    bring([question(1, Resolution="yes", Resolution_Known_Time=DAY.format(21))], rows, others=True, crowd_complete=True)
    assert [its.value for its in collected().forecasts] == [at / 10 for at in range(9)]
    assert (len(collected().resolutions), collected().source.crowd) == (1, "persons")


def test_a_file_without_persons_has_none_of_mine(bring: Import):
    """Where `me` is named all the same, that is said."""
    result = bring([question()], [aggregate(Probability_Yes=0.4)], me=("user11",))
    assert complaints(result) == [("data.zip", 1, "this file has no forecasts and no scores of persons, and so none of yours")]
    assert result.added["forecasts"] == 1


def test_the_source_says_which_file_was_read(bring: Import, collected: Collected, tmp_path: Path):
    """Its name, its SHA-256 and the day."""
    bring([question()])
    source = collected().source
    assert (source.platform, source.file, source.imported) == ("metaculus", "data.zip", datetime(2026, 3, 1, tzinfo=UTC).date())
    assert source.sha256 == hashlib.sha256((tmp_path / "data.zip").read_bytes()).hexdigest()


def test_what_a_file_does_not_resolve_is_said_once(bring: Import):
    """However many questions that are resolved on record it leaves open."""
    ended = {"Resolution": "yes", "Resolution_Known_Time": "2026-01-21 09:30:00+00:00"}
    bring([question(number, **ended) for number in (1, 2, 3)], [forecast(Probability_Yes=0.5)])
    (note,) = bring([question(number) for number in (1, 2, 3)], [forecast(Probability_Yes=0.5)]).notes
    assert note.startswith("3 questions are resolved on record, and this file does not say how they ended")


def test_a_collection_is_not_named_after_a_topic(bring: Import, root: Path):
    """Commands could not tell them apart; nothing is written."""
    (root / "seeds" / "ferry").mkdir()
    (root / "seeds" / "ferry" / "topic.toml").write_text("")
    assert complaints(bring([question()], collection="ferry")) == [("seeds/records/ferry", 1, "`ferry` is a topic of this book")]
    assert not (root / "seeds" / "records").exists()


def test_a_file_without_anything_leaves_no_collection(root: Path, bring: Import):
    """Neither a folder nor a message of success."""
    (problem,) = bring([], []).problems
    assert problem.message == "this file has no questions, so there is nothing to import"
    assert not (root / "seeds" / "records").exists()
