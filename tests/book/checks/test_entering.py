"""Ranges, weights and reports in answers: totals on paths, what is settled, copies against independent reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.content.records import stream_contents
from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.pymc.nuts import sample_nuts
from forecast.insight.leave_one_out import RowGroup, model_without
from forecast.insight.prequential import prequential_scores
from forecast.insight.reweighting import MixtureComponent, pool_of, pool_of_posterior, with_rows
from forecast.model.model import model_as_of
from forecast.model.ranges import draw_ranges
from forecast.model.settings import Settings, generator
from forecast.predict.answers import paths_for
from forecast.predict.settlement import status_of
from forecast.report.charts_record import fan_sentence
from forecast.report.tables import rows_table
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF = date(2025, 12, 31)
PRIORS = {"rate": "Gamma(alpha=2, beta=0.1)"}


def paths_of(topic, as_of=AS_OF, draws=20_000):
    """The draws and the paths of a topic by the fast engine."""
    model = model_as_of(topic, as_of)
    posterior = condition(model, rng=np.random.default_rng(1))
    chosen = posterior.resample(draws, np.random.default_rng(2))
    return posterior, paths_for(model, chosen, generator(1, topic.name, "paths"))


@pytest.mark.parametrize(("low", "high"), [(12, 30), (24, None), (None, 2), (0, 25)])
def test_a_range_on_paths_is_the_statement_given_the_range(low, high):
    """On each path the value of a range is drawn from the statement at that path's parameters, given that it lies in the range."""
    from scipy import stats

    topic = make_topic(priors=PRIORS, streams={"killed": "Poisson(mu=rate)"}, rows={"killed": [{"low": low, "high": high}, 4]})
    model = model_as_of(topic, AS_OF)
    ((_, values),) = draw_ranges(model, {"rate": np.full((40_000, 1), 10.0)}, np.random.default_rng(3), paths=40_000)["killed"]
    numbers = np.arange(low or 0, 61 if high is None else high + 1)
    masses = stats.poisson(10).pmf(numbers) / stats.poisson(10).pmf(numbers).sum()
    found = np.array([(values == number).mean() for number in numbers])
    assert found.sum() == 1
    np.testing.assert_allclose(found, masses, atol=4 * np.sqrt(0.25 / 40_000))


def test_totals_of_a_range_are_coherent_with_what_was_learnt():
    """Over paths a total is what is known plus the value drawn for the range; its mean is the posterior mean of that value."""
    topic = make_topic(
        priors=PRIORS,
        streams={"killed": "Poisson(mu=rate)"},
        rows={"killed": [{"low": 12}, 4]},
        questions={"many": {"answer": "total(killed) >= 20", "by": date(2025, 1, 2)}},
    )
    _, paths = paths_of(topic)
    total = paths.through("killed", date(2025, 1, 2))[:, 0]
    assert total.min() == 16
    rates = np.linspace(0.01, 80, 8_000)
    from scipy import stats

    weight = stats.gamma(2, scale=10).pdf(rates) * stats.poisson(rates).pmf(4) * stats.poisson(rates).sf(11)
    numbers = np.arange(12, 250)[:, None]
    mean = (numbers * stats.poisson(rates).pmf(numbers)).sum(axis=0) / stats.poisson(rates).sf(11)
    expected = 4 + (weight * mean).sum() / weight.sum()
    assert total.mean() == pytest.approx(expected, abs=4 * total.std() / np.sqrt(5_000))


@pytest.mark.parametrize(
    ("row", "answer", "status"),
    [
        ({"low": 100}, "total(killed) >= 90", "happened"),
        ({"low": 100}, "total(killed) >= 101", "open"),
        ({"low": 100}, "total(killed) <= 99", "can no longer happen"),
        ({"low": 100}, "total(killed) <= 120", "open"),
        ({"low": 80, "high": 120}, "total(killed) <= 120", "happened"),
        ({"low": 80, "high": 120}, "total(killed) > 120", "can no longer happen"),
        ({"low": 80, "high": 120}, "total(killed) == 100", "open"),
        ({"low": 80, "high": 120}, "total(killed)", "open"),
        ({"high": 5}, "total(killed) < 6", "happened"),
        ({"value": 100}, "total(killed)", "settled"),
    ],
)
def test_the_record_settles_no_more_than_a_range_tells(row, answer, status):
    """A question is settled only where it is so wherever in the range the value lies."""
    asked = {"asked": {"answer": answer, "by": date(2025, 1, 1)}}
    topic = make_topic(priors=PRIORS, streams={"killed": "Poisson(mu=rate)"}, rows={"killed": [row]}, questions=asked)
    _, paths = paths_of(topic, draws=200)
    assert status_of(topic.questions["asked"], paths.model, paths) == status


