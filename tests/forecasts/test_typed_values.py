"""Forecasts as people type them: each spelling has one reading, and what has two is refused with both."""

from __future__ import annotations

import pytest

from forecast.forecasts.question import QuestionType
from forecast.forecasts.times import days_of_text
from forecast.forecasts.typed_days import days_spelled
from forecast.forecasts.typed_values import parse_typed_forecast
from forecast.forecasts.values import Quantiles, ValueFault


def days(text: str) -> float:
    """A day as a number."""
    at = days_of_text(text)
    assert at is not None
    return at


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30%", 0.3),
        ("30 %", 0.3),
        ("30 percent", 0.3),
        ("0.5 per cent", 0.005),
        ("60 Pct.", 0.6),
        ("0.3", 0.3),
        ("0.5%", 0.005),
        ("0", 0.0),
        ("100%", 1.0),
        ("0%", 0.0),
        ("100 %", 1.0),
        ("3:7", 0.3),
        ("1 : 2", 1 / 3),
        ("0:1", 0.0),
        ("1 in 8", 0.125),
        ("3 out of 20", 0.15),
        ("29%", 0.29),
        ("1e-3", 0.001),
    ],
)
def test_a_probability_is_a_percent_a_fraction_or_odds(text: str, value: float):
    """0 and 1 are kept, and a percent is the decimal fraction that it spells."""
    assert parse_typed_forecast(text, "binary") == ("probability", value)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("30", "`30` is no probability: it can be read as 30 %, or as a fraction whose point is missing", "write 30% for 0.3; a fraction lies between 0 and 1, both included"),
        ("1", "`1` can be read as 1 %, or as certainty", "write 1%, or 100%"),
        ("1.0", "`1.0` can be read as 1.0 %, or as certainty", "write 1.0%, or 100%"),
        ("\u22120.1", "-0.1 is no probability", "a probability lies between 0 and 1, both included"),
        ("101 percent", "`101%` is no probability", "a probability lies between 0% and 100%, both included"),
        ("101%", "`101%` is no probability", "a probability lies between 0% and 100%, both included"),
        ("-0.1", "-0.1 is no probability", "a probability lies between 0 and 1, both included"),
        ("3 to 7", "`3 to 7` is no probability", "write odds for and against with a colon: 3:7 is 30 %, and 2 to 1 against is 1:2; `to` is kept for ranges of numbers"),
        ("2 to 1 against", "`2 to 1 against` is no probability", "write odds for and against with a colon: 3:7 is 30 %, and 2 to 1 against is 1:2; `to` is kept for ranges of numbers"),
        ("3 in 2", "`3 in 2` is no probability", "write odds for and against with a colon: 3:7 is 30 %, and 2 to 1 against is 1:2; `to` is kept for ranges of numbers"),
        ("0:0", "`0:0` are no odds", "odds are two numbers from 0 on, not both 0: 3:7 is 30 %"),
        ("yes=0.3 no=0.7", "`yes=0.3 no=0.7` is no probability: this question is answered by yes or no", "write the probability of yes, as in 30%"),
        ("2027-03-01", "`2027-03-01` is a date, and this question is answered by yes or no", "write a probability, 30% or 0.3, or odds for and against, 3:7"),
        ("likely", "`likely` is no number", "write a probability, 30% or 0.3"),
        ("nan", "`nan` is no number", "write a probability, 30% or 0.3"),
        ("", "a forecast needs a value", "write a probability, 30% or 0.3, or odds for and against, 3:7"),
    ],
)  # fmt: skip
def test_what_is_no_probability_is_refused_with_what_to_write(text: str, message: str, hint: str):
    """A bare 30 is refused with both readings; a range is never taken for odds."""
    with pytest.raises(ValueFault) as caught:
        parse_typed_forecast(text, "binary")
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_range_is_a_90_percent_interval():
    """Its ends are the 5 and 95 % points, and its median the 50 % point; of dates it has days."""
    assert parse_typed_forecast("0.4 to 3", "number") == ("quantiles", Quantiles((0.05, 0.95), (0.4, 3.0)))
    assert parse_typed_forecast("-3 to 5", "number", median="0") == ("quantiles", Quantiles((0.05, 0.5, 0.95), (-3.0, 0.0, 5.0)))
    span = ("quantiles", Quantiles((0.05, 0.95), (days("2027-01-31"), days("2027-06-30"))))
    assert parse_typed_forecast("2027-01-31 to 2027-06-30", "date") == span


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2027 to 2031", "2027-01-01", "2031-12-31"),
        ("from 2027  to 2031", "2027-01-01", "2031-12-31"),
        ("March 2027 to May 2030", "2027-03-01", "2030-05-31"),
        ("sept 2027 to Feb. 2028", "2027-09-01", "2028-02-29"),
        ("2027-03 to 2027-04", "2027-03-01", "2027-04-30"),
        ("Q2 2027 to 2028", "2027-04-01", "2028-12-31"),
        ("2027-03-15 to 2028", "2027-03-15", "2028-12-31"),
        ("5 March 2027 to 1st April 2027", "2027-03-05", "2027-04-01"),
        ("2027", "2027-01-01", "2027-12-31"),
        ("February 2028", "2028-02-01", "2028-02-29"),
    ],
)
def test_years_and_months_are_from_their_first_day_to_their_last(text: str, first: str, last: str):
    """A 90 % interval of a date may have either at each end, and one alone is an interval too."""
    assert days_spelled(text) == f"{first} to {last}"
    assert parse_typed_forecast(text, "date") == ("quantiles", Quantiles((0.05, 0.95), (days(first), days(last))))


