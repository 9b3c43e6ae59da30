"""One hidden regime that drives two streams: likelihood, states, evidence, futures and programs equal sums over all sequences of states, by both engines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.actions.cache import verdict_as_data
from forecast.book.regime import Regime
from forecast.book.topic import Topic
from forecast.inference.pymc.program import pymc_source
from forecast.model.chain_groups import chain_group
from forecast.model.chosen_rows import log_likelihood_of
from forecast.model.model import Model, model_as_of
from forecast.model.regime_draws import state_probabilities
from forecast.model.settings import Settings
from forecast.model.total_log_likelihood import total_log_likelihood
from forecast.predict.analysis import analyse
from forecast.predict.answers import paths_for
from forecast.predict.posterior_predictive import predict_rows
from tests.support.building import make_topic
from tests.support.calibrating import least_uniform
from tests.support.exact_answers import check_exact_answers
from tests.support.programs import check_program_density, printed_by

pytestmark = pytest.mark.medium

OPENS, TODAY = date(2020, 1, 1), date(2023, 12, 31)
STATES = ("low", "high")
SHIPS = (  # none in 2022
    (date(2020, 1, 1), date(2020, 12, 31), 2),
    (date(2021, 1, 1), date(2021, 12, 31), 9),
    (date(2023, 1, 1), date(2023, 12, 31), 5),
)
TONS = (  # none in 2020, two in 2021
    (date(2021, 1, 1), date(2021, 6, 30), 1.4),
    (date(2021, 7, 1), date(2021, 12, 31), 0.1),
    (date(2022, 1, 1), date(2022, 12, 31), -0.8),
    (date(2023, 1, 1), date(2023, 12, 31), 1.1),
)
WIND = ((date(2020, 1, 1), date(2020, 12, 31), 0.3), (date(2021, 1, 1), date(2021, 12, 31), -0.2))
IN_ORDER = (  # of the chain: by step, then ships before tons
    ("ships", 0),
    ("ships", 1),
    ("tons", 0),
    ("tons", 1),
    ("tons", 2),
    ("ships", 2),
    ("tons", 3),
)
SHIPS_A_YEAR, MEAN_TONS = (3.0, 8.0), (-1.0, 1.0)
ALPHA, BETA = 6.0, 2.0


def rows_of(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows as a topic is made of them."""
    return [{"from": start, "to": end, "value": value} for start, end, value in rows]


def shared_topic(ships: Sequence[Any] = SHIPS, tons: Sequence[Any] = TONS, *, unknown: bool = False, cause: bool = False) -> Topic:
    """Two streams behind one chain of years, and one between them that it does not drive.

    Levels are known, so that one integral over the chance to stay gives all, or ``unknown``; a ``cause`` moves the ships alone.
    """
    levels = {"low": "LogNormal(mu=1, sigma=0.3)", "high": "LogNormal(mu=2.2, sigma=0.3)"}
    loads = {"low": "Normal(mu=-1, sigma=0.3)", "high": "Normal(mu=1, sigma=0.3)"}
    own = {"level": {"prior": levels, "per": "phase"}, "load": {"prior": loads, "per": "phase"}} if unknown else {}
    rate = "level[phase]" if unknown else f'({SHIPS_A_YEAR[1]} if phase == "high" else {SHIPS_A_YEAR[0]})'
    mean = "load[phase]" if unknown else f'({MEAN_TONS[1]} if phase == "high" else {MEAN_TONS[0]})'
    factor = ' * (2 if cause == "rust" else 1)' if cause else ""
    return make_topic(
        priors={**own, "stay": f"Beta(alpha={ALPHA}, beta={BETA})", **({"cause": "Categorical(wear=0.6, rust=0.4)"} if cause else {})},
        streams={
            "ships": f"Poisson(mu={rate} * years{factor})",
            "wind": "Normal(mu=stay, sigma=1)",
            "tons": f"Normal(mu={mean}, sigma=1)",
        },
        rows={"ships": rows_of(ships), "wind": rows_of(WIND), "tons": rows_of(tons)},
        questions={
            "stays": "stay",
            "many": {"answer": "total(ships) >= 14 and total(tons) > 0", "since": date(2024, 1, 1), "by": date(2025, 12, 31)},
            **({"why": "cause"} if cause else {}),
        },
        opens=OPENS,
        step="year",
        regimes={"phase": Regime("phase", "year", STATES, "", "stay", {})},
    )


def years(start: date, end: date) -> float:
    """The length of an interval in years, as the clock has it."""
    return ((end - start).days + 1) / 365.25


