"""What insight says, in words: measures and their changes as text, what moved an answer last, what would move it next.

Page and Markdown both show these texts, so that a number is worded once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter

from forecast.schema import words
from forecast.schema.insight import Estimate, InsightContent, MeasureContent, MeasureScale, MeasureTarget, Move, MovePart, SignpostContent
from forecast.sentences.certain_then import NOTHING_CERTAIN, Certain, is_certain
from forecast.sentences.like_digits import in_like_digits
from forecast.sentences.signpost_days import NO_LATE_RECORDS, FirstDays, watched_days

NOTICED_CHANCE = 0.005  # a probability that changes by less than half a point has not moved, in a reader's eyes
NOTICED_PART = 0.02  # nor has a mean that changes by less than this part of itself
SELECTED_ERRORS = (
    3.5  # what is looked for among many changes, of days or of signposts, for every question: beyond 2 errors is every twentieth by chance
)
ROUNDED = 1e-5  # how far rounding to six digits, and sums of rounded numbers, may put a chance outside 0 and 1
SETTLES = 0.01  # an outcome that leaves less than this to doubt answers the question itself
NOT_KNOWN = "not known"
NOTHING_ELSE = "Only the rest of the count matters."
ONE_OR_MORE_OF, NONE_OF = "one or more ", "no "  # how conditions of older reports begin
AMOUNT_ALONE = re.compile(r"(at least|fewer than|more than|less than) \S+")
AMOUNT_OF = re.compile(r"((?:more|fewer|less) than [^ ]+) (.+)")


def measure_name(measure: MeasureTarget) -> str:
    """Return a measure's question, and its choice where it has one, as words: ``why so few (fear)``."""
    name = measure["question"].replace("_", " ")
    return f"{name} ({measure['label'].replace('_', ' ')})" if measure["label"] else name


def measure_title(measure: MeasureContent) -> str:
    """Return a measure's name as the head of what follows it: ``taken, expected`` where that is a number's expected value, ``taken, median``."""
    return f"{measure_name(measure)}{f', {statistic_name(measure)}' if statistic_name(measure) else ''}"


def statistic_name(measure: MeasureScale) -> str:
    """Return which number of a distribution a measure is: ``expected`` or ``median``; empty for a chance."""
    return {"mean": "expected", "median": "median"}.get(measure["kind"], "")


def figure_name(measure: MeasureContent) -> str:
    """Return what a measure is, as the subject of a sentence: ``the chance of “fear”``, ``the expected value``; empty for the chance that is asked for."""
    if measure["label"]:
        return f"the chance of “{measure['label'].replace('_', ' ')}”"
    return {"mean": "the expected value", "median": "the median"}.get(measure["kind"], "")


def figures_note(moved: Iterable[str]) -> str:
    """Return what a reader of answers beside their last moves has to know, where some of these are of the mean of a number, whose answer is its median."""
    is_of_mean = any(text.startswith(f"{statistic_name({'kind': 'mean', 'unit': '', 'settled': False})} ") for text in moved)
    return (
        "Where the answer is a number, it is the median; “expected” marks changes of the mean (the expected value)." if is_of_mean else ""
    )


def named_value_text(measure: MeasureScale, value: float, *, error: float = 0.0) -> str:
    """Return a value of a measure and which number it is: ``expected 6.4``, ``31 %``."""
    return f"{statistic_name(measure)} {value_text(measure, value, error=error)}".lstrip()


def is_percent(measure: MeasureScale) -> bool:
    """Whether a measure is shown as a percent."""
    return measure["kind"] == "probability" or measure["unit"] == "share"


