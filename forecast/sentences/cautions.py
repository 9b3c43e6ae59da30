"""What stands beside the answers though no engine failed: a model that does not reproduce its record, and numbers of one engine alone.

Both are read from a report's JSON, so that page, Markdown, index and terminal say the same.
"""

from __future__ import annotations

from operator import itemgetter

from forecast.schema import words
from forecast.schema.insight import PredictiveCheckContent
from forecast.schema.topic import TopicContent
from forecast.sentences.relations import broken_relation_sentences

MISFIT_TAIL = 0.001  # a tail below which a predictive check is said beside the answers
MOST_MISFITS = 4  # checks that are said there; the section on how well the record was foreseen has all
ALONE = "unconfirmed"  # the verdict where NUTS is sound and the fast engine, which should confirm it, is not
STATISTICS = {"sum": "the sum", "mean": "the mean", "largest": "the largest value", "share of zeros": "the share of zeros"}
VERDICT_WORDS = {"failed": "the second engine failed", ALONE: "one engine alone"}  # what one word would say too little of


def misfit_sentences(content: TopicContent) -> tuple[str, ...]:
    """Return a sentence for each predictive check so far out that the answers are not to be trusted as they stand, the farthest first.

    A tail at the limit, or none since nobody looked, is no misfit.  What the record has settled does not rest on the model.
    """
    is_open = any(answer["status"] not in words.RECORDED for answer in content["answers"])
    checks = content["insight"]["checks"] if is_open and content["insight"] is not None else []
    far = sorted((check for check in checks if check["tail"] < MISFIT_TAIL), key=itemgetter("tail"))
    sentences = [_misfit_sentence(check) for check in far[:MOST_MISFITS]]
    if len(far) > MOST_MISFITS:
        sentences.append(f"{len(far) - MOST_MISFITS} more checks are as extreme; see “How well the record was foreseen”.")
    return tuple(sentences)


def contradiction_sentences(content: TopicContent) -> tuple[str, ...]:
    """Return what stands beside the answers as a warning: that the model does not reproduce its record, or that other topics contradict it."""
    return (*misfit_sentences(content), *broken_relation_sentences(content))


def single_engine_sentence(content: TopicContent) -> str:
    """Return that one engine alone gives the numbers, and why; empty where two do, or a warning says more."""
    verdict = content["verdict"]
    return f"One engine alone. {verdict['sentence']}" if verdict["verdict"] == ALONE and not content["warnings"] else ""


def verdict_versions_sentence(content: TopicContent) -> str:
    """Return with which other versions the engines were compared; empty where they were compared with those of the report."""
    made_with = content["verdict"].get("versions", {})
    now = content["run"]["versions"]
    others = [f"{name} {version}" for name, version in made_with.items() if now.get(name) != version]
    if not others:
        return ""
    return f"The engines were compared with {words.join_words(others)}; `forecast update --referee` compares them again."


def verdict_words(verdict: str) -> str:
    """Return a verdict in the words that a reader sees."""
    return VERDICT_WORDS.get(verdict, verdict)


def _misfit_sentence(check: PredictiveCheckContent) -> str:
    as_text = words.share if check["statistic"] == "share of zeros" else _number
    seen, low, high = (as_text(value) for value in (check["seen"], check["quantiles"][0], check["quantiles"][-1]))
    predicted = f"it is {low}" if low == high else f"it is between {low} and {high}"
    of = STATISTICS.get(check["statistic"], f"the {check['statistic']}")
    return (
        f"The model does not reproduce the record. In {check['stream'].replace('_', ' ')}, {of} is {seen}; in records simulated from the model "
        f"{predicted} nine times in ten, and as extreme as what was seen in fewer than 1 of 1,000. The answers should not be trusted as they stand."
    )


def _number(value: float) -> str:
    return words.number(value, error=0.003 * abs(value))
