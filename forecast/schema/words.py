"""Numbers as words a reader can use: percents, chances, ranges, days.

A number is not shown finer than it is known: digits smaller than half its Monte
Carlo error are rounded away.  An open question is never shown as 0 or 100 %.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from forecast.book.files.months import MONTHS

if TYPE_CHECKING:
    from forecast.book.topic import Row

PERCENT_STEPS = (1.0, 5.0, 10.0)
BOUNDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # percent, that a small probability is said to be below
ODDS = (
    (1, 1000), (1, 700), (1, 500), (1, 300), (1, 200), (1, 150), (1, 100), (1, 50), (1, 40), (1, 30), (1, 25), (1, 20), (1, 15), (1, 12), (1, 10), (1, 9), (1, 8),
    (1, 7), (1, 6), (1, 5), (1, 4), (1, 3), (3, 8), (2, 5), (3, 5), (5, 8), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 9), (9, 10),
    (11, 12), (14, 15), (19, 20), (24, 25), (29, 30), (39, 40), (49, 50), (99, 100), (149, 150), (199, 200), (299, 300), (499, 500), (699, 700), (999, 1000),
)  # fmt: skip
SCIENTIFIC_NOTATION_FROM = 1e9  # from here on numbers are written in powers of ten
MOST_DECIMALS = 12  # that are written out
MOST_PRINTED_DIGITS = 15  # that a number has
EVEN_CHANCE_PERCENTS = (45, 55)  # percent, from which to which a chance is about as likely as not
BOUND_STANDARD_ERRORS = 2.0  # standard errors that a bound allows for
MINUS = "\N{MINUS SIGN}"
SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "series": "series",
    "species": "species",
    "means": "means",
    "gas": "gas",
}
FRACTION_NAMES = {
    3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth", 12: "twelfth", 15: "fifteenth", 20: "twentieth",
    25: "twenty-fifth", 30: "thirtieth", 40: "fortieth", 50: "fiftieth", 100: "hundredth",
}  # fmt: skip
FRACTIONS = (*((1, whole) for whole in (2, *FRACTION_NAMES)), (2, 3), (3, 4), (4, 5), (9, 10))
COUNTED_WORDS = 2  # a unit of more words than this does not follow its number: "4 soldiers", but "0.08 (odds of ...)"
_DECIMAL = re.compile(r"(?<![\w.])[0-9]*\.[0-9]{2,}(?:e[+-]?[0-9]+)?(?![\w.])")
RECORDED = frozenset({"happened", "can no longer happen", "settled", "annulled", "void", "resolved"})
UNANSWERED = frozenset({"void", "not answerable"})  # without a value


def percent(probability: float, *, error: float = 0.0) -> str:
    """Return a probability as a percent: ``12 %``, ``0.4 %``, ``below 0.1 %``, ``above 99.9 %``.

    Whole percents, tenths below 1 and above 99 where the Monte Carlo ``error``
    (one standard error, a probability) allows it, steps of 5 or 10 points where
    it does not allow whole ones.  A bound is printed only where the probability plus two
    errors is within it.
    """
    points, error_points = 100 * probability, 100 * error
    is_low = points < 50
    from_end = points if is_low else round(100 - points, 12)  # 99.9 is not above 99.9
    if 0.1 <= from_end < 1 and error_points <= 0.1:
        return f"{round(points, 1):g} %"
    step = next((step for step in PERCENT_STEPS if step >= error_points / 2), PERCENT_STEPS[-1])  # half an error moves no mind
    rounded = round(points / step) * step
    if from_end >= 1 and 0 < rounded < 100:
        return f"{rounded:g} %"
    bound = bound_of(from_end, error=error_points) or 2 * BOUNDS[-1]
    return f"below {bound:g} %" if is_low else f"above {100 - bound:g} %"


def bound_of(points: float, *, error: float) -> float | None:
    """Return the least bound, in percent, that a percentage is below with two errors to spare; None where it is below none."""
    return next((bound for bound in BOUNDS if points + BOUND_STANDARD_ERRORS * error < bound), None)


def share(value: float) -> str:
    """Return a known share as a percent; 0 and 1 are said as they are."""
    return f"{100 * value:g} %" if value in {0.0, 1.0} else percent(value)


def chance(probability: float, *, error: float = 0.0) -> str:
    """Return a probability in words: ``about one in eight``, ``as likely as not``, ``less than 1 in 1,000``.

    The words follow what ``percent`` prints, by the table in reports/README.md: what is printed alike is said alike,
    and a higher percentage is never said to be less likely.
    """
    bound, _, printed = percent(probability, error=error).removesuffix(" %").rpartition(" ")
    points = float(printed)
    if bound == "below":
        return f"less than 1 in {round(100 / points):,}"
    if bound == "above":
        whole = round(100 / (100 - points))
        return f"more than {whole - 1:,} in {whole:,}"
    if EVEN_CHANCE_PERCENTS[0] <= points <= EVEN_CHANCE_PERCENTS[1]:
        return "about as likely as not"
    part, whole = min(ODDS, key=lambda odds: abs(_logit(odds[0] / odds[1]) - _logit(points / 100)))
    if whole <= len(SMALL) - 1:
        return f"about {SMALL[part]} in {SMALL[whole]}"
    return f"about {part:,} in {whole:,}"


def number(value: float, *, error: float = 0.0, spread: float = math.inf) -> str:
    """Return a number with no digit below its error and at most three significant ones (whole ones as they are).

    Of a distribution's number, ``spread`` is how wide that is: the number has as many digits as tell a tenth of it.
    """
    if value == round(value) and abs(value) < 1e15 and error < 0.5:
        return f"{round(value):,}".replace("-", MINUS)
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    digits = 2 - size
    if 0 < spread < math.inf:
        digits = max(digits, 1 - math.floor(math.log10(spread)))
    if error > 0:
        digits = min(digits, -math.floor(math.log10(error)))
    rounded = round(value, digits)
    if rounded == 0:
        digits = 1 - size
        rounded = round(value, digits)
    if 0 < abs(rounded) < 1e-4 or (abs(rounded) >= SCIENTIFIC_NOTATION_FROM and digits <= 2 - size) or abs(rounded) >= 1e15:
        return f"{rounded:.{min(max(3, digits + size + 1), MOST_PRINTED_DIGITS)}g}".replace("-", MINUS)
    shown = f"{rounded:,.{max(digits, 0)}f}"
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown).replace("-", MINUS)


def range_text(low: float | None, high: float | None) -> str:
    """Return a range as ``at least 100``, ``at most 5``, ``80 to 120``; None or infinite where there is no end."""
    if high is None or high == math.inf:
        return "not known" if low is None or low == -math.inf else f"at least {number(low)}"
    return f"at most {number(high)}" if low is None or low == -math.inf else f"{number(low)} to {number(high)}"


def row_text(row: Row) -> str:
    """Return what a row says: its value, the range it lies in, or its class or counts."""
    if row.said:
        return row.said
    return number(row.value) if row.between is None else range_text(row.between.low, row.between.high)


def in_unit(value: float, unit: str, *, error: float = 0.0) -> str:
    """Return a number in its unit's way: shares as percents, others as numbers (the unit itself is not said)."""
    return percent(value, error=error) if unit == "share" and 0 <= value <= 1 else number(value, error=error)


