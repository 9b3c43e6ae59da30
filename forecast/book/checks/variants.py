"""Checks of variants: weights, reasons, that each replaces something which exists, and what each lacks that the topic as it stands has."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import starmap
from typing import Any

from forecast.book.checks.priors import used_parameters
from forecast.book.checks.questions import question_kind
from forecast.book.comparable import evidence_obstacle, score_obstacle
from forecast.book.draft import Draft
from forecast.book.files.names import ARTICLES, NAMED_GROUPS, name_fault
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem
from forecast.book.files.shapes import VARIANTS, VariantTable
from forecast.book.sentences import SENTENCE_HINT, is_sentence
from forecast.book.topic import BASE, OwnModel, Topic
from forecast.book.variant_documents import document_without
from forecast.language.characters import refused_character
from forecast.language.expressions import Expression, Name, names_in
from forecast.language.faults import did_you_mean

WEIGHT_ROUNDING = 1e-9  # by which weights that add up to 1 may be off


def check_variants(draft: Draft) -> Iterator[Problem]:
    """Yield what is wrong with the variants of a topic themselves, whatever their statements say."""
    tables = draft.table.variants
    if "combine" in draft.topic.content and not tables:
        yield draft.topic.at_key(("combine",), "`combine` has nothing to combine", "a topic has variants under [variants.NAME]")
    for name, table in tables.items():
        yield from _check_variant(draft, name, table)
    total = math.fsum(table.weight for table in tables.values())
    if all(0 < table.weight < 1 for table in tables.values()) and total > 1 - WEIGHT_ROUNDING:
        message = f"the weights of the variants add up to {total:.6g}, which leaves nothing for the topic as it stands"
        yield draft.topic.at_key((VARIANTS,), message, "they must add up to less than 1: it has the rest")
    for name in draft.variant_priors:
        if name not in tables:
            hint = did_you_mean(name, tables) or f"{draft.topic.source.path} must have [{VARIANTS}.{name}], with its weight and why"
            yield draft.priors.at_key((VARIANTS, name), f"priors of a variant `{name}`, which the topic does not have", hint)


def check_own_variants(draft: Draft, own: OwnModel | None) -> Iterator[Problem]:
    """Yield that a topic with its own model has no variants: there are no statements to replace that would change it."""
    if own is not None and draft.table.variants:
        message = f"a topic with its own model has no variants: {own.path} does not follow the statements that they replace"
        yield draft.topic.at_key((VARIANTS,), message, "make each variant a topic of its own")


def check_combination(draft: Draft, topic: Topic) -> Iterator[Problem]:
    """Warn where the rows are to weigh the variants of a topic and cannot."""
    if not topic.variants or topic.combine == "stated":
        return
    by_evidence = topic.combine == "evidence"
    if obstacle := evidence_obstacle(topic) if by_evidence else score_obstacle(topic):
        keys: Keys = ("combine",) if "combine" in draft.topic.content else (VARIANTS,)
        cannot = "the rows cannot weigh these variants" if by_evidence else "what these variants foresaw cannot be compared"
        message = f"{cannot}, so the stated weights are used: {obstacle}"
        yield draft.topic.at_key(keys, message, 'say so with combine = "stated"', level="warning")


def _check_variant(draft: Draft, name: str, table: VariantTable) -> Iterator[Problem]:
    keys: Keys = (VARIANTS, name)
    fault = name_fault(name)
    if name == BASE:
        yield draft.topic.at_key(keys, f"`{BASE}` is the topic as it stands, and cannot be the name of a variant", "choose another name")
    elif refused_character(name, "name") is None and fault is not None:
        yield draft.topic.at_key(keys, *fault)
    if not 0 < table.weight < 1:
        hint = "it is a probability: above 0, and below 1, since the topic as it stands has the rest"
        yield draft.topic.at_value((*keys, "weight"), f"a weight of {table.weight:.6g}", hint)
    if not is_sentence(table.why):
        yield draft.topic.at_value((*keys, "why"), "`why` is not a sentence", SENTENCE_HINT)
    written, priors = draft.topic.content[VARIANTS][name], _priors_of(draft, name)
    if not changes_of(draft, name):
        hint = (
            f"give a statement under [{VARIANTS}.{name}.streams.NAME], or a prior under [{VARIANTS}.{name}.priors.NAME] in the prior file"
        )
        yield draft.topic.at_key(keys, f"the variant `{name}` replaces nothing", hint)
    for group, kind in (("streams", "stream"), ("series", "series"), ("quantities", "quantity")):
        known = draft.topic.content.get(group, {})
        for replaced in written.get(group, {}):
            if replaced not in known:
                hint = (
                    did_you_mean(replaced, known) or f"a variant replaces what the topic has; it can have priors of its own, but no {kind}"
                )
                message = f"the variant `{name}` replaces {ARTICLES[kind]} `{replaced}` that the topic does not have"
                yield draft.topic.at_key((*keys, group, replaced), message, hint)
    yield from _check_same(draft, name, written, priors)


def _check_same(draft: Draft, name: str, written: Mapping[str, Any], priors: Mapping[str, Any]) -> Iterator[Problem]:
    """Replacements that say what the topic says already."""
    topic = draft.topic.content
    keys: Keys = (VARIANTS, name)
    hint = "a variant has only what differs: leave it out"
    for group in ("streams", "series"):
        for replaced, changes in written.get(group, {}).items():
            for key, text in changes.items():
                if topic.get(group, {}).get(replaced, {}).get(key) == text:
                    message = f"`{key}` of `{replaced}` is what the topic says already"
                    yield draft.topic.at_key((*keys, group, replaced, key), message, hint)
    for replaced, text in written.get("quantities", {}).items():
        if topic.get("quantities", {}).get(replaced) == text:
            yield draft.topic.at_key((*keys, "quantities", replaced), f"`{replaced}` is what the topic says already", hint)
    for replaced, table in priors.items():
        own = draft.priors.content.get(replaced)
        if isinstance(own, dict) and all(own.get(key) == table.get(key) for key in ("prior", "experts", "weight", "pool", "per")):
            # No error: the topic's own prior may be tried, or moved, to where a rival has it, and every answer is still defined.
            message = f"the prior of `{replaced}` is what the topic says already"
            yield draft.priors.at_key((*keys, "priors", replaced), message, hint, level="warning")


def changes_of(draft: Draft, variant: str) -> dict[str, str]:
    """Return what a variant replaces, as written, by where that stands."""
    written, priors = draft.topic.content[VARIANTS][variant], _priors_of(draft, variant)
    changes: dict[str, str] = {}
    for group in ("streams", "series"):
        for name, tables in written.get(group, {}).items():
            for key, text in tables.items():
                changes |= _texts_of(f"{group}.{name}.{key}", text)
    for name, text in written.get("quantities", {}).items():
        changes |= _texts_of(f"quantities.{name}", text if isinstance(text, str) else text["value"])
    for name, table in priors.items():
        prior = table.get("prior") or {expert: its["prior"] for expert, its in table.get("experts", {}).items()}
        changes |= _texts_of(f"priors.{name}", prior)
    return changes


def _priors_of(draft: Draft, variant: str) -> Mapping[str, Any]:
    """The tables of a variant's priors, as written."""
    priors: Mapping[str, Any] = draft.variant_priors.get(variant, {}).get("priors", {})
    return priors


