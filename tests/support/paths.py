"""Where the project and its small books stand."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TINY_BOOK = ROOT / "tests" / "books" / "tiny"
