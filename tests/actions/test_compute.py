"""What is computed of a topic: a record that is too long is not explained, and the report says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions import compute
from forecast.actions.update import update
from forecast.model.settings import Settings
from tests.benchmarks.books import write_long_record

pytestmark = pytest.mark.medium

DAY = date(2026, 1, 1)
ROWS = 30


@pytest.mark.parametrize("most", [ROWS, ROWS - 1])
def test_a_record_with_more_rows_than_are_explained_has_a_warning_instead(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With as many rows as the limit the report says why; with one more it does not, and a warning names both numbers."""
    write_long_record(tmp_path, ROWS)
    monkeypatch.setattr(compute, "MOST_ROWS_EXPLAINED", most)
    done = update(tmp_path, as_of=DAY, today=DAY, settings=Settings(draws=512), referee=False)
    messages = [problem.message for problem in done.problems if "does not say why" in problem.message]
    assert (done.contents["level"]["insight"] is not None, bool(messages)) == (most >= ROWS, most < ROWS)
    if messages:
        assert messages == [f"this report does not say why: its record has {ROWS} rows, and at most {ROWS - 1} are explained"]
