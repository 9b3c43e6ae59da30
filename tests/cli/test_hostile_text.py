"""Text that a terminal would act on, in every text of a book, of its reports and of its ledger, before every command."""

from __future__ import annotations

import ast
import copy
import io
import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from forecast.book.files.terminal import terminal_line
from forecast.book.ledger import canonical_json, line_hash
from forecast.cli import progress
from forecast.schema.topic import content_bytes, digest_of, read_content
from tests.cli.conftest import TINY_BOOK
from tests.support.command_line import CliRunner, commands

pytestmark = pytest.mark.medium

CLI = Path(progress.__file__).parent
FORGED = "FORGED: 1 topic checked, no errors."
PAYLOADS = (
    "\x1b[2J\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07\x1b]8;;http://x.invalid\x1b\\link\x1b]8;;\x1b\\",
    "\x9b2J\x9d0;title\x9c",
    "\x07\x08\x08\x08\x7f",
    f"right\r{FORGED}",
    f"all well\n{FORGED}\n",
    f"all well\u2028{FORGED}\u2029\x85{FORGED}\x0b\x0c",
    "\u202egnorw\u202c \u2066a\u2069 \u200f\u061c",
    "[red]markup[/red] [link=http://x.invalid]a[/link] [/]",
    "\ud800 \udc9b2J",
    "long " * 2_000 + "\x1b[0m",
)


def shows_no_more_than_text(out: str) -> None:
    """Every character is one that a terminal only shows, and no line of its own was forged."""
    for line in out.split("\n"):
        assert terminal_line(line) == line
        assert not line.startswith(FORGED[:6])


