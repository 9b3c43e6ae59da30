"""What keeps a page from showing the variants of a topic, in a report's JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from forecast.schema.variants import PRIOR_PLACE

if TYPE_CHECKING:
    from forecast.schema.topic import TopicContent
    from forecast.schema.variants import VariantContent


def variant_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Yield the place of each fault in what a report says of variants, and what it is: variants that are not there, answers to what is not asked."""
    yield from _owner_faults(content)
    if "variants" not in content:
        if any("variants" in answer for answer in content["answers"]):
            yield "variants", "an answer has a range over variants, and there is none"
        return
    rivals, questions = content["variants"]["rivals"], {answer["name"] for answer in content["answers"]}
    if not rivals:
        yield "variants.rivals", "there is no variant"
    if len({rival["name"] for rival in rivals}) < len(rivals):
        yield "variants.rivals", "two of them have one name"
    for number, rival in enumerate(rivals):
        yield from _rival_faults(f"variants.rivals.{number}", rival, names={other["name"] for other in rivals}, questions=questions)
    for number, wider in enumerate(content["variants"]["wider"]):
        if wider["weights"] is not None and len(wider["weights"]) != len(rivals):
            yield f"variants.wider.{number}.weights", f"{len(wider['weights'])} weights of {len(rivals)} variants"


def parameters_of_variants(content: TopicContent) -> Iterator[str]:
    """Yield the parameters of which variants have a prior of their own, some of them in variants alone."""
    for rival in content["variants"]["rivals"] if "variants" in content else ():
        for change in rival["changes"]:
            if change["place"].startswith(PRIOR_PLACE):
                yield change["place"].split(".")[1]


def _owner_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Variants whose own prior is said to have been changed, and which are not there."""
    names = {rival["name"] for rival in content["variants"]["rivals"]} if "variants" in content else set()
    for number, row in enumerate(content["insight"]["sensitivity"] if content["insight"] is not None else ()):
        if "variant" in row and row["variant"] not in names:
            yield f"insight.sensitivity.{number}.variant", "there is no such variant"


def _rival_faults(place: str, rival: VariantContent, *, names: Collection[str], questions: Collection[str]) -> Iterator[tuple[str, str]]:
    """Names of variants and questions that are not there."""
    if rival.get("draws_of", rival["name"]) not in names:
        yield f"{place}.draws_of", "there is no such variant"
    for at, answer in enumerate(rival["answers"]):
        if answer["question"] not in questions:
            yield f"{place}.answers.{at}.question", "there is no such question"
