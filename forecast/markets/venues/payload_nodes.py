"""A JSON payload as nodes that know their place, read within bounds; numbers are decimals, and null is as good as missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from forecast.markets.faults import MarketFault
from forecast.markets.money import MOST_PLACES

MOST_PAYLOAD_BYTES = 50_000_000
MOST_NESTING = 50
_LONGEST_NUMBER = 100  # characters
_LONGEST_SHOWN = 60  # characters of a value in a message
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_SECONDS = 250_000_000_000  # from 1970 to the end of the calendar, nearly


@dataclass(frozen=True, slots=True)
class PayloadNode:
    """A value of a payload and where it stands, as in ``markets[2].yes_bid_dollars``."""

    value: object
    path: str = ""

    def get(self, key: str) -> PayloadNode | None:
        """The value under a key of an object, or None where it is missing or null."""
        members = self.members_by_key()
        value = members.get(key)
        return None if value is None else PayloadNode(value, f"{self.path}.{key}" if self.path else key)

    def need(self, key: str) -> PayloadNode:
        """The value under a key; raise ``MarketFault`` where it is missing or null."""
        found = self.get(key)
        if found is None:
            raise MarketFault(f"{self.place} has no `{key}`")
        return found

    def text_of(self, key: str) -> str | None:
        """The text under a key, or None where it is missing or null."""
        found = self.get(key)
        return None if found is None else found.text()

    def truth_of(self, key: str) -> bool | None:
        """True or false under a key, or None where it is missing or null."""
        found = self.get(key)
        return None if found is None else found.truth()

    def decimal_of(self, key: str) -> Decimal | None:
        """The number under a key, or None where it is missing or null."""
        found = self.get(key)
        return None if found is None else found.decimal()

    def moment_of(self, key: str) -> datetime | None:
        """The time under a key, or None where it is missing or null."""
        found = self.get(key)
        return None if found is None else found.moment()

    def items(self) -> Iterator[PayloadNode]:
        """The values of a list."""
        if not isinstance(self.value, list):
            self.refuse("a list")
        return (PayloadNode(value, f"{self.path}[{index}]") for index, value in enumerate(self.value))

    def members_by_key(self) -> Mapping[str, object]:
        """The object as it is."""
        if not isinstance(self.value, dict):
            self.refuse("an object")
        return self.value

    def text(self) -> str:
        """A text; numbers are none."""
        if not isinstance(self.value, str):
            self.refuse("a text")
        return self.value

    def truth(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse("true or false")
        return self.value

    def decimal(self) -> Decimal:
        """A number, or a text that spells one, exactly."""
        value = self.value
        if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and value.isascii() and "_" not in value and value == value.strip():
            try:
                value = Decimal(value)
            except InvalidOperation:
                self.refuse("a number")
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if not isinstance(value, Decimal):
            self.refuse("a number")
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or not -MOST_PLACES <= exponent <= MOST_PLACES:
            self.refuse(f"a finite number of at most {MOST_PLACES} decimals")
        return value

    def moment(self) -> datetime:
        """A time in ISO 8601 with its zone, in UTC."""
        try:
            found = datetime.fromisoformat(self.text())
        except ValueError:
            self.refuse("a time, as in 2026-09-17T12:00:00Z")
        if found.tzinfo is None:
            self.refuse("a time with a zone, as in 2026-09-17T12:00:00Z")
        try:
            return found.astimezone(UTC)
        except OverflowError:
            self.refuse("a time within the calendar")

    def moment_since_1970(self, *, per_second: int = 1) -> datetime:
        """A time as a number of seconds since 1970, or of fractions of a second, in UTC."""
        count = self.decimal()
        if not 0 <= count <= _MOST_SECONDS * per_second:
            self.refuse("a time since 1970")
        microseconds = int(count * 1_000_000 / per_second)
        return _EPOCH + timedelta(microseconds=microseconds)

    def inner(self) -> PayloadNode:
        """The value that a text of JSON within the payload spells."""
        try:
            return PayloadNode(_parse(self.text()), self.path)
        except MarketFault as fault:
            raise MarketFault(f"{self.place}: {fault.message}") from None

    @property
    def place(self) -> str:
        """How messages name this value."""
        return f"`{self.path}`" if self.path else "the payload"

    def refuse(self, expected: str) -> NoReturn:
        """Raise ``MarketFault``: another kind of value was expected here."""
        shown = json.dumps(self.value, default=str, ensure_ascii=False)
        shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"
        raise MarketFault(f"{self.place} is {shown}, where {expected} is expected")


def load_payload(data: bytes) -> PayloadNode:
    """Return the payload of a file.

    Raises ``MarketFault`` for more than 50 MB, for what is no JSON in UTF-8, for NaN and infinities, for a key that stands twice, and for
    objects and lists more than 50 deep.
    """
    return PayloadNode(
        _parse(decode_payload(data, too_large="fetch fewer pages into one file", wrong="save what the venue answered as it is"))
    )


def decode_payload(data: bytes, *, too_large: str, wrong: str) -> str:
    """Return the text of a file without a byte order mark.

    Raises ``MarketFault`` for more than 50 MB, with the hint ``too_large``, and for what is not UTF-8, with the hint ``wrong``.
    """
    if len(data) > MOST_PAYLOAD_BYTES:
        raise MarketFault(f"this file has more than {MOST_PAYLOAD_BYTES:,} bytes", too_large)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MarketFault(f"this is not UTF-8: byte {error.start} does not belong to it", wrong) from None


def _parse(text: str) -> object:
    try:
        value: object = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_refuse_twice)
    except json.JSONDecodeError as error:
        raise MarketFault(
            f"this is not JSON: {error.msg} in line {error.lineno}, column {error.colno}", "save what the venue answered as it is"
        ) from None
    except RecursionError:
        raise _too_deep() from None
    except MarketFault:
        raise
    except (ValueError, InvalidOperation):  # whole numbers of thousands of digits
        raise MarketFault("a number in it is too long") from None
    _check_nesting(value)
    return value


def _check_nesting(value: object) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MOST_NESTING):
        values = (each for outer in level for each in (outer.values() if isinstance(outer, dict) else outer))
        level = [each for each in values if isinstance(each, dict | list)]
    if level:
        raise _too_deep()


def _too_deep() -> MarketFault:
    return MarketFault(f"objects and lists are more than {MOST_NESTING} deep", "is this what the venue answered?")


def _refuse_constant(name: str) -> NoReturn:
    raise MarketFault(f"{name} is no number of JSON")


def _refuse_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MarketFault(f"the key `{twice[:_LONGEST_SHOWN]}` stands twice in one object")
    return found
