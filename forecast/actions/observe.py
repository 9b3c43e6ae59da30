"""Adding a row to a record: checked with the row in it before a byte is written, appended under the book's lock.

The row is written into a copy of the topic, which is then checked as a book is,
so that a row is refused for the same reasons and in the same words as one that
somebody typed into the file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from forecast.actions.observe_command import missing_columns, row_command
from forecast.actions.overlay import read_with_changes
from forecast.actions.row_places import problems_in_file
from forecast.book.calendar import ONE_DAY
from forecast.book.classes import is_counted, quiet_cells
from forecast.book.files.cells import Cells, read_header
from forecast.book.files.folder import Folder, changed_file_problem
from forecast.book.files.layout import SEEDS, record_path, root_problem, topic_names, topic_path
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Place, Problem, Result, has_errors
from forecast.book.files.sources import decode_bytes, make_source_file, read_document
from forecast.book.reading import read_book
from forecast.book.record_columns import record_columns
from forecast.book.records import MOST_RECORD_ROWS, header_line, record_line
from forecast.book.rows import row_hash
from forecast.book.topic import Row, Topic
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.language.faults import did_you_mean, known_names_text
from forecast.model.chosen_rows import log_likelihood_of
from forecast.model.errors import Unsound, place_problem, topic_problem
from forecast.model.model import model_as_of
from forecast.model.record import record_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.model.total_log_likelihood import total_log_likelihood

NEW_COLUMNS = ("from", "to", "value", "known", "source", "grade", "note")
TRIAL_DRAWS = 4_096  # draws of the prior on which a row must be possible once


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, as texts of the record's cells; ``first`` and ``last`` are the days covered, both included.

    ``low`` and ``high`` stand instead of ``value`` where only a range is known;
    ``columns`` are the stream's own columns, among them the counts of classes where rows have these and no value.
    ``written`` is the row of a file that says so, where one does.
    """

    first: date | None
    last: date | None
    value: str
    source: str
    known: date | None = None
    grade: str = ""
    note: str = ""
    id: str = ""
    replaces: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    low: str = ""
    high: str = ""
    origin: str = ""
    written: Cells | None = None

    @property
    def options(self) -> dict[str, str]:
        """What stands in the row besides the columns of the stream's own, by the option of ``forecast observe``."""
        days = {"--on": self.first} if self.first == self.last else {"--from": self.first, "--to": self.last}
        texts = {"--value": self.value, "--low": self.low, "--high": self.high, "--known": self.known, "--grade": self.grade}
        texts |= {"--note": self.note, "--origin": self.origin, "--id": self.id, "--replaces": self.replaces, "--source": self.source}
        return {option: str(text) for option, text in {**days, **texts}.items() if text}

    @property
    def last_day(self) -> date | None:
        """The later of the last day covered and the day it became known."""
        return max((day for day in (self.last, self.known) if day is not None), default=None)

    def cells(self, columns: Sequence[str]) -> dict[str, object]:
        """The row's cells by column, its days in the columns that a file has for them."""
        given: dict[str, object] = {"value": self.value, "known": self.known, "source": self.source, "grade": self.grade, "note": self.note}
        given |= {"value_low": self.low, "value_high": self.high, "origin": self.origin}
        given |= {"id": self.id, "replaces": self.replaces, **self.columns}
        if "from" in columns or self.first != self.last:
            given |= {"from": self.first, "to": self.last}
        else:
            given["on"] = self.first
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class ObservationResult:
    """The row as written, where it stands, and warnings of it; or problems, and nothing written."""

    problems: tuple[Problem, ...] = ()
    path: str = ""
    line: str = ""
    row: Row | None = None
    warnings: tuple[Problem, ...] = ()

    @property
    def hash(self) -> str:
        """The hash by which a later row can replace this one; empty where nothing was written."""
        return "" if self.row is None else row_hash(self.row)


@dataclass(frozen=True, slots=True)
class ObservationsResult:
    """Several rows as written, in their order, and warnings of them; or problems, and nothing written."""

    problems: tuple[Problem, ...] = ()
    path: str = ""
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    warnings: tuple[Problem, ...] = ()


type RowsFor = Callable[[Topic, str], Result[Sequence[Observation]]]


