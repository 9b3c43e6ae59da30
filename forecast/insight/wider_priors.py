"""The weights of a topic's variants with all their priors half and twice as wide: how far the evidence rests on the width of priors.

Every prior that has numbers of its own is varied within its family, as one alone is in ``insight.sensitivity``; each variant is conditioned
afresh.  A wide prior spreads its probability over what the rows exclude, and lowers the evidence, whatever the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.book.topic import Topic
from forecast.inference.importance.fit import condition
from forecast.inference.other_priors import weigh_under_other_priors
from forecast.inference.posterior import Posterior
from forecast.insight.baseline import REFIT
from forecast.insight.sensitivity import changed_statement
from forecast.language.distributions.pools import PoolFamily
from forecast.language.distributions.traits import ValueKind
from forecast.language.faults import Fault
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.model.priors import blocks
from forecast.model.settings import Purpose, Settings, generator
from forecast.schema import words
from forecast.sentences.named import quoted_name

if TYPE_CHECKING:
    from forecast.schema.variants import WiderPriors


def weights_with_wider_priors(topic: Topic, posteriors: Mapping[str, Posterior], settings: Settings) -> list[WiderPriors]:
    """Return the weights by evidence with all priors half and twice as wide; a note where one of them cannot be."""
    return [_weights(topic, posteriors, settings, 0.5), _weights(topic, posteriors, settings, 2.0)]


def _weights(topic: Topic, posteriors: Mapping[str, Posterior], settings: Settings, width: float) -> WiderPriors:
    change: Literal["half as wide", "twice as wide"] = "half as wide" if width < 1 else "twice as wide"
    amounts, fixed = [], dict[str, list[str]]()
    drawn: dict[int, Posterior] = {}  # under the wider priors of the first of the variants that share draws, by their identity
    for name, posterior in posteriors.items():
        try:
            model, kept = _widen(posterior.model, width)
            near = drawn.get(id(posterior.parameters))
            refitted = (None if near is None else weigh_under_other_priors(near, model)) or condition(
                model, rng=generator(settings.seed, topic.name, Purpose.EVIDENCE, change, name), budget=REFIT
            )
        except (Unsound, Fault) as reason:
            return {"change": change, "weights": None, "note": f"not known: under the variant `{name}`, {reason}"}
        if not refitted.diagnostics.converges or refitted.diagnostics.log_evidence is None:
            return {"change": change, "weights": None, "note": f"not known, since the fast engine could not be trusted with `{name}`"}
        drawn.setdefault(id(posterior.parameters), refitted)
        amounts.append(np.log(topic.prior_weights[name]) + refitted.diagnostics.log_evidence)
        for parameter in kept:
            fixed.setdefault(parameter, []).append(name)
    weights = np.exp(np.array(amounts) - np.logaddexp.reduce(amounts)).tolist()
    if not fixed:
        return {"change": change, "weights": weights}
    return {"change": change, "weights": weights, "note": unvaried_note(fixed, of=len(posteriors))}


def unvaried_note(fixed: Mapping[str, Sequence[str]], *, of: int) -> str:
    """Return which priors stay as they are, from the variants under which each does, ``of`` so many: ``without “pace”, whose prior is not varied``."""
    named = [
        quoted_name(parameter) + ("" if len(under) == of else f" of {words.join_words([f'`{name}`' for name in under])}")
        for parameter, under in fixed.items()
    ]
    return f"without {words.join_words(named)}, whose {'prior is' if len(named) == 1 else 'priors are'} not varied"


def _widen(model: Model, width: float) -> tuple[Model, list[str]]:
    """The model with each prior that has numbers of its own so many times as wide, and the parameters whose priors stay as they are."""
    kept: list[str] = []
    parameters = dict(model.topic.parameters)
    for block in blocks(model):
        if block.fixed is None or block.family.discrete:  # it is as wide as the parameters that it names make it, or has no width
            continue
        is_fixed = isinstance(block.family, PoolFamily) or block.family.value_kind is ValueKind.SIMPLEX
        statement = None if is_fixed else changed_statement(block, width, 0.0)
        if statement is None:
            kept.append(block.name)
            continue
        parameter = parameters[block.name]
        label = parameter.labels[block.positions[0]] if parameter.labels else ""
        if label in parameter.by_label:
            parameters[block.name] = replace(parameter, by_label={**parameter.by_label, label: statement})
        else:
            parameters[block.name] = replace(parameter, prior=statement)
    return replace(model, topic=replace(model.topic, parameters=parameters)), kept
