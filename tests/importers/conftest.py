"""A book without topics, and the way to import into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast.actions.import_record import ImportResult, import_files
from forecast.book.files.folder import Folder
from forecast.forecasts.reading import read_collection
from forecast.forecasts.record import ForecastRecord
from forecast.importers.choices import ImportChoices
from forecast.importers.formats import FORMATS
from tests.support.metaculus_zips import write_zip

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

type Import = Callable[..., ImportResult]
type Collected = Callable[..., ForecastRecord]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A book that has nothing yet."""
    root = tmp_path / "book"
    (root / "seeds").mkdir(parents=True)
    return root


@pytest.fixture
def bring(root: Path, tmp_path: Path) -> Import:
    """Import a ZIP made of questions, forecasts and scores, or one that is there."""

    def run(questions=(), forecasts=(), scores=(), *, file: Path | None = None, readme=None, files=None, **choices: object) -> ImportResult:
        path = file or write_zip(tmp_path / "data.zip", questions, forecasts, scores, readme=readme, files=files)
        return import_files(root, FORMATS["metaculus"], [path], ImportChoices(**choices), clock=lambda: NOW)

    return run


@pytest.fixture
def collected(root: Path) -> Collected:
    """Read a collection, in which nothing may be wrong."""

    def read(name: str = "metaculus") -> ForecastRecord:
        record, problems = read_collection(Folder(root), name)
        assert problems == ()
        return record

    return read


def complaints(result: ImportResult) -> list[tuple[str, int, str]]:
    """File, line and message of each problem."""
    return [(its.place.path, its.place.line, its.message) for its in result.problems]
