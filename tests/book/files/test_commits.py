"""Commits of a book are read without its configuration, whatever it names, and from nowhere but its own objects."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.snapshots import Snapshot, find_snapshot
from forecast.book.files import commits as module
from forecast.book.files.commits import open_commits
from forecast.book.files.git_folder import GitFault
from forecast.book.files.problems import Place, Problem
from forecast.book.reading import read_book
from tests.support.repositories import FILES, OLDER, PRIORS, committed_book, git, write_files

pytestmark = pytest.mark.medium

TODAY = date(2026, 1, 1)
HINT = "a run is a day (2025-03-01, or today), a report's JSON, the hash of a ledger's line, or a commit with a sound book"

SETTINGS = (  # keys that name a program in one way or another, with {p} for the program
    ("gpg.program={p}", "log.showSignature=true"),
    ("gpg.ssh.program={p}", "gpg.format=ssh", "log.showSignature=true"),
    ("gpg.x509.program={p}", "gpg.format=x509", "log.showSignature=true"),
    ("gpg.openpgp.program={p}", "log.showSignature=true"),
    ("core.fsmonitor={p}",),
    ("core.fsmonitor={p}", "core.fsmonitorHookVersion=1"),
    ("core.pager={p}", "color.ui=always"),
    ("pager.log={p}", "pager.show={p}", "pager.rev-list={p}", "pager.ls-tree={p}", "pager.cat-file={p}", "pager.rev-parse={p}"),
    ("diff.external={p}",),
    ("diff.any.textconv={p}", "diff.any.command={p}"),
    ("filter.any.clean={p}", "filter.any.smudge={p}", "filter.any.required=true"),
    ("filter.any.process={p}", "filter.any.required=true"),
    ("merge.any.driver={p}",),
    ("core.hooksPath={hooks}",),
    ("credential.helper={p}", "core.askPass={p}"),
    ("alias.log=!{p}", "alias.rev-parse=!{p}", "alias.rev-list=!{p}", "alias.cat-file=!{p}", "alias.ls-tree=!{p}"),
    ("core.sshCommand={p}", "remote.origin.url=ssh://nowhere.invalid/x", "remote.origin.promisor=true", "extensions.partialClone=origin"),
    ("remote.origin.url=.", "remote.origin.uploadpack={p}", "remote.origin.promisor=true", "remote.origin.partialclonefilter=blob:none"),
    ("remote.origin.url=ext::{p}", "protocol.ext.allow=always", "protocol.allow=always", "remote.origin.promisor=true"),
    ("remote.origin.url=git://nowhere.invalid/x", "core.gitProxy={p}", "remote.origin.promisor=true"),
    ("remote.origin.vcs=any", "remote.origin.promisor=true"),
    ("uploadpack.packObjectsHook={p}",),
    ("core.alternateRefsCommand={p}",),
    ("core.editor={p}", "sequence.editor={p}"),
    ("tar.tar.command={p}", "tar.tar.remote=true"),
    ("interactive.diffFilter={p}",),
    ("trailer.any.command={p}", "trailer.any.cmd={p}"),
    ("submodule.any.update=!{p}",),
    ("include.path={included}",),
    ("includeIf.gitdir:/**.path={included}",),
    ("core.worktree=/",),
    ("core.bare=true",),
    ("core.attributesFile={attributes}", "diff.any.textconv={p}", "filter.any.smudge={p}"),
    ("init.templateDir={hooks}",),
    ("core.repositoryFormatVersion=1", "extensions.nobodyKnowsThis=true"),
    ("extensions.worktreeConfig=true",),
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book in a repository with two commits."""
    return committed_book(tmp_path / "book")


def found(book: Path, text: str) -> tuple[Snapshot | None, tuple[Problem, ...]]:
    """The run that a text names in a book."""
    return find_snapshot(read_book(book)[0], text, today=TODAY)


def prior_of(run: Snapshot | None) -> str:
    """The prior of the one parameter as a run has it."""
    assert run is not None
    return next(line for line in run.topics["storks"].texts["priors/storks.toml"].splitlines() if line.startswith("prior"))


