"""The comparisons with a number in a question's words: "more than 9", "at least ten", "twice or more"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forecast.elicitation.phrases import COUNT_WORDS, SCALES

_SCALES = {**{word.lower(): scale for word, scale in SCALES.items()}, "dozen": 12.0, "hundred": 100.0}
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = {word: COUNT_WORDS[word] for word in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")}
_COUNTS = {
    **{f"{ten}{between}{word}": 10 * at + unit for at, ten in enumerate(_TENS, 2) for word, unit in _UNITS.items() for between in "- "},
    **{word: count for word, count in COUNT_WORDS.items() if word not in {"a", "an", "no", "none", "never"}},
    **{word: float(count) for count, word in enumerate(_TEENS, start=13)},
    **{word: 10.0 * count for count, word in enumerate(_TENS, start=2)},
}
_SCALE = rf"(?:{'|'.join(word for word in _SCALES if word != 'm')}|(?-i:M))"
_SCALE_OF_VALUE = rf"(?:{_SCALE}|(?(money)m|(?!)))\b"  # "$2m" are millions, and "2 m" are metres
_VALUE = (
    rf"(?>(?:the\s+)?(?P<money>[$€£]\s*)?(?P<figure>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|(?:{'|'.join(_COUNTS)})\b|an?(?=\s+(?:dozen|hundred|thousand|million|billion)\b))"
    rf"(?:\s*(?P<scale>{_SCALE_OF_VALUE}))?\s*(?P<percent>%|per\s?cent\b|points?\b)?)"
)
_IS_TIME = r"(?!\s*-?(?:day|week|month|quarter|year|hour|minute|decade|centur)(?:s|ies|y)?\b)(?![\d.,]*\d)(?!\s*(?:in|of|out\s+of)\s+\d{1,3}\b)(?!\s*and\s+an?\b)"
_IS_WHOLE = rf"(?!\s*(?:{_SCALE}|and\s+(?:{'|'.join(_UNITS)}))\b)"  # "two hundred thousand" is more than two hundred
_FORMS = (
    (r"(?:no|not)\s+(?:fewer|less)\s+than", "", ">="),
    (r"(?:no|not)\s+more\s+than", "", "<="),
    (r"(?<!no )(?<!not )(?:more|greater|higher|larger)\s+than|above|over|exceeds?|exceeding", "", ">"),
    (r"(?<!no )(?<!not )(?:fewer|less|lower|smaller)\s+than|below|under", "", "<"),
    (r"at\s+least", "", ">="),
    (r"at\s+most", "", "<="),
    ("exactly|precisely", "", "=="),
    ("", r"\s*(?:\btimes\s+)?\bor\s+(?:more|above|higher)\b|\+(?=\s)", ">="),
    ("", r"\s*(?:\btimes\s+)?\bor\s+(?:fewer|less|below|lower)\b", "<="),
    (r"reach(?:es)?|hits?|touch(?:es)?|(?:rises?|climbs?)\s+to", "", ">="),
    (r"(?:falls?|drops?|sinks?|declines?)\s+to", "", "<="),
)
_COMPARISONS = tuple(
    (re.compile(rf"\b{before}\s+{_VALUE}{_IS_WHOLE}{_IS_TIME}" if before else rf"(?<![\w.,]){_VALUE}(?:{after})", re.IGNORECASE), operator)
    for before, after, operator in ((f"(?:{before})" if before else "", after, operator) for before, after, operator in _FORMS)
)
_NEGATION = re.compile(r"\b(?:not|never|no|nor|neither|without|fails?|avoids?)\b|n[\N{RIGHT SINGLE QUOTATION MARK}']t\b", re.IGNORECASE)
_OF_EACH = re.compile(r"\b(?:of|with|magnitude|category|size)\s+$", re.IGNORECASE)  # "quakes of at least 6" are not six quakes
_MEASURES = re.compile(
    r"\s*(?:°\s?[CF]?|(?:[mck]?m|k?g|t|ft|mph|km/h|kn|[kMGT]Wh?|USD|EUR|GBP|knots|met(?:er|re)s?|feet|foot|inch(?:es)?|miles?|kilomet(?:er|re)s?|tons?|tonnes?|degrees?"
    r"|dollars?|euros?|litres?|liters?|barrels?|hectares?|acres?|in(?=\s+of\s+rain))\b)"
)  # "more than 30 mm" are not thirty events
_MONEY = {"$": "dollars", "€": "euros", "£": "pounds"}
_OF_EACH_TIME = re.compile(
    r"\s*(?:\w+\s+){0,3}?(?:a|an|per|each|every|(?:in|within|on|during)\s+(?:a|an|any|one))\s+(?:single\s+|given\s+)?(?:day|week|month|quarter|season|year|decade)\b",
    re.IGNORECASE,
)  # "more than 3 a month" are not three in all
_SIZES = re.compile(
    r"above|below|exceed|reach|hit|touch|(?:rise|climb|fall|drop|sink|decline)s?\s|(?:greater|higher|larger|lower|smaller)\s|.*(?:above|below|higher|lower)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:over|under)\s+(?:the\s+)?(?:19|20|21)\d\d", re.IGNORECASE)  # a time, as in "over 2027"


@dataclass(frozen=True, slots=True)
class NamedComparison:
    """What a question of yes or no compares: the words for it, the operator, and the number as it is written in an expression."""

    said: str
    operator: str
    number: str
    is_percent: bool
    is_count: bool  # whether it can be a number of events: "more than 9", and not "above 9", "of more than 9", "more than 9 mm" or "more than 9 a month"
    unit: str  # what the number is measured in, as in "mm", "euros" and "per cent"; empty where the words name none that is known
    start: int  # where it stands in the question
    end: int


def named_comparison(asks: str) -> NamedComparison | None:
    """Return the one comparison with a number in a question's words; None where there is none, where there are several, and beside a negation."""
    found = comparisons_of(asks)
    return found[0] if len(found) == 1 and not is_negated(asks, found[0]) else None


