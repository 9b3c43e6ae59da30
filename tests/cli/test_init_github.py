"""``forecast init --github``: what it writes, what it refuses, and that the steps of the workflow run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import files_of
from tests.support.command_line import CliRunner, commands
from tests.support.paths import ROOT
from tests.support.repositories import git
from tests.support.workflow_rules import workflow_faults

pytestmark = pytest.mark.medium

SOURCE = "git+https://example.org/forecast@v0.4.0"
WORKFLOW, HOOKS = ".github/workflows/forecast.yml", ".pre-commit-config.yaml"


def init(root: Path, *more: str, source: str | None = SOURCE) -> Any:
    """Run init for GitHub."""
    return CliRunner().invoke(commands(), ["init", str(root), "--github", *(() if source is None else ("--source", source)), *more])


def workflow_of(root: Path) -> Any:
    """The workflow of a book as YAML reads it."""
    return yaml.safe_load((root / WORKFLOW).read_text(encoding="utf-8"))


def test_a_new_book_gets_its_files_for_github(tmp_path: Path):
    """The book is made as always, and two files more."""
    ran = init(tmp_path / "questions", "--json")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["paths"][-2:] == [WORKFLOW, HOOKS]
    assert {WORKFLOW, HOOKS, "seeds/example/topic.toml"} <= set(files_of(tmp_path / "questions"))


def test_a_book_that_is_there_gets_the_two_files_alone(book: Path):
    """Nothing else of an existing book changes, and a second time nothing is overwritten."""
    before = files_of(book)
    assert init(book).stdout == f"{WORKFLOW}\n{HOOKS}\n"
    after = files_of(book)
    assert set(after) - set(before) == {WORKFLOW, HOOKS}
    assert {path: after[path] for path in before} == before
    again = init(book)
    assert (again.exit_code, again.stderr.count("this is there already, and is not overwritten")) == (1, 2)
    assert files_of(book) == after


@pytest.mark.parametrize("there", [WORKFLOW, HOOKS])
def test_a_file_of_ones_own_stops_everything(tmp_path: Path, there: str):
    """One of the two files is refused with its path, and neither the other nor a book is written."""
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_text("mine\n")
    ran = init(tmp_path)
    assert (ran.exit_code, there in ran.stderr, "error: this is there already" in ran.stderr) == (1, True, True)
    assert files_of(tmp_path) == {there: b"mine\n"}


def test_a_book_within_a_repository_is_refused(tmp_path: Path):
    """GitHub would not find the workflow."""
    (tmp_path / ".git").mkdir()
    ran = init(tmp_path / "book")
    assert (ran.exit_code, "at the top of a repository only" in ran.stderr) == (1, True)
    assert not (tmp_path / "book").exists()


@pytest.mark.parametrize("source", ["-r evil", "two words", "a\nb", "${{github.token}}", ""])
def test_what_pip_would_not_take_for_a_source_is_refused(book: Path, source: str):
    """Neither an option of pip nor an expression of GitHub gets into the workflow."""
    ran = init(book, source=source)
    assert (ran.exit_code, "is nothing that pip installs from" in ran.stderr) == (1, True)
    assert not (book / WORKFLOW).exists()


def test_without_a_known_source_none_is_made_up(book: Path, monkeypatch: pytest.MonkeyPatch):
    """The bare name would install another project, so a source is asked for; the book that has the program takes it from itself."""
    from forecast.actions.new import github

    monkeypatch.setattr(github.metadata, "distribution", _not_installed)
    ran = init(book, source=None)
    assert (ran.exit_code, "it is not known from where GitHub is to install forecast" in ran.stderr) == (1, True)
    (book / "pyproject.toml").write_text('[project]\nname = "forecast"\n')
    assert init(book, source=None).exit_code == 0
    assert workflow_of(book)["env"] == {"FORECAST_SOURCE": "."}


def test_the_commit_it_was_installed_from_is_the_source(book: Path, monkeypatch: pytest.MonkeyPatch):
    """What pip recorded of an address of git is used, with the commit."""
    from forecast.actions.new import github

    class Installed:
        def read_text(self, name: str) -> str:
            assert name == "direct_url.json"
            return '{"url": "https://example.org/f\'s", "vcs_info": {"vcs": "git", "commit_id": "abc"}}'

    monkeypatch.setattr(github.metadata, "distribution", lambda _: Installed())
    assert init(book, source=None).exit_code == 0
    assert workflow_of(book)["env"] == {"FORECAST_SOURCE": "git+https://example.org/f's@abc"}


def _not_installed(name: str) -> None:
    from importlib.metadata import PackageNotFoundError

    raise PackageNotFoundError(name)


def test_the_workflow_keeps_the_rules(book: Path):
    """Its keys are GitHub's, its permissions the least, its actions pinned, and no expression gets into a shell."""
    init(book)
    workflow = workflow_of(book)
    assert workflow_faults(workflow) == []
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "check": {"contents": "read"},
        "update": {"contents": "write"},
        "publish": {"pages": "write", "id-token": "write"},
    }
    assert workflow["env"] == {"FORECAST_SOURCE": SOURCE}
    assert workflow["jobs"]["check"]["steps"][0]["with"]["persist-credentials"] is False


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pull_request:", "pull_request_target:"),
        ("permissions: {}", "permissions: write-all"),
        ("actions/checkout@v4", "actions/checkout@main"),
        ("run: forecast check", 'run: echo "${{ github.event.pull_request.title }}"'),
        ("contents: read", "contents: admin"),
        ("needs: update", "needs: nothing"),
    ],
)
def test_the_rules_find_what_they_are_for(book: Path, old: str, new: str):
    """A workflow that breaks a rule has a fault."""
    init(book)
    text = (book / WORKFLOW).read_text()
    assert old in text
    assert workflow_faults(yaml.safe_load(text.replace(old, new))) != []


