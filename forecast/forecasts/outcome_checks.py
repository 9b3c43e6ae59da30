"""Whether an outcome fits the question that it resolves."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.forecasts.question import QuestionType
from forecast.forecasts.resolution import WITHOUT_SCORE, OutcomeWord, Resolution
from forecast.forecasts.terms import QuestionTerms
from forecast.forecasts.times import text_of_days
from forecast.language.faults import did_you_mean

OUTCOMES_OF_TYPE: Mapping[QuestionType, tuple[OutcomeWord, ...]] = {  # beside those without a score, which fit every question
    "binary": ("yes", "no", "fraction"),
    "options": ("label", "several"),
    "number": ("number", "below", "above", "not_by"),
    "discrete": ("number", "below", "above", "not_by"),
    "date": ("date", "below", "above", "not_by"),
}


def outcome_fault(terms: QuestionTerms, resolution: Resolution) -> tuple[str, str] | None:
    """Return why an outcome does not fit its question, and a hint; None where it does."""
    kind, outcome, value = terms.question.type, resolution.outcome, resolution.value
    if outcome in WITHOUT_SCORE:
        return None
    if outcome not in OUTCOMES_OF_TYPE[kind]:
        fitting = ", ".join((*OUTCOMES_OF_TYPE[kind], *sorted(WITHOUT_SCORE)))
        return f"a question of type `{kind}` cannot end with `{outcome}`", f"outcomes that fit: {fitting}"
    options = [option.option for option in terms.options]
    labels = [value] if isinstance(value, str) else list(value) if isinstance(value, Mapping) else []
    for label in labels if options else ():
        if label not in options:
            return f"this question has no option `{label}`", did_you_mean(label, options) or f"its options are {', '.join(options)}"
    scale = terms.question.scale
    if scale is None or outcome not in {"number", "date"} or not isinstance(value, float):
        return None
    for is_beyond, is_open, word, bound in (
        (value < scale.low, scale.low_open, "below", scale.low),
        (value > scale.high, scale.high_open, "above", scale.high),
    ):
        if is_beyond and not is_open:
            shown = text_of_days(bound) if kind == "date" else f"{bound:.15g}"
            return f"this lies {word} the closed bound of the question, {shown}", "correct the value, or the bounds of the question"
    return None
