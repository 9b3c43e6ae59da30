"""``nutpie_program.py MODEL DATA DRAWS``: nutpie alone, with log densities and gradients written in NumPy; writes (chains, draws, unknowns)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import nutpie  # noqa: TID253 - the program that is measured
from nutpie.compiled_pyfunc import from_pyfunc  # noqa: TID253

LOG_WIDTH_SIGMA = np.log(3) / 1.6448536269514722

type Density = Callable[[np.ndarray], tuple[float, np.ndarray]]


def schools(y: np.ndarray, error: np.ndarray) -> tuple[int, Density]:
    """Unknowns: mu, log tau, and eight offsets."""

    def density(x: np.ndarray) -> tuple[float, np.ndarray]:
        mu, log_tau, offset = x[0], x[1], x[2:]
        tau = np.exp(log_tau)
        residual = (y - mu - tau * offset) / error
        pulls = residual / error
        squared = (tau / 5) ** 2
        value = -0.5 * (residual @ residual + offset @ offset + (mu / 5) ** 2) - np.log1p(squared) + log_tau
        at_log_tau = tau * (pulls @ offset) - 2 * squared / (1 + squared) + 1
        return value, np.concatenate([[pulls.sum() - mu / 25, at_log_tau], tau * pulls - offset])

    return 10, density


def logistic(x: np.ndarray, y: np.ndarray) -> tuple[int, Density]:
    """Unknowns: the base and the slopes."""
    design = np.column_stack([np.ones(len(x)), x])
    scale = np.concatenate([[1.5], np.ones(x.shape[1])])

    def density(beta: np.ndarray) -> tuple[float, np.ndarray]:
        eta = design @ beta
        chance = 1 / (1 + np.exp(-eta))
        value = y @ eta - np.logaddexp(0, eta).sum() - 0.5 * ((beta / scale) ** 2).sum()
        return value, design.T @ (y - chance) - beta / scale**2

    return design.shape[1], density


def normal(y: np.ndarray) -> tuple[int, Density]:
    """Unknowns: the mean and the log of the width."""

    def density(x: np.ndarray) -> tuple[float, np.ndarray]:
        mean, log_width = x
        precision, residual = np.exp(-2 * log_width), y - mean
        squares = precision * (residual @ residual)
        off = (log_width - np.log(2)) / LOG_WIDTH_SIGMA
        value = -0.5 * squares - len(y) * log_width - 0.5 * ((mean - 9) / 3) ** 2 - 0.5 * off**2
        return value, np.array([precision * residual.sum() - (mean - 9) / 9, squares - len(y) - off / LOG_WIDTH_SIGMA])

    return 2, density


def main(name: str, data_path: str, draws_path: str) -> None:
    """Sample a model, write its draws, and print the CPU seconds spent since imports."""
    began = time.process_time()
    data = {key: np.asarray(values, float) for key, values in json.loads(Path(data_path).read_text("utf-8")).items()}
    size, density = {"schools": schools, "logistic": logistic, "normal": normal}[name](**data)
    model = from_pyfunc(size, lambda: density, lambda *_: lambda x: {"x": x}, [np.dtype(float)], [(size,)], ["x"])
    sampled = nutpie.sample(model, draws=1000, tune=1000, chains=4, cores=1, seed=1, progress_bar=False)
    np.save(draws_path, np.asarray(sampled.posterior["x"].values))
    print(time.process_time() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
