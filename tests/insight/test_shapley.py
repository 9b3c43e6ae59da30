"""Moves between two states of a topic, against separate analyses of every mixture of changes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.book.topic import Topic
from forecast.insight.baseline import baseline_of
from forecast.insight.change_report import EarlierReport, last_news, move_since_news, move_since_report, published_measures
from forecast.insight.estimands import StatedValue, cases, measures_of, published_values
from forecast.insight.shapley import shapley_split
from forecast.insight.state_diff import StateDiff
from forecast.model.settings import Settings, generator
from forecast.predict.analysis import analyse, condition_fast
from forecast.predict.answers import paths_for
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

SINCE, UNTIL = OPENS + timedelta(days=30), OPENS + timedelta(days=70)


def ferry(prior: str = "LogNormal(p5=0.3, p95=6)") -> Topic:
    """Breakdowns of a ferry, watched from day to day, and repairs that follow them."""
    return make_topic(
        priors={"rate": prior, "mends": "Beta(p5=0.2, p95=0.9)"},
        streams={
            "breakdowns": {"value": "Poisson(mu=rate * months)", "watched": True},
            "repairs": {"value": "Binomial(n=max(total(breakdowns) - total(repairs), 0), p=1 - (1 - mends) ** months)", "watched": True},
        },
        rows={
            "breakdowns": [
                {"from": OPENS, "to": OPENS + timedelta(days=39), "value": 0},
                {"on": OPENS + timedelta(days=40), "value": 2, "known": OPENS + timedelta(days=41)},
                {"from": OPENS + timedelta(days=41), "to": OPENS + timedelta(days=90), "value": 0},
            ],
            "repairs": [
                {"from": OPENS, "to": OPENS + timedelta(days=49), "value": 0},
                {"on": OPENS + timedelta(days=50), "value": 1, "known": OPENS + timedelta(days=52)},
                {"from": OPENS + timedelta(days=51), "to": OPENS + timedelta(days=90), "value": 0},
            ],
        },
        questions={
            "three": {"answer": "total(breakdowns) >= 3", "by": OPENS + timedelta(days=120)},
            "repaired": {"answer": "total(repairs) >= 2", "by": OPENS + timedelta(days=120)},
            "how_many": {"answer": "total(breakdowns)", "by": OPENS + timedelta(days=120)},
        },
    )


def by_hand(between: StateDiff, names: tuple[str, ...], settings: Settings) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Shapley values and their errors from a separate fit of every mixture: impossible mixtures are left out of the orders."""
    measures = measures_of(between.new)
    values, errors = {}, {}
    for size in range(len(names) + 1):
        for made in itertools.combinations(names, size):
            model = between.model(frozenset(made))
            try:
                posterior = condition_fast(model, settings)
            except Exception:  # noqa: BLE001 - a record that contradicts itself
                continue
            draws = posterior.resample(16_384, generator(9, "draws"))
            found = cases(paths_for(model, draws, generator(9, "paths", *made)), measures)
            values[frozenset(made)] = found.values()
            errors[frozenset(made)] = np.sqrt((found.influence() ** 2).sum(axis=0) * max(16_384 / posterior.diagnostics.effective_size, 1))
    orders = [
        order for order in itertools.permutations(names) if all(frozenset(order[:count]) in values for count in range(len(order) + 1))
    ]
    assert orders
    parts = {name: np.zeros(len(measures)) for name in names}
    squares = {name: np.zeros(len(measures)) for name in names}
    for order in orders:
        for place, name in enumerate(order):
            made = frozenset(order[:place])
            parts[name] = parts[name] + (values[made | {name}] - values[made]) / len(orders)
            squares[name] = squares[name] + (errors[made | {name}] ** 2 + errors[made] ** 2) / len(orders)
    return parts, {name: np.sqrt(square) for name, square in squares.items()}


def test_the_changes_are_time_and_the_rows_that_became_known() -> None:
    """Between two days: the days that passed with their quiet time, and each row that was reported."""
    changes = StateDiff(ferry(), SINCE, ferry(), UNTIL).changes()
    assert [(change.kind, change.about) for change in changes] == [
        ("time", "40 days passed"),
        ("row", "breakdowns: 2, 10 February 2025"),
        ("row", "repairs: 1, 20 February 2025"),
    ]


