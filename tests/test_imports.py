"""What importing costs, and that imports go one way."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TINY_BOOK = ROOT / "tests" / "tiny_book"
HEAVY = {
    "pymc",
    "pytensor",
    "arviz",
    "arviz_base",
    "arviz_stats",
    "nutpie",
    "numba",
    "pandas",
    "xarray",
    "scipy.stats",
    "scipy.optimize",
    "preliz",
    "vl_convert",
    "starlette",
    "uvicorn",
    "watchfiles",
}

FLOORS = (  # a module may import what stands on its own floor or above it in this list
    ("system",),
    ("language",),
    ("book",),
    ("model",),
    ("inference",),
    ("processes", "settings", "chance", "density", "future", "predictive"),
    ("asking", "predict", "settlement"),
    ("answers",),
    ("report", "concluding"),
    ("insight",),
    ("beliefs", "implications", "remembering", "shadow"),
    ("checking", "observing", "publishing", "revising", "showing"),
    ("reasons", "replaying", "runs", "starting", "weighing"),
    ("differing", "eliciting", "supposing", "workflow"),
    ("watching",),
    ("datatree",),
    ("believing", "opened"),
    ("exporting",),
    ("cli",),
    ("__main__",),
)


@pytest.mark.parametrize(
    "run",
    [
        "import forecast",
        "from forecast.cli import main; main(['--help'])",
        f"from forecast.cli import main; main(['check', '--book', {str(TINY_BOOK)!r}])",
    ],
    ids=["import", "help", "check"],
)
def test_nothing_heavy_is_imported(run: str):
    """`import forecast`, `forecast --help` and `forecast check` load none of the heavy packages."""
    run = run.replace("main(", "commands()(").replace("forecast.cli import main", "forecast.cli.commands import commands")
    code = f"import sys\ntry:\n    exec({run!r})\nexcept SystemExit as done:\n    assert not done.code, done.code\nimport json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "COLUMNS": "100"}
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert "forecast" in loaded
    assert [name for name in loaded if name in HEAVY or name.split(".")[0] in HEAVY] == []


def test_importing_the_package_loads_nothing_but_itself():
    """`import forecast` loads no other module of the package and no dependency."""
    code = "import sys; before = set(sys.modules); import forecast; print(sorted(n for n in set(sys.modules) - before if n.split('.')[0] not in sys.stdlib_module_names))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['forecast']"


def test_every_module_stands_on_a_floor():
    """The list of floors names every module and package at the top of the package."""
    found = {path.stem for path in (ROOT / "forecast").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()} - {"__init__"}
    assert {name for floor in FLOORS for name in floor} == found


def test_imports_go_one_way():
    """No module imports from a floor below its own, not even inside a function or for types."""
    height = {name: index for index, floor in enumerate(FLOORS) for name in floor}
    wrong = [
        f"{path.relative_to(ROOT)} imports {imported}"
        for path in sorted((ROOT / "forecast").rglob("*.py"))
        if path != ROOT / "forecast" / "__init__.py"  # its open_book leads to the top of the house
        for imported in imports_of(path)
        if height[imported.split(".")[1]] > height[path.relative_to(ROOT / "forecast").parts[0].removesuffix(".py")]
    ]
    assert wrong == []


def imports_of(path: Path) -> Iterator[str]:
    """The modules of this package that a file imports, with their dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("forecast."):
            yield node.module
        elif isinstance(node, ast.ImportFrom) and node.module == "forecast":
            yield from (f"forecast.{alias.name}" for alias in node.names if alias.name != "__version__")
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("forecast."))
