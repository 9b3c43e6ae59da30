"""Peer and relative scores from one's own forecasts and what a platform published of its crowd."""

from __future__ import annotations

from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest

from tests.support.invented_records import QUESTION, YES, collection, said, score_of, scored

AGGREGATES = [{"who": name, "kind": "aggregate", "in_crowd": "no"} for name in ("recency_weighted", "geometric_mean")]


def test_aggregates_stand_for_the_crowd_that_is_not_on_record(tmp_path: Path):
    """Own forecasts with the aggregates score what they score beside everybody's forecasts."""
    own = [said("ann", 0.4), said("ann", 0.7, 6)]
    others = [said("bob", 0.6), said("bob", 0.8, 5)]
    steps = [(0, 0.4, 0.6), (5, 0.4, 0.8), (6, 0.7, 0.8)]
    means = [said("geometric_mean", [sqrt((1 - a) * (1 - b)), sqrt(a * b)], day, form="buckets", forecasters="2") for day, a, b in steps]
    medians = [said("recency_weighted", (a + b) / 2, day, forecasters="2") for day, a, b in steps]
    whole = scored(collection(tmp_path, [*own, *others]))
    alone = scored(collection(tmp_path, [*own, *means, *medians], people=AGGREGATES, crowd=False))
    for rule in ("baseline", "peer", "spot-peer", "relative-legacy"):
        assert score_of(alone, rule) == pytest.approx(score_of(whole, rule), abs=1e-9)
    rows = [row for row, (_, who) in enumerate(alone.counted.forecasters) if who != "ann"]
    assert np.isnan([alone.scores[rule][rows] for rule in ("peer", "spot-peer", "relative-legacy")]).all()


@pytest.mark.parametrize(
    ("kind", "outcome", "value", "buckets", "own", "halved"),
    [
        ("options", {"outcome": "label", "value": "b"}, {"a": 0.4, "b": 0.6}, [0.5, 0.3], 0.6 / 0.3, 1),
        ("number", {"outcome": "number", "value": "1.5"}, [0.1, 0.4, 0.9], [0.1, 0.3, 0.2, 0.1], 0.5 / 0.2, 2),
    ],
)
def test_a_geometric_mean_is_read_by_the_bucket_of_the_outcome(
    kind: str, outcome: dict[str, str], value: object, buckets: list[float], own: float, halved: int, tmp_path: Path
):
    """Of options it is that of the option; of numbers that of the step, and the score is halved."""
    scale = {"low": "0", "high": "2", "low_open": "yes", "high_open": "yes", "steps": "2"} if kind == "number" else {}
    options = (
        [{"question": "q", "option": name, "order": str(order)} for order, name in enumerate("ab", start=1)] if kind == "options" else []
    )
    rows = [
        said("ann", value, form="options" if kind == "options" else "cdf"),
        said("geometric_mean", buckets, form="buckets", forecasters="3"),
    ]
    record = collection(
        tmp_path,
        rows,
        questions=[{**QUESTION, "type": kind, **scale}],
        resolutions=[{**YES, **outcome}],
        options=options,
        people=AGGREGATES,
        crowd=False,
    )
    assert score_of(scored(record), "peer")[0] == pytest.approx(150 / halved * log(own), abs=1e-9)


def test_without_aggregates_there_is_no_peer_score(tmp_path: Path):
    """With the recency-weighted one alone there is a relative score, and no peer score."""
    record = collection(tmp_path, [said("ann", 0.4), said("recency_weighted", 0.5)], people=AGGREGATES, crowd=False)
    assert {"peer", "relative-legacy"} & {*scored(record).scores} == {"relative-legacy"}
