"""What the parameters of a template are, in a few words: the remarks behind their headings in its prior file."""

from __future__ import annotations

from typing import Any

import tomlkit

from forecast.book.files.layout import prior_path
from forecast.book.topic import Topic


def meaning_of(template: Topic, name: str) -> str:
    """Return the remark behind the heading of a parameter in its topic's prior file; empty where there is none."""
    document: Any = tomlkit.parse(template.texts[prior_path(template.name)])
    return str(document[name].trivia.comment).removeprefix("#").strip()
