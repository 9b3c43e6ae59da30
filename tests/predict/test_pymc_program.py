"""The exported program answers questions: its simulation agrees with this package's on the same posterior."""

from __future__ import annotations

import ast
import contextlib
import io
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

import forecast
from forecast.book.reading import read_book
from forecast.inference.pymc.program import pymc_source
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import published_result
from forecast.predict.answers import Probability
from forecast.predict.data_tree import data_tree
from forecast.predict.distribution import Distribution
from forecast.predict.pymc_program import program_with_answers
from tests.support.building import make_topic
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

AS_OF, END = date(2025, 7, 1), date(2025, 12, 31)
MONTH = {"from": date(2025, 1, 1), "to": date(2025, 6, 30)}
STREAMS = {
    "calls": {"value": "Poisson(mu=rate * months * load * (2 if total(calls) > 6 else 1))", "watched": True},
    "losses": {"value": "NegativeBinomial(mu=loss * months, alpha=0.5 * months)", "watched": True},
    "kept": {"value": "Binomial(n=asked, p=p[place])", "next": {"asked": "10", "place": "b"}},
    "together": {"value": "BetaBinomial(n=max(3 - total(together), 0), alpha=0.3, beta=0.7)", "watched": True},
}
QUESTIONS = {
    "many": {"answer": "total(calls) >= 8", "by": END},
    "since": {"answer": "total(calls) >= 4", "since": date(2025, 8, 1), "by": END},
    "number": {"answer": "total(losses) + 2 * total(kept)", "by": END},
    "under": {"answer": "total(together) >= 2", "given": "total(calls) >= 8", "by": END},
    "unless": {"answer": "total(calls) >= 8", "annulled": "total(together) >= 3", "by": END},
    "when": {"answer": "first(total(calls) >= 3)", "since": date(2025, 7, 1), "by": END},
    "which": {"choices": {"few": "total(calls) < 6", "some": "6 <= total(calls) and total(calls) < 9"}, "by": END},
    "fraction": {"probability": "p[a] * quick"},
    "fast": {"answer": "rate > 1"},
}


def made(**changes):
    """A topic with every type of question, as of the middle of the year."""
    given = {
        "priors": {
            "rate": "Gamma(alpha=3, beta=4)",
            "loss": "LogNormal(mu=-1, sigma=0.5)",
            "p": {"prior": {"a": "Beta(alpha=3, beta=2)", "b": "Beta(alpha=2, beta=5)"}, "per": "place"},
            "quick": "Beta(alpha=2, beta=2)",
        },
        "series": {"load": {"points": [(date(2025, 1, 1), 1.0)], "later": "1 + quick"}},
        "streams": STREAMS,
        "rows": {
            "calls": [{"value": 4, **MONTH}],
            "losses": [{"low": 1, "high": 3, "value": 1, **MONTH}],
            "kept": [{"value": 3, "asked": 10.0, "place": "a", **MONTH}, {"value": 2, "asked": 8.0, "place": "b", **MONTH}],
            "together": [{"value": 0, **MONTH}],
        },
        "questions": QUESTIONS,
    }
    return model_as_of(make_topic(**{**given, **changes}), AS_OF)


def answered(model, draws):
    """What the part of the program behind PyMC's prints, of draws of the posterior: lines by name."""
    text = program_with_answers(model)
    assert text.startswith(pymc_source(model).partition("import")[0])
    printed = io.StringIO()
    module = {"__name__": "exported"}
    with contextlib.redirect_stdout(printed), np.errstate():
        exec(compile(text, "program.py", "exec"), module)
        module["print_answers"](draws)
    return {line[:40].strip(): line[40:].split() for line in printed.getvalue().splitlines()[2:]}


