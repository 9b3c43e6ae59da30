"""A small book whose topic has two variants, for tests of commands."""

from __future__ import annotations

from pathlib import Path

from tests.support.small_books import write_book

ROWS = "from,to,value,known,source,grade\n2025-01-01,2025-03-31,2,2025-03-31,a,A\n2025-04-01,2025-06-30,0,2025-06-30,b,B\n2025-07-01,2025-09-30,4,2025-09-30,a,A\n"
VARIANTS = """
[variants.bursts]
weight = 0.3
why = "Events may come in bursts."
streams.events.value = "NegativeBinomial(mu=rate * years, alpha=2 * years)"

[variants.fast]
weight = 0.2
why = "The rate may be far higher."
"""
PRIORS = """
[variants.fast.priors.rate]
prior = "Gamma(alpha=20, beta=2)"
why = "A number made up for a test."
unit = "events a year"
"""


def write_variant_book(root: Path, *, more: str = VARIANTS, priors: str = PRIORS, **parts: str) -> None:
    """Write a book of the topic ``made`` with variants."""
    write_book(root, answer="total(events) >= 12", rows=ROWS, more=more, **parts)  # type: ignore[arg-type]
    with (root / "priors/made.toml").open("a", encoding="utf-8") as file:
        file.write(priors)
