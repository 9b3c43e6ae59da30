"""What a report says of a topic's scenarios: each branch with its probability and the open answers in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from forecast.book.files.problems import Problem
from forecast.book.topic import Topic
from forecast.content.topic import answer_content, unseen_bound
from forecast.predict.answers import Answer, Probability
from forecast.predict.scenarios import LEAST_PATHS, AnswerInBranch, Branch, Branches
from forecast.schema.answers import AnswerValue, is_date, is_distribution
from forecast.schema.compact import compact_distribution
from forecast.schema.scenarios import BranchAnswer, ChanceContent, ScenarioContent, ScenariosContent, ScenarioStatus


class _Reasons(TypedDict, total=False):
    """What only a branch or an answer has that cannot be worked out."""

    reasons: list[str]


class _Interval(TypedDict, total=False):
    """The 90 % range of a chance given the parameters, with the errors of its ends, where it has one."""

    chance: list[float]
    chance_errors: list[float]


def scenarios_content(topic: Topic, branches: Branches) -> ScenariosContent:
    """Return what a report says of scenarios, from the branches of a topic."""
    none, several = branches.none, branches.several
    return {
        "least_paths": LEAST_PATHS,
        "scenarios": [_scenario(topic, branch) for branch in branches.scenarios],
        "none": None
        if none is None or none.probability is None
        else {"probability": _chance(none.probability), "answers": _answers(topic, none)},
        "several": None if several is None else _chance(several),
    }


def _scenario(topic: Topic, branch: Branch) -> ScenarioContent:
    scenario = branch.scenario
    assert scenario is not None
    return {
        "name": scenario.name,
        "title": scenario.asks,
        "when": scenario.answer_text,
        "by": scenario.by.isoformat() if scenario.by else None,
        "since": scenario.since.isoformat() if scenario.since else None,
        "status": _status(branch),
        "probability": None if branch.probability is None else _chance(branch.probability),
        "answers": _answers(topic, branch),
        **_reasons(branch.reasons),
    }


def _status(branch: Branch) -> ScenarioStatus:
    match branch.status:
        case "open" | "happened" | "can no longer happen":
            return branch.status
        case None:
            return "not answerable"
        case other:
            raise ValueError(f"a condition that nothing annuls is not {other}")


def _chance(probability: Probability) -> ChanceContent:
    return {
        "value": min(probability.value, 1.0),  # weights add up to 1 but for rounding
        "error": probability.error,
        **unseen_bound(probability.value, probability.greatest_unseen),
        **_interval(probability),
    }


def _interval(probability: Probability) -> _Interval:
    if probability.chance is None or probability.chance_errors is None:
        return {}
    return {"chance": list(probability.chance), "chance_errors": list(probability.chance_errors)}


def _answers(topic: Topic, branch: Branch) -> list[BranchAnswer]:
    return [_answer(topic, its) for its in branch.answers.values()]


def _answer(topic: Topic, its: AnswerInBranch) -> BranchAnswer:
    content = answer_content(topic, Answer(its.question, its.value, "not answerable" if its.value is None else "open", 1.0))
    value = None if content["value"] is None else _short_value(content["value"], its)
    return {"question": its.question.name, "headline": content["headline"], "paths": its.paths, "value": value, **_reasons(its.reasons)}


def _short_value(value: AnswerValue, its: AnswerInBranch) -> AnswerValue:
    """A value without what no table shows: quantiles for the record, and curves but for what their shape must have."""
    kind = its.question.kind
    if is_distribution(value, kind):
        kept = compact_distribution(value)
        kept.pop("hub_quantiles", None)
        return kept
    if is_date(value, kind):
        dates = value.copy()
        dates.pop("hub_quantiles", None)
        return {**dates, "curve": []}
    return value


def _reasons(problems: Iterable[Problem]) -> _Reasons:
    said = [f"{problem.message}: {problem.hint}" if problem.hint else problem.message for problem in problems]
    return {"reasons": said} if said else {}
