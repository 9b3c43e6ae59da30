"""Records in which forms, outcomes, bounds and times are put together at random: all that can be read is scored, or counted, and shown."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.actions.score import ScoreRequest, score_book
from tests.support.invented_records import CLOSES, OPENS, at_day, collection, said, topic
from tests.support.paths import TINY_BOOK
from tests.support.score_pages import score_page_of

pytestmark = pytest.mark.medium

LABELS = ("a", "b", "0", "2-3", ">3", "Other")
PEOPLE = [
    {"who": "bot", "kind": "bot", "in_crowd": "yes"},
    {"who": "recency_weighted", "kind": "aggregate", "in_crowd": "no"},
    {"who": "geometric_mean", "kind": "aggregate", "in_crowd": "no"},
]
OUTCOMES = {
    "binary": ("yes", "no", "fraction"),
    "options": ("label", "several"),
    "number": ("number", "below", "above", "not_by"),
    "discrete": ("number", "below", "above", "not_by"),
    "date": ("date", "below", "above", "not_by"),
}
FORMS = {
    "binary": ("probability",),
    "options": ("options",),
    "number": ("cdf", "quantiles", "samples", "number", "pmf"),
    "discrete": ("cdf", "quantiles", "pmf"),
    "date": ("date", "quantiles", "cdf"),
}


def value_of(form: str, chance: random.Random) -> object:
    """A value of a form, which need not fit its question."""
    match form:
        case "probability":
            return chance.choice([0, 1, 0.3, 0.5, 0.999])
        case "options":
            names = chance.sample(LABELS, chance.randint(2, 4))
            return dict.fromkeys(names, 1 / len(names))
        case "quantiles":
            levels = sorted(chance.sample([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95], chance.choice([1, 2, 3, 5, 7])))
            return [[level, 3 * level + at] for at, level in enumerate(levels)]
        case "cdf":
            return sorted(chance.choice([0, chance.random(), 1]) for _ in range(chance.choice([2, 3, 6, 11])))
        case "samples":
            return [chance.uniform(-5, 15) for _ in range(chance.randint(1, 4))]
        case "pmf":
            return [[1, 0.5], [2, 0.5]]
        case "buckets":
            return [chance.random() / 7 for _ in range(chance.choice([2, 3, 7]))]
        case "number":
            return chance.uniform(-5, 15)
    return "2026-03-04" if form == "date" else ""


def question_of(name: str, kind: str, chance: random.Random) -> Mapping[str, str]:
    """A question with or without times and bounds."""
    cells = {
        "id": name,
        "text": name,
        "type": kind,
        "opens": chance.choice([OPENS, OPENS, OPENS, ""]),
        "spot": chance.choice([at_day(3), ""]),
    }
    cells |= {"scheduled_close": chance.choice([CLOSES, CLOSES, OPENS, "", "2099-01-01T00:00:00Z"])}
    cells |= {"actual_close": chance.choice([at_day(4), CLOSES, OPENS, ""]), "includes_bots": chance.choice(["yes", "no"])}
    if kind == "date":
        cells |= {"low": "2026-03-01", "high": "2026-03-11", "steps": "5"}
    elif kind in {"number", "discrete"} and chance.random() < 0.7:
        bounds = {"low_open": chance.choice(["yes", "no"]), "high_open": chance.choice(["yes", "no"])}
        cells |= {"low": "1", "high": "10", "steps": chance.choice("125"), "zero_point": chance.choice(["", "0", "20"]), **bounds}
    return cells


def resolution_of(name: str, kind: str, chance: random.Random) -> Mapping[str, str]:
    """An outcome of the question's type, mostly."""
    outcome = chance.choice(OUTCOMES[kind if chance.random() < 0.9 else chance.choice([*OUTCOMES])])
    values = {"label": chance.choice("ab0"), "number": str(chance.uniform(-3, 14)), "date": "2026-03-05", "several": '["a", "b"]'}
    values |= {"not_by": "2026-03-05" if kind == "date" else "6", "fraction": chance.choice(["0.5", "1"])}
    return {
        "question": name,
        "outcome": outcome,
        "value": values.get(outcome, ""),
        "on": chance.choice([at_day(4), CLOSES, OPENS, "2026-03-05"]),
    }


@pytest.mark.parametrize("seed", range(40))
def test_whatever_can_be_read_is_scored_and_shown(seed: int, tmp_path: Path):
    """No score is NaN, each forecast that counts has a score or is counted as unfit, and the page can be read."""
    chance = random.Random(seed)
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    kinds = {f"q{at}": chance.choice([*OUTCOMES]) for at in range(12)}
    questions = [question_of(name, kind, chance) for name, kind in kinds.items() if chance.random() < 0.95]
    resolutions = [resolution_of(name, kind, chance) for name, kind in kinds.items() if chance.random() < 0.8]
    labels = {
        name: chance.sample(LABELS, chance.randint(2, 6)) for name, kind in kinds.items() if kind == "options" and chance.random() < 0.7
    }
    options = [{"question": name, "option": label, "order": str(at)} for name, these in labels.items() for at, label in enumerate(these)]
    rows = []
    for name, kind in kinds.items():
        for _ in range(chance.randint(0, 8)):
            form = chance.choice((*FORMS[kind], "withdrawn", "buckets", chance.choice(("probability", "options", "number"))))
            who, day = (
                chance.choice(["me", "ann", "bob", "bot", "recency_weighted", "geometric_mean"]),
                chance.choice([0, 1, 2.5, 5, 9, 12]),
            )
            late = {"recorded": "2026-05-01T00:00:00Z"} if chance.random() < 0.1 else {}
            rows.append(said(who, value_of(form, chance), day, form=form, question=name, forecasters="3", **late))
    crowd = chance.random() < 0.5
    collection(root, rows, questions=questions, resolutions=resolutions, options=options, people=PEOPLE, crowd=crowd, me=["me"])
    topic(root, rows, questions=questions, resolutions=resolutions, name="ferry")
    found = score_book(root, ScoreRequest(measures=("all",), against="0.3"), as_of=date(2026, 6, 1))
    assert found.problems == ()
    for its in found.records:
        used = np.array([forecast.form == "buckets" for forecast in its.counted.forecasts], dtype=np.bool_)
        scored = np.logical_or.reduce([used, *(~np.isnan(column) for column in its.outcome.scores.values())])
        assert its.unfit == (~scored).sum()
    score_page_of(root, date(2026, 6, 1))
    score_page_of(root, date(2026, 3, 5))
