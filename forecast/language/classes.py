"""Statements over classes: which labels a statement has, and what stands for shares given as one name.

``Categorical(p=share)`` and ``Multinomial(n=asked, p=share)`` take the shares of a
Dirichlet parameter; they are spelled out, one argument for each of its labels, as
soon as the prior is known, so that everything after reads labels alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from forecast.language.expressions import Index, Label, Name
from forecast.language.statements import Statement

CLASS_FAMILIES = frozenset({"Categorical", "Multinomial", "OrderedLogistic"})  # whose values are classes
CLASS_COUNT_FAMILY = "Multinomial"  # whose values are how many of each


def written_classes(statement: Statement) -> tuple[str, ...]:
    """Return the labels that a statement's arguments name; none for OrderedLogistic, whose classes stand beside it."""
    match statement.distribution:
        case "Categorical":
            return tuple(statement.arguments)
        case "Multinomial":
            return tuple(name for name in statement.arguments if name != "n")
        case _:
            return ()


def has_named_shares(statement: Statement) -> bool:
    """Whether a statement's shares are given as one name."""
    own = {"Categorical": {"p"}, "Multinomial": {"n", "p"}}.get(statement.distribution)
    return own is not None and set(statement.arguments) == own


def shares_parameter(statement: Statement, shares: Mapping[str, tuple[str, ...]]) -> str:
    """Return the parameter of ``shares`` whose every share, in order, a statement takes; empty where that is not so: the inverse of ``expand_shares``."""
    if statement.distribution not in {"Categorical", "Multinomial"}:
        return ""
    given = [statement.arguments[label] for label in written_classes(statement)]
    names = {each.name for each in given if isinstance(each, Index)}
    labels = tuple(each.index.label for each in given if isinstance(each, Index) and isinstance(each.index, Label))
    return next((name for name in names if len(names) == 1 and shares.get(name) == labels and len(labels) == len(given)), "")


def expand_shares(statement: Statement, shares: Mapping[str, tuple[str, ...]]) -> Statement:
    """Return a statement with one argument for each label where ``p`` names a parameter of ``shares`` (its labels by its name).

    It stays as it is where a class of Multinomial would be called ``n``, as its trials are.
    """
    if not has_named_shares(statement):
        return statement
    given = statement.arguments["p"]
    if (
        not isinstance(given, Name)
        or given.name not in shares
        or (statement.distribution == CLASS_COUNT_FAMILY and "n" in shares[given.name])
    ):
        return statement
    arguments = {name: expression for name, expression in statement.arguments.items() if name != "p"}
    offsets = {name: offset for name, offset in statement.offsets.items() if name != "p"}
    for label in shares[given.name]:
        arguments[label] = Index(given.name, Label(label, given.offset), given.offset)
        offsets[label] = statement.offsets["p"]
    return replace(statement, arguments=MappingProxyType(arguments), offsets=MappingProxyType(offsets))
