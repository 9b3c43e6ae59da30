"""``numpyro_program.py MODEL DATA DRAWS``: a model in NumPyro, for a virtual environment that has it; writes (chains, draws, unknowns)."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import jax
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.infer import MCMC, NUTS

LOG_WIDTH_SIGMA = np.log(3) / 1.6448536269514722


def schools(y, error):
    """Non-centred."""
    mu, tau = numpyro.sample("mu", dist.Normal(0, 5)), numpyro.sample("tau", dist.HalfCauchy(5))
    offset = numpyro.sample("offset", dist.Normal(0, 1).expand([8]))
    numpyro.sample("seen", dist.Normal(mu + tau * offset, error), obs=y)


def logistic(x, y):
    """A base and slopes."""
    base = numpyro.sample("base", dist.Normal(0, 1.5))
    slopes = numpyro.sample("slopes", dist.Normal(0, 1).expand([x.shape[1]]))
    numpyro.sample("seen", dist.Bernoulli(logits=base + x @ slopes), obs=y)


def normal(y):
    """A mean and a width."""
    mean, width = numpyro.sample("mean", dist.Normal(9, 3)), numpyro.sample("width", dist.LogNormal(np.log(2), LOG_WIDTH_SIGMA))
    numpyro.sample("seen", dist.Normal(mean, width), obs=y)


def main(name: str, data_path: str, draws_path: str) -> None:
    """Sample a model, write its draws, and print the CPU seconds spent since imports."""
    began = time.process_time()
    numpyro.enable_x64()
    data = {key: np.asarray(values, float) for key, values in json.loads(Path(data_path).read_text("utf-8")).items()}
    model = {"schools": schools, "logistic": logistic, "normal": normal}[name]
    sampler = MCMC(NUTS(model), num_warmup=1000, num_samples=1000, num_chains=4, chain_method="sequential", progress_bar=False)
    sampler.run(jax.random.PRNGKey(1), **data)
    draws = sampler.get_samples(group_by_chain=True)
    np.save(draws_path, np.concatenate([np.asarray(values).reshape(4, 1000, -1) for values in draws.values()], axis=2))
    print(time.process_time() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
