"""Each recipe of CONTRIBUTING.md works as it stands there, in as many files as it says, in a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.small_books import write_book

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LIMITS = {"A distribution": 2, "A command": 4, "An analysis": 5, "A section of a report": 3, "A scoring rule": 6, "A template": 3}
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
CREATED = re.compile(r"`([^`]+)`, as in \[[^]]+\]\(([^)]+)\)")
ADDED = re.compile(r"^In `([^`]+)`, after (`+)(.+?)\2:\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ROWS = "from,to,value,source\n2025-01-01,2025-03-31,2,A paper\n2025-04-01,2025-06-30,0,A paper\n"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A section of the page: its title, how many files it says it takes, files that are new by path, and lines with the line before them."""

    title: str
    stated: int
    created: Mapping[str, Path]
    added: tuple[tuple[str, str, str], ...]

    @property
    def files(self) -> set[str]:
        """Every file that the recipe touches."""
        return {*self.created, *(path for path, _, _ in self.added)}


def read_recipes() -> dict[str, Recipe]:
    """The recipes of the page by their titles."""
    found = {}
    for section in PAGE.split("\n### ")[1:]:
        title, _, number = section.partition("\n")[0].partition(": ")
        created = {path: ROOT / source for path, source in CREATED.findall(section)}
        added = tuple((path, line.strip(), text) for path, _, line, text in ADDED.findall(section))
        found[title] = Recipe(title, NUMBERS[number.split(" ")[0]], created, added)
    return found


RECIPES = read_recipes()


