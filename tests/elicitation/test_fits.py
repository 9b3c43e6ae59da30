"""Fits against what was said, against closed forms, against PreliZ and against SHELF."""

from __future__ import annotations

import warnings
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.elicitation.candidates import candidate, candidates
from forecast.elicitation.fits import HONOURED, Fit, fits, read_statement
from forecast.elicitation.judgements import (
    POSITIVE_SUPPORT,
    REAL_SUPPORT,
    SHARE_SUPPORT,
    IntervalMass,
    ObservedCases,
    QuantilePoint,
    QuantilePoints,
    Support,
    chips,
    interval,
    quartiles,
)
from forecast.language.distributions.families import family
from forecast.language.faults import Fault

pytestmark = pytest.mark.medium


@pytest.fixture(scope="module")
def preliz() -> ModuleType:
    """PreliZ, whose import warns of others' deprecations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import preliz

        return preliz


def native(fit: Fit) -> dict[str, float]:
    """The arguments of a fit as PyMC names them."""
    return {name: float(value) for name, value in read_statement(fit.statement)[1].items()}


def one(name: str, judgement: IntervalMass | QuantilePoints, support: Support) -> dict[str, float]:
    """The arguments of one family's fit."""
    (fit,) = fits(judgement, support, among=[candidate(name, support)])
    return native(fit)


MAXENT = [
    ("Beta", SHARE_SUPPORT, 0.2, 0.6, 0.9),
    ("LogitNormal", SHARE_SUPPORT, 0.2, 0.6, 0.9),
    ("Beta", SHARE_SUPPORT, 0.01, 0.2, 0.8),
    ("Gamma", POSITIVE_SUPPORT, 0, 10, 0.7),
    ("Gamma", POSITIVE_SUPPORT, 1, 8, 0.9),
    ("LogNormal", POSITIVE_SUPPORT, 1, 4, 0.5),
    ("LogNormal", POSITIVE_SUPPORT, 0.05, 2, 0.9),
    ("Weibull", POSITIVE_SUPPORT, 0, 10, 0.9),
    ("InverseGamma", POSITIVE_SUPPORT, 0, 1, 0.99),
    ("InverseGamma", POSITIVE_SUPPORT, 0.05, 2, 0.9),
    ("HalfNormal", POSITIVE_SUPPORT, 0, 10, 0.7),
    ("Exponential", POSITIVE_SUPPORT, 0, 4, 0.9),
    ("Normal", REAL_SUPPORT, 10, 12, 0.99),
    ("StudentT", REAL_SUPPORT, -1, 1, 0.683),
    ("Cauchy", REAL_SUPPORT, -1, 1, 0.6),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "support", "low", "high", "mass"), MAXENT)
def test_greatest_entropy_is_prelizs(preliz: ModuleType, name: str, support: Support, low: float, high: float, mass: float):
    """Of an interval's mass alone each family's arguments are those of PreliZ's `maxent` run beside it, within its tests' 0.001."""
    found = one(name, IntervalMass(low, high, mass), support)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = getattr(preliz, name)(**({"nu": 4} if name == "StudentT" else {}))
        preliz.maxent(theirs, low, high, mass, plot=False)
    np.testing.assert_allclose(in_prelizs_terms(name, found), [float(each) for each in theirs.params], atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "support", "three"),
    [
        ("Beta", SHARE_SUPPORT, (0.3, 0.5, 0.7)),
        ("Beta", SHARE_SUPPORT, (0.25, 0.3, 0.4)),
        ("LogitNormal", SHARE_SUPPORT, (0.3, 0.45, 0.6)),
        ("Gamma", POSITIVE_SUPPORT, (0.5, 1, 2.5)),
        ("LogNormal", POSITIVE_SUPPORT, (0.5, 1, 2)),
        ("Weibull", POSITIVE_SUPPORT, (0.5, 1, 2)),
        ("InverseGamma", POSITIVE_SUPPORT, (0.2, 0.3, 0.4)),
        ("Exponential", POSITIVE_SUPPORT, (0.5, 1, 2.5)),
        ("HalfNormal", POSITIVE_SUPPORT, (0.5, 1, 2)),
        ("HalfCauchy", POSITIVE_SUPPORT, (0.5, 1, 3)),
        ("HalfStudentT", POSITIVE_SUPPORT, (0.5, 1, 2)),
        ("Normal", REAL_SUPPORT, (-1, 0, 1)),
        ("Normal", REAL_SUPPORT, (3, 5, 8)),
        ("StudentT", REAL_SUPPORT, (3, 5, 8)),
        ("Cauchy", REAL_SUPPORT, (3, 5, 8)),
    ],
)
def test_quartiles_are_fitted_as_by_preliz(preliz: ModuleType, name: str, support: Support, three: tuple[float, float, float]):
    """Least squares on the distribution function at quartiles gives the arguments of PreliZ's `quartile`, within a tenth of its tests' 0.01."""
    found = one(name, quartiles(*three), support)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = getattr(preliz, name)(**({"nu": 4} if name.endswith("StudentT") else {}))
        preliz.quartile(theirs, *three, plot=False)
    np.testing.assert_allclose(in_prelizs_terms(name, found), [float(each) for each in theirs.params], atol=1e-3)


