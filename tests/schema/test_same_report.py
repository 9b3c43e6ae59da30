"""Reports are compared to the last digit, and where they are not equal by their errors."""

from __future__ import annotations

import copy
import json

import pytest

from tests.support.paths import ROOT
from tests.support.same_report import differences, figures

pytestmark = pytest.mark.medium


def content() -> dict:
    """A committed report of a topic with variants."""
    return json.loads((ROOT / "reports" / "return.json").read_text(encoding="utf-8"))


def moved(errors: float) -> list[str]:
    """What differs where the first answer has moved by some of its errors."""
    made, committed = content(), content()
    value = made["answers"][0]["value"]
    value["value"] += errors * value["error"]
    return differences(made, committed)


def test_a_move_within_errors_is_none_and_one_beyond_is_named():
    """Six errors of one are 4.2 of two, and ten are 7.1."""
    assert moved(0.0) == moved(6.0) == []
    (found,) = moved(10.0)
    assert found.startswith("answers[next_captive].value.value: ")


def test_what_no_draw_gives_must_be_equal():
    """An edited question, a missing answer, another hash."""
    committed = content()
    for change in ("run", "streams", "title"):
        made = copy.deepcopy(committed)
        made[change] = "another"
        assert differences(made, committed) == [change]
    made = copy.deepcopy(committed)
    made["answers"].pop()
    assert differences(made, committed)


def test_most_figures_of_a_report_have_errors():
    """Answers, those under each variant, and posteriors are all compared."""
    whole = content()
    places = [place for key in ("answers", "variants", "parameters") for place, _ in figures(whole[key], key)]
    assert len(places) > 200
    assert {place.split("[")[0] for place in places} == {"answers", "variants.rivals", "parameters"}
