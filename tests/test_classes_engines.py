"""Streams of classes and hazards that change, by both engines; and their exported programs."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.book.reading import read_book
from forecast.inference.importance.fit import condition
from forecast.inference.pymc.program import pymc_source
from forecast.model.model import model_as_of
from tests.inference.test_referee import run_both
from tests.support.building import make_topic
from tests.support.programs import printed_by
from tests.test_classes_book import BOOK

AS_OF = date(2026, 9, 30)
HYPOTHESES = {
    "priors": {
        "mood": "Categorical(calm=0.6, angry=0.4)",
        "share": "Dirichlet(left=2, right=2, other=1)",
        "pull": {"prior": {"calm": "Normal(mu=0, sigma=0.5)", "angry": "Normal(mu=1.5, sigma=0.5)"}, "per": "mood"},
    },
    "streams": {
        "votes": 'Multinomial(n=asked, left=share[left], right=share[right] * (0.5 if mood == "angry" else 1), other=1 - share[left] - share[right] * (0.5 if mood == "angry" else 1))',
        "doors": 'Categorical(left=0.2 if mood == "angry" else share[left], right=0.8 if mood == "angry" else 1 - share[left])',
        "words": {"value": "OrderedLogistic(eta=pull[mood] * x, c1=-1, c2=1)", "classes": ("bad", "fair", "good")},
    },
    "rows": {
        "votes": [{"value_left": 6, "value_right": 3, "value_other": 3, "asked": 12}],
        "doors": ["left", "right", "right"],
        "words": [{"value": "good", "x": 1}, {"value": "fair", "x": 0.5}],
    },
    "questions": {"angry": "mood", "left": "share[left] > 0.4"},
}


def models():
    """Two topics of the book, and one in which everything hangs on a hypothesis."""
    topics = read_book(BOOK)[0].topics
    return {"vote": topics["vote"], "lease": topics["lease"], "hypotheses": make_topic(**HYPOTHESES)}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vote", "lease", "hypotheses"])
def test_the_engines_agree(name):
    """On every parameter and every answer, of totals of classes too, the two engines agree."""
    verdict = run_both(model_as_of(models()[name], AS_OF))
    assert verdict.verdict == "agreed", verdict.sentence


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vote", "lease", "hypotheses"])
def test_the_exported_program_agrees(name):
    """Run as it is, the program prints the fast engine's means to a tenth of a standard deviation."""
    model = model_as_of(models()[name], AS_OF)
    posterior = condition(model, rng=np.random.default_rng(1))
    table = printed_by(pymc_source(model))
    for parameter in model.topic.parameters.values():
        for label in parameter.labels or ("",):
            if not parameter.categories:
                key = f"{parameter.name}[{label}]" if label else parameter.name
                exact, sd = posterior.mean(parameter.name, label), posterior.sd(parameter.name, label)
                assert table[key][0] == pytest.approx(exact, abs=0.1 * sd), key


def test_the_program_gives_shares_as_one_name():
    """`p=share` stays that in the exported program."""
    source = pymc_source(model_as_of(models()["vote"], AS_OF))
    assert 'pm.Multinomial("polls", n=pt.cast(polls__asked, "int64"), p=share, observed=polls__seen)' in source
    assert 'pm.Categorical("canvassed", p=share, observed=canvassed__seen)' in source