def _texts_of(place: str, written: str | Mapping[str, str]) -> dict[str, str]:
    return {place: written} if isinstance(written, str) else {f"{place}.{key}": text for key, text in written.items()}


def check_same_answers(base: Draft, draft: Draft) -> Iterator[Problem]:
    """Yield the questions whose answers are of another kind, or have other labels, than those of the topic as it stands: they cannot be mixed."""
    for name, question in draft.questions.items():
        if name not in base.questions:
            continue
        kinds = list(starmap(question_kind, ((base, base.questions[name]), (draft, question))))
        if kinds[0] != kinds[1]:
            message = f"the question `{name}` has an answer of another kind here: {kinds[1]} in place of {kinds[0]}"
            yield draft.topic.at_key(("questions", name), message, "answers of variants are mixed, so each must be of one kind")
        elif kinds[0] == "shares" and question.answer is not None and isinstance(question.answer.tree, Name):
            before, after = (of.parameters[question.answer.tree.name].categories for of in (base, draft))
            if before != after:
                message = f"the question `{name}` has other labels here: {', '.join(after)} in place of {', '.join(before)}"
                yield draft.topic.at_key(("questions", name), message, "answers of variants are mixed, so each must have the same labels")


def check_lacking(base: Draft, draft: Draft, variant: str) -> Iterator[Problem]:
    """Yield the questions and scenarios that need a parameter which a variant lacks, for its statements do without it."""
    lacking = _lacking_parameters(base, draft, variant)
    trees = {("questions", name): [written.tree for written in question.expressions] for name, question in draft.questions.items()}
    trees |= {("scenarios", name): [scenario.when.tree] for name, scenario in draft.scenarios.items()}
    for (group, name), asked in trees.items():
        for parameter in sorted(lacking & _parameters_named(draft, asked)):
            yield draft.topic.at_key(
                (group, name),
                f"the {NAMED_GROUPS[group]} `{name}` needs the parameter `{parameter}`, which the variant `{variant}` lacks",
                "ask through a quantity that the variant replaces, or of totals, which every variant has",
            )


