"""The known shares of every posterior of the suite, kept as numbers in ``truths.json``.

``python -m tests.studies.hard.truths`` computes them anew, those of the members named or all, and writes them.  It takes some minutes.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from tests.studies.hard.members import Figure, Figures
from tests.studies.hard.suite import members

TRUTHS = Path(__file__).with_suffix(".json")


def stored() -> dict[str, Figures]:
    """Return the shares as they are kept, by member."""
    kept = json.loads(TRUTHS.read_text(encoding="utf-8"))
    return {name: tuple(Figure(**figure) for figure in figures) for name, figures in kept.items()}


def write(names: list[str]) -> None:
    """Compute the truths of these members, or of all where none is named, and write them with those that are kept."""
    every = members()
    kept = stored() if TRUTHS.exists() else {}
    for name in names or every:
        began = time.perf_counter()
        kept[name] = every[name].truth()
        print(f"{name}: {time.perf_counter() - began:.1f} s", flush=True)  # noqa: T201 - says how far it is
        _write(kept, every)


def _write(kept: dict[str, Figures], order: Iterable[str]) -> None:
    lines = []
    for name in order:
        if name in kept:
            figures = ",\n".join(f"    {json.dumps(asdict(figure))}" for figure in kept[name])
            lines.append(f"  {json.dumps(name)}: [\n{figures}\n  ]")
    TRUTHS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1:])
