"""Words for what is believed: each is the distribution that they say, and what they do not say is refused."""

from __future__ import annotations

import re

import pytest

from forecast.elicitation.fits import fits, read_statement
from forecast.elicitation.judgements import POSITIVE_SUPPORT, REAL_SUPPORT, SHARE_SUPPORT, IntervalMass, ObservedCases, Support, interval
from forecast.elicitation.phrases import examples, is_statement, parse_belief, parse_chances
from forecast.language.distributions.families import family
from forecast.language.faults import Fault

MONTHLY = "times a month"


@pytest.mark.parametrize(
    ("said", "unit", "count", "among"),
    [
        ("3 in 20 years", MONTHLY, 3, 240),
        ("three times in 20 years", MONTHLY, 3, 240),
        ("3 in the last 20 years", "faults per year", 3, 20),
        ("3 events over 20 years.", "faults per year", 3, 20),
        ("once in a decade", MONTHLY, 1, 120),
        ("1 every 5 years", "times a year", 1, 5),
        ("twice a year", MONTHLY, 2, 12),
        ("once every two years", "times a quarter", 1, 8),
        ("never in 6 months", MONTHLY, 0, 6),
        ("2 in 10 weeks", "times a day", 2, 70),
    ],
)
def test_events_in_a_time_are_a_base_rate_in_the_unit_of_the_rate(said: str, unit: str, count: float, among: float):
    """The exposure is converted to the time that the rate is per, months and years of 365.25 days."""
    judged = parse_belief(said, POSITIVE_SUPPORT, unit=unit)
    assert isinstance(judged, ObservedCases)
    assert (judged.count, judged.among) == (count, pytest.approx(among, rel=1e-5))


@pytest.mark.parametrize(
    ("said", "support", "unit", "low", "high", "mass"),
    [
        ("0.02 to 0.5", POSITIVE_SUPPORT, MONTHLY, 0.02, 0.5, 0.9),
        ("from 2 to 5", POSITIVE_SUPPORT, "", 2, 5, 0.9),
        ("between 2 and 5", POSITIVE_SUPPORT, "", 2, 5, 0.9),
        ("2 - 5", POSITIVE_SUPPORT, "", 2, 5, 0.9),
        ("2..5", POSITIVE_SUPPORT, "", 2, 5, 0.9),
        ("2 \N{EN DASH} 5 (80 %)", POSITIVE_SUPPORT, "", 2, 5, 0.8),
        ("2 to 50 %", SHARE_SUPPORT, "", 0.02, 0.5, 0.9),
        ("2% to 50%", SHARE_SUPPORT, "", 0.02, 0.5, 0.9),
        ("0.02 to 0.5", SHARE_SUPPORT, "", 0.02, 0.5, 0.9),
        ("40 % to 60 %", REAL_SUPPORT, "per cent", 40, 60, 0.9),
        ("-3 to 5", REAL_SUPPORT, "points", -3, 5, 0.9),
        ("\N{MINUS SIGN}3 to \N{MINUS SIGN}1", REAL_SUPPORT, "points", -3, -1, 0.9),
        ("20k to 1.5 million", POSITIVE_SUPPORT, "houses", 20_000, 1_500_000, 0.9),
        ("2.5M to 3 M", POSITIVE_SUPPORT, "houses", 2_500_000, 3_000_000, 0.9),
        ("2 bn to 3bn", POSITIVE_SUPPORT, "dollars", 2e9, 3e9, 0.9),
        ("1 to 1.3 million", POSITIVE_SUPPORT, "houses", 1_000_000, 1_300_000, 0.9),
        ("between 20 and 60 thousand", POSITIVE_SUPPORT, "houses", 20_000, 60_000, 0.9),
        ("-2 to 3k (80 %)", REAL_SUPPORT, "euros", -2_000, 3_000, 0.8),
        ("500 to 1.2 million", POSITIVE_SUPPORT, "houses", 500, 1_200_000, 0.9),
        ("2 thousand to 3 million", POSITIVE_SUPPORT, "houses", 2_000, 3_000_000, 0.9),
        ("1 to 3 a month", POSITIVE_SUPPORT, MONTHLY, 1, 3, 0.9),
        ("6 to 24 times a year", POSITIVE_SUPPORT, MONTHLY, 0.5, 2, 0.9),
        ("between 1 and 2 per week (80 %)", POSITIVE_SUPPORT, "times a day", 0.142857142857, 0.285714285714, 0.8),
        ("5 to 10 percent", SHARE_SUPPORT, "", 0.05, 0.1, 0.9),
        ("5 per cent to 10 per cent", SHARE_SUPPORT, "", 0.05, 0.1, 0.9),
    ],
)
def test_two_values_are_an_interval(said: str, support: Support, unit: str, low: float, high: float, mass: float):
    """Nine chances in ten lie between them where nothing else is said; a per cent sign behind the second is one of both.

    So is a word for thousands, unless the first is the larger number without it.
    """
    assert parse_belief(said, support, unit=unit) == interval(low, high, mass=mass)


