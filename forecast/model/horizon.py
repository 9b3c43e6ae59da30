"""How far into the future a topic may ask: as many steps as can be simulated."""

from __future__ import annotations

from datetime import date

from forecast.book.calendar import ONE_DAY, step_index
from forecast.book.files.problems import Problem
from forecast.model.clock import step_starts
from forecast.model.errors import Unsound, topic_problem
from forecast.model.model import Model

MOST_FUTURE_STEPS = 11_000  # of the future
COARSER_STEP = "take a coarser `step`, or "  # begins the hint where there is one
GROUPS = ("questions", "scenarios")  # the tables of a topic whose entries have a `by`


def check_horizon(model: Model) -> None:
    """Raise ``Unsound``, placed at the `by`, where a question or a scenario needs more steps of the future than can be simulated."""
    topic = model.topic
    if not model.records:
        return
    first = min(record.through for record in model.records.values()) + ONE_DAY
    dated = [(group, name, its.by) for group in GROUPS for name, its in getattr(topic, group).items() if its.by]
    far = [(group, name, by) for group, name, by in dated if step_index(topic.step, first, by) >= MOST_FUTURE_STEPS]
    if far:
        raise Unsound(*(_horizon_problem(model, (group, name, "by"), first, by) for group, name, by in far))


def _horizon_problem(model: Model, keys: tuple[str, ...], first: date, by: date) -> Problem:
    step = model.topic.step
    steps = step_index(step, first, by) + 1
    last = step_starts(step, first, by)[MOST_FUTURE_STEPS - 1] - ONE_DAY
    message = f"from {first}, where the record ends, to `by` ({by}) are {steps:,} steps of a {step}; at most {MOST_FUTURE_STEPS:,} can be simulated"
    coarser = "" if step == "year" else COARSER_STEP
    return topic_problem(model.topic, keys, message, f"{coarser}ask by {last} at the latest")
