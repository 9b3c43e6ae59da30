"""The two files of a topic as a variant has them: what it replaces stands in the place of the original, and problems lead to where it was written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from forecast.book.files.positions import Keys, Positions
from forecast.book.files.shapes import VARIANTS
from forecast.book.files.sources import Document


@dataclass(frozen=True, slots=True)
class _Replacement:
    """Content that stands at ``to`` in a variant, and was written at ``written``."""

    written: Keys
    to: Keys
    content: Any


def topic_document_of(document: Document, variant: str) -> Document:
    """Return the topic file of one variant; its tables must have their shape."""
    content = {key: value for key, value in document.content.items() if key not in {VARIANTS, "combine"}}
    return _replace_parts(document, content, list(_topic_replacements(document.content[VARIANTS][variant], (VARIANTS, variant))))


def prior_document_of(document: Document, written: Mapping[str, Any], variant: str) -> Document:
    """Return the prior file of one variant, from the file without variants and what is ``written`` of the variant there."""
    priors = written.get("priors", {})
    keys = (VARIANTS, variant, "priors")
    return _replace_parts(document, document.content, [_Replacement((*keys, name), (name,), table) for name, table in priors.items()])


def document_without(document: Document, group: str, names: Collection[str]) -> Document:
    """Return a document without the tables of some names in a group, or without those at its top where none is given."""
    if not names:
        return document
    if not group:
        return replace(document, content={name: table for name, table in document.content.items() if name not in names})
    kept = {name: table for name, table in document.content[group].items() if name not in names}
    return replace(document, content={**document.content, group: kept})


def _topic_replacements(table: Mapping[str, Any], keys: Keys) -> Iterator[_Replacement]:
    for group in ("streams", "series"):
        for name, changes in table.get(group, {}).items():
            for key, content in changes.items():
                yield _Replacement((*keys, group, name, key), (group, name, key), content)
    for name, content in table.get("quantities", {}).items():
        yield _Replacement((*keys, "quantities", name), ("quantities", name), content)


def _replace_parts(document: Document, content: Mapping[str, Any], parts: list[_Replacement]) -> Document:
    changed: dict[str, Any] = dict(content)
    for part in parts:
        changed = _replace_at(changed, part.to, part.content)
    return replace(document, content=changed, positions=_move_positions(document.positions, {part.written: part.to for part in parts}))


def _replace_at(table: Mapping[str, Any], keys: Keys, content: Any) -> dict[str, Any]:
    first, *rest = keys
    inner = _replace_at(table.get(str(first), {}), tuple(rest), content) if rest else content
    return {**table, str(first): inner}


def _move_positions(positions: Positions, moves: Mapping[Keys, Keys]) -> Positions:
    """The positions in which what is at the keys of ``moves`` is found at those it moves to, in the place of what was there."""
    targets, lengths = set(moves.values()), {len(keys) for keys in (*moves, *moves.values())}

    def move_keys[Where](places: Mapping[Keys, Where]) -> dict[Keys, Where]:
        kept = {keys: at for keys, at in places.items() if not any(keys[:length] in targets for length in lengths)}
        for keys, at in places.items():
            for length in lengths:
                if len(keys) >= length and keys[:length] in moves:
                    kept[*moves[keys[:length]], *keys[length:]] = at
        return kept

    return replace(positions, keys=move_keys(positions.keys), values=move_keys(positions.values))
