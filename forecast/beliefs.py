"""What is believed of each parameter, before and after the record: quantiles and a small picture.

"No number stands uninterpreted": the points of a prior are computed exactly
where its arguments are numbers, and from draws where they depend on other
parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from forecast.book.topic import Parameter, Topic
from forecast.inference.conditioning import prior_draws
from forecast.inference.posterior import Posterior, weighted_quantiles
from forecast.language.distributions.simplex import Dirichlet
from forecast.language.expressions import names_in
from forecast.model.model import Array, Model, model_as_of
from forecast.model.priors import Block, blocks
from forecast.settings import generator

POINTS = (0.05, 0.5, 0.95)
BARS = " ▁▂▃▄▅▆▇█"
CELLS = 24
ECHO_DRAWS = 4_096  # draws behind the points of a prior that depends on other parameters
WIDE = 30.0  # a positive prior whose 95 % point is this many times its 5 % point is drawn over a log scale


@dataclass(frozen=True, slots=True)
class Believed:
    """One value of a parameter: its statement, and its 5, 50 and 95 % points or the probability of each category.

    ``exact`` says whether the points come from the quantile function and not from draws.
    """

    parameter: str
    label: str
    statement: str
    unit: str
    points: tuple[float, float, float] | None
    categories: Mapping[str, float]
    exact: bool

    @property
    def name(self) -> str:
        """The value as statements write it: ``refuses[korea]``."""
        return f"{self.parameter}[{self.label}]" if self.label else self.parameter


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after the record, each with a picture over the same scale."""

    before: Believed
    after: Believed
    before_picture: str
    after_picture: str


def echoed(topic: Topic, as_of: date) -> tuple[Believed, ...]:
    """Return every value of a topic's parameters as its prior has it, drawing only those that depend on others.

    Raises ``Unsound`` where a prior is no distribution at some draws.
    """
    model = model_as_of(_without_record(topic, topic.parameters), as_of)
    drawn = _drawn_for_points(topic)
    if not drawn:
        return believed_before(model, None)
    part = model_as_of(_without_record(topic, {name: each for name, each in topic.parameters.items() if name in drawn}), as_of)
    return believed_before(model, prior_draws(part, rng=generator(1, topic.name, "echo"), draws=ECHO_DRAWS))


def believed_before(model: Model, draws: Posterior | None) -> tuple[Believed, ...]:
    """Return every value of a model's parameters as its prior has it.

    ``draws`` are draws of the joint prior, with at least the parameters that depend on others.
    """
    found = {(block.name, position): block for block in blocks(model) for position in block.positions}
    return tuple(
        _believed(parameter, label, draws, found[parameter.name, position])
        for parameter in model.topic.parameters.values()
        for position, label in enumerate(parameter.labels or ("",))
    )


def changes(prior: Posterior, posterior: Posterior) -> tuple[Change, ...]:
    """Return every value of a model's parameters before and after its record."""
    befores = believed_before(posterior.model, prior)
    return tuple(_change(before, prior, posterior) for before in befores)


def _change(before: Believed, prior: Posterior, posterior: Posterior) -> Change:
    parameter = posterior.model.topic.parameters[before.parameter]
    after = _believed(parameter, before.label, posterior, None)
    if before.points is None:
        return Change(before, after, _strip(before.categories), _strip(after.categories))
    olds, news = prior.column(before.parameter, before.label), posterior.column(before.parameter, before.label)
    scale = _scale(olds, prior.weights, news, posterior.weights)
    return Change(before, after, _picture(olds, prior.weights, *scale), _picture(news, posterior.weights, *scale))


def _without_record(topic: Topic, parameters: Mapping[str, Parameter]) -> Topic:
    return replace(topic, parameters=parameters, streams={}, series={}, questions={})


def _drawn_for_points(topic: Topic) -> frozenset[str]:
    """The parameters whose prior depends on others, and those they depend on."""
    needs = {name: _needs(topic, parameter) for name, parameter in topic.parameters.items()}
    found: set[str] = set()
    waiting = [name for name, needed in needs.items() if needed]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs[name] | ({topic.parameters[name].per} & needs.keys())
    return frozenset(found)


def _needs(topic: Topic, parameter: Parameter) -> set[str]:
    """The parameters that the prior of one names, through quantities too."""
    statements = [*parameter.by_label.values(), *([] if parameter.prior is None else [parameter.prior])]
    waiting = [expression for statement in statements for expression in statement.arguments.values()]
    names: set[str] = set()
    while waiting:
        fresh = set(names_in(waiting.pop())) - names
        names |= fresh
        waiting += [topic.quantities[name].expression for name in fresh if name in topic.quantities]
    return names & topic.parameters.keys() - {parameter.name}


def _believed(parameter: Parameter, label: str, draws: Posterior | None, block: Block | None) -> Believed:
    statement = parameter.statement_for(label).text
    fixed = None if block is None else block.fixed
    if parameter.categories:
        shares = dict(zip(parameter.categories, _shares(parameter, label, draws, fixed), strict=True))
        return Believed(parameter.name, label, statement, parameter.unit, None, shares, exact=fixed is not None)
    if block is not None and fixed is not None and isinstance(block.family, Dirichlet):
        points = block.family.share_points(fixed, parameter.labels.index(label))
    elif block is not None and fixed is not None:
        points = block.family.points(fixed)
    else:
        assert draws is not None  # a value that is not fixed is among the drawn
        low, middle, high = draws.quantiles(parameter.name, POINTS, label)
        points = (low, middle, high)
    return Believed(parameter.name, label, statement, parameter.unit, points, {}, exact=fixed is not None)


def _shares(parameter: Parameter, label: str, draws: Posterior | None, fixed: Mapping[str, Any] | None) -> list[float]:
    """The probability of each category."""
    if fixed is not None:
        return [float(share) for share in np.ravel(fixed["p"])]
    assert draws is not None  # a value that is not fixed is among the drawn
    codes = draws.column(parameter.name, label)
    return [float(draws.weights[codes == code].sum()) for code in range(len(parameter.categories))]


def _scale(olds: Array, old_weights: Array, news: Array, new_weights: Array) -> tuple[float, float, bool]:
    """The ends of a common axis, and whether it is logarithmic."""
    old_low, old_high = weighted_quantiles(olds, old_weights, (0.02, 0.98))
    new_low, new_high = weighted_quantiles(news, new_weights, (0.02, 0.98))
    low, high = min(old_low, new_low), max(old_high, new_high)
    logarithmic = low > 0 and high / low > WIDE
    return low, high, logarithmic


def _picture(values: Array, weights: Array, low: float, high: float, logarithmic: bool) -> str:  # noqa: FBT001 - one of the scale's three parts
    if high <= low:
        return BARS[-1].center(CELLS)
    if logarithmic:
        inside = values > 0
        values, weights, low, high = np.log(values[inside]), weights[inside], float(np.log(low)), float(np.log(high))
    counts, _ = np.histogram(values, bins=CELLS, range=(low, high), weights=weights)
    return _bars(counts)


def _strip(shares: Mapping[str, float]) -> str:
    """One bar for each category, full height for certainty."""
    return " ".join(BARS[round(share * (len(BARS) - 1))] * 3 for share in shares.values())


def _bars(counts: Array) -> str:
    heights = np.ceil(counts / max(float(counts.max()), 1e-300) * (len(BARS) - 1)).astype(int)
    return "".join(BARS[height] for height in heights)
