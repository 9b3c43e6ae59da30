"""Checks of questions: what they may ask, and by when."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal

from forecast.book.checks.scopes import NameScope, UsedNames, check_names, dated_scope, find_used_names
from forecast.book.draft import Draft, ParsedText, QuestionDraft
from forecast.book.files.names import name_fault
from forecast.book.files.problems import Problem
from forecast.book.files.shapes import QuestionTable
from forecast.book.labels import LabelSets, is_categorical
from forecast.language.characters import refused_character
from forecast.language.expressions import Expression, First, Name, fold_constant, is_condition
from forecast.language.faults import Fault, did_you_mean

HINT_WITHOUT_DATE = (
    "a question about parameters alone needs no `by`, unless `settled` says what decides it by then; one about events uses total()"
)
WAYS_TO_ASK = {"answer": "an `answer`", "probability": "a `probability`", "choices": "`choices`"}


def question_kind(draft: Draft, question: QuestionDraft) -> Literal["probability", "distribution", "date", "shares"]:
    """Return the kind of a question, which follows from its answer."""
    answer = question.answer.tree if question.answer else None
    if question.table.probability and not question.table.answer:
        return "probability"
    if answer is None or _is_categorical(draft, answer):
        return "shares"
    if isinstance(answer, First):
        return "date"
    return "probability" if is_condition(answer) else "distribution"


def check_questions(draft: Draft, labels: LabelSets) -> Iterator[Problem]:
    """Yield what is wrong with a topic's questions."""
    yield from _check_lead(draft)
    for name, table in draft.judged.items():
        yield from _check_judged(draft, name, table)
    for name, question in draft.questions.items():
        yield from _check_without_type(draft, name, question.table)
        yield from _check_dates(draft, name, question)
        yield from _check_form(draft, name, question)
        yield from _check_expressions(draft, labels, question)
        yield from _check_time(draft, name, question)


def options_of(table: QuestionTable) -> tuple[str, ...]:
    """Return the options that a text such as ``red, blue`` names."""
    return tuple(option.strip() for option in table.options.split(",")) if table.options.strip() else ()


def _check_lead(draft: Draft) -> Iterator[Problem]:
    """The question that leads must be one that the model answers."""
    lead = draft.table.lead
    if not lead or lead in draft.questions:
        return
    if lead in draft.judged:
        yield draft.topic.at_key(("lead",), f"`{lead}` cannot lead: people alone answer it", "name a question that the model answers")
        return
    hint = did_you_mean(lead, draft.questions) or f"its questions: {', '.join(draft.questions)}"
    yield draft.topic.at_key(("lead",), f"`lead` names `{lead}`, and the topic has no such question", hint)


def _check_without_type(draft: Draft, name: str, table: QuestionTable) -> Iterator[Problem]:
    for key in ("options", "unit"):
        if getattr(table, key):
            message = f"`{key}` belongs to a question that people answer"
            yield draft.topic.at_key(("questions", name, key), message, "such a question has a `type`, and no `answer`")


def _check_judged(draft: Draft, name: str, table: QuestionTable) -> Iterator[Problem]:
    """A question that people answer has no expressions, and options where it asks which of them."""
    keys = ("questions", name)
    for key in ("answer", "probability", "choices", "given", "annulled", "since"):
        if key in draft.topic.content["questions"][name]:
            message = f"a question with a `type` is answered by people, and has no `{key}`"
            yield draft.topic.at_key((*keys, key), message, "leave out `type` where the model answers")
    if table.by is not None and table.by < draft.table.opens:
        yield draft.topic.at_value((*keys, "by"), f"`by` ({table.by}) is before the topic opens ({draft.table.opens})")
    options = options_of(table)
    if table.type == "options" and len(set(options)) < 2:
        message = f"[questions.{name}] needs at least two `options`"
        yield draft.topic.at_key(keys, message, 'as in options = "red, blue, none of them"')
    for option in dict.fromkeys(options):
        if not option or options.count(option) > 1:
            what = f"the option `{option}` is named twice" if option else "an option without a name"
            yield draft.topic.at_value((*keys, "options"), what, "a comma stands between two options")
        elif "=" in option:
            yield draft.topic.at_value((*keys, "options"), f"the option `{option}` has a `=`", "`forecast say` has it before a probability")
    for key, kind in (("options", "options"), ("unit", "number")):
        if table.type != kind and getattr(table, key):
            yield draft.topic.at_key((*keys, key), f"`{key}` belongs to a question of type `{kind}`")


