"""Why the answers of a topic with a hidden regime are what they are: days, rows left out and scores equal what conditioning afresh gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.inference.weights import log_sum
from forecast.insight.arrivals import columns_in_order, pieces_of
from forecast.insight.baseline import baseline_of
from forecast.insight.explaining import explain
from forecast.insight.history import history
from forecast.insight.leave_one_out import leverage, row_groups
from forecast.insight.prequential import prequential_scores
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.shapley import shapley_split
from forecast.insight.state_diff import StateDiff
from forecast.language.parsing import parse_expression
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

AS_OF = date(2023, 7, 15)
SETTINGS = Settings(engine="importance")


@pytest.fixture(name="topic", scope="module")
def harbour() -> Topic:
    """The topic whose years are closed or open."""
    return read_book(ROOT / "tests" / "books" / "hidden")[0].topics["harbour"]


def analysis_of(topic: Topic, day: date = AS_OF) -> Analysis:
    """The topic conditioned and answered as of a day."""
    return analyse(topic, day, SETTINGS, referee=False)


def out_of_order(topic: Topic) -> Topic:
    """The topic with two rows that became known long after later ones, and one that is quiet time."""
    stream = topic.streams["ships"]
    late = {date(2016, 1, 1): date(2019, 5, 1), date(2018, 1, 1): date(2022, 6, 1)}
    rows = [replace(row, known=late.get(row.start, row.known), value=0 if row.start.year == 2020 else row.value) for row in stream.rows]
    return replace(topic, streams={"ships": replace(stream, rows=tuple(rows), watched=True)})


def test_a_history_is_what_conditioning_as_of_each_day_gives(topic: Topic):
    """Each replayed day has the answer of an analysis as of that day, within four errors of both."""
    days = [date(2016, 6, 1), date(2018, 2, 1), date(2021, 3, 1), date(2022, 6, 1), AS_OF]
    replayed = {point.day: point for point in history(topic, days, SETTINGS).points}
    for day in days:
        answer = analysis_of(topic, day).result.answers["many"].value
        point = replayed[day]
        assert abs(point.values[0] - answer.value) < 4 * np.hypot(point.errors[0], answer.error)  # type: ignore[union-attr]


def test_quiet_days_of_a_watched_stream_move_the_state_in_a_history(topic: Topic):
    """While nothing comes in a new year, each replayed day has the answer of an analysis as of it: paths of an earlier day have other states."""
    stream, question = topic.streams["ships"], topic.questions["many"]
    last = stream.rows[-1]
    ended = replace(last, start=date(2023, 7, 1), end=date(2023, 12, 31), known=date(2024, 1, 1), value=9)
    quiet = replace(last, start=date(2024, 1, 1), end=date(2024, 12, 31), known=date(2024, 12, 31), value=0)
    watched = replace(stream, watched=True, rows=(*stream.rows, ended, quiet))
    asked = replace(question, answer=parse_expression("total(ships) >= 12"), answer_text="total(ships) >= 12")
    topic = replace(topic, streams={"ships": watched}, questions={"many": asked})
    days = [date(2024, month, day) for month in (1, 2, 3) for day in (5, 12, 19, 26)]
    replayed = {point.day: point for point in history(topic, days, SETTINGS).points}
    answers = [analysis_of(topic, day).result.answers["many"].value for day in days]
    for day, answer in zip(days, answers, strict=True):
        point = replayed[day]
        assert abs(point.values[0] - answer.value) < 4 * np.hypot(point.errors[0], answer.error)  # type: ignore[union-attr]
    assert answers[0].value - answers[-1].value > 0.2  # type: ignore[union-attr]


def test_without_a_row_the_states_are_those_without_it(topic: Topic):
    """The answer without each row is that of a record in which it is missing but for its total, within four errors; the newest row moves it."""
    basis = baseline_of(analysis_of(topic))
    without, silent = leverage(basis)
    assert not silent
    stream = topic.streams["ships"]
    found = {group["row"]: group["values"][0] for group in without if group["kind"] == "row"}
    assert len(found) == len(stream.rows)
    for row in (3, 7, 8):
        left = tuple(other for at, other in enumerate(stream.rows) if at != row)
        cut = replace(topic, streams={"ships": replace(stream, rows=left)})
        answer = analysis_of(cut).result.answers["many"].value
        assert abs(found[row]["value"] - answer.value) < 4 * np.hypot(found[row]["error"], answer.error) + 0.005  # type: ignore[union-attr]
    assert abs(found[8]["change"]) > 4 * found[8]["error"]


@pytest.mark.parametrize("shuffled", [False, True], ids=["in order", "out of order"])
def test_scores_add_up_to_the_evidence(topic: Topic, shuffled: bool):  # noqa: FBT001
    """Whatever the order in which rows became known, their log scores add up to the log evidence, and at each draw to the log-likelihood."""
    topic = out_of_order(topic) if shuffled else topic
    model = model_as_of(topic, AS_OF)
    pool = anchored_pool(topic, AS_OF, SETTINGS)
    last: dict[Any, Any] = {}
    pieces = pieces_of(model)
    assert [piece.key[1] for piece in pieces] == sorted(piece.key[1] for piece in pieces) or shuffled
    for piece, column in columns_in_order(model, pool, pieces):
        last[piece.key] = column.learnt
    np.testing.assert_allclose(sum(last.values()), pool.total(model), rtol=1e-9)
    scores = prequential_scores(model, pool, SETTINGS)
    start = pool.prior_ratio(model) - pool.log_ratio
    assert scores.score[-1][1] == pytest.approx(log_sum(start + pool.total(model)) - log_sum(start), abs=1e-9)


def test_too_many_rows_out_of_order_are_refused(topic: Topic, monkeypatch: pytest.MonkeyPatch):
    """Where the chain would have to be filtered anew too often, it is said; in order no number of rows is too large."""
    monkeypatch.setattr("forecast.insight.arrivals.MOST_OUT_OF_ORDER", 3)
    pool = anchored_pool(topic, AS_OF, SETTINGS)
    prequential_scores(model_as_of(topic, AS_OF), pool, SETTINGS)
    with pytest.raises(Unsound, match="pieces of the record of `ships` became known out of the order of their days"):
        prequential_scores(model_as_of(out_of_order(topic), AS_OF), pool, SETTINGS)


def test_a_row_is_predicted_from_the_states_that_are_likely_then(topic: Topic):
    """The half year after an open half year is predicted as open, and the first open one, after closed years, as closed most likely."""
    model = model_as_of(topic, AS_OF)
    scores = prequential_scores(model, anchored_pool(topic, AS_OF, SETTINGS), SETTINGS)
    by_start = {surprise.row.start: surprise for surprise in scores.rows}
    assert by_start[date(2017, 1, 1)].points[1] < 5
    assert by_start[date(2017, 7, 1)].points[1] > 5


def test_a_report_says_why(topic: Topic):
    """Every part of insight is there, and notes say what is not, and what counts as luck."""
    insight = explain(analysis_of(topic))
    assert {part for part in ("leverage", "sensitivity", "surprise", "checks", "signposts", "split") if not insight[part]} == set()
    assert insight["history"]["points"]
    assert [move["since"] for move in insight["moves"]] == ["2023-07-09"]
    assert insight["notes"][0] == "Which state of a hidden regime each step has counts as luck, where doubt is split."
    assert len(list(row_groups(analysis_of(topic).model))) == len(insight["leverage"])


def test_a_move_is_split_between_the_two_days_answers(topic: Topic):
    """The two ends of a move are the answers of analyses as of both days, within four errors; what the rows did adds up to the move."""
    since = date(2022, 6, 1)
    analysis = analysis_of(topic)
    split = shapley_split(StateDiff.between(topic, since, topic, AS_OF), baseline_of(analysis).measures, SETTINGS)
    for day, value in ((since, split.before), (AS_OF, split.after)):
        answer = analysis_of(topic, day).result.answers["many"].value
        assert abs(float(value[0]) - answer.value) < 4 * np.hypot(0.01, answer.error)  # type: ignore[union-attr]
    assert sum(float(part.points[0]) for part in split.parts) == pytest.approx(float(split.after[0] - split.before[0]), abs=1e-9)


def test_an_edited_regime_is_an_edited_model(topic: Topic):
    """Two states of a topic whose regimes differ in a key differ in their model."""
    other = replace(topic, regimes={"phase": replace(topic.regimes["phase"], step="quarter")})
    assert StateDiff.between(topic, AS_OF, other, AS_OF).is_model_edited
    assert not StateDiff.between(topic, AS_OF, topic, AS_OF).is_model_edited
