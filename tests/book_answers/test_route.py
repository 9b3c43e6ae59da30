"""Answers of `route` recomputed from its files alone: quadrature and importance sampling in NumPy and SciPy, without the project's engines.

Priors, rows and weights are read from the files; the structure is written out again here, as ``seeds/route/README.md`` has it in symbols.
What `captives` says of the next captive is recomputed too, in ``captives_sums``.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from scipy.special import betainc, betaln, gammaln

from forecast.actions.update import update
from forecast.model.settings import Settings
from tests.book_answers import captives_sums
from tests.book_answers.route_files import RouteRow, files, inverse, rows, total
from tests.support.essay_topics import leave_out_variants
from tests.support.paths import ROOT
from tests.support.shared_cache import shared_cache

pytestmark = pytest.mark.slow

AS_OF = date(2026, 11, 28)
DRAWS = 60_000
ALLOWED = 4.0  # standard errors of the two together
LINK = 0.002  # of the fit that the link carries, and of the grids of `return`
VARIANTS = ("base", "rate_fell", "one_entry", "one_sent", "more_men", "peace_near")


@cache
def quantiles(name: str, variant: str, label: str) -> np.ndarray:
    """Equally likely values of a prior."""
    return inverse(name, variant, label)((np.arange(DRAWS) + 0.5) / DRAWS)


def drawn(rng: np.random.Generator, name: str, variant: str = "base", label: str = "") -> np.ndarray:
    """Stratified draws of a prior."""
    own = variant if name in files()[1]["variants"].get(variant, {}).get("priors", {}) else "base"
    return rng.permutation(quantiles(name, own, label))


@dataclass(frozen=True, slots=True)
class Block:
    """Parameters that share rows: draws resampled by the likelihood, and the log of the rows' probability."""

    draws: dict[str, np.ndarray]
    evidence: float
    size: float


def posterior(rng: np.random.Generator, draws: dict[str, np.ndarray], log_likelihood: np.ndarray) -> Block:
    """Importance sampling from the prior."""
    top = log_likelihood.max()
    weights = np.exp(log_likelihood - top)
    chosen = rng.choice(DRAWS, DRAWS, p=weights / weights.sum())
    return Block(
        {name: values[chosen] for name, values in draws.items()}, top + np.log(weights.mean()), weights.sum() ** 2 / (weights**2).sum()
    )


def binomial_log(n: int, k: int, log_stays: np.ndarray) -> np.ndarray:
    """Log probability that k of n leave, each of whom stays with a probability whose log is given (n choose k left out, being 1 here)."""
    return (n - k) * log_stays + (k * np.log(-np.expm1(log_stays)) if k else 0.0) + gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def wish_block(rng: np.random.Generator, undecided: Callable[[date], int]) -> Block:
    """When the two men asked: that they came to name the South counts in `captives`."""
    chance = drawn(rng, "in_a_year")
    log = np.zeros(DRAWS)
    for row in rows("wishes"):
        log += binomial_log(undecided(row.start), row.low, np.log1p(-chance) * row.months / 12)
    block = posterior(rng, {"in_a_year": chance}, log)
    return Block({**block.draws, "names_south": linked(rng)}, block.evidence, block.size)


def linked(rng: np.random.Generator) -> np.ndarray:
    """Draws of the share that names the South, recomputed from the files of `captives` and `return`: the fit that the project's link carries has no part."""
    return rng.permutation(captives_sums.recompute(DRAWS).names_south)


def battle_block(rng: np.random.Generator, variant: str) -> Block:
    """First and later entries, and withdrawals."""
    draws = {name: drawn(rng, name, variant) for name in ("enters_first", "enters_again", "leaves_battle")}
    log = np.zeros(DRAWS)
    for row in rows("into_battle"):
        ever = total("into_battle", row.start)
        rate = draws["enters_first" if ever == 0 or variant == "one_entry" else "enters_again"]
        log += binomial_log(1 - (ever - total("out_of_battle", row.start)), row.low, np.log1p(-rate) * row.months)
    for row in rows("out_of_battle"):
        inside = total("into_battle", row.start) - total("out_of_battle", row.start)
        log += binomial_log(inside, row.low, np.log1p(-draws["leaves_battle"]) * row.months)
    return posterior(rng, draws, log)


