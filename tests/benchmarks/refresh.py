"""What a hundred thousand topics would cost, extrapolated from the slopes of a result."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.table import markdown_table, number

TOPICS = 100_000
CACHE_KB = 2**30 / 1000  # the most that the cache keeps
PROCESS_MB = 1024.0  # the memory that a process is to stay below
NEEDED = ("topics", "topics_unchanged", "topics_next_day", "check_topics")


def refresh_table(result: dict[str, Any]) -> str:
    """Return the Markdown of what is measured for one topic and what that makes for a hundred thousand; empty where a slope is missing."""
    cases = result["cases"]
    if any(name not in cases for name in NEEDED):
        return ""
    new, stored = cases["topics"], cases["topics"]["kb_per_topic"]
    memory = max(_memory_slope(cases[name]) for name in NEEDED)
    lines = [
        _time_line("all topics new", new),
        _time_line("a new day, no file changed, draws in the cache", cases["topics_next_day"]),
        _time_line("the same day again, nothing changed", cases["topics_unchanged"]),
        _time_line("`forecast check`", cases["check_topics"]),
        ["memory of the largest process", f"{number(_rounded(memory * 1000))} kB", f"{number(_rounded(memory * TOPICS / 1000))} GB"],
        _size_line("JSON reports", stored["reports"]),
        _size_line("lines of the ledger, for each day with new answers", stored["ledger"]),
        _size_line("cache, most of it draws", stored["cache"]),
    ]
    largest = max(new["sizes"])
    cached, fitting = CACHE_KB / stored["cache"], PROCESS_MB / memory if memory > 0 else float("inf")
    size = max(100, int(min(cached, fitting, TOPICS) // 100) * 100)
    heads = (
        "a book of small topics, without insight, referee and pages",
        f"one topic, measured up to {largest:,}",
        f"{TOPICS:,} topics, extrapolated",
    )
    held = "" if memory <= 0 else f", and 1 GiB of memory suffices for an update of about {number(_rounded(fitting))}"
    said = (
        f"The cache keeps the draws of about {number(_rounded(cached))} such topics{held}. "
        f"With at most {size:,} topics in a book and a cache folder for each, {TOPICS:,} topics are {-(-TOPICS // size):,} books."
    )
    return f"{markdown_table(heads, lines)}\n\n{said}\n"


def _time_line(what: str, row: dict[str, Any]) -> list[str]:
    milliseconds = row["marginal_ms"][-1]
    return [what, f"{number(milliseconds)} ms", f"{number(_rounded(milliseconds * TOPICS / 3_600_000))} CPU hours"]


def _size_line(what: str, kilobytes: float) -> list[str]:
    return [what, f"{number(kilobytes)} kB", f"{number(_rounded(kilobytes * TOPICS / 1_000_000))} GB"]


def _memory_slope(row: dict[str, Any]) -> float:
    """Megabytes of one more topic between the two largest sizes; at least 0."""
    (fewer, more), (small, large) = row["sizes"][-2:], row["peak_mb"][-2:]
    return max(0.0, (large - small) / (more - fewer))


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")
