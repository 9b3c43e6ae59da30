"""What importing costs, and that imports go one way."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support.paths import ROOT, TINY_BOOK

pytestmark = pytest.mark.medium

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
    "scoringrules",
    "vl_convert",
    "starlette",
    "uvicorn",
    "mcp",
    "watchfiles",
}

ORDER = (  # a module may import from its own package and from those before it
    "system",
    "processes",
    "language",
    "scoring",
    "book.files",
    "book",
    "book.checks",
    "book.reading",
    "forecasts",
    "markets",
    "markets.makers",
    "markets.venues",
    "markets.files",
    "markets.stakes",
    "markets.comparison",
    "markets.coherence",
    "track_record",
    "calibration",
    "importers",
    "schema",
    "sentences",
    "report",
    "model",
    "inference",
    "inference.importance",
    "inference.pymc",
    "predict",
    "insight",
    "content",
    "elicitation",
    "cache",
    "actions",
    "api",
    "watching",
    "cli",
    "reference",
    "__main__",
)


@pytest.mark.parametrize(
    "run",
    [
        "import forecast",
        "from forecast.cli.commands import commands; commands()(['--help'])",
        f"from forecast.cli.commands import commands; commands()(['check', '--book', {str(TINY_BOOK)!r}])",
        (
            "import os; os.environ.update(_FORECAST_COMPLETE='complete_bash', COMP_WORDS='forecast why ', COMP_CWORD='2')\n"
            "from forecast.cli.commands import commands; commands()(prog_name='forecast')"
        ),
    ],
    ids=["import", "help", "check", "completion"],
)
def test_nothing_heavy_is_imported(run: str):
    """`import forecast`, `forecast --help`, `forecast check` and completion in a shell load none of the heavy packages."""
    code = f"import sys\ntry:\n    exec({run!r})\nexcept SystemExit as done:\n    assert not done.code, done.code\nimport json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "COLUMNS": "100"}
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert "forecast" in loaded
    assert [name for name in loaded if name in HEAVY or name.split(".")[0] in HEAVY] == []


@pytest.mark.parametrize(
    "words", [["show"], ["show", "another_transfer"], ["why", "another_transfer"], ["why", "another_transfer", "--json"]], ids=" ".join
)
def test_reading_a_report_needs_no_arrays(words: list[str], tmp_path: Path):
    """`show` and plain `why` load neither NumPy nor SciPy: they print what the JSON says, where nothing was put on record since the eve of the report."""
    for folder in ("seeds", "priors"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "reports").mkdir()
    for report in ROOT.glob("reports/*.json"):
        shutil.copy(report, tmp_path / "reports")
    day = json.loads((ROOT / "reports/route.json").read_text(encoding="utf-8"))["as_of"]
    for table in [*tmp_path.glob("seeds/*/forecasts.csv"), *tmp_path.glob("seeds/*/resolutions.csv")]:
        rows = table.read_text(encoding="utf-8")
        table.write_text(rows.replace(f"{day}T", f"{date.fromisoformat(day) - timedelta(days=1)}T"), encoding="utf-8")
    code = (
        f"import sys\nfrom forecast.cli.commands import commands\ntry:\n    commands()({[*words, '--book', str(tmp_path)]!r})\n"
        "except SystemExit as done:\n    assert not done.code, done.code\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'numpy', 'scipy'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
    assert len(done.stdout.splitlines()) > 1


def test_importing_the_package_loads_nothing_but_itself():
    """`import forecast` loads no other module of the package and no dependency."""
    code = "import sys; before = set(sys.modules); import forecast; print(sorted(n for n in set(sys.modules) - before if n.split('.')[0] not in sys.stdlib_module_names))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['forecast']"


def test_the_order_names_every_package():
    """The order names every module and package at the top of the package, and no folder that does not exist."""
    package = ROOT / "forecast"
    found = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()} - {"__init__"}
    assert {name for name in ORDER if "." not in name} == found
    assert [name for name in ORDER if not (package / name.replace(".", "/")).is_dir() and not module_file(name).is_file()] == []


def test_imports_go_one_way():
    """No module imports from a package that comes after its own, not even inside a function or for types."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {imported}"
        for path in sorted((ROOT / "forecast").rglob("*.py"))
        if path != ROOT / "forecast" / "__init__.py"  # its open_book leads to the last of all
        for imported in imports_of(path)
        if place(imported) > place(dotted(path))
    ]
    assert wrong == []


def test_no_modules_import_one_another_in_a_circle():
    """At the top of files, no chain of imports leads back to where it began."""
    graph = {dotted(path): set(imports_of(path, inside=False)) for path in (ROOT / "forecast").rglob("*.py")}
    modules = set(graph)
    edges = {name: {each for each in found if each in modules} for name, found in graph.items()}
    TopologicalSorter(edges).prepare()  # raises CycleError


def test_no_module_imports_a_name_from_where_it_is_not_defined():
    """A name is imported from the module that defines it, so that importing it loads no other."""
    defined = {dotted(path): set(names_defined(path)) for path in (ROOT / "forecast").rglob("*.py")}
    wrong = [
        f"{path.relative_to(ROOT)} imports {alias.name} from {node.module}"
        for folder in ("forecast", "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module in defined
        for alias in node.names
        if f"{node.module}.{alias.name}" not in defined and alias.name not in defined[node.module]
    ]
    assert wrong == []


def names_defined(path: Path) -> Iterator[str]:
    """The names that a module defines itself, at its top or under a condition there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name) | ast.ClassDef(name) | ast.TypeAlias(ast.Name(name)) | ast.Name(name, ast.Store()):
                yield name


def place(module: str) -> int:
    """Where the package of a module stands in the order, by the longest name there that it begins with."""
    parts = module.removeprefix("forecast.").split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next(ORDER.index(name) for name in names if name in ORDER)


def dotted(path: Path) -> str:
    """The dotted name of a module, by its file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_file(name: str) -> Path:
    """The file of a module, by its dotted name within the package."""
    return ROOT / "forecast" / f"{name.replace('.', '/')}.py"


def imports_of(path: Path, *, inside: bool = True) -> Iterator[str]:
    """The modules of this package that a file imports, with their dotted names; ``inside`` functions and for types too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if inside else tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and (node.module == "forecast" or node.module.startswith("forecast.")):
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                inner = name.removeprefix("forecast.")
                if module_file(inner).is_file() or (ROOT / "forecast" / inner.replace(".", "/")).is_dir():
                    yield name
                elif node.module != "forecast":
                    yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("forecast."))


def sentence_of(path: Path) -> str:
    """A module and the sentence it opens with."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, f"{path} opens without a docstring"
    return f"{path.relative_to(ROOT / 'forecast').as_posix()}: {' '.join(docstring.split('\n\n')[0].split())}"


if __name__ == "__main__":
    print("\n".join(sentence_of(path) for path in sorted((ROOT / "forecast").rglob("*.py"))))  # noqa: T201 - the table of modules
