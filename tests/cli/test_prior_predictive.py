"""``forecast prior predictive``: answers from priors alone, against closed forms."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.medium

TOPIC = """
title = "Trams"
origin = "notes"
step = "month"
opens = 2025-01-01

[streams.strikes]
about = "strikes of the drivers"
unit = "strikes"
value = "Poisson(mu=rate * years)"
watched = true

[questions.any_strike]
asks = "Will there be a strike in 2026?"
since = 2026-01-01
by = 2026-12-31
answer = "total(strikes) >= 1"
settled = "By the operator."

[variants.often]
weight = 0.25
why = "Talks have failed."
"""
PRIORS = """
[rate]
prior = "Gamma(alpha=2, beta=4)"
unit = "strikes a year"
why = "About one in two years."

[variants.often.priors.rate]
prior = "Gamma(alpha=6, beta=4)"
unit = "strikes a year"
why = "Talks have failed."
"""


@pytest.fixture
def trams(tmp_path: Path) -> Path:
    """A book with one topic of two rates, and a record of four strikes."""
    for path, text in {
        "seeds/trams/topic.toml": TOPIC,
        "seeds/trams/strikes.csv": "from,to,value,source\n2025-01-01,2025-12-31,1,log\n2026-01-01,2026-01-31,3,log\n",
        "priors/trams.toml": PRIORS,
    }.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def no_strike(shape: float) -> float:
    """P(no strike in a year) under Gamma(shape, 4): the mean of exp(-rate * years), with the years as the language counts days."""
    years = ((date(2026, 12, 31) - date(2026, 1, 1)).days + 1) / 365.25
    return (4 / (4 + years)) ** shape


@pytest.mark.parametrize(
    ("variant", "expected"), [("base", 1 - no_strike(2)), ("often", 1 - no_strike(6)), ("", 1 - 0.75 * no_strike(2) - 0.25 * no_strike(6))]
)
def test_the_answer_is_that_of_the_priors_alone(trams: Path, run: Run, variant: str, expected: float):
    """What the record has is not used: with one variant, and with all by their stated weights, the probability is the closed form."""
    ran = run("prior", "predictive", "trams", *(["--variant", variant] if variant else []), "--json", on=trams)
    assert ran.code == 0, ran.err
    value = json.loads(ran.out)["answers"]["any_strike"]["value"]
    assert value["error"] < 0.005
    assert math.isclose(value["value"], expected, abs_tol=4 * value["error"])


def test_the_terminal_has_a_line_for_each_question(trams: Path, run: Run):
    """Name, answer and question, with the day on which the topic opens; an unknown topic is a problem."""
    ran = run("prior", "predictive", "trams", on=trams)
    assert (ran.code, ran.err) == (0, "")
    first, second = ran.out.splitlines()
    assert first == "trams, from its priors alone, as of 2025-01-01"
    assert second.split("  ")[1:][0] == "any_strike"
    assert second.endswith("Will there be a strike in 2026?")
    assert run("prior", "predictive", "tram", on=trams).code == 1