def sequences(stay: float, keys: Sequence[tuple[str, int]] = IN_ORDER, *, steps: int = 4) -> dict[tuple[int, ...], float]:
    """The joint density of some rows and of each sequence of states, by brute force."""
    found = {}
    for sequence in itertools.product(range(2), repeat=steps):
        density = 0.5 * float(np.prod([stay if before == after else 1 - stay for before, after in itertools.pairwise(sequence)]))
        for stream, place in keys:
            start, end, value = (SHIPS if stream == "ships" else TONS)[place]
            state = sequence[start.year - 2020]
            if stream == "ships":
                density *= stats.poisson.pmf(value, SHIPS_A_YEAR[state] * years(start, end))
            else:
                density *= stats.norm.pdf(value, MEAN_TONS[state], 1)
        found[sequence] = density
    return found


def wind_density(stay: float) -> float:
    """The density of the rows that the chain does not drive."""
    return float(np.prod([stats.norm.pdf(value, stay, 1) for _, _, value in WIND]))


DRAWS = {"stay": np.array([[0.6], [0.9], [0.25]])}


def column_of(model: Model, key: tuple[str, int]) -> int:
    """The column of a row in the log-likelihood."""
    places = [(name, row) for name, table in model.tables.items() for row in range(len(table))]
    return places.index(key)


def test_each_row_is_given_those_before_it_in_the_whole_chain():
    """At each draw the terms of the first rows, by step and then by stream, add up to the sum over all sequences; rows of another stream stay apart."""
    model = model_as_of(shared_topic(), TODAY)
    group = chain_group(model, "phase")
    assert group is not None
    assert group.keys == IN_ORDER
    terms = model.log_likelihood(DRAWS)
    assert terms.shape == (3, 9)
    for draw, count in itertools.product(range(3), range(1, len(IN_ORDER) + 1)):
        exact = sum(sequences(float(DRAWS["stay"][draw, 0]), IN_ORDER[:count]).values())
        found = terms[draw, [column_of(model, key) for key in IN_ORDER[:count]]].sum()
        assert found == pytest.approx(np.log(exact), rel=1e-9)
    winds = terms[:, [column_of(model, ("wind", 0)), column_of(model, ("wind", 1))]].sum(axis=1)
    np.testing.assert_allclose(winds, np.log([wind_density(float(stay)) for stay in DRAWS["stay"][:, 0]]), rtol=1e-9)


def test_the_total_and_chosen_rows_are_those_of_the_whole():
    """All rows together, and some of them in any order, have the sum and the columns of the whole log-likelihood."""
    model = model_as_of(shared_topic(), TODAY)
    whole = model.log_likelihood(DRAWS)
    np.testing.assert_allclose(total_log_likelihood(model, DRAWS), whole.sum(axis=1), rtol=1e-9)
    for columns in ([8], [6, 0], [4, 2, 3, 8], list(range(9))):
        np.testing.assert_allclose(log_likelihood_of(model, DRAWS, columns), whole[:, columns], rtol=1e-9)


def test_filtered_states_are_given_the_rows_of_both_streams():
    """The probability of each state in each year given all rows up to it is that of brute force, also where later rows exist."""
    found = state_probabilities(model_as_of(shared_topic(), TODAY), "phase", DRAWS)
    assert found.shape == (3, 4, 2)
    for draw, step in itertools.product(range(3), range(4)):
        keys = [(name, row) for name, row in IN_ORDER if (SHIPS if name == "ships" else TONS)[row][0].year <= 2020 + step]
        joint = sequences(float(DRAWS["stay"][draw, 0]), keys, steps=step + 1)
        exact = np.array([sum(density for sequence, density in joint.items() if sequence[-1] == state) for state in range(2)])
        np.testing.assert_allclose(found[draw, step], exact / exact.sum(), rtol=1e-9)


def test_a_stream_without_rows_leaves_the_chain_of_the_other():
    """Where one of the streams has no rows yet, terms and states are those of a topic in which the other alone has the chain."""
    model = model_as_of(shared_topic(tons=()), TODAY)
    keys = tuple(("ships", row) for row in range(3))
    for draw in range(3):
        exact = sum(sequences(float(DRAWS["stay"][draw, 0]), keys).values())
        assert model.log_likelihood(DRAWS)[draw, :3].sum() == pytest.approx(np.log(exact), rel=1e-9)
    assert state_probabilities(model, "phase", DRAWS).shape == (3, 4, 2)


