"""What the published engine calls sound is right, on hard posteriors and on easy ones; what is known of them can be computed again."""

from __future__ import annotations

import pytest

from tests.studies.hard.outcomes import published, run, verdict_on
from tests.studies.hard.suite import members
from tests.studies.hard.truths import stored

pytestmark = pytest.mark.medium

MEMBERS = members()
SEED = 1
REPEATED = 1e-9  # of a share, on another machine


@pytest.mark.parametrize("name", [name for name, member in MEMBERS.items() if member.is_cheap])
def test_a_truth_that_is_quick_to_compute_is_the_one_that_is_kept(name: str) -> None:
    """The numbers in the file are those the code beside it gives."""
    for kept, again in zip(stored()[name], MEMBERS[name].truth(), strict=True):
        assert (again.of, again.label, again.at) == (kept.of, kept.label, kept.at)
        assert again.share == pytest.approx(kept.share, abs=REPEATED)


@pytest.mark.slow
@pytest.mark.study
@pytest.mark.parametrize("name", [name for name, member in MEMBERS.items() if not member.is_cheap])
def test_a_truth_that_takes_long_to_compute_is_the_one_that_is_kept(name: str) -> None:
    """As of those that are quick; a sampled one repeats too, since its seed is fixed."""
    for kept, again in zip(stored()[name], MEMBERS[name].truth(), strict=True):
        assert (again.of, again.label, again.at) == (kept.of, kept.label, kept.at)
        assert again.share == pytest.approx(kept.share, abs=REPEATED)


def test_every_member_has_two_known_figures_or_more() -> None:
    """Every member has its truth, and every truth its member; shares are such as draws can tell from 0 and 1."""
    assert list(stored()) == list(MEMBERS)
    assert all(len(figures) >= 2 for figures in stored().values())
    assert {figure for figures in stored().values() for figure in figures if not 0.0005 < figure.share < 0.9995} == set()


def test_the_suite_has_25_hard_posteriors_and_6_easy_ones_or_more() -> None:
    """Of every kind there are some."""
    kinds = [member.kind for member in MEMBERS.values()]
    assert len(kinds) - kinds.count("easy") >= 25
    assert kinds.count("easy") >= 6
    assert all(kinds.count(kind) >= 5 for kind in ("ridge", "mixture", "funnel", "hierarchy", "separation", "tail", "numbers"))


@pytest.mark.slow
@pytest.mark.parametrize("name", MEMBERS)
def test_what_is_published_is_right_or_says_that_it_is_not(name: str) -> None:
    """With no engine chosen and one seed: a hard posterior is right, or unreliable by its own account; an easy one is right."""
    figures = stored()[name]
    fast, first = run(MEMBERS[name], "fast", seed=SEED, figures=figures)
    given = None if first is None else first.posterior
    word = fast.word
    if word == "unreliable":
        slow, second = run(MEMBERS[name], "nuts", seed=SEED, figures=figures, fast=given)
        word = published(slow, first, second, verdict_on(first, second))
    allowed = {"right"} if MEMBERS[name].kind == "easy" else {"right", "unreliable"}
    assert word in allowed, f"{fast.word} by the fast engine: {fast.worst or fast.reason}"
