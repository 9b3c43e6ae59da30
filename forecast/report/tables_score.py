"""Tables of the page of scores."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.report.tables import Column, ReportTable
from forecast.schema import words
from forecast.schema.hindcast_scores import HindcastScoresContent
from forecast.schema.score import ScoresContent, SummaryContent, number_of
from forecast.schema.score_page import (
    CallContent,
    CallsContent,
    OpenQuestionContent,
    ScorePageContent,
    SettledContent,
    StepContent,
    UpdateContent,
)
from forecast.sentences import score_words
from forecast.sentences.hindcast_tables import HINDCAST_SCALE, hindcast_tables

UPDATE_NAMES = {
    "brier": "Brier, last forecast",
    "brier-over-time": "Brier, over time",
    "brier-two-sided": "Brier, two-sided, last forecast",
    "brier-two-sided-over-time": "Brier, two-sided, over time",
    "baseline": "baseline",
}


def summary_table(caption: str, summaries: Sequence[SummaryContent]) -> ReportTable:
    """Means by forecaster and measure, with their intervals; without a column of forecasters where there is one alone."""
    several = len({its["who"] for its in summaries}) > 1
    columns = (
        *((Column("forecaster", "head"),) if several else ()),
        Column("score", "text" if several else "head"),
        Column("mean", "number"),
        Column("95 % interval", "number"),
        Column("median", "number"),
        Column("questions", "number"),
        Column("better"),
    )
    rows = tuple(
        (
            *((its["who"] or "everybody",) if several else ()),
            score_words.measure_text(its),
            score_words.score_text(its["mean"]),
            score_words.interval_text(its["low"], its["high"]),
            score_words.score_text(its["median"]),
            score_words.questions_text(its),
            score_words.direction_text(its),
        )
        for its in summaries
    )
    return ReportTable(caption, columns, rows)


def agreement_table(scores: ScoresContent) -> ReportTable:
    """How many of a platform's own scores are those computed here."""
    columns = (
        Column("record", "head"),
        Column("rule"),
        Column("platform's scores", "number"),
        Column("agree", "number"),
        Column("not checked here", "number"),
        Column("your mean", "number"),
        Column("your sum", "number"),
    )
    rows = tuple(
        (
            its["record"],
            its["rule"],
            f"{its['scores']:,}",
            "\u2013" if its["missing"] == its["scores"] else f"{its['agree']:,}",
            f"{its['missing']:,}",
            "" if its["own"] is None else score_words.score_text(its["own"]["mean"]),
            "" if its["own"] is None else score_words.score_text(its["own"]["total"]),
        )
        for its in scores["agreement"]
    )
    return ReportTable("The platform's own scores beside those computed from the record alone, to 1e-9", columns, rows)


def calls_table(caption: str, calls: Sequence[CallContent]) -> ReportTable:
    """Questions with their outcome and score, and what a row of the record did to each, where that is known."""
    several = len({its["who"] for its in calls}) > 1
    known = any(its["row"] for its in calls)
    columns = (
        Column("question", "head"),
        Column("score", "number"),
        Column("outcome"),
        *((Column("forecaster"),) if several else ()),
        *((Column("the row that mattered most", "note"),) if known else ()),
    )
    rows = tuple(
        (
            its["text"],
            score_words.score_text(its["score"]),
            its["outcome"],
            *((its["who"],) if several else ()),
            *((its["row"] or "",) if known else ()),
        )
        for its in calls
    )
    return ReportTable(caption, columns, rows)


def calls_captions(calls: CallsContent) -> tuple[str, str]:
    """The captions of the best and of the worst calls."""
    return f"Best calls, by {calls['label']}", f"Worst calls, by {calls['label']}"


def hindcast_score_tables(content: HindcastScoresContent) -> tuple[ReportTable, ...]:
    """Settled questions and their scores: a table for each origin, and for those that ended before their dates."""
    tables = []
    for found in hindcast_tables(content):
        question, ended, *numbers = found.headings
        columns = (Column(question, "head"), Column(ended), *(Column(name, "number") for name in numbers))
        tables.append(ReportTable(f"{found.caption}. {HINDCAST_SCALE}", columns, found.rows))
    return tuple(tables)


