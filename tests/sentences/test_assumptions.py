"""What the record left as it was assumed is marked so, in the table of beliefs."""

from __future__ import annotations

import copy

import pytest

from forecast.report.tables import parameters_table
from forecast.report.tables_variants import weights_table
from forecast.sentences.assumptions import NOTHING_LEARNT, is_as_assumed
from tests.support.sample_report import sample_content


@pytest.mark.parametrize(
    ("prior", "posterior", "width", "same"),
    [
        ([0.1, 0.5, 0.9], [0.115, 0.485, 0.915], 0.8, True),
        ([0.1, 0.5, 0.9], [0.117, 0.5, 0.9], 0.8, False),
        ([0.1, 0.5, 0.9], [0.1, 0.5, 0.883], 0.8, False),
        ([0.5], [0.519], 1.0, True),
        ([0.5], [0.521], 1.0, False),
        ([3.0, 3.0, 3.0], [3.0, 3.0, 3.0], 0.0, True),
    ],
)
def test_a_posterior_is_what_was_assumed_within_a_fiftieth_of_the_prior(
    prior: list[float], posterior: list[float], width: float, *, same: bool
) -> None:
    """Every point of it is; one point that has moved farther is enough to have learnt something."""
    assert is_as_assumed(prior, posterior, width=width) is same


def test_the_table_of_beliefs_marks_what_was_only_assumed() -> None:
    """A parameter whose posterior is its prior is marked, in its last column; one that the record moved is not."""
    content = copy.deepcopy(sample_content())
    first, second = [parameter for parameter in content["parameters"] if not parameter["categories"]][:2]
    first["posterior"] = copy.deepcopy(first["prior"])
    second["posterior"] = {**second["prior"], "quantiles": [2 * value + 1 for value in second["prior"]["quantiles"]]}
    table = parameters_table(content)  # type: ignore[arg-type]
    assert table.columns[-1].name == "learnt from the record"
    found = {row[0].partition(",")[0]: row[-1] for row in table.rows}
    assert found[first["name"].replace("_", " ")] == NOTHING_LEARNT
    assert not found[second["name"].replace("_", " ")]
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_weights_of_variants_before_the_record_are_said_to_be_stated() -> None:
    """They are a judgement of the author, and the head of their column says so."""
    table = weights_table({"combine": "stated", "reason": "", "rivals": [], "wider": []})
    assert [column.name for column in table.columns[1:3]] == ["before, as stated", "after"]
    assert "as their author stated them" in table.caption
