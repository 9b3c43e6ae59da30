"""What the engines and the referee say, in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, TypedDict

from forecast.inference.pareto import CONVERGING, FINITE_VARIANCE
from forecast.inference.posterior import Diagnostics
from forecast.model.invalid_values import share_as_percent
from forecast.schema import words
from forecast.schema.json_data import finite_or_none
from forecast.schema.topic import EngineContent, VerdictContent

FEWEST_COUNTED = 0.0001  # of the prior's draws, below which their share is not known from those looked at
METHOD_SENTENCES = {
    "importance": "Adaptive importance sampling weighed {draws} draws, worth {size} independent ones.",
    "nuts": "NUTS drew {draws} times; the least well mixed parameter has the worth of {size} independent draws.",
    "prior": "These are {draws} draws of the prior: nothing was conditioned on.",
}
NOT_REFEREED = "Only one engine was run; the second has not confirmed it."
WARNED = {"disputed": "Disputed.", "failed": "Not confirmed."}  # verdicts that are warnings, and what these begin with
ENGINES = {"importance": "the fast engine", "nuts": "NUTS", "prior": "the prior"}


class _EngineExtras(TypedDict, total=False):
    """What only some engines' diagnostics have: where there is something to say."""

    overflow: float
    short: bool
    heavy: bool
    started_from: Literal["importance"]


def engine_content(diagnostics: Diagnostics) -> EngineContent:
    """Return an engine's diagnostics and what they mean: without its time, which differs from run to run, and what the reason says in words."""
    overflow: _EngineExtras = {} if diagnostics.overflow is None else {"overflow": diagnostics.overflow}
    short: _EngineExtras = {"short": True} if diagnostics.short else {}
    heavy: _EngineExtras = {"heavy": True} if diagnostics.heavy else {}
    start: _EngineExtras = {"started_from": diagnostics.started_from} if diagnostics.started_from else {}
    return {
        "engine": diagnostics.engine,
        "draws": diagnostics.draws,
        "effective_size": diagnostics.effective_size,
        "sound": diagnostics.sound,
        "reason": diagnostics.reason,
        "coordinates": diagnostics.coordinates,
        "rounds": diagnostics.rounds,
        "pareto_k": None if diagnostics.pareto_k is None else finite_or_none(diagnostics.pareto_k),  # the words say what infinity means
        "log_evidence": diagnostics.log_evidence,
        "log_evidence_error": diagnostics.log_evidence_error,
        "r_hat": diagnostics.r_hat,
        "ess_bulk": diagnostics.ess_bulk,
        "ess_tail": diagnostics.ess_tail,
        "divergences": diagnostics.divergences,
        **overflow,
        **short,
        **heavy,
        **start,
        "words": engine_words(diagnostics),
    }


def engine_words(diagnostics: Diagnostics) -> list[str]:
    """Say what an engine's diagnostics mean, one sentence each."""
    method = METHOD_SENTENCES[diagnostics.engine]
    return [
        method.format(draws=f"{diagnostics.draws:,}", size=f"{round(diagnostics.effective_size):,}"),
        *_weight_sentences(diagnostics),
        *_chain_sentences(diagnostics),
        *_prior_sentences(diagnostics),
        *_start_sentences(diagnostics),
        *_soundness_sentences(diagnostics),
    ]


def _weight_sentences(diagnostics: Diagnostics) -> Iterator[str]:
    """What Pareto k̂ says of the weights of the draws."""
    if diagnostics.pareto_k == -math.inf:
        yield "The draws that weigh most all weigh the same, so no few draws carry the answer."
    elif diagnostics.pareto_k == math.inf:
        yield "The answer rests on so few draws that Pareto k̂ cannot be estimated, so it cannot be trusted."
    elif diagnostics.pareto_k is not None:
        yield f"Pareto k̂ is {words.number(diagnostics.pareto_k, error=0.01)} (at most 0.5 is sound): {_tail_text(diagnostics.pareto_k)}."


