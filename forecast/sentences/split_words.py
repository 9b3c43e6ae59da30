"""What is said of ignorance and luck: a share of an answer's doubt, with its Monte Carlo error, and a sentence.

The sign ± is followed by one standard error, in percentage points.
"""

from __future__ import annotations

from collections.abc import Sequence

from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.insight import InsightContent, MeasureContent
from forecast.sentences.insight_text import measure_name

RIGHT_VERSION = "which version of the model is right"
NOT_SPLIT = "How much of the doubt is luck is not known"
LEAST_PRINTED_ERROR = 0.05  # percentage points; a smaller error is below the digits that are printed


def share_with_error(share: float, *, error: float) -> str:
    """Return a share of the doubt and its Monte Carlo error: ``34 % ± 2``, ``34.2 % ± 0.4``, ``below 1 %``.

    Whole percents, tenths where the error is below one; a bound where the share is within two errors of 0 or of 1.  The error is left
    out where it is too small for a tenth.
    """
    return split_texts(share, error=error)[0]


def split_texts(share: float, *, error: float) -> tuple[str, str]:
    """Return a share and what is left of the whole, as they are printed: together they are 100 %."""
    points, error_points = 100 * min(max(share, 0.0), 1.0), 100 * error  # noise alone can put an estimate outside
    from_end = min(points, 100 - points)
    is_exact = error == 0 and from_end == 0
    is_at_end = from_end <= max(words.BOUND_STANDARD_ERRORS * error_points, LEAST_PRINTED_ERROR)
    bound = words.bound_of(from_end, error=error_points) if is_at_end and not is_exact else None
    if bound is not None:
        below, above = f"below {bound:g} %", f"above {100 - bound:g} %"
        return (below, above) if points < 50 else (above, below)
    decimals = 0 if round(error_points, 1) >= 1 else 1
    shown = round(points, decimals)
    if error_points < LEAST_PRINTED_ERROR:
        return f"{shown:g} %", f"{round(100 - shown, decimals):g} %"
    printed_error = f"{max(error_points, 0.1):.{decimals}f}"
    return f"{shown:.{decimals}f} % ± {printed_error}", f"{100 - shown:.{decimals}f} % ± {printed_error}"


def missing_variance_note(question: str) -> str:
    """Say that a question's doubt cannot be split, since its variance cannot be estimated."""
    return f"How much of the doubt of “{question.replace('_', ' ')}” is ignorance is not known: its variance does not exist or is not known from these draws."


def is_variance_note_of(note: str, question: str) -> bool:
    """Whether a note of a report says that of a question, also where it names it as older reports do."""
    spaced = missing_variance_note(question)
    return note in {spaced, spaced.replace(f"“{question.replace('_', ' ')}”", question)}


def unsplit_reason(answer: AnswerContent, measure: MeasureContent) -> str:
    """Return why the doubt about an answer is not split into ignorance and luck, as a clause; empty where nothing speaks against it."""
    if answer["given"]:
        return "the split is computed only for questions without a condition"
    if answer.get("annulled"):
        return "the split is computed only for questions that cannot be annulled"
    return "" if measure["kind"] == "probability" else "the variance is infinite, or rests on values too rare for the draws to show"


def missing_split_sentence(answer: AnswerContent, measure: MeasureContent) -> str:
    """Say of an open answer without a split why it has none; empty where nothing speaks against one."""
    reason = "" if measure["settled"] else unsplit_reason(answer, measure)
    return f"{NOT_SPLIT}: {reason}." if reason else ""


def unsplit_sentence(answers: Sequence[AnswerContent], insight: InsightContent) -> str:
    """Say of which open answers the doubt is not split, and why; empty where it is of all."""
    split = {(its["question"], its["label"]) for its in insight["split"]}
    by_name = {answer["name"]: answer for answer in answers}
    found: dict[str, list[str]] = {}
    for measure in insight["measures"]:
        if not measure["settled"] and (measure["question"], measure["label"]) not in split:
            found.setdefault(unsplit_reason(by_name[measure["question"]], measure), []).append(f"“{measure_name(measure)}”")
    return " ".join(f"{NOT_SPLIT} for {words.join_words(names)}: {reason}." for reason, names in found.items() if reason)


def structure_sentence(structure: float, *, error: float) -> str:
    """Say how much of an answer's doubt is which variant is right: ``12 % ± 1 of the doubt is over which version of the model is right``."""
    return f"{_share_in_words(structure, error=error)} of the doubt is over {RIGHT_VERSION}"


def doubt_sentence(ignorance: float, *, error: float, structure: bool = False) -> str:
    """Say how much of an answer's doubt is ignorance: ``Of the doubt, 54 % ± 1 is ignorance of the parameters and the rest is luck``.

    With ``structure`` it is ignorance of which version of the model is right, too.
    """
    of = f"the parameters and of {RIGHT_VERSION}" if structure else "the parameters"
    if error == 0 and ignorance in {0.0, 1.0}:
        known, luck = ("all", "none") if ignorance else ("none", "all")
        return f"Of the doubt, {known} is ignorance of {of} and {luck} is luck"
    return f"Of the doubt, {_share_in_words(ignorance, error=error)} is ignorance of {of} and the rest is luck"


def _share_in_words(share: float, *, error: float) -> str:
    return share_with_error(share, error=error).replace("below", "less than").replace("above", "more than")
