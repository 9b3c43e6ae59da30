"""Relations between topics in words: that one does not hold, and by how much."""

from __future__ import annotations

from forecast.schema import words
from forecast.schema.relations import RelationContent
from forecast.schema.topic import TopicContent


def broken_relation_sentences(content: TopicContent) -> tuple[str, ...]:
    """Return a sentence for each relation of a report that does not hold."""
    return tuple(_broken_sentence(its) for its in content.get("relations", ()) if its["verdict"] == "fails")


def sides_text(its: RelationContent) -> str:
    """Return both sides of a relation as they came out; empty where it was not checked."""
    if its["left"] is None or its["right"] is None:
        return ""
    return f"{_number(its['left'], its)} and {_number(its['right'], its)}"


def difference_text(its: RelationContent) -> str:
    """Return left less right with its Monte Carlo error; empty where it was not checked."""
    if its["left"] is None or its["right"] is None or its["error"] is None:
        return ""
    return f"{_number(its['left'] - its['right'], its)} \u00b1 {words.number(its['error'], error=its['error'] / 10)}"


def _broken_sentence(its: RelationContent) -> str:
    return (
        f"Answers of several topics contradict each other. By the relation “{its['name']}”, {its['relation']}, but the two sides are "
        f"{sides_text(its)}; their difference is {difference_text(its)} (its Monte Carlo error). {its['why']}"
    )


def _number(value: float, its: RelationContent) -> str:
    return words.number(value, error=its["error"] or 0.0005 * abs(value))
