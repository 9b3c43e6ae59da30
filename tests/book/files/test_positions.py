"""Where keys and values stand in TOML texts."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.book.files.positions import key_positions, positions

pytestmark = pytest.mark.medium

names = st.text("abcXYZ 09_-.é\"'#=", min_size=1, max_size=6)
scalars = st.one_of(st.integers(-9, 9), st.booleans(), st.text('ab"\\\n\t #[]{}=,é', max_size=8), st.dates())
values = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, min_size=1, max_size=3)), max_leaves=8
)
documents = st.dictionaries(names, values, max_size=5)


@given(documents)
@settings(max_examples=150, deadline=None)
def test_the_scanner_finds_exactly_the_paths_that_tomllib_finds(document: dict[str, Any]) -> None:
    """Every key and list item that tomllib reads has a position, and nothing else has."""
    text = tomlkit.dumps(document)
    assert set(key_positions(text)) == set(paths(tomllib.loads(text)))


@given(st.text("abc\"\\\n\té€#='", max_size=12), st.sampled_from(["basic", "long", "literal"]))
@settings(max_examples=200, deadline=None)
def test_an_offset_in_a_string_leads_to_the_character_in_the_file(content: str, kind: str) -> None:
    """Each character of a string value stands where the position says, also behind escapes and over lines."""
    if kind == "literal":
        content = content.replace("'", "").replace("\n", "")
        raw = f"'{content}'"
    elif kind == "long":
        body = content.replace("\\", "\\\\").replace('"', '\\"')
        raw = f'"""\n{body}"""'
    else:
        body = content.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\u0009")
        raw = f'"{body}"'
    text = f"# é\n[table]\nkey = {raw}\n"
    assert tomllib.loads(text)["table"]["key"] == content
    found = positions(text)
    lines = text.split("\n")
    seen = []
    for offset, character in enumerate(content):
        line, column = found.value(("table", "key"), offset)
        shown = (lines[line - 1] + "\n")[column - 1 :]
        seen.append("\\" if character == "\\" else character)
        assert shown.startswith((character, {"\n": "\\n", "\t": "\\u0009", '"': '\\"', "\\": "\\\\"}.get(character, character)))
    assert "".join(seen) == content


def test_escapes_at_line_ends_are_passed_over() -> None:
    """A backslash at a line's end joins lines, and positions count on in the next line."""
    text = 'a = """x\\\n   y"""\n'
    assert tomllib.loads(text) == {"a": "xy"}
    assert [positions(text).value(("a",), offset) for offset in (0, 1)] == [(1, 8), (2, 4)]


def test_items_of_nested_lists_of_tables_are_told_apart() -> None:
    """A new [[item]] begins its own inner lists anew."""
    text = "[[a]]\n[[a.b]]\nx = 1\n[[a.b]]\n[[a]]\n[[a.b]]\nx = 2\n"
    assert set(key_positions(text)) == set(paths(tomllib.loads(text)))
    assert key_positions(text)["a", 1, "b", 0, "x"] == (7, 1)


def test_a_missing_key_stands_where_its_table_stands() -> None:
    """The nearest enclosing key gives its place to one that does not exist."""
    assert positions("[a.b]\nc = 1\n").key(("a", "b", "d", "e")) == (1, 4)


def paths(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every path of keys and list items of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, item in inner for path in [(*above, key), *paths(item, (*above, key))]]
