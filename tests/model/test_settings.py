"""Random numbers follow from the seed and from words that no rename may change."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import forecast
from forecast.cli.options import Draws
from forecast.model.settings import FEWEST_SIMULATED, MOST_SIMULATED, Purpose, Settings, generator

pytestmark = pytest.mark.medium

PACKAGE = Path(forecast.__file__).parent
WORDS = (
    "anchor, anchors, answered before, answers, checks, data tree, drawn, drawn paths, draws, echo, evidence, history, implied, implied paths, "
    "implied sample, importance, insight, market, moved, new, nuts, old, orders, paths, prior, refit, refitted draws, refitted paths, "
    "resample, scenarios, stakes, surprise, trial"
)


def test_the_words_of_purposes_are_what_they_were_in_earlier_versions() -> None:
    """A word that changes moves every number drawn for it; new words may be added."""
    assert ", ".join(sorted(Purpose)) == WORDS


def test_a_purpose_has_the_numbers_that_its_word_has() -> None:
    """The first of each stream, as version 0.4.0 drew them."""
    assert int(generator(1, "route", Purpose.PATHS).integers(2**31)) == int(generator(1, "route", "paths").integers(2**31)) == 2118436045
    assert int(generator(7, "route", "importance", Purpose.ANSWERS).integers(2**31)) == 975155927


def test_no_random_numbers_are_asked_for_with_a_word_that_is_written_out() -> None:
    """A misspelt one would be another stream, which nothing would notice."""
    written = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", ""))
            if called in {"generator", "rng", "_rng"}:
                written += [
                    f"{path.name}:{node.lineno}" for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)
                ]
    assert written == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"engine": "pymc"}, "no engine 'pymc'; there are auto, importance, nuts"),
        ({"draws": 255}, "draws is a whole number from 256 to 1,048,576, not 255"),
        ({"draws": 2**20 + 1}, "draws is a whole number from 256 to 1,048,576, not 1048577"),
        ({"draws": 4096.0}, "draws is a whole number from 256 to 1,048,576, not 4096.0"),
        ({"seed": -1}, "seed is a whole number that is not below 0, not -1"),
    ],
)
def test_settings_that_nothing_can_be_computed_with_are_refused(given, message):
    """An engine that there is not would be the fast one, and without draws an answer is nothing."""
    with pytest.raises(ValueError, match=re.escape(message)):
        Settings(**given)


def test_python_takes_as_many_draws_as_the_command_line():
    """From the same number to the same, numbers of NumPy too."""
    (option,) = Draws.__metadata__
    assert (option.min, option.max) == (FEWEST_SIMULATED, MOST_SIMULATED)
    assert [Settings(draws=number).draws for number in (option.min, np.int64(option.max))] == [option.min, option.max]
