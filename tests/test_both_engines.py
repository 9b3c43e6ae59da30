"""Which engine's draws are published, what the referee says of both, and when the report warns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecast.inference.importance.fit import condition
from forecast.inference.pymc.plan import CannotSample
from forecast.model.errors import Unsound, topic_problem
from forecast.model.settings import Settings
from forecast.predict import analysis as concluding
from forecast.predict.analysis import analyse, published_result
from tests.support.known import KNOWN

pytestmark = pytest.mark.medium

KNOWN_MODEL = KNOWN["beta_binomial"]()
TOPIC, AS_OF = KNOWN_MODEL.topic, KNOWN_MODEL.as_of
SOUND, SHORT, UNSOUND = ({"sound": True}, {"sound": False, "short": True, "reason": "few"}, {"sound": False, "reason": "bad"})
HEAVY = {"sound": False, "heavy": True, "reason": "heavy weights"}
FEW = {"sound": True, "divergences": 3}
STUCK = {"sound": False, "reason": "apart"}
NEVER = None


@pytest.fixture(scope="module")
def exact():
    """Two sets of draws of the exact posterior, which agree."""
    return [condition(KNOWN_MODEL.model, rng=np.random.default_rng(seed)) for seed in (1, 2)]


@pytest.fixture
def engines(exact, monkeypatch):
    """Put both engines in place of the real ones, with diagnostics of choice; NUTS's share is moved by ``off``."""
    calls = []

    def put(fast, nuts, *, off=0.0):
        one, other = exact

        def condition_fast(model, settings):
            calls.append("fast")
            return replace(one, diagnostics=replace(one.diagnostics, **fast))

        def condition_nuts(model, settings, *_):
            calls.append("nuts")
            if nuts is NEVER:
                raise CannotSample("no point has a density")
            if isinstance(nuts, Exception):
                raise nuts
            moved = {"share": np.clip(other.parameters["share"] + off, 0.001, 0.999)}
            diagnostics = replace(other.diagnostics, engine="nuts", **({"divergences": 0} | nuts))
            return replace(other, engine="nuts", parameters=moved, diagnostics=diagnostics)

        monkeypatch.setattr(concluding, "condition_fast", condition_fast)
        monkeypatch.setattr(concluding, "condition_nuts", condition_nuts)
        return calls

    return put


@pytest.mark.parametrize(
    ("fast", "nuts", "off", "outcome", "published", "sound"),
    [
        (SOUND, SOUND, 0, "agreed", "importance", True),
        (SOUND, FEW, 0, "agreed", "importance", True),
        (SOUND, SOUND, 0.1, "disputed", "importance", True),
        (SOUND, STUCK, 0, "failed", "importance", True),
        (SOUND, NEVER, 0, "failed", "importance", True),
        (SHORT, SOUND, 0, "agreed", "nuts", True),
        (SHORT, FEW, 0, "agreed", "nuts", True),
        (SHORT, SOUND, 0.1, "disputed", "nuts", True),
        (HEAVY, SOUND, 0.1, "disputed", "nuts", True),
        (SHORT, FEW, 0.1, "disputed", "nuts", False),
        (SHORT, STUCK, 0, "failed", "importance", False),
        (SHORT, NEVER, 0, "failed", "importance", False),
        (UNSOUND, SOUND, 0, "unconfirmed", "nuts", True),
        (UNSOUND, FEW, 0, "unconfirmed", "nuts", False),
        (UNSOUND, STUCK, 0, "failed", "nuts", False),
        (UNSOUND, NEVER, 0, "failed", "importance", False),
    ],
)
def test_the_better_run_is_published_and_the_verdict_says_what_confirms_it(engines, fast, nuts, off, outcome, published, sound):
    """Sound before unsound, the fast engine first; of chains that have not met and a run short of draws, the latter."""
    engines(fast, nuts, off=off)
    found = analyse(TOPIC, AS_OF, Settings(draws=4_096), referee=True)
    posterior = found.result.posterior
    assert (found.verdict.verdict, posterior.engine, posterior.diagnostics.sound) == (outcome, published, sound)


