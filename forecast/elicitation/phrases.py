"""What somebody believes of an unknown, in words: ``0.02 to 0.5``, ``3 in 20 years``, ``below 10 %``, as a judgement.

Two values with "to" between them are a 90 % interval, as in Squiggle; one bound has 95 % of the probability on its side.
Cases, or events in a time, count as if they had been seen and nothing else was known: a base rate.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from forecast.elicitation.judgements import (
    POSITIVE_SUPPORT,
    REAL_SUPPORT,
    SHARE_SUPPORT,
    IntervalMass,
    Judgement,
    ObservedCases,
    QuantilePoint,
    QuantilePoints,
    Support,
    check_judgement,
    interval,
)
from forecast.elicitation.texts import parse_number
from forecast.language.faults import Fault
from forecast.model.clock import DAYS_PER_MONTH, DAYS_PER_YEAR

OPTIONS_EXAMPLE = "as in red 40 %, blue 35 %, other 25 %"
CHANCES_TOLERANCE = 1e-9  # within which chances add up to 1
ONE_SIDED = 0.95  # of the probability lies on the side of a single bound
COUNT_WORDS: Mapping[str, float] = MappingProxyType(
    {
        "never": 0, "no": 0, "none": 0, "zero": 0, "once": 1, "one": 1, "twice": 2, "two": 2, "thrice": 3, "three": 3, "four": 4, "five": 5,
        "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "a": 1, "an": 1,
    }
)  # fmt: skip
PERIODS: Mapping[str, float] = MappingProxyType(
    {
        "day": 1.0,
        "week": 7.0,
        "month": DAYS_PER_MONTH,
        "quarter": DAYS_PER_YEAR / 4,
        "year": DAYS_PER_YEAR,
        "decade": 10 * DAYS_PER_YEAR,
        "century": 100 * DAYS_PER_YEAR,
    }
)  # days
SCALES: Mapping[str, float] = MappingProxyType({"k": 1e3, "thousand": 1e3, "million": 1e6, "M": 1e6, "billion": 1e9, "bn": 1e9})
_PERIOD = "|".join(PERIODS)
_OPTION = re.compile(r"([A-Za-z_]\w*)\s*[:=]?\s*([\d.][^\s,;]*(?:\s*%)?)")
_OPTION_IN_WORDS = re.compile(r"([A-Za-z_]\w*(?:[\s-]+[A-Za-z]\w*)*)\s*[:=]?\s*([\d.][^\s,;]*(?:\s*%)?)")  # as in someone else 10 %
_STATEMENT = re.compile(r"(?:(?:[A-Z]\w*|posterior)\s*|[a-z_]\w*)\(")
_LIST_OF_OPTIONS = re.compile(rf"{_OPTION.pattern}(?:\s+{_OPTION.pattern})+")  # without commas, as in red=40% blue=60%
_ABOUT = re.compile(r"(?:about|around|roughly|approximately|some|circa|ca?\.|~)\s*(.+)", re.IGNORECASE)
ABOUT_FACTOR = 2.0  # "about" is from half to twice as much, of a share in odds
_PERCENT = re.compile(r"(?<=\d)\s*per\s?cent\b", re.IGNORECASE)
_TIMES = r"(?:\s+(?:times?|events?|cases?|of them))?"
_SEEN = re.compile(
    rf"(?P<count>\S+){_TIMES}\s+(?:in|within|over|during)\s+(?:the\s+(?:last|past)\s+)?(?P<among>\S+?)(?:\s*(?P<period>{_PERIOD}|centurie)s?)?",
    re.IGNORECASE,
)
_EVERY = re.compile(
    rf"(?P<count>\S+){_TIMES}\s+(?:per|each|every|a|an)\s+(?:(?P<among>\S+)\s+)?(?P<period>{_PERIOD}|centurie)s?", re.IGNORECASE
)
_OF = re.compile(r"(?P<count>\S+)\s+(?:of|out\s+of)\s+(?P<among>\S+)", re.IGNORECASE)
_RANGE = re.compile(
    r"(?:between\s+(?P<a>.+?)\s+and\s+(?P<b>.+)|(?:from\s+)?(?P<c>.+?)\s*(?:\bto\b|\s[-\N{EN DASH}]\s|\N{EN DASH}|\.\.+|\N{HORIZONTAL ELLIPSIS})\s*(?P<d>.+))",
    re.IGNORECASE,
)
_SURE = re.compile(r"(?P<said>.+?)\s*[(,;]\s*(?P<mass>[\d.]+)\s*%\s*(?:sure|interval|range|of the time)?\s*\)?", re.IGNORECASE)
_ABOVE = re.compile(
    r"(?:at\s+least|no\s+less\s+than|not\s+less\s+than|more\s+than|above|over|>=?|\N{GREATER-THAN OR EQUAL TO})\s*(.+)", re.IGNORECASE
)
_BELOW = re.compile(
    r"(?:at\s+most|no\s+more\s+than|not\s+more\s+than|less\s+than|fewer\s+than|below|under|up\s+to|<=?|\N{LESS-THAN OR EQUAL TO})\s*(.+)",
    re.IGNORECASE,
)
_PER = re.compile(rf"(?P<value>.+?){_TIMES}\s+(?:per|each|every|a|an)\s+(?P<period>{_PERIOD})", re.IGNORECASE)
_FACTOR = re.compile(r"(?:about\s+|around\s+)?(.+?)\s*,?\s*(?:within|give\s+or\s+take)\s+a\s+factor\s+(?:of\s+)?(.+)", re.IGNORECASE)


def is_statement(text: str) -> bool:
    """Whether a text is a distribution as prior files write it, and no words."""
    return _STATEMENT.match(text.strip()) is not None


def examples(support: Support, unit: str = "", *, ends: tuple[float, float] | None = None) -> str:
    """Return how a belief may be said of an unknown with these values; of a rate, one per a time, also by events in a time.

    ``ends`` are those of a 90 % interval that suits an unknown which can have any value.
    """
    is_rate = _period_of_unit(unit) is not None
    if support == SHARE_SUPPORT:
        seen = "3 in 20 years" if is_rate else "3 of 20 (as if so many cases had been seen)"
        return f"as in 2 to 20 % (nine chances in ten), about 5 % (half to twice the odds), {seen}, at least 2 %, below 10 %"
    if support == POSITIVE_SUPPORT:
        if is_rate:
            return "as in 0.02 to 0.5 (nine chances in ten), about 0.1 (half to twice that), 3 in 20 years, at least 0.02, below 0.5"
        return "as in 20 to 60 (nine chances in ten), about 30 (half to twice that), at least 10, below 100"
    if math.isinf(support.lower) and math.isinf(support.upper):
        if ends is not None:
            return f"as in {ends[0]:.2g} to {ends[1]:.2g} (nine chances in ten)"
        return "as in -5 to 20 (nine chances in ten), or between 3 and 8"
    low = support.lower if math.isfinite(support.lower) else support.upper - 10
    high = support.upper if math.isfinite(support.upper) else low + 10
    return f"as in {low + 0.2 * (high - low):g} to {low + 0.7 * (high - low):g} (nine chances in ten)"


def parse_belief(text: str, support: Support, *, unit: str = "") -> Judgement:
    """Return the judgement that a text in words is, of an unknown with these values; raise ``Fault`` for what cannot be understood.

    ``unit`` says which time a rate is per, as in "times a month".
    """
    said = _PERCENT.sub("%", " ".join(text.split()).rstrip("."))
    if not said:
        raise Fault("nothing was said", hint=examples(support, unit))
    mass = 0.9
    if (match := _SURE.fullmatch(said)) is not None and _RANGE.fullmatch(match["said"]) is not None:
        said, mass = match["said"], float(match["mass"]) / 100
    if "%" in said and support != SHARE_SUPPORT and _period_of_unit(unit) is not None:
        raise Fault(
            f"`{text.strip()}` is in percent, and this unknown is a rate, in {unit}",
            hint="say how often, as in 1 in 5 years, or a range, as in 0.02 to 0.5",
        )
    judgement = _seen_cases(said, support, unit) or _values(said, support, unit, mass) or _about(said, support, unit)
    if judgement is None:
        _refuse_single_value(said, support, unit)
        raise Fault(f"`{text.strip()}` cannot be understood", hint=examples(support, unit))
    return check_judgement(judgement, support)


def parse_chances(text: str) -> dict[str, float]:
    """Return the chance of each of several named options, written as in ``red 40 %, blue 35 %, other 25 %``.

    The words of a longer name are joined, ``someone_else``, since options are names in expressions.
    Raises ``Fault`` where they do not add up to 1, where one is named twice, and where there are fewer than two.
    """
    chances: dict[str, float] = {}
    parts = [match[0] for match in _OPTION.finditer(text)] if _LIST_OF_OPTIONS.fullmatch(text.strip()) else re.split(r"[,;]", text)
    for part in (part.strip() for part in parts if part.strip()):
        match = _OPTION_IN_WORDS.fullmatch(part)
        if match is None:
            raise Fault(f"`{part}` is no option with its chance", hint=f"{OPTIONS_EXAMPLE}; a name begins with a letter")
        name = re.sub(r"[\s-]+", "_", match[1])
        if name in chances:
            raise Fault(f"`{name}` is given twice")
        chances[name] = parse_number(match[2], SHARE_SUPPORT)
        if not chances[name] > 0:
            raise Fault(f"`{name}` has no chance: what is impossible is no option", hint="leave it out")
    if len(chances) < 2:
        raise Fault("a choice has two options at least", hint=OPTIONS_EXAMPLE)
    if abs(math.fsum(chances.values()) - 1) > CHANCES_TOLERANCE:
        raise Fault(
            f"these chances add up to {100 * math.fsum(chances.values()):.6g} %, not 100 %", hint="an option `other` may take the rest"
        )
    return chances


def _seen_cases(said: str, support: Support, unit: str) -> Judgement | None:
    """Cases, or events in a time, as if they had been seen; None where the text says no such thing."""
    match = _SEEN.fullmatch(said) or _EVERY.fullmatch(said)
    if match is None and (match := _OF.fullmatch(said)) is not None:
        if support != SHARE_SUPPORT:
            raise Fault(f"`{said}` says how many of so many, and this unknown is no share", hint=examples(support, unit))
        return ObservedCases(_count(match["count"]), _count(match["among"]))
    if match is None or _as_count(match["count"]) is None:
        return None
    count, among = _count(match["count"]), _count(match["among"] or "1")
    per = _period_of_unit(unit)
    if (period := match["period"]) is None:
        if support == SHARE_SUPPORT and per is None:
            return ObservedCases(count, among)
        if per is None:
            raise Fault(f"`{said}` says how many in so many, and this unknown is no share", hint=examples(support, unit))
        raise Fault(f"{match['among']} of what?", hint=f"as in {match['count']} in {match['among']} years")
    if per is None:
        measured = f", but in {unit}" if unit and support != SHARE_SUPPORT else ""
        raise Fault(f"this unknown is no rate over time{measured}", hint=examples(support, unit))
    days = PERIODS["century" if period.lower() == "centurie" else period.lower()]
    return ObservedCases(count, float(f"{among * days / per:.6g}"))


def _values(said: str, support: Support, unit: str, mass: float) -> Judgement | None:
    """An interval or a bound; None where the text is neither."""
    if (match := _FACTOR.fullmatch(said)) is not None:
        middle, factor = _number(match[1], support, unit), _number(match[2], POSITIVE_SUPPORT, "")
        if factor <= 1 or middle <= 0:
            raise Fault("a factor is above 1, and what it multiplies above 0", hint="as in 5 within a factor of 3")
        return interval(middle / factor, middle * factor, mass=mass, middle=middle)
    if (match := _ABOVE.fullmatch(said)) is not None:
        return _one_sided(_number(match[1], support, unit), support, above=True)
    if (match := _BELOW.fullmatch(said)) is not None:
        return _one_sided(_number(match[1], support, unit), support, above=False)
    if (match := _RANGE.fullmatch(said)) is None:
        return None
    low, high = (match["a"], match["b"]) if match["a"] else (match["c"], match["d"])
    times = 1.0
    if support == POSITIVE_SUPPORT and (rate := _PER.fullmatch(high)) is not None and (per := _period_of_unit(unit)) is not None:
        high, times = rate["value"], per / PERIODS[rate["period"].lower()]
    if high.endswith("%") and not low.endswith("%"):
        low += "%"
    elif (scale := _scale_word(high)) and not _scale_word(low) and _is_below(low, high[: -len(scale)]):
        low += f" {scale}"  # "1 to 1.3 million" is from a million on; "500 to 1.2 million" is not
    ends = [_number(end, support, unit) for end in (low, high)]
    if times != 1:
        ends = [float(f"{times * end:.12g}") for end in ends]
    return interval(ends[0], ends[1], mass=mass)


def _about(said: str, support: Support, unit: str) -> Judgement | None:
    """A value with 90 % from half to twice as much on its two sides, of a share in odds; None where the text names none."""
    match = _ABOUT.fullmatch(said)
    if match is None:
        return None
    low, middle, high = _around(_number(match[1], support, unit), support)
    return interval(low, high, mass=0.9, middle=middle)


def _around(middle: float, support: Support) -> tuple[float, float, float]:
    if support == SHARE_SUPPORT and 0 < middle < 1:
        odds = middle / (1 - middle)
        low, high = (float(f"{of / (1 + of):.3g}") for of in (odds / ABOUT_FACTOR, odds * ABOUT_FACTOR))
        return low, middle, high
    if support == POSITIVE_SUPPORT and middle > 0:
        return middle / ABOUT_FACTOR, middle, middle * ABOUT_FACTOR
    raise Fault(f"how far from {middle:g} it may be is not said", hint="give both ends of a range, as in 3 to 20")


def _refuse_single_value(said: str, support: Support, unit: str) -> None:
    """Say what to type in place of a single value; nothing where the text is none."""
    try:
        middle = _number(said, support, unit)
    except Fault:
        return
    message = f"`{said}` is one value, and a prior says how far from it the truth may be"
    try:
        low, _, high = _around(middle, support)
    except Fault as fault:
        raise Fault(message, hint=fault.hint) from None
    words = f"{100 * low:.3g} to {100 * high:.3g} %" if said.endswith("%") else f"{_three_digits(low)} to {_three_digits(high)}"
    raise Fault(message, hint=f"give a range, nine chances in ten, as in {words}; or say `about {said}`, which means that range")


def _three_digits(value: float) -> str:
    """A number of three digits as somebody would type it: 400000, not 4e+05."""
    return f"{float(f'{value:.3g}'):.12g}"


def _one_sided(value: float, support: Support, *, above: bool) -> Judgement:
    """A bound with 95 % of the probability on its side.

    Towards a finite end that is an interval, whose member of greatest entropy is taken; towards no end it is a point, which a family of
    one argument has.
    """
    if support == REAL_SUPPORT:
        raise Fault("of a number that can be anything one bound says too little", hint="give both, as in 3 to 20")
    end = support.upper if above else support.lower
    if above and support == POSITIVE_SUPPORT:
        return QuantilePoints((QuantilePoint(round(1 - ONE_SIDED, 12), value),))
    return IntervalMass(*((value, end) if above else (end, value)), ONE_SIDED)


def _number(text: str, support: Support, unit: str) -> float:
    """A number with a per cent sign, where the unknown is a share or counted in per cent, or with a word for thousands."""
    stripped = text.strip()
    if unit.startswith(("per cent", "percent")):
        stripped = stripped.removesuffix("%").strip()
    if word := _scale_word(stripped):
        return SCALES[word] * parse_number(stripped[: -len(word)], support)
    return parse_number(stripped, support)


def _scale_word(text: str) -> str:
    """The word for thousands at the end of a number, as ``SCALES`` has it; empty where it has none."""
    for word in SCALES:
        said = text if word.isupper() else text.lower()  # m may be metres
        if said.endswith(word) and text[: -len(word)].strip()[-1:].isdigit():
            return word
    return ""


def _is_below(low: str, high: str) -> bool:
    """Whether both texts are numbers, and the first the smaller."""
    ends = [_as_count(text.strip()) for text in (low, high)]
    return ends[0] is not None and ends[1] is not None and ends[0] < ends[1]


def _as_count(text: str) -> float | None:
    if text.lower() in COUNT_WORDS:
        return COUNT_WORDS[text.lower()]
    try:
        return parse_number(text, REAL_SUPPORT)
    except Fault:
        return None


def _count(text: str) -> float:
    count = _as_count(text)
    return parse_number(text, REAL_SUPPORT) if count is None else count


def _period_of_unit(unit: str) -> float | None:
    """How many days the time has that a rate is per: of "times a month" those of a month; None where the unit names none."""
    found = re.search(rf"\b(?:a|an|per|each)\s+({_PERIOD})\b", unit)
    return None if found is None else PERIODS[found[1]]