def exact_answers(keys: Sequence[tuple[str, int]] = IN_ORDER) -> tuple[float, float, float]:
    """Log evidence, mean chance to stay, and the probability of 14 ships and of tons above 0 in the next two years, by an integral of sums over all sequences."""
    nodes, weights = np.polynomial.legendre.leggauss(80)
    evidence = mean = chance = 0.0
    ahead = (years(date(2024, 1, 1), date(2024, 12, 31)), years(date(2025, 1, 1), date(2025, 12, 31)))
    for stay, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        mass = weight * stats.beta.pdf(stay, ALPHA, BETA) * wind_density(float(stay))
        for sequence, density in sequences(float(stay), keys, steps=6).items():
            ships = sum(SHIPS_A_YEAR[state] * length for state, length in zip(sequence[4:], ahead, strict=True))
            tons = sum(MEAN_TONS[state] for state in sequence[4:])
            evidence += mass * density
            mean += mass * density * stay
            chance += mass * density * stats.poisson.sf(13, ships) * stats.norm.sf(0, tons, np.sqrt(2))
    return float(np.log(evidence)), mean / evidence, chance / evidence


@pytest.mark.parametrize("engine", ["importance", pytest.param("nuts", marks=pytest.mark.slow)])
def test_answers_are_the_exact_ones(engine: Any):
    """Evidence, posterior mean and a prediction that needs both streams on one chain are within four Monte Carlo errors of the integral."""
    made = analyse(shared_topic(), TODAY, Settings(engine=engine), referee=False)
    check_exact_answers(made, exact_answers(), engine)


@pytest.mark.slow
@pytest.mark.parametrize("cause", [False, True], ids=["alone", "beside hypotheses"])
def test_both_engines_agree(cause: bool):  # noqa: FBT001
    """The comparison of the engines finds nothing to dispute where one chain of unknown levels drives two streams."""
    verdict = analyse(shared_topic(unknown=True, cause=cause), TODAY, Settings(), referee=True).verdict
    assert verdict is not None
    assert verdict_as_data(verdict)["verdict"] == "agreed"


def test_futures_move_together_as_the_chain_does():
    """At one draw the covariances of both streams' yearly totals are those of the two-state chain, in one year and from one to the next, within four errors."""
    model, paths, stay = model_as_of(shared_topic(), TODAY), 60_000, 0.8
    made = paths_for(model, {"stay": np.full((paths, 1), stay)}, np.random.default_rng(3))
    edges = [made.days.index(date(year, 1, 1)) for year in (2024, 2025, 2026)]
    yearly = {name: np.diff(made.totals[name][:, edges], axis=1) for name in ("ships", "tons", "wind")}
    joint = sequences(stay)
    now = sum(density for sequence, density in joint.items() if sequence[-1] == 1) / sum(joint.values())
    first = now * stay + (1 - now) * (1 - stay)
    second = first * stay + (1 - first) * (1 - stay)
    step = {"ships": SHIPS_A_YEAR[1] - SHIPS_A_YEAR[0], "tons": MEAN_TONS[1] - MEAN_TONS[0], "wind": 0.0}
    chances = (first, second)
    for one, other in (("ships", "tons"), ("ships", "wind")):
        for here, there in itertools.product(range(2), repeat=2):
            early = min(here, there)
            of_states = chances[early] * (1 - chances[early]) * (2 * stay - 1) ** abs(here - there)
            length = years(date(2024 + here, 1, 1), date(2024 + here, 12, 31))
            products = (yearly[one][:, here] - yearly[one][:, here].mean()) * (yearly[other][:, there] - yearly[other][:, there].mean())
            expected = step[one] * length * step[other] * of_states
            assert abs(products.mean() - expected) < 4 * products.std() / np.sqrt(paths)


def test_imagined_rows_share_their_states():
    """Rows drawn again without a look at the record have the covariance across streams of one chain, within four errors."""
    paths, stay = 60_000, 0.8
    rows = predict_rows(model_as_of(shared_topic(), TODAY), {"stay": np.full((paths, 1), stay)}, np.random.default_rng(4))
    for ship, ton in itertools.product(range(len(SHIPS)), range(len(TONS))):
        apart = abs(SHIPS[ship][0].year - TONS[ton][0].year)
        expected = 5 * years(*SHIPS[ship][:2]) * 2 * 0.25 * (2 * stay - 1) ** apart
        products = (rows["ships"][:, ship] - rows["ships"][:, ship].mean()) * (rows["tons"][:, ton] - rows["tons"][:, ton].mean())
        assert abs(products.mean() - expected) < 4 * products.std() / np.sqrt(paths)