def test_a_day_in_words_is_a_day_and_a_median_is_one():
    """What is in figures already is read as it stands, and numbers are not dates."""
    assert parse_typed_forecast("5 March 2027", "date") == ("date", days("2027-03-05"))
    assert [days_spelled(text) for text in ("2027-03-05", "2027-01-31 to 2027-06-30", "31 June 2027", "soon", "7")] == [None] * 5
    assert parse_typed_forecast("2027 to 2031", "number") == ("quantiles", Quantiles((0.05, 0.95), (2027.0, 2031.0)))
    span = Quantiles((0.05, 0.5, 0.95), (days("2027-01-01"), days("2028-06-30"), days("2031-12-31")))
    assert parse_typed_forecast("2027 to 2031", "date", median="2028-06-30") == ("quantiles", span)


def test_points_are_quantiles_at_their_levels():
    """A level is a percentage, whole or not, with or without blanks."""
    assert parse_typed_forecast("5%=0.4 50 % = 1, 97.5%=3", "number") == ("quantiles", Quantiles((0.05, 0.5, 0.975), (0.4, 1.0, 3.0)))
    assert parse_typed_forecast("10%=2027-01-31", "date") == ("quantiles", Quantiles((0.1,), (days("2027-01-31"),)))


def test_a_number_and_a_day_are_points():
    """A question about a number takes a number, one about a date a day or a time."""
    assert parse_typed_forecast("7", "discrete") == ("number", 7.0)
    assert parse_typed_forecast("\u2212.5", "number") == parse_typed_forecast("-.5", "number") == ("number", -0.5)
    below_zero = Quantiles((0.05, 0.5, 0.95), (-5.0, -2.0, 3.0))
    assert parse_typed_forecast("\u22125 to 3", "number", median="\u22122") == ("quantiles", below_zero)
    assert parse_typed_forecast("2027-03-01", "date") == ("date", days("2027-03-01"))
    assert parse_typed_forecast("2027-03-01T12:00:00Z", "date") == ("date", days("2027-03-01") + 0.5)


@pytest.mark.parametrize(
    ("text", "kind", "median", "message"),
    [
        ("3:7", "number", "", "odds are no answer to a question about a number"),
        ("30%", "number", "", "a probability is no answer to a question about a number"),
        ("30%", "date", "", "a probability is no answer to a question about a date"),
        ("3 to 1", "number", "", "the values of quantiles fall"),
        ("1 to 3", "number", "4", "the values of quantiles fall"),
        ("5", "number", "4", "only a range takes a median"),
        ("5%=1 5%=2", "number", "", "the levels do not ascend"),
        ("0.05=1 95%=3", "number", "", "`0.05=1` is no point: a level is a percentage, followed by ="),
        ("5%=1 95=3", "number", "", "`95=3` is no point: a level is a percentage, followed by ="),
        ("p5=1 p95=3", "number", "", "`p5=1` is no point: a level is a percentage, followed by ="),
        ("5%:1, 95%:3", "number", "", "`5%:1` is no point: a level is a percentage, followed by ="),
        ("median=2", "number", "", "`median=2` is no point: a level is a percentage, followed by ="),
        ("5%=2027-01-01 50=2027-03-01", "date", "", "`50=2027-03-01` is no point: a level is a percentage, followed by ="),
        ("5%=1 and 50%=2", "number", "", "`5%=1 and 50%=2` are no points"),
        ("2027-01-31", "number", "", "`2027-01-31` is a date, and this question is about a number"),
        ("7", "date", "", "`7` is no date"),
        ("2031 to 2027", "date", "", "the values of quantiles fall"),
        ("2027 to 2031", "date", "2029", "`2029` is not one day"),
        ("5%=2027 95%=2031", "date", "", "`2027` is not one day"),
        ("2027 to soon", "date", "", "`soon` is no date"),
        ("1,5 to 3", "number", "", "`1,5` is no number"),
    ],
)
def test_a_value_of_another_form_than_the_question_takes_is_refused(text: str, kind: QuestionType, median: str, message: str):
    """Odds and ranges are not confused, and what is out of order is said."""
    with pytest.raises(ValueFault) as caught:
        parse_typed_forecast(text, kind, median=median)
    assert caught.value.message == message


