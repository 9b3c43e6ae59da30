"""What a forecast says, as values and as the text of a cell.

A probability, one for each option, value or bucket, quantiles, a distribution function, samples, a number or a date.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeGuard, get_args

from forecast.book.files.numerals import is_number
from forecast.forecasts.times import days_of_text, text_of_days
from forecast.language.characters import character_text, refused_character

type Form = Literal["probability", "options", "quantiles", "pmf", "buckets", "cdf", "samples", "number", "date", "withdrawn"]
FORMS: tuple[Form, ...] = get_args(Form.__value__)
MOST_NUMBERS = 10_000  # quantiles, points of a distribution function or samples in one forecast
SUM_TOLERANCE = 1e-6  # by how much the probabilities of all options may miss 1: as much as rounding to six digits does


@dataclass(frozen=True, slots=True)
class Beyond:
    """The probability of what lies beyond a bound, of which nothing more is said: that something does not happen by a day."""

    bound: float
    probability: float


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Values at levels of probability, both ascending.

    With ``beyond``, levels that lie there have its bound as their value, or are left out, perhaps all of them.
    """

    levels: tuple[float, ...]
    values: tuple[float, ...]
    beyond: Beyond | None = None


@dataclass(frozen=True, slots=True)
class PointMasses:
    """The only values that a number may take, ascending, and the probability of each."""

    values: tuple[float, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Buckets:
    """The probability of each bucket of a question, which need not add up to 1: the geometric mean of several forecasts.

    The buckets are no and yes; or the options, in their order; or what lies below the range, its steps, and what lies above.
    None stands for an option that could not be chosen at that time.
    """

    probabilities: tuple[float | None, ...]


type ForecastValue = float | Mapping[str, float] | Quantiles | PointMasses | Buckets | tuple[float, ...] | None
"""A probability, number or date (in days from the beginning of 1970); probabilities by option, value or bucket; quantiles; a CDF or samples; None once withdrawn."""


class ValueFault(ValueError):
    """A text that is no value of its form; ``hint`` says what to write."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def parse_value(form: Form, text: str) -> ForecastValue:
    """Return the value of a forecast that a cell spells; raise ``ValueFault``."""
    match form:
        case "probability":
            return parse_probability(text)
        case "number":
            return _number(text)
        case "date":
            return _day(text)
        case "withdrawn":
            if text:
                raise ValueFault("a forecast that is withdrawn has no value", "empty the cell")
            return None
        case _:
            return _parse_distribution(form, text)


def _parse_distribution(form: Literal["options", "quantiles", "pmf", "buckets", "cdf", "samples"], text: str) -> ForecastValue:
    match form:
        case "options":
            return _parse_options(text)
        case "quantiles":
            return _parse_quantiles(text)
        case "pmf":
            return _parse_masses(text)
        case "buckets":
            return _parse_buckets(text)
        case "cdf":
            return _parse_cdf(text)
        case "samples":
            return _parse_numbers(text, "samples")


def forecast_value_text(form: Form, value: ForecastValue, *, of_dates: bool = False) -> str:
    """Return a forecast's value as the text of a cell, from which ``parse_value`` gives the same value; ``of_dates`` writes quantiles as dates."""
    match value:
        case None:
            return ""
        case float() | int():
            return text_of_days(float(value)) if form == "date" else _text(float(value))
        case Quantiles():
            return json.dumps(_quantiles_as_data(value, of_dates=of_dates))
        case PointMasses(values, probabilities):
            return json.dumps([[at, share] for at, share in zip(values, probabilities, strict=True)])
        case Mapping():
            return json.dumps(dict(value), ensure_ascii=False)
        case Buckets(probabilities):
            return json.dumps(probabilities, separators=(",", ":"))
        case _:
            return json.dumps(list(value), separators=(",", ":"))


def parse_probability(text: str) -> float:
    """Return a probability from 0 to 1; raise ``ValueFault``, which for a number above 1 gives both readings."""
    value = _number(text)
    if 0 <= value <= 1:
        return value
    if 1 < value <= 100:
        raise ValueFault(f"{text} is no probability", f"write {value / 100:.15g} for {text} %, or a number from 0 to 1")
    raise ValueFault(f"{text} is no probability", "a probability lies between 0 and 1, both included")


def _parse_options(text: str) -> Mapping[str, float]:
    read = _json(text, '{"first option": 0.7, "second option": 0.3}')
    if not isinstance(read, dict) or not read or not all(_is_float(share) for share in read.values()):
        raise ValueFault("this gives no probability for each option", 'write {"first option": 0.7, "second option": 0.3}')
    for name in read:
        if (refused := refused_character(name, "id")) is not None:
            raise ValueFault(f"{character_text(refused.character)} cannot stand in the name of an option", "delete it")
    _check_shares(read.items(), "option")
    return read


def _parse_masses(text: str) -> PointMasses:
    example = "[[0, 0.7], [1, 0.3]]"
    read = _json(text, example)
    if (
        not isinstance(read, list)
        or not read
        or not all(isinstance(pair, list) and len(pair) == 2 and all(map(_is_float, pair)) for pair in read)
    ):
        raise ValueFault("this gives no probability for each value", f"write pairs of a value and its probability: {example}")
    if len(read) > MOST_NUMBERS:
        raise ValueFault(f"{len(read):,} values; at most {MOST_NUMBERS:,} can be read")
    values, probabilities = (tuple(column) for column in zip(*read, strict=True))
    if not all(map(math.isfinite, values)) or any(after <= before for before, after in pairwise(values)):
        raise ValueFault("the values do not ascend", "write the lowest value first, and each only once")
    _check_shares([(f"{at:g}", share) for at, share in read], "value")
    return PointMasses(values, probabilities)


def _parse_buckets(text: str) -> Buckets:
    example = "[0.3, 0.6]"
    read = _json(text, example)
    if not isinstance(read, list) or not read or not all(share is None or _is_float(share) for share in read):
        raise ValueFault("this gives no probability for each bucket", f"write them in the order of the question: {example}")
    if len(read) > MOST_NUMBERS:
        raise ValueFault(f"{len(read):,} buckets; at most {MOST_NUMBERS:,} can be read")
    known = [share for share in read if share is not None]
    if not known or not all(0 <= share <= 1 for share in known):
        raise ValueFault("not each of these is a probability", "a probability lies between 0 and 1, both included")
    if math.fsum(known) > 1 + SUM_TOLERANCE:
        raise ValueFault(
            f"the probabilities of the buckets add up to {math.fsum(known):.6g}", "together they have a probability of at most 1"
        )
    return Buckets(tuple(read))


def _check_shares(shares: Collection[tuple[str, float]], what: str) -> None:
    """Raise ``ValueFault`` unless these are the probabilities of all options or values there are."""
    for name, share in shares:
        if not 0 <= share <= 1:
            raise ValueFault(f"the probability of `{name}` is {share:g}", "a probability lies between 0 and 1, both included")
    total = math.fsum(share for _, share in shares)
    if abs(total - 1) > SUM_TOLERANCE:
        raise ValueFault(f"the probabilities of the {what}s add up to {total:.6g}", f"all {what}s together have a probability of 1")


def _parse_quantiles(text: str) -> Quantiles:
    example = "[[0.05, 0.4], [0.5, 1], [0.95, 3]]"
    read = _json(text, example)
    if not isinstance(read, list) or not read:
        raise ValueFault("these are no quantiles", f"write pairs of a level and a value: {example}")
    beyond = _parse_beyond(read.pop()) if isinstance(read[-1], dict) else None
    if not all(isinstance(pair, list) and len(pair) == 2 and _is_float(pair[0]) for pair in read):
        raise ValueFault("these are no quantiles", f"write pairs of a level and a value: {example}")
    if len(read) > MOST_NUMBERS:
        raise ValueFault(f"{len(read):,} quantiles; at most {MOST_NUMBERS:,} can be read")
    levels = tuple(pair[0] for pair in read)
    values = tuple(_value_of_quantile(pair[1]) for pair in read)
    check_quantiles(levels, values, beyond)
    return Quantiles(levels, values, beyond)


def _parse_beyond(read: Mapping[str, object]) -> Beyond:
    if read.keys() != {"not_by", "probability"} or not _is_float(probability := read["probability"]):
        raise ValueFault("this does not say what lies beyond the last quantile", 'write {"not_by": "2027-12-31", "probability": 0.3} last')
    return Beyond(_value_of_quantile(read["not_by"]), probability)


def check_quantiles(levels: Sequence[float], values: Sequence[float], beyond: Beyond | None = None) -> None:
    """Raise ``ValueFault`` unless levels lie between 0 and 1 and ascend, values never fall, and both end before what lies beyond."""
    if not all(map(math.isfinite, values)):
        raise ValueFault("not all of these values are finite")
    if not all(0 < level < 1 for level in levels):
        raise ValueFault("a level lies between 0 and 1", "0.05 is the 5 % point")
    if any(after <= before for before, after in pairwise(levels)):
        raise ValueFault("the levels do not ascend", "write the lowest level first, and each only once")
    if any(after < before for before, after in pairwise(values)):
        raise ValueFault("the values of quantiles fall", "a higher level has a value at least as high")
    if beyond is None:
        return
    if not 0 <= beyond.probability <= 1:
        raise ValueFault(f"{beyond.probability:g} is no probability", "a probability lies between 0 and 1, both included")
    if values and values[-1] > beyond.bound:
        raise ValueFault(
            "the last quantile lies beyond the bound after which nothing is said", "write the bound in its place, or leave it out"
        )
    before = [level for level, value in zip(levels, values, strict=True) if value < beyond.bound]
    if before and before[-1] > 1 - beyond.probability + SUM_TOLERANCE:
        raise ValueFault(
            f"a probability of {before[-1]:g} lies before the bound, and {beyond.probability:g} beyond it", "both together are at most 1"
        )


def _parse_cdf(text: str) -> tuple[float, ...]:
    values = _parse_numbers(text, "points of a distribution function")
    if len(values) < 2:
        raise ValueFault("a distribution function has at least two points")
    if not (values[0] >= 0 and values[-1] <= 1) or any(after < before for before, after in pairwise(values)):
        raise ValueFault("this is no distribution function", "its values never fall, and lie between 0 and 1")
    return values


def _parse_numbers(text: str, what: str) -> tuple[float, ...]:
    read = _json(text, "[0.1, 0.5, 0.9]")
    if not isinstance(read, list) or not read or not all(map(_is_float, read)):
        raise ValueFault(f"these are no {what}", "write numbers in a list: [0.1, 0.5, 0.9]")
    if len(read) > MOST_NUMBERS:
        raise ValueFault(f"{len(read):,} {what}; at most {MOST_NUMBERS:,} can be read")
    values = tuple(read)
    if not all(map(math.isfinite, values)):
        raise ValueFault(f"not all of these {what} are finite")
    return values


def _value_of_quantile(value: object) -> float:
    if isinstance(value, str) and (days := days_of_text(value)) is not None:
        return days
    if _is_float(value):
        return value
    raise ValueFault(f"`{value}` is neither a number nor a date")


def _quantiles_as_data(its: Quantiles, *, of_dates: bool) -> list[object]:
    def point(value: float) -> float | str:
        return text_of_days(value) if of_dates else value

    pairs: list[object] = [[level, point(value)] for level, value in zip(its.levels, its.values, strict=True)]
    return pairs if its.beyond is None else [*pairs, {"not_by": point(its.beyond.bound), "probability": its.beyond.probability}]


def _number(text: str) -> float:
    if not is_number(text) or not math.isfinite(value := float(text)):
        hint = "write a fraction, as 0.3 for 30 %" if text.endswith("%") else "write a number, with a point for decimals"
        raise ValueFault(f"`{text}` is no number", hint)
    return value


def _day(text: str) -> float:
    if (days := days_of_text(text)) is None:
        raise ValueFault(f"`{text}` is no date", "write it as in 2026-10-02")
    return days


def _json(text: str, example: str) -> object:
    try:
        return json.loads(text, parse_int=float, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ValueFault("this cell is not JSON", f"write it as in {example}") from None


def _refuse_constant(constant: str) -> float:
    raise ValueError(constant)


def _is_float(value: object) -> TypeGuard[float]:
    return isinstance(value, float)


def _text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
