"""``forecast new``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import tomlkit

from forecast.actions.new import topics
from forecast.actions.new.books import new_book
from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.actions.new.templates import TemplateInput
from forecast.book.reading import read_book
from tests.cli.conftest import Run, files_of
from tests.support.new_topics import new_topic, with_needed_input

pytestmark = pytest.mark.medium

TODAY = date(2026, 11, 26)
ASKS = 'Will "it" be more than ever?'


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new book."""
    root = tmp_path / "fresh"
    assert new_book(root, today=TODAY).problems == ()
    return root


def test_priors_that_are_still_the_templates_are_named(run: Run, fresh: Path):
    """A question of one's own says which of its priors nobody has thought about yet, and where they stand."""
    given = ("--prior", "start=Normal(mean=3, sd=1)", "--why", "start=It has stood there for years.")
    ran = run("new", "lake", "--like", "level", "--asks", "Will it rise above 4 m?", *given, on=fresh)
    assert "Its priors are placeholders as yet: trend, noise. Put yours in priors/lake.toml, each with its reason." in ran.out.splitlines()
    assert ran.out.splitlines()[-1] == "  forecast update lake --draft"
    ran = run("new", "clubs", "--like", "count", "--asks", "How many clubs will close?", "--prior", "rate=Gamma(p5=0.05, p95=2)", on=fresh)
    assert "As the template has it: clumping. Look whether that suits your question." in ran.out.splitlines()
    assert ("placeholder" in ran.out, ran.out.splitlines()[-1]) == (False, "  forecast update clubs")
    ran = run("new", "vaccine", "--like", "hypotheses", "--asks", "Why?", "--prior", "cause=price, fear", on=fresh)
    assert "Its priors are placeholders as yet: cause, first_sign." in ran.out


@pytest.mark.parametrize(
    ("kind", "asks", "line", "hint"),
    [
        ("hypotheses", "Why?", "--prior: error: the options of the choice are missing", "--prior 'cause=red 40 %, blue 35 %, other 25 %'"),
        ("options", "Who wins?", "--prior: error: the options of the choice are missing", "--prior 'winner=red, blue'"),
        ("decomposition", "How many?", "--answer: error: the formula of the number is missing", "--answer 'homes * share'"),
        ("decomposition", "Will more than 20 sing?", "--answer: error: the formula of the number is missing", "--prior for each"),
        ("conditional", "Will it run?", "--if: error: the condition is missing", "--if 'the county pays'"),
        ("level", "Will it rise?", "--answer: error: the question's words name no threshold", "above 20 cm"),
        ("level", "Will it not rise above 20 cm?", "--answer: error: the question's words name no threshold", "above 20 cm"),
    ],
)
def test_what_only_the_person_can_give_is_asked_for(run: Run, fresh: Path, kind: str, asks: str, line: str, hint: str):
    """Labels, parts, condition and threshold of the example are written for no question of one's own, with a reason for them or without."""
    before = files_of(fresh)
    for reason in ((), ("--why", "cause=Somebody has looked at it.")) if kind == "hypotheses" else ((),):
        ran = run("new", "mine", "--like", kind, "--asks", asks, *reason, on=fresh)
        lines = ran.err.splitlines()
        assert (ran.code, ran.out, lines[0], hint in lines[1]) == (1, "", line, True)
        assert lines[1].endswith("; `forecast new --ask` asks for it")
        assert files_of(fresh) == before