def test_what_is_not_known_yet_changes_nothing():
    """As of a day likelihood, states, paths and answers are byte for byte those of records that end there, of both streams."""
    day = date(2022, 6, 30)
    whole, cut = shared_topic(), shared_topic(SHIPS[:2], TONS[:2])
    draws = {"stay": np.random.default_rng(1).beta(6, 2, (50, 1))}

    def of_paths(model: Model) -> Any:
        made = paths_for(model, draws, np.random.default_rng(3))
        return np.concatenate([made.totals[name] for name in ("ships", "tons")])

    for seen in (lambda model: model.log_likelihood(draws), lambda model: state_probabilities(model, "phase", draws), of_paths):
        assert seen(model_as_of(whole, day)).tobytes() == seen(model_as_of(cut, day)).tobytes()
    answers = [analyse(topic, day, Settings(engine="importance"), referee=False).result.answers["many"].value for topic in (whole, cut)]
    assert answers[0] == answers[1]
    assert 0.02 < answers[0].value < 0.98  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize("cause", [False, True], ids=["alone", "beside hypotheses"])
def test_the_exported_program_has_the_same_density(cause: bool):  # noqa: FBT001
    """From point to point its log density changes as that of the model that NUTS samples here, also where a cause moves one of the streams alone."""
    model = model_as_of(shared_topic(unknown=True, cause=cause), TODAY)
    check_program_density(model)


@pytest.mark.slow
def test_the_tensor_is_the_array():
    """PyMC's log-likelihood of both streams together is NumPy's at the same draw, under each hypothesis of a cause that moves one of them alone."""
    import pytensor

    from forecast.inference.pymc.model import _select_rows
    from forecast.inference.pymc.rows import log_likelihood_of_group

    model = model_as_of(shared_topic(unknown=True, cause=True), TODAY)
    drawn = {"level": np.array([[2.5, 9.0]]), "load": np.array([[-1.2, 0.8]]), "stay": np.array([[0.7]])}
    known = {"level": drawn["level"][0], "load": drawn["load"][0], "stay": np.array(0.7)}
    cuts = [_select_rows(model.tables[name], np.ones(len(model.tables[name]), dtype=bool)) for name in ("ships", "tons")]
    columns = [column_of(model, key) for key in IN_ORDER]
    exact = [model.log_likelihood({**drawn, "cause": np.array([[code]])})[0, columns].sum() for code in (0, 1)]
    under_both = log_likelihood_of_group(model, cuts, {**known, "cause": np.array([[0], [1]])}, hypotheses=2)
    under_one = log_likelihood_of_group(model, cuts, {**known, "cause": np.array([0])})
    np.testing.assert_allclose(pytensor.function([], under_both.sum(axis=1))(), exact, rtol=1e-9)
    assert pytensor.function([], under_one.sum())() == pytest.approx(exact[0], rel=1e-9)


@pytest.mark.slow
def test_the_exported_program_has_the_exact_posterior():
    """What it prints is the mean of the integral, to within a tenth of a standard deviation."""
    mean, sd = printed_by(pymc_source(model_as_of(shared_topic(), TODAY)))["stay"][:2]
    assert abs(mean - exact_answers()[1]) < 0.1 * sd


@pytest.mark.slow
@pytest.mark.parametrize("replications", [60, pytest.param(240, marks=pytest.mark.study)])
def test_the_fast_engine_is_calibrated(replications: int):
    """Ranks of the truth among posterior draws are uniform where both streams are drawn on one chain."""
    model = model_as_of(shared_topic(unknown=True), TODAY)
    worst = least_uniform(model, replications=replications, rng=np.random.default_rng(11))
    assert worst.is_calibrated, worst


def test_copies_on_a_chain_count_once():
    """A second report of one observation adds nothing, and moves no state."""
    topic = shared_topic()
    stream = topic.streams["tons"]
    rows = tuple(replace(row, origin="a scale") if at == 2 else row for at, row in enumerate(stream.rows))
    copied = replace(
        topic, streams={**topic.streams, "tons": replace(stream, rows=(*rows[:3], replace(rows[2], source="a paper"), rows[3]))}
    )
    one, other = model_as_of(topic, TODAY), model_as_of(copied, TODAY)
    np.testing.assert_allclose(other.log_likelihood(DRAWS).sum(axis=1), one.log_likelihood(DRAWS).sum(axis=1), rtol=1e-9)
    assert state_probabilities(one, "phase", DRAWS).tobytes() == state_probabilities(other, "phase", DRAWS).tobytes()
