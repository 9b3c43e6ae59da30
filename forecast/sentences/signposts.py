"""What a signpost is to an answer: a part of what is asked, or no more than a sign of it.

Seeing one changes what is believed of the parameters, and so every answer that rests on them.  Only where the stream has a part in
what the question asks, by itself or through others, does what is seen also bring the answer about.
"""

from __future__ import annotations

from forecast.schema.insight import InsightContent
from forecast.sentences.certain_then import Certain
from forecast.sentences.insight_text import next_move_sentence, next_signpost
from forecast.sentences.model_uses import ModelUses
from forecast.sentences.signpost_days import NO_LATE_RECORDS, FirstDays

NOT_WORKED_OUT = "We have not worked out how far new evidence would move it."
WITHOUT_RECORD = "It has no record: only another prior would move it."
SIGN = "That would be a sign, not a cause: in the model nothing asked here follows from it."


def is_only_a_sign(uses: ModelUses, stream: str, question: str) -> bool:
    """Whether a stream, or a class of one, has no part in what a question asks, so that it is correlated with the answer and no cause of it."""
    return not uses.drives(stream.rpartition(" of ")[2], question)


def has_foresight(insight: InsightContent) -> bool:
    """Whether rows to come were simulated, so that it is known what to watch for, or that there is nothing."""
    return bool(insight["signposts"] or insight["information"])


def next_move_with_sign(
    insight: InsightContent, uses: ModelUses, question: str, *, by: str | None, certain: Certain, since: FirstDays = NO_LATE_RECORDS
) -> str:
    """Return what would move a question's answer next, until its last day, and, where that is a sign and no cause, that it is.

    Where no row to come is simulated, nobody has looked what one would do.
    """
    if not has_foresight(insight):
        return NOT_WORKED_OUT if uses.has_record else WITHOUT_RECORD
    counted = uses.counted_alone(question)
    said = next_move_sentence(insight, question, by=by, certain=certain, counted=counted, since=since)
    post = next_signpost(insight, question, by=by, counted=counted)
    return said if post is None or not is_only_a_sign(uses, post["stream"], question) else f"{said} {SIGN}"
