"""The evidence of a topic's record for each of its hypotheses, row by row, by the fast engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.actions.check import read_checked_book
from forecast.book.files.problems import Problem, has_errors
from forecast.book.topic import Topic
from forecast.book.variant_choice import choose_variant
from forecast.inference.importance.prior_sampling import exclude_overflow_draws, prior_draws
from forecast.inference.posterior import Diagnostics, require_rows
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.evidence_matrix import EvidenceMatrix, evidence_matrix
from forecast.language.expressions import indexed_name
from forecast.language.faults import did_you_mean
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import condition_fast


class NoHypotheses(ValueError):
    """A topic without a Categorical parameter, or without the one that was asked for."""


@dataclass(frozen=True, slots=True)
class EvidenceResult:
    """The matrix of evidence, and how far the draws behind it can be trusted; or problems."""

    matrix: EvidenceMatrix | None = None
    diagnostics: Diagnostics | None = None
    problems: tuple[Problem, ...] = ()


def read_and_weigh_evidence(
    root: Path, topic: str, *, of: str | None, as_of: date, settings: Settings, variant: str = ""
) -> EvidenceResult:
    """Return what each row of a topic's record says for and against its hypotheses, under one of its variants where it has any.

    Raises ``NoHypotheses`` where it has none.
    """
    book, problems = read_checked_book(root, [topic])
    if has_errors(problems):
        return EvidenceResult(problems=problems)
    chosen, wrong = choose_variant(book.topics[topic], variant)
    if chosen is None:
        return EvidenceResult(problems=(*problems, *wrong))
    try:
        weighed = weigh_evidence(with_carried_posteriors(chosen, as_of, settings), of=of, as_of=as_of, settings=settings)
    except Unsound as unsound:
        return EvidenceResult(problems=(*problems, *unsound.problems))
    return EvidenceResult(*weighed, problems)


def weigh_evidence(topic: Topic, *, of: str | None, as_of: date, settings: Settings) -> tuple[EvidenceMatrix, Diagnostics]:
    """Return the matrix of evidence for the hypotheses ``of``, as ``cause`` or ``origin[army]``; the first Categorical where it is None.

    Raises ``NoHypotheses`` where the topic has none of that name, and ``Unsound``
    where it cannot be computed.
    """
    parameter, label = find_hypotheses(topic, of)
    model = model_as_of(topic, as_of)
    prior = prior_draws(model, rng=generator(settings.seed, topic.name, Purpose.PRIOR))
    posterior = condition_fast(model, settings)
    require_rows(posterior)
    return evidence_matrix(posterior, exclude_overflow_draws(prior, posterior.model), parameter, label), posterior.diagnostics


def find_hypotheses(topic: Topic, of: str | None) -> tuple[str, str]:
    """Return the Categorical parameter, and its label, that a name stands for."""
    known = {
        indexed_name(parameter.name, label): (parameter.name, label)
        for parameter in topic.parameters.values()
        if parameter.categories
        for label in parameter.labels or ("",)
    }
    if not known:
        raise NoHypotheses(f"`{topic.name}` weighs no hypotheses: none of its parameters is Categorical")
    if of is None:
        return next(iter(known.values()))
    if of not in known:
        raise NoHypotheses(f"`{topic.name}` has no hypotheses `{of}`; {did_you_mean(of, known) or 'it has ' + ', '.join(known)}")
    return known[of]
