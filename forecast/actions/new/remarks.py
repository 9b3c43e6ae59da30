"""What the templates remark of their own numbers: behind another prior that stands in the place of theirs it would be wrong."""

from __future__ import annotations

import re

from forecast.actions.new.templates import TEMPLATES_DIRECTORY
from forecast.book.files.layout import PRIORS

REMARK = re.compile(r'^prior\b[^"\n]*"[^"\n]*"[ \t]*(#[^\n]*)', re.MULTILINE)


def prior_remarks() -> frozenset[str]:
    """Return the remarks behind the priors of all templates, each from its sign on."""
    texts = (path.read_text(encoding="utf-8") for path in (TEMPLATES_DIRECTORY / PRIORS).glob("*.toml"))
    return frozenset(remark.rstrip() for text in texts for remark in REMARK.findall(text))
