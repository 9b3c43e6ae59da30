"""Checks of pooled priors: scenarios with their chances, and people with their weights."""

from __future__ import annotations

import math
from collections.abc import Iterator

from forecast.book.checks.extremes import check_extremes
from forecast.book.checks.statements import MOST_ENUMERATED_VALUES, check_prior_family, check_statement, family_of
from forecast.book.draft import ParsedText, PartDraft, PriorDraft
from forecast.book.files.layout import SNAKE_CASE
from forecast.book.files.positions import Keys
from forecast.book.files.problems import Problem
from forecast.book.sentences import SENTENCE_HINT, is_sentence
from forecast.language.distributions.families import family_for
from forecast.language.distributions.traits import ValueKind
from forecast.language.expressions import names_in
from forecast.language.faults import Fault, did_you_mean
from forecast.language.pooling import pool
from forecast.language.statements import Statement

ADDS_UP = 1e-9


def pooled_statement(prior: PriorDraft) -> Statement:
    """Return the statement of a pooled prior; raise ``Fault`` where its parts leave nothing they all hold possible."""
    assert prior.pooling is not None
    return pool(prior.pooling, [(part.weight, part.written.tree) for part in prior.parts.values() if part.is_used and part.written])


def check_part_reasons(prior: PriorDraft, name: str) -> Iterator[Problem]:
    """Yield what is wrong with the reasons given for the parts of a pooled prior, and for asking these people."""
    yield from _check_scenario_reasons(prior, name) if prior.pooling == "mixture" else _check_expert_reasons(prior, name)


def _check_expert_reasons(prior: PriorDraft, name: str) -> Iterator[Problem]:
    """One sentence says why these experts were asked, and one for each why they think so."""
    whys: dict[Keys, str | dict[str, str]] = {(name, "why"): prior.table.why}
    whys |= {(name, "experts", expert, "why"): its.why for expert, its in prior.table.experts.items()}
    for keys, why in whys.items():
        if isinstance(why, dict):
            yield prior.document.at_key(keys, "`why` says in one sentence why these experts; each of them has a `why` of its own")
        elif not is_sentence(why):
            yield prior.document.at_value(keys, "`why` is not a sentence", SENTENCE_HINT)


def _check_scenario_reasons(prior: PriorDraft, name: str) -> Iterator[Problem]:
    """Each scenario of a mixture has a sentence of its own."""
    document, whys = prior.document, prior.table.why
    if isinstance(whys, str):
        first = next(iter(prior.parts), "scenario")
        yield document.at_value((name, "why"), "each scenario of a mixture has its own `why`", f'as in why.{first} = "…"')
        return
    for scenario in prior.parts:
        if scenario not in whys:
            yield document.at_key((name, "prior", scenario), f"`why.{scenario}` is missing", "say in a sentence why these numbers")
    for scenario, why in whys.items():
        if scenario not in prior.parts:
            yield document.at_key((name, "why", scenario), f"`why.{scenario}` explains no prior", did_you_mean(scenario, prior.parts))
        elif not is_sentence(why):
            yield document.at_value((name, "why", scenario), "`why` is not a sentence", SENTENCE_HINT)


def check_pool(prior: PriorDraft, name: str) -> Iterator[Problem]:
    """Yield what is wrong with a pooled prior's parts and weights, and with pooling where there is nothing to pool."""
    document, table = prior.document, prior.table
    if table.experts and table.prior:
        yield document.at_key((name, "prior"), f"`{name}` has a `prior` and `experts`", "one or the other: experts are pooled to the prior")
        return
    if table.weight and prior.pooling != "mixture":
        message = "experts have their weights in their own tables" if table.experts else "`weight` is for the scenarios of a mixture"
        hint = "" if table.experts else "as in prior.war_ends = … with weight.war_ends = 0.3"
        yield document.at_key((name, "weight"), message, hint)
    if (name, "pool") in document.positions.keys and "experts" not in document.content[name]:
        yield document.at_key((name, "pool"), "`pool` says how experts are pooled, and there are none")
    if prior.pooling is None:
        return
    problems = [*_check_weights(prior, name), *_check_parts(prior, name)]
    yield from problems
    used = [part.written for part in prior.parts.values() if part.is_used and part.written]
    if problems or any(part.written is None for part in prior.parts.values() if part.is_used):
        return
    try:
        statement = pooled_statement(prior)
    except Fault as fault:
        yield used[-1].problem(fault.message, fault.hint)
        return
    family = family_for(statement)
    if family.discrete and family.value_kind is not ValueKind.CATEGORY:
        lower, upper = (float(end) for end in family.support())
        if upper - lower + 1 > MOST_ENUMERATED_VALUES:
            message = f"together these have {upper - lower + 1:,.0f} values, each of which is a hypothesis; at most {MOST_ENUMERATED_VALUES} can be enumerated"
            yield used[-1].problem(message, "use continuous distributions, or coarser values")