def day(value: str | date) -> str:
    """Return a day as ``31 December 2027``."""
    moment = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def day_range(first: date, last: date) -> str:
    """Return the days from one to another: ``11 to 20 September 2026``, or the one day where they are the same."""
    if first == last:
        return day(first)
    parts = day(first).split(" ")
    same = 2 if (first.year, first.month) == (last.year, last.month) else 1 if first.year == last.year else 0
    return f"{' '.join(parts[: 3 - same])} to {day(last)}"


def in_days(first: date, last: date) -> str:
    """Return when something happened: ``on 3 May 2026``, ``at some time from 3 to 9 May 2026``."""
    return f"on {day(first)}" if first == last else f"at some time from {day_range(first, last)}"


def month(value: str | date, *, short: bool = False) -> str:
    """Return a day's month as ``December 2027``, or as ``Dec 2027``."""
    name, year = day(value).split(" ")[1:]
    return f"{name[:3] if short else name} {year}"


def middle(value: float, *, low: float, high: float) -> float:
    """Return the middle of a range as it is to be shown: 0 where the range is on both sides of 0 and only the draws' noise tells them apart."""
    return 0.0 if low < 0 < high and abs(value) < (high - low) / 1000 else value


def point_texts(points: Sequence[float]) -> tuple[str, ...]:
    """Return points of a distribution, an odd number from the lowest to the highest, as numbers: the middle one as ``middle`` has it."""
    at = len(points) // 2
    return distinct_numbers([*points[:at], middle(points[at], low=points[0], high=points[-1]), *points[at + 1 :]])


