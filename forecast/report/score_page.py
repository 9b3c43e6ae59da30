"""The page of scores, from its JSON alone: HTML in one file, and Markdown with its pictures beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forecast.report.charts_score import question_chart, question_chart_name, question_sentence
from forecast.report.charts_track import TREND_CHART, trend_chart, trend_sentence, trend_summaries
from forecast.report.drawing import Chart
from forecast.report.pages import collapse_empty_lines, html_environment, markdown_environment, remove_empty_lines
from forecast.report.pictures import embed_svg, render_svg
from forecast.report.sections import Picture, Section
from forecast.report.tables import ReportTable
from forecast.report.tables_score import (
    agreement_table,
    calls_captions,
    calls_table,
    hindcast_score_tables,
    question_scores_sentence,
    steps_table,
    summary_table,
    update_table,
    worst_differences,
)
from forecast.report.tables_track import MOST_TOURNAMENTS, crowd_table, group_table, tournament_tables
from forecast.schema import words
from forecast.schema.hindcast_scores import KeptHindcastsContent
from forecast.schema.score_page import SCORE_REPORT, OpenQuestionContent, ScorePageContent, SettledContent, score_page_bytes
from forecast.sentences import score_words
from forecast.sentences.hindcast_tables import half_sentences

ROWS_UNASKED = "`forecast score --rows` says which row of a topic's record mattered most to its model at the time of each call."
TRACK = (
    "Each mean is over the questions of one group that have been resolved and whose scheduled close has come; a question that was annulled, "
    "or whose condition failed, is not scored. Differences between groups mix skill with how hard the questions were."
)
CROWD = (
    "Each forecast is compared with the platform's aggregate that stood at the same time, over the questions and times that both cover. "
    "A positive difference means that the forecaster did better than the crowd."
)
TOURNAMENTS = (
    "Totals as Metaculus adds them up: the sum of score times the question's weight, over all questions that have been resolved, also before "
    "their scheduled close. Which score decides, the tournament says. Shares of a prize are in proportion to the take, the square of a total above 0. "
    "\u201cCovered\u201d is the sum of coverage times weight, out of the weights of all resolved questions."
)
BACKQUOTED = re.compile(r"`([^`]+)`")
UPDATING = (
    "What a question will score when it closes as scheduled, if the forecast of the first column holds from now on. The baseline and the Brier score over time keep what "
    "the forecasts so far have earned; the last forecast alone counts for the other. Each is proper: whoever believes p does best, as they expect, by saying p. Expected scores weigh the outcomes by what an aggregate, a market, a base rate or the model "
    "says now, where there is one; of options otherwise by what you say."
)


@dataclass(frozen=True, slots=True)
class SettledView:
    """A settled question as the page shows it."""

    question: SettledContent
    entered: str
    scored: str
    picture: str
    sentence: str
    steps: ReportTable


@dataclass(frozen=True, slots=True)
class OpenView:
    """An open question as the page shows it."""

    question: OpenQuestionContent
    sentence: str
    table: ReportTable


def score_page_files(content: ScorePageContent) -> dict[str, bytes]:
    """Return every file of the page of scores by its path under ``reports/``."""
    return {f"{SCORE_REPORT}.json": score_page_bytes(content), **render_score_page(content)}


def render_score_page(content: ScorePageContent) -> dict[str, bytes]:
    """Return the page, the Markdown and the pictures by their paths under ``reports/``."""
    found = (question_chart(question) for question in content["settled"])
    charts = {chart.name: chart for chart in found if chart is not None}
    if trend := trend_summaries(content["groups"]):
        charts[TREND_CHART] = trend_chart(trend)
    svgs = {name: render_svg(chart) for name, chart in charts.items()}
    shared = _context(content, charts)
    page = html_environment().get_template("score.html.j2").render(**shared, svgs={name: embed_svg(svg) for name, svg in svgs.items()})
    text = markdown_environment().get_template("score.md.j2").render(**shared)
    pictures = {f"{SCORE_REPORT}/{name}.svg": svg.encode() for name, svg in svgs.items()}
    return {f"{SCORE_REPORT}.html": remove_empty_lines(page), f"{SCORE_REPORT}.md": collapse_empty_lines(text), **pictures}


def _context(content: ScorePageContent, charts: Mapping[str, Chart]) -> dict[str, object]:
    scores = content["scores"]
    return {
        "c": content,
        "charts": charts,
        "few": score_words.few_sentence(scores["summaries"]),
        "sections": list(_sections(content)),
        "open_questions": [_open_question(its) for its in content["open"]],
        "updating": UPDATING,
        "unexpected": _unexpected_sentence(content["open_numbers"]),
        "settled": [_settled_question(its, content, charts) for its in content["settled"]],
    }


def _sections(content: ScorePageContent) -> Iterator[Section]:
    scores, calls = content["scores"], content["calls"]
    paragraphs = [" ".join(score_words.cohort_sentences(scores["cohorts"], scores.get("answered")))]
    points = [score_words.left_out_sentence(left) for left in scores["left_out"]]
    tables = [summary_table(score_words.INTERVALS, scores["summaries"])] if scores["summaries"] else []
    if scores["later"]:
        tables.append(
            summary_table(
                "Forecasts entered later, of which nobody can know whether they were made at the time they claim", scores["later"]
            )
        )
    points += score_words.early_sentences(scores)
    points += map(_put_in_quotes, scores["notes"])
    missing = "" if scores["summaries"] else "No forecast has a score yet." if scores["records"] else _put_in_quotes(score_words.NO_RECORD)
    paragraphs = paragraphs if scores["records"] else []
    yield Section("What the scores come to", "scores", tuple(paragraphs), tuple(points), (), tuple(tables), missing=missing)
    yield from _track_sections(content)
    if calls is not None and calls["best"]:
        best, worst = calls_captions(calls)
        found = (calls_table(best, calls["best"]), calls_table(worst, calls["worst"]))
        # a collection's question, `collection:id`, has no model and no rows
        unasked = any(its["row"] is None and ":" not in its["address"] for its in (*calls["best"], *calls["worst"]))
        paragraphs = [_put_in_quotes(ROWS_UNASKED)] if unasked else []
        yield Section("Best and worst calls", "calls", tuple(paragraphs), tables=found)
    if scores["agreement"]:
        yield Section("The platform's own scores", "agreement", points=tuple(worst_differences(scores)), tables=(agreement_table(scores),))
    if content["hindcasts"] is not None:
        yield _hindcast_section(content["hindcasts"])


def _track_sections(content: ScorePageContent) -> Iterator[Section]:
    """The track record: means by groups, own forecasts beside the crowd's, and the totals of tournaments, where there are any."""
    if content["groups"]:
        trend = trend_summaries(content["groups"])
        pictures = (Picture(TREND_CHART, f"{trend_sentence(trend)}."),) if trend else ()
        yield Section("Track record", "track-record", (TRACK,), pictures=pictures, tables=tuple(map(group_table, content["groups"])))
    if content["crowd"]:
        yield Section("Beside the crowd", "crowd", (CROWD,), tables=(crowd_table(content["crowd"]),))
    if content["scores"]["tournaments"]:
        more = len({its["tournament"] for its in content["scores"]["tournaments"]}) - MOST_TOURNAMENTS
        paragraphs = (TOURNAMENTS, *((f"{more:,} more tournaments are in score.json.",) if more > 0 else ()))
        yield Section("Tournaments", "tournaments", paragraphs, tables=tuple(tournament_tables(content["scores"]["tournaments"])))