def trap(tmp_path: Path, book: Path, settings: tuple[str, ...]) -> Path:
    """Name a program in a repository's configuration, its hooks and its attributes; return the file that it would leave."""
    mark, program, hooks = tmp_path / "ran", tmp_path / "program.sh", tmp_path / "hooks"
    program.write_text(f"#!/bin/sh\necho ran >> '{mark}'\nexit 0\n")
    program.chmod(0o755)
    hooks.mkdir()
    for folder in (hooks, book / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman", "post-rewrite"):
            (folder / hook).write_bytes(program.read_bytes())
            (folder / hook).chmod(0o755)
    (tmp_path / "included").write_text(
        f"[gpg]\nprogram = {program}\n[log]\nshowSignature = true\n[core]\npager = {program}\nfsmonitor = {program}\n"
    )
    (tmp_path / "attributes").write_text("* diff=any filter=any merge=any\n")
    (book / ".git" / "config.worktree").write_text(f"[core]\nfsmonitor = {program}\n[gpg]\nprogram = {program}\n")
    (book / ".git" / "info").mkdir(exist_ok=True)
    (book / ".git" / "info" / "attributes").write_text("* diff=any filter=any merge=any\n")
    (book / ".git" / "objects" / "info").mkdir(exist_ok=True)
    for setting in settings:
        key, _, value = setting.format(
            p=program, hooks=hooks, included=tmp_path / "included", attributes=tmp_path / "attributes"
        ).partition("=")
        git(book, "config", "--file", str(book / ".git" / "config"), key, value)
    mark.unlink(missing_ok=True)
    return mark


def sign_head(book: Path) -> None:
    """Give the newest commit a signature, which git would have somebody look at."""
    raw = git(book, "cat-file", "commit", "HEAD") + "\n"
    head, _, message = raw.partition("\n\n")
    signed = f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----\n\n{message}"
    name = git(book, "hash-object", "-t", "commit", "-w", "--stdin", given=signed.encode())
    git(book, "update-ref", "HEAD", name)


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings[0].partition("=")[0] + f"+{len(settings) - 1}")
def test_no_program_that_the_configuration_names_runs(tmp_path: Path, book: Path, settings: tuple[str, ...]):
    """Whatever the book's git configuration, hooks and attributes name, two commits are read and no program has run."""
    (book / ".gitattributes").write_text("* diff=any filter=any merge=any text eol=crlf ident working-tree-encoding=UTF-16\n")
    sign_head(book)
    mark = trap(tmp_path, book, settings)
    assert prior_of(found(book, "HEAD")[0]) == 'prior = "Gamma(alpha=4, beta=2)"'
    assert prior_of(found(book, "HEAD~1")[0]) == 'prior = "Gamma(alpha=3, beta=2)"'
    assert not mark.exists()


