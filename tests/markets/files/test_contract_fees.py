"""The fees of a contract at a moment, and how a file says that there are none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from forecast.book.files.folder import Folder
from forecast.markets.faults import MarketFault
from forecast.markets.files.contract_fees import fees_in_force, no_fees_hint
from forecast.markets.files.contracts import read_contracts
from forecast.markets.quotes import Venue

TABLE = """
[free]
question = "rain"
venue = "{venue}"
id = "its-id"
side = "yes"
"""


@pytest.mark.parametrize("venue", get_args(Venue.__value__))
def test_the_keys_that_a_hint_names_are_those_of_a_contract_without_fees(tmp_path: Path, venue: str) -> None:
    """Written as the hint has them they are read without a problem, and nothing is charged from that day on; before it nothing is known."""
    hint = no_fees_hint("wet", "free", venue, date(2026, 3, 2))
    header, *keys = re.findall(r"`([^`]+)`", hint)
    assert hint.startswith("state the fees in seeds/wet/contracts.toml; where it has none, write `[[free.fees]]` with ")
    (tmp_path / "seeds/wet").mkdir(parents=True)
    (tmp_path / "seeds/wet/topic.toml").touch()
    (tmp_path / "priors").mkdir()
    priors = [f'[contracts.free.{key}]\nprior = 0.5\nwhy = "Nobody knows it."\n' for key in ("yes_if_yes", "yes_if_no", "void")]
    (tmp_path / "priors/wet.toml").write_text("".join(priors), encoding="utf-8")
    text = TABLE.format(venue=venue) + "\n".join([header, *keys, ""])
    (tmp_path / "seeds/wet/contracts.toml").write_text(text, encoding="utf-8")
    read = read_contracts(Folder(tmp_path))
    assert [problem for problem in read.problems if problem.level == "error"] == []
    fees = fees_in_force(read.contracts["free"], datetime(2026, 3, 2, tzinfo=UTC))
    assert (fees.fee_of_contract(0.3), fees.trade_fee(Decimal("0.3"), Decimal(10))) == (0, 0)
    with pytest.raises(MarketFault, match="the fees of 2026-03-01 are not known") as caught:
        fees_in_force(read.contracts["free"], datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
    assert caught.value.hint == no_fees_hint("wet", "free", venue, date(2026, 3, 1))