def test_the_least_path_is_a_question_a_prior_and_a_row(run: Run, fresh: Path):
    """With the options of `new` and one `observe` a question of one's own stands in the files, whole, with nothing of the example."""
    words = ("--asks", "Will the bridge close?", "--opens", "2026-01-01", "--by", "2100-06-30")
    prior = ("--prior", "rate=Gamma(p5=0.05, p95=2)", "--why", "rate=It closed twice in a year, or hardly ever.")
    ran = run("new", "bridge", "--like", "hazard", *words, *prior, on=fresh)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    paths = lines.index("seeds/bridge/topic.toml")
    assert lines[paths : paths + 5] == [
        "seeds/bridge/topic.toml",
        "priors/bridge.toml",
        "seeds/bridge/events.csv",
        "It asks: Will the bridge close?",
        "It answers: total(events) >= 1",
    ]
    assert "placeholders" not in ran.out
    assert (
        run(
            "observe", "bridge.events", "--from", "2026-01-01", "--to", "2026-11-25", "--value", "0", "--source", "I cross it", on=fresh
        ).code
        == 0
    )
    book, problems = read_book(fresh, ["bridge"])
    assert problems == ()
    topic = book.topics["bridge"]
    (question,) = topic.questions.values()
    rate = topic.parameters["rate"]
    assert (topic.title, topic.opens) == ("Bridge", date(2026, 1, 1))
    assert (question.asks, question.by) == ("Will the bridge close?", date(2100, 6, 30))
    assert (rate.prior.text, rate.why) == ("Gamma(p5=0.05, p95=2)", "It closed twice in a year, or hardly ever.")
    assert [(row.start, row.end, row.value) for row in topic.streams["events"].rows] == [(date(2026, 1, 1), date(2026, 11, 25), 0.0)]
    assert "nvented" not in "".join(topic.texts.values())


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
@pytest.mark.parametrize("own", [TemplateInput(), TemplateInput(asks=ASKS)], ids=["example", "own"])
@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2031, 6, 30)], ids=str)
def test_every_kind_makes_a_sound_topic_on_any_day(fresh: Path, kind: str, own: TemplateInput, today: date):
    """A new topic has no problem, its rows end before today, and its questions ask about days to come, in words as in figures."""
    done = new_topic(fresh, "mine", kind=kind, own=with_needed_input(kind, own), opens=None, by=None, today=today)
    assert (done.problems, sorted(done.paths)) == ((), sorted(path for path in files_of(fresh) if "/mine" in path))
    _, problems = read_book(fresh)
    assert problems == ()
    topic = done.topic
    rows = [row for stream in topic.streams.values() for row in stream.rows]
    assert all(topic.opens <= row.start <= row.end < today for row in rows)
    assert bool(rows) == (not own.asks and bool(topic.streams))
    for question in topic.questions.values():
        assert question.by is None or question.by > today
        said = re.findall(r"\d{1,2} [A-Z][a-z]+ \d{4}", question.asks)
        assert question.by is None or not said or said[-1] == f"{question.by.day} {question.by:%B %Y}"


@pytest.mark.parametrize("kind", ["hazard", "count", "ladder"])
@pytest.mark.parametrize(
    "own", [TemplateInput(), TemplateInput(asks=ASKS), TemplateInput(answer="total(events) >= 2")], ids=["example", "question", "answer"]
)
def test_a_question_about_events_counts_from_the_day_it_is_asked(fresh: Path, kind: str, own: TemplateInput):
    """Whatever the record has of the years before, which say how often it happens, is no answer."""
    done = new_topic(fresh, "mine", kind=kind, own=own, opens=date(2006, 1, 1), by=None, today=TODAY)
    assert done.problems == ()
    assert {question.since for question in done.topic.questions.values()} == {TODAY}


def test_an_answer_of_ones_own_about_events_counts_from_today_in_every_template(fresh: Path):
    """The template's own answer may be about no events: then `since` is added, and goes where the new one is about none."""
    own = TemplateInput(asks=ASKS, answer="first(total(levels) > 300)")
    level = new_topic(fresh, "level", kind="level", own=own, opens=None, by=None, today=TODAY)
    assert [(each.since, each.by) for each in level.topic.questions.values()] == [(TODAY, date(2027, 12, 31))]
    own = TemplateInput(asks=ASKS, answer="first(t > 1)")
    clock = new_topic(fresh, "clock", kind="hazard", own=own, opens=None, by=None, today=TODAY)
    assert [each.since for each in clock.topic.questions.values()] == [TODAY]
    own = TemplateInput(asks=ASKS, answer="start + trend * t > 100")
    without = new_topic(fresh, "without", kind="level", own=own, opens=None, by=None, today=TODAY)
    assert [(each.since, each.by) for each in without.topic.questions.values()] == [(None, date(2027, 12, 31))]


