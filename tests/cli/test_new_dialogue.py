"""``forecast new --ask`` and priors in words: what is asked, what is shown before anything is written, and what is written then."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import tomlkit

from forecast.actions.new.beliefs import can_be_said
from forecast.actions.new.days import calendar
from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.actions.new.parameter_meanings import meaning_of
from forecast.actions.new.templates import TemplateInput
from forecast.actions.new.topics import template_topic
from forecast.actions.placeholders import PLACEHOLDER, priors_with
from forecast.book.reading import read_book
from forecast.cli.options import today
from forecast.schema.words import day
from tests.cli.conftest import Run, Talk, files_of
from tests.support.new_topics import new_topic

pytestmark = pytest.mark.medium

TODAY = date(2026, 11, 26)


def test_the_dialogue_asks_for_everything_and_shows_what_it_implies(talk: Talk, fresh: Path):
    """Question, kind, name, days and priors are asked for, again where an answer will not do; on yes the files are written."""
    typed = (
        "Ice?", "How many times?", "hazrd", "1", "Will the canal freeze over by the end of 2899?",  # the question and its kind
        "Canal", "example", "canal",  # Enter would take one of the question's words
        "2020-01-01", "2899-12-31", "2900-01-01", "2899-01-01",
        "3 in 20", "3 in 30 years", "3 in 20 years", "",  # the prior, said anew once
        "dunno", "Twenty winters in the parish book",
        "", "perhaps", "y",
    )  # fmt: skip
    ran = talk("--ask", typed=typed)
    assert (ran.code, ran.err) == (0, "")
    for shown in (
        "Its number or its name; Enter for count:",
        "`hazrd` is no kind (did you mean `hazard`?)",
        "this asks for a number, and a topic like hazard answers with yes or no",
        "the name `Canal` is not in snake_case",
        "`example` is there already",
        "The last day that counts, as in 2027-06-30; Enter for 31 December 2899:",
        "2020-01-01 is not after today",
        "2900-01-01 is after the last day that counts (2899-12-31)",
        "20 of what? (as in 3 in 20 years)",
        "rate: “3 in 30 years” is Gamma(alpha=3, beta=360): 0.00227 to 0.0175 times a month (90 %), median 0.00743.",
        "rate: “3 in 20 years” is Gamma(alpha=3, beta=240): 0.00341 to 0.0262 times a month (90 %), median 0.0111.",
        "A short name for the topic, as in old_bridge; Enter for canal_freeze:",
        "this is not a sentence (at least two words that say something)",
        "a yes or a no is needed (y or n)",
        "`perhaps` is neither yes nor no (y or n)",
        "Before any row it says: 0 to 1 events a year (90 %)",
    ):
        assert shown in ran.out, shown
    assert re.search(
        r"^  happens  1[345] %  About one in (?:seven|eight); anything from", ran.out, re.MULTILINE
    )  # 1 - (240 / 252) ** 3 is 13.6 %
    topic = read_book(fresh, ["canal"])[0].topics["canal"]
    (question,) = topic.questions.values()
    assert (question.asks, question.since, question.by) == (typed[4], date(2899, 1, 1), date(2899, 12, 31))
    assert (topic.parameters["rate"].prior.text, topic.parameters["rate"].why) == (
        "Gamma(alpha=3, beta=240)",
        "Twenty winters in the parish book.",
    )


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (
            "conditional",
            "What do you believe of `condition` (how likely it is that the county pays)? As in 2 to 20 % (nine chances in ten)",
        ),
        ("hazard", "What do you believe of `rate` (how often it happens), in times a month? As in 0.02 to 0.5 (nine chances in ten)"),
        ("conditional", "`chance_if_so` (how likely a yes is if the county pays: will it run?)? As in"),
        (
            "ladder",
            "What do you believe of `chance` (how likely it is to happen in a month in which it can), for a month? As in 2 to 20 % (nine chances in ten)",
        ),
        (
            "level",
            "What do you believe of `start` (the level on the day the record opens) on {opens}, in units? As in -5 to 20 (nine chances in ten)",
        ),
        (
            "reference",
            "What do you believe of `difference` (how this case differs from its class: 0 is as any case of it, 0.7 odds twice as good",
        ),
        ("reference", "-0.7 half as good), in log odds? As in -0.82 to 0.82 (nine chances in ten)."),
    ],
)
def test_examples_suit_the_kind_of_the_parameter(talk: Talk, kind: str, asked: str):
    """A share is asked for with shares, a rate with rates, and a number that may be negative with such numbers."""
    words = ("mine", "--like", kind, "--asks", "Will it run if the county pays?", "--ask")
    out = talk(*words, typed=("", *(("20",) if kind == "level" else ()), "", "", "", "", "", "", "n")).out
    opens = calendar(today=today(), opens=None, by=None).opens  # a year ago
    assert asked.format(opens=day(opens)) in out
    assert (f"NOTE: `start` is the level on {day(opens)}, the day the record opens; --opens gives another." in out) is (kind == "level")


@pytest.mark.parametrize(
    ("typed", "answer", "unit"), [("below 2 m", "< 2", "m"), ("$2m", "> 2000000", "dollars"), ("at least 7", ">= 7", "units")]
)
def test_a_threshold_that_the_question_leaves_open_is_asked_for(talk: Talk, fresh: Path, typed: str, answer: str, unit: str):
    """It has no default; what is typed is read as words of a question are, a number alone as above it, with its unit."""
    words = ("mere", "--like", "level", "--asks", "Will the mere dry up?", "--by", "2899-12-31", "--ask")
    ran = talk(*words, typed=("", "high", typed, *(("",) if unit == "units" else ()), "", "", "", "y"))
    assert ran.code == 0, ran.err
    assert "a threshold is needed" in ran.out
    assert "`high` names no threshold (as in above 20, or below 5 cm)" in ran.out
    topic = read_book(fresh, ["mere"])[0].topics["mere"]
    assert ([question.answer_text for question in topic.questions.values()], topic.streams["levels"].unit) == (
        [f"start + trend * t {answer}"],
        unit,
    )


def test_a_last_day_that_the_question_leaves_open_has_no_default(talk: Talk):
    """Enter takes no other day than the one in the words, which could be several."""
    words = ("mine", "--like", "hazard", "--asks", "Will it freeze in the winter of 2099?", "--ask")
    ran = talk(*words, typed=("", "2100-02-28", "", "", "n"))
    assert "“in the winter of 2099” is not one day. The last day that counts, as in 2027-06-30:" in ran.out
    assert "a day is needed" in ran.out
    bare = talk("mine", "--like", "hazard", "--asks", "Will it freeze by 2050?", "--ask", typed=("", "2050-12-31", "", "", "n")).out
    assert "“by 2050” is not one day. The last day that counts, as in 2049-12-31 or 2050-12-31:" in bare
    assert "to 31 December 2050" in bare
    assert "to 28 February 2100" in ran.out


def test_nothing_is_written_without_a_yes(talk: Talk, fresh: Path):
    """On no, and where the answers end, the book stays as it was and the exit code is 1."""
    before = files_of(fresh)
    typed = ("How many storms in 2899?", "count", "storms", "", "", "", "10 to 20", "", "")
    for answers in ((*typed, "n"), typed[:3]):
        ran = talk("--ask", typed=answers)
        assert (ran.code, ran.err.splitlines()[-1]) == (1, "Nothing was written.")
        assert files_of(fresh) == before


@pytest.mark.parametrize("agreed", ["y", "Yes"])
def test_a_belief_is_agreed_to_with_a_yes(talk: Talk, fresh: Path, agreed: str):
    """`y` and `yes` are as good as Enter where a prior in words is shown; `no` asks for it anew, and what was said is not lost."""
    typed = ("frost", "2899-12-31", "2899-01-01", "3 in 20 years", "no", agreed, "Three winters in the parish book", "y")
    ran = talk("--ask", "--like", "hazard", "--asks", "Will the canal freeze over by the end of 2899?", typed=typed)
    assert (ran.code, ran.err) == (0, "")
    assert "then say what you believe (Enter or `y` where it is right)" in ran.out
    assert "cannot be understood" not in ran.out
    assert read_book(fresh, ["frost"])[0].topics["frost"].parameters["rate"].prior.text == "Gamma(alpha=3, beta=240)"


def test_parts_take_millions_and_one_in_so_many(run: Run, fresh: Path):
    """`2.5M` is a number without a unit, and `1 in 20` of a part that is no rate is a share."""
    words = ("--prior", "people=2.5M to 3M", "--prior", "pianos=1 in 20", "--prior", "tunings=1 to 2 a year")
    ran = run("new", "fermi", "--like", "decomposition", "--asks", "How many?", "--answer", "people * pianos * tunings", *words, on=fresh)
    assert (ran.code, ran.err) == (0, "")
    table = tomlkit.parse((fresh / "priors/fermi.toml").read_text(encoding="utf-8"))
    assert table["people"]["prior"] == "LogNormal(p5=2500000, p95=3000000)"
    assert (table["pianos"]["prior"], "unit" in table["pianos"]) == ("Beta(mean=0.05, strength=20)", False)
    assert (table["people"]["unit"], table["tunings"]["unit"]) == ("people", "a year")


def test_a_count_is_asked_for_the_years_before(talk: Talk, fresh: Path):
    """Their counts become rows with their source; a name is taken from the question by Enter, and what cannot be read is asked again."""
    typed = (
        "Will there be more than 9 storms in 2899?", "", "", "", "",
        "10 8 x", "10 8 6", "", "The yearbooks of the harbour",
        "0.2 to 2", "", "", "y",
    )  # fmt: skip
    ran = talk("--ask", typed=typed)
    assert (ran.code, ran.err) == (0, "")
    assert "`x` is no count of a year (as in 12 9 15 with the last year last, or 2016: 12 9 15)" in ran.out
    assert "a source is needed (where can a reader check this?)" in ran.out
    years = [date.today().year - back for back in (3, 2, 1)]  # noqa: DTZ011 - the day of the command line
    taken = f"The counts were given without years, and are taken for {years[0]}: 10, {years[1]}: 8, {years[2]}: 6."
    lines = ran.out.splitlines()
    assert lines.index("It answers: total(events) > 9") < lines.index(taken)  # and before it is written
    besides = "The years that you gave are counted by themselves. Say what you believe without them, or they count twice."
    assert ran.out.count(besides) == 1
    assert lines.index(besides) < next(at for at, line in enumerate(lines) if line.startswith("What do you believe of `rate`"))
    assert besides not in talk("--ask", typed=("Will a storm come in 2899?", "", "", "", "", "", "0.2 to 2", "", "", "n")).out
    topic = read_book(fresh, ["storms_2899"])[0].topics["storms_2899"]
    assert [question.answer_text for question in topic.questions.values()] == ["total(events) > 9"]
    rows = (fresh / "seeds/storms_2899/events.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.split(",")[2] for row in rows] == ["10", "8", "6"]
    assert all("The yearbooks of the harbour" in row for row in rows)


def test_a_condition_in_the_question_is_not_asked_for(talk: Talk, fresh: Path):
    """Where the words have none, it is asked for until there is one."""
    within = talk("ferry", "--like", "conditional", "--ask", typed=("Will it run if the county pays?", "", "", "", "", "y"))
    assert (within.code, "If what?" in within.out) == (0, False)
    asked = talk("boat", "--like", "conditional", "--ask", typed=("Will it run?", "", "the county pays", "", "", "", "", "y"))
    assert (asked.code, "a condition is needed (as in: the county pays)" in asked.out) == (0, True)
    for name in ("ferry", "boat"):
        topic = read_book(fresh, [name])[0].topics[name]
        assert [question.asks for question in topic.questions.values()][1] == "If the county pays: will it run?"


def test_a_question_that_fits_no_kind_is_asked_in_other_words_or_of_another_kind(talk: Talk):
    """The kind comes after the question, so that what does not go together can be put right on either side."""
    words = ("storms", "--ask")
    for second in ("Will there be at least two storms in 2099?", "count", "2", "--like count", "--answer 'total(events) == 2'"):
        out = talk(*words, typed=("Will there be two storms in 2099?", "hazard", second)).out
        assert "which may mean so many at least, or exactly" in out
        assert "The question in other words, another kind, or an option as the hint has it:" in out
        assert "The last day that counts, as in 2027-06-30; Enter for 31 December 2099:" in out


def test_what_a_note_or_a_problem_names_is_changed_by_its_option(talk: Talk, fresh: Path):
    """Notes name options, which can be typed as they stand there; what comes of it is shown before it is written."""
    words = ("canal", "--like", "hazard", "--by", "2899-12-31", "--since", "2899-01-01", "--base-rate", "3 in 20 years", "--ask")
    typed = (
        "Will it not freeze?", "--anser x", "--answer", "--answer total(event) == 0", "y", "--answer 'total(events) == 0' --by 2899-06-30",
        "--why rate=Twenty winters in the parish book", "y",
    )  # fmt: skip
    ran = talk(*words, typed=typed)
    assert (ran.code, ran.err) == (0, "")
    for shown in (
        "NOTE: the question says “not”",
        "there is no `--anser` here (did you mean `--answer`?)",
        "`--answer` needs what it says (as in --answer '...')",
        "What puts it right, as in --by 2027-06-30; or n to write nothing:",
        "it cannot be written like this",
        "Write it? y or n; or a change, as in --by 2027-06-30:",
        "It answers: total(events) == 0",
    ):
        assert shown in ran.out, shown
    topic = read_book(fresh, ["canal"])[0].topics["canal"]
    (question,) = topic.questions.values()
    assert (question.answer_text, question.by) == ("total(events) == 0", date(2899, 6, 30))
    assert topic.parameters["rate"].why == "Twenty winters in the parish book."


def test_what_the_dialogue_asks_for_is_explained(fresh: Path):
    """Each prior that is a placeholder and can be said in words has a remark behind its heading, which says what it is."""
    for kind in TEMPLATE_KINDS:
        topic = template_topic(fresh, "mine", kind, "Will it?", TODAY)
        for name in priors_with(topic, PLACEHOLDER):
            assert not can_be_said(topic, name) or meaning_of(topic, name), f"{kind}: {name}"


def test_a_name_that_is_taken_is_offered_with_a_number(talk: Talk):
    """Two topics may ask about the same thing."""
    words = ("--like", "judgement", "--asks", "When will the bridge open?", "--by", "2999-12-31", "--ask")
    for offered in ("bridge_open", "bridge_open_2", "bridge_open_3"):
        ran = talk(*words, typed=("", "y"))
        assert (ran.code, f"Enter for {offered}:" in ran.out) == (0, True)


def test_the_answer_and_its_day_are_shown_before_anything_is_written(talk: Talk, fresh: Path):
    """Who says no has seen what would be answered, and for which day; who says yes is not told twice."""
    words = ("price", "--like", "level", "--asks", "Will it close above 100 by 31 March 2899?", "--by", "2899-03-31", "--ask")
    shown = (
        "It asks: Will it close above 100 by 31 March 2899?",
        "It answers: start + trend * t > 100",
        "It is answered for 31 March 2899 itself, not for the days before.",
    )
    for last in ("n", "y"):
        lines = talk(*words, typed=("", "", "", "", last)).out.splitlines()
        assert [lines.count(line) for line in shown] == [1, 1, 1]
        assert sum(line.startswith("NOTE: “by 31 March 2899” may mean some day until then") for line in lines) == 1
        assert (fresh / "seeds/price").exists() == (last == "y")


def test_options_of_what_people_judge_are_asked_for(talk: Talk, fresh: Path):
    """A question of who or which has its options named, and what it is answered with is shown."""
    ran = talk("--ask", typed=("Who will run the club?", "judgement", "ann", "ann, ben, none of them", "club", "", "y"))
    assert (ran.code, ran.err) == (0, "")
    assert "two options are needed at least (with a comma between two, as in red, blue, none of them)" in ran.out
    assert "People answer it with a chance for each of ann, ben, none of them." in ran.out
    assert read_book(fresh, ["club"])[0].topics["club"].judged["moves"].options == ("ann", "ben", "none of them")


def test_a_level_is_asked_for_in_its_unit(talk: Talk, fresh: Path):
    """Where the question names none it is asked for, and stands in the files in place of the example's; metres are no millions."""
    words = ("pond", "--like", "level", "--by", "2899-05-01", "--ask")
    asked = talk(*words, "--asks", "How high will the pond stand?", typed=('a "b"', "US dollars", "", "", "", "y"))
    assert asked.code == 0
    assert '`a "b"` is no unit (as in cm, or US dollars)' in asked.out
    assert (
        "What do you believe of `trend` (how far the level rises in a year; less than 0 where it falls), in US dollars a year?" in asked.out
    )
    topic = read_book(fresh, ["pond"])[0].topics["pond"]
    assert (topic.streams["levels"].unit, topic.parameters["noise"].unit) == ("US dollars", "US dollars")
    named = talk("lake", *words[1:], "--asks", "Will the lake stand above 2 m?", typed=("", "", "", "n")).out
    assert ("In what is it measured" in named, "in m? As in" in named, "It answers: start + trend * t > 2\n" in named) == (
        False,
        True,
        True,
    )


