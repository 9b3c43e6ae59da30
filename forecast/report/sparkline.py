"""A line as small as a word: how an answer went over the days of its record."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

SPARKLINE_WIDTH, SPARKLINE_HEIGHT = 96, 22
SPARKLINE_MARGIN = 3
MOST_SPARKLINE_POINTS = 60


def sparkline(values: Sequence[float], *, said: str, low: float | None = None) -> str:
    """Return values, evenly apart, as a small SVG line with a dot at its end; ``said`` stands for it where it is not seen.

    The lowest value, or ``low``, is at its foot, the highest at its top.  Empty for fewer than two values.
    """
    if len(values) < 2:
        return ""
    every = -(-len(values) // MOST_SPARKLINE_POINTS)
    kept = [*values[: len(values) - 1 : every], values[-1]]
    foot = min(kept) if low is None else low
    span = max(kept) - foot or 1.0
    points = [
        (
            SPARKLINE_MARGIN + (SPARKLINE_WIDTH - 2 * SPARKLINE_MARGIN) * index / (len(kept) - 1),
            SPARKLINE_HEIGHT - SPARKLINE_MARGIN - (SPARKLINE_HEIGHT - 2 * SPARKLINE_MARGIN) * (value - foot) / span,
        )
        for index, value in enumerate(kept)
    ]
    path = "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="spark" viewBox="0 0 {SPARKLINE_WIDTH} {SPARKLINE_HEIGHT}" width="{SPARKLINE_WIDTH}" height="{SPARKLINE_HEIGHT}" role="img" aria-label="{escape(said)}">'
        f'<path d="M{path}" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="currentColor"/></svg>'
    )
