"""Numbers as words: never surer than they are, never finer than they are known."""

from __future__ import annotations

from itertools import takewhile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forecast.report.tables import error_words
from forecast.schema import words
from forecast.sentences import answer_sentences
from tests.support.paths import ROOT

PROBABILITIES = st.floats(0, 1)
ERRORS = st.floats(0, 0.3)


@given(PROBABILITIES, ERRORS)
def test_no_probability_is_shown_as_nothing_or_as_certain(probability, error):
    """Whatever the probability and its error, 0 % and 100 % are never said."""
    assert words.percent(probability, error=error) not in {"0 %", "100 %", "-0 %"}


@given(PROBABILITIES)
@example(0.999)
def test_an_exact_probability_is_at_most_half_a_step_from_what_is_shown(probability):
    """A shown percent is within half a point, a bound holds."""
    shown = words.percent(probability)
    points = float(shown.removesuffix(" %").split()[-1])
    if shown.startswith("below"):
        assert 100 * probability < points
    elif shown.startswith("above"):
        assert 100 * probability > points
    else:
        assert abs(points - 100 * probability) <= 0.5 + 1e-9


@given(PROBABILITIES, PROBABILITIES)
def test_a_larger_probability_never_has_smaller_odds(first, second):
    """Odds in words keep the order of the probabilities."""
    low, high = sorted((first, second))
    assert _as_number(words.chance(low)) <= _as_number(words.chance(high)) + 1e-12


def _as_number(said):
    if said == "about as likely as not":
        return 0.5
    bare = said.removeprefix("less than ").removeprefix("more than ").removeprefix("about ").replace(",", "")
    part, whole = (words.SMALL.index(word) if word in words.SMALL else int(word) for word in bare.split(" in "))
    return part / whole + (-1e-6 if said.startswith("less") else 1e-6 if said.startswith("more") else 0)


@given(st.floats(-1e8, 1e8).filter(lambda value: value == 0 or abs(value) > 1e-3))
def test_a_number_is_shown_within_half_a_percent(value):
    """Three significant digits keep a number within half a percent."""
    shown = float(words.number(value).replace(",", "").replace("−", "-"))
    assert abs(shown - value) <= 0.00501 * abs(value)


@pytest.mark.parametrize(
    ("probability", "error", "said"),
    [
        (0.12, 0.003, "12 %"),
        (0.277, 0.011, "28 %"),
        (0.123, 0.021, "10 %"),
        (0.004, 0.0003, "0.4 %"),
        (0.004, 0.002, "below 1 %"),
        (0.004, 0.003, "below 2 %"),
        (0.0003, 0.0005, "below 0.2 %"),
        (0.9994, 0.0003, "above 99.8 %"),
        (0.0, 0.0001, "below 0.1 %"),
        (0.9996, 0.0001, "above 99.9 %"),
        (0.02, 0.03, "below 10 %"),
    ],
)
def test_a_percent_is_rounded_as_its_error_allows(probability, error, said):
    """Tenths, whole points or steps of five are shown, whichever the error reaches."""
    assert words.percent(probability, error=error) == said


@given(PROBABILITIES, ERRORS)
def test_a_bound_holds_with_two_errors(probability, error):
    """What is said to be below or above a bound is so by two Monte Carlo errors."""
    way, _, bound = words.percent(probability, error=error).removesuffix(" %").rpartition(" ")
    if way == "below":
        assert 100 * (probability + 2 * error) < float(bound) or bound == "40"
    elif way == "above":
        assert 100 * (probability - 2 * error) > float(bound) or bound == "60"


@given(PROBABILITIES, ERRORS, PROBABILITIES, ERRORS)
def test_the_words_of_a_chance_follow_its_printed_percentage(first, first_error, second, second_error):
    """What is printed alike is said alike, whatever the values and their errors."""
    printed = [words.percent(first, error=first_error), words.percent(second, error=second_error)]
    said = [words.chance(first, error=first_error), words.chance(second, error=second_error)]
    assert printed[0] != printed[1] or said[0] == said[1]


