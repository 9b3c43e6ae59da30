"""The essay's topics as tests take them: what a link or an update of the whole book costs is computed once in a run of the tests."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomlkit

from forecast.actions.linked_fits import LinkedFits
from forecast.actions.update import UpdateResult, update
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.cache.store import Store
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.model.settings import Settings
from forecast.schema.topic import TopicContent, read_content
from tests.support.paths import ROOT
from tests.support.shared_cache import shared_cache

TOPICS = ("arrivals", "captives", "loyalty", "punishment", "return", "route")


@cache
def linked_topic(name: str, as_of: date, settings: Settings | None = None) -> Topic:
    """A topic of the book whose links to others can be followed as of a day and earlier ones."""
    settings = settings or Settings()
    book, problems = read_book(ROOT, [name])
    assert [problem for problem in problems if problem.level == "error"] == []
    topic = book.topics[name]
    fits = LinkedFits(Store(shared_cache()), settings).of_topic(topic, as_of)
    return with_carried_posteriors(topic, as_of, settings, fits)


def committed_reports() -> tuple[dict[str, TopicContent], date]:
    """The committed report of each topic, and the day that all are of."""
    committed = {name: read_content((ROOT / "reports" / f"{name}.json").read_bytes()) for name in TOPICS}
    (day,) = {date.fromisoformat(content["as_of"]) for content in committed.values()}
    return committed, day


def made_again(root: Path, day: date, **named: Any) -> UpdateResult:
    """Update a copy of the book in a folder as of a day, without the referee and, unless they are asked for, pages."""
    for folder in ("seeds", "priors"):
        shutil.copytree(ROOT / folder, root / folder, dirs_exist_ok=True)
    if not (root / "reports").exists():
        (root / "reports").mkdir()
        shutil.copy(ROOT / "reports" / "ledger.jsonl", root / "reports")  # which says since when the priors have been public
    return update(root, **{"as_of": day, "today": day, "settings": Settings(), "referee": False, "pages": False, **named})


@cache
def made_reports() -> Mapping[str, TopicContent]:
    """What the code makes of the whole book as of the day of the committed reports, without asking why."""
    _, day = committed_reports()
    with TemporaryDirectory() as place:
        return made_again(Path(place), day, insight=False, cache=shared_cache()).contents


def leave_out_variants(root: Path, name: str) -> None:
    """Leave a topic of a copied book as it stands, without its variants and their priors."""
    for path in (root / "seeds" / name / "topic.toml", root / "priors" / f"{name}.toml"):
        file = tomlkit.parse(path.read_text(encoding="utf-8"))
        file.pop("variants", None)
        path.write_text(tomlkit.dumps(file), encoding="utf-8")
