"""Priors and rows near the ends of floating point: computed rightly, or refused in words at their place."""

from __future__ import annotations

import operator
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy import special, stats  # noqa: TID253 - a test's truth comes from elsewhere than the project

from forecast.actions.check import read_checked_book
from forecast.actions.update import draft_report
from forecast.book.files.problems import has_errors
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.language.distributions.families import family
from forecast.model.settings import Settings
from forecast.predict import analysis as concluding

pytestmark = pytest.mark.medium

AS_OF = date(2025, 6, 1)
HEAD = 'title = "Drops"\nopens = 2025-01-01\n[streams.drops]\nabout = "drops"\n'
ASKS = '[questions.up]\nasks = "Up?"\nanswer = "size > 0"\n[questions.how_big]\nasks = "Size?"\nanswer = "size"\n'


def book_of(root: Path, *, prior: str, value: str, rows: tuple[object, ...]) -> Path:
    """A book of one parameter, ``size``, one stream and two questions."""
    (root / "seeds/drops").mkdir(parents=True, exist_ok=True)
    (root / "priors").mkdir(exist_ok=True)
    (root / "seeds/drops/topic.toml").write_text(f'{HEAD}value = "{value}"\n{ASKS}')
    lines = [f"2025-02-{day:02},{row},gauge\n" for day, row in enumerate(rows, start=1)]
    (root / "seeds/drops/drops.csv").write_text(f"on,value,source\n{''.join(lines)}")
    (root / "priors/drops.toml").write_text(f'[size]\nprior = "{prior}"\nunit = "mm"\nwhy = "Nobody has measured one."\n')
    return root


def outcome(root: Path) -> list[str] | dict[str, float]:
    """The problems that a book has, or that computing it finds; else the median of the size, and whether the engine vouches for it."""
    book, problems = read_checked_book(root, None)
    if has_errors(problems):
        return [f"{each.place.path}:{each.place.line} {each.message}" for each in problems if each.level == "error"]
    made = draft_report(book, "drops", as_of=AS_OF, settings=Settings(draws=512, engine="importance"), insight=False)
    if has_errors(made.problems):
        return [f"{each.place.path}:{each.place.line} {each.message}" for each in made.problems if each.level == "error"]
    answers = {each["name"]: each["value"] for each in made.content["answers"]}
    return {"median": answers["how_big"]["quantiles"][2], "up": answers["up"]["value"], "doubts": len(made.content["warnings"])}


REFUSED = {
    "Gamma(alpha=1e200, beta=1)": "this Gamma reaches values of 1e+200, beyond the range of a computer's numbers",
    "Gamma(alpha=1e40, beta=1)": "this Gamma is too narrow to be computed with: its 5 and 95 % points are 1e+40 and 1e+40",
    "Normal(mu=0, sigma=1e-250)": "this Normal is too narrow to be computed with: 3e-250 from its 5 to its 95 % point",
    "Normal(mu=1e250, sigma=1)": "this Normal reaches values of 1e+250, beyond the range of a computer's numbers",
    "Normal(mu=1e9, sigma=1e-6)": "this Normal is too narrow to be computed with: its 5 and 95 % points are 1e+09 and 1e+09",
    "Uniform(lower=-1.7e308, upper=1.7e308)": "this Uniform reaches values of inf, beyond the range of a computer's numbers",
    "Uniform(lower=0, upper=1e-315)": "this Uniform is too narrow to be computed with: 9e-316 from its 5 to its 95 % point",
    "StudentT(nu=1e-4, mu=0, sigma=1)": "this StudentT reaches values of inf, beyond the range of a computer's numbers",
    "Beta(alpha=1e-250, beta=1)": "this Beta is too narrow to be computed with: its 5 and 95 % points are 0 and 0",
    "Truncated(Normal(mu=0, sigma=1), lower=50)": "the bounds lie so far out that the share of Normal within them cannot be computed",
    "Truncated(Normal(mu=0, sigma=1), lower=0, upper=1e-12)": "the bounds lie so close together that Normal cannot be told from a Uniform between them",
    "Truncated(Gamma(alpha=2, beta=1), lower=-2, upper=-1)": "Gamma is never within these bounds",
    "DiscreteUniform(lower=-1e200, upper=1e200)": "this prior has 2e+200 values, each of which is a hypothesis; at most 512 can be enumerated",
}


@pytest.mark.parametrize("prior", REFUSED)
def test_a_prior_beyond_what_floats_can_do_is_refused_at_its_place(tmp_path: Path, prior: str):
    """The problem stands in the prior file, and says what cannot be computed."""
    found = outcome(book_of(tmp_path, prior=prior, value="Normal(mu=size, sigma=1)", rows=(1,)))
    assert isinstance(found, list)
    assert [each.removeprefix("priors/drops.toml:2 ").removeprefix("priors/drops.toml:1 ") for each in found] == [REFUSED[prior]]


