"""How often the referee disputes engines that are both right, and how large its differences are.

``python -m tests.studies.false_disputes`` compares the two engines on two small topics with closed forms, 100 seeds of each, and prints the share of
disputes and the root mean square of the scores, which is 1 where errors are as stated.  NUTS is compiled once for each topic.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecast.inference.pymc import nuts
from forecast.inference.pymc.model import render_pymc_model
from forecast.inference.referee import Verdict, judge
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import answer_questions, condition_fast
from tests.studies.monte_carlo_errors import Studied, counting, supposing

RUNS = 100  # of each topic


def verdicts(studied: Studied, *, runs: int) -> list[Verdict]:
    """Judge the two engines with seeds of their own in each run."""
    model = model_as_of(studied.topic, studied.as_of)
    rendered = render_pymc_model(model)
    compiled = nuts._compile(rendered)
    program = nuts._Program(model, rendered, compiled, lambda: condition_fast(model, Settings()))
    found = []
    for run in range(runs):
        settings = Settings(seed=1 + run)
        fast = answer_questions(condition_fast(model, settings), settings)
        slow = answer_questions(nuts._run_program(program, nuts.SamplerSettings(1_000, 1_000, 4, 0.9), 1_000 + run), settings)
        found.append(judge(fast.posterior, fast.answers, slow.posterior, slow.answers))
    return found


def summary(found: list[Verdict]) -> str:
    """Return the share of disputes, and how large the differences are."""
    judged = [each for each in found if each.verdict in {"agreed", "disputed"}]
    disputed = sum(each.verdict == "disputed" for each in judged)
    scores = np.array([each.z for verdict in judged for each in verdict.comparisons])
    figures = len(judged[0].comparisons)
    return (
        f"{disputed} of {len(judged)} disputed ({len(found) - len(judged)} not compared), {figures} figures each, limit {judged[0].limit:.2f}; "
        f"root mean square of scores {np.sqrt(np.mean(scores**2)):.3f}, greatest {np.abs(scores).max():.2f}, "
        f"beyond 1.96: {100 * np.mean(np.abs(scores) > 1.96):.1f} %"
    )


if __name__ == "__main__":
    topics: dict[str, Callable[[], Studied]] = {"counting": counting, "supposing": supposing}
    for name, make in topics.items():
        print(f"{name}: {summary(verdicts(make(), runs=RUNS))}", flush=True)  # noqa: T201 - prints what it found
