"""What a table of scores has a row for: a rule, and whether it scores a forecaster's last forecast, the time covered, or as its platform does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forecast.scoring.rule import Rule
from forecast.scoring.rules import SCORING_RULES
from forecast.track_record.day_scores import DAY_RULES
from forecast.track_record.metaculus_scores import CROWD_RULES, OWN_RULES
from forecast.track_record.over_time import OVER_TIME

PLATFORM = (*OWN_RULES, *CROWD_RULES, *DAY_RULES)
USUAL = (
    "brier",
    "brier-over-time",
    "brier-two-sided",
    "log",
    "baseline",
    "peer",
    "spot-peer",
    "crps",
    "crps-quantiles",
    "crps-quantiles-cut",
    "wis",
)
OF_UNIT = frozenset({"crps", "crps-cut", "crps-quantiles", "crps-quantiles-cut", "wis", "log-density"})  # they mean nothing across units
EVERY = "all"


@dataclass(frozen=True, slots=True)
class ScoreMeasure:
    """A rule and what of a forecaster's forecasts it scores; ``name`` is its word on the command line."""

    name: str
    rule: Rule
    label: str

    @property
    def higher_is_better(self) -> bool:
        """Whether a higher score is the better one."""
        return self.rule.higher_is_better

    @property
    def has_unit(self) -> bool:
        """Whether its scores depend on the unit of the question."""
        return self.rule.name in OF_UNIT


def measures() -> tuple[ScoreMeasure, ...]:
    """Return every measure, in the order of the rules."""
    return tuple(measure for rule in SCORING_RULES for measure in _of_rule(rule))


def measure_of(name: str) -> ScoreMeasure:
    """Return the measure with a name. Raises KeyError where there is none."""
    return {measure.name: measure for measure in measures()}[name]


def chosen_measures(names: Iterable[str], available: Iterable[str]) -> tuple[ScoreMeasure, ...]:
    """Return the measures to show among those that have a score: the usual ones where none are named, every one for `all`."""
    asked, present = tuple(names) or USUAL, set(available)
    return tuple(measure for measure in measures() if measure.name in present and (EVERY in asked or measure.name in asked))


def _of_rule(rule: Rule) -> tuple[ScoreMeasure, ...]:
    if rule.name in PLATFORM:
        return (ScoreMeasure(rule.name, rule, rule.label),)
    return (
        ScoreMeasure(rule.name, rule, f"{rule.label}, last forecast"),
        ScoreMeasure(rule.name + OVER_TIME, rule, f"{rule.label}, over the time covered"),
    )
