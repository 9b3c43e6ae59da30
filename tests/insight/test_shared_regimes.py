"""Why the answers of a topic are what they are where one hidden regime drives two streams: days, rows left out and scores equal what conditioning afresh gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from forecast.actions.evidence import weigh_evidence
from forecast.book.topic import Topic
from forecast.inference.weights import log_sum
from forecast.insight.arrivals import columns_in_order, pieces_of
from forecast.insight.baseline import baseline_of
from forecast.insight.evidence_matrix import EvidenceMatrix
from forecast.insight.explaining import explain
from forecast.insight.history import history
from forecast.insight.leave_one_out import leverage
from forecast.insight.prequential import prequential_scores
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.reweighting import Pool
from forecast.insight.shapley import shapley_split
from forecast.insight.state_diff import StateDiff
from forecast.insight.summed_rows import SummedRows, sum_rows
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse
from tests.test_shared_regimes import TODAY, shared_topic

pytestmark = pytest.mark.medium

SETTINGS = Settings(engine="importance")


def analysis_of(topic: Topic, day: date = TODAY) -> Analysis:
    """The topic conditioned and answered as of a day."""
    return analyse(topic, day, SETTINGS, referee=False)


def arriving_in_order(topic: Topic) -> Topic:
    """The topic with each row known on a day of its own, in the order of the chain."""
    ships = [replace(row, known=row.end - timedelta(days=200)) for row in topic.streams["ships"].rows]
    streams = {"ships": replace(topic.streams["ships"], rows=tuple(ships))}
    return replace(topic, streams={**topic.streams, **streams})


def out_of_order(topic: Topic) -> Topic:
    """The topic with a row of each stream that became known long after later ones of the other."""
    late = {("ships", 1): date(2023, 3, 1), ("tons", 0): date(2022, 5, 1)}
    streams = {
        name: replace(stream, rows=tuple(replace(row, known=late.get((name, at), row.known)) for at, row in enumerate(stream.rows)))
        for name, stream in topic.streams.items()
    }
    return replace(topic, streams=streams)


@pytest.mark.parametrize("arrange", [shared_topic, arriving_in_order, out_of_order], ids=["by days", "in order", "out of order"])
def test_scores_add_up_to_the_evidence(arrange: Any):
    """Whatever the order in which the rows of both streams became known, their scores add up to the log evidence, and at each draw to the log-likelihood."""
    topic = shared_topic() if arrange is shared_topic else arrange(shared_topic())
    model, pool = model_as_of(topic, TODAY), anchored_pool(topic, TODAY, SETTINGS)
    last: dict[Any, Any] = {}
    for piece, column in columns_in_order(model, pool, pieces_of(model)):
        last[piece.key] = column.learnt
    np.testing.assert_allclose(sum(last.values()), pool.total(model), rtol=1e-9)
    scores = prequential_scores(model, pool, SETTINGS)
    start = pool.prior_ratio(model) - pool.log_ratio
    assert scores.score[-1][1] == pytest.approx(log_sum(start + pool.total(model)) - log_sum(start), abs=1e-9)


def test_a_piece_says_what_it_adds_to_all_that_had_arrived():
    """The columns of the first pieces add up to the log-likelihood of the record as of that day, of both streams."""
    topic = out_of_order(shared_topic())
    model, pool = model_as_of(topic, TODAY), anchored_pool(topic, TODAY, SETTINGS)
    running = np.zeros(len(pool))
    days = {}
    for piece, column in columns_in_order(model, pool, pieces_of(model)):
        running = running + column.learnt
        days[piece.known] = running
    for day, total in days.items():
        np.testing.assert_allclose(total, pool.total(model_as_of(topic, day)), rtol=1e-9)


def test_sums_from_day_to_day_are_those_of_each_day(monkeypatch: pytest.MonkeyPatch):
    """As rows of either stream arrive, also before the other has any, the sum carried on is that of the day's model, with and without kept columns."""
    topic = out_of_order(shared_topic())
    pool = anchored_pool(topic, TODAY, SETTINGS)
    days = [
        date(2019, 6, 1),
        date(2020, 12, 31),
        date(2021, 8, 1),
        date(2022, 6, 1),
        date(2022, 6, 2),
        date(2023, 3, 1),
        TODAY,
        date(2021, 8, 1),
    ]
    exact = [model_as_of(topic, day).log_likelihood(pool.parameters).sum(axis=1) for day in days]
    for kept in (True, False):
        if not kept:
            monkeypatch.setattr("forecast.insight.reweighting.COLUMNS_KEPT", 0)
        fresh = Pool(pool.parameters, pool.log_ratio, pool.reference)
        summed: SummedRows | None = None
        for day, total in zip(days, exact, strict=True):
            model = model_as_of(topic, day)
            summed = sum_rows(fresh, model, summed)
            np.testing.assert_allclose(summed.total, total, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(fresh.total(model), total, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(fresh.log_likelihood(model), model.log_likelihood(pool.parameters), rtol=1e-9)


def test_too_many_rows_out_of_order_are_refused(monkeypatch: pytest.MonkeyPatch):
    """Where the chain would have to be filtered anew too often, both streams are named."""
    monkeypatch.setattr("forecast.insight.arrivals.MOST_OUT_OF_ORDER", 3)
    topic = out_of_order(shared_topic())
    with pytest.raises(Unsound, match="pieces of the records of `ships` and `tons` became known out of the order of their days"):
        prequential_scores(model_as_of(topic, TODAY), anchored_pool(topic, TODAY, SETTINGS), SETTINGS)


def test_without_a_row_the_states_are_those_without_it():
    """The answer without each row of either stream, and without a whole stream, is that of a topic that never had it, within four errors."""
    topic = shared_topic()
    basis = baseline_of(analysis_of(topic))
    at = [measure.question.name for measure in basis.measures].index("many")
    without, silent = leverage(basis)
    assert not silent
    found = {(group["stream"], group["row"]): group["values"][at] for group in without if group["kind"] in {"row", "stream"}}
    assert len(found) == 9 + 3
    for stream, row in (("ships", 1), ("tons", 0), ("tons", 3), ("ships", 2), ("tons", None)):
        own = topic.streams[stream]
        left = () if row is None else tuple(other for place, other in enumerate(own.rows) if place != row)
        cut = replace(topic, streams={**topic.streams, stream: replace(own, rows=left)})
        answer, value = analysis_of(cut).result.answers["many"].value, found[stream, row]
        assert abs(value["value"] - answer.value) < 4 * np.hypot(value["error"], answer.error) + 0.005  # type: ignore[union-attr]
    assert abs(found["tons", 3]["change"]) > 4 * found["tons", 3]["error"]


def test_a_history_is_what_conditioning_as_of_each_day_gives():
    """Each replayed day has the answers of an analysis as of that day, within four errors of both, also before one of the streams has rows."""
    topic = out_of_order(shared_topic())
    days = [date(2021, 2, 1), date(2022, 6, 1), date(2023, 3, 1), TODAY]
    replayed = {point.day: point for point in history(topic, days, SETTINGS).points}
    for day in days:
        answer = analysis_of(topic, day).result.answers["many"].value
        point = replayed[day]
        assert abs(point.values[1] - answer.value) < 4 * np.hypot(point.errors[1], answer.error)  # type: ignore[union-attr]


def test_a_move_is_split_between_the_two_days_answers():
    """The two ends of a move are the answers of analyses as of both days, within four errors; what the rows did adds up to the move."""
    topic, since = shared_topic(), date(2021, 12, 31)
    analysis = analysis_of(topic)
    measures = baseline_of(analysis).measures
    at = [measure.question.name for measure in measures].index("many")
    split = shapley_split(StateDiff.between(topic, since, topic, TODAY), measures, SETTINGS)
    for day, value in ((since, split.before), (TODAY, split.after)):
        answer = analysis_of(topic, day).result.answers["many"].value
        assert abs(float(value[at]) - answer.value) < 4 * np.hypot(0.01, answer.error)  # type: ignore[union-attr]
    assert sum(float(part.points[at]) for part in split.parts) == pytest.approx(float(split.after[at] - split.before[at]), abs=1e-9)


def test_the_matrix_of_evidence_follows_the_chain():
    """What rows say of a cause that moves one stream alone adds up to the total of a record that ends with them, and without a row the shares are those without it."""
    topic = shared_topic(unknown=True, cause=True)

    def of_topic(one: Topic) -> EvidenceMatrix:
        return weigh_evidence(one, of=None, as_of=TODAY, settings=SETTINGS)[0]

    matrix = of_topic(topic)
    places = [(row.stream, row.index) for row in matrix.rows]
    assert {stream for stream, _ in places} == {"ships", "wind", "tons"}

    def of_rows(kept: Any) -> EvidenceMatrix:
        streams = {
            name: replace(stream, rows=tuple(row for at, row in enumerate(stream.rows) if (name, at) in kept))
            for name, stream in topic.streams.items()
        }
        return of_topic(replace(topic, streams=streams))

    for count in (4, 7):
        part = of_rows(places[:count])
        bits = sum(row.cells[1].bits for row in matrix.rows[:count])
        assert abs(bits - part.total[1]) < 4 * np.hypot(part.errors[1], sum(row.cells[1].error for row in matrix.rows[:count])) + 0.01
    at = places.index(("tons", 3))
    np.testing.assert_allclose(matrix.rows[at].without, of_rows([*places[:at], *places[at + 1 :]]).hypotheses.posterior, atol=0.02)


def test_a_report_says_why():
    """Every part of insight is there where two streams share a chain."""
    insight = explain(analysis_of(shared_topic()))
    assert {part for part in ("leverage", "sensitivity", "surprise", "checks", "signposts", "split") if not insight[part]} == set()
    assert insight["history"]["points"]
