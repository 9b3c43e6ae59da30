"""How deep an expression may nest, and that every walk over a tree goes as deep."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.book.hashes import tree_as_data
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import map_nodes, names_in
from forecast.language.faults import Fault
from forecast.language.ops import NumpyOps
from forecast.language.parsing import DEEPEST_NESTING, parse_expression
from forecast.language.source import SourceOps, SourceText
from forecast.language.statements import parse_statement

FORMS = [
    "(@)",
    "-@",
    "(@ + 1)",
    "exp(@)",
    "max(1, @)",
    "(@ > 1)",
    "not @",
    "(x > 1 and @)",
    "(@ if x > 1 else 2)",
    "2 ** @",
    "a[@]",
]


def nested(form: str, depth: int) -> str:
    """A form in a form in a form."""
    text = "x"
    for _ in range(depth):
        text = form.replace("@", text)
    return text


@pytest.mark.parametrize("form", FORMS)
def test_each_form_nests_as_deep_as_the_limit_says(form):
    """What nests to the limit is read, worked out, written as source, hashed and rebuilt, also from deep in a program."""
    whole = parse_expression(nested(form, DEEPEST_NESTING - 2))
    scope = Scope(values={"x": np.array([[0.0]]), "a": np.array([[0.0, 1.0]])}, per={"a": "kind"}, labels={"kind": ("p", "q")})

    def from_below(frames: int) -> tuple[object, ...]:
        if frames:
            return from_below(frames - 1)
        text = evaluate(
            whole, Scope(values={"x": SourceText("x"), "a": SourceText("a")}, per={"a": "kind"}, labels={"kind": ()}), SourceOps()
        )
        return evaluate(whole, scope, NumpyOps()), text, tree_as_data(whole), map_nodes(whole, lambda node: node)

    with np.errstate(all="ignore"):
        value, text, plain, again = from_below(100)
    assert np.shape(value) == (1, 1)
    assert isinstance(text, SourceText)
    assert (plain, again) == (tree_as_data(whole), whole)
    assert "x" in names_in(whole)


@pytest.mark.parametrize("form", FORMS)
def test_what_nests_deeper_is_refused_in_words(form):
    """More is a fault that names the limit, and so is much more."""
    for depth in (DEEPEST_NESTING + 2, 2_500):
        with pytest.raises(Fault) as fault:
            parse_expression(nested(form, depth))
        assert fault.value.message == "nested deeper than 250"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(" * 220 + "x" + ")" * 220, 3.0),
        ("(1 + " * 220 + "x" + ")" * 220, 223.0),
        ("max(0, " * 220 + "x" + ")" * 220, 3.0),
        ("exp(log(" * 110 + "x" + "))" * 110, 3.0),
        ("(" * 150 + "x" + ")" * 150 + " + " + "(" * 150 + "x" + ")" * 150, 6.0),
    ],
)
def test_brackets_nest_deeper_than_python_reads_them(text, value):
    """Python's own parser ends at 200 levels, whatever they are; the language at 250."""
    assert evaluate(parse_expression(text), Scope(values={"x": np.array([[3.0]])}), NumpyOps()).item() == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("(" * 120 + "x, x" + ")" * 120, "lists are not part of the language", 119),
        ("(" * 120 + "x.y" + ")" * 120, "attributes are not part of the language", 120),
        ("exp(" * 120 + "x, é" + ")" * 120, "`exp` takes 1 argument, not 2", 119 * 4),
        ("exp(" * 120 + "y=x" + ")" * 120, "`exp` takes no named arguments", 119 * 4),
        ("'é' == " + "(" * 120 + "x @ 2" + ")" * 120, "this operator is not part of the language", 7 + 120),
        ("(" * 120 + "x +" + ")" * 120, "cannot be read: invalid syntax", 2 + 3),
        ("(" * 120 + "x", "cannot be read: '(' was never closed", 119),
    ],
)
def test_what_is_wrong_in_a_deep_bracket_has_its_place(text, message, offset):
    """Places are the same as if the text had been read in one piece; where it cannot be read, near enough."""
    with pytest.raises(Fault) as fault:
        parse_expression(text)
    assert fault.value.message == message
    if not message.startswith("cannot be read"):
        assert fault.value.offset == offset


def test_a_statement_nests_two_hundred_deep_inside_its_own_bracket():
    """The limit is the expression's, whatever stands around it."""
    statement = parse_statement("Poisson(mu=" + "(" * 200 + "rate" + ")" * 200 + " * months)")
    assert names_in(statement.arguments["mu"]) == {"rate": 211, "months": 418}