def drawn_point_texts(points: Sequence[float], errors: Sequence[float]) -> tuple[str, ...]:
    """Return points of a distribution that were found from draws, with no digit below their Monte Carlo errors: ``about 6.6``.

    The middle one is 0 where the others are on both sides of it and it is within two errors of it.
    """
    at, low, high = len(points) // 2, points[0], points[-1]
    noise = low < 0 < high and abs(points[at]) < 2 * errors[at]
    shown = [*points[:at], 0.0 if noise else middle(points[at], low=low, high=high), *points[at + 1 :]]
    return tuple(f"about {number(value, error=error, spread=high - low)}" for value, error in zip(shown, errors, strict=True))


def days(count: int) -> str:
    """Return a number of days: ``1 day``, ``42 days``."""
    return "1 day" if count == 1 else f"{count:,} days"


def join_words(words: Sequence[str]) -> str:
    """Join words as in ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def capitalise(sentence: str) -> str:
    """Return a sentence with its first letter made a capital."""
    return sentence[:1].upper() + sentence[1:]


def interval_texts(*, quantiles: Sequence[float], errors: Sequence[float], unit: str) -> tuple[str, str, str]:
    """Return the 5, 50 and 95 % points as they are printed, of ``quantiles`` as ``distribution_sentence`` takes them."""
    shown = [
        0.0 if abs(value) <= BOUND_STANDARD_ERRORS * error else value for value, error in zip(quantiles[::2], errors[::2], strict=True)
    ]
    low, middle, high = distinct_texts(shown, unit, errors=errors[::2])
    return low, middle, high


def distinct_texts(values: Sequence[float], unit: str, *, errors: Sequence[float]) -> tuple[str, ...]:
    """Some values in a unit's way, in three digits, with as many as tell them apart where they are known to be."""
    spread = values[-1] - values[0]
    texts = tuple(_three_digits(value, unit, error=error, spread=spread) for value, error in zip(values, errors, strict=True))
    distinct = all(b - a > BOUND_STANDARD_ERRORS * max(errors) for a, b in pairwise(values))
    if len(set(texts)) == len(texts) or not distinct:
        return texts
    if unit == "share":
        return distinct_numbers([100 * value for value in values], " %")
    texts = tuple(number(value, error=error, spread=values[-1] - values[0]) for value, error in zip(values, errors, strict=True))
    return texts if len(set(texts)) == len(texts) else distinct_numbers(values)


def ends_text(low: str, high: str) -> str:
    """Return the printed ends of a range: ``3 to 16``; of percents the sign stands once where both ends are numbers."""
    return f"{low.removesuffix(' %')} to {high}" if low[0].isdigit() and high[0].isdigit() else f"{low} to {high}"


def is_ratio(unit: str) -> bool:
    """Whether a unit says that a number is a ratio of two: ``odds of …, against …``, ``rate ratio``."""
    return unit.startswith("odds of ") or unit.rsplit(" ", maxsplit=1)[-1] == "ratio"


def times_text(ratio: float) -> str:
    """Return a ratio as people say it: ``about one twelfth``, ``about half``, ``about three times``; empty where there are no such words."""
    if not 1 / 100 <= ratio <= 100:
        return ""
    if 0.95 <= ratio <= 1.05:
        return "about the same"
    if ratio >= 1:
        near = min(
            (value for value in (1.25, 1.5, *range(2, 11), 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)),
            key=lambda value: abs(math.log(value / ratio)),
        )
        return {1.25: "about a quarter more", 1.5: "about one and a half times", 2: "about twice"}.get(
            near
        ) or f"about {SMALL[near] if near < len(SMALL) else near} times"
    part, whole = min(FRACTIONS, key=lambda fraction: abs(math.log(fraction[0] / fraction[1] / ratio)))
    name = FRACTION_NAMES.get(whole, "")
    if (part, whole) == (1, 2):
        return "about half"
    return f"about {'one' if part == 1 else SMALL[part]} {name}{'' if part == 1 else 's'}"


def _three_digits(value: float, unit: str, *, error: float, spread: float) -> str:
    """A value in a unit's way: of a number that is in doubt three digits, or as many as tell a tenth of what it is spread over."""
    if value == 0 or spread <= 0 or (unit == "share" and 0 <= value <= 1):
        return in_unit(value, unit, error=error)
    finest = min(10.0 ** (math.floor(math.log10(abs(value))) - 2), 10.0 ** (math.floor(math.log10(spread)) - 1))
    return number(value, error=max(error, finest), spread=spread)


