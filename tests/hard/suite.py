"""Every hard posterior, by name, and easy ones beside them."""

from __future__ import annotations

from tests.hard.easy import easy
from tests.hard.funnels import funnels
from tests.hard.hierarchies import hierarchies
from tests.hard.members import Member
from tests.hard.mixtures import mixtures
from tests.hard.numbers import numbers
from tests.hard.ridges import ridges
from tests.hard.separation import separation
from tests.hard.tails import tails


def members() -> dict[str, Member]:
    """Return every member by its name."""
    kinds = (ridges, mixtures, funnels, hierarchies, separation, tails, numbers, easy)
    return {member.name: member for kind in kinds for member in kind()}
