"""Checks of the prior file: reasons, units, labels, hierarchies, and which distributions can be priors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forecast.book.calendar import CALENDARS, MOST_CALENDAR_STEPS
from forecast.book.checks.extremes import check_extremes
from forecast.book.checks.pools import check_part_reasons, check_pool
from forecast.book.checks.scopes import NameScope, check_names
from forecast.book.checks.statements import check_prior_family, check_statement, has_share_values
from forecast.book.cycles import find_cycles
from forecast.book.draft import Draft, ParsedText, PriorDraft
from forecast.book.files.names import DEFAULT
from forecast.book.files.problems import Problem
from forecast.book.labels import LabelSets, calendar_of, has_rows, is_categorical, text_columns
from forecast.book.sentences import SENTENCE_HINT, is_sentence
from forecast.book.topic import Step
from forecast.language.distributions.families import value_kind_of
from forecast.language.distributions.nested import WALKS
from forecast.language.distributions.traits import ValueKind
from forecast.language.expressions import names_in
from forecast.language.faults import did_you_mean
from forecast.language.statements import Statement


def check_priors(draft: Draft, labels: LabelSets) -> Iterator[Problem]:
    """Yield what is wrong with the priors of a topic."""
    for name, prior in draft.parameters.items():
        yield from check_reasons(prior, name)
        yield from _check_per(draft, name, prior, labels)
        pool_problems = tuple(check_pool(prior, name))
        yield from pool_problems
        sound = not pool_problems
        for written in prior.statements.values():
            problems = [*check_statement(written), *check_prior_family(written), *_check_scope(draft, labels, prior, written)]
            problems = problems or list(check_extremes(written))
            sound = sound and not problems
            yield from problems
        if sound and (prior.statements or prior.parts):
            yield from _check_unit(draft, name, prior)
    yield from _check_prior_cycles(draft)


def check_reasons(prior: PriorDraft, name: str) -> Iterator[Problem]:
    """Yield what is wrong with the reasons given for a prior."""
    table = prior.table
    if not {"prior", "experts"} & prior.document.content[name].keys():
        yield prior.document.at_key((name,), f"`prior` is missing in [{name}]", 'as in prior = "Normal(mu=0, sigma=1)"')
    if prior.pooling:
        yield from check_part_reasons(prior, name)
        return
    whys = {("why",): table.why} if isinstance(table.why, str) else {("why", label): why for label, why in table.why.items()}
    for keys, why in whys.items():
        if not is_sentence(why):
            yield prior.document.at_value((name, *keys), "`why` is not a sentence", SENTENCE_HINT)
    if isinstance(table.why, dict):
        asked = list(table.prior) if isinstance(table.prior, dict) else []
        for label in asked:
            if label not in table.why and DEFAULT not in table.why:
                yield prior.document.at_key((name, "prior", label), f"`why.{label}` is missing", "say in a sentence why these numbers")
        for label in table.why:
            if label not in asked and label != DEFAULT:
                yield prior.document.at_key((name, "why", label), f"`why.{label}` explains no prior", did_you_mean(label, asked))


def dependencies(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Return, for each parameter, the parameters its prior names."""
    parents = {}
    for name, prior in draft.parameters.items():
        named = {
            other: None
            for written in prior.statements.values()
            for expression in written.tree.arguments.values()
            for other in names_in(expression)
        }
        if prior.table.per in draft.parameters:
            named[prior.table.per] = None
        parents[name] = tuple(other for other in named if other in draft.parameters and other != (prior.table.per if other == name else ""))
    return parents


def _check_per(draft: Draft, name: str, prior: PriorDraft, labels: LabelSets) -> Iterator[Problem]:
    """Which labels a parameter has values for: ``per``, and the labels of its priors."""
    per = prior.table.per
    if not per:
        yield from _check_single(draft, name, prior)
    elif (step := calendar_of(draft, prior)) is not None:
        yield from _check_calendar(draft, name, prior, step, count=len(labels.sets.get(per, ())))
    elif (problem := _label_set_problem(draft, name, prior)) is not None:
        yield problem
    else:
        yield from _check_takes_per(draft, name, prior)
        if prior.is_by_label:
            yield from _check_prior_labels(draft, name, prior, labels.sets.get(per, ()))


def _check_single(draft: Draft, name: str, prior: PriorDraft) -> Iterator[Problem]:
    """A parameter without ``per`` has one prior, which is no walk."""
    yield from _check_walks(prior)
    if prior.is_by_label:
        yield draft.priors.at_key(
            (name, "prior"),
            f"`{name}` has priors by label but no `per`",
            'say which labels, as in per = "conflict"; or, for a mixture of scenarios, the weight of each',
        )