def value_text(measure: MeasureScale, value: float, *, error: float = 0.0) -> str:
    """Return a value of a measure: a percent, or a number (settled ones as they are).

    What an error of its own, or rounding, puts below 0 or above 1 is a bound of a percent; a chance farther outside is ``not known``.
    A number within two errors of 0 is 0.
    """
    tolerance = words.BOUND_STANDARD_ERRORS * error
    if not is_percent(measure):
        return words.number(0.0 if abs(value) <= tolerance else value, error=max(error, 0.003 * abs(value)))
    if measure["settled"] and value in {0.0, 1.0}:
        return words.share(value)
    nearest = min(max(value, 0.0), 1.0)
    if abs(value - nearest) <= max(tolerance, ROUNDED):
        return words.percent(nearest, error=error)
    return NOT_KNOWN if measure["kind"] == "probability" else words.number(value, error=error)


def value_texts(measure: MeasureScale, values: Sequence[float], *, errors: Sequence[float]) -> list[str]:
    """Return values of a measure that stand beside one another: numbers in like digits."""
    texts = [value_text(measure, value, error=error) for value, error in zip(values, errors, strict=True)]
    return texts if is_percent(measure) else in_like_digits(texts, values, errors=errors)


def change_text(measure: MeasureContent, change: float, *, error: float = 0.0) -> str:
    """Return a change of a measure: in points, or in its unit."""
    return (
        words.percentage_points(change, error=error)
        if is_percent(measure)
        else words.signed_number(change, error=max(error, 0.01 * abs(measure["value"])))
    )


def from_to_text(measure: MeasureScale, before: float, after: float, *, error: float = 0.0) -> str:
    """Return ``31 % → 38 %``; of a number, whose headline is its median, ``expected 6.4 → 6.2``."""
    first, last = value_texts(measure, (before, after), errors=(error, error))
    return f"{statistic_name(measure)} {first} → {last}".lstrip()


def is_noticed(measure: MeasureContent, change: float, *, error: float = 0.0) -> bool:
    """Whether a change is large enough to be spoken of: beyond its error, and beyond what a reader would notice."""
    least = NOTICED_CHANCE if is_percent(measure) else NOTICED_PART * abs(measure["value"])
    return abs(change) >= max(least, 2 * error)


def measure_indices(insight: InsightContent, question: str) -> list[int]:
    """Return the places of a question's measures."""
    return [index for index, measure in enumerate(insight["measures"]) if measure["question"] == question]


def open_measure_indices(insight: InsightContent) -> list[int]:
    """Return the places of the measures that nothing has settled."""
    return [index for index, measure in enumerate(insight["measures"]) if not measure["settled"]]


def strongest_measure(insight: InsightContent, estimates: Sequence[Estimate]) -> int | None:
    """Return the place of the open measure that a variation changes most, a probability where one moves noticeably; None where there is none."""
    measures = insight["measures"]
    places = open_measure_indices(insight)
    chances = [
        index
        for index in places
        if is_percent(measures[index]) and is_noticed(measures[index], estimates[index]["change"], error=estimates[index]["error"])
    ]
    return max(chances or places, key=lambda index: relative_change(measures[index], estimates[index]["change"]), default=None)


def relative_change(measure: MeasureContent, change: float) -> float:
    """Return the size of a change: in probability, or as a part of the mean."""
    return abs(change) if is_percent(measure) else abs(change) / max(abs(measure["value"]), 1e-12)


def next_move_sentence(
    insight: InsightContent,
    question: str,
    *,
    by: str | None = None,
    certain: Certain = NOTHING_CERTAIN,
    counted: str = "",
    since: FirstDays = NO_LATE_RECORDS,
) -> str:
    """Say what would move a question's answer next: the signposts of the stream expected to move it most, of those that do not settle it.

    ``by`` is the question's last day, after which nothing is watched for; ``certain`` are the answers that what is seen settles;
    ``counted`` is the stream that the question counts, if it is only one: what it brings by that day is the answer itself;
    ``since`` are the days from which on streams count that have no record since long ago.
    """
    found = _next_signposts(insight, question, by=by, counted=counted)
    if found is None:
        is_late = by is not None and _next_signposts(insight, question, by=None, counted=counted) is not None
        return (
            f"No event we track is due before the question closes on {words.day(by)}."
            if is_late and by
            else "No single event we track would move it much."
        )
    index, group = found
    return _signposts_sentence(insight["measures"][index], index, group, certain, since, is_own=_is_own_count(group, by, counted))


