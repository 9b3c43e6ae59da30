"""Whether a topic asks what its contracts are said to be about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from forecast.book.files.problems import Problem
from forecast.book.topic import JudgedQuestion, Question, Topic
from forecast.language.expressions import Name
from forecast.language.faults import did_you_mean
from forecast.markets.contract import Contract


def question_fault(topic: Topic, name: str, label: str) -> tuple[str, str] | None:
    """Return why a contract cannot be about a question, or about a class of it, with a hint; None where it can.

    A contract pays or does not: so a question of yes or no has contracts, and so has each class of a question of several.
    """
    question = topic.questions.get(name) or topic.judged.get(name)
    if question is None:
        known = [*topic.questions, *topic.judged]
        return f"topic `{topic.name}` does not ask `{name}`", did_you_mean(name, known) or f"it asks {', '.join(known)}"
    labels = classes_of(topic, question)
    if labels:
        if not label:
            return f"`{name}` has several classes, and a contract is about one of them", f"say which, as in {name}[{labels[0]}]"
        hint = did_you_mean(label, labels) or f"its classes are {', '.join(labels)}"
        return None if label in labels else (f"`{name}` has no class `{label}`", hint)
    kind = question.kind if isinstance(question, Question) else question.type
    if kind == "probability":
        return (f"`{name}` is a question of yes or no, and has no class `{label}`", f"write {name} alone") if label else None
    what = "a date" if kind == "date" else "a number"
    edit = "first(…) by a day" if kind == "date" else "a comparison with a threshold"
    return f"`{name}` asks for {what}, and a contract pays or does not", f"ask its event as a question of its own: {edit}"


def classes_of(topic: Topic, question: Question | JudgedQuestion) -> tuple[str, ...]:
    """Return the classes of a question that has several; none for the others."""
    if isinstance(question, JudgedQuestion):
        return question.options
    if question.choices:
        return tuple(question.choices)
    parameter = topic.parameters.get(question.answer.name) if isinstance(question.answer, Name) else None
    return parameter.categories if parameter is not None and question.kind == "shares" else ()


def question_problems(topic: Topic, contracts: Iterable[Contract], lines: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with the questions that contracts name; ``lines`` are those of the topic's contracts.toml."""
    for contract in contracts:
        fault = question_fault(topic, contract.question, contract.label)
        if fault is not None:
            source = lines[contract.place.line - 1] if contract.place.line <= len(lines) else ""
            yield Problem(contract.place, *fault, source)
