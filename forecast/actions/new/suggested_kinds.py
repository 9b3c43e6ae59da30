"""The kind of question that a question's words suggest, which a dialogue offers: "How many …?" is a count, "Will it …?" an event."""

from __future__ import annotations

import re

from forecast.actions.new.comparisons import comparisons_of, named_comparison
from forecast.actions.new.question_words import SHARE_ASKED, form_of, is_yes_or_no, without_condition
from forecast.actions.new.templates import TemplateInput, words_fault

_NOW_THERE = re.compile(  # a number that nobody has counted: "How many dentists are there?" is about no time to come
    r"how\s+many\b(?!\s+times\b)(?!.*\b(?:will|would|by|until|till|before|next|this|during|were|was|did|(?:19|20|21)\d\d)\b)", re.IGNORECASE
)
_COUNT = re.compile(r"how\s+(?:many|often)\b|(?:what|which)\s+number\b", re.IGNORECASE)
_SIZE = re.compile(r"how\s+(?:high|low|large|big|tall|deep)\b", re.IGNORECASE)
_EXPLANATION = re.compile(r"why\b|what\s+(?:caused|causes|explains)\b", re.IGNORECASE)
_OPTION = re.compile(r"(?:who|which)\b", re.IGNORECASE)
_POLLED = re.compile(r"\b(?:polls?|polling|approval|approves?|supports?|(?:share\s+of\s+the\s+)?votes?|referendum)\b", re.IGNORECASE)
_OF_ALL = re.compile(r"\s*of\b", re.IGNORECASE)


_VOTED = re.compile(
    r"\b(?:wins?|loses?)\s+(?:(?:the|a|its|their)\s+)?(?:\w+\s+)?(?:vote|referendum|plebiscite)\b"
    r"|\b(?:referendum|plebiscite)\s+(?:(?:on|about|in|of)\s+.*?)?(?:pass|succeed|fail|be\s+(?:approved|rejected|won|lost|accepted))\b",
    re.IGNORECASE,
)  # a vote of yes or no, which half decides


def suggested_kind(asks: str) -> str:
    """Return the kind that a question's words suggest; empty where they suggest none, or one whose answers do not fit them."""
    kind = _kind_of_words(asks.strip())
    return "" if not kind or words_fault(kind, TemplateInput(asks=asks)) is not None else kind


def _kind_of_words(asks: str) -> str:
    if without_condition(asks)[1]:
        return "conditional"
    if form_of(asks) == "date":
        return "hazard"
    if SHARE_ASKED.match(asks):
        return "poll" if _POLLED.search(asks) else "share"
    openings = ((_NOW_THERE, "decomposition"), (_COUNT, "count"), (_SIZE, "level"), (_EXPLANATION, "hypotheses"), (_OPTION, "options"))
    kind = next((kind for opening, kind in openings if opening.match(asks)), "")
    return kind or (_kind_of_yes_or_no(asks) if is_yes_or_no(asks) else "")


def _kind_of_yes_or_no(asks: str) -> str:
    if not comparisons_of(asks):
        return "poll" if _VOTED.search(asks) else "hazard"
    compared = named_comparison(asks)
    if compared is None:  # several comparisons, or a negation beside one
        return ""
    if compared.is_percent:
        return "poll" if _POLLED.search(asks) else "share" if _OF_ALL.match(asks[compared.end :]) else "level"
    if not compared.is_count:
        return "level"
    return "hazard" if (compared.operator, compared.number) in {(">=", "1"), (">", "0")} else "count"
