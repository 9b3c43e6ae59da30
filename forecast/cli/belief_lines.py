"""Priors as lines: one that was said in words as the statement that it is, with its 90 % range and its median, and the points of any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.cli.lines import echo

if TYPE_CHECKING:
    from forecast.actions.new.beliefs import Belief
    from forecast.elicitation.parameter_summary import ParameterSummary, PartSummary


def print_belief(belief: Belief) -> None:
    """Print what words are as a prior, and the rule where that needs one."""
    from forecast.language.distributions.families import FAMILIES
    from forecast.language.distributions.traits import ValueKind

    echo(belief_text(belief))
    if belief.fit.method == "cases from Jeffreys' prior":
        counted = "half a case of each kind is" if FAMILIES[belief.fit.family].value_kind is ValueKind.OPEN_SHARE else "half an event is"
        echo(f"  (By Jeffreys' prior {counted} counted besides: what was never seen, or always, is not impossible or certain.)")


def belief_text(belief: Belief) -> str:
    """Return what words are as a prior: ``rate: “3 in 20 years” is Gamma(alpha=3, beta=240): 0.00341 to 0.0262 times a month (90 %), median 0.0111``."""
    from forecast.language.distributions.families import FAMILIES
    from forecast.schema.words import middle, number

    if FAMILIES[belief.fit.family].value_kind.is_labelled:
        return f"{belief.name}: {belief.fit.statement}."
    low, _, median, _, high = belief.fit.points
    counted = "" if belief.unit in {"", "share"} else f" {belief.unit}"
    span = f"{number(low)} to {number(high)}{counted} (90 %), median {number(middle(median, low=low, high=high))}"
    return f"{belief.name}: “{belief.said}” is {belief.fit.statement}: {span}."


def summary_point_texts(value: ParameterSummary | PartSummary) -> tuple[str, ...]:
    """Return the 5, 50 and 95 % points of a prior; where they were found from draws, with no digit below their errors. Without points it has none."""
    from forecast.elicitation.parameter_summary import ParameterSummary
    from forecast.schema.words import drawn_point_texts, point_texts

    if value.points is None:
        return ()
    if isinstance(value, ParameterSummary) and value.errors is not None:
        return drawn_point_texts(value.points, value.errors)
    return point_texts(value.points)
