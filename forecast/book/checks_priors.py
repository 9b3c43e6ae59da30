"""Checks of the prior file: reasons, units, labels, hierarchies, and which distributions can be priors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forecast.book.checks_statements import FINITE, FINITE_BY_N, check_statement, family_of, is_share, number_of
from forecast.book.circles import circles
from forecast.book.draft import Draft, PriorDraft, Written
from forecast.book.labels import Labels, categories_of, has_rows, text_columns
from forecast.book.names import DEFAULT
from forecast.book.problems import Problem
from forecast.book.scopes import Here, check_names
from forecast.language.distributions.bounded import Bounded
from forecast.language.expressions import names_in
from forecast.language.faults import did_you_mean
from forecast.language.statements import Statement


def check_priors(draft: Draft, labels: Labels) -> Iterator[Problem]:
    """Yield what is wrong with the priors of a topic."""
    for name, prior in draft.parameters.items():
        yield from check_reasons(prior, name)
        yield from _check_per(draft, name, prior, labels)
        sound = True
        for written in prior.statements.values():
            problems = [*check_statement(written), *_check_family(written), *_check_scope(draft, labels, prior, written)]
            sound = sound and not problems
            yield from problems
        if sound and prior.statements:
            yield from _check_unit(draft, name, prior)
    yield from _check_circles(draft)


def check_reasons(prior: PriorDraft, name: str) -> Iterator[Problem]:
    """Yield what is wrong with the reasons given for a prior."""
    table = prior.table
    whys = {("why",): table.why} if isinstance(table.why, str) else {("why", label): why for label, why in table.why.items()}
    for keys, why in whys.items():
        if not is_sentence(why):
            yield prior.document.at_value(
                (name, *keys), "`why` is not a sentence", "at least three words, and a full stop, question or exclamation mark at the end"
            )
    if isinstance(table.why, dict):
        asked = list(table.prior) if isinstance(table.prior, dict) else []
        for label in asked:
            if label not in table.why and DEFAULT not in table.why:
                yield prior.document.at_key((name, "prior", label), f"`why.{label}` is missing", "say in a sentence why these numbers")
        for label in table.why:
            if label not in asked and label != DEFAULT:
                yield prior.document.at_key((name, "why", label), f"`why.{label}` explains no prior", did_you_mean(label, asked))


def is_sentence(text: str) -> bool:
    """Whether a text has three words and ends as a sentence does (a closing quote or bracket may follow)."""
    return len(text.split()) >= 3 and text.rstrip().rstrip("\"')\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}»").endswith(
        (".", "!", "?", "…")
    )


def dependencies(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Return, for each parameter, the parameters its prior names."""
    found = {}
    for name, prior in draft.parameters.items():
        named = {
            other: None
            for written in prior.statements.values()
            for expression in written.tree.arguments.values()
            for other in names_in(expression)
        }
        if prior.table.per in draft.parameters:
            named[prior.table.per] = None
        found[name] = tuple(other for other in named if other in draft.parameters and other != (prior.table.per if other == name else ""))
    return found


def _check_per(draft: Draft, name: str, prior: PriorDraft, labels: Labels) -> Iterator[Problem]:
    per = prior.table.per
    by_label = isinstance(prior.table.prior, dict)
    if not per:
        if by_label:
            yield draft.priors.at_key(
                (name, "prior"), f"`{name}` has priors by label but no `per`", 'say which labels, as in per = "conflict"'
            )
        return
    is_categorical = per in draft.parameters and bool(categories_of(draft.parameters[per]))
    columns = text_columns(draft)
    complete = all(stream.is_read for stream in draft.streams.values())
    if not is_categorical and per not in columns and complete and not (by_label and not has_rows(draft)):
        if per in draft.parameters:
            message, hint = f"`per` names `{per}`, a parameter that is not Categorical", ""
        else:
            categorical = [other for other, its in draft.parameters.items() if categories_of(its)]
            message, hint = (
                f"`per` names `{per}`, which is neither a text column nor a Categorical parameter",
                did_you_mean(per, [*columns, *categorical]),
            )
        yield draft.priors.at_value((name, "per"), message, hint)
        return
    families = {written.tree.distribution for written in prior.statements.values()}
    if "Categorical" in families:
        yield draft.priors.at_value((name, "per"), "a Categorical parameter has one value; it takes no `per`")
    if "Dirichlet" in families:
        yield draft.priors.at_value((name, "per"), "a Dirichlet parameter has one share for each of its own labels; it takes no `per`")
    if not by_label:
        return
    assert isinstance(prior.table.prior, dict)
    known = labels.sets.get(per, ())
    for label in prior.table.prior:
        if is_categorical and label not in known and label != DEFAULT:
            yield draft.priors.at_key((name, "prior", label), f'`{per}` has no label "{label}"', did_you_mean(label, known))
    missing = [label for label in known if label not in prior.table.prior]
    if missing and DEFAULT not in prior.table.prior:
        listed = ", ".join(f'"{label}"' for label in missing)
        hint = f"add prior.{missing[0]}, or prior.{DEFAULT} for every label without one of its own"
        yield draft.priors.at_key((name, "prior"), f"`{name}` has no prior for {listed}", hint)


