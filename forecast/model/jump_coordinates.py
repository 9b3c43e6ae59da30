"""Walks with jumps given readings of their values: the filter that ``walk_coordinates`` needs where steps are mixtures of normals.

Forwards a mixture of normals is kept, one for each way in which the last ``REMEMBERED`` steps may have jumped; what was
before is joined into one normal with its mean and variance (Harrison and Stevens 1976, Journal of the Royal Statistical Society B 38,
section 5; Kim 1994, doi:10.1016/0304-4076(94)90036-1).  Backwards a value given the next is again a mixture,
of which a standard normal step picks the quantile, so that the density of what is placed is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.language.distributions.normal_mixtures import NormalMixtures

REMEMBERED = 2  # steps


@dataclass(frozen=True, slots=True)
class JumpingStep:
    """The prior of a walk with jumps given the other parameters, each ``(draws, 1)``: how a value follows the one before, and the first."""

    added: Array
    sigma: Array
    jump: Array
    jump_sigma: Array
    first_mean: Array
    first_sd: Array
    labels: int

    @property
    def steps(self) -> NormalMixtures:
        """The mixture of a step without what is added, ``(2, draws, 1)``."""
        with np.errstate(divide="ignore"):
            log_share = np.stack([np.log1p(-self.jump), np.log(self.jump)])
        return NormalMixtures(log_share, np.zeros_like(log_share), np.stack([self.sigma, np.hypot(self.sigma, self.jump_sigma)]))

    def log_density(self, value: Array) -> Array:
        """Up to a constant, ``(draws,)``."""
        first = (value[:, :1] - self.first_mean) / self.first_sd
        steps = self.steps.log_density(value[:, 1:] - value[:, :-1] - self.added)
        density: Array = -0.5 * first[:, 0] ** 2 + steps.sum(axis=1)
        return density

    def condition_on_readings(self, precision: Array, reading: Array) -> ConditionalJumpingWalk:
        """The walk given independent readings of its values ``(draws, labels)``, by their ``precision`` and by precision times what was read."""
        steps = self.steps
        log_share, step_variance = steps.log_share[..., 0], steps.sd[..., 0] ** 2
        ahead = NormalMixtures(np.zeros((1, len(precision))), self.first_mean[None, :, 0], self.first_sd[None, :, 0])
        filtered: list[NormalMixtures] = []
        for index in range(self.labels):
            now = _update(ahead, precision[:, index], reading[:, index])
            if index < self.labels - 1:
                now = _join_older_steps(now)
                ahead = _cross(now, log_share, self.added[:, 0], step_variance)
            filtered.append(now)
        return ConditionalJumpingWalk(tuple(filtered), self.added[:, 0], log_share, step_variance)


@dataclass(frozen=True, slots=True)
class ConditionalJumpingWalk:
    """A walk with jumps given readings of its values, from the last value backwards.

    ``filtered`` has for each label the mixture of its value given the readings up to it, ``(components, draws)``; what is
    added ``(draws,)``, and the log shares and variances of a step ``(2, draws)``, say what a value says of the one before.
    """

    filtered: tuple[NormalMixtures, ...]
    added: Array
    log_share: Array
    step_variance: Array

    def middle(self) -> Array:
        """A walk near the middle: the last value's mean, and of each other the mean given the next, ``(draws, labels)``."""
        values = [_mean(self.filtered[-1])]
        for now in self.filtered[-2::-1]:
            values.append(_mean(self._before(now, values[-1])))
        return np.stack(values[::-1], axis=1)

    def place(self, z: Array) -> tuple[Array, tuple[Array, ...]]:
        """The values that standard normal steps ``(draws, labels)`` lead to, and less the log of their density ``(draws,)``."""
        last = self.filtered[-1]
        values = [last.values_at_scores(z[:, -1])]
        density = last.log_density(values[-1])
        for index in range(len(self.filtered) - 2, -1, -1):
            now = self._before(self.filtered[index], values[-1])
            values.append(now.values_at_scores(z[:, index]))
            density = density + now.log_density(values[-1])
        return np.stack(values[::-1], axis=1), (-density,)

    def _before(self, now: NormalMixtures, following: Array) -> NormalMixtures:
        """A value given the readings up to it, and the value that follows ``(draws,)``."""
        ahead = _cross(now, self.log_share, self.added, self.step_variance)
        apart = (following - ahead.mean) / ahead.sd
        weights = ahead.log_share - 0.5 * apart * apart - np.log(ahead.sd)
        variance, mean = (np.tile(part, (len(self.log_share), 1)) for part in (now.sd**2, now.mean))
        step_variance = np.repeat(self.step_variance, len(now.mean), axis=0)
        gain = variance / ahead.sd**2
        return NormalMixtures(_normalize(weights), mean + gain * (following - ahead.mean), np.sqrt(gain * step_variance))


def _cross(now: NormalMixtures, log_share: Array, added: Array, step_variance: Array) -> NormalMixtures:
    """The mixture of the next value: each component with a step that has not jumped, then each with one that has."""
    shares = np.concatenate([now.log_share + share for share in log_share])
    variances = np.concatenate([now.sd**2 + variance for variance in step_variance])
    return NormalMixtures(shares, np.concatenate([now.mean + added] * len(log_share)), np.sqrt(variances))


def _update(ahead: NormalMixtures, precision: Array, reading: Array) -> NormalMixtures:
    """A mixture ``(components, draws)`` times exp(reading x - precision x^2 / 2), normalized."""
    variance = ahead.sd**2
    narrowing = 1 + variance * precision
    height = (reading * ahead.mean + 0.5 * reading**2 * variance - 0.5 * precision * ahead.mean**2) / narrowing
    mean = ahead.mean + variance / narrowing * (reading - precision * ahead.mean)
    return NormalMixtures(_normalize(ahead.log_share + height - 0.5 * np.log(narrowing)), mean, np.sqrt(variance / narrowing))


def _join_older_steps(now: NormalMixtures) -> NormalMixtures:
    """A mixture whose components differ by the last ``REMEMBERED`` steps alone: those that differ before are one normal each."""
    excess = len(now.mean) // 2**REMEMBERED
    if excess <= 1:
        return now
    share, mean, variance = (part.reshape(-1, excess, part.shape[-1]) for part in (np.exp(now.log_share), now.mean, now.sd**2))
    total = share.sum(axis=1)
    within = np.where(total[:, None] > 0, share / np.where(total > 0, total, 1.0)[:, None], 1.0 / excess)
    middle = (within * mean).sum(axis=1)
    spread = (within * (variance + (mean - middle[:, None]) ** 2)).sum(axis=1)
    with np.errstate(divide="ignore"):
        return NormalMixtures(np.log(total), middle, np.sqrt(spread))


def _mean(mixture: NormalMixtures) -> Array:
    mean: Array = (np.exp(mixture.log_share) * mixture.mean).sum(axis=0)
    return mean


def _normalize(log_share: Array) -> Array:
    highest = log_share.max(axis=0)
    normalized: Array = log_share - highest - np.log(np.exp(log_share - highest).sum(axis=0))
    return normalized