def _label_set_problem(draft: Draft, name: str, prior: PriorDraft) -> Problem | None:
    """The problem of a ``per`` that names no labels; None where it does, or where that cannot be known."""
    per, columns = prior.table.per, text_columns(draft)
    is_complete = all(stream.is_read for stream in draft.streams.values())
    if draft.kinds.get(per) == "regime":  # one that is not well formed is reported where it stands
        return None
    if is_categorical(draft, per) or per in columns or not is_complete or (prior.is_by_label and not has_rows(draft)):
        return None
    if per in draft.parameters:
        return draft.priors.at_value((name, "per"), f"`per` names `{per}`, a parameter that is not Categorical")
    categorical = [other for other, its in draft.parameters.items() if its.categories]
    message = f"`per` names `{per}`, which is neither a text column nor a Categorical parameter"
    return draft.priors.at_value((name, "per"), message, did_you_mean(per, [*columns, *categorical, *draft.table.regimes]))


def _check_takes_per(draft: Draft, name: str, prior: PriorDraft) -> Iterator[Problem]:
    """A choice among labels, and shares of them, have labels of their own."""
    kinds = {value_kind_of(written.tree) for written in prior.statements.values()}
    if prior.categories or ValueKind.CATEGORY in kinds:
        yield draft.priors.at_value((name, "per"), "a Categorical parameter has one value; it takes no `per`")
    if ValueKind.SIMPLEX in kinds:
        yield draft.priors.at_value((name, "per"), "a Dirichlet parameter has one share for each of its own labels; it takes no `per`")


def _check_prior_labels(draft: Draft, name: str, prior: PriorDraft, known: Sequence[str]) -> Iterator[Problem]:
    """Every label has a prior of its own, or the default one, and each of those is a label's."""
    per, priors = prior.table.per, prior.table.prior
    assert isinstance(priors, dict)
    for written in prior.statements.values():
        if written.tree.distribution in WALKS:
            yield written.problem("a walk goes over all labels; it cannot be the prior of one", offset=written.tree.offset)
    for label in priors:
        if (per in draft.table.regimes or is_categorical(draft, per)) and label not in known and label != DEFAULT:
            yield draft.priors.at_key((name, "prior", label), f'`{per}` has no label "{label}"', did_you_mean(label, known))
    missing = [label for label in known if label not in priors]
    if missing and DEFAULT not in priors:
        listed = ", ".join(f'"{label}"' for label in missing)
        hint = f"add prior.{missing[0]}, or prior.{DEFAULT} for every label without one of its own"
        yield draft.priors.at_key((name, "prior"), f"`{name}` has no prior for {listed}", hint)


def _check_walks(prior: PriorDraft) -> Iterator[Problem]:
    """A walk goes over labels, one value after another."""
    for written in prior.statements.values():
        if written.tree.distribution in WALKS:
            yield written.problem(
                f"{written.tree.distribution} needs a `per`: over which labels does it go?",
                'a calendar step, as in per = "year", or a text column in the order of its labels',
                offset=written.tree.offset,
            )


def _check_calendar(draft: Draft, name: str, prior: PriorDraft, step: Step, *, count: int) -> Iterator[Problem]:
    """A parameter with a value for each calendar step: one prior, steps not finer than the topic's, and not too many."""
    if isinstance(prior.table.prior, dict):
        yield draft.priors.at_key((name, "prior"), f"`{name}` has one value for each {step}, and one prior for all of them")
    if CALENDARS.index(step) < CALENDARS.index(draft.table.step):
        yield draft.priors.at_value(
            (name, "per"),
            f"a {step} is finer than the topic's step, a {draft.table.step}",
            "give the topic a finer `step`, or this a coarser `per`",
        )
    if count > MOST_CALENDAR_STEPS:
        yield draft.priors.at_value(
            (name, "per"), f"{count:,} values, one for each {step}; at most {MOST_CALENDAR_STEPS} can be computed", "use a coarser step"
        )


def _check_scope(draft: Draft, labels: LabelSets, prior: PriorDraft, written: ParsedText[Statement]) -> Iterator[Problem]:
    per = prior.table.per
    coded = {per: per} if per and per in labels.sets and per not in draft.parameters else {}
    here = NameScope("a prior", frozenset({"parameter"}), coded=coded)
    for expression in written.tree.arguments.values():
        yield from check_names(draft, labels, written, expression, here)


def _check_unit(draft: Draft, name: str, prior: PriorDraft) -> Iterator[Problem]:
    if prior.table.unit or prior.categories:
        return
    parts = [part.written for part in prior.parts.values() if part.written and part.is_used]
    if not all(has_share_values(written) for written in [*prior.statements.values(), *parts]):
        yield draft.priors.at_key(
            (name,), f"`unit` is missing in [{name}]", "say what it is measured in; only shares and Categorical parameters need no unit"
        )


def _check_prior_cycles(draft: Draft) -> Iterator[Problem]:
    for circle in find_cycles(dependencies(draft)):
        yield draft.priors.at_value(
            (circle[0], "prior"), f"these priors go round in a circle: {' → '.join(circle)}", "one of them must have numbers of its own"
        )


def used_parameters(draft: Draft, expressions: Mapping[str, int] | frozenset[str]) -> frozenset[str]:
    """Return the parameters among names, and all that their priors name."""
    depends = dependencies(draft)
    used: set[str] = set()
    waiting = [name for name in expressions if name in depends]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += depends[name]
    return frozenset(used)
