"""Tables of hidden regimes: the probability of each state by calendar step."""

from __future__ import annotations

from forecast.report.charts_answers import name_as_words
from forecast.report.tables import Column, ReportTable
from forecast.schema import words
from forecast.schema.regimes import RegimeContent

MOST_STEPS_SHOWN = 40  # that a page shows, the newest


def states_table(content: RegimeContent) -> ReportTable:
    """Return the probability of each state of a regime by step, given the rows up to it."""
    columns = (Column(content["step"], "head"), *(Column(state, "number") for state in content["states"]), Column("note", "note"))
    first = max(0, len(content["labels"]) - MOST_STEPS_SHOWN)
    rows = tuple(
        (
            content["labels"][at],
            *(words.percent(chance) for chance in content["probabilities"][at]),
            "" if at < content["observed"] else "no row yet",
        )
        for at in range(first, len(content["labels"]))
    )
    shown = f" (the newest {MOST_STEPS_SHOWN} of {len(content['labels'])})" if first else ""
    return ReportTable(
        f"{name_as_words(content['name'])}: the probability of each state, given the rows up to its {content['step']}{shown}", columns, rows
    )
