"""Mutated books: files of sound books changed at random, from a seed, in bytes and in structure."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from forecast.actions.new.days import calendar
from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.actions.new.templates import template_texts
from forecast.actions.placeholders import INVENTED_SOURCE, PLACEHOLDER
from forecast.book.files.positions import positions
from forecast.book.ledger import canonical_json, line_hash
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.schema.topic import digest_of
from tests.support.paths import ROOT

TEST_BOOKS = ("tiny", "pooled", "classes", "drift")
TODAY = date(2026, 11, 1)
ODD = (
    "\0", "\r", "\t", "\v", "\x1b", "\x7f", "\u0085", "\u00a0", "\u200b", "\u2028", "\ufeff", "\ud7ff", "😀", "e\u0301", "٣", "\u2212", "“",
    '"', "'", '"""', "\\", "\n", ",", ";", "=", "[", "]", "{", "}", "(", ")", "#", "%", "*", "**", ".", ":", "-", "_", "`", "$", "<", "&",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "1", "-1", "0.5", "2", "1e308", "-1e308", "1e309", "1e-320", "5e-324", "1e15", "9007199254740993", "99999999999999999999", "1e5",
    "10000", "-1e-9", "nan", "inf", "1_000", "0x10", "007", "1e", ".5", "5.",
)  # fmt: skip
DAYS = ("0001-01-01", "1600-02-29", "2024-02-30", "2024-12-31", "2026-11-01", "2027-01-01", "2100-01-01", "9999-12-31")
VALUES = (
    "true", "0", "-1", "1e400", "nan", '""', '" "', '"x"', "[]", "[[]]", "{}", '["a", "b"]', "{a = 1}", "1979-05-27", "1979-05-27T07:32:00Z",
    "07:32:00", '"Normal(mu=0, sigma=1)"', '"total(x) >= 1"', '"rate"', '"first(total(x) >= 1)"', '"1 / 0"', '"Gamma(alpha=1e300, beta=1)"',
    '"2 ** 999"', '"exp(1000)"', "9999-12-31", "0001-01-01", '"day"', '"year"', '"per"', '"default"',
)  # fmt: skip
JSON_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    0.5,
    "",
    "x",
    "../x",
    "\x1b[31m",
    [],
    [[]],
    {},
    [None],
    {"a": 1},
    "9999-12-31",
    10**30,
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A book in a folder, and what was done to which of its files."""

    seed: int
    root: Path
    topic: str
    done: tuple[str, ...]
    linked: bool

    def __str__(self) -> str:
        """Return what makes it again."""
        return f"seed {self.seed}, topic {self.topic}: {'; '.join(self.done)}"


@dataclass(frozen=True, slots=True)
class Original:
    """A sound book of one topic and of those it is linked to: its files by their paths."""

    topic: str
    files: dict[str, bytes]
    linked: bool = False


def originals(published: Path) -> tuple[Original, ...]:
    """Return the books that are mutated: those of the tests (the tiny one published), the templates, and the essay's topics with those they are linked to."""
    found = [_book(published, "ferry")]
    for name in TEST_BOOKS:
        root = ROOT / "tests" / "books" / name
        found += [_book(root, topic.name) for topic in sorted((root / "seeds").iterdir()) if (topic / "topic.toml").is_file()]
    for kind in TEMPLATE_KINDS:
        texts = template_texts(kind, kind, calendar(today=TODAY, opens=None, by=None))
        found.append(Original(kind, {path: _finished(text).encode() for path, text in texts.items()}))
    topics = read_book(ROOT)[0].topics
    found += [_book(ROOT, name, *_sources(topics[name])) for name in sorted(topics)]
    return tuple(found)


def _sources(topic: Topic) -> Iterator[str]:
    """The topics that a topic is linked to, and those that they are linked to."""
    for name, source in topic.sources.items():
        yield from (name, *_sources(source))


def _finished(text: str) -> str:
    """A template's text as somebody leaves it who has replaced its placeholders, so that an update computes it."""
    return text.replace(PLACEHOLDER, "As is known:").replace(INVENTED_SOURCE, "A test")


