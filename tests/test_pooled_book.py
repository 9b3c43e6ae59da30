"""A book whose priors are pools: scenarios, and people who disagree; from its files to reports, engines and commands."""

from __future__ import annotations

import json
import shutil
from datetime import date

import numpy as np
import pytest

from forecast.actions.update import update
from forecast.actions.whatif import suppose
from forecast.book.hashes import numbers_hash, words_hash
from forecast.book.reading import read_book
from forecast.inference.importance.fit import condition
from forecast.inference.pymc.nuts import sample_nuts
from forecast.inference.pymc.pools import log_density_of
from forecast.inference.pymc.program import pymc_source
from forecast.language.distributions.families import family_for
from forecast.model.model import model_as_of
from forecast.model.priors import blocks
from forecast.model.settings import Settings
from tests.language.distributions.test_pools import POOLS, made
from tests.support.paths import ROOT
from tests.support.programs import printed_by

pytestmark = pytest.mark.medium

BOOK = ROOT / "tests" / "books" / "pooled"
AS_OF = date(2026, 3, 1)


@pytest.fixture
def book(tmp_path):
    """A copy of the book."""
    shutil.copytree(BOOK, tmp_path / "book", ignore=shutil.ignore_patterns("reports"))
    return tmp_path / "book"


def read(root, **edits):
    """The topic of a book, the prior file edited first."""
    path = root / "priors" / "war.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in edits.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    found, problems = read_book(root)
    assert problems == ()
    return found.topics["war"]


def test_scenarios_and_experts_become_one_prior_and_each_keeps_its_reason(book):
    """The pooled statement has the shares of those used; every part is kept with weight and why, also one that is not used."""
    topic = read(book)
    rate, duration, cause = (topic.parameters[name] for name in ("rate", "duration", "cause"))
    assert [(part.name, part.weight, part.is_used, part.why) for part in rate.parts] == [
        ("anna", 2.0, True, "She counted the raids of last year."),
        ("ben", 1.0, True, "He thinks that more is coming."),
        ("carl", 1.0, False, "He has not looked at it lately."),
    ]
    assert (rate.pooling, [part.share for part in rate.prior.parts]) == ("log_odds", [2 / 3, 1 / 3])
    assert rate.why == "Three people who follow it were asked in May 2026."
    assert (duration.pooling, duration.why, [part.why for part in duration.parts]) == (
        "mixture",
        "",
        ["Both sides are tired of it.", "Neither side can stop now."],
    )
    assert {label: pytest.approx(expression.value) for label, expression in cause.prior.arguments.items()} == {"habit": 0.4, "plan": 0.6}
    assert cause.categories == ("habit", "plan")


def test_the_pools_in_the_readme_of_priors_are_sound(book):
    """Scenarios and experts as priors/README.md shows them stand in for those of this book without a problem."""
    blocks_shown = (ROOT / "priors" / "README.md").read_text(encoding="utf-8").split("```toml\n")[2:]
    shown = "\n".join(block.split("```")[0] for block in blocks_shown if "posterior(" not in block)
    path = book / "priors" / "war.toml"
    path.write_text(shown + "\n[cause]" + path.read_text(encoding="utf-8").split("[cause]")[1], encoding="utf-8")
    parameters = read(book).parameters
    assert (parameters["duration"].pooling, parameters["rate"].pooling) == ("mixture", "log_odds")


def test_one_expert_switched_off_gives_the_numbers_of_a_file_without_them(book, tmp_path):
    """The numbers' hash and every draw are those of a file without carl; the words' hash is not."""
    with_carl = read(book)
    shutil.copytree(BOOK, tmp_path / "other", ignore=shutil.ignore_patterns("reports"))
    carl = '[rate.experts.carl]\nprior = "HalfNormal(sigma=1)"\nuse = false\nwhy = "He has not looked at it lately."\n'
    without = read(tmp_path / "other", **{carl: ""})
    assert numbers_hash(with_carl) == numbers_hash(without)
    assert words_hash(with_carl) != words_hash(without)
    one, other = (condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1)) for topic in (with_carl, without))
    for name in one.parameters:
        np.testing.assert_array_equal(one.parameters[name], other.parameters[name])


@pytest.mark.parametrize("edit", [{"weight = 2": "weight = 3"}, {'pool = "log_odds"\n[rate': "[rate"}, {"use = false": "use = true"}])
def test_weights_pools_and_who_is_used_change_numbers(book, tmp_path, edit):
    """Each changes the numbers' hash."""
    before = numbers_hash(read(book))
    shutil.copytree(BOOK, tmp_path / "other", ignore=shutil.ignore_patterns("reports"))
    assert numbers_hash(read(tmp_path / "other", **edit)) != before


