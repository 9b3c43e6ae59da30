"""Arguments of priors that are numbers, which are solved once however many models read them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from forecast.model import priors
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from tests.support.building import make_topic

AS_OF = date(2026, 1, 1)


def test_a_prior_in_words_is_solved_once_for_all_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of a topic as of two days have the same arguments, found once; those of a prior that depends on another are not fixed."""
    solved: list[str] = []
    written = priors.written_distribution

    def noting(statement: Any, *rest: Any) -> Any:
        solved.append(statement.text)
        return written(statement, *rest)

    monkeypatch.setattr(priors, "written_distribution", noting)
    words, depends = "Beta(p5=0.2, p95=0.7)", "Normal(mu=share, sigma=1)"
    topic = make_topic(priors={"share": words, "level": depends}, streams={"seen": "Poisson(mu=share)"}, rows={"seen": [1.0, 2.0]})
    first, later = (blocks(model_as_of(topic, day)) for day in (topic.opens, AS_OF))
    assert solved == [words]
    assert [block.fixed is None for block in first] == [False, True]
    assert first[0].fixed == later[0].fixed
    share = first[0].family
    assert [float(share.distribution(end, **first[0].fixed)) for end in (0.2, 0.7)] == pytest.approx([0.05, 0.95])
