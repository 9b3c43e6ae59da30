"""A stream's events as clauses: what may be seen of it, and what a row says, in the words of its author or in words that fit any name.

A clause stands after ``whether``, ``if`` or a day: ``another captive asks to go South``, ``at least one man is recorded under “wishes”``.
"""

from __future__ import annotations

import math
import re
from typing import Literal

from forecast.book.event_phrases import NUMBER_MARK
from forecast.book.topic import Row, Series, Stream
from forecast.language.distributions.families import family_for
from forecast.schema import words

OF_A_FIRST = (("another ", "one "), (f"{NUMBER_MARK} more ", f"{NUMBER_MARK} "), (f"{NUMBER_MARK} other ", f"{NUMBER_MARK} "), ("no other ", "no "), ("no more ", "no "))  # how phrases that speak of one more begin, and how they do in a record, which may be the first  # fmt: skip
ANOTHER, AT_LEAST_ONE = "another ", "at least one "
EVENT, EVENTS = "event", "events"  # what a stream counts whose unit is not known, or is no noun


def one_or_more_clause(stream: Stream, label: str = "") -> str:
    """Return what happens when a stream, or a class of it, counts one or more."""
    if label:
        return f"{_quote(label)} is recorded at least once under {_quote(stream.name)}"
    return stream.phrases.event or f"at least one {counted_noun(stream)[0]} is recorded{_under(stream)}"


def none_clause(stream: Stream, label: str = "") -> str:
    """Return what is so when a stream, or a class of it, counts none."""
    if label:
        return f"{_quote(label)} is not recorded under {_quote(stream.name)}"
    return stream.phrases.no_event or f"no {counted_noun(stream)[0]} is recorded{_under(stream)}"


def at_least_clause(stream: Stream, least: int, label: str = "") -> str:
    """Return what happens when a stream, or a class of it, counts at least a number."""
    if least <= 1:
        return one_or_more_clause(stream, label)
    return _many_clause(stream, f"at least {number_word(least)}", label)


def fewer_than_clause(stream: Stream, bound: int, label: str = "") -> str:
    """Return what is so when a stream, or a class of it, counts fewer than a number."""
    return none_clause(stream, label) if bound <= 1 else _many_clause(stream, f"fewer than {number_word(bound)}", label)


def measured_clause(stream: Stream, side: Literal["above", "below"], value: float, *, spread: float, is_sum: bool) -> str:
    """Return what is so when a value of a stream that measures, or the sum of several, is above or below a number.

    ``spread`` is how wide its values lie, as ``words.number`` takes it.
    """
    is_share = stream.unit == "share" and 0 <= value <= 1
    shown = words.percent(value) if is_share else words.number(value, spread=spread)
    if stream.phrases.events:
        return stream.phrases.events.replace(NUMBER_MARK, f"{'more' if side == 'above' else 'less'} than {shown}")
    unit = words.unit_tails(stream.unit, shown)[0]
    return f"a {'total' if is_sum else 'value'} {side} {shown}{unit} is recorded under {_quote(stream.name)}"


def row_clause(stream: Stream, row: Row) -> str:
    """Return what a row says: ``two captives reach South Korea``, or with its stream's name ``captures: 2 men``."""
    phrases, is_count = stream.phrases, family_for(stream.value).discrete and not stream.classes
    if row.said:
        return f"{stream.name.replace('_', ' ')}: {row.said}"
    if row.between is not None:
        return _range_clause(stream, row)
    if is_count and row.value == 0:
        return _of_a_first(phrases.no_event) or _amount_text(stream, "none")
    if is_count and row.value == 1 and phrases.event:
        return _of_a_first(phrases.event)
    shown = _percent(row.value) if stream.unit == "share" else number_word(row.value)
    if phrases.events and not (is_count and row.value == 1):
        return _with_number(_of_a_first(phrases.events), shown)
    return _amount_text(stream, shown if stream.unit == "share" else words.number(row.value))


