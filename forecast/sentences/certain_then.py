"""Which answers are certain once something is seen, because what is seen settles the question.

That a chance came out as 1 or 0 on every simulated path does not show it: the paths may be few.  It is certain only where it also
follows from the texts of the report: from the question's condition, from what the record counts for sure, and from how many events
the signpost says are seen.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter

from forecast.language.expressions import Binary, Compare, Expression, First, Logic, Name, Number, Total, Unary
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.language.statements import parse_statement
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.insight import SignpostContent
from forecast.schema.topic import RowContent, StreamContent, TopicContent

type Certain = frozenset[tuple[str, str, str, int]]  # stream, condition and day of a signpost, and the place of a measure
type Ends = tuple[float, float]
type Decided = bool | None  # None where neither is sure

_key = itemgetter("stream", "condition", "until")
NOTHING_CERTAIN: Certain = frozenset()
ANYTHING: Ends = (-math.inf, math.inf)
AMOUNT = re.compile(r"\b(at least|fewer than) (\S+)")
IS_YES: Mapping[float, bool] = {1.0: True, 0.0: False}
COUNT_FAMILIES = frozenset(
    (
        "Bernoulli",
        "BetaBinomial",
        "Binomial",
        "Categorical",
        "Multinomial",
        "NegativeBinomial",
        "OrderedLogistic",
        "Poisson",
        "ZeroInflatedPoisson",
    )
)  # families of counts, which are not asked themselves: reading a report needs no NumPy


def certain_then(content: TopicContent, *, question: str = "") -> Certain:
    """Return the signposts and the measures, of one ``question`` or of all, that are certain, or impossible, where they are seen."""
    insight = content["insight"]
    if insight is None:
        return NOTHING_CERTAIN
    answers = {answer["name"]: answer for answer in content["answers"] if question in {"", answer["name"]}}
    found: set[tuple[str, str, str, int]] = set()
    chances = [(at, its) for at, its in enumerate(insight["measures"]) if its["kind"] == "probability" and not its["settled"]]
    for post in insight["signposts"]:
        extreme = [(at, its) for at, its in chances if its["question"] in answers and post["values"][at]["value"] in IS_YES]
        seen = _seen_of(post, insight["signposts"], content["streams"]) if extreme else None
        if seen is None:
            continue
        for at, its in extreme:
            if _outcome(content, answers[its["question"]], its["label"], seen) is IS_YES[post["values"][at]["value"]]:
                found.add((*_key(post), at))
    return frozenset(found)


def is_certain(certain: Certain, post: SignpostContent, at: int) -> bool:
    """Whether the measure at a place is certain, or impossible, where a signpost is seen."""
    return (*_key(post), at) in certain


@dataclass(frozen=True, slots=True)
class Seen:
    """What a signpost says: that a stream, or a class of it, adds ``least`` to ``most`` from the end of its record until a day."""

    stream: StreamContent
    label: str
    until: date
    least: float
    most: float

    @property
    def first(self) -> date:
        """The first day on which it may be seen."""
        return date.fromisoformat(self.stream["through"]) + timedelta(days=1)


def _seen_of(post: SignpostContent, posts: Sequence[SignpostContent], streams: Sequence[StreamContent]) -> Seen | None:
    """What a signpost says of how many events there are; None where it says none, or that is not sure."""
    label, _, name = post["stream"].rpartition(" of ")
    stream = next((stream for stream in streams if stream["name"] == name), None)
    if stream is None or not _only_grows(stream) or "absence" not in post:
        return None
    until = date.fromisoformat(post["until"])
    if post["absence"]:
        return Seen(stream, label, until, 0, 0)
    if any(other.get("absence") for other in posts if (other["stream"], other["until"]) == (post["stream"], post["until"])):
        return Seen(stream, label, until, 1, math.inf)  # the opposite of none
    amounts = AMOUNT.findall(post["condition"])
    if len(amounts) != 1 or (number := _number_of(amounts[0][1])) is None:
        return None
    return Seen(stream, label, until, number, math.inf) if amounts[0][0] == "at least" else Seen(stream, label, until, 0, number - 1)


def _number_of(text: str) -> float | None:
    if text in words.SMALL:
        return float(words.SMALL.index(text))
    return 2.0 if text == "twice" else float(text.replace(",", "")) if text.replace(",", "").isdecimal() else None


def _only_grows(stream: StreamContent) -> bool:
    """Whether the total of a stream never falls, as that of counts."""
    try:
        return parse_statement(stream["statement"]).distribution in COUNT_FAMILIES
    except Fault:
        return False


def _outcome(content: TopicContent, answer: AnswerContent, label: str, seen: Seen) -> Decided:
    """Whether a question, or a choice of it, certainly comes out as yes (or no) where something is seen."""
    if answer["by"] is None or answer.get("fraction") or seen.until > date.fromisoformat(answer["by"]):
        return None
    facts = _Facts(content, answer, seen)
    if not answer["choices"]:
        holds = facts.truth_of_text(answer["answer"])
        return None if answer["kind"] == "date" and not holds else holds  # it may have held before
    truths = {choice["label"]: facts.truth_of_text(choice["condition"]) for choice in answer["choices"]}
    if any(truth for name, truth in truths.items() if name != label):
        return False  # of choices no two come about
    return truths.get(label)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is sure of the totals that a question counts, at its last day, where something is seen."""

    content: TopicContent
    answer: AnswerContent
    seen: Seen

    def truth_of_text(self, text: str) -> Decided:
        try:
            expression = parse_expression(text)
        except Fault:
            return None
        return self._truth(expression.condition if isinstance(expression, First) else expression)

    def _truth(self, condition: Expression) -> Decided:
        """Whether a condition certainly holds (or does not)."""
        match condition:
            case Compare(operators=operators, operands=operands):
                pairs = [
                    _compare(operator, self._span(left), self._span(right))
                    for operator, (left, right) in zip(operators, pairwise(operands), strict=True)
                ]
                return _all_of(pairs)
            case Logic(operator="and", operands=operands):
                return _all_of([self._truth(part) for part in operands])
            case Logic(operands=operands):
                return _not(_all_of([_not(self._truth(part)) for part in operands]))
            case Unary(operator="not", operand=operand):
                return _not(self._truth(operand))
            case _:
                return None

    def _span(self, expression: Expression) -> Ends:
        """The least and the largest that a value may be."""
        match expression:
            case Number(value=value):
                return value, value
            case Total(stream=name, label=label):
                return self._total(name, label)
            case Name(name=name):
                return self._quantity(name)
            case Unary(operator="-", operand=operand):
                low, high = self._span(operand)
                return -high, -low
            case Binary(operator="+", left=left, right=right):
                one, other = self._span(left), self._span(right)
                return one[0] + other[0], one[1] + other[1]
            case Binary(operator="-", left=left, right=right):
                one, other = self._span(left), self._span(right)
                return one[0] - other[1], one[1] - other[0]
            case _:
                return ANYTHING

    def _quantity(self, name: str) -> Ends:
        text = next((quantity["text"] for quantity in self.content["quantities"] if quantity["name"] == name), None)
        rivals = self.content["variants"]["rivals"] if "variants" in self.content else []
        if text is None or any(change["place"].startswith(f"quantities.{name}") for rival in rivals for change in rival["changes"]):
            return ANYTHING
        try:
            return self._span(parse_expression(text))
        except Fault:
            return ANYTHING

    def _total(self, name: str, label: str) -> Ends:
        """What a question counts of a stream."""
        stream = next((stream for stream in self.content["streams"] if stream["name"] == name), None)
        if stream is None or not _only_grows(stream):
            return ANYTHING
        since = date.fromisoformat(self.answer["since"]) if self.answer["since"] else date.min
        by, low, high = date.fromisoformat(self.answer["by"] or ""), 0.0, math.inf
        if not label and not stream.get("classes"):
            low = math.fsum(_least_of(row) for row in stream["rows"] if _days_of(row)[0] >= since and _days_of(row)[1] <= by)
        if (name, label) == (self.seen.stream["name"], self.seen.label):
            low += self.seen.least if since <= self.seen.first else 0.0
            if self.seen.until == by:
                high = self.seen.most + _most_recorded(stream, since, self.seen.first)
        return low, high