def make_mutant(sources: Sequence[Original], seed: int, root: Path) -> Mutant:
    """Write a book into a folder with one to three mutations, all of them from the seed."""
    rng = random.Random(seed)
    original = rng.choice(sources)
    files = dict(original.files)
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        path = _choose(rng, files)
        way = rng.choice(_ways(path))
        try:
            files[path], what = way(rng, files[path])
        except (ValueError, KeyError, IndexError, UnicodeDecodeError):  # the file is past mutating in this way
            files[path], what = change_bytes(rng, files[path])
        done.append(f"{path}: {what}")
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "seeds").mkdir(parents=True, exist_ok=True)
    return Mutant(seed, root, original.topic, tuple(done), original.linked)


def _book(root: Path, topic: str, *sources: str) -> Original:
    paths = [root / f"reports/{topic}.json", *(path for path in (root / "reports").glob("as-of/*/*.json") if path.stem == topic)]
    for name in (topic, *sources):
        paths += [*(root / "seeds" / name).rglob("*"), root / f"priors/{name}.toml"]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    ledger = root / "reports/ledger.jsonl"
    if ledger.is_file():
        files["reports/ledger.jsonl"] = ledger.read_bytes()
    return Original(topic, files, bool(sources))


def _choose(rng: random.Random, files: dict[str, bytes]) -> str:
    """A file: those that people write three times as often as those that the program writes."""
    return rng.choice([path for path in sorted(files) for _ in range(1 if path.startswith("reports/") else 3)])


type Way = Callable[[random.Random, bytes], tuple[bytes, str]]


def _ways(path: str) -> tuple[Way, ...]:
    own: dict[str, tuple[Way, ...]] = {
        "toml": (change_value, change_value, rename_key, repeat_statement, move_table),
        "csv": (change_cell, change_cell, change_columns, change_rows),
        "json": (change_json, change_json),
        "jsonl": (change_ledger, change_ledger),
    }
    return (change_bytes, change_characters, change_number, *own.get(path.rpartition(".")[2], ()))


