"""Totals in a report: counts have one, and values that do not add up have none anywhere in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from forecast.content.records import stream_contents
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.insight.baseline import baseline_of
from forecast.insight.information import signposts
from forecast.insight.posterior_predictive_check import predictive_checks
from forecast.insight.published_cases import cases_of_one
from forecast.model.settings import Settings, generator
from forecast.predict.analysis import analyse
from forecast.report.charts_record import fan_chart, fan_sentence
from forecast.report.tables import rows_table
from forecast.schema import words
from forecast.sentences.step_counts import counts_of_each_step
from forecast.sentences.unrecorded import unrecorded_sentence
from tests.support.building import OPENS, make_topic

AS_OF = OPENS + timedelta(days=99)
ROWS = {
    "shares": [{"from": OPENS, "to": OPENS, "value": 0.2}, {"from": date(2025, 2, 1), "to": date(2025, 2, 1), "value": 0.3}],
    "ranged": [{"from": date(2025, 2, 3), "to": date(2025, 2, 3), "low": 0.2, "high": 0.4}],
    "notes": [{"from": date(2025, 2, 2), "to": date(2025, 2, 2), "value": 1}],
    "visits": [{"from": OPENS, "to": date(2025, 1, 31), "value": 4}],
}
STREAMS = {
    "shares": "Normal(mu=level, sigma=0.05)",
    "ranged": "Normal(mu=level, sigma=0.05)",
    "notes": "Bernoulli(p=level)",
    "visits": "Poisson(mu=5 * months)",
}
PRIORS = {"level": "Beta(alpha=2, beta=2)"}
END = OPENS + timedelta(days=729)


@pytest.fixture(scope="module")
def concluded() -> Any:
    """A topic of measured shares, of one more known by its range, of evidence that was found, and of visits."""
    questions = {"level_now": "level", "busy": {"answer": "total(visits) > 60", "by": END}}
    return analyse(make_topic(priors=PRIORS, streams=STREAMS, rows=ROWS, questions=questions), AS_OF, Settings(draws=4_096), referee=False)


@pytest.fixture(scope="module")
def streams(concluded: Any) -> dict[str, dict[str, Any]]:
    """The streams of its report."""
    return {each["name"]: each for each in stream_contents(concluded.model, concluded.result.paths)}


def test_only_counts_have_totals_a_past_and_a_future(streams: dict[str, dict[str, Any]]) -> None:
    """What does not add up has none of them in the JSON, so that no page can print one."""
    found = {name: (each["total"], len(each["past"]) > 0, each["fan"] is not None, "seen" in each) for name, each in streams.items()}
    nothing = (None, False, False, False)
    assert found == {"shares": nothing, "ranged": nothing, "notes": nothing, "visits": (4.0, True, True, False)}


def test_what_does_not_add_up_is_told_by_its_last_row(streams: dict[str, dict[str, Any]]) -> None:
    """The sentence, the picture and the caption of the table of each stream."""
    found = {
        name: (fan_sentence(each), fan_chart(each, as_of=str(AS_OF)) is not None, rows_table(each, None).caption)
        for name, each in streams.items()
    }
    assert found["visits"][0].startswith("Recorded up to 31 January 2025: 4. By 31 December 2026: median ")
    assert {name: each for name, each in found.items() if name != "visits"} == {
        "shares": ("Last recorded on 1 February 2025: 0.3. Its rows are not added up.", False, "2 rows"),
        "ranged": ("Last recorded on 3 February 2025: 0.2 to 0.4. Its rows are not added up.", False, "1 row"),
        "notes": ("Last recorded on 2 February 2025: 1. Its rows are not added up.", False, "1 row"),
    }
    assert (found["visits"][1:]) == (True, "1 row; total 4")
    assert fan_sentence({**streams["notes"], "rows": []}) == "Nothing is recorded."


def test_counts_out_of_as_many_in_each_step_are_not_added_up() -> None:
    """Five simulated steps of different lengths, each of 180, would make 900 of two years: neither picture nor data nor sentence has such a total."""
    streams = {
        "polled": {"value": "Binomial(n=asked, p=share)", "next": {"asked": "180"}},
        "steady": {"value": "Poisson(mu=share * asked)", "next": {"asked": "15 * months"}},
    }
    rows = {name: [{"value": 60, "asked": 180.0}] for name in streams}
    found = analyse(
        make_topic(
            priors={"share": "Beta(alpha=2, beta=2)"},
            streams=streams,
            rows=rows,
            questions={"more": {"answer": "total(polled) > 60", "by": END}},
        ),
        AS_OF,
        Settings(draws=4_096),
        referee=False,
    )
    polled, steady = stream_contents(found.model, found.result.paths)
    assert fan_chart(polled, as_of=str(AS_OF)) is None
    assert fan_sentence(polled).endswith(
        "In each simulated step, however short, “asked” is 180, so that steps do not add up: no later total is shown."
    )
    assert counts_of_each_step(steady) == {}
    assert fan_chart(steady, as_of=str(AS_OF)) is not None


def test_time_without_rows_is_told_of_counts_alone(streams: dict[str, dict[str, Any]]) -> None:
    """Days are forecast where values are counted over time; elsewhere each row stands by itself."""
    said = unrecorded_sentence(list(streams.values()), AS_OF)
    assert said == (
        "Part of the record ends on 31 January 2025; the 69 days since are treated as unknown, not as uneventful. "
        "Some of the record is single findings, which are not added up over time."
    )


def test_one_day_without_rows_is_told_in_the_singular(streams: dict[str, dict[str, Any]]) -> None:
    """It is no plural, and no number stands before it; streams are not named."""
    visits = streams["visits"] | {"unrecorded_days": 1}
    said = unrecorded_sentence([visits], AS_OF)
    assert said == "The record ends on 31 January 2025; the day since is treated as unknown, not as uneventful."


def test_a_record_without_rows_reaches_no_day(streams: dict[str, dict[str, Any]]) -> None:
    """Where nothing is recorded no sentence names the end of a record."""
    visits = streams["visits"] | {"rows": []}
    said = unrecorded_sentence([visits], AS_OF)
    assert said == f"Nothing is recorded yet; the 69 days up to {words.day(AS_OF)} are treated as unknown, not as uneventful."
    assert unrecorded_sentence([visits, streams["shares"]], AS_OF).startswith("Part of the record has no rows yet; the 69 days up to ")
    assert unrecorded_sentence([visits | {"unrecorded_days": 0}], AS_OF) == f"Nothing is recorded up to the as-of day, {words.day(AS_OF)}."


def test_a_predictive_check_adds_up_counts_alone(concluded: Any) -> None:
    """Of what does not add up the mean is compared; of counts the sum."""
    found = predictive_checks(concluded.model, concluded.result.paths.parameters, generator(1))
    assert [(each.stream, each.statistic, each.seen) for each in found if each.statistic in {"sum", "mean"}] == [
        ("shares", "mean", pytest.approx(0.25)),
        ("notes", "mean", 1.0),
        ("visits", "sum", 4.0),
    ]


def test_a_sum_of_values_that_do_not_add_up_is_no_signpost(concluded: Any) -> None:
    """Over two months or more only counts are watched for."""
    assert {post["stream"] for post in signposts(cases_of_one(baseline_of(concluded)))[0]} == {"visits"}


@pytest.mark.parametrize("draws", [1_000, 1_024, 1_037])
def test_a_fan_has_the_inverse_of_the_distribution_function(draws: int) -> None:
    """Its points are those that NumPy's inverse of the distribution function of the paths has, whatever their number."""
    made = analyse(make_topic(priors=PRIORS, streams=STREAMS, rows=ROWS), AS_OF, Settings(draws=draws), referee=False)
    paths = replace(made.result.paths, totals={"visits": made.result.paths.totals["visits"]})
    (fan,) = (each["fan"] for each in stream_contents(made.model, paths) if each["fan"] is not None)
    columns = [paths.days.index(date.fromisoformat(day) + timedelta(days=1)) for day in fan["days"]]
    exact = np.quantile(paths.totals["visits"][:, columns], QUANTILE_LEVELS, axis=0, method="inverted_cdf")
    assert fan["quantiles"] == exact.T.tolist()
