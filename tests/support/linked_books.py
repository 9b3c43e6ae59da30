"""A small book of two topics, one of which has the other's posterior as its prior."""

from __future__ import annotations

from datetime import date
from pathlib import Path

DAY = date(2025, 6, 1)
TOPIC = """title = "A share"
origin = "Invented for a test."
opens = 2025-01-01
step = "month"

[streams.cases]
about = "cases of all that were looked at"
value = "Binomial(n=seen, p={share})"
unit = "cases"
next.seen = "10"

[quantities]
half = "{share} / 2"
nearly_all = "{share} > 0.9"

[questions.next_one]
asks = "Will the next one be a case?"
by = 2026-12-31
probability = "{share}"
settled = "By looking at it."

[questions.many]
asks = "Will there be many cases?"
by = 2026-12-31
answer = "total(cases) > 70"
settled = "By looking at them."
"""
SOURCE_ROWS = """from,to,value,seen,known,source
2025-01-01,2025-01-31,3,10,2025-02-01,https://example.org/first
2025-02-01,2025-02-28,4,12,2025-03-01,https://example.org/second
"""
TARGET_ROWS = """from,to,value,seen,known,source
2025-03-01,2025-03-31,5,9,2025-04-01,https://example.org/third
"""
WHY = 'why = "A number made up for a test."\n'
SOURCE_PRIORS = f'[share]\nprior = "Beta(alpha=2, beta=3)"\n{WHY}'


def linked_priors(link: str, *, name: str = "chance", unit: str = "") -> str:
    """The table of a prior that is a link."""
    return f'[{name}]\nprior = "{link}"\n{WHY}{f'unit = "{unit}"' if unit else ""}\n'


def write_linked_book(
    root: Path,
    *,
    link: str = "posterior(source.share)",
    priors: str = "",
    source_priors: str = SOURCE_PRIORS,
    source_more: str = "",
    source_rows: str = SOURCE_ROWS,
    target_more: str = "",
    target_rows: str = TARGET_ROWS,
) -> None:
    """Write a book of the topics ``source``, with the parameter ``share``, and ``target``, with ``chance``; both follow a Binomial."""
    texts = {
        "seeds/source/topic.toml": TOPIC.format(share="share") + source_more,
        "seeds/source/cases.csv": source_rows,
        "priors/source.toml": source_priors,
        "seeds/target/topic.toml": TOPIC.format(share="chance") + target_more,
        "seeds/target/cases.csv": target_rows,
        "priors/target.toml": priors or linked_priors(link),
    }
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def write_chained_book(root: Path) -> None:
    """Write the same book with a third topic, ``last``, which has the target's posterior as its prior."""
    write_linked_book(root)
    for path in ("seeds/target/topic.toml", "seeds/target/cases.csv"):
        last = root / path.replace("target", "last")
        last.parent.mkdir(exist_ok=True)
        last.write_text((root / path).read_text(encoding="utf-8").replace("third", "fourth"), encoding="utf-8")
    (root / "priors/last.toml").write_text(linked_priors("posterior(target.chance)"), encoding="utf-8")