def test_the_documented_table_of_words_is_what_is_said():
    """Every whole percent, and every tenth below 1 and above 99, stands in reports/README.md with its words."""
    page = (ROOT / "reports" / "README.md").read_text(encoding="utf-8")
    lines = takewhile(bool, page.partition("| printed | in words |")[2].splitlines()[2:])
    cells = [line.strip("| ").split(" | ") for line in lines]
    table = {row[place]: row[place + 1] for row in cells for place in range(0, len(row) - 1, 2)}
    said = {}
    for points in [*range(1, 10), *range(10, 990, 10), *range(990, 1000)]:
        spans = [span for span in table if _reaches(span, points / 10)]
        assert len(spans) == 1, points
        said.setdefault(spans[0], set()).add(words.chance(points / 1000))
    assert said == {span: {words_of} for span, words_of in table.items()}


def _reaches(span, points):
    ends = [float(each) for each in span.removesuffix(" %").split(" to ")]
    return ends[0] <= points <= ends[-1]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((0.9999, 0.99996, 0.99999), ("0.9999", "0.99996", "0.99999")),
        ((1e6, 1_000_000.4, 1_000_001), ("1,000,000", "1,000,000.4", "1,000,001")),
        ((-2.00001, -2, 5), ("−2.00001", "−2", "5")),
        ((1.234567, 20, 300), ("1.23", "20", "300")),
        ((4, 4, 4), ("4", "4", "4")),
    ],
)
def test_points_that_differ_look_different(values, said):
    """They have as many digits as tell them apart, and no more than three where that is enough."""
    assert words.distinct_numbers(values) == said


@pytest.mark.parametrize(
    ("quantiles", "unit", "said"),
    [
        ([12.31, 20.02, 30.37, 44.4, 80.56], "boats", ("12.3", "30.4", "80.6")),
        ([1803, 2100, 2497, 2803, 3311], "boats", ("1,800", "2,500", "3,310")),
        ([1066.312, 1066.38, 1066.401, 1066.44, 1066.497], "", ("1,066.31", "1,066.4", "1,066.5")),
        ([0.99991, 0.99995, 0.99997, 0.99998, 0.99999], "boats", ("0.99991", "0.99997", "0.99999")),
        ([0.99991, 0.99995, 0.99997, 0.99998, 0.99999], "share", ("99.991 %", "99.997 %", "99.999 %")),
        ([2.55e-5, 2.5501e-5, 2.5502e-5, 2.5503e-5, 2.5504e-5], "", ("2.55e−05", "2.5502e−05", "2.5504e−05")),
        ([310.0, 310.0, 310.0, 310.0, 310.0], "kelvin", ("310", "310", "310")),
    ],
)
def test_the_points_of_a_belief_have_the_digits_that_tell_them_apart(quantiles, unit, said):
    """Three digits where these do; more where a belief is narrow beside its size."""
    assert words.belief_texts(quantiles, unit) == said


def test_an_expected_value_has_the_digits_that_its_error_and_its_width_allow():
    """Of a narrow number beyond a million not the million alone is said; of a wide one three digits are."""
    wide = {"mean": 149.2345, "mean_error": 0.01, "quantiles": [93.0, 120.0, 149.0, 180.0, 279.0], "errors": [0.1] * 5}
    narrow = {"mean": 3_000_000.51234, "mean_error": 2e-6, "quantiles": [3_000_000.0 + part for part in (0.05, 0.25, 0.5, 0.75, 0.95)]}
    vague = narrow | {"mean_error": 0.3}
    assert [error_words({"kind": "distribution", "status": "open", "value": each}) for each in (wide, narrow, vague)] == [
        "expected 149, Monte Carlo error 0.01",
        "expected 3,000,000.51, Monte Carlo error 2e-06",
        "expected 3,000,000.5, Monte Carlo error 0.3",
    ]


def test_a_number_of_several_ranges_is_said_by_them():
    """Each range with its middle, its ends and its chance; the headline is the middles, never what lies between."""
    modes = [(0.703, (-0.81, 0.0001, 0.84)), (0.297, (9.2, 10.0, 10.8))]
    said = answer_sentences.distribution_sentence(
        quantiles=(-0.7, -0.2, 0.3, 9.7, 10.6), errors=(0.01,) * 5, unit="km", status="open", modes=modes
    )
    assert said == "Either about 0 km (−0.81 to 0.84, chance 70 %) or about 10 km (9.2 to 10.8, chance 30 %)."
    value = {
        "quantiles": [-0.7, -0.2, 0.3, 9.7, 10.6],
        "errors": [0.01] * 5,
        "modes": [{"share": share, "quantiles": list(points)} for share, points in modes],
    }
    assert answer_sentences.headline("distribution", value, unit="km", status="open") == "0 or 10"


