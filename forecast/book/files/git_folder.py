"""The git folder of a book, found and read without git: where its objects are, and which commits its references name.

A book may come from a stranger, and git obeys the configuration of the folder it
works on, which can name programs.  So the references are read here, as data, and
nothing is followed that leads elsewhere: no symbolic link, no `.git` file that
does not belong to the book, no objects kept in another repository.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

GIT = ".git"
MOST_REFERENCE_BYTES = 50_000_000  # of a file with references
MOST_LINKS = 5  # from one symbolic reference to another, as in git itself
SPECIAL_REFERENCES = (
    "ORIG_HEAD",
    "FETCH_HEAD",
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
)  # references beside HEAD that stand in files of their own
_NAME = re.compile(rb"refs/[^\x00-\x20\x7f~^:?*\[\\]+")
_OBJECT = re.compile(rb"[0-9a-f]{64}|[0-9a-f]{40}")


class GitFault(Exception):
    """Why a commit of a book cannot be read, in one sentence, and a hint on what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class GitFolder:
    """Where a repository keeps what: its files, what belongs to this working tree alone, and what all working trees share."""

    files: Path
    own: Path
    common: Path

    @property
    def objects(self) -> Path:
        """The folder with the objects."""
        return self.common / "objects"


@dataclass(frozen=True, slots=True)
class References:
    """The names a repository gives to objects: HEAD as it is written, and every other name with its object.

    ``digits`` is the length of an object's name, 40 or 64; ``listed`` is false
    where the names are kept in a form that only newer versions of git read.
    """

    head: bytes
    objects: Mapping[bytes, bytes]
    shallow: tuple[bytes, ...]
    digits: int
    listed: bool


def find_git_folder(root: Path) -> GitFolder | None:
    """Return the git folder that a book's folder belongs to, from there upwards; None where it belongs to none.

    Raises ``GitFault`` where one is named that does not name this folder back.
    """
    start = root.resolve()
    for files in (start, *start.parents):
        path = files / GIT
        mode = _file_mode(path)
        if stat.S_ISLNK(mode):
            raise GitFault(f"`{path}` is a symbolic link, which is not followed", "clone the repository anew")
        if stat.S_ISREG(mode):
            return _linked_git_folder(path)
        if stat.S_ISDIR(mode) and stat.S_ISREG(_file_mode(path / "HEAD")) and stat.S_ISDIR(_file_mode(path / "objects")):
            if _file_mode(path / "commondir"):
                raise GitFault(f"`{path}` says that its objects are elsewhere (`commondir`)", "clone the repository anew")
            return GitFolder(files, path, path)
    return None


def check_objects(folder: GitFolder) -> None:
    """Raise ``GitFault`` where a repository's objects are not all its own: borrowed from another, or behind symbolic links."""
    alternates = folder.objects / "info" / "alternates"
    waiting = [folder.objects]
    try:
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    elif not entry.is_file(follow_symlinks=False):
                        raise GitFault(
                            f"`{entry.path}` is a link or a special file, which git is not let near", "clone the repository anew"
                        )
    except OSError as error:
        raise GitFault(f"the objects of the repository cannot be listed: {error}") from None
    if stat.S_ISREG(_file_mode(alternates)) and _small_file(alternates).strip():
        hint = "run `git repack -a -d` and remove that file, or clone anew without --shared and --reference"
        raise GitFault(f"the repository borrows objects from another one (`{alternates}`), which is not read", hint)


def read_references(folder: GitFolder) -> References:
    """Return what a repository's names stand for; raise ``GitFault`` where they cannot be read."""
    try:
        references = dict(_packed_references(folder.common / "packed-refs")) | dict(_loose_references(folder.common / "refs"))
        head = _small_file(folder.own / "HEAD").strip()
        singles = {
            name.encode(): _small_file(folder.own / name) for name in SPECIAL_REFERENCES if stat.S_ISREG(_file_mode(folder.own / name))
        }
        shallow = _small_file(folder.common / "shallow") if _file_mode(folder.common / "shallow") else b""
        config = _small_file(folder.common / "config") if _file_mode(folder.common / "config") else b""
    except OSError as error:
        raise GitFault(f"the references of the repository cannot be read: {error}") from None
    resolved = {name: _resolve_reference(value, references) for name, value in {**references, **singles}.items()}
    lengths = Counter(len(value) for value in (*resolved.values(), _resolve_reference(head, references)) if value)
    named_long = re.search(rb"(?im)^\s*objectformat\s*=\s*\"?sha256\b", config) is not None
    digits = lengths.most_common(1)[0][0] if lengths else 64 if named_long else 40
    return References(
        head=head,
        objects={name: value for name, value in resolved.items() if len(value) == digits},
        shallow=tuple(line for line in shallow.split() if _OBJECT.fullmatch(line)),
        digits=digits,
        listed=not stat.S_ISDIR(_file_mode(folder.common / "reftable")),
    )


