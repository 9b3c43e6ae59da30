"""The models that several programs are given: data for all of them, and a topic for this one.  All data are made up, but for the eight schools."""

from __future__ import annotations

import random
from math import exp
from typing import Any

from forecast.book.topic import Topic
from tests.support.building import make_topic

COEFFICIENTS = 8
OBSERVATIONS = 2_000
LEVELS = 10_000

MODELS = {
    "schools": "eight schools",
    "logistic": f"logistic regression, {COEFFICIENTS} coefficients, {OBSERVATIONS:,} rows",
    "normal": f"mean and width of {LEVELS:,} values",
}


def data_of(model: str) -> dict[str, Any]:
    """Return the data of a model: lists of numbers by name."""
    numbers = random.Random(5)
    if model == "schools":  # Rubin (1981), as in Gelman et al., Bayesian Data Analysis, section 5.5
        return {"y": [28.0, 8, -3, 7, -1, 1, 18, 12], "error": [15.0, 10, 16, 11, 9, 11, 10, 18]}
    if model == "logistic":
        slopes = [0.9, -0.6, 0.4, 0.0, 0.3, -0.2, 0.1]
        x = [[round(numbers.gauss(0, 1), 3) for _ in slopes] for _ in range(OBSERVATIONS)]
        chances = [1 / (1 + exp(0.3 - sum(slope * each for slope, each in zip(slopes, row, strict=True)))) for row in x]
        return {"x": x, "y": [int(numbers.random() < chance) for chance in chances]}
    return {"y": [round(numbers.gauss(10, 2), 3) for _ in range(LEVELS)]}


def topic_of(model: str) -> Topic:
    """Return the topic that says the same to this program."""
    data = data_of(model)
    if model == "schools":
        rows = [
            {"value": y, "error": error, "school": school} for y, error, school in zip(data["y"], data["error"], "ABCDEFGH", strict=True)
        ]
        priors: dict[str, Any] = {
            "mu": "Normal(mu=0, sigma=5)",
            "tau": "HalfCauchy(beta=5)",
            "effect": {"prior": "Normal(mu=mu, sigma=tau)", "per": "school"},
        }
        statement, question = "Normal(mu=effect[school], sigma=error)", "mu > 0"
    elif model == "logistic":
        rows = [{"value": y} | {f"x{at}": each for at, each in enumerate(x)} for x, y in zip(data["x"], data["y"], strict=True)]
        slopes = range(COEFFICIENTS - 1)
        priors = {"base": "Normal(mu=0, sigma=1.5)"} | {f"slope{at}": "Normal(mu=0, sigma=1)" for at in slopes}
        terms = " + ".join(f"slope{at} * x{at}" for at in slopes)
        statement, question = f"Bernoulli(p=expit(base + {terms}))", "base > 0"
    else:
        rows = [{"value": y} for y in data["y"]]
        priors = {"mean": "Normal(mu=9, sigma=3)", "width": "LogNormal(median=2, factor=3)"}
        statement, question = "Normal(mu=mean, sigma=width)", "mean > 10"
    return make_topic(name=model, priors=priors, streams={"seen": statement}, rows={"seen": rows}, questions={"positive": question})
