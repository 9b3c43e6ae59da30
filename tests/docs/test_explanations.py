"""The explanations name what the program has, all of it."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from typing import get_args, get_type_hints

from forecast.actions.documentation import DOCS_DIRECTORY
from forecast.book.files.shapes import ScenarioTable, TopicFile
from forecast.predict.scenarios import LEAST_PATHS
from forecast.schema.topic import VerdictContent


def test_every_verdict_is_explained():
    """The table of verdicts has each that a report may have, and no other."""
    page = (DOCS_DIRECTORY / "explanation" / "posterior.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([^`]+)` \|", page, flags=re.MULTILINE)) == set(get_args(get_type_hints(VerdictContent)["verdict"]))


def test_every_way_to_weigh_variants_is_explained():
    """The table of `combine` has each of its values."""
    page = (DOCS_DIRECTORY / "explanation" / "variants.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \| ", page, flags=re.MULTILINE)) == set(get_args(get_type_hints(TopicFile)["combine"]))


def test_the_explanation_of_scenarios_has_every_key_and_the_least_number_of_futures():
    """The example reads as a scenario with all its keys, and the number is the one that is used."""
    page = (DOCS_DIRECTORY / "explanation" / "scenarios.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.+?)```", page, flags=re.DOTALL)
    (table,) = tomllib.loads(example)["scenarios"].values()
    assert set(table) == {entry.name for entry in dataclasses.fields(ScenarioTable)}
    assert re.findall(r"fewer than (\d+) simulated futures", page) == [str(LEAST_PATHS)]
