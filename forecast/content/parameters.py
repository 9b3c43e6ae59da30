"""Parameters before and after the record: quantiles, means and curves of prior and posterior side by side."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.book.topic import Parameter
from forecast.inference.importance.threads import one_thread
from forecast.inference.monte_carlo import ReplicatedCases, mean_error, proportion_error, quantile_error
from forecast.inference.posterior import OrderedDraws, Posterior, order_draws
from forecast.inference.pymc.tails import no_mean_reason, tail_shape
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.language.arrays import Array
from forecast.predict.density import shape

LOG_FROM_RATIO = 20.0  # a positive prior whose 95 % point is this many times its 5 % point is shown on a logarithmic axis


def parameter_contents(prior: Posterior, posterior: Posterior) -> list[dict[str, Any]]:
    """Return every value of every parameter, in the topic's order, one entry for each label."""
    topic = posterior.model.topic
    with one_thread():
        return [
            _content(parameter, label, prior, posterior) for parameter in topic.parameters.values() for label in parameter.labels or ("",)
        ]


def _content(parameter: Parameter, label: str, prior: Posterior, posterior: Posterior) -> dict[str, Any]:
    before, after = prior.column(parameter.name, label), posterior.column(parameter.name, label)
    cases = posterior.cases
    old, new = order_draws(before, prior.weights), order_draws(after, cases.weights)
    is_share = not parameter.unit and not parameter.categories
    low, high = old.quantiles((0.05, 0.95))
    logarithmic = not is_share and min(old.values[0], new.values[0]) > 0 and high > LOG_FROM_RATIO * low
    return {
        "name": parameter.name,
        "label": label,
        "per": parameter.per,
        "unit": "share" if is_share else parameter.unit,
        "scale": "log" if logarithmic else "linear",
        "statement": parameter.statement_for(label).text,
        "why": parameter.why_by_label.get(label, parameter.why),
        "source": parameter.source,
        "reviewed": parameter.reviewed.isoformat() if parameter.reviewed else None,
        "by": parameter.by,
        "prior": {**_mean(before, prior.weights), **_belief(old, logarithmic=logarithmic, is_share=is_share)},
        "posterior": {
            **_mean(after, cases.weights, cases),
            **_belief(new, logarithmic=logarithmic, is_share=is_share),
            "errors": [quantile_error(after, cases, level, quantile_at=lambda at: new.quantiles((at,))[0]) for level in QUANTILE_LEVELS],
        },
        "categories": [
            {
                "label": category,
                "prior": float(prior.weights @ (before == code)),
                "posterior": float(cases.weights @ (after == code)),
                "error": proportion_error(after == code, cases),
            }
            for code, category in enumerate(parameter.categories)
        ],
        **({"pooling": parameter.pooling, "parts": _parts(parameter)} if parameter.parts else {}),
    }


def _parts(parameter: Parameter) -> list[dict[str, Any]]:
    """What was pooled, and what was kept and not used."""
    return [
        {
            "name": part.name,
            "weight": part.weight,
            "share": parameter.share_of(part),
            "used": part.is_used,
            "statement": part.statement.text,
            "why": part.why,
            "source": part.source,
            "points": None if part.points is None else list(part.points),
            "categories": dict(part.shares),
        }
        for part in parameter.parts
    ]


def _mean(values: Array, weights: Array, cases: ReplicatedCases | None = None) -> dict[str, Any]:
    """The mean, with its error where cases are given that have one; or none, and why."""
    no_mean = no_mean_reason(tail_shape(values, weights))
    if no_mean:
        return {"mean": None, **({} if cases is None else {"mean_error": None}), "no_mean": no_mean}
    return {"mean": float(weights @ values), **({} if cases is None else {"mean_error": mean_error(values, cases)})}


def _belief(draws: OrderedDraws, *, logarithmic: bool, is_share: bool) -> dict[str, Any]:
    if logarithmic:
        curve = shape(OrderedDraws(np.log(draws.values), draws.cumulative))
        x = tuple(np.exp(curve.x).tolist())
    else:  # a positive value's density may stand up against 0, a share's against 0 and 1
        curve = shape(draws, lower=0.0 if draws.values[0] >= 0 else -np.inf, upper=1.0 if is_share else np.inf)
        x = curve.x
    return {
        "quantiles": draws.quantiles(QUANTILE_LEVELS),
        "shape": {"discrete": curve.discrete, "x": x, "y": curve.y},
    }