REPORT = {"value": 30, "on": date(2025, 3, 1), "origin": "wire"}
STREAM = {"value": "Poisson(mu=rate)", "reliability": "right", "wrong": "NegativeBinomial(mu=10, alpha=0.5)"}


def mean_rate(rows):
    """The posterior mean of the rate given reports of 30, and the mean total."""
    priors = {**PRIORS, "right": "Beta(mean=0.7, strength=10)"}
    posterior, paths = paths_of(make_topic(priors=priors, streams={"killed": STREAM}, rows={"killed": rows}))
    return posterior.mean("rate"), float(paths.through("killed", AS_OF).mean()) if paths.starts["killed"] > AS_OF else None


def test_ten_copies_of_a_report_move_an_answer_as_one_does():
    """Ten reports of one origin move the rate exactly as the first alone; ten of ten origins move it further."""
    one, copies = ([REPORT] * count for count in (1, 10))
    apart = [{**REPORT, "origin": f"paper {index}"} for index in range(10)]
    (single, _), (copied, _), (independent, _) = map(mean_rate, (one, copies, apart))
    assert copied == single
    assert single - 20 > 3  # the prior mean is 20
    assert independent - 20 > 1.05 * (single - 20)


def test_copies_count_once_in_totals():
    """The total of a stream counts the copies of a report once, and reports of other days or origins each."""
    rows = [REPORT, REPORT, {**REPORT, "on": date(2025, 4, 1)}, {**REPORT, "origin": "other"}]
    topic = make_topic(priors=PRIORS, streams={"killed": "Poisson(mu=rate)"}, rows={"killed": rows})
    assert model_as_of(topic, AS_OF).records["killed"].total_before(AS_OF) == 90


def test_a_pool_knows_that_reports_depend_on_those_before_them():
    """The matrix of a pool is the model's own likelihood, whatever rows were asked for before, and whichever are left out."""
    rows = [
        REPORT,
        {**REPORT, "on": date(2025, 4, 1)},
        REPORT,
        {**REPORT, "origin": "other"},
        {**REPORT, "value": 28, "on": date(2025, 5, 1)},
    ]
    topic = make_topic(priors={**PRIORS, "right": "Beta(mean=0.7, strength=10)"}, streams={"killed": STREAM}, rows={"killed": rows})
    model = model_as_of(topic, AS_OF)
    posterior = condition(model, rng=np.random.default_rng(1))
    pool = pool_of_posterior(posterior, posterior.resample(500, np.random.default_rng(2)))
    for kept in ([1, 2], [0, 3], [2, 4], [4], [0, 1, 2, 3, 4], [1, 3, 4]):
        part = with_rows(model, {"killed": kept})
        np.testing.assert_array_equal(pool.log_likelihood(part), part.log_likelihood(pool.parameters))


def test_scores_add_up_and_a_copy_is_no_surprise():
    """Unweighed, the topic's scores of reports of shared origins sum to the log evidence; a copy scores nothing."""
    rows = [
        {**REPORT, "known": date(2025, 3, 2)},
        {**REPORT, "known": date(2025, 3, 5)},
        {**REPORT, "value": 26, "on": date(2025, 4, 1)},
        {"low": 15, "on": date(2025, 5, 1)},
    ]
    topic = make_topic(priors={**PRIORS, "right": "Beta(mean=0.7, strength=10)"}, streams={"killed": STREAM}, rows={"killed": rows})
    model = model_as_of(topic, AS_OF)
    posterior = condition(model, rng=np.random.default_rng(1))
    draws = posterior.resample(20_000, np.random.default_rng(2))
    prior = prior_draws(model, rng=np.random.default_rng(3)).resample(20_000, np.random.default_rng(4))
    bare = replace(model, tables={})
    pool = pool_of([MixtureComponent(bare, prior, 0.0), MixtureComponent(model, draws, posterior.diagnostics.log_evidence)])
    found = prequential_scores(model, pool, Settings())
    scores = [each.log_score for each in found.rows]
    assert sum(scores) == pytest.approx(posterior.diagnostics.log_evidence, abs=0.03)
    assert (scores[1], found.rows[1].prior_log_score) == (0.0, 0.0)
    assert all(0 < each.tail <= 1 for each in found.rows)