def test_a_day_before_and_a_day_after_are_the_models_of_those_days() -> None:
    """With no change made, and with all, a mixture is the replay of the first and of the second day."""
    topic = ferry()
    between = StateDiff(topic, SINCE, topic, UNTIL)
    names = frozenset(change.name for change in between.changes())
    for made, day in ((frozenset[str](), SINCE), (names, UNTIL)):
        settings = Settings()
        mine, theirs = condition_fast(between.model(made), settings), analyse(topic, day, settings, referee=False)
        assert mine.diagnostics.log_evidence == theirs.result.posterior.diagnostics.log_evidence


def test_parts_are_those_of_separate_fits() -> None:
    """Every part of a move equals the Shapley value from separate fits of every mixture, within four errors."""
    topic = ferry()
    between = StateDiff(topic, SINCE, topic, UNTIL)
    found = shapley_split(between, measures_of(topic), Settings())
    parts, errors = by_hand(between, tuple(change.name for change in between.changes()), Settings())
    for part in found.parts:
        expected, error = parts[part.change.name], errors[part.change.name]
        assert part.points == pytest.approx(expected, abs=4 * float(np.hypot(part.errors, error).max()))
        for mine, theirs, one, other in zip(part.points, expected, part.errors, error, strict=True):
            assert abs(mine - theirs) <= 4 * np.hypot(one, other)


def test_a_move_sums_exactly_to_the_published_change() -> None:
    """Before, plus every part's points, is after, for every measure."""
    basis = baseline_of(analyse(ferry(), UNTIL, Settings(), referee=False))
    move, _ = move_since_news(published_measures(basis), {"points": [], "settled": []})
    assert move is not None
    assert move["since"] == "2025-02-21"
    totals = np.array(move["before"]) + np.sum([part["points"] for part in move["parts"]], axis=0)
    assert totals == pytest.approx(np.array(move["after"]), abs=1e-12)
    assert move["after"] == basis.published.tolist()


def test_an_edited_prior_is_a_part_of_its_own() -> None:
    """On one day, with one prior edited, that prior's part is the whole change but for noise."""
    old, new = ferry(), ferry("LogNormal(p5=1, p95=20)")
    between = StateDiff(old, UNTIL, new, UNTIL)
    assert [change.name for change in between.changes()] == ["prior rate"]
    measures = measures_of(new)
    found = shapley_split(between, measures, Settings())
    before = published_values(analyse(old, UNTIL, Settings(), referee=False).result.answers, measures)
    after = published_values(analyse(new, UNTIL, Settings(), referee=False).result.answers, measures)
    for index in range(len(measures)):
        error = np.sqrt(before[1][index] ** 2 + after[1][index] ** 2 + found.parts[0].errors[index] ** 2)
        assert abs(found.parts[0].points[index] - (after[0][index] - before[0][index])) <= 4 * error


def test_an_edited_statement_is_the_models_part() -> None:
    """A stream with another statement is one change, the model's; with other parameters every mixture is conditioned afresh."""
    old = ferry()
    new = make_topic(
        priors={"rate": "LogNormal(p5=0.3, p95=6)", "mends": "Beta(p5=0.2, p95=0.9)", "clumping": "LogNormal(p5=0.5, p95=5)"},
        streams={
            "breakdowns": {"value": "NegativeBinomial(mu=rate * months, alpha=clumping)", "watched": True},
            "repairs": {"value": old.streams["repairs"].value.text, "watched": True},
        },
        questions={"three": {"answer": "total(breakdowns) >= 3", "by": OPENS + timedelta(days=120)}},
    )
    new = replace(new, streams={name: replace(stream, rows=old.streams[name].rows) for name, stream in new.streams.items()})
    between = StateDiff(old, UNTIL, new, UNTIL)
    assert [change.kind for change in between.changes()] == ["model"]
    found = shapley_split(between, measures_of(new), Settings())
    assert found.parts[0].points == pytest.approx(found.after - found.before)


