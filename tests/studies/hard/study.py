"""What both engines make of every hard posterior, seed by seed, against what is known.

``python -m tests.studies.hard.study`` runs seed 1 of every member; ``--seeds 1-10``, ``--kinds ridge funnel`` and ``--members neck_9`` choose, and
``--fast`` leaves NUTS out, and ``--published`` runs it only where the fast engine is not to be trusted; ``--missing`` runs what is not kept yet.  Each run is a line in ``study.jsonl``, which a new run of the same member and seed replaces, and the table
beside this file is made of all lines.  ``--table`` makes the table alone.  A seed of every member takes about an hour.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any, Literal

from tests.studies.hard.members import Member
from tests.studies.hard.outcomes import TRUST, Outcome, limit_for, published, run, verdict_on
from tests.studies.hard.suite import members
from tests.studies.hard.truths import stored

RUNS = Path(__file__).with_suffix(".jsonl")
TABLE = Path(__file__).with_suffix(".md")

type Line = dict[str, Any]


def lines() -> dict[tuple[str, int], Line]:
    """Return every run that is kept, by member and seed."""
    if not RUNS.exists():
        return {}
    kept = [json.loads(text) for text in RUNS.read_text(encoding="utf-8").splitlines()]
    return {(line["member"], line["seed"]): line for line in kept}


def study(member: Member, seed: int, *, nuts: Literal["always", "needed", "never"]) -> Line:
    """Run the engines on a member, and the referee where both have draws."""
    figures = stored()[member.name]
    fast, first = run(member, "fast", seed=seed, figures=figures)
    line: Line = {"member": member.name, "seed": seed, "fast": _kept(fast)}
    if nuts == "never" or (nuts == "needed" and fast.word != "unreliable"):
        return line if fast.word == "unreliable" else line | {"published": fast.word}
    slow, second = run(member, "nuts", seed=seed, figures=figures, fast=None if first is None else first.posterior)
    verdict = verdict_on(first, second)
    given = published(slow, first, second, verdict) if fast.word == "unreliable" else fast.word
    return line | {"nuts": _kept(slow), "referee": verdict.verdict if verdict is not None else "not refereed", "published": given}


def _kept(outcome: Outcome) -> Line:
    kept = asdict(outcome)
    worst = kept["worst"]
    return {
        **kept,
        "seconds": round(outcome.seconds, 1),
        "cpu": round(outcome.cpu, 1),
        "worst": worst and {**worst, **{key: float(f"{worst[key]:.4g}") for key in ("truth", "value", "z")}},
    }


def table(found: dict[tuple[str, int], Line]) -> str:
    """Return the table of every member, and what it comes to."""
    every, truths = members(), stored()
    rows, counts, wrong = [], Counter[str](), []
    for name, member in every.items():
        runs = [line for (of, _), line in sorted(found.items()) if of == name]
        if not runs:
            continue
        limit = limit_for(len(truths[name]))
        of_fast, of_nuts = ([line[engine] for line in runs if engine in line] for engine in ("fast", "nuts"))
        states = [_published(line) for line in runs]
        counts.update(
            "correct" if state == "right" else "wrong and called sound" if state == "WRONG" else "not answered" for state in states
        )
        wrong += [
            f"{name}, seed {line['seed']}: {_farthest(line[engine])}, by {words}"
            for line in runs
            for engine, words in (("fast", "the fast engine"), ("nuts", "NUTS"))
            if engine in line and line[engine]["word"] == "WRONG"
        ]
        rows.append(
            f"| {name} | {member.kind} | {member.size} | {member.method} | {_cell(of_fast)} | {_cell(of_nuts)} | "
            f"{_many(line['referee'] for line in runs if 'referee' in line)} | {_many(states)} | {limit:.1f} | "
            f"{_seconds(of_fast)} | {_seconds(of_nuts)} |"
        )
    total = ", ".join(f"{count} {words}" for words, count in counts.most_common())
    return "\n".join([*HEAD, f"Published in {sum(counts.values())} runs: {total}.", "", *TOP, *rows, "", *_below(wrong, found)]) + "\n"


HEAD = (
    "# Hard posteriors beside what is known of them",
    "",
    "Each posterior's truth is by quadrature, in closed form, or by a long run with an error of its own, without the project's densities. A truth is the",
    "share of the posterior below some points, or a question's probability. Shown is the figure that is farthest off, as an engine has it and as it is, and",
    "by how many standard errors of the engine; the limit is the referee's for as many comparisons. *Right* and *WRONG* are runs that an engine called",
    "sound; an *unreliable* run said so itself; *refused* is a problem blamed on the book, *failed* an error nobody catches. What is published is the fast",
    "engine's, or NUTS's where that says it is unreliable; then NUTS ran, else only where all was run. It is unreliable too where the two are disputed and, where nothing confirms NUTS, where a trajectory diverged or the fast engine's second search found a part that its draws leave out. Seconds are the processor's. `python -m tests.studies.hard.study` makes this table.",
    "",
)
TOP = (
    "| posterior | kind | unknowns | truth | fast engine | NUTS | referee | published | limit | fast, s | NUTS, s |",
    "|---|---|--:|---|---|---|---|---|--:|--:|--:|",
)


def _published(line: Line) -> str:
    return str(line.get("published", "unreliable"))


def _cell(runs: Sequence[Line]) -> str:
    """How often each word came, and the figure farthest off in all runs."""
    if not runs:
        return ""
    far = max(runs, key=lambda each: (each["word"] == "WRONG", abs(each["worst"]["z"]) if each["worst"] else -1.0))
    return "; ".join(
        part for part in (_many(each["word"] for each in runs), _farthest(far) if far["worst"] else _short(far["reason"])) if part
    )


def _farthest(run_of: Line) -> str:
    worst = run_of["worst"]
    errors = f"{abs(worst['z']):.1f} errors" if math.isfinite(worst["z"]) else "with no error stated"
    return f"{worst['figure']} {worst['value']:.3f} for {worst['truth']:.3f}, {errors}"


def _short(reason: str) -> str:
    return (reason if len(reason) < 90 else f"{reason[:87]}...").replace("|", "\\|")


def _many(words: Any) -> str:
    found = Counter(words)
    whole = sum(found.values())
    return ", ".join(word if count == whole == 1 else f"{word} {count}" for word, count in found.most_common())


def _seconds(runs: Sequence[Line]) -> str:
    return f"{median(each['cpu'] for each in runs):.1f}" if runs else ""


def _below(wrong: Sequence[str], found: dict[tuple[str, int], Line]) -> list[str]:
    runs_of = Counter(seed for _, seed in found)
    seeds = f"Posteriors by seed: {', '.join(f'{count} with seed {seed}' for seed, count in sorted(runs_of.items()))}."
    heading = ["## Wrong and called sound, by either engine", ""]
    return (
        [seeds, "", *heading, *(f"- {each}" for each in wrong)] if wrong else [seeds, "", "Nothing that an engine called sound is wrong."]
    )


def main() -> None:
    """Run what was asked for, and make the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", nargs="*", default=[])
    parser.add_argument("--kinds", nargs="*", default=[])
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--fast", action="store_const", const="never", default="always", dest="nuts")
    parser.add_argument("--published", action="store_const", const="needed", dest="nuts")
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    first, _, last = asked.seeds.partition("-")
    found = lines()
    chosen = {
        name: member
        for name, member in members().items()
        if (not asked.members or name in asked.members) and (not asked.kinds or member.kind in asked.kinds)
    }
    for seed in [] if asked.table else range(int(first), int(last or first) + 1):
        for name, member in chosen.items():
            kept = found.get((name, seed)) if asked.missing else None
            if kept is not None and (asked.nuts == "never" or "nuts" in kept or (asked.nuts == "needed" and kept["fast"]["word"] in TRUST)):
                continue
            found[name, seed] = study(member, seed, nuts=asked.nuts)
            found = lines() | {(name, seed): found[name, seed]}  # another study may have written meanwhile
            RUNS.write_text("".join(f"{json.dumps(line)}\n" for _, line in sorted(found.items())), encoding="utf-8")
            print(name, seed, _published(found[name, seed]), flush=True)  # noqa: T201 - says how far it is
    TABLE.write_text(table(found), encoding="utf-8")


if __name__ == "__main__":
    main()
