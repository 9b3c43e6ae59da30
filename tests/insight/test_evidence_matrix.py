"""The matrix of evidence against closed forms: cells, sums, and what each row's absence would do."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats  # noqa: TID253 - a test's truth comes from elsewhere than the project

import forecast
from forecast.actions.evidence import NoHypotheses, find_hypotheses, weigh_evidence
from forecast.book.topic import Topic
from forecast.insight.evidence_matrix import EvidenceMatrix
from forecast.insight.evidence_text import evidence_matrix_data, row_verdict, summary
from forecast.model.settings import Settings
from tests.support.building import make_topic
from tests.support.essay_topics import linked_topic
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

DAY = date(2026, 6, 1)
COUNTS = (4.0, 0.0, 7.0, 5.0)
SHAPES = {"calm": (2.0, 2.0), "busy": (6.0, 1.0), "wild": (1.0, 0.2)}
PRIOR = np.array([0.5, 0.3, 0.2])


def matrix_of(topic: Topic, of: str | None = None) -> EvidenceMatrix:
    """The matrix of a topic by the settings of reports."""
    return weigh_evidence(topic, of=of, as_of=DAY, settings=Settings())[0]


def signs() -> Topic:
    """Three hypotheses with stated chances of each sign: nothing else is unknown."""
    return make_topic(
        priors={"cause": "Categorical(fear=0.5, belief=0.3, chance=0.2)"},
        streams={
            "orders": 'Bernoulli(p=0.9 if cause == "fear" else 0.3 if cause == "belief" else 0.1)',
            "talk": "Bernoulli(p=0.4)",
            "praise": 'Bernoulli(p=0.2 if cause == "fear" else 0.8 if cause == "belief" else 0)',
        },
        rows={"orders": [1], "talk": [1], "praise": [{"value": 0, "on": date(2025, 2, 1)}]},
    )


def rates() -> Topic:
    """Counts at a rate whose Gamma prior differs by hypothesis."""
    return make_topic(
        priors={
            "mood": "Categorical(calm=0.5, busy=0.3, wild=0.2)",
            "rate": {"prior": {name: f"Gamma(alpha={a}, beta={b})" for name, (a, b) in SHAPES.items()}, "per": "mood"},
        },
        streams={"seen": "Poisson(mu=rate[mood])"},
        rows={"seen": COUNTS},
    )


def joint_of_rates(counts: tuple[float, ...]) -> NDArray[np.float64]:
    """The exact log probability of each hypothesis with some counts, each predicted from those before."""
    found = np.log(PRIOR)
    for at, (a, b) in enumerate(SHAPES.values()):
        for index, count in enumerate(counts):
            rate = b + index
            found[at] += stats.nbinom(a + sum(counts[:index]), rate / (1 + rate)).logpmf(count)
    return found


def log2_odds(joint: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log2 odds of each hypothesis against the others."""
    shares = np.exp(joint - joint.max())
    return np.log2(shares / (shares.sum() - shares))


def test_stated_chances_give_exact_cells() -> None:
    """Where nothing but the hypothesis is unknown each cell is the closed form to 1e-9, and a row alike under all has none."""
    found = matrix_of(signs())
    steps = np.log(np.array([[0.5, 0.3, 0.2], [0.9, 0.3, 0.1], [0.4, 0.4, 0.4], [0.8, 0.2, 1.0]])).cumsum(axis=0)
    exact = np.diff([log2_odds(step) for step in steps], axis=0)
    assert [each.stream for each in found.rows] == ["orders", "talk", "praise"]
    assert np.array([[cell.bits for cell in each.cells] for each in found.rows]) == pytest.approx(exact, abs=1e-9)
    assert [row_verdict(each, found) for each in found.rows] == [
        "3.2 bits for fear over chance",
        "says the same of all",
        "2.3 bits for chance over belief",
    ]