def test_a_correction_takes_the_corrected_row_away() -> None:
    """A row that replaces another is one change, a correction; with it made the old row is gone."""
    topic = ferry()
    stream = topic.streams["breakdowns"]
    first = replace(stream.rows[1], id="storm")
    corrected = replace(first, value=1.0, known=OPENS + timedelta(days=60), id="storm2", replaces="storm")
    topic = replace(
        topic, streams={**topic.streams, "breakdowns": replace(stream, rows=(stream.rows[0], first, stream.rows[2], corrected))}
    )
    between = StateDiff(topic, OPENS + timedelta(days=55), topic, UNTIL)
    assert [(change.kind, change.about) for change in between.changes()] == [
        ("time", "15 days passed"),
        ("correction", "breakdowns: 1, 10 February 2025 (updated)"),
    ]
    name = between.changes()[1].name
    totals = [between.model(made).records["breakdowns"].total_before(date(2026, 1, 1)) for made in (frozenset[str](), frozenset({name}))]
    assert totals == [2.0, 1.0]


def test_the_last_news_is_the_last_row_that_was_told() -> None:
    """Quiet time is no news."""
    analysis = analyse(ferry(), UNTIL, Settings(), referee=False)
    assert last_news(analysis.model) == OPENS + timedelta(days=52)


def test_what_edits_changed_since_a_report_is_their_part() -> None:
    """Against a published value that today's book does not give, the rest is the edits', and the parts still sum."""
    basis = baseline_of(analyse(ferry(), UNTIL, Settings(), referee=False))
    earlier = EarlierReport(SINCE, {("three", "", "probability"): StatedValue(0.9, 0.01)}, edited=True)
    move = move_since_report(published_measures(basis), earlier)
    assert move["against"] == "ledger"
    assert move["before"][0] == pytest.approx(0.9)
    assert move["parts"][-1]["kind"] == "model"
    assert move["before"][0] + sum(part["points"][0] for part in move["parts"]) == pytest.approx(move["after"][0], abs=1e-12)


def test_orders_beyond_five_changes_are_sampled_and_still_sum() -> None:
    """With seven rows the parts are averages over a sample of orders, and sum to the whole."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": [1.0, 0.0, 2.0, 4.0, 1.0, 3.0, 2.0, 0.0]},
        questions={"high": "rate > 2"},
    )
    between = StateDiff(topic, OPENS, topic, OPENS + timedelta(days=7))
    found = shapley_split(between, measures_of(topic), Settings())
    assert len(found.parts) == 8
    assert sum(part.points for part in found.parts) == pytest.approx(found.after - found.before)


@pytest.mark.parametrize("family", ["Dirichlet", "Categorical"])
def test_a_label_more_is_an_edit_of_the_model(family: str) -> None:
    """Where a prior names another label, draws of one state are none of the other: the whole is one change, and sums to it."""

    def state(shares: str) -> Topic:
        asked = {"first": "which[a] > 0.4"} if family == "Dirichlet" else {"first": "which"}
        stated = "which[a]" if family == "Dirichlet" else "0.9 if which == 'a' else 0.2"
        return make_topic(
            priors={"which": f"{family}({shares})"}, streams={"x": f"Bernoulli(p={stated})"}, rows={"x": [1, 1]}, questions=asked
        )

    scale = 1 if family == "Categorical" else 10
    old, new = (
        state(", ".join(f"{name}={share * scale}" for name, share in zip("abc", each, strict=False)))
        for each in ((0.5, 0.5), (0.25, 0.25, 0.5))
    )
    between = StateDiff(old, OPENS + timedelta(days=9), new, OPENS + timedelta(days=9))
    assert [change.kind for change in between.changes()] == ["model"]
    measures = tuple(each for each in measures_of(new) if each.label in {"", "a"})
    found = shapley_split(between, measures, Settings())
    assert len(found.parts) == 1
    assert found.parts[0].points == pytest.approx(found.after - found.before)
    assert found.after[0] < found.before[0] - 0.05
