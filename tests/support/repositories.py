"""Git repositories for tests, made without anybody's configuration and the same each time."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TOPIC = """title = "Storks"
opens = 2025-01-01
step = "month"
[streams.nests]
about = "Occupied nests, counted once a month"
unit = "nests"
value = "Poisson(mu=rate * months)"
[questions.many]
asks = "Will there be forty nests by the end of 2026?"
by = 2026-12-31
answer = "total(nests) >= 40"
settled = "By the warden's list."
"""
PRIORS = """[rate]
prior = "Gamma(alpha=4, beta=2)"
why = "There were two new nests a month in the last years."
source = "warden's list"
unit = "nests a month"
"""
ROWS = "on,value,known,source\n2025-02-01,2,2025-02-01,list\n2025-03-01,1,2025-03-02,list\n"
FILES = {"seeds/storks/topic.toml": TOPIC, "seeds/storks/nests.csv": ROWS, "priors/storks.toml": PRIORS}
OLDER = PRIORS.replace("alpha=4", "alpha=3")


def git(folder: Path, *words: str, given: bytes = b"", **more: str) -> str:
    """Run git with no configuration but the repository's own; return what it prints."""
    fixed = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_AUTHOR_DATE": "2025-04-01T12:00:00+0000",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_COMMITTER_DATE": "2025-04-02T23:30:00+0200",
    }
    done = subprocess.run(["git", "-C", str(folder), *words], input=given, capture_output=True, check=False, env=fixed | more)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def write_files(root: Path, files: dict[str, str]) -> None:
    """Write files by their paths."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def committed_book(root: Path, *, inside: str = "", object_format: str = "sha1") -> Path:
    """Make a repository with two commits, the first with another prior; return the book's folder."""
    book = root / inside
    book.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch=main", f"--object-format={object_format}")
    write_files(book, FILES | {"priors/storks.toml": OLDER})
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=one")
    write_files(book, FILES)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=two")
    return book
