"""What is believed of each parameter, before and after the record: quantiles and a small picture.

"No number stands uninterpreted": the points of a prior are computed exactly
where its arguments are numbers; where they depend on other parameters it is a
mixture, and its points are those of the mixture over draws of these, with the
Monte Carlo errors that these draws leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from forecast.book.topic import Parameter, Topic
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.monte_carlo import REPLICATES, ReplicatedCases, mean_error, quantile, rank_cases
from forecast.inference.posterior import Posterior, weighted_quantiles
from forecast.inference.quantile_levels import INTERVAL_LEVELS
from forecast.language.arrays import Array
from forecast.language.distributions.domains import FARTHEST_VALUE
from forecast.language.expressions import indexed_name
from forecast.model.links import without_linked
from forecast.model.model import Model, model_as_of
from forecast.model.priors import Block, blocks
from forecast.model.settings import Purpose, generator
from forecast.model.used_names import names_used

type QuantileTriple = tuple[float, float, float]

BARS = " ▁▂▃▄▅▆▇█"
PICTURE_BINS = 24
VALIDATION_DRAWS = 4_096  # draws of the parameters that a prior depends on, at each of which it must be a distribution
MIXTURE_DRAWS = 2_048  # draws of them behind its points: a mixture over so few is nearer than the quantiles of 4,096 of its own draws
NEAR_ENOUGH = 1e-4  # in probability, relative to the smaller side
WIDE = 30.0  # a positive prior whose 95 % point is this many times its 5 % point is drawn over a log scale


@dataclass(frozen=True, slots=True)
class PartSummary:
    """A part of a pooled prior: its share of the weight (0 where it is not used), and what it says alone."""

    name: str
    share: float
    statement: str
    points: tuple[float, float, float] | None
    categories: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ParameterSummary:
    """One value of a parameter: its statement, and its 5, 50 and 95 % points or the probability of each category.

    ``exact`` says whether the points come from the quantile function and not from draws; where they come from draws of a prior, ``errors``
    are their Monte Carlo errors.  ``parts`` are those of a pooled prior.
    """

    parameter: str
    label: str
    statement: str
    unit: str
    points: QuantileTriple | None
    categories: Mapping[str, float]
    exact: bool
    parts: tuple[PartSummary, ...] = ()
    errors: QuantileTriple | None = None

    @property
    def name(self) -> str:
        """The value as statements write it: ``refuses[korea]``."""
        return indexed_name(self.parameter, self.label)


@dataclass(frozen=True, slots=True)
class _MeasuredPoints:
    """The 5, 50 and 95 % points of a prior that is drawn, and their Monte Carlo errors."""

    points: QuantileTriple
    errors: QuantileTriple


@dataclass(frozen=True, slots=True)
class ParameterUpdate:
    """One value before and after the record, each with a picture over the same scale."""

    before: ParameterSummary
    after: ParameterSummary
    before_picture: str
    after_picture: str


def parameter_summary_data(summary: ParameterSummary | ParameterUpdate) -> dict[str, Any]:
    """Return what is believed as plain data; ``parts`` and ``errors`` only where a prior has some."""
    data = asdict(summary)
    for mapping in (data, *(value for value in data.values() if isinstance(value, dict))):
        for name, nothing in (("parts", ()), ("errors", None)):
            if name in mapping and mapping[name] == nothing:
                del mapping[name]
    return data


def summarise_priors(topic: Topic, as_of: date) -> tuple[ParameterSummary, ...]:
    """Return every value of a topic's parameters as its prior has it, drawing only those that others depend on.

    A prior that is another topic's posterior has no points where nobody has set out to compute that, and neither have those that depend on it.
    Raises ``Unsound`` where a prior is no distribution at some draws.
    """
    if topic.carried is None and topic.links:
        known = {(its.parameter, its.label): its for its in summarise_priors(without_linked(topic), as_of)}
        values = [(its, label) for its in topic.parameters.values() for label in its.labels or ("",)]
        return tuple(known.get((its.name, label)) or _unknown_summary(its, label) for its, label in values)
    model = model_as_of(_without_record(topic, topic.parameters), as_of)
    prior = blocks(model)
    drawn = _parameters_to_draw(topic, prior)
    if not drawn:
        return _prior_summaries(model, prior, None, {})
    part = model_as_of(_without_record(topic, {name: parameter for name, parameter in topic.parameters.items() if name in drawn}), as_of)
    many, few = (
        prior_draws(part, rng=generator(1, topic.name, Purpose.ECHO), draws=count, at_once=count // REPLICATES)
        for count in (VALIDATION_DRAWS, MIXTURE_DRAWS)
    )
    mixtures = [block for block in prior if block.fixed is None and not block.family.discrete and block.family.is_apart]
    for block in mixtures:
        arguments = block.arguments(model, many.parameters)
        wrong = np.isnan(block.family.support(**arguments)[0])
        if wrong.any():
            raise block.not_a_distribution(arguments, wrong)
    mixed = {place: points for block in mixtures for place, points in _mixed_points(model, block, few)}
    return _prior_summaries(model, prior, many, mixed)


def _unknown_summary(parameter: Parameter, label: str) -> ParameterSummary:
    return ParameterSummary(parameter.name, label, parameter.text_for(label), parameter.unit, None, {}, exact=False)


def prior_summaries(model: Model, draws: Posterior) -> tuple[ParameterSummary, ...]:
    """Return every value of a model's parameters as its prior has it, given draws of the joint prior."""
    return _prior_summaries(model, blocks(model), draws, {})


