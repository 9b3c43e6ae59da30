"""A model that does not reproduce its record, from files to the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.small_books import write_book

CLUMPED = (0, 30) * 5
ORDINARY = (12, 17, 14, 15, 16, 13, 18, 11, 15, 19)
MISFIT = "The model does not reproduce the record. In events, the "


def published(run: Run, root: Path, values: tuple[int, ...]) -> str:
    """What an update of a book of monthly counts prints; its exit code is 0."""
    rows = "".join(f"2025-{month:02}-01,2025-{month:02}-28,{value},2025-{month:02}-28,made up\n" for month, value in enumerate(values, 1))
    given = {"rate": "Gamma(mu=15, sigma=10)"}
    write_book(
        root,
        rows=f"from,to,value,known,source\n{rows}",
        value="Poisson(mu=rate * months)",
        answer="total(events) >= 330",
        by="2026-12-31",
        priors=given,
    )
    ran = run("update", "--no-referee", "--as-of", "2025-10-31", on=root)
    assert ran.code == 0
    return ran.out


@pytest.mark.slow
def test_counts_that_are_too_clumped_are_warned_of_beside_the_answers(run: Run, tmp_path: Path):
    """The terminal, the JSON of the command and the pages say so."""
    out = published(run, tmp_path, CLUMPED)
    assert any(line.startswith(f"  WARNING: {MISFIT}") for line in out.splitlines())
    (topic,) = json.loads(run("update", "--no-referee", "--as-of", "2025-10-31", "--json", on=tmp_path).out)["topics"]
    assert topic["misfits"]
    assert all(each.startswith(MISFIT) for each in topic["misfits"])
    assert topic["warnings"] == []
    for name in ("made.html", "made.md", "index.html", "index.md"):
        assert MISFIT in (tmp_path / "reports/as-of/2025-10-31" / name).read_text(encoding="utf-8")


@pytest.mark.slow
def test_counts_as_the_model_would_make_them_are_not_warned_of(run: Run, tmp_path: Path):
    """There is no warning at all."""
    assert "WARNING" not in published(run, tmp_path, ORDINARY)
