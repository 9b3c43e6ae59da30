"""What is said of a scoring rule: its names, its scale, which direction is better, and whether honesty pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

type ScoredForm = Literal["probability", "options", "quantiles", "pmf", "cdf", "samples", "distribution"]
type ScoredType = Literal["binary", "options", "ordered options", "number", "date", "several numbers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A scoring rule. ``name`` is its word on the command line; ``label`` says the scale too, so that numbers are not taken for others.

    ``proper`` is True where no forecast has a better expected score than the one that is believed; otherwise it is a sentence that says
    which other forecast pays. ``functions`` are dotted names within `forecast.scoring`; where there are several, one for each form.
    """

    name: str
    label: str
    unit: str
    higher_is_better: bool
    proper: Literal[True] | str
    forms: tuple[ScoredForm, ...]
    types: tuple[ScoredType, ...]
    functions: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        if self.proper is not True and not self.proper.endswith("."):
            raise ValueError(f"{self.name} is proper, or a sentence says what pays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting:
    """How scores through time become one: what the sum is divided by, what silence counts, and which deviation that pays for."""

    name: str
    divided_by: str
    silence: str
    deviation: str
    function: str
    source: str


def rule_of(name: str, rules: tuple[Rule, ...]) -> Rule:
    """The rule with a name. Raises KeyError with all names where there is none."""
    by_name = {rule.name: rule for rule in rules}
    if name not in by_name:
        raise KeyError(f"no rule is called {name}; there are {', '.join(by_name)}")
    return by_name[name]


def rules_table(rules: tuple[Rule, ...]) -> str:
    """A table of rules in Markdown, as it stands in SCORING.md."""
    rows = [
        (
            f"`{rule.name}`",
            rule.label,
            "higher" if rule.higher_is_better else "lower",
            "yes" if rule.proper is True else rule.proper,
            ", ".join(rule.types),
            rule.source,
        )
        for rule in rules
    ]
    return _table(("name", "score and scale", "better", "proper, or what pays", "questions", "source"), rows)


def weightings_table(weightings: tuple[Weighting, ...]) -> str:
    """A table of ways to weight by time in Markdown, as it stands in SCORING.md."""
    rows = [(f"`{each.name}`", each.divided_by, each.silence, each.deviation, each.source) for each in weightings]
    return _table(("name", "divided by", "time without a forecast", "what pays", "source"), rows)


def _table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (heading, ("---",) * len(heading), *rows))
