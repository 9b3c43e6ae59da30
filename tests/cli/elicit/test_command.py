"""``forecast prior elicit``: the dialogue, scripted through standard input, and the options that leave it out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Run, files_of
from tests.support.command_line import CliRunner, commands

pytestmark = pytest.mark.medium

PRIORS = "priors/ferry.toml"
RATE = ("prior", "elicit", "ferry.breakdown_rate")

type Talk = Callable[..., Ran]


@pytest.fixture
def talk(book: Path) -> Talk:
    """Run the dialogue on a copy of the tiny book, with lines typed one after another."""

    def talked(*words: str, typed: tuple[str, ...]) -> Ran:
        result = CliRunner().invoke(commands(), [*words, "--book", str(book)], input="".join(f"{line}\n" for line in typed))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return talked


def test_a_range_becomes_a_prior_after_it_was_shown_what_it_says(talk: Talk, book: Path):
    """A range is fitted, what it implies is shown, a quantile that was not said is asked back, and on yes the prior is written."""
    before = files_of(book)
    typed = ("", "", "0.05", "2", "", "2", "", "Newer ferries do worse.", "y")
    ran = talk(*RATE, "--reviewed", "2024-02-01", typed=typed)
    assert (ran.code, ran.err) == (0, "")
    for said in (
        "ferry.breakdown_rate: breakdowns per 100 crossings\n  now   LogNormal(p5=0.02, p95=0.6), reviewed 2024-01-15\n",
        "  moves breakdowns: days on which the ferry lay still with a broken engine\n",
        "  asked Will the ferry break down three times or more in 2025?\n",
        "  2    Gamma(p5=0.05, p95=2)         0.05   0.231  0.512  0.971     2  ",
        " breakdowns a year (90 %), and a 2 % chance of more than ",
        "It also says that in one case in a hundred it is above 3.01. Is that right?\n",
        '-prior    = "LogNormal(p5=0.02, p95=0.6)"\n+prior    = "Gamma(p5=0.05, p95=2)"\n',
        "  breakdown_rate  before  LogNormal(p5=0.02, p95=0.6)  0.02  0.11  0.6  breakdowns per 100 crossings\n",
    ):
        assert said in ran.out
    new = (
        before[PRIORS]
        .replace(b"LogNormal(p5=0.02, p95=0.6)", b"Gamma(p5=0.05, p95=2)")
        .replace(b"Ferries of this age break down a few times a year; ours is older than most.", b"Newer ferries do worse.")
        .replace(b"2024-01-15", b"2024-02-01")
    )
    assert files_of(book) == before | {PRIORS: new}


def test_impossible_answers_are_asked_again(talk: Talk):
    """Words, wrong orders and values outside the support get a message and the same question; the dialogue goes on."""
    typed = ("7", "1", "often", "120", "90", "-1", "1,5", "0.05", "0.02", "2", "3", "0.3", "1", "no", "again")
    ran = talk(*RATE, typed=typed)
    said = [line.strip() for line in ran.out.splitlines()]
    for message in (
        "`7` is none of 1, 2, 3, 4, 5, 6",
        "`often` is not a number (as in 0.5, 12 or 3e-4)",
        "120 % cannot be how sure you are (between 0 and 100, as in 90)",
        "-1 is not above 0",
        "`1,5` is not a number (write it without commas, with a point: 0.5 or 1200)",
        "0.02 is not above 0.05",
        "3 is not between 0.05 and 2",
        "1 cannot be: 5 % of cases are above 2 (or `again`, to answer anew)",
    ):
        assert any(line.endswith(message) for line in said), message
    assert "then say which value it is above in one case in a hundred (or `again`, to answer anew)" in ran.out
    assert ran.out.count("How would you like to say what you believe of it?") == 2


@pytest.mark.parametrize("upto", [0, 3, 5, 8])
def test_wherever_the_answers_end_everything_is_as_it_was(talk: Talk, book: Path, upto: int):
    """End of input at any question leaves every file as it was, with exit code 1."""
    before = files_of(book)
    ran = talk(*RATE, typed=("", "", "0.05", "2", "", "1", "", "Newer ferries do worse.")[:upto])
    assert (ran.code, ran.err) == (1, "\nNothing was written.\n")
    assert files_of(book) == before


def test_a_no_at_the_end_writes_nothing(talk: Talk, book: Path):
    """Enter at the last question is neither yes nor no, and it is asked again."""
    before = files_of(book)
    ran = talk(*RATE, "--interval", "0.05", "2", typed=("1", "", "", "", "n"))
    assert "a yes or a no is needed (y or n)" in ran.out
    assert (ran.code, ran.out.splitlines()[-1].endswith("Nothing was written.")) == (0, True)
    assert files_of(book) == before


def test_what_is_said_back_is_fitted_too(talk: Talk):
    """Another value for the quantile asked back is a point more, and the other end is asked then."""
    ran = talk(*RATE, "--interval", "0.05", "2", typed=("1", "8", "1", "", "", ""))
    assert "It also says that in one case in a hundred it is above 4.29. Is that right?" in ran.out
    assert "It also says that in one case in a hundred it is below 0.0" in ran.out
    assert ran.out.count("What fits") == 2


@pytest.mark.parametrize(
    ("way", "answers", "statement"),
    [
        ("2", ("0.1", "0.05", "0.2"), "LogNormal(p25=0.05, p50=0.1)"),
        ("3", ("3", "40"), "Gamma(alpha=3, beta=40)"),
        ("4", ("0-0.1:2, 0.1-0.2:5, 0.2-0.3:3",), "Weibull("),
        ("4", ("0..", "0..0.5", "3", "", "", "", "", "", "-1", "2", "5", "2", ""), "Weibull("),
        ("5", ("p10=0.05, p90=0.4",), "LogNormal(p10=0.05, p90=0.4)"),
        ("6", ("", "0", "0.5"), "LogNormal(sigma="),
    ],
)
def test_every_way_of_answering_leads_to_offers(talk: Talk, way: str, answers: tuple[str, ...], statement: str):
    """Quartiles, events in an exposure, chips, points and a bare range are fitted as what they are."""
    ran = talk(*RATE, typed=(way, *answers))
    assert f"\n  1    {statement}" in ran.out


def test_a_label_is_asked_for(talk: Talk, book: Path):
    """Of a prior that differs by label one is asked for; a share takes percents and cases."""
    typed = ("stormy", "rough", "3", "4", "10", "", "", "y")
    ran = talk("prior", "elicit", "lateness", "--reviewed", "2024-02-01", typed=typed)
    assert ran.code == 0
    assert "`lateness` has one value for each of calm, rough.\nWhich one: " in ran.out
    assert "`stormy` is none of them" in ran.out
    assert 'prior.rough = "Beta(mean=0.4, strength=10)"\n' in (book / PRIORS).read_text()


def test_a_choice_among_labels_takes_chips(talk: Talk, book: Path):
    """Chips on the labels of a Categorical parameter become its shares."""
    typed = ("hull:1", "hull:1, motor:2", "hull:1, engine:2", "", "y")
    ran = talk("prior", "elicit", "fault", typed=typed)
    assert ran.code == 0
    assert "no chips are said for `engine`" in ran.out
    assert "`motor` is none of the labels" in ran.out
    assert 'prior = "Categorical(hull=1/3, engine=2/3)"\n' in (book / PRIORS).read_text()


def test_the_values_are_asked_for_where_the_present_prior_does_not_tell(talk: Talk):
    """A Normal prior may stand for what is never negative."""
    ran = talk("prior", "elicit", "usual_crossings", typed=("below 0", "positive", "1", "", "200", "350", ""))
    assert "Which values can it have? Its present prior allows any number." in ran.out
    assert "`below 0` says no values" in ran.out
    assert "\n  1    LogNormal(p5=200, p95=350)" in ran.out


def test_options_alone_write_the_best_fit(run: Run, book: Path):
    """--yes asks nothing: the present family is taken where it honours what was said."""
    ran = run(*RATE, "--interval", "0.05", "2", "--why", "Newer ferries do worse.", "--yes")
    assert (ran.code, ran.err, "LogNormal(p5=0.05, p95=2)" in ran.out) == (0, "", True)
    assert 'prior    = "LogNormal(p5=0.05, p95=2)"' in (book / PRIORS).read_text()
    assert run(*RATE, "--quartiles", "0.2", "0.5", "1", "--family", "Gamma", "--yes").code == 0
    assert 'prior    = "Gamma(alpha=0.968088, beta=1.33547)"' in (book / PRIORS).read_text()


def test_json_alone_shows_and_writes_nothing(run: Run, book: Path):
    """--json without --yes gives every offer with its points, misses and what it implies."""
    before = files_of(book)
    ran = run(*RATE, "--interval", "0.05", "2", "--maxent", "--json")
    said = json.loads(ran.out)
    assert (said["chosen"], said["written"], said["now"]) == (said["offers"][0]["statement"], False, "LogNormal(p5=0.02, p95=0.6)")
    assert [offer["method"] for offer in said["offers"]] == ["greatest entropy"] * 4
    assert set(said["offers"][0]["implied"]["answers"]) == {"three_more", "next_fault"}
    assert files_of(book) == before


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            ("ferry.breakdown_rate", "--interval", "2", "1", "--yes"),
            2,
            "2 comes before 1, which is smaller; give the values from the smallest up",
        ),
        (("ferry.breakdown_rate", "--interval", "-1", "1", "--yes"), 2, "-1 is outside the possible values, which are above 0"),
        (("ferry.breakdown_rate", "--yes"), 2, "say what you believe; without --yes and --json it is asked"),
        (("ferry.breakdown_rate", "--seen", "1", "2", "--quartiles", "1", "2", "3", "--yes"), 2, "say what you believe in one way"),
        (("ferry.breakdown_rate", "--seen", "1", "2", "--mass", "0.8", "--yes"), 2, "these belong to --interval"),
        (("ferry.breakdown_rate", "--seen", "1", "2", "--family", "Beta", "--yes"), 2, "Beta is not fitted to an unknown that is above 0"),
        (("ferry.usual_lateness", "--seen", "3", "2", "--yes"), 2, "3 of 2 cases: the first must lie between 0 and the second"),
        (("ferry.usual_crossings", "--seen", "3", "20", "--yes"), 2, "cases seen say something of a share or a rate"),
        (("ferry.fault", "--interval", "1", "2", "--yes"), 2, "`fault` is a choice among labels"),
        (("ferry.lateness", "--seen", "3", "20", "--yes"), 1, "`lateness` has a prior for each label"),
        (("ferry.breakdown", "--seen", "3", "20", "--yes"), 1, "no prior `breakdown` in priors/ferry.toml"),
        (("ferry.breakdown_rate", "--seen", "3", "20", "--why", "None", "--yes"), 1, "`why` is not a sentence"),
        (("ferry.usual_crossings", "--support", "5..", "--interval", "6", "8", "--yes"), 2, "no family here has the values above 5"),
    ],
)
def test_options_that_no_prior_follows_from_are_refused(run: Run, book: Path, words: tuple[str, ...], code: int, message: str):
    """What was said and cannot be is a wrong command line; what has no place in the file has a problem; no file is changed."""
    before = files_of(book)
    ran = run("prior", "elicit", *words)
    assert ran.code == code
    assert message in " ".join(ran.err.replace("│", " ").split())
    assert files_of(book) == before


def test_a_whole_number_is_not_asked_about(run: Run, book: Path):
    """A discrete parameter other than a choice among labels is refused with the command that writes it."""
    path = book / PRIORS
    path.write_text(path.read_text().replace('"Gamma(mean=3, sd=2)"', '"DiscreteUniform(lower=1, upper=6)"'))
    ran = run("prior", "elicit", "burstiness", "--interval", "1", "6", "--yes")
    assert ran.code == 1
    assert "`burstiness` is a whole number (DiscreteUniform), and no way of asking fits a prior to one" in ran.err


def test_a_family_with_which_the_model_breaks_is_told(talk: Talk):
    """A Normal for what must be above 0 fits and cannot be used; the answer is asked anew."""
    ran = talk("prior", "elicit", "burstiness", "--support", "real", "--interval", "-1", "6", typed=())
    assert "cannot be used: `NegativeBinomial(" in ran.out
    assert "None of these can be used. Answer anew:" in ran.out
