"""Statements over classes: which labels a statement has, and what stands for shares given as one name.

``Categorical(p=share)`` and ``Multinomial(n=asked, p=share)`` take the shares of a
Dirichlet parameter; they are spelled out, one argument for each of its labels, as
soon as the prior is known, so that everything after reads labels alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from forecast.language.distributions.families import FAMILIES, value_kind_of
from forecast.language.distributions.traits import ValueKind
from forecast.language.expressions import Index, Label, Name
from forecast.language.statements import Statement

NAMED_CLASSES = frozenset({ValueKind.CATEGORY, ValueKind.CATEGORY_COUNTS})  # of statements whose arguments are named by classes


def has_class_values(statement: Statement) -> bool:
    """Whether a statement's values are classes, or how many of each."""
    return has_named_class_values(statement.distribution)


def has_named_class_values(distribution: str) -> bool:
    """Likewise, for the name of a distribution, which may be none."""
    return distribution in FAMILIES and FAMILIES[distribution].value_kind.is_class


def counts_classes(statement: Statement) -> bool:
    """Whether a statement's values are how many there are of each class."""
    return value_kind_of(statement) is ValueKind.CATEGORY_COUNTS


def written_classes(statement: Statement) -> tuple[str, ...]:
    """Return the labels that a statement's arguments name; none for OrderedLogistic, whose classes stand beside it."""
    if value_kind_of(statement) not in NAMED_CLASSES:
        return ()
    trials = FAMILIES[statement.distribution].trials_argument
    return tuple(name for name in statement.arguments if name != trials)


def has_named_shares(statement: Statement) -> bool:
    """Whether a statement's shares are given as one name."""
    return value_kind_of(statement) in NAMED_CLASSES and set(statement.arguments) == set(FAMILIES[statement.distribution].domains)


def shares_parameter(statement: Statement, shares: Mapping[str, tuple[str, ...]]) -> str:
    """Return the parameter of ``shares`` whose every share, in order, a statement takes; empty where that is not so: the inverse of ``expand_shares``."""
    if value_kind_of(statement) not in NAMED_CLASSES:
        return ""
    given = [statement.arguments[label] for label in written_classes(statement)]
    names = {argument.name for argument in given if isinstance(argument, Index)}
    labels = tuple(argument.index.label for argument in given if isinstance(argument, Index) and isinstance(argument.index, Label))
    return next((name for name in names if len(names) == 1 and shares.get(name) == labels and len(labels) == len(given)), "")


def expand_shares(statement: Statement, shares: Mapping[str, tuple[str, ...]]) -> Statement:
    """Return a statement with one argument for each label where ``p`` names a parameter of ``shares`` (its labels by its name).

    It stays as it is where a class of Multinomial would be called ``n``, as its trials are.
    """
    if not has_named_shares(statement):
        return statement
    given = statement.arguments["p"]
    if not isinstance(given, Name) or given.name not in shares or (counts_classes(statement) and "n" in shares[given.name]):
        return statement
    arguments = {name: expression for name, expression in statement.arguments.items() if name != "p"}
    offsets = {name: offset for name, offset in statement.offsets.items() if name != "p"}
    for label in shares[given.name]:
        arguments[label] = Index(given.name, Label(label, given.offset), given.offset)
        offsets[label] = statement.offsets["p"]
    return replace(statement, arguments=MappingProxyType(arguments), offsets=MappingProxyType(offsets))
