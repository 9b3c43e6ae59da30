"""What a report says of a hidden regime: filtered probabilities by step, a sentence, a table, and faults of its JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.book.reading import read_book
from forecast.content.regimes import regime_contents
from forecast.model.forward_filter import following_probabilities
from forecast.model.regime_draws import state_probabilities, without_states
from forecast.model.regimes import transition_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.report.tables_regimes import states_table
from forecast.schema.regimes import RegimeContent, regime_faults
from forecast.sentences.regimes import regime_sentences
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

CONTENT: RegimeContent = {
    "name": "phase",
    "stream": "ships",
    "step": "year",
    "states": ["closed", "open"],
    "labels": ["2021", "2022", "2023"],
    "probabilities": [[0.9, 0.1], [0.02, 0.98], [0.2, 0.8]],
    "observed": 2,
    "parameters": ["stay"],
}


def content_as_of(day: date) -> tuple[RegimeContent, Any]:
    """The content of the regime of the harbour as of a day, and the paths it comes from."""
    book, _ = read_book(ROOT / "tests" / "books" / "hidden")
    paths = analyse(book.topics["harbour"], day, Settings(engine="importance"), referee=False).result.paths
    return regime_contents(paths.model, paths)[0], paths


def test_probabilities_are_the_filtered_ones_and_go_on_to_the_as_of_day():
    """They are means over the posterior's draws of the filtered states, and after the last row follow by the transition alone."""
    content, paths = content_as_of(date(2025, 2, 1))
    draws = without_states(paths.model, paths.parameters)
    filtered = state_probabilities(paths.model, "phase", draws)
    assert (content["labels"], content["observed"]) == ([str(year) for year in range(2015, 2026)], 9)
    np.testing.assert_allclose(content["probabilities"][:9], filtered.mean(axis=0), atol=0.03)
    following = filtered[:, -1]
    for year in (9, 10):
        following = following_probabilities(following, transition_of(paths.model.topic, paths.model.topic.regimes["phase"], draws))
        np.testing.assert_allclose(content["probabilities"][year], following.mean(axis=0), atol=0.03)
    assert not [*regime_faults([content], streams=["ships"], parameters=["level", "stay"])]


def test_before_any_row_there_is_the_start_alone():
    """Without rows the first step has the long run's probabilities, and the sentence says that nothing is known."""
    content, _ = content_as_of(date(2015, 6, 1))
    assert (content["labels"], content["observed"]) == (["2015"], 0)
    np.testing.assert_allclose(content["probabilities"], [[0.5, 0.5]])


def test_the_sentences_say_the_state_of_the_last_step_and_where_rows_end():
    """The likeliest state of the last step stands first; a step without rows says so."""
    assert regime_sentences(CONTENT) == [
        'The probability that phase is "open" in 2023 is 80 %; no row is of that year yet, and the last is of 2022.',
        "The states are no part of the record: each probability is given the rows up to its step, and simulated futures begin with the last.",
    ]
    nothing: RegimeContent = {**CONTENT, "observed": 0}
    said = 'says anything of it yet: the probability that phase is "open" in 2023 is 80 %.'
    assert regime_sentences(nothing) == [f"No row of ships {said}"]
    assert regime_sentences({**nothing, "streams": ["ships", "boats"]}) == [f"No row of ships or boats {said}"]


def test_the_table_has_a_row_for_each_step():
    """Each step has the probability of each state, and a note where no row has been seen."""
    table = states_table(CONTENT)
    assert table.rows == (("2021", "90 %", "10 %", ""), ("2022", "2 %", "98 %", ""), ("2023", "20 %", "80 %", "no row yet"))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"stream": "boats"}, "regimes.0.stream"),
        ({"streams": ["ships", "boats"]}, "regimes.0.streams"),
        ({"states": []}, "regimes.0"),
        ({"labels": ["2021"]}, "regimes.0.probabilities"),
        ({"probabilities": [[0.9, 1.1], [0.5, 0.5], [0.5, 0.5]]}, "regimes.0.probabilities"),
        ({"observed": 4}, "regimes.0.observed"),
        ({"parameters": ["stays"]}, "regimes.0.parameters"),
    ],
)
def test_what_does_not_go_together_is_found(change: Any, place: str):
    """A report that somebody has edited is refused at the place."""
    assert place in [where for where, _ in regime_faults([{**CONTENT, **change}], streams=["ships"], parameters=["level", "stay"])]