def test_cells_are_the_conjugate_closed_form_within_their_errors() -> None:
    """With an unknown rate under each hypothesis cells and totals are the closed form within four stated errors, all below 0.05 bits."""
    found = matrix_of(rates())
    odds = [log2_odds(joint_of_rates(COUNTS[:count])) for count in range(len(COUNTS) + 1)]
    cells = np.array([[cell.bits for cell in each.cells] for each in found.rows])
    errors = np.array([[cell.error for cell in each.cells] for each in found.rows])
    assert errors.max() < 0.05
    assert (np.abs(cells - np.diff(odds, axis=0)) <= 4 * errors + 1e-9).all()
    assert (np.abs(np.array(found.total) - (odds[-1] - odds[0])) <= 4 * np.array(found.errors)).all()


def test_what_is_left_without_a_row_is_the_conjugate_closed_form() -> None:
    """Without a row the shares are those of the closed form on the others, within two hundredths."""
    found = matrix_of(rates())
    for index, each in enumerate(found.rows):
        joint = joint_of_rates((*COUNTS[:index], *COUNTS[index + 1 :]))
        exact = np.exp(joint - np.logaddexp.reduce(joint))
        assert each.without == pytest.approx(exact, abs=0.02)
        assert each.ranking == tuple(np.argsort(-exact))


@pytest.mark.parametrize("topic", [signs(), rates()], ids=["signs", "rates"])
def test_prior_and_columns_sum_to_the_posterior(topic: Topic) -> None:
    """Columns sum to the total, and the prior's log odds with it to those of the fast engine's posterior, exactly."""
    found = matrix_of(topic)
    for at, share in enumerate(found.hypotheses.posterior):
        assert math.fsum(each.cells[at].bits for each in found.rows) == pytest.approx(found.total[at], abs=1e-9)
        assert found.prior[at] + found.total[at] == pytest.approx(math.log2(share / (1 - share)), abs=1e-9)


@pytest.mark.parametrize(("name", "question", "decisive"), [("loyalty", "why_so_few", 2), ("punishment", "how_treated", 0)])
def test_the_essay_s_hypotheses_end_where_their_reports_do(name: str, question: str, decisive: int) -> None:
    """The posterior of the matrix is what the committed report has of the topic as it stands, within its Monte Carlo error."""
    topic = forecast.open_book(ROOT).topic(name, as_of=date(2026, 11, 23))
    linked = linked_topic(name, topic.as_of, topic.settings).as_it_stands
    report, found = topic.report(), weigh_evidence(linked, of=None, as_of=topic.as_of, settings=topic.settings)[0]
    assert report is not None
    (base,) = [rival for rival in report["variants"]["rivals"] if rival["name"] == "base"]
    answer = next(each for each in base["answers"] if each["question"] == question)
    published = {share["label"]: share["value"] for share in answer["value"]["shares"]}
    for at, value in enumerate(found.hypotheses.values):
        share = 1 / (1 + 2.0 ** -found.posterior[at])
        assert share == pytest.approx(published[value], abs=0.015)
    assert len(found.decisive) == decisive
    assert any("no single row" in line for line in summary(found)) == (decisive == 0)


def test_a_row_that_excludes_a_hypothesis_is_said_to() -> None:
    """An impossible row has minus infinity bits, what follows has none for that hypothesis, and without the row the others speak."""
    topic = make_topic(
        priors={"cause": "Categorical(fear=0.2, belief=0.5, chance=0.3)", "odds": "Beta(alpha=2, beta=2)"},
        streams={"sign": 'Bernoulli(p=0 if cause == "belief" else odds)', "talk": 'Bernoulli(p=0.9 if cause == "belief" else 0.3)'},
        rows={"sign": [1], "talk": [{"value": 1, "on": date(2025, 3, 1)}]},
    )
    found = matrix_of(topic)
    sign, talk = found.rows
    assert sign.cells[1].bits == -math.inf
    assert math.isnan(talk.cells[1].bits)
    assert [cell.bits for cell in (talk.cells[0], talk.cells[2])] == pytest.approx([0, 0], abs=1e-3)
    assert row_verdict(sign, found) == "impossible under belief"
    assert sign.without == pytest.approx(np.array([0.06, 0.45, 0.09]) / 0.6, abs=0.01)
    assert found.decisive == (0,)
    data = evidence_matrix_data(found)
    assert data["rows"][0]["impossible"] == ["belief"]
    assert data["bits"]["rows"]["belief"] is None


