"""What the README of seeds says of collections is what the program reads and writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forecast.forecasts.tables import TABLES, Table
from forecast.importers import archive, json_file, plain_file
from forecast.importers.csv_mapping import read_mapping
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


def test_the_mapping_of_the_readme_is_read(tmp_path: Path):
    """With every column, scale and word that it names."""
    (text,) = re.findall(r"(?s)```toml\n(platform = .*?)```", PAGE)
    (tmp_path / "mapping.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(tmp_path / "mapping.toml")
    assert (mapping.scale, mapping.zone, mapping.columns["value"], mapping.outcomes["true"]) == (
        "percent",
        "Europe/Berlin",
        "Chance",
        "yes",
    )


def test_the_bounds_of_plain_files_stand_in_the_readme():
    """In MB, lines and characters, as they are."""
    said = re.search(r"A text file may have ([0-9]+) MB, ([0-9,]+) lines and ([0-9,]+) characters in a line, .*? JSON ([0-9]+) MB", PAGE)
    assert said is not None
    text, lines, characters, of_json = (int(number.replace(",", "")) for number in said.groups())
    bounds = (plain_file.MOST_PLAIN_BYTES, archive.MOST_TEXT_LINES, archive.LONGEST_TEXT_LINE, json_file.MOST_JSON_BYTES)
    assert (text * 1_000_000, lines, characters, of_json * 1_000_000) == bounds