@pytest.mark.slow
def test_every_type_of_question_is_answered_within_error():
    """Probabilities, under conditions and annulments too, numbers, dates, choices and fractions agree with this package's answers."""
    model = made()
    result = published_result(model.topic, AS_OF, Settings(chances=False))
    tree = data_tree(result.posterior, None, np.random.default_rng(1))
    printed = answered(model, tree)
    values = {name: answer.value for name, answer in result.answers.items()}
    wanted = {name: (values[name].value, values[name].error) for name in ("many", "since", "under", "unless", "fraction", "fast")}
    wanted["number, expected"] = (values["number"].mean, values["number"].mean_error)
    wanted["when, not by 2025-12-31"] = (values["when"].not_by_then, values["when"].error)
    wanted |= {f"which, {label}": (share, values["which"].errors[label]) for label, share in values["which"].values.items()}
    for name, (value, error) in wanted.items():
        mean, own = map(float, printed[name])
        assert own < 0.1 * max(1.0, value), name
        assert abs(mean - value) < 4 * np.hypot(own, error), (name, mean, value, own, error)
    assert float(printed["number, 50 %"][0]) == pytest.approx(values["number"].quantiles[2], abs=1)
    median = values["when"].quantiles[2]
    assert abs((date.fromisoformat(printed["when, 50 %"][0]) - median).days) < 12
    assert len(printed) == 6 + 4 + 4 + 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["count", "seasonal", "level", "poll", "share", "ladder", "conditional", "reference", "hazard", "decomposition"]
)
def test_the_program_of_a_template_gives_its_answers(name):
    """Each template whose parameters are continuous is answered by its program within four errors of this package's answers."""
    topic = read_book(ROOT / "forecast/templates")[0].topics[name]
    result = published_result(topic, date(2026, 1, 1), Settings(chances=False, draws=8_192))
    printed = answered(result.posterior.model, data_tree(result.posterior, None, np.random.default_rng(1)))
    compared = [its for question, answer in result.answers.items() for its in values_of(question, answer.value)]
    assert compared
    for key, value, error in compared:
        mean, own = map(float, printed[key])
        assert abs(mean - value) < 4 * np.hypot(own, error), (key, mean, value, own, error)


def run_whole(model):
    """What the program prints of its posterior and its answers, run as it is exported: lines by name."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), np.errstate():
        exec(compile(program_with_answers(model), "program.py", "exec"), {"__name__": "__main__"})
    return {line[:40].strip(): line[40:].split() for line in printed.getvalue().splitlines()}


@pytest.mark.slow
def test_a_program_without_a_continuous_parameter_has_the_exact_posterior():
    """NUTS would have nothing to sample; the shares are those of Bayes's rule, and the answers are within error of them."""
    priors, streams = {"why": "Categorical(leak=0.2, guests=0.8)"}, {"calls": 'Poisson(mu=6 if why == "leak" else 2)'}
    odds = 0.25 * (6 / 2) ** 9 * np.exp(-8)  # nine calls in two rows, of 6 and 2 expected in each
    questions = {"leak": {"answer": 'why == "leak"'}}
    found = run_whole(made(priors=priors, streams=streams, rows={"calls": [4, 5]}, series={}, questions=questions))
    assert float(found["why = leak"][0]) == pytest.approx(odds / (1 + odds), rel=1e-5)
    assert abs(float(found["leak"][0]) - odds / (1 + odds)) < 4 * float(found["leak"][1])


@pytest.mark.slow
def test_a_program_without_a_parameter_answers_what_is_to_come():
    """It has a future alone: here a Poisson of mean 2 for each of two months."""
    from scipy.stats import poisson

    questions = {"more": {"answer": "total(calls) > 5", "since": AS_OF, "by": AS_OF + timedelta(days=59)}}
    found = run_whole(made(priors={}, streams={"calls": "Poisson(mu=2 * months)"}, rows={}, series={}, questions=questions))
    chance, error = map(float, found["more"])
    assert abs(chance - poisson(2 * 60 / 30.436875).sf(5)) < 4 * error


def test_what_a_program_does_not_answer_is_named_with_the_reason():
    """A day inside a row with events, and what the record settles, are named in comments; other questions are answered."""
    priors = {"rate": "Gamma(alpha=3, beta=4)", "loss": "Exponential(lam=1)", "quick": "Beta(alpha=2, beta=2)"}
    questions = {
        "inside": {"answer": "total(calls) >= 8", "since": date(2025, 3, 1), "by": END},
        "over": {"answer": "total(calls) >= 4", "by": date(2025, 6, 30)},
        "fast": {"answer": "rate > 1"},
    }
    streams = {"calls": STREAMS["calls"], "losses": STREAMS["losses"]}
    rows = {"calls": [{"value": 4, **MONTH}], "losses": [{"value": 1, **MONTH}]}
    text = program_with_answers(made(priors=priors, streams=streams, rows=rows, questions=questions))
    assert "# inside is not answered here: a day that counts falls inside a row of `calls` in which something happened\n" in text
    assert "# over is not answered here: the record alone settles it\n" in text
    assert 'print("fast".ljust(40)' in text


