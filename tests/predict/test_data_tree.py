"""Draws as an ArviZ DataTree: ArviZ's own functions work on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.inference.importance.fit import condition
from forecast.inference.pymc.nuts import sample_nuts
from forecast.model.model import model_as_of
from forecast.predict.answers import paths_for
from forecast.predict.data_tree import data_tree
from tests.support.building import make_topic
from tests.support.known import KNOWN


def tree_of(name):
    """The data tree of a known model by the fast engine, and its posterior."""
    known = KNOWN[name]()
    rng = np.random.default_rng(1)
    posterior = condition(known.model, rng=rng)
    paths = paths_for(known.model, posterior.resample(500, rng), rng)
    return data_tree(posterior, paths, rng), posterior, known


@pytest.mark.slow
def test_arviz_summarises_resampled_draws():
    """ArviZ summarises a resampled hierarchy with the posterior's means, by label."""
    import arviz

    tree, posterior, known = tree_of("five_groups")
    summary = arviz.summary(tree, kind="stats", round_to="none")
    for truth in known.truths:
        row = f"{truth.name}[{truth.label}]" if truth.label else truth.name
        assert summary.loc[row, "mean"] == pytest.approx(truth.mean, abs=0.1 * truth.sd)
    assert tree["log_likelihood"]["answers"].dims == ("chain", "draw", "answers_row")
    assert tree.attrs["engine"] == posterior.engine == "importance"


@pytest.mark.slow
def test_arviz_computes_loo():
    """The leave-one-out score of a regression is finite, below the score in sample, and costs about two parameters."""
    import arviz

    tree, posterior, _ = tree_of("logistic_regression")
    loo = arviz.loo(tree)
    in_sample = np.log(posterior.weights @ np.exp(posterior.log_likelihood)).sum()
    assert loo.n_data_points == 200
    assert loo.p == pytest.approx(2, abs=0.5)
    assert loo.elpd == pytest.approx(in_sample - loo.p, abs=0.01)


@pytest.mark.slow
def test_every_group_is_there():
    """The groups of the design hold the record, and simulated totals by day with the known mean."""
    tree, _, known = tree_of("gamma_poisson")
    groups = {"posterior", "prior", "log_prior", "log_likelihood", "observed_data", "sample_stats", "predictions"}
    assert set(tree.children) == groups | {"prior_predictive", "posterior_predictive"}
    assert tree["observed_data"]["events"].values.tolist() == [3, 4]
    totals = tree["predictions"]["events"]
    new = totals.sel(day="2027-01-01") - totals.sel(day="2026-01-01")
    assert float(new.mean()) == pytest.approx(known.answers["how_many"], rel=0.1)


def test_the_prior_s_density_is_that_of_the_closed_form_and_arviz_power_scales_with_it():
    """A Gamma's at each draw, so that `psense_summary` finds the prior and the record it needs."""
    import arviz
    from scipy.stats import gamma

    tree, _, _ = tree_of("gamma_poisson")
    density = tree["log_prior"]["rate"]
    assert density.dims == ("chain", "draw")
    np.testing.assert_allclose(density.values, gamma(2, scale=2).logpdf(tree["posterior"]["rate"].values), rtol=1e-9)
    assert list(arviz.psense_summary(tree).index) == ["rate"]


def test_the_prior_s_density_of_a_parameter_by_label_is_summed_over_its_labels():
    """Each label's is that of its own arguments, which may be other parameters."""
    from scipy.stats import beta

    tree, _, _ = tree_of("five_groups")
    usual, likeness, share = (tree["posterior"][name].values for name in ("usual", "likeness", "share"))
    summed = beta((usual * likeness)[..., None], ((1 - usual) * likeness)[..., None]).logpdf(share).sum(axis=-1)
    np.testing.assert_allclose(tree["log_prior"]["share"].values, summed, rtol=1e-9)


def made_tree(**changes):
    """The data tree of a topic with a stream of calls, or with others."""
    topic = make_topic(**({"priors": {"rate": "Gamma(alpha=2, beta=1)"}, "streams": {"calls": "Poisson(mu=rate)"}} | changes))
    rng = np.random.default_rng(1)
    posterior = condition(model_as_of(topic, date(2027, 1, 1)), rng=rng)
    return data_tree(posterior, paths_for(posterior.model, posterior.resample(100, rng), rng), rng)


def test_counts_are_integers_and_measures_are_not():
    """ArviZ draws rootograms of integers alone; a count of which only a range is known is NaN, which no integer can be."""
    streams = {"calls": "Poisson(mu=rate)", "waited": "Normal(mu=rate, sigma=1)"}
    tree = made_tree(streams=streams, rows={"calls": [5, 7], "waited": [3.0, 4.0]}, questions={})
    for group in ("observed_data", "posterior_predictive", "prior_predictive"):
        assert (tree[group]["calls"].dtype.kind, tree[group]["waited"].dtype.kind) == ("i", "f")
    assert tree["observed_data"]["calls"].values.tolist() == [5, 7]


