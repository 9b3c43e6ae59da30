"""Questions that stand in several records are said to count twice."""

from __future__ import annotations

from pathlib import Path

from forecast.content.scores import scores_content
from forecast.track_record.asked_twice import shared_questions
from tests.support.invented_records import NOW, QUESTION, YES, collection, said, scored


def test_questions_of_two_collections_are_said_to_count_twice(tmp_path: Path):
    """The same address in two records is one question; questions without one, or without a forecast, are not compared."""
    asked = [
        {**QUESTION, "url": "https://example.org/q/1/"},
        {**QUESTION, "id": "other", "url": "https://example.org/q/2"},
        {**QUESTION, "id": "bare"},
    ]
    rows = [said("ann", 0.9), said("ann", 0.9, question="bare")]
    ends = [{**YES, "question": name} for name in ("q", "other", "bare")]
    records = [scored(collection(tmp_path, rows, questions=asked, resolutions=ends, name=name)) for name in ("first", "second")]
    (found,) = shared_questions(records)
    assert (found.first, found.second, found.questions) == ("first", "second", 1)
    notes = scores_content(
        records, (), as_of=NOW.date(), summaries=(), with_early=(), later_summaries=(), reference=None, skill=(), tournaments=()
    )["notes"]
    assert [note.partition(",")[0] for note in notes] == ["1 question stands in both first and second"]
    assert list(shared_questions(records[:1])) == []
