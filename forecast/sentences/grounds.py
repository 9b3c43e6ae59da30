"""What answers rest on, said on the first screen of a page: the first sentences of the topic's note and how many rows are weak; all else is folded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forecast.schema.topic import TopicContent
from forecast.schema.words import day

OPEN_WORDS = 50  # of the note that stand open, whole sentences; what follows is folded
SENTENCE_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][”\")]))(?<!\b[A-Za-z]\.)(?<!\b(?:Dr|Mr|St|No)\.)(?<!\bMrs\.)\s+(?=[^\Wa-z_]|[“\"(])")


@dataclass(frozen=True, slots=True)
class AnswerGrounds:
    """What a reader has to know of the answers at once, and what is folded beneath it (empty where nothing is)."""

    first: str
    more: str


def answer_grounds(content: TopicContent) -> AnswerGrounds | None:
    """Return what stands beneath the first answer of a page whose topic has a note; None where it has none.

    Open are the first sentences of the note, and how many rows are weak.  Folded are its other sentences, and since when the ledger has the
    priors; a note that is short folds nothing.
    """
    if "note" not in content:
        return None
    sentences = SENTENCE_END.split(content["note"])
    count = _count_open(sentences)
    first, more = [*sentences[:count], *_weak_rows(content)], [*sentences[count:], *_ledger_day(content)]
    if count == len(sentences):
        first, more = [*first, *more], []
    return AnswerGrounds(" ".join(first), " ".join(more))


def _count_open(sentences: list[str]) -> int:
    """Return how many of a note's sentences stand open: the first, and those after it while they are few words together."""
    words, count = len(sentences[0].split()), 1
    for sentence in sentences[1:]:
        words += len(sentence.split())
        if words > OPEN_WORDS:
            break
        count += 1
    return count


def _ledger_day(content: TopicContent) -> list[str]:
    return [f"The ledger has had these priors since {day(content['priors_written'])}."] if "priors_written" in content else []


def _weak_rows(content: TopicContent) -> list[str]:
    """How many rows are of grade C; those of records that are too long to be listed are not counted."""
    rows = [row for stream in content["streams"] if "long" not in stream for row in stream["rows"]]
    weak = sum(row["grade"] == "C" for row in rows)
    if not weak:
        return []
    are = "is weak" if weak == 1 else "are weak"
    return [f"Of the {len(rows)} rows of the record, {weak} {are} (grade C): recalled from memory, or zeros that no source states."]
