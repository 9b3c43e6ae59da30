"""Probabilities in the answers of a report's JSON that are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forecast.schema.answers import (
    AnswerContent,
    AnswerKind,
    AnswerValue,
    DateValue,
    ProbabilityValue,
    ShareValue,
    is_date,
    is_distribution,
    is_probability,
    is_shares,
)

NO_PROBABILITY = "a probability lies between 0 and 1"


def probability_faults(answers: Sequence[AnswerContent]) -> Iterator[tuple[str, str]]:
    """Yield the place of each number in the answers that should be a probability and is below 0 or above 1, and that this is so."""
    for number, answer in enumerate(answers):
        found = [("value." + place, its) for place, its in _probabilities_of(answer["value"], answer["kind"])]
        if "annulment" in answer:
            found.append(("annulment.probability", answer["annulment"]["probability"]))
        yield from ((f"answers.{number}.{place}", NO_PROBABILITY) for place, its in found if not 0 <= its <= 1)


def _probabilities_of(value: AnswerValue | None, kind: AnswerKind) -> Iterator[tuple[str, float]]:
    """Each probability in the value of an answer of some kind, with its place."""
    if value is None:
        return
    if is_probability(value, kind):
        yield "value", value["value"]
        yield from ((f"chance.{end}", its) for end, its in enumerate(value["chance"] or ()))
        yield from _bounds_of(value)
    elif is_shares(value, kind):
        yield "none", value["none"]
        for at, share in enumerate(value["shares"]):
            yield f"shares.{at}.value", share["value"]
            yield from ((f"shares.{at}.{place}", its) for place, its in _bounds_of(share))
    elif is_date(value, kind):
        yield "not_by_then", value["not_by_then"]
        yield from ((f"curve.{at}.probability", point["probability"]) for at, point in enumerate(value["curve"]))
        yield from _bounds_of(value)
    elif is_distribution(value, kind):
        yield from ((f"modes.{at}.share", mode["share"]) for at, mode in enumerate(value.get("modes", ())))
        if "pmf" in value:
            yield from ((f"pmf.y.{at}", its) for at, its in enumerate(value["pmf"]["y"]))


def _bounds_of(value: ProbabilityValue | DateValue | ShareValue) -> Iterator[tuple[str, float]]:
    """The bounds of a probability that came about on no path, or on all."""
    if "at_most" in value:
        yield "at_most", value["at_most"]
    if "at_least" in value:
        yield "at_least", value["at_least"]
