"""Tables of the scores of settled questions, the same for terminal and page: one for each origin, those that ended before their dates apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forecast.schema.hindcast_scores import HindcastMeanContent, HindcastRowContent, HindcastScoresContent, MeanScoreContent
from forecast.schema.score import number_of
from forecast.schema.words import capitalise

HINDCAST_SCALE = "Brier scores from 0, the best, to 1, and logarithmic scores in bits, of which 0 is the best: of the model, then of the prior never updated and of two constants"
REFERENCE_HEADINGS = {"prior": "prior", "base rate": "base rate", "half": "50 %"}


@dataclass(frozen=True, slots=True)
class HindcastTable:
    """A table's caption, the headings of its columns, and the cells of each row; only the first two columns are words."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def hindcast_tables(content: HindcastScoresContent) -> Iterator[HindcastTable]:
    """Yield a table for each origin that has scores: of questions whose dates have passed, and of those that ended before.

    It has the Brier score and bits of the model and of each reference; then the means, if there are several questions.
    """
    names = list(content["references"])
    scored = ("Brier", "bits", *(f"{REFERENCE_HEADINGS.get(name, name)}, {score}" for name in names for score in ("Brier", "bits")))
    headings = ("question", "ended", "open", "forecasts", *scored)
    for mean in content["means"]:
        rows = [row for row in content["rows"] if (row["origin"], row["due"]) == (mean["origin"], mean["due"])]
        early = "" if mean["due"] else ", questions that ended before their dates"
        cells = [_row(row, names) for row in rows]
        cells += [_mean_row(mean, names)] if len(rows) > 1 else []
        yield HindcastTable(f"{capitalise(content['origins'][mean['origin']])}{early}", headings, tuple(cells))


def half_sentences(content: HindcastScoresContent) -> Iterator[str]:
    """Yield a sentence for each table of which the model's mean is worse than 50 % at all times, by either score."""
    for mean in content["means"]:
        model, half = mean["scores"]["model"], mean["scores"].get("half")
        if half is None:
            continue
        worse = []
        if model["brier"] > half["brier"]:
            worse.append(f"Brier {_brier(model)} against {_brier(half)}")
        if number_of(model["log_bits"]) > number_of(half["log_bits"]):
            worse.append(f"{_bits(model)} bits against {_bits(half)}")
        if worse:
            those = "" if mean["due"] else ", questions that ended before their dates"
            origin = capitalise(content["origins"][mean["origin"]])
            yield f"{origin}{those}: the model did worse than saying 50 % all the time would have, {' and '.join(worse)}."


def _row(row: HindcastRowContent, names: list[str]) -> tuple[str, ...]:
    return (
        row["question"],
        "yes" if row["outcome"] else "no",
        f"{row['days']:.0f} days",
        str(row["forecasts"]),
        *_cells(row),
        *(cell for name in names for cell in _cells(row["references"][name])),
    )


def _mean_row(mean: HindcastMeanContent, names: list[str]) -> tuple[str, ...]:
    return f"mean of {mean['questions']}", "", "", "", *(cell for name in ("model", *names) for cell in _cells(mean["scores"][name]))


def _cells(score: MeanScoreContent) -> tuple[str, str]:
    return _brier(score), _bits(score)


def _brier(score: MeanScoreContent) -> str:
    return f"{score['brier']:.3f}"


def _bits(score: MeanScoreContent) -> str:
    return f"{number_of(score['log_bits']):.2f}"