def test_a_number_of_many_ranges_is_said_by_the_likeliest_three():
    """From the lowest up; the headline has the middles of up to six."""
    modes = [(share, (10.0 * place - 1, 10.0 * place, 10.0 * place + 1)) for place, share in enumerate([0.3, 0.1, 0.35, 0.25])]
    said = answer_sentences.distribution_sentence(
        quantiles=(-0.7, 0, 18, 29, 30.6), errors=(0.01,) * 5, unit="", status="open", modes=modes
    )
    assert said == (
        "It falls into four ranges: about 0 (−1 to 1, chance 30 %), about 20 (19 to 21, chance 35 %), about 30 (29 to 31, chance 25 %)"
        " or another (chance 10 %)."
    )
    value = {
        "quantiles": [0.0] * 5,
        "errors": [0.01] * 5,
        "modes": [{"share": share, "quantiles": list(points)} for share, points in modes],
    }
    assert answer_sentences.headline("distribution", value, unit="", status="open") == "0, 10, 20 or 30"
    many = {**value, "modes": 2 * value["modes"]}
    assert answer_sentences.headline("distribution", many, unit="", status="open") == "one of eight ranges"


def test_a_range_of_one_value_is_that_value():
    """None, or about eight."""
    modes = [(0.3, (0.0, 0.0, 0.0)), (0.7, (4.0, 8.0, 13.0))]
    said = answer_sentences.distribution_sentence(quantiles=(0, 0, 6, 9, 12), errors=(0,) * 5, unit="", status="open", modes=modes)
    assert said == "Either 0 (chance 30 %) or about 8 (4 to 13, chance 70 %)."


def test_a_probability_is_a_sentence():
    """Odds come first, then between which chances it lies."""
    said = answer_sentences.probability_sentence(value=0.125, error=0.003, chance_interval=(0.04, 0.27), status="open")
    assert said == "About one in eight; anything from 4 to 27 % is plausible."


@pytest.mark.parametrize(
    ("interval", "errors", "said"),
    [
        ((0.042, 0.268), None, "anything from 4 to 27 % is plausible"),
        ((0.042, 0.268), (0.001, 0.03), "anything from 4 to 25 % is plausible"),
        ((0.0082, 0.2819), (0.0004, 0.006), "anything from 0.8 to 28 % is plausible"),
        ((0.0082, 0.2819), (0.004, 0.012), "anything up to 28 % is plausible"),
        ((0.53, 0.9996), (0.004, 0.0001), "anything from 53 % up is plausible"),
        ((0.0002, 0.9996), (0.0001, 0.0001), "any chance at all is plausible"),
        ((0.0002, 0.0006), (0.0001, 0.0001), "nothing above 0.1 % is plausible"),
        ((0.0002, 0.003), (0.0001, 0.0015), "nothing above 1 % is plausible"),
        ((0.996, 0.9996), (0.003, 0.0001), "nothing below 98 % is plausible"),
        ((0.121, 0.123), (0.001, 0.001), "that chance is hardly in doubt"),
    ],
)
def test_the_range_of_a_chance_is_said_no_finer_than_it_is_known(interval, errors, said):
    """Each end is rounded by its own Monte Carlo error, and one that is only near 0 or 1 is left out."""
    told = answer_sentences.probability_sentence(value=0.125, error=0.003, chance_interval=interval, chance_errors=errors, status="open")
    assert told == f"About one in eight; {said}."


@pytest.mark.parametrize(("interval", "errors"), [((0.42, 0.42), (0.035, 0.035)), ((0.38, 0.424), (0.03, 0.03))])
def test_one_number_for_a_chance_is_not_set_beside_the_answer(interval, errors):
    """Rounded as coarsely as its ends are known, it would be another number for the same chance."""
    said = answer_sentences.probability_sentence(value=0.42, error=0.003, chance_interval=interval, chance_errors=errors, status="open")
    assert said == "About two in five."


