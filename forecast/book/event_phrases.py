"""How a stream's events are spoken of: clauses that an author gives, and the singular of its unit."""

from __future__ import annotations

from dataclasses import dataclass

NUMBER_MARK = "{n}"  # in a clause of several events, where their number stands


@dataclass(frozen=True, slots=True)
class EventPhrases:
    """Clauses in the present tense, each empty where none is given, and the singular of a unit whose plural is given as well.

    ``event`` is what happens when one more is counted (``another captive asks to go South``), ``events`` what happens when a number is,
    which stands for ``{n}``, and ``no_event`` what is so when none is.
    """

    event: str = ""
    events: str = ""
    no_event: str = ""
    unit_one: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them in one order; nothing where none is given."""
        its = (self.event, self.events, self.no_event, self.unit_one)
        return its if any(its) else ()
