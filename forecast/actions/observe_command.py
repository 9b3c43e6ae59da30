"""The command that adds a row to a stream's record, whole, with what is still to be filled in."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from forecast.book.files.layout import record_path
from forecast.book.reading import read_book
from forecast.book.records import ROW_COLUMNS
from forecast.book.topic import Stream, Topic
from forecast.language.expressions import names_in

UNFILLED, UNFILLED_DAY = "...", "DATE"  # what a person fills in
_DAYS = ("--through", "--on", "--from", "--to")  # which days a row covers
_SEEN = ("--value", "--low", "--high")  # what was seen


def row_command(
    topic: Topic,
    stream: str,
    *,
    options: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> str:
    """Return ``forecast observe`` for a row of a stream: with what is given, by option and by column, and ``...`` for what is not.

    Without days the row is one of today; with ``--through`` it is quiet time, which has no value.
    """
    its, given, options = topic.streams[stream], columns or {}, options or {}
    named = [column for column in own_columns(topic, its) if column not in given]
    counted = any(column.startswith("value_") for column in (*given, *named))
    needed = {**dict.fromkeys(_missing_days(options), UNFILLED_DAY), "--source": f'"{UNFILLED}"'}
    if not options.keys() & _DAYS:
        needed["--on"] = "today"
    if not counted and not options.keys() & _SEEN and "--through" not in options:
        needed["--value"] = "1" if its.watched else UNFILLED
    said = {**needed, **{option: shlex.quote(text) for option, text in options.items()}}
    sets = [f"--set {shlex.quote(f'{column}={text}')}" for column, text in given.items()]
    sets += [f"--set {column}={UNFILLED}" for column in named]
    first = [f"{option} {said.pop(option)}" for option in (*_DAYS, *_SEEN) if option in said]
    source = said.pop("--source")
    rest = [f"{option} {text}" for option, text in said.items()]
    return " ".join((f"forecast observe {topic.name}.{stream}", *first, *sets, *rest, f"--source {source}"))


def command_for_stream(root: Path, topic: str, stream: str, options: Mapping[str, str], columns: Mapping[str, str]) -> str:
    """Return that command for a stream of a book; empty where the topic cannot be read, which the command itself will say."""
    read = read_book(root, [topic])[0].topics.get(topic)
    return row_command(read, stream, options=options, columns=columns) if read is not None and stream in read.streams else ""


def _missing_days(options: Mapping[str, str]) -> tuple[str, ...]:
    """The first or the last day of a row of which one of the two is given."""
    given = options.keys() & {"--from", "--to"}
    return tuple({"--from", "--to"} - given) if len(given) == 1 else ()


def own_columns(topic: Topic, stream: Stream) -> tuple[str, ...]:
    """Return the columns of a record that are the stream's own."""
    header = topic.texts.get(record_path(topic.name, stream.name), "").partition("\n")[0].strip().split(",")
    return tuple(column for column in header if column and column not in ROW_COLUMNS)


def missing_columns(topic: Topic, stream: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of a stream that its statement uses and that a row does not have."""
    its = topic.streams[stream]
    used = {name for expression in its.value.arguments.values() for name in names_in(expression)}
    return tuple(column for column in own_columns(topic, its) if column in used and column not in columns)
