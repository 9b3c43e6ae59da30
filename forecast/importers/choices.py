"""What a user says about a file that is imported, beside which it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """Into which collection (empty: one named after the format), who "me" is there, and what is brought in; a format reads those it declares.

    ``others`` asks for the forecasts of other persons, ``crowd_complete`` says that the file has everybody's, ``private`` asks for questions
    that are not public.  ``zone`` is that of times without one, ``mapping`` the file that says which column is what, and ``market`` the market
    of bets that do not name it.
    """

    collection: str = ""
    me: tuple[str, ...] = ()
    others: bool = False
    crowd_complete: bool = False
    private: bool = False
    zone: str = ""
    mapping: Path | None = None
    market: str = ""