@pytest.mark.parametrize(
    ("prior", "value", "row", "median"),
    [
        ("Normal(mu=0, sigma=1e-140)", "Normal(mu=size, sigma=1e-140)", "2e-140", 1e-140),
        ("Normal(mu=0, sigma=1e130)", "Normal(mu=size, sigma=1e130)", "2e130", 1e130),
        ("Beta(alpha=1e15, beta=1e15)", "Binomial(n=10, p=size)", 9, 0.5),
        ("StudentT(nu=1e300, mu=0, sigma=1)", "Normal(mu=size, sigma=1)", 2, 1.0),
        ("Gamma(alpha=3, beta=2)", "NegativeBinomial(mu=size, alpha=1e300)", 4, float(stats.gamma(7, scale=1 / 3).median())),
        ("Gamma(alpha=3, beta=2)", "Poisson(mu=1e-320 * size)", 0, float(stats.gamma(3, scale=0.5).median())),
        (
            "Beta(alpha=1, beta=1)",
            "BetaBinomial(n=400, alpha=3e16 * size, beta=3e16 * (1 - size))",
            100,
            float(stats.beta(101, 301).median()),
        ),
        ("Beta(alpha=1, beta=1)", "Binomial(n=1000000000000, p=size)", 250_000_000_000, 0.25),
        ("Gamma(alpha=0.0001, beta=0.0001)", "Poisson(mu=size)", 4, float(stats.gamma(4.0001, scale=1 / 1.0001).median())),
    ],
)
def test_what_is_within_reach_is_computed_rightly(tmp_path: Path, prior: str, value: str, row: object, median: float):
    """Near the ends, and at sizes where a density's digits are easily lost, the closed form comes out."""
    found = outcome(book_of(tmp_path, prior=prior, value=value, rows=(row,)))
    assert isinstance(found, dict)
    assert found["doubts"] == 0
    assert found["median"] == pytest.approx(median, rel=0.03)


@pytest.mark.parametrize(
    ("value", "row", "message"),
    [
        ("Normal(mu=size, sigma=1)", "1e200", "the value 1e+200 is beyond the range of numbers that can be computed with"),
        ("Normal(mu=size, sigma=1)", "1e-200", "the value 1e-200 is beyond the range of numbers that can be computed with"),
        ("Poisson(mu=exp(size))", 2**53 + 1, "a computer does not have every whole number from 9,007,199,254,740,992 on"),
    ],
)
def test_a_row_beyond_what_floats_can_do_is_refused_at_its_cell(tmp_path: Path, value: str, row: object, message: str):
    """The problem stands in the record."""
    found = outcome(book_of(tmp_path, prior="Normal(mu=0, sigma=1)", value=value, rows=(row,)))
    assert found == [f"seeds/drops/drops.csv:2 {message}"]


def test_rows_too_far_from_the_prior_to_be_weighed_are_not_called_sound(tmp_path: Path):
    """Where the density is so small that it no longer differs between draws, the engine does not vouch for them."""
    found = outcome(book_of(tmp_path, prior="Exponential(lam=1)", value="Normal(mu=size, sigma=1)", rows=("1e60",)))
    assert isinstance(found, dict)
    assert found["doubts"] == 1


@pytest.mark.parametrize("far", [5.0, 20.0, 35.0])
def test_a_normal_cut_far_out_has_the_right_quantiles_on_both_sides(far: float):
    """Up to thirty-five sds out the quantiles are those that logs of shares give."""
    shares = np.array([0.01, 0.5, 0.99])
    exact = -special.ndtri_exp(np.log1p(-shares) + special.log_ndtr(-far))
    cut = family("Normal")
    from forecast.language.distributions.bounded import truncated_family

    above = truncated_family(cut).quantile(shares, **{"dist.mu": 0.0, "dist.sigma": 1.0, "lower": far})
    below = truncated_family(cut).quantile(1 - shares, **{"dist.mu": 0.0, "dist.sigma": 1.0, "upper": -far})
    assert above == pytest.approx(exact, rel=1e-12)
    assert below == pytest.approx(-exact, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "arguments", "tail"),
    [
        ("Cauchy", {"alpha": 0.0, "beta": 2.0}, lambda x: 2 / (np.pi * x)),
        ("HalfCauchy", {"beta": 2.0}, lambda x: 4 / (np.pi * x)),
        ("HalfStudentT", {"nu": 3.0, "sigma": 1.0}, lambda x: 2 * stats.t(3).sf(x)),
        ("HalfNormal", {"sigma": 1e19}, lambda x: special.erfc(x / 1e19 / np.sqrt(2))),
        ("InverseGamma", {"alpha": 2.0, "beta": 1.0}, lambda x: 0.5 / x**2),
    ],
)
def test_an_upper_tail_keeps_its_digits(name, arguments, tail):
    """Far out, where one minus the lower share has none left, the share above is right, and so is the value that it belongs to."""
    kind = family(name)
    x = np.array(2e20)
    core, _ = kind._prepare(arguments)
    share = kind._survival(x, *core)
    assert share == pytest.approx(tail(2e20), rel=1e-9)
    assert kind._upper_quantile(share, *core) == pytest.approx(2e20, rel=1e-9)


