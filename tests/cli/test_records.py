"""``forecast say``, ``withdraw`` and ``resolve`` on the command line, and what ``check`` and ``update`` say of a record."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.settled import SettledAnswer, resolve_command
from forecast.actions.update import update
from forecast.book.reading import read_book
from forecast.model.settings import Settings
from forecast.report.files import read_report
from forecast.schema.topic import ReportFault, digest_of, validate_content
from tests.cli.conftest import Run
from tests.support.command_line import CliRunner, commands

pytestmark = pytest.mark.medium

DAY = date(2026, 1, 1)
ON = ("--on", "2025-10-01")


@pytest.fixture
def said(run: Run) -> Run:
    """A book with some forecasts and a resolution, and the way to run commands on it."""
    for value, who in (("30%", "me"), ("40%", "Ana"), ("3:7", "Bob")):
        assert run("say", "three_more", value, "--who", who, *ON, "--why", "A guess.").code == 0
    assert run("resolve", "three_more", "yes", "--on", "2025-11-20", "--source", "the log").code == 0
    assert run("resolve", "next_fault", "date", "2025-11-20", "--on", "2025-11-20", "--source", "the log").code == 0
    return run


def test_what_is_said_is_printed_with_its_place(run: Run):
    """The row, and in words what it says; words after the question are one value."""
    ran = run("say", "three_more", "30", "%", *ON, "--why", "A guess.", "--who", "Ana")
    row, words = ran.out.splitlines()
    assert ran.code == 0
    assert row.startswith("seeds/ferry/forecasts.csv:2: ")
    assert re.fullmatch(r"ferry\.three_more: 30 % by Ana, 2025-10-01 23:59 UTC; entered later \(id [0-9a-f]{12}\)", words)
    told = json.loads(run("withdraw", "three_more", "--who", "Ana", "--json").out)
    assert (told["path"], told["line"], told["question"]) == ("seeds/ferry/forecasts.csv", 3, "ferry.three_more")


def test_a_date_in_years_or_months_is_read_aloud(run: Run):
    """What was typed and the days that it is stand in a line; a day in figures is not repeated."""
    ran = run("say", "next_fault", "March", "2027", "to", "2031", *ON, "--why", "A guess.", "--who", "Ana")
    assert (ran.code, ran.err) == (0, "")
    assert "ferry.next_fault: 2027-03-01 to 2031-12-31 (90 % interval) by Ana" in ran.out
    assert ran.out.splitlines()[-1] == "“March 2027 to 2031” is read as 2027-03-01 to 2031-12-31: from the first day to the last."
    ran = run("say", "next_fault", "2027-03-01", *ON, "--why", "A guess.", "--who", "Bob")
    assert (ran.code, "is read as" in ran.out) == (0, False)
    ran = run("say", "three_more", "2027 to 2031", *ON, "--why", "A guess.", "--who", "Bob")
    assert (ran.code, "`2027 to 2031` is no probability" in ran.err) == (1, True)


def test_a_refusal_ends_with_1_and_a_wrong_word_with_2(run: Run):
    """Problems have a place; the words for outcomes and kinds are those there are."""
    ran = run("say", "three_more", "30", "--why", "x")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("VALUE: error: `30` is no probability")
    problem = json.loads(run("say", "three_more", "30", "--why", "x", "--json").out)["problems"][0]
    assert (problem["path"], problem["line"]) == ("VALUE", 0)
    ran = run("resolve", "three_more", "yess", "--on", "2025-11-20", "--source", "x")
    assert (ran.code, "`yess` is no outcome; did you mean `yes`?" in ran.err) == (2, True)
    for bare, kind in (("30", "number"), ("2026-10-12", "date")):
        ran = run("resolve", "three_more", bare, "--on", "2026-10-12", "--source", "log")
        assert (ran.code, f"`{bare}` is no outcome; as in {kind} {bare}" in ran.err) == (2, True)
    ran = run("say", "three_more", "30%", "--why", "x", "--kind", "oracle")
    assert (ran.code, "`oracle` is no kind; kinds: person, bot" in ran.err) == (2, True)


@pytest.mark.parametrize("minus", ["-", "\u2212"], ids=["hyphen", "minus sign"])
def test_numbers_below_zero_are_no_options(run: Run, book: Path, minus: str):
    """A value and a median that begin with a hyphen, or with the sign that reports print, are numbers; a misspelt option is still refused."""
    topic = book / "seeds" / "ferry" / "topic.toml"
    asked = '\n[questions.frost]\nasks = "How cold will the lake be?"\ntype = "number"\nunit = "degrees"\nby = 2026-12-31\n'
    topic.write_text(topic.read_text() + asked)
    ran = run("say", "frost", f"{minus}5", "to", "3", "--median", f"{minus}.5", *ON, "--why", "As before.")
    assert (ran.code, ran.err) == (0, "")
    assert "ferry.frost: -0.5 degrees (-5 to 3) by me" in ran.out, ran.out
    ran = run("resolve", "frost", "number", f"{minus}5", "--on", "2025-11-20", "--source", "the log")
    assert (ran.code, ran.err) == (0, "")
    assert ",number,-5," in ran.out
    ran = run("say", "frost", "5", "-o", "--why", "As before.")
    assert (ran.code, "No such option" in ran.err) == (2, True)


LINES = "two\nlines"
SAY = ("say", "three_more", "30%", "--why", "x")
RESOLVE = ("resolve", "three_more", "yes", "--on", "2025-11-20", "--source", "x")
OBSERVE = ("observe", "ferry.faults", "--on", "2025-11-20", "--value", "1", "--source", "x")


@pytest.mark.parametrize(
    ("words", "option"),
    [
        *((SAY, option) for option in ("--why", "--source", "--who", "--replaces")),
        *((("withdraw", "three_more"), option) for option in ("--why", "--who")),
        *((RESOLVE, option) for option in ("--why", "--source", "--replaces", "--asked")),
        *((OBSERVE, option) for option in ("--value", "--low", "--high", "--grade", "--id", "--replaces", "--set")),
    ],
)
def test_a_text_of_more_than_one_line_is_refused_by_its_option(run: Run, words: tuple[str, ...], option: str):
    """The message names the option and what to do, and nothing of files or ids."""
    ran = run(*words, option, LINES)
    assert (ran.code, ran.out) == (2, "")
    assert f"Invalid value for '{option}'" in ran.err
    assert "U+000A (line feed) cannot stand in a text of one line: write it on one line" in " ".join(ran.err.split())


def test_a_value_of_more_than_one_line_is_refused_by_its_name(run: Run):
    """The value of a resolution is a cell too."""
    ran = run("resolve", "what_is_broken", "label", LINES, "--on", "2025-11-20", "--source", "x")
    assert (ran.code, "Invalid value for 'VALUE'" in ran.err) == (2, True)


def test_a_value_is_explained_beside_a_reason_that_is_missing(run: Run):
    """Both are said at once, and a forecast of a good value without a reason is refused for that alone."""
    ran = run("say", "three_more", "30")
    assert (ran.code, ran.err.count("error: ")) == (1, 2)
    assert "`30` is no probability" in ran.err
    assert "a forecast needs its reason" in ran.err
    assert 'add --why "..."' in ran.err
    for more in ((), ("--why", " ")):
        ran = run("say", "three_more", "30%", *more)
        assert (ran.code, ran.err.count("error: ")) == (1, 1)
        assert "a forecast needs its reason" in ran.err


@pytest.mark.parametrize(
    ("more", "option"),
    [(("30%",), "--why"), (("30", "--why", "As before."), "VALUE"), (("30%", "--on", "soon", "--why", "As before."), "--on"), (("30%", "--until", "soon", "--why", "As before."), "--until")],
)  # fmt: skip
def test_what_is_wrong_with_a_forecast_is_said_of_the_option_that_has_it(run: Run, more: tuple[str, ...], option: str):
    """The line of topic.toml that asks the question has nothing to put right."""
    ran = run("say", "three_more", *more)
    assert (ran.code, ran.err.startswith(f"{option}: error: "), "topic.toml" in ran.err) == (1, True, False)


@pytest.mark.parametrize(("name", "line", "old", "new"), [("forecasts", 3, "0.4", "0.9"), ("resolutions", 2, "yes", "no")])
def test_check_names_an_edited_past_line(said: Run, book: Path, name: str, line: int, old: str, new: str):
    """Of forecasts and of resolutions: a line that a later one follows cannot be changed unseen."""
    assert said("check").code == 0
    path = book / f"seeds/ferry/{name}.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(old, new)
    path.write_text("".join(lines))
    ran = said("check")
    assert ran.code == 1
    assert (
        f"seeds/ferry/{name}.csv:{line}:1: error: this row was changed, or rows after it were removed, since line {line + 1} was written"
        in ran.out
    )


def test_check_names_a_removed_line(said: Run, book: Path):
    """The row before it is the one whose follower is gone."""
    path = book / "seeds/ferry/forecasts.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], *lines[3:]]))
    assert (
        "seeds/ferry/forecasts.csv:2:1: error: this row was changed, or rows after it were removed, since line 3 was written"
        in said("check").out
    )


def test_check_names_an_edited_past_line_of_the_ledger(published: Path, run: Run):
    """Each line of the ledger has the hash of the one before, too."""
    path = published / "reports/ledger.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    assert run("check", on=published).code == 0
    lines[0] = lines[0].replace('"seed":1', '"seed":2') if '"seed":1' in lines[0] else lines[0].replace("three_more", "three_less")
    path.write_text("".join(lines))
    ran = run("check", "--deep", on=published)
    assert ran.code == 1
    assert re.search(r"^reports/ledger\.jsonl:[12]:1: error: ", ran.out, re.MULTILINE)


def test_a_resolved_question_leads_no_page_with_its_chance(run: Run, book: Path):
    """Once resolved it says how it ended wherever the chance stood: in `update`, `show`, on the page and in the index; the JSON keeps the model's answer."""
    words = "Resolved: no (it did not happen), decided on 30 November 2024. The model, whose record leaves it open, says "
    assert run("resolve", "three_more", "no", "--on", "2024-11-30", "--source", "the log").code == 0
    done = update(book, as_of=date(2025, 1, 1), today=date(2025, 1, 1), settings=Settings(), referee=False, insight=False)
    assert done.exit_code == 0
    (stored,) = (answer for answer in done.contents["ferry"]["answers"] if answer["name"] == "three_more")
    assert (stored["status"], "resolution" in stored) == ("open", False)
    lines = run("show").out.splitlines()
    (line,) = (line for line in lines if line.startswith("ferry.three_more"))
    assert re.split(r" {2,}", line)[1:] == ["No", f"{words}{stored['headline']}."]
    assert f"  {words}{stored['headline']}." in run("show", "three_more").out.splitlines()
    told = json.loads(run("show", "three_more", "--json").out)
    (answer,) = told
    assert (answer["status"], answer["headline"], answer["model_headline"]) == ("resolved", "No", stored["headline"])
    page = (book / "reports/ferry.md").read_text(encoding="utf-8")
    before, _, settled = page.partition("### Settled")
    assert stored["asks"] not in before
    assert f"| {stored['asks']} | **No** | {words}{stored['headline']}. |" in settled
    index = (book / "reports/index.md").read_text(encoding="utf-8")
    assert f"**No** | {words}" in index.partition("Settled")[2]