def comparisons_of(asks: str) -> tuple[NamedComparison, ...]:
    """Return each comparison with a number in a question's words, in their order."""
    found = [(match, operator) for pattern, operator in _COMPARISONS for match in pattern.finditer(asks)]
    firsts = {match.start("figure"): (match, operator) for match, operator in reversed(found)}  # "fall to 3 or below" compares once
    found = [firsts[at] for at in sorted(firsts)]
    return tuple(_comparison(asks, match, operator) for match, operator in found if not _YEAR.fullmatch(match[0].strip()))


def is_negated(asks: str, compared: NamedComparison) -> bool:
    """Whether a negation stands beside a comparison."""
    return _NEGATION.search(asks[: compared.start]) is not None or _NEGATION.search(asks[compared.end :]) is not None


def _comparison(asks: str, match: re.Match[str], operator: str) -> NamedComparison:
    before, after = asks[: match.start()], asks[match.end() :]
    said = " ".join(match[0].split())
    measure = _MEASURES.match(after)
    is_size = match["money"] or measure or _OF_EACH.search(before) or _SIZES.match(said) or _OF_EACH_TIME.match(after)
    is_percent = match["percent"] is not None
    return NamedComparison(said, operator, _number_text(match), is_percent, not is_size, _unit(match, measure), match.start(), match.end())


def _unit(match: re.Match[str], measure: re.Match[str] | None) -> str:
    if match["money"]:
        return _MONEY[match["money"].strip()]
    if match["percent"]:
        return "points" if match["percent"].lower().startswith("point") else "per cent"
    return "" if measure is None else measure[0].strip()


def _number_text(match: re.Match[str]) -> str:
    figure = match["figure"].replace(",", "").lower()
    value = 1.0 if figure in {"a", "an"} else _COUNTS[figure] if figure in _COUNTS else float(figure)
    return f"{value * _SCALES[(match['scale'] or '').lower()] if match['scale'] else value:.15g}"
