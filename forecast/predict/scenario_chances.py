"""The chance of each scenario given the parameters: its 90 % range, as a question of yes or no has one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.inference.posterior import Posterior
from forecast.model.errors import Unsound
from forecast.predict.answers import exact_chances
from forecast.predict.chance_interval import ChanceInterval
from forecast.predict.chances import CHANCE_PATHS, Chances, find_happened, interval_of_counts
from forecast.predict.paths import Paths
from forecast.predict.question_cases import asked_cases
from forecast.predict.questions import needs_paths

NO_SCENARIO = ""  # the branch in which no scenario comes about


def scenario_chances(
    posterior: Posterior, paths: Paths, chances: Chances | None, rng: np.random.Generator, *, effort: float = 1.0
) -> Mapping[str, ChanceInterval]:
    """Return the interval of the chance of each open scenario, by name, and under ``NO_SCENARIO`` that none of them comes about.

    ``paths`` are those that answers come from, and ``chances`` stand draw by draw; nothing has an interval where these are None.
    A scenario about parameters alone has none: it is so or not on each draw.  Where one is among them there is none of none of them either.
    One whose condition is no number on some path is not among them.
    """
    if chances is None or chances.paths is None:
        return {}
    with np.errstate(all="ignore"):  # what is no number is looked for
        return _chances_of_open(posterior, paths, chances.paths, rng, effort)


def _chances_of_open(
    posterior: Posterior, paths: Paths, counted: Paths, rng: np.random.Generator, effort: float
) -> dict[str, ChanceInterval]:
    """The same, where ``counted`` stand draw by draw."""
    model = posterior.model
    is_open = {name: _is_open(name, posterior, paths) for name in model.topic.scenarios}
    asked = [its for name, its in model.topic.scenarios.items() if is_open[name]]
    moving = [its for its in asked if needs_paths(model, its)]
    happened = {its.name: find_happened(its, counted, rng)[0] for its in moving}
    if len(moving) == len(asked) > 1:
        happened[NO_SCENARIO] = ~np.any([*happened.values()], axis=0)
    found = dict(exact_chances(posterior, moving, rng, effort=effort))
    for name, on_paths in happened.items():
        happened_on = on_paths.reshape(-1, CHANCE_PATHS).sum(axis=1).astype(float)
        interval = found.get(name) or interval_of_counts(happened_on, np.full(len(happened_on), float(CHANCE_PATHS)), counted)
        if interval is not None:
            found[name] = interval
    if len(moving) == len(asked) == 1 and moving[0].name in found:
        found[NO_SCENARIO] = found[moving[0].name].complement()
    return found


def _is_open(name: str, posterior: Posterior, paths: Paths) -> bool:
    """Whether the record leaves a scenario open, and its condition is one on every path."""
    try:
        return asked_cases(posterior.model.topic.scenarios[name], posterior, paths, on_paths=True).status == "open"
    except Unsound:
        return False
