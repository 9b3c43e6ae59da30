"""Where a contract differs from its question in something that the model knows, it should be a question of its own: which edit makes it one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from forecast.book.files.prior_text import toml_text
from forecast.book.topic import JudgedQuestion, Question
from forecast.markets.contract import Contract, Term

KNOWN_TO_MODELS: tuple[Term, ...] = (
    "comparator",
    "settlement_step",
    "shape",
    "deadline_zone",
)  # a threshold, its comparison, and the last day
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """Why a contract should be a question of its own, in sentences, and that question as a table to be edited; ``table`` is empty for none."""

    reasons: tuple[str, ...] = ()
    table: tuple[str, ...] = ()


def own_question(contract: Contract, question: Question | JudgedQuestion, *, title: str = "") -> OwnQuestion:
    """Return what to do where a contract's deadline, threshold or comparison is not that of its question; nothing where they are the same.

    ``title`` are the venue's words, where they are known.
    """
    by = question.by
    last = None if contract.deadline is None else _last_day(contract.deadline)
    other_day = contract.deadline is not None and by not in {None, last, (contract.deadline - _SECOND).date(), contract.deadline.date()}
    reasons = []
    if other_day:
        reasons.append(f"its last day is {last}, and that of `{question.name}` is {by}")
    for term in KNOWN_TO_MODELS:
        its = contract.term(term)
        if its.status == "different":
            reasons.append(f"`{term}` differs{f' ({its.note.rstrip(".")})' if its.note else ''}")
    if not reasons:
        return OwnQuestion()
    return OwnQuestion(tuple(reasons), tuple(_table(contract, question, title, f"{last}" if other_day else f"{by}" if by else "")))


def deadline_hours(contract: Contract, question: Question | JudgedQuestion) -> float | None:
    """Return by how many hours a contract's deadline is later than the end, in UTC, of its question's last day; None where either is not known."""
    if contract.deadline is None or question.by is None:
        return None
    end = datetime.combine(question.by, time(), UTC) + timedelta(days=1)
    return (contract.deadline - end) / timedelta(hours=1)


def _last_day(deadline: datetime) -> date:
    """The last day before a deadline in its own zone.

    In UTC, in which venues write all times, it is the day whose end is nearest: 04:59 is the evening before in New York.  Midnight in UTC
    stands for its day, since venues that know only the day write it so.
    """
    if deadline.utcoffset():
        return (deadline - _SECOND).date()
    return deadline.date() if deadline.time() == time() else (deadline - timedelta(hours=12)).date()


def _table(contract: Contract, question: Question | JudgedQuestion, title: str, by: str) -> Iterator[str]:
    """The question's own table under another name, with the day changed and a comment on the key that is left to edit."""
    terms = [term for term in KNOWN_TO_MODELS if contract.term(term).status == "different" and term != "deadline_zone"]
    edit = f"  # edit: {', '.join(terms)}" if terms else ""
    yield f"[questions.{question.name}_{contract.name.replace('-', '_')}]"
    yield f"asks = {toml_text(title or question.asks)}{'' if title else '  # edit: in the words of the contract'}"
    if by:
        yield f"by = {by}"
    if isinstance(question, JudgedQuestion):
        yield f"type = {toml_text(question.type)}"
        if question.options:
            yield f"options = {toml_text(', '.join(question.options))}"
        return
    if question.since is not None:
        yield f"since = {question.since}"
    if question.answer_text:
        yield f"{'probability' if question.is_fraction else 'answer'} = {toml_text(question.answer_text)}{edit}"
    for label, text in question.choice_texts.items():
        yield f"choices.{toml_text(label)} = {toml_text(text)}{edit}"
    if question.given_text:
        yield f"given = {toml_text(question.given_text)}"
    if question.annulled_text:
        yield f"annulled = {toml_text(question.annulled_text)}"
