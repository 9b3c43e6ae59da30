"""``forecast market import-trades``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.actions.test_market_import_trades import kalshi_fill
from tests.cli.conftest import Run

CONTRACT = '[ferry]\nquestion = "three_more"\nvenue = "kalshi"\nid = "KXRAIN-26"\nside = "yes"\n'


def test_trades_are_added_and_what_is_left_out_is_listed(book: Path, run: Run):
    """Exit code 3 where something may be a trade; a contract that the book lacks has the command that adds it."""
    (book / "seeds/ferry/contracts.toml").write_text(CONTRACT)
    file = book / "fills.json"
    file.write_text(json.dumps({"fills": [kalshi_fill(), kalshi_fill(fill_id="f2", ticker="KX OTHER")]}))
    ran = run("market", "import-trades", "kalshi", str(file), on=book)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == "ferry: added 1 trade."
    assert "--venue kalshi --id 'KX OTHER' --side yes" in ran.out
    assert "ferry     no    10.5" in run("market", "positions", on=book).out
    file.write_text(json.dumps({"fills": [kalshi_fill(), kalshi_fill(fill_id="f3", action="give")]}))
    ran = run("market", "import-trades", "kalshi", str(file), "--json", on=book)
    assert ran.code == 3
    data = json.loads(ran.out)
    assert (data["added"], data["known"], data["skipped"][0]["place"]) == ({}, 1, "fills.json: fills[1]")


def test_a_file_that_is_none_is_refused(book: Path, run: Run):
    """With the file and what is wrong; rows of a CSV file name their contracts."""
    file = book / "fills.json"
    file.write_text('{"orders": []}')
    ran = run("market", "import-trades", "kalshi", str(file), on=book)
    assert ran.code == 1
    assert "has no `fills`" in ran.err
    assert run("market", "import-trades", "csv", str(file), "--contract", "ferry", on=book).code == 2
