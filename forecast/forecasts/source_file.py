"""``source.toml`` of a collection: where its questions and forecasts come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Problem, Result
from forecast.book.files.sources import Document, read_document
from forecast.forecasts.record import RecordSource
from forecast.language.faults import did_you_mean

KEYS = ("platform", "file", "sha256", "imported", "zone", "me", "crowd")


def read_source_table(folder: Folder, path: str) -> Result[RecordSource]:
    """Read ``source.toml``; None where it is missing or something in it is an error."""
    document, problems = read_document(folder, path)
    if document is None:
        return Result(None, problems)
    wrong = [
        document.at_key((key,), f"a collection has no `{key}`", did_you_mean(key, KEYS) or f"its keys are {', '.join(KEYS)}")
        for key in document.content
        if key not in KEYS
    ]
    content = document.content
    me = content.get("me", [])
    _require(document, "platform", lambda value: isinstance(value, str) and bool(value), 'a name, as in "metaculus"', wrong)
    _require(document, "file", lambda value: isinstance(value, str), "the name of the file that was read", wrong)
    _require(document, "sha256", lambda value: isinstance(value, str), "the hash of that file", wrong)
    _require(document, "imported", lambda value: type(value) is date, "a date, as in 2026-10-02 without quotes", wrong)
    if not (isinstance(me, list) and all(isinstance(name, str) for name in me)):
        wrong.append(document.at_value(("me",), "`me` is no list of names", 'write me = ["name"]'))
    if content.get("crowd", "none") not in {"none", "persons"}:
        wrong.append(document.at_value(("crowd",), f"`{content['crowd']}` is no crowd", 'write "persons" or "none"'))
    if content.get("zone", "UTC") != "UTC":
        wrong.append(document.at_value(("zone",), "the times of a record are in UTC", 'write zone = "UTC"'))
    if wrong:
        return Result(None, (*problems, *wrong))
    source = RecordSource(
        platform=content["platform"],
        file=content["file"],
        sha256=content["sha256"],
        imported=content["imported"],
        zone="UTC",
        me=tuple(me),
        crowd="persons" if content.get("crowd") == "persons" else "none",
    )
    return Result(source, problems)


def source_text(source: RecordSource) -> str:
    """Return ``source.toml`` as text."""
    from forecast.book.files.prior_text import toml_text

    me = ", ".join(toml_text(name) for name in source.me)
    lines = [
        f"platform = {toml_text(source.platform)}",
        f"file = {toml_text(source.file)}",
        f"sha256 = {toml_text(source.sha256)}",
        f"imported = {source.imported.isoformat()}",
        f"zone = {toml_text(source.zone)}",
        f"me = [{me}]",
        f'crowd = {toml_text(source.crowd)}  # "persons" where everybody whom the venue counts is on record, else "none"',
    ]
    return "\n".join(lines) + "\n"


def _require(document: Document, key: str, is_sound: Callable[[object], bool], hint: str, wrong: list[Problem]) -> None:
    if key not in document.content:
        wrong.append(document.source.at(1, 1, f"`{key}` is missing", hint))
    elif not is_sound(document.content[key]):
        wrong.append(document.at_value((key,), f"`{key}` is not as it must be", hint))
