"""Answers of `loyalty` recomputed from its files alone: four hundred thousand draws of the prior for each variant, weighed by the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from scipy import special, stats  # noqa: TID253 - the truth comes from elsewhere than the project

from forecast.schema.topic import TopicContent
from tests.book_answers.files import answers_of, last_rows, prior_arguments, prior_statement, priors_of, variants_of

pytestmark = pytest.mark.slow
TOPIC = "loyalty"
DRAWS = 400_000
CAUSES = ("indoctrination", "fear", "both", "opportunity")
Z = stats.norm.ppf(0.95)
type Draws = dict[str, np.ndarray]


def draw(name: str, variant: str, rng: np.random.Generator) -> np.ndarray:
    """Draws of a prior of the file."""
    statement = prior_statement(TOPIC, name, variant)
    if statement.startswith("Beta("):
        mean, strength = prior_arguments(TOPIC, name, variant, "mean", "strength")
        return rng.beta(mean * strength, (1 - mean) * strength, DRAWS)
    if "median=" in statement:
        median, factor = prior_arguments(TOPIC, name, variant, "median", "factor")
        return median * np.exp(rng.normal(0, np.log(factor) / Z, DRAWS))
    low, high = np.log(prior_arguments(TOPIC, name, variant, "p5", "p95"))
    return np.exp(rng.normal((low + high) / 2, (high - low) / (2 * Z), DRAWS))


def betabinomial(k: int, n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """P(k of n) of a BetaBinomial."""
    choose = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.exp(choose + special.betaln(k + a, n - k + b) - special.betaln(a, b))


def years(row: dict[str, str]) -> float:
    """The length of a row, both days included."""
    return ((date.fromisoformat(row["to"]) - date.fromisoformat(row["from"])).days + 1) / 365.25


def prior_draws(variant: str, rng: np.random.Generator) -> Draws:
    """All parameters, and the quantities of the topic's file that statements use."""
    shares = prior_arguments(TOPIC, "cause", variant, *CAUSES)
    its: Draws = {"cause": rng.choice(len(CAUSES), DRAWS, p=shares)}
    for name, table in priors_of(TOPIC, variant).items():
        if name in {"cause", "next_man", "wish"}:
            continue
        if "per" in table:
            by_cause = np.stack([draw(f"{name}[{cause}]", variant, rng) for cause in CAUSES])
            its[name] = by_cause[its["cause"], np.arange(DRAWS)]
        else:
            its[name] = draw(name, variant, rng)
    its["believes"], its["fears"] = np.isin(its["cause"], (0, 2)), np.isin(its["cause"], (1, 2))
    left = np.where(its["believes"], its["belief_leaves"], 1), np.where(its["fears"], its["fear_leaves"], 1)
    its["leaves"] = np.minimum(*left) if variant == "not_multiplied" else left[0] * left[1]
    its["restraint"] = its["terrain"] * its["leaves"]
    if variant == "terrain_alone":
        its["restraint"] = np.where(its["cause"] == 3, its["terrain"], its["leaves"])
    return its


def likelihood(its: Draws, variant: str) -> np.ndarray:
    """The probability of the record's last readings at each draw."""
    found = np.ones(DRAWS)
    taken = last_rows(TOPIC, "taken")
    for army in ("russian", "north_korean"):
        row = [each for each in taken if each["army"] == army][-1]
        odds = its["restraint"] if army == "north_korean" else 1
        a, b = its["firmness"] * its["russian_share"] * odds, its["firmness"] * (1 - its["russian_share"])
        low, high = (int(row["value"] or row[end]) for end in ("value_low", "value_high"))
        found *= sum(betabinomial(k, int(row["lost"]), a, b) for k in range(low, high + 1))
    (row,) = last_rows(TOPIC, "suicides_seen")
    rate = its["ordinary_suicides"]
    if variant != "loud_deaths":
        rate = rate * np.where(its["believes"], its["belief_kills"], 1) * np.where(its["fears"], its["fear_kills"], 1)
    mean = rate * int(row["killed"]) / 1000
    found *= 1 - special.betainc(2, int(row["value_low"]), 2 / (2 + mean))  # NegativeBinomial(mu, alpha=2): P(at least so many)
    found *= its["orders_found"]
    for row in last_rows(TOPIC, "desertions"):
        none = np.exp(-its["deserting"] * its["leaves"] * years(row))
        found *= its["claim_true"] * (1 - none) + (1 - its["claim_true"]) * 0.99 if row["report"] == "claim" else none
    for row in last_rows(TOPIC, "leaflets"):
        found *= np.exp(-its["surrendering"] * its["leaves"] * years(row) * 12)
    for row in last_rows(TOPIC, "mutinies"):
        found *= np.exp(-its["refusing"] * its["leaves"] * years(row))
    (row,) = last_rows(TOPIC, "wishes")
    share = its["names_all"] if variant == "wishes_apart" else its["names_south"]
    lone = (1 - its["alike"]) / its["alike"]
    return found * betabinomial(int(row["value"]), int(row["asked"]), share * lone, (1 - share) * lone)


def test_explanations_and_restraint_are_those_of_weighed_draws(made_reports: Mapping[str, TopicContent]) -> None:
    """Each explanation's share, the part of fear, the first reason, and the mean restraint: within four errors of both computations."""
    answers, rng = answers_of(made_reports[TOPIC]), np.random.default_rng(20261128)
    stated = {"base": 1 - sum(variants_of(TOPIC).values()), **variants_of(TOPIC)}
    values, weights, variances = [], [], []
    for variant, weight in stated.items():
        its = prior_draws(variant, rng)
        seen = likelihood(its, variant)
        of_belief = its["believes"] * np.where(its["fears"], 0.5, 1)
        of_fear = its["fears"] * np.where(its["believes"], 0.5, 1)
        says = (1 - its["several"]) * (its["candour"] * of_fear * its["family_first"] + (1 - its["candour"]) / 4)
        says_belief = (1 - its["several"]) * (its["candour"] * of_belief + (1 - its["candour"]) / 4)
        each = np.stack([*(its["cause"] == at for at in range(4)), its["fears"], says_belief, says, its["restraint"]])
        mean = each @ seen / seen.sum()
        values.append(mean)
        variances.append(((each - mean[:, None]) ** 2 @ seen**2) / seen.sum() ** 2)
        weights.append(weight * seen.mean())
    share = np.array(weights) / sum(weights)
    found, errors = share @ np.array(values), np.sqrt(share**2 @ np.array(variances))
    causes, reasons = answers["why_so_few"], answers["held_him"]
    restraint, fear = answers["how_rarely"], answers["fear_part"]
    published = [*((causes.values[cause], causes.errors[cause]) for cause in CAUSES), (fear.value, fear.error)]
    published += [(reasons.values[label], reasons.errors[label]) for label in ("belief", "family")]
    published.append((restraint.mean, restraint.mean_error))
    for (value, error), own, own_error in zip(published, found, errors, strict=True):
        assert own_error < 0.005
        assert abs(value - own) <= 4 * np.hypot(error, own_error) + 0.002  # which leaves room for the errors of the weights
