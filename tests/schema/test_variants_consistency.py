"""What a report says of variants is held against the rest of it when it is read."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from forecast.schema.consistency import inconsistency
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content


def with_variants() -> Any:
    """A content with two variants that answer its first question."""
    content: Any = copy.deepcopy(sample_content())
    asked = content["answers"][0]
    answer = {"question": asked["name"], "status": asked["status"], "headline": asked["headline"], "value": asked["value"]}
    rival = {"name": "base", "changes": [], "answers": [answer]}
    content["variants"] = {
        "combine": "evidence",
        "reason": "",
        "rivals": [rival, {**copy.deepcopy(rival), "name": "bursts", "draws_of": "base"}],
        "wider": [{"change": "half as wide", "weights": [0.5, 0.5]}],
    }
    return content


def test_variants_that_fit_are_read():
    """Nothing is wrong with variants whose names, questions and weights are there."""
    assert not inconsistency(with_variants())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda its: its["variants"]["rivals"].clear(), "there is no variant"),
        (lambda its: its["variants"]["rivals"][1].update(name="base"), "two of them have one name"),
        (lambda its: its["variants"]["rivals"][1]["answers"][0].update(question="other"), "there is no such question"),
        (lambda its: its["variants"]["rivals"][1].update(draws_of="other"), "there is no such variant"),
        (lambda its: its["variants"]["wider"][0].update(weights=[1.0]), "1 weights of 2 variants"),
        (lambda its: (its["answers"][0].update(variants={}), its.pop("variants")), "an answer has a range over variants"),
    ],
)
def test_variants_that_do_not_fit_are_refused(spoil: Any, said: str):
    """No variant, a name twice, a question that is not asked, weights of other variants, and a range without variants."""
    content = with_variants()
    spoil(content)
    assert said in inconsistency(content)


def test_a_parameter_of_a_variant_alone_may_be_spoken_of():
    """What is said of another prior of a variant is accepted where the variant states that prior, and refused elsewhere."""
    content = with_variants()
    content["insight"] = copy.deepcopy(with_insight(sample_content())["insight"])
    content["insight"]["sensitivity"][0] |= {"parameter": "burst_size", "label": ""}
    assert "there is no such parameter" in inconsistency(content)
    content["variants"]["rivals"][1]["changes"] = [{"place": "priors.burst_size", "text": "Gamma(alpha=2, beta=1)"}]
    assert not inconsistency(content)


def test_a_changed_prior_is_of_a_variant_that_is_there():
    """A report that names another is not read, with variants and without."""
    content = with_variants()
    content["insight"] = copy.deepcopy(with_insight(sample_content())["insight"])
    content["insight"]["sensitivity"][0]["variant"] = "bursts"
    assert not inconsistency(content)
    content["insight"]["sensitivity"][0]["variant"] = "other"
    assert inconsistency(content) == "`insight.sensitivity.0.variant`: there is no such variant"
