"""Forecasts from plain files: questions as Bayesian models, priors with reasons, dated records, answers with their doubts.

    >>> import forecast
    >>> book = forecast.open_book("tests/books/tiny")

What can be asked of a book is in ``forecast.api``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from forecast.api import OpenBook

__all__ = ["__version__", "open_book"]
__version__ = "0.4.0"


def open_book(  # noqa: RUF067 - a re-export that stays light until it is called
    path: str | Path = ".", *, topics: Sequence[str] | None = None, trust: bool = False
) -> OpenBook:
    """Read and check the book that a directory belongs to.

    Looks from ``path`` upwards for a directory with ``seeds``.  Raises
    ``forecast.api.BookHasProblems``, which carries them all, where a file has errors.
    With ``topics``, their names, these alone are read, with those that their priors are linked to, and errors elsewhere do not matter.
    ``trust`` allows the book's own code to be run: the ``model.py`` of a topic
    that brings one.  Without it such a topic raises ``Unsound`` when it is computed.
    """
    from forecast.api import open_book as opened

    return opened(path, topics=topics, trust=trust)
