"""Several distributions as one: a mixture (linear pool), and the log-odds pool of people who disagree.

With shares w that add up to 1, distribution functions F and densities f of the
parts:

- linear: F(x) = sum w_i F_i(x), a mixture: one of the parts is right, and nobody knows which;
- log odds: logit F(x) = sum w_i logit F_i(x): at every threshold the odds are the
  weighted geometric mean of the parts' odds.  Its density is
  F (1 - F) sum w_i f_i / (F_i (1 - F_i)).

Stone 1961, doi:10.1214/aoms/1177704873 (linear); Genest and Zidek 1986,
doi:10.1214/ss/1177013825 (both).  The parts' arguments are numbers, so a pool
has no arguments at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.component import TINY, Component
from forecast.language.distributions.domains import Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.roots import find_roots
from forecast.language.distributions.scores import ScoreCurve, rising_curve
from forecast.language.distributions.table import FARTHEST_TABLE_SCORE, FEWEST_TABLE_POINTS, TABLE_NODES, QuantileTable, tabulate

LINEAR, LOG_ODDS = "Mixture", "LogOddsPool"
TABLE_SCORES: Array = np.linspace(-FARTHEST_TABLE_SCORE, FARTHEST_TABLE_SCORE, TABLE_NODES)  # normal scores of a table's nodes
CURVE_POINTS_PER_NODE = 64  # points of a sampler's coordinate to each of a table's
FARTHEST_CURVE_SCORE = 7.0  # normal scores beyond which a tail's share may have too few digits to tell such points apart
MOMENT_SCORES: Array = np.linspace(-8.2, 8.2, 4_001)  # beyond, a uniform number has no digits left


class PoolFamily(Family):
    """What both pools share: parts, a quantile by search between those of the parts, and no arguments."""

    parts: ClassVar[tuple[Component, ...]]
    signatures: ClassVar = (Signature(),)
    domains: ClassVar[Mapping[str, Domain]] = {}

    def _core(self, *_args: Any, **_arguments: Any) -> Core:
        return ()

    def _draw(self, rng: np.random.Generator, size: Any, *_core: Array) -> Any:
        return self._quantile(np.maximum(rng.random(size), TINY))

    def _quantile(self, q: Array, *_core: Array) -> Array:
        if self.discrete:
            first, last = (int(edge) for edge in self._edges)
            return np.asarray(first + np.searchsorted(self._distribution(np.arange(first, last, dtype=float)), q), dtype=float)
        if np.size(q) >= FEWEST_TABLE_POINTS:
            return self._from_unbounded(self._table.at(q) if self._table is not None else self._near_nodes(q, 1 - q))
        return self._from_unbounded(self._search_quantile(q, 1 - q))

    def _upper_quantile(self, share: Array, *_core: Array) -> Array:
        return self._quantile(1 - share) if self.discrete else self._from_unbounded(self._search_quantile(1 - share, share))

    @cached_property
    def _nodes(self) -> Array:
        """The quantile on the unbounded scale at the nodes of a table."""
        with np.errstate(all="ignore"):
            return self._search_quantile(special.ndtr(TABLE_SCORES), special.ndtr(-TABLE_SCORES))

    @cached_property
    def _table(self) -> QuantileTable | None:
        """The quantile on the unbounded scale; None where gaps or steps between the parts leave it no smooth curve."""

        def exact(below: Array, above: Array) -> Array:
            return self._nodes if len(below) == len(TABLE_SCORES) else self._near_nodes(below, above)

        def slope(t: Array, log_phi: Array) -> Array:
            return np.asarray(np.exp(log_phi - self._log_density(self._from_unbounded(t)) - self._log_stretch(t)))

        with np.errstate(all="ignore"):
            return tabulate(exact, slope, every=1)

    def _near_nodes(self, below: Array, above: Array) -> Array:
        """The quantile of many shares, each sought between two nodes; by the parts' own quantiles beyond the last."""
        scores = np.where(below <= 0.5, special.ndtri(below), -special.ndtri(above))
        inside = (scores > TABLE_SCORES[0]) & (scores < TABLE_SCORES[-1])
        cell = np.clip(np.searchsorted(TABLE_SCORES, scores), 1, len(TABLE_SCORES) - 1)
        values = self._between_bounds(below, above, self._nodes[cell - 1], self._nodes[cell])
        if not inside.all():
            values[~inside] = self._search_quantile(below[~inside], above[~inside])
        return values

    @cached_property
    def scores(self) -> ScoreCurve:
        """The quantile on the unbounded scale as a smooth rising curve over normal scores: nearly exact, and a coordinate for a sampler.

        Its points are so close that a gap between the parts, which the curve steps over
        from one point to the next, hardly ever stops a trajectory.
        """
        fine: Array = np.linspace(-FARTHEST_CURVE_SCORE, FARTHEST_CURVE_SCORE, CURVE_POINTS_PER_NODE * TABLE_NODES)
        cell = np.searchsorted(TABLE_SCORES, fine)
        with np.errstate(all="ignore"):
            values = self._between_bounds(special.ndtr(fine), special.ndtr(-fine), self._nodes[cell - 1], self._nodes[cell])
        return rising_curve(fine, values)

    def at_scores(self, scores: Array) -> Array:
        """Return the values that stand at coordinates ``scores``; see ``scores``."""
        return self._from_unbounded(np.asarray(self.scores.at(scores, np)[0]))

    def scores_at(self, values: Array) -> Array:
        """Return the coordinates at which values stand, nearly: between two points of the curve as on a line."""
        curve = self.scores
        scores: Array = np.interp(self._to_unbounded(values), curve.values, curve.first + curve.step * np.arange(len(curve.values)))
        return scores

    def _search_quantile(self, below: Array, above: Array) -> Array:
        """The quantile with these shares below and above, on the unbounded scale."""
        lower_half = below <= 0.5
        quantiles = [
            np.where(lower_half, part.family._quantile(below, *core), part.family._upper_quantile(above, *core))
            for part, core in ((part, part.core) for part in self.parts)
        ]
        low, high = (self._to_unbounded(edge) for edge in (np.minimum.reduce(quantiles), np.maximum.reduce(quantiles)))
        return self._between_bounds(below, above, low, high)

    def _between_bounds(self, below: Array, above: Array, low: Array, high: Array) -> Array:
        """Likewise, sought between bounds of its own for each; in the lower half by the share below, in the upper by that above."""
        below, above, low, high = (np.asarray(array) for array in (below, above, low, high))
        values = np.full(below.shape, np.nan)
        lower_half = below <= 0.5
        for half, share, log_share, sign in ((lower_half, below, self._log_below, 1), (~lower_half, above, self._log_above, -1)):
            if half.any():
                values[half] = find_roots(_excess(self._from_unbounded, log_share, np.log(share[half]), sign), low[half], high[half])
        return values

    def _log_below(self, x: Array) -> Array:
        raise NotImplementedError

    def _log_above(self, x: Array) -> Array:
        raise NotImplementedError

    def _distribution(self, x: Array, *_core: Array) -> Array:
        return np.asarray(np.exp(self._log_below(x)))

    def _survival(self, x: Array, *_core: Array) -> Array:
        return np.asarray(np.exp(self._log_above(x)))

    @cached_property
    def _edges(self) -> tuple[float, float]:
        lower, upper = zip(*(part.family.support(**part.arguments) for part in self.parts), strict=True)
        return self._ends([float(edge) for edge in lower], [float(edge) for edge in upper])

    def _ends(self, lower: list[float], upper: list[float]) -> tuple[float, float]:
        raise NotImplementedError

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return self._edges

    def _mean(self, *_core: Array) -> Array:
        return self._moment(lambda x: x)

    def _sd(self, *_core: Array) -> Array:
        mean = self._mean()
        return np.sqrt(self._moment(lambda x: (x - mean) ** 2))

    def _moment(self, of: Any) -> Array:
        """The mean of a function of the value: a sum for whole numbers, elsewhere an integral over normal scores."""
        if self.discrete:
            k: Array = np.arange(self._edges[0], self._edges[1] + 1)
            return np.asarray((np.exp(self._log_density(k)) * of(k)).sum())
        density = np.exp(-0.5 * MOMENT_SCORES**2)
        return np.asarray((of(self._quantile(special.ndtr(MOMENT_SCORES))) * density).sum() / density.sum())

    # the scale on which the values have no bounds

    def _to_unbounded(self, x: Array) -> Array:
        lower, upper = self._edges
        if np.isfinite(lower) and np.isfinite(upper):
            return np.asarray(special.logit(np.clip((x - lower) / (upper - lower), TINY, 1 - np.finfo(float).epsneg)))
        if np.isfinite(lower):
            return np.asarray(np.log(np.maximum(x - lower, TINY)))
        return np.asarray(-np.log(np.maximum(upper - x, TINY))) if np.isfinite(upper) else np.asarray(x)

    def _from_unbounded(self, t: Array) -> Array:
        lower, upper = self._edges
        if np.isfinite(lower) and np.isfinite(upper):
            return np.asarray(lower + (upper - lower) * special.expit(t))
        if np.isfinite(lower):
            return np.asarray(lower + np.exp(t))
        return np.asarray(upper - np.exp(-t)) if np.isfinite(upper) else t

    def _log_stretch(self, t: Array) -> Array:
        """The log of how fast the value changes with the unbounded scale."""
        lower, upper = self._edges
        if np.isfinite(lower) and np.isfinite(upper):
            return np.asarray(np.log(upper - lower) + special.log_expit(t) + special.log_expit(-t))
        if np.isfinite(lower):
            return t
        return -t if np.isfinite(upper) else np.zeros_like(t)


