"""Tables of a report's JSON as columns in its file: each key stands there once, and its values side by side.

In memory a table is a list with one mapping for each row, which is easier to use.  In the file of a topic with 13 measures
the keys of such rows took a third of all bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

TABLE_PATHS = (
    "insight.leverage.*.values",
    "insight.sensitivity.*.values",
    "insight.signposts.*.values",
    "insight.split.*.parts",
    "insight.power",
    "insight.surprise",
    "insight.score",
    "verdict.checks",
)


def tables_to_columns(content: Mapping[str, object]) -> dict[str, object]:
    """Return a content as its file has it: a table whose rows all have the same keys as one list for each key."""
    return _replace_tables(content, _columns)


def columns_to_tables(content: Mapping[str, object]) -> dict[str, object]:
    """Return the content of a file: its tables as rows again, also where the file has rows, as those of format 2; what is neither stays as it is."""
    return _replace_tables(content, _rows)


def _columns(table: object) -> object:
    if (
        not isinstance(table, list)
        or not table
        or not all(isinstance(row, dict) and list(row) == list(table[0]) for row in table)
        or not table[0]
    ):
        return table
    return {key: [row[key] for row in table] for key in table[0]}


def _rows(table: object) -> object:
    if not isinstance(table, dict) or not table or not all(isinstance(column, list) for column in table.values()):
        return table
    if len({len(column) for column in table.values()}) != 1:
        return table
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def _replace_tables(content: Mapping[str, object], convert: Callable[[object], object]) -> dict[str, object]:
    replaced = dict(content)
    for path in TABLE_PATHS:
        first, *rest = path.split(".")
        if first in replaced:
            replaced[first] = _replace_at(replaced[first], rest, convert)
    return replaced


def _replace_at(value: object, keys: Sequence[str], convert: Callable[[object], object]) -> object:
    """A value with what lies at a path of keys converted; as it is where there is no such path."""
    if not keys:
        return convert(value)
    first, rest = keys[0], keys[1:]
    if first == "*":
        return [_replace_at(element, rest, convert) for element in value] if isinstance(value, list) else value
    return {**value, first: _replace_at(value[first], rest, convert)} if isinstance(value, dict) and first in value else value