def troops(row: RouteRow) -> float:
    """The mean strength over a row's days, by the last estimate before each."""
    with (ROOT / "seeds/route/troops.csv").open(encoding="utf-8", newline="") as file:
        table = [(date.fromisoformat(cells["date"]), float(cells["value"])) for cells in csv.DictReader(file)]
    days = [row.start + timedelta(days=at) for at in range((row.end - row.start).days + 1)]
    return float(np.mean([next(value for since, value in reversed(table) if since <= day) for day in days]))


def negative_binomial(value: int, mean: np.ndarray, clumping: np.ndarray) -> np.ndarray:
    """The mass of a count whose variance is 1 + clumping times its mean."""
    shape = mean / clumping
    ways = gammaln(shape + value) - gammaln(shape) - gammaln(value + 1)
    return np.exp(ways - shape * np.log1p(clumping) + value * np.log(clumping / (1 + clumping)))


def capture_block(rng: np.random.Generator, variant: str) -> Block:
    """Men taken, dead of wounds and walking in, with what offices said of November 2024."""
    names = ["confirms", "reach_in_battle", "reach_in_clash", "reach_at_rest", "capture_rate", "lives", "clumping", "walk_in_rate"]
    draws = {name: drawn(rng, name, variant) for name in names + (["capture_rate_later"] if variant == "rate_fell" else [])}
    right = {office: drawn(rng, "right", variant, office) for office in ("kyiv", "seoul", "washington")}
    clash = rng.random(DRAWS) < 0.5
    says = np.where(clash, draws["confirms"], 0.02)
    log = np.zeros(DRAWS)
    for origin in sorted({row.origin for row in rows("reports")}):
        held = {(row.start, row.low): row for row in rows("reports") if row.origin == origin}  # copies count once
        (office,) = {row.office for row in held.values()}
        log += np.log(
            right[office] * np.prod([says if row.low else 1 - says for row in held.values()], axis=0)
            + (1 - right[office]) * 0.5 ** len(held)
        )
    for stream in ("captures", "deaths", "walk_ins"):
        for row in rows(stream):
            ever = total("into_battle", row.start)
            reach = draws["reach_in_battle"] if ever > total("out_of_battle", row.start) else draws["reach_at_rest"]
            in_clash = 12 * max(row.ends - max(row.begins, 0.0219), 0) if ever == 0 else 0
            exposure = troops(row) / 1000 * (reach * row.months + np.where(clash, draws["reach_in_clash"] * in_clash, 0))
            rate = draws["capture_rate_later" if variant == "rate_fell" and row.begins > 0.2 else "capture_rate"]
            share = {"captures": draws["lives"], "deaths": 1 - draws["lives"]}.get(stream)
            mean = draws["walk_in_rate"] * exposure if share is None else rate * exposure * share
            with np.errstate(divide="ignore"):  # a mean so small that nothing is ever counted
                log += np.log(sum(negative_binomial(value, mean, draws["clumping"]) for value in range(row.low, row.high + 1)))
    return posterior(rng, {**draws, "clash": clash}, log)


def stance(day: date) -> float:
    """Kyiv's stance on a day."""
    return next(value for since, value in reversed(_steps("stance")) if since <= day)


@cache
def _steps(series: str) -> list[tuple[date, float]]:
    with (ROOT / "seeds/route" / f"{series}.csv").open(encoding="utf-8", newline="") as file:
        return [(date.fromisoformat(cells["date"]), float(cells["value"])) for cells in csv.DictReader(file)]


def together(gone: int, held: int, apart: np.ndarray, log_stays: np.ndarray) -> np.ndarray | float:
    """Log mass of how many of those held go, up to a constant: a beta-binomial."""
    alpha, beta = -apart * np.expm1(log_stays), apart * np.exp(log_stays)
    return betaln(gone + alpha, held - gone + beta) - betaln(alpha, beta) if held else 0.0