@pytest.mark.parametrize("settings", [each for each in SETTINGS if any("promisor" in one for one in each)], ids=str)
def test_an_object_that_is_missing_is_not_fetched(tmp_path: Path, book: Path, settings: tuple[str, ...]):
    """Where a partial clone lacks a file, nothing is run to fetch it, and the message says what cannot be read."""
    blob = git(book, "rev-parse", "HEAD:priors/storks.toml")
    (book / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    mark = trap(tmp_path, book, settings)
    run, problems = found(book, "HEAD")
    assert run is None
    assert [problem.level for problem in problems] == ["error"]
    assert not mark.exists()


def test_the_caller_s_own_settings_of_git_do_not_count(tmp_path: Path, book: Path, monkeypatch: pytest.MonkeyPatch):
    """GIT_ variables of the caller, as set inside a hook, neither change which repository is read nor name a program."""
    sign_head(book)
    mark = trap(tmp_path, book, ())
    program = str(tmp_path / "program.sh")
    for name, value in {
        "GIT_DIR": str(tmp_path / "nowhere"),
        "GIT_WORK_TREE": "/",
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "nowhere"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(tmp_path / "nowhere"),
        "GIT_INDEX_FILE": str(tmp_path / "nowhere"),
        "GIT_NAMESPACE": "elsewhere",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": program,
        "GIT_CONFIG_KEY_1": "core.pager",
        "GIT_CONFIG_VALUE_1": program,
        "GIT_CONFIG_PARAMETERS": "'core.bare=false'",
        "GIT_EXTERNAL_DIFF": program,
        "GIT_SSH_COMMAND": program,
        "GIT_ASKPASS": program,
        "GIT_PAGER": program,
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_TRACE2": str(tmp_path / "trace"),
    }.items():
        monkeypatch.setenv(name, value)
    assert prior_of(found(book, "HEAD~1")[0]) == 'prior = "Gamma(alpha=3, beta=2)"'
    assert not mark.exists()
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("inside", ["", "books/storks", "a b/ü", "a:b"])
@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_every_name_of_a_commit_works(tmp_path: Path, inside: str, *, packed: bool):
    """HEAD, what comes before it, hashes long and short, branches, remote branches and tags of both kinds, wherever the book lies."""
    book = committed_book(tmp_path / "whole", inside=inside)
    root = tmp_path / "whole"
    older = git(root, "rev-parse", "HEAD~1")
    git(root, "tag", "light", older)
    git(root, "tag", "--annotate", "--message=x", "heavy", older)
    git(root, "branch", "topic/older", older)
    git(root, "update-ref", "refs/remotes/origin/main", older)
    git(root, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    if packed:
        git(root, "pack-refs", "--all")
        git(root, "gc", "--quiet")
    for text in ("HEAD~1", "HEAD^", "main~1", older, older[:7], "light", "heavy", "tags/heavy", "topic/older", "origin/main", "origin"):
        run, problems = found(book, text)
        assert (text, prior_of(run), problems) == (text, 'prior = "Gamma(alpha=3, beta=2)"', ())
        assert run is not None
        assert run.said == f"commit {older[:9]}, as of 2 April 2025"
    git(root, "checkout", "--quiet", "--detach", older)
    write_files(book, FILES)
    assert prior_of(found(book, "HEAD")[0]) == 'prior = "Gamma(alpha=3, beta=2)"'


def test_a_repository_with_long_hashes_is_read(tmp_path: Path):
    """Objects may be named by SHA-256."""
    book = committed_book(tmp_path / "book", object_format="sha256")
    older = git(book, "rev-parse", "HEAD~1")
    assert len(older) == 64
    for text in ("HEAD~1", older, older[:10]):
        assert prior_of(found(book, text)[0]) == 'prior = "Gamma(alpha=3, beta=2)"'


def test_a_shallow_clone_has_the_commits_it_has(tmp_path: Path):
    """The newest commit of a shallow clone is read; the one before is not there."""
    committed_book(tmp_path / "whole")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path / 'whole'}", "book")
    assert prior_of(found(tmp_path / "book", "HEAD")[0]) == 'prior = "Gamma(alpha=4, beta=2)"'
    assert found(tmp_path / "book", "HEAD~1") == (None, (Problem(Place("reports"), "no run `HEAD~1`", HINT),))
    with open_commits(tmp_path / "book") as commits:
        assert commits is not None
        assert len(commits.commits_changing(["priors/storks.toml"], most=9)) == 1


def test_a_linked_working_tree_and_a_submodule_are_read(tmp_path: Path):
    """A `.git` file is followed where the folder that it names names it back."""
    committed_book(tmp_path / "whole")
    git(tmp_path / "whole", "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), "HEAD~1")
    assert prior_of(found(tmp_path / "linked", "HEAD")[0]) == 'prior = "Gamma(alpha=3, beta=2)"'
    assert prior_of(found(tmp_path / "linked", "main")[0]) == 'prior = "Gamma(alpha=4, beta=2)"'
    above = tmp_path / "above"
    above.mkdir()
    git(above, "init", "--quiet")
    git(above, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "whole"), "book")
    assert prior_of(found(above / "book", "HEAD~1")[0]) == 'prior = "Gamma(alpha=3, beta=2)"'


def test_the_committed_bytes_are_read_whatever_the_attributes_say(tmp_path: Path):
    """Attributes that leave files out of archives, fill in names and change line ends change nothing."""
    attributes = "seeds/** export-ignore\n* export-subst ident text eol=crlf\n"
    files = FILES | {"priors/storks.toml": PRIORS + "# $Format:%H$ $Id$\n"}
    write_files(tmp_path / "book", files | {".gitattributes": attributes, "seeds/.gitattributes": attributes})
    git(tmp_path / "book", "init", "--quiet")
    git(tmp_path / "book", "add", ".")
    git(tmp_path / "book", "commit", "--quiet", "--message=one")
    with open_commits(tmp_path / "book") as commits:
        assert commits is not None
        commit = commits.find("HEAD")
        assert commit is not None
        listed, problems = commits.files(commit, ["seeds", "priors"])
        assert commits.write(listed, into=tmp_path / "out") == problems == ()
    assert {name: (tmp_path / "out" / name).read_text() for name in FILES} == files


def commit_of_tree(book: Path, entries: dict[str, list[tuple[str, str, str, str]]]) -> str:
    """Commit a tree whose folders have the entries of the book's newest commit and some more, each with its mode, kind, object and name."""
    folders = []
    for folder in ("seeds", "priors"):
        listed = git(book, "ls-tree", f"HEAD:{folder}").splitlines()
        listed += [f"{mode} {kind} {name_of_object}\t{name}" for mode, kind, name_of_object, name in entries.get(folder, [])]
        folders.append(f"040000 tree {git(book, 'mktree', '--missing', given='\n'.join(listed).encode())}\t{folder}")
    tree = git(book, "mktree", given="\n".join(folders).encode())
    commit = git(book, "commit-tree", tree, "-m", "odd")
    git(book, "update-ref", "refs/heads/odd", commit)
    return commit


def test_what_is_no_ordinary_file_of_a_book_is_not_written(book: Path, monkeypatch: pytest.MonkeyPatch):
    """Links, submodules, names that lead elsewhere and huge files are left out, each with a warning; the rest is read."""
    blob = git(book, "hash-object", "-w", "--stdin", given=b"/etc/passwd")
    large = git(book, "hash-object", "-w", "--stdin", given=b"x" * 5000)
    up = git(book, "mktree", given=f"100644 blob {blob}\tout.toml".encode())
    entries = [
        ("120000", "blob", blob, "link.toml"),
        ("160000", "commit", git(book, "rev-parse", "HEAD"), "module"),
        ("040000", "tree", up, ".."),
        ("040000", "tree", up, ".GIT"),
        ("100644", "blob", blob, "c:x.toml"),
        ("100644", "blob", blob, "a\\b.toml"),
        ("100644", "blob", large, "large.toml"),
    ]
    commit = commit_of_tree(book, {"priors": entries})
    monkeypatch.setattr(module, "MOST_FILE_BYTES", 4000)
    run, problems = found(book, "odd")
    assert prior_of(run) == 'prior = "Gamma(alpha=4, beta=2)"'
    after = f", so it is not read from commit {commit[:9]}"
    assert {(problem.place.path, problem.message, problem.level) for problem in problems} == {
        ("priors/link.toml", f"this is a symbolic link{after}", "warning"),
        ("priors/module", f"this is another repository (a submodule){after}", "warning"),
        ("priors/../out.toml", f"this is no name for a file of a book{after}", "warning"),
        ("priors/.GIT/out.toml", f"this is no name for a file of a book{after}", "warning"),
        ("priors/c:x.toml", f"this is no name for a file of a book{after}", "warning"),
        ("priors/a\\b.toml", f"this is no name for a file of a book{after}", "warning"),
        ("priors/large.toml", f"this file has more than 0 MB{after}", "warning"),
    }


def test_a_book_of_a_commit_has_a_greatest_size(book: Path, monkeypatch: pytest.MonkeyPatch):
    """One large file under many names is written only as often as the limit lets it."""
    blob = git(book, "hash-object", "-w", "--stdin", given=b"x" * 5000)
    commit = commit_of_tree(book, {"seeds": [("100644", "blob", blob, f"copy{number}.csv") for number in range(9)]})
    monkeypatch.setattr(module, "MOST_COMMIT_BYTES", 30_000)
    with open_commits(book) as commits:
        assert commits is not None
        files, problems = commits.files(commit, ["seeds", "priors"])
    assert sum(file.size for file in files) <= 30_000
    assert len(problems) == 4


def test_a_tree_that_unfolds_into_billions_of_files_is_stopped(book: Path, monkeypatch: pytest.MonkeyPatch):
    """Ten folders in each of ten folders, ten deep: the list is cut off, with a message."""
    monkeypatch.setattr(module, "MOST_LISTED_BYTES", 1_000_000)
    inner = git(book, "hash-object", "-w", "--stdin", given=b"x")
    kind = "100644 blob"
    for _ in range(10):
        inner = git(book, "mktree", given="\n".join(f"{kind} {inner}\tf{number}" for number in range(10)).encode())
        kind = "040000 tree"
    commit_of_tree(book, {"seeds": [("040000", "tree", inner, "bomb")]})
    run, problems = found(book, "odd")
    assert run is None
    assert [problem.message for problem in problems] == ["no run `odd` was found: `git ls-tree` prints more than 1 MB, which no book needs"]


@pytest.mark.parametrize(
    "text", ["--output=x", "-h", "", "HEAD\n", "HEAD\0", "HEAD\x1b", "\udc80", "main..HEAD", "^HEAD", "HEAD:seeds", ":/one", "x" * 9999]
)
def test_what_is_no_commit_is_no_option_either(book: Path, text: str):
    """Texts that look like options, ranges or files name no run, and write nothing."""
    before = sorted(str(path) for path in book.rglob("*"))
    assert found(book, text) == (None, (Problem(Place("reports"), f"no run `{text}`", HINT),))
    assert sorted(str(path) for path in book.rglob("*")) == before


def test_a_branch_named_as_an_option_is_no_option(book: Path):
    """A reference whose file begins with a hyphen is not taken for an option."""
    (book / ".git" / "refs" / "heads" / "--output=x").write_text(git(book, "rev-parse", "HEAD") + "\n")
    assert found(book, "--output=x")[0] is None
    assert prior_of(found(book, "HEAD")[0]) == 'prior = "Gamma(alpha=4, beta=2)"'


@pytest.mark.parametrize(
    "name", ["refs/heads/a..b", "refs/heads/.a", "refs/heads/a.lock", "refs/heads/a b", "refs/heads/a~1", "refs/x/../../y"]
)
def test_names_that_git_forbids_do_not_stop_the_others(book: Path, name: str):
    """A packed reference with a forbidden name is passed over."""
    head = git(book, "rev-parse", "HEAD")
    (book / ".git" / "packed-refs").write_text(f"{head} {name}\n{head} refs/tags/fine\nnonsense\n")
    assert prior_of(found(book, "fine")[0]) == 'prior = "Gamma(alpha=4, beta=2)"'


def elsewhere(tmp_path: Path) -> Path:
    """The git folder of somebody else's repository with a book in it."""
    committed_book(tmp_path / "private")
    return tmp_path / "private" / ".git"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda git_folder, other: (git_folder.rename(git_folder.with_name("before")), git_folder.symlink_to(other)), "is a symbolic link"),
        (lambda git_folder, other: (git_folder.rename(git_folder.with_name("before")), git_folder.write_text(f"gitdir: {other}\n")), "does not name this one back"),
        (lambda git_folder, _: (git_folder.rename(git_folder.with_name("before")), git_folder.write_text("gitdir: nowhere\n")), "does not name this one back"),
        (lambda git_folder, _: (git_folder.rename(git_folder.with_name("before")), git_folder.write_text("nonsense\n")), "is not a file of git"),
        (lambda git_folder, other: (git_folder / "commondir").write_text(f"{other}\n"), "its objects are elsewhere"),
        (lambda git_folder, other: (git_folder / "objects" / "info" / "alternates").write_text(f"{other}/objects\n"), "borrows objects"),
        (lambda git_folder, other: (git_folder / "objects" / "ff").symlink_to(other / "objects"), "is a link or a special file"),
        (lambda git_folder, other: (git_folder / "objects" / "pack" / "x.pack").symlink_to(other / "HEAD"), "is a link or a special file"),
        (lambda git_folder, _: os.mkfifo(git_folder / "objects" / "pack" / "x.idx"), "is a link or a special file"),
        (lambda git_folder, other: ((git_folder / "packed-refs").unlink(missing_ok=True), (git_folder / "packed-refs").symlink_to(other / "HEAD")), "is not an ordinary file"),
        (lambda git_folder, _: os.mkfifo(git_folder / "packed-refs"), "is not an ordinary file"),
        (lambda git_folder, _: os.mkfifo(git_folder / "shallow"), "is not an ordinary file"),
    ],
)  # fmt: skip
def test_nothing_leads_out_of_the_book_s_own_repository(tmp_path: Path, book: Path, change, words: str):
    """Links, special files and names of other git folders give a message, and nothing of the other repository is read."""
    (book / ".git" / "objects" / "info").mkdir(exist_ok=True)
    change(book / ".git", elsewhere(tmp_path))
    run, problems = found(book, "HEAD")
    assert run is None
    (problem,) = problems
    assert problem.message.startswith("no run `HEAD` was found: ")
    assert words in problem.message
    assert problem.hint