def test_deadlines_of_a_ladder_lie_between_today_and_the_last(fresh: Path):
    """With --by the last rung is that day, the others come before it in order, and one question asks for the date."""
    done = new_topic(fresh, "mine", kind="ladder", own=TemplateInput(asks="will it open?"), opens=None, by=date(2026, 12, 6), today=TODAY)
    assert [(question.asks, str(question.by)) for question in done.topic.questions.values()] == [
        ("By 29 November 2026: will it open?", "2026-11-29"),
        ("By 3 December 2026: will it open?", "2026-12-03"),
        ("By 6 December 2026: will it open?", "2026-12-06"),
        ("When will it open?", "2026-12-06"),
    ]


def asked(root: Path, kind: str, asks: str, **days: date) -> dict[str, tuple[str, str]]:
    """What the questions of a new topic ask, and their answers, by name."""
    done = new_topic(root, "mine", kind=kind, own=TemplateInput(asks=asks), **{"opens": None, "by": None, **days}, today=TODAY)
    assert done.problems == ()
    return {name: (question.asks, question.answer_text) for name, question in done.topic.questions.items()}


@pytest.mark.parametrize("asks", ["When will the canal freeze?", "Will the canal freeze by the end of 2027?"])
def test_a_ladder_asks_yes_or_no_by_its_days_and_for_the_date(fresh: Path, asks: str):
    """Whether the words ask for a date or for yes or no, each rung asks for yes or no, and `when` for the date."""
    happens = "total(events) >= 1"
    assert asked(fresh, "ladder", asks, by=date(2027, 12, 31)) == {
        "soon": ("By 30 April 2027: will the canal freeze?", happens),
        "later": ("By 31 August 2027: will the canal freeze?", happens),
        "latest": ("By 31 December 2027: will the canal freeze?", happens),
        "when": ("When will the canal freeze?", f"first({happens})"),
    }


def test_a_question_for_a_date_stands_with_the_answer_that_gives_one(fresh: Path):
    """The other question of `hazard` asks the same for yes or no, and what people judge is then a date."""
    assert asked(fresh, "hazard", "When will the canal freeze?", by=date(2027, 3, 31)) == {
        "happens": ("Will the canal freeze by 31 March 2027?", "total(events) >= 1"),
        "when": ("When will the canal freeze?", "first(total(events) >= 1)"),
    }
    own = TemplateInput(asks="When will the canal freeze?")
    done = new_topic(fresh, "judged", kind="judgement", own=own, opens=None, by=None, today=TODAY)
    assert [(question.asks, question.type) for question in done.topic.judged.values()] == [("When will the canal freeze?", "date")]


@pytest.mark.parametrize(
    ("kind", "asks", "message"),
    [
        ("poll", "When will the canal freeze?", "this asks for a date, and a topic like poll answers with none"),
        ("decomposition", "By when will the canal freeze?", "this asks for a date, and a topic like decomposition answers with none"),
        ("ladder", "When, at last?", "nothing can be made of `When, at last?` that is answered by yes or no"),
        ("hazard", "How many ice days will there be?", "this asks for a number, and a topic like hazard answers with yes or no"),
    ],
)
def test_words_that_no_answer_of_the_kind_fits_are_refused(fresh: Path, kind: str, asks: str, message: str):
    """Nothing is written where a question asks for what the kind does not answer with; an answer of one's own lifts that."""
    before = files_of(fresh)
    (problem,) = new_topic(fresh, "mine", kind=kind, own=TemplateInput(asks=asks), opens=None, by=None, today=TODAY).problems
    assert (problem.message, files_of(fresh)) == (message, before)


