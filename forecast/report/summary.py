"""What a reader learns of a question at a glance: its answer, what moved it last, what would move it next, its history."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.report.icd203 import Style, answer_sentence
from forecast.report.sparkline import sparkline
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.history_points import points_of, value_at
from forecast.schema.insight import InsightContent
from forecast.schema.topic import TopicContent
from forecast.sentences.certain_then import Certain, certain_then
from forecast.sentences.insight_text import from_to_text, is_noticed, is_percent
from forecast.sentences.last_moved import last_move_sentence
from forecast.sentences.lead import last_moved_text, main_measure
from forecast.sentences.model_uses import ModelUses, model_uses
from forecast.sentences.printed_parts import printed_parts
from forecast.sentences.signpost_days import FirstDays, first_days
from forecast.sentences.signposts import next_move_with_sign


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """A question at a glance; ``last`` is when news moved it last; the texts after ``said`` are empty where there is no insight, or nothing left to move."""

    said: str
    moved: str = ""
    coming: str = ""
    change: str = ""
    last: str = ""
    spark: str = ""


def question_summaries(content: TopicContent, style: Style) -> dict[str, QuestionSummary]:
    """Return every question of a topic at a glance."""
    uses, certain, since = model_uses(content), certain_then(content), first_days(content)
    return {answer["name"]: _question_summary(content["insight"], uses, certain, since, answer, style) for answer in content["answers"]}


def _question_summary(
    insight: InsightContent | None, uses: ModelUses, certain: Certain, since: FirstDays, answer: AnswerContent, style: Style
) -> QuestionSummary:
    sentence = answer_sentence(answer, style)
    if insight is None:
        return QuestionSummary(sentence)
    index = main_measure(insight, answer["name"])
    if index is None:
        return QuestionSummary(sentence)
    spark = _sparkline(insight, index)
    if answer["status"] in words.RECORDED:
        return QuestionSummary(sentence, spark=spark)
    return QuestionSummary(
        sentence,
        last_move_sentence(insight, answer["name"]),
        next_move_with_sign(insight, uses, answer["name"], by=answer["by"], certain=certain, since=since),
        _change_text(insight, index),
        last_moved_text(insight, index),
        spark,
    )


def _change_text(insight: InsightContent, index: int) -> str:
    """How far the answer, of a number its expected value, moved since the last report, or the last news: ``+7 points since 15 September 2026``."""
    move = max(insight["moves"], key=lambda candidate: (candidate["against"] == "ledger", candidate["since"]), default=None)
    if move is None:
        return ""
    measure = insight["measures"][index]
    change = move["after"][index] - move["before"][index]
    of = {"mean": "expected value ", "median": "median "}.get(measure["kind"], "")
    since, error = f"since {words.day(move['since'])}", move["errors"][index] if "errors" in move else 0.0
    if not is_noticed(measure, change, error=error):
        return f"{of}unchanged {since}"
    printed = printed_parts(measure, move["before"][index], move["after"][index], [change])
    return f"{of}{printed.text(0) if printed.steps[0] else 'unchanged'} {since}"


def _sparkline(insight: InsightContent, index: int) -> str:
    measure, points = insight["measures"][index], points_of(insight, index)
    values = [value_at(point, index) for point in points]
    if len(values) < 2:
        return ""
    description = f"from {words.day(points[0]['day'])}: {from_to_text(measure, values[0], values[-1])}"
    return sparkline(values, said=description, low=0.0 if is_percent(measure) else None)
