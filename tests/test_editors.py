"""An editor that knows TOML schemas accepts every sound file and marks what a schema can see: judged by its checker on the command line.

The checker is taplo, which Even Better TOML runs inside VS Code; ``npm`` installs
it into a temporary directory.  Which broken files a schema can see is worked out
from the reader's own problems, so that a new case falls under the test by itself.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forecast.actions.market_add import NewContract, add_contract
from forecast.actions.new.books import new_book
from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.actions.new.templates import TEMPLATES_DIRECTORY as TEMPLATES
from forecast.actions.new.templates import TemplateInput
from forecast.book.files.conform import conform
from forecast.book.files.folder import Folder
from forecast.book.files.problems import has_errors
from forecast.book.files.schemas import SCHEMA_DIRECTORY as SCHEMAS
from forecast.book.files.shapes import PriorFile, TopicFile
from forecast.book.files.sources import read_document
from forecast.book.reading import read_book
from tests.book.test_bad_files import CASES, break_book
from tests.support.new_topics import new_topic, with_needed_input
from tests.support.paths import ROOT

CHECKER = "@taplo/cli@0.7"
PATIENCE = 120  # seconds for npm; a loaded machine may be slow
UNSEEN = (  # by a schema
    " cannot stand in ",
    "day that a book can hold",
    "must be a date",  # a date in quotes: a schema sees dates as texts
)
VISIBLE = (  # further messages of the reader for what a schema can see
    "is not in snake_case",
    "cannot be a name",
    "is not a sentence",
    "not both",
    "has neither",
    "`since` needs a `by`",
)
SEEN = {  # some of them by name, so that the rest of this file cannot come to see nothing
    "topic": {
        "unknown_key",
        "missing_key",
        "wrong_type",
        "unknown_step",
        "empty_text",
        "name_not_snake_case",
        "neither_answer_nor_choices",
    },
    "priors": {"why_missing", "why_not_a_sentence", "reserved_name_of_a_parameter"},
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def taplo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checker, installed for this run; its tests are skipped where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed, so no editor's checker can be run")
    place = tmp_path_factory.mktemp("taplo")
    try:
        done = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--prefix", str(place), CHECKER],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install {CHECKER} in {PATIENCE} s")
    if done.returncode:
        pytest.skip(
            f"npm could not install {CHECKER}: {done.stderr.strip().splitlines()[0] if done.stderr.strip() else 'it did not say why'}"
        )
    return place / "node_modules" / ".bin" / "taplo"


def test_the_checker_accepts_every_file_by_its_own_schema_line(taplo: Path, tmp_path: Path):
    """The book, the tiny book, the templates and a new book with a topic of each kind: each file names its schema, and fits it."""
    root = fresh_book(tmp_path)
    files = [path for book in (ROOT, ROOT / "tests/books/tiny", TEMPLATES, root) for path in toml_files(book)]
    assert len(files) > 4 * len(TEMPLATE_KINDS)
    assert [path for path in files if not path.read_text(encoding="utf-8").startswith("#:schema ")] == []
    assert rejected(taplo, files) == []


def test_the_schema_line_of_a_new_book_is_followed(taplo: Path, tmp_path: Path):
    """In a new book and in the templates an unknown key is marked without any schema being named on the command line."""
    root, templates = fresh_book(tmp_path), tmp_path / "package" / "templates"
    shutil.copytree(TEMPLATES, templates)
    shutil.copytree(SCHEMAS, tmp_path / "package" / "schemas")
    files = [*toml_files(root), *toml_files(templates)]
    for path in files:
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"^(title|venue|prior(\.\w+)?) +=", r"unknown = 1\n\g<0>", text, count=1, flags=re.MULTILINE), encoding="utf-8"
        )
    assert rejected(taplo, files) == sorted(files)


@pytest.mark.parametrize("kind", ["topic", "priors"])
def test_the_checker_rejects_what_a_schema_can_see(taplo: Path, tmp_path: Path, kind: str):
    """Of the broken files it rejects those whose fault a schema can see, and none that the reader takes with a warning at most."""
    shutil.copytree(ROOT / "tests/books/tiny", tmp_path / "unbroken")
    visible, sound = set(), {tmp_path / "unbroken" / ("seeds/ferry/topic.toml" if kind == "topic" else "priors/ferry.toml")}
    for case in CASES:
        path = broken(case, tmp_path / case, kind)
        if path is None:
            continue
        if is_visible(tmp_path / case, path):
            visible.add(path)
        elif not has_errors(tuple(each for each in read_book(tmp_path / case)[1] if tmp_path / case / each.place.path == path)):
            sound.add(path)
    assert {path.relative_to(tmp_path).parts[0] for path in visible} >= SEEN[kind]
    found = set(rejected(taplo, sorted(visible | sound), "--schema", f"file://{SCHEMAS / f'{kind}.json'}"))
    assert {path.relative_to(tmp_path).parts[0] for path in visible - found} == set()
    assert {path.relative_to(tmp_path).parts[0] for path in found - visible} == set()


def fresh_book(place: Path) -> Path:
    """A new book with a topic of each kind, as the example and as a person's own."""
    root, today = place / "fresh", date(2026, 11, 26)
    assert new_book(root, today=today).problems == ()
    for kind in TEMPLATE_KINDS:
        for name, own in ((kind, TemplateInput()), (f"my_{kind}", with_needed_input(kind, TemplateInput(asks='Will it be "so"?')))):
            assert new_topic(root, name, kind=kind, own=own, opens=None, by=None, today=today).problems == ()
    contract = NewContract("my_hazard.happens", "kalshi", "KX-1", "yes", deadline="2026-12-31T23:59:00-05:00")
    added = add_contract(root, contract, (), retrieved=datetime(2026, 11, 26, tzinfo=UTC), read_input=lambda _: b"")
    assert added.problems == ()
    return root