def test_every_option_has_a_probability():
    """Percents and fractions, labels with blanks, and together 1."""
    options = ("the hull", "engine")
    assert parse_typed_forecast("the hull=20% engine=0.8", "options", options=options) == ("options", {"the hull": 0.2, "engine": 0.8})
    assert parse_typed_forecast("a=0 b=100 %", "options") == ("options", {"a": 0.0, "b": 1.0})


@pytest.mark.parametrize("text", ["hull 20 %, engine 80 %", "hull 20%; engine 80%", "hull .2, engine 0.8", "engine 80 %, hull 20 %"])
def test_options_may_be_written_as_in_a_prior(text: str):
    """As `forecast new --prior` takes them; labels may have blanks."""
    assert parse_typed_forecast(text, "options", options=("hull", "engine")) == ("options", {"hull": 0.2, "engine": 0.8})
    named = ("the old hull", "engine 2")
    text = text.replace("hull", named[0]).replace("engine", named[1])
    assert parse_typed_forecast(text, "options", options=named) == ("options", {"the old hull": 0.2, "engine 2": 0.8})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hull=20%", "no probability for `engine`"),
        ("hull=20% motor=80%", "this question has no option `motor`"),
        ("hull=20% engine=70%", "the probabilities of the options add up to 90 %"),
        ("hull=20 engine=80", "`20` is no probability: it can be read as 20 %, or as a fraction whose point is missing"),
        ("hull=20% hull=80%", "the option `hull` is named twice"),
        ("20%", "`20%` gives no probability for each option"),
        ("hull 20 %, engine 80 %, perhaps", "`hull 20 %, engine 80 %, perhaps` gives no probability for each option"),
        ("hull 20, engine 80", "`hull 20, engine 80` gives no probability for each option"),
        ("hull 20 %", "`hull 20 %` gives no probability for each option"),
        ("hull 20 %, motor 80 %", "this question has no option `motor`"),
        ("hull=20% engine=80% perhaps", "`hull=20% engine=80% perhaps` gives no probability for each option"),
    ],
)
def test_options_that_are_not_all_named_or_not_one_together_are_refused(text: str, message: str):
    """The message names the option at fault."""
    with pytest.raises(ValueFault) as caught:
        parse_typed_forecast(text, "options", options=("hull", "engine"))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0.05=1", "5%=1"),
        ("p95=3,", "95%=3"),
        ("Q25=2", "25%=2"),
        ("median=2", "50%=2"),
        ("5%:1", "5%=1"),
        (".5=7", "50%=7"),
        ("12.5=7", "12.5%=7"),
    ],
)
def test_a_misspelt_point_has_the_right_spelling_as_its_hint(text: str, meant: str):
    """Whether the level is a fraction, has a letter, lacks its sign, or is followed by a colon."""
    with pytest.raises(ValueFault) as fault:
        parse_typed_forecast(text, "number")
    assert fault.value.hint == f"did you mean `{meant}`?"


def test_an_option_with_neither_sign_has_a_hint_with_the_options():
    """The hint names the options of the question."""
    with pytest.raises(ValueFault) as fault:
        parse_typed_forecast("hull 20, engine 80", "options", options=("hull", "engine"))
    assert fault.value.hint == "write one for each of hull, engine: hull=20% ..."


@pytest.mark.parametrize("text", ["someone else 40 %, Anne Baker 60 %", "someone-else=40% anne_baker=60%", "Someone=0.4 ANNE=0.6"])
def test_an_option_of_several_words_may_be_typed_with_spaces(text: str):
    """Names in a model have underscores in their place; a hyphen, another case and a beginning do as well."""
    options = ("anne_baker", "someone_else")
    assert parse_typed_forecast(text, "options", options=options) == ("options", {"someone_else": 0.4, "anne_baker": 0.6})
