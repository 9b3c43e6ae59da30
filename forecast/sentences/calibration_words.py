"""Calibration in words: figures of one group, and what may be concluded from them."""

from __future__ import annotations

from forecast.language.count_words import count_text
from forecast.schema.calibration import (
    CalibrationContent,
    GroupSizeContent,
    NumberCalibrationContent,
    OmissionContent,
    OpenRecalibrationContent,
    ProbabilityCalibrationContent,
    RecalibrationContent,
    SeparationContent,
)
from forecast.sentences.score_words import COHORT_TEXTS, cohort_sentence, interval_text, percent_text, score_text, signed_score_text

NO_FORECAST = "No forecast of a question that ended in yes or no, or in a number or a date, enters calibration yet."
FEW_MARK = ", few"
BANDS = (
    "Bands hold 90 %. A question counts once for each forecaster, by the time for which each forecast stood; forecasts of one question, and "
    "questions of one topic, are taken to depend on each other"
)
LEAST_P = 0.05
THOUSAND = 1_000  # of what a score is printed in


def size_text(size: GroupSizeContent) -> str:
    """Return how many questions there are, and whether they are too few."""
    return f"{size['questions']:,}{FEW_MARK if size['few'] else ''}"


def few_questions_sentence(content: CalibrationContent) -> str:
    """Say that there are too few questions to judge: in all groups or in some; empty where in none."""
    sizes = [its["size"] for its in (*content["probabilities"], *content["numbers"])]
    few = [size for size in sizes if size["few"]]
    if not few:
        return ""
    limit = "fewer than 30 questions, or questions from fewer than three topics"
    if len(few) == len(sizes):
        most = max(size["questions"] for size in sizes)
        are = "is" if most == 1 else "are"
        return f"{count_text(most, 'question')} {are} too few to judge calibration; about 30 are needed, from three topics or more."
    return f"Too few questions to judge by the lines marked \u201cfew\u201d: they are of {limit}."


def miscalibration_text(its: ProbabilityCalibrationContent) -> str:
    """Return the miscalibration, and what calibrated forecasts would stay below."""
    return f"{score_text(its['miscalibration'])} (by chance up to {score_text(its['chance'])})"


def parts_texts(its: ProbabilityCalibrationContent) -> tuple[str, str]:
    """Return the discrimination and the uncertainty as they are printed beside the Brier score and the miscalibration.

    In thousandths, like these, and so that the row adds up: where rounding leaves a thousandth, the part gives way that rounding moved most.
    """
    score, less = (round(THOUSAND * round(its[key], 3)) for key in ("brier", "miscalibration"))  # as they are printed: 0.0005 is 0.001
    exact = [-THOUSAND * its["discrimination"], THOUSAND * its["uncertainty"]]
    steps = [round(part) for part in exact]
    while short := score - less - sum(steps):
        way = 1 if short > 0 else -1
        steps[max((0, 1), key=lambda at: way * (exact[at] - steps[at]))] += way
    return score_text(-steps[0] / THOUSAND), score_text(steps[1] / THOUSAND)


def separation_text(its: SeparationContent | None) -> str:
    """Return the area under the ROC curve, the chance that a random yes had a higher probability than a random no, with its interval."""
    if its is None:
        return ""
    interval = interval_text(its["low"], its["high"])
    return f"{score_text(its['chance'])}{f' ({interval})' if interval else ''}"


def probability_sentences(its: ProbabilityCalibrationContent) -> list[str]:
    """Say what a group's figures come to: calibration, which way it is off, and skill."""
    size = its["size"]
    forecasts = f"{count_text(size['forecasts'], 'forecast')} of {count_text(size['questions'], 'question')}"
    found = [
        f"{forecasts}: the mean probability was {_percent(its['mean'])}, and {_percent(its['happened'])} happened.",
        _calibration_sentence(its),
        _direction_sentence(its),
        _skill_sentence(its),
    ]
    return [sentence for sentence in found if sentence]


