"""Tables of priors that are another topic's posterior: what carries each, and how far that is from its draws."""

from __future__ import annotations

from forecast.report.charts_answers import name_as_words
from forecast.report.tables import Column, ReportTable
from forecast.schema import words
from forecast.schema.links import LinkContent
from forecast.schema.topic import TopicContent


def link_tables(content: TopicContent) -> dict[str, ReportTable]:
    """What carries the posteriors of other topics that are priors here, by parameter; empty where there are none."""
    links = content.get("links", [])
    return {
        name: _link_table(name, [its for its in links if its["parameter"] == name])
        for name in dict.fromkeys(its["parameter"] for its in links)
    }


def _link_table(parameter: str, links: list[LinkContent]) -> ReportTable:
    columns = (
        Column("prior", "head"),
        Column("carried as", "code"),
        Column("Kolmogorov distance", "number"),
        Column("quantiles differ by", "number"),
        Column("draws", "number"),
        Column("note", "note"),
    )
    caption = (
        f"The prior of “{name_as_words(parameter)}” is what another topic believes on the same day: the distribution fitted to its draws, "
        "the greatest difference of the distribution functions, and that of quantiles from the 1 to the 99 % point in standard deviations"
    )
    return ReportTable(caption, columns, tuple(_row(link) for link in links))


def _row(link: LinkContent) -> tuple[str, ...]:
    where = "; ".join(part for part in (link["label"], f"in the variant {link['variant']}" if "variant" in link else "") if part)
    alone = len(link["parts"]) == 1
    carried = " + ".join(part["statement"] if alone else f"{part['share']:.3g} {part['statement']}" for part in link["parts"])
    notes = [words.capitalise(note) + "." for note in link["notes"]]
    return (
        f"{link['link']} ({where})" if where else link["link"],
        carried,
        f"{link['kolmogorov']:.2g}",
        f"{link['gap']:.2g} sd{' of logs' if link['log'] else ''}",
        f"{link['size']:,.0f}",
        " ".join(notes),
    )
