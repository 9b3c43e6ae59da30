"""A template's answer as the words of a question need it: "Will more than 9 come?" is answered by ``total(events) > 9``, "What share?" by a number.

Words that leave open which comparison they mean change nothing; a note says then how question and answer differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from forecast.actions.new.question_words import form_of, is_yes_or_no
from forecast.elicitation.phrases import COUNT_WORDS, SCALES
from forecast.language.expressions import Compare, is_condition
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression

COUNT_KINDS = frozenset({"count", "seasonal"})  # whose first answer is a number of events: a comparison makes it a chance
NUMBER_KINDS = COUNT_KINDS | {"decomposition"}  # the same, of any number
SHARE_KINDS = frozenset({"share"})  # the same, of a number between 0 and 1
LEVEL_KINDS = frozenset({"level", "poll"})  # whose first answer compares a level with a threshold
EVENT_KINDS = frozenset({"hazard", "ladder"})  # whose first answer is that it happens at all
INVENTED_THRESHOLDS = frozenset({"level"})  # the threshold of `poll`, a majority, is seldom another

_SCALES = {word.lower(): scale for word, scale in SCALES.items()}
_COUNTS = {word: count for word, count in COUNT_WORDS.items() if word not in {"a", "an", "no", "never", "once", "twice", "thrice"}}
_VALUE = (
    rf"(?>(?:the\s+)?[$€£]?(?P<figure>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|(?:{'|'.join(_COUNTS)})\b)"
    rf"(?:\s*(?P<scale>{'|'.join(_SCALES)})\b)?\s*(?P<percent>%|per\s?cent\b|points?\b)?)"
)
_IS_TIME = r"(?!\s*-?(?:day|week|month|quarter|year|hour|minute|decade|centur)(?:s|ies|y)?\b)(?![\d.,]*\d)(?!\s*(?:in|of|out\s+of)\s+\d{1,3}\b)(?!\s*and\s+an?\b)"
_FORMS = (
    (r"(?:no|not)\s+(?:fewer|less)\s+than", "", ">="),
    (r"(?:no|not)\s+more\s+than", "", "<="),
    (r"(?<!no )(?<!not )(?:more|greater|higher|larger)\s+than|above|over|exceeds?|exceeding", "", ">"),
    (r"(?<!no )(?<!not )(?:fewer|less|lower|smaller)\s+than|below|under", "", "<"),
    (r"at\s+least", "", ">="),
    (r"at\s+most", "", "<="),
    ("", r"\s*\bor\s+(?:more|above|higher)\b", ">="),
    ("", r"\s*\bor\s+(?:fewer|less|below|lower)\b", "<="),
)
_COMPARISONS = tuple(
    (re.compile(rf"\b{before}\s+{_VALUE}{_IS_TIME}" if before else rf"(?<![\w.,]){_VALUE}{after}", re.IGNORECASE), operator)
    for before, after, operator in ((f"(?:{before})" if before else "", after, operator) for before, after, operator in _FORMS)
)
_NEGATION = re.compile(r"\b(?:not|never|no|nor|neither|without|fails?|avoids?)\b|n[\N{RIGHT SINGLE QUOTATION MARK}']t\b", re.IGNORECASE)
_OF_EACH = re.compile(r"\b(?:of|with|magnitude|category|size)\s+$", re.IGNORECASE)  # "quakes of at least 6" are not six quakes
_SIZES = re.compile(r"above|below|exceed|(?:greater|higher|larger|lower|smaller)\s|.*(?:above|below|higher|lower)$", re.IGNORECASE)
_YEAR = re.compile(r"(?:over|under)\s+(?:the\s+)?(?:19|20|21)\d\d", re.IGNORECASE)  # a time, as in "over 2027"


@dataclass(frozen=True, slots=True)
class NamedComparison:
    """What a question of yes or no compares: the words for it, the operator, and the number as it is written in an expression."""

    said: str
    operator: str
    number: str
    is_percent: bool
    is_count: bool  # whether it can be a number of events: "more than 9", and not "above 9" or "of more than 9"


def named_comparison(asks: str) -> NamedComparison | None:
    """Return the one comparison with a number in a question's words; None where there is none, where there are several, and beside a negation."""
    found = [
        (match, operator) for pattern, operator in _COMPARISONS for match in pattern.finditer(asks) if not _YEAR.fullmatch(match[0].strip())
    ]
    if len(found) != 1:
        return None
    ((match, operator),) = found
    before, after = asks[: match.start()], asks[match.end() :]
    if _NEGATION.search(before) or _NEGATION.search(after):
        return None
    said = " ".join(match[0].split())
    is_count = not _OF_EACH.search(before) and not _SIZES.match(said)
    return NamedComparison(said, operator, _number_text(match), match["percent"] is not None, is_count)


def answer_for_words(kind: str, asks: str, answer: str) -> str:
    """Return the first answer of a kind's template as a question's words need it; as it is where they need no other, or do not say which."""
    compared = named_comparison(asks) if is_yes_or_no(asks) else None
    if kind in LEVEL_KINDS:
        level = answer.rpartition(" > ")[0]
        if form_of(asks) == "number":
            return level
        return answer if compared is None else f"{level} {compared.operator} {compared.number}"
    if compared is None:
        return answer
    if kind in NUMBER_KINDS and not compared.is_percent and (compared.is_count or kind not in COUNT_KINDS):
        return f"{answer} {compared.operator} {compared.number}"
    if kind in SHARE_KINDS and compared.is_percent:
        return f"{answer} {compared.operator} {float(compared.number) / 100:.12g}"
    return answer


def answer_note(kind: str, asks: str, answer: str) -> str:
    """Return what a person should know where a question's words and an answer of the template's differ; empty where they seem to agree."""
    try:
        expression = parse_expression(answer)
    except Fault:  # the checks say what is wrong with it
        return ""
    compared = named_comparison(asks)
    if not is_yes_or_no(asks):
        return ""
    if kind in NUMBER_KINDS | SHARE_KINDS and not is_condition(expression):
        return f"the question asks for yes or no, and the answer is a number; --answer gives a chance, as in --answer '{answer} > {0.5 if kind in SHARE_KINDS else 20}'"
    if kind in EVENT_KINDS and compared is not None and compared.is_count and compared.number != "1":
        return f"the question says “{compared.said}”, and the answer is yes as soon as a row says that it happened once; if the rows count what it asks about, take --like count"
    if kind in INVENTED_THRESHOLDS and compared is None and isinstance(expression, Compare):
        return f"the threshold in `{answer}` is the template's; --answer gives yours"
    return ""


def _number_text(match: re.Match[str]) -> str:
    figure = match["figure"].replace(",", "").lower()
    value = _COUNTS[figure] if figure in _COUNTS else float(figure)
    return f"{value * _SCALES[(match['scale'] or '').lower()] if match['scale'] else value:.15g}"