def change_bytes(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Flip, delete, repeat or cut bytes, or swap two lines."""
    at, length = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 7, 40))
    match rng.randrange(5):
        case 0:
            flipped = bytes(byte ^ (1 << rng.randrange(8)) for byte in data[at : at + length])
            return data[:at] + flipped + data[at + length :], f"{length} bytes flipped at {at}"
        case 1:
            return data[:at] + data[at + length :], f"{length} bytes deleted at {at}"
        case 2:
            return data[: at + length] + data[at:], f"{length} bytes repeated at {at}"
        case 3:
            return data[:at], f"cut at {at}"
        case _:
            lines = data.split(b"\n")
            one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            return b"\n".join(lines), f"lines {one + 1} and {other + 1} swapped"


def change_characters(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Put odd characters in."""
    text, odd = data.decode(), rng.choice(ODD)
    at = rng.randrange(len(text) + 1)
    return (text[:at] + odd + text[at:]).encode("utf-8", "surrogatepass"), f"{odd!r} put in at {at}"


def change_number(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Replace one number or day, wherever it stands, by an extreme."""
    text = data.decode()
    found = rng.choice(list(re.finditer(r"\d{4}-\d{2}-\d{2}|-?\d+(?:\.\d+)?(?:e-?\d+)?", text)))
    new = rng.choice(DAYS if "-" in found.group()[1:] and "e" not in found.group() else NUMBERS)
    return (text[: found.start()] + new + text[found.end() :]).encode(), f"{found.group()} at {found.start()} made {new}"


def change_value(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Replace a TOML value by one of another kind."""
    text = data.decode()
    keys, (start, end) = rng.choice(sorted(positions(text).values.items(), key=itemgetter(1)))
    new = rng.choice(VALUES)
    return (text[:start] + new + text[end:]).encode(), f"{keys} made {new}"


def rename_key(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Give a TOML key another name, one that stands elsewhere or none."""
    text = data.decode()
    keys = sorted((offset, path) for path, offset in positions(text).keys.items() if isinstance(path[-1], str))
    offset, path = rng.choice(keys)
    name = str(path[-1])
    new = rng.choice(
        [str(other[-1]) for _, other in keys] + ["", "x", "Title", '"a b"', "index", "and", "log", "months", "default", "\u00e9"]
    )
    if not text.startswith(name, offset):
        raise ValueError(name)
    return (text[:offset] + new + text[offset + len(name) :]).encode(), f"key {path} named {new!r}"


def repeat_statement(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Repeat a line, or leave it out."""
    lines = data.decode().split("\n")
    at = rng.randrange(len(lines))
    times = rng.choice((0, 2, 3))
    lines[at : at + 1] = lines[at : at + 1] * times
    return "\n".join(lines).encode(), f"line {at + 1} {times} times"


def move_table(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Move a table with its heading to another place, or leave its heading out."""
    parts = data.decode().split("\n[")
    at = rng.randrange(1, len(parts))
    table = parts.pop(at)
    to = rng.randrange(len(parts) + 1)
    parts.insert(to, table.partition("\n")[2] if rng.random() < 0.3 else table)
    return "\n[".join(parts).encode(), f"table {at} moved to {to}"


def change_cell(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Replace a cell of a CSV file."""
    lines = data.decode().split("\n")
    at = rng.randrange(len(lines))
    cells = lines[at].split(",")
    column = rng.randrange(len(cells))
    new = rng.choice((*NUMBERS, *DAYS, *ODD, "", "n/a", '"x', 'x"y', "TRUE", "calm", "Calm", "months", "A", "D", "q1", "x" * 1000))
    old, cells[column] = cells[column], new
    lines[at] = ",".join(cells)
    return "\n".join(lines).encode("utf-8", "surrogatepass"), f"{old!r} in line {at + 1} made {new[:20]!r}"


def change_columns(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Leave a column out, repeat it, or give it another name."""
    rows = [line.split(",") for line in data.decode().split("\n")]
    at, what = rng.randrange(len(rows[0])), rng.randrange(3)
    if what == 2:
        rows[0][at] = rng.choice(("value", "on", "known", "replaces", "id", "origin", "value_low", "months", "total", "grade", "é", ""))
        return "\n".join(map(",".join, rows)).encode(), f"column {at} named {rows[0][at]!r}"
    for row in rows:
        row[at : at + 1] = row[at : at + 1] * (0 if what == 0 else 2)
    return "\n".join(map(",".join, rows)).encode(), f"column {at} {'left out' if what == 0 else 'repeated'}"


def change_rows(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Repeat a row, leave some out, or turn them round."""
    first, *lines = data.decode().rstrip("\n").split("\n")
    at = rng.randrange(len(lines))
    match rng.randrange(3):
        case 0:
            kept, what = [*lines, lines[at]], f"row {at} repeated"
        case 1:
            kept, what = lines[:at], f"cut before row {at}"
        case _:
            kept, what = lines[::-1], "rows turned round"
    return ("\n".join([first, *kept]) + "\n").encode(), what


def change_json(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Replace, leave out, shorten or repeat a part of a report, with its digest made again more often than not."""
    content = json.loads(data)
    what = change_part(rng, content)
    if rng.random() < 0.8 and "digest" in content:
        content["digest"] = digest_of(content)
        what += ", digest made again"
    return json.dumps(content, ensure_ascii=False, indent=2).encode("utf-8", "surrogatepass"), what


def change_ledger(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """Change an entry of a ledger, with its chain made again more often than not."""
    lines = [json.loads(line) for line in data.splitlines()]
    at = rng.randrange(len(lines))
    what = f"line {at + 1}: {change_part(rng, lines[at])}"
    if rng.random() < 0.8:
        previous = ""
        for entry in lines:
            entry["previous"] = previous
            previous = line_hash(canonical_json(entry).encode())
        what += ", chain made again"
    return "".join(canonical_json(entry) + "\n" for entry in lines).encode("utf-8", "surrogatepass"), what


def change_part(rng: random.Random, content: Any) -> str:
    """Change one part of a JSON value, wherever in it."""
    path = []
    while True:
        keys = list(content) if isinstance(content, dict) else list(range(len(content)))
        if not keys:
            raise ValueError("nothing to change")
        key = rng.choice(keys)
        path.append(key)
        inner = content[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.15:
            break
        content = inner
    match rng.randrange(4):
        case 0:
            del content[key]
            return f"{path} left out"
        case 1 if isinstance(content, list):
            content.insert(key, inner)
            return f"{path} repeated"
        case 2 if isinstance(inner, list):
            content[key] = inner[: rng.randrange(len(inner) + 1)]
            return f"{path} shortened"
        case _:
            content[key] = rng.choice(JSON_VALUES)
            return f"{path} made {content[key]!r}"


def remove(root: Path) -> None:
    """Delete a mutant's folder."""
    shutil.rmtree(root, ignore_errors=True)