@pytest.mark.parametrize(("fast", "nuts"), [(SHORT, SOUND), (SHORT, STUCK), (UNSOUND, FEW), (UNSOUND, NEVER), (SOUND, SOUND)])
def test_without_the_referee_the_same_run_is_published(engines, fast, nuts):
    """Whether a comparison is asked for decides no number, nor does an answer for a comparison with other priors."""
    engines(fast, nuts)
    with_referee, without = (analyse(TOPIC, AS_OF, Settings(draws=4_096), referee=asked) for asked in (True, False))
    alone = published_result(TOPIC, AS_OF, Settings(draws=4_096))
    assert without.result.posterior.engine == with_referee.result.posterior.engine == alone.posterior.engine
    assert without.result.posterior.diagnostics == with_referee.result.posterior.diagnostics == alone.posterior.diagnostics


def test_where_nuts_was_not_needed_there_is_no_verdict(engines):
    """A sound fast run without a referee is compared with nothing, and NUTS is not run."""
    calls = engines(SOUND, SOUND)
    assert analyse(TOPIC, AS_OF, Settings(draws=4_096), referee=False).verdict is None
    assert calls == ["fast"]


def test_where_both_were_run_they_are_compared_without_being_asked(engines):
    """NUTS replaced a short run: the comparison costs nothing more."""
    calls = engines(SHORT, SOUND)
    assert analyse(TOPIC, AS_OF, Settings(draws=4_096), referee=False).verdict.verdict == "agreed"
    assert calls == ["fast", "nuts"]


def test_the_fast_engine_runs_once_where_nuts_cannot(engines):
    """What it has computed is published, not computed again."""
    calls = engines(SOUND, NEVER)
    analyse(TOPIC, AS_OF, Settings(draws=4_096), referee=True)
    assert calls == ["fast", "nuts"]


def test_a_referee_that_finds_a_problem_of_its_own_has_failed(engines):
    """What only NUTS refuses does not stop a topic that the fast engine answers."""
    engines(SOUND, Unsound(topic_problem(TOPIC, (), "a density is not a number")))
    verdict = analyse(TOPIC, AS_OF, Settings(draws=4_096), referee=True).verdict
    sentence = "NUTS cannot sample this topic: a density is not a number. No other engine has checked the fast one."
    assert (verdict.verdict, verdict.sentence) == ("failed", sentence)


@pytest.mark.parametrize("referee", [True, False])
def test_nuts_that_was_asked_for_and_cannot_sample_is_a_problem(engines, referee):
    """Then no other engine answers in its place."""
    engines(SOUND, NEVER)
    with pytest.raises(Unsound) as found:
        analyse(TOPIC, AS_OF, Settings(engine="nuts"), referee=referee)
    (problem,) = found.value.problems
    assert (problem.message, problem.hint) == (
        "NUTS cannot sample this topic: no point has a density",
        "leave the engine to `auto`",
    )


@pytest.mark.parametrize(("confirmed", "divergences", "sound"), [(True, 3, True), (False, 3, False), (False, 0, True)])
def test_an_agreement_that_is_remembered_confirms_few_divergences(engines, confirmed, divergences, sound):
    """NUTS alone with a divergence is sound only where the fast engine has agreed with the same calculation before."""
    engines(SOUND, {"sound": True, "divergences": divergences})
    found = analyse(TOPIC, AS_OF, Settings(engine="nuts", draws=4_096), referee=False, confirmed=confirmed)
    assert found.result.posterior.diagnostics.sound is sound


@pytest.mark.parametrize(("nuts", "off", "outcome", "sound"), [(SOUND, 0, "agreed", False), (SOUND, 0.1, "disputed", False)])
def test_the_engine_that_was_asked_for_is_published(engines, nuts, off, outcome, sound):
    """A short run that was asked for stays, and is compared."""
    engines(SHORT, nuts, off=off)
    found = analyse(TOPIC, AS_OF, Settings(engine="importance", draws=4_096), referee=True)
    assert (found.verdict.verdict, found.result.posterior.engine) == (outcome, "importance")
    assert found.result.posterior.diagnostics.sound is sound
