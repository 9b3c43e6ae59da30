"""Scores as lines on the terminal, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from forecast.book.files.spreadsheet import spreadsheet_cell
from forecast.cli.lines import echo, print_columns
from forecast.schema.score import AgreementContent, ScoreRowContent, ScoresContent, SkillContent, SummaryContent, TournamentContent
from forecast.sentences import score_words

COLUMNS = ("record", "question", "who", "measure", "score", "coverage", "cohort", "made")


def print_scores(content: ScoresContent, *, rules: Sequence[str] = (), by_tournament: bool = False) -> None:
    """Print what scores come to, what was left out and why, and how far a platform's own scores agree; tournaments' totals where asked.

    ``rules`` are those that were asked for by name.
    """
    if not content["records"]:
        echo(score_words.NO_RECORD)
        return
    for sentence in score_words.cohort_sentences(content["cohorts"], content.get("answered")):
        echo(sentence)
    for left in content["left_out"]:
        echo(score_words.left_out_sentence(left))
    _print_means(content, rules)
    for sentence in score_words.early_sentences(content):
        echo(sentence)
    _print_skill(content["skill"], content["reference"])
    if content["later"]:
        echo()
        echo("Entered later, so that nobody can know whether they were made at the time they claim:")
        _print_summaries(content["later"])
    if by_tournament:
        _print_tournaments(content["tournaments"])
    _print_agreement(content["agreement"])
    for note in content["notes"]:
        echo(note)


def rows_as_csv(rows: Iterable[ScoreRowContent]) -> str:
    """Return single scores as CSV, with no cell that a spreadsheet takes for a formula."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [
                spreadsheet_cell(row["record"]),
                spreadsheet_cell(row["question"]),
                spreadsheet_cell(row["who"]),
                row["measure"],
                row["score"],
                row["coverage"],
                row["cohort"],
                row["made"],
            ]
        )
    return written.getvalue()


def _print_means(content: ScoresContent, rules: Sequence[str]) -> None:
    """Print the table of means, and whether they are of few questions."""
    if not content["summaries"]:
        from forecast.track_record.metaculus_scores import CROWD_RULES

        echo(score_words.no_score_sentence(rules, needs_crowd=not {*CROWD_RULES}.isdisjoint(rules)))
        return
    echo()
    _print_summaries(content["summaries"])
    echo()
    echo(f"{score_words.INTERVALS}.")
    if few := score_words.few_sentence(content["summaries"]):
        echo(few)


def _print_summaries(summaries: Sequence[SummaryContent]) -> None:
    heading = ("", "", "score", "better", "questions", "mean", "95 % interval", "median")
    rows = [
        (
            its["group"],
            its["who"],
            score_words.measure_text(its),
            score_words.direction_text(its),
            score_words.questions_text(its),
            score_words.score_text(its["mean"]),
            score_words.interval_text(its["low"], its["high"]),
            score_words.score_text(its["median"]),
        )
        for its in summaries
    ]
    _print_table(heading, rows, right=(4, 5, 6, 7))


def _print_skill(skill: Sequence[SkillContent], reference: str) -> None:
    if not skill:
        if reference:
            echo(f"Nothing to compare with {reference}: no forecast of it stands beside another.")
        if reference == "market":
            echo("Quotes of contracts are no forecasts: `forecast say QUESTION 23% --who NAME --kind market` puts a price on record.")
        return
    echo()
    echo(f"Beside {reference}, over the questions and times of both:")
    heading = ("", "", "score", "questions", "mean", reference, "better by", "95 % interval", "skill, as a ratio")
    rows = [
        (
            its["group"],
            its["who"],
            score_words.measure_text(its),
            score_words.questions_text(its),
            score_words.score_text(its["own"]),
            score_words.score_text(its["reference"]),
            score_words.signed_score_text(its["difference"]),
            score_words.interval_text(its["low"], its["high"]),
            "" if its["ratio"] is None else score_words.score_text(its["ratio"]),
        )
        for its in skill
    ]
    _print_table(heading, rows, right=(3, 4, 5, 6, 7, 8))


def _print_tournaments(totals: Sequence[TournamentContent]) -> None:
    if not totals:
        return
    echo()
    echo("Totals, which count the questions of a tournament when they are resolved, by weight; the take is the square of a total above 0:")
    heading = ("", "", "score", "total", "take", "questions", "covered", "of")
    rows = [
        (
            its["tournament"],
            its["who"],
            its["label"],
            *score_words.tournament_texts(its),
        )
        for its in totals
    ]
    _print_table(heading, rows, right=(3, 4, 5, 6, 7))


def _print_table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, right: Sequence[int]) -> None:
    """Print a table without the columns that are empty all the way down, and without what a row repeats of the one above."""
    kept = [at for at in range(len(heading)) if any(row[at] for row in rows)]
    shown = [[heading[at] for at in kept]]
    before: tuple[str, ...] = ()
    for row in rows:
        repeats = 2 if row[:2] == before[:2] else 1 if row[:1] == before[:1] else 0
        shown.append(["" if at < repeats else row[at] for at in kept])
        before = row
    print_columns(shown, right=[place for place, at in enumerate(kept) if at in right])


def _print_agreement(agreement: Sequence[AgreementContent]) -> None:
    if agreement:
        echo()
    for its in agreement:
        echo(score_words.agreement_sentence(its))
        for each in its["worst"]:
            echo(f"  {each['question']}, {each['who']}: the platform has {each['platform']!r}, computed here is {each['ours']!r}")
