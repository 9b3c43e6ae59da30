"""The log-likelihood that a posterior gives on demand, of chosen rows and in blocks."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.inference import posterior as posteriors
from forecast.inference.posterior import Diagnostics, Posterior
from forecast.model.errors import Unsound
from forecast.model.model import Model, model_as_of
from tests.support.building import make_topic

AS_OF = date(2026, 1, 1)
RATES = np.random.default_rng(1).gamma(2.0, 1.0, (50, 1))
REPORTS = {"reliability": "0.8", "wrong": "Poisson(mu=9)"}


def made(stream: object, rows: list[object]) -> Posterior:
    """A posterior of one rate, seen twice: plainly, and by another stream."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate)", "told": stream},
        rows={"seen": [1, 2, 3, 2], "told": rows},
    )
    return drawn(model_as_of(topic, AS_OF), RATES)


def drawn(model: Model, rates: np.ndarray) -> Posterior:
    """Draws of a rate, of equal weight."""
    diagnostics = Diagnostics("importance", len(rates), float(len(rates)), sound=True)
    return Posterior(model, "importance", {"rate": rates}, np.full(len(rates), -np.log(len(rates))), diagnostics)


STREAMS = {
    "plain": ("Poisson(mu=2 * rate)", [4, 0, 5]),
    "origins": ({"value": "Poisson(mu=rate)", **REPORTS}, [{"value": 4, "origin": "a"}, 2, {"value": 5, "origin": "a"}]),
}


@pytest.mark.parametrize("case", STREAMS)
def test_chosen_rows_are_columns_of_the_whole_in_the_order_asked_for(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever rows are asked for, also out of order, twice, and worked out a few draws at a time."""
    posterior = made(*STREAMS[case])
    whole = posterior.model.log_likelihood(posterior.parameters)
    np.testing.assert_array_equal(posterior.log_likelihood, whole)
    monkeypatch.setattr("forecast.model.draw_blocks.CELLS_IN_CACHE", 7)
    for columns in ([6], [5, 0], [6, 6, 4], [], range(7)):
        np.testing.assert_array_equal(posterior.row_log_likelihood(columns), whole[:, list(columns)])


@pytest.mark.parametrize("case", STREAMS)
@pytest.mark.parametrize("cells", [1, 120, 10_000])
def test_blocks_have_every_row_once_and_no_more_cells_than_asked_for(case: str, cells: int) -> None:
    """Joined they are the whole; a block of one row may have more cells."""
    posterior = made(*STREAMS[case])
    blocks = list(posterior.log_likelihood_blocks(cells=cells))
    assert [column for columns, _ in blocks for column in columns] == list(range(7))
    assert all(block.size <= max(cells, len(posterior)) for _, block in blocks)
    np.testing.assert_array_equal(np.concatenate([block for _, block in blocks], axis=1), posterior.log_likelihood)


def test_without_rows_there_are_no_blocks() -> None:
    """And the whole has no columns."""
    posterior = drawn(model_as_of(make_topic(priors={"rate": "Gamma(alpha=2, beta=1)"}), AS_OF), RATES)
    assert list(posterior.log_likelihood_blocks()) == []
    assert posterior.log_likelihood.shape == (50, 0)


def test_a_matrix_too_large_for_one_piece_is_refused_and_its_blocks_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how large it would be."""
    posterior = made(*STREAMS["plain"])
    monkeypatch.setattr(posteriors, "MOST_IN_ONE_PIECE", 7 * 50 - 1)
    with pytest.raises(Unsound, match="7 rows on 50 draws are 350 densities, of which at most 349"):
        posterior.log_likelihood  # noqa: B018
    assert sum(block.shape[1] for _, block in posterior.log_likelihood_blocks()) == 7


def test_a_draw_at_which_a_statement_makes_no_distribution_is_impossible() -> None:
    """Whoever drew it has judged it."""
    posterior = made("Normal(mu=0, sigma=rate - 1)", [0.5])
    last = posterior.row_log_likelihood([4])[:, 0]
    np.testing.assert_array_equal(np.isneginf(last), RATES[:, 0] <= 1)