def apply_recipe(root: Path, recipe: Recipe) -> None:
    """Do what a recipe says in a copy of the project; the line it names must be there once."""
    for path, source in recipe.created.items():
        assert not (root / path).exists()
        (root / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(source, root / path)
    for path, anchor, text in recipe.added:
        lines = (root / path).read_text(encoding="utf-8").splitlines(keepends=True)
        (place,) = [number for number, line in enumerate(lines) if line.strip().startswith(anchor)]
        lines.insert(place + 1, text)
        (root / path).write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what a recipe may change and its checks need."""
    root = tmp_path / "project"
    root.mkdir()
    for folder in ("forecast", "tests"):  # with bytecode, which holds while the times of the sources are kept
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("studies", "bad_files"))
    for file in ("pyproject.toml", "README.md"):
        shutil.copy2(ROOT / file, root / file)
    return root


def run_python(project: Path, *words: str) -> str:
    """What a Python process prints that imports the copy; it must end well."""
    environment = {**os.environ, "PYTHONPATH": str(project), "COLUMNS": "100"}
    done = subprocess.run([sys.executable, *words], cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_tests(project: Path, *words: str) -> int:
    """How many of the copy's tests passed; none may fail."""
    told = run_python(project, "-m", "pytest", "-n", "0", "-q", *words)
    return int(re.search(r"(\d+) passed", told)[1])


def test_each_recipe_takes_as_many_files_as_it_says():
    """There are the six, and none takes more files than allowed."""
    assert {title: recipe.stated for title, recipe in RECIPES.items()} == {title: len(recipe.files) for title, recipe in RECIPES.items()}
    assert list(RECIPES) == list(LIMITS)
    assert [title for title, recipe in RECIPES.items() if len(recipe.files) > LIMITS[title]] == []


def test_every_block_and_file_of_the_page_belongs_to_a_recipe():
    """No block of code and no file under tests/recipes/ is left out of what is tested."""
    assert PAGE.count("```") == 2 * sum(len(recipe.added) for recipe in RECIPES.values())
    used = {source for recipe in RECIPES.values() for source in recipe.created.values()}
    assert used == {path for path in (ROOT / "tests" / "recipes").iterdir() if path.is_file()}


def test_links_of_the_page_lead_to_files():
    """Each link is the path of a file of the project."""
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert [link for link in links if not (ROOT / link).is_file()] == []


@pytest.mark.slow
def test_a_distribution_is_a_prior_that_is_checked_and_conditioned_on(project: Path):
    """`check` echoes its points, `update` answers with it, and the tests of what families declare accept it."""
    apply_recipe(project, RECIPES["A distribution"])
    book = project / "book"
    write_book(book, priors={"rate": "Laplace(p5=-3, p95=5)"}, value="Poisson(mu=exp(rate) * years)", rows=ROWS, answer="rate", by="")
    words = json.loads(run_python(project, "-m", "forecast", "check", "--book", str(book), "--json"))
    assert words["problems"] == []
    assert words["priors"]["made"][0]["points"] == pytest.approx([-3, 1, 5])
    run_python(project, "-m", "forecast", "update", "--book", str(book), "--no-referee", "--no-insight")
    report = json.loads((book / "reports/made.json").read_text(encoding="utf-8"))
    assert (report["engine"]["engine"], report["engine"]["sound"], report["warnings"]) == ("importance", True, [])
    assert run_tests(project, "tests/language/distributions/test_traits.py", "-k", "Laplace") > 10


@pytest.mark.slow
def test_a_distribution_is_pymcs(project: Path):
    """The tests that hold a family against PyMC accept it."""
    apply_recipe(project, RECIPES["A distribution"])
    assert run_tests(project, "tests/language/distributions/test_traits_pymc.py", "-k", "Laplace") > 5


@pytest.mark.slow
def test_a_command_is_in_the_help_and_runs(project: Path):
    """It stands in `--help`, its own tests pass, and so do those of all commands."""
    apply_recipe(project, RECIPES["A command"])
    assert "count Count the topics, streams and rows of a book." in " ".join(run_python(project, "-m", "forecast", "--help").split())
    assert run_tests(project, "tests/cli/test_count.py", "tests/cli/test_looking.py", "-k", "test_count or readme or count") == 4


@pytest.mark.slow
def test_an_analysis_is_in_the_report_and_a_section_shows_it(project: Path):
    """With the analysis alone the JSON has the number; with the section page and Markdown have it too; the tests of both pass."""
    apply_recipe(project, RECIPES["An analysis"])
    book = project / "book"
    write_book(book, rows=ROWS, answer="rate", by="")
    run_python(project, "-m", "forecast", "update", "--book", str(book), "--no-referee")
    report = json.loads((book / "reports/made.json").read_text(encoding="utf-8"))
    assert 0 < report["insight"]["information_gain"] < 5
    assert "The record taught " not in (book / "reports/made.md").read_text(encoding="utf-8")
    apply_recipe(project, RECIPES["A section of a report"])
    run_python(project, "-m", "forecast", "report", "--book", str(book))
    for name in ("made.html", "made.md"):
        text = (book / "reports" / name).read_text(encoding="utf-8")
        places = [
            text.rindex(words) for words in ("How well the record was foreseen", "The record taught ", "What would change the answers")
        ]
        assert places == sorted(places)
    files = ("tests/insight/test_information_gain.py", "tests/report/test_learning_section.py", "tests/report/test_why.py")
    assert run_tests(project, *files, "-k", "gain or learning or every_section or empty") == 5


@pytest.mark.slow
def test_a_scoring_rule_is_proper_and_is_asked_for_by_its_name(project: Path):
    """Its own tests and those of all rules pass, and `forecast score` has it in CSV."""
    apply_recipe(project, RECIPES["A scoring rule"])
    files = ("tests/scoring/test_pseudospherical.py", "tests/scoring/test_rules.py", "tests/scoring/test_proper.py")
    assert run_tests(project, *files, "-k", "pseudospherical or test_rules or every") > 8
    book = project / "book"
    run_python(project, "-m", "forecast", "init", str(book))
    run_python(project, "-m", "forecast", "new", "mills", "--like", "judgement", "--book", str(book))
    assert "record,question,who" in run_python(
        project, "-m", "forecast", "score", "--rule", "pseudospherical", "--csv", "--book", str(book)
    )


@pytest.mark.slow
def test_a_template_begins_a_topic_that_is_sound(project: Path):
    """`new` has it in its help and makes a topic that `check` accepts, and the tests of templates pass."""
    apply_recipe(project, RECIPES["A template"])
    assert "comparison     which of two numbers is larger, by guesses alone" in run_python(project, "-m", "forecast", "new", "--help")
    book = project / "book"
    run_python(project, "-m", "forecast", "init", str(book))
    run_python(project, "-m", "forecast", "new", "mills", "--like", "comparison", "--book", str(book))
    assert json.loads(run_python(project, "-m", "forecast", "check", "mills", "--book", str(book), "--json"))["problems"] == []
    chosen = ("-m", "not slow", "-k", "test_templates and not history or sound_topic and comparison")
    assert run_tests(project, "tests/actions/new/test_templates.py", "tests/cli/test_new.py", *chosen) > 8


@pytest.mark.slow
def test_all_recipes_together_keep_the_rules(project: Path):
    """Lint, format, types, names and imports of the project with all six are what the rules ask for."""
    for recipe in RECIPES.values():
        apply_recipe(project, recipe)
    if (ROOT / ".mypy_cache").is_dir():  # what a check of types before the tests found holds for the files that stay as they are
        shutil.copytree(ROOT / ".mypy_cache", project / ".mypy_cache")
    run_python(project, "-m", "ruff", "check", "forecast", "tests")
    run_python(project, "-m", "ruff", "format", "--check", "forecast", "tests")
    run_python(project, "-m", "mypy")
    assert run_tests(project, "tests/test_names.py", "tests/test_imports.py", "-k", "not heavy and not arrays") > 5
