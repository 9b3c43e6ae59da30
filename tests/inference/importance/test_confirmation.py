"""Before a run is called sound, second opinions must agree; where they do not, or nothing can confirm it, it says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.book.topic import Topic
from forecast.inference.importance import adaptation as learning
from forecast.inference.importance import engine as importance
from forecast.inference.importance import fit as conditioning
from forecast.inference.importance.adaptation import AdaptedProposal
from forecast.inference.importance.engine import Budget, Sampling
from forecast.inference.importance.fit import EFFORT, HypothesisRun, condition
from forecast.inference.importance.mixture_weights import Cloud
from forecast.inference.importance.proposals import Mixture, MultivariateT
from forecast.inference.importance.second_opinion import MissedMass
from forecast.inference.posterior import Posterior
from forecast.model.model import model_as_of
from tests.studies.hard.outcomes import run
from tests.studies.hard.suite import members
from tests.studies.hard.truths import stored
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF = date(2026, 1, 1)
SEEDS = [1, 2, 3]


def regression() -> Topic:
    """Ten readings on a line."""
    x = np.linspace(-1, 1, 10)
    y = np.round(0.5 + 2 * x + 0.3 * np.random.default_rng(3).normal(size=10), 2)
    return make_topic(
        priors={"level": "Normal(mu=0, sigma=3)", "slope": "Normal(mu=0, sigma=3)", "noise": "HalfNormal(sigma=1)"},
        streams={"seen": "Normal(mu=level + slope * x, sigma=noise)"},
        rows={"seen": [{"value": float(value), "x": float(at)} for value, at in zip(y, x, strict=True)]},
    )


def conditioned(topic: Topic, *, seed: int = 1, budget: Budget | None = None) -> Posterior:
    """Condition a topic with the fast engine."""
    return condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(seed), budget=budget)


def found_something(*_arguments: object, **_more: object) -> MissedMass:
    """A second opinion that has found as much as the run, near the middle of the prior."""
    return MissedMass(1.0, Mixture((MultivariateT(np.zeros(3), np.eye(3), 8.0),), (1.0,)))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plain_regression_is_sound_and_its_draws_are_those_that_it_had_before(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second opinion that agrees changes nothing."""
    found = conditioned(regression(), seed=seed)
    assert (found.diagnostics.sound, found.diagnostics.reason) == (True, "")
    assert found.diagnostics.pareto_k is not None
    assert found.diagnostics.pareto_k < 0.5
    monkeypatch.setattr(conditioning, "_confirm_run", lambda run, *_: run)
    plain = conditioned(regression(), seed=seed)
    assert plain.log_weight.tobytes() == found.log_weight.tobytes()
    assert {name: values.tobytes() for name, values in plain.parameters.items()} == {
        name: values.tobytes() for name, values in found.parameters.items()
    }


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "name",
    [
        "unknown_signs_5",
        pytest.param("unknown_signs_10", marks=pytest.mark.slow),
        "uncertain_doses",
        pytest.param("change_point_none", marks=pytest.mark.slow),
    ],
)
def test_a_posterior_of_which_runs_miss_parts_is_not_wrong_and_called_sound(name: str, seed: int) -> None:
    """It is right, or not sound with a reason: 32 and 1,024 modes, a ridge that is the thinner the farther out, a turn beyond the last rows."""
    found, reading = run(members()[name], "fast", seed=seed, figures=stored()[name])
    assert found.word in {"right", "unreliable"}
    assert reading is not None
    if found.word == "unreliable":
        assert any(words in found.reason for words in ("were wanted", "found parts of the posterior that the draws leave out", "k-hat"))
    else:
        assert not found.reason