class LinearPool(PoolFamily):
    """Mixture: f(x) = sum w_i f_i(x)."""

    name = LINEAR

    def _ends(self, lower: list[float], upper: list[float]) -> tuple[float, float]:
        return min(lower), max(upper)

    def _log_density(self, x: Array, *_core: Array) -> Array:
        return _log_mean(self.parts, [part.log_density(x) for part in self.parts])

    def _log_below(self, x: Array) -> Array:
        return np.asarray(np.log(self._distribution(x)))

    def _log_above(self, x: Array) -> Array:
        return np.asarray(np.log(self._survival(x)))

    def _distribution(self, x: Array, *_core: Array) -> Array:
        return np.asarray(sum(part.share * part.below(x) for part in self.parts))

    def _survival(self, x: Array, *_core: Array) -> Array:
        return np.asarray(sum(part.share * part.above(x) for part in self.parts))

    def _mean(self, *_core: Array) -> Array:
        return np.asarray(sum(part.share * part.family.mean(**part.arguments) for part in self.parts))

    def _sd(self, *_core: Array) -> Array:
        mean = self._mean()
        moments = [(part.share, part.family.mean(**part.arguments), part.family.sd(**part.arguments)) for part in self.parts]
        return np.asarray(np.sqrt(sum(share * (sd**2 + (its_mean - mean) ** 2) for share, its_mean, sd in moments)))