def in_prelizs_terms(name: str, arguments: dict[str, float]) -> list[float]:
    """Arguments in the order and terms of PreliZ: an Exponential by its rate."""
    return [1 / arguments["scale"]] if name == "Exponential" else list(arguments.values())


@pytest.mark.parametrize(
    ("name", "support", "low", "high", "mass", "published"),
    [
        ("Beta", SHARE_SUPPORT, 0.2, 0.6, 0.9, (6.112, 9.101)),
        ("Gamma", POSITIVE_SUPPORT, 0, 10, 0.7, (0.868, 0.103)),
        ("LogNormal", POSITIVE_SUPPORT, 1, 4, 0.5, (1.216, 0.859)),
        ("Normal", REAL_SUPPORT, 10, 12, 0.99, (11, 0.388)),
        ("InverseGamma", POSITIVE_SUPPORT, 0, 1, 0.99, (8.889, 3.439)),
        ("Weibull", POSITIVE_SUPPORT, 0, 10, 0.9, (1.411, 5.537)),
        ("Uniform", Support(-5, 15), -2, 10, 0.9, (-2.666, 10.666)),
    ],
)
def test_greatest_entropy_is_as_published(name: str, support: Support, low: float, high: float, mass: float, published: tuple[float, ...]):
    """PreliZ's own test vectors, with their tolerance."""
    np.testing.assert_allclose(list(one(name, IntervalMass(low, high, mass), support).values()), published, atol=1e-3)


def test_the_beta_of_shelfs_vignette():
    """Quartiles 25, 30 and 40 of 100: the fitted Beta has P(X < 25) = 0.283 and its 5 % point at 15.2."""
    arguments = one("Beta", quartiles(0.25, 0.30, 0.40), SHARE_SUPPORT)
    assert abs(float(family("Beta").distribution(0.25, **arguments)) - 0.283) < 0.0005
    assert abs(100 * float(family("Beta").quantile(0.05, **arguments)) - 15.2) < 0.05


@pytest.mark.parametrize(("support", "low", "high"), [(REAL_SUPPORT, -3, 8), (POSITIVE_SUPPORT, 0.05, 2), (SHARE_SUPPORT, 0.02, 0.4)])
def test_two_points_are_honoured_and_written_in_words(support: Support, low: float, high: float):
    """Every family with two arguments has both ends of an interval at their probabilities, and says them as they were said."""
    found = [fit for fit in fits(interval(low, high), support) if fit.method == "exact"]
    assert {fit.family for fit in found} == {each.family for each in candidates(support) if len(each.free) == 2}
    for fit in found:
        assert fit.statement.endswith(f"p5={low:g}, p95={high:g})")
        reached = family(fit.family).distribution(np.array([low, high]), **native(fit))
        assert np.abs(reached - [0.05, 0.95]).max() < HONOURED
        assert fit.miss < HONOURED


@given(
    st.floats(0.01, 0.45),
    st.floats(0.55, 0.99),
    st.floats(0.02, 0.5),
    st.floats(0.05, 0.45),
    st.sampled_from([REAL_SUPPORT, POSITIVE_SUPPORT, SHARE_SUPPORT]),
)
@settings(max_examples=40, deadline=None)
def test_any_two_quantiles_are_honoured(low_share: float, high_share: float, low: float, width: float, support: Support):
    """Whatever two points are said, the families that are offered as exact have them."""
    points = (QuantilePoint(round(low_share, 3), round(low, 3)), QuantilePoint(round(high_share, 3), round(low + width, 3)))
    for fit in fits(QuantilePoints(points), support):
        if fit.method == "exact":
            reached = family(fit.family).distribution(np.array([point.value for point in points]), **native(fit))
            assert np.abs(reached - [point.share for point in points]).max() < HONOURED