def test_a_loose_reference_that_is_a_link_is_not_followed(tmp_path: Path, book: Path):
    """A branch whose file is a link to a file elsewhere does not exist."""
    (tmp_path / "secret").write_text(git(book, "rev-parse", "HEAD") + "\n")
    (book / ".git" / "refs" / "heads" / "linked").symlink_to(tmp_path / "secret")
    (book / ".git" / "refs" / "heads" / "folder").symlink_to(tmp_path)
    assert found(book, "linked")[0] is None
    assert found(book, "folder/secret")[0] is None


def test_replaced_and_grafted_commits_are_read_as_they_were_made(book: Path):
    """References that replace a commit by another do not count."""
    git(book, "replace", git(book, "rev-parse", "HEAD"), git(book, "rev-parse", "HEAD~1"))
    assert prior_of(found(book, "HEAD")[0]) == 'prior = "Gamma(alpha=4, beta=2)"'


def test_a_reftable_is_named_where_a_branch_is_not_found(book: Path):
    """Where references are kept in a form that is not read, hashes still work and the message says so."""
    head = git(book, "rev-parse", "HEAD")
    (book / ".git" / "reftable").mkdir()
    (book / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n")
    (book / ".git" / "refs" / "heads" / "main").unlink()
    assert prior_of(found(book, head[:8])[0]) == 'prior = "Gamma(alpha=4, beta=2)"'
    message = "no run `main` was found: the branches and tags of this repository are kept in a reftable, which is not read"
    assert found(book, "main") == (None, (Problem(Place("reports"), message, "name the commit by its hash"),))


def program_named_git(folder: Path, text: str) -> Path:
    """Write a program called git."""
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "git").chmod(0o755)
    return folder


