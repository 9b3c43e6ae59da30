"""The split of a change in mixed answers, against separate fits of every mixture of changes under every variant, mixed by hand."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.book.topic import Topic, Variant
from forecast.insight.estimands import measures_of, published_values
from forecast.insight.mixed_shapley import mixed_split
from forecast.insight.published import published_answers
from forecast.insight.stacking import past_performance
from forecast.insight.variants_diff import VariantsDiff
from forecast.model.settings import Settings, generator
from forecast.predict.analysis import condition_fast
from forecast.predict.answers import paths_for
from tests.support.building import OPENS, make_topic
from tests.support.mixing import measured_ratio

pytestmark = [pytest.mark.medium, pytest.mark.slow]

SINCE, UNTIL = OPENS + timedelta(days=30), OPENS + timedelta(days=70)
SETTINGS = Settings(engine="importance")
QUESTIONS = {
    "many": {"answer": "total(events) >= 9", "by": OPENS + timedelta(days=120)},
    "rate_asked": {"answer": "rate"},
    "given_fast": {"answer": "rate > 5", "given": "rate > 3"},
}


def rivals(*, prior: str = "Gamma(alpha=2, beta=1)", weight: float = 0.4, combine: str = "evidence", variant: bool = True) -> Topic:
    """Counts by months under a Poisson, and as a variant under a negative binomial of fixed shape with another prior."""

    def made(value: str, prior: str) -> Topic:
        rows = [
            {"from": OPENS, "to": OPENS + timedelta(days=20), "value": 1, "known": OPENS + timedelta(days=21)},
            {"from": OPENS + timedelta(days=21), "to": OPENS + timedelta(days=40), "value": 6, "known": OPENS + timedelta(days=41)},
            {"from": OPENS + timedelta(days=41), "to": OPENS + timedelta(days=60), "value": 0, "known": OPENS + timedelta(days=62)},
        ]
        return make_topic(priors={"rate": prior}, streams={"events": value}, rows={"events": rows}, questions=QUESTIONS)

    base = made("Poisson(mu=rate * months)", prior)
    bursts = made("NegativeBinomial(mu=rate * months, alpha=2 * months)", "Gamma(alpha=6, beta=2)")
    variants = {"bursts": Variant("bursts", weight, "They may burst.", {}, bursts)} if variant else {}
    return replace(base, variants=variants, combine=combine)  # type: ignore[arg-type]


def by_hand(between: VariantsDiff) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Shapley values and their errors from a separate fit of every mixture under every variant, weighed by prior weight and evidence."""
    changes = tuple(change.name for change in between.changes())
    values, errors = {}, {}
    for size in range(len(changes) + 1):
        for made in itertools.combinations(changes, size):
            weighing = between.weights_before_rows(frozenset(made))
            parts = []
            for name, its in between.by_variant.items():
                if name not in weighing.amounts:
                    continue
                posterior = condition_fast(its.model(frozenset(made)), SETTINGS)
                draws = posterior.resample(16_384, generator(9, "draws", name))
                paths = paths_for(posterior.model, draws, generator(9, "paths", name, *made))
                evidence = posterior.diagnostics.log_evidence if weighing.by_evidence else 0.0
                parts.append((weighing.amounts[name] * math.exp(evidence), paths, measures_of(its.new)))
            values[frozenset(made)], errors[frozenset(made)] = measured_ratio(parts)
    orders = list(itertools.permutations(changes))
    points = {name: np.zeros(len(QUESTIONS)) for name in changes}
    squares = {name: np.zeros(len(QUESTIONS)) for name in changes}
    for order in orders:
        for place, name in enumerate(order):
            made = frozenset(order[:place])
            points[name] = points[name] + (values[made | {name}] - values[made]) / len(orders)
            squares[name] = squares[name] + (errors[made | {name}] ** 2 + errors[made] ** 2) / len(orders)
    return points, {name: np.sqrt(square) for name, square in squares.items()}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ({}, {}, ["time", "row", "row"]),
        ({"combine": "stated"}, {"combine": "stated"}, ["time", "row", "row"]),
        ({"combine": "stacking"}, {"combine": "stacking"}, ["time", "row", "row", "model"]),
        ({}, {"prior": "Gamma(alpha=8, beta=2)"}, ["time", "row", "row", "prior"]),
        ({}, {"weight": 0.8}, ["time", "row", "row", "model"]),
        ({"variant": False}, {}, ["time", "row", "row", "model"]),
    ],
)
def test_parts_are_those_of_separate_fits_of_every_variant(old: dict[str, object], new: dict[str, object], named: list[str]):
    """Each part of a change in mixed answers is the Shapley value from separate fits, mixed with the weights of each mixture, within four errors."""
    between = VariantsDiff(rivals(**old), SINCE, rivals(**new), UNTIL)  # type: ignore[arg-type]
    states = ((between.old, SINCE), (between.new, UNTIL))
    before, after = (past_performance(its, day, SETTINGS).by_replicate if its.combine == "stacking" else None for its, day in states)
    between = replace(between, stacked=(before, after))
    assert [change.kind for change in between.changes()] == named
    found = mixed_split(between, measures_of(between.new), SETTINGS)
    expected, errors = by_hand(between)
    for part in found.parts:
        allowed = 4 * np.hypot(part.errors, errors[part.change.name])
        assert (np.abs(part.points - expected[part.change.name]) <= allowed).all(), (part, expected[part.change.name])
        assert (part.errors < 0.06).all()