def _prior_summaries(
    model: Model, prior: Sequence[Block], draws: Posterior | None, mixed: Mapping[tuple[str, int], _MeasuredPoints]
) -> tuple[ParameterSummary, ...]:
    block_at = {(block.name, position): block for block in prior for position in block.positions}
    return tuple(
        replace(
            _parameter_summary(parameter, label, draws, block_at[parameter.name, position], mixed.get((parameter.name, position))),
            parts=_parts(parameter),
        )
        for parameter in model.topic.parameters.values()
        for position, label in enumerate(parameter.labels or ("",))
    )


def _mixed_points(model: Model, block: Block, draws: Posterior) -> Iterator[tuple[tuple[str, int], _MeasuredPoints]]:
    """The points of the values of a continuous block whose arguments depend on others, with errors: of its mixture over draws of these."""
    arguments = {name: np.asarray(value) for name, value in block.arguments(model, draws.parameters).items()}
    columns = [
        {name: values[:, [index]] if values.size > len(draws) else values for name, values in arguments.items()}
        for index in range(block.size)
    ]
    alike = all(values.size <= len(draws) for values in arguments.values())
    points = [_measured_mixture(block, column, draws.cases) for column in columns[: 1 if alike else block.size]]
    for index, position in enumerate(block.positions):
        yield (block.name, position), points[0 if alike else index]


def _measured_mixture(block: Block, arguments: Mapping[str, Array], cases: ReplicatedCases) -> _MeasuredPoints:
    """The points of a mixture, each with its error: that of the distribution function there over the density."""
    points = mixture_points(block, arguments, cases.weights)
    errors = []
    for point, level in zip(points, INTERVAL_LEVELS, strict=True):
        reached, density = (
            np.broadcast_to(its, (len(cases.weights), 1))[:, 0]
            for its in (block.family.distribution(point, **arguments), np.exp(block.family.log_density(point, **arguments)))
        )
        error = np.hypot(mean_error(reached, cases), NEAR_ENOUGH * min(level, 1 - level))
        slope = float(cases.weights @ density)
        errors.append(float(error / slope) if slope > 0 else 0.0)
    low, middle, high = errors
    return _MeasuredPoints(points, (low, middle, high))


def mixture_points(block: Block, arguments: Mapping[str, Array], weights: Array) -> QuantileTriple:
    """Return the 5, 50 and 95 % points of a weighted mixture of one family, with arguments ``(draws, 1)``.

    They lie between the least and the greatest of the parts' own points, and are found there by the false position (Dowell and Jarratt
    1971, doi:10.1007/BF01934364), all three at once, on a scale that suits any size.  Raises ``Unsound`` where a part is no distribution.
    """
    levels = np.array(INTERVAL_LEVELS)
    part_points = block.family.quantile(levels, **arguments)
    if np.isnan(part_points).any():
        raise block.not_a_distribution(arguments, np.isnan(part_points))
    if not (np.abs(part_points) <= FARTHEST_VALUE).all():
        raise block.out_of_range(float(np.abs(part_points).max()))
    part_points = np.broadcast_to(part_points, (len(weights), len(levels)))
    low, high = np.arcsinh(part_points.min(axis=0)), np.arcsinh(part_points.max(axis=0))

    def too_much(at: Array) -> Array:
        reached: Array = weights @ np.broadcast_to(block.family.distribution(np.sinh(at), **arguments), part_points.shape) - levels
        return reached

    short, over, side = too_much(low), too_much(high), np.zeros(len(levels))
    while True:
        width = over - short
        at = np.where(width > 0, (low * over - high * short) / np.where(width > 0, width, 1.0), high)
        excess = too_much(at)
        if (np.abs(excess) <= NEAR_ENOUGH * np.minimum(levels, 1 - levels)).all() or (high - low <= 1e-12 * np.abs(high)).all():
            first, middle, last = np.sinh(at).tolist()
            return first, middle, last
        below = excess < 0
        over, short = np.where(below & (side > 0), over / 2, over), np.where(~below & (side < 0), short / 2, short)
        side = np.where(below, 1.0, -1.0)
        low, short = np.where(below, at, low), np.where(below, excess, short)
        high, over = np.where(below, high, at), np.where(below, over, excess)


