"""Recorded public files beside the project, which are read where they are there; they are no part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.paths import ROOT

FIXTURES = ROOT.parent / "shared" / "fixtures"


def fixture_file(*names: str) -> Path:
    """The path of a recorded file; the test is skipped where it is not there."""
    path = FIXTURES.joinpath(*names)
    if not path.is_file():
        pytest.skip(f"{path.relative_to(ROOT.parent)} is not beside the project")
    return path
