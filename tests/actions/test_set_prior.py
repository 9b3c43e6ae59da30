"""A prior that is set to numbers alone where it was part of a hierarchy: that it no longer is, is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.set_prior import draft_revision
from forecast.book.files.prior_text import Revision

pytestmark = pytest.mark.small

TOPIC = """title = "Fires in towns"
opens = 2026-01-01

[streams.fires]
about = "fires"
value = "Poisson(mu=rate[town] * years)"
"""
PRIORS = """[centre]
prior = "Normal(mu=0, sigma=1)"
unit  = "logarithm of fires a year"
why   = "About one a year in a town."

[rate]
prior = "LogNormal(mu=centre, sigma=0.5)"
per   = "town"
unit  = "fires a year"
why   = "Towns are much alike, but not the same."
"""
TODAY = date(2026, 12, 1)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A hierarchy of two towns."""
    (tmp_path / "seeds/towns").mkdir(parents=True)
    (tmp_path / "priors").mkdir()
    (tmp_path / "seeds/towns/topic.toml").write_text(TOPIC)
    (tmp_path / "seeds/towns/fires.csv").write_text(
        "from,to,value,source,town\n2026-01-01,2026-06-30,3,Log,north\n2026-01-01,2026-06-30,0,Log,south\n"
    )
    (tmp_path / "priors/towns.toml").write_text(PRIORS)
    return tmp_path


def warned(book: Path, statement: str, *, name: str = "rate", label: str = "") -> list[tuple[str, str, int]]:
    """What is said of a revision: level, message and line."""
    done = draft_revision(book, "towns", Revision(name, statement, label=label), today=TODAY)
    return [(problem.level, problem.message, problem.place.line) for problem in done.problems]


def test_numbers_alone_cut_all_labels_off_from_one_another(book: Path) -> None:
    """The warning stands at the prior's line, after the one of the parameter that nothing uses any more."""
    message = "`rate` no longer depends on `centre`: what is learnt of one label says nothing of another"
    assert warned(book, "LogNormal(p5=0.2, p95=5)") == [("warning", "nothing uses the parameter `centre`", 1), ("warning", message, 7)]


def test_numbers_alone_cut_one_label_off(book: Path) -> None:
    """The others stay together; the warning stands at the label's line."""
    assert warned(book, "LogNormal(p5=0.2, p95=5)", label="north") == [("warning", "`rate[north]` no longer depends on `centre`", 8)]


def test_a_prior_that_still_names_the_others_is_no_matter(book: Path) -> None:
    """Nor one that never named any."""
    assert warned(book, "LogNormal(mu=centre, sigma=0.4)") == []
    assert warned(book, "Normal(mu=0, sigma=2)", name="centre") == []
