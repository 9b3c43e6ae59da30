"""What the keys of calculations and of verdicts depend on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.cache.keys import calculation_key, verdict_key
from forecast.model.settings import Settings
from tests.support.building import OPENS
from tests.support.variant_books import write_variant_book

SCENARIO = '\n[scenarios.eleven]\ntitle = "Eleven or more"\nwhen = "total(events) >= 11"\nby = 2026-12-31\n'


def keys(topic: Topic, settings: Settings) -> tuple[str, str]:
    """The key of the calculation and that of the verdict."""
    named = {"as_of": OPENS, "settings": settings, "computing": {"numpy": "2"}}
    return calculation_key(topic, **named), verdict_key(topic, **named)


def test_a_scenario_moves_numbers_and_no_verdict(tmp_path: Path):
    """With a scenario, in the topic and so in its variants, the calculation is another and the verdict the same; a seed or a question moves both."""
    write_variant_book(root := tmp_path)
    bare = read_book(root)[0].topics["made"]
    file = root / "seeds/made/topic.toml"
    file.write_text(file.read_text(encoding="utf-8") + SCENARIO, encoding="utf-8")
    topic = read_book(root)[0].topics["made"]
    assert topic.variants
    assert topic.scenarios
    (with_one, verdict), (without, same) = keys(topic, Settings()), keys(bare, Settings())
    assert with_one != without
    assert verdict == same
    assert keys(topic, Settings(seed=2))[1] != verdict
    assert keys(replace(topic, questions={}), Settings())[1] != verdict
