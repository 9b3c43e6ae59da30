"""Scores in words: figures, means with their intervals, and what can be said of so many questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import starmap
from operator import itemgetter

from forecast.language.count_words import count_text
from forecast.schema.score import (
    AgreementContent,
    CohortContent,
    LeftOutContent,
    OwnPlatformContent,
    ScoreFigure,
    ScoresContent,
    SkillContent,
    SummaryContent,
    TournamentContent,
    number_of,
)

NO_RECORD = "No forecasts are on record yet; `forecast say` and `forecast import` add some."
INTERVALS = (
    "Intervals cover 95 % by Student's t, so they may reach beyond a score's range; fewer than five questions have none. Questions are counted, not "
    "forecasts; those of one topic of this book are one group, and each imported question is a group of its own"
)
COHORT_TEXTS = {  # of the cohorts that are not scored: said of one question, and of several
    "early": (
        "was decided before its scheduled close, and counts from that date on, whatever the outcome",
        "were decided before their scheduled close, and count from that date on, whatever the outcome",
    ),
    "open": ("is open", "are open"),
    "annulled": ("was annulled and is not scored", "were annulled and are not scored"),
    "ambiguous": ("could not be decided and is not scored", "could not be decided and are not scored"),
    "void": ("is not scored, since its condition was not met", "are not scored, since their condition was not met"),
    "unclear": (
        "is not scored: its wording is not on record, or the outcome is none of its own",
        "are not scored: their wording is not on record, or the outcome is none of their own",
    ),
}


def tournament_texts(its: TournamentContent) -> tuple[str, str, str, str, str]:
    """Return a tournament's total, its take, the count of questions, and the weight covered and possible, as tables print them."""
    take = "" if its["take"] is None else score_text(its["take"])
    return score_text(its["total"]), take, f"{its['questions']:,}", score_text(its["coverage"]), score_text(its["possible"])


def score_text(value: ScoreFigure) -> str:
    """Return a score as tables print it: three decimals below ten, fewer above, `inf` for an infinite one."""
    number = number_of(value)
    if math.isinf(number):
        return "inf" if number > 0 else "\u2212inf"
    size = abs(number)
    decimals = 3 if size < 9.9995 else 2 if size < 999.995 else 0
    return f"{number + 0.0:,.{decimals}f}".replace("-", "\u2212") if round(number, decimals) else f"{0:.{decimals}f}"


def signed_score_text(value: ScoreFigure) -> str:
    """Return a difference of scores with its sign."""
    text = score_text(value)
    return text if number_of(value) <= 0 or not text.strip("0.") else f"+{text}"


def questions_text(its: SummaryContent | SkillContent) -> str:
    """Return how many questions a mean is over, and whether they are too few."""
    return f"{its['questions']:,}{', few' if its['few'] else ''}"


def few_sentence(summaries: Sequence[SummaryContent]) -> str:
    """Say which means are over too few questions to judge by: all of them, or some; empty where none is."""
    few = [its for its in summaries if its["few"]]
    if not few:
        return ""
    limit = "fewer than 30 questions, or questions from fewer than three topics"
    if len(few) == len(summaries):
        return f"Too few questions to judge: these are means over {limit}, and they say little about the next ones."
    return f"Too few questions to judge by some of these means: those marked \u201cfew\u201d are over {limit}."


def interval_text(low: float | None, high: float | None) -> str:
    """Return an interval as tables print it; empty where there is none."""
    return "" if low is None or high is None else f"{score_text(low)} to {score_text(high)}"


def measure_text(its: SummaryContent | SkillContent) -> str:
    """Return a measure's label with the unit of its questions."""
    return f"{its['label']}, {its['unit']}" if its["unit"] else its["label"]


def direction_text(its: SummaryContent) -> str:
    """Return which direction is better."""
    return "higher" if its["higher_is_better"] else "lower"


