"""The ledger as commands read it: on from where it was read to before, which the cache remembers."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Problem
from forecast.book.ledger import read_ledger
from forecast.book.ledger_tail import Entries, LedgerCheckpoint, VerifiedLedger, read_ledger_since, verify_ledger
from forecast.cache.store import CachedResult, Store


def read_known_ledger(folder: Folder, store: Store) -> tuple[Entries, tuple[Problem, ...]]:
    """Return the ledger's entries, those of long ago only where they are still asked for, and what is wrong with its newest lines."""
    key = _key("read", folder)
    known = store.find([key]).get(key)
    before = None if known is None else LedgerCheckpoint.from_bytes(known)
    entries, problems, now = read_ledger_since(folder, before)
    if now is not None and now != before:
        store.keep([CachedResult("ledger", key, now.to_bytes())])
    return entries, problems


def check_whole_ledger(folder: Folder, store: Store) -> tuple[Problem, ...]:
    """Return what is wrong with any line of the ledger; what was right before, and has not changed, is not parsed again."""
    key = _key("verified", folder)
    known = store.find([key]).get(key)
    problems, now = verify_ledger(folder, None if known is None else VerifiedLedger.from_bytes(known))
    if now is not None:
        store.keep([CachedResult("ledger", key, now.to_bytes())])
    return problems


def latest_day(root: Path, today: date) -> date:
    """Return the later of today and the newest day on which the ledger has answers, hindcasts aside.

    It stands for today where somebody names the day to replay: then a clock that was set back makes hindcasts, and
    replaces no newer report.
    """
    entries, _ = read_ledger(Folder(root))
    return max([today, *(date.fromisoformat(entry["as_of"]) for entry in entries if not entry["hindcast"])])


def _key(what: str, folder: Folder) -> str:
    return hashlib.sha256(json.dumps(["ledger", what, str(folder.root.resolve())]).encode()).hexdigest()
