"""The notebook that shows the Python interface runs from the first cell to the last."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

NOTEBOOK = json.loads((ROOT / "forecast/docs/from_python.ipynb").read_text(encoding="utf-8"))
RUNNER = """
import ast, sys
scope = {"__name__": "__main__"}
for number, cell in enumerate(CELLS):
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), scope)
    value = None if last is None else eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), scope)
    shown = value._repr_html_() if hasattr(value, "_repr_html_") else repr(value)
    print(f"[{number}]", " ".join(shown.split()))
"""


def test_the_notebook_is_one_without_outputs():
    """It is in the format that Jupyter reads, each cell has an id of its own, and no outputs are kept."""
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    cells = NOTEBOOK["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert {cell["cell_type"] for cell in cells} == {"code", "markdown"}
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.slow
def test_every_cell_of_the_notebook_runs(tmp_path):
    """Executed in order in a new process, as a notebook would, the cells show tables and numbers."""
    code = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
    environment = os.environ | {"FORECAST_CACHE_DIR": str(tmp_path / "cache"), "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", f"CELLS = {code!r}\n{RUNNER}"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    shown = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert len(shown) == len(code)
    assert sum("<table" in line for line in shown) >= 4  # book, topic, answers, posterior
    assert "Will the footbridge be closed for repairs by the end of 2099?" in done.stdout
