"""Labels that look the same and are not: in capitals, in how their letters are composed, or by what cannot be seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from forecast.book.draft import Draft
from forecast.book.files.problems import Place, Problem
from forecast.book.labels import columns_of
from forecast.book.record_columns import RecordColumns
from forecast.book.topic import Row


def check_lookalikes(draft: Draft) -> Iterator[Problem]:
    """Yield a warning where a label looks like one that stands elsewhere, with the places of both."""
    seen: dict[tuple[str, str], tuple[str, Place]] = {}
    for name, prior in draft.parameters.items():
        for label in prior.table.prior if prior.is_by_label and isinstance(prior.table.prior, dict) else ():
            place = draft.priors.place((name, "prior", label))
            known = seen.setdefault((prior.table.per, _normalised_label(label)), (label, place))
            if known[0] != label:
                yield draft.priors.at_key((name, "prior", label), *_message_and_hint(label, known, place.path), level="warning")
    for stream in draft.streams.values():
        if stream.record is None:
            continue
        reported: set[tuple[str, str]] = set()
        for column in columns_of(draft, stream)[1]:
            for label, row in _first_rows(stream.record.rows, column):
                known = seen.setdefault((column, _normalised_label(label)), (label, row.place))
                if known[0] != label and (column, label) not in reported:
                    reported.add((column, label))
                    problem = stream.record.at_cell(row, column, *_message_and_hint(label, known, row.place.path))
                    yield Problem(problem.place, problem.message, problem.hint, problem.source, "warning")


def _first_rows(rows: RecordColumns, column: str) -> Iterator[tuple[str, Row]]:
    """Each text of a column, none among them, with the first row that has it."""
    for text, place in rows.labels(column).first_rows().items():
        yield text, rows[place]


def _normalised_label(label: str) -> str:
    """A label as a reader sees it: small letters, signs composed in one way, single blanks, nothing that cannot be seen."""
    kept = "".join(character for character in unicodedata.normalize("NFKC", label) if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", kept.casefold()).split())


def _message_and_hint(label: str, known: tuple[str, Place], path: str) -> tuple[str, str]:
    other, place = known
    where = f"line {place.line}" if place.path == path else f"{place.path}:{place.line}"
    return (
        f"the label `{label}` looks like `{other}` in {where}, and is another: {_difference(label, other)}",
        "write both in one way if they are one",
    )


def _difference(label: str, other: str) -> str:
    """How two labels that look the same differ."""
    if label.casefold() == other.casefold():
        return "they differ in capital letters"
    for one, two in ((label, other), (other, label)):
        for character in one:
            if character not in two and (unicodedata.category(character) in {"Zs", "Cf"} and character != " "):
                return f"one has the character U+{ord(character):04X}, {unicodedata.name(character, 'which has no name').lower()}"
    if unicodedata.normalize("NFC", label) == unicodedata.normalize("NFC", other):
        return "their accents are composed in two ways"
    if " ".join(label.split()) == " ".join(other.split()):
        return "they differ in blanks"
    return "their characters are of two kinds"
