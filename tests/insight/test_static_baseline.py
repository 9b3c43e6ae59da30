"""What drift earns: the arrivals record with a rate that walks, beside the same with a rate that stays."""

from __future__ import annotations

import csv
import math
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.actions.update import update
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.insight.prequential import prequential_scores, surprise_content
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.reweighting import Pool
from forecast.insight.static_baseline import static_topic, with_static_scores
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import condition_fast
from forecast.schema.topic import read_content
from tests.support.paths import ROOT

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def drifting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Topic, Pool]:
    """The topic of the book below, with draws that serve its whole record."""
    topic = read_book(write_drifting_book(tmp_path_factory.mktemp("drifting") / "book"))[0].topics["drift"]
    return topic, anchored_pool(topic, DAY, Settings())


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of it that a test may write to."""
    return write_drifting_book(tmp_path / "book")


def write_drifting_book(root: Path) -> Path:
    """Write a book with one topic, a drifting level, and the record of arrivals by years, without its regimes and quarters; return where it is."""
    shutil.copytree(ROOT / "tests" / "books" / "drift", root)
    with (ROOT / "seeds" / "arrivals" / "arrivals.csv").open(encoding="utf-8", newline="") as record:
        rows = [row for row in csv.DictReader(record) if row["to"] > "2026" or (row["from"][5:], row["to"][5:]) == ("01-01", "12-31")]
    with (root / "seeds" / "drift" / "arrivals.csv").open("w", encoding="utf-8", newline="") as record:
        columns = [name for name in rows[0] if name not in {"regime", "unseen"}]
        writer = csv.DictWriter(record, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return root


@pytest.mark.slow
def test_a_topic_held_still_has_one_value_for_all_steps(book: Path) -> None:
    """Without its drift a topic's evidence is that of a constant rate, summed over a grid, within four errors."""
    from scipy import special

    topic = read_book(book)[0].topics["drift"]
    still = static_topic(topic)
    assert still is not None
    assert still.parameters["level"].labels == ()
    posterior = condition_fast(model_as_of(still, DAY), Settings())
    rows_seen = model_as_of(still, DAY).records["arrivals"].rows
    seen = np.array([row.value for row in rows_seen])[:, None, None]
    years = np.array([(row.end - row.start).days + 1 for row in rows_seen])[:, None, None] / 365.25
    sd = (7.2 - 5.7) / (2 * special.ndtri(0.95))
    level, log_steady = np.linspace(5, 9, 1200)[:, None], np.linspace(-2, 9, 900)[None]
    mu, alpha = np.exp(level) * years, np.exp(log_steady) * years
    rows = special.gammaln(seen + alpha) - special.gammaln(alpha) - special.gammaln(seen + 1)
    rows = (rows + alpha * np.log(alpha / (alpha + mu)) + seen * np.log(mu / (alpha + mu))).sum(axis=0)
    width = math.log(5) / special.ndtri(0.95)
    prior = -0.5 * ((level - 6.45) / sd) ** 2 - 0.5 * ((log_steady - math.log(30)) / width) ** 2 - math.log(2 * math.pi * sd * width)
    evidence = special.logsumexp(rows + prior) + math.log((level[1] - level[0]).item() * (log_steady[0, 1] - log_steady[0, 0]))
    assert abs(posterior.diagnostics.log_evidence - evidence) < 4 * posterior.diagnostics.log_evidence_error + 1e-3


@pytest.mark.slow
def test_a_level_that_drifts_foresees_the_arrivals_better_than_a_constant_one(drifting: tuple[Topic, Pool]) -> None:
    """The prequential log score of the walk is the log evidence, and beats the constant rate's by more than ten nats."""
    topic, pool = drifting
    model = model_as_of(topic, DAY)
    _, score = surprise_content(prequential_scores(model, pool, Settings()))
    last = with_static_scores(score, model, Settings())[-1]
    evidence = condition_fast(model, Settings()).diagnostics
    still = condition_fast(model_as_of(static_topic(topic), DAY), Settings()).diagnostics
    assert abs(last["topic"] - evidence.log_evidence) < 0.1
    assert abs(last["still"] - still.log_evidence) < 0.1
    assert last["topic"] - last["still"] > 10


@pytest.mark.slow
def test_each_year_of_a_drifting_record_is_carried(drifting: tuple[Topic, Pool]) -> None:
    """As of three of the last years the pool's weights carry, and its log evidence is that of the day's own draws."""
    topic, pool = drifting
    for year in (2020, 2023, 2026):
        model = model_as_of(topic, date(year, 3, 1))
        assert pool.weigh(model).carry, year
        assert abs(pool.log_evidence(model) - condition_fast(model, Settings()).diagnostics.log_evidence) < 0.1, year


@pytest.mark.slow
def test_the_report_shows_what_the_drift_earned(book: Path) -> None:
    """The page of a topic that drifts says what the score would have been without, draws it, and draws the level as a band."""
    done = update(book, as_of=DAY, today=DAY, settings=Settings(draws=4_096), referee=False)
    assert done.exit_code == 0
    content = read_content((book / "reports" / "drift.json").read_bytes())
    page = (book / "reports" / "drift.md").read_text(encoding="utf-8")
    last = content["insight"]["score"][-1]
    assert (
        f"Had nothing drifted it would have been −{abs(last['still']):.0f}: the drift earned {last['topic'] - last['still']:.1f} more."
        in page
    )
    assert "Dotted: had nothing drifted." in page
    assert "no drift" in (book / "reports" / "drift" / "score.svg").read_text(encoding="utf-8")
    assert "2022" in (book / "reports" / "drift" / "parameter-level.svg").read_text(encoding="utf-8")
