"""The page of costs, forecast/COSTS.md: what stands between its marks is made from a result."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.benchmarks.refresh import refresh_table
from tests.benchmarks.table import tables
from tests.support.paths import ROOT

PAGE = ROOT / "forecast" / "COSTS.md"
PARTS: dict[str, Callable[[dict[str, Any]], str]] = {"tables": tables, "refresh": refresh_table}
MARKED = re.compile(r"(<!-- made by tests/benchmarks: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def page_with(page: str, result: dict[str, Any]) -> str:
    """Return a page in which the parts between marks say what a result says."""
    return MARKED.sub(lambda mark: f"{mark[1]}\n{PARTS[mark[2]](result)}\n{mark[3]}", page)
