"""An answer of a report in sentences, made from its JSON: what it came to, under which condition, and the range over versions of the model.

Pages and the terminal make it anew from the numbers, so that a report says the same in the words of today.
"""

from __future__ import annotations

from datetime import date

from forecast.schema import words
from forecast.schema.answers import AnswerContent, AnswerValue, DistributionValue, is_date, is_distribution, is_probability, is_shares
from forecast.sentences import answer_sentences
from forecast.sentences.resolved import resolved_text
from forecast.sentences.variants import range_sentence


def answer_text(answer: AnswerContent) -> str:
    """Return an answer in plain words: a void or unanswered question says why there is none."""
    value = answer["value"]
    if (failed := answer.get("failed")) is not None:
        return answer_sentences.void_sentence(date.fromisoformat(failed["first"]), date.fromisoformat(failed["last"]))
    if answer["status"] == "resolved":
        return resolved_text(answer)
    if value is None:
        return answer_sentences.unanswered_sentence(answer.get("reasons", ()))
    if answer["status"] == "annulled":
        return answer_sentences.settled_sentence(answer["status"])
    return " ".join((_value_text(answer, value), *circumstances(answer)))


def circumstances(answer: AnswerContent) -> tuple[str, ...]:
    """Return what stands after an answer: how likely its condition is, or that it is annulled, and the range over versions of the model."""
    said = []
    if answer["given"]:
        assert answer["given_probability"] is not None
        said.append(answer_sentences.given_sentence(answer["given_probability"]))
    if (annulment := answer.get("annulment")) is not None and answer["status"] not in words.RECORDED:
        said.append(answer_sentences.annulled_sentence(annulment["probability"], error=annulment["error"]))
    if "variants" in answer:
        said.append(range_sentence(answer["kind"], answer["unit"], answer["variants"]["ranges"]))
    return tuple(said)


def numeric_answer_text(answer: AnswerContent, value: DistributionValue) -> str:
    """Return a numeric answer in a sentence, without its circumstances."""
    return answer_sentences.distribution_sentence(
        quantiles=value["quantiles"],
        errors=value["errors"],
        unit=answer["unit"],
        unit_one=answer.get("unit_one", ""),
        status=answer["status"],
        modes=[(mode["share"], mode["quantiles"]) for mode in value.get("modes", ())],
        sole=answer_sentences.chance_of_middle(value),
        within=answer_sentences.chances_within(value),
    )


def _value_text(answer: AnswerContent, value: AnswerValue) -> str:
    kind, status = answer["kind"], answer["status"]
    if is_probability(value, kind):
        return answer_sentences.probability_sentence(
            value=value["value"],
            error=value["error"],
            chance_interval=value["chance"],
            chance_errors=value["chance_errors"],
            status=status,
        )
    if is_distribution(value, kind):
        return numeric_answer_text(answer, value)
    if is_date(value, kind):
        assert answer["by"] is not None
        return answer_sentences.date_sentence(
            quantiles=value["quantiles"], not_by_then=value["not_by_then"], error=value["error"], by=answer["by"], status=status
        )
    assert is_shares(value, kind)
    shares = value["shares"]
    return answer_sentences.shares_sentence(
        values={share["label"]: share["value"] for share in shares},
        errors={share["label"]: share["error"] for share in shares},
        none=value["none"],
        none_error=value.get("none_error", 0.0),
    )
