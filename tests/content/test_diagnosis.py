"""What an engine's diagnostics say, in words."""

from __future__ import annotations

import json
import math
from dataclasses import fields

import pytest

from forecast.content.diagnosis import engine_content, verdict_content, warnings
from forecast.inference.posterior import Diagnostics


@pytest.mark.parametrize(
    ("pareto_k", "shown", "said"),
    [
        (-math.inf, None, "The draws that weigh most all weigh the same, so no few draws carry the answer."),
        (math.inf, None, "The answer rests on so few draws that Pareto k̂ cannot be estimated, so it cannot be trusted."),
        (0.25, 0.25, "Pareto k̂ is 0.25 (at most 0.5 is sound): no few draws carry the answer."),
        (
            0.62,
            0.62,
            "Pareto k̂ is 0.62 (at most 0.5 is sound): the weights may have no variance, so the Monte Carlo errors may be too small.",
        ),
        (0.8, 0.8, "Pareto k̂ is 0.8 (at most 0.5 is sound): a few draws carry the answer, so it cannot be trusted."),
    ],
)
def test_a_tail_that_has_no_shape_is_told_in_words(pareto_k: float, shown: float | None, said: str):
    """Weights that are all equal (a topic without rows) and weights that cannot be judged are said to be so; the JSON has no infinity."""
    content = engine_content(Diagnostics(engine="importance", draws=1_000, effective_size=1_000, sound=True, pareto_k=pareto_k))
    assert (content["pareto_k"], content["words"][1]) == (shown, said)
    json.dumps(content, allow_nan=False)


FEW = "after learning from 8,192 points, the next 65,344 are worth 2,238 independent draws, and 10,000 were wanted"
TAIL = "the Pareto k-hat of their weights is 0.62, above 0.5"
HEAVINESS = f"The weights of the draws may have no variance: {TAIL}. The printed Monte Carlo errors may be too small."
SHORTAGE = f"There are too few effective draws: {FEW}. The printed Monte Carlo errors hold; they are larger than usual."


def diagnostics(engine: str, **more: object) -> Diagnostics:
    """An engine's diagnostics, sound unless said otherwise."""
    return Diagnostics(**{"engine": engine, "draws": 4_000, "effective_size": 2_000, "sound": True, **more})


@pytest.mark.parametrize(
    ("engine", "word", "expected"),
    [
        (diagnostics("importance"), "agreed", []),
        (diagnostics("importance"), "not refereed", []),
        (diagnostics("nuts"), "unconfirmed", []),
        (diagnostics("importance"), "disputed", ["Disputed. So. Shown are the numbers of the fast engine. Do not rely on these numbers."]),
        (diagnostics("nuts"), "disputed", ["Disputed. So. Shown are the numbers of NUTS. Do not rely on these numbers."]),
        (diagnostics("importance"), "failed", ["Not confirmed. So. Do not rely on these numbers."]),
        (diagnostics("importance", sound=False, short=True, reason=FEW), "agreed", []),
        (diagnostics("importance", sound=False, short=True, reason=FEW), "not refereed", [f"{SHORTAGE} No other engine confirms these numbers."]),
        (
            diagnostics("importance", sound=False, short=True, reason=FEW),
            "failed",
            ["Not confirmed. So. Do not rely on these numbers.", f"{SHORTAGE} No other engine confirms these numbers."],
        ),
        (diagnostics("importance", sound=False, heavy=True, reason=TAIL), "agreed", []),
        (diagnostics("importance", sound=False, heavy=True, reason=TAIL), "not refereed", [f"{HEAVINESS} No other engine confirms these numbers."]),
        (
            diagnostics("nuts", sound=False, reason="it is stuck"),
            "unconfirmed",
            ["By the engine's own checks its draws are not sound: it is stuck. Do not rely on these numbers."],
        ),
    ],
)  # fmt: skip
def test_a_report_warns_where_nothing_confirms_its_numbers(engine: Diagnostics, word: str, expected: list[str]):
    """Engines that agree, and NUTS where it is sound by itself, give no warning; a dispute and a referee that failed do."""
    assert warnings(engine, {"verdict": word, "sentence": "So."}) == expected


def test_a_report_without_a_referee_says_that_there_was_none():
    """The referee's verdict is kept as it is; where no referee ran, the verdict says so in a sentence."""
    judged = {"verdict": "disputed", "sentence": "So.", "checks": [{"name": "rate"}]}
    assert verdict_content(judged) == judged
    missing = {"verdict": "not refereed", "sentence": "Only one engine was run; the second has not confirmed it.", "checks": []}
    assert verdict_content(None) == missing


def test_every_diagnostic_is_in_the_report():
    """All but the time, which differs from run to run, and the share that was left out, which the reason says; in the engine's order."""
    most = diagnostics("nuts", started_from="importance", short=True, heavy=True, overflow=0.25)
    kept = [each.name for each in fields(Diagnostics) if each.name not in {"seconds", "left_out"}]
    assert list(engine_content(most)) == [*kept, "words"]


def test_rare_diagnostics_are_kept_only_where_they_say_something():
    """A report of an ordinary run has the keys that it always had."""
    assert not {"short", "heavy", "started_from"} & set(engine_content(diagnostics("nuts")))
    content = engine_content(diagnostics("nuts", started_from="importance"))
    assert content["started_from"] == "importance"
    assert content["words"][1:] == [
        "The chains found no point of their own to start from; they started from draws of the fast engine, spread apart."
    ]
    content = engine_content(diagnostics("importance", sound=False, short=True, reason=FEW))
    assert (content["short"], content["words"][1:]) == (True, [SHORTAGE])
    content = engine_content(diagnostics("importance", sound=False, heavy=True, reason=TAIL))
    assert (content["heavy"], content["words"][1:]) == (True, [HEAVINESS])
