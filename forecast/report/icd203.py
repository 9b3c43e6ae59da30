"""Answers in calibrated words: the scale of Intelligence Community Directive 203, for readers who are used to it.

An option of rendering only: the JSON keeps the plain sentences.  The scale has
a word for each range from 1 to 99 %; nearer to 0 or to 1 its last words stand
with the range they then mean.
"""

from __future__ import annotations

from typing import Literal

from forecast.schema import words
from forecast.schema.answers import AnswerContent, AnswerValue, is_date, is_distribution, is_probability, is_shares
from forecast.sentences import answer_sentences
from forecast.sentences.answer_text import answer_text, circumstances, numeric_answer_text

Style = Literal["plain", "icd203"]
WORDING_STYLES: tuple[Style, ...] = ("plain", "icd203")
SCALE = (  # upper ends of the ranges, in percent; each range has its lower end, and the last its upper
    (1, "almost no chance", "below 1 %"),
    (5, "almost no chance", "1 to 5 %"),
    (20, "very unlikely", "5 to 20 %"),
    (45, "unlikely", "20 to 45 %"),
    (55, "roughly an even chance", "45 to 55 %"),
    (80, "likely", "55 to 80 %"),
    (95, "very likely", "80 to 95 %"),
    (99, "almost certain", "95 to 99 %"),
    (100, "almost certain", "above 99 %"),
)
SCALE_SENTENCE = (
    "Words as in ICD 203: almost no chance (1 to 5 %), very unlikely (5 to 20 %), unlikely (20 to 45 %), "
    "roughly an even chance (45 to 55 %), likely (55 to 80 %), very likely (80 to 95 %), almost certain (95 to 99 %)."
)


def probability_term(probability: float) -> tuple[str, str]:
    """Return the word for a probability and the range the word stands for."""
    return next(((word, span) for end, word, span in SCALE if 100 * probability < end), SCALE[-1][1:])


def answer_sentence(answer: AnswerContent, style: Style = "plain") -> str:
    """Return an answer of a report as a sentence, in plain words or in calibrated ones."""
    if style == "plain" or answer["status"] in words.RECORDED or answer["value"] is None:
        return answer_text(answer)
    return " ".join((_calibrated_sentence(answer, answer["value"]), *circumstances(answer)))


def _calibrated_sentence(answer: AnswerContent, value: AnswerValue) -> str:
    kind = answer["kind"]
    if is_probability(value, kind):
        return answer_sentences.probability_sentence(
            value=value["value"],
            error=value["error"],
            chance_interval=value["chance"],
            chance_errors=value.get("chance_errors"),
            status=answer["status"],
            beginning=words.capitalise(_term_with_percent(value["value"], value["error"])),
        )
    if is_date(value, kind):
        assert answer["by"] is not None
        return f"By {words.day(answer['by'])}: {_term_with_percent(1 - value['not_by_then'], value['error'])}."
    if is_shares(value, kind):
        order = sorted(value["shares"], key=lambda share: -share["value"])
        parts = [f"{share['label'].replace('_', ' ')} {_term_with_percent(share['value'], share['error'])}" for share in order]
        return f"{words.capitalise('; '.join(parts))}."
    assert is_distribution(value, kind)
    return numeric_answer_text(answer, value)


def _term_with_percent(probability: float, error: float) -> str:
    word, span = probability_term(probability)
    shown = words.percent(probability, error=error)
    return f"{word} ({shown})" if shown == span else f"{word} ({span}), at {shown}"
