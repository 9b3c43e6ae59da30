"""The weighted cases that count for a question: those in which it is asked and not annulled, and what it comes to in each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecast.book.topic import Question
from forecast.inference.monte_carlo import ReplicatedCases, mean_error, proportion_error
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array, Indices, Truth
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import is_condition
from forecast.language.ops import NUMPY
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.predict.days_within_steps import days_within_steps, has_days_within_steps
from forecast.predict.first_days import days_within_rows, first_simulated_day
from forecast.predict.paths import Paths
from forecast.predict.questions import annulment_probability, check_shares_asked, find_first_held, truth_of
from forecast.predict.samples import check_defined, path_sample, question_problem, sample_of
from forecast.predict.settlement import Status, status_of
from forecast.predict.void import ConditionFailure, find_condition_failure

WITHOUT_DATE = np.iinfo(np.int64).max  # in place of a day's number: later than the deadline


@dataclass(frozen=True, slots=True)
class Annulment:
    """The chance that a question is annulled, and its Monte Carlo error."""

    chance: float
    error: float


@dataclass(frozen=True, slots=True)
class QuestionCases:
    """The cases of a question, weighted by the probability that it is asked and not annulled; none count where it is void (``failed``).

    ``given`` is the probability of its condition, 1 where it has none.
    """

    scope: Scope
    cases: ReplicatedCases
    status: Status
    given: float = 1.0
    given_error: float = 0.0
    annulled: Annulment | None = None
    failed: ConditionFailure | None = None


@dataclass(frozen=True, slots=True)
class AskedCases:
    """All cases of a question before any condition: in which of them it is asked, and its probability of being annulled in each.

    ``held`` is ``(cases,)``, and so are ``chances``; they are None where nothing annuls the question.
    """

    scope: Scope
    cases: ReplicatedCases
    held: Truth
    status: Status
    chances: Array | None = None
    failed: ConditionFailure | None = None


def question_cases(question: Question, posterior: Posterior, paths: Paths) -> QuestionCases:
    """Return the cases of a question; raise ``Unsound`` where it has no answer, unless it is void."""
    asked = asked_cases(question, posterior, paths)
    if asked.failed is not None:
        return QuestionCases(asked.scope, asked.cases, "open", 0.0, failed=asked.failed)
    return count_cases(question, posterior.model, asked)


def asked_cases(question: Question, posterior: Posterior, paths: Paths, *, on_paths: bool = False) -> AskedCases:
    """Return all cases of a question, with ``on_paths`` simulated paths whatever it asks; raise ``Unsound`` where it has no answer in one that counts."""
    model = posterior.model
    sample = path_sample(question, paths, posterior) if on_paths else sample_of(question, posterior, paths)
    cases = sample.cases
    held = np.ones(len(cases.weights), dtype=bool)
    failed = find_condition_failure(question, model, paths)
    if failed is not None:
        return AskedCases(sample.scope, cases, ~held, "open", failed=failed)
    if question.kind != "date":  # whose condition is read on many days
        check_shares_asked(question, sample.scope, model, cases.weights)
    check_defined(question, sample.scope, model, cases.weights, given=True)
    if question.given is not None:
        held = truth_of(evaluate(question.given, sample.scope, NUMPY), len(cases.weights))
    status = status_of(question, model, paths)
    asked = AskedCases(sample.scope, cases, held, status)
    given = float(cases.weights @ held)
    if given == 0:
        return asked
    weights = cases.weights * held / given
    check_defined(question, sample.scope, model, weights)
    return replace(asked, chances=annulment_probability(question, sample.scope, model, weights))


def count_cases(question: Question, model: Model, asked: AskedCases) -> QuestionCases:
    """Return the cases in which a question is asked and not annulled; raise ``Unsound`` where there is none."""
    cases, held = asked.cases, asked.held
    given = float(cases.weights @ held)
    if given == 0:
        raise Unsound(question_problem(question, model, f"`{question.given_text}` holds on no path, so nothing can be said given it"))
    given_error = 0.0 if question.given is None else proportion_error(held, cases)
    cases = replace(cases, weights=cases.weights * held / given, size=cases.size * given)
    annulled = None
    if asked.chances is not None:
        annulled = _annulment(question, asked.chances, cases, asked.status)
        cases = _cases_not_annulled(question, model, asked.chances, cases, asked.status)
    return QuestionCases(asked.scope, cases, asked.status, given, given_error, annulled)


def days_of_cases(question: Question, paths: Paths, held: Truth, rng: np.random.Generator) -> tuple[Truth, Indices]:
    """Return whether what a question for a date asks about happens, in each case that is ``held``, and on which day (its ordinal).

    Within a step of several days the events of the step are put on its days; where streams do not count events, the day is drawn evenly.
    In place of a day after the deadline stands ``WITHOUT_DATE``.
    """
    first = find_first_held(question, paths)
    days = first.days
    happened, column = first.happened[held], first.column[held]
    ordinals = np.array([day.toordinal() for day in days])
    ends = ordinals[column] - 1
    drawn_from = first_simulated_day(question, paths) or days[-1]
    lengths = ordinals[column] - ordinals[np.maximum(column - 1, 0)]
    simulated = ends >= drawn_from.toordinal()
    of = np.flatnonzero(held)
    within = days_within_rows(question, paths, of, ends, happened & ~simulated)
    evenly = ends - np.floor(rng.random(len(ends)) * np.maximum(lengths, 1)).astype(int)
    if has_days_within_steps(question, paths.model):
        evenly = days_within_steps(question, paths, of, ends, happened & simulated & (column > 0))
    on = np.where(simulated, evenly, within)
    on = np.where(column == 0, first.first.toordinal(), on)  # it holds before anything is counted
    return happened, np.where(happened, on, WITHOUT_DATE)


def _annulment(question: Question, chances: Array, cases: ReplicatedCases, status: Status) -> Annulment:
    """The chance of annulment from that in each case."""
    assert question.annulled is not None
    if status == "annulled":
        return Annulment(1.0, 0.0)
    if not is_condition(question.annulled):
        among = chances[cases.weights > 0]
        if among.min() == among.max():
            return Annulment(float(among[0]), 0.0)
        return Annulment(float(cases.weights @ chances), mean_error(chances, cases))
    return Annulment(float(cases.weights @ chances), proportion_error(chances > 0, cases))


def _cases_not_annulled(question: Question, model: Model, chances: Array, cases: ReplicatedCases, status: Status) -> ReplicatedCases:
    """The cases given that the question is not annulled."""
    if status == "annulled":
        return cases
    kept = cases.weights * (1 - chances)
    total = float(kept.sum())
    if total == 0:
        message = f"`{question.annulled_text}` annuls the question on every path, so nothing can be said given that it is not"
        raise Unsound(question_problem(question, model, message))
    return replace(cases, weights=kept / total, size=cases.size * total**2 / float(kept @ (1 - chances)))
