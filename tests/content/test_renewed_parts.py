"""Parts that each update fills in, in one order whichever changed last."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from forecast.content.on_record import with_questions_on_record
from forecast.content.priors_written import with_day_written
from forecast.content.relations import with_relations
from forecast.content.renewed_parts import RENEWED_PARTS
from forecast.schema.topic import content_bytes
from tests.support.sample_report import sample_content

RECORDED: Any = {
    "name": "made",
    "asks": "?",
    "type": "binary",
    "by": None,
    "rule": "",
    "judged": True,
    "forecasts": [],
    "more": 0,
    "earlier_wordings": 0,
}
RELATION: Any = {"name": "one", "why": "So.", "holds": True}


def test_the_bytes_of_a_report_do_not_depend_on_which_part_changed_last():
    """Filled in in any order, over parts that stood there before, and taken away again."""
    plain = with_relations(with_day_written(with_questions_on_record(sample_content(), []), None), [])
    fills = (
        lambda its: with_questions_on_record(its, [RECORDED]),
        lambda its: with_day_written(its, date(2026, 1, 2)),
        lambda its: with_relations(its, [RELATION]),
    )
    made = set()
    for order in itertools.permutations(fills):
        content = with_day_written(plain, date(2025, 1, 1))
        for fill in order:
            content = fill(content)
        assert tuple(content)[-3:] == RENEWED_PARTS
        made.add(content_bytes(content))
        assert content_bytes(with_relations(with_day_written(with_questions_on_record(content, []), None), [])) == content_bytes(plain)
    assert len(made) == 1