def _linked_git_folder(path: Path) -> GitFolder:
    """The git folder that a ``.git`` file names: of a linked working tree or a submodule, each of which names its files back."""
    elsewhere = GitFault(
        f"`{path}` names a git folder elsewhere that does not name this one back", "run `git worktree repair`, or clone the repository anew"
    )
    written = re.fullmatch(rb"gitdir: ([^\0\r\n]+)\s*", _small_file(path))
    if written is None:
        raise GitFault(f"`{path}` is not a file of git", "clone the repository anew")
    try:
        own = (path.parent / os.fsdecode(written[1])).resolve(strict=True)
        if own.parent.name == "worktrees" and stat.S_ISREG(_file_mode(own / "gitdir")):
            back = (own / os.fsdecode(_small_file(own / "gitdir").strip())).resolve()
            common = own.parent.parent
        else:
            worktree = re.search(rb"(?m)^\s*worktree\s*=\s*([^\0\r\n\"]+?)\s*$", _small_file(own / "config"))
            if worktree is None:
                raise elsewhere
            back = (own / os.fsdecode(worktree[1])).resolve() / GIT
            common = own
    except (OSError, ValueError, RuntimeError):  # nothing there, a name that no file can have, a circle of links
        raise elsewhere from None
    if back != path:
        raise elsewhere
    return GitFolder(path.parent, own, common)


def _packed_references(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """The names in the file that holds most of them, each with what it stands for."""
    for line in _small_file(path).splitlines() if _file_mode(path) else ():
        value, _, name = line.partition(b" ")
        if _OBJECT.fullmatch(value) and _is_reference_name(name):
            yield name, value


def _loose_references(folder: Path) -> Iterator[tuple[bytes, bytes]]:
    """The names that have files of their own, each with what is written there."""
    waiting = [folder] if stat.S_ISDIR(_file_mode(folder)) else []
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                    continue
                name = os.fsencode(Path(entry.path).relative_to(folder.parent).as_posix())
                if entry.is_file(follow_symlinks=False) and _is_reference_name(name):
                    yield name, _small_file(Path(entry.path)).strip()


def _is_reference_name(name: bytes) -> bool:
    """Whether git takes a text as the name of a reference; it refuses to work beside one that is none."""
    parts = name.split(b"/")
    return (
        _NAME.fullmatch(name) is not None
        and b".." not in name
        and b"@{" not in name
        and not any(part == b"" or part.startswith(b".") or part.endswith((b".lock", b".")) for part in parts)
    )


def _resolve_reference(value: bytes, references: Mapping[bytes, bytes]) -> bytes:
    """The object that a reference's text stands for, through other references; empty where it stands for none."""
    for _ in range(MOST_LINKS):
        if not value.startswith(b"ref:"):
            break
        value = references.get(value.removeprefix(b"ref:").strip(), b"")
    first = (value.split() or [b""])[0]
    return first if _OBJECT.fullmatch(first) else b""


def _small_file(path: Path) -> bytes:
    """The bytes of a file of the git folder; raise ``GitFault`` where it is no ordinary file, or a huge one."""
    try:
        about = path.lstat()
        if stat.S_ISREG(about.st_mode) and about.st_size <= MOST_REFERENCE_BYTES:
            return path.read_bytes()
    except OSError as error:
        raise GitFault(f"`{path}` cannot be read: {error.strerror or error}") from None
    raise GitFault(f"`{path}` is not an ordinary file of at most {MOST_REFERENCE_BYTES // 1_000_000} MB", "clone the repository anew")


def _file_mode(path: Path) -> int:
    """The kind of a file, itself and not what it points to; 0 where there is none."""
    try:
        return path.lstat().st_mode
    except (OSError, ValueError):
        return 0
