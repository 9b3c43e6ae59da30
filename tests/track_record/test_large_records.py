"""A large collection, made small: that it is read, scored by every rule that fits, and summarised by question."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from forecast.book.files.folder import Folder
from forecast.forecasts.reading import read_collection
from forecast.track_record.measures import chosen_measures
from forecast.track_record.score_table import score_table
from forecast.track_record.summaries import summarise_scores
from tests.support.invented_records import scored
from tests.support.large_records import write_large_collection


def test_a_large_collection_is_scored_whole(tmp_path: Path):
    """Every forecast has a score by some rule, and every question one of everybody's."""
    write_large_collection(tmp_path, questions=50, forecasts=500, cdfs=100)
    record, problems = read_collection(Folder(tmp_path), "large")
    found = scored(record)
    assert (problems, len(found.counted.forecasts), found.unfit, found.counted.late) == ((), 500, 0, 0)
    table = score_table([found])
    (baseline,) = summarise_scores(table, measures=chosen_measures(["baseline"], table.scores), by=None, who=None)
    assert (baseline.interval.questions, baseline.interval.is_few) == (50, False)
    kinds = {name: np.unique(table.question[~np.isnan(table.scores[name])]).size for name in ("brier", "brier-two-sided", "crps", "peer")}
    assert kinds == {"brier": 36, "brier-two-sided": 40, "crps": 10, "peer": 50}
