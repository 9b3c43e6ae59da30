"""Priors of a new topic that are given in words: what they are as statements, and what they imply before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from forecast.actions.new.kinds import BASE_RATES
from forecast.actions.new.option_places import option_problem, typed_prior_problem
from forecast.actions.new.templates import TemplateInput
from forecast.book.files.names import DEFAULT
from forecast.book.files.problems import Problem, Result
from forecast.book.topic import Topic
from forecast.elicitation.fits import Fit, fits
from forecast.elicitation.phrases import is_statement, parse_belief, parse_chances
from forecast.elicitation.subject import Subject, subject_of
from forecast.language.distributions.choices import Categorical
from forecast.language.faults import Fault
from forecast.schema import words

UNREASONED = "Given as “{said}” on {day}, without a reason so far."
BASE_RATE_REASON = "Base rate: {said}."
JEFFREYS_REASON = " Jeffreys' prior counts half a case besides."  # follows either, where none or all were seen


@dataclass(frozen=True, slots=True)
class Belief:
    """A prior as it was said, and the best fit to that; ``name`` is that of a parameter, or ``parameter.label``."""

    name: str
    said: str
    unit: str
    fit: Fit


@dataclass(frozen=True, slots=True)
class StatedInput:
    """What a person gives, every prior as a statement, and those that were words."""

    own: TemplateInput
    beliefs: tuple[Belief, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedPriors:
    """Priors as statements, and those of them that were words."""

    priors: Mapping[str, str]
    beliefs: tuple[Belief, ...] = ()


def belief_of_words(topic: Topic, name: str, said: str) -> Belief:
    """Return the prior that words say of a parameter of a topic; raise ``Fault`` where they say none."""
    parameter = topic.parameters[name.partition(".")[0]]
    if parameter.parts:
        raise Fault("this prior pools several, and is not said in words", hint="write a distribution, as in Gamma(p5=0.05, p95=2)")
    if "." in name and name.partition(".")[2] not in {DEFAULT, *parameter.by_label, *parameter.labels}:
        raise Fault(
            f"`{parameter.name}` has no label `{name.partition('.')[2]}`", hint=f"labels: {', '.join(parameter.labels) or 'it has none'}"
        )
    if parameter.categories:
        chances = parse_chances(said)
        listed = ", ".join(f"{label}={chance:.12g}" for label, chance in chances.items())
        return Belief(name, said, "", Fit(Categorical.name, f"{Categorical.name}({listed})", "cases", (), tuple(chances.values())))
    if parameter.prior is None and name == parameter.name:
        raise Fault("this prior differs by label", hint=f"say it for each, as in {name}.{next(iter(parameter.by_label))}")
    subject = _subject(topic, name)
    judgement = parse_belief(said, subject.support, unit=subject.unit)
    return Belief(name, said, subject.unit, fits(judgement, subject.support, first=subject.family)[0])


def stated_priors(topic: Topic, priors: Mapping[str, str], *, argument: str = "") -> Result[StatedPriors]:
    """Return priors with each that is in words as the statement that says it best; keys are parameters or ``parameter[label]``.

    A name that the topic does not have is left to whoever looks it up.  Problems are of the option ``--prior``, or of an
    ``argument`` that has the words alone.
    """
    stated, beliefs, problems = dict(priors), [], []
    for key, text in priors.items():
        name, _, label = key.removesuffix("]").partition("[")
        if is_statement(text) or name not in topic.parameters:
            continue
        try:
            belief = belief_of_words(topic, f"{name}.{label}" if label else name, text)
        except Fault as fault:
            message, named = f"`{key}`: {fault.message}", f"{key}="
            problems.append(
                option_problem(argument, message, fault.hint, typed=text)
                if argument
                else option_problem("--prior", message, fault.hint, typed=f"{named}{text}", offset=len(named))
            )
        else:
            beliefs.append(replace(belief, name=key))
            stated[key] = belief.fit.statement
    return Result(None, tuple(problems)) if problems else Result(StatedPriors(stated, tuple(beliefs)))


def can_be_said(topic: Topic, name: str) -> bool:
    """Whether a parameter's prior can be given in words: one value that is no whole number, or a choice among labels."""
    parameter = topic.parameters[name]
    if parameter.categories and not parameter.per:
        return True
    if parameter.per or parameter.prior is None:
        return False
    try:
        return _subject(topic, name).fit is not None
    except Fault:
        return False


def with_base_rate(kind: str, own: TemplateInput) -> Result[TemplateInput]:
    """Return what a person gives with their base rate as the prior, and the reason, of the parameter of a kind that it is about."""
    if not own.base_rate:
        return Result(own)
    parameter = BASE_RATES.get(kind)
    if parameter is None:
        hint = f"these have one: {', '.join(BASE_RATES)}"
        return Result(None, (option_problem("--base-rate", f"a topic like {kind} has no base rate", hint, typed=own.base_rate),))
    if parameter in own.priors:
        message = f"`{parameter}` is given twice, as the base rate and as a prior"
        return Result(None, (option_problem("--base-rate", message, "leave one of them out", typed=own.base_rate),))
    reasons = {parameter: BASE_RATE_REASON.format(said=own.base_rate.rstrip(".")), **own.reasons}
    return Result(replace(own, priors={**own.priors, parameter: own.base_rate}, reasons=reasons))


def with_statements(topic: Topic | None, kind: str, own: TemplateInput, today: date) -> Result[StatedInput]:
    """Return what a person gives with each prior in words as the statement that says it best; ``topic`` is as the template has it."""
    said = {key: text for key, text in own.priors.items() if not is_statement(text)}
    if topic is None or not said:
        return Result(StatedInput(own))
    beliefs: list[Belief] = []
    problems: list[Problem] = []
    for key, text in said.items():
        try:
            beliefs.append(belief_of_words(topic, key, text))
        except Fault as fault:
            problems.append(typed_prior_problem(kind, own, key, f"`{key}`: {fault.message}", fault.hint))
    if problems:
        return Result(None, tuple(problems))
    return Result(StatedInput(_with_fits(own, beliefs, today), tuple(beliefs)))


def _with_fits(own: TemplateInput, beliefs: Sequence[Belief], today: date) -> TemplateInput:
    statements = {belief.name: belief.fit.statement for belief in beliefs}
    given: Mapping[str, str] = {belief.name: UNREASONED.format(said=belief.said, day=words.day(today)) for belief in beliefs}
    reasons = {**given, **own.reasons}
    for belief in beliefs:
        written = BASE_RATE_REASON.format(said=belief.said.rstrip("."))
        if belief.fit.method == "cases from Jeffreys' prior" and reasons[belief.name] in {given[belief.name], written}:
            reasons[belief.name] += JEFFREYS_REASON
    return replace(own, priors={**own.priors, **statements}, reasons=reasons)


def _subject(topic: Topic, name: str) -> Subject:
    parameter, _, label = name.partition(".")
    return subject_of(topic, parameter, label)
