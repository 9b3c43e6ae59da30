"""The ways to say what one believes, each asked for on the terminal: a range, quartiles, cases, chips, points."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from forecast.cli.elicit.prompts import ask, check_choice, complain
from forecast.cli.lines import echo
from forecast.language.faults import Fault

if TYPE_CHECKING:
    from forecast.elicitation.judgements import Judgement, Support

WAYS = {
    "range": "a range, and how sure you are that it lies inside",
    "quartiles": "quartiles: three values that cut the possible ones into four equally likely parts",
    "cases": "as if you had seen k of n cases",
    "events": "as if you had seen k events in an exposure of so many",
    "chips": "chips, parse_bins in bins",
    "points": "any points, as in p10=3, p50=8, p90=20 (one case in ten is below 3, and so on)",
    "mass": "a range, saying nothing of how the rest splits between below and above it",
}
BINS = 5


def ask_judgement(support: Support) -> Judgement:
    """Ask how the person would like to answer, and for the answer, until some distribution can have it."""
    from forecast.elicitation.judgements import check_judgement

    ways = _ways(support)
    echo()
    echo("How would you like to say what you believe of it?")
    for number, way in ways.items():
        echo(f"  {number}  {WAYS[way]}")
    way = ways[ask("Your choice, Enter for 1:", lambda text: check_choice(text or "1", list(ways)))]
    while True:
        judgement = _ask_way(way, support)
        try:
            check_judgement(judgement, support)
        except Fault as fault:
            complain(fault)
        else:
            return judgement


def _ways(support: Support) -> dict[str, str]:
    """The ways to answer for an unknown of these values, by their numbers."""
    from forecast.elicitation.judgements import POSITIVE_SUPPORT, SHARE_SUPPORT

    left_out = {SHARE_SUPPORT: {"events"}, POSITIVE_SUPPORT: {"cases"}}.get(support, {"events", "cases"})
    return {str(number): way for number, way in enumerate((way for way in WAYS if way not in left_out), start=1)}


def _ask_way(way: str, support: Support) -> Judgement:
    from forecast.elicitation.judgements import REAL_SUPPORT, IntervalMass, ObservedCases, interval, quartiles
    from forecast.elicitation.texts import parse_number, parse_points

    def value(question: str, *, above: float = support.lower, below: float = support.upper) -> float:
        return ask(
            question,
            lambda text: _between(parse_number(text, support), above, below, edges={support.lower, support.upper} & {above, below}),
        )

    match way:
        case "range" | "mass":
            percent = ask("How sure that it lies inside, in percent, Enter for 90:", _mass)
            tail = "" if way == "mass" else f" ({50 - 50 * percent:.3g} % of cases below it)"
            low = value(f"From{tail}:")
            high = value("To:" if way == "mass" else f"To ({50 - 50 * percent:.3g} % of cases above it):", above=low)
            if way == "mass":
                return IntervalMass(low, high, percent)
            question = "A middle, as likely too high as too low; Enter to leave it out:"
            middle = ask(question, lambda text: _between(parse_number(text, support), low, high, edges=set()) if text else None)
            return interval(low, high, mass=percent, middle=middle)
        case "quartiles":
            middle = value("The middle value, as likely too high as too low:")
            first = value(f"Suppose it is below {middle:g}. Where would you cut that part into two equally likely ones?", below=middle)
            return quartiles(first, middle, value(f"Suppose it is above {middle:g}. Where would you cut that part?", above=middle))
        case "cases" | "events":
            few, many = (
                ("How many of them were so?", "Of how many cases?")
                if way == "cases"
                else ("How many events?", "In an exposure of how much, in the unit that the rate is per?")
            )
            return ObservedCases(
                ask(few, lambda text: parse_number(text, REAL_SUPPORT)), ask(many, lambda text: parse_number(text, REAL_SUPPORT))
            )
        case "chips":
            return _ask_chips()
        case _:
            return ask("Points, as in p10=3, p50=8, p90=20:", lambda text: parse_points(text, support))


def _ask_chips() -> Judgement:
    """Ask for chips: bins and chips in one line, or two ends, and then chips for each of five bins between them."""
    from forecast.elicitation.judgements import chips
    from forecast.elicitation.texts import parse_chips, parse_support

    def parse_bins(text: str) -> Judgement | tuple[float, float]:
        if ":" in text:
            return parse_chips(text)
        ends = parse_support(text)
        if not math.isfinite(ends.upper - ends.lower):
            raise Fault("the bins need two ends", hint="as in 0..10")
        return ends.lower, ends.upper

    answer = ask("Two ends, as in 0..10, to be asked bin by bin; or bins and chips at once, as in 0-1:3, 1-2:5, 2-5:2:", parse_bins)
    if not isinstance(answer, tuple):
        return answer
    low, high = answer
    width = (high - low) / BINS
    edges = [low + width * at for at in range(BINS)] + [high]
    echo("Lay ten or twenty chips, more where you think it likelier; Enter for none:")
    while True:
        try:
            return chips([(start, end, ask(f"  {start:g} to {end:g}:", _count)) for start, end in pairwise(edges)])
        except Fault as fault:
            complain(fault)


def _count(text: str) -> float:
    from forecast.elicitation.judgements import REAL_SUPPORT
    from forecast.elicitation.texts import parse_number

    count = parse_number(text or "0", REAL_SUPPORT)
    if count < 0:
        raise Fault(f"{count:g} chips cannot lie in a bin")
    return count


def _between(value: float, lower: float, upper: float, *, edges: set[float]) -> float:
    """A value between two others, or where the possible ones end; raises ``Fault`` for any other."""
    from forecast.elicitation.judgements import Support

    if value in edges or lower < value < upper:
        return value
    raise Fault(f"{value:g} is not {Support(lower, upper).words}")


def _mass(text: str) -> float:
    from forecast.elicitation.judgements import REAL_SUPPORT
    from forecast.elicitation.texts import parse_number

    percent = parse_number(text.removesuffix("%") or "90", REAL_SUPPORT)
    if not 0 < percent < 100:
        raise Fault(f"{percent:g} % cannot be how sure you are", hint="between 0 and 100, as in 90")
    if percent < 1:
        raise Fault(f"{percent:g} % is next to nothing", hint="in percent: 90 for nine cases in ten")
    return percent / 100
