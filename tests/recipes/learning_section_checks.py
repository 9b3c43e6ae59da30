"""The section on what the record taught."""

from __future__ import annotations

import pytest

from forecast.report.pages import render_topic
from forecast.schema.topic import digest_of
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content


@pytest.mark.parametrize(
    ("gain", "sentence"), [(2.5, "The record taught 2.5 bits"), (None, "What the record taught is not known for this report.")]
)
def test_page_and_markdown_say_what_the_record_taught(gain: float | None, sentence: str):
    """With a gain it stands in bits on both, and without one both say so."""
    content = with_insight(sample_content())
    content["insight"]["information_gain"] = gain
    content["digest"] = digest_of(content)
    files = render_topic(content)
    for name in ("route.html", "route.md"):
        assert "What the record taught" in files[name].decode()
        assert sentence in files[name].decode()
