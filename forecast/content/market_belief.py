"""What the parameters would have to be for a price, as a report shows it."""

from __future__ import annotations

import math

from forecast.book.topic import Topic
from forecast.insight.market_belief import MovedParameter, PriceBelief
from forecast.insight.prior_shift import PriorShift
from forecast.schema.market import MOST_MOVED, BeliefContent, MovedContent, PriorShiftContent

LEAST_MOVE = 0.1  # posterior standard deviations by which a mean moves, from which on a value is shown


def belief_content(belief: PriceBelief, topic: Topic, *, price: float) -> BeliefContent:
    """Return a belief as plain data; ``price`` is that of the contract's YES for which it stands.  The divergence is in bits."""
    tilt = belief.tilt
    moved = [its for its in belief.moved if abs(its.distance) >= LEAST_MOVE] or list(belief.moved[:1])
    return {
        "price": price,
        "chance": belief.target,
        "status": tilt.status,
        "divergence": tilt.divergence / math.log(2),
        "divergence_error": tilt.divergence_error / math.log(2),
        "effective": tilt.effective,
        "reach": None if tilt.reach is None else list(tilt.reach),
        "moved": [_moved_content(its, topic) for its in moved[:MOST_MOVED]],
        "more_moved": len(moved[MOST_MOVED:]),
        "priors": [_shift_content(its, topic) for its in sorted(belief.priors, key=lambda its: its.status != "found")],
        "priors_left_out": belief.priors_left_out,
    }


def _moved_content(its: MovedParameter, topic: Topic) -> MovedContent:
    return {
        "name": its.name,
        "label": its.label,
        "category": its.category,
        "unit": _unit(topic, its.name),
        "before": list(its.before),
        "after": list(its.after),
    }


def _shift_content(its: PriorShift, topic: Topic) -> PriorShiftContent:
    return {
        "name": its.name,
        "label": its.label,
        "unit": _unit(topic, its.name),
        "status": its.status,
        "median": its.median,
        "new_median": its.new_median,
        "statement": its.statement,
        "reach": list(its.reach),
        "medians": list(its.medians),
    }


def _unit(topic: Topic, name: str) -> str:
    return topic.parameters[name].unit or "share"