def test_what_is_given_is_not_asked_for(talk: Talk, fresh: Path):
    """Options and dialogue go together: with all but the last yes given, that alone is asked."""
    words = ("canal", "--like", "hazard", "--asks", "Will it freeze?", "--by", "2899-12-31", "--since", "2899-01-01")
    ran = talk(*words, "--base-rate", "3 in 20 years", "--ask", typed=("y",))
    assert (ran.code, "Your question" in ran.out, "What do you believe" in ran.out) == (0, False, False)
    assert read_book(fresh, ["canal"])[0].topics["canal"].parameters["rate"].why == "Base rate: 3 in 20 years."


def test_a_script_is_told_what_is_missing(run: Run, fresh: Path):
    """Without a terminal nothing is asked unless --ask says so: what is missing is an error of the command line."""
    for words, missing in ((("mine",), "--like"), (("--like", "hazard"), "TOPIC")):
        ran = run("new", *words, on=fresh)
        assert (ran.code, missing in ran.err, "--ask" in ran.err) == (2, True, True)


def test_priors_in_words_are_written_as_statements_with_what_was_said(run: Run, fresh: Path):
    """Options take words where they take statements; the words stand in the reason where none is given, and what they say is printed."""
    words = ("--prior", "households=20k to 60k", "--prior", "owning=1 to 8 %", "--why", "owning=As in the next town.")
    ran = run("new", "tuners", "--like", "decomposition", "--asks", "How many tuners?", "--answer", "tuners", *words, on=fresh)
    assert (ran.code, ran.err) == (0, "")
    assert "owning: “1 to 8 %” is Beta(p5=0.01, p95=0.08): 0.01 to 0.08 (90 %), median 0.0339." in ran.out.splitlines()
    table = tomlkit.parse((fresh / "priors/tuners.toml").read_text(encoding="utf-8"))
    assert (table["households"]["prior"], table["owning"]["prior"]) == ("LogNormal(p5=20000, p95=60000)", "Beta(p5=0.01, p95=0.08)")
    assert table["households"]["why"].startswith("Given as “20k to 60k” on ")
    assert table["owning"]["why"] == "As in the next town."


