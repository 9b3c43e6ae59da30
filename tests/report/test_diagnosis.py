"""What an engine's diagnostics say, in words."""

from __future__ import annotations

import json
import math

import pytest

from forecast.inference.posterior import Diagnostics
from forecast.report.diagnosis import engine_content


@pytest.mark.parametrize(
    ("pareto_k", "shown", "said"),
    [
        (-math.inf, None, "The draws that weigh most all weigh the same, so no few draws carry the answer."),
        (math.inf, None, "The answer rests on so few draws that Pareto k̂ cannot be estimated, so it cannot be trusted."),
        (0.25, 0.25, "Pareto k̂ is 0.25 (at most 0.7 is sound): no few draws carry the answer."),
    ],
)
def test_a_tail_that_has_no_shape_is_told_in_words(pareto_k: float, shown: float | None, said: str):
    """Weights that are all equal (a topic without rows) and weights that cannot be judged are said to be so; the JSON has no infinity."""
    content = engine_content(Diagnostics(engine="importance", draws=1_000, effective_size=1_000, sound=True, pareto_k=pareto_k))
    assert (content["pareto_k"], content["words"][1]) == (shown, said)
    json.dumps(content, allow_nan=False)