@pytest.mark.parametrize("made", [{"resolution": "yes"}, {"model_headline": "5 %"}, {"status": "resolved"}], ids=str)
def test_a_report_whose_answer_claims_a_resolution_is_refused(published: Path, made: dict[str, str]):
    """Only what is on record of a question says how it ended."""
    content = read_report(published, "reports/ferry.json")
    assert content is not None
    first, *others = content["answers"]
    changed = {**content, "answers": [{**first, **made}, *others]}
    with pytest.raises(ReportFault, match="a resolution belongs to what is on record"):
        validate_content({**changed, "digest": digest_of(changed)}, name="ferry.json")


def test_what_was_said_stands_beside_the_model_at_once(published: Path, run: Run):
    """`show` has a forecast as soon as it is on record, in its list and of the question, although the report is older; and so a resolution."""
    before = run("show", on=published).out.splitlines()
    assert run("say", "three_more", "30%", "--why", "A guess.", on=published).code == 0
    (line,) = (line for line in run("show", on=published).out.splitlines() if line.startswith("ferry.three_more"))
    (was,) = (line for line in before if line.startswith("ferry.three_more"))
    name, model, text = re.split(r" {2,}", was)
    assert re.split(r" {2,}", line) == [name, model, "me: 30 %", text]
    assert "  On record: 30 % by me since " in run("show", "three_more", on=published).out
    assert run("resolve", "three_more", "yes", "--on", "2025-11-20", "--source", "the log", on=published).code == 0
    (line,) = (line for line in run("show", on=published).out.splitlines() if line.startswith("ferry.three_more"))
    assert "Resolved: yes (it happened), decided on 20 November 2025." in line


