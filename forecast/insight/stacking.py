"""The weights of variants by what they have foreseen: an optimal prediction pool of their one-step-ahead scores.

Every score is that of a day on which something became known, given what was known the day before, so a replayed day's weights rest on
scores up to that day alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from forecast.book.comparable import score_obstacle
from forecast.book.topic import Topic
from forecast.inference.monte_carlo import REPLICATES
from forecast.inference.posterior import Posterior
from forecast.inference.prediction_pool import optimal_pool_weights
from forecast.insight.one_step_scores import OneStepScores, one_step_scores, shared_days
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.reweighting import Pool
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.rival_weights import Performance

NOTHING_SCORED = "nothing has become known yet that they could have foreseen"


def weighs_by_performance(topic: Topic) -> bool:
    """Return whether a topic's variants are weighted by what they have foreseen."""
    return topic.combine == "stacking" and not score_obstacle(topic)


def past_performance(
    topic: Topic,
    as_of: date,
    settings: Settings,
    *,
    posteriors: Mapping[str, Posterior] | None = None,
    pools: Mapping[str, Pool] | None = None,
) -> Performance:
    """Return the weights of a topic's variants by what they have foreseen up to a day, or why there are none.

    ``pools`` are those that ``anchored_pool`` makes of each variant, where they have been made, or ``posteriors`` those as of the day.
    """
    if obstacle := score_obstacle(topic):
        return Performance({}, 0, 0, obstacle)
    scores: dict[str, OneStepScores] = {}
    for name, rival in topic.rivals.items():
        try:
            pool = pools[name] if pools else anchored_pool(rival, as_of, settings, published=(posteriors or {}).get(name))
            scores[name] = one_step_scores(model_as_of(rival, as_of), pool)
        except Unsound as unsound:
            return Performance({}, 0, 0, f"the scores of `{name}` are not known: {unsound.problems[0].message}")
    days = shared_days(scores)
    rows = next(iter(scores.values())).rows
    return Performance(stacked_weights(topic.prior_weights, scores), rows, len(days), "" if days else NOTHING_SCORED)


def stacked_weights(prior_weights: Mapping[str, float], scores: Mapping[str, OneStepScores]) -> dict[str, Array]:
    """Return the weights of an optimal prediction pool by replicate, ``(REPLICATES,)`` each: together they sum to one.

    Each replicate has the jackknife's share of what the draws leave in doubt (Efron and Stein 1981, doi:10.1214/aos/1176345462), on the
    scale of log weights, so that all are positive: the sum over replicates is the weight by all draws.
    """
    shared_days(scores)
    stated = np.array([*prior_weights.values()])
    logs = np.stack([scores[name].logs for name in prior_weights], axis=2)
    whole = optimal_pool_weights(logs[0], stated)
    without = np.log([optimal_pool_weights(some, stated) for some in logs[1:]])
    factors = np.exp((REPLICATES - 1) * (without.mean(axis=0) - without))
    shares = whole * factors / factors.sum(axis=0)
    return {name: shares[:, place] for place, name in enumerate(prior_weights)}