@pytest.mark.parametrize(
    ("asks", "days", "counted"),
    [
        ("How many owls will the 2028 season bring?", {"by": date(2028, 12, 31)}, (date(2028, 1, 1), date(2028, 12, 31))),
        ("How many owls will come in 2029?", {}, (date(2029, 1, 1), date(2029, 12, 31))),
        ("How many owls will come in February 2028?", {}, (date(2028, 2, 1), date(2028, 2, 29))),
        ("How many owls will come by the end of 2027?", {}, (TODAY, date(2027, 12, 31))),
        ("How many owls will come before 1 March 2028?", {"by": date(2028, 2, 29)}, (TODAY, date(2028, 2, 29))),
        ("How many owls will come in 2026?", {"by": date(2026, 12, 31)}, (TODAY, date(2026, 12, 31))),
        ("How many of the 2040 owls will come?", {}, (TODAY, date(2027, 12, 31))),
        ("How many owls will come in 2029?", {"since": date(2027, 2, 1)}, (date(2027, 2, 1), date(2029, 12, 31))),
    ],
)
def test_a_count_in_a_year_to_come_begins_with_it(fresh: Path, asks: str, days: dict[str, date], counted: tuple[date, date]):
    """A question about a year or a month counts its days alone; a deadline counts from today, and --since from its day."""
    own = TemplateInput(asks=asks)
    done = new_topic(fresh, "mine", kind="count", own=own, **{"opens": None, "by": None, **days}, today=TODAY)
    assert (done.problems, [(question.since, question.by) for question in done.topic.questions.values()]) == ((), [counted])


def test_the_days_that_count_are_said(run: Run, fresh: Path):
    """`new` says from which day to which it counts, and refuses days in the wrong order and days that count for nothing."""
    days = ("--since", "2899-01-01", "--by", "2899-12-31")
    ran = run("new", "owls", "--like", "count", "--asks", "How many owls?", *days, on=fresh)
    assert "It counts from 1 January 2899 to 31 December 2899 (12 months); --since and --by give other days." in ran.out
    ran = run("new", "more", "--like", "count", "--since", "2999-01-02", "--by", "2999-01-01", on=fresh)
    assert (ran.code, "it would count from 2999-01-02, after the last day that counts (2999-01-01)" in ran.err) == (1, True)
    ran = run("new", "more", "--like", "poll", "--since", "2999-01-02", on=fresh)
    assert (ran.code, "a topic like poll counts from no day, so it takes no --since" in ran.err) == (1, True)
    assert "leave it out; these count from a day: hazard, count, seasonal, ladder\n" in ran.err


def test_an_answer_of_ones_own_and_a_prior_of_a_label(fresh: Path):
    """--answer replaces the main answer, and NAME.LABEL one label's prior, whose reason then says where it comes from."""
    own = TemplateInput("Is it the meter?", 'cause == "meter"', {"night_flow.leak": "Beta(mean=0.5, strength=2)"})
    own = with_needed_input("hypotheses", own)
    done = new_topic(fresh, "mine", kind="hypotheses", own=own, opens=None, by=None, today=TODAY)
    assert done.problems == ()
    assert [(question.asks, question.answer_text) for question in done.topic.questions.values()] == [
        ("Is it the meter?", 'cause == "meter"')
    ]
    table = tomlkit.parse((fresh / "priors/mine.toml").read_text())["night_flow"]
    assert (table["prior"]["leak"], table["prior"]["meter"]) == ("Beta(mean=0.5, strength=2)", "Beta(mean=0.3, strength=10)")
    assert table["why"]["leak"] == "Given on the command line on 26 November 2026, without a reason so far."


