"""What is said of a relation between topics: chances as percents, as everywhere else, and figures that show what is missed."""

from __future__ import annotations

import pytest

from forecast.report.sections_relations import relation_sections
from forecast.schema.relations import RelationContent
from forecast.schema.topic import TopicContent
from forecast.sentences.relations import broken_relation_sentences
from tests.support.sample_report import sample_content

CHANCE, NUMBER, LABELLED = "route.transfer_soon", "route.captives", "route.what_keeps_them[fear]"


def content_with(relation: str, left: float, right: float, *, error: float = 0.0006, verdict: str = "holds") -> TopicContent:
    """The sample with one relation."""
    answers = [{"address": CHANCE, "value": left, "error": error}, {"address": "other.asked", "value": right, "error": error}]
    its = {"name": "ordered", "relation": relation, "why": "It must.", "verdict": verdict, "left": left, "right": right, "error": error}
    return {**sample_content(), "relations": [RelationContent(**its, answers=answers, reason="")]}  # type: ignore[typeddict-item]


def cells(content: TopicContent) -> tuple[str, str]:
    """The sides and the difference, as the table has them."""
    (section,) = relation_sections(content)
    ((_, _, sides, difference, _),) = section.tables[0].rows
    return sides, difference


@pytest.mark.parametrize(
    ("relation", "left", "right", "shown"),
    [
        (f"{CHANCE} <= other.asked", 0.2316, 0.2879, ("23 % and 29 %", "−5.63 ± 0.06 points")),
        (f"other.asked >= {CHANCE}", 0.2879, 0.2316, ("29 % and 23 %", "5.63 ± 0.06 points")),
        (f"{CHANCE} <= other.asked", 0.313, 0.356, ("31.3 % and 35.6 %", "−4.3 ± 0.06 points")),
        (f"{LABELLED} == other.asked", 0.34, 0.34, ("34 % and 34 %", "0 ± 0.06 points")),
        (f"1 - {CHANCE} * 0.5 <= other.asked", 0.5, 0.7, ("50 % and 70 %", "−20 ± 0.06 points")),
        (f"{CHANCE} + other.asked <= other.more", 1.2, 0.7, ("120 % and 70 %", "50 ± 0.06 points")),
        (f"{NUMBER} <= other.asked", 0.2316, 0.2879, ("0.232 and 0.288", "−0.0563 ± 0.0006")),
        (f"{NUMBER} * {CHANCE} <= other.asked", 0.2316, 0.2879, ("0.232 and 0.288", "−0.0563 ± 0.0006")),
        (f"{CHANCE} / other.asked <= other.more", 0.2316, 0.2879, ("0.232 and 0.288", "−0.0563 ± 0.0006")),
        ("other.asked <= another.asked", 0.2316, 0.2879, ("0.232 and 0.288", "−0.0563 ± 0.0006")),
    ],
)
def test_chances_are_percents_and_numbers_are_numbers(relation: str, left: float, right: float, shown: tuple[str, str]) -> None:
    """A side is a chance where an answer of this topic in it is one; what is multiplied with a number, or divided, is a number."""
    assert cells(content_with(relation, left, right)) == shown


def test_a_certain_answer_is_certain() -> None:
    """What the record has settled is 0 or 100 %, and what came out so on every path is a bound."""
    assert cells(content_with(f"{CHANCE} <= other.asked", 0.0, 1.0, error=0.0))[0] == "0 % and 100 %"
    assert cells(content_with(f"{CHANCE} <= other.asked", 0.0, 1.0, error=0.0001))[0] == "below 0.1 % and above 99.9 %"


def test_a_relation_that_fails_shows_by_what() -> None:
    """Sides that are printed alike elsewhere have the digits that tell them apart."""
    content = content_with(f"{CHANCE} == other.asked", 0.34002, 0.34006, error=0.00001, verdict="fails")
    (sentence,) = broken_relation_sentences(content)
    assert "the two sides are 34.002 % and 34.006 %; their difference is −0.004 ± 0.001 points (its Monte Carlo error)" in sentence
