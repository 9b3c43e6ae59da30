"""The scores of settled questions on the terminal, and as CSV: what must be known of them first, then a table for each origin."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from forecast.book.files.spreadsheet import spreadsheet_cell
from forecast.cli.lines import echo, print_columns

if TYPE_CHECKING:
    from forecast.schema.hindcast_scores import HindcastScoresContent

COLUMNS = ("question", "origin", "ended", "opens", "settled", "by", "due", "forecasts", "days", "brier", "log_bits")


def print_hindcast_scores(content: HindcastScoresContent) -> None:
    """Print the scores of a book's settled questions: Brier from 0 to 1 and bits, for the model and for each reference."""
    from forecast.sentences.hindcast_tables import HINDCAST_SCALE, half_sentences, hindcast_tables

    for sentence in (*content["sentences"], *half_sentences(content)):
        echo(sentence)
    for table in hindcast_tables(content):
        echo()
        echo(f"{table.caption}. {HINDCAST_SCALE}.")
        print_columns([table.headings, *table.rows], right=range(2, len(table.headings)), indent="  ")


def hindcasts_as_csv(content: HindcastScoresContent) -> str:
    """Return the scores as CSV: a row for each question and origin, with the probability and both scores of each reference."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    names = list(content["references"])
    writer.writerow([*COLUMNS, *(f"{name.replace(' ', '_')}_{part}" for name in names for part in ("probability", "brier", "log_bits"))])
    for row in content["rows"]:
        outcome, due = "yes" if row["outcome"] else "no", "yes" if row["due"] else "no"
        first = [spreadsheet_cell(row["question"]), row["origin"], outcome, row["opens"], row["settled"], row["by"] or "", due]
        references = [
            cell for its in (row["references"][name] for name in names) for cell in (its["probability"], its["brier"], its["log_bits"])
        ]
        writer.writerow([*first, row["forecasts"], row["days"], row["brier"], row["log_bits"], *references])
    return written.getvalue()
