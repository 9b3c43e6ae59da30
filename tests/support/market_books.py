"""A small book with contracts and quotes.  All of it is invented, and says so in its texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

INVENTED = "Invented for a test; no such contract exists."
TOPIC = """title = "Storms (invented)"
opens = 2025-01-01
step = "month"

[streams.storms]
about = "storms that closed the harbour"
unit = "storms"
value = "Poisson(mu=rate * years)"

[questions.three_more]
asks = "Will at least three storms close the harbour in 2026?"
since = 2026-01-01
by = 2026-12-31
answer = "total(storms) >= 3"
settled = "By the harbour master's list."

[questions.none_at_all]
asks = "Will no storm close the harbour in 2026?"
since = 2026-01-01
by = 2026-12-31
answer = "total(storms) == 0"
settled = "By the harbour master's list."
"""
ROWS = """from,to,value,known,source
2025-01-01,2025-06-30,1,2025-07-01,invented
2025-07-01,2025-12-31,2,2026-01-02,invented
2026-01-01,2026-03-31,1,2026-04-02,invented
"""
PRIORS = """[rate]
prior = "Gamma(alpha=3, beta=1.5)"
why = "A number made up for a test."
unit = "storms a year"

[contracts.three-storms.yes_if_yes]
prior = "Beta(alpha=95, beta=5)"
why = "The venue may count other storms."

[contracts.three-storms.yes_if_no]
prior = 0.02
why = "The venue may count other storms."

[contracts.three-storms.void]
prior = 0.01
why = "One in a hundred has been void."

[contracts.no-storm.yes_if_yes]
prior = 1
why = "It names the same list."

[contracts.no-storm.yes_if_no]
prior = 0
why = "It names the same list."

[contracts.no-storm.void]
prior = 0
why = "It names the same list."
"""
CONTRACTS = f"""[three-storms]
question = "three_more"
venue = "kalshi"
id = "INVENTED-STORM3"
side = "yes"
address = "https://example.org/invented-storm3"
deadline = 2026-12-31T23:59:00-05:00
rules = "{INVENTED}"
settlement_source = "the harbour master"

[[three-storms.fees]]
holds_from = 2026-01-01
type = "quadratic"
taker_multiplier = "1"
source = "{INVENTED}"

[three-storms.terms]
comparator = {{status = "same"}}
deadline_zone = {{status = "different", note = "New York's midnight, and not the harbour's"}}

[no-storm]
question = "none_at_all"
venue = "polymarket"
id = "0xinvented"
side = "no"
deadline = 2026-12-31T23:59:00Z
settlement_source = "the harbour master"

[[no-storm.fees]]
holds_from = 2026-01-01
category = "geopolitics"
rate = "0"
exponent = 1
source = "{INVENTED}"
"""
HEADER = "contract,at,kind,bid,ask,last,price,bid_depth,ask_depth,volume,status,retrieved,file"
AS_OF = datetime(2026, 6, 30, 12, tzinfo=UTC)


def write_market_book(root: Path, *, last: tuple[float, float] = (0.60, 0.62), days: int = 90) -> None:
    """Write a book of the topic ``storms`` with two contracts: a book's bid and ask every day, whose last are given, and midpoints alone."""
    for folder in ("seeds/storms", "priors", "reports"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    files = {
        "seeds/storms/topic.toml": TOPIC,
        "seeds/storms/storms.csv": ROWS,
        "seeds/storms/contracts.toml": CONTRACTS,
        "seeds/storms/quotes.csv": "\n".join([HEADER, *_quote_rows(last, days)]) + "\n",
        "priors/storms.toml": PRIORS,
    }
    for path, text in files.items():
        (root / path).write_text(text, encoding="utf-8")


def _quote_rows(last: tuple[float, float], days: int) -> list[str]:
    steps = np.random.default_rng(11).normal(0, 0.015, days)
    wander = np.cumsum(steps[::-1])[::-1] - steps[-1]
    rows = []
    for place in range(days):
        at = AS_OF - timedelta(days=days - 1 - place)
        away = 0.0 if place >= days - 2 else float(wander[place])
        bid, ask = (f"{min(max(end + away, 0.02), 0.97):.2f}" for end in last)
        rows += [
            f"three-storms,{at:%Y-%m-%dT%H:%M:%SZ},bid-ask,{bid},{ask},,,100,120,5000,open,,invented",
            f"no-storm,{at:%Y-%m-%dT%H:%M:%SZ},midpoint,,,,{0.85 + 0.001 * place:.3f},,,,open,,invented",
        ]
    return rows