def point_clause(series: Series, value: float) -> str:
    """Return what a value of a series says, after what the series measures, up to its first colon or semicolon: ``troops near the border: 8,000 soldiers``.

    A unit that says of each value what it means stands for the number.
    """
    what = re.split(r"[:;]", series.about)[0].strip()
    if meaning := _meaning(series.unit, value):
        return f"{what}: {meaning}"
    return f"{what}: {words.in_unit(value, series.unit)}{''.join(words.unit_tails(series.unit, words.number(value)))}"


def _meaning(unit: str, value: float) -> str:
    """What a value means, where the unit says it of each, as in ``0 none, 1 given``; empty elsewhere."""
    parts = [part.strip().partition(" ") for part in unit.split(",")]
    return next((said for number, _, said in parts if number == f"{value:g}"), "") if len(parts) > 1 else ""


def _percent(share: float) -> str:
    """A recorded share as it was recorded, in percent."""
    return f"{words.number(round(100 * share, 10))} %"


def counted_noun(stream: Stream) -> tuple[str, str]:
    """Return the noun for one of what a stream counts, and for several: its unit where that is a noun, else ``event``."""
    unit = stream.unit
    is_noun = (
        unit != "share" and len(unit.split()) in range(1, words.COUNTED_WORDS + 1) and unit.replace(" ", "").replace("-", "").isalpha()
    )
    if not is_noun:
        return EVENT, EVENTS
    return stream.phrases.unit_one or words.counted_in(unit, "1"), unit


def number_word(value: float) -> str:
    """Return a number as a sentence has it: small whole ones from two on as words."""
    return words.SMALL[int(value)] if value in range(2, len(words.SMALL)) else words.number(value)


def _many_clause(stream: Stream, amount: str, label: str) -> str:
    if label:
        return f"{_quote(label)} is recorded {amount} times under {_quote(stream.name)}"
    if stream.phrases.events:
        return _with_number(stream.phrases.events, amount)
    return f"{amount} {counted_noun(stream)[1]} are recorded{_under(stream)}"


def _range_clause(stream: Stream, row: Row) -> str:
    assert row.between is not None
    low, high = row.between.low, row.between.high
    text, phrases = words.range_text(low, high), stream.phrases
    if low == 1 and high in {None, math.inf} and phrases.event.startswith(ANOTHER):
        return AT_LEAST_ONE + phrases.event.removeprefix(ANOTHER)
    last = high if high is not None and math.isfinite(high) else low
    if phrases.events and last != 1:
        return _with_number(_of_a_first(phrases.events), text)
    return _amount_text(stream, text)


def _amount_text(stream: Stream, shown: str) -> str:
    """A printed amount with its unit, and with the stream's name where that is another: ``captures: 2 men``, ``2 breakdowns``."""
    name, unit = stream.name.replace("_", " "), stream.unit
    if shown == "none":
        return f"no {unit}" if unit == name else f"{name}: none"
    amount = shown + words.unit_tails(unit, shown, stream.phrases.unit_one)[0]
    return amount if unit == name else f"{name}: {amount}"


def _under(stream: Stream) -> str:
    """Under which name something is recorded, where what is counted does not say it."""
    return "" if stream.unit == stream.name.replace("_", " ") else f" under {_quote(stream.name)}"


def _with_number(phrase: str, amount: str) -> str:
    """A phrase with a number in its place: two times are twice."""
    if amount.endswith("two") and "than" not in amount:
        phrase = phrase.replace(f"{NUMBER_MARK} times", f"{amount.removesuffix('two')}twice")
    return phrase.replace(NUMBER_MARK, amount)


def _of_a_first(phrase: str) -> str:
    """A phrase as it is said of what may be the first of its kind."""
    return next((there + phrase.removeprefix(here) for here, there in OF_A_FIRST if phrase.startswith(here)), phrase)


def _quote(name: str) -> str:
    return f"“{name.replace('_', ' ')}”"