def _most_recorded(stream: StreamContent, since: date, until: date) -> float:
    """The most that the record of a stream may have from one day on, before another; infinite where its listed rows leave a day open."""
    rows = sorted((row for row in stream["rows"] if _days_of(row)[1] >= since), key=_days_of)
    if since >= until:
        return 0.0
    if stream.get("classes") or "long" in stream or not rows or _days_of(rows[0])[0] > since:
        return math.inf
    if any(_days_of(after)[0] > _days_of(before)[1] + timedelta(days=1) for before, after in pairwise(rows)):
        return math.inf
    return math.fsum(_most_of(row) for row in rows)


def _days_of(row: RowContent) -> tuple[date, date]:
    return date.fromisoformat(row["start"]), date.fromisoformat(row["end"])


def _least_of(row: RowContent) -> float:
    """The least that a row adds for sure."""
    if row.get("copy"):
        return 0.0
    return (row.get("low") or 0.0) if "low" in row or "high" in row else row["value"]


def _most_of(row: RowContent) -> float:
    """The most that a row may add."""
    if "low" not in row and "high" not in row:
        return row["value"]
    high = row.get("high")
    return math.inf if high is None else high


def _compare(operator: str, left: Ends, right: Ends) -> Decided:
    match operator:
        case "<":
            return True if left[1] < right[0] else False if left[0] >= right[1] else None
        case ">=":
            return _not(_compare("<", left, right))
        case ">":
            return _compare("<", right, left)
        case "<=":
            return _not(_compare("<", right, left))
        case "==":
            is_one = left[0] == left[1] == right[0] == right[1]
            return True if is_one else False if left[1] < right[0] or right[1] < left[0] else None
        case _:
            return _not(_compare("==", left, right))


def _all_of(truths: Sequence[Decided]) -> Decided:
    return False if False in truths else None if None in truths else True


def _not(truth: Decided) -> Decided:
    return None if truth is None else not truth