def test_what_has_happened_has_no_chance():
    """A settled question is answered yes or no."""
    said = answer_sentences.probability_sentence(value=1.0, error=0.0, chance_interval=None, status="happened")
    assert said == "Yes: it has happened."


def test_a_distribution_is_a_sentence():
    """The median and the 90 % range are said, in the unit."""
    said = answer_sentences.distribution_sentence(quantiles=(3, 4, 5, 7, 12), errors=(0, 0, 0, 0, 0), unit="soldiers", status="open")
    assert said == "About 5 soldiers; 90 % range 3 to 12."


@pytest.mark.parametrize(
    ("quantiles", "unit", "said"),
    [
        ((0.0184, 0.05, 0.0812, 0.2, 0.322), "odds of being taken, against a Russian's", "About one twelfth: 0.0812 (odds of being taken, against a Russian's); 90 % range 0.0184 to 0.322."),
        ((0, 0, 0, 1, 3), "soldiers", "Most likely none; 95 % likely to be at most 3 soldiers."),
        ((1, 3, 4, 4, 4), "soldiers", "Most likely 4 soldiers; 95 % likely to be at least 1."),
        ((4, 4, 4, 4, 4), "soldiers", "Almost certainly 4 soldiers."),
        ((0.34, 0.5, 0.7, 0.8, 0.93), "share", "About 70 %; 90 % range 34 to 93 %."),
    ],
)  # fmt: skip
def test_a_number_is_said_with_its_unit_where_it_reads_well(quantiles, unit, said):
    """A short unit follows its number, a long one ends the sentence; a middle at an end of the range is the likeliest value."""
    assert answer_sentences.distribution_sentence(quantiles=quantiles, errors=(0,) * 5, unit=unit, status="open") == said


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (0.07, 0.002, "+7 points"),
        (-0.004, 0.0001, "−0.4 points"),
        (0.01, 0.002, "+1 point"),
        (0.0004, 0.0, "no change"),
        (0.003, 0.01, "no change"),
    ],
)
def test_a_change_of_a_probability_is_said_in_points(change, error, said):
    """Points have a sign, tenths below one point, and nothing is said that is smaller than its error."""
    assert words.percentage_points(change, error=error) == said


def test_a_date_that_is_unlikely_names_the_chance_it_has():
    """Where the middle lies after the deadline, the last quantile before it is said."""
    said = answer_sentences.date_sentence(
        quantiles=("2026-12-03", None, None, None, None), not_by_then=0.82, error=0.003, by="2027-12-31", status="open"
    )
    assert said == "Probably not by 31 December 2027 (82 %); a 5 % chance that it happens by December 2026."


def test_none_of_the_choices_is_said_where_it_belongs():
    """Where none of them is likeliest it comes first, also in the headline; a trace of it is not spoken of."""
    values, errors = {"low_tide": 0.0002, "flood": 0.25}, {"low_tide": 0.0001, "flood": 0.001}
    said = answer_sentences.shares_sentence(values=values, errors=errors, none=0.7498, none_error=0.001)
    assert said == "Most likely none of these (75 %), then flood (25 %) and low tide (below 0.1 %)."
    shares = [{"label": label, "value": value, "error": errors[label]} for label, value in values.items()]
    assert answer_sentences.likeliest_choice({"shares": shares, "none": 0.7498, "none_error": 0.001}) == ("none of these", "75 %")
    assert answer_sentences.likeliest_choice({"shares": shares, "none": 0.0001, "none_error": 0.0001}) == ("flood", "25 %")