def toml_files(book: Path) -> Iterator[Path]:
    """The topic files, prior files and contracts of a book."""
    yield from sorted((*book.glob("seeds/*/topic.toml"), *book.glob("seeds/*/contracts.toml"), *book.glob("priors/*.toml")))


def broken(case: str, book: Path, kind: str) -> Path | None:
    """The file of a kind that a case breaks, in a book of its own; None where it breaks another, or breaks it as TOML."""
    break_book(case, book)
    edit = tomllib.loads((ROOT / "tests/book/bad_files" / f"{case}.toml").read_text(encoding="utf-8"))
    path = book / edit["file"]
    if path.suffix != ".toml" or not path.is_file() or (path.name == "topic.toml") != (kind == "topic"):
        return None
    return path if read_document(Folder(book), edit["file"])[0] is not None else None


def is_visible(book: Path, path: Path) -> bool:
    """Whether a schema can see what is wrong with a file: its keys and types, its names, and what stands in `VISIBLE`."""
    where = path.relative_to(book).as_posix()
    document, _ = read_document(Folder(book), where)
    assert document is not None
    problems = [*conform(document, TopicFile if path.name == "topic.toml" else PriorFile).problems]
    problems += [each for each in read_book(book)[1] if each.place.path == where and any(part in each.message for part in VISIBLE)]
    return any(not any(part in each.message for part in UNSEEN) for each in problems)


def rejected(taplo: Path, files: Sequence[Path], *words: str) -> list[Path]:
    """The files that the checker says are not valid, sorted; it must give all others its blessing."""
    done = subprocess.run(
        [taplo, "lint", "--colors", "never", *words, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=ROOT,
    )
    found = sorted({Path(path) for path in re.findall(r'invalid file .*path="([^"]+)"', done.stderr)})
    assert f"found files total={len(files)} " in done.stderr, done.stderr
    assert done.returncode == bool(found), done.stderr
    return found
