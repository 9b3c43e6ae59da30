"""The explanations name what the program has, all of it."""

from __future__ import annotations

import re
from typing import get_args, get_type_hints

from forecast.actions.documentation import DOCS_DIRECTORY
from forecast.book.files.shapes import TopicFile
from forecast.schema.topic import VerdictContent


def test_every_verdict_is_explained():
    """The table of verdicts has each that a report may have, and no other."""
    page = (DOCS_DIRECTORY / "explanation" / "posterior.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([^`]+)` \|", page, flags=re.MULTILINE)) == set(get_args(get_type_hints(VerdictContent)["verdict"]))


def test_every_way_to_weigh_variants_is_explained():
    """The table of `combine` has each of its values."""
    page = (DOCS_DIRECTORY / "explanation" / "variants.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \| ", page, flags=re.MULTILINE)) == set(get_args(get_type_hints(TopicFile)["combine"]))