def signpost_value_texts(measure: MeasureScale, posts: Sequence[SignpostContent], index: int, certain: Certain) -> list[str]:
    """Return a measure where each of some signposts is seen, in like digits: 100 % or 0 % only where that is certain."""
    values = [post["values"][index] for post in posts]
    texts = value_texts(measure, [its["value"] for its in values], errors=[its["error"] for its in values])
    return [
        words.share(its["value"]) if is_certain(certain, post, index) else text
        for post, its, text in zip(posts, values, texts, strict=True)
    ]


def _then_text(measure: MeasureContent, post: SignpostContent, index: int, certain: Certain, figure: str) -> str:
    """An answer where a signpost is seen, which is the ``figure``, as it stands after ``If so,``."""
    if figure_name(measure) or not is_certain(certain, post, index):
        return figure
    return "it is certain" if post["values"][index]["value"] else "it is ruled out"


def _signposts_sentence(
    measure: MeasureContent, index: int, group: Sequence[SignpostContent], certain: Certain, since: FirstDays, *, is_own: bool
) -> str:
    """Say what to watch for, and an answer if that is seen, and if it is not, or if the other outcome is; of what ``is_own`` that it is the answer itself."""
    first = _strongest_signpost(index, group)
    other = next((post for post in group if post is not first), None)
    name = f"{figure_name(measure)} is " if figure_name(measure) else "the chance is " if is_own else ""
    figures = signpost_value_texts(measure, [first] if other is None else [first, other], index, certain)
    then = _then_text(measure, first, index, certain, f"{name}{figures[0]}")
    seen = f"{clause_of(first)} {watched_days(first, since)} ({words.percent(first['chance'])} likely)"
    begin = f"{NOTHING_ELSE} If {seen}, {then}" if is_own else f"Watch whether {seen}. If so, {then}"
    if other is None:
        return f"{begin}."
    otherwise = _then_text(measure, other, index, certain, figures[1])
    if is_absence(other):
        return f"{begin}; if not, {otherwise}."
    return f"{begin}; if {_shorter_clause(clause_of(other), clause_of(first))} ({words.percent(other['chance'])} likely), {otherwise}."


def _shorter_clause(clause: str, before: str) -> str:
    """A clause without what it has in common with another one before it at both ends, where a number is left: ``fewer than 60``."""
    own, others = clause.split(" "), before.split(" ")
    first = _count_common(own, others)
    last = len(own) - _count_common(own[first:][::-1], others[first:][::-1])
    left = " ".join(own[first:last])
    return left if len(left) < len(clause) and AMOUNT_ALONE.fullmatch(left) else clause


def _count_common(own: Sequence[str], others: Sequence[str]) -> int:
    """How many words two lists have in common at their beginning."""
    return next((at for at, (one, other) in enumerate(zip(own, others, strict=False)) if one != other), min(len(own), len(others)))


def is_absence(post: SignpostContent) -> bool:
    """Whether what would be seen is that nothing is counted."""
    return post["absence"] if "absence" in post else post["condition"].startswith(NONE_OF)


def clause_of(post: SignpostContent) -> str:
    """Return what would be seen as a clause, also of a report whose conditions are none."""
    condition = post["condition"]
    if "absence" in post:
        return condition
    if condition.startswith(ONE_OR_MORE_OF):
        return f"at least one event is recorded under “{condition.removeprefix(ONE_OR_MORE_OF)}”"
    if condition.startswith(NONE_OF):
        return f"no event is recorded under “{condition.removeprefix(NONE_OF)}”"
    amount = AMOUNT_OF.fullmatch(condition)
    return condition if amount is None else f"{amount[1]} are recorded under “{amount[2]}”"


