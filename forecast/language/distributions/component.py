"""A part of a pool: a distribution with constant arguments and its share, with tails that keep their digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.language.arrays import Array
from forecast.language.distributions.family import Core, Family

TINY = np.finfo(float).tiny


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a pool: its share, and its family with constant arguments."""

    share: float
    family: Family
    arguments: Mapping[str, Any]

    @property
    def core(self) -> Core:
        """The family's core arguments."""
        return self.family._prepare(self.arguments)[0]

    def log_density(self, x: Array) -> Array:
        """The part's log density, minus infinity outside its own support."""
        return self.family.log_density(x, **self.arguments)

    def below(self, x: Array) -> Array:
        """P(X <= x)."""
        return self.family._upto(x, *self.core)

    def above(self, x: Array) -> Array:
        """P(X > x)."""
        return self.family._beyond(x, *self.core)

    def log_below(self, x: Array) -> Array:
        """The log of P(X <= x), also where the share itself is too small for a float."""
        return self._log_share(self.below(x), x)

    def log_above(self, x: Array) -> Array:
        """The log of P(X > x), likewise."""
        return self._log_share(self.above(x), x)

    def _log_share(self, share: Array, x: Array) -> Array:
        """The log of a tail's share.

        One too small for a float is, by Mills' ratio, the density over how fast its log changes there.
        """
        log_share = np.asarray(np.log(share))
        if self.family.discrete or not (share < TINY).any():
            return log_share
        near = 1e-6 * np.maximum(np.abs(x), 1e-6)
        slope = np.abs(self.log_density(x + near) - self.log_density(x - near)) / (2 * near)
        lost = (share < TINY) & np.isfinite(slope) & (slope > 0)
        return np.where(lost, self.log_density(x) - np.log(slope), log_share)
