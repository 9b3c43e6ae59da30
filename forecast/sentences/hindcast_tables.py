"""Tables of the scores of settled questions, the same for terminal and page: one for each origin, those that ended before their dates apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forecast.schema.hindcast_scores import HindcastMeanContent, HindcastRowContent, HindcastScoresContent, MeanScoreContent
from forecast.schema.score import number_of
from forecast.schema.words import capitalise

HINDCAST_SCALE = "Brier scores from 0, the best, to 1: of the model, then of the prior never updated and of two constants; bits are the model's logarithmic score"
REFERENCE_HEADINGS = {"prior": "prior", "base rate": "base rate", "half": "50 %"}


@dataclass(frozen=True, slots=True)
class HindcastTable:
    """A table's caption, the headings of its columns, and the cells of each row; only the first two columns are words."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def hindcast_tables(content: HindcastScoresContent) -> Iterator[HindcastTable]:
    """Yield a table for each origin that has scores: of questions whose dates have passed, and of those that ended before.

    It has the Brier score and bits of the model, and the Brier score of each reference; then the means, if there are several questions.
    """
    names = list(content["references"])
    headings = ("question", "ended", "open", "forecasts", "Brier", "bits", *(REFERENCE_HEADINGS.get(name, name) for name in names))
    for mean in content["means"]:
        rows = [row for row in content["rows"] if (row["origin"], row["due"]) == (mean["origin"], mean["due"])]
        early = "" if mean["due"] else ", questions that ended before their dates"
        cells = [_row(row, names) for row in rows]
        cells += [_mean_row(mean, names)] if len(rows) > 1 else []
        yield HindcastTable(f"{capitalise(content['origins'][mean['origin']])}{early}", headings, tuple(cells))


def _row(row: HindcastRowContent, names: list[str]) -> tuple[str, ...]:
    return (
        row["question"],
        "yes" if row["outcome"] else "no",
        f"{row['days']:.0f} days",
        str(row["forecasts"]),
        _brier(row),
        _bits(row),
        *(_brier(row["references"][name]) for name in names),
    )


def _mean_row(mean: HindcastMeanContent, names: list[str]) -> tuple[str, ...]:
    model = mean["scores"]["model"]
    return f"mean of {mean['questions']}", "", "", "", _brier(model), _bits(model), *(_brier(mean["scores"][name]) for name in names)


def _brier(score: MeanScoreContent) -> str:
    return f"{score['brier']:.3f}"


def _bits(score: MeanScoreContent) -> str:
    return f"{number_of(score['log_bits']):.2f}"