def test_a_record_of_a_topic_that_cannot_be_read_is_the_reports(published: Path, run: Run):
    """It says so, and shows the answers all the same."""
    assert run("say", "three_more", "30%", "--why", "A guess.", on=published).code == 0
    topic = published / "seeds/ferry/topic.toml"
    topic.write_text(topic.read_text(encoding="utf-8") + "\n[nonsense\n", encoding="utf-8")
    ran = run("show", on=published)
    assert (ran.code, "`ferry` cannot be read, so what is on record of it is that of 2025-01-01" in ran.err) == (0, True)
    assert "ferry.three_more" in ran.out


def test_a_forecast_that_takes_the_place_of_another_says_so(run: Run):
    """Of the same person's forecast that held until then; not of somebody else's, and not of one that was withdrawn."""
    first = run("say", "three_more", "20%", *ON, "--why", "A guess.")
    assert (first.code, "takes the place" in first.out) == (0, False), first.err
    assert "takes the place" not in run("say", "three_more", "25%", "--who", "Ana", "--why", "A guess.").out
    line = run("say", "three_more", "30%", "--why", "A better guess.").out.splitlines()[-1]
    assert line == "It takes the place of 20 % by me, 2025-10-01 23:59 UTC; entered later; both stay on record."
    assert run("withdraw", "three_more").code == 0
    assert "takes the place" not in run("say", "three_more", "35%", "--why", "A guess.").out


