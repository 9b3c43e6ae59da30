"""A report says whose parameters it shows, which priors other versions of the model have, what its ranges leave out, and what carries a linked prior."""

from __future__ import annotations

from typing import Any

import pytest

from forecast.report.tables_links import link_tables
from forecast.report.tables_variants import foreign_priors_sentence, light_versions_sentence, priors_note


def content_of(**changes: tuple[str, ...]) -> Any:
    """A topic with the parameters rate and leaning, and a version for each list of places that it replaces."""
    rivals = [
        {"name": name, "after": 0.2, "error": 0.002, "changes": [{"place": place, "text": "Beta(alpha=1, beta=1)"} for place in places]}
        for name, places in {"base": (), **changes}.items()
    ]
    return {"parameters": [{"name": "rate"}, {"name": "leaning"}], "variants": {"rivals": rivals}}


def test_what_was_believed_says_which_version_it_is_of():
    """A replaced prior is named as an added one is, a parameter with labels once; a version that replaces statements alone is not."""
    content = content_of(
        fell=("quantities.takings", "priors.rate_later"),
        one_class=("priors.leaning.default", "priors.leaning.korea"),
        few=("quantities.men",),
    )
    shown = "These are the parameters of the topic as it stands, the version “base”, which has 20 % of the weight."
    assert (
        priors_note(content) == f"{shown} Priors of other versions stand under “Rival structures” (fell: rate later; one class: leaning)."
    )
    assert priors_note(content_of(few=("quantities.men",))) == shown
    assert not priors_note({"parameters": content["parameters"]})


def test_varied_priors_of_other_versions_are_named_with_these():
    """They stand in no table of what was believed; a prior that the topic has too is not among them."""
    content = content_of(fell=("priors.rate_later",), slow=("priors.rate_later", "priors.rate"), peace_near=("priors.peace_soon",))
    said = foreign_priors_sentence(content, ("rate", "rate_later", "peace_soon"))
    assert said == "Priors that only some versions of the model have: rate later (fell and slow) and peace soon (peace near)."
    assert not foreign_priors_sentence(content, ("rate", "leaning"))


@pytest.mark.parametrize(("weight", "named"), [(0.0099, ": “one entry”."), (0.01, "")])
def test_a_version_that_no_range_has_is_named(weight: float, named: str):
    """The table of answers has it, so that its answer may lie outside the range."""
    content = content_of(one_entry=())
    content["variants"]["rivals"][1]["after"] = weight
    said = light_versions_sentence(content["variants"])
    assert said == (f"Ranges over versions of the model leave out what has less than 1 % of the weight{named}" if named else "")


def test_what_carries_a_linked_prior_is_told_in_a_sentence():
    """The caption begins as every caption of a report does."""
    link = {"parameter": "names_south", "link": "posterior(captives.names_south)", "label": "", "parts": [{"share": 1.0, "statement": "Beta(2, 5)"}], "kolmogorov": 0.0033, "gap": 0.029, "log": False, "size": 19262, "notes": []}  # fmt: skip
    table = link_tables({"links": [link]})["names_south"]
    assert table.caption.startswith("The prior of “names south” is what another topic believes on the same day: ")
    assert table.rows == (("posterior(captives.names_south)", "Beta(2, 5)", "0.0033", "0.029 sd", "19,262", ""),)
