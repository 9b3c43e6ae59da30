"""How published answers differ between two sets of reports: a line for each number that is printed otherwise, and a table of them in Markdown.

Nothing is computed: before and after are what the reports say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forecast.report.escape import markdown, markdown_code
from forecast.schema import words
from forecast.schema.answers import AnswerContent, is_date, is_distribution, is_probability, is_shares
from forecast.schema.insight import MeasureScale
from forecast.schema.topic import TopicContent
from forecast.sentences.cautions import verdict_words
from forecast.sentences.headlines import headline_of, ninety_percent_range
from forecast.sentences.insight_text import value_text
from forecast.sentences.printed_parts import NO_CHANGE, printed_change, step_text

_MEDIAN = 2
NEW, GONE, NOT_ASKED = "new", "no longer asked", "not asked"
WITHIN_ERROR = 2.0  # standard errors of a difference, within which it may be chance


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One number of an answer, as it was printed and as it is, and the change in words; ``label`` is the choice, where there are several.

    Empty texts stand where the question is not asked.  ``cause`` says what moved it, where that has been worked out.
    """

    topic: str
    question: str
    label: str
    before: str
    after: str
    change: str
    cause: str = ""

    @property
    def name(self) -> str:
        """The question as commands take it, with the choice."""
        return f"{self.topic}.{self.question}{f': {self.label}' if self.label else ''}"


@dataclass(frozen=True, slots=True)
class AnswerChanges:
    """What differs between two sets of reports; how many questions are printed alike in both; and what changed beside the answers."""

    changes: tuple[AnswerChange, ...] = ()
    same: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _PrintedNumber:
    """A number of an answer with its Monte Carlo error and its text; ``value`` is None where there is no number."""

    text: str
    value: float | None = None
    error: float = 0.0
    unit: str = "share"


def answer_changes(before: Mapping[str, TopicContent], after: Mapping[str, TopicContent]) -> AnswerChanges:
    """Return how the answers of reports, by topic, differ from those of earlier reports.

    Numbers count as changed where they are printed otherwise.  A number is compared by its median, a date by the
    probability that it has happened by its deadline, options one by one.
    """
    changes: list[AnswerChange] = []
    notes: list[str] = []
    same = 0
    for topic in sorted({*before, *after}):
        old, new = ({answer["name"]: answer for answer in of[topic]["answers"]} if topic in of else {} for of in (before, after))
        for question in dict.fromkeys((*new, *old)):
            moved = tuple(_question_changes(topic, question, old.get(question), new.get(question)))
            changes += moved
            same += not moved
        notes += _verdict_notes(topic, before, after)
    return AnswerChanges(tuple(changes), same, tuple(notes))


def changes_markdown(changes: Sequence[AnswerChange], *, earlier: str, later: str, same: int, notes: Sequence[str] = ()) -> str:
    """Return changes as Markdown for a pull request: a table between a heading and what stayed as it was."""
    lines = ["### Change of the answers", "", f"From {markdown(earlier)} to {markdown(later)}.", ""]
    if changes:
        has_causes = any(change.cause for change in changes)
        head = ["question", "before", "after", "change", *(["because of"] if has_causes else [])]
        lines += [_row(head), _row([":--", ":--", ":--", "--:", *([":--"] if has_causes else [])])]
        for its in changes:
            cells = (its.before or NOT_ASKED, its.after or NOT_ASKED, its.change, *([its.cause] if has_causes else []))
            lines.append(_row([markdown_code(its.name), *map(markdown, cells)]))
        if same:
            lines += ["", f"{_other_answers(same)} as before."]
    else:
        lines.append(f"No answer changes{f': {_all_answers(same)} as before' if same else ''}.")
    lines += [line for note in notes for line in ("", f"- {markdown(note)}")]
    return "\n".join(lines) + "\n"