@pytest.fixture
def race(run: Run, tmp_path: Path) -> Path:
    """A book with a question among three options."""
    root = tmp_path / "race_book"
    assert CliRunner().invoke(commands(), ["init", str(root)]).exit_code == 0
    prior = ("--prior", "winner=red 20 %, blue 50 %, black 30 %", "--why", "winner=The polls say so.")
    assert run("new", "race", "--like", "options", "--asks", "Who wins?", *prior, on=root).code == 0
    return root


@pytest.mark.parametrize(("word", "option"), [("Blue", "blue"), ("R", "red"), ("bla", "black")])
def test_options_are_named_loosely(run: Run, race: Path, word: str, option: str):
    """In any case, and by a beginning that only one has: in `say`, in `resolve`, and as the outcome itself."""
    shares = [f"{word}=50%", *(f"{name}=25%" for name in ("red", "blue", "black") if name != option)]
    assert f"{option} 50 %" in run("say", "race.which", *shares, "--why", "A guess.", on=race).out
    ended = ("--on", "2026-11-01", "--source", "the count")
    other = race.parent / "other"
    shutil.copytree(race, other)
    for words, root in (((word,), race), (("label", word), other)):
        ran = run("resolve", "race.which", *words, *ended, on=root)
        assert (ran.code, f"race.which: {option}, decided on 2026-11-01" in ran.out) == (0, True), ran.err


