"""Where the project and its small books stand."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TINY_BOOK = ROOT / "tests" / "books" / "tiny"


def topic_reports(directory: Path) -> list[Path]:
    """The JSON of the reports of topics in a directory of reports, and in the hindcasts below it; pages of the record are none."""
    found = (*directory.glob("*.json"), *directory.glob("as-of/*/*.json"))
    return sorted(path for path in found if path.stem not in {"score", "calibration"})
