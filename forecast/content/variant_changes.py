"""What a variant of a topic replaces, as a report has it."""

from __future__ import annotations

from forecast.book.reasons import reason_for_change
from forecast.book.topic import Variant
from forecast.schema.variants import ChangeContent


def changes_content(variant: Variant) -> list[ChangeContent]:
    """Return what a variant replaces, with the reasons of its priors."""
    changes: list[ChangeContent] = []
    for place, text in variant.changes.items():
        why = reason_for_change(variant, place)
        changes.append({"place": place, "text": text, "why": why} if why else {"place": place, "text": text})
    return changes