POSITIVE = st.floats(-320, 308).map(lambda power: float(10.0**power))
REAL = st.one_of(POSITIVE, POSITIVE.map(operator.neg), st.just(0.0))
ARGUMENTS = {
    "Normal": {"mu": REAL, "sigma": POSITIVE},
    "StudentT": {"nu": POSITIVE, "mu": REAL, "sigma": POSITIVE},
    "Cauchy": {"alpha": REAL, "beta": POSITIVE},
    "LogNormal": {"mu": REAL, "sigma": POSITIVE},
    "Gamma": {"alpha": POSITIVE, "beta": POSITIVE},
    "InverseGamma": {"alpha": POSITIVE, "beta": POSITIVE},
    "Weibull": {"alpha": POSITIVE, "beta": POSITIVE},
    "Beta": {"alpha": POSITIVE, "beta": POSITIVE},
    "LogitNormal": {"mu": REAL, "sigma": POSITIVE},
    "HalfStudentT": {"nu": POSITIVE, "sigma": POSITIVE},
    "Exponential": {"lam": POSITIVE},
    "Uniform": {"lower": REAL, "upper": REAL},
}
PRIORS = st.sampled_from(sorted(ARGUMENTS)).flatmap(
    lambda name: st.fixed_dictionaries(ARGUMENTS[name]).map(
        lambda chosen: f"{name}({', '.join(f'{key}={value!r}' for key, value in chosen.items())})"
    )
)
CUT = st.tuples(PRIORS, REAL).map(lambda chosen: f"Truncated({chosen[0]}, lower={chosen[1]!r})")
VALUES = POSITIVE.flatmap(
    lambda s: st.sampled_from(
        [
            f"Normal(mu=size, sigma={s!r})",
            f"Normal(mu={s!r} * size, sigma=1)",
            f"StudentT(nu={s!r}, mu=size, sigma=1)",
            f"Poisson(mu={s!r})",
        ]
    )
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prior=st.one_of(PRIORS, CUT), value=VALUES, row=st.sampled_from(["0", "1", "1000", "1000000000000"]))
@example(prior="Gamma(alpha=1.0, beta=0.01)", value="Normal(mu=size, sigma=1.0)", row="1000000000000")
def test_any_prior_at_any_size_gives_an_answer_or_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prior: str, value: str, row: str
):
    """Whatever the magnitudes of the arguments, there is a finite answer or a problem with a place, and neither an exception nor a warning."""
    monkeypatch.setattr(concluding, "condition", partial(condition, budget=Budget(points=2_048, at_once=512, enough=200)))
    found = outcome(book_of(tmp_path, prior=prior, value=value, rows=(row,)))
    assert np.isfinite(found["median"]) if isinstance(found, dict) else all(" " in each for each in found)


@pytest.mark.parametrize(
    ("prior", "value", "left_out"),
    [
        ("Normal(mu=0, sigma=300)", "Poisson(mu=exp(size))", True),
        ("Gamma(alpha=0.001, beta=0.001)", "Normal(mu=3, sigma=1 / sqrt(size))", False),
        ("Normal(mu=0, sigma=300)", "Bernoulli(p=expit(size))", False),
    ],
)
def test_a_topic_some_of_whose_prior_draws_leave_the_range_of_numbers_has_a_whole_report(
    tmp_path: Path, prior: str, value: str, *, left_out: bool
):
    """With why it says so, and with the share of the prior that is left out where some is."""
    root = book_of(tmp_path, prior=prior, value=value, rows=(1, 0, 1))
    book, problems = read_checked_book(root, None)
    assert not has_errors(problems)
    made = draft_report(book, "drops", as_of=AS_OF, settings=Settings(draws=512, engine="importance"), insight=True)
    assert made.problems == ()
    assert ("overflow" in made.content["engine"]) is left_out
    assert made.content["insight"] is not None
