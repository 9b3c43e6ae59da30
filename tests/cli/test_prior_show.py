"""Which engine's draws stand beside the priors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.actions import prior
from forecast.actions.prior import prior_posterior_table
from forecast.inference.posterior import Posterior
from forecast.model.model import Model
from forecast.model.settings import Settings
from forecast.predict import analysis
from forecast.predict.analysis import condition_fast
from tests.cli.conftest import Run
from tests.support.paths import TINY_BOOK

pytestmark = pytest.mark.medium

NEW_YEAR = date(2025, 1, 1)
TWICE = 2.0  # by which the draws of the other engine are told from the fast one's


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets whether the fast engine is sound, and whether NUTS is, whose rates are twice as high."""

    def set_engines(*, fast: bool, slow: bool) -> None:
        def by_fast(model: Model, settings: Settings, **_: Any) -> Posterior:
            drawn = condition_fast(model, settings)
            return replace(drawn, diagnostics=replace(drawn.diagnostics, sound=fast, reason="" if fast else "it is stuck", pareto_k=0.9))

        def by_nuts(model: Model, settings: Settings, fast: Posterior | None = None) -> Posterior:
            drawn = by_fast(model, settings) if fast is None else fast
            rates = {**drawn.parameters, "breakdown_rate": TWICE * drawn.parameters["breakdown_rate"]}
            return replace(
                drawn, engine="nuts", parameters=rates, diagnostics=replace(drawn.diagnostics, engine="nuts", sound=slow, divergences=0)
            )

        monkeypatch.setattr(prior, "condition_fast", by_fast)
        monkeypatch.setattr(analysis, "condition_fast", by_fast)
        monkeypatch.setattr(analysis, "condition_nuts", by_nuts)

    return set_engines


@pytest.mark.parametrize(("fast", "factor"), [(True, 1.0), (False, TWICE)])
def test_posteriors_are_those_that_a_report_publishes(engines: Callable[..., None], fast: bool, factor: float) -> None:  # noqa: FBT001 - a case
    """The fast engine's where they are sound, else NUTS's."""
    engines(fast=True, slow=True)
    usual = prior_posterior_table(TINY_BOOK, ["ferry"], as_of=NEW_YEAR).changes["ferry"][0].after.points
    engines(fast=fast, slow=True)
    table = prior_posterior_table(TINY_BOOK, ["ferry"], as_of=NEW_YEAR)
    np.testing.assert_allclose(table.changes["ferry"][0].after.points, factor * np.array(usual), rtol=1e-12)
    assert table.distrusted == ()


@pytest.mark.parametrize("slow", [True, False])
def test_where_no_engine_is_sound_the_command_says_so(engines: Callable[..., None], run: Run, slow: bool) -> None:  # noqa: FBT001 - a case
    """The table is printed, with a warning and exit code 3; not where one is."""
    engines(fast=False, slow=slow)
    shown = run("prior", "show", "ferry", "--as-of", "2025-01-01")
    assert "breakdown_rate" in shown.out
    assert ("the draws of ferry are not sound" in shown.err, shown.code) == ((False, 0) if slow else (True, 3))