def _check_weights(prior: PriorDraft, name: str) -> Iterator[Problem]:
    document, table = prior.document, prior.table
    is_mixture = prior.pooling == "mixture"
    if is_mixture and set(table.weight) != set(document.content[name].get("weight", {})):
        return  # a weight that is not a number has been reported already
    problems = [*(_check_weighed_scenarios(prior, name) if is_mixture else ()), *_check_part_weights(prior, name)]
    yield from problems
    if is_mixture:
        total = math.fsum(part.weight for part in prior.parts.values())
        if not problems and abs(total - 1) > ADDS_UP:
            yield document.at_key((name, "weight"), f"the weights of `{name}` add up to {total:.10g}; they must add up to 1")
        if len(prior.parts) == 1:
            yield document.at_key((name, "prior"), f"a mixture has two scenarios or more; `{name}` has one")
    elif not any(part.is_used for part in prior.parts.values()):
        yield document.at_key((name, "experts"), f"no expert of `{name}` is used", "let one have `use = true`, or leave its `use` out")


def _check_weighed_scenarios(prior: PriorDraft, name: str) -> Iterator[Problem]:
    """Each weight of a mixture is that of one of its scenarios."""
    for scenario in prior.table.weight:
        if scenario not in prior.parts:
            hint = did_you_mean(scenario, prior.parts) or f'say prior.{scenario} = "…"'
            yield prior.document.at_key((name, "weight", scenario), f"`weight.{scenario}` weighs no prior", hint)


def _check_part_weights(prior: PriorDraft, name: str) -> Iterator[Problem]:
    """Each part has a weight above 0."""
    document, table = prior.document, prior.table
    for key, part in prior.parts.items():
        if math.isnan(part.weight) and key not in table.weight and prior.pooling == "mixture":
            yield document.at_key((name, "prior", key), f"`weight.{key}` is missing", "the chance of this scenario")
        elif not (part.weight > 0 and math.isfinite(part.weight)):
            hint = "`use = false` keeps an expert without counting" if table.experts else "leave out what has no chance"
            yield document.at_value(part.weight_keys, f"the weight of `{key}` is {part.weight:g}; it must be above 0", hint)


def _check_parts(prior: PriorDraft, name: str) -> Iterator[Problem]:
    sound: list[tuple[str, PartDraft, ParsedText[Statement]]] = []
    for key, part in prior.parts.items():
        if not SNAKE_CASE.fullmatch(key):
            place = (name, "prior" if prior.pooling == "mixture" else "experts", key)
            yield prior.document.at_key(
                place, f"the name `{key}` is not in snake_case", "small letters, digits and _, beginning with a letter"
            )
        if part.written is None:
            continue
        problems = [*_check_numbers(part.written), *check_statement(part.written), *check_prior_family(part.written)]
        problems = problems or list(check_extremes(part.written))
        yield from problems[:1]
        if not problems and part.is_used:
            sound.append((key, part, part.written))
    for (first, _, one), (other, _, two) in zip(sound[:1] * len(sound), sound[1:], strict=False):
        yield from _check_alike(name, first, one, other, two)


def _check_numbers(written: ParsedText[Statement]) -> Iterator[Problem]:
    for expression in written.tree.arguments.values():
        for named in names_in(expression):
            yield written.problem(
                f"a part of a pooled prior has numbers alone, and this one names `{named}`",
                "a prior that depends on another parameter cannot be pooled",
                offset=expression.offset,
            )


def _check_alike(name: str, first: str, one: ParsedText[Statement], other: str, two: ParsedText[Statement]) -> Iterator[Problem]:
    """All parts are continuous, or counts, or shares of the same labels."""
    kinds = [family_of(written) for written in (one, two)]
    if kinds[0] is None or kinds[1] is None:
        return
    categorical = [kind.value_kind is ValueKind.CATEGORY for kind in kinds if kind]
    if kinds[0].discrete != kinds[1].discrete or categorical[0] != categorical[1]:
        descriptions = [
            "a share for each label" if kind.value_kind is ValueKind.CATEGORY else "whole numbers" if kind.discrete else "continuous"
            for kind in kinds
            if kind
        ]
        yield two.problem(
            f"the parts of `{name}` do not go together: `{first}` is {descriptions[0]}, `{other}` is {descriptions[1]}",
            offset=two.tree.offset,
        )
    elif categorical[0] and set(one.tree.arguments) != set(two.tree.arguments):
        labels = ", ".join(f'"{label}"' for label in one.tree.arguments)
        yield two.problem(f"`{other}` has other labels than `{first}`, which has {labels}", offset=two.tree.offset)
