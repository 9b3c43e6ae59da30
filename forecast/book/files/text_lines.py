"""The lines of a text: a tuple of a short one; of a long one only where each begins, so that a text is held once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

LARGE_TEXT = 1_000_000  # characters of a text from which on its lines are cut when they are asked for
_AT_ONCE = 2**20  # characters that are searched, or lines that are cut, at a time


@dataclass(frozen=True, slots=True, eq=False)
class LongTextLines(Sequence[str]):
    """The lines of a text, without their ends; ``starts`` has where each begins, and a line more would: ``(lines + 1,)``."""

    text: str
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        """Return a line, or some that stand next to one another."""
        if isinstance(at, slice):
            first, last, _ = at.indices(len(self))
            return tuple(self.text[self.starts[first] : self.starts[last] - 1].split("\n")) if first < last else ()
        if at < 0:
            at += len(self)
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self.text[self.starts[at] : self.starts[at + 1] - 1]

    def __iter__(self) -> Iterator[str]:
        """Yield the lines from first to last."""
        for first in range(0, len(self), _AT_ONCE):
            yield from self[first : first + _AT_ONCE]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The characters of each line, ``(lines,)``."""
        return np.diff(self.starts) - 1


def lines_of_text(text: str) -> Sequence[str]:
    """Return the lines of a text without their line feeds; one more, and empty, where it ends in one."""
    if len(text) < LARGE_TEXT:
        return tuple(text.split("\n"))
    ends = [_line_feeds(text[first : first + _AT_ONCE]) + first for first in range(0, len(text), _AT_ONCE)]
    return LongTextLines(text, np.concatenate([[0], *(end + 1 for end in ends), [len(text) + 1]]))


def _line_feeds(text: str) -> NDArray[np.int64]:
    """Where the line feeds of a text stand."""
    if text.isascii():
        codes: NDArray[np.uint8] | NDArray[np.uint32] = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    else:
        codes = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype="<u4")
    return np.flatnonzero(codes == ord("\n"))