def test_a_git_that_hangs_is_stopped(tmp_path: Path, book: Path, monkeypatch: pytest.MonkeyPatch):
    """After its time git is stopped, even where a child of it goes on, and the message says so."""
    monkeypatch.setenv("PATH", f"{program_named_git(tmp_path / 'bin', 'sleep 20')}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(module, "GIT_TIMEOUT_SECONDS", 0.3)
    began = time.perf_counter()
    run, (problem,) = found(book, "HEAD")
    assert (run, problem.message) == (None, "no run `HEAD` was found: `git rev-parse` took more than 0 seconds and was stopped")
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("path", ["", ".", "bin", "/nowhere"])
def test_git_is_not_looked_for_in_the_book(book: Path, monkeypatch: pytest.MonkeyPatch, path: str):
    """Without git in a folder with a full path there is a message, and a program called git in the book is not run."""
    for folder in (book, book / "bin"):
        program_named_git(folder, f"touch '{book}/ran'")
    monkeypatch.chdir(book)
    monkeypatch.setenv("PATH", path)
    with pytest.raises(GitFault, match="git is not installed here"), open_commits(book):
        pass
    assert found(book, "HEAD")[1][0].hint == "install git"
    assert not (book / "ran").exists()


def test_a_commit_without_a_day_is_refused(book: Path):
    """A damaged commit gives a message."""
    tree = git(book, "rev-parse", "HEAD^{tree}")
    for when, words in (("", "does not say when"), ("committer A <a> 999999999999999 +0000\n", "a day that no calendar has")):
        raw = f"tree {tree}\nauthor A <a> 0 +0000\n{when}\nx\n".encode()
        commit = git(book, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=raw)
        run, (problem,) = found(book, commit)
        assert run is None
        assert words in problem.message


def test_a_published_report_is_found_again_in_history(book: Path):
    """The commits that touched a topic's files are found, those that did not are passed over."""
    write_files(book, {"README": "x"})
    git(book, "add", ".")
    git(book, "commit", "--quiet", "--message=three")
    with open_commits(book) as commits:
        assert commits is not None
        assert [
            git(book, "log", "-1", "--format=%s", commit)
            for commit in commits.commits_changing(["seeds/storks", "priors/storks.toml"], most=9)
        ] == [
            "two",
            "one",
        ]
    assert OLDER != PRIORS


def test_today_is_a_run_and_a_topic_is_none(book: Path):
    """The day may be said as in other commands; of a topic's name it is said which option takes it."""
    run, problems = found(book, "today")
    assert run is not None
    assert (run.as_of, problems) == (TODAY, ())
    name = next(iter(read_book(book)[0].topics))
    assert found(book, name) == (
        None,
        (Problem(Place("reports"), f"`{name}` is a topic, not a run", f"name two runs, and --topic {name}"),),
    )