def points_texts(values: Sequence[float], unit: str) -> tuple[str, ...]:
    """Return the 5, 50 and 95 % points of a distribution as tables print them: three digits, more where its width needs them."""
    spread = values[-1] - values[0]
    if unit == "share" and all(0 <= value <= 1 for value in values):
        texts = tuple(percent(value, error=0.003 * value) for value in values)
        return distinct_numbers([100 * value for value in values], " %") if spread > 0 and len(set(texts)) == 1 else texts
    return tuple(number(value, error=min(0.003 * abs(value), spread / 100), spread=spread) for value in values)


def belief_texts(quantiles: Sequence[float], unit: str) -> tuple[str, ...]:
    """Return the 5, 50 and 95 % points of a prior or a posterior as they are printed, of its 5, 25, 50, 75 and 95 % points."""
    low, _, median, _, high = quantiles
    return points_texts((low, middle(median, low=low, high=high), high), unit)


def distinct_numbers(values: Sequence[float], ending: str = "") -> tuple[str, ...]:
    """Return numbers, as ``number`` says them, with as many digits as tell those apart that differ."""
    texts = [number(value) for value in values]
    if len(set(texts)) == len(set(values)):
        return tuple(f"{text}{ending}" for text in texts)
    for decimals in range(MOST_DECIMALS):
        texts = [f"{value:,.{decimals}f}" for value in values]
        if len(set(texts)) == len(set(values)):
            plain = (text.rstrip("0").rstrip(".") if "." in text else text for text in texts)
            return tuple(f"{text.replace('-', MINUS)}{ending}" for text in plain)
    return tuple(f"{value:.12g}{ending}".replace("-", MINUS) for value in values)


def unit_tails(unit: str, shown: str = "", unit_one: str = "") -> tuple[str, str]:
    """Return what follows a number ``shown`` in a unit, and what follows its sentence: ``4 soldiers``, but ``0.08 (odds of ...)``."""
    if unit in {"", "share"}:
        return "", ""
    return (f" {counted_in(unit, shown, unit_one)}", "") if len(unit.split()) <= COUNTED_WORDS else ("", f" ({unit})")


def amount_text(shown: str, unit: str, unit_one: str = "") -> str:
    """Return a printed number with the unit that follows it: ``4 soldiers``, and ``none`` for no soldiers, but ``0 km``."""
    is_countable = bool(unit_one) or counted_in(unit, "1") != unit
    return "none" if shown == "0" and is_countable else f"{shown}{unit_tails(unit, shown, unit_one)[0]}"


def counted_in(unit: str, shown: str, unit_one: str = "") -> str:
    """Return a unit as it follows a printed number: of 1, or at least 1, in the singular, which is ``unit_one``, or made where that is not given."""
    if shown.removeprefix("at least ").removeprefix("at most ").removeprefix(MINUS) != "1":
        return unit
    if unit_one:
        return unit_one
    first, gap, last = unit.rpartition(" ")
    return f"{first}{gap}{_singular(last)}" if _singular(last) != last or not first else f"{_singular(first)}{gap}{last}"


def _singular(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word.removesuffix('ies')}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word.removesuffix("es")
    return word.removesuffix("s") if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def rounded_numbers(statement: str) -> str:
    """Return a statement with its numbers in three digits, to be read and not to be computed with."""
    return _DECIMAL.sub(lambda found: f"{float(found[0]):.3g}", statement)


def percentage_points(change: float, *, error: float = 0.0) -> str:
    """Return a change of a probability in percentage points: ``+7 points``, ``no change`` below a twentieth of a point."""
    size = 100 * abs(change)
    if size < 0.05 or (size < 0.5 and 100 * error > 0.5):
        return "no change"
    shown = f"{round(size, 1):g}" if size < 0.95 or (size < 9.95 and 100 * error < 0.05) else f"{round(size):g}"
    return f"{MINUS if change < 0 else '+'}{shown} {'point' if shown == '1' else 'points'}"


def signed_number(change: float, *, error: float = 0.0) -> str:
    """Return a change of a number with its sign: ``+3``, ``no change``."""
    shown = number(abs(change), error=error)
    return "no change" if shown == "0" or abs(change) < error / 2 else f"{MINUS if change < 0 else '+'}{shown}"


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
