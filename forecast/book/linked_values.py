"""What a link names in its topic: an expression of parameters, which is one number at every draw of both engines."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.book.links import PosteriorLink
from forecast.book.topic import Topic
from forecast.book.units import unit_of
from forecast.language.distributions.families import family_for
from forecast.language.expressions import (
    Expression,
    First,
    Index,
    Label,
    Name,
    direct_names,
    is_condition,
    names_in,
    totals_in,
    transitive_names,
    walk,
)
from forecast.language.faults import Fault, did_you_mean
from forecast.language.statements import Statement


def linked_expression(topic: Topic, link: PosteriorLink) -> Expression:
    """Return what a link names in a topic: a parameter, a quantity, or the fraction that a question asks for.

    Raises ``Fault`` where it names nothing, or what is not one continuous value at each draw of the parameters.
    """
    if link.name in topic.parameters:
        return _parameter(topic, link)
    named = topic.quantities.get(link.name)
    expression = _fraction(topic, link) if named is None else named.expression
    if link.label:
        raise Fault(f"`{link.topic}.{link.name}` has no labels", hint="leave out the brackets")
    _refuse_other_names(topic, link, expression)
    return Name(link.name) if named is not None else expression


def linked_unit(topic: Topic, link: PosteriorLink) -> str:
    """Return the unit of what a link names, ``share`` for a share, empty where none is known; raise ``Fault`` as ``linked_expression`` does."""
    expression = linked_expression(topic, link)
    is_fraction = link.name not in topic.parameters and link.name not in topic.quantities
    return "share" if is_fraction else unit_of(topic, expression)


def _parameter(topic: Topic, link: PosteriorLink) -> Expression:
    parameter = topic.parameters[link.name]
    whole = f"`{link.topic}.{link.name}`"
    if parameter.per and not link.label:
        example = f"as in posterior({link.topic}.{link.name}[{next(iter(parameter.labels), 'label')}])"
        raise Fault(f"{whole} has a value for each label: name one of them", hint=example)
    if not parameter.per and link.label:
        raise Fault(f"{whole} has no labels", hint="leave out the brackets")
    if link.label and link.label not in parameter.labels:
        raise Fault(f"{whole} has no label `{link.label}`", hint=did_you_mean(link.label, parameter.labels))
    if any(family_for(statement).discrete for statement in _statements(topic, link)):
        raise Fault(
            f"{whole} has whole numbers or labels for values, and no distribution is fitted to these", hint="link to a continuous value"
        )
    return Index(link.name, Label(link.label)) if link.label else Name(link.name)


def _statements(topic: Topic, link: PosteriorLink) -> Iterator[Statement]:
    """The prior statements of what a link names, none where its prior is a link too, whose values are continuous."""
    parameter = topic.parameters[link.name]
    if parameter.link_for(link.label) is None:
        yield parameter.statement_for(link.label)


def _fraction(topic: Topic, link: PosteriorLink) -> Expression:
    whole = f"`{link.topic}.{link.name}`"
    question = topic.questions.get(link.name)
    if question is None:
        known = [*topic.parameters, *topic.quantities, *(name for name, its in topic.questions.items() if its.is_fraction)]
        raise Fault(
            f"`{link.topic}` has no parameter, quantity or fraction `{link.name}`",
            hint=did_you_mean(link.name, known) or f"it has: {', '.join(known)}",
        )
    if not question.is_fraction or question.answer is None:
        hint = "link to a parameter or a quantity on which it rests, or ask for a fraction with `probability`"
        raise Fault(f"{whole} is a question whose answer is not one number at each draw of the parameters", hint=hint)
    if question.given is not None or question.annulled is not None:
        hint = "link to a parameter or a quantity on which it rests"
        raise Fault(f"{whole} is asked under a condition, or may be annulled, and so is no value by itself", hint=hint)
    return question.answer


def _refuse_other_names(topic: Topic, link: PosteriorLink, expression: Expression) -> None:
    """Raise ``Fault`` where an expression is a condition, or depends on anything but parameters, through quantities too."""
    quantities = {name: its.expression for name, its in topic.quantities.items()}
    used = [expression, *(quantities[name] for name in transitive_names([expression], direct_names(quantities)))]
    whole = f"`{link.topic}.{link.name}`"
    if is_condition(expression):
        raise Fault(f"{whole} is a condition, which is true or false at each draw", hint="link to a number")
    for part in used:
        others = [name for name in names_in(part) if name not in topic.parameters and name not in quantities]
        totals = [f"total({name})" for name in totals_in(part)]
        firsts = ["first(…)" for node in walk(part) if isinstance(node, First)]
        for named in (*others, *totals, *firsts)[:1]:
            hint = "link to a parameter, or to a quantity of parameters alone"
            raise Fault(f"{whole} depends on `{named}`, and so is not one number at each draw of the parameters", hint=hint)
