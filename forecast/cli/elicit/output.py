"""What the options of ``forecast prior elicit`` say of an unknown, read into a judgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from forecast.elicitation.judgements import Judgement, Support
    from forecast.elicitation.subject import Subject

USUAL_MASS = 0.9


@dataclass(frozen=True, slots=True)
class Said:
    """The options as given; of the five ways to say what one believes at most one is used."""

    interval: tuple[float, float] | None
    mass: float | None
    quartiles: tuple[float, float, float] | None
    seen: tuple[float, float] | None
    chips: str | None
    points: str | None
    maxent: bool

    @property
    def ways(self) -> int:
        """How many ways were used."""
        return sum(option is not None for option in (self.interval, self.quartiles, self.seen, self.chips, self.points))


def check_options(options: Said, *, needed: bool) -> None:
    """Refuse options that do not go together, or that leave out what is needed, as a wrong command line."""
    ways = "--interval / --quartiles / --seen / --chips / --points"
    if options.ways > 1:
        raise typer.BadParameter("say what you believe in one way", param_hint=ways)
    if needed and not options.ways:
        raise typer.BadParameter("say what you believe; without --yes and --json it is asked", param_hint=ways)
    if (options.maxent or options.mass is not None) and options.interval is None:
        raise typer.BadParameter("these belong to --interval", param_hint="--mass / --maxent")


def support_from_options(subject: Subject, text: str | None) -> Support | None:
    """Return the values that --support names; those of the present prior where that tells them, else None."""
    from forecast.elicitation.texts import parse_support

    if text is not None:
        return parse_support(text)
    return subject.support if subject.support_is_plain else None


def judgement_from_options(options: Said, support: Support) -> Judgement | None:
    """Return what the options say, None where they say nothing; raise ``Fault`` for what no distribution over a support has."""
    from forecast.elicitation.judgements import check_judgement

    judgement = _judgement(options, support)
    if judgement is not None:
        check_judgement(judgement, support)
    return judgement


def _judgement(options: Said, support: Support) -> Judgement | None:
    from forecast.elicitation.judgements import IntervalMass, ObservedCases, interval, quartiles
    from forecast.elicitation.texts import parse_chips, parse_points

    mass = USUAL_MASS if options.mass is None else options.mass
    if options.interval is not None:
        return IntervalMass(*options.interval, mass) if options.maxent else interval(*options.interval, mass=mass)
    if options.quartiles is not None:
        return quartiles(*options.quartiles)
    if options.seen is not None:
        return ObservedCases(*options.seen)
    if options.chips is not None:
        return parse_chips(options.chips)
    return None if options.points is None else parse_points(options.points, support)