@pytest.mark.parametrize(
    ("truth", "support"),
    [
        ("Gamma(alpha=2, beta=3)", POSITIVE_SUPPORT),
        ("Beta(alpha=2, beta=7)", SHARE_SUPPORT),
        ("Normal(mu=-2, sigma=3)", REAL_SUPPORT),
        ("Weibull(alpha=2, beta=3)", POSITIVE_SUPPORT),
    ],
)
def test_points_of_a_member_give_the_member_back(truth: str, support: Support):
    """Five quantiles of a distribution are met by its own family, which comes first."""
    kind, arguments = read_statement(truth)
    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    points = QuantilePoints(tuple(QuantilePoint(share, float(family(kind).quantile(share, **arguments))) for share in shares))
    best = fits(points, support)[0]
    assert best.family == kind
    np.testing.assert_allclose(list(native(best).values()), list(arguments.values()), rtol=1e-4)
    assert best.miss < HONOURED


def test_chips_are_points_at_the_edges_of_their_bins():
    """Chips laid in the shape of an Exponential give the Exponential back; the empty bins at both sides say nothing."""
    edges = [0, 1, 2, 3, 4, 6]
    upto = [1 - np.exp(-edge / 2) for edge in edges]
    laid = [(low, high, after - before) for low, high, before, after in zip(edges, edges[1:], upto, upto[1:], strict=False)]
    judgement = chips([*laid, (6, 60, float(1 - upto[-1])), (60, 70, 0.0)])
    assert [point.value for point in judgement.points] == [0, 1, 2, 3, 4, 6, 60]
    arguments = one("Exponential", judgement, POSITIVE_SUPPORT)
    assert abs(arguments["scale"] - 2) < 1e-3


@pytest.mark.parametrize(
    ("seen", "support", "statement"),
    [
        (ObservedCases(3, 20), SHARE_SUPPORT, "Beta(mean=0.15, strength=20)"),
        (ObservedCases(1, 3), SHARE_SUPPORT, "Beta(alpha=1, beta=2)"),
        (ObservedCases(0, 20), SHARE_SUPPORT, "Beta(alpha=0.5, beta=20.5)"),
        (ObservedCases(20, 20), SHARE_SUPPORT, "Beta(alpha=20.5, beta=0.5)"),
        (ObservedCases(3, 2.5), POSITIVE_SUPPORT, "Gamma(alpha=3, beta=2.5)"),
        (ObservedCases(0, 2.5), POSITIVE_SUPPORT, "Gamma(alpha=0.5, beta=2.5)"),
        (ObservedCases(1, 2.5), POSITIVE_SUPPORT, "Gamma(alpha=1, beta=2.5)"),
    ],
)
def test_cases_as_if_seen_give_the_conjugate_prior(seen: ObservedCases, support: Support, statement: str):
    """As if k of n had been seen is a Beta of mean k / n and strength n, k in an exposure a Gamma of mean k / exposure; none, or all, come on top of Jeffreys' prior."""
    (fit,) = fits(seen, support)
    assert (fit.statement, fit.method) == (statement, "cases from Jeffreys' prior" if seen.count in {0, seen.among} else "cases")


@pytest.mark.parametrize("support", [SHARE_SUPPORT, POSITIVE_SUPPORT], ids=["share", "rate"])
def test_the_fewer_were_seen_the_less_is_believed(support: Support):
    """None in a time says less than one in it, at each point: of 0, 1 and 2 of 20 no two say the same."""
    points = np.array([fits(ObservedCases(count, 20), support)[0].points for count in (0, 1, 2)])
    assert (np.diff(points, axis=0) > 0).all()


def test_a_family_that_misses_by_far_is_not_offered():
    """Ends four hundredfold apart are no matter for two arguments, and more than one can have."""
    assert {fit.family for fit in fits(interval(0.05, 20), POSITIVE_SUPPORT)} == {
        "LogNormal",
        "Gamma",
        "Weibull",
        "InverseGamma",
        "HalfCauchy",
    }


def test_the_family_somebody_has_comes_first_among_equals():
    """Of families that honour what was said alike, the present one is first."""
    assert [fit.family for fit in fits(interval(1, 8), POSITIVE_SUPPORT, first="Gamma")][:2] == ["Gamma", "LogNormal"]


def test_between_two_ends_there_is_a_triangular():
    """A value between known ends fixes the mode."""
    (fit,) = fits(QuantilePoints((QuantilePoint(0.5, 6.0),)), Support(2, 8))
    assert (fit.statement, fit.miss < HONOURED) == ("Triangular(lower=2, upper=8, p50=6)", True)


