"""``forecast observe``."""

from __future__ import annotations

import re
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.book.reading import read_book
from forecast.cli.options import today
from forecast.model.record import record_as_of
from tests.cli.conftest import Run, files_of

pytestmark = pytest.mark.medium

RECORD = "seeds/ferry/breakdowns.csv"
LATE = "seeds/ferry/late.csv"


def test_a_row_is_appended_as_it_was_given(run: Run, book: Path):
    """The row stands last in the record, the rest of which is unchanged, and is printed with its place."""
    before = (book / RECORD).read_text()
    row = '2024-10-01,2024-10-31,2,2024-11-02,"Harbour log, October",B,twice,,'
    ran = run(
        *("observe", "ferry.breakdowns", "--from", "2024-10-01", "--to", "2024-10-31", "--value", "2", "--known", "2024-11-02"),
        *("--source", "Harbour log, October", "--grade", "B", "--note", "twice"),
    )
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"{RECORD}:6: {row}")
    assert re.fullmatch(r"Its hash, by which a later row can replace it: [0-9a-f]{8}", ran.out.splitlines()[1])
    assert ran.out.splitlines()[2:] == ["Next: forecast update ferry"]
    assert (book / RECORD).read_text() == before + row + "\n"


def test_a_row_without_an_id_is_corrected_by_its_hash(run: Run, book: Path):
    """What `observe` and `check --rows` print as a row's hash is what --replaces takes; the old row no longer counts."""
    said = ("--set", "counted=50", "--set", "weather=calm", "--source", "count")
    first = run("observe", "ferry.late", "--on", "2024-10-07", "--value", "15", *said)
    name = first.out.splitlines()[1].split()[-1]
    assert f"{LATE}:5" in [line.split()[0] for line in run("check", "--rows").out.splitlines() if name in line]
    again = run("observe", "ferry.late", "--on", "2024-10-07", "--value", "5", "--replaces", name, *said)
    assert again.code == 0
    topic = read_book(book)[0].topics["ferry"]
    assert [row.value for row in record_as_of(topic.streams["late"], today(), opens=topic.opens).rows] == [4, 17, 5, 5]
    second = run("observe", "ferry.late", "--on", "2024-10-07", "--value", "6", "--replaces", name, *said)
    assert (second.code, f"`{name}` is replaced twice, by line 6 and by this one" in second.err) == (1, True)


def test_a_correction_is_known_from_the_day_it_is_made(run: Run, book: Path):
    """The world had the old row until then, and hindcasts of days before keep it; --known says another day."""
    row = ("--on", "2024-10-07", "--set", "counted=50", "--set", "weather=calm", "--source", "count")
    run("observe", "ferry.late", *row, "--value", "15", "--id", "first")
    assert run("observe", "ferry.late", *row, "--value", "6", "--id", "second", "--replaces", "first", "--known", "2024-12-01").code == 0
    assert run("observe", "ferry.late", *row, "--value", "7", "--replaces", "second").code == 0
    topic, made = read_book(book)[0].topics["ferry"], today()
    days = (date(2024, 10, 7), date(2024, 12, 1), made - timedelta(days=1), made)
    records = [record_as_of(topic.streams["late"], day, opens=topic.opens).rows for day in days]
    assert [(rows[-1].value, rows[-1].known) for rows in records] == [
        (15, days[0]),
        (6, days[1]),
        (6, days[1]),
        (7, made),
    ]
    assert ",2024-12-01," in (book / LATE).read_text()
    assert f",{made}," in (book / LATE).read_text()


def test_own_columns_are_set_by_name(run: Run, book: Path):
    """--set fills the stream's own columns."""
    before = (book / LATE).read_text()
    ran = run("observe", "late", "--on", "2024-10-07", "--value", "3", "--source", "count", "--set", "counted=12", "--set", "weather=rough")
    assert ran.code == 0
    assert (book / LATE).read_text() == before + "2024-10-07,2024-10-07,12,rough,3,count\n"


def test_a_column_the_file_lacks_is_added(run: Run, book: Path):
    """A `known` day in a record without that column widens the header and every row."""
    lines = (book / LATE).read_text().splitlines()
    words = ("--set", "counted=12", "--set", "weather=rough", "--known", "2024-10-09")
    assert run("observe", "late", "--on", "2024-10-07", "--value", "3", "--source", "count", *words).code == 0
    assert (book / LATE).read_text().splitlines() == [
        lines[0] + ",known",
        *(line + "," for line in lines[1:]),
        "2024-10-07,2024-10-07,12,rough,3,count,2024-10-09",
    ]
    assert run("check").code == 0


