"""The JSON contract of what a report says of scenarios: the probability of each branch of the future, and the open answers in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from forecast.schema.answers import AnswerKind, AnswerValue, is_date, is_distribution, is_shares
from forecast.schema.probability_faults import NO_PROBABILITY

if TYPE_CHECKING:
    from forecast.schema.topic import TopicContent

VALUE_KEY_OF_KIND: Mapping[AnswerKind, str] = {
    "probability": "chance",
    "distribution": "quantiles",
    "date": "not_by_then",
    "shares": "shares",
}
type ScenarioStatus = Literal["open", "happened", "can no longer happen", "not answerable"]

MODE_QUANTILES = 3  # of a likely range of a number: 5, 50 and 95 %
QUANTILE_COUNT = 5  # of a number or a date: 5, 25, 50, 75 and 95 %


class ChanceContent(TypedDict):
    """A probability and its Monte Carlo error; ``at_most``, ``at_least``, ``chance`` and ``chance_errors`` are as in the value of an answer."""

    value: float
    error: float
    at_most: NotRequired[float]
    at_least: NotRequired[float]
    chance: NotRequired[list[float]]
    chance_errors: NotRequired[list[float]]


class BranchAnswer(TypedDict):
    """What an open question comes to in a branch; ``paths`` is how many independent simulated futures that rests on.

    ``value`` is null where they are too few or where ``reasons`` say why; curves are left out of it or coarse.
    """

    question: str
    headline: str
    paths: float
    value: AnswerValue | None
    reasons: NotRequired[list[str]]


class ScenarioContent(TypedDict):
    """A scenario: its condition, its probability and the open answers in it.

    ``status`` is that of a question of yes or no: only one that is open has answers.  The probability is null where it is not answerable,
    for the ``reasons``.
    """

    name: str
    title: str
    when: str
    by: str | None
    since: str | None
    status: ScenarioStatus
    probability: ChanceContent | None
    answers: list[BranchAnswer]
    reasons: NotRequired[list[str]]


class NoScenarioContent(TypedDict):
    """The branch in which no open scenario comes about."""

    probability: ChanceContent
    answers: list[BranchAnswer]


class ScenariosContent(TypedDict):
    """The scenarios in the order of the file; ``none`` is null where none is open, ``several`` (two or more at once) where fewer than two are.

    ``least_paths`` is how many simulated futures an answer in a branch rests on at the least.
    """

    least_paths: int
    scenarios: list[ScenarioContent]
    none: NoScenarioContent | None
    several: ChanceContent | None


def scenario_faults(report: TopicContent) -> Iterator[tuple[str, str]]:
    """Yield the places of what does not fit in the scenarios of a report, and what that is."""
    if "scenarios" not in report:
        return
    content, kinds = report["scenarios"], {answer["name"]: answer["kind"] for answer in report["answers"]}
    none, several = content["none"], content["several"]
    names = [its["name"] for its in content["scenarios"]]
    if len(set(names)) < len(names):
        yield "scenarios.scenarios", "two of them have one name"
    if (none is not None) != any(its["status"] == "open" for its in content["scenarios"]):
        yield "scenarios.none", "an open scenario leaves something, and only an open one"
    asked = [] if none is None else [answer["question"] for answer in none["answers"]]
    for number, its in enumerate(content["scenarios"]):
        place = f"scenarios.scenarios.{number}"
        if (its["probability"] is None) != bool(its.get("reasons")) or (its["probability"] is None) != (its["status"] == "not answerable"):
            yield place, "a scenario has a probability, or reasons why not"
        if its["answers"] and its["status"] != "open":
            yield f"{place}.answers", "only an open scenario has answers"
        elif its["status"] == "open" and [answer["question"] for answer in its["answers"]] != asked:
            yield f"{place}.answers", "branches have answers to other questions"
        yield from _branch_faults(place, its["probability"], its["answers"], kinds)
    if none is not None:
        yield from _branch_faults("scenarios.none", none["probability"], none["answers"], kinds)
    if several is not None:
        yield from _branch_faults("scenarios.several", several, [], kinds)


def _branch_faults(
    place: str, chance: ChanceContent | None, answers: list[BranchAnswer], kinds: Mapping[str, AnswerKind]
) -> Iterator[tuple[str, str]]:
    if chance is not None:
        if any(not 0 <= its <= 1 for its in (chance["value"], *chance.get("chance", ()))):
            yield f"{place}.probability", NO_PROBABILITY
        if ("chance" in chance) != ("chance_errors" in chance):
            yield f"{place}.probability", "an interval and its errors go together"
    for at, answer in enumerate(answers):
        where, kind = f"{place}.answers.{at}", kinds.get(answer["question"])
        if kind is None:
            yield f"{where}.question", "there is no such question"
        elif answer["value"] is not None:
            yield from _value_faults(f"{where}.value", answer["value"], kind)


def _value_faults(place: str, value: AnswerValue, kind: AnswerKind) -> Iterator[tuple[str, str]]:
    if VALUE_KEY_OF_KIND[kind] not in value:
        yield place, f"this is not the value of a {kind}"
    elif is_distribution(value, kind):
        lists = [("quantiles", value["quantiles"], QUANTILE_COUNT), ("errors", value["errors"], QUANTILE_COUNT)]
        lists += [("modes", mode["quantiles"], MODE_QUANTILES) for mode in value.get("modes", ())]
        yield from ((f"{place}.{key}", f"there are {len(its)} here, and not {count}") for key, its, count in lists if len(its) != count)
        if "pmf" in value and (not value["pmf"]["x"] or len(value["pmf"]["x"]) != len(value["pmf"]["y"])):
            yield f"{place}.pmf", "has not as many values as probabilities, or none"
    elif is_date(value, kind):
        if len(value["quantiles"]) != QUANTILE_COUNT:
            yield f"{place}.quantiles", f"there are {len(value['quantiles'])} here, and not {QUANTILE_COUNT}"
        yield from ((f"{place}.quantiles", "this is no day") for day in value["quantiles"] if day is not None and not _is_day(day))
    elif is_shares(value, kind) and not value["shares"]:
        yield place, "there is no choice"


def _is_day(text: str) -> bool:
    """Whether a text is a day as reports write it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
