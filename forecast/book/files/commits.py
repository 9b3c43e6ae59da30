"""Commits of a book, read by git in a clean folder of our own.

Git obeys the configuration of the repository it works on, and a book may bring
one that names programs (to sign, to page, to filter, to compare, to fetch).  So
git never works on the book's repository: it is given an empty one, with no
configuration but ours, and only the book's objects are shared with it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess  # noqa: S404 - git reads the objects
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import IO

from forecast.book.files.folder import MOST_RECORD_BYTES
from forecast.book.files.git_folder import GitFault, References, check_objects, find_git_folder, read_references
from forecast.book.files.problems import Place, Problem

GIT_TIMEOUT_SECONDS = 60.0  # that git may take for one answer
MOST_FILE_BYTES = 50_000_000
MOST_COMMIT_BYTES = 500_000_000  # of all files of a book in one commit
MOST_LISTED_BYTES = 50_000_000  # of the list of those files
MOST_ANSWER_BYTES = 1_000_000  # bytes of any other answer
BIG_FILE_THRESHOLD = 64 * 1024 * 1024  # bytes of an object that git reads in pieces
_FILE = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)", re.DOTALL)
_COMMITTED = re.compile(rb"(?m)^committer [^\n]*> (-?\d{1,18}) ([+-])(\d\d)(\d\d)$")
_ORDINARY = {b"100644", b"100755", b"100664"}
_UNFIT = re.compile(r"[\x00-\x1f\x7f\\:]|[ .]$")  # in the name of a file: what some system takes for more than a name


@dataclass(frozen=True, slots=True)
class CommitFile:
    """A file of a commit: its path in the book, its object, and its size."""

    path: str
    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class Commits:
    """The commits of the repository that a book belongs to.

    ``clean`` is the git folder that git works on, ``inside`` the book's path in
    its repository (empty where it is the whole of it).
    """

    git: str
    clean: Path
    objects: Path
    inside: str
    listed: bool

    def find(self, text: str) -> str | None:
        """Return the full name of the commit that a text names; None where it names none."""
        if not text or text.startswith("-") or not text.isprintable():
            return None
        commit = self._answer("rev-parse", "--verify", "--quiet", f"{text}^{{commit}}").decode().strip()
        if commit:
            return commit
        if not self.listed:
            raise GitFault(
                "the branches and tags of this repository are kept in a reftable, which is not read",
                "name the commit by its hash",
            )
        return None

    def commits_changing(self, paths: Sequence[str], *, most: int) -> tuple[str, ...]:
        """Return the commits before and at HEAD that changed some files of the book, newest first."""
        if any("\0" in path for path in paths):
            return ()  # no file has such a name
        whole = [f"{self.inside}/{path}" if self.inside else path for path in paths]
        return tuple(self._answer("rev-list", f"--max-count={most}", "HEAD", "--", *whole).decode().split())

    def committed_on(self, commit: str) -> date:
        """Return the day on which a commit was made, where it was made."""
        written = _COMMITTED.search(self._answer("cat-file", "commit", commit).partition(b"\n\n")[0])
        if written is None:
            raise GitFault(f"commit {commit[:9]} does not say when it was made")
        sign = -1 if written[2] == b"-" else 1
        away = sign * timedelta(hours=int(written[3]), minutes=int(written[4]))
        try:
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(written[1]))).astimezone(timezone(away)).date()
        except (ValueError, OverflowError):
            raise GitFault(f"commit {commit[:9]} was made on a day that no calendar has") from None

    def files(self, commit: str, folders: Sequence[str]) -> tuple[tuple[CommitFile, ...], tuple[Problem, ...]]:
        """Return the ordinary files of some folders of the book as a commit has them, and a warning for everything else there."""
        listing = self._answer(
            "ls-tree", "-r", "-l", "-z", "--full-tree", f"{commit}:{self.inside}", "--", *folders, most=MOST_LISTED_BYTES
        )
        files: list[CommitFile] = []
        problems: list[Problem] = []
        left = MOST_COMMIT_BYTES
        for line in listing.split(b"\0")[:-1]:
            fields = _FILE.fullmatch(line)
            if fields is None:
                raise GitFault(f"the list of files of commit {commit[:9]} cannot be understood")
            path = os.fsdecode(fields[5])
            size = int(fields[4]) if fields[4] != b"-" else 0
            reason = _skip_reason(path, kind=fields[1], size=size, left=left)
            if reason:
                problems.append(Problem(Place(path), f"{reason}, so it is not read from commit {commit[:9]}", level="warning"))
            else:
                files.append(CommitFile(path, fields[3].decode(), size))
                left -= size
        return tuple(files), tuple(problems)

    def text(self, file: CommitFile) -> bytes:
        """Return what a file holds."""
        return self._answer("cat-file", "blob", file.blob, most=file.size)

    def write(self, files: Sequence[CommitFile], *, into: Path) -> tuple[Problem, ...]:
        """Write files of a commit into a new folder; return a warning for each that cannot be written there."""
        problems = []
        with (self.clean / "wanted").open("wb") as wanted:
            wanted.write(b"".join(file.blob.encode() + b"\n" for file in files))
        most = sum(file.size + 200 for file in files)
        with self._output("cat-file", "--batch", most=most, given=self.clean / "wanted") as blobs:
            for file in files:
                if blobs.readline(200) != f"{file.blob} blob {file.size}\n".encode():
                    raise GitFault(f"`{file.path}` cannot be read from the repository", "run `git fsck`")
                content = blobs.read(file.size)
                blobs.read(1)
                try:
                    (into / file.path).parent.mkdir(parents=True, exist_ok=True)
                    with (into / file.path).open("xb") as written:
                        written.write(content)
                except (OSError, ValueError) as error:
                    reason = f"this file of a commit cannot be written to look at it: {getattr(error, 'strerror', None) or error}"
                    problems.append(Problem(Place(file.path), reason, level="warning"))
        return tuple(problems)

    def _answer(self, *words: str, most: int = MOST_ANSWER_BYTES) -> bytes:
        """What git prints; empty where it refuses."""
        with self._output(*words, most=most) as output:
            return output.read()

    @contextmanager
    def _output(self, *words: str, most: int, given: Path | None = None) -> Generator[IO[bytes]]:
        """What git prints, as a file; raise ``GitFault`` where it takes too long, or prints more than ``most`` bytes."""
        command = [self.git, "--no-pager", "--no-replace-objects", "--literal-pathspecs", *words]
        with (
            tempfile.TemporaryFile(dir=self.clean) as output,
            Path(given or os.devnull).open("rb") as taken,
            subprocess.Popen(
                command,
                stdin=taken,
                stdout=output,
                stderr=subprocess.DEVNULL,
                cwd=self.clean,
                env=_git_environment(self.clean, self.objects),
            ) as process,
        ):
            try:
                _wait_for_git(process, output, words[0], most=most)
            finally:
                process.kill()
            output.seek(0)
            yield output


@contextmanager
def open_commits(root: Path) -> Generator[Commits | None]:
    """The commits of the repository that a book belongs to; None where it belongs to none.

    Raises ``GitFault`` where there is no git, and for repositories that keep
    something where we do not look.
    """
    folder = find_git_folder(root)
    if folder is None:
        yield None
        return
    git = _git_program()
    check_objects(folder)
    references = read_references(folder)
    inside = root.resolve().relative_to(folder.files).as_posix()
    with tempfile.TemporaryDirectory(prefix="forecast-", ignore_cleanup_errors=True) as name:
        clean = Path(name)
        _write_clean_folder(clean, references)
        commits = Commits(git, clean, folder.objects, "" if inside == "." else inside, references.listed)
        if commits._answer("rev-parse", "--is-bare-repository").strip() != b"true":  # noqa: SLF001 - its own maker asks
            raise GitFault(
                f"git cannot read this repository, whose objects have names of {references.digits} digits", "install a newer git"
            )
        yield commits


def _wait_for_git(process: subprocess.Popen[bytes], output: IO[bytes], word: str, *, most: int) -> None:
    """Wait until git has ended."""
    pause = 0.1
    for _ in range(round(GIT_TIMEOUT_SECONDS / pause)):
        with suppress(subprocess.TimeoutExpired):
            process.wait(pause)
        if os.fstat(output.fileno()).st_size > most:
            raise GitFault(f"`git {word}` prints more than {most // 1_000_000} MB, which no book needs")
        if process.returncode is not None:
            return
    raise GitFault(
        f"`git {word}` took more than {GIT_TIMEOUT_SECONDS:.0f} seconds and was stopped", "run `git fsck`; or use an earlier report's JSON"
    )


def _git_program() -> str:
    """The path of git, looked for only in the folders of the PATH that have a full path: never in the folder we are in."""
    for folder in os.get_exec_path():
        program = shutil.which(str(Path(folder) / "git")) if Path(folder).is_absolute() else None
        if program is not None:
            return program
    raise GitFault("git is not installed here, or not in a folder of the PATH, so no commit can be read", "install git")


def _git_environment(clean: Path, objects: Path) -> dict[str, str]:
    """The environment that git runs in: none of the caller's settings of git, and no configuration but ours."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    return kept | {
        "GIT_DIR": str(clean),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,  # these two from git 2.32 on; HOME is for those before
        "GIT_CONFIG_GLOBAL": os.devnull,
        "HOME": str(clean),
        "XDG_CONFIG_HOME": str(clean),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "",  # nothing may be fetched
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }


