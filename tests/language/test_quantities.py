"""Named parts of expressions: each is worked out once, however often it is named and however long the chain."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from forecast.language.evaluate import Scope, evaluate, with_quantities
from forecast.language.expressions import Expression, direct_names, transitive_names
from forecast.language.faults import Fault
from forecast.language.ops import NumpyOps
from forecast.language.parsing import parse_expression

pytestmark = pytest.mark.medium


def scope_of(texts: dict[str, str], **values: float) -> Scope:
    """A scope with quantities as texts."""
    return Scope(
        values={name: np.array([[value]]) for name, value in values.items()},
        quantities={name: parse_expression(text) for name, text in texts.items()},
    )


def doubling(count: int) -> dict[str, str]:
    """Quantities each of which names the one before twice."""
    return {"q0": "rate", **{f"q{at}": f"(q{at - 1} + q{at - 1}) / 2" for at in range(1, count + 1)}}


@dataclass(frozen=True)
class Counted(NumpyOps):
    """The functions of the language, with every exponential counted."""

    seen: list[int] = field(default_factory=list)

    def exp(self, x):
        """The exponential."""
        self.seen.append(1)
        return np.exp(x)


def test_quantities_that_double_by_reference_are_worked_out_once_each():
    """Sixty quantities, each naming the one before twice, are sixty exponentials and not 2**60."""
    texts = {"q0": "rate", **{f"q{at}": f"exp(q{at - 1}) - exp(q{at - 1}) + rate" for at in range(1, 61)}}
    ops = Counted()
    assert evaluate(parse_expression("q60"), scope_of(texts, rate=2.5), ops).item() == pytest.approx(2.5, rel=1e-15)
    assert len(ops.seen) == 120


def test_a_chain_of_ten_thousand_quantities_is_worked_out():
    """Each names the one before; the last is the sum of all."""
    texts = {"q0": "rate", **{f"q{at}": f"q{at - 1} + 1" for at in range(1, 10_001)}}
    assert evaluate(parse_expression("q10000 / 2"), scope_of(texts, rate=0.5), NumpyOps()).item() == pytest.approx(10_000.5 / 2, rel=1e-15)


def test_a_chain_holds_few_values_at_a_time():
    """What only earlier quantities needed is let go; what the expression names is kept, and can be named again."""
    scope = scope_of(doubling(50), rate=3.0)
    found = with_quantities(scope, (parse_expression("q50 + q20"),), NumpyOps())
    assert set(found.values) == {"rate", "q20", "q50"}
    assert set(found.quantities) == set(scope.quantities) - {"q20", "q50"}
    assert evaluate(parse_expression("q10 + q50"), found, NumpyOps()).item() == pytest.approx(6.0, rel=1e-15)


def test_what_is_worked_out_is_looked_at_in_order():
    """``look`` sees each quantity once, after those it uses."""
    seen: list[tuple[str, float]] = []
    scope = scope_of({"c": "b + a", "a": "rate", "b": "a * 2", "unused": "rate"}, rate=1.0)
    with_quantities(scope, (parse_expression("c"),), NumpyOps(), look=lambda name, value: seen.append((name, value.item())))
    assert seen == [("a", 1.0), ("b", 2.0), ("c", 3.0)]


def test_a_condition_that_is_named_counts_one_or_nothing():
    """A quantity that is a condition is a number where it is named."""
    assert evaluate(parse_expression("large + large"), scope_of({"large": "rate > 1"}, rate=2.0), NumpyOps()).item() == pytest.approx(
        2.0, rel=1e-15
    )


def test_an_unknown_name_in_a_quantity_is_a_fault():
    """The fault says which."""
    with pytest.raises(Fault, match="unknown name `rat`"):
        evaluate(parse_expression("a"), scope_of({"a": "rat + 1"}, rate=2.0), NumpyOps())


def test_names_come_after_those_they_use():
    """In the order in which they are first needed."""
    trees: dict[str, Expression] = {name: parse_expression(text) for name, text in doubling(3).items()}
    named = direct_names(trees)
    assert transitive_names([parse_expression("q1 + q3")], named) == ("q0", "q1", "q2", "q3")
    assert transitive_names([parse_expression("q3")], named, among={"q3", "q2"}) == ("q2", "q3")
