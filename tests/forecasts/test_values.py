"""What a forecast says: texts of cells as values, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.forecasts.values import (
    Beyond,
    Buckets,
    ForecastValue,
    Form,
    PointMasses,
    Quantiles,
    ValueFault,
    forecast_value_text,
    parse_value,
)

SHARES = st.lists(st.integers(1, 1000), min_size=2, max_size=6).map(
    lambda parts: {f"option {at}": part / sum(parts) for at, part in enumerate(parts)}
)
STEPS = st.lists(st.floats(0, 1), min_size=2, max_size=30).map(lambda values: tuple(sorted(values)))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def quantile_sets() -> st.SearchStrategy[Quantiles]:
    """Sets of quantiles of any size."""
    levels = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=23, unique=True)
    return levels.flatmap(
        lambda its: st.lists(NUMBERS, min_size=len(its), max_size=len(its)).map(
            lambda values: Quantiles(tuple(sorted(its)), tuple(sorted(values)))
        )
    )


def cut_quantile_sets() -> st.SearchStrategy[Quantiles]:
    """Sets of quantiles up to a bound, with the probability of what lies beyond."""
    return quantile_sets().map(lambda its: Quantiles(its.levels, its.values, Beyond(its.values[-1], 1 - its.levels[-1])))


def masses() -> st.SearchStrategy[PointMasses]:
    """Probabilities of a few values."""
    return SHARES.flatmap(
        lambda its: st.lists(NUMBERS, min_size=len(its), max_size=len(its), unique=True).map(
            lambda values: PointMasses(tuple(sorted(values)), tuple(its.values()))
        )
    )


@given(
    st.one_of(
        st.floats(0, 1).map(lambda value: ("probability", value)),
        SHARES.map(lambda value: ("options", value)),
        quantile_sets().map(lambda value: ("quantiles", value)),
        cut_quantile_sets().map(lambda value: ("quantiles", value)),
        masses().map(lambda value: ("pmf", value)),
        st.lists(st.none() | st.floats(0, 0.05), min_size=2, max_size=20).map(lambda shares: ("buckets", Buckets((0.0, *shares)))),
        STEPS.map(lambda value: ("cdf", value)),
        st.lists(NUMBERS, min_size=1, max_size=20).map(lambda values: ("samples", tuple(values))),
        NUMBERS.map(lambda value: ("number", value)),
        st.integers(-100_000, 100_000).map(lambda days: ("date", float(days))),
        st.just(("withdrawn", None)),
    )
)
def test_a_value_written_and_read_is_the_same(said: tuple[Form, ForecastValue]):
    """The text of a cell gives back every value to its last digit."""
    form, value = said
    assert parse_value(form, forecast_value_text(form, value)) == value


def test_quantiles_of_dates_are_written_as_dates():
    """A date stands as a date, and is days from the beginning of 1970."""
    value = parse_value("quantiles", '[[0.05, "2026-01-01"], [0.95, "2027-01-01"]]')
    assert value == Quantiles((0.05, 0.95), (20454.0, 20819.0))
    assert forecast_value_text("quantiles", value, of_dates=True) == '[[0.05, "2026-01-01"], [0.95, "2027-01-01"]]'


def test_quantiles_may_end_at_a_day_with_the_probability_of_not_by_then():
    """What comes later has a probability; its quantiles stand at that day or are left out, perhaps all of them."""
    text = '[[0.05, "2026-01-01"], {"not_by": "2027-01-01", "probability": 0.4}]'
    value = parse_value("quantiles", text)
    assert value == Quantiles((0.05,), (20454.0,), Beyond(20819.0, 0.4))
    assert forecast_value_text("quantiles", value, of_dates=True) == text
    at_bound = '[[0.05, "2026-01-01"], [0.95, "2027-01-01"], {"not_by": "2027-01-01", "probability": 0.4}]'
    assert parse_value("quantiles", at_bound) == Quantiles((0.05, 0.95), (20454.0, 20819.0), Beyond(20819.0, 0.4))
    assert parse_value("quantiles", '[{"not_by": "2027-01-01", "probability": 1}]') == Quantiles((), (), Beyond(20819.0, 1.0))


def test_zero_and_one_are_probabilities():
    """0 and 1 are kept as they are."""
    assert [parse_value("probability", text) for text in ("0", "1", "0.0", "1e-9")] == [0, 1, 0, 1e-9]


@pytest.mark.parametrize(
    ("form", "text", "message", "hint"),
    [
        ("probability", "30", "30 is no probability", "write 0.3 for 30 %, or a number from 0 to 1"),
        ("probability", "30%", "`30%` is no number", "write a fraction, as 0.3 for 30 %"),
        ("probability", "101", "101 is no probability", "a probability lies between 0 and 1, both included"),
        ("probability", "-0.1", "-0.1 is no probability", "a probability lies between 0 and 1, both included"),
        ("probability", "nan", "`nan` is no number", "write a number, with a point for decimals"),
        ("probability", "", "`` is no number", "write a number, with a point for decimals"),
        (
            "options",
            '{"a": 0.5, "b": 0.4}',
            "the probabilities of the options add up to 0.9",
            "all options together have a probability of 1",
        ),
        ("options", '{"a": 1.5, "b": -0.5}', "the probability of `a` is 1.5", "a probability lies between 0 and 1, both included"),
        ("options", "a=0.5", "this cell is not JSON", 'write it as in {"first option": 0.7, "second option": 0.3}'),
        ("options", '{"a": NaN}', "this cell is not JSON", 'write it as in {"first option": 0.7, "second option": 0.3}'),
        ("quantiles", "[[0.5, 1], [0.05, 2]]", "the levels do not ascend", "write the lowest level first, and each only once"),
        ("quantiles", "[[0.05, 2], [0.5, 1]]", "the values of quantiles fall", "a higher level has a value at least as high"),
        ("quantiles", "[[5, 2]]", "a level lies between 0 and 1", "0.05 is the 5 % point"),
        ("quantiles", '[[0.5, "soon"]]', "`soon` is neither a number nor a date", ""),
        (
            "quantiles",
            '[[0.5, 1], {"not_by": 2, "probability": 0.6}]',
            "a probability of 0.5 lies before the bound, and 0.6 beyond it",
            "both together are at most 1",
        ),
        (
            "quantiles",
            '[[0.5, 3], {"not_by": 2, "probability": 0.6}]',
            "the last quantile lies beyond the bound after which nothing is said",
            "write the bound in its place, or leave it out",
        ),
        (
            "quantiles",
            '[[0.5, 1], {"later": 2}]',
            "this does not say what lies beyond the last quantile",
            'write {"not_by": "2027-12-31", "probability": 0.3} last',
        ),
        (
            "quantiles",
            '[{"not_by": 2, "probability": 40}]',
            "40 is no probability",
            "a probability lies between 0 and 1, both included",
        ),
        ("pmf", "[[0, 0.5], [1, 0.4]]", "the probabilities of the values add up to 0.9", "all values together have a probability of 1"),
        ("pmf", "[[0, -0.5], [1, 1.5]]", "the probability of `0` is -0.5", "a probability lies between 0 and 1, both included"),
        ("pmf", "[[1, 0.5], [0, 0.5]]", "the values do not ascend", "write the lowest value first, and each only once"),
        ("pmf", "[0, 1]", "this gives no probability for each value", "write pairs of a value and its probability: [[0, 0.7], [1, 0.3]]"),
        ("buckets", "[0.5, 0.6]", "the probabilities of the buckets add up to 1.1", "together they have a probability of at most 1"),
        ("buckets", "[0.5, 1.5]", "not each of these is a probability", "a probability lies between 0 and 1, both included"),
        ("buckets", "[null, null]", "not each of these is a probability", "a probability lies between 0 and 1, both included"),
        ("buckets", '{"a": 1}', "this gives no probability for each bucket", "write them in the order of the question: [0.3, 0.6]"),
        ("cdf", "[0.5, 0.4]", "this is no distribution function", "its values never fall, and lie between 0 and 1"),
        ("cdf", "[0.5, 1.1]", "this is no distribution function", "its values never fall, and lie between 0 and 1"),
        ("cdf", "[0.5]", "a distribution function has at least two points", ""),
        ("samples", '["a"]', "these are no samples", "write numbers in a list: [0.1, 0.5, 0.9]"),
        ("samples", "[1e999]", "not all of these samples are finite", ""),
        ("number", "1,5", "`1,5` is no number", "write a number, with a point for decimals"),
        ("date", "soon", "`soon` is no date", "write it as in 2026-10-02"),
        ("withdrawn", "0.5", "a forecast that is withdrawn has no value", "empty the cell"),
    ],
)
def test_a_text_that_is_no_value_is_refused(form: Form, text: str, message: str, hint: str):
    """The message says what is wrong, and the hint what to write."""
    with pytest.raises(ValueFault) as caught:
        parse_value(form, text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize("text", ["1e999", "-1e999", "9" * 400])
def test_numbers_beyond_a_float_are_no_values(text: str):
    """No form takes an infinite number, however it is written."""
    for form, cell in (
        ("number", text),
        ("samples", f"[{text}]"),
        ("quantiles", f"[[0.5, {text}]]"),
        ("cdf", f"[0, {text}]"),
        ("options", f'{{"a": {text}}}'),
    ):
        with pytest.raises(ValueFault):
            parse_value(form, cell)