def _write_clean_folder(clean: Path, references: References) -> None:
    """Write a git folder with the book's references and no configuration but what its objects need."""
    is_long = references.digits == 64
    config = [
        "[core]",
        f"repositoryformatversion = {int(is_long)}",
        "bare = true",
        "commitGraph = false",
        "multiPackIndex = false",
        f"bigFileThreshold = {BIG_FILE_THRESHOLD}",
        *(["[extensions]", "objectFormat = sha256"] if is_long else []),
    ]
    (clean / "config").write_text("\n".join(config) + "\n", encoding="utf-8")
    (clean / "refs").mkdir()
    packed = [value + b" " + name for name, value in references.objects.items() if name.startswith(b"refs/")]
    (clean / "packed-refs").write_bytes(b"".join(line + b"\n" for line in sorted(packed, key=lambda line: line.partition(b" ")[2])))
    for name, value in references.objects.items():
        if not name.startswith(b"refs/"):
            (clean / name.decode()).write_bytes(value + b"\n")
    (clean / "HEAD").write_bytes(_head_content(references) + b"\n")
    if references.shallow:
        (clean / "shallow").write_bytes(b"".join(line + b"\n" for line in references.shallow))


def _head_content(references: References) -> bytes:
    """What is written in HEAD: the commit where it can be known, a branch without commits elsewhere."""
    value = references.head
    if value.startswith(b"ref:"):
        value = references.objects.get(value.removeprefix(b"ref:").strip(), b"")
    return value if re.fullmatch(rb"[0-9a-f]{%d}" % references.digits, value) else b"ref: refs/heads/none"


def _skip_reason(path: str, *, kind: bytes, size: int, left: int) -> str:
    """Why a file of a commit is not read; empty where it is."""
    if kind == b"120000":
        return "this is a symbolic link"
    if kind not in _ORDINARY:
        return "this is not a file" if kind != b"160000" else "this is another repository (a submodule)"
    if any(part in {"", ".", ".."} or part.lower() == ".git" or _UNFIT.search(part) for part in path.split("/")):
        return "this is no name for a file of a book"
    if size > (most := MOST_RECORD_BYTES if path.endswith(".csv") else MOST_FILE_BYTES):
        return f"this file has more than {most // 1_000_000} MB"
    return f"with this file the book has more than {MOST_COMMIT_BYTES // 1_000_000} MB" if size > left else ""