def ran(*words: str, book: Path) -> str:
    """Run a command; return both its outputs. An exception of the program's own is a failure."""
    result = CliRunner().invoke(commands(), [*words, "--book", str(book)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    shows_no_more_than_text(result.stdout)
    shows_no_more_than_text(result.stderr)
    if "--json" in words and result.stdout:
        json.loads(result.stdout)
    return result.stdout + result.stderr


def texts_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all texts in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(inner, str):
            yield (*path, key)
        else:
            yield from texts_of(inner, (*path, key))


def with_text(value: Any, path: tuple[Any, ...], text: str) -> Any:
    """A document with another text in one place."""
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = text
    return changed


FILES = ("seeds/ferry/topic.toml", "priors/ferry.toml")
FIELDS = [(file, path) for file in FILES for path in texts_of(tomllib.loads((TINY_BOOK / file).read_text(encoding="utf-8")))]
RECORDS = sorted(path.relative_to(TINY_BOOK).as_posix() for path in (TINY_BOOK / "seeds/ferry").glob("*.csv"))


def toml_of(value: Any, payload: str) -> str:
    """A document as TOML; halves of surrogate pairs, which no file can hold, as what stands for them."""
    return tomlkit.dumps(value).encode("utf-8", "replace").decode() if "\ud800" in payload else tomlkit.dumps(value)


@pytest.mark.parametrize("keeping", [False, True], ids=["instead", "after"])
@pytest.mark.parametrize(
    "shift", [0, *(pytest.param(shift, marks=(pytest.mark.study, pytest.mark.slow)) for shift in range(1, len(PAYLOADS)))]
)
def test_no_text_of_a_book_reaches_the_terminal_raw(tmp_path: Path, shift: int, *, keeping: bool):
    """Each text of both TOML files in turn, in place of what stands there or after it: what `check` prints is text."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    for number, (file, path) in enumerate(FIELDS):
        payload = PAYLOADS[(number + shift) % len(PAYLOADS)]
        before = (root / file).read_text(encoding="utf-8")
        document = tomllib.loads(before)
        old = document
        for key in path:
            old = old[key]
        (root / file).write_text(toml_of(with_text(document, path, f"{old} {payload}" if keeping else payload), payload), encoding="utf-8")
        ran("check", *(("--json",) if number % 7 == 0 else ()), book=root)
        (root / file).write_text(before, encoding="utf-8")


@pytest.mark.parametrize("record", RECORDS)
def test_no_cell_of_a_record_reaches_the_terminal_raw(tmp_path: Path, record: str):
    """Each cell of the first two lines of a record, header and row."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    lines = (root / record).read_text(encoding="utf-8").splitlines()
    at = 0
    for number in (0, 1):
        cells = lines[number].split(",")
        for index in range(len(cells)):
            payload = PAYLOADS[at % len(PAYLOADS)].replace('"', "").encode("utf-8", "replace").decode()
            at += 1
            changed = [*cells[:index], f'"{cells[index].strip(chr(34))}{payload}"', *cells[index + 1 :]]
            text = "\n".join([*lines[:number], ",".join(changed), *lines[number + 1 :]]) + "\n"
            (root / record).write_text(text, encoding="utf-8", newline="")
            ran("check", book=root)
    (root / record).write_text("\n".join(lines) + "\n", encoding="utf-8")


def hostile_words(root: Path, payload: str) -> None:
    """Put a payload after every text of the book that is only words."""
    payload = payload.encode("utf-8", "replace").decode()
    for file in FILES:
        document = tomllib.loads((root / file).read_text(encoding="utf-8"))
        for path in texts_of(document):
            if path[-1] in {"title", "asks", "about", "why", "source", "settled", "unit"}:
                inner = document
                for key in path[:-1]:
                    inner = inner[key]
                inner[path[-1]] = f"{inner[path[-1]]} {payload} So it is."
        (root / file).write_text(tomlkit.dumps(document), encoding="utf-8")


COMMANDS = (
    ("check",),
    ("prior", "show", "--as-of", "2025-01-01"),
    ("prior", "set", "ferry.breakdown_rate", "LogNormal(p5=0.02, p95=0.7)"),
    ("prior", "elicit", "ferry.breakdown_rate", "--interval", "0.02", "0.7", "--yes"),
    ("observe", "breakdowns", "--on", "2025-03-01", "--value", "1", "--source", "PAYLOAD", "--note", "PAYLOAD"),
    ("new", "another", "--like", "hazard", "--asks", "Will it PAYLOAD happen?"),
    ("new", "PAYLOAD", "--like", "hazard"),
    ("whatif", "ferry", "--prior", "breakdown_rate=LogNormal(p5=0.02, p95=0.7)", "--as-of", "2025-01-01"),
    ("whatif", "ferry", "--prior", "PAYLOAD=PAYLOAD", "--as-of", "2025-01-01"),
    ("evidence", "ferry", "--as-of", "2025-01-01"),
    ("evidence", "PAYLOAD"),
    ("history", "three_more", "--since", "2024-11-01", "--until", "2025-01-01"),
    ("history", "three_more", "--since", "2024-11-01", "--until", "2025-01-01", "--csv"),
    ("history", "PAYLOAD"),
    ("diff", "2024-12-01", "2025-01-01"),
    ("diff", "PAYLOAD", "PAYLOAD"),
    ("diff", "PAYLOAD.json", "2025-01-01"),
    ("show",),
    ("show", "PAYLOAD"),
    ("why", "PAYLOAD"),
    ("report", "PAYLOAD"),
    ("update", "PAYLOAD"),
    ("update", "--no-referee", "--no-insight", "--as-of", "2025-01-01"),
    ("export", "PAYLOAD", "--pymc"),
    ("check", "--PAYLOAD"),
    ("PAYLOAD",),
    ("check", "PAYLOAD", "--json"),
)


@pytest.mark.parametrize(
    "number", [4, *(pytest.param(number, marks=(pytest.mark.study, pytest.mark.slow)) for number in (0, 1, 2, 5, 6, 7, 8))]
)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: "-".join(words[:2]))
def test_no_command_prints_the_texts_of_a_book_raw(tmp_path: Path, words: tuple[str, ...], number: int):
    """Every command on a book all of whose words end in a payload, and with the payload among its own words."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    hostile_words(root, PAYLOADS[number])
    ran(*(word.replace("PAYLOAD", PAYLOADS[number]) for word in words), book=root)


def patterns_of(content: dict[str, Any]) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    """The paths of a report's texts, by their paths without the numbers of lists."""
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for path in texts_of(content):
        found.setdefault(tuple("*" if isinstance(key, int) else key for key in path), []).append(path)
    return found


@pytest.mark.parametrize(
    ("shift", "every"), [(0, 8), *(pytest.param(shift, 1, marks=(pytest.mark.study, pytest.mark.slow)) for shift in range(len(PAYLOADS)))]
)
def test_no_text_of_a_report_reaches_the_terminal_raw(published: Path, shift: int, every: int):
    """Each text of a report's JSON in turn, or one in eight, with a digest that fits: what the commands that read reports print is text."""
    path = published / "reports" / "ferry.json"
    content = read_content(path.read_bytes())
    for number, places in list(enumerate(patterns_of(content).values()))[::every]:
        payload = PAYLOADS[(number + shift) % len(PAYLOADS)].encode("utf-8", "replace").decode()
        changed = content
        for place in places[:3]:
            changed = with_text(changed, place, f"Mutated {payload}")
        changed["digest"] = digest_of(changed)
        path.write_bytes(content_bytes(changed))
        for words in (("show",), ("show", "three_more"), ("show", "--json"), ("why", "three_more")):
            ran(*words, book=published)
        if number % 5 == shift % 5:
            ran("report", book=published)
            ran("why", "three_more", "--json", book=published)


def test_no_text_of_the_ledger_reaches_the_terminal_raw(published: Path):
    """Each text of a ledger's last line in turn, found by its hash."""
    path = published / "reports" / "ledger.jsonl"
    lines = path.read_bytes().splitlines()
    entry = json.loads(lines[-1])
    for number, place in enumerate(texts_of(entry)):
        payload = PAYLOADS[number % len(PAYLOADS)].encode("utf-8", "replace").decode()
        line = canonical_json(with_text(entry, place, payload)).encode()
        path.write_bytes(b"\n".join([*lines[:-1], line]) + b"\n")
        for words in (("diff", line_hash(line)[:9], "2025-01-01"), ("check",)):
            ran(*words, book=published)


def calls_of(tree: ast.AST) -> Iterator[str]:
    """The calls in a module, as they are written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", sorted(CLI.rglob("*.py")), ids=lambda path: path.name)
def test_every_command_prints_through_one_module(path: Path):
    """No module of the command line prints, prompts or writes to a stream itself, but for the one that escapes."""
    printing = re.compile(
        r"(typer|click|rich)\.(echo|secho|prompt|confirm|style|print)|print|input|.*std(out|err)\.(buffer\.)?write(lines)?|.*logging.*"
    )
    found = {call for call in calls_of(ast.parse(path.read_text(encoding="utf-8"))) if printing.fullmatch(call)}
    assert found == ({"typer.echo", "typer.prompt"} if path.name == "lines.py" else set())


def test_a_progress_bar_shows_names_as_they_are(monkeypatch: pytest.MonkeyPatch):
    """Markup in a name is text, and an escape sequence is shown by its code."""
    written = io.StringIO()
    written.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with progress.Bar() as bar:
        bar("[red]x[/red] \x1b]0;title\x07 \u202e", 1, 2)
        bar._timer.join()
        bar("[/] [red]x[/red] \x1b]0;title\x07 \u202e", 2, 2)
    assert r"[red]x[/red] \x1b]0;title\x07 \u202e" in written.getvalue()
    assert "\x1b]0;" not in written.getvalue()


def test_what_is_typed_at_a_question_is_not_shown_raw(tmp_path: Path):
    """An answer that is not understood is quoted by its codes."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    done = CliRunner().invoke(commands(), ["prior", "elicit", "ferry.lateness", "--book", str(root)], input="\x1b[2J\x9b\n")
    assert done.stdout.splitlines()[1:3] == ["Which one: \x1b[2J\x9b", r"  `\x1b[2J\x9b` is none of them"]  # the first as it was typed
    shows_no_more_than_text(done.stderr)
