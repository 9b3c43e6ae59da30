"""Units of what is asked: those of a parameter or a stream's total that stands by itself."""

from __future__ import annotations

from forecast.book.topic import Question, Topic
from forecast.language.expressions import Call, Expression, Index, Name, Total


def unit_of(topic: Topic, expression: Expression) -> str:
    """The unit of a number that is a parameter or a stream's total by itself; ``share`` for a share; else empty."""
    while isinstance(expression, Name) and expression.name in topic.quantities and expression.name not in topic.parameters:
        quantity = topic.quantities[expression.name]
        if quantity.unit:
            return quantity.unit
        expression = quantity.expression
    match expression:
        case Name(name) | Index(name) if name in topic.parameters:
            return topic.parameters[name].unit or ("" if topic.parameters[name].categories else "share")
        case Call("expit", _):
            return "share"
        case Total(stream):
            return topic.streams[stream].unit
        case _:
            return ""


def unit_of_question(topic: Topic, question: Question) -> str:
    """The unit of what a question's answer is: that of ``unit_of``, and empty for choices and for the probability of one event."""
    return "" if question.answer is None or question.is_fraction else unit_of(topic, question.answer)


def singular_unit_of_question(topic: Topic, question: Question) -> str:
    """The singular of that unit, where the topic gives it: that of the stream whose total is asked for."""
    expression = question.answer
    while isinstance(expression, Name) and expression.name in topic.quantities and expression.name not in topic.parameters:
        quantity = topic.quantities[expression.name]
        if quantity.unit:
            return ""
        expression = quantity.expression
    return topic.streams[expression.stream].phrases.unit_one if isinstance(expression, Total) else ""
