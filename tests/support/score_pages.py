"""Pages of scores made from invented records."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from forecast.actions.score_page import make_score_page
from forecast.schema.hindcast_scores import HindcastScoresContent
from forecast.schema.score_page import ScorePageContent, read_score_page
from tests.support.invented_records import CLOSES, QUESTION, YES, collection, said, topic
from tests.support.paths import TINY_BOOK

LATER = date(2026, 6, 1)


def score_page_of(root: Path, as_of: date = LATER, *, hindcasts: HindcastScoresContent | None = None) -> ScorePageContent:
    """Write the page of scores of a book as of a day, and read its JSON."""
    written = make_score_page(root, as_of=as_of, hindcasts=hindcasts)
    assert written.problems == ()
    return read_score_page((root / "reports" / "score.json").read_bytes())


def hindcast_sample() -> HindcastScoresContent:
    """Scores of one settled question by replay, of which the logarithmic one is infinite."""
    return {
        "until": "2024-12-01",
        "rows": [
            {
                "question": "ferry.quiet",
                "asks": "Will it be quiet?",
                "origin": "replay",
                "outcome": 0,
                "opens": "2024-10-01",
                "settled": "2024-10-31",
                "by": "2024-10-30",
                "due": True,
                "forecasts": 4,
                "days": 30.0,
                "brier": 0.04,
                "log_bits": "inf",
                "references": {
                    "prior": {"probability": 0.5, "brier": 0.25, "log_bits": 1.0},
                    "base rate": {"probability": 0.0, "brier": 0.0, "log_bits": 0.0},
                },
            }
        ],
        "means": [
            {
                "origin": "replay",
                "due": True,
                "questions": 1,
                "scores": {
                    "model": {"brier": 0.04, "log_bits": "inf"},
                    "prior": {"brier": 0.25, "log_bits": 1.0},
                    "base rate": {"brier": 0.0, "log_bits": 0.0},
                },
            }
        ],
        "others": [],
        "priors_since": {"ferry": None},
        "left_out": [],
        "origins": {"replay": "today's book, replayed"},
        "references": {"prior": "never updated", "base rate": "known afterwards"},
        "sentences": ["1 yes-or-no question is settled in `ferry`; none ended with yes."],
    }


def sample_score_page(root: Path) -> ScorePageContent:
    """Write a book with questions of several types, forecasts entered later, an open question and a platform's scores; return its page."""
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    own = [{**QUESTION, "id": f"q{at}", "text": f"Will invented thing {at} happen before the council meets again?"} for at in range(4)]
    number = {**QUESTION, "id": "depth", "type": "number", "unit": "mm", "text": "How deep will the snow be?"}
    still = {**QUESTION, "id": "open", "text": "Will the ice hold?", "scheduled_close": "2026-12-31T00:00:00Z", "actual_close": ""}
    rows = [said("me", round(0.2 + 0.15 * at + 0.1 * day, 2), day, question=f"q{at}") for at in range(4) for day in (0, 3)]
    rows += [
        said("me", [[0.05, 10], [0.5, 30], [0.95, 80]], form="quantiles", question="depth"),
        said("me", 0.3, question="open"),
        said("me", 0.99, 1, question="q1", recorded="2026-05-01T00:00:00Z"),
    ]
    resolutions = [{"question": f"q{at}", "outcome": "yes" if at % 2 else "no", "on": CLOSES} for at in range(4)]
    resolutions.append({"question": "depth", "outcome": "number", "value": "41", "on": CLOSES})
    topic(root, rows, questions=[*own, number, still], resolutions=resolutions, name="ferry")
    others = [said("7", 0.5), said("7", 0.8, 5), said("7", "", 8, form="withdrawn"), said("bob", 0.6), said("cat", 0.4, 3)]
    collection(root, others, me=["7"], resolutions=[YES], scores=[{"question": "q", "who": "7", "rule": "baseline", "score": "1"}])
    return score_page_of(root, hindcasts=hindcast_sample())
