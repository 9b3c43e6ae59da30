"""How costs grow: with the number of topics, and with the length of a record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from tests.benchmarks.books import write_long_record, write_small_topics
from tests.benchmarks.case import Case, Options, forecast_command, profile_of, python_command
from tests.benchmarks.measure import Command, Cost, measure, measure_median
from tests.benchmarks.rows import Row, Target, growth_row, target_cells

SMALL_UPDATE = ("update", "--no-referee", "--no-insight", "--no-pages")
DAY = date(2026, 11, 1)
MOST_CPU_SECONDS = 60.0  # of one size, after which no larger one is measured, unless large ones are asked for
GIBIBYTE_MB = 1024.0
MANY_TOPICS = 10_000


def growth_cases() -> tuple[Case, ...]:
    """Return the cases, in the order of the table."""
    return (
        Case("check_topics", _check),
        Case("topics", _first_update, quick=False),
        Case("topics_pages", _first_update_with_pages, quick=False),
        Case("topics_unchanged", _unchanged, quick=False),
        Case("topics_next_day", _next_day, quick=False),
        Case("rows", _rows, quick=False),
        Case("insight", _insight, quick=False),
    )


def _check(options: Options) -> Row:
    return _of_topics(options, "check_topics", "`forecast check`", lambda book, cache: forecast_command(book, cache, "check"), runs=2)


def _first_update(options: Options) -> Row:
    title = f"`forecast {' '.join(SMALL_UPDATE)}`, all topics new"
    target = Target(15.0, "ms a topic", GIBIBYTE_MB, at=f" at {MANY_TOPICS:,} topics, extrapolated")
    return _of_topics(
        options,
        "topics",
        title,
        lambda book, cache: forecast_command(book, cache, *SMALL_UPDATE),
        target=target,
        fresh=True,
        sizes_kept=True,
    )


def _first_update_with_pages(options: Options) -> Row:
    title = f"`forecast {' '.join(SMALL_UPDATE[:-1])}`, all topics new"
    return _of_topics(
        options,
        "topics_pages",
        title,
        lambda book, cache: forecast_command(book, cache, *SMALL_UPDATE[:-1]),
        fresh=True,
        sizes_kept=True,
        sizes=(30, 100),
    )


def _unchanged(options: Options) -> Row:
    title = f"`forecast {' '.join(SMALL_UPDATE)}`, nothing changed"
    return _of_topics(
        options, "topics_unchanged", title, lambda book, cache: forecast_command(book, cache, *SMALL_UPDATE), runs=3, updated=True
    )


def _next_day(options: Options) -> Row:
    """An update on the day after the last, with the same files."""
    title = "the same update a day later, no file changed"
    days = iter(DAY + timedelta(days=at) for at in range(1000))
    return _of_topics(
        options,
        "topics_next_day",
        title,
        lambda book, cache: python_command(book, "-m", "tests.benchmarks.dated_update", str(book), str(next(days)), cache=cache),
        updated=True,
    )


def _of_topics(
    options: Options,
    name: str,
    title: str,
    command_of: Callable[[Path, Path], Command],
    *,
    target: Target | None = None,
    runs: int = 1,
    fresh: bool = False,
    updated: bool = False,
    sizes_kept: bool = False,
    sizes: Sequence[int] | None = None,
) -> Row:
    """Measure a command on books of small topics; a book of one topic says what the start costs.

    ``fresh`` books have never been updated; ``updated`` ones have, by the same command; the others are only read.
    """
    sizes = (1, *(sizes or (30, 100, 300)), *([1000] if options.large else []))
    costs: list[Cost] = []
    stored: list[Row] = []
    for size in sizes:
        folder = options.folder(name)
        write_small_topics(folder / "book", size)
        if updated:
            measure(command_of(folder / "book", folder / "cache"))
        command = command_of(folder / "book", folder / "cache")
        costs.append(measure(command) if fresh else measure_median(command, runs=options.runs(runs)))
        stored.append(_stored(folder) if sizes_kept else {})
    more = {"kb_per_topic": {key: (stored[-1][key] - stored[0][key]) / (sizes[-1] - sizes[0]) for key in stored[-1]}} if sizes_kept else {}
    row = growth_row(title, "topics", sizes[1:], costs[1:], start=costs[0].cpu_seconds, **more)
    if target is None:
        return row
    row |= target_cells(target, row["marginal_ms"][-1], _peak_mb_at(MANY_TOPICS, sizes, costs))
    if row["met"]:
        return row
    shutil.rmtree(folder)
    write_small_topics(folder / "book", sizes[2])
    return row | {"profile": profile_of(command)}


def _peak_mb_at(size: int, sizes: Sequence[int], costs: Sequence[Cost]) -> float:
    """The memory at a size, on the line through the two largest that were measured."""
    slope = (costs[-1].peak_mb - costs[-2].peak_mb) / (sizes[-1] - sizes[-2])
    return costs[-1].peak_mb + max(0.0, slope) * (size - sizes[-1])


def _stored(folder: Path) -> Row:
    """Kilobytes of the reports without the ledger, of the ledger, and of the cache."""
    ledger = folder / "book/reports/ledger.jsonl"
    files = [path for path in (folder / "book/reports").rglob("*") if path.is_file() and path != ledger]
    kept = [path for path in (folder / "cache").rglob("*") if path.is_file()]
    return {
        "reports": sum(path.stat().st_size for path in files) / 1000,
        "ledger": ledger.stat().st_size / 1000,
        "cache": sum(path.stat().st_size for path in kept) / 1000,
    }


def _rows(options: Options) -> Row:
    """The conditioning of a Normal with two parameters; its CPU seconds are those of the conditioning alone, its memory that of the process."""
    sizes = (1_000, 10_000, 100_000, *([1_000_000] if options.large else []))
    costs: list[Cost] = []
    draws, sound, whole, from_files = [], [], [], []
    for size in sizes:
        book = options.folder("rows") / "book"
        command = python_command(options.scratch, "-m", "tests.benchmarks.conditioning", "rows", str(size), str(book))
        cost = measure(command)
        figures = json.loads(cost.output.splitlines()[-1])
        costs.append(Cost(figures["cpu_seconds"], cost.peak_mb, cost.seconds))
        draws.append(round(figures["effective_draws"]))
        sound.append(figures["sound"])
        whole.append(cost.cpu_seconds)
        from_files.append(figures["from_files"])
    row = growth_row("conditioning of a Normal with two parameters", "rows", sizes, costs, start=0.0)
    row |= {"effective_draws": draws, "sound": sound, "process_cpu_seconds": whole, "from_files": from_files}
    targets = {10_000: Target(0.5, "CPU s at 10,000 rows"), 1_000_000: Target(20.0, "CPU s at 1,000,000 rows", GIBIBYTE_MB)}
    held = [(at, targets[size]) for at, size in enumerate(sizes) if size in targets]
    row["target"] = "; ".join(target.text() for _, target in held)
    row["met"] = all(sound[at] and target.is_met(costs[at].cpu_seconds, costs[at].peak_mb) for at, target in held)
    return row if row["met"] else row | {"profile": profile_of(command)}


def _insight(options: Options) -> Row:
    """What it adds to an update that a report says why: the difference of two updates."""
    sizes = (100, 300, 1_000, *([3_000] if options.large else []))
    costs: list[Cost] = []
    for size in sizes:
        folder = options.folder("insight")
        write_long_record(folder / "book", size)
        plain = measure(forecast_command(folder / "book", folder / "cache", "update", "--no-referee", "--no-insight"))
        shutil.rmtree(folder / "cache")
        command = forecast_command(folder / "book", folder / "cache", "update", "--no-referee")
        explained = measure(command)
        costs.append(Cost(explained.cpu_seconds - plain.cpu_seconds, explained.peak_mb, explained.seconds))
        if costs[-1].cpu_seconds > MOST_CPU_SECONDS and not options.large:
            break
    sizes = sizes[: len(costs)]
    row = growth_row("what insight adds to an update", "rows", sizes, costs, start=0.0)
    row |= {"target": "linear", "met": row["exponent"] is not None and row["exponent"] <= 1.1}
    if row["met"]:
        return row
    folder = options.folder("insight")
    write_long_record(folder / "book", sizes[1])
    return row | {"profile": profile_of(command)}
