"""Mixed answers with their ranges over variants, and what is to be warned of where a topic has any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forecast.content.diagnosis import WARNED
from forecast.schema.answers import AnswerContent, AnswerValue
from forecast.schema.variants import VariantsContent
from forecast.sentences.answer_text import answer_text
from forecast.sentences.variants import answer_range


def variant_warnings(variants: VariantsContent) -> Iterator[str]:
    """Say which variants, besides the topic as it stands, have draws that are not to be trusted; a verdict on them is said elsewhere."""
    for rival in variants["rivals"][1:]:
        if not rival["sound"] and rival["verdict"] not in WARNED:
            yield f"By the engine's own checks the draws of the variant `{rival['name']}` are not sound. Do not rely on these numbers."


def with_ranges(answers: Sequence[AnswerContent], variants: VariantsContent) -> list[AnswerContent]:
    """Return mixed answers with their ranges over variants, in numbers and in their sentences."""
    return [with_range(answer, variant_values(variants, answer["name"])) for answer in answers]


def variant_values(variants: VariantsContent, question: str) -> list[tuple[float, AnswerValue | None]]:
    """Return the weight of each variant, and its value of the answer to a question."""
    return [(rival["after"], its["value"]) for rival in variants["rivals"] for its in rival["answers"] if its["question"] == question]


def with_range(answer: AnswerContent, values: Sequence[tuple[float, AnswerValue | None]]) -> AnswerContent:
    """Return a mixed answer with its range over variants, from the weight and the value of each; as it is where it is not open."""
    if answer["status"] != "open":
        return answer
    found = answer_range(answer["kind"], answer["unit"], values)
    if found is None:
        return answer
    ranged: AnswerContent = {**answer, "variants": found}
    return {**ranged, "sentence": answer_text(ranged)}
