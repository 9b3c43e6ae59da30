"""What scenarios come to in words: whether they exclude each other, and what their answers mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.scenarios import BranchAnswer, ChanceContent, ScenarioContent, ScenariosContent
from forecast.sentences.headlines import chance_range, headline_of
from forecast.sentences.insight_text import NOT_KNOWN

STATUS_WORDS = {
    "happened": "has come about",
    "can no longer happen": "can no longer come about",
    "not answerable": "not answerable",
}
SELECTION = (
    "Each answer counts the simulated futures in which the scenario comes about. "
    "A scenario need not be the cause of a difference: such futures differ in other ways, too."
)


def chance_text(chance: ChanceContent) -> str:
    """Return the probability of a branch as it is printed."""
    return words.percent(chance["value"], error=chance["error"])


def chance_range_text(chance: ChanceContent) -> str:
    """Return the 90 % range of the probability of a branch as it is printed; empty where it has none."""
    return chance_range(chance["chance"], chance["chance_errors"]) if "chance" in chance and "chance_errors" in chance else ""


def chance_text_with_range(chance: ChanceContent) -> str:
    """Return the probability of a branch with its 90 % range where it has one: ``32 % (1 to 89 %)``."""
    ends = chance_range_text(chance)
    return f"{chance_text(chance)} ({ends})" if ends else chance_text(chance)


def scenario_text(scenario: ScenarioContent) -> str:
    """Return the probability of a scenario as it is printed, with its 90 % range, or what the record has made of it."""
    chance = scenario["probability"]
    return chance_text_with_range(chance) if chance is not None and scenario["status"] == "open" else STATUS_WORDS[scenario["status"]]


def counted_days_text(its: ScenarioContent | AnswerContent) -> str:
    """Return the days on which what a condition is about is counted; empty where it is about no days."""
    since, by = its["since"], its["by"]
    if since is None or by is None:
        return f"up to {words.day(by)}" if by else f"from {words.day(since)}" if since else ""
    return words.day_range(date.fromisoformat(since), date.fromisoformat(by))


def other_days_notes(answers: Sequence[AnswerContent], content: ScenariosContent) -> Iterator[str]:
    """Say which question asks what an open scenario says, of other days, so that a reader sees why the two chances differ."""
    for its in content["scenarios"]:
        chance = its["probability"]
        if chance is None:
            continue
        for answer in answers:
            is_alike = answer["kind"] == "probability" and not (answer["given"] or answer.get("annulled") or answer.get("fraction"))
            if its["status"] == answer["status"] == "open" and is_alike and _is_of_other_days(its, answer, chance_text(chance)):
                both = f"The scenario “{its['title']}” ({chance_text(chance)}) and the question “{answer['asks']}” ({answer['headline']})"
                days = f"{counted_days_text(its)}, and {counted_days_text(answer)}"
                yield f"{both} have the same condition, but count different days: {days}."


def _is_of_other_days(its: ScenarioContent, answer: AnswerContent, shown: str) -> bool:
    is_same = "".join(its["when"].split()) == "".join(answer["answer"].split())
    days = (its["since"], its["by"]), (answer["since"], answer["by"])
    return is_same and days[0] != days[1] and all(map(any, days)) and shown != answer["headline"]


def branch_answer_text(answer: AnswerContent, within: BranchAnswer) -> str:
    """Return the answer to a question in a branch as it is printed; ``answer`` is that in all futures."""
    if within["value"] is None:
        return NOT_KNOWN
    return answer_text_in_short({**answer, "status": "open", "headline": within["headline"], "value": within["value"]})


def answer_text_in_short(answer: AnswerContent) -> str:
    """Return an open answer in short: a number with its 90 % range, a date with how likely it is, a choice with its chance."""
    shown = headline_of(answer)
    return f"{shown.figure} ({shown.about})" if answer["kind"] == "date" and shown.about else shown.short


def are_all_open(content: ScenariosContent) -> bool:
    """Whether the record has settled none of the scenarios, and each has a probability."""
    return all(its["status"] == "open" for its in content["scenarios"])


def scenario_notes(answers: list[AnswerContent], content: ScenariosContent) -> list[str]:
    """Return what is to be known of the scenarios of a report with some ``answers``."""
    return [*_overlap_notes(content), *_answer_notes(answers, content), *_unanswered_notes(content)]


def _overlap_notes(content: ScenariosContent) -> Iterator[str]:
    """Whether they exclude each other, and what is left."""
    none, several = content["none"], content["several"]
    if none is None:
        if all(its["probability"] for its in content["scenarios"]):
            yield "The record has settled all of them."
        return
    if several is None:
        return
    those, them = ("They", "none") if are_all_open(content) else ("Those that are open", "none of these")
    left = f"The chance that {them} comes about is {chance_text(none['probability'])}."
    if none["probability"]["value"] == 0:
        left = f"Every simulated future has at least one of {'them' if are_all_open(content) else 'these'}."
    if several["value"] == 0:
        yield f"{those} exclude each other: no simulated future has two of them. {left}"
    else:
        yield f"{those} can come about together: the chance of two or more is {chance_text(several)}. {left}"


def _answer_notes(answers: list[AnswerContent], content: ScenariosContent) -> Iterator[str]:
    by_name = {answer["name"]: answer for answer in answers}
    open_branches = [its["answers"] for its in content["scenarios"]] + (
        [content["none"]["answers"]] if content["none"] and content["none"]["probability"]["value"] > 0 else []
    )
    within = [each for branch in open_branches for each in branch if each["question"] in by_name]
    known = [each for each in within if each["value"] is not None]
    if any(branch_answer_text(by_name[each["question"]], each) != answer_text_in_short(by_name[each["question"]]) for each in known):
        yield SELECTION
    if any(each["value"] is None and not each.get("reasons") for each in within):
        yield f"Where “{NOT_KNOWN}” stands, fewer than {content['least_paths']} simulated futures are left to count."
    for reason in dict.fromkeys(reason for each in within for reason in each.get("reasons", ())):
        yield f"Not known in a scenario: {reason.rstrip('.')}."


def _unanswered_notes(content: ScenariosContent) -> Iterator[str]:
    for its in content["scenarios"]:
        if reasons := its.get("reasons"):
            yield f"“{its['title']}” is not answerable: {'; '.join(reasons).rstrip('.')}."
