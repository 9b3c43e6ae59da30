"""How far work is, reported to whoever shows it: one protocol for all work that takes longer than a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Progress(Protocol):
    """Is called with what is being done and, where parts are counted, how many are done, of how many."""

    def __call__(self, doing: str, done: int = 0, of: int = 1, /) -> None:
        """Take note of what is being done."""


def ignore_progress(doing: str, done: int = 0, of: int = 1, /) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class PartialProgress:
    """The progress of one part of some work: it begins where ``before`` parts of ``of`` are done; ``label`` says which part it is."""

    whole: Progress
    before: int
    of: int
    label: str = ""

    def __call__(self, doing: str, done: int = 0, _of: int = 1, /) -> None:
        """Take note of what is being done as a part of the whole, whose number of parts is known already."""
        self.whole(f"{self.label}{doing}", self.before + done, self.of)