@pytest.mark.parametrize(
    ("kind", "own", "message"),
    [
        ("hazard", TemplateInput(priors={"rate": "3 in 20"}), "`rate`: 20 of what?"),
        ("hazard", TemplateInput(base_rate="often"), "`rate`: `often` cannot be understood"),
        ("poll", TemplateInput(base_rate="3 in 20 years"), "a topic like poll has no base rate"),
        (
            "count",
            TemplateInput(base_rate="3 in 2 years", priors={"rate": "1 to 2"}),
            "`rate` is given twice, as the base rate and as a prior",
        ),
        ("hypotheses", TemplateInput(priors={"cause": "3 of 4"}), "`cause`: `3 of 4` is no option with its chance"),
        ("hypotheses", TemplateInput(priors={"night_flow": "3 of 4"}), "`night_flow`: this prior differs by label"),
        ("hazard", TemplateInput(priors={"rte": "3 in 20 years"}), "no prior `rte` in this template"),
        ("options", TemplateInput(priors={"winner": "red 40 %, blue 50 %"}), "`winner`: these chances add up to 90 %, not 100 %"),
        ("options", TemplateInput(priors={"winner": "red 40 %, red 60 %"}), "`winner`: `red` is given twice"),
        ("options", TemplateInput(priors={"winner": "red 100 %"}), "`winner`: a choice has two options at least"),
        (
            "options",
            TemplateInput(priors={"winner": "red 100 %, blue 0 %"}),
            "`winner`: `blue` has no chance: what is impossible is no option",
        ),
    ],
)
def test_words_that_say_no_prior_are_refused(fresh: Path, kind: str, own: TemplateInput, message: str):
    """Each has a problem at the option that it was given for, and nothing is written."""
    before = files_of(fresh)
    (problem,) = new_topic(fresh, "mine", kind=kind, own=own, today=TODAY).problems
    option = "--base-rate" if own.base_rate else "--prior"
    assert (problem.place.path, problem.place.line, problem.message) == (option, 0, message)
    assert files_of(fresh) == before