def test_a_stream_without_a_future_has_no_predictions_and_the_tree_says_so():
    """Its total would stand still, as if nothing were to come of it."""
    streams = {"calls": "Poisson(mu=rate)", "answered": "Binomial(n=asked, p=0.5)"}
    tree = made_tree(streams=streams, rows={"calls": [5, 7], "answered": [{"value": 3, "asked": 4}]})
    assert list(tree["predictions"].data_vars) == ["calls"]
    assert tree.attrs["no_predictions"] == "no future is simulated of answered"
    assert "no_predictions" not in made_tree(rows={"calls": [5, 7]}).attrs


def test_draws_of_nuts_say_which_diverged():
    """ArviZ marks divergences where `sample_stats` has them; draws of the fast engine have none."""
    known = KNOWN["gamma_poisson"]()
    drawn = condition(known.model, rng=np.random.default_rng(1))
    parameters = {name: values[:400] for name, values in drawn.parameters.items()}
    diverging, even = np.arange(400) % 7 == 0, np.full(400, -np.log(400))
    slow = replace(drawn, engine="nuts", parameters=parameters, log_weight=even, chains=4, replicate=None, diverging=diverging)
    stats = data_tree(slow, None, np.random.default_rng(1))["sample_stats"]
    assert stats["diverging"].dims == ("chain", "draw")
    assert stats["diverging"].values.reshape(-1).tolist() == diverging.tolist()
    assert "diverging" not in data_tree(drawn, None, np.random.default_rng(1))["sample_stats"]


@pytest.mark.slow
def test_nuts_says_which_of_its_draws_diverged():
    """As many as its diagnostics count."""
    drawn = sample_nuts(KNOWN["gamma_poisson"]().model, seed=1, draws=200)
    assert drawn.diverging is not None
    assert (len(drawn.diverging), int(drawn.diverging.sum())) == (len(drawn), drawn.diagnostics.divergences)


def row_predictive(shape, rate, years):
    """The mean and variance of a count of some years, given a Gamma rate: a NegativeBinomial."""
    from scipy.stats import nbinom

    return nbinom(shape, rate / (rate + years)).stats("mv")


@pytest.mark.slow
def test_rows_drawn_again_have_the_distributions_of_the_closed_form():
    """A NegativeBinomial for each row: with the prior's numbers in the prior predictive, with the posterior's in the posterior predictive."""
    tree, _, _ = tree_of("gamma_poisson")
    years = np.array([90, 275]) / 365.25
    for group, shape, rate in (("prior_predictive", 2, 0.5), ("posterior_predictive", 9, 0.5 + years.sum())):
        drawn = tree[group]["events"]
        assert drawn.dims == ("chain", "draw", "events_row")
        for at, its_years in enumerate(years):
            mean, variance = row_predictive(shape, rate, its_years)
            values = drawn.values[..., at].ravel()
            assert values.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / len(values)))
            assert values.var() == pytest.approx(variance, rel=0.35)


@pytest.mark.slow
def test_rows_that_the_prior_cannot_draw_are_left_out_with_the_reason():
    """Before the record there may be more calls than make a share of 500; the rest of the tree is there."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=1, beta=0.001)"},
        streams={"calls": "Poisson(mu=rate)", "answered": "Binomial(n=9, p=total(calls) / 500)"},
        rows={"calls": [5, 7], "answered": [{"from": date(2026, 1, 1), "to": date(2026, 1, 2), "value": 1}]},
        questions={},
    )
    rng = np.random.default_rng(1)
    posterior = condition(model_as_of(topic, date(2027, 1, 1)), rng=rng)
    tree = data_tree(posterior, None, rng)
    assert "prior_predictive" not in tree.children
    assert tree["posterior_predictive"]["calls"].shape == (4, 1000, 2)
    assert "`Binomial(n=9, p=total(calls) / 500)` cannot be drawn from" in tree.attrs["no_prior_predictive"]


@pytest.mark.slow
def test_a_tree_survives_netcdf(tmp_path):
    """Written and read again, the groups and their values are the same."""
    pytest.importorskip("h5netcdf")
    import xarray

    tree, _, _ = tree_of("gamma_poisson")
    tree.to_netcdf(tmp_path / "draws.nc", engine="h5netcdf")
    with xarray.open_datatree(tmp_path / "draws.nc", engine="h5netcdf") as again:
        assert set(again.children) == set(tree.children)
        np.testing.assert_array_equal(again["posterior"]["rate"].values, tree["posterior"]["rate"].values)
