"""Texts whose brackets nest deeper than Python's own parser goes, which is 200 levels.

What stands in a deep bracket is parsed by itself and put back into the tree, so that
the language has a limit of its own, which does not depend on what stands around an
expression.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

LEVELS_PARSED_AT_ONCE = 100  # levels that Python's parser sees at a time
_STANDING = "_"  # what stands for a bracket's content while the rest is parsed


def bracket_depths(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offset of each bracket outside quotes, and how deep its content is."""
    depth, quote = 0, ""
    for offset, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
            yield offset, depth
        elif character in ")]}":
            yield offset, depth
            depth -= 1


def parse_deep(text: str) -> ast.expr:
    """Return Python's syntax tree of one expression on one line, as ``ast.parse`` does, however deep its brackets are.

    Offsets count bytes of UTF-8, as Python's do.
    """
    contents = _deep_contents(text)
    if not contents:
        return ast.parse(text, mode="eval").body
    outer, end = "", 0
    inner: dict[int, ast.Call] = {}
    for start, stop in contents:
        content = text[start:stop]
        outer += text[end:start] + _STANDING * len(content.encode())
        at, end = len(text[:start].encode()), stop
        call = parse_deep(f"f({content})")
        assert isinstance(call, ast.Call)
        for node in ast.walk(call):
            if hasattr(node, "col_offset"):
                node.col_offset += at - len("f(")
        inner[at] = call
    whole = ast.parse(outer + text[end:], mode="eval")
    _restore_contents(whole, inner)
    return whole.body


def _deep_contents(text: str) -> list[tuple[int, int]]:
    """Where the contents of the brackets begin and end that open at the deepest level seen at a time; none where no text is as deep."""
    opened = 0
    contents: list[tuple[int, int]] = []
    for offset, depth in bracket_depths(text):
        if depth == LEVELS_PARSED_AT_ONCE and text[offset] in "([{":
            opened = offset + 1
        elif depth == LEVELS_PARSED_AT_ONCE and text[opened:offset].strip():
            contents.append((opened, offset))
    return contents if any(depth > LEVELS_PARSED_AT_ONCE for _, depth in bracket_depths(text)) else []


def _restore_contents(whole: ast.AST, inner: Mapping[int, ast.Call]) -> None:
    """Put the contents of brackets where names stand for them."""
    for node in list(ast.walk(whole)):
        if isinstance(node, ast.Call) and len(node.args) == 1 and (call := _bracket_call(node.args[0], inner)) is not None:
            node.args, node.keywords = call.args, call.keywords
            continue
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, name, [_bracket_value(element, inner) for element in value])
            else:
                setattr(node, name, _bracket_value(value, inner))


def _bracket_call(node: object, inner: Mapping[int, ast.Call]) -> ast.Call | None:
    is_standing = isinstance(node, ast.Name) and not node.id.strip(_STANDING)
    return inner.get(node.col_offset) if isinstance(node, ast.Name) and is_standing else None


def _bracket_value(node: object, inner: Mapping[int, ast.Call]) -> object:
    """The expression that a bracket without a function holds; several of them are a tuple, which the language refuses."""
    call = _bracket_call(node, inner)
    if call is None:
        return node
    if len(call.args) == 1 and not call.keywords:
        return call.args[0]
    return ast.Tuple(call.args, ast.Load(), lineno=1, col_offset=call.col_offset)
