"""A hindcast that rests on a label of the future says so, and today's update does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.test_early_labels import book_with
from tests.cli.conftest import Run

pytestmark = pytest.mark.medium
MESSAGE = "`regime` is taken to be `thaw`, which no row known on 2019-06-30 has"


def test_a_hindcast_warns_of_labels_that_were_not_known(run: Run, tmp_path: Path):
    """`update --as-of` has the warning and exit code 0; `update` of today has none."""
    root = tmp_path / "early"
    book_with(root)
    hindcast = run("update", "--no-referee", "--no-insight", "--as-of", "2019-06-30", on=root)
    assert (hindcast.code, (hindcast.out + hindcast.err).count(MESSAGE)) == (0, 1)
    today = run("update", "--no-referee", "--no-insight", on=root)
    assert (today.code, "is taken to be" in today.out + today.err) == (0, False)