def functions_in(model):
    """The functions that stand in the part of the program which answers, and that text."""
    tree = next(
        its for its in ast.parse(program_with_answers(model)).body if isinstance(its, ast.FunctionDef) and its.name == "print_answers"
    )
    return {its.name for its in tree.body if isinstance(its, ast.FunctionDef)}, ast.unparse(tree)


def test_a_program_has_the_functions_that_its_answers_call_and_no_others():
    """A probability needs none for quantiles, days, labels or ranges, nor SciPy; all types of question together need all but that for a label which differs by path."""
    priors = {"rate": "Gamma(alpha=3, beta=4)"}
    one = made(priors=priors, streams={}, rows={}, series={}, questions={"fast": {"answer": "rate > 1"}})
    assert functions_in(one)[0] == {"mean_and_error"}
    assert "from scipy import special" not in program_with_answers(one)
    found, text = functions_in(made())
    assert found == {"mean_and_error", "quantile_and_error", "day_text", "within_range"}
    assert "pick_label(" not in text
    shares = made(
        priors={"pull": "Normal(mu=0, sigma=1)"}, streams={}, rows={}, series={}, questions={"q": {"answer": "expit(pull) > 0.2"}}
    )
    assert "from scipy import special" in program_with_answers(shares)


def test_a_topic_without_questions_has_the_program_of_its_posterior_alone():
    """Where nothing is asked, nothing is simulated."""
    model = made(questions={})
    assert program_with_answers(model) == pymc_source(model)


@pytest.mark.study
@pytest.mark.slow
def test_the_exported_route_gives_each_answer_within_error():
    """Run as it is exported, the program of the essay's `route` prints each open answer within four errors of this package's."""
    route = forecast.open_book(ROOT).topic("route", as_of=date(2026, 11, 28), settings=Settings(chances=False)).variant("base")
    done = subprocess.run([sys.executable, "-c", route.pymc_source()], capture_output=True, text=True, check=True)
    table = done.stdout.partition("question")[2].splitlines()[1:]
    printed = {line[:40].strip(): tuple(map(float, line[40:].split())) for line in table}
    compared = 0
    for name, answer in route.answers().items():
        for key, value, error in values_of(name, answer.value):
            if answer.status == "open":
                mean, own = printed[key]
                assert abs(mean - value) < 4 * np.hypot(own, error), (key, mean, value, own, error)
                compared += 1
    assert compared == 16


def values_of(name, value):
    """The lines that a program prints of an answer, where it is a probability or a number, and what this package makes of them."""
    match value:
        case Probability():
            yield name, value.value, value.error
        case Distribution():
            yield f"{name}, expected", value.mean, value.mean_error


@pytest.mark.slow
@pytest.mark.parametrize("since", [date(2025, 7, 1), date(2025, 8, 1)])
def test_the_first_of_frequent_events_comes_within_its_step(since):
    """Of 50 events a year the first comes in a week, also where the future is simulated by months, and where days before are not recorded."""
    question = {"answer": "first(total(calls) >= 1)", "since": since, "by": END}
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2500, beta=50)"}, streams={"calls": "Poisson(mu=rate * years)"}, questions={"when": question}
    )
    result = published_result(replace(topic, opens=date(2025, 7, 1)), AS_OF, Settings(chances=False))
    printed = answered(result.posterior.model, data_tree(result.posterior, None, np.random.default_rng(1)))
    for level, shown in ((0.05, "when, 5 %"), (0.5, "when, 50 %"), (0.95, "when, 95 %")):
        days = -np.log(1 - level) * 365.25 / 50
        assert abs((date.fromisoformat(printed[shown][0]) - since).days - days) < 2
