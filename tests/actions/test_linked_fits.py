"""What carries the posteriors that links name is worked out once, of a topic's own links and of those that they lead to."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.actions.linked_fits import LinkedFits
from forecast.actions.plan import with_kept
from forecast.actions.update import plan_update, update
from forecast.book.reading import read_book
from forecast.cache.store import Store
from forecast.insight import carried_posteriors
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from tests.support.linked_books import DAY, write_chained_book

SETTINGS = Settings(draws=2_048, chances=False)
ADDRESSES = {"source.share", "target.chance"}


def test_what_links_lead_to_is_kept_and_not_worked_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The second time nothing is computed as of the day, not even for the replay of an earlier one, whose prior is the same."""
    write_chained_book(tmp_path)
    last = read_book(tmp_path, ["last"])[0].topics["last"]
    store, earlier = Store(tmp_path / "cache"), date(2025, 3, 15)
    made = LinkedFits(store, SETTINGS).of_topic(last, DAY)
    assert made.keys() == ADDRESSES
    bare = model_as_of(with_carried_posteriors(last, DAY, SETTINGS), earlier)
    monkeypatch.setattr(carried_posteriors, "published_answers", None)
    kept = LinkedFits(store, SETTINGS).of_topic(last, DAY)
    assert kept == made
    replayed = model_as_of(with_carried_posteriors(last, DAY, SETTINGS, kept), earlier)
    assert replayed.topic.parameters == bare.topic.parameters
    with pytest.raises(TypeError, match="NoneType"):
        model_as_of(with_carried_posteriors(last, DAY, SETTINGS, {"target.chance": kept["target.chance"]}), earlier)


def test_an_update_takes_what_links_lead_to_from_the_cache(tmp_path: Path):
    """Where only a row of the last topic is new, its plan has the fits of both links."""
    write_chained_book(tmp_path)
    choices: dict[str, Any] = {
        "as_of": DAY,
        "today": DAY,
        "settings": SETTINGS,
        "referee": False,
        "insight": False,
        "cache": tmp_path / "cache",
    }
    assert update(tmp_path, pages=False, **choices).problems == ()
    rows = tmp_path / "seeds/last/cases.csv"
    rows.write_text(rows.read_text(encoding="utf-8") + "2025-04-01,2025-04-30,4,5,2025-05-01,https://example.org/fifth\n", encoding="utf-8")
    plan = plan_update(tmp_path, **choices).plans["last"]
    assert with_kept(plan, Store(tmp_path / "cache")).fits.keys() == ADDRESSES
