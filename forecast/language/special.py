"""SciPy's special functions, loaded when the first of them is used: they take longer to load than a small book to check.

``special.ndtri(q)`` is SciPy's own ``ndtri``; once used, a function is an ordinary name of this module.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):  # what Python's own machinery asks of every module
        raise AttributeError(name)
    from scipy import special

    function = getattr(special, name)
    globals()[name] = function
    return function