def test_weights_in_proportion_change_no_numbers(book, tmp_path):
    """Two to one is four to two."""
    before = numbers_hash(read(book))
    shutil.copytree(BOOK, tmp_path / "other", ignore=shutil.ignore_patterns("reports"))
    after = read(
        tmp_path / "other", **{"weight = 2": "weight = 4", 'prior = "Gamma(p5=0.5, p95=5)"': 'weight = 2\nprior = "Gamma(p5=0.5, p95=5)"'}
    )
    assert numbers_hash(after) == before


def test_one_expert_alone_is_that_experts_own_prior(book):
    """With ben and carl switched off, anna's statement is the prior, as if she had written it."""
    topic = read(book, **{'prior = "Gamma(p5=0.5, p95=5)"': 'use = false\nprior = "Gamma(p5=0.5, p95=5)"'})
    assert topic.parameters["rate"].prior.text == "LogNormal(p5=0.1, p95=2)"
    assert topic.parameters["rate"].prior.parts == ()


def test_with_per_every_label_has_the_pooled_prior(book):
    """A pool of experts on a parameter with one value for each cause is one block of two values."""
    path = book / "priors" / "war.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[rate]\n", '[rate]\nper = "cause"\n'), encoding="utf-8")
    stream = book / "seeds" / "war" / "topic.toml"
    stream.write_text(stream.read_text(encoding="utf-8").replace("mu=rate *", "mu=rate[cause] *"), encoding="utf-8")
    topic = read(book)
    block = next(each for each in blocks(model_as_of(topic, AS_OF)) if each.name == "rate")
    assert (block.positions, block.fixed, block.statement.distribution) == ((0, 1), {}, "LogOddsPool")
    posterior = condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(1))
    assert posterior.parameters["rate"].shape[1] == 2


@pytest.mark.slow
def test_whatif_with_another_prior_replaces_the_whole_pool(book):
    """The answers are those of a file in which one prior stands in the pool's place, and a mistake in it is reported."""
    settings = Settings()
    supposed = suppose(book, "war", priors={"duration": "LogNormal(p5=2, p95=9)"}, rows=(), as_of=AS_OF, settings=settings)
    assert supposed.problems == ()
    pooled = """prior.war_ends = "LogNormal(p5=1, p95=6)"
prior.war_goes_on = "LogNormal(p5=6, p95=48)"
weight.war_ends = 0.3
weight.war_goes_on = 0.7
why.war_ends = "Both sides are tired of it."
why.war_goes_on = "Neither side can stop now."
"""
    read(book, **{pooled: 'prior = "LogNormal(p5=2, p95=9)"\nwhy = "Wars of this kind last months."\n'})
    alone = suppose(book, "war", priors={}, rows=(), as_of=AS_OF, settings=settings)
    assert supposed.after["lasts"] == alone.before["lasts"]
    assert supposed.before["lasts"] != alone.before["lasts"]
    (problem,) = suppose(BOOK, "war", priors={"rate": "LogNorml(p5=1, p95=2)"}, rows=(), as_of=AS_OF, settings=settings).problems
    assert problem.message == "unknown distribution `LogNorml`"


@pytest.mark.parametrize(
    ("part", "old"), [("rate[anna]", "LogNormal(p5=0.1, p95=2)"), ("duration[war_goes_on]", "LogNormal(p5=6, p95=48)")]
)
@pytest.mark.slow
def test_whatif_with_another_prior_of_one_part_leaves_the_others(book, part, old):
    """The answers are those of a file in which that expert, or that scenario, says something else."""
    new = "LogNormal(p5=0.5, p95=9)"
    supposed = suppose(book, "war", priors={part: new}, rows=(), as_of=AS_OF, settings=Settings())
    read(book, **{old: new})
    edited = suppose(book, "war", priors={}, rows=(), as_of=AS_OF, settings=Settings())
    assert supposed.problems == ()
    assert supposed.after == edited.before
    (problem,) = suppose(book, "war", priors={"rate[ana]": new}, rows=(), as_of=AS_OF, settings=Settings()).problems
    assert problem.hint == "did you mean `rate[anna]`?"