def test_a_single_bound_has_95_percent_on_its_side():
    """Below, above, at least and at most of a share, and of a positive number, by the distribution function of the best fit."""
    for said, support, value, below in (
        ("below 10 %", SHARE_SUPPORT, 0.1, 0.95),
        ("at least 30 %", SHARE_SUPPORT, 0.3, 0.05),
        ("at most 3", POSITIVE_SUPPORT, 3, 0.95),
        ("more than 3", POSITIVE_SUPPORT, 3, 0.05),
        (">= 3", POSITIVE_SUPPORT, 3, 0.05),
        ("< 3", POSITIVE_SUPPORT, 3, 0.95),
    ):
        for fit in fits(parse_belief(said, support), support):
            name, arguments = read_statement(fit.statement)
            assert float(family(name).distribution(value, **arguments)) == pytest.approx(below, abs=1e-6), (said, fit.statement)
    assert parse_belief("below 10 %", SHARE_SUPPORT) == IntervalMass(0, 0.1, 0.95)


def test_a_base_rate_is_the_gamma_of_its_events_and_a_share_the_beta_of_its_cases():
    """3 in 20 years of a monthly rate is Gamma(3, 240), and 3 of 20 Beta(3, 17), whose points are SciPy's."""
    from scipy import stats

    (rate,) = fits(parse_belief("3 in 20 years", POSITIVE_SUPPORT, unit=MONTHLY), POSITIVE_SUPPORT)
    (share,) = fits(parse_belief("3 of 20", SHARE_SUPPORT), SHARE_SUPPORT)
    assert rate.points == pytest.approx(stats.gamma(3, scale=1 / 240).ppf([0.05, 0.25, 0.5, 0.75, 0.95]), rel=1e-9)
    assert share.points == pytest.approx(stats.beta(3, 17).ppf([0.05, 0.25, 0.5, 0.75, 0.95]), rel=1e-9)
    assert parse_belief("3 in 20", SHARE_SUPPORT) == parse_belief("three out of 20", SHARE_SUPPORT) == ObservedCases(3, 20)
    assert parse_belief("3 in 20 years", SHARE_SUPPORT, unit="a month") == ObservedCases(3, 240)