def number_sentence(its: NumberCalibrationContent) -> str:
    """Say whether outcomes fell evenly into what was forecast, and how not."""
    begin = f"{count_text(its['size']['forecasts'], 'forecast')} of {count_text(its['size']['questions'], 'question')}"
    if not its["outside"]:
        return f"{begin}: the curve stays in the band, so nothing but chance is seen."
    sides = [
        "outcomes lower than forecast" if its["mean"] < 0.45 else "outcomes higher than forecast" if its["mean"] > 0.55 else "",
        "forecasts too narrow" if its["spread"] > 0.31 else "forecasts too wide" if its["spread"] < 0.265 else "",
    ]
    seen = " and ".join(side for side in sides if side) or "outcomes that fall unevenly"
    return f"{begin}: the curve leaves the band. It shows {seen}."


def recalibration_sentence(its: RecalibrationContent) -> str:
    """Say what recalibration would have gained; `none seen` where the interval does not lie above zero."""
    who = its["who"]
    if its["gain"] is None:
        return f"{who}: {count_text(its['questions'], 'question')}, too few to walk forward."
    interval = interval_text(its["low"], its["high"])
    figures = f"{signed_score_text(its['gain'])} a question in log score{f', 95 % interval {interval}' if interval else ''}, over {count_text(its['tested'], 'question')}"
    if its["low"] is None or its["low"] <= 0:
        return f"{who}: none seen ({figures})."
    return f"{who}: a gain of {figures}."


def recalibrated_sentence(its: OpenRecalibrationContent) -> str:
    """Say what a forecast in force comes to when recalibrated, beside what was said."""
    interval = f"90 % interval {_percent(its['low'])} to {_percent(its['high'])}"
    return f"{its['address']}, {its['who']}: said {percent_text(its['said'])}, recalibrated {_percent(its['recalibrated'])} ({interval})."


def omission_sentence(its: OmissionContent) -> str:
    """Say what does not enter, and why."""
    if its["reason"] in COHORT_TEXTS:
        return cohort_sentence(its["reason"], its["count"])
    return f"{count_text(its['count'], its['noun'])} left out: {its['reason']}."


def group_name(group: str, who: list[str]) -> str:
    """Return what a line is about: its group, or whose forecasts they are."""
    return group or ", ".join(who) or "everybody"


def _calibration_sentence(its: ProbabilityCalibrationContent) -> str:
    verdict = "more than chance" if its["p_value"] <= LEAST_P else "no more than chance"
    share = f"{100 * its['p_value']:.0f}" if its["p_value"] >= 0.01 else "fewer than 1"
    return f"Miscalibration is {score_text(its['miscalibration'])}, {verdict}: of 100 calibrated records {share} would show as much."


def _direction_sentence(its: ProbabilityCalibrationContent) -> str:
    """Which way probabilities are off, where the intervals say so."""
    shift, slope = its["smooth"]["shift"], its["smooth"]["slope"]
    found = []
    if slope[2] < 1 or slope[1] > 1:
        found.append(f"{'too extreme' if slope[2] < 1 else 'too timid'} (slope {points_text(slope)} at 90 %, 1 is right)")
    if shift[2] < 0 or shift[1] > 0:
        found.append(f"too {'high' if shift[2] < 0 else 'low'} (shift {points_text(shift)}, 0 is right)")
    return f"The smooth curve finds probabilities {' and '.join(found)}." if found else ""


def _skill_sentence(its: ProbabilityCalibrationContent) -> str:
    separated = its["separation"]
    if separated is None:
        return "All questions ended alike, so that nothing can be said of skill."
    begin = f"Of a yes and a no, the yes had the higher probability in {_percent(separated['chance'])} of pairs"
    if separated["low"] is None or separated["high"] is None:
        return f"{begin} (AUC; no interval)."
    interval = f"AUC; 95 % interval {_percent(separated['low'])} to {_percent(separated['high'])}"
    if separated["low"] <= 0.5 <= separated["high"]:
        return f"{begin} ({interval}): no skill is seen in telling them apart."
    return f"{begin} ({interval})."


def points_text(values: list[float]) -> str:
    """Return the 5 % and the 95 % point of three; words where a fit is not sound and has none."""
    return f"{score_text(values[1])} to {score_text(values[2])}" if values else "the fit is not sound"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
