"""The last result, result.json: what was measured, when, on what kind of machine, and with which versions."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from forecast.cache.fingerprint import versions
from forecast.system import core_count
from tests.benchmarks.rows import Row, round_figures
from tests.support.paths import ROOT

RESULT_PATH = ROOT / "tests" / "benchmarks" / "result.json"
LIBRARIES = ("nutpie", "numba")  # beside those whose versions reports state


def read_result(path: Path = RESULT_PATH) -> dict[str, Any]:
    """Return a result; an empty one where there is none."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def write_result(path: Path, rows: Mapping[str, Row], *, day: date | None = None) -> None:
    """Write the rows of cases, by their names, with what they were measured on."""
    result = {
        "date": (day or datetime.now(UTC).date()).isoformat(),
        "machine": machine_kind(),
        "versions": versions() | {name: version(name) for name in LIBRARIES},
        "cases": round_figures(dict(rows)),
    }
    path.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")


def machine_kind() -> dict[str, Any]:
    """Return what kind of machine this is, and how busy: nothing that tells it from others of its kind."""
    kind = {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version(), "cores": core_count()}
    processor = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in processor.read_text("utf-8").splitlines() if line.startswith("model name")]
        if processor.exists()
        else []
    )
    load = round(os.getloadavg()[2], 1) if hasattr(os, "getloadavg") else None
    return kind | {"processor": names[0] if names else platform.processor(), "load_of_15_minutes": load}
