"""Answers of `captives` recomputed from the files alone, with what `return` says of refusing home: none of the project's engines or fits has a part."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pytest

from forecast.schema.topic import TopicContent
from tests.book_answers.captives_sums import TOPIC, recompute
from tests.book_answers.files import answers_of
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow
DRAWS = 60_000
ALLOWED = 4.0  # standard errors of both together
GRID = 0.002  # of grids of 0.06 log odds and 24 values in `return`, and of the fit that the project's link carries


def test_the_four_chances_are_those_of_the_files_alone(made_reports: Mapping[str, TopicContent]) -> None:
    """Refusing home, naming the South, asking in writing, and naming it if he refuses: within four errors of both computations, and nested."""
    answers, found = answers_of(made_reports[TOPIC]), recompute(DRAWS)
    own = found.values
    assert own["asks_in_writing"] < own["names_south"] < own["refuses_home"]
    linked = refusal_error()
    for question, chance in own.items():
        value = answers[question]
        assert 0 < value.error < 0.01
        room = ALLOWED * np.sqrt(value.error**2 + found.errors[question] ** 2 + (linked * chance * (question != "if_he_refuses")) ** 2)
        assert abs(value.value - chance) <= room + (0.0005 if question == "if_he_refuses" else GRID), (question, value.value, chance)
    assert found.names_south.mean() == pytest.approx(own["names_south"], abs=ALLOWED * found.names_south.std() / np.sqrt(DRAWS))


def refusal_error() -> float:
    """The Monte Carlo error of what `return` publishes of refusing home, as a share of it: the link carries it, and the error of `captives` leaves it out."""
    report = json.loads((ROOT / "reports" / "return.json").read_text(encoding="utf-8"))
    (value,) = (each["value"] for each in report["answers"] if each["name"] == "next_captive")
    return float(value["error"] / value["value"])
