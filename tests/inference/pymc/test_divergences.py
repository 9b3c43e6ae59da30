"""Divergences where no other engine will confirm NUTS: smaller steps are taken, and the run without any is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.inference.pymc import nuts
from forecast.model.settings import Settings
from forecast.predict.analysis import condition_nuts
from tests.support.known import KNOWN

pytestmark = pytest.mark.medium

MODEL = KNOWN["eight_schools"]().model
R_HATS = {0.9: 1.001, 0.99: 1.002, 0.999: 1.003}


@pytest.fixture
def runs(monkeypatch):
    """Put runs in place of the sampler's, each with so many divergences by its target; return the targets that ran."""
    drawn = condition(MODEL, rng=np.random.default_rng(1), budget=Budget(points=8_192))
    targets = []

    def put(divergences, *, unsound=()):
        def run(_program, settings, _seed):
            target = settings.target_accept
            targets.append(target)
            diagnostics = replace(
                drawn.diagnostics, engine="nuts", sound=target not in unsound, r_hat=R_HATS[target], divergences=divergences[target]
            )
            return replace(drawn, engine="nuts", diagnostics=diagnostics)

        monkeypatch.setattr(nuts, "_run_program", run)
        monkeypatch.setattr(nuts, "_compile", lambda _: None)
        return targets

    return put


@pytest.mark.parametrize(
    ("alone", "divergences", "unsound", "ran", "kept"),
    [
        (True, {0.9: 0}, (), [0.9], 0),
        (False, {0.9: 3}, (), [0.9], 3),
        (True, {0.9: 3, 0.99: 0}, (), [0.9, 0.99], 0),
        (True, {0.9: 3, 0.99: 1, 0.999: 0}, (), [0.9, 0.99, 0.999], 0),
        (True, {0.9: 3, 0.99: 2, 0.999: 1}, (), [0.9, 0.99, 0.999], 3),
        (True, {0.9: 90, 0.99: 0}, (0.9,), [0.9, 0.99], 0),
        (False, {0.9: 90, 0.99: 2}, (0.9,), [0.9, 0.99], 2),
        (True, {0.9: 3, 0.99: 0, 0.999: 0}, (0.99,), [0.9, 0.99, 0.999], 0),
    ],
)
def test_steps_get_smaller_until_nothing_diverges_where_nothing_else_confirms(runs, alone, divergences, unsound, ran, kept):
    """Three targets at most, and as ever where another engine confirms the draws."""
    targets = runs(divergences, unsound=unsound)
    found = nuts.sample_nuts(MODEL, seed=1, alone=alone)
    assert (targets, found.diagnostics.divergences, found.diagnostics.sound) == (ran, kept, True)


@pytest.mark.parametrize(
    ("first", "slower", "longer", "ran"),
    [
        ({"sound": True}, {}, {}, [(0.9, 1000)]),
        ({}, {"sound": True}, {}, [(0.9, 1000), (0.99, 2000)]),
        ({}, {}, {"sound": True}, [(0.9, 1000), (0.99, 2000), (0.99, 8000)]),
        ({}, {"r_hat": 1.06}, {}, [(0.9, 1000), (0.99, 2000)]),
        ({}, {"ess_tail": 99.0}, {}, [(0.9, 1000), (0.99, 2000)]),
        ({}, {"divergences": 41}, {}, [(0.9, 1000), (0.99, 2000)]),
        ({}, {"divergences": 40}, {"sound": True}, [(0.9, 1000), (0.99, 2000), (0.99, 8000)]),
    ],
)
def test_more_draws_are_taken_where_nothing_else_is_wrong(first, slower, longer, ran):
    """After smaller steps, and only where the chains have nearly met, hardly any trajectory diverged and a quarter of the draws wanted are there."""
    drawn = condition(MODEL, rng=np.random.default_rng(1), budget=Budget(points=8_192))
    short = {"engine": "nuts", "draws": 8_000, "sound": False, "r_hat": 1.02, "ess_bulk": 200.0, "ess_tail": 200.0, "divergences": 0}
    kinds = {(0.9, 1000): short | {"r_hat": 1.5} | first, (0.99, 2000): short | slower, (0.99, 8000): short | {"r_hat": 1.01} | longer}
    told, offsets = [], []

    def run(settings, offset):
        told.append((settings.target_accept, settings.draws))
        offsets.append(offset)
        return replace(drawn, engine="nuts", diagnostics=replace(drawn.diagnostics, **kinds[told[-1]]))

    found = nuts.sample_until_sound(run, nuts.SamplerSettings(1000, 1000, 4, 0.9), alone=False)
    assert told == ran
    assert len(set(offsets)) == len(offsets)
    assert found.diagnostics.sound is any(kind.get("sound", False) for kind in (first, slower, longer))


@pytest.mark.parametrize(
    ("engine", "fast", "alone"),
    [
        ("auto", {"sound": True}, False),
        ("auto", {"sound": False, "short": True}, False),
        ("auto", {"sound": False}, True),
        ("nuts", {"sound": True}, True),
        ("nuts", None, True),
        ("importance", {"sound": True}, False),
    ],
)
def test_nuts_is_alone_where_the_fast_engine_cannot_confirm_it_or_it_is_published_anyway(monkeypatch, engine, fast, alone):
    """Whether a comparison is asked for never decides which run is published."""
    drawn = condition(MODEL, rng=np.random.default_rng(1), budget=Budget(points=8_192))
    told = []
    monkeypatch.setattr(nuts, "sample_nuts", lambda *_, **given: told.append(given["alone"]) or drawn)
    posterior = None if fast is None else replace(drawn, diagnostics=replace(drawn.diagnostics, **{"short": False} | fast))
    condition_nuts(MODEL, Settings(engine=engine), posterior)
    assert told == [alone]
