"""A posterior as bytes and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.book.reading import read_book
from forecast.cache.draws import draws_from_bytes, draws_to_bytes
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse, answer_questions, condition_fast
from tests.support.paths import TINY_BOOK

AS_OF = date(2025, 1, 1)


def test_draws_are_the_same_to_the_last_digit_and_so_are_answers() -> None:
    """Every array, the diagnostics and what is made of them are as they were; a draw has as many bytes as its numbers."""
    topic = read_book(TINY_BOOK)[0].topics["ferry"]
    model = model_as_of(topic, AS_OF)
    drawn = condition_fast(model, Settings())
    data = draws_to_bytes(drawn)
    assert data is not None
    back = draws_from_bytes(data, model)
    assert back.parameters.keys() == drawn.parameters.keys()
    assert all(
        np.array_equal(back.parameters[name], values) and back.parameters[name].dtype == values.dtype
        for name, values in drawn.parameters.items()
    )
    assert np.array_equal(back.log_weight, drawn.log_weight)
    assert np.array_equal(back.replicates, drawn.replicates)
    assert back.replicates.dtype == drawn.replicates.dtype
    assert (back.diagnostics, back.engine, back.chains, back.model.beyond) == (drawn.diagnostics, drawn.engine, 1, None)
    assert answer_questions(back, Settings()).answers == answer_questions(drawn, Settings()).answers


def test_which_trajectories_diverged_is_kept() -> None:
    """Draws of NUTS say it of each, and others of none; it is as long as the draws."""
    model = model_as_of(read_book(TINY_BOOK)[0].topics["ferry"], AS_OF)
    drawn = condition_fast(model, Settings(draws=512))
    diverging = np.arange(len(drawn)) % 7 == 0
    for of_draws in (diverging, None):
        data = draws_to_bytes(replace(drawn, diverging=of_draws))
        assert data is not None
        np.testing.assert_equal(draws_from_bytes(data, model).diverging, of_draws)
    with pytest.raises(ValueError, match="3 trajectories of"):
        replace(drawn, diverging=diverging[:3])


def test_too_many_draws_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit there are no bytes, and below it there are."""
    from forecast.cache import draws

    model = model_as_of(read_book(TINY_BOOK)[0].topics["ferry"], AS_OF)
    drawn = condition_fast(model, Settings(draws=512))
    size = sum(values.nbytes for values in map(np.ascontiguousarray, drawn.parameters.values())) + drawn.log_weight.nbytes
    monkeypatch.setattr(draws, "MOST_DRAWS_BYTES", size)
    assert draws_to_bytes(drawn) is not None
    monkeypatch.setattr(draws, "MOST_DRAWS_BYTES", size - 1)
    assert draws_to_bytes(drawn) is None


def test_known_draws_are_not_compared_with_another_engine() -> None:
    """Whoever gives a posterior and asks for the referee has made a mistake."""
    topic = read_book(TINY_BOOK)[0].topics["ferry"]
    drawn = condition_fast(model_as_of(topic, AS_OF), Settings(draws=512))
    with pytest.raises(ValueError, match="compared"):
        analyse(topic, AS_OF, Settings(draws=512), referee=True, posterior=replace(drawn))
