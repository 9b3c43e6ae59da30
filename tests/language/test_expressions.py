"""Expressions and statements: what is read, and what is refused where."""

from __future__ import annotations

import pytest

from forecast.language.expressions import (
    Binary,
    Compare,
    Index,
    Label,
    Name,
    Number,
    Total,
    fold_constant,
    is_condition,
    names_in,
    streams_in,
)
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.language.statements import parse_statement


def test_an_expression_becomes_a_tree_with_offsets():
    """Each node knows where in the text it began."""
    assert parse_expression("a + 2 * x['b']") == Binary("+", Name("a", 0), Binary("*", Number(2.0, 4), Index("x", Label("b", 10), 8), 4), 0)


def test_offsets_count_characters_not_bytes():
    """A name after letters of two bytes stands where a reader sees it."""
    assert parse_expression("größe + y") == Binary("+", Name("größe", 0), Name("y", 8), 0)


def test_leading_space_counts_in_offsets():
    """Offsets are those of the text as it stands in the file."""
    assert parse_expression("  a > 1") == Compare((">",), (Name("a", 2), Number(1.0, 6)), 2)


def test_total_names_a_stream_and_not_a_value():
    """``total(captures)`` is a node of its own and its stream no name of the scope."""
    tree = parse_expression("total(captures) - 2 * sent")
    assert (tree.left, names_in(tree), streams_in(tree)) == (Total("captures", 0), {"sent": 22}, {"captures": 0})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x > 1", True), ("not x > 1", True), ("x > 1 and y < 2", True), ("x", False), ("1 if x > 1 else 0", False), ("(x > 1) + 1", False)],
)
def test_a_condition_is_told_from_a_number(text, expected):
    """Comparisons and what joins them are conditions; arithmetic on them is a number."""
    assert is_condition(parse_expression(text)) is expected


@pytest.mark.parametrize(("text", "value"), [("-2 ** 2", -4.0), ("1 / 4", 0.25), ("2 * (3 + 1)", 8.0), ("x + 1", None)])
def test_constants_are_folded(text, value):
    """An expression of numbers alone has its value, one with names none."""
    assert fold_constant(parse_expression(text)) == value


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("a.b", "attributes are not part of the language", 0),
        ("__import__('os')", "unknown function `__import__`", 0),
        ("(lambda: 1)()", "functions cannot be defined here", 1),
        ("[x for x in y]", "loops are not part of the language", 0),
        ("x[1:2]", "slices are not part of the language", 2),
        ("a + (b := 2)", "names cannot be assigned here", 5),
        ("f'{x}'", "formatted strings are not part of the language", 0),
        ("x ^ 2", "this operator is not part of the language", 0),
        ("x in y", "`in` is not part of the language", 0),
        ("2**2**99", "this is not a finite number", 0),
        ("1e999", "this is not a finite number", 0),
        ("1 / 0", "division by zero", 0),
        ("(-8) ** 0.5", "this is not a finite number", 0),
        ("True + 1", "`True` is not part of the language", 0),
        ("None", "`None` is not part of the language", 0),
        ("3j", "`3j` is not part of the language", 0),
        ("exp(1, 2)", "`exp` takes 1 argument, not 2", 0),
        ("min(x)", "`min` takes 2 to 8 arguments, not 1", 0),
        ("total(a + b)", "`total` takes the name of one stream", 0),
        ("first(x)", "`first` takes one condition", 0),
        ("exp(x=1)", "`exp` takes no named arguments", 0),
        ("", "an expression is missing", 0),
        ("(" * 1000 + ")" * 1000, "nested deeper than 250", 250),
        ("-" * 1999 + "1", "nested deeper than 250", 251),
        ("x + " * 12_000 + "1", "nested deeper than 250", 0),
        ("x + " * 12_500 + "1", "50,001 characters long; the longest allowed is 50,000", 0),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_place(text, message, offset):
    """Every refusal says what and where."""
    with pytest.raises(Fault) as fault:
        parse_expression(text)
    assert (fault.value.message, fault.value.offset) == (message, offset)


def test_a_statement_is_a_distribution_with_named_arguments():
    """Names, expressions and offsets of a statement's arguments are kept in order."""
    statement = parse_statement("Poisson(mu=rate * months)")
    assert (statement.distribution, list(statement.arguments), dict(statement.offsets)) == ("Poisson", ["mu"], {"mu": 8})


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("rate * 2", "a statement is a distribution with named arguments", 0),
        ("Poisson(3)", "arguments are given by name", 8),
        ("Poisson(**x)", "starred arguments are not part of the language", 8),
        ("Poisson(mu=1, mu=2)", "`mu` is given twice", 14),
        ("pm.Poisson(mu=1)", "a statement is a distribution with named arguments", 0),
    ],
)
def test_what_is_no_statement_is_refused(text, message, offset):
    """A statement that is none says why and where."""
    with pytest.raises(Fault) as fault:
        parse_statement(text)
    assert (fault.value.message, fault.value.offset) == (message, offset)


def test_a_tree_is_walked_once_for_its_names() -> None:
    """What a tree mentions is found once, and an equal tree at other places has its own offsets."""
    tree, other = parse_expression("rate * total(seen)"), parse_expression("   rate * total(seen)")
    assert names_in(tree) is names_in(tree)
    assert streams_in(tree) is streams_in(tree)
    assert (dict(names_in(tree)), dict(names_in(other))) == ({"rate": 0}, {"rate": 3})
