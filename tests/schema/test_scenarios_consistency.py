"""What a report says of scenarios is held against the rest of it when it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forecast.schema.consistency import inconsistency
from tests.support.sample_report import sample_content
from tests.support.sample_scenarios import with_scenarios

pytestmark = pytest.mark.medium


def test_scenarios_that_fit_are_read() -> None:
    """Nothing is wrong with scenarios whose names, questions and values are there."""
    assert not inconsistency(with_scenarios(sample_content()))


def answer_of(content: Any, kind: str) -> Any:
    """The answer of a kind in the first scenario."""
    kinds = {answer["name"]: answer["kind"] for answer in content["answers"]}
    return next(each for each in content["scenarios"]["scenarios"][0]["answers"] if kinds[each["question"]] == kind)


def branches_with_answers(content: Any) -> list[Any]:
    """The open scenarios, and the branch without any."""
    return [*content["scenarios"]["scenarios"][:2], content["scenarios"]["none"]]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda its: its["scenarios"]["scenarios"][1].update(name="battle"), "two of them have one name"),
        (lambda its: its["scenarios"]["scenarios"][0].update(probability=None), "a scenario has a probability, or reasons why not"),
        (lambda its: its["scenarios"]["scenarios"][0].update(reasons=["So."]), "a scenario has a probability, or reasons why not"),
        (lambda its: its["scenarios"]["scenarios"][0]["probability"].update(value=1.01), "a probability lies between 0 and 1"),
        (lambda its: its["scenarios"]["none"]["probability"].update(value=-0.01), "a probability lies between 0 and 1"),
        (lambda its: its["scenarios"]["several"].update(value=1.5), "a probability lies between 0 and 1"),
        (lambda its: its["scenarios"]["scenarios"][0]["probability"]["chance"].__setitem__(1, 1.5), "a probability lies between 0 and 1"),
        (lambda its: its["scenarios"]["scenarios"][0]["probability"]["chance"].pop(), "there are 1 here, and not 2"),
        (lambda its: its["scenarios"]["scenarios"][0]["probability"].pop("chance_errors"), "an interval and its errors go together"),
        (lambda its: its["scenarios"]["scenarios"][0].update(by="2027-02-30"), "this is no day"),
        (lambda its: its["scenarios"]["scenarios"][0].update(since="today"), "this is no day"),
        (lambda its: its["scenarios"]["none"]["answers"][0].update(question="other"), "branches have answers to other questions"),
        (lambda its: [branch["answers"][0].update(question="other") for branch in branches_with_answers(its)], "there is no such question"),
        (lambda its: its["scenarios"]["none"]["answers"].pop(), "branches have answers to other questions"),
        (lambda its: its["scenarios"]["scenarios"][2].update(answers=its["scenarios"]["none"]["answers"]), "only an open scenario has answers"),
        (lambda its: its["scenarios"].update(none=None), "an open scenario leaves something"),
        (lambda its: answer_of(its, "date").update(value={"shares": [], "none": 0.5}), "this is not the value of a date"),
        (lambda its: answer_of(its, "shares")["value"].update(shares=[]), "there is no choice"),
        (lambda its: answer_of(its, "distribution")["value"]["quantiles"].pop(), "there are 4 here, and not 5"),
        (lambda its: answer_of(its, "distribution")["value"]["errors"].pop(), "there are 4 here, and not 5"),
        (lambda its: answer_of(its, "date")["value"]["quantiles"].append(None), "there are 6 here, and not 5"),
        (lambda its: answer_of(its, "date")["value"]["quantiles"].__setitem__(0, "2027-02-30"), "this is no day"),
        (lambda its: answer_of(its, "distribution")["value"].update(modes=[{"share": 1.0, "quantiles": [1.0]}]), "there are 1 here, and not 3"),
        (lambda its: answer_of(its, "distribution")["value"].update(pmf={"x": [1.0], "y": []}), "has not as many values as probabilities"),
    ],
)  # fmt: skip
def test_scenarios_that_do_not_fit_are_refused(spoil: Callable[[Any], object], said: str) -> None:
    """Names given twice, chances beyond 1, days that do not exist, and answers of what is not there."""
    content = with_scenarios(sample_content())
    spoil(content)
    assert said in inconsistency(content)