@pytest.mark.parametrize(
    ("quantiles", "errors", "unit", "said"),
    [
        ((0, 0, 1, 2, 4), 0.0, "boats", "About 1 boat; 90 % range 0 to 4."),
        ((0, 0, 1, 2, 4), 0.0, "people", "About 1 person; 90 % range 0 to 4."),
        ((0, 0, 1, 2, 4), 0.0, "convoys lost", "About 1 convoy lost; 90 % range 0 to 4."),
        ((-5, -3, -1, 2, 4), 0.0, "glasses", "About −1 glass; 90 % range −5 to 4."),
        ((0.9, 0.95, 1.0, 1.1, 1.2), 0.0, "gas", "About 1 gas; 90 % range 0.9 to 1.2."),
        ((-2.35, -0.7, -0.0006, 0.7, 2.35), 0.0004, "km", "About 0 km; 90 % range −2.35 to 2.35."),
        ((-2.35, -0.7, -0.0006, 0.7, 2.35), 0.0001, "km", "About −0.0006 km; 90 % range −2.35 to 2.35."),
    ],
)
def test_one_is_singular_and_what_cannot_be_told_from_zero_is_zero(quantiles, errors, unit, said):
    """A value within two of its errors of 0 is printed as 0."""
    assert answer_sentences.distribution_sentence(quantiles=quantiles, errors=(errors,) * 5, unit=unit, status="open") == said


def test_only_what_is_above_99_percent_is_almost_certain():
    """At 97 % a value is said to be so very probably."""
    given = {"quantiles": (0, 0, 0, 0, 0), "errors": (0,) * 5, "unit": "boats", "status": "open"}
    assert answer_sentences.distribution_sentence(**given, sole=0.97) == "Very probably none."
    assert answer_sentences.distribution_sentence(**given, sole=0.995) == "Almost certainly none."
    assert answer_sentences.chance_of_middle({"quantiles": [0.0] * 5, "pmf": {"x": [0.0, 1.0], "y": [0.97, 0.03]}}) == pytest.approx(0.97)
    assert answer_sentences.chance_of_middle({"quantiles": [2.5] * 5, "sd": 0.0, "hub_quantiles": [2.5] * 23}) >= answer_sentences.ALMOST


def test_how_likely_a_bound_of_a_count_holds_is_the_chance_that_it_does():
    """The 95 % point of a count of few values may have 97 % below it, and that is said; of a number with a density it is 95 %."""
    few = {"quantiles": [0.0, 0.0, 0.0, 0.0, 1.0], "pmf": {"x": [0.0, 1.0, 2.0], "y": [0.875, 0.097, 0.028]}}
    assert answer_sentences.chances_within(few) == pytest.approx((1.0, 0.972))
    drawn = {"quantiles": [1.0, 4.0, 4.0, 4.0, 4.0], "shape": {"discrete": True, "x": [0.0, 1.0, 4.0], "y": [0.02, 0.05, 0.93]}}
    assert answer_sentences.chances_within(drawn) == pytest.approx((0.98, 1.0))
    smooth = {"quantiles": [0.0, 1.0, 2.0, 3.0, 4.0], "shape": {"discrete": False, "x": [0.0, 4.0], "y": [0.2, 0.2]}}
    assert [answer_sentences.chances_within(value) for value in (smooth, drawn | {"trimmed": True})] == [(0.95, 0.95)] * 2
    given = {"errors": (0,) * 5, "unit": "soldiers", "status": "open", "unit_one": "soldier"}
    said = answer_sentences.distribution_sentence(**given, quantiles=few["quantiles"], within=(1.0, 0.972))
    assert said == "Most likely none; 97 % likely to be at most 1 soldier."
    said = answer_sentences.distribution_sentence(**given, quantiles=drawn["quantiles"], within=(0.98, 1.0))
    assert said == "Most likely 4 soldiers; 98 % likely to be at least 1."


def test_a_middle_of_a_range_about_zero_is_zero_where_it_is_noise():
    """Within a hundredth of the range."""
    modes = [(0.5, (-0.164, 0.00043, 0.168)), (0.5, (5.2, 10.0, 14.9))]
    said = answer_sentences.distribution_sentence(quantiles=(-0.1, 0, 3, 10, 14), errors=(0.01,) * 5, unit="", status="open", modes=modes)
    assert said == "Either about 0 (−0.164 to 0.168, chance 50 %) or about 10 (5.2 to 14.9, chance 50 %)."


