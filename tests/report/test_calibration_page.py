"""The page of calibration: made from its JSON alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.book.files.folder import Folder
from forecast.report.calibration_page import calibration_files
from forecast.report.rerender import render_missing_pages
from forecast.schema.calibration import read_calibration
from forecast.schema.topic import ReportFault
from tests.support.calibration_records import calibration_page_of, files_under, sample_calibration_page
from tests.support.invented_records import QUESTION, YES, collection, said

pytestmark = pytest.mark.medium


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with the page, written once."""
    root = tmp_path_factory.mktemp("calibration") / "book"
    sample_calibration_page(root)
    return root


def test_the_files_are_those_of_the_json(written: Path):
    """What is written is what the JSON alone makes, byte for byte."""
    content = read_calibration((written / "reports" / "calibration.json").read_bytes())
    found = dict(files_under(written / "reports"))
    assert {name: data for name, data in found.items() if "calibration" in name} == calibration_files(content)


def test_a_page_that_is_gone_is_made_again(written: Path):
    """From its JSON, by the same bytes."""
    page = written / "reports" / "calibration.html"
    before = page.read_bytes()
    page.unlink()
    made, problems = render_missing_pages(Folder(written), ["reports"])
    assert problems == ()
    assert [name for name in made if "calibration" in name] == ["reports/calibration.html"]
    assert page.read_bytes() == before


def test_a_json_that_was_changed_is_refused(written: Path):
    """By its digest, its format, or a key that is missing."""
    data = json.loads((written / "reports" / "calibration.json").read_bytes())
    for change in ({"as_of": "2026-01-01"}, {"format": 99}, {"numbers": None}):
        with pytest.raises(ReportFault):
            read_calibration(json.dumps({**data, **change}).encode())
    with pytest.raises(ReportFault):
        read_calibration(b"{")


def test_names_of_a_record_are_shown_as_text(tmp_path: Path):
    """Markup in the name of a forecaster stays text."""
    hostile = "<script>alert(1)</script>"
    collection(tmp_path, [said(hostile, 0.5)], questions=[QUESTION], resolutions=[YES])
    (tmp_path / "book.toml").touch()
    calibration_page_of(tmp_path)
    assert "<script>alert" not in (tmp_path / "reports" / "calibration.html").read_text(encoding="utf-8")
