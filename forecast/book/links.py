"""Links: the prior of a parameter that is what another topic believes of a value, as of the same day.

``prior = "posterior(loyalty.next_wish)"`` names a parameter, a quantity or a fraction of another topic, and
``posterior(loyalty.names_south[fear])`` a labelled parameter.  Its posterior is carried as a fitted distribution.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from forecast.book.files.layout import SNAKE_CASE
from forecast.book.files.problems import Place
from forecast.language.faults import Fault
from forecast.language.pooling import pool
from forecast.language.statements import Statement, parse_statement

WORD = "posterior"  # with which a link begins
_BEGIN = re.compile(rf"\s*{WORD}\s*\(")
_LINK = re.compile(rf"\s*{WORD}\s*\(\s*({SNAKE_CASE.pattern})\s*\.\s*({SNAKE_CASE.pattern})\s*(?:\[([^\[\]\n]+)\]\s*)?\)\s*")
_MENTION = re.compile(rf"\b{WORD}\s*\(\s*({SNAKE_CASE.pattern})\s*\.")
_HINT = f"as in `{WORD}(loyalty.next_wish)`, or `{WORD}(loyalty.names_south[fear])` for one label"


@dataclass(frozen=True, slots=True)
class PosteriorLink:
    """What a link names: a topic, a name in it, and a label where the name has several values; ``place`` is where it was written."""

    topic: str
    name: str
    label: str = ""
    place: Place = field(default=Place(""), compare=False)

    @property
    def address(self) -> str:
        """What it names as it is written: ``topic.name``, or ``topic.name[label]``."""
        return f"{self.topic}.{self.name}{f'[{self.label}]' if self.label else ''}"

    @property
    def text(self) -> str:
        """The link as it is written."""
        return f"{WORD}({self.address})"


@dataclass(frozen=True, slots=True)
class LinkFit:
    """What carries a posterior: a distribution fitted to its draws, and how far it is from them.

    ``parts`` are the weights and statements of its components, one or more.
    ``kolmogorov`` is the greatest difference of the distribution functions.  ``gap`` is the greatest difference of quantiles between the
    1 and the 99 % point, in standard deviations of the draws; of their logarithms where ``is_log``.  ``size`` is the effective number of
    draws, and ``sound`` says whether the engine vouches for them.
    """

    parts: tuple[tuple[float, str], ...]
    kolmogorov: float
    gap: float
    is_log: bool
    size: float
    sound: bool

    @property
    def statement(self) -> Statement:
        """The distribution as a prior."""
        return pool("mixture", [(weight, parse_statement(text)) for weight, text in self.parts])


class CarriedPosteriors(Protocol):
    """Something that knows what carries the posteriors that links name, as of any day."""

    def fit(self, link: PosteriorLink, day: date) -> LinkFit:
        """Return what carries the posterior as of a day.  Raises ``Unsound`` where it cannot be computed or carried."""


def is_link(text: str) -> bool:
    """Whether the text of a prior is meant as a link."""
    return _BEGIN.match(text) is not None


def parse_link(text: str, place: Place) -> PosteriorLink:
    """Return the link that a text makes; raise ``Fault`` where it makes none."""
    found = _LINK.fullmatch(text)
    if found is None:
        raise Fault("a link names one value of another topic", offset=text.index(WORD), hint=_HINT)
    label = (found[3] or "").strip().strip("\"'")
    return PosteriorLink(found[1], found[2], label, place)


def topics_mentioned(text: str) -> tuple[str, ...]:
    """Return the topics that the links in a prior file may name, from its text alone; one in a comment is among them too."""
    return tuple(dict.fromkeys(_MENTION.findall(text)))


def transitive_mentions(name: str, mentioned: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the topics that a topic's links may lead to, directly and through others, from those that each topic's prior file mentions."""
    found: dict[str, None] = {}
    waiting = [*mentioned.get(name, ())]
    while waiting:
        other = waiting.pop(0)
        if other not in found:
            found[other] = None
            waiting += mentioned.get(other, ())
    return tuple(found)