def test_a_weighed_row_is_scored_as_what_it_is():
    """A row's score is the log of its chance given what was learnt from the rows before it, each to the power of its weight."""
    from scipy import stats

    topic = make_topic(priors=PRIORS, streams={"killed": {"value": "Poisson(mu=rate)", "weight": "0.25"}}, rows={"killed": [4, 9]})
    model = model_as_of(topic, AS_OF)
    prior = prior_draws(model, rng=np.random.default_rng(3)).resample(40_000, np.random.default_rng(4))
    found = prequential_scores(model, pool_of([MixtureComponent(replace(model, tables={}), prior, 0.0)]), Settings())
    expected = [stats.nbinom(2, 0.1 / 1.1).logpmf(4), stats.nbinom(3, 0.35 / 1.35).logpmf(9)]
    assert [each.log_score for each in found.rows] == pytest.approx(expected, abs=0.02)


@pytest.mark.slow
def test_the_engines_agree_on_ranges_weights_and_reports():
    """Means and standard deviations by the fast engine and by NUTS agree within four Monte Carlo errors."""
    rows = [REPORT, REPORT, {**REPORT, "value": 26, "on": date(2025, 4, 1)}, {"low": 15, "on": date(2025, 5, 1)}, {"low": 20, "high": 40}]
    priors = {**PRIORS, "right": "Beta(mean=0.7, strength=10)"}
    streams = {"killed": {**STREAM, "weight": "0.5 ** age"}, "waited": "Weibull(alpha=1.5, beta=10 / rate)"}
    model = model_as_of(make_topic(priors=priors, streams=streams, rows={"killed": rows, "waited": [{"low": 0.5}, {"high": 1}]}), AS_OF)
    fast, slow = condition(model, rng=np.random.default_rng(1)), sample_nuts(model, seed=2)
    assert (slow.diagnostics.sound, slow.diagnostics.reason) == (True, "")
    for name in priors:
        spread = slow.column(name).std()
        assert fast.mean(name) == pytest.approx(slow.mean(name), abs=4 * spread * np.sqrt(1 / 1_000 + 1 / 5_000)), name


def test_leaving_out_a_copy_changes_nothing():
    """Nothing is learnt from a copy, and without the first report the copy tells what it did."""
    rows = [REPORT, REPORT, {**REPORT, "value": 26, "on": date(2025, 4, 1)}]
    topic = make_topic(priors={**PRIORS, "right": "Beta(mean=0.7, strength=10)"}, streams={"killed": STREAM}, rows={"killed": rows})
    model = model_as_of(topic, AS_OF)
    posterior = condition(model, rng=np.random.default_rng(1))
    pool = pool_of_posterior(posterior, posterior.resample(500, np.random.default_rng(2)))
    for row in (0, 1):
        left = model_without(model, RowGroup("row", "", "killed", row, (row,)))
        np.testing.assert_array_equal(pool.total(left), pool.total(model))


def test_a_report_says_how_rows_enter():
    """The record's table shows ranges in words, weights and origins, and says what weights and reliabilities are."""
    rows = [
        {"low": 100, "on": date(2025, 2, 1)},
        REPORT,
        REPORT,
        {"low": 80, "high": 120, "on": date(2025, 5, 1)},
        {"high": 5, "on": date(2025, 6, 1)},
    ]
    priors = {**PRIORS, "right": "Beta(mean=0.7, strength=10)"}
    _, paths = paths_of(make_topic(priors=priors, streams={"killed": {**STREAM, "weight": "0.5"}}, rows={"killed": rows}), draws=200)
    (stream,) = stream_contents(paths.model, paths)
    table = rows_table(stream, None)
    assert [row[1] for row in table.rows] == ["at least 100", "30", "30", "80 to 120", "at most 5"]
    assert [column.name for column in table.columns] == ["days", "value", "known", "source", "weight", "origin", "grade", "note"]
    assert [row[4:6] for row in table.rows] == [("0.5", ""), ("0.5", "wire"), ("0.5", "wire (a copy)"), ("0.5", ""), ("0.5", "")]
    assert table.caption == (
        "5 rows; total at least 210. Rows are weighed: the likelihood of each is raised to the power of 0.5. "
        "A report is right with probability right; where it is wrong its value arises from NegativeBinomial(mu=10, alpha=0.5). "
        "Reports of one origin are right or wrong together, and copies of one count once"
    )
    assert fan_sentence(stream).startswith("Recorded up to 1 June 2025: at least 210")