def transfer_block(rng: np.random.Generator, variant: str) -> Block:
    """How fast those who wait are sent or given back, and whether together."""
    draws = {name: drawn(rng, name, variant) for name in ("sent_south", "eagerness", "apart", "sent_again", "given_back")}
    log = np.zeros(DRAWS)
    for row in rows("transfers"):
        waiting = total("wishes", row.start) - total("transfers", row.start)
        days = [row.start + timedelta(days=at) for at in range((row.end - row.start).days + 1)]
        mean_stance = float(np.mean([stance(day) for day in days]))
        sending = row.months * draws["eagerness"] ** mean_stance * np.log1p(-draws["sent_south"])
        log += together(row.low, waiting, draws["apart"], sending)
    for row in rows("returns"):
        undecided = total("captures", row.start) - total("wishes", row.start)
        log += together(
            row.low, undecided, draws["apart"], row.months * np.log1p(-draws["given_back"])
        )  # before any promise, or nobody left
    return posterior(rng, draws, log)


@cache
def told(variant: str) -> tuple[dict[str, np.ndarray], float, float]:
    """Posterior draws of a variant, the log evidence of its rows, and the least effective size of a block."""
    rng = np.random.default_rng(VARIANTS.index(variant))
    undecided = lambda day: total("captures", day) + total("walk_ins", day) - total("wishes", day) - total("returns", day)  # noqa: E731
    blocks = [
        battle_block(rng, variant),
        capture_block(rng, variant),
        transfer_block(rng, variant),
        wish_block(rng, undecided),
        _war_block(rng, variant),
    ]
    draws = {name: values for block in blocks for name, values in block.draws.items()}
    for name in ("after_promise", "exchanged"):  # no row bears on them: both men had asked before the promise
        draws[name] = drawn(rng, name)
    return draws, sum(block.evidence for block in blocks), min(block.size for block in blocks)


def _war_block(rng: np.random.Generator, variant: str) -> Block:
    draws = {"peace": drawn(rng, "peace")} | ({"peace_soon": drawn(rng, "peace_soon", variant)} if variant == "peace_near" else {})
    log = np.zeros(DRAWS)
    for row in rows("war_ends"):
        rate = draws["peace_soon"] if variant == "peace_near" and row.ends >= 1.6 else draws["peace"]
        log += binomial_log(1, row.low, np.log1p(-rate) * row.months)
    return posterior(rng, draws, log)


def steps(until: date) -> list[RouteRow]:
    """The steps of the future: from the day after the record to the end of each month, cut at today and at the days questions ask about."""
    start, made = date(2026, 10, 13), []
    while start <= until:
        end = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        made.append(RouteRow(start, end, 0, 0))
        start = end + timedelta(days=1)
    return made