class LogOddsPool(PoolFamily):
    """LogOddsPool: logit F(x) = sum w_i logit F_i(x); what any part holds impossible is so for all."""

    name = LOG_ODDS

    def _ends(self, lower: list[float], upper: list[float]) -> tuple[float, float]:
        return max(lower), min(upper)

    def _log_odds(self, x: Array) -> Array:
        """The log odds of X <= x; minus infinity below the support, infinity from its end on."""
        lower, upper = self._edges
        odds = sum(part.share * (part.log_below(x) - part.log_above(x)) for part in self.parts)
        return np.where(x < lower, -np.inf, np.where(x >= upper, np.inf, odds))

    def _log_below(self, x: Array) -> Array:
        return np.asarray(special.log_expit(self._log_odds(x)))

    def _log_above(self, x: Array) -> Array:
        return np.asarray(special.log_expit(-self._log_odds(x)))

    def _log_density(self, x: Array, *_core: Array) -> Array:
        odds = self._log_odds(x)
        if self.discrete:
            before = self._log_odds(x - 1)
            from_below = special.expit(odds) - special.expit(before)
            return np.asarray(np.log(np.where(before > 0, special.expit(-before) - special.expit(-odds), from_below)))
        rates = [part.log_density(x) - part.log_below(x) - part.log_above(x) for part in self.parts]
        return np.asarray(special.log_expit(odds) + special.log_expit(-odds) + _log_mean(self.parts, rates))


def make_pool(kind: str, components: tuple[Component, ...]) -> PoolFamily:
    """Return the family of a pool of parts with constant arguments; all are continuous, or all discrete."""
    base: Any = {LINEAR: LinearPool, LOG_ODDS: LogOddsPool}[kind]

    class Made(base):  # type: ignore[misc]
        parts = components
        discrete = components[0].family.discrete

    Made.__doc__ = base.__doc__
    return Made()


def _excess(bounded: Callable[[Array], Array], log_share: Callable[[Array], Array], wanted: Array, sign: int) -> Callable[[Array], Array]:
    """How far the log of a tail's share is from what is wanted, rising with the value."""
    return lambda t: sign * (log_share(bounded(t)) - wanted)


def _log_mean(parts: tuple[Component, ...], logs: list[Array]) -> Array:
    """The log of the weighted mean of what stands as logs."""
    shares = np.log([part.share for part in parts]).reshape(-1, *(1,) * np.ndim(logs[0]))
    return np.asarray(np.logaddexp.reduce(shares + np.stack(logs), axis=0))
