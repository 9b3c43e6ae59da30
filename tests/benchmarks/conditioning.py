"""Conditioning by the fast engine as a program; the last line it prints says what it came to, as JSON.

``python -m tests.benchmarks.conditioning rows COUNT FOLDER`` writes a book with a long record into the folder and reads it;
``python -m tests.benchmarks.conditioning MODEL`` takes a model that other programs are given, too.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from forecast.api import BookHasProblems, open_book
from forecast.book.topic import Topic
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import condition_fast
from tests.benchmarks.books import write_long_record
from tests.benchmarks.models import topic_of
from tests.support.building import make_topic


def main(model: str, count: str = "", folder: str = "") -> None:
    """Condition a model and print what came of it."""
    topic, from_files = _topic_with_rows(int(count), Path(folder)) if model == "rows" else (topic_of(model), False)
    began = time.process_time()
    posterior = condition_fast(model_as_of(topic, date(2026, 6, 1) if model == "rows" else date(2050, 1, 1)), Settings())
    spent, said = time.process_time() - began, posterior.diagnostics
    figures = {"cpu_seconds": spent, "effective_draws": said.effective_size, "points": said.draws, "sound": said.sound}
    figures |= {"from_files": from_files}
    print(json.dumps(figures | {"mean": float(posterior.weights @ next(iter(posterior.parameters.values()))[:, 0])}))


def _topic_with_rows(count: int, folder: Path) -> tuple[Topic, bool]:
    """A topic, and whether it was read from files; it is made in memory where files may not have so many rows."""
    write_long_record(folder, count)
    try:
        return open_book(folder).topic("level").topic, True
    except BookHasProblems as error:
        print(error, file=sys.stderr)
    lines = (folder / "seeds/level/readings.csv").read_text("utf-8").splitlines()[1:]
    days_and_values = (line.split(",") for line in lines)
    rows = [{"on": date.fromisoformat(day), "value": float(value)} for day, value, _ in days_and_values]
    topic = make_topic(
        name="level",
        priors={"mean": "Normal(mu=9, sigma=3)", "spread": "LogNormal(median=2, factor=3)"},
        streams={"readings": "Normal(mu=mean, sigma=spread)"},
        rows={"readings": rows},
        questions={"high": "mean > 10"},
        opens=rows[0]["on"] - timedelta(days=1),
    )
    return topic, False


if __name__ == "__main__":
    main(*sys.argv[1:])
