"""Scenarios on a topic's first screen: each branch with its probability and the answers in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecast.report.charts_answers import name_as_words
from forecast.report.tables import Column, ReportTable
from forecast.schema.answers import AnswerContent
from forecast.schema.scenarios import BranchAnswer, ScenarioContent, ScenariosContent
from forecast.schema.topic import TopicContent
from forecast.sentences.lead import lead_answer
from forecast.sentences.scenarios import (
    answer_text_in_short,
    are_all_open,
    branch_answer_text,
    chance_text_with_range,
    counted_days_text,
    other_days_notes,
    scenario_notes,
    scenario_text,
)

MOST_TOGETHER = 3  # answers that stand beside the probability; of more, the first does, and a table of its own has all
ALL_FUTURES = "All futures"


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """A table of the scenarios, one of every answer in them where there are many (else None), and what is to be known of both."""

    table: ReportTable
    answers: ReportTable | None
    notes: tuple[str, ...]


def scenario_view(content: TopicContent) -> ScenarioView | None:
    """Return what a page shows of scenarios; None where the topic has none."""
    if "scenarios" not in content:
        return None
    its = content["scenarios"]
    answers = _open_answers(content, its)
    beside = answers if len(answers) <= MOST_TOGETHER else answers[:1]
    notes = (*other_days_notes(content["answers"], its), *scenario_notes(answers, its))
    return ScenarioView(_branches_table(its, beside), _answers_table(its, answers) if len(answers) > len(beside) else None, notes)


def _open_answers(content: TopicContent, its: ScenariosContent) -> list[AnswerContent]:
    """The answers that branches have, the leading one first."""
    none = its["none"]
    named = [answer["question"] for answer in none["answers"]] if none is not None else []
    lead = lead_answer(content)
    first = "" if lead is None else lead["name"]
    return sorted((answer for answer in content["answers"] if answer["name"] in named), key=lambda answer: answer["name"] != first)


def _branches_table(its: ScenariosContent, answers: Sequence[AnswerContent]) -> ReportTable:
    columns = (
        Column("scenario", "head"),
        Column("probability (90 % range)", "longnumber") if _have_ranges(its) else Column("probability", "number"),
        *(Column(name_as_words(answer["name"]), "number") for answer in answers),
    )
    rows = [
        (_title_with_days(each), scenario_text(each), *_texts(answers, each["answers"], is_open=each["status"] == "open"))
        for each in its["scenarios"]
    ]
    if its["none"] is not None:
        none = (chance_text_with_range(its["none"]["probability"]), *_texts(answers, its["none"]["answers"], is_open=True))
        rows += [(_without_scenario(its), *none)] if its["none"]["probability"]["value"] > 0 else []
        rows += [(ALL_FUTURES, "", *map(answer_text_in_short, answers))]
    asked = "" if not answers else f" and the answer{'s' if len(answers) > 1 else ''} in it"
    days = "the days that it counts, " if any(counted_days_text(each) for each in its["scenarios"]) else ""
    return ReportTable(f"Each scenario with {days}its probability{asked}", columns, tuple(rows))


def _title_with_days(scenario: ScenarioContent) -> str:
    """What a scenario says, and of which days."""
    days = counted_days_text(scenario)
    return f"{scenario['title']} ({days})" if days else scenario["title"]


def _have_ranges(its: ScenariosContent) -> bool:
    """Whether the probability of a branch has a 90 % range; it has none in a report made in haste, or of parameters alone."""
    chances = [*(each["probability"] for each in its["scenarios"]), its["none"]["probability"] if its["none"] else None]
    return any(chance is not None and "chance" in chance for chance in chances)


def _answers_table(its: ScenariosContent, answers: Sequence[AnswerContent]) -> ReportTable:
    """Every open answer in each open scenario."""
    branches: dict[str, Sequence[BranchAnswer]] = {
        name_as_words(each["name"]): each["answers"] for each in its["scenarios"] if each["status"] == "open"
    }
    if its["none"] is not None and its["none"]["probability"]["value"] > 0:
        branches[_without_scenario(its)] = its["none"]["answers"]
    columns = (Column("question", "head"), Column(ALL_FUTURES, "number"), *(Column(name, "number") for name in branches))
    texts = [_texts(answers, within, is_open=True) for within in branches.values()]
    rows = tuple(
        (answer["asks"], answer_text_in_short(answer), *(of_branch[at] for of_branch in texts)) for at, answer in enumerate(answers)
    )
    return ReportTable("Every open answer in each scenario", columns, rows)


def _without_scenario(its: ScenariosContent) -> str:
    """The name of the branch in which no scenario comes about that is open."""
    return "None of these" if are_all_open(its) else "None of those open"


def _texts(answers: Sequence[AnswerContent], within: Sequence[BranchAnswer], *, is_open: bool) -> list[str]:
    """The answers in a branch as they are printed; empty texts in one that the record has settled."""
    by_name: Mapping[str, BranchAnswer] = {each["question"]: each for each in within}
    return [branch_answer_text(answer, by_name[answer["name"]]) if is_open else "" for answer in answers]
