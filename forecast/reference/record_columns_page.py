"""The page of records: every column of the CSV files beside a topic, with rows of the example book."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.book.records import POINT_COLUMNS, ROW_COLUMNS
from forecast.reference.keys import EXAMPLE_BOOK
from forecast.reference.markdown import code_block, markdown_table, page_text

ROW_COLUMN_MEANINGS: Mapping[str, str] = {
    "from": "the first day that the row covers",
    "to": "the last day that it covers; both count. Where the day is unsure, `from` and `to` are all the days it may have been",
    "on": "instead of `from` and `to`: the one day that it covers",
    "value": "what was seen; 0 is evidence too, where somebody looked. Of classes, the class",
    "value_low": "instead of `value`, where only a range is known: the least it may have been. Alone it is *at least*",
    "value_high": "the most it may have been. Alone it is *at most*",
    "known": "the day the world could know it; empty means the last day of the row. A replay of an earlier day leaves the row out",
    "source": "an address, or a citation",
    "grade": "A: a page that was seen. B: seen only as quoted by several independent digests. C: recalled, no page checked, or a 0 that no source states. What is worse is no observation: it belongs in a prior",
    "note": "what a reader of the row must know",
    "origin": "where a report comes from in the end. Rows with one origin, days and labels are copies and count once",
    "id": "a name of the row, by which a later row can replace it",
    "replaces": "the `id` or the hash of the row that this one corrects; `forecast check --rows` shows hashes. A replay of an earlier day sees the old row",
}
POINT_COLUMN_MEANINGS: Mapping[str, str] = {
    "date": "the day from which the value holds, until that of the next row",
    "value": "the value",
    **{name: ROW_COLUMN_MEANINGS[name] for name in ("known", "source", "grade", "note")},
}
RECORD_WORDS = """Beside `topic.toml` lies one CSV file for each stream and series, with its name. Edit it, or let the program append to it: `forecast observe --help`. Then `forecast check`, which names every mistake with its place."""
OTHER_COLUMNS = """A stream's file may have any other column: a number, or a label, that the stream's statement uses by its name, such as `inspected`. What it will be in the future is `next` in the [topic file](topics.md#streamsname).
Of a `Multinomial` there is no `value` but one column for each class, `value_left`, `value_right` and so on."""
RECORD_RULES = """- Rows of one stream that cover the same day are a mistake where it is `watched`, and a warning elsewhere.
- Time that no row covers is not quiet: it is forecast. In a `watched` stream `forecast observe STREAM --through DATE` puts quiet time on record.
- Do not edit a row that has been used: add one that `replaces` it. `source`, `grade` and `note` may be improved where they stand."""


def records_page() -> str:
    """Return the text of the page; raise ``KeyError`` for a column of the program that has no words here."""
    harbour = EXAMPLE_BOOK / "seeds" / "harbour"
    shown = {name: code_block((harbour / f"{name}.csv").read_text(encoding="utf-8"), "csv") for name in ("damage", "inspections", "berths")}
    return page_text(
        "Columns of records",
        (
            RECORD_WORDS,
            "## Rows of a stream",
            markdown_table(("column", "what to write"), ((f"`{name}`", ROW_COLUMN_MEANINGS[name]) for name in ROW_COLUMNS)),
            "A range in the place of a value, with days on which each row became known:",
            shown["damage"],
            OTHER_COLUMNS,
            shown["inspections"],
            RECORD_RULES,
            "## Points of a series",
            "The last point holds on its own day; from the next day on the series has the value `later`, or, where the topic file gives none, still the last one.",
            markdown_table(("column", "what to write"), ((f"`{name}`", POINT_COLUMN_MEANINGS[name]) for name in POINT_COLUMNS)),
            shown["berths"],
        ),
    )
