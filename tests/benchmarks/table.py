"""The tables of a result: commands, growth, and other programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.benchmarks.cases import all_cases

NOTHING = ""


def tables(result: dict[str, Any]) -> str:
    """Return the Markdown of a result: what it was measured on, commands, growth, and other programs."""
    machine, cases = result["machine"], result["cases"]
    packages = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    load = "" if machine["load_of_15_minutes"] is None else f", load average {machine['load_of_15_minutes']}"
    about = f"Measured on {result['date']} on {machine['processor']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}{load}; {packages}."
    parts = [about]
    parts += [make(rows) for group, make in (("commands", _commands), ("growth", _growth)) if (rows := _of_group(cases, group))]
    parts += [text for row in _of_group(cases, "comparison") for text in (f"**{_capital(row['title'])}**", _comparison(row))]
    notes = dict.fromkeys(row["note"] for row in _of_group(cases, "comparison"))
    return "\n\n".join([*parts, *(f"{_capital(note)}." for note in notes)]) + "\n"


def number(value: float | None) -> str:
    """Return a number as a table shows it."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:g}"


def _of_group(cases: dict[str, Any], group: str) -> list[dict[str, Any]]:
    return [cases[name] for name in all_cases() if name in cases and cases[name]["group"] == group]


def _commands(rows: Sequence[dict[str, Any]]) -> str:
    heads = ("command, on the book of this repository", "CPU s", "peak MB", "at most", "met", "what costs most, where it is not")
    return markdown_table(heads, ([row["title"], number(row["cpu_seconds"]), number(row["peak_mb"]), *_target(row)] for row in rows))


def _growth(rows: Sequence[dict[str, Any]]) -> str:
    heads = ("what grows", "sizes", "CPU s", "peak MB", "one more, ms", "exponent", "at most", "met", "what costs most, where it is not")
    cells = (
        [
            row["title"],
            f"{_list(row['sizes'])} {row['unit']}",
            _list(row["cpu_seconds"]),
            _list(row["peak_mb"]),
            number(row["marginal_ms"][-1]) if row["marginal_ms"] else NOTHING,
            number(row["exponent"]),
            *_target(row),
        ]
        for row in rows
    )
    notes = [f"{_capital(row['title'])}: {_conditioning_note(row)}" for row in rows if "effective_draws" in row]
    notes += [f"{_capital(row['title'])}: a topic takes {_stored_note(row['kb_per_topic'])}." for row in rows if "kb_per_topic" in row]
    return "\n\n".join([markdown_table(heads, cells), *notes])


def _conditioning_note(row: dict[str, Any]) -> str:
    sound = "all runs are sound" if all(row["sound"]) else f"sound: {', '.join('yes' if each else 'no' for each in row['sound'])}"
    made = "" if all(row["from_files"]) else " Files hold fewer rows than the largest record, which was made in memory."
    return (
        f"{_list(row['effective_draws'])} effective draws; {sound}; "
        f"the whole process with reading and checks takes {_list(row['process_cpu_seconds'])} CPU s.{made}"
    )


def _stored_note(stored: dict[str, float]) -> str:
    return f"{number(stored['reports'])} kB of reports, {number(stored['ledger'])} kB of the ledger and {number(stored['cache'])} kB of the cache"


def _comparison(row: dict[str, Any]) -> str:
    heads = ["program", "CPU s", "of them beyond imports", "times forecast's", "peak MB", "effective draws", "of them in a CPU second"]
    keys = ["cpu_seconds", "beyond_imports", "ratio", "peak_mb", "effective_draws", "per_cpu_second"]
    kept = [at for at, key in enumerate(keys) if any(key in tool for tool in row["tools"].values())]
    lines = []
    for name, tool in sorted(row["tools"].items(), key=lambda item: item[1].get("cpu_seconds", float("inf"))):
        figures = [number(tool.get(keys[at])) for at in kept]
        lines.append([name, f"not measured: {tool['skipped']}", *figures[1:]] if "skipped" in tool else [name, *figures])
    return markdown_table([heads[0], *(heads[at + 1] for at in kept)], lines)


def _target(row: dict[str, Any]) -> list[str]:
    met = {True: "yes", False: "**no**"}.get(row.get("met"), NOTHING)
    profile = f"`{row['profile']}`" if "profile" in row else NOTHING
    return [row.get("target", NOTHING), met, profile]


def _list(values: Iterable[float]) -> str:
    return " / ".join(map(number, values))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
