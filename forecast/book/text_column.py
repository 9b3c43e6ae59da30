"""A column of texts: each different text once, and for every row which of them it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEW_ROWS = 64  # that are looked through one by one, which takes less time


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """The texts of rows: ``codes`` ``(rows,)`` are places in ``texts``, of which the first is empty."""

    codes: NDArray[np.int32]
    texts: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        """Return the text of a row."""
        return self.texts[int(self.codes[row])]

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Whether each row has a text, ``(rows,)``."""
        filled: NDArray[np.bool_] = self.codes != 0
        return filled

    @property
    def is_empty(self) -> bool:
        """Whether no row has a text."""
        return len(self.texts) == 1 or not self.codes.any()

    def strings(self, rows: slice = slice(None)) -> list[str]:
        """Return the texts of some rows that stand next to one another."""
        if len(self.texts) == 1:
            return [""] * len(self.codes[rows])
        return list(map(self.texts.__getitem__, self.codes[rows].tolist()))

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> TextColumn:
        """Return the texts of some rows."""
        if len(self.texts) == 1:
            return empty_texts(len(rows) if rows.dtype != bool else int(np.count_nonzero(rows)))
        return TextColumn(self.codes[rows], self.texts)

    def distinct(self) -> tuple[str, ...]:
        """Return the different texts that rows have, in the order in which they first have them."""
        return tuple(text for text in self.first_rows() if text)

    def first_rows(self) -> dict[str, int]:
        """Return the different texts that rows have, none among them, each with the place of the first row that has it, in their order."""
        if len(self) <= FEW_ROWS:
            codes = self.codes.tolist()
            places = [(code, codes.index(code)) for code in dict.fromkeys(codes)]
        else:
            different, first = np.unique(self.codes, return_index=True)
            order = np.argsort(first)
            places = list(zip(different[order].tolist(), first[order].tolist(), strict=True))
        return {self.texts[code]: place for code, place in places}

    def numbers_among(self, texts: Iterable[str]) -> NDArray[np.int64]:
        """Return for each row the place of its text among some, -1 where it has none.  Raises ``KeyError`` for a text that is not there."""
        places = {text: place for place, text in enumerate(texts)}
        used = np.zeros(len(self.texts), dtype=bool)
        used[self.codes] = True
        numbers = np.array([-1, *(places[text] if has else -1 for text, has in zip(self.texts[1:], used[1:].tolist(), strict=True))])
        return numbers[self.codes]


def empty_texts(count: int) -> TextColumn:
    """Return a column in which no row has a text."""
    return TextColumn(np.zeros(count, dtype=np.int32))


def text_column(texts: Iterable[str]) -> TextColumn:
    """Return some texts as a column."""
    codes: dict[str, int] = {"": 0}
    numbers = [codes.setdefault(text, len(codes)) for text in texts]
    return TextColumn(np.array(numbers, dtype=np.int32), tuple(codes))
