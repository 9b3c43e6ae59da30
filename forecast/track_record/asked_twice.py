"""Questions that stand in several records: the same address on the web, so that they would be counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forecast.track_record.record_scores import RecordScores


@dataclass(frozen=True, slots=True)
class SharedQuestions:
    """How many questions two records share that count in both, by their addresses on the web."""

    first: str
    second: str
    questions: int


def shared_questions(records: Sequence[RecordScores]) -> Iterator[SharedQuestions]:
    """Yield the pairs of records that have forecasts of the same questions, as far as addresses on the web say so.

    A question without an address is taken to be one of its own.
    """
    addresses = [(its.record.name, _addresses(its)) for its in records]
    for at, (first, of_first) in enumerate(addresses):
        for second, of_second in addresses[at + 1 :]:
            if both := of_first & of_second:
                yield SharedQuestions(first, second, len(both))


def _addresses(its: RecordScores) -> frozenset[str]:
    places = {place for place, _ in its.counted.forecasters}
    wordings = [its.questions[place].question.wording for place in places]
    return frozenset(wording.url.rstrip("/") for wording in wordings if wording is not None and wording.url)
