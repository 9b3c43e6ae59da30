"""The parameters of a posterior as a table, for a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from forecast.book.topic import Parameter
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.report.charts_answers import name_as_words
from forecast.report.notebook import notebook_html
from forecast.report.tables import Column, ReportTable, labelled_name
from forecast.schema import words

if TYPE_CHECKING:
    from forecast.inference.posterior import Posterior

PARAMETER_COLUMNS = (Column("parameter", "head"), Column("median", "number"), Column("90 % interval", "number"), Column("unit"))
DRAWN_BY = {"importance": "importance sampling", "nuts": "NUTS", "prior": "the prior"}


def posterior_html(posterior: Posterior) -> str:
    """Return median and 90 % interval of every value, or the chance of each value of a discrete one, and how well they are known."""
    topic, diagnostics = posterior.model.topic, posterior.diagnostics
    rows = tuple(row for parameter in topic.parameters.values() for row in _rows(parameter, posterior))
    which = "before" if posterior.engine == "prior" else "after"
    table = ReportTable(
        f"Parameters of {name_as_words(topic.name)} {which} the record as of {words.day(posterior.model.as_of)}", PARAMETER_COLUMNS, rows
    )
    drawn = f"{len(posterior):,} draws by {DRAWN_BY[posterior.engine]}, worth {diagnostics.effective_size:,.0f} independent ones."
    return notebook_html(table, drawn if diagnostics.sound else f"{drawn} Not sound: {diagnostics.reason}.")


def _rows(parameter: Parameter, posterior: Posterior) -> Iterator[tuple[str, ...]]:
    unit = parameter.unit or "share"
    for label in parameter.labels or ("",):
        name, values = labelled_name(parameter.name, label), posterior.column(parameter.name, label)
        for code, category in enumerate(parameter.categories):
            yield f"{name}: {name_as_words(category)}", words.share(float(posterior.weights @ (values == code))), "", "chance"
        if not parameter.categories:
            low, median, high = words.belief_texts(posterior.quantiles(parameter.name, QUANTILE_LEVELS, label), unit)
            yield name, median, words.ends_text(low, high), parameter.unit
