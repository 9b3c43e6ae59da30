"""Whatever stands in contracts.toml and under ``contracts``, it is read or a problem with its place, and never a failure."""

from __future__ import annotations

import copy
import tomllib
from datetime import UTC, date, datetime
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.book.files.problems import lines_of_problems
from forecast.markets.files.contract_writing import contract_text
from tests.markets.files.test_contracts import CONTRACT, PRIORS, read

pytestmark = pytest.mark.medium

ODD: tuple[Any, ...] = (
    *(0, -1, 1, 10**30, 1.5, 1e308, float("nan"), float("inf"), True),
    *(
        "",
        " ",
        "0",
        "-1",
        "1e400",
        "1e-400",
        "NaN",
        "0x10",
        "1_000",
        "０",
        "x",
        "[",
        "a[b]",
        "a[b",
        "\u202e",
        "\x1b[31m",
        "'\"\\",
        "http://[",
        "https://a b",
    ),
    *(
        "Beta(mean=0.5, strength=10)",
        "Beta(",
        "Normal(mu=0, sigma=1)",
        "Dirichlet(a=1, b=1)",
        "GaussianRandomWalk(sigma=1)",
        "Beta(alpha=1/0, beta=1)",
    ),
    *(
        "Uniform(lower=0, upper=1e-320)",
        "Categorical(a=0.5, b=0.5)",
        "Truncated(Beta(alpha=1, beta=1), lower=0.2)",
        "Triangular(lower=0, c=0.5, upper=1)",
    ),
    *(
        date(2025, 1, 1),
        date(1, 1, 1),
        datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, tzinfo=UTC),
    ),
    *([], [[]], [{}], {}, {"a": 1}, [1, "x"]),
)


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_any_value_at_any_key_is_read_or_is_a_problem(data: st.DataObject):
    """One to three values are replaced by odd ones; what is read can be written, and is then read again."""
    contracts, priors = tomllib.loads(CONTRACT), tomllib.loads(PRIORS)
    for _ in range(data.draw(st.integers(1, 3))):
        document = data.draw(st.sampled_from([contracts, priors]))
        _replace_one(document, data)
    found = read(tomlkit.dumps(contracts), "\n\n" + tomlkit.dumps(priors))
    assert [line for line in lines_of_problems(found.problems) if not line.isprintable()] == []
    for contract in found.contracts.values():
        again = read(contract_text(contract), PRIORS.replace("kalshi-ferry", contract.name)).contracts
        assert list(again) == [contract.name]
        assert (again[contract.name].id, again[contract.name].ticks) == (contract.id, contract.ticks)
        if contract.deviations is not None:
            for prior in (contract.deviations.yes_if_yes, contract.deviations.yes_if_no, contract.deviations.void):
                points = [prior.mean, *prior.quantiles([0.001, 0.5, 0.999])]
                assert all(-1e-12 <= point <= 1 + 1e-12 for point in points), (prior.text, points)


def _replace_one(document: Any, data: st.DataObject) -> None:
    """Put an odd value in the place of one, or of a whole table."""
    keys = list(range(len(document))) if isinstance(document, list) else sorted(document)
    if not keys:
        return
    key = data.draw(st.sampled_from(keys))
    inner = document[key]
    if isinstance(inner, dict | list) and inner and data.draw(st.integers(0, 5)):
        _replace_one(inner, data)
    else:
        document[key] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
