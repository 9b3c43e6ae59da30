"""Whatever a forecast says, what is made of it passes a checker of the server's rules, and says no more than these ask for another thing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.importers.metaculus_cdf import cdf_of_cases, server_cdf, step_bounds
from forecast.importers.metaculus_payload import server_options, server_probability
from forecast.scoring.metaculus_scale import MetaculusScale, probability_of_bucket
from tests.support.metaculus_server import cdf_faults, option_faults, probability_faults

pytestmark = pytest.mark.medium

POSTERIORS = 4_000
STEPS = (200, 200, 200, 11, 7, 30, 1, 2, 40, 41, 50, 100, 160, 999)


def random_scale(rng: np.random.Generator) -> MetaculusScale:
    """A linear, logarithmic or discrete scale with bounds of any kind."""
    steps = int(rng.choice(STEPS))
    low = float(rng.normal(0, 100))
    width = float(10 ** rng.uniform(-2, 6))
    zero = None if rng.random() < 0.5 else low - width * float(10 ** rng.uniform(-6, 1))
    return MetaculusScale(
        range_min=low,
        range_max=low + width,
        zero_point=zero,
        buckets=steps,
        open_lower=bool(rng.random() < 0.5),
        open_upper=bool(rng.random() < 0.5),
    )


def random_values(rng: np.random.Generator, scale: MetaculusScale) -> np.ndarray:
    """Cases of a posterior that is wide, narrow, a single point, of two parts, with long tails, or lies beside the range."""
    middle = rng.uniform(scale.range_min - 0.3, scale.range_max)
    width = (scale.range_max - scale.range_min) * 10 ** rng.uniform(-6, 1)
    match int(rng.integers(6)):
        case 0:
            values = rng.normal(middle, width, 400)
        case 1:
            values = np.full(50, middle)
        case 2:
            values = np.concatenate([rng.normal(middle, width, 100), rng.normal(scale.range_max, width / 50, 100)])
        case 3:
            values = middle + width * rng.standard_cauchy(300)
        case 4:
            values = scale.range_min + (scale.range_max - scale.range_min) * rng.beta(0.2, 0.2, 300)
        case _:
            values = np.round(rng.normal(middle, width, 300))
    return np.append(values, rng.choice([scale.range_min, scale.range_max, middle]))


@pytest.mark.parametrize("seed", range(8))
def test_thousands_of_posteriors_pass_the_server(seed: int):
    """On open and closed bounds, on linear, logarithmic and discrete scales; none lies wholly beyond closed bounds."""
    rng = np.random.default_rng(seed)
    passed = 0
    for _ in range(POSTERIORS // 8):
        scale = random_scale(rng)
        values = random_values(rng, scale)
        weights = rng.dirichlet(np.full(len(values), 0.5))
        cdf = cdf_of_cases(scale, values=values, weights=weights)
        inside = (1 if scale.open_upper else cdf[-1]) - (0 if scale.open_lower else cdf[0])
        if inside <= 1e-12:
            continue
        made = server_cdf(scale, cdf)
        assert cdf_faults(made.values, steps=scale.buckets, open_lower=scale.open_lower, open_upper=scale.open_upper) == []
        passed += 1
    assert passed > POSTERIORS / 10


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=60),
    st.booleans(),
    st.booleans(),
)
def test_any_distribution_function_passes(heights: list[float], open_lower: bool, open_upper: bool):  # noqa: FBT001
    """Made of any numbers that do not fall."""
    cdf = np.sort(heights)
    scale = MetaculusScale(range_min=0, range_max=1, buckets=len(cdf) - 1, open_lower=open_lower, open_upper=open_upper)
    low, high = 0 if open_lower else cdf[0], 1 if open_upper else cdf[-1]
    if high - low <= 0:
        with pytest.raises(ValueError, match="no probability"):
            server_cdf(scale, cdf)
        return
    made = server_cdf(scale, cdf)
    assert cdf_faults(made.values, steps=scale.buckets, open_lower=open_lower, open_upper=open_upper) == []
    assert made.outside == pytest.approx(1 - (high - low))


@pytest.mark.parametrize(("open_lower", "open_upper"), [(True, True), (True, False), (False, True), (False, False)])
def test_it_is_standardised_as_documented(open_lower: bool, open_upper: bool):  # noqa: FBT001
    """``.988F+.01x+.001``, ``.989F+.01x+.001``, ``.989F+.01x`` and ``.99F+.01x``, to the rounding."""
    scale = MetaculusScale(range_min=0, range_max=10, open_lower=open_lower, open_upper=open_upper)
    x = np.arange(201) / 200
    given_cdf = np.clip((x - 0.3) / 0.4, 0, 1)
    formula = {
        (True, True): 0.988 * given_cdf + 0.01 * x + 0.001,
        (True, False): 0.989 * given_cdf + 0.01 * x + 0.001,
        (False, True): 0.989 * given_cdf + 0.01 * x,
        (False, False): 0.99 * given_cdf + 0.01 * x,
    }[open_lower, open_upper]
    made = server_cdf(scale, given_cdf)
    assert np.abs(np.array(made.values) - formula).max() <= 1e-9
    assert made.moved == pytest.approx(np.abs(formula - given_cdf).max(), abs=1e-9)


def test_a_step_that_is_too_high_is_lowered_and_the_others_scaled_by_one_factor():
    """A point within one bucket: that has 0.2, and every other the same share of the rest."""
    scale = MetaculusScale(range_min=0, range_max=200)
    steps = np.diff(server_cdf(scale, cdf_of_cases(scale, values=[100.5], weights=[1.0])).values)
    assert steps[100] == pytest.approx(0.2)
    assert np.delete(steps, 100) == pytest.approx(np.full(199, 0.8 / 199), abs=2e-9)


def test_what_fits_is_left_as_it_is():
    """To the ninth place; what was made is made again the same."""
    scale = MetaculusScale(range_min=0, range_max=10, open_upper=True)
    x = np.arange(201) / 200
    fitting = np.round(0.5 * x + 0.45 * x**2, 9)
    assert server_cdf(scale, fitting).values == tuple(fitting)
    assert server_cdf(scale, fitting).moved == 0


def test_the_mass_on_a_bound_lies_where_the_platform_puts_it():
    """What is on a closed lower bound is in the first bucket; what is below an open one before it."""
    scale = MetaculusScale(range_min=0, range_max=200, open_lower=True, open_upper=True)
    cdf = cdf_of_cases(scale, values=[-0.001, 0, 1, 1.001, 100, 200, 200.001, 201], weights=np.full(8, 1 / 8))
    masses = [float(probability_of_bucket(cdf=cdf, bucket=bucket)) * 8 for bucket in (0, 1, 2, 100, 200, 201)]
    assert masses == pytest.approx([1, 2, 1, 1, 1, 2])


@pytest.mark.parametrize(
    ("scale", "buckets"),
    [
        (MetaculusScale(range_min=-0.5, range_max=10.5, buckets=11), {0: 1, 10: 11, 11: 12}),
        (MetaculusScale(range_min=1, range_max=1e10, zero_point=0), {1e5: 100}),
        (MetaculusScale(range_min=18262, range_max=18627), {18264: 2, 18443: 100}),
    ],
    ids=["discrete", "log", "date"],
)
def test_values_stand_in_the_buckets_of_the_platform(scale: MetaculusScale, buckets: dict[float, int]):
    """The platform's own examples."""
    for value, bucket in buckets.items():
        cdf = cdf_of_cases(scale, values=[value], weights=[1.0])
        assert float(probability_of_bucket(cdf=cdf, bucket=bucket)) == pytest.approx(1)


