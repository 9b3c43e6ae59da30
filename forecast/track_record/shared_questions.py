"""Questions that stand in several records, under whatever names, and so would count several times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from forecast.forecasts.question import AskedQuestion
from forecast.forecasts.record import ForecastRecord
from forecast.language.count_words import count_text

NO_PLATFORM = frozenset({"csv"})  # of a table whose mapping names none, where ids are anybody's own
type QuestionMark = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedQuestions:
    """How many questions two records have in common, with the addresses of the first in both."""

    records: tuple[str, str]
    questions: int
    first: tuple[str, str]


def shared_questions(records: Sequence[ForecastRecord]) -> tuple[SharedQuestions, ...]:
    """Return the pairs of records that have questions in common.

    Two questions are one where they have the same id on the same platform, the same address on the web (if no other question of their record
    has it), or the same text and scheduled close.
    """
    marks = [_marks(record) for record in records]
    pairs = ((one, other, _common(marks[one], marks[other])) for one, other in combinations(range(len(records)), 2))
    return tuple(
        SharedQuestions(
            (records[one].name, records[other].name), len(found), (records[one].address(found[0][0]), records[other].address(found[0][1]))
        )
        for one, other, found in pairs
        if found
    )


def shared_sentence(shared: SharedQuestions) -> str:
    """Say that questions count twice, and what to do."""
    one, other = shared.records
    count = count_text(shared.questions, "question")
    stand = "stands" if shared.questions == 1 else "stand"
    counts = "counts" if shared.questions == 1 else "count"
    return (
        f"{count} {stand} in both {one} and {other} (as {shared.first[0]} and {shared.first[1]}), and {counts} twice where both are scored; "
        f"name the records that you want, or delete the folder of one."
    )


def _common(one: Mapping[QuestionMark, str], other: Mapping[QuestionMark, str]) -> list[tuple[str, str]]:
    """The questions that have a mark in common, each once."""
    found: dict[str, str] = {}
    for mark, name in one.items():
        if mark in other:
            found.setdefault(name, other[mark])
    return list(found.items())


def _marks(record: ForecastRecord) -> Mapping[QuestionMark, str]:
    """By what the questions of a record are known elsewhere."""
    asked = [wordings[-1] for wordings in record.questions.values()]
    urls = Counter(filter(None, map(_address, asked)))
    return {mark: its.id for its in asked for mark in _marks_of(record, its, urls)}


def _marks_of(record: ForecastRecord, asked: AskedQuestion, urls: Mapping[str, int]) -> Iterator[QuestionMark]:
    if record.source is not None and record.source.platform not in NO_PLATFORM:
        yield "id", record.source.platform, asked.id
    if urls.get(address := _address(asked)) == 1:
        yield "address", address
    closes = "" if asked.scheduled_close is None else asked.scheduled_close.isoformat(timespec="seconds")
    yield "text", " ".join(asked.text.casefold().split()), closes


def _address(asked: AskedQuestion) -> str:
    """The address of a question on the web, without what does not tell it from others."""
    return asked.url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/").casefold()