def test_a_stream_without_a_record_gets_one(run: Run, book: Path):
    """The first row makes the file, with a header."""
    (book / RECORD).unlink()
    assert run("observe", "breakdowns", "--on", "2024-02-01", "--value", "1", "--source", "log").code == 0
    assert (book / RECORD).read_text() == "from,to,value,known,source,grade,note\n2024-02-01,2024-02-01,1,,log,,\n"


def test_a_last_line_without_its_end_gets_it(run: Run, book: Path):
    """A record whose editor left out the last line end is ended before the row is appended."""
    (book / RECORD).write_text((book / RECORD).read_text().rstrip("\n"))
    assert run("observe", "breakdowns", "--on", "2024-10-05", "--value", "1", "--source", "log").code == 0
    assert (book / RECORD).read_text().splitlines()[-2:] == [
        '2024-07-01,2024-09-30,1,2024-11-15,"Harbour log, corrected",A,the dispute settled,,q3',
        "2024-10-05,2024-10-05,1,,log,,,,",
    ]


def test_quiet_time_is_extended_from_the_last_row(run: Run, book: Path):
    """--through appends a row of value 0 from the day after the last one."""
    assert run("observe", "breakdowns", "--through", "2024-10-20", "--source", "log").code == 0
    assert (book / RECORD).read_text().splitlines()[-1] == "2024-10-01,2024-10-20,0,,log,,,,"
    assert run("observe", "breakdowns", "--through", "2024-10-25", "--source", "log").code == 0
    assert (book / RECORD).read_text().splitlines()[-1] == "2024-10-21,2024-10-25,0,,log,,,,"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("breakdowns", "--on", "2024-09-30", "--value", "1"), "this row overlaps line 5 (2024-07-01 to 2024-09-30) in a watched stream"),
        (("breakdowns", "--on", "2024-10-05", "--value", "-1"), "the value -1 is negative, which NegativeBinomial never is"),
        (("breakdowns", "--on", "2024-10-05", "--value", "1.5"), "the value 1.5 is not a whole number, and NegativeBinomial counts"),
        (("breakdowns", "--on", "2024-10-05", "--value", "nan"), "`value` is not a finite number: nan"),
        (("breakdowns", "--from", "2024-10-05", "--to", "2024-10-01", "--value", "1"), "`to` (2024-10-01) is before `from` (2024-10-05)"),
        (("breakdowns", "--on", "2999-01-01", "--value", "1"), "it ends on 2999-01-01, after today"),
        (("breakdowns", "--on", "2024-10-05", "--value", "1", "--known", "2999-01-01"), "it is known on 2999-01-01, after today"),
        (("breakdowns", "--on", "2024-10-05", "--value", "1", "--replaces", "q9"), "no row has the id or the hash `q9`"),
        (("breakdowns", "--on", "2024-10-05", "--value", "1", "--grade", "D"), "a grade D fact is no observation"),
        (("breakdowns", "--through", "2024-09-01"), "`breakdowns` is recorded through 2024-09-30 already"),
        (
            ("breakdowns", "--through", "2023-09-01"),
            "2023-09-01 is before the topic opens (2024-01-01), and the record of `breakdowns` with it",
        ),
        (("late", "--through", "2024-09-01"), "`late` is not watched: days without a row are unknown there, not quiet"),
        (("late", "--on", "2024-10-01", "--value", "9", "--set", "counted=5", "--set", "weather=calm"), "the value 9 is more than n=5"),
        (("late", "--on", "2024-10-01", "--value", "1", "--set", "counted=5"), "`weather` is empty, and the statement of `late` uses it"),
        (
            ("late", "--from", "2024-08-05", "--to", "2024-08-11", "--value", "5", "--set", "counted=84", "--set", "weather=calm"),
            "this row stands in line 4 already",
        ),
        (("breakdown", "--on", "2024-10-05", "--value", "1"), "no stream `breakdown` in this book"),
    ],
)
def test_what_cannot_be_a_row_is_refused(run: Run, book: Path, words: tuple[str, ...], message: str):
    """A duplicate, an overlap, an impossible value or day is refused with exit code 1, and no file is changed."""
    before = files_of(book)
    ran = run("observe", *words, "--source", "log")
    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err.splitlines()[0]
    assert {name: data for name, data in files_of(book).items() if name in before} == before


