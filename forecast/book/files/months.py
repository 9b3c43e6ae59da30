"""The months by name, and how people type them."""

from __future__ import annotations

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_PATTERN = "|".join(f"{name}|{name[:3]}\\.?" if name != "May" else name for name in MONTHS).replace("|Sep\\.?", "|Sept?\\.?")


def month_number(name: str) -> int:
    """Return the number of a month, 1 to 12, whose name matches ``MONTH_PATTERN`` in any case."""
    return next(at for at, month in enumerate(MONTHS, start=1) if month.lower().startswith(name.lower()[:3]))
