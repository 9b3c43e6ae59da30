"""How to compute: engine, seed and number of paths, and the random numbers that follow from them.

Randomness is one stream of numbers for each topic and purpose, all from the seed, so that
neither the order of topics nor an added question moves another number.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

import numpy as np

DEFAULT_DRAWS = 16_384  # paths, where nobody asks for more or fewer
FEWEST_SIMULATED, MOST_SIMULATED = 256, 2**20  # with fewer, errors cannot be measured; with more, memory ends
LEAST_EFFORT, MOST_EFFORT = 0.25, 16.0  # with less, weights cannot be judged; with more, memory ends

type EngineChoice = Literal["auto", "importance", "nuts"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to compute: the engine that supplies the draws, the seed, how many paths are simulated, and whether chances get intervals.

    ``trust`` allows code of the book to be run: the ``model.py`` of a topic that brings its own model.
    Raises ``ValueError`` for an engine that there is not, a seed below 0, and draws that are no whole number from 256 to 1,048,576.
    """

    engine: EngineChoice = "auto"
    seed: int = 1
    draws: int = DEFAULT_DRAWS
    chances: bool = True
    trust: bool = False

    def __post_init__(self) -> None:
        """Refuse what nothing can be computed with, as the command line does."""
        engines = get_args(EngineChoice.__value__)
        if self.engine not in engines:
            raise ValueError(f"no engine {self.engine!r}; there are {', '.join(engines)}")
        if not isinstance(self.draws, int | np.integer) or not FEWEST_SIMULATED <= self.draws <= MOST_SIMULATED:
            raise ValueError(f"draws is a whole number from {FEWEST_SIMULATED:,} to {MOST_SIMULATED:,}, not {self.draws!r}")
        if not isinstance(self.seed, int | np.integer) or self.seed < 0:
            raise ValueError(f"seed is a whole number that is not below 0, not {self.seed!r}")
        for name in ("draws", "seed"):  # as JSON can write them
            object.__setattr__(self, name, int(getattr(self, name)))

    @property
    def effort(self) -> float:
        """How many times the usual points are drawn from the posterior: as many as paths, within bounds.

        As often, and never less than once, NUTS draws, and draws are taken for the intervals of chances.
        """
        return min(max(self.draws / DEFAULT_DRAWS, LEAST_EFFORT), MOST_EFFORT)


class Purpose(StrEnum):
    """What random numbers are for: seed words, which stay as they are whatever is renamed, or else every number moves."""

    ANCHOR = "anchor"
    ANCHORS = "anchors"
    ANSWERED_BEFORE = "answered before"
    ANSWERS = "answers"
    CHECKS = "checks"
    DATA_TREE = "data tree"
    DRAWN = "drawn"
    DRAWN_PATHS = "drawn paths"
    DRAWS = "draws"
    ECHO = "echo"
    EVIDENCE = "evidence"
    HISTORY = "history"
    IMPLIED = "implied"
    IMPLIED_PATHS = "implied paths"
    IMPLIED_SAMPLE = "implied sample"
    IMPORTANCE = "importance"
    INSIGHT = "insight"
    MARKET = "market"
    MOVED = "moved"
    NEW = "new"
    NUTS = "nuts"
    OLD = "old"
    ORDERS = "orders"
    PATHS = "paths"
    PRIOR = "prior"
    REFIT = "refit"
    REFITTED_DRAWS = "refitted draws"
    REFITTED_PATHS = "refitted paths"
    RESAMPLE = "resample"
    SCENARIOS = "scenarios"
    STAKES = "stakes"
    SURPRISE = "surprise"
    TRIAL = "trial"


def generator(seed: int, *words: str) -> np.random.Generator:
    """Return a generator of its own for each sequence of seed words: names of the book, engines, days, and at least one ``Purpose``."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in words)])
