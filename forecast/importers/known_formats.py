"""Which format a file seems to be of, by its first bytes, for a hint where it was given to another."""

from __future__ import annotations

from pathlib import Path

MOST_BEGIN_BYTES = 4_096
_COLUMNS = (("Question title", "fatebook"), ("questionTitle", "fatebook"), ("output_type_id", "hub"), ("oracle_value", "hub"))


def hint_of_format(path: Path) -> str:
    """Return which command reads a file, empty where that is not seen."""
    with path.open("rb") as raw:
        return hint_of_bytes(raw.read(MOST_BEGIN_BYTES))


def hint_of_bytes(begin: bytes) -> str:
    """Return which command reads a file that begins so, empty where that is not seen."""
    if begin.startswith(b"PK"):
        return "this is a ZIP; one from Metaculus is read by `forecast import metaculus`"
    text = begin.decode("utf-8-sig", errors="replace").lstrip()
    if text.startswith(("{", "[")):
        return "this is JSON; `forecast import predictionbook`, `manifold` and `forecastbench` read such files"
    first = text.split("\n")[0]
    if "Question ID" in first:
        return ""  # of a ZIP from Metaculus that was unpacked
    named = next((name for column, name in _COLUMNS if column in first), "csv" if "," in first else "")
    return f"this is a CSV, which `forecast import {named}` reads" if named else ""