def test_the_ends_of_a_split_are_the_published_answers():
    """Before all changes and after them, a split says what is published of the two days, within four errors; and the parts add up."""
    topic = rivals()
    between = VariantsDiff(topic, SINCE, topic, UNTIL)
    measures = measures_of(topic)
    found = mixed_split(between, measures, SETTINGS)
    for day, values in ((SINCE, found.before), (UNTIL, found.after)):
        published, errors = published_values(published_answers(topic, day, SETTINGS).answers, measures)
        assert (np.abs(values - published) <= 4 * np.hypot(errors, found.errors)).all()
    assert found.before + np.sum([part.points for part in found.parts], axis=0) == pytest.approx(found.after, rel=1e-9)


def test_errors_of_parts_are_their_spread_over_seeds():
    """Over seeds the spread of every part is what its error says, the doubt about evidence among it."""
    topic = rivals()
    between = VariantsDiff(topic, SINCE, topic, UNTIL)
    splits = [mixed_split(between, measures_of(topic), replace(SETTINGS, seed=seed)) for seed in range(16)]
    points = np.array([[part.points for part in split.parts] for split in splits])
    errors = np.array([[part.errors for part in split.parts] for split in splits])
    moved = errors.mean(axis=0) > 0  # days alone move nothing here
    assert moved[1:].all()
    ratio = points.std(axis=0, ddof=1)[moved] / errors.mean(axis=0)[moved]
    assert (ratio < 1.6).all(), ratio
    assert (ratio > 0.4).all(), ratio


def test_changes_of_variants_are_named_once():
    """A row that all variants share is one change; a prior that only a variant has is said to be its own; new weights come last."""
    old, new = rivals(), rivals(weight=0.5)
    edited = make_topic(
        priors={"rate": "Gamma(alpha=9, beta=2)"},
        streams={"events": "NegativeBinomial(mu=rate * months, alpha=2 * months)"},
        rows={},
        questions=QUESTIONS,
    )
    bursts = replace(new.variants["bursts"].topic, parameters=edited.parameters)
    new = replace(new, variants={"bursts": replace(new.variants["bursts"], topic=bursts)})
    assert [change.about for change in VariantsDiff(old, SINCE, new, UNTIL).changes()] == [
        "40 days passed",
        "events: 6, 22 January to 10 February 2025",
        "events: none, 11 February to 2 March 2025",
        "the prior of “rate” was edited under `bursts`",
        "the variants or their weights were edited",
    ]
    assert date(2025, 1, 1) == OPENS
