"""Since when priors have been public, by the ledger alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from forecast.book.hashes import numbers_hash, priors_hash
from forecast.book.written_priors import day_written, priors_published
from tests.support.building import OPENS, make_topic

TOPIC = make_topic(priors={"rate": "Gamma(alpha=2, beta=4)"}, streams={"seen": "Poisson(mu=rate)"}, rows={"seen": [1, 2]})
NOW = priors_hash(TOPIC)


def line(made: str, *, topic: str = TOPIC.name, **more: Any) -> dict[str, Any]:
    """What matters of a line of the ledger."""
    return {"topic": topic, "made": made, "as_of": made, "inputs": "others", **more}


def test_priors_are_public_since_the_first_line_that_has_them():
    """What was published in between under other priors ends their time, and lines of other topics say nothing."""
    lines = [
        line("2025-01-01", priors=NOW),
        line("2025-01-02", priors="others"),
        line("2025-01-03", priors=NOW),
        line("2025-01-04", topic="other", priors="others"),
        line("2025-01-05", priors=NOW),
    ]
    assert priors_published(TOPIC, lines) == date(2025, 1, 3)
    assert priors_published(TOPIC, lines[:2]) is None
    assert priors_published(TOPIC, []) is None


def test_a_line_without_a_hash_of_its_priors_is_known_by_that_of_all_inputs():
    """It counts where all that moves numbers, rows as of its day included, is as it is now; otherwise nobody can know."""
    inputs = numbers_hash(TOPIC, as_of=OPENS)
    older = [line("2024-12-01"), line(OPENS.isoformat(), inputs=inputs), line("2025-02-01", priors=NOW)]
    assert priors_published(TOPIC, older) == OPENS
    assert priors_published(TOPIC, [older[0], older[2]]) == date(2025, 2, 1)


def test_a_row_that_became_known_moves_no_prior():
    """The hash of the priors is that of the priors alone."""
    grown = make_topic(priors={"rate": "Gamma(alpha=2, beta=4)"}, streams={"seen": "Poisson(mu=rate)"}, rows={"seen": [1, 2, 3]})
    changed = make_topic(priors={"rate": "Gamma(alpha=2, beta=5)"}, streams={"seen": "Poisson(mu=rate)"}, rows={"seen": [1, 2]})
    assert (priors_hash(grown), priors_hash(changed) == NOW) == (NOW, False)


def test_priors_that_the_ledger_does_not_have_are_written_today():
    """An update publishes them; a topic without priors has no such day."""
    today = date(2026, 11, 28)
    assert day_written(TOPIC, [line("2025-01-01", priors="others")], today) == today
    assert day_written(TOPIC, [line("2025-01-01", priors=NOW)], today) == date(2025, 1, 1)
    assert day_written(make_topic(priors={}, streams={"seen": "Poisson(mu=2)"}), [], today) is None