def _unexpected_sentence(numbers: int) -> str:
    """Say that nothing is expected of open numbers and dates; empty where there are none."""
    if not numbers:
        return ""
    are = "1 open question asks" if numbers == 1 else f"{numbers} open questions ask"
    return f"{are} for a number or a date: what an update would score there depends on the whole range of outcomes, and is not computed."


def _hindcast_section(kept: KeptHindcastsContent) -> Section:
    """Settled questions as hindcasts and from the ledger: what must be known of them first, and since when they may be out of date."""
    scores = kept["scores"]
    made = f"Made as of {words.day(scores['until'])} by `forecast score --hindcasts`; no other command makes them again."
    stale = " Files of the book have changed since, so these scores may be out of date." if kept["stale"] else ""
    return Section(
        "Settled questions, as hindcasts and from the ledger",
        "hindcasts",
        (_put_in_quotes(f"{made}{stale}"),),
        tuple(map(_put_in_quotes, (*scores["sentences"], *half_sentences(scores)))),
        tables=hindcast_score_tables(scores),
    )


def _put_in_quotes(sentence: str) -> str:
    """A sentence whose code is in quotation marks, since page and Markdown show backquotes as they are."""
    return BACKQUOTED.sub("\u201c\\1\u201d", sentence)


def _open_question(question: OpenQuestionContent) -> OpenView:
    sentence = f"{round(100 * question['passed'])} % of its time has passed; it closes on {words.day(question['closes'][:10])}."
    return OpenView(question, sentence, update_table(question))


def _settled_question(question: SettledContent, page: ScorePageContent, charts: Mapping[str, Chart]) -> SettledView:
    name = question_chart_name(question["address"])
    return SettledView(
        question,
        words.day(question["enters"]),
        question_scores_sentence(question, page),
        name if name in charts else "",
        question_sentence(question),
        steps_table(question),
    )