def update_table(question: OpenQuestionContent) -> ReportTable:
    """What an open question will score if the forecast is kept or changed now: for yes and for no, and expected by what somebody says now."""
    keep = question["keep"]
    decided = [name for name in UPDATE_NAMES if name in keep["if_yes"]]
    expected = [name for name in UPDATE_NAMES if name in keep["expected"]]
    believer = "you are" if question["believer"] == question["who"] else f"{question['believer']} is"
    columns = (
        Column("from now on", "head"),
        *(Column(f"{UPDATE_NAMES[name]}, if {outcome}", "number") for name in decided for outcome in ("yes", "no")),
        *(Column(f"{UPDATE_NAMES[name]}, expected if {believer} right", "number") for name in expected),
    )
    rows = [_update_row(f"{keep['said']}, as it is", keep, decided, expected)]
    others = [its["said"] for its in question["updates"]]
    if question["believer"] not in {"", question["who"]}:
        others[-1] = f"{others[-1]}, as {question['believer']} says"
    rows += [_update_row(name, its, decided, expected) for name, its in zip(others, question["updates"], strict=True)]
    return ReportTable(f"{question['who']}: scores when it closes on {words.day(question['closes'][:10])}", columns, tuple(rows))


def _update_row(name: str, update: UpdateContent, decided: Sequence[str], expected: Sequence[str]) -> tuple[str, ...]:
    cells = [
        score_words.score_text(side[measure]) if measure in side else ""
        for measure in decided
        for side in (update["if_yes"], update["if_no"])
    ]
    return (name, *cells, *(score_words.score_text(update["expected"][measure]) for measure in expected))


def steps_table(question: SettledContent) -> ReportTable:
    """Every forecast of a question, its score, and what others said when it was made."""
    several = len(question["people"]) > 1
    columns = (
        Column("from", "headday"),
        *((Column("forecaster"),) if several else ()),
        Column("said"),
        Column("score", "number"),
        Column("others said", "number"),
        Column("their score", "number"),
    )
    rows = tuple(
        (_moment(step["at"]), *((person["who"],) if several else ()), *_step_cells(step))
        for person in question["people"]
        for step in person["steps"]
    )
    rules = sorted({step["rule"] for person in question["people"] for step in person["steps"] if step["rule"]})
    return ReportTable(
        f"Each forecast and its score ({', '.join(rules) or 'no rule fits'}), beside the others' when it was made", columns, rows
    )


def question_scores_sentence(question: SettledContent, page: ScorePageContent) -> str:
    """Say what each forecaster scored on a question."""
    people = []
    for person in question["people"]:
        scores = [f"{page['labels'].get(name, name)} {score_words.score_text(value)}" for name, value in person["scores"].items()]
        people.append(f"{person['who']}: {'; '.join(scores)}" if scores else f"{person['who']}: no score")
    return ". ".join(people[:1]) + "." if len(people) == 1 else ""


def _step_cells(step: StepContent) -> tuple[str, ...]:
    beside = step["beside"]
    other = "" if beside is None else score_words.score_text(beside["score"])
    said = "" if beside is None else score_words.percent_text(beside["probability"]) if beside["probability"] is not None else beside["who"]
    return step["said"], "" if step["score"] is None else score_words.score_text(step["score"]), said, other


def _moment(moment: str) -> str:
    """A moment to the minute."""
    return f"{moment[:10]} {moment[11:16]}"


def _exact_text(value: float) -> str:
    """A score with ten digits, which show how far two are apart."""
    return f"{value:.10g}".replace("-", "\u2212")


def worst_differences(scores: ScoresContent) -> list[str]:
    """Name the scores of a platform that are farthest from ours."""
    return [
        f"{its['record']}, {its['rule']}: question {each['question']}, {each['who']}: the platform has {_exact_text(each['platform'])}, computed here is {_exact_text(number_of(each['ours']))}."
        for its in scores["agreement"]
        for each in its["worst"]
    ]
