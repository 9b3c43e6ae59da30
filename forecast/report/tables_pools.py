"""Tables of pooled priors: what each expert or scenario says, with its weight."""

from __future__ import annotations

from forecast.report.charts_answers import name_as_words
from forecast.report.tables import Column, ReportTable
from forecast.schema import words
from forecast.schema.topic import ParameterContent, TopicContent


def pool_tables(content: TopicContent) -> dict[str, ReportTable]:
    """What was pooled for each parameter whose prior is a pool, by its name."""
    pooled = {parameter["name"]: parameter for parameter in content["parameters"] if "parts" in parameter}
    return {name: _pool_table(parameter) for name, parameter in pooled.items()}


def _pool_table(parameter: ParameterContent) -> ReportTable:
    kinds = {
        "mixture": ("scenario", "The scenarios of {}: each has its chance, and one of them is right"),
        "linear": ("expert", "What people said of {}: chances pooled by their weights"),
        "log_odds": ("expert", "What people said of {}: log odds pooled by their weights"),
    }
    head, caption = kinds[parameter["pooling"]]
    labels = [category["label"] for category in parameter["categories"]]
    points = [Column(name_as_words(label), "number") for label in labels] or [Column(name, "number") for name in ("5 %", "50 %", "95 %")]
    columns = (Column(head, "head"), Column("weight", "number"), *points, Column("why", "note"), Column("statement", "code"))
    rows = []
    for part in parameter["parts"]:
        point_texts = words.points_texts(part["points"], parameter["unit"]) if part["points"] else ()
        shares = [words.share(part["categories"][label]) for label in labels]
        why = f"{part['why']} ({part['source']})" if part["source"] else part["why"]
        rows.append(
            (
                name_as_words(part["name"]),
                words.share(part["share"]) if part["used"] else "not used",
                *point_texts,
                *shares,
                why,
                part["statement"],
            )
        )
    return ReportTable(caption.format(name_as_words(parameter["name"])), columns, tuple(rows))
