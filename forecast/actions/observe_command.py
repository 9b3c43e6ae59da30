"""The command that adds a row to a stream's record, whole, with what is still to be filled in."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from forecast.book.files.layout import record_path
from forecast.book.reading import read_book
from forecast.book.records import ROW_COLUMNS
from forecast.book.topic import Stream, Topic
from forecast.language.expressions import names_in

UNFILLED = "..."


def row_command(
    topic: Topic,
    stream: str,
    *,
    on: date | str = "today",
    value: str = "",
    source: str = "",
    columns: Mapping[str, str] | None = None,
) -> str:
    """Return ``forecast observe`` for a row of a stream: with every column of its own, and ``...`` for what is not given."""
    its, given = topic.streams[stream], columns or {}
    named = [column for column in own_columns(topic, its) if column not in given]
    sets = [f"{column}={shlex.quote(text)}" for column, text in given.items()] + [f"{column}={UNFILLED}" for column in named]
    counted = any(column.startswith("value_") for column in (*given, *named))
    seen = "" if counted and not value else f" --value {shlex.quote(value) if value else UNFILLED if not its.watched else 1}"
    said = shlex.quote(source) if source else f'"{UNFILLED}"'
    return f"forecast observe {topic.name}.{stream} --on {on}{seen}{''.join(f' --set {text}' for text in sets)} --source {said}"


def command_for_stream(root: Path, topic: str, stream: str) -> str:
    """Return that command for a stream of a book; empty where the topic cannot be read, which the command itself will say."""
    read = read_book(root, [topic])[0].topics.get(topic)
    return row_command(read, stream) if read is not None and stream in read.streams else ""


def own_columns(topic: Topic, stream: Stream) -> tuple[str, ...]:
    """Return the columns of a record that are the stream's own."""
    header = topic.texts.get(record_path(topic.name, stream.name), "").partition("\n")[0].strip().split(",")
    return tuple(column for column in header if column and column not in ROW_COLUMNS)


def missing_columns(topic: Topic, stream: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of a stream that its statement uses and that a row does not have."""
    its = topic.streams[stream]
    used = {name for expression in its.value.arguments.values() for name in names_in(expression)}
    return tuple(column for column in own_columns(topic, its) if column in used and column not in columns)
