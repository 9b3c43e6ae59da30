"""Log densities at large counts and shapes, held against sixty digits."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from forecast.language.distributions.deviances import where_formula
from forecast.language.distributions.families import family

pytestmark = pytest.mark.medium

getcontext().prec = 70
HALF = Decimal("0.5")
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")
SHIFT = 40  # from here on Stirling's series has all the digits asked for


@cache
def bernoulli(count: int) -> tuple[Fraction, ...]:
    """Bernoulli numbers B_2, B_4, … by the recurrence."""
    found = [Fraction(1)]
    for m in range(1, 2 * count + 1):
        total, binomial = Fraction(0), 1
        for k in range(m):
            total += binomial * found[k]
            binomial = binomial * (m + 1 - k) // (k + 1)
        found.append(-total / (m + 1))
    return tuple(found[2::2])


def log_gamma(z: Decimal) -> Decimal:
    """The log of Gamma, to about fifty digits."""
    before = Decimal(1)
    while z < SHIFT:
        before *= z
        z += 1
    series = sum(
        Decimal(each.numerator) / Decimal(each.denominator) / (2 * k * (2 * k - 1)) / z ** (2 * k - 1)
        for k, each in enumerate(bernoulli(25), start=1)
    )
    return (z - HALF) * z.ln() - z + HALF * (2 * PI).ln() + series - before.ln()


def d(value: float) -> Decimal:
    """A float as it is, to the last digit."""
    return Decimal(float(value))


def _poisson(x: float, mu: float) -> Decimal:
    return d(x) * d(mu).ln() - d(mu) - log_gamma(d(x) + 1)


def _log_choose(n: float, k: float) -> Decimal:
    return log_gamma(d(n) + 1) - log_gamma(d(k) + 1) - log_gamma(d(n) - d(k) + 1)


def _binomial(x: float, n: float, p: float) -> Decimal:
    return _log_choose(n, x) + d(x) * d(p).ln() + (d(n) - d(x)) * (1 - d(p)).ln()


def _log_beta(a: Decimal, b: Decimal) -> Decimal:
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b)


def _beta_binomial(x: float, alpha: float, beta: float, n: float) -> Decimal:
    return _log_choose(n, x) + _log_beta(d(x) + d(alpha), d(n) - d(x) + d(beta)) - _log_beta(d(alpha), d(beta))


def _negative_binomial(x: float, mu: float, alpha: float) -> Decimal:
    rising = log_gamma(d(alpha) + d(x)) - log_gamma(d(alpha)) - log_gamma(d(x) + 1)
    total = d(mu) + d(alpha)
    return rising + d(x) * (d(mu) / total).ln() + d(alpha) * (d(alpha) / total).ln()


def _zero_inflated(x: float, psi: float, mu: float) -> Decimal:
    return d(psi).ln() + _poisson(x, mu)


def _gamma(x: float, alpha: float, beta: float) -> Decimal:
    return d(alpha) * d(beta).ln() - log_gamma(d(alpha)) + (d(alpha) - 1) * d(x).ln() - d(beta) * d(x)


def _inverse_gamma(x: float, alpha: float, beta: float) -> Decimal:
    return d(alpha) * d(beta).ln() - log_gamma(d(alpha)) - (d(alpha) + 1) * d(x).ln() - d(beta) / d(x)


def _beta(x: float, alpha: float, beta: float) -> Decimal:
    return (d(alpha) - 1) * d(x).ln() + (d(beta) - 1) * (1 - d(x)).ln() - _log_beta(d(alpha), d(beta))


def _student(x: float, nu: float, mu: float, sigma: float) -> Decimal:
    z = (d(x) - d(mu)) / d(sigma)
    half = (d(nu) + 1) / 2
    return log_gamma(half) - log_gamma(d(nu) / 2) - HALF * (d(nu) * PI).ln() - d(sigma).ln() - half * (1 + z * z / d(nu)).ln()


SIZES = [0.3, 7.0, 9_999.0, 10_001.0, 123_456.0, 3e9, 1e12, 1e15, 1e18]
BESIDE = [0.0, 2.5, -6.0]  # how many sds beside the middle


def at(middle: float, sd: float, score: float) -> float:
    """A whole number so many sds from the middle, not below 0."""
    return float(max(np.floor(middle + score * sd), 0.0))


def all_cases() -> list[tuple[str, Callable[..., Decimal], float, dict[str, float]]]:
    """Every family whose density has log Gammas, at every size, near its middle and out in its tails."""
    found: list[tuple[str, Callable[..., Decimal], float, dict[str, float]]] = []
    for size, score in itertools.product(SIZES, BESIDE):
        x, n, tall = at(size, size**0.5, score), float(np.floor(size)), 1 + score / size**0.5
        share = min(max(0.4 + score * (0.24 / size) ** 0.5, 1e-3), 0.999)
        found += [
            ("Poisson", _poisson, x, {"mu": size}),
            ("ZeroInflatedPoisson", _zero_inflated, max(x, 1.0), {"psi": 0.75, "mu": size}),
            ("Binomial", _binomial, min(at(n * 0.3, (n * 0.21) ** 0.5, score), n), {"n": n, "p": 0.3}),
            ("Binomial", _binomial, min(at(3.0, 1.7, score), n), {"n": n, "p": min(3.0 / (n + 1), 0.9)}),
            ("Beta", _beta, share, {"alpha": 0.4 * size, "beta": 0.6 * size}),
            ("Beta", _beta, min(max(2 / (size + 2) * tall, 1e-20), 0.5), {"alpha": 2.0, "beta": size}),
            ("StudentT", _student, 1.0 + 3.0 * score, {"nu": size, "mu": 1.0, "sigma": 3.0}),
        ]
        if tall > 0:
            found += [
                ("Gamma", _gamma, 0.5 * size * tall, {"alpha": size, "beta": 2.0}),
                ("InverseGamma", _inverse_gamma, 2.0 * tall / size, {"alpha": size, "beta": 2.0}),
            ]
        for shape in SIZES:
            spread = (size + size * size / shape) ** 0.5
            within = (n * 0.24 * (shape + n) / (shape + 1)) ** 0.5
            found += [
                ("NegativeBinomial", _negative_binomial, at(size, spread, score), {"mu": size, "alpha": shape}),
                ("BetaBinomial", _beta_binomial, min(at(0.4 * n, within, score), n), {"alpha": 0.4 * shape, "beta": 0.6 * shape, "n": n}),
            ]
    return found


NAMES = ("Poisson", "ZeroInflatedPoisson", "Binomial", "NegativeBinomial", "BetaBinomial", "Gamma", "InverseGamma", "Beta", "StudentT")


@pytest.mark.parametrize("name", NAMES)
def test_a_density_keeps_its_digits_at_every_size(name: str):
    """From a third to a million million millions, the log density is right to a few parts in a hundred million millions of what it must add up."""
    cases = [each for each in all_cases() if each[0] == name]
    assert len(cases) >= 20
    for _, exact, x, arguments in cases:
        with localcontext() as context:
            context.prec = 70
            truth = float(exact(x, **arguments))
        found = float(family(name).log_density(x, **arguments))
        allowed = 2e-9 if max(x, *arguments.values()) <= 2e4 else 1e-11
        assert found == pytest.approx(truth, rel=1e-12, abs=allowed + blur(name, exact, x, arguments)), (name, x, arguments)


def blur(name: str, exact: Callable[..., Decimal], x: float, arguments: dict[str, float]) -> float:
    """How far the density moves where the continuous arguments and values move by their last digit."""
    total = 0.0
    base = exact(x, **arguments)
    for key, value in arguments.items():
        if key != "n":
            total += abs(float(exact(x, **{**arguments, key: float(np.nextafter(value, np.inf))}) - base))
    if not family(name).discrete:
        total += abs(float(exact(float(np.nextafter(x, np.inf)), **arguments) - base))
    return 4 * total


def test_the_masses_of_large_counts_add_up_to_one():
    """Over fifteen sds around the middle the masses of large counts make 1."""
    for name, middle, sd, arguments in (
        ("Poisson", 1e9, 1e9**0.5, {"mu": 1e9}),
        ("BetaBinomial", 5e5, 500.0, {"n": 1e6, "alpha": 1e15, "beta": 1e15}),
        ("NegativeBinomial", 1e6, 1414.2, {"mu": 1e6, "alpha": 1e6}),
        ("NegativeBinomial", 1e6, 1e3, {"mu": 1e6, "alpha": 1e300}),
    ):
        k = np.arange(np.floor(middle - 15 * sd), np.floor(middle + 15 * sd))
        assert np.exp(family(name).log_density(k, **arguments)).sum() == pytest.approx(1, abs=1e-9), name


def test_classes_and_shares_keep_their_digits_too():
    """A Multinomial of two classes is the Binomial, a Dirichlet of two labels the Beta, at any size."""
    x, n = 499_999_123.0, 1e9
    multinomial = family("Multinomial").log_density(np.array([x, n - x]), n=np.array(n), p=np.array([0.5, 0.5]))
    assert float(multinomial) == pytest.approx(float(_binomial(x, n, 0.5)), rel=1e-9)
    share = 0.400001
    dirichlet = family("Dirichlet").log_density(np.array([share, 1 - share]), a=np.array([4e11, 6e11]))
    assert float(dirichlet) == pytest.approx(float(_beta(share, 4e11, 6e11)), rel=1e-3)


def test_there_is_no_step_where_one_formula_takes_over_from_the_other():
    """Around ten thousand both formulas agree, so nothing jumps."""
    alpha = np.array([9_999.999_999, 10_000.000_001])
    for name, arguments in (("Gamma", {"beta": 3.0}), ("InverseGamma", {"beta": 3e7})):
        low, high = family(name).log_density(np.array(3_333.0), alpha=alpha, **arguments)
        assert low == pytest.approx(float(high), abs=1e-5)
    low, high = family("StudentT").log_density(2.0, nu=alpha, mu=0.0, sigma=1.0)
    assert low == pytest.approx(float(high), abs=1e-9)


@pytest.mark.parametrize("n", [10_001.0, 123_456.0, 3e9])
@pytest.mark.parametrize(("alpha", "beta"), [(0.01, 3.0), (2.5, 0.3), (40.0, 480.0)])
def test_a_beta_binomial_of_many_trials_keeps_its_digits_at_small_shapes(alpha: float, beta: float, n: float) -> None:
    """The log mass of many trials with small shapes equals that of sixty digits, at no hits, few, most and all."""
    for x in (0.0, 5.0, np.floor(0.3 * n), n - 2, n):
        truth = float(_beta_binomial(x, alpha, beta, n))
        found = float(family("BetaBinomial").log_density(x, alpha=alpha, beta=beta, n=n))
        assert found == pytest.approx(truth, rel=1e-13, abs=5e-12), (x, truth)


def test_two_formulas_are_each_worked_out_for_their_own_cells() -> None:
    """Values of two formulas with arguments that broadcast are those of ``np.where``, and neither formula sees the other's cells."""
    rows, draws = np.array([[1.0, 4.0, 9.0]]), np.array([[0.5], [2.0]])
    holds = rows * draws > 3
    seen: list[np.ndarray] = []

    def product(row: np.ndarray, draw: np.ndarray) -> np.ndarray:
        seen.append(row * draw)
        return row * draw

    found = where_formula(holds, product, operator.sub, rows, draws)
    np.testing.assert_array_equal(found, np.where(holds, rows * draws, rows - draws))
    assert seen[0].min() > 3
    np.testing.assert_array_equal(where_formula(holds | True, product, product, rows, draws), rows * draws)
    np.testing.assert_array_equal(where_formula(holds & False, product, np.subtract, rows, draws), rows - draws)


def test_the_mass_of_nothing_is_the_same_beside_any_other_counts() -> None:
    """A NegativeBinomial's log mass at 0, of mostly zeros, of few and alone, at small and large arguments."""
    rng = np.random.default_rng(2)
    arguments = {"mu": np.exp(4 * rng.standard_normal((500, 4))), "alpha": np.exp(6 * rng.standard_normal((500, 4)))}
    expected = -arguments["alpha"] * np.log1p(arguments["mu"] / arguments["alpha"])
    chosen = family("NegativeBinomial")
    for counts in ([0, 0, 0, 0], [0, 0, 0, 7], [0, 5, 6, 20_000]):
        found = chosen.log_density(np.array([counts], dtype=float), **arguments)
        zero = np.array(counts) == 0
        np.testing.assert_allclose(found[:, zero], expected[:, zero], rtol=1e-12)
        single = [
            chosen.log_density(float(count), **{key: value[:, at] for key, value in arguments.items()}) for at, count in enumerate(counts)
        ]
        np.testing.assert_allclose(found, np.stack(single, axis=1), rtol=1e-9, atol=1e-9)
