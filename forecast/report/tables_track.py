"""Tables of a track record: means by groups of questions, scores beside the crowd's, and what tournaments add up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from forecast.report.tables import Column, ReportTable
from forecast.schema.score import SkillContent, TournamentContent
from forecast.schema.score_page import GroupedScoresContent
from forecast.sentences import score_words

MOST_ROWS = 20  # forecasters of one tournament by one measure, the first
MOST_GROUPS = 40  # rows of one table of groups
MOST_TOURNAMENTS = 20
HEADINGS = {
    "year": ("By the year in which questions closed", "year"),
    "horizon": ("By how long questions were to be open", "open for"),
    "source": ("By platform", "platform"),
    "topic": ("By topic or collection", "record"),
    "type": ("By type of question", "type"),
}


def group_table(grouped: GroupedScoresContent) -> ReportTable:
    """Means of each group, with their intervals; groups of which there are too many to show are counted in the caption."""
    caption, head = HEADINGS[grouped["by"]]
    several = len({its["who"] for its in grouped["summaries"]}) > 1
    shown = grouped["summaries"][:MOST_GROUPS]
    left = len(grouped["summaries"]) - len(shown)
    columns = (
        Column(head, "head"),
        *((Column("forecaster"),) if several else ()),
        Column("score"),
        Column("mean", "number"),
        Column("95 % interval", "number"),
        Column("questions", "number"),
    )
    rows = tuple(
        (
            its["group"],
            *((its["who"] or "everybody",) if several else ()),
            score_words.measure_text(its),
            score_words.score_text(its["mean"]),
            score_words.interval_text(its["low"], its["high"]),
            score_words.questions_text(its),
        )
        for its in sorted(shown, key=lambda its: [each["group"] for each in shown].index(its["group"]))
    )
    return ReportTable(f"{caption}; {left:,} more rows are in score.json" if left else caption, columns, rows)


def crowd_table(crowd: Sequence[SkillContent]) -> ReportTable:
    """One's own means beside those of the aggregates, over the same questions and times."""
    several = len({its["who"] for its in crowd}) > 1
    columns = (
        Column("questions closed in", "head"),
        *((Column("forecaster"),) if several else ()),
        Column("score"),
        Column("own", "number"),
        Column("crowd", "number"),
        Column("better by", "number"),
        Column("95 % interval", "number"),
        Column("questions", "number"),
    )
    rows = tuple(
        (
            its["group"] or "all years",
            *((its["who"] or "everybody",) if several else ()),
            score_words.measure_text(its),
            score_words.score_text(its["own"]),
            score_words.score_text(its["reference"]),
            score_words.signed_score_text(its["difference"]),
            score_words.interval_text(its["low"], its["high"]),
            score_words.questions_text(its),
        )
        for its in crowd
    )
    return ReportTable("Forecasts beside the platform's aggregate at the same time", columns, rows)


def tournament_tables(totals: Sequence[TournamentContent]) -> Iterator[ReportTable]:
    """A table for each tournament: by each measure the totals, the highest first, with what they cover."""
    for place, (name, found) in enumerate(groupby(totals, key=itemgetter("tournament"))):
        if place == MOST_TOURNAMENTS:
            return
        yield _tournament_table(name, list(found))


def _tournament_table(name: str, totals: Sequence[TournamentContent]) -> ReportTable:
    shown = [its for _, found in groupby(totals, key=itemgetter("measure")) for its in list(found)[:MOST_ROWS]]
    left = len(totals) - len(shown)
    columns = (
        Column("score", "head"),
        Column("forecaster"),
        Column("total", "number"),
        Column("take", "number"),
        Column("questions", "number"),
        Column("covered", "number"),
        Column("of", "number"),
    )
    rows = tuple(
        (
            its["label"],
            its["who"],
            *score_words.tournament_texts(its),
        )
        for its in shown
    )
    return ReportTable(f"{name}; {left:,} more rows are in score.json" if left else name, columns, rows)
