"""A question's forecast as Metaculus's server takes it: from the model's cases or from the record, and what is moved is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from forecast.actions.export_forecast import PayloadChoices, PayloadResult, metaculus_payload
from forecast.actions.say import SaidForecast, say
from forecast.book.reading import read_book
from forecast.forecasts.question import QuestionScale
from forecast.importers.metaculus_forecast import Tails
from forecast.importers.metaculus_target import read_target
from forecast.model.settings import Settings
from forecast.predict.analysis import published_result
from tests.support.metaculus_server import cdf_faults, option_faults, probability_faults
from tests.support.small_books import write_book

pytestmark = pytest.mark.medium

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
AS_OF = date(2025, 6, 1)
SETTINGS = Settings(draws=2_048)
ROWS = "from,to,value,known,source\n2025-01-01,2025-03-31,2,2025-04-01,somewhere\n"
MORE = """
[questions.count]
asks = "How many?"
by = 2025-12-31
since = 2025-06-02
answer = "total(events)"
settled = "By the record."

[questions.when]
asks = "When?"
by = 2025-12-31
since = 2025-06-02
answer = "first(total(events) >= 1)"
settled = "By the record."

[questions.which]
asks = "Which?"
by = 2025-12-31
settled = "By the record."
[questions.which.choices]
none = "total(events) == 0"
few = "total(events) >= 1 and total(events) <= 4"
hordes = "total(events) >= 1000"

[questions.guess]
asks = "Guess"
type = "number"
by = 2025-12-31
settled = "By somebody."
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with a question of each kind."""
    root = tmp_path_factory.mktemp("book")
    write_book(root, by="2025-12-31", answer="total(events) >= 500", rows=ROWS, more=MORE)
    assert read_book(root)[1] == ()
    return root


def export(root: Path, question: str, **choices: object) -> PayloadResult:
    """Export a forecast for question 7 there."""
    return metaculus_payload(
        root, f"made.{question}", PayloadChoices(**{"question_id": 7, **choices}), as_of=AS_OF, now=NOW, settings=SETTINGS
    )


def value_of(result: PayloadResult) -> Mapping[str, object]:
    """The one forecast of a payload."""
    (forecast,) = json.loads(result.text)
    assert forecast.pop("question") == 7
    return forecast


def messages(result: PayloadResult) -> list[str]:
    """What is said."""
    return [problem.message for problem in result.problems]


def test_a_probability_beyond_the_server_s_range_is_moved_with_a_message(root: Path):
    """Never in silence."""
    result = export(root, "many")
    assert value_of(result) == {"probability_yes": 0.001}
    assert messages(result) == ["the probability is 0; the server takes 0.001 to 0.999, so 0.001 is written"]
    assert probability_faults(0.001) == []


@pytest.mark.parametrize("low_open", [True, False])
@pytest.mark.parametrize("zero_point", [None, -5.0])
def test_a_distribution_function_is_that_of_the_model_s_cases(root: Path, low_open: bool, zero_point: float | None):  # noqa: FBT001
    """At each place the published distribution, up to what standardising moves, which is said."""
    scale = QuestionScale(0, 40, low_open, True, zero_point)
    result = export(root, "count", scale=scale)
    cdf = value_of(result)["continuous_cdf"]
    assert isinstance(cdf, list)
    assert cdf_faults(cdf, steps=200, open_lower=low_open, open_upper=True) == []
    answer = published_result(read_book(root)[0].topics["made"], AS_OF, SETTINGS).answers["count"]
    masses = dict(answer.value.cumulative)  # type: ignore[union-attr]
    places = np.arange(201) / 200 * 40 if zero_point is None else -5 + 5 * 9 ** (np.arange(201) / 200)
    expected = [max([height for value, height in masses.items() if value <= place + 1e-9], default=0.0) for place in places]
    if not low_open:
        expected[0] = 0.0
    (message,) = messages(result)
    assert message.startswith("the distribution function was standardised")
    moved = float(message.split()[-1])
    assert np.abs(np.array(cdf)[1:] - expected[1:]).max() <= moved * 1.06


def test_a_discrete_question_has_a_step_for_each_number(root: Path, tmp_path: Path):
    """The mass of a number is in its step."""
    there = {
        "id": 7,
        "type": "discrete",
        "open_lower_bound": False,
        "open_upper_bound": True,
        "inbound_outcome_count": 11,
        "scaling": {"range_min": -0.5, "range_max": 10.5, "zero_point": None},
    }
    path = tmp_path / "question.json"
    path.write_text(json.dumps({"id": 3, "question": there}))
    assert read_target(path).scale == QuestionScale(-0.5, 10.5, False, True, None, 11)
    cdf = value_of(export(root, "count", target=str(path)))["continuous_cdf"]
    assert cdf_faults(cdf, steps=11, open_lower=False, open_upper=True) == []
    answer = published_result(read_book(root)[0].topics["made"], AS_OF, SETTINGS).answers["count"]
    upto = dict(answer.value.cumulative)  # type: ignore[union-attr]
    steps = np.diff(cdf)
    assert steps[2] == pytest.approx(0.989 * (upto[2] - upto[1]) + 0.01 / 11, abs=1e-6)


def test_a_date_lies_evenly_within_its_day(root: Path):
    """A day of 200 there, an hour of which has a twenty-fourth of its probability; what is not by then lies above."""
    low, high = 20241.0, 20454.0  # 2 June 2025, 1 January 2026
    cdf = value_of(export(root, "when", scale=QuestionScale(low, high, False, True)))["continuous_cdf"]
    assert cdf_faults(cdf, steps=200, open_lower=False, open_upper=True) == []
    answer = published_result(read_book(root)[0].topics["made"], AS_OF, SETTINGS).answers["when"]
    assert 1 - cdf[-1] == pytest.approx(0.989 * answer.value.not_by_then + 0.001 - 0.01 + 0.01 * 1, abs=0.012)  # type: ignore[union-attr]
    by_end_of_september = dict(answer.value.monthly)[date(2025, 9, 30)]  # type: ignore[union-attr]
    place = (20362 - low) / (high - low)
    assert np.interp(place, np.arange(201) / 200, cdf) == pytest.approx(0.989 * by_end_of_september + 0.01 * place, abs=2e-3)


def test_days_that_nobody_asked_about_are_not_made_up(root: Path):
    """A range that reaches beyond the question's last day is refused."""
    result = export(root, "when", scale=QuestionScale(20241.0, 21000.0, False, True))
    (message,) = messages(result)
    assert (result.text, message.startswith("the question here ends on 2025-12-31, and its range there on 2027-07-01")) == ("", True)


