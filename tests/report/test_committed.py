"""The reports in this repository are what the code makes of their JSON, to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.report.pages import render_index, render_topic
from forecast.schema.topic import read_content
from tests.support.paths import ROOT

REPORTS = ROOT / "reports"
DIRECTORIES = [REPORTS, *sorted(path for path in (REPORTS / "as-of").glob("*") if path.is_dir())]
NOT_MADE = {"README.md", "ledger.jsonl", ".lock", ".gitignore"}


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_the_committed_reports_are_what_the_code_makes(directory: Path):
    """Every page, every picture and the index of a directory are made again, none is missing and none is left over."""
    contents = {path.stem: read_content(path.read_bytes(), name=path.name) for path in sorted(directory.glob("*.json"))}
    assert contents
    made = render_index(list(contents.values()))
    for content in contents.values():
        made |= render_topic(content)
    found = {path.relative_to(directory) for path in directory.rglob("*") if path.is_file()}
    kept = {path.as_posix() for path in found if path.parts[0] != "as-of" and path.name not in NOT_MADE}
    assert kept == {*made, *(f"{name}.json" for name in contents)}
    assert [name for name, data in made.items() if (directory / name).read_bytes() != data] == []