def _is_categorical(draft: Draft, answer: Expression) -> bool:
    return isinstance(answer, Name) and is_categorical(draft, answer.name)


def _check_dates(draft: Draft, name: str, question: QuestionDraft) -> Iterator[Problem]:
    table, opens = question.table, draft.table.opens
    keys = ("questions", name)
    if table.by is not None and table.by < opens:
        yield draft.topic.at_value((*keys, "by"), f"`by` ({table.by}) is before the topic opens ({opens})")
    if table.since is None:
        return
    if table.by is None and not _has_by(draft, name):
        yield draft.topic.at_key((*keys, "since"), "`since` needs a `by`", "say until which day totals count")
    elif table.by is not None and table.since > table.by:
        yield draft.topic.at_value((*keys, "since"), f"`since` ({table.since}) is after `by` ({table.by})")
    if table.since < opens:
        yield draft.topic.at_value((*keys, "since"), f"`since` ({table.since}) is before the topic opens ({opens})")


def _check_form(draft: Draft, name: str, question: QuestionDraft) -> Iterator[Problem]:
    table, keys = question.table, ("questions", name)
    asked = {key: words for key, words in WAYS_TO_ASK.items() if getattr(table, key)}
    if len(asked) > 1:
        yield draft.topic.at_key(
            (*keys, [*asked][-1]), f"a question has {' or '.join(asked.values())}, not {'both' if len(asked) == 2 else 'all'}"
        )
    elif not asked and "type" not in draft.topic.content["questions"][name]:
        yield draft.topic.at_key(
            keys,
            f"[questions.{name}] has neither `answer` nor `choices`",
            'as in answer = "total(stream) >= 1"; or, where people answer it, type = "probability"',
        )
    if len(table.choices) == 1:
        yield draft.topic.at_key((*keys, "choices"), "a question has at least two choices", "for one condition, write it as `answer`")
    yield from _check_conditions(question)
    if question.annulled is not None:
        yield from _check_annulled(question.annulled)
    if question.answer is not None and table.probability and not table.answer:
        yield from _check_fraction(draft, question, question.answer)
    for label in table.choices:
        if refused_character(label, "label") is None and (fault := name_fault(label)) is not None:  # characters have been checked
            yield draft.topic.at_key((*keys, "choices", label), *fault)


def _check_conditions(question: QuestionDraft) -> Iterator[Problem]:
    """What a question is asked under, and each of its choices, must be conditions."""
    if question.given is not None and not is_condition(question.given.tree):
        yield question.given.problem(
            "`given` is not a condition", "compare with something, as in `x >= 1`", offset=question.given.tree.offset
        )
    for label, written in question.choices.items():
        if not is_condition(written.tree):
            yield written.problem(
                f"the choice `{label}` is not a condition", "compare with something, as in `x >= 1`", offset=written.tree.offset
            )


def _check_fraction(draft: Draft, question: QuestionDraft, written: ParsedText[Expression]) -> Iterator[Problem]:
    """The probability of one event is a number, and no condition, date or label, which are asked for with `answer`."""
    what = ""
    if isinstance(written.tree, First):
        what = "a date"
    elif is_condition(written.tree):
        what = "a condition"
    elif _is_categorical(draft, written.tree):
        what = "a label"
    if what:
        yield written.problem(f"`probability` is {what}", "write it as `answer`; the probability of one event is a number from 0 to 1")
        return
    yield from _check_chance(written, "it is the probability of one event")
    timed = find_used_names(draft, *(part.tree for part in question.expressions))
    if question.table.since is not None and not timed.streams:
        keys = (*written.keys[:-1], "since")
        yield draft.topic.at_value(keys, "`since` counts in totals, and this question uses none", "leave it out, or use `total`")


