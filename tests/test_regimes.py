"""Hidden regimes: likelihood, states, evidence and predictions equal sums over all sequences of states, by both engines."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.actions.cache import verdict_as_data
from forecast.actions.evidence import weigh_evidence
from forecast.book.hashes import numbers_hash
from forecast.book.regime import Regime
from forecast.book.topic import Topic
from forecast.inference.pymc.program import pymc_source
from forecast.insight.evidence_matrix import EvidenceMatrix
from forecast.model.additive import adds_up
from forecast.model.bounds import check_shares
from forecast.model.errors import Unsound
from forecast.model.left_out import draws_beyond_floats
from forecast.model.model import Model, model_as_of
from forecast.model.regime_draws import state_probabilities, with_states
from forecast.model.regimes import start_of, transition_of
from forecast.model.settings import Settings
from forecast.model.stationary import has_stationary_increments
from forecast.predict.analysis import analyse
from forecast.predict.answers import paths_for
from forecast.predict.exact_chance import find_passing
from forecast.predict.posterior_predictive import predict_rows
from tests.support.building import make_topic
from tests.support.calibrating import least_uniform
from tests.support.exact_answers import check_exact_answers
from tests.support.paths import ROOT
from tests.support.programs import check_program_density, printed_by

pytestmark = pytest.mark.medium

BOOK = ROOT / "tests" / "books" / "hidden"
STATES = ("low", "middle", "high")
OPENS, TODAY = date(2020, 1, 1), date(2024, 3, 31)
ROWS = (  # none in 2021 and 2022, two in 2023, and a quarter of 2024
    (date(2020, 1, 1), date(2020, 12, 31), 2),
    (date(2023, 1, 1), date(2023, 6, 30), 5),
    (date(2023, 7, 1), date(2023, 12, 31), 9),
    (date(2024, 1, 1), TODAY, 4),
)
LEVELS = {"low": "LogNormal(mu=0.5, sigma=0.3)", "middle": "LogNormal(mu=2, sigma=0.3)", "high": "LogNormal(mu=3, sigma=0.3)"}
FAVOURED = "Dirichlet(low={}, middle={}, high={})"
MOVES: Mapping[str, tuple[Regime, Mapping[str, Any]]] = {
    "one chance to stay": (Regime("phase", "year", STATES, "", "stay", {}), {"stay": "Beta(alpha=6, beta=2)"}),
    "a chance for each state": (
        Regime("phase", "year", STATES, "", "stay", {}),
        {
            "stay": {
                "prior": {"low": "Beta(alpha=9, beta=2)", "middle": "Beta(alpha=2, beta=2)", "high": "Beta(alpha=6, beta=2)"},
                "per": "phase",
            }
        },
    ),
    "transitions": (
        Regime("phase", "year", STATES, "", "", {state: f"after_{state}" for state in STATES}),
        {f"after_{state}": FAVOURED.format(*(8 if other == state else 1 + at for at, other in enumerate(STATES))) for state in STATES},
    ),
    "transitions and a start": (
        Regime("phase", "year", STATES, "first", "", {state: f"after_{state}" for state in STATES}),
        {"first": "Dirichlet(high=1, low=6, middle=2)"}
        | {f"after_{state}": FAVOURED.format(*(8 if other == state else 1 + at for at, other in enumerate(STATES))) for state in STATES},
    ),
}
KNOWN = {"low": 3.0, "high": 12.0}  # events a year in a topic of which only the chance to stay is unknown
ALPHA, BETA = 6.0, 2.0


def regime_topic(moves: str, *, rows: Any = ROWS, more: Mapping[str, Any] | None = None) -> Topic:
    """Yearly states behind counts, with the levels unknown."""
    regime, priors = MOVES[moves]
    return make_topic(
        priors={"level": {"prior": LEVELS, "per": "phase"}, **priors},
        streams={"events": "Poisson(mu=level[phase] * years)", **(more or {})},
        rows={"events": [{"from": start, "to": end, "value": value} for start, end, value in rows]},
        questions={"many": {"answer": "total(events) >= 30", "since": date(2024, 4, 1), "by": date(2026, 12, 31)}},
        opens=OPENS,
        regimes={"phase": regime},
    )


def known_levels(rows: Any = ROWS) -> Topic:
    """Two states whose levels are known, so that one integral over the chance to stay gives all that can be asked."""
    return make_topic(
        priors={"stay": f"Beta(alpha={ALPHA}, beta={BETA})"},
        streams={"events": "Poisson(mu=rate * years)"},
        quantities={"rate": f'{KNOWN["high"]} if phase == "high" else {KNOWN["low"]}'},
        rows={"events": [{"from": start, "to": end, "value": value} for start, end, value in rows]},
        questions={
            "stays": "stay",
            "many": {"answer": "total(events) >= 20", "since": date(2024, 4, 1), "by": date(2025, 12, 31)},
        },
        opens=OPENS,
        regimes={"phase": Regime("phase", "year", ("low", "high"), "", "stay", {})},
    )


def years(start: date, end: date) -> float:
    """The length of an interval in years, as the clock has it."""
    return ((end - start).days + 1) / 365.25


def sequences(transition: Any, start: Any, levels: Any, rows: Any = ROWS, *, steps: int = 5) -> dict[tuple[int, ...], float]:
    """The joint density of the rows and of each sequence of states, at one draw, by brute force."""
    found = {}
    for sequence in itertools.product(range(len(levels)), repeat=steps):
        moved = np.prod([transition[before, after] for before, after in itertools.pairwise(sequence)])
        seen = np.prod([stats.poisson.pmf(value, levels[sequence[first.year - 2020]] * years(first, last)) for first, last, value in rows])
        found[sequence] = start[sequence[0]] * moved * seen
    return found


def draws_of(topic: Topic, count: int = 3) -> dict[str, Any]:
    """Some values of the parameters, whatever the priors say."""
    rng = np.random.default_rng(5)
    drawn: dict[str, Any] = {}
    for name, parameter in topic.parameters.items():
        if parameter.prior is not None and parameter.prior.distribution == "Dirichlet":
            drawn[name] = rng.dirichlet(np.ones(len(parameter.labels)), count)
        elif name == "level":
            drawn[name] = np.exp(rng.normal([0.5, 2, 3], 0.3, (count, 3)))
        else:
            drawn[name] = rng.beta(6, 2, (count, max(1, len(parameter.labels))))
    return drawn


def by_hand(topic: Topic, drawn: Mapping[str, Any], draw: int) -> tuple[Any, Any]:
    """Transitions and start at one draw, from the definition: the start of the long run by many steps."""
    regime = topic.regimes["phase"]

    def shares(name: str) -> Any:
        return np.array([drawn[name][draw, topic.parameters[name].labels.index(state)] for state in STATES])

    if regime.stay:
        stay = np.broadcast_to(drawn["stay"][draw], 3)
        transition = np.array([[stay[one] if one == other else (1 - stay[one]) / 2 for other in range(3)] for one in range(3)])
    else:
        transition = np.array([shares(regime.transition[state]) for state in STATES])
    return transition, shares(regime.start) if regime.start else np.linalg.matrix_power(transition, 2_000)[0]


@pytest.mark.parametrize("moves", MOVES)
def test_the_likelihood_is_the_sum_over_all_sequences(moves: str):
    """At each draw, after each row, the log-likelihood so far is that of brute force, two rows in one year and years without rows among them."""
    topic = regime_topic(moves)
    drawn, model = draws_of(topic), model_as_of(topic, TODAY)
    terms = model.log_likelihood(drawn)
    for draw, count in itertools.product(range(3), range(1, len(ROWS) + 1)):
        transition, start = by_hand(topic, drawn, draw)
        exact = sum(sequences(transition, start, drawn["level"][draw], ROWS[:count]).values())
        assert terms[draw, :count].sum() == pytest.approx(np.log(exact), rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("moves", MOVES)
def test_the_tensor_is_the_array(moves: str):
    """PyMC's log-likelihood of a topic is NumPy's at the same draw."""
    import pytensor
    import pytensor.tensor as pt

    from forecast.inference.pymc.model import _select_rows
    from forecast.inference.pymc.rows import log_likelihood_of_group

    topic = regime_topic(moves)
    drawn, model = draws_of(topic), model_as_of(topic, TODAY)
    table = model.tables["events"]
    for draw in range(3):
        known = {
            name: pt.as_tensor_variable(values[draw] if topic.parameters[name].labels else values[draw, 0])
            for name, values in drawn.items()
        }
        cut = _select_rows(table, np.ones(len(table), dtype=bool))
        total = pytensor.function([], log_likelihood_of_group(model, [cut], known).sum())()
        assert total == pytest.approx(model.log_likelihood(drawn)[draw].sum(), rel=1e-9)


@pytest.mark.parametrize("moves", MOVES)
def test_filtered_states_are_exact_and_see_nothing_of_later_rows(moves: str):
    """The probability of each state in each year given the rows up to it is that of brute force, also where later rows exist."""
    topic = regime_topic(moves)
    drawn, model = draws_of(topic), model_as_of(topic, TODAY)
    found = state_probabilities(model, "phase", drawn)
    assert found.shape == (3, 5, 3)
    for draw, step in itertools.product(range(3), range(5)):
        transition, start = by_hand(topic, drawn, draw)
        rows = [row for row in ROWS if row[0].year <= 2020 + step]
        joint = sequences(transition, start, drawn["level"][draw], rows, steps=step + 1)
        exact = [sum(density for sequence, density in joint.items() if sequence[-1] == state) for state in range(3)]
        np.testing.assert_allclose(found[draw, step], np.array(exact) / sum(exact), rtol=1e-9)


def test_states_on_paths_are_drawn_together_given_all_rows():
    """Each sequence of the five years of the record and the two after it is as frequent as brute force says, within four errors."""
    topic = regime_topic("transitions")
    drawn = {name: values[:1] for name, values in draws_of(topic).items()}
    transition, start = by_hand(topic, drawn, 0)
    exact = sequences(transition, start, drawn["level"][0], steps=7)
    paths = 40_000
    many = {name: np.repeat(values, paths, axis=0) for name, values in drawn.items()}
    states = with_states(model_as_of(topic, TODAY), many, np.random.default_rng(2), until=date(2026, 12, 31))["phase"]
    assert states.shape == (paths, 7)
    seen, counts = np.unique(states, axis=0, return_counts=True)
    found = dict(zip(map(tuple, seen.tolist()), counts / paths, strict=True))
    total = sum(exact.values())
    for sequence, density in exact.items():
        share = density / total
        assert abs(found.get(sequence, 0.0) - share) <= 4.5 * np.sqrt(share * (1 - share) / paths) + 1e-4


def exact_answers() -> tuple[float, float, float]:
    """Log evidence, mean chance to stay and the probability of 20 events or more, by an integral over the chance to stay of sums over all sequences."""
    nodes, weights = np.polynomial.legendre.leggauss(80)
    evidence = mean = chance = 0.0
    levels = np.array([KNOWN["low"], KNOWN["high"]])
    ahead = (years(date(2024, 4, 1), date(2024, 12, 31)), years(date(2025, 1, 1), date(2025, 12, 31)))
    for stay, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        transition = np.array([[stay, 1 - stay], [1 - stay, stay]])
        mass = weight * stats.beta.pdf(stay, ALPHA, BETA)
        for sequence, density in sequences(transition, [0.5, 0.5], levels, steps=6).items():
            evidence += mass * density
            mean += mass * density * stay
            chance += mass * density * stats.poisson.sf(19, levels[sequence[4]] * ahead[0] + levels[sequence[5]] * ahead[1])
    return float(np.log(evidence)), mean / evidence, chance / evidence


@pytest.mark.parametrize("engine", ["importance", pytest.param("nuts", marks=pytest.mark.slow)])
def test_answers_are_the_exact_ones(engine: Any):
    """Evidence, posterior mean and prediction are within four Monte Carlo errors of the integral; a year partly seen keeps its filtered state."""
    made = analyse(known_levels(), TODAY, Settings(engine=engine), referee=False)
    check_exact_answers(made, exact_answers(), engine)


def test_what_is_not_known_yet_changes_nothing():
    """As of a day the likelihood, the states and the paths are byte for byte those of a record that ends there."""
    whole, cut = known_levels(), known_levels(ROWS[:2])
    day = date(2023, 6, 30)
    assert numbers_hash(whole, as_of=day) == numbers_hash(cut, as_of=day)
    drawn = {"stay": np.random.default_rng(1).beta(6, 2, (50, 1))}
    for seen in (lambda model: model.log_likelihood(drawn), lambda model: state_probabilities(model, "phase", drawn), totals):
        assert seen(model_as_of(whole, day)).tobytes() == seen(model_as_of(cut, day)).tobytes()


def totals(model: Model) -> Any:
    """The totals of the stream on paths from some draws."""
    drawn = {"stay": np.random.default_rng(1).beta(6, 2, (50, 1))}
    return np.ascontiguousarray(paths_for(model, drawn, np.random.default_rng(3)).totals["events"])


def test_no_shortcut_takes_a_stream_with_a_regime():
    """Steps are not drawn as one, and no chance has a closed form, where the rate may change from step to step; the counts still add up."""
    topic = regime_topic("one chance to stay")
    stream, model = topic.streams["events"], model_as_of(topic, TODAY)
    assert not has_stationary_increments(topic, stream)
    assert find_passing(topic.questions["many"], model) is None
    assert not model.row_parts["events"]
    assert adds_up(topic, stream)


def test_the_long_run_is_the_start_by_default():
    """The probabilities of the first step are those that a transition leaves as they are."""
    for moves in ("one chance to stay", "a chance for each state", "transitions"):
        topic = regime_topic(moves)
        drawn, regime = draws_of(topic), topic.regimes["phase"]
        start = np.broadcast_to(start_of(topic, regime, drawn), (3, 3))
        np.testing.assert_allclose((start[:, None, :] @ transition_of(topic, regime, drawn))[:, 0], start, rtol=1e-9)


@pytest.mark.parametrize("moves", ["one chance to stay", "a chance for each state"])
def test_a_chance_that_is_rounded_to_one_is_no_error(moves: str):
    """Where a state is never left, as far as a float can say, the long run is in such a state, and paths can be drawn."""
    topic = regime_topic(moves)
    drawn = draws_of(topic)
    stay = np.where(np.arange(3)[:, None] == 1, 1.0, drawn["stay"])
    if moves == "a chance for each state":
        stay[1] = 1.0, 0.5, 1.0
    drawn = {**drawn, "stay": stay}
    start = np.broadcast_to(start_of(topic, topic.regimes["phase"], drawn), (3, 3))[1]
    np.testing.assert_allclose(start, [1 / 3] * 3 if moves == "one chance to stay" else [0.5, 0, 0.5])
    for day in (TODAY, date(2019, 6, 1)):
        states = with_states(model_as_of(topic, day), drawn, np.random.default_rng(1), until=date(2026, 1, 1))["phase"]
        assert len(set(states[1].tolist())) == 1


def test_imagined_rows_have_states_of_their_own():
    """Rows drawn again have the means that the chain gives without a look at the record, and move together as its states do."""
    topic = regime_topic("transitions and a start")
    drawn = {name: values[:1] for name, values in draws_of(topic).items()}
    transition, start = by_hand(topic, drawn, 0)
    many = {name: np.repeat(values, 40_000, axis=0) for name, values in drawn.items()}
    rows = predict_rows(model_as_of(topic, TODAY), many, np.random.default_rng(4))["events"]
    chances, means = start, []
    for _ in range(5):
        means.append(float(chances @ drawn["level"][0]))
        chances = chances @ transition
    expected = [means[first.year - 2020] * years(first, last) for first, last, _ in ROWS]
    np.testing.assert_allclose(rows.mean(axis=0), expected, atol=4 * rows.std(axis=0).max() / 200)
    in_2023 = start @ np.linalg.matrix_power(transition, 3)
    level = drawn["level"][0]
    covariance = (in_2023 @ level**2 - (in_2023 @ level) ** 2) * years(*ROWS[1][:2]) * years(*ROWS[2][:2])
    assert np.cov(rows[:, 1], rows[:, 2])[0, 1] == pytest.approx(covariance, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("replications", [60, pytest.param(240, marks=pytest.mark.study)])
@pytest.mark.parametrize("moves", MOVES)
def test_the_fast_engine_is_calibrated(moves: str, replications: int):
    """Ranks of the truth among posterior draws are uniform."""
    model = model_as_of(regime_topic(moves), TODAY)
    worst = least_uniform(model, replications=replications, rng=np.random.default_rng(11))
    assert worst.is_calibrated, worst


@pytest.mark.slow
def test_both_engines_agree():
    """The comparison of the engines finds nothing to dispute where states are summed out in two ways."""
    verdict = analyse(regime_topic("a chance for each state"), TODAY, Settings(), referee=True).verdict
    assert verdict is not None
    assert verdict_as_data(verdict)["verdict"] == "agreed"


def test_each_key_of_a_regime_moves_the_hash():
    """Step, states, start and moves are part of what is computed."""
    topic = regime_topic("transitions and a start")
    regime = topic.regimes["phase"]
    others = [
        replace(regime, step="quarter"),
        replace(regime, states=("middle", "low", "high")),
        replace(regime, start=""),
        replace(regime, stay="level", transition={}),
        replace(regime, transition={**regime.transition, "low": "after_high"}),
    ]
    hashes = {numbers_hash(replace(topic, regimes={"phase": other})) for other in (regime, *others)}
    assert len(hashes) == 6


@pytest.mark.slow
@pytest.mark.parametrize("moves", [*MOVES, "beside hypotheses"])
def test_the_exported_program_has_the_same_density(moves: str):
    """From point to point its log density changes as that of the model that NUTS samples here; PyMC has the constant of a Beta of whole numbers in single precision."""
    model = model_as_of(rusting_topic() if moves == "beside hypotheses" else regime_topic(moves), TODAY)
    check_program_density(model)


@pytest.mark.slow
def test_the_exported_program_has_the_exact_posterior():
    """What it prints is the mean of the integral, to within a tenth of a standard deviation."""
    mean, sd = printed_by(pymc_source(model_as_of(known_levels(), TODAY)))["stay"][:2]
    assert abs(mean - exact_answers()[1]) < 0.1 * sd


def rusting_topic() -> Topic:
    """A regime beside two hypotheses, one of which doubles every level."""
    regime, priors = MOVES["one chance to stay"]
    return make_topic(
        priors={"level": {"prior": LEVELS, "per": "phase"}, "cause": "Categorical(wear=0.6, rust=0.4)", **priors},
        streams={"events": 'Poisson(mu=level[phase] * years * (2 if cause == "rust" else 1))'},
        rows={"events": [{"from": start, "to": end, "value": value} for start, end, value in ROWS]},
        questions={"why": "cause"},
        opens=OPENS,
        regimes={"phase": regime},
    )


@pytest.mark.slow
def test_each_hypothesis_has_its_own_sum():
    """Where a discrete parameter stands beside a regime, the tensor has the log-likelihood of NumPy under each of its values."""
    import pytensor
    import pytensor.tensor as pt

    from forecast.inference.pymc.model import _select_rows
    from forecast.inference.pymc.rows import log_likelihood_of_group

    topic = rusting_topic()
    model, table = model_as_of(topic, TODAY), model_as_of(topic, TODAY).tables["events"]
    drawn = {name: values[:1] for name, values in draws_of(topic).items() if name != "cause"}
    known = {
        "level": pt.as_tensor_variable(drawn["level"][0]),
        "stay": pt.as_tensor_variable(drawn["stay"][0, 0]),
        "cause": np.array([[0], [1]]),
    }
    cut = _select_rows(table, np.ones(len(table), dtype=bool))
    totals = pytensor.function([], log_likelihood_of_group(model, [cut], known, hypotheses=2).sum(axis=1))()
    exact = [model.log_likelihood({**drawn, "cause": np.array([[cause]])}).sum() for cause in (0, 1)]
    np.testing.assert_allclose(totals, exact, rtol=1e-9)


def test_the_matrix_of_evidence_follows_the_chain():
    """The cells of the first rows add up to the total of a record that ends with them, and without a row the shares are those of the other rows."""
    topic = rusting_topic()
    stream = topic.streams["events"]
    matrix, _ = weigh_evidence(topic, of=None, as_of=TODAY, settings=Settings())

    def of_rows(*places: int) -> EvidenceMatrix:
        cut = replace(topic, streams={"events": replace(stream, rows=tuple(stream.rows[place] for place in places))})
        return weigh_evidence(cut, of=None, as_of=TODAY, settings=Settings())[0]

    for count in (1, 2, 3):
        bits = sum(row.cells[1].bits for row in matrix.rows[:count])
        errors = np.hypot(of_rows(*range(count)).errors[1], sum(row.cells[1].error for row in matrix.rows[:count]))
        assert abs(bits - of_rows(*range(count)).total[1]) < 4 * errors + 0.01
    np.testing.assert_allclose(matrix.rows[2].without, of_rows(0, 1, 3).hypotheses.posterior, atol=0.02)


def test_a_share_is_looked_at_in_every_state():
    """A quantity that must be a share and leaves 0 to 1 in one state alone is found."""
    regime, priors = MOVES["one chance to stay"]
    topic = make_topic(
        priors={"level": {"prior": dict.fromkeys(STATES, "Beta(alpha=2, beta=2)"), "per": "phase"}, **priors},
        streams={"events": "Binomial(n=20, p=chance)"},
        quantities={"chance": {"value": 'level[phase] * (3 if phase == "high" else 1)', "unit": "share"}},
        rows={"events": [{"from": start, "to": end, "value": value} for start, end, value in ROWS]},
        opens=OPENS,
        regimes={"phase": regime},
    )
    model = model_as_of(topic, TODAY)
    for high, sound in ((0.3, True), (0.5, False)):
        drawn = {"level": np.array([[0.2, 0.9, high]]), "stay": np.array([[0.8]])}
        if sound:
            check_shares(model, drawn, np.ones(1), of="draws")
            continue
        with pytest.raises(Unsound, match="chance"):
            check_shares(model, drawn, np.ones(1), of="draws")


def test_draws_beyond_floats_are_found_in_every_state():
    """A draw at which the statement is infinite in one state alone is one that is left out."""
    regime, priors = MOVES["one chance to stay"]
    topic = make_topic(
        priors={"level": {"prior": dict.fromkeys(STATES, "Normal(mu=0, sigma=1)"), "per": "phase"}, **priors},
        streams={"events": "Poisson(mu=exp(level[phase]))"},
        rows={"events": [{"from": start, "to": end, "value": value} for start, end, value in ROWS]},
        opens=OPENS,
        regimes={"phase": regime},
    )
    drawn = {"level": np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 800.0]]), "stay": np.array([[0.8], [0.8]])}
    assert draws_beyond_floats(model_as_of(topic, TODAY), drawn).tolist() == [False, True]


def test_a_draw_at_which_the_record_is_impossible_spoils_no_other():
    """Where no state allows the rows at one draw, the states on the paths of the others are what they are without it."""
    model = model_as_of(regime_topic("one chance to stay"), TODAY)
    drawn = draws_of(model.topic)
    spoilt = {**drawn, "level": np.where(np.arange(3)[:, None] == 2, 0.0, drawn["level"])}
    states = [with_states(model, each, np.random.default_rng(1), until=date(2026, 1, 1))["phase"] for each in (drawn, spoilt)]
    np.testing.assert_array_equal(states[0][:2], states[1][:2])
    assert set(states[1].ravel().tolist()) <= {0, 1, 2}
