"""The log-likelihood of a record from day to day: the same as worked out afresh, with no more rows evaluated than have changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from forecast.book.calendar import ONE_DAY
from forecast.book.linked_topics import with_carried
from forecast.book.links import LinkFit, PosteriorLink
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.insight.record_events import news, settlement_days, thin_days
from forecast.insight.reweighting import MixtureComponent, Pool, pool_of, with_rows
from forecast.insight.summed_rows import SummedRows, sum_rows
from forecast.model.errors import Unsound
from forecast.model.model import Model, RowTable, model_as_of
from tests.support.building import OPENS, make_topic
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium


def day(offset: int) -> date:
    """A day by its distance from the opening."""
    return OPENS + timedelta(days=offset)


def corrected() -> Topic:
    """Watched sightings with quiet time before and after, one known late, one corrected twice; and a stream that uses their total."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=0.1)", "share": "Beta(alpha=2, beta=2)"},
        streams={
            "seen": {"value": "Poisson(mu=rate * months)", "watched": True},
            "told": "Binomial(n=total(seen) + 1, p=share)",
        },
        rows={
            "seen": [
                {"from": day(0), "to": day(19), "value": 0},
                {"on": day(20), "value": 2, "known": day(23), "id": "a"},
                {"from": day(21), "to": day(60), "value": 0},
                {"on": day(61), "value": 1, "known": day(80), "id": "b"},
                {"on": day(20), "value": 3, "known": day(50), "replaces": "a", "id": "c"},
                {"on": day(20), "value": 4, "known": day(70), "replaces": "c"},
                {"from": day(62), "to": day(99), "value": 0},
            ],
            "told": [{"on": day(at), "value": 1, "known": day(at + 2)} for at in (30, 55, 75)],
        },
        questions={"busy": "rate > 20"},
    )


def pool_for(topic: Topic, until: date, count: int = 64) -> Pool:
    """A few draws of a topic's prior."""
    newest = model_as_of(topic, until)
    rng = np.random.default_rng(2)
    return pool_of([MixtureComponent(with_rows(newest, {}, others=False), prior_draws(newest, rng=rng).resample(count, rng), 0.0)])


def models(topic: Topic, days: list[date]) -> list[Model]:
    """The topic as of the days on which it can be computed."""
    made = []
    for each in days:
        try:
            made.append(model_as_of(topic, each))
        except Unsound:
            continue
    return made


def assert_sums_are_totals(topic: Topic, days: list[date]) -> None:
    """As of each of some days the running sum equals the total worked out afresh."""
    pool, fresh = pool_for(topic, days[-1]), pool_for(topic, days[-1])
    summed: SummedRows | None = None
    made = models(topic, days)
    assert len(made) > 10
    for model in made:
        summed = sum_rows(pool, model, summed)
        np.testing.assert_allclose(summed.total, fresh.total(model), rtol=1e-9, atol=1e-9)


def test_sums_from_day_to_day_are_those_worked_out_afresh() -> None:
    """On each of a hundred days with corrections, late rows, growing quiet time and totals of another stream."""
    assert_sums_are_totals(corrected(), [day(at) for at in range(105)])


class Unchanging:
    """What stands for the posteriors that links name, on every day: sums of rows are the same whatever other topics believe."""

    def fit(self, link: PosteriorLink, day: date) -> LinkFit:
        """A Beta, or a Normal for what is in log odds."""
        statement = "Normal(mu=0, sigma=1)" if link.name == "leaning" else "Beta(alpha=2, beta=2)"
        return LinkFit(((1.0, statement),), 0.0, 0.0, False, 1000.0, True)


@pytest.mark.parametrize("name", ["loyalty", "arrivals", "captives", "punishment", "return", "route"])
def test_sums_of_the_essays_topics_are_those_worked_out_afresh(name: str) -> None:
    """On the days of news of each topic and their eves, and backwards too."""
    topic = with_carried(read_book(ROOT, [name])[0].topics[name], Unchanging()).as_it_stands
    until = date(2026, 11, 1)
    days = sorted({each for known in news(topic, until) for each in (known - ONE_DAY, known) if each >= topic.opens})
    days = [*days, *days[::-1], *([until] * 12), days[-1]]
    assert_sums_are_totals(topic, days)