def test_a_value_impossible_under_every_draw_is_refused(run: Run, book: Path):
    """A breakdown in a time without crossings, where the rate is zero, is refused."""
    series = book / "seeds/ferry/crossings.csv"
    series.write_text(series.read_text() + "2025-01-01,0,2024-12-01,Closed\n2025-03-01,240,2024-12-01,Reopened\n")
    ran = run("observe", "breakdowns", "--on", "2025-02-01", "--value", "1", "--source", "log")
    assert ran.code == 1
    assert ran.err.startswith(f"{RECORD}:6:1: error: the value 1 is impossible under every draw of the priors\n")


@pytest.mark.parametrize(
    "words",
    [
        ("--value", "1"),
        ("--on", "2024-10-05"),
        ("--on", "2024-10-05", "--to", "2024-10-06", "--value", "1"),
        ("--through", "2024-10-05", "--value", "1"),
        ("--on", "05/10/2024", "--value", "1"),
        ("--on", "2024-10-05", "--value", "1", "--set", "counted"),
    ],
)
def test_a_wrong_command_line_has_exit_code_2(run: Run, words: tuple[str, ...]):
    """Days, a value or columns that do not make a row are mistakes of the command line."""
    assert run("observe", "breakdowns", "--source", "log", *words).code == 2


def test_a_range_is_recorded_by_its_ends(run: Run, book: Path):
    """--low and --high add the columns of a range, and --origin that of reports; the book with them is sound."""
    words = ("--source", "Herald", "--set", "counted=40", "--set", "weather=calm", "--origin", "agency")
    ran = run("observe", "late", "--on", "2024-10-07", "--low", "3", "--high", "9", *words)
    assert ran.code == 0
    header, *_, last = (book / LATE).read_text().splitlines()
    assert (header, last) == (
        "from,to,counted,weather,value,source,value_low,value_high,origin",
        "2024-10-07,2024-10-07,40,calm,,Herald,3,9,agency",
    )
    assert run("check").code == 0


@pytest.mark.parametrize("words", [("--value", "4", "--low", "3"), ()])
def test_a_row_has_a_value_or_a_range(run: Run, words: tuple[str, ...]):
    """A value with a range, and neither of them, are wrong command lines."""
    assert run("observe", "late", "--on", "2024-10-07", "--source", "Herald", *words).code == 2


def test_what_happened_today_is_a_row_of_today(run: Run, book: Path):
    """`--on today` is the day it is, and the help of the command says so."""
    ran = run("observe", "breakdowns", "--on", "today", "--value", "1", "--source", "log")
    assert ran.code == 0, ran.err
    day = today().isoformat()
    assert (book / RECORD).read_text().splitlines()[-1].startswith(f"{day},{day},1,")
    assert "--on today --value 1" in run("observe", "--help").out


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (
            ("late", "--on", "2024-10-07"),
            "forecast observe ferry.late --on 2024-10-07 --value ... --set counted=... --set weather=... --source log\n",
        ),
        (("late", "--value", "1"), "forecast observe ferry.late --on today --value 1 --set counted=... --set weather=... --source log\n"),
        (("breakdowns", "--value", "1"), "forecast observe ferry.breakdowns --on today --value 1 --source log\n"),
        (("nothing", "--value", "1"), ""),
        (
            ("late", "--from", "2024-10-07", "--low", "2", "--set", "weather=fog and rain", "--note", "late"),
            "forecast observe ferry.late --from 2024-10-07 --to DATE --low 2 --set 'weather=fog and rain' --set counted=... --note late --source log\n",
        ),
        (
            ("breakdowns", "--to", "2024-10-07", "--grade", "C"),
            "forecast observe ferry.breakdowns --from DATE --to 2024-10-07 --value 1 --grade C --source log\n",
        ),
    ],
)
def test_a_row_that_lacks_something_is_shown_in_full(run: Run, words: tuple[str, ...], command: str):
    """The message has the whole command of the stream, with its own columns and all that was typed; of no stream there is none."""
    ran = run("observe", *words, "--source", "log")
    assert (ran.code, "In full: " in ran.err) == (2, bool(command))
    assert command in ran.err
    assert "\\x" not in ran.err  # no character of ours is shown by its code


