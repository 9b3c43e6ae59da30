"""Low-discrepancy points in the unit cube: a rank-1 lattice, shifted at random and folded.

The first points of importance sampling decide how much the later ones can learn,
and evenly spread ones teach more than random ones.  ``scipy.stats.qmc`` has such
sets, at half a second of start-up; a lattice needs only a generating vector, and
that is found here when it is wanted, component by component with the fast Fourier
transform, in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array

SHIFT_STEPS = 2**21  # a shift is an odd multiple of 1 / (2 * SHIFT_STEPS) of the lattice's spacing
PAIR_WEIGHT = 0.003  # of coordinates jointly, the same for all; so small that each pair is spread well before threes are


@dataclass(frozen=True, slots=True)
class Lattice:
    """The points ``k * generator / size`` modulo 1, for ``k`` below ``size``, a prime."""

    size: int
    generator: NDArray[np.int64]

    def points(self, dimension: int, rng: np.random.Generator) -> Array:
        """Return ``(size, dimension)`` points strictly within (0, 1), in the lattice's order.

        Each coordinate of each point is uniform over the shifts.  The shift never puts a
        point on a multiple of 1/2, so that the fold ``1 - |2x - 1|`` (the baker's
        transform, for integrands that are not periodic: Hickernell 2002,
        doi:10.1007/978-3-642-56046-0_18) never gives 0 or 1.
        ``dimension`` is at most the length of the generator.
        """
        return self.shifted_copies(1, dimension, rng)

    def shifted_copies(self, copies: int, dimension: int, rng: np.random.Generator) -> Array:
        """Return the same of some copies one after another, each with a shift of its own, ``(copies * size, dimension)``."""
        if dimension > len(self.generator):
            raise ValueError(f"a lattice of {len(self.generator)} dimensions has no {dimension}")
        unshifted = (np.arange(self.size)[:, None] * self.generator[:dimension] % self.size).astype(
            float
        )  # whole numbers, which floats hold
        points = np.empty((copies, self.size, dimension))
        for copy in points:
            whole = rng.integers(self.size, size=dimension)
            part = (2 * rng.integers(SHIFT_STEPS, size=dimension) + 1) / (2 * SHIFT_STEPS)
            steps: Array = unshifted + whole
            steps -= (steps >= self.size) * float(self.size)
            copy[:] = 1 - np.abs(2 * ((steps + part) / self.size) - 1)
        return points.reshape(copies * self.size, dimension)


@dataclass(frozen=True, slots=True)
class ShiftedCopies:
    """Copies of a lattice one after another, each shifted by itself: replicates of whatever is computed from its points."""

    lattice: Lattice
    copies: int

    @property
    def size(self) -> int:
        """The number of points of all copies."""
        return self.copies * self.lattice.size

    def points(self, dimension: int, rng: np.random.Generator) -> Array:
        """Return the points of all copies, ``(size, dimension)``."""
        return self.lattice.shifted_copies(self.copies, dimension, rng)


@lru_cache(maxsize=64)
def lattice(size: int, dimension: int) -> Lattice:
    """Return a lattice of the greatest prime number of points up to ``size`` (at least 5), good for smooth integrands.

    Component by component, each new entry minimises the worst-case error in the Korobov
    space of smoothness 2 with product weights, over all candidates at once by a Fourier
    transform (Nuyens and Cools 2006, doi:10.1090/S0025-5718-06-01785-6).
    Deterministic; costs about ``dimension`` transforms of length ``size``.
    """
    prime = _prime_up_to(size)
    powers = _powers(_primitive_root(prime), prime)
    fraction = powers / prime
    kernel = 2 * np.pi**2 * (fraction**2 - fraction + 1 / 6)
    transformed = np.fft.rfft(kernel)
    # entry i of `product` belongs to the point k = root**-i; the point 0 adds the same to every candidate
    product = np.ones(prime - 1)
    chosen = np.empty(dimension, dtype=np.int64)
    for column in range(dimension):
        error = np.fft.irfft(transformed * np.fft.rfft(product), prime - 1)
        best = 0 if column == 0 else int(error.argmin())
        chosen[column] = powers[best]
        product = product * (1 + PAIR_WEIGHT * np.roll(kernel[::-1], best + 1))
        product /= product.max()  # only its shape matters, and it would overflow in many dimensions
    return Lattice(prime, chosen)


def _prime_up_to(size: int) -> int:
    if size < 5:
        raise ValueError("a lattice needs at least 5 points")
    return next(n for n in range(size, 1, -1) if all(n % divisor for divisor in range(2, int(n**0.5) + 1)))


def _primitive_root(prime: int) -> int:
    rest, factors = prime - 1, set()
    divisor = 2
    while rest > 1:
        while rest % divisor == 0:
            factors.add(divisor)
            rest //= divisor
        divisor += 1
    return next(root for root in range(2, prime) if all(pow(root, (prime - 1) // factor, prime) != 1 for factor in factors))


def _powers(root: int, prime: int) -> NDArray[np.int64]:
    powers = np.empty(prime - 1, dtype=np.int64)
    value = 1
    for exponent in range(prime - 1):
        powers[exponent] = value
        value = value * root % prime
    return powers
