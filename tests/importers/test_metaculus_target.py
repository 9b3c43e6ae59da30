"""The question on Metaculus as its JSON or an import describes it, and forecasts on record for it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from forecast.actions.export_forecast import PayloadChoices, metaculus_payload
from forecast.forecasts.question import QuestionScale
from forecast.forecasts.values import Beyond, PointMasses, Quantiles, ValueFault
from forecast.importers.metaculus_forecast import Tails, options_for, stated_cdf
from forecast.importers.metaculus_target import MetaculusTarget, read_target
from forecast.model.settings import Settings
from tests.importers.conftest import Collected, Import
from tests.support.fixtures import fixture_file
from tests.support.metaculus_server import cdf_faults

DATE = {
    "id": 5,
    "type": "date",
    "open_lower_bound": False,
    "open_upper_bound": True,
    "inbound_outcome_count": None,
    "scaling": {"range_min": 1577836800.0, "range_max": 1609372800.0, "zero_point": None},
}
SCALE = QuestionScale(0, 100, True, True, None, 10)


def written(path: Path, content: object) -> Path:
    """A JSON file."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "wrap",
    [
        lambda its: its,
        lambda its: [its],
        lambda its: {"id": 9, "title": "a post", "question": its},
        lambda its: {"next": None, "results": [{"id": 9, "question": its}]},
        lambda its: {"id": 9, "group_of_questions": {"id": 3, "questions": [its]}},
        lambda its: {"id": 9, "conditional": {"id": 2, "question_yes": its}},
    ],
)
def test_a_question_is_found_wherever_the_platform_puts_it(wrap, tmp_path: Path):
    """Alone, in a list, in a post, in a page of posts, in a group, or as the child of a condition; dates are seconds there."""
    target = read_target(written(tmp_path / "x.json", wrap(DATE)))
    assert (target.type, target.id, target.scale) == ("date", 5, QuestionScale(18262, 18627, False, True, None, 200))


def test_a_scale_that_is_not_whole_is_refused(tmp_path: Path):
    """Which bound is open is never guessed."""
    for without, message in (("open_lower_bound", "which of its bounds are open"), ("scaling", "does not say its range")):
        path = written(tmp_path / "x.json", {key: value for key, value in DATE.items() if key != without})
        with pytest.raises(ValueFault, match=message):
            read_target(path)


def test_masses_and_samples_are_counted_where_they_lie():
    """The probability of at most each place, and at the first place of less than it."""
    target = MetaculusTarget("number", 1, SCALE)
    masses = stated_cdf(target, "pmf", PointMasses((-5, 0, 50, 120), (0.1, 0.2, 0.3, 0.4)), Tails())
    assert masses == pytest.approx([0.1, *[0.3] * 4, *[0.6] * 6])
    assert stated_cdf(target, "samples", (10, 20, 20, 300), Tails()) == pytest.approx([0, 0.25, *[0.75] * 9])


def test_quantiles_that_reach_beyond_the_bounds_need_no_more():
    """The line between them crosses the bounds."""
    target = MetaculusTarget("number", 1, SCALE)
    cdf = stated_cdf(target, "quantiles", Quantiles((0.1, 0.9), (-10, 110)), Tails())
    assert cdf == pytest.approx(np.interp(np.arange(11) * 10, [-10, 110], [0.1, 0.9]))
    by = stated_cdf(target, "quantiles", Quantiles((0.1,), (-10,), Beyond(100, 0.3)), Tails())
    assert by[-1] == pytest.approx(0.7)


def test_a_quantile_of_a_logarithmic_scale_lies_on_its_line():
    """The middle of the scale has the probability in the middle."""
    target = MetaculusTarget("number", 1, QuestionScale(1, 10_000, False, False, 0.0, 4))
    cdf = stated_cdf(target, "quantiles", Quantiles((0.2, 0.8), (10, 1_000)), Tails())
    assert cdf == pytest.approx([0, 0.2, 0.5, 0.8, 1])


def test_a_single_value_says_not_how_sure_it_is():
    """So no distribution is made up around it."""
    with pytest.raises(ValueFault, match="a single value"):
        stated_cdf(MetaculusTarget("number", 1, SCALE), "number", 5.0, Tails())


def test_options_must_be_those_of_the_question():
    """In its order; one that is missing, or that it has not, is named."""
    target = MetaculusTarget("options", 1, options=("b", "a"))
    assert list(options_for(target, {"a": 0.3, "b": 0.7}, "").items()) == [("b", 0.7), ("a", 0.3)]
    for shares, message in (({"a": 1.0}, "no probability for the option `b`"), ({"a": 0.2, "b": 0.3, "c": 0.5}, "has no option `c`")):
        with pytest.raises(ValueFault, match=message):
            options_for(target, shares, "")


@pytest.mark.medium
def test_what_the_platform_itself_says_passes_as_it_is(bring: Import, collected: Collected, root: Path):
    """The last aggregate of a recorded question is written as it stands, to the ninth place."""
    bring(file=fixture_file("metaculus", "numeric_open_both.zip"))
    last = max(collected().forecasts, key=lambda its: its.at)
    made = metaculus_payload(
        root,
        "metaculus:41323",
        PayloadChoices(who="recency_weighted"),
        as_of=date(2026, 9, 1),
        now=datetime(2026, 9, 1, tzinfo=UTC) if last.until is None else last.at,
        settings=Settings(),
    )
    assert [(problem.level, problem.message) for problem in made.problems] == [
        ("warning", "metaculus:41323 closed on 2026-02-16; the server takes no forecast of it any more")
    ]
    (payload,) = json.loads(made.text)
    assert payload["question"] == 41323
    assert payload["continuous_cdf"] == pytest.approx(list(last.value), abs=1e-9)
    assert cdf_faults(payload["continuous_cdf"], steps=200, open_lower=True, open_upper=True) == []
