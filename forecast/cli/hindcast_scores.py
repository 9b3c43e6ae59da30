"""The scores of settled questions as lines: what must be known of them first, then a table for each origin, and its means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from forecast.cli.lines import echo, print_columns

if TYPE_CHECKING:
    from forecast.actions.hindcast_scores import HindcastScores
    from forecast.insight.settled_scores import MeanScore, SettledScore

HEADINGS = ("question", "ended", "open", "forecasts", "Brier", "bits", "prior", "base rate", "50 %")


def print_hindcast_scores(scores: HindcastScores) -> None:
    """Print the scores of a book's settled questions: Brier from 0 to 1 and bits for the model, Brier for each reference."""
    from forecast.actions.hindcast_words import score_sentences
    from forecast.insight.settled_scores import ANSWER_ORIGINS

    for sentence in score_sentences(scores):
        echo(sentence)
    for origin, words in ANSWER_ORIGINS.items():
        for due, which in ((True, ""), (False, ", questions that ended before their dates")):
            those = [its for its in scores.scores_from(origin) if its.is_due == due]
            if those:
                echo()
                echo(f"{words[0].upper()}{words[1:]}{which}. Brier scores run from 0, the best, to 1; bits are the logarithmic score.")
                print_columns([HEADINGS, *map(_cells, those), *_mean_cells(those)], right=range(2, len(HEADINGS)), indent="  ")


def _cells(its: SettledScore) -> tuple[str, ...]:
    outcome = "yes" if its.settled.outcome else "no"
    return (
        its.address,
        outcome,
        f"{its.days:.0f} days",
        str(its.forecasts),
        *_score_cells(its.score),
        *(_brier(score) for _, score in its.references.values()),
    )


def _mean_cells(those: Sequence[SettledScore]) -> list[tuple[str, ...]]:
    """The line of means; none for a single question."""
    from forecast.actions.hindcast_words import mean_scores

    if len(those) == 1:
        return []
    model, *references = mean_scores(those).values()
    return [(f"mean of {len(those)}", "", "", "", *_score_cells(model), *map(_brier, references))]


def _score_cells(score: MeanScore) -> tuple[str, str]:
    return _brier(score), f"{score.log_bits:.2f}"


def _brier(score: MeanScore) -> str:
    return f"{score.brier:.3f}"
