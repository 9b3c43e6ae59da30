"""``forecast evidence``, as it is typed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import forecast.actions.evidence
from forecast.inference.posterior import Posterior
from forecast.model.model import Model
from forecast.model.settings import Settings
from tests.cli.conftest import Run

pytestmark = pytest.mark.medium


def test_evidence_prints_rows_by_hypotheses(run: Run) -> None:
    """A line for the prior, one for each row, one for the posterior, then what they say together."""
    told = run("evidence", "ferry", "--as-of", "2025-01-01")
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == "ferry, as of 2025-01-01: what each row says of fault, in bits"
    assert lines[1].split() == ["hull", "engine"]
    assert [line.split("  ")[1] for line in lines[2:10]] == [
        "the prior",
        "late 4, 2024-02-05 to 2024-02-11",
        "late 17, 2024-02-12 to 2024-02-18",
        "breakdowns 1, 2024-01-01 to 2024-03-31",
        "breakdowns 0, 2024-04-01 to 2024-06-30",
        "late 5, 2024-08-05 to 2024-08-11",
        "breakdowns 1, 2024-07-01 to 2024-09-30",
        "the posterior",
    ]
    assert lines[10].startswith("In order: engine ")


def test_evidence_as_json_sums_to_the_posterior(run: Run) -> None:
    """The JSON has the cells by hypothesis; with the prior's bits they sum to the posterior's."""
    found = json.loads(run("evidence", "ferry", "--of", "fault", "--as-of", "2025-01-01", "--json").out)
    assert (found["topic"], found["as_of"], found["hypotheses"], found["values"]) == ("ferry", "2025-01-01", "fault", ["hull", "engine"])
    summed = found["bits"]["prior"]["hull"] + sum(row["bits"]["hull"] for row in found["rows"])
    assert summed == pytest.approx(found["bits"]["posterior"]["hull"])
    assert found["warnings"] == []


def test_evidence_for_unknown_hypotheses_is_a_wrong_command(run: Run) -> None:
    """Hypotheses that the topic has not are refused with exit code 2 and the nearest name; an unknown topic with 1."""
    told = run("evidence", "ferry", "--of", "falt")
    assert told.code == 2
    assert "`ferry` has no hypotheses `falt`; did you mean `fault`?" in told.err
    assert run("evidence", "fery").code == 1


def test_evidence_of_draws_that_cannot_be_trusted_is_marked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the fast engine does not vouch for its draws the matrix is printed with a warning, and the exit code is 3."""
    whole = forecast.actions.evidence.condition_fast

    def doubted(model: Model, settings: Settings) -> Posterior:
        posterior = whole(model, settings)
        return replace(posterior, diagnostics=replace(posterior.diagnostics, sound=False, reason="it did not settle"))

    monkeypatch.setattr(forecast.actions.evidence, "condition_fast", doubted)
    told = run("evidence", "ferry", "--as-of", "2025-01-01")
    assert told.code == 3
    assert told.out.splitlines()[1] == "  WARNING: the fast engine could not be trusted with it (it did not settle)"
    assert run("evidence", "ferry", "--as-of", "2025-01-01", "--json").code == 3