@pytest.mark.parametrize(
    ("kind", "said", "statement"),
    [
        ("hazard", "3 in 20 years", "Gamma(alpha=3, beta=240)"),
        ("count", "18 a year", "Gamma(alpha=18, beta=12)"),
        ("ladder", "3 in 20 years", "Beta(mean=0.0125, strength=240)"),
        ("share", "3 of 20", "Beta(mean=0.15, strength=20)"),
    ],
)
def test_a_base_rate_is_the_prior_that_it_is_about(fresh: Path, kind: str, said: str, statement: str):
    """In each kind that has one it is the prior of the rate, or of the share, and its reason."""
    done = new_topic(fresh, "mine", kind=kind, own=TemplateInput(asks="Will it?", base_rate=said), today=TODAY)
    assert done.problems == ()
    (belief,) = done.beliefs
    parameter = done.topic.parameters[belief.name]
    assert (parameter.prior.text, parameter.why) == (statement, f"Base rate: {said}.")


@pytest.mark.parametrize(
    ("kind", "said", "statement", "counted"),
    [
        ("hazard", "0 in 20 years", "Gamma(alpha=0.5, beta=240)", "half an event is"),
        ("reference", "0 of 20", "Beta(alpha=0.5, beta=20.5)", "half a case of each kind is"),
        ("reference", "20 of 20", "Beta(alpha=20.5, beta=0.5)", "half a case of each kind is"),
    ],
)
def test_a_base_rate_of_none_has_its_rule_said(run: Run, fresh: Path, kind: str, said: str, statement: str, counted: str):
    """None seen, or all, gives a chance by Jeffreys' prior, and both the output and the reason in the file say so."""
    ran = run("new", "mine", "--like", kind, "--asks", "Will it fail in 2899?", "--base-rate", said, on=fresh)
    assert (ran.code, ran.err) == (0, "")
    assert f"“{said}” is {statement}" in ran.out
    assert f"By Jeffreys' prior {counted} counted besides" in ran.out
    text = (fresh / "priors/mine.toml").read_text(encoding="utf-8")
    assert f"Base rate: {said}. Jeffreys' prior counts half a case besides." in text
