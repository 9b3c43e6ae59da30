"""The exported PyMC program: text that runs and gives the posterior's means."""

from __future__ import annotations

import pytest

from forecast.inference.pymc.program import pymc_source
from forecast.language.evaluate import Scope, evaluate
from forecast.language.parsing import parse_expression
from forecast.language.source import SourceOps, SourceText
from tests.support.known import KNOWN
from tests.support.programs import printed_by


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a - (b - c)", "a - (b - c)"),
        ("a - b - c", "a - b - c"),
        ("a / (b * c) * 2", "a / (b * c) * 2"),
        ("(a + b) * c ** -2", "(a + b) * c**(-2)"),
        ("-a ** 2", "-a**2"),
        ("(-a) ** 2", "(-a)**2"),
        ("(a ** b) ** c", "(a**b)**c"),
        ("2 * (3 + 1) * a", "8 * a"),
        ("a if b > 0 and a == c else exp(b)", "pt.switch(pt.and_(b > 0, pt.eq(a, c)), a, pt.exp(b))"),
        ("a * (b > c)", "a * pt.switch(b > c, 1, 0)"),
        ("1 - expit(a)", "1 - pm.math.sigmoid(a)"),
        ("min(a, b, 1e-7)", "pt.minimum(pt.minimum(a, b), 1e-07)"),
    ],
)
def test_expressions_become_bracketed_python(text, source):
    """Source text means what the expression means, with brackets only where Python needs them, and constants computed."""
    scope = Scope(values={name: SourceText(name) for name in "abc"})
    assert str(evaluate(parse_expression(text), scope, SourceOps())) == source


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gamma_poisson", "eight_schools", "two_hypotheses", "five_groups", "three_parties"])
def test_the_program_gives_the_known_means(name):
    """Run as it is, the program prints means within a tenth of a standard deviation of the truth."""
    known = KNOWN[name]()
    table = printed_by(pymc_source(known.model))
    for truth in known.truths:
        key = f"{truth.name} = {truth.share_of}" if truth.share_of else truth.name + (f"[{truth.label}]" if truth.label else "")
        assert table[key][0] == pytest.approx(truth.mean, abs=0.1 * truth.sd), key
    assert len(table) == len(known.truths)


def test_the_program_of_a_hierarchy_can_be_read():
    """The whole text of a small model's program is as it should be."""
    assert (
        pymc_source(KNOWN["beta_binomial"]().model)
        == '''"""What the record says as of 2025-06-01: a topic as a PyMC program, with the statements of its files."""

# beta_binomial: beta_binomial

import sys
from importlib.util import find_spec

import numpy as np
import pymc as pm
import pytensor.tensor as pt


# wishes: wishes
wishes__seen = np.array([
    4,  # 2025-01-01
    3,  # 2025-01-02
])
wishes__asked = np.array([6, 4])

with pm.Model() as model:
    # share: A test needs it.
    # Beta(alpha=2, beta=3)
    share = pm.Beta("share", alpha=2, beta=3)

    # wishes: Binomial(n=asked, p=share)
    pm.Binomial("wishes", n=pt.cast(wishes__asked, "int64"), p=share, observed=wishes__seen)


def sample_posterior(draws=2000, tune=1000, chains=4, **options):
    """Draws of the posterior by NUTS, with nutpie where it is installed, else with PyMC's own sampler; ``options`` are those of ``pm.sample``."""
    sampler = "nutpie" if find_spec("nutpie") else "pymc"
    if sampler == "pymc":
        print("nutpie is not installed: PyMC's own sampler is used, which is slower.", file=sys.stderr)
    options = {"nuts_sampler": sampler, "target_accept": 0.9, "random_seed": 1, "progressbar": False, **options}
    with model:
        return pm.sample(draws, tune=tune, chains=chains, **options)


def print_posterior(draws):
    """The mean and standard deviation of each parameter."""
    print(f"{'parameter':40} {'mean':>12} {'sd':>12}")
    values = draws["posterior"]["share"].values
    print("share".ljust(40), f"{values.mean():12.6g} {values.std():12.6g}")


if __name__ == "__main__":
    draws = sample_posterior()
    print_posterior(draws)
'''
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["eight_schools", "two_hypotheses"])
def test_the_program_is_a_module_whose_draws_have_labels(name, capsys):
    """Imported, it builds the model and prints nothing; without nutpie PyMC's own sampler draws, which is said, and labels are coordinates."""
    known = KNOWN[name]()
    module = {"__name__": "exported"}
    exec(compile(pymc_source(known.model), "program.py", "exec"), module)
    assert not capsys.readouterr().out
    module["find_spec"] = lambda _: None
    draws = module["sample_posterior"](draws=50, tune=50, chains=1)
    assert "nutpie is not installed: PyMC's own sampler is used" in capsys.readouterr().err
    for parameter in known.model.topic.parameters.values():
        if parameter.labels and not parameter.categories:
            values = draws["posterior"][parameter.name]
            (dimension,) = set(values.dims) - {"chain", "draw"}
            assert values.coords[dimension].values.tolist() == list(parameter.labels)


def test_a_dimension_has_a_name_that_no_variable_has():
    """Shares are a parameter with its own labels, so that their dimension is another name."""
    source = pymc_source(KNOWN["three_parties"]().model)
    (line,) = [line for line in source.splitlines() if line.startswith("COORDS")]
    (parameter,) = KNOWN["three_parties"]().model.topic.parameters
    assert f'"{parameter}__label": {parameter}__labels' in line
    assert f'dims="{parameter}__label"' in source