def test_options_need_a_place_for_what_is_left(root: Path):
    """What no choice takes goes to the option that is named; an option that is not there is refused."""
    refused = export(root, "which")
    assert "that none of the choices takes" in messages(refused)[0]
    result = export(root, "which", rest="more")
    options = value_of(result)["probability_yes_per_category"]
    assert option_faults(options, ["none", "few", "hordes", "more"]) == []
    assert options["hordes"] == pytest.approx(0.001, abs=0)
    (message,) = messages(result)
    assert message.startswith("each option has a probability of at least 0.001 on the server: `none` (0), `hordes` (0) raised")
    assert message.endswith("raised to it, and the others lowered in proportion")


def test_a_forecast_on_record_says_what_lies_beyond_an_open_bound(root: Path):
    """It is not made up; between quantiles, and to a closed bound, the line is straight."""
    assert say(root, "made.guess", SaidForecast("10 to 30", "a guess", median="20"), now=NOW).row is not None
    scale = QuestionScale(0, 40, False, True)
    refused = export(root, "guess", scale=scale)
    assert messages(refused) == ["this forecast does not say how much of it lies beyond the upper bound, which is open"]
    result = export(root, "guess", scale=scale, tails=Tails(above=0.02))
    cdf = value_of(result)["continuous_cdf"]
    assert cdf_faults(cdf, steps=200, open_lower=False, open_upper=True) == []
    line = np.interp(np.arange(201) / 5, [0, 10, 20, 30, 40], [0, 0.05, 0.5, 0.95, 0.98])
    assert (cdf, messages(result)) == (pytest.approx(line, abs=1e-9), [])
    wrong = export(root, "guess", scale=scale, tails=Tails(above=0.2))
    assert messages(wrong) == ["what lies beyond a bound does not fit the quantiles"]


def test_what_is_not_known_of_the_question_there_is_asked_for(root: Path, tmp_path: Path):
    """Its id, its range, which of several, and its type."""
    assert messages(export(root, "count")) == ["the range of the question on Metaculus is not known"]
    assert messages(export(root, "many", question_id=None)) == ["the id of the question on Metaculus is not known"]
    several = tmp_path / "several.json"
    several.write_text(json.dumps({"results": [{"id": 1, "question": {"id": at, "type": "binary"}} for at in (5, 6)]}))
    assert messages(export(root, "many", target=str(several), question_id=None)) == ["this file has 2 questions"]
    assert messages(export(root, "many", target=str(several))) == ["this file has no question 7"]
    assert messages(export(root, "count", target=str(several), question_id=5)) == [
        "this question is of type `number`, and the one on Metaculus of type `binary`"
    ]
    assert messages(export(root, "count", scale=QuestionScale(5, 5, False, False))) == ["a scale needs range_min below range_max"]
    assert messages(export(root, "count", scale=QuestionScale(1000, 2000, False, False))) == [
        "no probability lies within the bounds of the question there"
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "this file is empty"),
        (b"\xff\xfe{", "this file holds bytes that are not UTF-8"),
        (b'{"a": "\0"}', "this file holds a NUL character"),
        (b"[" * 200_000, "this file holds lists within lists without end"),
        (b'{"id": NaN}', "this file is not JSON: it holds NaN"),
        (b"{}", "this file has no question of Metaculus"),
        (b'{"id": 1, "type": "numeric"}', "this question does not say its range, `scaling` with `range_min` and `range_max`"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(root: Path, tmp_path: Path, raw: bytes, message: str):
    """And nothing is written."""
    path = tmp_path / "question.json"
    path.write_bytes(raw)
    result = export(root, "count", target=str(path), question_id=None)
    assert (result.text, messages(result)) == ("", [message])
