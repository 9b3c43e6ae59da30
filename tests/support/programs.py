"""Exported PyMC programs, run as they are."""

from __future__ import annotations

import contextlib
import io
import warnings


def printed_by(program: str) -> dict[str, tuple[float, ...]]:
    """The table that a program prints: for each parameter its mean and standard deviation, for each hypothesis its share."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the program is run for its table
        exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
    return {line[:40].strip(): tuple(float(cell) for cell in line[40:].split()) for line in printed.getvalue().splitlines()[1:]}
