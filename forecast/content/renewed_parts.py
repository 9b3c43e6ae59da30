"""Parts of a report that are filled in at each update, whether or not the rest is computed anew: they stand last, in one order."""

from __future__ import annotations

from typing import Literal, cast

from forecast.schema.topic import TopicContent, digest_of

type RenewedPart = Literal["on_record", "priors_written", "relations"]

RENEWED_PARTS: tuple[RenewedPart, ...] = ("on_record", "priors_written", "relations")


def with_part(content: TopicContent, part: RenewedPart, value: object | None) -> TopicContent:
    """Return a report's content with a part as it is now, without it where it is None or empty; the content itself where it has just that.

    The bytes of a report do not depend on which of its parts changed last.
    """
    if content.get(part) == (value or None):
        return content
    given: dict[str, object] = {**content, part: value}
    last = {name: given.pop(name, None) for name in RENEWED_PARTS}
    renewed = cast("TopicContent", given | {name: its for name, its in last.items() if its})
    return {**renewed, "digest": digest_of(renewed)}
