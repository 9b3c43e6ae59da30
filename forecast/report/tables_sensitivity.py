"""Tables of the answers with each prior changed: those of priors that move an answer, and the names of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forecast.report.tables import Column, ReportTable, labelled_name
from forecast.schema import words
from forecast.schema.insight import Estimate, InsightContent, MeasureContent
from forecast.sentences.insight_text import measure_name, named_value_text, open_measure_indices, value_text

CHANGE_COLUMNS = ("half as wide", "twice as wide", "one sd lower", "one sd higher")
VERSIONS_NOTE = "A version's name after a prior means that the prior belongs to that version, and is changed there alone."
STILL_NOTE = "A prior that moves an answer by no more than two Monte Carlo errors, or by less than is printed, is said not to move it."


@dataclass(slots=True)
class _Varied:
    """The answers with one prior changed, by the name of the change, and whether the model was conditioned anew for one of them."""

    values: dict[str, Sequence[Estimate]] = field(default_factory=dict)
    refitted: bool = False

    def moves(self, measures: Sequence[MeasureContent], index: int) -> bool:
        """Whether a change of the prior moves a measure by more than its error, and so that it is printed otherwise."""
        return any(_is_moved(measures[index], estimates[index]) for estimates in self.values.values())

    def most(self, index: int) -> float:
        """How far a measure is moved at the most."""
        return max(abs(estimates[index]["change"]) for estimates in self.values.values())


def sensitivity_tables(insight: InsightContent, versions: Sequence[str] = ()) -> list[ReportTable]:
    """Return a table for each open measure that some prior moves, the strongest prior first.

    ``versions`` has the version of the model whose own prior each varied one is; none are given where all are the topic's.
    """
    varied = _varied_priors(insight, versions)
    still = _still_everywhere(insight, varied)
    tables = []
    for index in open_measure_indices(insight):
        measure = insight["measures"][index]
        moving = sorted(
            (name for name, its in varied.items() if its.moves(insight["measures"], index)), key=lambda name: -varied[name].most(index)
        )
        if moving:
            others = [name for name in varied if name not in moving and name not in still]
            note = _still_text(others, "it", more="other ") if others else ""
            caption = f"{words.capitalise(measure_name(measure))}, {named_value_text(measure, measure['value'])}, with each prior changed"
            tables.append(ReportTable(caption, _columns(), tuple(_row(measure, index, name, varied[name]) for name in moving), note))
    return tables


def sensitivity_sentences(insight: InsightContent, versions: Sequence[str] = ()) -> list[str]:
    """Say which priors move no answer, and which answers no prior moves; ``versions`` as of the tables."""
    varied, measures = _varied_priors(insight, versions), insight["measures"]
    still, shown = _still_everywhere(insight, varied), open_measure_indices(insight)
    unmoved = [index for index in shown if not any(its.moves(measures, index) for its in varied.values())]
    said = []
    if still and len(still) < len(varied):
        said.append(_still_text(still, "any answer"))
    if unmoved and varied:
        names = [f"“{measure_name(measures[index])}”" for index in unmoved]
        said.append(f"No prior moves {'any answer' if len(unmoved) == len(shown) else ' or '.join(names)}.")
    if any(versions):
        said.append(VERSIONS_NOTE)
    return [STILL_NOTE, *said] if varied else []


def _still_text(names: Sequence[str], what: str, *, more: str = "") -> str:
    """Say which priors do not move something; a label stands in brackets after its parameter."""
    plain = [f"{name} ({label})" if label else name for name, _, label in (name.partition(", ") for name in names)]
    if len(plain) == 1:
        return f"The prior of “{plain[0]}” does not move {what}."
    return f"{len(plain)} {more}priors do not move {what}: {words.join_words(plain)}."


def _varied_priors(insight: InsightContent, versions: Sequence[str]) -> dict[str, _Varied]:
    varied: dict[str, _Varied] = {}
    rows = insight["sensitivity"]
    for variation, version in zip(rows, versions or [""] * len(rows), strict=True):
        name = labelled_name(variation["parameter"], variation["label"])
        its = varied.setdefault(labelled_name(name, version), _Varied())
        its.values[variation["change"]] = variation["values"]
        its.refitted = its.refitted or variation["refitted"]
    return varied


def _still_everywhere(insight: InsightContent, varied: Mapping[str, _Varied]) -> list[str]:
    shown = open_measure_indices(insight)
    return [name for name, its in varied.items() if not any(its.moves(insight["measures"], index) for index in shown)]


def _is_moved(measure: MeasureContent, estimate: Estimate) -> bool:
    is_clear = abs(estimate["change"]) > words.BOUND_STANDARD_ERRORS * estimate["error"]
    return is_clear and value_text(measure, estimate["value"], error=estimate["error"]) != value_text(measure, measure["value"])


def _columns() -> tuple[Column, ...]:
    return (Column("prior of", "head"), *(Column(change, "number") for change in CHANGE_COLUMNS), Column("how"))


def _row(measure: MeasureContent, index: int, name: str, its: _Varied) -> tuple[str, ...]:
    values = {change: estimates[index] for change, estimates in its.values.items()}
    texts = {change: value_text(measure, value["value"], error=value["error"]) for change, value in values.items()}
    return (name, *(texts.get(change, "") for change in CHANGE_COLUMNS), "refitted" if its.refitted else "reweighed")
