"""What the README of seeds says of collections is what the program reads and writes."""

from __future__ import annotations

import re

import pytest

from forecast.forecasts.tables import TABLES, Table
from forecast.importers import archive
from tests.support.paths import ROOT

PAGE = (ROOT / "seeds" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_the_columns_of_each_file_stand_in_the_readme(table: Table):
    """Every file has a row with its columns, in order."""
    (row,) = re.findall(rf"(?m)^\| `{table.file}\.csv` \| (.*) \|$", PAGE.split("## Records from elsewhere")[1])
    assert tuple(re.findall(r"`([^`]+)`", row)) == table.columns


def test_the_bounds_of_a_zip_stand_in_the_readme():
    """In MB, as they are."""
    bounds = (archive.MOST_ARCHIVE_BYTES, archive.MOST_MEMBER_BYTES)
    said = re.search(r"A ZIP of more than ([0-9]+) MB, a file in it of more than ([0-9]+) MB", PAGE)
    assert said is not None
    assert tuple(int(number) * 1_000_000 for number in said.groups()) == bounds
