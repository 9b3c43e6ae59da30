"""Contracts on classes: what would have to be believed is worked out for a choice and for the value of a parameter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from forecast.actions.topic_contracts import TopicMarkets, compare_contracts
from forecast.book.files.problems import Place
from forecast.content.topic import answer_content
from forecast.markets.contract import Contract
from forecast.markets.quote_table import COLUMN_TYPES, MARKET_STATUSES, PRICE_KINDS, microseconds_of, table_of_parts
from forecast.model.settings import Settings
from forecast.predict.analysis import published_result
from forecast.schema.market import ContractContent
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF, END = date(2025, 4, 10), date(2026, 12, 31)


@pytest.fixture(scope="module")
def contents() -> list[ContractContent]:
    """Two contracts, on a choice and on a value of a parameter, each offered at .60 to .62."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=4, beta=8)", "phase": "Categorical(calm=0.7, stormy=0.3)"},
        streams={"seen": "Poisson(mu=rate * months)"},
        rows={"seen": [{"from": date(2025, 1, 1), "to": date(2025, 3, 31), "value": 3}]},
        questions={
            "how_many": {"choices": {"few": "total(seen) <= 8", "many": "total(seen) > 8"}, "by": END},
            "which": {"answer": "phase"},
        },
    )
    result = published_result(topic, AS_OF, Settings(draws=4_096, chances=True))
    answers = {name: answer_content(topic, answer) for name, answer in result.answers.items()}
    contracts = tuple(
        Contract(f"on-{label}", Place("contracts.toml"), "made", question, "manifold", label, "yes", label, refund=Decimal(1))
        for question, label in (("how_many", "many"), ("which", "stormy"))
    )
    at = microseconds_of(datetime(2025, 4, 9, tzinfo=UTC))
    columns = {
        **{name: [np.nan] * 2 for name in COLUMN_TYPES},
        "contract": [0, 1],
        "at": [at] * 2,
        "kind": [PRICE_KINDS.index("bid-ask")] * 2,
        "status": [MARKET_STATUSES.index("open")] * 2,
        "bid": [0.6] * 2,
        "ask": [0.62] * 2,
        "line": [2, 3],
    }
    table = table_of_parts(
        [its.name for its in contracts], {name: [np.array(columns[name], dtype=kind)] for name, kind in COLUMN_TYPES.items()}
    )
    return compare_contracts(TopicMarkets(contracts, table), topic, result.posterior, answers, as_of=AS_OF, seed=1)


@pytest.mark.parametrize("place", [0, 1])
def test_a_class_has_a_fair_price_and_a_belief(contents: list[ContractContent], place: int) -> None:
    """The fair price of a class is its share, and the tilt has the price as the chance of that class."""
    its = contents[place]
    assert its["answer"] is not None
    assert its["fair"] is not None
    assert its["fair"]["value"] == pytest.approx(its["answer"]["value"])
    belief = its["belief"]
    assert belief["status"] == "found"
    assert belief["chance"] == pytest.approx(0.6, abs=0.0201)
    assert belief["moved"]


def test_the_value_of_a_parameter_moves_to_the_price(contents: list[ContractContent]) -> None:
    """For the class that is a parameter's value, its probability after the tilt is the price."""
    belief = contents[1]["belief"]
    (after,) = [its["after"] for its in belief["moved"] if its["category"] == "stormy"]
    assert after[0] == pytest.approx(belief["chance"], abs=1e-4)