@pytest.mark.parametrize(
    ("words", "place", "message", "hint"),
    [
        (("Bridge",), "TOPIC: ", "the name `Bridge` is not in snake_case", "small letters, digits and _"),
        (("months",), "TOPIC: ", "`months` is a clock of the language and cannot be a name", "choose another name"),
        (("class",), "TOPIC: ", "`class` is a word of Python and cannot be a name", "choose another name"),
        (("ferry",), "seeds/ferry:1:1: ", "`ferry` is there already", "choose another name; nothing is overwritten"),
        (("left_over",), "priors/left_over.toml:1:1: ", "`left_over` is there already", "choose another name; nothing is overwritten"),
        (
            ("new_one", "--by", "2020-01-01"),
            "--by: ",
            "the last day that counts would be 2020-01-01, which is not after",
            "",
        ),
        (("new_one", "--opens", "2999-01-01"), "--opens: ", "the record would open on 2999-01-01, after today", ""),
        (
            ("new_one", "--opens", f"{datetime.now(UTC).date()}"),
            "--opens: ",
            "the example of `hazard` has rows from before ",
            "leave it out, or ask a question of your own with --asks",
        ),
        (
            ("new_one", "--prior", "rte=Gamma(p5=1, p95=2)"),
            "--prior: ",
            "no prior `rte` in this template",
            "did you mean `rate`?",
        ),
        (
            ("new_one", "--why", "rate.a=Nobody knows yet."),
            "--why: ",
            "no prior `rate.a` in this template",
            "did you mean `rate`?",
        ),
        (("new_one", "--prior", "rate=Gama(p5=1, p95=2)"), "--prior: ", "unknown distribution `Gama`", "did you mean `Gamma`?"),
        (("new_one", "--why", "rate=guess"), "--why: ", "`why` is not a sentence", ""),
        (("new_one", "--answer", "total(event) >= 1"), "--answer: ", "unknown stream `event`", "did you mean `events`?"),
    ],
)
def test_what_cannot_be_begun_is_refused(run: Run, book: Path, words: tuple[str, ...], place: str, message: str, hint: str):
    """A name, a day, a prior or an answer that will not do is refused with exit code 1, and no file is written."""
    (book / "priors/left_over.toml").write_text("")
    before = files_of(book)
    ran = run("new", *words, "--like", "hazard")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"{place}error: {message}")
    assert hint in ran.err
    assert files_of(book) == before
    assert not list((book / "seeds").glob(".*"))


def test_what_people_judge_takes_no_prior(run: Run, book: Path):
    """A template without a model says that it has none, and nothing is written."""
    ran = run("new", "mine", "--like", "judgement", "--prior", "rate=Gamma(p5=0.1, p95=0.3)")
    assert (
        ran.code,
        "--prior: error: no prior `rate` in this template\n    rate=Gamma(p5=0.1, p95=0.3)\n    ^\n    it has none" in ran.err,
    ) == (1, True)
    assert not (book / "seeds/mine").exists()


@pytest.mark.parametrize(("asks", "by"), [("Who wins?", ("--by", "2999-06-30")), ("Who wins by 30 June 2999?", ()), ("Who wins?", ())])
def test_a_choice_has_a_last_day_where_one_is_given(run: Run, fresh: Path, asks: str, by: tuple[str, ...]):
    """With --by or a deadline in its words a question among options ends on that day, and can be updated; else it has none."""
    prior = ("--prior", "winner=red=20% blue=80%", "--why", "winner=The polls say so.")
    ran = run("new", "race", "--like", "options", "--asks", asks, *by, *prior, on=fresh)
    assert (ran.code, ran.err) == (0, "")
    day = None if asks == "Who wins?" and not by else date(2999, 6, 30)
    assert ("Its last day is 30 June 2999; --by gives another." in ran.out.splitlines()) == (day is not None)
    book, problems = read_book(fresh, ["race"])
    assert (problems, [question.by for question in book.topics["race"].questions.values()]) == ((), [day])
    updated = run("update", "race", "--no-referee", "--no-insight", "--no-pages", on=fresh)
    assert (updated.code, "Most likely blue (80 %), then red (20 %)." in updated.out) == (0, True)