@pytest.mark.parametrize(
    ("words", "row"),
    [
        (("--on", "2026-01-02", "--value", "2", "--known", "2026-01-04", "--grade", "B", "--id", "two"), "2026-01-02,2026-01-02,2,"),
        (("--from", "2026-01-02", "--to", "2026-01-04", "--value", "0", "--note", "it's quiet"), "2026-01-02,2026-01-04,0,"),
        (("--through", "2026-01-31"), "2026-01-01,2026-01-31,0,"),
    ],
)
def test_the_command_in_full_writes_the_row_that_was_meant(run: Run, fresh: Path, words: tuple[str, ...], row: str):
    """What lacks a source is shown whole; with the source in its place it writes the row of the days, and with the cells, that were typed."""
    given = ("--asks", "Will it close?", "--prior", "rate=0.02 to 0.5", "--why", "rate=It has closed before.", "--opens", "2026-01-01")
    assert run("new", "bridge", "--like", "hazard", *given, on=fresh).code == 0
    ran = run("observe", "bridge.events", *words, on=fresh)
    shown = shlex.split(ran.err.partition("In full: ")[2].strip())
    assert shown[:3] == ["forecast", "observe", "bridge.events"]
    assert (shown[-2:], set(words) <= set(shown)) == (["--source", "..."], True)
    ran = run(*shown[1:-1], "I cross it", on=fresh)
    assert ran.code == 0, ran.err
    last = (fresh / "seeds/bridge/events.csv").read_text(encoding="utf-8").splitlines()[-1]
    assert last.startswith(row)
    assert all(word in last for word in words[3:] if not word.startswith("--"))


def test_the_columns_that_a_row_lacks_stand_in_the_command_to_copy(run: Run):
    """What was given is in it, quoted where a shell needs that, and what is missing is left open; filled in, it is taken."""
    ran = run("observe", "late", "--on", "2024-10-07", "--value", "1", "--set", "counted=5", "--source", "the log's page")
    command = """forecast observe ferry.late --on 2024-10-07 --value 1 --set counted=5 --set weather=... --source 'the log'"'"'s page'"""
    assert (ran.code, ran.err.splitlines()[-1].strip()) == (1, f"give it too: {command}")
    assert run(*shlex.split(command.replace("weather=...", "weather=calm"))[1:]).code == 0
    ran = run("observe", "late", "--from", "2024-10-14", "--to", "2024-10-20", "--value", "1", "--source", "log")
    assert (
        "give it too: forecast observe ferry.late --from 2024-10-14 --to 2024-10-20 --value 1 --set counted=... --set weather=..."
        in ran.err
    )


def test_an_event_on_a_day_said_to_be_quiet_can_be_added_by_the_hints_alone(run: Run, tmp_path: Path):
    """The quiet time before it is shortened, or replaced where it is that day alone, with the commands that the messages name."""
    root = tmp_path / "quiet"
    assert new_book(root, today=today()).problems == ()
    hazard = ("--like", "hazard", "--asks", "Will it fail by the end of 2199?", "--base-rate", "3 in 20 years")
    for name, opens in (("long", "2025-01-01"), ("short", "2025-03-10")):
        assert run("new", name, *hazard, "--opens", opens, on=root).code == 0
        assert run("observe", f"{name}.events", "--through", "2025-03-10", "--source", "log", on=root).code == 0
        event = ("observe", f"{name}.events", "--on", "2025-03-10", "--value", "1", "--source", "log")
        refused = run(*event, on=root)
        assert refused.code == 1
        hint = next(line for line in refused.err.splitlines() if "a watched day is recorded once" in line)
        if name == "long":
            assert (
                "shorten the quiet time first, with `forecast observe` and --from 2025-01-01 --to 2025-03-09 --value 0 --replaces " in hint
            )
            shorter = hint.partition("and --from")[2].partition(", then")[0].split()
            assert run("observe", "long.events", "--from", *shorter, "--source", "log", on=root).code == 0
            assert run(*event, on=root).code == 0
        else:
            assert "if this row is right, it replaces that one: --replaces " in hint
            assert run(*event, "--replaces", hint.split()[-1], on=root).code == 0
        assert run("check", name, on=root).code == 0
