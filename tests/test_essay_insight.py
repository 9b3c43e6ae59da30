"""Insight into the essay's book, against models conditioned afresh, by the fast engine and by PyMC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np
import pytest

from forecast.inference.importance.fit import condition
from forecast.insight.baseline import Baseline, baseline_of, refit_measures
from forecast.insight.estimands import cases
from forecast.insight.leave_one_out import leverage, model_without, row_groups
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.sensitivity import ChangedPrior, label_of_block, sensitivity, with_changed_prior
from forecast.insight.shapley import shapley_split
from forecast.insight.state_diff import StateDiff
from forecast.insight.wide_paths import WidePaths, wide_paths
from forecast.language.statements import parse_statement
from forecast.model.model import Model
from forecast.model.priors import blocks
from forecast.model.settings import Settings, generator
from forecast.predict.analysis import analyse, condition_nuts
from forecast.predict.answers import paths_for
from forecast.schema.insight import LeverageContent
from tests.support.essay_topics import linked_topic

pytestmark = pytest.mark.slow
AS_OF = date(2026, 10, 12)
MOST_REFITS = 6  # of a topic, at equal distances
ALLOWED = 4.5  # standard errors: some 600 figures are compared, and one in 150,000 lies farther out by chance


@cache
def basis(topic: str) -> Baseline:
    """One topic as it stands, concluded as of a day of the record."""
    return baseline_of(analyse(linked_topic(topic, AS_OF).as_it_stands, AS_OF, Settings(), referee=False))


@cache
def wide(topic: str) -> WidePaths:
    """The wider paths that a report of the topic asks."""
    paths = wide_paths(basis(topic), anchored_pool(basis(topic).model.topic, AS_OF, Settings()))
    assert paths is not None
    return paths


@cache
def left_out(topic: str) -> tuple[list[LeverageContent], list[str]]:
    """What a report says of each of a topic's rows, sources and grades, and its notes."""
    return leverage(basis(topic), wide(topic))


def apart(basis: Baseline, changes: np.ndarray, errors: np.ndarray, model: Model) -> float:
    """The farthest any measure's change lies from that of a model conditioned afresh, in standard errors."""
    again = refit_measures(basis, model)
    room = np.hypot(np.hypot(errors, again.errors), 1e-4)
    return float(np.max(np.abs(changes - again.changes) / room))


def some_or_all(topics: Sequence[str], some: Sequence[str]) -> list[object]:
    """Some refits of some topics; all of every topic are a study."""
    return [*((topic, MOST_REFITS) for topic in some), *(pytest.param(topic, None, marks=pytest.mark.study) for topic in topics)]


