"""Whether two reports of one calculation have the same numbers: to the last digit, or, from another kind of processor, within their errors.

NumPy's linear algebra adds up in another order on another processor. A search of the fast engine can then take another turn, after which all
its draws are others. (A report of ``return`` differed so between OpenBLAS's kernels for Zen and for Skylake, and was equal to the last digit
where ``OPENBLAS_CORETYPE`` named the same.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import hypot
from typing import Any

ALLOWED = 5.0  # standard errors: some ten thousand figures are compared
ROUNDING = 2e-6  # what six digits leave out, relative to the value
FIGURES = ("answers", "variants", "parameters", "scenarios")  # what draws give; of these, values with errors are compared
DERIVED = {"digest", "engine", "links", "relations", "warnings", "insight", "implied", *FIGURES}  # what follows from draws besides
ERRORS = {
    "value": "error",
    "mean": "mean_error",
    "log_evidence": "log_evidence_error",
    "quantiles": "errors",
    "chance": "chance_errors",
    "after": "error",
}


def differences(made: Mapping[str, Any], committed: Mapping[str, Any]) -> list[str]:
    """Return the places at which two reports have other numbers; of reports that are not equal to the last digit, those beyond their errors."""
    if made == committed:
        return []
    found = [key for key in sorted(made.keys() | committed.keys()) if key not in DERIVED and made.get(key) != committed.get(key)]
    for key in FIGURES:
        one, other = (dict(figures(content.get(key), key)) for content in (made, committed))
        found += sorted(one.keys() ^ other.keys())
        found += [
            f"{place}: {one[place][0]} and {other[place][0]}"
            for place in sorted(one.keys() & other.keys())
            if abs(one[place][0] - other[place][0]) > ALLOWED * hypot(one[place][1], other[place][1]) + ROUNDING * abs(other[place][0])
        ]
    return found


def figures(value: Any, place: str) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield every number that stands beside its Monte Carlo error, by its place."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            error = value.get(ERRORS.get(key, ""))
            if isinstance(inner, (int, float)) and isinstance(error, (int, float)):
                yield f"{place}.{key}", (inner, error)
            elif isinstance(inner, list) and isinstance(error, list) and len(inner) == len(error):
                yield from ((f"{place}.{key}[{at}]", pair) for at, pair in enumerate(zip(inner, error, strict=True)))
            else:
                yield from figures(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            name = inner.get("name", at) if isinstance(inner, Mapping) else at
            yield from figures(inner, f"{place}[{name}]")