def going(rng: np.random.Generator, held: np.ndarray, apart: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """How many of those held go, mostly together; one alone goes with the chance itself."""
    share = rng.beta(np.maximum(apart * chance, 1e-300), np.maximum(apart * (1 - chance), 1e-300))
    return rng.binomial(held, np.where(held == 1, chance, np.nan_to_num(share)))


@cache
def futures(variant: str) -> dict[str, np.ndarray]:
    """Simulated paths to the end of 2030: whether each event happened on each by the day that its question asks about.

    When a man is taken it is drawn whether he will ever ask; ``never`` counts those who will not and have not been given back.
    """
    rng = np.random.default_rng(100 + VARIANTS.index(variant))
    draws, _, _ = told(variant)
    battle, ever, war = np.zeros(DRAWS, bool), np.ones(DRAWS, int), np.ones(DRAWS, bool)
    undecided, never, waiting = np.zeros(DRAWS, int), np.zeros(DRAWS, int), np.zeros(DRAWS, int)
    sent_later, back, over_2026, arrived = np.zeros(DRAWS, bool), np.zeros(DRAWS, bool), np.zeros(DRAWS, bool), np.full(DRAWS, 2)
    for step in steps(date(2030, 12, 31)):
        m, by_2027 = step.months, step.end <= date(2027, 12, 31)
        first = variant == "one_entry" or (variant == "more_men" and step.begins > 2.18)
        rate = (
            np.where((ever == 1) | (variant == "one_entry"), draws["enters_first"], draws["enters_again"])
            if first
            else draws["enters_again"]
        )
        men = 10_000 + (10_000 if variant == "more_men" and step.begins > 2.18 else 0)
        exposure = men / 1000 * np.where(battle, draws["reach_in_battle"], draws["reach_at_rest"]) * m * np.where(war, 1, 0.0001)
        taking = draws["capture_rate_later" if variant == "rate_fell" else "capture_rate"] * exposure
        odds = 1 / (1 + draws["clumping"])
        taken = rng.negative_binomial(np.maximum(taking * draws["lives"] / draws["clumping"], 1e-300), odds)
        taken += rng.negative_binomial(np.maximum(draws["walk_in_rate"] * exposure / draws["clumping"], 1e-300), odds)
        ask = rng.binomial(np.maximum(undecided - never, 0), -np.expm1(m / 12 * np.log1p(-draws["in_a_year"])))
        unbound = draws["after_promise"]
        giving = m * unbound * (np.log1p(-draws["given_back"]) + np.where(war, 0, np.log1p(-draws["exchanged"])))
        returned = going(rng, undecided, draws["apart"], -np.expm1(giving))
        hazard = draws["eagerness"] * np.log1p(-draws["sent_south"]) if variant == "one_sent" else np.log1p(-draws["sent_again"])
        sent = going(rng, waiting, draws["apart"], -np.expm1(m * hazard))
        enter = war & ~battle & (rng.random(DRAWS) < -np.expm1(m * np.log1p(-rate)))
        leave = battle & (rng.random(DRAWS) < -np.expm1(m * np.log1p(-draws["leaves_battle"])))
        peace = draws["peace_soon" if variant == "peace_near" else "peace"]
        ends = war & (rng.random(DRAWS) < -np.expm1(m * np.log1p(-peace)))
        undecided = np.maximum(undecided + taken - ask - returned, 0)
        never = np.maximum(never - returned, 0) + rng.binomial(np.minimum(taken, undecided), 1 - draws["names_south"])
        waiting = waiting + ask - sent
        battle, ever, war = (battle | enter) & ~leave, ever + enter, war & ~ends
        arrived = arrived + sent
        sent_later |= by_2027 & (sent > 0)
        if by_2027 and step.begins > 2.005:  # from 1 November 2026 on, 2.0096 years after the opening
            back |= enter
        over_2026 |= ends & (step.end <= date(2026, 12, 31))
    return {"another_transfer": sent_later, "battle_again": back, "ceasefire_2026": over_2026, "a_route": arrived >= 10}


@cache
def weights() -> np.ndarray:
    """Weights of the variants after the record, from the stated ones and the evidence."""
    topic, _ = files()
    stated = np.array([topic["variants"][name]["weight"] if name != "base" else 0.0 for name in VARIANTS])
    stated[0] = 1 - stated.sum()
    logs = np.array([told(name)[1] for name in VARIANTS])
    after = stated * np.exp(logs - logs.max())
    return after / after.sum()


@pytest.fixture(name="published")
def published_content(made_reports):
    """The content of the topic that the project publishes."""
    return made_reports["route"]


@pytest.mark.parametrize("question", ["another_transfer", "battle_again", "ceasefire_2026", "a_route"])
def test_an_answer_is_what_the_files_alone_give(published, question):
    """Own posterior, own paths and own weights give the published probability, under each variant and of all together."""
    answers = {each["name"]: each["value"] for each in published["answers"]}
    rivals = {each["name"]: {its["question"]: its["value"] for its in each["answers"]} for each in published["variants"]["rivals"]}
    mine, error = 0.0, 0.0
    for weight, name in zip(weights(), VARIANTS, strict=True):
        hits = futures(name)[question]
        p = hits.mean()
        own = np.sqrt(p * (1 - p) / min(told(name)[2], DRAWS))
        theirs = rivals[name][question]
        assert abs(p - theirs["value"]) < ALLOWED * np.hypot(own, theirs["error"]), name
        mine, error = mine + weight * p, error + (weight * own) ** 2
    assert abs(mine - answers[question]["value"]) < ALLOWED * np.hypot(np.sqrt(error), answers[question]["error"]) + 0.002


ASKED = """
[questions.asked_later]
asks = "Of those taken by the end of 2032, but for those who have asked, which share will have asked?"
by = 2032-12-31
given = "held_ever > {asked}"
answer = "(total(wishes) - {asked}) / max(held_ever - {asked}, 1)"

[questions.named_later]
asks = "Which share are such as name the South?"
by = 2032-12-31
given = "held_ever > {asked}"
answer = "names_south"

[questions.asked_or_not_yet]
asks = "Which share will have asked, may still ask, or have been given back?"
by = 2032-12-31
given = "held_ever > {asked}"
answer = "min((total(wishes) - {asked} + may_ask + total(returns)) / max(held_ever - {asked}, 1), 1)"
"""


@pytest.mark.parametrize("with_variants", [False, pytest.param(True, marks=pytest.mark.study)])
@pytest.mark.parametrize(("day", "asked"), [(date(2025, 3, 1), 1), (AS_OF, 2)])
def test_no_more_men_ask_in_the_end_than_name_the_south(tmp_path, day, asked, with_variants):
    """Statement 2 of the record in the long run: of those taken until 2032 no more ask than name the South, and those who do not are still there or were given back.

    Of the topic as it stands; with its variants it is a study.
    """
    for folder in ("seeds", "priors"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    if not with_variants:
        leave_out_variants(tmp_path, "route")
    with (tmp_path / "seeds/route/topic.toml").open("a", encoding="utf-8") as file:
        file.write(ASKED.format(asked=asked))
    done = update(
        tmp_path,
        topics=["route"],
        as_of=day,
        today=AS_OF,
        settings=Settings(),
        referee=False,
        insight=False,
        pages=False,
        cache=shared_cache(),
    )
    answers = {each["name"]: each["value"] for each in done.contents["route"]["answers"]}
    means = {name: (answers[name]["mean"], answers[name]["mean_error"]) for name in ("asked_later", "named_later", "asked_or_not_yet")}
    for less, more in (("asked_later", "named_later"), ("named_later", "asked_or_not_yet")):
        assert means[less][0] <= means[more][0] + ALLOWED * np.hypot(means[less][1], means[more][1]), (less, more, means)


def test_the_weights_of_the_variants_are_what_the_files_alone_give(published):
    """Each variant's probability after the record agrees within 0.02."""
    assert [each["name"] for each in published["variants"]["rivals"]] == list(VARIANTS)
    assert np.array([each["after"] for each in published["variants"]["rivals"]]) == pytest.approx(weights(), abs=0.02)


def test_the_chance_that_the_next_captive_asks_is_what_the_files_alone_give(published):
    """The share that names the South, from the files of `captives` and `return`, times one quadrature."""
    chance = inverse("in_a_year")((np.arange(100_000) + 0.5) / 100_000)
    log = np.zeros(len(chance))
    for row in rows("wishes"):
        undecided = total("captures", row.start) - total("wishes", row.start)
        log += binomial_log(undecided, row.low, np.log1p(-chance) * row.months / 12)
    likelihood = np.exp(log - log.max())
    names = captives_sums.recompute(DRAWS)
    within_a_year = np.sum(likelihood * chance) / likelihood.sum()
    expected = names.values["names_south"] * within_a_year
    (answer,) = (each["value"] for each in published["answers"] if each["name"] == "next_asks")
    assert abs(expected - answer["value"]) < ALLOWED * np.hypot(answer["error"], names.errors["names_south"] * within_a_year) + LINK


def test_the_link_carries_the_posterior_that_the_files_alone_give(published):
    """At each of 19 quantiles of the share that names the South the mixture of the report has the probability that draws from the files have, within 0.02."""
    (link,) = published["links"]
    draws = captives_sums.recompute(DRAWS).names_south
    parts = [
        (part["share"], *map(float, re.fullmatch(r"Beta\(alpha=(.*), beta=(.*)\)", part["statement"]).groups())) for part in link["parts"]
    ]
    shares = np.arange(1, 20) / 20
    at = np.quantile(draws, shares)
    carried = sum(share * betainc(a, b, at) for share, a, b in parts) / sum(share for share, _, _ in parts)
    assert carried == pytest.approx(shares, abs=0.02)
