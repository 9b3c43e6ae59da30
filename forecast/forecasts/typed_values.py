"""A forecast as a person types it: 30%, 3:7, 0.4 to 3, 5%=0.4 50%=1, rain=20% snow=80%, 2027-03-01, 2027 to 2031; each form has one spelling, options also that of priors.

Nothing is guessed.  Odds have a colon and ranges the word "to", so that the two are
never confused, and a number from 1 on is no probability without its percent sign.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from forecast.book.files.numerals import is_number, is_unknown, number_hint, with_hyphens
from forecast.forecasts.option_names import option_named
from forecast.forecasts.question import QuestionType
from forecast.forecasts.times import days_of_text
from forecast.forecasts.typed_days import days_spelled
from forecast.forecasts.values import ForecastValue, Form, Quantiles, ValueFault, check_quantiles, parse_probability
from forecast.language.faults import did_you_mean

_SPACED_SHARE = re.compile(r"(.*\S)\s+(\d[\d.]*\s*%|0?\.\d+)")
_PERCENT = re.compile(r"(?<=[\d.])\s*(?:per\s?cent|pct)\b\.?", re.IGNORECASE)
LOW, MEDIAN, HIGH = 0.05, 0.5, 0.95  # the levels of a range: a 90 % interval
OPTIONS_TOLERANCE = 1e-9  # by how much probabilities that somebody types may miss 1: they are written with few digits
_ODDS = re.compile(r"(\S+?)\s*:\s*(\S+)")
_ONE_IN = re.compile(r"(\d+)\s+(?:in|out\s+of)\s+(\d+)", re.IGNORECASE)
_RANGE = re.compile(r"(\S+)\s+to\s+(\S+)")
_POINT = re.compile(r"(\S+?)\s*%\s*=\s*(\S+)")
_LIKE_POINT = re.compile(
    r"(?:(median)|[pq]?\s*(\d+(?:\.\d*)?|\.\d+))\s*(?:%|th)?\s*[=:]\s*(\S+)", re.IGNORECASE
)  # p5=1, 0.05=1, median=1, 5%:1
_SHARE = re.compile(r"\s*(\S(?:[^=]*\S)?)\s*=\s*([^\s=]+(?:\s*%)?)(?=\s|$)")
_CERTAIN_OR_ONE_PERCENT = ("1", "1.", "1.0")
_WHAT_TO_WRITE = {
    "binary": "write a probability, 30% or 0.3, or odds for and against, 3:7",
    "options": "write a probability for each option, as in first=20% second=80%",
    "number": "write a 90 % interval, 0.4 to 3; points, 5%=0.4 50%=1 95%=3; or a number",
    "discrete": "write a 90 % interval, 1 to 8; points, 5%=1 50%=3 95%=8; or a number",
    "date": "write a 90 % interval, 2027-01-31 to 2027-06-30 or 2027 to 2031; points, 5%=2027-01-31 50%=2027-03-31; or a day",
}


def parse_typed_forecast(text: str, kind: QuestionType, *, options: Sequence[str] = (), median: str = "") -> tuple[Form, ForecastValue]:
    """Return the form and the value of a forecast that somebody types for a question of a kind; raise ``ValueFault``.

    ``options`` are those of the question, all of which must be named; none where they are not known.
    ``median`` is the middle of a range.
    """
    text, median = with_hyphens(text), with_hyphens(median)
    text = (days_spelled(text) or text if kind == "date" else text).strip()
    if not text:
        raise ValueFault("a forecast needs a value", _WHAT_TO_WRITE[kind])
    if median and _RANGE.fullmatch(text) is None:
        raise ValueFault("only a range takes a median", "write the range, as in 0.4 to 3, or name the point 50%=")
    match kind:
        case "binary":
            return "probability", _probability_or_odds(_with_percent_signs(text))
        case "options":
            return "options", _options(_with_percent_signs(text), options)
        case _:
            return _number_or_date(text, kind, median)


def _with_percent_signs(text: str) -> str:
    """A text with the sign where it has the words: 60 per cent is 60%."""
    return _PERCENT.sub("%", text)


def parse_percent(text: str) -> float:
    """Return the probability that a text spells: 30% and 30 %, or 0.3; raise ``ValueFault``, for a bare 30 with both readings."""
    if text.endswith("%"):
        number = _finite(text[:-1].strip(), "write it as in 30%")
        if not 0 <= number <= 100:
            raise ValueFault(f"`{text}` is no probability", "a probability lies between 0% and 100%, both included")
        return float(f"{number / 100:.15g}")
    value = _finite(text, "write a probability, 30% or 0.3")
    if 1 < value <= 100:
        readings = f"`{text}` is no probability: it can be read as {text} %, or as a fraction whose point is missing"
        raise ValueFault(readings, f"write {text}% for {value / 100:.15g}; a fraction lies between 0 and 1, both included")
    return parse_probability(text)


def _probability_or_odds(text: str) -> float:
    if match := _ODDS.fullmatch(text):
        return _odds(match[1], match[2])
    if (match := _ONE_IN.fullmatch(text)) and 0 < int(match[2]) >= int(match[1]):
        return int(match[1]) / int(match[2])
    if re.search(r"\b(?:to|in|against|for)\b", text):
        hint = "write odds for and against with a colon: 3:7 is 30 %, and 2 to 1 against is 1:2; `to` is kept for ranges of numbers"
        raise ValueFault(f"`{text}` is no probability", hint)
    if "=" in text:
        raise ValueFault(f"`{text}` is no probability: this question is answered by yes or no", "write the probability of yes, as in 30%")
    if days_of_text(text) is not None:
        raise ValueFault(f"`{text}` is a date, and this question is answered by yes or no", _WHAT_TO_WRITE["binary"])
    if text in _CERTAIN_OR_ONE_PERCENT:
        raise ValueFault(f"`{text}` can be read as {text} %, or as certainty", f"write {text}%, or 100%")
    return parse_percent(text)


def _odds(in_favour: str, against: str) -> float:
    ends = [_finite(end, "odds are two numbers, for and against: 3:7 is 30 %") for end in (in_favour, against)]
    if min(ends) < 0 or not max(ends) > 0:
        raise ValueFault(f"`{in_favour}:{against}` are no odds", "odds are two numbers from 0 on, not both 0: 3:7 is 30 %")
    return ends[0] / math.fsum(ends)


def _options(text: str, options: Sequence[str]) -> dict[str, float]:
    shares: dict[str, float] = {}
    at = 0
    text = _with_equals_signs(text)
    while match := _SHARE.match(text, at):
        label, share = option_named(match[1].strip().removeprefix(",").strip(), options), match[2].rstrip(",;")
        if label in shares:
            raise ValueFault(f"the option `{label}` is named twice")
        shares[label] = parse_percent(share)
        at = match.end()
    if not shares or text[at:].strip(" ,;"):
        hint = f"write one for each of {', '.join(options)}: {options[0]}=20% ..." if options else _WHAT_TO_WRITE["options"]
        raise ValueFault(f"`{text}` gives no probability for each option", hint)
    check_options(shares, options)
    total = math.fsum(shares.values())
    if abs(total - 1) > OPTIONS_TOLERANCE:
        raise ValueFault(f"the probabilities of the options add up to {100 * total:.6g} %", "all options together have 100 %")
    return shares


def _with_equals_signs(text: str) -> str:
    """A list as priors have it, ``red 40 %, blue 60 %``, with the signs of ``red=40%, blue=60%``; any other text as it is."""
    pairs = [_SPACED_SHARE.fullmatch(part.strip()) for part in re.split(r"[,;]", text)]
    found = [pair for pair in pairs if pair is not None]
    if "=" in text or len(found) < max(2, len(pairs)):
        return text
    return ", ".join(f"{pair[1]}={''.join(pair[2].split())}" for pair in found)


def check_options(shares: dict[str, float], options: Sequence[str]) -> None:
    """Raise ``ValueFault`` where an option that is named is none, or one is not named; anything goes where none are known."""
    for label in shares if options else ():
        if label not in options:
            raise ValueFault(
                f"this question has no option `{label}`", did_you_mean(label, options) or f"its options are {', '.join(options)}"
            )
    missing = [option for option in options if option not in shares]
    if missing:
        named = ", ".join(f"`{option}`" for option in missing)
        raise ValueFault(f"no probability for {named}", f"every option has one: {missing[0]}=0% where it cannot be")


def _number_or_date(text: str, kind: QuestionType, median: str) -> tuple[Form, ForecastValue]:
    dated = kind == "date"
    if match := _RANGE.fullmatch(text):
        if dated and (strange := next((end for end in match.groups() if days_of_text(end) is None and days_spelled(end) is None), None)):
            _value(strange, dated=True)
        points = [(LOW, match[1]), *([(MEDIAN, median)] if median else []), (HIGH, match[2])]
        return "quantiles", _quantiles(points, dated=dated)
    if (meant := _misspelt_point(text)) is not None:
        raise ValueFault(f"`{meant[0]}` is no point: a level is a percentage, followed by =", f"did you mean `{meant[1]}`?")
    if "%" in text and "=" in text:
        matches = list(_POINT.finditer(text))
        if _POINT.sub("", text).strip(" ,;"):
            raise ValueFault(f"`{text}` are no points", _WHAT_TO_WRITE[kind])
        return "quantiles", _quantiles([(_level(match[1]), match[2].rstrip(",;")) for match in matches], dated=dated)
    if (_ODDS.fullmatch(text) and days_of_text(text) is None) or text.endswith("%"):
        what = "odds are" if ":" in text else "a probability is"
        raise ValueFault(f"{what} no answer to a question about a {'date' if dated else 'number'}", _WHAT_TO_WRITE[kind])
    return ("date" if dated else "number"), _value(text, dated=dated)


def _misspelt_point(text: str) -> tuple[str, str] | None:
    """The first part of a text that is a point in another spelling, and how it is written; None where there is none."""
    if days_of_text(text) is not None:
        return None
    for part in re.split(r"[\s,;]+(?=\S*[=:])", text):
        match = _LIKE_POINT.fullmatch(part.rstrip(",;"))
        if match is None or _POINT.fullmatch(part) or re.fullmatch(r"[\d.]+:\S+", part):  # right, or odds
            continue
        level = 50.0 if match[1] else float(match[2])
        level = 100 * level if 0 < level < 1 else level
        if 0 < level < 100:
            return match[0], f"{level:.6g}%={match[3].rstrip(',;')}"
    return None


def _level(text: str) -> float:
    level = _finite(text, "a level is a percentage, as in 5%=0.4")
    if not 0 < level < 100:
        raise ValueFault(f"{text}% is no level", "a level lies between 0% and 100%")
    return float(f"{level / 100:.15g}")


def _quantiles(points: Sequence[tuple[float, str]], *, dated: bool) -> Quantiles:
    levels = tuple(level for level, _ in points)
    values = tuple(_value(text, dated=dated) for _, text in points)
    check_quantiles(levels, values)
    return Quantiles(levels, values)


def _value(text: str, *, dated: bool) -> float:
    if dated:
        if (days := days_of_text(text)) is None:
            if days_spelled(text) is not None:
                raise ValueFault(
                    f"`{text}` is not one day", "a point is a day, as in 2027-06-30; only ranges have months and years, as in 2027 to 2031"
                )
            raise ValueFault(f"`{text}` is no date", "write it as in 2027-03-01, or with a time as in 2027-03-01T12:00:00Z")
        return days
    if days_of_text(text) is not None:
        raise ValueFault(f"`{text}` is a date, and this question is about a number", _WHAT_TO_WRITE["number"])
    return _finite(text, number_hint(text) or _WHAT_TO_WRITE["number"])


def _finite(text: str, hint: str) -> float:
    if not is_number(text) or not math.isfinite(value := float(text)):
        raise ValueFault(f"`{text}` is no number", hint if is_unknown(text) else number_hint(text) or hint)
    return value
