"""A hard posterior: a topic in the project's own language, and shares of its posterior that are known from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from forecast.book.topic import Topic

AS_OF = date(2026, 6, 1)

type Kind = Literal["ridge", "mixture", "funnel", "hierarchy", "separation", "tail", "numbers", "easy"]
type Figures = tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """The posterior share of a value that is at most ``at``, or the probability that a question is answered with where ``at`` is None.

    ``error`` is the standard error of the share, from 16 replicates, where it was sampled, and 0 where it is by quadrature.
    """

    of: str
    share: float
    at: float | None = None
    label: str = ""
    error: float = 0.0

    def __str__(self) -> str:
        name = f"{self.of}[{self.label}]" if self.label else self.of
        return f"P({name})" if self.at is None else f"P({name} <= {self.at:.4g})"


@dataclass(frozen=True, slots=True)
class Member:
    """A topic, how its truth is computed (in words, and the function that does it), and what kind of difficulty it has.

    ``truth`` uses NumPy and SciPy alone, none of the project's densities.  ``is_cheap`` is whether it takes less than a second.
    """

    topic: Topic
    kind: Kind
    method: str
    truth: Callable[[], Figures]
    is_cheap: bool = True

    @property
    def name(self) -> str:
        """The topic's name."""
        return self.topic.name

    @property
    def size(self) -> int:
        """How many unknown values it has."""
        return sum(max(1, len(parameter.labels)) for parameter in self.topic.parameters.values())


def rows_of(values: Sequence[float], **columns: Sequence[object]) -> list[dict[str, object]]:
    """Return rows with these values and columns."""
    return [{"value": float(value), **{name: column[index] for name, column in columns.items()}} for index, value in enumerate(values)]


def labels_of(letter: str, count: int) -> list[str]:
    """Return labels such as ``u01``, ``u02``."""
    return [f"{letter}{index + 1:02d}" for index in range(count)]