def observe(root: Path, stream: str, observation: Observation, *, today: date) -> ObservationResult:
    """Append a row to a stream's record; ``stream`` is ``topic.stream``, or the name alone where one topic has it.

    Refuses, with problems and without writing, a row the checks of the book
    refuse, one that stands there already, one whose days or ``known`` are after
    today, and a value that is impossible under every draw of the priors.  A correction
    of which it is not said since when it is known is known from today on: until
    today the world had the row that it replaces.
    """
    return _single(observe_rows(root, stream, [observation], today=today))


def observe_rows(root: Path, stream: str, observations: Sequence[Observation], *, today: date) -> ObservationsResult:
    """Append several rows to a stream's record, all or none, each refused for the reasons for which ``observe`` refuses one."""
    rows = [replace(each, known=today) if each.replaces and each.known is None else each for each in observations]
    return _append_under_lock(root, stream, lambda *_: Result(rows), today)


def observe_quiet(root: Path, stream: str, *, through: date, source: str, today: date, columns: Mapping[str, str]) -> ObservationResult:
    """Extend quiet time in a watched stream: a row of value 0 from the day after the last row through a day."""

    def quiet(topic: Topic, name: str) -> Result[Sequence[Observation]]:
        its = topic.streams[name]
        if its.latent:
            return Result(None, (_latent_problem(topic, name),))
        start = record_as_of(its, today, opens=topic.opens).through + ONE_DAY
        if not its.watched:
            message = f"`{name}` is not watched: days without a row are unknown there, not quiet"
            hint = "give the days and the value: --from, --to, --value"
            return Result(None, (topic_problem(topic, ("streams", name), message, hint=hint),))
        if through < topic.opens:
            message = f"{through} is before the topic opens ({topic.opens}), and the record of `{name}` with it"
            return Result(
                None, (topic_problem(topic, ("opens",), message, hint="set `opens` in topic.toml to the first day of the record"),)
            )
        if through < start:
            return Result(None, (topic_problem(topic, ("streams", name), f"`{name}` is recorded through {start - ONE_DAY} already"),))
        cells = quiet_cells(its)
        return Result([Observation(start, through, cells.pop("value", ""), source, columns={**cells, **columns})])

    return _single(_append_under_lock(root, stream, quiet, today))


def _single(done: ObservationsResult) -> ObservationResult:
    """What was written where one row was to be."""
    if done.problems:
        return ObservationResult(done.problems)
    return ObservationResult(path=done.path, line=done.lines[0], row=done.rows[0], warnings=done.warnings)


def find_stream(root: Path, name: str) -> Result[tuple[str, str]]:
    """Return the topic and the stream that a name stands for, or why it stands for none."""
    missing = root_problem(root)
    if missing is not None:
        return Result(None, (missing,))
    wanted_topic, _, wanted = name.rpartition(".")
    here = topic_names(Folder(root))
    is_unknown = bool(wanted_topic) and wanted_topic not in here  # a hint has the streams of all topics then
    streams = {topic: _stream_names(root, topic) for topic in here if is_unknown or wanted_topic in {"", topic}}
    topics = [] if is_unknown else [topic for topic, names in streams.items() if wanted in names]
    if len(topics) == 1:
        return Result((topics[0], wanted))
    known = [*(f"{topic}.{stream}" for topic, names in streams.items() for stream in names)]
    if topics:
        hint = f"say which: {' or '.join(f'{topic}.{wanted}' for topic in topics)}"
        return Result(None, (Problem(Place(SEEDS), f"several topics have a stream `{wanted}`", hint),))
    parts = (wanted_topic, here) if is_unknown else (name, [*known, *(full_name.partition(".")[2] for full_name in known)])
    hint = did_you_mean(*parts)
    return Result(None, (Problem(Place(SEEDS), f"no stream `{name}` in this book", hint or known_names_text("streams", known)),))