def test_the_hook_of_a_book_is_that_of_the_project(book: Path):
    """Both run `forecast check`, once for a commit, where files of the book changed."""
    init(book)
    (own,) = yaml.safe_load((book / HOOKS).read_text())["repos"]
    (hook,) = own["hooks"]
    (offered,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert own["repo"] == "local"
    for its in (hook, offered):
        assert (its["id"], its["entry"], its["pass_filenames"]) == ("forecast-check", "forecast check", False)
        matched = [re.search(its["files"], path) is not None for path in ("seeds/a/topic.toml", "priors/a.toml", "reports/ledger.jsonl")]
        assert matched == [True, True, True]
        assert re.search(its["files"], "reports/a.json") is None
        assert re.search(its["files"], "docs/seeds/a") is None
    assert (hook["language"], offered["language"]) == ("system", "python")


def run_steps(root: Path, job: str, tmp_path: Path) -> str:
    """Run the steps of a job in a shell as GitHub does, without what needs a network; return the job's summary."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    program = tmp_path / "bin" / "forecast"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m forecast "$@"\n')
    program.chmod(0o755)
    summary = tmp_path / f"{job}.md"
    given = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "FORECAST_CACHE_DIR": str(tmp_path / "cache"),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    steps = [step for step in workflow_of(root)["jobs"][job]["steps"] if "run" in step and step["name"] != "Install"]
    assert len(steps) >= 3
    for step in steps:
        done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=root, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (step, done.stdout, done.stderr)
    return summary.read_text(encoding="utf-8")


def commit_book(root: Path) -> None:
    """A book with a workflow becomes a repository with one commit."""
    assert init(root).exit_code == 0
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=the book")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the workflow runs on Linux")
def test_the_steps_for_a_pull_request_run_and_post_what_it_changes(published: Path, tmp_path: Path):
    """On the merge of a branch that edits a prior, checks pass and the summary has a row for an answer that moved."""
    commit_book(published)
    git(published, "switch", "--quiet", "--create", "edit")
    path = published / "priors" / "ferry.toml"
    text = path.read_text()
    assert "p95=0.6" in text
    path.write_text(text.replace("p95=0.6", "p95=6"))
    git(published, "commit", "--quiet", "--all", "--message=$(touch ran) `touch ran`")
    git(published, "switch", "--quiet", "main")
    git(published, "merge", "--quiet", "--no-ff", "--message=merge", "edit")
    git(published, "switch", "--quiet", "--detach")
    told = run_steps(published, "check", tmp_path)
    assert told.startswith("### Change of the answers\n")
    assert "| `ferry.three_more` | " in told
    assert not (published / "ran").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the workflow runs on Linux")
def test_the_steps_of_an_update_commit_and_push_the_reports(published: Path, tmp_path: Path):
    """The remote gets one commit more, with reports alone; a second run on the same day has nothing to commit."""
    commit_book(published)
    git(tmp_path, "clone", "--quiet", "--bare", str(published), "remote.git")
    git(published, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(published, "fetch", "--quiet")
    git(published, "branch", "--quiet", "--set-upstream-to=origin/main")
    told = run_steps(published, "update", tmp_path)
    assert "### Change of the answers" in told
    changed = git(tmp_path / "remote.git", "diff", "--name-only", "main~1", "main").splitlines()
    assert changed
    assert all(path.startswith("reports/") for path in changed)
    run_steps(published, "update", tmp_path)
    assert git(tmp_path / "remote.git", "rev-list", "--count", "main") == "2"
    assert (published / "reports" / "index.html").is_file()
