"""``numpy_program.py MODEL DATA POINTS``: the plain log density of a model at as many points as the fast engine measured with, in NumPy alone.

This is what the arithmetic costs without finding the points, checking them or answering anything; it has no effective draws.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

CELLS = 2**20  # points times rows at once


def main(name: str, data_path: str, points: str) -> None:
    """Evaluate the log density at points near the middle of the posterior, and print the CPU seconds spent since imports."""
    began = time.process_time()
    data = {key: np.asarray(values, float) for key, values in json.loads(Path(data_path).read_text("utf-8")).items()}
    rng, count, rows = np.random.default_rng(1), int(points), len(data["y"])
    log_density = []
    for begin in range(0, count, max(1, CELLS // rows)):
        size = min(max(1, CELLS // rows), count - begin)
        if name == "schools":
            mu, tau, offset = rng.normal(4, 3, (size, 1)), np.exp(rng.normal(1, 1, (size, 1))), rng.normal(0, 1, (size, 8))
            residual = (data["y"] - mu - tau * offset) / data["error"]
            log_density.append(-0.5 * (residual**2 + offset**2).sum(axis=1) - 0.5 * (mu[:, 0] / 5) ** 2 - np.log1p((tau[:, 0] / 5) ** 2))
        elif name == "logistic":
            beta = rng.normal(0, 0.1, (size, 1 + data["x"].shape[1]))
            eta = beta[:, :1] + beta[:, 1:] @ data["x"].T
            log_density.append(eta @ data["y"] - np.logaddexp(0, eta).sum(axis=1) - 0.5 * (beta**2).sum(axis=1))
        else:
            mean, width = rng.normal(10, 0.02, (size, 1)), rng.normal(2, 0.015, (size, 1))
            log_density.append(-0.5 * (((data["y"] - mean) / width) ** 2).sum(axis=1) - rows * np.log(width[:, 0]))
    found = np.concatenate(log_density)
    weights = np.exp(found - found.max())
    print(float((weights / weights.sum()).max()))
    print(time.process_time() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