def record_with(topic: Topic, stream: str, observation: Observation, *, before: Mapping[str, str]) -> Result[tuple[str, str]]:
    """Return the path of a stream's record and its text with a row more; nothing is written.

    ``before`` holds texts that stand for files.  A column that the file does not
    have yet is added to it.
    """
    if stream not in topic.streams:
        hint = did_you_mean(stream, topic.streams) or known_names_text("streams", topic.streams)
        return Result(None, (Problem(Place(topic_path(topic.name)), f"no stream `{stream}` in topic `{topic.name}`", hint),))
    if topic.streams[stream].latent:
        return Result(None, (_latent_problem(topic, stream),))
    path = record_path(topic.name, stream)
    text = before.get(path, topic.texts.get(path, ""))
    if not text:
        standard = [name for name in NEW_COLUMNS if not (name == "value" and is_counted(topic.streams[stream]))]
        text = header_line((*standard, *(name for name in observation.cells(NEW_COLUMNS) if name not in NEW_COLUMNS)))
    if not text.endswith("\n"):
        text += "\n"
    header, problems = read_header(make_source_file(path, text), most=MOST_RECORD_ROWS)
    if header is None:
        return Result(None, problems)
    columns = header.order
    cells = observation.cells(columns)
    absent = [name for name in cells if name not in columns]
    if absent:
        text = _add_columns(text, absent)
    return Result((path, text + record_line((*columns, *absent), cells)))


def _latent_problem(topic: Topic, stream: str) -> Problem:
    message = f"`{stream}` is latent: nobody records it"
    return topic_problem(topic, ("streams", stream, "latent"), message, "record what was seen in another stream")


def _append_under_lock(root: Path, name: str, rows_for: RowsFor, today: date) -> ObservationsResult:
    named, problems = find_stream(root, name)
    if named is None:
        return ObservationsResult(problems)
    topic_name, stream = named
    try:
        with hold_lock(root):
            book, problems = read_book(root, [topic_name])
            if has_errors(problems):
                return ObservationsResult(problems)
            topic = book.topics[topic_name]
            observations, problems = rows_for(topic, stream)
            if observations is None:
                return ObservationsResult(problems)
            return _append(root, topic, stream, observations, today)
    except FileFault as fault:
        return ObservationsResult((fault.problem,))


def _append(root: Path, topic: Topic, stream: str, observations: Sequence[Observation], today: date) -> ObservationsResult:
    path, before = "", dict[str, str]()
    for observation in observations:
        record, problems = record_with(topic, stream, observation, before=before)
        if record is None:
            return ObservationsResult(problems)
        path, before = record[0], dict([record])
    altered, problems = read_with_changes(root, topic.name, before)
    if altered is None:
        errors = tuple(problem for problem in problems if problem.level == "error")
        return ObservationsResult(_at_their_rows(_with_command(errors, topic, stream, observations), path, before[path], observations))
    rows = tuple(altered.streams[stream].rows[-len(observations) :])
    places = {(row.place.path, row.place.line) for row in rows}
    warnings = tuple(problem for problem in problems if (problem.place.path, problem.place.line) in places)
    problems = _refusals(altered, stream, rows, today)
    if problems:
        return ObservationsResult(_at_their_rows(problems, path, before[path], observations))
    _save(Folder(root), path, before[path], old=topic.texts.get(path))
    lines = before[path].split("\n")
    return ObservationsResult(path=path, lines=tuple(lines[row.place.line - 1] for row in rows), rows=rows, warnings=warnings)


def _at_their_rows(problems: tuple[Problem, ...], path: str, text: str, observations: Sequence[Observation]) -> tuple[Problem, ...]:
    """What is wrong with a record and rows behind it; of rows that a file has, at their places there."""
    rows = [each.written for each in observations if each.written is not None]
    return problems_in_file(problems, path, text, rows) if len(rows) == len(observations) else problems


def _with_command(problems: tuple[Problem, ...], topic: Topic, stream: str, rows: Sequence[Observation]) -> tuple[Problem, ...]:
    """The problems of a row that lacks columns of its own with the whole command as the hint of the first."""
    (row,) = rows if len(rows) == 1 else (None,)
    missing = () if row is None else missing_columns(topic, stream, row.columns)
    if row is None or row.first is None or not missing:
        return problems
    first = next(
        (at for at, its in enumerate(problems) if not its.hint and any(f"`{name}` is empty" in its.message for name in missing)), None
    )
    if first is None:
        return problems
    hint = f"give it too: {row_command(topic, stream, options=row.options, columns=row.columns)}"
    return tuple(replace(its, hint=hint) if at == first else its for at, its in enumerate(problems))