def _question_changes(topic: str, question: str, old: AnswerContent | None, new: AnswerContent | None) -> Iterator[AnswerChange]:
    """The numbers of one question that are printed otherwise; each side may have none."""
    before, after = ({} if answer is None else _printed_numbers(answer) for answer in (old, new))
    if old is not None and new is not None and before.keys() != after.keys():  # another kind, or an answer where there was none
        before, after = {"": _PrintedNumber(headline_of(old).in_words)}, {"": _PrintedNumber(headline_of(new).in_words)}
    for label in dict.fromkeys((*after, *before)):
        first, last = before.get(label), after.get(label)
        if first is None or last is None:
            first_text, last_text = "" if first is None else first.text, "" if last is None else last.text
            yield AnswerChange(topic, question, label, first_text, last_text, NEW if first is None else GONE)
        elif first.text != last.text:
            yield AnswerChange(topic, question, label, *_printed_change(first, last))


def _printed_numbers(answer: AnswerContent) -> dict[str, _PrintedNumber]:
    """The numbers of an answer by label, empty for all but options."""
    value, kind = answer["value"], answer["kind"]
    if value is not None and is_shares(value, kind):
        return {
            share["label"]: _PrintedNumber(words.percent(share["value"], error=share["error"]), share["value"], share["error"])
            for share in value["shares"]
        }
    within = ninety_percent_range(answer)
    text = f"{headline_of(answer).in_words}{f' ({within})' if within else ''}"
    if value is None:
        return {"": _PrintedNumber(text)}
    if is_probability(value, kind):
        return {"": _PrintedNumber(text, value["value"], value["error"])}
    if is_date(value, kind):
        return {"": _PrintedNumber(text, 1 - value["not_by_then"], value["error"])}
    assert is_distribution(value, kind)
    return {"": _PrintedNumber(text, value["quantiles"][_MEDIAN], value["errors"][_MEDIAN], answer["unit"])}


def _printed_change(first: _PrintedNumber, last: _PrintedNumber) -> tuple[str, str, str]:
    """A number before and after, with the digits that its change needs, and the change; that it may be chance where it is within twice its Monte Carlo error."""
    if first.value is None or last.value is None or first.unit != last.unit:
        return first.text, last.text, "another answer"
    scale: MeasureScale = {"kind": "mean", "unit": last.unit, "settled": False}
    change, error = last.value - first.value, math.hypot(first.error, last.error)
    printed = printed_change(scale, first.value, last.value, errors=(first.error, last.error))
    before, after = (_with_figure(its, scale, figure) for its, figure in ((first, printed.before), (last, printed.after)))
    text = printed.change
    if before is None or after is None:  # an answer that is said in other words than its number
        before, after, text = first.text, last.text, step_text(scale, first.value, last.value, error=error)
    is_chance = error > 0 and text != NO_CHANGE and abs(change) <= WITHIN_ERROR * error
    return before, after, f"{text} (within its error)" if is_chance else text


def _with_figure(its: _PrintedNumber, scale: MeasureScale, figure: str) -> str | None:
    """A number's text with another figure in its place; None where it does not begin with its figure."""
    assert its.value is not None
    usual = value_text(scale, its.value, error=its.error)
    rest = its.text.removeprefix(usual)
    return f"{figure}{rest}" if its.text.startswith(usual) and not rest[:1].strip() else None


def _verdict_notes(topic: str, before: Mapping[str, TopicContent], after: Mapping[str, TopicContent]) -> Iterator[str]:
    """What of a topic changed beside its answers: the verdict on its inference, new warnings, and that it has no report any more."""
    if topic not in after:
        yield f"{topic} has no report any more."
    elif topic not in before:
        yield f"{topic} has its first report."
    else:
        first, last = (of[topic]["verdict"]["verdict"] for of in (before, after))
        if first != last:
            yield f"{topic}: {verdict_words(last)} (before: {verdict_words(first)})."
        yield from (f"{topic}: {warning}" for warning in after[topic]["warnings"] if warning not in before[topic]["warnings"])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _other_answers(count: int) -> str:
    return "1 other answer is" if count == 1 else f"{count} other answers are"


def _all_answers(count: int) -> str:
    return "the one answer is" if count == 1 else f"all {count} are"