def _chain_sentences(diagnostics: Diagnostics) -> Iterator[str]:
    """What R-hat and divergent transitions say of the chains."""
    if diagnostics.r_hat is not None:
        verdict = "the chains found the same place" if diagnostics.r_hat <= 1.01 else "the chains have not found the same place"
        yield f"R-hat is {diagnostics.r_hat:.3f} (at most 1.01 is sound): {verdict}."
    if diagnostics.divergences is not None:
        yield f"{'No' if diagnostics.divergences == 0 else format(diagnostics.divergences, ',')} divergent transitions."


def _prior_sentences(diagnostics: Diagnostics) -> Iterator[str]:
    """How probable the record is under the model, and at how many of the prior's draws it cannot be computed."""
    if diagnostics.log_evidence is not None:
        error = diagnostics.log_evidence_error
        known = "" if error is None else f" (Monte Carlo error {words.number(error, error=error / 10)})"
        evidence = words.number(diagnostics.log_evidence, error=0.005)
        yield f"The logarithm of the evidence, the probability of the record under the whole model, is {evidence}{known}."
    if diagnostics.overflow is not None:
        share = (
            share_as_percent(diagnostics.overflow)
            if diagnostics.overflow >= FEWEST_COUNTED
            else f"fewer than {share_as_percent(FEWEST_COUNTED)}"
        )
        yield f"At {share} of the prior's draws a statement gives numbers beyond a computer's range; these draws are left out, as impossible."


def _start_sentences(diagnostics: Diagnostics) -> Iterator[str]:
    """Where the chains started, if not at points of their own."""
    if diagnostics.started_from:
        yield f"The chains found no point of their own to start from; they started from draws of {ENGINES[diagnostics.started_from]}, spread apart."


def _soundness_sentences(diagnostics: Diagnostics) -> Iterator[str]:
    """In what respect the draws are not sound."""
    if diagnostics.short:
        yield _shortage(diagnostics)
    elif diagnostics.heavy:
        yield _heaviness(diagnostics)
    elif not diagnostics.sound:
        yield f"By the engine's own checks these draws are not sound{': ' + diagnostics.reason if diagnostics.reason else ''}."


def _tail_text(pareto_k: float) -> str:
    """What the shape of the weights' tail says of the draws."""
    if pareto_k <= FINITE_VARIANCE:
        return "no few draws carry the answer"
    if pareto_k <= CONVERGING:
        return "the weights may have no variance, so the Monte Carlo errors may be too small"
    return "a few draws carry the answer, so it cannot be trusted"


def _shortage(diagnostics: Diagnostics) -> str:
    return f"There are too few effective draws: {diagnostics.reason}. The printed Monte Carlo errors hold; they are larger than usual."


def _heaviness(diagnostics: Diagnostics) -> str:
    return f"The weights of the draws may have no variance: {diagnostics.reason}. The printed Monte Carlo errors may be too small."


def verdict_content(verdict: VerdictContent | None) -> VerdictContent:
    """Return the referee's verdict or, where no referee ran, that it did not."""
    return {"verdict": "not refereed", "sentence": NOT_REFEREED, "checks": []} if verdict is None else verdict


def warnings(diagnostics: Diagnostics, verdict: VerdictContent) -> list[str]:
    """Say why these numbers are not to be trusted; nothing where they are."""
    sentences = []
    word, sentence = verdict["verdict"], verdict["sentence"]
    if word in WARNED:
        shown = f" Shown are the numbers of {ENGINES[diagnostics.engine]}." if word == "disputed" else ""
        sentences.append(f"{WARNED[word]} {sentence}{shown} Do not rely on these numbers.")
    if diagnostics.short:
        sentences += [] if word == "agreed" else [f"{_shortage(diagnostics)} No other engine confirms these numbers."]
    elif diagnostics.heavy:
        sentences += [] if word == "agreed" else [f"{_heaviness(diagnostics)} No other engine confirms these numbers."]
    elif not diagnostics.sound:
        sentences.append(
            f"By the engine's own checks its draws are not sound{': ' + diagnostics.reason if diagnostics.reason else ''}. Do not rely on these numbers."
        )
    return sentences
