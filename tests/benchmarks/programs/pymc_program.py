"""``pymc_program.py MODEL DATA DRAWS``: a model in plain PyMC, sampled by nutpie through ``pm.sample``; writes (chains, draws, unknowns)."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pymc as pm  # noqa: TID253 - the program that is measured

LOG_WIDTH_SIGMA = np.log(3) / 1.6448536269514722


def main(name: str, data_path: str, draws_path: str) -> None:
    """Sample a model, write its draws, and print the CPU seconds spent since imports."""
    began = time.process_time()
    data = {key: np.asarray(values, float) for key, values in json.loads(Path(data_path).read_text("utf-8")).items()}
    with pm.Model():
        if name == "schools":
            mu, tau = pm.Normal("mu", 0, 5), pm.HalfCauchy("tau", 5)
            offset = pm.Normal("offset", 0, 1, shape=8)
            pm.Normal("seen", mu + tau * offset, data["error"], observed=data["y"])
            unknowns = ("mu", "tau", "offset")
        elif name == "logistic":
            base, slopes = pm.Normal("base", 0, 1.5), pm.Normal("slopes", 0, 1, shape=data["x"].shape[1])
            pm.Bernoulli("seen", logit_p=base + data["x"] @ slopes, observed=data["y"])
            unknowns = ("base", "slopes")
        else:
            mean, width = pm.Normal("mean", 9, 3), pm.LogNormal("width", np.log(2), LOG_WIDTH_SIGMA)
            pm.Normal("seen", mean, width, observed=data["y"])
            unknowns = ("mean", "width")
        sampled = pm.sample(1000, tune=1000, chains=4, cores=1, random_seed=1, nuts_sampler="nutpie", progressbar=False)
    arrays = [np.asarray(sampled.posterior[unknown].values).reshape(4, 1000, -1) for unknown in unknowns]
    np.save(draws_path, np.concatenate(arrays, axis=2))
    print(time.process_time() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
