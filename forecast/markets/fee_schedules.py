"""Schedules of fees: each holds from a moment until the next, and names its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, Protocol

from forecast.markets.faults import MarketFault

type Role = Literal["taker", "maker"]


@dataclass(frozen=True, slots=True)
class FeeRounding:
    """To multiples of what the fee of one fill is rounded, and which way."""

    unit: Decimal
    way: Literal["up", "down", "half-even"]


class Dated(Protocol):
    """What holds from a moment on, by a source."""

    @property
    def holds_from(self) -> datetime:
        """The first moment at which it holds, with its zone."""

    @property
    def source(self) -> str:
        """Where it stands, and what is uncertain about its day."""


class FeeSchedule(Dated, Protocol):
    """What one trade costs."""

    @property
    def rounding(self) -> FeeRounding:
        """How ``trade_fee`` rounds what ``fee_of_contract`` says of each contract."""

    def trade_fee(self, price: Decimal, count: Decimal, role: Role = "taker") -> Decimal:
        """The fee of one trade in currency units, as rounded by the venue; below 0 a rebate.  Raises ``MarketFault`` where it is not known."""

    def fee_of_contract(self, price: float) -> float:
        """The taker's fee of one contract before rounding, for optimising a stake."""


def schedule_in_force[Schedule: Dated](schedules: Iterable[Schedule], at: datetime, *, what: str = "fees") -> Schedule:
    """Return the schedule that holds at a moment: the last to begin at or before it.

    A trade an instant before a change has the old one.  Raises ``MarketFault`` where none had begun, or where two begin at the same moment.
    """
    check_moment(at)
    known = sorted(schedules, key=lambda schedule: schedule.holds_from)
    begun = [schedule for schedule in known if schedule.holds_from <= at]
    if not known:
        raise MarketFault(f"the {what} of this contract are not known", "give a schedule that holds on that day, with its source")
    if not begun:
        first = known[0].holds_from.astimezone(UTC)
        asked = at.astimezone(UTC)
        form = "%Y-%m-%d %H:%M UTC" if first.date() == asked.date() else "%Y-%m-%d"
        reason = f"the {what} of {asked:{form}} are not known: the first that is known holds from {first:{form}}"
        raise MarketFault(reason, "give a schedule that holds on that day, with its source")
    if len(begun) > 1 and begun[-1].holds_from == begun[-2].holds_from:
        raise MarketFault(f"two schedules of {what} hold from {begun[-1].holds_from:%Y-%m-%d}", "keep one of them")
    return begun[-1]


def check_moment(at: datetime) -> datetime:
    """Return a moment that has a zone; raise ``MarketFault`` otherwise."""
    if at.tzinfo is None:
        raise MarketFault(f"the time {at.isoformat()} has no zone", "write times in UTC, as in 2026-09-17T00:00:00+00:00")
    return at


def day_begins(year: int, month: int, day: int) -> datetime:
    """Midnight in UTC at which a day begins."""
    return datetime(year, month, day, tzinfo=UTC)
