"""A ZIP that somebody else made: which files it has, read line by line, with bounded work and without using a path from it.

Nothing is unpacked to the disk.  The sizes that the ZIP declares are bounds: no more is read of a file than it declares.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.importers.known_formats import MOST_BEGIN_BYTES, hint_of_bytes

MOST_ARCHIVE_BYTES = 300_000_000  # of the ZIP itself
MOST_MEMBER_BYTES = 500_000_000  # of one file in it, uncompressed
MOST_MEMBERS = 1_000
LONGEST_TEXT_LINE = 2_000_000  # characters
MOST_TEXT_LINES = 5_000_000  # of one file
_BLOCK = 2**20
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 2**16
_WIDE_LOCATOR, _WIDE_LOCATOR_SIZE = b"PK\x06\x07", 20  # of a ZIP64, which no file within these bounds needs
_MOST_DIRECTORY_BYTES = 1_000_000  # the list of its files is read whole
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Archive:
    """A ZIP that is open: its name, and its files by the names that are asked for."""

    name: str
    file: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]

    def has(self, member: str) -> bool:
        """Whether the ZIP has a file of this name at its top."""
        return member in self.members

    def path(self, member: str) -> str:
        """How problems name a file in the ZIP."""
        return f"{self.name}/{member}"

    def lines(self, member: str) -> Iterator[str]:
        """Yield the lines of a text with their ends; bytes that are no UTF-8 become lone surrogates, for the caller to refuse.

        Raises ``FileFault`` where the file is damaged, has a line of more than 2,000,000 characters, or more than 5,000,000 lines.
        """
        try:
            with self.file.open(self.members[member]) as raw, _text(raw) as text:
                number = 0
                while line := text.readline(LONGEST_TEXT_LINE):
                    number += 1
                    if number > MOST_TEXT_LINES:
                        message = f"this file has more than {MOST_TEXT_LINES:,} lines"
                        raise FileFault(Problem(Place(self.path(member), number), message, "export fewer questions at a time"))
                    if len(line) == LONGEST_TEXT_LINE and not line.endswith("\n"):
                        message = f"this line has more than {LONGEST_TEXT_LINE:,} characters"
                        raise FileFault(Problem(Place(self.path(member), number), message, "is this file what it should be?"))
                    yield line
        except _BROKEN as error:
            raise FileFault(Problem(Place(self.path(member)), f"this file in the ZIP is damaged: {error}", "download it again")) from None


@contextmanager
def open_archive(path: Path, wanted: tuple[str, ...]) -> Generator[Archive]:
    """Open a ZIP and find in it the files that are ``wanted``, where they are there.

    Raises ``FileFault``, with a message that says why: no ZIP, too large, too many files, and of the wanted files
    one that is encrypted, stands twice, lies in a folder or is larger than 500 MB.
    """
    name = path.name
    try:
        if not path.is_file():
            raise _fault(name, "there is no such file" if not path.exists() else "this is no file", "name the ZIP that you downloaded")
        with path.open("rb") as raw:
            _check_end(raw, name)
            with zipfile.ZipFile(raw) as file:
                yield Archive(name, file, _members(file, name, wanted))
    except _BROKEN as error:
        raise _fault(name, f"this ZIP cannot be read: {error}", "download it again") from None


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _fault(name: str, message: str, hint: str = "") -> FileFault:
    return FileFault(Problem(Place(name), message, hint))


def _text(raw: object) -> TextIO:
    import io

    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")  # type: ignore[type-var]  # what a ZIP opens is read as any stream


def _check_end(raw: BinaryIO, name: str) -> None:
    """Refuse what is no ZIP, and a ZIP whose list of files is too long to be read, before it is read."""
    size = raw.seek(0, 2)
    if size > MOST_ARCHIVE_BYTES:
        raise _fault(name, f"this file has {size:,} bytes; at most {MOST_ARCHIVE_BYTES:,} can be read", "export fewer questions at a time")
    start = max(0, size - _END_SIZE - _LONGEST_COMMENT - _WIDE_LOCATOR_SIZE)
    raw.seek(start)
    tail = raw.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_SIZE:
        raw.seek(0)
        begin = raw.read(MOST_BEGIN_BYTES)
        hint = "" if begin.startswith(b"PK") else hint_of_bytes(begin)
        raise _fault(name, "this is no ZIP, or it was not downloaded whole", hint or "name the ZIP as it was downloaded")
    count, directory = int.from_bytes(tail[at + 10 : at + 12], "little"), int.from_bytes(tail[at + 12 : at + 16], "little")
    is_wide = tail[max(0, at - _WIDE_LOCATOR_SIZE) : at].startswith(_WIDE_LOCATOR)
    if is_wide or count > MOST_MEMBERS or directory > _MOST_DIRECTORY_BYTES:
        raise _fault(name, f"this ZIP has more than {MOST_MEMBERS:,} files", "the ZIP that was meant has fewer than ten")
    raw.seek(0)


def _members(file: zipfile.ZipFile, name: str, wanted: tuple[str, ...]) -> Mapping[str, zipfile.ZipInfo]:
    infos = file.infolist()
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.filename not in wanted:
            continue
        if info.filename in found:
            raise _fault(name, f"this ZIP has two files called {info.filename}", "which of them is meant cannot be known")
        if info.flag_bits & 1:
            raise _fault(name, f"{info.filename} is encrypted", "unpack the ZIP and pack it again without a password")
        if info.file_size > MOST_MEMBER_BYTES:
            message = f"{info.filename} has {info.file_size:,} bytes; at most {MOST_MEMBER_BYTES:,} can be read"
            raise _fault(name, message, "export fewer questions at a time")
        found[info.filename] = info
    if wanted[0] not in found:
        raise _fault(name, f"this ZIP has no {wanted[0]}", _hint(infos, wanted[0]))
    return found


def _hint(infos: list[zipfile.ZipInfo], wanted: str) -> str:
    """What somebody may have done who names a ZIP without the file that every export has."""
    names = [info.filename for info in infos]
    if any(re.split(r"[/\\]", inner)[-1] == wanted for inner in names):
        return f"it has one in a folder: pack the files themselves, so that {wanted} stands at the top"
    if any(inner.lower().endswith(".zip") for inner in names):
        return "it holds another ZIP: unpack it, and name the one inside"
    return "name the ZIP as it was downloaded"
