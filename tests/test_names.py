"""Names: a function is a verb phrase or the noun it returns, and a public name is defined once."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

PACKAGE = ROOT / "forecast"
IRREGULAR = {
    *("begun", "bound", "built", "chosen", "done", "drawn", "found", "given", "gone", "grown", "held", "kept", "known", "lost", "made"),
    *(
        "meant",
        "met",
        "said",
        "seen",
        "sent",
        "shown",
        "spent",
        "taken",
        "thought",
        "thrown",
        "told",
        "torn",
        "understood",
        "worn",
        "written",
    ),
}
NOUNS = {"ending", "heading", "listing", "meaning", "nothing", "ranking", "string"}
TWICE = {"open_book"}  # `forecast.open_book` loads the interface only where it is called


def test_no_function_is_named_by_a_bare_participle():
    """Neither functions nor methods, at any depth; a property may be: it is what something is."""
    wrong = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and not is_property(node) and is_participle(node.name.strip("_"))
    ]
    assert wrong == []


def test_no_public_name_is_defined_in_two_modules():
    """Classes, functions, types and constants, outside the command line, whose modules are read one at a time."""
    homes = defaultdict(set)  # a set, for a function with overloads is defined several times in its module
    for path in sorted(PACKAGE.rglob("*.py")):
        if "cli" not in path.relative_to(PACKAGE).parts:
            for name in public_names(ast.parse(path.read_text(encoding="utf-8"))):
                homes[name].add(path.relative_to(PACKAGE).as_posix())
    assert {name: modules for name, modules in homes.items() if len(modules) > 1 and name not in TWICE} == {}
    assert all(len(homes[name]) == 2 for name in TWICE)


def test_participles_are_told_from_verbs_and_nouns():
    """The rule that the tests above apply."""
    assert all(map(is_participle, ("told", "rounded", "listed", "drawn", "pooling")))
    assert not any(map(is_participle, ("round_values", "heading", "drawn_paths", "read", "split", "seed", "need", "string")))


def is_participle(name: str) -> bool:
    """Whether a name is one word that is a participle: regular, or one of the irregular ones that have been used here."""
    return name in IRREGULAR or (re.fullmatch(r"[a-z]*[^e](ed|ing)", name) is not None and name not in NOUNS)


def is_property(node: ast.FunctionDef) -> bool:
    """Whether a method is read as an attribute."""
    return any(ast.unparse(decorator).endswith("property") for decorator in node.decorator_list)


def public_names(tree: ast.Module) -> Iterator[str]:
    """The names that a module defines at its top, without an underscore."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name) | ast.ClassDef(name) | ast.TypeAlias(ast.Name(name)):
                names = [name]
            case ast.Assign() | ast.AnnAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_"))
