"""Answers of `punishment` recomputed from its files alone: closed forms and grids; no two streams share an unknown but the treatment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from scipy import integrate, special, stats  # noqa: TID253 - the truth comes from elsewhere than the project

from forecast.schema.topic import TopicContent
from tests.book_answers.files import answers_of, last_rows, prior_arguments, variants_of

pytestmark = pytest.mark.slow
TOPIC = "punishment"
TREATMENTS = ("as_Stalin", "harsher", "milder")
Z = stats.norm.ppf(0.95)


def no_report(variant: str, treatment: str, years: float) -> float:
    """E[exp(-rate years)] over the LogNormal prior of the rate of reports on relatives."""
    median, factor = prior_arguments(TOPIC, f"relatives_reported[{treatment}]", variant, "median", "factor")
    spread = np.log(factor) / Z
    return integrate.quad(lambda z: stats.norm.pdf(z) * np.exp(-median * np.exp(spread * z) * years), -8, 8)[0]


def both_refuse(variant: str, treatment: str) -> float:
    """P(neither of two wants home), over the share and the correlation of two men held together: E[1 - w] E[alike] + E[(1 - w)^2] E[1 - alike]."""
    mean, strength = prior_arguments(TOPIC, f"wants_home[{treatment}]", variant, "mean", "strength")
    (alike,) = prior_arguments(TOPIC, "alike", variant, "mean")
    refuse, square = 1 - mean, stats.beta((1 - mean) * strength, mean * strength).moment(2)
    return alike * refuse + (1 - alike) * square


def treatments(variant: str, years: float) -> np.ndarray:
    """P(treatment, record) by the variant."""
    prior = np.array(prior_arguments(TOPIC, "treatment", variant, *TREATMENTS))
    orders, praise = (
        np.array([prior_arguments(TOPIC, f"{name}[{each}]", variant, "mean")[0] for each in TREATMENTS])
        for name in ("orders_found", "praise_given")
    )
    if variant == "one_policy":
        praise[:] = prior_arguments(TOPIC, "praise_follows", variant, "mean")
    refuse = np.array([both_refuse(variant, each) for each in TREATMENTS])
    quiet = np.array([no_report(variant, each, years) for each in TREATMENTS])
    return prior * orders * praise * refuse * quiet


def stalin_share() -> float:
    """The posterior mean of the archives' share, from the two counts and the labour battalions, on a grid."""
    share = (np.arange(4000) + 0.5)[:, None] / 4000
    sigma = (np.arange(600) + 0.5)[None, :] * 0.25 / 600
    mean, strength = prior_arguments(TOPIC, "soviet_share", "base", "mean", "strength")
    (scale,) = prior_arguments(TOPIC, "disagreement", "base", "sigma")
    log = stats.beta.logpdf(share, mean * strength, (1 - mean) * strength) - 0.5 * (sigma / scale) ** 2
    for row in last_rows(TOPIC, "archives"):
        log = log + stats.norm.logpdf(float(row["value"]), share, sigma)
    mean, strength = prior_arguments(TOPIC, "battalion_share", "base", "mean", "strength")
    rest = (np.arange(1000) + 0.5) / 1000
    weight = stats.beta.pdf(rest, mean * strength, (1 - mean) * strength)
    (row,) = last_rows(TOPIC, "battalions")
    seen = stats.norm.pdf(float(row["value"]), (1 - share[::4]) * rest, 0.03) @ weight
    log = log + np.interp(share[:, 0], share[::4, 0], np.log(seen))[:, None]
    density = np.exp(log - log.max())
    return float((density * share).sum() / density.sum())


def quiet_years() -> float:
    """How long no report on relatives has been on record."""
    rows = last_rows(TOPIC, "relatives")
    assert {row["value"] for row in rows} == {"0"}
    return sum((date.fromisoformat(row["to"]) - date.fromisoformat(row["from"])).days + 1 for row in rows) / 365.25


def test_treatment_hostages_and_stalin_are_those_of_closed_forms(made_reports: Mapping[str, TopicContent]) -> None:
    """Within four Monte Carlo errors; the future begins on the day after the last row, by monthly steps of the same total length."""
    assert special.comb(2, 0) == 1  # neither of two
    (row,) = last_rows(TOPIC, "homesick")
    assert (row["value"], row["asked"]) == ("0", "2")
    quiet = quiet_years()
    ahead = (date(2027, 12, 31) - date.fromisoformat(last_rows(TOPIC, "relatives")[-1]["to"])).days / 365.25
    stated = {"base": 1 - sum(variants_of(TOPIC).values()), **variants_of(TOPIC)}
    joint = np.array([weight * treatments(name, quiet) for name, weight in stated.items()])
    later = np.array([weight * treatments(name, quiet + ahead) for name, weight in stated.items()])
    shares, hostages = joint.sum(axis=0) / joint.sum(), 1 - later.sum() / joint.sum()
    answers = answers_of(made_reports[TOPIC])
    treated = answers["how_treated"]
    for label, share in zip(TREATMENTS, shares, strict=True):
        assert abs(treated.values[label] - share) <= 4 * treated.errors[label] + 0.001  # which leaves room for the errors of the weights
    reported = answers["hostages"]
    assert abs(reported.value - hostages) <= 4 * reported.error
    stalin = answers["stalin"]
    assert abs(stalin.mean - stalin_share()) <= 4 * stalin.mean_error + 0.0005  # the grid's step
