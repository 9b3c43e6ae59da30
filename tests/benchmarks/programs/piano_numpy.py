"""The piano tuners of a town in NumPy: 16,384 draws, their mean and three quantiles."""

import numpy as np

COUNT = 16_384
WIDTH = 2 * 1.6448536269514722  # standard deviations between the ends of a range that nine in ten lie in

rng = np.random.default_rng(1)


def between(low, high):
    """Draws of a LogNormal with 5 % below ``low`` and 5 % above ``high``."""
    return rng.lognormal(np.log(low * high) / 2, np.log(high / low) / WIDTH, COUNT)


tuners = between(20_000, 60_000) * rng.beta(3, 70, COUNT) * between(0.2, 1.2) / between(300, 900)
print(tuners.mean(), *np.quantile(tuners, [0.05, 0.5, 0.95]), (tuners > 2).mean())
