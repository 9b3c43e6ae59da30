"""A new book: a directory that passes ``check`` and ``update`` at once, with a first topic, written all or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.actions.new.days import calendar
from forecast.actions.new.templates import TEMPLATES_DIRECTORY as TEMPLATES
from forecast.actions.new.templates import template_texts, with_schemas
from forecast.actions.placeholders import INVENTED_REASON, PLACEHOLDER
from forecast.book.files.folder import Folder, access_problem
from forecast.book.files.layout import PRIORS, SEEDS, prior_path
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.files.schemas import SCHEMA_DIRECTORY as SCHEMAS
from forecast.book.files.schemas import SCHEMA_FILES
from forecast.book.files.writing import write_whole
from forecast.system import file_kind

FIRST_TOPIC, FIRST_KIND = "example", "hazard"
SCHEMA_PLACE = "schemas"
UNFINISHED = re.compile(r"\.forecast-[a-z0-9_]{8}")  # the names of the folders in which new books are written
IGNORED = ".gitignore"
LOCK_IGNORE_LINE = b"reports/.lock\n"


@dataclass(frozen=True, slots=True)
class NewBookResult:
    """What of a new book was written, as paths in it; or problems, and nothing written."""

    problems: tuple[Problem, ...] = ()
    paths: tuple[str, ...] = ()


def new_book(root: Path, *, today: date) -> NewBookResult:
    """Make a directory a book, or make a new one; files that are there already stay, but for a line more in .gitignore.

    Refuses a directory that has one of a book's folders.
    """
    if root.exists() and not root.is_dir():
        return NewBookResult((Problem(Place(str(root)), "this is a file, not a directory", "name another directory"),))
    for folder in (SEEDS, PRIORS):
        if os.path.lexists(root / folder):
            message = f"this directory holds a book already: it has `{folder}`"
            return NewBookResult((Problem(Place(str(root)), message, "for a topic more: forecast new TOPIC --like hazard"),))
    if os.path.lexists(root / SCHEMA_PLACE):
        message = f"`{SCHEMA_PLACE}` is there already, and a book keeps the schemas for editors in it"
        return NewBookResult((Problem(Place(str(root)), message, "begin the book in a directory of its own"),))
    texts = _texts(today)
    try:
        _write(root, texts)
    except FileFault as fault:
        return NewBookResult((fault.problem,))
    except OSError as error:
        return NewBookResult((access_problem(str(root), "be written", error),))
    return NewBookResult(paths=tuple(texts))


def holds_book(root: Path) -> bool:
    """Whether a directory has the folder that makes it a book."""
    return file_kind(root / SEEDS) == "folder"


def _texts(today: date) -> dict[str, str]:
    """The files of a new book, by path in it; its example is invented as a whole, so that it can be published as it is."""
    texts = {f"{SCHEMA_PLACE}/{name}": (SCHEMAS / name).read_text(encoding="utf-8") for name in SCHEMA_FILES}
    texts |= {f"{folder}/README.md": (TEMPLATES / folder / "README.md").read_text(encoding="utf-8") for folder in (PRIORS, SEEDS)}
    days = calendar(today=today, opens=None, by=None)
    example = template_texts(FIRST_KIND, FIRST_TOPIC, days)
    prior_file = prior_path(FIRST_TOPIC)
    example[prior_file] = example[prior_file].replace(f'"{PLACEHOLDER} ', f'"{INVENTED_REASON} ')
    return {**texts, **with_schemas(example, SCHEMA_PLACE)}


def _write(root: Path, texts: dict[str, str]) -> None:
    """Write a book beside its place and move it there, ``seeds`` last, since that is what makes a directory a book."""
    is_new = not root.exists()
    root.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(root)
    moved: list[Path] = []
    unfinished = Path(tempfile.mkdtemp(dir=root, prefix=".forecast-"))
    try:
        for path, text in texts.items():
            write_whole(unfinished / path, text)
        for folder in (SCHEMA_PLACE, PRIORS, SEEDS):
            (unfinished / folder).rename(root / folder)
            moved.append(root / folder)
        _ignore_lock(Folder(root))
    except BaseException:
        for place in moved:
            shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        if is_new and not moved:
            shutil.rmtree(root, ignore_errors=True)


def _remove_unfinished(root: Path) -> None:
    """Remove what a killed run left of a book that it had begun here."""
    for left in root.iterdir():
        if UNFINISHED.fullmatch(left.name) and file_kind(left) == "folder":
            shutil.rmtree(left, ignore_errors=True)


def _ignore_lock(folder: Folder) -> None:
    """Have git leave the lock alone: a line in ``.gitignore``, added to what stands there."""
    raw = folder.read(IGNORED) if folder.kind(IGNORED) is not None else b""
    if LOCK_IGNORE_LINE.strip() not in raw.split():
        folder.write(IGNORED, raw + (b"\n" if raw and not raw.endswith(b"\n") else b"") + LOCK_IGNORE_LINE, instead_of=raw or None)
