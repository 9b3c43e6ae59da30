"""How the events of a row divide over parts of its days, given how many there are: weights from the statement, and draws.

Given the sum n over the parts,

- counts of Poisson with means mu_j are multinomial with shares mu_j / Σ mu;
- of NegativeBinomial with one shape for the whole row, whose parts share one Gamma factor
  g, multinomial with mu_j / Σ mu again: given g the parts are Poisson(g mu_j), and g
  cancels; with shapes alpha_j proportional to mu_j, Dirichlet-multinomial with alpha_j.
  One shape is proportional too where parts are of one length: the row's own shape says
  which it is;
- an event with a hazard p_j in part j (Binomial, Bernoulli) lies in part j with weight
  p_j Π (1 - p_i) over the parts before it, which for two is p1 / (p1 + (1 - p1) p2);
- a class of a watched stream of classes lies in part j with weight p_j Π q_i, where p_j is
  its own probability and q_i that of the quiet class: none of the classes had come before.

All else, what does not depend on a row's length (trials counted in a column), and classes
of which none is quiet, where each row is an event and says not when, is spread evenly over
days: events each by itself, amounts in proportion.  Multinomials
are drawn part by part, so parts can be cut finer later with the same result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from forecast.book.topic import Stream, Topic
from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.classes import counts_classes
from forecast.language.distributions.families import family_for
from forecast.language.distributions.family import Family
from forecast.language.distributions.trials import Bernoulli
from forecast.language.expressions import Expression
from forecast.model.used_names import names_used

LENGTH_CLOCKS = frozenset({"days", "months", "years", "t_start", "t_end"})  # clocks that say how long an interval is
FINE_PARTS = 48  # into which a row of competing classes is cut at least, if it has as many days
MEAN_TOLERANCE = 1e-3  # relative difference between a row's mean and the sum of its parts' from which it is reported
SHAPE_TOLERANCE = 1e-9  # relative difference up to which shapes are proportional, or constant

type FamilyArguments = tuple[Family, Mapping[str, Any]]  # a family and its arguments over some days


def is_even(topic: Topic, stream: Stream) -> bool:
    """Whether events of a row are spread evenly over its days: the statement does not say how likely they are in parts of it."""
    statement = stream.value
    if stream.classes and not stream.watched:
        return True
    kind = family_for(statement)
    trials = statement.arguments.get(kind.trials_argument)
    if kind.event_process is None or (trials is not None and set(stream.own_columns) & names_used(topic, trials)):
        return True
    aside = {kind.trials_argument, *kind.gamma_shapes[:1]}
    own: list[Expression] = [expression for name, expression in statement.arguments.items() if name not in aside]
    return not LENGTH_CLOCKS & names_used(topic, *own)


@dataclass(frozen=True, slots=True)
class PartWeights:
    """The weights of parts for events, ``(parts, paths)``, and their shapes where the shares are Dirichlet; ``add_up`` as in the statement's means."""

    weights: Array
    shapes: Array | None = None
    add_up: bool = True

    def join(self, starts: Sequence[int]) -> PartWeights:
        """Return the weights of parts that are each made of some of these, from the numbers at which they start."""
        return replace(self, weights=np.add.reduceat(self.weights, starts, axis=0))


def even_weights(lengths: Sequence[float], count: int) -> PartWeights:
    """Return weights of parts in proportion to their days."""
    return PartWeights(np.broadcast_to(np.array(lengths)[:, None], (len(lengths), count)))


