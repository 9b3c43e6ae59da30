"""The section of a page on relations: what must hold between its answers and those of other topics, and whether it does."""

from __future__ import annotations

from forecast.report.sections import Section
from forecast.report.tables import Column, ReportTable
from forecast.schema.relations import RelationContent
from forecast.schema.topic import TopicContent
from forecast.sentences.relations import difference_of_sides_text, sides_text

_COLUMNS = (
    Column("relation", "headcode"),
    Column("result"),
    Column("sides", "number"),
    Column("difference", "number"),
    Column("why", "note"),
)
_HOW = (
    "The book says what must hold between answers of several topics, and their reports are checked for it. Answers are compared by their headlines: "
    "probabilities, shares, medians of numbers. A relation fails where it is missed by more than three Monte Carlo errors of the difference."
)


def relation_sections(content: TopicContent) -> list[Section]:
    """Return the section on relations; none for a topic without any."""
    relations = content.get("relations", [])
    if not relations:
        return []
    table = ReportTable("Relations that name an answer of this topic", _COLUMNS, tuple(_row(its, content) for its in relations))
    return [Section("Relations to other topics", "relations", (_HOW,), tables=(table,))]


def _row(its: RelationContent, content: TopicContent) -> tuple[str, ...]:
    result = its["verdict"] if not its["reason"] else f"{its['verdict']}: {its['reason']}"
    return (its["relation"], result, sides_text(its, content), difference_of_sides_text(its, content), its["why"])