def test_an_option_that_could_be_several_is_refused(run: Run, race: Path):
    """The options are listed, or the nearest is named, and nothing is written."""
    ended = ("--on", "2026-11-01", "--source", "the count")
    ran = run("resolve", "race.which", "label", "green", *ended, on=race)
    assert (ran.code, "its options are red, blue, black" in ran.err) == (1, True)
    for words in (("label", "bl"), ("bl",)):
        assert run("resolve", "race.which", *words, *ended, on=race).code in {1, 2}
    assert not (race / "seeds/race/resolutions.csv").exists()


def test_a_slip_of_the_day_on_which_a_question_was_decided_is_named(run: Run):
    """Forecasts made after that day count for nothing, and a date that comes after it has not come; where neither is so, nothing is said."""
    for who, on in (("Ana", "2025-10-01"), ("Bob", "2025-11-01"), ("Bob", "2025-11-10")):
        assert run("say", "three_more", "30%", "--who", who, "--on", on, "--why", "A guess.").code == 0
    ran = run("resolve", "three_more", "yes", "--on", "2025-10-20", "--source", "the log")
    assert (ran.code, "warning: 2 forecasts were made after the question was decided, on 2025-10-20T" in ran.err) == (0, True)
    (first,) = re.findall(r"\(id ([0-9a-f]{12})\)", ran.out)
    ran = run("resolve", "three_more", "yes", "--on", "2025-11-20", "--source", "the log", "--replaces", first)
    assert (ran.code, ran.err) == (0, "")
    ran = run("resolve", "next_fault", "date", "2025-11-21", "--on", "2025-11-20", "--source", "the log")
    assert "warning: 2025-11-21 is after the day on which the question was decided (2025-11-20)\n" in ran.err
    (first,) = re.findall(r"\(id ([0-9a-f]{12})\)", ran.out)
    ran = run("resolve", "next_fault", "date", "2025-11-20", "--on", "2025-11-20", "--source", "the log", "--replaces", first)
    assert (ran.code, ran.err) == (0, "")


def test_what_is_wrong_with_a_record_stops_no_update(said: Run, book: Path):
    """`check` ends with 1; an update publishes, and warns."""
    with (book / "seeds/ferry/forecasts.csv").open("a") as file:
        file.write("x1,three_more,0000,me,2025-10-02T00:00:00Z,,probability,0.5,,,,,,\n")
    assert said("check").code == 1
    done = update(book, as_of=DAY, today=DAY, settings=Settings(), referee=False, insight=False, pages=False)
    assert done.exit_code == 0
    wrong = [its for its in done.problems if its.place.path == "seeds/ferry/forecasts.csv"]
    assert {its.level for its in wrong} == {"warning"}
    assert any("was never asked as `0000`" in its.message for its in wrong)


def test_the_command_that_resolves_a_question_can_be_typed(book: Path):
    """An outcome of several words is one word of the shell."""
    topic = read_book(book)[0].topics["ferry"]
    answer = SettledAnswer("three_more", (), "label", "fog and rain")
    assert resolve_command(topic, answer, topic.questions["three_more"]).startswith(
        "forecast resolve ferry.three_more label 'fog and rain' --on "
    )