def _check_annulled(written: ParsedText[Expression]) -> Iterator[Problem]:
    """A number must be a probability, and one under which something is left to be settled."""
    yield from _check_chance(written, "it is the chance that the question is annulled")
    if _constant_of(written) == 1:
        yield written.problem("`annulled` is 1: the question would never be settled", "it is the chance that the question is annulled")


def _check_chance(written: ParsedText[Expression], hint: str) -> Iterator[Problem]:
    """A number must be a probability."""
    try:
        value = fold_constant(written.tree)
    except Fault as fault:
        yield written.document.of_fault(written.keys, fault)
        return
    if value is not None and not 0 <= value <= 1:
        yield written.problem(f"`{written.keys[-1]}` is {value:g}, which is no probability", hint)


def _constant_of(written: ParsedText[Expression]) -> float | None:
    """The number that an expression is, None where it is none."""
    try:
        return fold_constant(written.tree)
    except Fault:
        return None


def _check_expressions(draft: Draft, labels: LabelSets, question: QuestionDraft) -> Iterator[Problem]:
    clocks = frozenset({"t"}) if question.table.by else frozenset()
    make = partial(dated_scope, draft, clocks=clocks, totals=True) if clocks else partial(NameScope, totals=True)
    here = make("a question", frozenset({"parameter", "series", "quantity"}))
    inside_first = make("`first`", frozenset({"parameter", "quantity"}))
    for written in question.expressions:
        tree = written.tree
        if written is question.answer and isinstance(tree, First):
            yield from check_names(draft, labels, written, tree.condition, inside_first)
        elif written is not question.answer or not _is_categorical(draft, tree):
            yield from check_names(draft, labels, written, tree, here)


def _check_time(draft: Draft, name: str, question: QuestionDraft) -> Iterator[Problem]:
    """A question about time needs a date; a date needs a question about time."""
    keys = ("questions", name)
    asked = [written for written in (question.answer, *question.choices.values()) if written is not None]
    if not asked or len(asked) < len(question.table.choices):
        return
    used = find_used_names(draft, *(written.tree for written in asked))
    timed = find_used_names(draft, *(written.tree for written in (*asked, question.given, question.annulled) if written is not None))
    if question.table.by is None:
        first = isinstance(asked[0].tree, First)
        what = "`first`" if first else "`total`" if timed.streams else f"the series `{min(timed.series)}`" if timed.series else ""
        if what and not _has_by(draft, name):
            yield draft.topic.at_key(
                keys, f"[questions.{name}] uses {what} but has no `by`", "say until which day it counts, as in by = 2027-12-31"
            )
    elif (
        not (question.table.probability or question.table.settled or timed.streams)  # one event has a date where its fraction has none
        and not any(is_categorical(draft, name) for name in used.names)  # and so has what one option of several comes true by
        and not isinstance(asked[0].tree, First)
        and _is_timeless(draft, used)
    ):
        message = "this answer never involves its question's date"
        yield draft.topic.at_key((*keys, "by"), message, HINT_WITHOUT_DATE)
    first_series = min(timed.series, default="")
    if question.table.by is not None and first_series and draft.series.get(first_series):
        points = draft.series[first_series].points
        if points and question.table.by < min(point.day for point in points):
            yield draft.topic.at_value((*keys, "by"), f"the series `{first_series}` begins only on {min(point.day for point in points)}")


def _is_timeless(draft: Draft, used: UsedNames) -> bool:
    """Whether only parameters are named (a name that is unknown or out of place has been reported already)."""
    return all(draft.kinds.get(name) in {"parameter", "quantity"} for name in used.names)


def _has_by(draft: Draft, name: str) -> bool:
    """Whether a question has a `by` at all: one that is not a date is reported where it stands."""
    return "by" in draft.topic.content["questions"][name]
