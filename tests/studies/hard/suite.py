"""Every hard posterior, by name, and easy ones beside them."""

from __future__ import annotations

from tests.studies.hard.easy import easy
from tests.studies.hard.funnels import funnels
from tests.studies.hard.hierarchies import hierarchies
from tests.studies.hard.members import Member
from tests.studies.hard.mixtures import mixtures
from tests.studies.hard.numbers import numbers
from tests.studies.hard.ridges import ridges
from tests.studies.hard.separation import separation
from tests.studies.hard.tails import tails


def members() -> dict[str, Member]:
    """Return every member by its name."""
    kinds = (ridges, mixtures, funnels, hierarchies, separation, tails, numbers, easy)
    return {member.name: member for kind in kinds for member in kind()}
