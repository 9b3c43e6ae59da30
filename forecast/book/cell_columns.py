"""Cells by columns: days, numbers and texts of many records at once, and which records must be looked at one by one.

What is marked as wrong here is read again, cell by cell, by ``forecast.book.row_cells``, which says what is wrong with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.classes import Classes
from forecast.book.files.cells import refused_cell_character, strip_blanks
from forecast.book.files.days import is_book_day
from forecast.book.files.numerals import is_number, parse_day
from forecast.book.row_cells import GRADES, RANGE
from forecast.language.arrays import Array, Truth
from forecast.language.characters import TextKind

ROW_TEXTS = ("source", "grade", "note", "id", "replaces", "origin")
_EMPTY, _WRONG = 0, -1  # instead of the ordinal of a day
_DIGITS = re.compile(r"[0-9eE+.;-]*")  # a text of these that Python reads as a number is one for a book, too


@dataclass(frozen=True, slots=True)
class _TextCodes:
    """The texts of a column as far as it has been read, each with its number; ``refused`` says of each whether it has a character that it may not have."""

    kind: TextKind
    texts: list[str] = field(default_factory=lambda: [""])
    refused: list[bool] = field(default_factory=lambda: [False])
    codes: dict[str, int] = field(default_factory=lambda: {"": 0})

    def encode(self, cells: Sequence[str]) -> NDArray[np.int32]:
        """Return the numbers of the texts in some cells, ``(cells,)``."""
        different = [written for written in dict.fromkeys(cells) if written not in self.codes]
        whole = "".join(different)
        if whole.isprintable() and "#" not in whole and not any(text[0] == " " or text[-1] == " " for text in different):
            self._add(different, refused=[False] * len(different))
        else:
            for written in different:
                text = strip_blanks(written)
                if text not in self.codes:
                    self._add([text], refused=[refused_cell_character(text, self.kind) is not None])
                self.codes[written] = self.codes[text]
        return np.fromiter(map(self.codes.__getitem__, cells), np.int32, len(cells))

    def _add(self, texts: Sequence[str], *, refused: Sequence[bool]) -> None:
        self.codes.update(zip(texts, range(len(self.texts), len(self.texts) + len(texts)), strict=True))
        self.texts.extend(texts)
        self.refused.extend(refused)


def _encode_days(codes: dict[str, int], cells: Sequence[str]) -> NDArray[np.int32]:
    """Return the ordinals of the days in some cells, ``(cells,)``; ``codes`` are those that are known by their text."""
    for written in dict.fromkeys(cells):
        if written not in codes:
            text = strip_blanks(written)
            day = parse_day(text)
            codes[written] = day.toordinal() if day is not None and is_book_day(day) else _WRONG if text else _EMPTY
    return np.fromiter(map(codes.__getitem__, cells), np.int32, len(cells))


@dataclass(frozen=True, slots=True)
class BlockColumns:
    """Some records by columns, each ``(records,)``: those of ``RecordColumns`` by name, and texts by their numbers.

    ``wrong`` are records in which something must be looked at.
    """

    arrays: Mapping[str, NDArray[Any]]
    own: Mapping[str, NDArray[Any]]
    wrong: Truth

    def take(self, chosen: NDArray[np.int64]) -> BlockColumns:
        """Return some of the records, by their places."""
        if len(chosen) == len(self.wrong):
            return self
        arrays, own = ({name: its[chosen] for name, its in some.items()} for some in (self.arrays, self.own))
        return BlockColumns(arrays, own, self.wrong[chosen])


@dataclass(frozen=True, slots=True)
class CellColumns:
    """How the columns of a record are read: ``names`` are those of its header, ``own`` its own, of which ``labels`` hold texts."""

    names: tuple[str, ...]
    own: tuple[str, ...]
    labels: frozenset[str]
    classes: Classes | None
    kinds: Mapping[str, TextKind]
    days: dict[str, int] = field(default_factory=dict)
    texts: dict[str, _TextCodes] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[str, ...]:
        """The columns that count classes."""
        return () if self.classes is None else self.classes.columns

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns of the rows' own that hold numbers, counts aside."""
        return tuple(name for name in self.own if name not in self.labels and name not in self.counts)

    @property
    def own_in_order(self) -> tuple[str, ...]:
        """The columns of the rows' own, counts last."""
        return (*(name for name in self.own if name not in self.counts), *self.counts)

    def convert(self, records: Sequence[Sequence[str]]) -> BlockColumns:
        """Return records, each with a cell for every name, by columns."""
        cells: dict[str, Sequence[str]] = dict(
            zip(self.names, zip(*records, strict=True) if records else [()] * len(self.names), strict=True)
        )
        count = len(records)
        arrays: dict[str, NDArray[Any]] = {}
        wrong = self._days(cells, count, arrays)
        if self.classes is None:
            wrong |= _values(cells, count, arrays)
        elif not self.classes.counted:
            wrong |= self._classes(cells, count, arrays)
        for name in ROW_TEXTS:
            arrays[name], refused = self._text(name, cells, count)
            wrong |= refused
        wrong |= arrays["source"] == 0
        if "grade" in cells:
            wrong |= np.array([text not in {"", *GRADES} for text in self.texts["grade"].texts])[arrays["grade"]]
        own: dict[str, NDArray[Any]] = {}
        for name in self.own_in_order:
            if name in self.labels:
                own[name], its = self._text(name, cells, count)
            else:
                own[name], _, its = _numbers(cells[name])
            wrong |= its
        if self.counts:
            wrong |= _counts(own, self.counts, arrays)
        return BlockColumns(arrays, own, wrong)

    def _days(self, cells: Mapping[str, Sequence[str]], count: int, arrays: dict[str, NDArray[Any]]) -> Truth:
        """Put the days of records into arrays, and return which have none, or wrong ones."""
        given = {
            name: _encode_days(self.days, cells[name]) if name in cells else np.zeros(count, np.int32)
            for name in ("on", "from", "to", "known")
        }
        on, first, last, known = given.values()
        start, end = np.where(on, on, first), np.where(on, on, last)
        arrays |= {"start": start, "end": end, "known": np.where(known, known, end)}
        return np.asarray((start <= 0) | (end < start) | (known < 0) | ((on != 0) & ((first != 0) | (last != 0))))

    def _text(self, name: str, cells: Mapping[str, Sequence[str]], count: int) -> tuple[NDArray[np.int32], Truth]:
        """The texts of a column by their numbers, and which have a character that they may not have."""
        if name not in cells:
            return np.zeros(count, dtype=np.int32), np.zeros(count, dtype=bool)
        if name not in self.texts:
            self.texts[name] = _TextCodes(self.kinds.get(name, "label"))
        known = self.texts[name]
        codes = known.encode(cells[name])
        refused = np.array(known.refused)[codes] if any(known.refused) else np.zeros(count, dtype=bool)
        return codes, refused

    def _classes(self, cells: Mapping[str, Sequence[str]], count: int, arrays: dict[str, NDArray[Any]]) -> Truth:
        """Put the numbers of classes into arrays, and return which records name none."""
        assert self.classes is not None
        codes, _ = self._text("value", cells, count)
        labels = self.classes.labels
        numbers = np.array([labels.index(text) if text in labels else -1 for text in self.texts["value"].texts])[codes]
        arrays |= {"value": numbers.astype(float), "said": codes}
        return np.asarray(numbers < 0)


