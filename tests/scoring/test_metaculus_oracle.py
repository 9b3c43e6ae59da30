"""Metaculus's own scores of ten professionals on 34 questions are recomputed from their forecasts alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import numpy as np
import pytest

from forecast.scoring.metaculus import baseline_probability, spot_time
from forecast.scoring.metaculus_crowd import ForecastTimes
from forecast.scoring.metaculus_forecasts import BinaryForecasts, ContinuousForecasts, OptionForecasts, OutcomeForecasts
from forecast.scoring.metaculus_question import QuestionTimes, score_question
from forecast.scoring.metaculus_scale import MetaculusScale, bucket_of_value, probability_of_bucket
from tests.support.fixtures import fixture_file

COUNTS = {"binary": 178, "choice": 133, "numeric": 19}  # 330 scores of each kind
KINDS = ("baseline", "peer", "spot_baseline", "spot_peer", "relative_legacy")

type Rows = list[dict[str, str]]
type Scores = dict[tuple[str, str, str], float]


@pytest.mark.parametrize("kind", COUNTS)
def test_all_official_scores_are_reproduced(kind: str):
    """Every score of each of the five kinds agrees to 1e-9, and there are no others."""
    official = {
        (row["question_id"], row["forecaster"], row["score_type"]): float(row["score"]) for row in rows_of(f"pros_{kind}_scores.csv")
    }
    computed = {
        key: value
        for _, rows in groupby(rows_of(f"pros_{kind}_forecasts.csv"), key=itemgetter("question_id"))
        for key, value in scores_of(list(rows))
    }
    assert computed.keys() == official.keys()
    assert [sum(key[2] == name for key in computed) for name in KINDS] == [COUNTS[kind]] * len(KINDS)
    assert max(abs(computed[key] - official[key]) for key in official) < 1e-9


def rows_of(name: str) -> Rows:
    """The rows of a recorded file."""
    with fixture_file("metaculus", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scores_of(rows: Rows) -> Iterator[tuple[tuple[str, str, str], float]]:
    """All scores of a question with coverage, by question, forecaster and kind."""
    question = rows[0]
    people = sorted({row["forecaster"] for row in rows})
    close = seconds(question["actual_close_time"])
    times = QuestionTimes(
        opened=seconds(question["open_time"]),
        scheduled_close=seconds(question["scheduled_close_time"]),
        actual_close=close,
        spot=spot_time(
            opened=seconds(question["open_time"]),
            scheduled_close=seconds(question["scheduled_close_time"]),
            actual_close=close,
            spot_scoring=seconds(question["spot_scoring_time"]),
        ),
    )
    when = ForecastTimes(
        forecaster=np.array([people.index(row["forecaster"]) for row in rows]),
        start=np.array([seconds(row["start_time"]) for row in rows]),
        end=np.full(len(rows), np.inf),
        in_crowd=np.ones(len(rows), dtype=bool),
    )
    scores = score_question(forecasts_of(rows), when=when, times=times)
    for kind in KINDS:
        weighted = getattr(scores, kind)
        for place in np.flatnonzero(weighted.coverage > 0):
            yield (question["question_id"], people[place], kind), float(weighted.score[place])


def forecasts_of(rows: Rows) -> OutcomeForecasts:
    """What each row gave to the resolution."""
    question, resolution = rows[0], rows[0]["resolution"]
    if question["type"] == "binary":
        probability = np.array([float(row["probability_yes"]) for row in rows])
        return BinaryForecasts(probability if resolution == "yes" else 1 - probability)
    if question["type"] == "multiple_choice":
        pmf = np.array([json.loads(row["probability_yes_per_category"]) for row in rows])
        return OptionForecasts(pmf, outcome=json.loads(question["options"]).index(resolution))
    scale = MetaculusScale(
        range_min=float(question["range_min"]),
        range_max=float(question["range_max"]),
        open_lower=question["open_lower_bound"] == "true",
        open_upper=question["open_upper_bound"] == "true",
    )
    value = {"below_lower_bound": -np.inf, "above_upper_bound": np.inf}.get(resolution) or float(resolution)
    bucket = int(bucket_of_value(scale, value=value))
    baseline = baseline_probability(bucket=bucket, buckets=scale.buckets, open_bounds=scale.open_bounds)
    return ContinuousForecasts(
        probability_of_bucket(cdf=[json.loads(row["continuous_cdf"]) for row in rows], bucket=bucket), float(baseline)
    )


def seconds(text: str) -> float:
    """A time of the files as seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()