def test_rows_that_change_nothing_together_are_dropped_together() -> None:
    """Of two rows that each suffice to turn the prior's order one is kept, and neither alone is decisive."""
    topic = make_topic(
        priors={"cause": "Categorical(fear=0.4, belief=0.6)"},
        streams={"sign": 'Bernoulli(p=0.8 if cause == "fear" else 0.2)'},
        rows={"sign": [1, 1]},
    )
    found = matrix_of(topic)
    assert (found.decisive, len(found.kept)) == ((), 1)


def test_hypotheses_are_found_by_name() -> None:
    """The first Categorical is meant where none is named; another name, or a topic without any, is refused in words."""
    assert find_hypotheses(signs(), None) == ("cause", "")
    with pytest.raises(NoHypotheses, match=r"no hypotheses `caus`; did you mean `cause`\?"):
        find_hypotheses(signs(), "caus")
    with pytest.raises(NoHypotheses, match="weighs no hypotheses"):
        find_hypotheses(make_topic(priors={"x": "Normal(mu=0, sigma=1)"}), None)


def test_a_hypothesis_without_prior_stays_without() -> None:
    """A hypothesis of prior zero has no bits anywhere, and the others are compared as if it were not there."""
    topic = make_topic(
        priors={"cause": "Categorical(fear=0.4, belief=0.6, chance=0)"},
        streams={"sign": 'Bernoulli(p=0.8 if cause == "fear" else 0.2)'},
        rows={"sign": [1]},
    )
    found = matrix_of(topic)
    (row,) = found.rows
    assert [cell.bits for cell in row.cells][:2] == pytest.approx([2, -2])
    assert math.isnan(row.cells[2].bits)
    assert found.hypotheses.posterior == pytest.approx(np.array([0.32, 0.12, 0]) / 0.44)


def test_without_rows_the_matrix_is_the_prior() -> None:
    """A topic whose record is empty has its prior's odds and says so."""
    topic = make_topic(priors={"cause": "Categorical(fear=0.75, belief=0.25)"}, streams={"sign": "Bernoulli(p=0.5)"})
    found = matrix_of(topic)
    assert found.posterior == found.prior == pytest.approx((math.log2(3), -math.log2(3)))
    assert summary(found) == ("In order: fear 75 %, belief 25 %.", "There are no rows yet: this is the prior.")


def test_reports_of_one_origin_are_weighed_together() -> None:
    """A report's cells, and the shares without it, are those of the reports that are left: a copy says what the first of them did."""
    right, wrong, means = 0.6, 30.0, (10.0, 20.0)
    first = {"value": 26, "on": date(2025, 3, 1), "origin": "wire"}
    earlier = {"value": 12, "on": date(2025, 2, 1), "known": date(2025, 5, 1), "origin": "wire"}
    topic = make_topic(
        priors={"mood": "Categorical(calm=0.3, busy=0.7)"},
        streams={"seen": {"value": 'Poisson(mu=10 if mood == "calm" else 20)', "reliability": "0.6", "wrong": "Poisson(mu=30)"}},
        rows={"seen": [first, first, earlier, {"value": 14, "on": date(2025, 6, 1)}]},
    )

    def joint(*reports: tuple[int, ...]) -> NDArray[np.float64]:
        found = np.log([0.3, 0.7])
        for values in reports:
            so, not_so = (np.array([stats.poisson(mean).pmf(values).prod() for mean in each]) for each in (means, (wrong,)))
            found = found + np.log(right * so + (1 - right) * not_so)
        return found

    found = matrix_of(topic)
    states = [joint(), joint((26,)), joint((26,)), joint((26, 12)), joint((26, 12), (14,))]
    exact = np.diff([log2_odds(state) for state in states], axis=0)
    np.testing.assert_allclose([[cell.bits for cell in each.cells] for each in found.rows], exact, atol=1e-9)
    without = np.exp([joint((26, 12), (14,)), joint((26, 12), (14,)), joint((26,), (14,)), joint((26, 12))])
    np.testing.assert_allclose([each.without for each in found.rows], without / without.sum(axis=1, keepdims=True), atol=1e-9)