def _values(cells: Mapping[str, Sequence[str]], count: int, arrays: dict[str, NDArray[Any]]) -> Truth:
    """Put the values and ranges of records into arrays, and return which have none, or wrong ones."""
    value, empty, wrong = _numbers_if_any(cells, "value", count)
    arrays["value"] = value
    if not any(name in cells for name in RANGE):
        return wrong | empty
    (low, no_low, wrong_low), (high, no_high, wrong_high) = (_numbers_if_any(cells, name, count) for name in RANGE)
    ranged = ~(no_low & no_high)
    lower, upper = np.where(no_low, -math.inf, low), np.where(no_high, math.inf, high)
    arrays |= {
        "value": np.where(ranged, np.where(no_low, high, low), value),
        "low": np.where(ranged, lower, np.nan),
        "high": np.where(ranged, upper, np.nan),
    }
    wrong_range: Truth = (ranged == ~empty) | (ranged & ~(lower < upper))
    return wrong | wrong_low | wrong_high | wrong_range


def _counts(own: Mapping[str, NDArray[Any]], columns: Sequence[str], arrays: dict[str, NDArray[Any]]) -> Truth:
    """Put the sums of counts into arrays, and return which are no counts."""
    counts = np.array([own[column] for column in columns], dtype=float)
    total = counts.sum(axis=0)
    arrays["value"] = total
    with np.errstate(invalid="ignore"):
        whole = (counts >= 0) & (counts == np.floor(counts))
        wrong: Truth = ~whole.all(axis=0) | ~(total < 2.0**53)  # beyond, sums of floats depend on their order
        return wrong


def _numbers_if_any(cells: Mapping[str, Sequence[str]], name: str, count: int) -> tuple[Array, Truth, Truth]:
    if name in cells and any(cells[name]):
        return _numbers(cells[name])
    return np.full(count, np.nan), np.ones(count, dtype=bool), np.zeros(count, dtype=bool)


def _numbers(cells: Sequence[str]) -> tuple[Array, Truth, Truth]:
    """The numbers in cells (not a number where there is none), which cells are empty, and which hold no finite number."""
    try:
        if _DIGITS.fullmatch(";".join(cells)):
            numbers = np.fromiter(map(float, cells), float, len(cells))
            return numbers, np.zeros(len(cells), dtype=bool), ~np.isfinite(numbers)
    except ValueError:
        pass
    texts = [strip_blanks(cell) for cell in cells]
    numbers = np.array([float(text) if is_number(text) else np.nan for text in texts])
    empty = np.array([not text for text in texts], dtype=bool)
    return numbers, empty, ~np.isfinite(numbers) & ~empty
