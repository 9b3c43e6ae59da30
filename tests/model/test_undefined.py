"""Which conditions cannot be worked out, on numbers by hand and on simulated paths."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.language.evaluate import Scope
from forecast.language.parsing import parse_expression
from forecast.model.settings import Settings
from forecast.model.undefined import holds_in, undefined_cases
from forecast.predict.analysis import analyse
from forecast.predict.answers import Answer, Dates, Probability
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

NUMBERS = {"a": np.array([[0.0], [2.0], [-2.0], [2.0]]), "b": np.array([[0.0], [0.0], [0.0], [4.0]])}
QUANTITIES = {"ratio": "a / b", "enough": "a / b > 0.4", "again": "1 / ratio"}
TOPIC = make_topic(priors={"a": "Normal(mu=0, sigma=1)", "b": "Normal(mu=0, sigma=1)"}, quantities=QUANTITIES)

FATES = {  # in each of the four cases: that it holds (1), does not (0), or cannot be worked out (u)
    "a / b > 0.4": "uuu1",
    "a / b < 0.4": "uuu0",
    "a / b != 7": "uuu1",
    "not a / b > 0.4": "uuu0",
    "ratio > 0.4": "uuu1",
    "again < 3": "uuu1",
    "1 / (1 / b) < 9": "uuu1",
    "min(a / b, 1) > 0.4": "uuu1",
    "b ** -1 > 0.1": "uuu1",
    "a ** b > 0.5": "1111",
    "(a / b) ** 0 > 0.5": "uuu1",
    "enough + 1 > 1.5": "uuu1",
    "(1 if a / b > 0.4 else 0) < 0.5": "uuu0",
    "0 < a / b < 0.7": "uuu1",
    "b > 0 and a / b > 0.4": "0001",
    "a / b > 0.4 and b > 0": "0001",
    "b == 0 or a / b > 0.4": "1111",
    "a / b != 7 or a > 1": "u1u1",
    "(a / b if b > 0 else 0) > 0.4": "0001",
    "(a / b > 0.4) if b > 0 else a > 1": "0101",
    "a / (b + 1) > 0.4": "0100",
    "log(b) < 1": "1110",
    "sqrt(a) >= 0": "11u1",
    "exp(1000 + b) > a": "1111",
    "exp(1000 + b) / 2 > a": "1111",
    "1 / exp(1000 + b) < 1": "1111",
}


@pytest.mark.parametrize("condition", FATES)
def test_a_condition_that_divides_by_zero_neither_holds_nor_fails(condition: str) -> None:
    """By exactly 0, whatever is divided and wherever it stands; a limit is a number, and what is decided elsewhere stays so."""
    parsed = parse_expression(condition)
    scope = Scope(values=NUMBERS, quantities={name: parse_expression(text) for name, text in QUANTITIES.items()})
    with np.errstate(all="ignore"):
        holds = np.broadcast_to(holds_in(TOPIC, parsed, scope), (4, 1))[:, 0]
        undefined = undefined_cases(parsed, scope, 4)
    assert "".join("u" if unknown else str(int(held)) for held, unknown in zip(holds, undefined, strict=True)) == FATES[condition]


BY = date(2025, 12, 31)


def found(question: dict[str, object], *, kicks: float = 0, goals: float = 0, as_of: date = date(2025, 1, 31)) -> Answer:
    """The answer to a question about goals over kicks, with January recorded."""
    month = {"from": OPENS, "to": as_of}
    topic = make_topic(
        priors={"rate": "Gamma(alpha=4, beta=4)"},
        streams={"goals": "Poisson(mu=rate * years)", "kicks": "Poisson(mu=rate * years)"},
        rows={"goals": [month | {"value": goals}], "kicks": [month | {"value": kicks}]},
        quantities={"share": "total(goals) / total(kicks)"},
        questions={"asked": {"by": BY} | question},
    )
    return analyse(topic, as_of, Settings(draws=4_096), referee=False).result.answers["asked"]


@pytest.mark.parametrize(
    "question",
    [
        {"answer": "total(goals) / total(kicks) > 0.5"},
        {"answer": "share > 0.5"},
        {"answer": "rate > 1", "given": "share < 0.5"},
        {"choices": {"low": "share <= 0.5", "high": "share > 0.5"}},
        {"answer": "rate > 1", "annulled": "share > 0.5"},
    ],
)
def test_a_question_whose_condition_divides_by_zero_on_some_paths_is_not_answerable(question: dict[str, object]) -> None:
    """Among its paths are some without a kick, with goals or without."""
    answer = found(question)
    assert answer.status == "not answerable"
    assert "cannot be worked out in" in answer.reasons[0].message
    assert "it divides by 0 there" in answer.reasons[0].hint


def test_a_given_that_divides_by_zero_at_the_end_of_the_record_makes_no_question_void() -> None:
    """Two goals of no kicks are no share below 0.5, nor one of at least 0.5."""
    assert found({"answer": "rate > 1", "given": "share < 0.5"}, goals=2, as_of=BY).status == "not answerable"


def test_a_date_does_not_come_on_a_day_on_which_its_condition_divides_by_zero() -> None:
    """Two goals without a kick are not more than half of the kicks: the share exists from the first kick on."""
    shared = found({"answer": "first(share > 0)"}, goals=2)
    kicked = found({"answer": "first(total(kicks) >= 1)"}, goals=2)
    assert isinstance(shared.value, Dates)
    assert isinstance(kicked.value, Dates)
    assert abs(shared.value.not_by_then - kicked.value.not_by_then) < 1e-9
    assert shared.value.quantiles == kicked.value.quantiles
    recorded = found({"answer": "first(share > 0.5)"}, goals=2, as_of=BY)
    assert isinstance(recorded.value, Dates)
    assert (recorded.status, recorded.value.quantiles) == ("open", (None,) * 5)


def test_a_condition_that_asks_first_counts_division_by_zero_as_no() -> None:
    """As the page on seeds says, what has been asked before decides."""
    guarded = found({"answer": "total(kicks) > 0 and share >= 0"})
    plain = found({"answer": "total(kicks) > 0"})
    assert isinstance(guarded.value, Probability)
    assert isinstance(plain.value, Probability)
    assert guarded.value.value == pytest.approx(plain.value.value, abs=1e-12)
