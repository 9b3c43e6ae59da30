"""Plain data on its way to JSON: numbers rounded to six significant digits, or to what their errors need, and laid out so that a diff reads well."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict, overload

if TYPE_CHECKING:
    from forecast.book.topic import Row  # it loads the distributions, and with them NumPy and SciPy, which reading a report need not pay
    from forecast.schema.topic import RowContent

SIGNIFICANT_DIGITS = 6
SHORT_LINE = 120  # characters
MOST_FLOAT_DIGITS = 15  # that a float holds
WITH_ERRORS = frozenset({"values", "before", "after"})  # lists of numbers beside whose list the one of their `errors` stands
PLAIN = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
ESCAPED = json.JSONEncoder(allow_nan=False)


@overload
def round_numbers[Content: Mapping[str, object]](value: Content) -> Content: ...  # the same keys, with values of the same types


@overload
def round_numbers(value: object) -> object: ...


def round_numbers(value: object) -> object:
    """Round every number in plain data to six significant digits, more where its error or the numbers beside it need them.

    Raises ``ValueError``, with its place, at one that is not finite.
    """
    try:
        return _round_value(value)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{_place_of_fault(value) or 'a value'} {error}") from None


def format_json(value: object, depth: int = 0) -> str:
    """Return plain data as JSON two spaces deep; raise ``ValueError`` where it is not finite.

    A list without lists or tables is one line, and so is a short table without any.
    """
    if type(value) is float and math.isfinite(value):
        return repr(value)  # what json writes, without its encoder's start for each of ten thousand numbers
    if type(value) is str:
        return _encode(value)
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, Mapping) and value:
        if depth and (line := _short_line(value)):
            return line
        lines = [f"{inner}{_encode(key)}: {format_json(inside, depth + 1)}" for key, inside in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{outer}}}"
    if isinstance(value, list) and any(isinstance(element, (Mapping, list)) for element in value):
        return "[\n" + ",\n".join(inner + format_json(element, depth + 1) for element in value) + f"\n{outer}]"
    return _encode(value)


def _short_line(table: Mapping[str, object]) -> str:
    """A table as one line; empty where it has lists or tables in it, or would be too long to read."""
    if any(isinstance(value, (Mapping, list)) for value in table.values()):
        return ""
    line = f"{{{', '.join(f'{_encode(key)}: {format_json(value)}' for key, value in table.items())}}}"
    return line if len(line) <= SHORT_LINE else ""


def finite_or_none(figure: float) -> float | None:
    """Return a number as plain data has it: None where it is not finite."""
    return figure if math.isfinite(figure) else None


class _RowExtras(TypedDict, total=False):
    """What only some rows have."""

    said: str
    low: float | None
    high: float | None
    origin: str
    copy: bool
    weight: float


def row_as_data(row: Row) -> RowContent:
    """Return a row as a report keeps it, by itself: how it enters the likelihood is the table's to say."""
    words: _RowExtras = {"said": row.said} if row.said else {}
    ends: _RowExtras = {} if row.between is None else {"low": finite_or_none(row.between.low), "high": finite_or_none(row.between.high)}
    origin: _RowExtras = {"origin": row.origin} if row.origin else {}
    return {
        "start": row.start.isoformat(),
        "end": row.end.isoformat(),
        "value": row.value,
        "known": row.known.isoformat(),
        "source": row.source,
        "grade": row.grade or "",
        "note": row.note,
        "id": row.id,
        "replaces": row.replaces,
        "columns": dict(row.columns),
        **words,
        **ends,
        **origin,
    }


def _round_value(value: object, error: object = None) -> object:
    """Plain data rounded; ``error`` is what is stated of a number, or a list of what is stated of each of a list."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("is not finite")
        return float(f"{value:.{_digits(value, error)}g}") + 0.0  # no minus zero
    if isinstance(value, Mapping):
        return {str(key): _round_value(inside, _error_of(str(key), value)) for key, inside in value.items()}
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and all(type(element) is float for element in value):
            return _round_list(value, error)
        return [_round_value(element) for element in value]
    if isinstance(value, (str, int)):
        return value
    raise TypeError(f"is a {kind.__name__}, which JSON has no word for")


def _error_of(key: str, among: Mapping[str, object]) -> object:
    """What plain data states of the error of a part of it; of a mean without one a thousandth of what its quantiles span."""
    if key in WITH_ERRORS:
        return among.get("errors")
    if key == "mean" and "mean_error" not in among:
        quantiles = among.get("quantiles")
        return (quantiles[-1] - quantiles[0]) / 1000 if isinstance(quantiles, (list, tuple)) else None
    return among.get(f"{key}_error", among.get("error") if key == "value" else None)


def _digits(value: float, error: object) -> int:
    """How many significant digits a number keeps: six or, where these would move it by more than its error, one more than the error has."""
    if not isinstance(error, float) or not math.isfinite(error) or value == 0:
        return SIGNIFICANT_DIGITS
    size = math.floor(math.log10(abs(value)))
    if error == 0:  # known for certain
        return MOST_FLOAT_DIGITS if value.is_integer() else SIGNIFICANT_DIGITS
    if error >= 0.5 * 10.0 ** (size + 1 - SIGNIFICANT_DIGITS):
        return SIGNIFICANT_DIGITS
    return min(size - math.floor(math.log10(error)) + 2, MOST_FLOAT_DIGITS)


def _round_list(numbers: Sequence[float], errors: object = None) -> list[float]:
    """Numbers of one list, with more digits where they lie close together: as many as the six that their span would have."""
    if not all(map(math.isfinite, numbers)):
        raise ValueError("is not finite")
    low, high = min(numbers), max(numbers)
    largest, span = max(abs(low), abs(high)), high - low
    more = math.floor(math.log10(largest / span)) if 0 < span < largest else 0
    digits = min(SIGNIFICANT_DIGITS + more, MOST_FLOAT_DIGITS) if span or not low.is_integer() else MOST_FLOAT_DIGITS
    stated = errors if isinstance(errors, (list, tuple)) and len(errors) == len(numbers) else [None] * len(numbers)
    each_digits = (max(digits, _digits(number, error)) for number, error in zip(numbers, stated, strict=True))
    return [float(f"{number:.{digits}g}") + 0.0 for number, digits in zip(numbers, each_digits, strict=True)]


def _place_of_fault(value: object) -> str:
    """Where in plain data the first value stands that cannot be rounded; empty where it is the whole."""
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    for key, part in parts:
        try:
            _round_value(part)
        except (ValueError, TypeError):
            inner = _place_of_fault(part)
            return f"{key}.{inner}" if inner else str(key)
    return ""


def _encode(value: object) -> str:
    """A text, or a list without lists, as JSON: as it is, or escaped where UTF-8 cannot write it."""
    text = PLAIN.encode(value)
    return ESCAPED.encode(value) if _has_surrogate(text) else text


def _has_surrogate(text: str) -> bool:
    """Whether a text cannot be written as UTF-8 and must be escaped."""
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