def _check_scope(draft: Draft, labels: Labels, prior: PriorDraft, written: Written[Statement]) -> Iterator[Problem]:
    per = prior.table.per
    coded = {per: per} if per and per in labels.sets and per not in draft.parameters else {}
    here = Here("a prior", frozenset({"parameter"}), coded=coded)
    for expression in written.tree.arguments.values():
        yield from check_names(draft, labels, written, expression, here)  # type: ignore[arg-type]


def _check_family(written: Written[Statement]) -> Iterator[Problem]:
    """A discrete prior is enumerated, so it must have finitely many values; a continuous one must have a density."""
    kind = family_of(written)
    if kind is not None and kind.mixes:
        yield written.problem(
            f"{kind.name} cannot be a prior: it is how a value is seen, not what it is",
            "a prior that ends at a bound is `Truncated(…)`",
            offset=written.tree.offset,
        )
        return
    if kind is not None and kind.name in {"Multinomial", "OrderedLogistic"}:
        yield written.problem(
            f"{kind.name} cannot be a prior: it is how rows arise",
            "a parameter that is one of some labels is Categorical, and shares of them are Dirichlet",
            offset=written.tree.offset,
        )
        return
    if kind is not None and isinstance(kind, Bounded):
        yield from _check_bounds(written)
    if kind is None or not kind.discrete or kind.name in FINITE:
        return
    if kind.name in FINITE_BY_N:
        n = written.tree.arguments.get("n")
        if n is not None and number_of(n) is None:
            yield written.problem(
                f"as a prior, {kind.name} needs a number for `n`", "discrete parameters are enumerated", offset=written.tree.offsets["n"]
            )
        return
    families = ", ".join((*FINITE, *FINITE_BY_N))
    message = f"{kind.name} cannot be a prior: it has no last value, and discrete parameters are enumerated"
    yield written.problem(message, f"use one of {families}, or a continuous distribution", offset=written.tree.offset)


def _check_bounds(written: Written[Statement]) -> Iterator[Problem]:
    """The bounds of a prior are numbers, so that both engines know the edges of its support."""
    for name in ("lower", "upper"):
        bound = written.tree.arguments.get(name)
        if bound is not None and number_of(bound) is None:
            yield written.problem(f"as a prior, Truncated needs a number for `{name}`", offset=written.tree.offsets[name])


def _check_unit(draft: Draft, name: str, prior: PriorDraft) -> Iterator[Problem]:
    if prior.table.unit or categories_of(prior):
        return
    if not all(is_share(written) for written in prior.statements.values()):
        yield draft.priors.at_key(
            (name,), f"`unit` is missing in [{name}]", "say what it is measured in; only shares and Categorical parameters need no unit"
        )


def _check_circles(draft: Draft) -> Iterator[Problem]:
    for circle in circles(dependencies(draft)):
        yield draft.priors.at_value(
            (circle[0], "prior"), f"these priors go round in a circle: {' → '.join(circle)}", "one of them must have numbers of its own"
        )


def used_parameters(draft: Draft, expressions: Mapping[str, int] | frozenset[str]) -> frozenset[str]:
    """Return the parameters among names, and all that their priors name."""
    depends = dependencies(draft)
    found: set[str] = set()
    waiting = [name for name in expressions if name in depends]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += depends[name]
    return frozenset(found)
