"""Names that stand for files of a book already, or that no file can have: refused with the reason, so that no file is written twice."""

from __future__ import annotations

from collections.abc import Mapping

RECORDS_OF_OTHER_KINDS = (
    *("questions", "forecasts", "resolutions", "records"),
    *("contracts", "quotes", "books", "pools", "positions"),
)
DEVICES = ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)))
TAKEN_BY_RECORDS: Mapping[str, str] = {
    **dict.fromkeys(RECORDS_OF_OTHER_KINDS, "it is kept for files of another kind in seeds"),
    **dict.fromkeys(DEVICES, "it is a device of Windows, where no file can have this name"),
}
TAKEN_BY_TOPICS: Mapping[str, str] = {
    **TAKEN_BY_RECORDS,
    "calibration": "reports/calibration.html is the page of calibration",
    "score": "reports/score.html is the page of scores",
    "index": "reports/index.html is the list of topics",
    "as-of": "reports/as-of holds reports of earlier days",
    "ledger": "reports/ledger.jsonl is the ledger",
    "readme": "README.md says what a folder holds",
}


def topic_reason(name: str) -> str:
    """Return why no topic can have a name; empty for a name that is free."""
    return TAKEN_BY_TOPICS.get(name, "")


def record_reason(name: str) -> str:
    """Return why no stream or series can have a name, which is that of its file; empty for a name that is free."""
    return TAKEN_BY_RECORDS.get(name, "")