def spread[T](items: Sequence[T], most: int | None) -> list[T]:
    """So many of some items at equal distances, or all."""
    return [*items][:: 1 if most is None else -(-len(items) // most)]


@pytest.mark.parametrize(("topic", "most"), some_or_all(["loyalty", "punishment", "return", "route"], some=["loyalty", "route"]))
def test_leverage_is_what_refits_say(topic: str, most: int | None) -> None:
    """Without each row, source and grade, or some of them, every answer equals that of a model conditioned without it."""
    found, notes = left_out(topic)
    assert notes == []
    for each, group in spread([*zip(found, row_groups(basis(topic).model), strict=True)], most):
        changes, errors = (np.array([estimate[name] for estimate in each["values"]]) for name in ("change", "error"))  # type: ignore[literal-required]
        assert each["refitted"] or apart(basis(topic), changes, errors, model_without(basis(topic).model, group)) < ALLOWED, group


@pytest.mark.parametrize(("topic", "most"), some_or_all(["arrivals", "loyalty", "return", "route"], some=["loyalty", "return"]))
def test_sensitivity_is_what_refits_say(topic: str, most: int | None) -> None:
    """With each prior changed, or some of them, every answer equals that of a model conditioned with it."""
    found, _ = sensitivity(basis(topic), wide(topic))
    by_name = {(block.name, label_of_block(block)): block for block in blocks(basis(topic).model)}
    assert len(found) >= 10
    for each in spread(found, most):
        changed = ChangedPrior(by_name[each["parameter"], each["label"]], each["label"], each["change"], parse_statement(each["statement"]))
        changes, errors = (np.array([estimate[name] for estimate in each["values"]]) for name in ("change", "error"))  # type: ignore[literal-required]
        assert each["refitted"] or apart(basis(topic), changes, errors, with_changed_prior(basis(topic).model, changed)) < ALLOWED, each


@pytest.mark.parametrize("grade", ["A", pytest.param("C", marks=pytest.mark.study)])
def test_leverage_is_what_pymc_says(grade: str) -> None:
    """Without a grade of the loyalty rows, every answer equals that of NUTS on the model without them.

    Of one grade it notices an answer that is off by more than the draws of both engines leave open; of the others, a study does.
    """
    held = basis("loyalty")
    found, _ = left_out("loyalty")
    of_grade = [its for its in zip(found, row_groups(held.model), strict=True) if (its[1].kind, its[1].name) == ("grade", grade)]
    assert len(of_grade) == 1
    for each, group in of_grade:
        posterior = condition_nuts(model_without(held.model, group), held.settings)
        draws = posterior.resample(len(held.pool), generator(1, "nuts check"))
        again = cases(paths_for(held.model, draws, generator(1, "nuts paths")), held.measures)
        errors = np.sqrt((again.influence() ** 2).sum(axis=0) * max(len(held.pool) / posterior.diagnostics.effective_size, 1))
        for estimate, value, error, published in zip(each["values"], again.values(), errors, held.errors, strict=True):
            assert abs(estimate["value"] - value) <= ALLOWED * np.sqrt(estimate["error"] ** 2 + error**2 + published**2), group


@pytest.mark.parametrize(
    ("topic", "since"),
    [
        ("arrivals", date(2026, 1, 25)),
        ("loyalty", date(2025, 2, 1)),
        pytest.param("route", date(2025, 1, 20), marks=pytest.mark.study),
    ],
)
def test_moves_are_what_refits_say(topic: str, since: date) -> None:
    """Each part of a move equals the average, over the same orders, of separate fits with and without the change."""
    its = basis(topic).model.topic
    until = {"arrivals": AS_OF, "loyalty": date(2025, 4, 1), "route": date(2025, 2, 20)}[topic]
    between = StateDiff(its, since, its, until)
    names = tuple(change.name for change in between.changes())
    assert 2 <= len(names) <= 4
    measures = basis(topic).measures
    found = shapley_split(between, measures, Settings())
    values: dict[frozenset[str], tuple[np.ndarray, np.ndarray]] = {}

    def fitted(made: frozenset[str]) -> tuple[np.ndarray, np.ndarray]:
        if made not in values:
            model = between.model(made)
            posterior = condition(model, rng=generator(7, *sorted(made)))
            again = cases(paths_for(model, posterior.resample(16_384, generator(8, *sorted(made))), generator(9, *sorted(made))), measures)
            scale = max(16_384 / posterior.diagnostics.effective_size, 1)
            values[made] = again.values(), (again.influence() ** 2).sum(axis=0) * scale
        return values[made]

    whole = fitted(frozenset(names))[0] - fitted(frozenset())[0]
    assert sum(part.points for part in found.parts) == pytest.approx(found.after - found.before)
    ends = np.sqrt(fitted(frozenset(names))[1] + fitted(frozenset())[1] + sum(part.errors**2 for part in found.parts))
    assert np.all(np.abs(whole - (found.after - found.before)) <= ALLOWED * np.maximum(ends, 1e-6))
    for part in found.parts:
        coefficients: dict[frozenset[str], float] = {}
        for order in part.orders:
            made = frozenset(order[: order.index(part.change.name)])
            coefficients[made] = coefficients.get(made, 0.0) - 1 / len(part.orders)
            made |= {part.change.name}
            coefficients[made] = coefficients.get(made, 0.0) + 1 / len(part.orders)
        expected = sum(share * fitted(made)[0] for made, share in coefficients.items())
        variance = sum(share**2 * fitted(made)[1] for made, share in coefficients.items())
        assert np.all(np.abs(part.points - expected) <= ALLOWED * np.maximum(np.sqrt(variance + part.errors**2), 1e-6)), part.change
