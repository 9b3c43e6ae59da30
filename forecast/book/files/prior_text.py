"""The text of a prior file with one prior changed: everything else stays as it was, to the byte.

Edits are made at the places where keys and values stand, so that comments,
alignment, quotes and line ends survive.  (tomlkit keeps them too where a value is
replaced, but puts a new key behind the comment that stands above the next table.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from forecast.book.files.names import DEFAULT
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Place, Problem
from forecast.book.files.sources import Document
from forecast.language.faults import did_you_mean, known_names_text

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_REMARK = re.compile(r"[ \t]*(#[^\n]*)")

type Edit = tuple[int, int, str]  # from, to, and what stands there instead


@dataclass(frozen=True, slots=True)
class Revision:
    """Another statement for a parameter, or for one of its labels; ``why`` and ``reviewed`` where they change too."""

    name: str
    statement: str
    label: str = ""
    why: str | None = None
    reviewed: date | None = None


def revision_problem(document: Document, revision: Revision) -> Problem | None:
    """Return why a revision has no place in a prior file, or None where it has one."""
    path, table = document.source.path, document.content.get(revision.name)
    if not isinstance(table, Mapping):
        hint = did_you_mean(revision.name, document.content) or known_names_text("priors", document.content)
        return Problem(Place(path), f"no prior `{revision.name}` in {path}", hint)
    name, label, per = revision.name, revision.label, table.get("per")
    if "experts" in table:
        return document.at_key((name, "experts"), f"`{name}` is pooled from several experts: there is no single prior to set", _BY_HAND)
    if "prior" not in table:
        return document.at_key(
            (name,), f"[{name}] has no `prior` to set", 'add the line by hand, as in prior = "Beta(mean=0.2, strength=10)"'
        )
    by_label = isinstance(table["prior"], Mapping)
    if by_label and ("weight" in table or not per):
        return document.at_key((name, "prior"), f"`{name}` is a mixture of named priors: there is no single prior to set", _BY_HAND)
    if by_label and not label:
        hint = f"say which with --label: {', '.join(table['prior'])}"
        return document.at_key((name, "prior"), f"`{name}` has a prior for each label", hint)
    if label and not per:
        return document.at_key((name, "prior"), f"`{name}` has a single value, and no labels", "leave --label out")
    return None


def revised_text(raw: str, document: Document, revision: Revision, *, spent: Collection[str] = ()) -> str:
    """Return a prior file's text with a revision made in it, for which ``revision_problem`` found no fault.

    ``raw`` is the text with its line ends as they are in the file; the document was read from it.  A remark behind the
    old prior that is among the ``spent`` goes with it: it says what the old numbers come to.
    """
    edits = [_without_remark(document, edit, spent) for edit in _edits(document, revision, "prior", revision.statement)]
    if revision.why is not None:
        edits += _edits(document, revision, "why", revision.why)
    if revision.reviewed is not None:
        edits += _edit_or_add(document, (revision.name, "reviewed"), revision.reviewed.isoformat())
    return _apply_edits(raw, _merge_edits(edits))


def toml_text(text: str) -> str:
    """Return a TOML string of a text (JSON's escapes are TOML's, which forbids one character more)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_BY_HAND = "edit the file, then `forecast check`"


def _edits(document: Document, revision: Revision, key: str, text: str) -> list[Edit]:
    """The edits that put a text under ``prior`` or ``why``, or under a label of it."""
    keys: Keys = (revision.name, key)
    table = document.content[revision.name]
    if not revision.label:
        return _edit_or_add(document, keys, toml_text(text))
    if key in table and not isinstance(table[key], Mapping):
        return [
            *_default_key_edits(document, keys),
            _insertion_edit(document, keys, keys, f"{key}.{_key_text(revision.label)}", toml_text(text)),
        ]
    return _edit_or_add(document, (*keys, revision.label), toml_text(text))


def _edit_or_add(document: Document, keys: Keys, value: str) -> list[Edit]:
    if keys in document.positions.values:
        return [(*document.positions.values[keys], value)]
    siblings = [
        sibling
        for sibling in document.positions.values
        if len(sibling) == len(keys) and sibling[:-1] == keys[:-1] and _is_plain(document, sibling)
    ]
    last = max(siblings, key=lambda sibling: document.positions.values[sibling])
    return [_insertion_edit(document, last, last, _key_text(str(keys[-1])), value)]


def _without_remark(document: Document, edit: Edit, spent: Collection[str]) -> Edit:
    """An edit of a value that also takes away the remark behind it, where that is among the ``spent`` and the value becomes another."""
    start, end, value = edit
    text = document.positions.text
    found = _REMARK.match(text, end)
    if start == end or found is None or found[1].rstrip() not in spent or text[start:end] == value:
        return edit
    return start, found.end(), value


def _is_plain(document: Document, keys: Keys) -> bool:
    start, _ = document.positions.values[keys]
    return document.positions.text[start] != "{"


def _default_key_edits(document: Document, keys: Keys) -> list[Edit]:
    """A single value becomes that of every label without one of its own."""
    start, value_start = document.positions.keys[keys], document.positions.values[keys][0]
    text = document.positions.text
    sign = text.rindex("=", start, value_start)
    end = start + len(text[start:sign].rstrip())
    spare = sign - end
    longer = f"{text[start:end]}.{DEFAULT}"
    return [(start, end + max(0, min(len(longer) - (end - start), spare - 1)), longer)]


def _insertion_edit(document: Document, after: Keys, like: Keys, key: str, value: str) -> Edit:
    """A key more, behind the value at ``after`` and written as that at ``like`` is: on its own line, or within braces."""
    text = document.positions.text
    end = document.positions.values[after][1]
    start, value_start = document.positions.keys[like], document.positions.values[like][0]
    if any(len(other) < len(after) and other == after[: len(other)] for other in document.positions.values):  # an inline table
        return end, end, f", {key} = {value}"
    line_start = text.rfind("\n", 0, start) + 1
    sign = text.rindex("=", start, value_start)
    prefix = text[line_start:start]
    room = sign - line_start - len(prefix)
    spaced = key.ljust(room) if text[sign - 1] not in " \t" else (key + " ").ljust(room)
    line_end = text.find("\n", end)
    at = len(text) if line_end < 0 else line_end
    return at, at, f"\n{prefix}{spaced}{text[sign:value_start]}{value}"


def _key_text(text: str) -> str:
    return text if _BARE.fullmatch(text) else toml_text(text)


def _merge_edits(edits: Iterable[Edit]) -> list[Edit]:
    """Edits in the order of their places, those that add at the same place joined in the order given."""
    joined: dict[tuple[int, int], str] = {}
    for start, end, text in edits:
        joined[start, end] = joined.get((start, end), "") + text
    return sorted((start, end, text) for (start, end), text in joined.items())


def _apply_edits(raw: str, edits: list[Edit]) -> str:
    """A text with edits made at places that were counted without the carriage returns at line ends."""
    at = [index for index, character in enumerate(raw) if raw[index : index + 2] != "\r\n" or character != "\r"]
    at.append(len(raw))
    parts, done = [], 0
    for start, end, added in edits:
        text = added
        if text.startswith("\n") and raw[at[start] - 1 : at[start] + 1] == "\r\n":  # between the two: the first half is there already
            text = text.replace("\n", "\r\n")[1:] + "\r"
        elif text.startswith("\n") and at[start] == len(raw) and "\r\n" in raw:
            text = text.replace("\n", "\r\n")
        parts += [raw[done : at[start]], text]
        done = at[end - 1] + 1 if end > start else at[start]
    return "".join((*parts, raw[done:]))