def test_a_row_that_some_draws_exclude_can_be_taken_back() -> None:
    """A row that is impossible at some draws makes them impossible while it stands, and no longer once it is replaced."""
    topic = make_topic(
        priors={"top": "Uniform(lower=0, upper=10)"},
        streams={"seen": "Uniform(lower=0, upper=top)"},
        rows={"seen": [{"on": day(0), "value": 6, "id": "a"}, {"on": day(0), "value": 2, "known": day(3), "replaces": "a"}]},
        questions={"high": "top > 5"},
    )
    pool = pool_for(topic, day(5))
    first = sum_rows(pool, model_as_of(topic, day(1)))
    assert np.isneginf(first.total).any()
    assert not np.isneginf(first.total).all()
    after = sum_rows(pool, model_as_of(topic, day(4)), first)
    np.testing.assert_allclose(after.total, pool.total(model_as_of(topic, day(4))), rtol=1e-12)


def test_a_day_evaluates_the_rows_that_became_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a record of 60 rows, each known on its day, 60 rows are evaluated, not 60 on each day; and no block holds more cells than allowed."""
    topic = make_topic(
        priors={"m": "Normal(mu=0, sigma=3)", "s": "HalfNormal(sigma=3)"},
        streams={"seen": "Normal(mu=m, sigma=s)"},
        rows={"seen": [float(at % 7) for at in range(60)]},
        questions={"high": "m > 3"},
    )
    evaluated: list[int] = []
    work_out = Pool._work_out

    def count_and_call(pool: Pool, model: Model, tables: Mapping[str, RowTable]) -> Any:
        evaluated.append(sum(map(len, tables.values())))
        return work_out(pool, model, tables)

    monkeypatch.setattr(Pool, "_work_out", count_and_call)
    monkeypatch.setattr("forecast.insight.reweighting.COLUMNS_KEPT", 0)
    monkeypatch.setattr("forecast.insight.reweighting.BLOCK_CELLS", 64 * 16)
    pool = pool_for(topic, day(59))
    evaluated.clear()
    summed: SummedRows | None = None
    for at in range(60):
        summed = sum_rows(pool, model_as_of(topic, day(at)), summed)
    assert sum(evaluated) == 60
    assert summed is not None
    evaluated.clear()
    np.testing.assert_allclose(pool.total(model_as_of(topic, day(59))), summed.total, rtol=1e-9)
    assert (sum(evaluated), max(evaluated)) == (60, 16)
    assert pool.columns == {}


def test_days_are_thinned_evenly() -> None:
    """Few days stay as they are; of many the first, the last and some evenly between are left."""
    days = [day(at) for at in range(101)]
    assert thin_days(days[:5], 5) == days[:5]
    assert thin_days(days, 5) == [day(0), day(25), day(50), day(75), day(100)]


def test_a_settlement_in_a_long_record_is_found_by_halving(monkeypatch: pytest.MonkeyPatch) -> None:
    """With few days looked at, the day on which the record settles a question is the same, and far fewer models are made."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": [1.0] * 80},
        questions={
            "fifty": {"answer": "total(seen) >= 50", "by": day(120)},
            "never": {"answer": "total(seen) >= 5000", "by": day(120)},
        },
    )
    draws = {"rate": np.ones((4, 1))}
    exact = settlement_days(topic, day(90), draws)
    made: list[date] = []

    def count_and_call(topic: Topic, as_of: date) -> Model:
        made.append(as_of)
        return model_as_of(topic, as_of)

    monkeypatch.setattr("forecast.insight.record_events.model_as_of", count_and_call)
    monkeypatch.setattr("forecast.insight.record_events.MOST_DAYS_LOOKED_AT", 5)
    assert settlement_days(topic, day(90), draws) == exact == {"fifty": day(49), "never": None}
    assert len(made) <= 5 + 7


def test_rows_that_were_added_the_day_before_are_not_worked_out_to_take_them_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one quiet day to the next one row is evaluated, the quiet time up to that day; and the sum is that worked out afresh."""
    topic = corrected()
    pool = pool_for(topic, day(99))
    evaluated: list[int] = []
    work_out = Pool._work_out

    def counting(self: Pool, model: Model, table: RowTable) -> Any:
        evaluated.append(len(table))
        return work_out(self, model, table)

    summed = sum_rows(pool, model_as_of(topic, day(84)))
    monkeypatch.setattr(Pool, "_work_out", counting)
    for offset in (85, 86, 87):
        evaluated.clear()
        summed = sum_rows(pool, model_as_of(topic, day(offset)), summed)
        assert sum(evaluated) <= 1 + (offset == 85)
    np.testing.assert_allclose(summed.total, pool.total(model_as_of(topic, day(87))), rtol=1e-12)