def parameter_updates(prior: Posterior, posterior: Posterior) -> tuple[ParameterUpdate, ...]:
    """Return every value of a model's parameters before and after its record."""
    befores = prior_summaries(posterior.model, prior)
    return tuple(_parameter_update(before, prior, posterior) for before in befores)


def _parameter_update(before: ParameterSummary, prior: Posterior, posterior: Posterior) -> ParameterUpdate:
    parameter = posterior.model.topic.parameters[before.parameter]
    after = _parameter_summary(parameter, before.label, posterior, None)
    if before.points is None:
        return ParameterUpdate(before, after, _category_bars(before.categories), _category_bars(after.categories))
    olds, news = prior.column(before.parameter, before.label), posterior.column(before.parameter, before.label)
    scale = _scale(olds, prior.weights, news, posterior.weights)
    return ParameterUpdate(before, after, _picture(olds, prior.weights, *scale), _picture(news, posterior.weights, *scale))


def _without_record(topic: Topic, parameters: Mapping[str, Parameter]) -> Topic:
    return replace(topic, parameters=parameters, streams={}, series={}, questions={}, scenarios={})


def _parameters_to_draw(topic: Topic, prior: Sequence[Block]) -> frozenset[str]:
    """The parameters that the priors of others depend on, and of those with few values each that depends on others."""
    needs = {name: _parent_parameters(topic, parameter) for name, parameter in topic.parameters.items()}
    to_draw: set[str] = set()
    waiting = [name for needed in needs.values() for name in needed]
    waiting += [
        block.name for block in prior if block.fixed is None and (block.family.discrete or block.family.joint or block.family.chained)
    ]
    while waiting:
        name = waiting.pop()
        if name not in to_draw:
            to_draw.add(name)
            waiting += needs[name] | ({topic.parameters[name].per} & needs.keys())
    return frozenset(to_draw)


def _parent_parameters(topic: Topic, parameter: Parameter) -> set[str]:
    """The parameters that the prior of one names, through quantities too."""
    statements = [*parameter.by_label.values(), *([] if parameter.prior is None else [parameter.prior])]
    return names_used(topic, *statements) & topic.parameters.keys() - {parameter.name}


def _parameter_summary(
    parameter: Parameter, label: str, draws: Posterior | None, block: Block | None, mixed: _MeasuredPoints | None = None
) -> ParameterSummary:
    statement = parameter.text_for(label)
    fixed = None if block is None else block.fixed
    if parameter.categories:
        shares = dict(zip(parameter.categories, _shares(parameter, label, draws, fixed), strict=True))
        return ParameterSummary(parameter.name, label, statement, parameter.unit, None, shares, exact=fixed is not None)
    if block is not None and fixed is not None:
        points = block.family.points_at(fixed, parameter.labels.index(label) if label else 0)
        return ParameterSummary(parameter.name, label, statement, parameter.unit, points, {}, exact=True)
    if mixed is None:
        assert draws is not None  # a value that is not fixed is among the drawn
        if block is None:  # a posterior's
            low, middle, high = draws.quantiles(parameter.name, INTERVAL_LEVELS, label)
            return ParameterSummary(parameter.name, label, statement, parameter.unit, (low, middle, high), {}, exact=False)
        mixed = _measured_draws(draws.column(parameter.name, label), draws.cases)
    return ParameterSummary(parameter.name, label, statement, parameter.unit, mixed.points, {}, exact=False, errors=mixed.errors)


def _measured_draws(values: Array, cases: ReplicatedCases) -> _MeasuredPoints:
    """The points of draws, with their errors."""
    ranked = rank_cases(values, cases)
    low, middle, high = (quantile(ranked, level) for level in INTERVAL_LEVELS)
    return _MeasuredPoints((low.value, middle.value, high.value), (low.error, middle.error, high.error))


def _parts(parameter: Parameter) -> tuple[PartSummary, ...]:
    return tuple(
        PartSummary(part.name, parameter.share_of(part), part.statement.text, part.points, dict(part.shares)) for part in parameter.parts
    )


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
        return BARS[-1].center(PICTURE_BINS)
    if logarithmic:
        inside = values > 0
        values, weights, low, high = np.log(values[inside]), weights[inside], float(np.log(low)), float(np.log(high))
    counts, _ = np.histogram(values, bins=PICTURE_BINS, range=(low, high), weights=weights)
    return bars(counts)


def _category_bars(shares: Mapping[str, float]) -> str:
    """One bar for each category, full height for certainty."""
    return " ".join(BARS[round(share * (len(BARS) - 1))] * 3 for share in shares.values())


def bars(counts: Array) -> str:
    """Return amounts as bars as high as a line of text, the largest full."""
    heights = np.ceil(counts / max(float(counts.max()), 1e-300) * (len(BARS) - 1)).astype(int)
    return "".join(BARS[height] for height in heights)