def test_between_two_ends_a_uniform_stays_within_them():
    """Two points give a Uniform, unless its own ends would lie beyond those that are known."""
    assert fits(interval(3, 7), Support(2, 8))[0].statement == "Uniform(p5=3, p95=7)"
    assert [fit.family for fit in fits(interval(2.1, 7.9), Support(2, 8))] == ["Triangular"]


@pytest.mark.parametrize(
    ("judgement", "support", "message"),
    [
        (interval(2, 1), POSITIVE_SUPPORT, "2 comes before 1, which is smaller"),
        (interval(1, 1), POSITIVE_SUPPORT, "1 is given twice"),
        (interval(-1, 1), POSITIVE_SUPPORT, "-1 is outside the possible values, which are above 0"),
        (quartiles(0.2, 0.5, 1.2), SHARE_SUPPORT, "1.2 is outside the possible values, which are between 0 and 1"),
        (quartiles(0.2, 0.5, float("inf")), POSITIVE_SUPPORT, "inf is not a finite number"),
        (interval(0, 1), SHARE_SUPPORT, "every value lies between 0 and 1: this says nothing"),
        (IntervalMass(0, 1, 1.5), SHARE_SUPPORT, "the interval holds 1.5 of the probability; it must be above 0 and below 1"),
        (ObservedCases(3, 2), SHARE_SUPPORT, "3 of 2 cases: the first must lie between 0 and the second"),
        (ObservedCases(3, 0), POSITIVE_SUPPORT, "an exposure of 0 is none"),
        (ObservedCases(3, 20), REAL_SUPPORT, "cases seen say something of a share or a rate, and this unknown is any number"),
        (
            QuantilePoints((QuantilePoint(0.5, 1.0), QuantilePoint(0.25, 2.0))),
            REAL_SUPPORT,
            "2 is above 1 and less likely to be fallen short of",
        ),
    ],
)
def test_what_no_distribution_has_is_refused(judgement: QuantilePoints | IntervalMass | ObservedCases, support: Support, message: str):
    """Wrong orders, values outside the support and impossible cases each have a message of their own."""
    with pytest.raises(Fault) as refused:
        fits(judgement, support)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("bins", "message"),
    [
        ([(0, 1, 3), (2, 3, 4)], "a bin ends at 1 and the next begins at 2"),
        ([(0, 1, 3), (1, 1, 4)], "the bin 1 to 1 has no width"),
        ([(0, 1, 3), (1, 2, -4)], "-4 chips cannot lie in a bin"),
        ([(0, 1, 3), (1, 2, 0)], "the chips lie in fewer than two bins"),
    ],
)
def test_chips_that_say_nothing_are_refused(bins: list[tuple[float, float, float]], message: str):
    """Gaps, empty widths, negative counts and a single bin are refused."""
    with pytest.raises(Fault) as refused:
        chips(bins)
    assert refused.value.message == message


@pytest.mark.parametrize(
    "text",
    ["LogNormal(mu=0.3, sigma=0.8)", "LogitNormal(mu=-1, sigma=0.7)", "Gamma(alpha=2.5, beta=0.7)", "InverseGamma(alpha=3, beta=2)",
     "Weibull(alpha=1.7, beta=2)", "Beta(alpha=2, beta=5)"],
)  # fmt: skip
def test_entropies_are_minus_the_mean_log_density(text: str):
    """Each closed form equals the integral over quantiles of minus the log density."""
    kind, arguments = read_statement(text)
    shares = (np.arange(400_000) + 0.5) / 400_000
    mean = -family(kind).log_density(family(kind).quantile(shares, **arguments), **arguments).mean()
    assert abs(family(kind).entropy(**arguments) - mean) < 2e-4


@pytest.mark.parametrize(
    ("judgement", "support", "words"),
    [
        (quartiles(11, 40, 60), Support(10, 80), "lie below 11, where 25 % were said"),
        (quartiles(0.001, 0.5, 0.501), SHARE_SUPPORT, "no family of values between 0 and 1 comes near this"),
        (chips([(0, 1, 10), (1, 9, 0), (9, 10, 10)]), POSITIVE_SUPPORT, "no family of values above 0 comes near this"),
    ],
)
def test_the_best_of_bad_fits_is_refused(judgement: QuantilePoints, support: Support, words: str):
    """Where every family misses a point by more than 5 % nothing is offered, and the message names the best and what it misses."""
    with pytest.raises(Fault) as caught:
        fits(judgement, support)
    assert words in caught.value.message


def test_a_fit_within_a_few_points_is_offered():
    """A best fit that misses by less than 5 % says nearly what was said."""
    best, *_ = fits(quartiles(30, 44, 57), Support(10, 80))
    assert 0.001 < best.miss < 0.05
