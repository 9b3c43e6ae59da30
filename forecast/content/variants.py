"""What a report says of a topic's variants, from their analyses and the weights that mixed their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forecast.book.topic import Topic
from forecast.content.topic import answer_content
from forecast.content.variant_changes import changes_content
from forecast.inference.posterior import Diagnostics
from forecast.inference.prediction_pool import TIMES_FOR_STATED
from forecast.predict.answers import Answer
from forecast.predict.rival_weights import RivalWeights
from forecast.schema.topic import VerdictContent
from forecast.schema.variants import ScoredContent, VariantAnswer, VariantContent, VariantsContent, WiderPriors

ONE_ENGINE = "Only one engine was run."
BORROWED_PATHS = "The draws and the simulated paths are those under `{}`, weighted anew by the ratio of the priors."


def variants_content(
    topic: Topic,
    diagnostics: Mapping[str, Diagnostics],
    answers: Mapping[str, Mapping[str, Answer]],
    weights: RivalWeights,
    verdict: VerdictContent | None,
    *,
    wider: Sequence[WiderPriors],
    borrowed: Mapping[str, str],
) -> VariantsContent:
    """Return what a report says of variants, by the diagnostics of their draws and the answers under each.

    ``borrowed`` names, for each variant whose published draws and paths are another's, that one.
    """
    rivals = [_variant(topic, name, its, answers[name], weights, verdict) for name, its in diagnostics.items()]
    rivals = [_with_lender(content, borrowed.get(content["name"])) for content in rivals]
    content: VariantsContent = {"combine": weights.combine, "reason": weights.reason, "rivals": rivals, "wider": list(wider)}
    if weights.performance is None:
        return content
    scored: ScoredContent = {"rows": weights.performance.rows, "days": weights.performance.days, "stated_days": TIMES_FOR_STATED}
    return {**content, "scored": scored}


def _variant(
    topic: Topic, name: str, its: Diagnostics, answers: Mapping[str, Answer], weights: RivalWeights, verdict: VerdictContent | None
) -> VariantContent:
    variant = topic.variants.get(name)
    evidence = weights.evidences.get(name)
    of_engines = None if verdict is None else verdict.get("variants", {}).get(name)
    content: VariantContent = {
        "name": name,
        "why": "" if variant is None else variant.why,
        "changes": [] if variant is None else changes_content(variant),
        "before": topic.prior_weights[name],
        "after": weights.weight(name),
        "error": weights.error(name),
        "log_evidence": None if evidence is None else evidence.log,
        "log_evidence_error": None if evidence is None else evidence.error,
        "engine": its.engine,
        "sound": its.sound,
        "verdict": "not refereed" if of_engines is None else of_engines["verdict"],
        "sentence": ONE_ENGINE if of_engines is None else of_engines["sentence"],
        "answers": [_answer(topic.rivals[name], answer) for answer in answers.values()],
    }
    return content if weights.performance is None else {**content, "by_evidence": weights.by_evidence.get(name)}


def _with_lender(content: VariantContent, lender: str | None) -> VariantContent:
    """A variant's content, which says where its draws and paths are another's."""
    if lender is None:
        return content
    return {**content, "draws_of": lender, "sentence": f"{content['sentence']} {BORROWED_PATHS.format(lender)}"}


def _answer(topic: Topic, answer: Answer) -> VariantAnswer:
    content = answer_content(topic, answer)
    return {"question": content["name"], "status": content["status"], "headline": content["headline"], "value": content["value"]}
