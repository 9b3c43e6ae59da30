"""The page of scores as an update makes it: only where something that it rests on has changed, and without what takes long to compute."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from forecast.actions.book_inputs import has_forecasts_on_record, score_page_inputs
from forecast.book.files.folder import Folder
from forecast.book.files.layout import REPORTS
from forecast.book.files.problems import FileFault, Problem
from forecast.schema.score_page import SCORE_REPORT

MADE_OF = re.compile(rb'"made_of": "([0-9a-f]{64})"')
PAGE_JSON = f"{REPORTS}/{SCORE_REPORT}.json"


def update_score_page(root: Path, *, as_of: date, pages: bool) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Make the page of scores, without ``pages`` its JSON alone, where the record, the ledger, the book's files or the day have changed.

    A book without forecasts on record gets none, unless it has one already.  Return the files whose bytes changed, and a warning where the
    page cannot be made: nothing that is wrong with a record stops an update.
    """
    folder = Folder(root)
    try:
        exists = folder.kind(PAGE_JSON) is not None
        if not exists and not has_forecasts_on_record(folder):
            return (), ()
        made_of = MADE_OF.search(folder.read(PAGE_JSON, most=None)) if exists else None
        if made_of is not None and made_of[1].decode() == score_page_inputs(folder, as_of=as_of):
            return (), ()
    except FileFault as fault:
        return (), (_unmade_page_warning(fault.problem),)
    from forecast.actions.score_page import make_score_page  # what it imports is needed where there is a record

    made = make_score_page(root, as_of=as_of, pages=pages)
    return made.written, tuple(map(_unmade_page_warning, made.problems[:1]))


def _unmade_page_warning(problem: Problem) -> Problem:
    return Problem(problem.place, f"the page of scores was not made: {problem.message}", problem.hint, level="warning")
