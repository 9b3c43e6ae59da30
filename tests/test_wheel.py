"""The wheel, installed outside the checkout, does what a newcomer does first, in an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.paths import ROOT

SECONDS = 240  # long enough for a machine that does much else
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout; the test is skipped where none can be built."""
    if shutil.which("uv") is None:
        pytest.skip("uv, which builds the wheel, is not here")
    folder = tmp_path_factory.mktemp("wheel")
    for mode in (["--offline"], []):
        done = subprocess.run(
            ["uv", "build", "--wheel", *mode, "--out-dir", folder, ROOT], check=False, capture_output=True, text=True, timeout=SECONDS
        )
        if done.returncode == 0:
            return next(folder.glob("*.whl"))
    pytest.skip(f"no wheel can be built here: {done.stderr.strip().splitlines()[-1]}")


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that has the wheel, and the dependencies of the environment of the tests."""
    folder = tmp_path_factory.mktemp("environment") / "env"
    run(["uv", "venv", "--offline", "--python", sys.executable, folder], cwd=ROOT)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    run(["uv", "pip", "install", "--offline", "--no-deps", "--python", scripts / "python", wheel], cwd=ROOT)
    (packages,) = folder.rglob("site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    where = run([scripts / "python", "-c", "import forecast; print(forecast.__file__)"], cwd=folder.parent)
    assert Path(where.strip()).is_relative_to(folder)
    return scripts / "forecast"


def run(words: Sequence[str | Path], cwd: Path) -> str:
    """What a command prints, without the checkout on Python's path."""
    done = subprocess.run(words, check=False, cwd=cwd, capture_output=True, text=True, timeout=SECONDS, env=environment(cwd))
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment(cwd: Path) -> dict[str, str]:
    """The environment of these tests without what leads to the checkout, with results kept apart."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "FORECAST_CACHE_DIR": str(cwd.parent / "cache"),
        "PYTHONUNBUFFERED": "1",
    }


def test_the_distribution_has_a_name_of_its_own_and_the_package_its_old_one(wheel: Path):
    """The wheel is of `forecast-book` in the version of the package, with templates, schemas and the notebook, and without the book and the tests."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert wheel.name == f"forecast_book-{version}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"forecast", f"forecast_book-{version}.dist-info"}
    assert {
        "forecast/py.typed",
        "forecast/docs/from_python.ipynb",
        "forecast/schemas/topic.json",
        "forecast/templates/priors/hazard.toml",
    } <= set(names)


def test_the_installed_command_takes_a_newcomer_to_a_report(command: Path, tmp_path: Path):
    """Init, new, update, report and watch work from the wheel in an empty folder."""
    run([command, "init", "questions"], cwd=tmp_path)
    book = tmp_path / "questions"
    asked = ["--asks", "Will the footbridge be closed?", "--by", "2099-12-31", "--opens", "2026-01-01"]
    prior = ["--prior", "rate=Gamma(p5=0.005, p95=0.1)", "--why", "rate=It was closed twice in ten years."]
    run([command, "new", "bridge", "--like", "hazard", *asked, *prior], cwd=book)
    assert "bridge" in run([command, "update", "bridge", "--no-referee", "--no-insight"], cwd=book)
    page = book / "reports/bridge.html"
    page.unlink()
    run([command, "report"], cwd=book)
    assert "Will the footbridge be closed?" in page.read_text(encoding="utf-8")
    process = subprocess.Popen([command, "watch", "--port", "0"], cwd=book, env=environment(book), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+:\d+", line)))
        assert b"footbridge" in urlopen(f"{address}/bridge.html", timeout=SECONDS).read()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS)