def _save(folder: Folder, path: str, text: str, *, old: str | None) -> None:
    """Write a record's new text in the place of the old, by appending where that is enough; None is for a record that is new.

    Raises ``FileFault``, and writes nothing, where the file is no longer what was read.
    """
    if old is None:
        if folder.kind(path) is not None:
            raise FileFault(Problem(Place(path), "another program made this file meanwhile; nothing was written", "run the command again"))
        folder.write(path, text)
        return
    raw = folder.read(path)
    if decode_bytes(raw) != old:
        raise FileFault(changed_file_problem(path))
    ends = "\r\n" if b"\r\n" in raw else "\n"  # as the file has them
    if text.startswith(old):
        folder.append(path, text[len(old) :].replace("\n", ends), after=raw)
    else:
        mark = "\ufeff" if raw.startswith(codecs.BOM_UTF8) else ""
        folder.write(path, mark + text.replace("\n", ends), instead_of=raw)


def _refusals(topic: Topic, stream: str, rows: Sequence[Row], today: date) -> tuple[Problem, ...]:
    """Why rows that the checks of the book let pass, the last of their record, cannot be observations made today."""
    for row in rows:
        for what, day in (("it ends", row.end), ("it is known", row.known)):
            if day > today:
                return (place_problem(topic, row.place, f"{what} on {day}, after today ({today})", "only what has been seen is a row"),)
    every = record_columns(topic.streams[stream].rows)
    for at, row in enumerate(rows, start=len(every) - len(rows)):
        before = every[:at]
        for other in before.rows_where((before.start == row.start.toordinal()) & (before.value == row.value)):
            if _is_same(other, row):
                message = f"this row stands in line {other.place.line} already"
                return (place_problem(topic, row.place, message, "a correction names the row it `replaces`"),)
    for variant in with_carried_posteriors(topic, today, Settings()).rivals.values():
        if refused := _impossible(variant, stream, rows, today):
            return refused
    return ()


def _is_same(other: Row, row: Row) -> bool:
    """Whether a row says again what another says; copies of a report name other sources, and corrections replace."""
    same = (other.start, other.end, other.value, other.columns) == (row.start, row.end, row.value, row.columns)
    is_copy = bool(row.origin) and other.source != row.source
    return same and (other.between, other.origin) == (row.between, row.origin) and not row.replaces and not is_copy


def _impossible(topic: Topic, stream: str, rows: Sequence[Row], today: date) -> tuple[Problem, ...]:
    """Why one of some rows cannot arise in a topic without variants."""
    try:
        model = model_as_of(topic, today)
        draws = prior_draws(model, rng=generator(1, topic.name, Purpose.TRIAL), draws=TRIAL_DRAWS)
        total_log_likelihood(model, draws.parameters)
    except Unsound as unsound:
        return unsound.problems
    new = {row.place: row for row in rows}
    own = [(column, new[other.place]) for column, (name, other) in enumerate(model.rows) if name == stream and other.place in new]
    never = np.isneginf(log_likelihood_of(model, draws.parameters, [column for column, _ in own])).all(axis=0)
    for (_, row), is_impossible in zip(own, never, strict=True):
        if is_impossible:
            message = f"{'the' if row.between is None else 'a'} value {row.value_text} is impossible under every draw of the priors"
            return (place_problem(topic, row.place, message, f"the statement is {topic.streams[stream].value.text}"),)
    return ()


def _stream_names(root: Path, topic: str) -> tuple[str, ...]:
    """The names of a topic's streams; none where its file cannot be read, which the checks will say."""
    document, _ = read_document(Folder(root), topic_path(topic))
    streams = document.content.get("streams", {}) if document is not None else {}
    return tuple(streams) if isinstance(streams, Mapping) else ()


def _add_columns(text: str, names: Sequence[str]) -> str:
    """A CSV text with more columns at its right, their names in the header and their cells empty."""
    lines = re.split(r"(?<=\n)", text)  # not at what else Python takes for a line end
    reader = csv.reader(lines, strict=True)
    is_header = True
    for cells in reader:
        if not cells:
            continue
        at = reader.line_num - 1
        body = lines[at].rstrip("\r\n")
        lines[at] = body + ("," + ",".join(names) if is_header else "," * len(names)) + lines[at][len(body) :]
        is_header = False
    return "".join(lines)