def finer_days(stream: Stream, days: Sequence[date]) -> tuple[date, ...]:
    """Return the boundaries of parts, cut finer where a stream's classes compete: how their hazards compare may change within a part."""
    if not stream.classes or len(days) > FINE_PARTS:
        return tuple(days)
    step = -(-(days[-1] - days[0]).days // FINE_PARTS)
    return tuple(sorted({*days, *(days[0] + timedelta(days=at) for at in range(0, (days[-1] - days[0]).days, step))}))


def weights_of(
    stream: Stream, label: str, read: Sequence[FamilyArguments], whole: FamilyArguments, count: int, *, compared: bool = False
) -> PartWeights:
    """Return the weights of a row's parts for its events of a class, from what the statement says of the parts and of the whole row.

    With ``compared`` the sum over the parts is held against the row's mean.
    """
    means = np.stack([_mean(stream, label, *part, count) for part in read])
    row_mean = _mean(stream, label, *whole, count) if compared else None
    kind = read[0][0]
    if kind.event_process == "hazard":
        stays = 1 - means if not stream.classes else np.stack([_mean(stream, stream.classes[0], *part, count) for part in read])
        left = np.cumprod(np.concatenate([np.ones((1, count)), stays]), axis=0)
        weights = means * left[:-1]
        return PartWeights(weights, add_up=row_mean is None or _agree(weights.sum(axis=0), row_mean))
    fits = row_mean is None or _agree(means.sum(axis=0), row_mean)
    if not kind.gamma_shapes:
        return PartWeights(means, add_up=fits)
    shapes = np.stack([argument_per_path(_gamma_shape(kind, arguments), count) for _, arguments in read])
    one_gamma = np.allclose(shapes, argument_per_path(_gamma_shape(*whole), count), rtol=SHAPE_TOLERANCE, atol=0)
    if not one_gamma and np.allclose(means * shapes[0], means[0] * shapes, rtol=SHAPE_TOLERANCE, atol=0):
        return PartWeights(means, shapes, fits)
    return PartWeights(means, add_up=fits and one_gamma)


def draw_parts(rng: np.random.Generator, events: Array, weights: Array, shapes: Array | None) -> Array:
    """Draw how many of some events ``(paths,)`` lie in each part, by weights ``(parts, paths)``: multinomial, or Dirichlet-multinomial with shapes.

    Part by part: given those before, what is left lies in a part with the share of its
    weight in what is left of the weights; with shapes, that share is Beta.  Where every
    weight is 0 the record is impossible at a path's parameters, and where its events
    lie does not matter: all are in the first part.
    """
    counts = np.zeros(weights.shape)
    left, sign = np.abs(events).astype(np.int64), np.sign(events)
    of = weights if shapes is None else shapes
    ahead = np.cumsum(of[::-1], axis=0)[::-1]
    for part in range(len(weights) - 1):
        rest = ahead[part + 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            if shapes is None:
                share = np.where(rest > 0, of[part] / (of[part] + rest), 1.0)
            else:
                part_gamma, rest_gamma = (rng.standard_gamma(shape) for shape in (of[part], rest))
                share = np.where(part_gamma + rest_gamma > 0, part_gamma / (part_gamma + rest_gamma), of[part] / (of[part] + rest))
        drawn = rng.binomial(left, share)
        counts[part] = drawn * sign
        left = left - drawn
    counts[-1] = left * sign
    return counts


def log_chance(events: Array, weights: Array, shapes: Array | None) -> Array:
    """The log chance that events lie in the parts in which they do, given how many there are, ``(paths,)``, up to what depends on that alone."""
    part, path = np.nonzero(events)
    counts = np.abs(events[part, path])
    with np.errstate(invalid="ignore", divide="ignore"):
        if shapes is None:
            terms = counts * np.log(weights[part, path] / weights.sum(axis=0)[path])
        else:
            own = shapes[part, path]
            terms = special.gammaln(counts + own) - special.gammaln(own)
        return np.bincount(path, weights=terms - special.gammaln(counts + 1), minlength=events.shape[1])


def argument_per_path(value: Any, count: int) -> Array:
    """An argument as ``(paths,)``."""
    return np.broadcast_to(np.asarray(value, dtype=float), (count, 1))[:, 0]


def _gamma_shape(kind: Family, arguments: Mapping[str, Any]) -> Any:
    """The shape of the Gamma that multiplies a rate, by whichever name it is given."""
    return next(arguments[name] for name in kind.gamma_shapes if name in arguments)


def _agree(parts: Array, row: Array) -> bool:
    return bool(np.abs(parts - row).mean() <= MEAN_TOLERANCE * np.abs(row).mean())


def _mean(stream: Stream, label: str, kind: Family, arguments: Mapping[str, Any], count: int) -> Array:
    """The mean of a count, or the probability of an event, or of a class, ``(paths,)``."""
    if counts_classes(stream.value):
        return argument_per_path(np.asarray(arguments["p"])[..., stream.classes.index(label)], count)
    if stream.classes:
        return argument_per_path(np.exp(kind.log_density([[stream.classes.index(label)]], **arguments)), count)
    if kind.event_process == "hazard":
        chance = {name: value for name, value in arguments.items() if name in {"p", "logit_p"}}
        return argument_per_path(Bernoulli().mean(**chance), count)
    return argument_per_path(kind.mean(**arguments), count)