@pytest.mark.parametrize(
    ("said", "support", "unit", "message", "hint"),
    [
        ("3 in 20", POSITIVE_SUPPORT, MONTHLY, "20 of what?", "as in 3 in 20 years"),
        ("3 in 20 years", POSITIVE_SUPPORT, "cm", "this unknown is no rate over time, but in cm", "as in 20 to 60"),
        ("3 in 20 years", SHARE_SUPPORT, "share", "this unknown is no rate over time", "3 of 20"),
        ("3 in 20", POSITIVE_SUPPORT, "cm", "`3 in 20` says how many in so many, and this unknown is no share", "as in 20 to 60"),
        ("3 of 20", REAL_SUPPORT, "cm", "this unknown is no share", "as in -5 to 20"),
        ("often", SHARE_SUPPORT, "", "`often` cannot be understood", "as in 2 to 20 %"),
        ("3 of 20", POSITIVE_SUPPORT, MONTHLY, "this unknown is no share", "3 in 20 years"),
        ("3", POSITIVE_SUPPORT, MONTHLY, "`3` is one value", "as in 1.5 to 6; or say `about 3`"),
        ("20 %", SHARE_SUPPORT, "", "`20 %` is one value", "as in 11.1 to 33.3 %; or say `about 20 %`"),
        ("0.2", SHARE_SUPPORT, "", "`0.2` is one value", "as in 0.111 to 0.333; or say `about 0.2`"),
        ("7", REAL_SUPPORT, "cm", "`7` is one value", "as in 3 to 20"),
        ("about 7", REAL_SUPPORT, "cm", "how far from 7 it may be is not said", "as in 3 to 20"),
        ("20 %", POSITIVE_SUPPORT, MONTHLY, "`20 %` is in percent, and this unknown is a rate, in times a month", "1 in 5 years"),
        ("2 to 50 %", POSITIVE_SUPPORT, MONTHLY, "`2 to 50 %` is in percent, and this unknown is a rate", "1 in 5 years"),
        ("often", POSITIVE_SUPPORT, MONTHLY, "`often` cannot be understood", "as in 0.02 to 0.5"),
        ("", POSITIVE_SUPPORT, MONTHLY, "nothing was said", "as in 0.02 to 0.5"),
        ("0,02 to 0,5", POSITIVE_SUPPORT, MONTHLY, "`0,02` is not a number", "with a point"),
        ("5 to 3", POSITIVE_SUPPORT, MONTHLY, "5 comes before 3, which is smaller", "from the smallest up"),
        ("at least 3", REAL_SUPPORT, "cm", "one bound says too little", "as in 3 to 20"),
        ("10 to 120 %", SHARE_SUPPORT, "", "1.2 is outside the possible values", ""),
        ("5 within a factor of 0.5", POSITIVE_SUPPORT, "", "a factor is above 1", "as in 5 within a factor of 3"),
        ("21 of 20", SHARE_SUPPORT, "", "21 of 20 cases", ""),
    ],
)
def test_what_says_nothing_is_refused(said: str, support: Support, unit: str, message: str, hint: str):
    """The message says what is missing, and the hint how it is said."""
    with pytest.raises(Fault) as caught:
        parse_belief(said, support, unit=unit)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_statement_is_told_from_words():
    """What begins as a distribution does is one, sound or not."""
    told = [is_statement(text) for text in ("Gamma(p5=1, p95=2)", " Gama (1", "gamma(1, 2)", "2 to 5", "about (3)")]
    assert told == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("said", "support", "points"),
    [
        ("about 20 %", SHARE_SUPPORT, (0.111, 0.2, 0.333)),
        ("roughly 0.5", SHARE_SUPPORT, (0.333, 0.5, 0.667)),
        ("~3", POSITIVE_SUPPORT, (1.5, 3, 6)),
        ("about 3k", POSITIVE_SUPPORT, (1500, 3000, 6000)),
    ],
)
def test_about_is_from_half_to_twice_as_much(said: str, support: Support, points: tuple[float, float, float]):
    """Nine chances in ten lie between half and twice the value, of a share in odds, and half of the probability on each of its sides."""
    judgement = parse_belief(said, support)
    assert [(point.share, point.value) for point in judgement.points] == [*zip((0.05, 0.5, 0.95), points, strict=True)]
    best = fits(judgement, support)[0]
    assert [best.quantile(share) for share in (0.05, 0.5, 0.95)] == pytest.approx(points, rel=0.03)


def test_options_may_stand_without_commas():
    """Chances are told apart by what begins the next option, as `forecast say` tells them."""
    assert (
        parse_chances("red=20% blue=80%")
        == parse_chances("red 20 %, blue: 0.8")
        == parse_chances("red 20 % blue 80 %")
        == {"red": 0.2, "blue": 0.8}
    )


def test_the_words_of_an_options_name_are_joined():
    """A name is one in expressions; the same one twice is told, and one that no name can be."""
    chances = parse_chances("Smith-Jones 50 %, Anne Baker: 30 %, someone else=0.2")
    assert chances == {"Smith_Jones": 0.5, "Anne_Baker": 0.3, "someone_else": 0.2}
    for said, message in (
        ("no one 50 %, no-one 50 %", "`no_one` is given twice"),
        ("red 50 %, 3 or more 50 %", "`3 or more 50 %` is no option with its chance"),
    ):
        with pytest.raises(Fault) as caught:
            parse_chances(said)
        assert caught.value.message == message


@pytest.mark.parametrize(
    ("support", "unit"),
    [
        (SHARE_SUPPORT, ""),
        (SHARE_SUPPORT, "share"),
        (SHARE_SUPPORT, "a month"),
        (POSITIVE_SUPPORT, MONTHLY),
        (POSITIVE_SUPPORT, "cm"),
        (REAL_SUPPORT, "cm"),
        (Support(2, 8), "points"),
        (Support(5, float("inf")), "points"),
        (Support(-float("inf"), 5), "points"),
    ],
)
def test_every_example_suits_the_unknown(support: Support, unit: str):
    """Each can be typed as it stands; only a rate has events in a time, and only a share has per cent and so many of so many."""
    text = examples(support, unit)
    offered = re.split(r", (?:or )?", re.sub(r" \([^)]*\)", "", text.removeprefix("as in ")))
    assert [parse_belief(said, support, unit=unit) for said in offered]
    assert ("%" in text) == (support == SHARE_SUPPORT)
    assert ("years" in text) == (unit in {"a month", MONTHLY})
    assert ("3 of 20" in text) == (support == SHARE_SUPPORT and unit != "a month")


def test_a_chance_in_a_time_is_not_scaled_to_another():
    """Twelve times a chance in a month is none in a year, so that such a range is refused."""
    with pytest.raises(Fault):
        parse_belief("1 to 3 % a year", SHARE_SUPPORT, unit="a month")