def test_shares_are_told_from_the_likeliest_down():
    """The likeliest choice comes first, what none takes last."""
    said = answer_sentences.shares_sentence(values={"fear": 0.2, "chance": 0.7}, errors={"fear": 0.001, "chance": 0.001}, none=0.1)
    assert said == "Most likely chance (70 %), then fear (20 %) and none of these (10 %)."


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [(-3e-5, -4.0, 4.0, 0.0), (0.009, -4.0, 4.0, 0.009), (1e-6, 1e-9, 1.0, 1e-6), (-1e-6, -1.0, -1e-9, -1e-6)],
)
def test_a_middle_that_is_noise_beside_its_range_is_shown_as_zero(value, low, high, shown):
    """The median of draws around 0 is not exactly 0; one of a range on one side of 0 is what it is, however small."""
    assert words.middle(value, low=low, high=high) == shown


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (0.0804, "about one twelfth"),
        (0.02, "about one fiftieth"),
        (0.33, "about one third"),
        (0.5, "about half"),
        (0.66, "about two thirds"),
        (0.76, "about three quarters"),
        (0.97, "about the same"),
        (1.04, "about the same"),
        (1.2, "about a quarter more"),
        (1.6, "about one and a half times"),
        (1.9, "about twice"),
        (3.2, "about three times"),
        (47, "about 50 times"),
        (0.004, ""),
        (300, ""),
        (0.0, ""),
    ],
)
def test_a_ratio_is_said_as_people_say_it(ratio, said):
    """As a simple fraction, or as so many times; beyond a hundredth and a hundred times the number stands alone."""
    assert words.times_text(ratio) == said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((8_412, 12_347, 16_921), ("8,410", "12,300", "16,900")),
        ((1_050, 1_066, 1_081), ("1,050", "1,066", "1,081")),
        ((3, 4, 16), ("3", "4", "16")),
        ((7_777, 7_777, 7_777), ("7,777", "7,777", "7,777")),
        ((0, 1_234, 9_876), ("0", "1,230", "9,880")),
    ],
)
def test_large_counts_have_three_digits(values, said):
    """Of whole numbers too, and more only where they lie close together."""
    assert words.distinct_texts(values, "people", errors=(0.0, 0.0, 0.0)) == said


def test_numbers_of_a_statement_are_rounded_to_be_read():
    """Decimals have three digits; whole numbers, names and short decimals stay."""
    said = words.rounded_numbers("Gamma(p5=0.000784503, p95=0.0612358) + x2 * 1234 - 0.25")
    assert said == "Gamma(p5=0.000785, p95=0.0612) + x2 * 1234 - 0.25"


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        ((-3.97, 0.000124, 3.99), ("\N{MINUS SIGN}3.97", "0", "3.99")),
        ((-3.97, -8.7e-05, 3.99), ("\N{MINUS SIGN}3.97", "0", "3.99")),
        ((-3.97, 0.02, 3.99), ("\N{MINUS SIGN}3.97", "0.02", "3.99")),
        ((0.0001, 0.0002, 0.4), ("0.0001", "0.0002", "0.4")),
        ((-2.0, -1.0, -8.7e-05, 1.0, 2.0), ("\N{MINUS SIGN}2", "\N{MINUS SIGN}1", "0", "1", "2")),
        ((1234.1, 1234.2, 1234.3), ("1,234.1", "1,234.2", "1,234.3")),
    ],
)
def test_points_have_a_zero_where_the_middle_is_noise(points, shown):
    """Of three points and of five; a middle that is no noise stays, and points that differ are told apart."""
    assert words.point_texts(points) == shown


@pytest.mark.parametrize(
    ("points", "errors", "shown"),
    [
        ((2.6418, 6.6325, 10.657), (0.06, 0.004, 0.11), ("2.64", "6.63", "10.7")),
        ((2.6418, 6.6325, 10.657), (0.2, 0.4, 1.1), ("2.6", "6.6", "11")),
        ((-1.6, 0.019, 1.6), (0.02, 0.01, 0.02), ("\N{MINUS SIGN}1.6", "0", "1.6")),
        ((-1.6, 0.021, 1.6), (0.02, 0.01, 0.02), ("\N{MINUS SIGN}1.6", "0.02", "1.6")),
        ((0.001, 0.019, 1.6), (0.0001, 0.01, 0.02), ("0.001", "0.02", "1.6")),
    ],
)
def test_points_from_draws_have_no_digit_below_their_errors(points, errors, shown):
    """Each is said to be about so much; a middle within two errors of 0 is 0 only where the ends are on both sides of it."""
    assert words.drawn_point_texts(points, errors) == tuple(f"about {text}" for text in shown)
