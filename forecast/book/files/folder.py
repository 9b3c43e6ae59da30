"""A book's folder: the one way to its files, which follows no link, waits for no FIFO and reads no more than it must.

A book is untrusted: a link in it can lead anywhere, and what is called like a
file can be a device.  Every path below the root is looked at name by name before
it is opened, and whatever is not an ordinary file or folder is a problem with
its place.  A team that keeps records in a shared folder says ``--allow-links``:
then links below ``seeds`` and ``priors`` are followed, those below ``reports`` never.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from types import MappingProxyType
from typing import Literal, cast

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.files.writing import FileReplacedError, TornLine, append_lines, write_whole
from forecast.system import FileKind, file_kind, open_to_read

MOST_BOOK_FILE_BYTES = 50_000_000  # of one file
BLOCK_BYTES = 2**20  # read at once of a file that need not be in memory whole
MOST_RECORD_BYTES = 100_000_000  # of one CSV file: a million rows of a hundred characters
LINKABLE_FOLDERS = ("seeds", "priors")  # where links are followed if they are allowed at all

type FileOrFolder = Literal["file", "folder"]


class LinkedRoot(Path):
    """A book's root whose links below ``seeds`` and ``priors`` are followed: what ``--allow-links`` asks for."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Folder:
    """A book's folder; ``texts`` stand for the files at their paths, whether or not there are such files.

    Paths are relative to ``root``, with slashes.  Every method raises ``FileFault``
    for a link that is not allowed, for what is neither file nor folder, and for
    whatever the operating system refuses.
    """

    root: Path
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def kind(self, path: str) -> FileOrFolder | None:
        """Return whether there is a file or a folder at a path; None where there is nothing."""
        if path in self.texts:
            return "file"
        kind = self._locate(path)[1]
        return "folder" if kind is None and any(other.startswith(f"{path}/") for other in self.texts) else kind

    def read(self, path: str, *, most: int | Literal["as usual"] | None = "as usual") -> bytes:
        """Return a file's bytes, at most so many; as usual, as many as a file of its kind may have."""
        if most == "as usual":
            most = MOST_RECORD_BYTES if path.endswith(".csv") else MOST_BOOK_FILE_BYTES
        if path in self.texts:
            return self.texts[path].encode()
        try:
            handle = open_to_read(self.place(path))
            with os.fdopen(handle, "rb") as file:
                size = os.fstat(handle).st_size
                raw = file.read() if most is None else file.read(most + 1)
        except OSError as error:
            raise FileFault(access_problem(path, "be read", error)) from None
        if most is not None and len(raw) > most:
            kind = "a CSV file of a book" if most == MOST_RECORD_BYTES else "a file of a book"
            message = f"this file has {max(size, len(raw)):,} bytes; {kind} has at most {most:,}"
            raise FileFault(Problem(Place(path), message, "split it, or leave out what is not needed"))
        return raw

    def size(self, path: str) -> int:
        """Return how many bytes a file has; 0 where there is none."""
        try:
            return self.place(path).stat().st_size if self.kind(path) == "file" else 0
        except OSError as error:
            raise FileFault(access_problem(path, "be read", error)) from None

    def blocks(self, path: str, *, begin: int = 0, size: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Yield the bytes of a file on the disk from a place on, a block at a time; none where there is no file."""
        if self.kind(path) is None:
            return
        try:
            with os.fdopen(open_to_read(self.place(path)), "rb") as file:
                file.seek(begin)
                while block := file.read(size):
                    yield block
        except OSError as error:
            raise FileFault(access_problem(path, "be read", error)) from None

    def names(self, path: str) -> tuple[str, ...]:
        """Return the names of everything in a folder, sorted, links and special files too; none where there is no such folder."""
        place, kind = self._locate(path)
        inside = {other.removeprefix(f"{path}/").partition("/")[0] for other in self.texts if other.startswith(f"{path}/")}
        if kind == "file":
            raise FileFault(_wrong_kind_problem(path, "folder"))
        try:
            here = [entry.name for entry in place.iterdir()] if kind == "folder" else ()
        except OSError as error:
            raise FileFault(access_problem(path, "be listed", error)) from None
        return tuple(sorted({*here, *inside}))

    def place(self, path: str, *, kind: FileOrFolder = "file") -> Path:
        """Return where a path leads on the disk, once it is known to be in the book, and of that kind if there is anything."""
        place, actual = self._locate(path)
        if actual not in {None, kind}:
            raise FileFault(_wrong_kind_problem(path, kind))
        return place

    def write(self, path: str, content: str | bytes, *, instead_of: bytes | None = None) -> None:
        """Write a file whole; with ``instead_of``, refuse to where it no longer has these bytes."""
        place = self.place(path)
        if instead_of is not None and self.read(path) != instead_of:
            raise FileFault(changed_file_problem(path))
        try:
            write_whole(place, content)
        except OSError as error:
            raise FileFault(access_problem(path, "be written", error)) from None

    def append(self, path: str, lines: str, *, after: bytes | None = None) -> TornLine | None:
        """Append lines to a file as ``append_lines`` does; with ``after``, refuse to where it does not have these bytes."""
        place = self.place(path)
        self.place(f"{path}.torn")
        try:
            return append_lines(place, lines, after=after)
        except FileReplacedError:
            raise FileFault(changed_file_problem(path)) from None
        except OSError as error:
            raise FileFault(access_problem(path, "be written", error)) from None

    def remove(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""
        try:
            self.place(path).unlink(missing_ok=True)
        except OSError as error:
            raise FileFault(access_problem(path, "be removed", error)) from None

    def _locate(self, path: str) -> tuple[Path, FileOrFolder | None]:
        """Where a path leads on the disk, and what is there."""
        place: Path = self.root
        kind: FileKind | None = "folder"
        names = PurePosixPath(path).parts
        for depth, name in enumerate(names):
            if name == ".." or name != PurePath(name).name:
                raise FileFault(
                    Problem(Place(path), "this path leads out of the book", "a path in a book has only names, with / between them")
                )
            place = Path(place, name)
            here = "/".join(names[: depth + 1])
            try:
                kind = file_kind(place)
                if kind == "link" and names[0] in LINKABLE_FOLDERS and isinstance(self.root, LinkedRoot):
                    place = place.resolve(strict=True)
                    kind = file_kind(place)
            except (OSError, ValueError, RuntimeError) as error:
                raise FileFault(access_problem(here, "be read", error)) from None
            if kind == "link":
                raise FileFault(_link_problem(here, allowable=names[0] in LINKABLE_FOLDERS))
            if kind == "special":
                raise FileFault(Problem(Place(here), "this is neither a file nor a folder", "a book has only ordinary files and folders"))
            if kind is None or (kind == "file" and depth + 1 < len(names)):
                if kind == "file":
                    raise FileFault(_wrong_kind_problem(here, "folder"))
                return Path(place, *names[depth + 1 :]), None
        return place, cast("FileOrFolder | None", kind)  # links and special files have been refused


def access_problem(path: str, what: str, error: Exception, hint: str = "") -> Problem:
    """Return the problem of something that the operating system refuses, in its words."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Problem(Place(path), f"this cannot {what}: {why}", hint)


def _link_problem(path: str, *, allowable: bool) -> Problem:
    hint = "put the file itself there" + ("; or allow links with --allow-links, if you trust where they lead" if allowable else "")
    return Problem(Place(path), "this is a link, and links in a book are not followed", hint)


def _wrong_kind_problem(path: str, kind: FileOrFolder) -> Problem:
    other = "file" if kind == "folder" else "folder"
    return Problem(Place(path), f"this is a {other}, where a {kind} belongs", "move it away")


def changed_file_problem(path: str) -> Problem:
    """Return the problem of a file that is no longer what was read."""
    return Problem(Place(path), "this file was changed by another program meanwhile; nothing was written", "run the command again")
