"""What the ledger said of a contract's question, as chances day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from forecast.actions.spoken_chances import spoken_chances
from forecast.book.files.problems import Place
from forecast.content.priced_contracts import last_moment_of
from forecast.markets.contract import Contract
from forecast.markets.quote_table import microseconds_of


def _line(day: str, **more: Any) -> dict[str, Any]:
    line = {
        "topic": "storms",
        "question": "three",
        "kind": "probability",
        "as_of": day,
        "made": day,
        "hindcast": False,
        "value": {"value": 0.3, "chance": [0.1, 0.5]},
    }
    return {**line, **more}


def _contract(label: str = "") -> Contract:
    return Contract("made", Place("contracts.toml"), "storms", "three", "kalshi", "ID", "yes", label)


def test_lines_of_days_before_are_chances_in_order_of_time() -> None:
    """Lines of other questions, hindcasts and those of the day itself and later are left out; the others stand in order of time."""
    lines = [
        _line("2026-05-03", at="2026-05-03T09:00:00Z"),
        _line("2026-05-01"),
        _line("2026-05-02", hindcast=True),
        _line("2026-05-02", question="other"),
        _line("2026-05-02", topic="other"),
        _line("2026-05-09"),
        _line("2026-05-04", value={"value": 1.0, "chance": None}, status="happened"),
    ]
    spoken = spoken_chances(lines, _contract(), before=date(2026, 5, 9))
    assert [its.day for its in spoken] == ["2026-05-01", "2026-05-03", "2026-05-04"]
    assert spoken[0].at == last_moment_of(date(2026, 5, 1))
    assert spoken[1].at == microseconds_of(datetime(2026, 5, 3, 9, tzinfo=UTC))
    assert (spoken[1].chance.value, spoken[1].chance.interval) == (0.3, (0.1, 0.5))
    assert spoken[2].chance.interval == (1.0, 1.0)


def test_a_class_is_read_from_shares() -> None:
    """The chance of a class is its share, and a line that lacks the class says nothing."""
    lines = [_line("2026-05-01", kind="shares", value={"shares": [{"label": "red", "value": 0.4}]})]
    (spoken,) = spoken_chances(lines, _contract("red"), before=date(2026, 5, 9))
    assert spoken.chance.value == 0.4  # noqa: RUF069 - as written
    assert spoken_chances(lines, _contract("blue"), before=date(2026, 5, 9)) == ()