def test_a_forecast_beyond_closed_bounds_cannot_be_made():
    """There is nothing to scale up."""
    scale = MetaculusScale(range_min=0, range_max=1)
    with pytest.raises(ValueError, match="no probability lies within the bounds"):
        server_cdf(scale, cdf_of_cases(scale, values=[2, 3], weights=[0.5, 0.5]))


@given(st.integers(1, 20_000))
def test_the_bounds_of_a_step_hold_in_binary_fractions(steps: int):
    """A multiple of a billionth is compared with ``0.01 / n`` as Python computes it."""
    least, most = step_bounds(steps)
    assert least / 1e9 >= 0.01 / steps
    assert most / 1e9 <= 0.2 * 200 / steps
    assert least * steps <= 1.1e7 + 2 * steps


@given(st.floats(0, 1))
def test_any_probability_passes(value: float):
    """It moves no further than it must."""
    made = server_probability(value)
    assert probability_faults(made) == []
    assert made == value or made in {0.001, 0.999}


@given(st.lists(st.floats(0, 1).filter(lambda share: share == 0 or share > 1e-12), min_size=2, max_size=40).filter(any))
def test_any_options_pass(parts: list[float]):
    """None below a thousandth, and the others keep their proportions."""
    shares = {f"option {at}": part / sum(parts) for at, part in enumerate(parts)}
    made = server_options(shares)
    assert option_faults(made, list(shares)) == []
    kept = {label for label, share in made.items() if share > 0.001 + 1e-8}
    ratios = [made[label] / shares[label] for label in kept]
    assert max(ratios) <= min(ratios) * (1 + 1e-4)