def test_a_question_that_the_record_decides_is_named_until_it_is_resolved(book: Path, run: Run, tmp_path: Path):
    """With the command that resolves it; a resolution that the rows contradict is an error at its line."""
    path = book / "seeds/ferry/breakdowns.csv"
    path.write_text(path.read_text() + "2025-01-01,2025-06-30,4,2025-07-01,log,,,,\n")
    done = update(book, as_of=DAY, today=DAY, settings=Settings(), referee=False, insight=False, pages=False)
    message = "the rows on record already answer this question (yes), but it has no resolution yet"
    (warning,) = [its for its in done.problems if its.message == message]
    assert (warning.level, warning.hint) == ("warning", 'run `forecast resolve ferry.three_more yes --on DATE --source "..."`')
    ran = run("check")
    assert (ran.code, message in ran.out) == (0, True)
    other = tmp_path / "other"
    shutil.copytree(book, other)
    assert run("resolve", "three_more", "yes", "--on", "2025-06-30", "--source", "log").code == 0
    assert message not in run("check").out
    assert run("resolve", "three_more", "no", "--on", "2025-12-31", "--source", "log", on=other).code == 0
    ran = run("check", on=other)
    assert ran.code == 1
    contradiction = "error: the record decides `ferry.three_more`: yes; this resolution says no (it did not happen)"
    assert f"seeds/ferry/resolutions.csv:2:1: {contradiction}" in ran.out


def test_what_is_due_is_listed_with_the_command_to_run(run: Run):
    """The tiny book's question of 2025 is overdue until it is resolved."""
    ran = run("due")
    assert ran.code == 0
    assert (
        "overdue  ferry.three_more  closed on 2025-12-31 and is not resolved  forecast resolve ferry.three_more OUTCOME --on 2025-12-31"
        in ran.out
    )
    (told,) = [its for its in json.loads(run("due", "--json").out)["due"] if its["question"] == "ferry.three_more"]
    assert (told["state"], told["day"]) == ("overdue", "2025-12-31T23:59:59Z")
    assert run("resolve", "three_more", "yes", "--on", "2025-11-20", "--source", "the log").code == 0
    assert "three_more" not in run("due").out


def test_a_question_that_people_answer_is_shown_and_never_computed(run: Run, book: Path):
    """`say` makes its page, `show` prints what was said and why, and what needs a model says that there is none."""
    assert run("new", "chess", "--like", "judgement", "--asks", "Will it move?", "--by", "2999-12-31").code == 0
    assert run("show", "chess.moves").code == 1
    ran = run("say", "moves", "30%", "--why", "Two of five did.")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "Its page: reports/chess.html")
    assert not (book / "reports/ledger.jsonl").exists()
    assert re.fullmatch(r"chess\.moves +30 % +30 % by me since .*\n", run("show").out)
    shown = run("show", "moves").out.splitlines()
    assert shown[1] == "  Will it move?"
    assert shown[2].startswith("  30 % by me since ")
    assert shown[3] == "  Why, says me: Two of five did."
    assert run("show", "chess").out.splitlines() == shown
    (told,) = json.loads(run("show", "chess.moves", "--json").out)
    assert (told["judged"], told["forecasts"][0]["probability"]) == (True, 0.3)
    for words in (("why", "moves"), ("history", "moves")):
        ran = run(*words)
        assert (ran.code, "`chess.moves` is answered by people, and no model" in ran.err) == (1, True), words
    assert run("resolve", "moves", "yes", "--on", "2025-01-05", "--source", "minutes").code == 0
    assert "Resolved: yes (it happened), decided on 5 January 2025" in run("show", "moves").out


def test_forecasts_stand_beside_the_answer(published: Path, run: Run):
    """After an update `show` prints each with how its odds compare with the model's."""
    said = ("say", "three_more", "8%", "--who", "all ferries", "--kind", "base rate", "--on", "2024-12-31", "--why", "Two of 25.")
    assert run(*said, on=published).code == 0
    assert run("update", "--as-of", "2025-01-01", "--no-referee", "--no-insight", on=published).code == 0
    content = json.loads((published / "reports/as-of/2025-01-01/ferry.json").read_text())
    assert content["on_record"][0]["forecasts"][0]["kind"] == "base rate"
    assert run("update", "--no-referee", "--no-insight", on=published).code == 0
    ran = run("show", "three_more", on=published)
    wanted = r"  On record: 8 % by the base rate \(all ferries\) since 31 December 2024; entered later(; (odds .* times the model's|the model's odds are .* times as high|as the model|one of the two is certain, .*))\n"
    assert re.search(wanted, ran.out)
