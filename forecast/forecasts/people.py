"""Who forecasts: a person, a bot, a model, a market, an aggregate; and who of them belongs to the crowd of a venue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from forecast.book.files.problems import Place

type PersonKind = Literal["person", "bot", "model", "market", "aggregate", "base rate"]
ME = "me"  # how the person whose book it is is called, where nothing else is said
PERSON_KINDS: tuple[PersonKind, ...] = get_args(PersonKind.__value__)


@dataclass(frozen=True, slots=True)
class Person:
    """A row of ``people.csv``.  ``in_crowd`` is true of those whom the venue counts; models, markets and aggregates never are."""

    place: Place
    who: str
    kind: PersonKind
    in_crowd: bool
    name: str = ""