def no_score_sentence(rules: Sequence[str], *, needs_crowd: bool) -> str:
    """Return what is said where no forecast has a score, by the rules that were asked for by name; ``needs_crowd`` says that one compares with a crowd."""
    if not rules:
        return "No forecast has a score yet."
    named = f"No forecast has a score by {' or '.join(f'`{rule}`' for rule in rules)} yet."
    crowd = " Topics of a book have no crowd, as collections from a platform have; `--against NAME` compares with somebody."
    return named + crowd * needs_crowd


def cohort_sentences(cohorts: Sequence[CohortContent], answered: int | None) -> list[str]:
    """Say how many questions are scored, how many of these have a score, and how many are not, and why; over all records together."""
    counts: dict[str, int] = {}
    for its in cohorts:
        counts[its["cohort"]] = counts.get(its["cohort"], 0) + its["questions"]
    scored = counts.pop("scored", 0)
    return [
        f"{count_text(scored, 'question')} {'counts' if scored == 1 else 'count'}: resolved, and the scheduled close has come.",
        *_answered_sentence(scored, answered),
        *starmap(cohort_sentence, counts.items()),
    ]


def cohort_sentence(cohort: str, count: int) -> str:
    """Say how many questions of a cohort are not scored, or not yet, and why."""
    one, several = COHORT_TEXTS[cohort]
    return f"{count_text(count, 'question')} {one if count == 1 else several}."


def _answered_sentence(scored: int, answered: int | None) -> list[str]:
    """Say how many of the questions that count have a score, unless all have."""
    if answered is None or answered == scored:
        return []
    if answered == 0:
        return ["It has no forecast that counts." if scored == 1 else "None of them has a forecast that counts."]
    others = scored - answered
    return [
        f"{answered:,} of them {'has' if answered == 1 else 'have'} a score here; {others:,} {'has' if others == 1 else 'have'} no forecast that counts."
    ]


def agreement_sentence(its: AgreementContent) -> str:
    """Say how many of a platform's own scores by a rule are ours, and what it gives the user."""
    own = _own_sentence(its["own"])
    if its["missing"] == its["scores"]:
        why = "the forecasts of the others are not in the record" if its["crowd"] else "this rule is not computed here"
        return (
            f"{its['record']}, {its['rule']}: the platform gives {count_text(its['scores'], 'score')}, not checked here, since {why}.{own}"
        )
    missing = f"; {its['missing']:,} are not computed here" if its["missing"] else ""
    return (
        f"{its['record']}, {its['rule']}: {its['agree']:,} of {its['scores']:,} of the platform's own scores agree to 1e-9{missing}.{own}"
    )


def _own_sentence(own: OwnPlatformContent | None) -> str:
    if own is None:
        return ""
    covers = "" if own["coverage"] is None else f", coverage {score_text(own['coverage'])}"
    over = count_text(own["questions"], "question")
    return f" Yours, as the platform gives them: mean {score_text(own['mean'])} over {over}, sum {score_text(own['total'])}{covers}."


def left_out_sentence(left: LeftOutContent) -> str:
    """Say how many forecasts of a record do not count, and why."""
    return f"{left['record']}: {count_text(left['forecasts'], 'forecast')} left out, {left['reason']}."


def percent_text(probability: float) -> str:
    """Return a probability as it was said, with all its digits."""
    return f"{round(100 * probability, 10):.10g} %"


def early_sentences(scores: ScoresContent) -> list[str]:
    """Say what means would be with the questions that wait for their scheduled close; nothing where there are none."""
    key = itemgetter("group", "who", "measure", "unit")
    before = {key(its): its for its in scores["summaries"]}
    pairs = [(its, before[key(its)]) for its in scores["with_early"] if key(its) in before]
    return [
        f"With the questions that were decided early, {_early_text(its, usual)}."
        for its, usual in pairs
        if its["questions"] != usual["questions"]
    ]


def _early_text(its: SummaryContent, before: SummaryContent) -> str:
    name = ", ".join(part for part in (its["group"], its["who"]) if part)
    name = f"{name}: " if name else ""
    return f"{name}{measure_text(its)} {score_text(its['mean'])} over {count_text(its['questions'], 'question')}, not {score_text(before['mean'])} over {before['questions']:,}"