@pytest.mark.parametrize("name", ["unknown_signs_5", "uncertain_doses"])
def test_without_second_opinions_runs_that_miss_parts_are_called_sound(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is tested above is their doing."""
    monkeypatch.setattr(conditioning, "_confirm_run", lambda run, *_: run)
    words = [run(members()[name], "fast", seed=seed, figures=stored()[name])[0].word for seed in SEEDS]
    assert "WRONG" in words


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_second_opinion_finds_twice_is_the_reason(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is of a run that draws from what the first found, and searches harder."""
    peaks: list[Mixture | None] = []
    efforts: list[int] = []
    real = conditioning.start_sampling

    def watched(*arguments: object, peaks_: list[Mixture | None] = peaks, **more: object) -> Sampling:
        peaks_.append(more.get("peaks"))  # type: ignore[arg-type]
        return real(*arguments, **more)  # type: ignore[arg-type]

    def found(*arguments: object, effort: int = 1, **more: object) -> MissedMass:
        efforts.append(effort)
        return found_something(*arguments, **more)

    monkeypatch.setattr(conditioning, "start_sampling", watched)
    monkeypatch.setattr(conditioning, "find_missed_mass", found)
    diagnostics = conditioned(regression(), seed=seed).diagnostics
    assert (diagnostics.sound, diagnostics.short) == (False, False)
    assert diagnostics.reason == (
        "a second search, from other starting points, found parts of the posterior that the draws leave out, with 50 % of its probability"
    )
    assert [each is not None for each in peaks] == [False, True]
    assert efforts == [1, EFFORT]


def test_a_part_that_was_missed_once_and_is_then_drawn_from_leaves_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The draws are those of the second run."""
    plain = conditioned(regression())
    said = iter([found_something()])
    monkeypatch.setattr(conditioning, "find_missed_mass", lambda *_, **__: next(said, None))
    found = conditioned(regression())
    assert (found.diagnostics.sound, found.diagnostics.reason) == (True, "")
    assert found.log_weight.tobytes() != plain.log_weight.tobytes()


@pytest.mark.parametrize("seed", range(1, 7))
def test_two_narrow_modes_are_both_found_whichever_comes_first(seed: int) -> None:
    """Four values whose products are known are all positive or all negative, in the ratio of the prior's densities there; some runs have one mode at first."""
    names, middle, product = "abcd", 0.09, 1.44
    pairs = [one + other for index, one in enumerate(names) for other in names[index + 1 :]]
    topic = make_topic(
        priors=dict.fromkeys(names, f"Normal(mu={middle}, sigma=1)"),
        streams={pair: f"Normal(mu={pair[0]} * {pair[1]}, sigma=0.05)" for pair in pairs},
        rows={pair: [product] for pair in pairs},
    )
    found = conditioned(topic, seed=seed)
    positive = found.column("a") > 0
    ratio = float(found.weights @ positive) / float(found.weights @ ~positive)
    assert (found.diagnostics.sound, found.diagnostics.reason) == (True, "")
    assert np.log(ratio) == pytest.approx(8 * middle * np.sqrt(product), abs=0.05)


def _best(topic: Topic) -> HypothesisRun:
    model = model_as_of(topic, AS_OF)
    prior = conditioning.blocks(model)
    (hypothesis,) = conditioning.hypotheses(model, prior)
    return conditioning._best_run(model, prior, hypothesis, np.random.default_rng(1), Budget())


def test_a_run_that_is_not_sound_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what it was."""
    asked: list[object] = []
    monkeypatch.setattr(conditioning, "find_missed_mass", lambda *_, **__: asked.append(1))
    found = conditioned(regression(), budget=Budget(points=3_000))
    assert not found.diagnostics.sound
    assert asked == []


def test_a_short_run_that_has_missed_a_part_is_not_compared_with_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it run again, since another engine has to replace it; a lack of draws says nothing of the other engine."""
    budget = Budget(enough=1e6, points=32_768)
    assert conditioned(regression(), budget=budget).diagnostics.is_comparable
    asked: list[object] = []
    monkeypatch.setattr(conditioning, "find_missed_mass", lambda *_, **__: asked.append(1) or MissedMass(0.25, Mixture((), ())))
    found = conditioned(regression(), budget=budget).diagnostics
    assert (found.sound, found.short, found.heavy, found.is_comparable, len(asked)) == (False, False, False, False, 1)
    assert not found.left_out  # since more draws might have been there
    assert found.reason.endswith("found parts of the posterior that the draws leave out, with 20 % of its probability")


def test_doubt_makes_a_run_neither_sound_nor_short() -> None:
    """And is the last of its reasons."""
    sound = _best(regression())
    assert (sound.sound, sound.short, sound.reason) == (True, False, "")
    doubtful = replace(sound, doubt="a second search failed")
    assert (doubtful.sound, doubtful.short, doubtful.reason) == (False, False, "a second search failed")
    short = replace(sound, sampling=replace(sound.sampling, weighted=replace(sound.weighted, converged=False, short=True, reason="few")))
    assert (short.sound, short.short, short.reason) == (False, True, "few")
    both = replace(short, doubt="a second search failed")
    assert (both.sound, both.short, both.reason) == (False, False, "few; a second search failed")


def _count_points(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    drawn: list[int] = []
    real: Callable[..., tuple[Cloud, object]] = learning.extend_cloud

    def watched(cloud: Cloud, proposal: object, net: object, rng: np.random.Generator) -> tuple[Cloud, object]:
        drawn.append(net.size)  # type: ignore[attr-defined]
        return real(cloud, proposal, net, rng)

    for module in (learning, importance):
        monkeypatch.setattr(module, "extend_cloud", watched)
    return drawn


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_hierarchy_of_seventy_labels_that_cannot_be_answered_ends_early(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each of two systems of coordinates, learning ends at a quarter of all points and a round of 4,096.

    Measuring ends after a round of three times as many or, where that promises half of the draws wanted, another of twice as many as that.
    """
    drawn = _count_points(monkeypatch)
    found = conditioned(members()["labels_70"].topic, seed=seed).diagnostics
    assert not found.sound
    assert sum(drawn) <= 2 * (131_072 / 4 + 4_096 + 3 * 3 * 4_096)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_with_as_many_rows_as_values_the_laplace_start_is_tried_and_the_run_is_right_or_says_that_it_is_not(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against quadrature over the noise."""
    tried: list[AdaptedProposal | None] = []
    real = learning._laplace_mixture
    monkeypatch.setattr(learning, "_laplace_mixture", lambda *arguments: tried.append(None) or real(*arguments))
    found, _ = run(members()["eight_rows"], "fast", seed=seed, figures=stored()["eight_rows"])
    assert tried
    assert found.word in {"right", "unreliable"}


@pytest.mark.parametrize(
    ("kind", "found", "doubted", "left_out"),
    [
        ({"converged": True}, None, False, 0.0),
        ({"converged": False, "heavy": True}, None, False, 0.5),
        ({"converged": False, "short": True}, None, False, 0.5),
        ({"converged": False}, None, False, 0.5),
        ({"converged": False, "heavy": True}, 3.0, True, 0.75),
    ],
)
def test_what_the_first_search_found_is_kept_unless_the_next_run_is_sound(
    kind: dict[str, bool],
    found: float | None,
    doubted: bool,  # noqa: FBT001 - a table of cases
    left_out: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run made again is searched too where it can be compared, and only a sound one that has missed nothing clears the first."""
    sound = _best(regression())
    again = replace(sound.sampling, weighted=replace(sound.weighted, **{"converged": True, "short": False, "heavy": False} | kind))
    searches = [MissedMass(1.0, Mixture((), ())), None if found is None else MissedMass(found, Mixture((), ()))]
    monkeypatch.setattr(conditioning, "find_missed_mass", lambda *_, **__: searches.pop(0))
    monkeypatch.setattr(conditioning, "start_sampling", lambda *_, **__: again)
    run = conditioning._search_missed_mass(sound, 1, np.random.default_rng(1), Budget())
    assert (bool(run.doubt), run.left_out) == (doubted, left_out)
    assert len(searches) == (1 if set(kind) == {"converged"} and not kind["converged"] else 0)


def test_a_next_run_whose_arithmetic_fails_leaves_the_first_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the search had found."""

    def fail(*_: object, **__: object) -> None:
        raise np.linalg.LinAlgError("singular")

    sound = _best(regression())
    monkeypatch.setattr(conditioning, "find_missed_mass", lambda *_, **__: MissedMass(1.0, Mixture((), ())))
    monkeypatch.setattr(conditioning, "start_sampling", fail)
    run = conditioning._search_missed_mass(sound, 1, np.random.default_rng(1), Budget())
    assert (run.sound, run.is_comparable, run.left_out) == (False, False, 0.5)
    assert run.doubt.startswith("the second search, which checks the draws, failed: ")


def test_what_hypotheses_left_out_adds_up_by_their_whole_probability() -> None:
    """A hypothesis that has missed 99 % of itself is larger than its evidence says."""
    run = _best(regression())
    shares = np.array([0.996, 0.004])
    joint = conditioning._joint_left_out([run, replace(run, left_out=0.99)], shares)
    assert joint == pytest.approx(0.396 / 1.396)


@pytest.mark.parametrize("flag", ["short", "heavy"])
def test_a_run_whose_arithmetic_failed_while_measuring_cannot_be_compared(flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the points that it had learnt from say; and it is not searched."""

    def fail(*_: object, **__: object) -> None:
        raise np.linalg.LinAlgError("singular")

    real = importance._weigh_draws
    monkeypatch.setattr(importance, "_weigh_draws", lambda *given: replace(real(*given), converged=False, **{flag: True}))
    monkeypatch.setattr(importance, "_draw_until_enough", fail)
    found = conditioned(regression()).diagnostics
    assert (found.sound, found.short, found.heavy) == (False, False, False)
    assert "the engine's arithmetic failed" in found.reason
