"""What a book needs on GitHub: a workflow that checks pull requests, updates and publishes, and a hook that checks before each commit."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from forecast.actions.new.templates import TEMPLATES_DIRECTORY
from forecast.book.files.folder import Folder
from forecast.book.files.problems import FileFault, Place, Problem, Result

DISTRIBUTION = "forecast"
WORKFLOW_PATH, HOOKS_PATH = ".github/workflows/forecast.yml", ".pre-commit-config.yaml"
GITHUB_TEMPLATES = {WORKFLOW_PATH: "forecast.yml", HOOKS_PATH: "pre-commit-config.yaml"}
SOURCE_MARK = "@SOURCE@"
FIT_SOURCE = re.compile(r"(?!-)[\x21-\x7e]+(?: @ [\x21-\x7e]+)?")  # what pip takes: one word, or `name @ address`
PROJECT_BYTES = 1_000_000


def github_texts(root: Path, *, source: str | None) -> Result[Mapping[str, str]]:
    """Return the files by their paths in the book, or what stands in the way: one of them is there already, or pip has no source.

    ``source`` is what pip installs the program from on GitHub; by default what it was installed from here, if that is an address of
    git, or the book's own directory, if it has the program in it.  The name alone is no default: on the public index it is another project's.
    """
    folder = Folder(root)
    if (inside := _repository_above(root)) is not None:
        message = f"the book lies within the repository {inside.name}, and GitHub reads workflows at the top of a repository only"
        return Result(None, (Problem(Place(str(root)), message, "keep the book in a repository of its own"),))
    try:
        there = [path for path in GITHUB_TEMPLATES if folder.kind(path) is not None]
    except FileFault as fault:
        return Result(None, (fault.problem,))
    if there:
        hint = "move it away first, or take what you need from a new book made elsewhere"
        return Result(None, tuple(Problem(Place(path), "this is there already, and is not overwritten", hint) for path in there))
    known = source if source is not None else _installed_source(folder)
    if known is None:
        hint = "say from where: --source git+https://github.com/OWNER/forecast@COMMIT"
        return Result(None, (Problem(Place(WORKFLOW_PATH), "it is not known from where GitHub is to install forecast", hint),))
    if not FIT_SOURCE.fullmatch(known) or "${{" in known:
        return Result(None, (Problem(Place(WORKFLOW_PATH), f"`{known}` is nothing that pip installs from"),))
    quoted = f"'{known.replace("'", "''")}'"  # as YAML doubles it
    directory = TEMPLATES_DIRECTORY / "github"
    texts = {path: (directory / name).read_text(encoding="utf-8").replace(SOURCE_MARK, quoted) for path, name in GITHUB_TEMPLATES.items()}
    return Result(texts)


def write_github(root: Path, texts: Mapping[str, str]) -> tuple[Problem, ...]:
    """Write the files, all or none."""
    folder = Folder(root)
    written: list[str] = []
    try:
        for path, text in texts.items():
            folder.write(path, text)
            written.append(path)
    except FileFault as fault:
        for path in written:
            folder.remove(path)
        return (fault.problem,)
    return ()


def _repository_above(root: Path) -> Path | None:
    """The repository in a directory of which a book lies; None where the book is its top, or in none."""
    whole = root.resolve()
    if (whole / ".git").exists():
        return None
    return next((directory for directory in whole.parents if (directory / ".git").exists()), None)


def _installed_source(folder: Folder) -> str | None:
    """What pip can install this program from anywhere: the book's own directory, or the commit it was installed from (PEP 610)."""
    if _has_the_program(folder):
        return "."
    try:
        written = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return None
    origin = json.loads(written) if written else {}
    commit = origin.get("vcs_info", {}).get("commit_id")
    address = origin.get("url", "")
    return f"git+{address}@{commit}" if commit and address.startswith("https://") else None


def _has_the_program(folder: Folder) -> bool:
    try:
        if folder.kind("pyproject.toml") != "file":
            return False
        project = tomllib.loads(folder.read("pyproject.toml", most=PROJECT_BYTES).decode())
    except (FileFault, ValueError):  # somebody's own file, of which nothing else depends on being read
        return False
    table = project.get("project")
    return isinstance(table, dict) and table.get("name") == DISTRIBUTION