@pytest.mark.slow
def test_the_report_shows_each_part_and_says_that_pools_are_not_varied(book):
    """The JSON has weight, share, reason and own points of every part; insight works, and notes name the pools it does not vary."""
    done = update(book, as_of=AS_OF, today=date(2026, 6, 1), settings=Settings(), referee=False)
    assert done.exit_code == 0
    content = json.loads((book / "reports" / "as-of" / "2026-03-01" / "war.json").read_text(encoding="utf-8"))
    rate = next(each for each in content["parameters"] if each["name"] == "rate")
    carl = rate["parts"][2]
    assert (rate["pooling"], [part["share"] for part in rate["parts"]]) == ("log_odds", [0.666667, 0.333333, 0.0])
    assert (carl["used"], carl["weight"], carl["statement"], carl["why"]) == (
        False,
        1.0,
        "HalfNormal(sigma=1)",
        "He has not looked at it lately.",
    )
    assert carl["points"] == pytest.approx([0.0627068, 0.67449, 1.95996], rel=1e-5)
    assert rate["prior"]["quantiles"][2] == pytest.approx(float(family_for(read(book).parameters["rate"].prior).quantile(0.5)), rel=0.05)
    notes = [note for note in content["insight"]["notes"] if "is a pool" in note]
    assert [note.split(" is ")[0] for note in notes] == ["The prior of “duration”", "The prior of “rate”", "The prior of “hands”"]
    assert {each["kind"] for each in content["insight"]["leverage"]} >= {"row", "source"}
    page = (book / "reports" / "as-of" / "2026-03-01" / "war.md").read_text(encoding="utf-8")
    assert ("None of this topic's priors is varied here" in page) == (not content["insight"]["sensitivity"])
    assert "| carl | not used | 0.0627 | 0.674 | 1.96 | He has not looked at it lately. | `HalfNormal(sigma=1)` |" in page
    assert "He has not looked at it lately." in (book / "reports" / "as-of" / "2026-03-01" / "war.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_engines_agree_on_pools(book):
    """A topic with a mixture, two log-odds pools and pooled shares is refereed, and the verdict is agreed."""
    done = update(book, as_of=AS_OF, today=date(2026, 6, 1), settings=Settings(), referee=True)
    content = json.loads((book / "reports" / "as-of" / "2026-03-01" / "war.json").read_text(encoding="utf-8"))
    assert (done.exit_code, content["verdict"]["verdict"]) == (0, "agreed")


@pytest.mark.slow
def test_the_exported_program_gives_the_means_of_the_fast_engine():
    """Run as it is, the program prints each mean within a tenth of a standard deviation, and the shares within 0.02."""
    model = model_as_of(read_book(BOOK)[0].topics["war"], AS_OF)
    posterior = condition(model, rng=np.random.default_rng(1))
    table = printed_by(pymc_source(model))
    for name in ("duration", "rate"):
        mean, sd = table[name]
        assert posterior.weights @ posterior.column(name) == pytest.approx(mean, abs=0.1 * sd)
    assert posterior.weights @ (posterior.column("cause") == 0) == pytest.approx(table["cause = habit"][0], abs=0.02)
    assert posterior.weights @ (posterior.column("hands") == 3) == pytest.approx(table["hands = 3"][0], abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["linear", "log_odds"])
@pytest.mark.parametrize("name", [name for name in POOLS if name != "far apart"])
def test_the_density_of_a_pool_is_pymcs(pooling, name):
    """Between the 0.1 and 99.9 % points NumPy's log density is that of PyMC's own densities and distribution functions, to 1e-9."""
    import pytensor
    import pytensor.tensor as pt
    from pytensor.scalar.basic import autocast_float_as

    _, kind = made(pooling, POOLS[name])
    values = kind.quantile(np.array([0.001, 0.01, 0.2, 0.5, 0.8, 0.99, 0.999]))
    value = (pt.lvector if kind.discrete else pt.dvector)("value")
    with autocast_float_as("float64"):  # PyTensor makes a float32 of the 2.0 in PyMC's normal distribution function, and takes its root
        function = pytensor.function([value], log_density_of(kind, {}, value))
    theirs = function(values.astype(np.int64) if kind.discrete else values)
    np.testing.assert_allclose(kind.log_density(values), theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_nuts_crosses_the_gap_between_scenarios_that_hardly_meet(book):
    """Two scenarios seven standard deviations apart on the log scale: sound draws, and each has its chance to 0.04."""
    apart = {"LogNormal(p5=1, p95=6)": "LogNormal(p5=1, p95=3)", "LogNormal(p5=6, p95=48)": "LogNormal(p5=12, p95=48)"}
    posterior = sample_nuts(model_as_of(read(book, **apart), date(2025, 12, 31)), seed=3)
    assert (posterior.diagnostics.sound, posterior.diagnostics.reason) == (True, "")
    assert (posterior.column("duration") < 6).mean() == pytest.approx(0.3, abs=0.04)


@pytest.mark.slow
def test_nuts_draws_a_pool_without_rows_as_it_is(book):
    """Without rows NUTS gives the pool's own 5, 50 and 95 % points, by share within 0.03."""
    topic = read(book)
    model = model_as_of(topic, date(2025, 12, 31))
    posterior = sample_nuts(model, seed=3)
    for name in ("rate", "duration"):
        kind = family_for(topic.parameters[name].prior)
        points = kind.quantile(np.array([0.05, 0.5, 0.95]))
        np.testing.assert_allclose([(posterior.column(name) <= point).mean() for point in points], [0.05, 0.5, 0.95], atol=0.03)
