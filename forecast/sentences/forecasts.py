"""Sentences on forecasts on record: what each says, who said it, and how far it lies from the model's answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.schema import words
from forecast.schema.answers import AnswerContent, is_probability
from forecast.schema.on_record import ForecastContent, RecordedQuestion, log_odds_difference
from forecast.sentences.resolved import ending_text

NEAR_RATIO = 1.05  # of odds that are called the same
LARGEST_LOG_ODDS = 500.0  # beyond it there is no number for their ratio
BASE_RATE = "base rate"  # the kind of a forecaster that is none
MOST_AT_A_GLANCE = 6  # forecasts of one question that its headline lists


@dataclass(frozen=True, slots=True)
class JudgedHeadline:
    """A question that people answer at a glance: what stands large, whose it is, the forecasts in force or the end, and when it closes."""

    figure: str
    about: str
    lines: tuple[str, ...]
    closes: str


def judged_headline(question: RecordedQuestion) -> JudgedHeadline:
    """Return the headline of a question that people alone answer: how it ended, or else one's own forecast, or the newest, and all in force.

    Of many forecasts the headline's and the newest are listed, and the number of the others is said.
    """
    closes = "" if question["by"] is None else f"Closes on {words.day(question['by'])}."
    leading = leading_forecast(question)
    lines = [f"{sentence}." for sentence in record_sentences(question, None)]
    if "resolution" in question:
        ended = lines.pop()
        return JudgedHeadline("resolved", "", (ended, *lines), "")
    if leading is None:
        return JudgedHeadline("no forecast", "", tuple(lines), closes)
    holding = forecasts_in_force(question)
    lines.insert(0, lines.pop(holding.index(leading)))
    if len(holding) > MOST_AT_A_GLANCE:
        lines[MOST_AT_A_GLANCE : len(holding)] = [f"{len(holding) - MOST_AT_A_GLANCE:,} more in force, listed below."]
    return JudgedHeadline(leading["says"], f"by {leading['who']}", tuple(lines), closes)


def forecasts_in_force(question: RecordedQuestion) -> list[ForecastContent]:
    """Return the forecasts of a question that hold, the newest first."""
    return [its for its in question["forecasts"] if its["holds"]]


def forecast_sentence(forecast: ForecastContent, answer: AnswerContent | None) -> str:
    """Return what a forecast says, whose it is and since when, and beside a model's probability how the odds of both compare."""
    parts = [f"{forecast['says']} by {_who(forecast)} since {words.day(forecast['day'])}"]
    parts += ["entered later"] if forecast["entered_later"] else []
    parts += [difference] if (difference := difference_words(forecast, answer)) else []
    return "; ".join(parts)


def base_rate_name(forecast: ForecastContent) -> str:
    """Return a base rate as a sentence speaks of it: ``the base rate (one arrival in 21 months)``."""
    return f"the {BASE_RATE} ({forecast['who']})"


def _who(forecast: ForecastContent) -> str:
    """Whose a forecast is: a person by name, others with what they are."""
    if forecast["kind"] == BASE_RATE:
        return base_rate_name(forecast)
    return forecast["who"] if forecast["kind"] in {"", "person"} else f"{forecast['who']} ({forecast['kind']})"


def difference_words(forecast: ForecastContent, answer: AnswerContent | None) -> str:
    """Return how the odds of a probability compare with those of the model's: ``odds 34 times the model's``; empty where one of the two is none."""
    difference = _log_odds_difference(forecast, answer)
    if difference is None:
        return ""
    if math.isinf(difference):
        return "one of the two is certain, and the other is not"
    ratio = math.exp(min(abs(difference), LARGEST_LOG_ODDS))
    if ratio < NEAR_RATIO:
        return "as the model"
    shown = words.number(float(f"{ratio:.2g}"))
    return f"odds {shown} times the model's" if difference > 0 else f"the model's odds are {shown} times as high"


def difference_text(forecast: ForecastContent, answer: AnswerContent | None) -> str:
    """Return the same with the difference in log odds, as a table has it: ``odds 34 times the model's (log odds +3.53)``."""
    said, difference = difference_words(forecast, answer), _log_odds_difference(forecast, answer)
    if difference is None or math.isinf(difference):
        return said
    return f"{said} (log odds {words.signed_number(difference, error=0.01) if abs(difference) >= 0.005 else '0'})"


def _log_odds_difference(forecast: ForecastContent, answer: AnswerContent | None) -> float | None:
    """How far a probability lies from the model's in log odds; None where one of the two is none."""
    if answer is None or "probability" not in forecast:
        return None
    value = answer["value"]
    if value is None or not is_probability(value, answer["kind"]):
        return None
    return log_odds_difference(forecast["probability"], value["value"])


def record_sentences(question: RecordedQuestion, answer: AnswerContent | None) -> list[str]:
    """Return what is on record of a question: the forecasts in force, how many there were, and how it ended."""
    sentences = [forecast_sentence(its, answer) for its in forecasts_in_force(question)]
    if not sentences:
        sentences = ["No forecast is in force"] if question["forecasts"] else ["No forecast is on record"]
    if question["earlier_wordings"]:
        count = question["earlier_wordings"]
        sentences.append(f"{count} {'forecast' if count == 1 else 'forecasts'} of the question as it was asked before")
    if "resolution" in question:
        sentences.append(f"Resolved: {ending_text(question['resolution'])}")
    return sentences


def leading_forecast(question: RecordedQuestion, *, own: Sequence[str] = ("me",)) -> ForecastContent | None:
    """Return the forecast that stands for a question where there is room for one: one's own in force, else the newest in force."""
    holding = forecasts_in_force(question)
    return next((its for its in holding if its["who"] in own), holding[0] if holding else None)