@pytest.mark.parametrize("kind", ["share", "hypotheses", "decomposition"])
def test_a_question_without_a_day_takes_no_by(run: Run, book: Path, kind: str):
    """--by is refused where the template asks about no day, and what asks about one is named."""
    ran = run("new", "mine", "--like", kind, "--by", "2999-01-01")
    assert ran.code == 1
    assert ran.err.splitlines() == [
        f"--by: error: a topic like {kind} takes no --by: its answer involves no date",
        "    2999-01-01",
        "    ^",
        "    leave it out; these ask about a day: hazard, count, seasonal, poll, level, ladder, options, conditional, reference, judgement",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--like", "hazrd"), "there is no template `hazrd`; did you mean `hazard`?"),
        (("--like", "zzz"), f"there is no template `zzz`; kinds: {', '.join(TEMPLATE_KINDS)}"),
        (("--like", "hazard", "--prior", "rate"), '`rate` is not NAME="..."'),
        ((), "--like"),
    ],
)
def test_a_wrong_command_line_has_exit_code_2(run: Run, book: Path, words: tuple[str, ...], message: str):
    """An unknown kind is reported with the one that was meant; nothing is written."""
    before = files_of(book)
    ran = run("new", "mine", *words)
    assert ran.code == 2
    assert message in " ".join(ran.err.split())
    assert files_of(book) == before


def test_help_says_what_each_kind_is_for(run: Run):
    """Every kind stands in the help, with what it is for."""
    from tests.support.command_line import CliRunner, commands

    told = " ".join(CliRunner().invoke(commands(), ["new", "--help"]).stdout.split())
    assert [kind for kind, about in TEMPLATE_KINDS.items() if f"{kind} {about}" not in told] == []


def test_a_failure_leaves_the_book_as_it_was(fresh: Path, monkeypatch: pytest.MonkeyPatch):
    """Where a write fails midway nothing of the topic is left, and the problem says why."""
    before = files_of(fresh)
    whole = topics.write_whole

    def fails_at_the_record(path: Path, text: str) -> None:
        if path.suffix == ".csv":
            raise OSError(28, "No space left on device")
        whole(path, text)

    monkeypatch.setattr(topics, "write_whole", fails_at_the_record)
    (problem,) = new_topic(fresh, "mine", kind="hazard", own=TemplateInput(), opens=None, by=None, today=TODAY).problems
    assert problem.message == "this cannot be written: No space left on device"
    assert files_of(fresh) == before
    assert not list((fresh / "seeds").glob(".*"))


def test_a_directory_without_a_book_is_refused(run: Run, tmp_path: Path):
    """Outside a book there is nothing to begin a topic in."""
    (tmp_path / "empty").mkdir()
    ran = run("new", "mine", "--like", "hazard", on=tmp_path / "empty")
    assert (ran.code, "this directory is not a book" in ran.err) == (1, True)


@pytest.mark.parametrize("kind", [kind for kind in TEMPLATE_KINDS if kind != "judgement"])
@pytest.mark.parametrize("opens", [(), ("--opens", "2026-01-01")], ids=["today", "opens"])
@pytest.mark.parametrize("asks", [(), ("--asks", "Will it?")], ids=["example", "own"])
def test_a_prior_the_template_does_not_have_is_named_whatever_else_is_said(
    run: Run, fresh: Path, kind: str, opens: tuple[str, ...], asks: tuple[str, ...]
):
    """A misspelt prior, and a reason for one, is a problem each, with or without a question and a day of one's own; nothing is written."""
    first = next(iter(tomlkit.parse((Path(topics.__file__).parents[2] / "templates/priors" / f"{kind}.toml").read_text())))
    before = files_of(fresh)
    given = ("--prior", f"{first[:-1]}=Gamma(p5=0.1, p95=0.3)", "--why", "zzz=Nobody knows any better yet.")
    ran = run("new", "mine", "--like", kind, *asks, *opens, *given, on=fresh)
    assert (ran.code, ran.out) == (1, "")
    lines = [line.strip() for line in ran.err.splitlines()]
    assert [line for line in lines if "error" in line] == [
        f"--prior: error: no prior `{first[:-1]}` in this template",
        "--why: error: no prior `zzz` in this template",
    ]
    assert f"did you mean `{first}`?" in lines
    assert files_of(fresh) == before