def without_lacking(base: Draft, draft: Draft, variant: str) -> Draft:
    """Return the draft of a variant without the parameters that it lacks, and without quantities of them."""
    lacking = _lacking_parameters(base, draft, variant)
    if not lacking:
        return draft
    idle = {name for name, its in draft.quantities.items() if lacking & _parameters_named(draft, [its.tree])}
    quantities = {name: its for name, its in draft.quantities.items() if name not in idle}
    table = replace(draft.table, quantities={name: its for name, its in draft.table.quantities.items() if name not in idle})
    return replace(
        draft,
        topic=document_without(draft.topic, "quantities", idle),
        priors=document_without(draft.priors, "", lacking),
        table=table,
        kinds={name: kind for name, kind in draft.kinds.items() if name not in lacking | idle},
        parameters={name: prior for name, prior in draft.parameters.items() if name not in lacking},
        quantities=quantities,
    )


def _lacking_parameters(base: Draft, draft: Draft, variant: str) -> frozenset[str]:
    """The parameters that statements of the topic as it stands use and those of a variant do not, its own priors aside."""
    used = _parameters_named(draft, _model_trees(draft))
    return _parameters_named(base, _model_trees(base)) - used - _priors_of(base, variant).keys()


def _model_trees(draft: Draft) -> list[Expression]:
    """The expressions of streams and series."""
    trees = [expression for stream in draft.streams.values() for expression in stream.value.tree.arguments.values()]
    trees += [written.tree for stream in draft.streams.values() for written in stream.next.values()]
    trees += [expression for stream in draft.streams.values() for expression in stream.entering]
    return trees + [series.later.tree for series in draft.series.values() if series.later is not None]


def _parameters_named(draft: Draft, trees: Iterable[Expression]) -> frozenset[str]:
    """The parameters that expressions name, themselves or through quantities, regimes and priors."""
    named: set[str] = set()
    waiting = {name for tree in trees for name in names_in(tree)}
    while waiting:
        named |= waiting
        regimes = [draft.table.regimes[name] for name in waiting if name in draft.table.regimes]
        moving = {name for regime in regimes for name in (regime.start, regime.stay, *regime.transition.values())}
        waiting = {other for name in waiting if name in draft.quantities for other in names_in(draft.quantities[name].tree)}
        waiting = (waiting | moving) - named
    return used_parameters(draft, frozenset(named))