def next_signpost(insight: InsightContent, question: str, *, by: str | None = None, counted: str = "") -> SignpostContent | None:
    """Return the signpost that ``next_move_sentence`` begins with; None where it names none."""
    found = _next_signposts(insight, question, by=by, counted=counted)
    return None if found is None else _strongest_signpost(*found)


def _strongest_signpost(index: int, group: Sequence[SignpostContent]) -> SignpostContent:
    """The signpost of something that is seen, which moves a measure most; where all are of nothing, the first."""
    return max((post for post in group if not is_absence(post)), key=lambda post: abs(post["values"][index]["change"]), default=group[0])


def is_in_time(post: SignpostContent, by: str | None) -> bool:
    """Whether a signpost is seen by a question's last day; always so where it has none."""
    return by is None or post["until"] <= by


def _is_own_count(posts: Sequence[SignpostContent], by: str | None, counted: str) -> bool:
    """Whether signposts are of what a question counts, up to its last day."""
    return bool(counted) and all(post["until"] == by and post["stream"].rpartition(" of ")[2] == counted for post in posts)


def _next_signposts(insight: InsightContent, question: str, *, by: str | None, counted: str) -> tuple[int, list[SignpostContent]] | None:
    """The place of the measure that is expected to move most, and the signposts of the stream that moves it in time; None where none does."""
    places = measure_indices(insight, question)
    posts: dict[tuple[str, str], list[SignpostContent]] = {}
    for post in insight["signposts"]:
        if not is_in_time(post, by):
            continue
        posts.setdefault((post["stream"], post["until"]), []).append(post)
    ranked = [
        (
            not _is_own_count(group, by, counted),
            not _decides(insight["measures"][index], group, index),
            _expected_change(insight, group, index),
            -order,
            index,
            group,
        )
        for order, group in enumerate(posts.values())
        for index in places
        if any(_is_news(insight["measures"][index], post["values"][index]) for post in group)
    ]
    return max(ranked, key=itemgetter(0, 1, 2, 3))[4:] if ranked else None


def _is_news(measure: MeasureContent, value: Estimate) -> bool:
    """Whether what an outcome would do to an answer is more than the noise of its estimate, the largest of many."""
    return is_noticed(measure, value["change"], error=SELECTED_ERRORS / 2 * value["error"])


def _decides(measure: MeasureContent, posts: Sequence[SignpostContent], index: int) -> bool:
    """Whether an outcome settles a question: advice to watch for the answer itself is no help."""
    values = [post["values"][index]["value"] for post in posts]
    return is_percent(measure) and any(value >= 1 - SETTLES or value <= 0 for value in values)


def _expected_change(insight: InsightContent, posts: Sequence[SignpostContent], index: int) -> float:
    """How far a measure is expected to move when it becomes known which of the signposts holds."""
    measure = insight["measures"][index]
    return sum(post["chance"] * relative_change(measure, post["values"][index]["change"]) for post in posts)


def part_text(part: MovePart) -> str:
    """Return what a part of a change is, a row with its stream's name as words."""
    return part["about"].replace("_", " ") if part["kind"] in {"row", "correction"} else part["about"]


def move_to_report(insight: InsightContent) -> Move | None:
    """Return the split to tell of: that since the last report where it moved an open answer, else the newest that did, else the newest."""
    newest = sorted(insight["moves"], key=lambda move: (move["against"] == "ledger", move["until"], move["since"]), reverse=True)
    return next((move for move in newest if has_moved(insight, move)), newest[0] if newest else None)


def has_moved(insight: InsightContent, move: Move) -> bool:
    """Whether a part of a split, or all of it, moved an open answer by something of note."""
    return any(
        is_noticed(insight["measures"][index], part["points"][index], error=part["errors"][index])
        for index in open_measure_indices(insight)
        for part in move["parts"]
        if part["kind"] != "noise"
    )
