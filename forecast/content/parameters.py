"""Parameters before and after the record: quantiles, means and curves of prior and posterior side by side."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from forecast.book.topic import Parameter
from forecast.inference.importance.threads import one_thread
from forecast.inference.monte_carlo import ReplicatedCases, mean_error, proportion_error, quantile_error
from forecast.inference.posterior import OrderedDraws, Posterior, order_draws
from forecast.inference.pymc.tails import no_mean_reason, tail_shape
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.language.arrays import Array
from forecast.language.pooling import Pooling
from forecast.predict.density import shape
from forecast.schema.answers import Curve
from forecast.schema.book import PartContent
from forecast.schema.topic import MarginalContent, ParameterContent

LOG_FROM_RATIO = 20.0  # a positive prior whose 95 % point is this many times its 5 % point is shown on a logarithmic axis


class _MarginalExtras(TypedDict, total=False):
    """What is said only after the record, or of what has no mean."""

    mean_error: float | None
    no_mean: str
    errors: list[float]


class _ParameterExtras(TypedDict, total=False):
    """What only pooled priors have."""

    pooling: Pooling
    parts: list[PartContent]


def parameter_contents(prior: Posterior, posterior: Posterior) -> list[ParameterContent]:
    """Return every value of every parameter, in the topic's order, one entry for each label."""
    parameters, weights, cases = posterior.model.topic.parameters.values(), prior.weights, posterior.cases
    with one_thread():
        return [
            _content(parameter, label, (prior.column(parameter.name, label), weights), (posterior.column(parameter.name, label), cases))
            for parameter in parameters
            for label in parameter.labels or ("",)
        ]


def _content(parameter: Parameter, label: str, prior: tuple[Array, Array], posterior: tuple[Array, ReplicatedCases]) -> ParameterContent:
    """One value, from its draws ``(draws,)`` and their weights before, and its draws and cases after the record."""
    (before, weights), (after, cases) = prior, posterior
    old, new = order_draws(before, weights), order_draws(after, cases.weights)
    is_share = not parameter.unit and not parameter.categories
    low, high = old.quantiles((0.05, 0.95))
    logarithmic = not is_share and min(old.values[0], new.values[0]) > 0 and high > LOG_FROM_RATIO * low
    pooled: _ParameterExtras = {} if parameter.pooling is None else {"pooling": parameter.pooling, "parts": _parts(parameter)}
    return {
        "name": parameter.name,
        "label": label,
        "per": parameter.per,
        "unit": "share" if is_share else parameter.unit,
        "scale": "log" if logarithmic else "linear",
        "statement": parameter.text_for(label),
        "why": parameter.why_by_label.get(label, parameter.why),
        "source": parameter.source,
        "reviewed": parameter.reviewed.isoformat() if parameter.reviewed else None,
        "by": parameter.by,
        "prior": _marginal(before, weights, old, curve=_curve(old, logarithmic=logarithmic, is_share=is_share)),
        "posterior": _marginal(after, cases.weights, new, curve=_curve(new, logarithmic=logarithmic, is_share=is_share), cases=cases),
        "categories": [
            {
                "label": category,
                "prior": float(weights @ (before == code)),
                "posterior": float(cases.weights @ (after == code)),
                "error": proportion_error(after == code, cases),
            }
            for code, category in enumerate(parameter.categories)
        ],
        **pooled,
    }


def _parts(parameter: Parameter) -> list[PartContent]:
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


def _marginal(values: Array, weights: Array, draws: OrderedDraws, *, curve: Curve, cases: ReplicatedCases | None = None) -> MarginalContent:
    """What is believed of one value, whose ``draws`` are those values in order; with errors where cases are given that have them."""
    reason = no_mean_reason(tail_shape(values, weights))
    error: _MarginalExtras = {} if cases is None else {"mean_error": None if reason else mean_error(values, cases)}
    no_mean: _MarginalExtras = {"no_mean": reason} if reason else {}
    errors: _MarginalExtras = {} if cases is None else {"errors": _quantile_errors(values, cases, draws)}
    return {
        "mean": None if reason else float(weights @ values),
        **error,
        **no_mean,
        "quantiles": list(draws.quantiles(QUANTILE_LEVELS)),
        "shape": curve,
        **errors,
    }


def _quantile_errors(values: Array, cases: ReplicatedCases, draws: OrderedDraws) -> list[float]:
    return [quantile_error(values, cases, level, quantile_at=lambda at: draws.quantiles((at,))[0]) for level in QUANTILE_LEVELS]


def _curve(draws: OrderedDraws, *, logarithmic: bool, is_share: bool) -> Curve:
    if logarithmic:
        curve = shape(OrderedDraws(np.log(draws.values), draws.cumulative))
        return {"discrete": curve.discrete, "x": np.exp(curve.x).tolist(), "y": list(curve.y)}
    # a positive value's density may stand up against 0, a share's against 0 and 1
    curve = shape(draws, lower=0.0 if draws.values[0] >= 0 else -np.inf, upper=1.0 if is_share else np.inf)
    return {"discrete": curve.discrete, "x": list(curve.x), "y": list(curve.y)}
