"""Options and explanations in a person's own words: by `forecast new` in a dialogue and by its options, and the signs that tell them apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.actions.new.own_choices import names_alone, parse_sign
from forecast.actions.placeholders import PLACEHOLDER, priors_with
from forecast.book.reading import read_book
from forecast.language.faults import Fault
from tests.cli.conftest import Run, Talk

pytestmark = pytest.mark.medium

SALES = "Why are the sales down?"
CAUSES = "price 30 %, weather 50 %, other 20 %"


def test_explanations_are_asked_for_in_ones_own_words(talk: Talk, fresh: Path):
    """Their chances and those of what is seen are shown; what is left open alone is a placeholder, and nothing is left of the example."""
    typed = (
        SALES, "", "sales", "", "price, weather 30 %", CAUSES, "", "The books of ten years",
        "Rain on days", "price 80 %, wether 30 %", "price 20 %, weather 60 to 95 %, other 1 of 9", "", "Rain keeps people away",
        "cause", "looked", "2 rivals", "rivals", "price 80 %", "", "", "",
    )  # fmt: skip
    out = talk("--ask", typed=(*typed, "n")).out
    for shown in (
        "Which explanations are there, and how likely was each before anything was looked at?",
        "a choice has two options at least",
        "`price` is no option with its chance",
        "cause: Categorical(price=0.3, weather=0.5, other=0.2).",
        "As in price 80 %, weather 10 to 30 %, other about 50 %; what is left out stays open:",
        "`wether 30 %` is no chance under one of price, weather, other (did you mean `weather`?)",
        "rain_on_days.weather: “60 to 95 %” is Beta(p5=0.6, p95=0.95)",
        "`cause` is there already",
        "column `looked` has the name of a parameter",
        "the name `2_rivals` is not in snake_case",
        "The answer this implies, with the template's `rivals`:",
        "Most likely weather (50 %), then price (30 %) and other (20 %).",
    ):
        assert shown in out, shown
    assert not (fresh / "seeds/sales").exists()
    assert talk("--ask", typed=(*typed, "y")).code == 0
    topic = read_book(fresh, ["sales"])[0].topics["sales"]
    assert (list(topic.parameters), list(topic.streams)) == (["cause", "rain_on_days", "rivals"], ["seen_rain_on_days", "seen_rivals"])
    assert priors_with(topic, PLACEHOLDER) == ("rivals",)
    assert [label for label, why in topic.parameters["rivals"].why_by_label.items() if why.startswith(PLACEHOLDER)] == ["weather", "other"]
    assert {*topic.parameters["rain_on_days"].why_by_label.values()} == {"Rain keeps people away."}
    example = {"leak", "meter", "guests", "night_flow", "flow_at_night"}
    assert [word for text in topic.texts.values() for word in example if word in text] == []


def test_explanations_are_given_by_options(run: Run, fresh: Path):
    """Each sign has its chances in a list, or one label at a time; it is observed, and moves the answer."""
    words = (
        "--prior",
        f"cause={CAUSES}",
        "--prior",
        "rain=price 20 %, weather 80 %",
        "--prior",
        "rain.other=1 of 9",
        "--why",
        "rain=It is so.",
    )
    ran = run("new", "sales", "--like", "hypotheses", "--asks", SALES, *words, on=fresh)
    assert (ran.code, ran.err, "placeholder" in ran.out) == (0, "", False)
    row = ("observe", "sales.seen_rain", "--on", "today", "--value", "4", "--set", "looked=4", "--source", "The diary")
    assert run(*row, on=fresh).code == 0
    updated = run("update", "sales", "--no-referee", "--no-insight", "--no-pages", on=fresh)
    assert updated.code == 0
    assert "Most likely weather (9" in updated.out  # 0.5 x 0.8^4 against 0.3 x 0.2^4 and 0.2 x 0.1^4, with the doubt of each


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rain=price 20 %, cold 80 %",), "`rain`: `cold 80 %` is no chance under one of price, weather, other"),
        (("rain=price 20 %, price 80 %",), "`rain`: `price` is given twice"),
        (("rain.cold=20 to 80 %",), "no prior `rain.cold` in this template"),
        (("rain.price=often",), "`rain.price`: `often` cannot be understood"),
    ],
)
def test_signs_that_say_no_chances_are_refused(run: Run, fresh: Path, words: tuple[str, ...], said: str):
    """The problem stands at its option."""
    priors = [part for word in (f"cause={CAUSES}", *words) for part in ("--prior", word)]
    ran = run("new", "sales", "--like", "hypotheses", "--asks", SALES, *priors, on=fresh)
    assert (ran.code, said in ran.err, "--prior: error" in ran.err) == (1, True, True)


@pytest.mark.parametrize(("kind", "parameter"), [("options", "winner"), ("hypotheses", "cause")])
def test_names_alone_leave_the_chances_open(talk: Talk, fresh: Path, kind: str, parameter: str):
    """They stand in the file as likely as one another, as a placeholder, and no answer is printed, which would be nobody's."""
    ends = ("",) if kind == "hypotheses" else ()
    ran = talk("cup", "--like", kind, "--asks", "Who or what is it?", "--ask", typed=("", "Ann, someone else", "", *ends, "y"))
    assert (ran.code, ran.err, "The answer this implies" in ran.out) == (0, "", False)
    assert "Ann, someone_else: as likely as one another, until their chances are said." in ran.out
    topic = read_book(fresh, ["cup"])[0].topics["cup"]
    assert topic.parameters[parameter].prior.text == "Categorical(Ann=0.5, someone_else=0.5)"
    assert parameter in priors_with(topic, PLACEHOLDER)


def test_lists_are_read_as_they_are_typed():
    """Names of several words are joined, a chance alone is about that, and lists with chances are no names alone."""
    assert names_alone("Ann, some-one else; ben") == ("Ann", "some_one_else", "ben")
    assert [names_alone(said) for said in ("Ann 30 %, ben 70 %", "Ann", "", "Categorical(a=1)")] == [(), (), (), ()]
    said = parse_sign("price=80%, Bad weather: at least 20 %; other 1 of 9", ("price", "bad_weather", "other"))
    assert said == {"price": "about 80%", "bad_weather": "at least 20 %", "other": "1 of 9"}
    with pytest.raises(Fault, match="is no chance under one of"):
        parse_sign("price", ("price", "other"))
