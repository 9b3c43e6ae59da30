"""What every exported program has: a function that gives draws of its posterior, and the part that runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forecast.inference.pymc.plan import Plan
from forecast.inference.pymc.program_text import literal, part_name

SAMPLE_POSTERIOR = '''

def sample_posterior(draws=2000, tune=1000, chains=4, **options):
    """Draws of the posterior by NUTS, with nutpie where it is installed, else with PyMC's own sampler; ``options`` are those of ``pm.sample``."""
    sampler = "nutpie" if find_spec("nutpie") else "pymc"
    if sampler == "pymc":
        print("nutpie is not installed: PyMC's own sampler is used, which is slower.", file=sys.stderr)
    options = {"nuts_sampler": sampler, "target_accept": 0.9, "random_seed": 1, "progressbar": False, **options}
    with model:
        return pm.sample(draws, tune=tune, chains=chains, **options)
'''
EXACT_POSTERIOR = '''

def sample_posterior(draws=2000, chains=4):
    """The posterior as draws that are all alike: no parameter is continuous, so that it is exact and NUTS has nothing to sample."""
    import xarray as xr

    posterior = xr.Dataset(coords={"chain": range(chains), "draw": range(draws)})
'''
EXACT_SHARES = """    shares = model["hypotheses__share"].eval()
    posterior["hypotheses__share"] = ("chain", "draw", "hypothesis"), np.tile(shares, (chains, draws, 1))
"""
EXACT_END = """    return xr.DataTree.from_dict({"posterior": posterior})
"""
MAIN = """

if __name__ == "__main__":
    draws = sample_posterior()
    print_posterior(draws)
"""


def sampling_function(planned: Plan) -> str:
    """Return the function that samples the posterior: by NUTS, or exact where no parameter is continuous."""
    if set(planned.model.topic.parameters) - set(planned.discrete):
        return SAMPLE_POSTERIOR
    return EXACT_POSTERIOR + (EXACT_SHARES if planned.discrete else "") + EXACT_END


def coords_lines(dimensions: Mapping[str, str]) -> Iterator[str]:
    """Yield the labels of each dimension of the posterior, by label set; nothing where there is none."""
    if dimensions:
        named = [f"{literal(dimension)}: {part_name(name, 'labels')}" for name, dimension in dimensions.items()]
        yield f"COORDS = {{{', '.join(named)}}}"
