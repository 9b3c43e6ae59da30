"""A declared mapping: which column of a CSV file is what, as a small TOML file says it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.language.faults import did_you_mean

MOST_MAPPING_BYTES = 100_000
MAPPED_COLUMNS = (
    *("question", "text", "type", "options", "who", "kind", "at", "until", "form", "value"),
    *("opens", "close", "resolution", "resolved", "tags", "url"),
)
REQUIRED_COLUMNS = ("question", "at", "value")
MAPPED_OUTCOMES = ("yes", "no", "annulled", "ambiguous")
_KEYS = ("platform", "zone", "scale", "me", "columns", "outcomes")

type ProbabilityScale = Literal["fraction", "percent"]


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """Headings by what they hold, the zone of times without one, the scale of probabilities, and words for outcomes.

    ``me`` stands for who forecasts, where no column says it.
    """

    columns: Mapping[str, str] = field(default_factory=lambda: {name: name for name in MAPPED_COLUMNS})
    outcomes: Mapping[str, str] = field(default_factory=lambda: {name: name for name in MAPPED_OUTCOMES})
    platform: str = ""
    zone: str = ""
    scale: ProbabilityScale = "fraction"
    me: str = "me"


def read_mapping(path: Path | None) -> CsvMapping:
    """Return the mapping of a file; without one that of ``forecast export --csv``.  Raises ``FileFault``."""
    if path is None:
        return CsvMapping()
    content = mapping_content(path)
    refuse_others(path, content, _KEYS, "key")
    columns, outcomes = mapping_table(path, content, "columns"), mapping_table(path, content, "outcomes")
    refuse_others(path, columns, MAPPED_COLUMNS, "column")
    for name in REQUIRED_COLUMNS:
        if name not in columns:
            raise mapping_fault(path, f"no column is named for `{name}`", f'write {name} = "its heading" under [columns]')
    texts = mapping_texts(path, {key: content.get(key, "") for key in ("platform", "zone", "scale", "me")})
    headings = mapping_texts(path, columns)
    if texts["scale"] not in {"", "fraction", "percent"}:
        raise mapping_fault(path, f"`{texts['scale']}` is no scale", 'write "fraction" or "percent"')
    return CsvMapping(
        headings,
        _words(path, outcomes),
        str(texts["platform"]),
        str(texts["zone"]),
        "percent" if texts["scale"] == "percent" else "fraction",
        str(texts["me"]) or "me",
    )


def mapping_content(path: Path) -> Mapping[str, object]:
    """Return what a mapping's file holds; raise ``FileFault`` where it is too large, cannot be read, or is no TOML."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_MAPPING_BYTES + 1)
        if len(raw) > MOST_MAPPING_BYTES:
            raise mapping_fault(path, f"a mapping has at most {MOST_MAPPING_BYTES:,} bytes")
        return tomllib.loads(raw.decode())
    except OSError as error:
        raise mapping_fault(path, f"this file cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise mapping_fault(path, f"this is no TOML: {str(error)[:200]}") from None


def _words(path: Path, outcomes: Mapping[str, object]) -> Mapping[str, str]:
    """Outcomes by the words for them; by their own where none are declared."""
    refuse_others(path, outcomes, MAPPED_OUTCOMES, "outcome")
    words: dict[str, str] = {}
    for outcome, listed in (outcomes or {name: [name] for name in MAPPED_OUTCOMES}).items():
        for word in listed if isinstance(listed, list) else [listed]:
            if not isinstance(word, str) or word in words:
                raise mapping_fault(path, f"the words for `{outcome}` are no texts, or one of them stands twice")
            words[word] = outcome
    return words


def mapping_table(path: Path, content: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return a table of a mapping, empty where there is none; raise ``FileFault`` where that is no table."""
    table = content.get(key, {})
    if not isinstance(table, dict):
        raise mapping_fault(path, f"`{key}` is no table", f"write [{key}], and below it a line for each")
    return table


def mapping_texts(path: Path, table: Mapping[str, object]) -> dict[str, str]:
    """Return a table whose values are texts; raise ``FileFault`` for one that is none."""
    texts: dict[str, str] = {}
    for key, text in table.items():
        if not isinstance(text, str):
            raise mapping_fault(path, f"`{key}` is no text")
        texts[key] = text
    return texts


def refuse_others(path: Path, table: Mapping[str, object], known: tuple[str, ...], what: str) -> None:
    """Raise ``FileFault`` for a key of a table that is none of those ``known``."""
    for key in table:
        if key not in known:
            raise mapping_fault(path, f"a mapping has no {what} `{key}`", did_you_mean(key, known) or f"there are {', '.join(known)}")


def mapping_fault(path: Path, message: str, hint: str = "") -> FileFault:
    """Return what is wrong with a mapping's file, to be raised."""
    return FileFault(Problem(Place(path.name), message, hint))
