"""What lies between two states of a topic, each the topic as somebody had it and an as-of day: groups of changes, and every mixture of them.

Time passing is a group of its own, and with it the quiet time that watched
streams gained.  Each other new or corrected row is one, each series that went
on, each prior that was edited, and the rest of the topic where it was edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from forecast.book.calendar import ONE_DAY
from forecast.book.record_columns import record_columns
from forecast.book.rows import is_gradual, row_names
from forecast.book.topic import Parameter, Question, Row, Series, Stream, Topic
from forecast.insight.event_clauses import row_clause
from forecast.model.links import resolve_links
from forecast.model.model import Model, bind_records
from forecast.model.record import StreamRecord, known_points, record_as_of, uncovered_spans, visible_rows
from forecast.schema import words
from forecast.sentences.named import quoted_name
from forecast.sentences.news import UPDATED

type ChangeKind = Literal["time", "row", "correction", "series", "prior", "model"]


@dataclass(frozen=True, slots=True)
class StateChange:
    """Something that changed, under a name of its own; ``about`` says what it is.

    Rows are ``added`` to and ``removed`` from the record of ``stream``.
    """

    kind: ChangeKind
    name: str
    about: str
    stream: str = ""
    added: tuple[Row, ...] = ()
    removed: tuple[Row, ...] = ()

    @property
    def known(self) -> date | None:
        """The day a row became known; None for what is not a row."""
        return self.added[0].known if self.added else None


@dataclass(frozen=True, slots=True)
class StateDiff:
    """Two states of a topic: ``old`` as of ``since``, and ``new`` as of ``until``.

    ``linked`` has the priors that are another topic's posterior in both, as they are written: these move without being edited.
    """

    old: Topic
    since: date
    new: Topic
    until: date
    linked: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def between(cls, old: Topic, since: date, new: Topic, until: date) -> StateDiff:
        """Return two states of a topic, in which the posteriors that links name are as of these days.  Raises ``Unsound`` where one is not known."""
        linked = {name: its.text_for(label) for (name, label) in new.links for its in (new.parameters[name],)}
        return cls(resolve_links(old, since), since, resolve_links(new, until), until, linked if old.links == new.links else {})

    def changes(self) -> tuple[StateChange, ...]:
        """Return what changed: time first, then rows in the order in which they became known, series, priors, the model."""
        changes: list[StateChange] = []
        if self.until > self.since or any(self._quiet(name, "old") != self._quiet(name, "new") for name in self._shared_streams()):
            days = (self.until - self.since).days
            changes.append(StateChange("time", "time", f"{words.days(days)} passed" if days else "quiet time was recorded"))
        rows = [change for name in self._shared_streams() for change in self._rows(name)]
        changes += sorted(rows, key=lambda change: (change.known or self.until, change.name))
        changes += [
            StateChange("series", f"series {name}", f"new values of {quoted_name(name)}")
            for name in self.new.series
            if self._series_moved(name)
        ]
        changes += [StateChange("prior", f"prior {name}", self._about_prior(name)) for name in self._priors_edited()]
        if self.is_model_edited:
            changes.append(StateChange("model", "model", "the model was edited"))
        return tuple(changes)

    @property
    def is_model_edited(self) -> bool:
        """Whether more was edited than priors, rows and points: statements, quantities, streams, parameters."""
        return _structure(self.old) != _structure(self.new)

    @property
    def same_unknowns(self) -> bool:
        """Whether both have the same parameters with the same labels, so that draws of one are draws of the other."""
        return _unknowns(self.old) == _unknowns(self.new) or not self.is_model_edited

    @property
    def questions(self) -> frozenset[str]:
        """The questions that both ask in the same words of the model."""
        return frozenset(
            name for name, asked in self.new.questions.items() if _question_texts(asked) == _question_texts(self.old.questions.get(name))
        )

    def model(self, made: frozenset[str]) -> Model:
        """Return the model with the named changes made, and no others.  Raises ``Unsound`` as ``model_as_of`` does."""
        changes = self.changes()
        frame = self.old if self.is_model_edited and "model" not in made else self.new
        passed = "time" in made or not any(change.name == "time" for change in changes)
        as_of = self.until if passed else self.since
        parameters = {name: self._parameter(parameter, made) for name, parameter in frame.parameters.items()}
        series = {name: self._series(series, made, as_of) for name, series in frame.series.items()}
        questions = {name: frame.questions[name] for name in frame.questions if name in self.questions}
        topic = replace(frame, parameters=parameters, series=series, questions=questions)
        records = {name: self._record(stream, changes, made, passed=passed) for name, stream in frame.streams.items()}
        return bind_records(topic, as_of, records)

    def _shared_streams(self) -> list[str]:
        return [name for name in self.new.streams if name in self.old.streams]

    def _state(self, name: str, which: Literal["old", "new"]) -> tuple[Row, ...]:
        topic, day = (self.old, self.since) if which == "old" else (self.new, self.until)
        return tuple(record_as_of(topic.streams[name], day, opens=topic.opens).rows)

    def _quiet(self, name: str, which: Literal["old", "new"]) -> list[Row]:
        """Quiet time of a watched stream that is no correction: it grows by itself as days pass."""
        topic = self.old if which == "old" else self.new
        return [_without_place(row) for row in self._state(name, which) if is_gradual(row, topic.streams[name])]

    def _reported_rows(self, name: str, which: Literal["old", "new"]) -> list[Row]:
        """The rows that somebody reported: all but quiet time."""
        topic = self.old if which == "old" else self.new
        return [_without_place(row) for row in self._state(name, which) if not is_gradual(row, topic.streams[name])]

    def _rows(self, name: str) -> Iterator[StateChange]:
        stream, spoken = self.new.streams[name], name.replace("_", " ")
        before, after = self._reported_rows(name, "old"), self._reported_rows(name, "new")
        was = {_identity(row) for row in before}
        stood = {key: _without_place(row) for row in visible_rows(self.old.streams[name], self.since) for key in row_names(row)}
        replaced: set[str] = set()
        for row in after:
            if _identity(row) in was:
                continue
            gone = (stood[row.replaces],) if row.replaces in stood else ()
            replaced.update(row.replaces for _ in gone)
            about = f"{row_clause(stream, row)}, {words.day_range(row.start, row.end)}{f' ({UPDATED})' if gone else ''}"
            yield StateChange("correction" if gone else "row", f"{name} {_identity(row)}", about, name, (row,), gone)
        still = {_identity(row) for row in after}
        for row in before:
            if _identity(row) not in still and not row_names(row) & replaced:
                about = f"{spoken}: the row of {words.day(row.start)} (value {words.row_text(row)}) was taken out or changed"
                yield StateChange("correction", f"{name} without {_identity(row)}", about, name, (), (row,))

    def _record(self, stream: Stream, changes: tuple[StateChange, ...], made: frozenset[str], *, passed: bool) -> StreamRecord:
        if stream.name not in self.old.streams or stream.name not in self.new.streams:
            topic, day = (self.new, self.until) if stream.name in self.new.streams else (self.old, self.since)
            return record_as_of(stream, day, opens=topic.opens)
        here = [change for change in changes if change.stream == stream.name]
        rows = self._quiet(stream.name, "new" if passed else "old") + self._reported_rows(stream.name, "old")
        for change in here:
            gone = {_identity(row) for row in change.removed}
            if change.name in made:
                rows = [row for row in rows if _identity(row) not in gone] + list(change.added)
            elif passed:  # a correction of quiet time, not made: what it replaced stands
                standing = {_identity(row) for row in rows}
                rows += [_cut_row(row, self.until) for row in change.removed if _identity(row) not in standing]
        ordered = record_columns(sorted(rows, key=lambda row: (row.start, row.end, row.value)))
        opens = (self.new if passed else self.old).opens
        through = max((row.end for row in ordered), default=opens - ONE_DAY)
        there = {_identity(row) for row in ordered}
        reported = [row for row in self.new.streams[stream.name].rows if not row.replaces and not is_gradual(row, stream)]
        return StreamRecord(
            stream, ordered, through, uncovered_spans([row for row in reported if _identity(row) not in there], ordered, through)
        )

    def _series_moved(self, name: str) -> bool:
        if name not in self.old.series:
            return False
        return _points(self.old.series[name], self.since) != _points(self.new.series[name], self.until)

    def _series(self, series: Series, made: frozenset[str], as_of: date) -> Series:
        """A series with what was known before, or with what is known after, all of it known by the as-of day."""
        name = series.name
        if name in self.old.series and name in self.new.series and f"series {name}" not in made and self._series_moved(name):
            points = known_points(self.old.series[name], self.since)
        else:
            points = known_points(series, self.until if name in self.new.series else self.since)
        return replace(series, points=tuple(replace(point, known=min(point.known, as_of)) for point in points))

    def _about_prior(self, name: str) -> str:
        if name in self.linked:
            return f"the posterior taken from another topic for {quoted_name(name)} changed"
        return f"the prior of {quoted_name(name)} was edited"

    def _priors_edited(self) -> list[str]:
        shared = [name for name, parameter in self.new.parameters.items() if self._is_shared(parameter)]
        return [name for name in shared if _prior_text(self.old.parameters[name]) != _prior_text(self.new.parameters[name])]

    def _is_shared(self, parameter: Parameter) -> bool:
        """Whether both states have a parameter, over the same labels where its prior names them; otherwise it goes with the model."""
        one, other = self.old.parameters.get(parameter.name), self.new.parameters.get(parameter.name)
        return one is not None and other is not None and _own_labels(one) == _own_labels(other)

    def _parameter(self, parameter: Parameter, made: frozenset[str]) -> Parameter:
        """A parameter with its old or its new prior; its labels are the frame's."""
        name = parameter.name
        if not self._is_shared(parameter):
            return parameter
        side = self.new.parameters[name] if f"prior {name}" in made else self.old.parameters[name]
        return replace(
            parameter, prior=side.prior, by_label={key: statement for key, statement in side.by_label.items() if key in parameter.labels}
        )


def _without_place(row: Row) -> Row:
    """A row whatever line it stands on: lines move when a file grows."""
    return replace(row, place=replace(row.place, line=1, column=1))


def _cut_row(row: Row, day: date) -> Row:
    return replace(row, end=min(row.end, day))


def _identity(row: Row) -> str:
    """What tells a row from others of its stream, but for where it ends: quiet rows grow."""
    columns = " ".join(f"{name}={value}" for name, value in sorted(row.columns.items()))
    return " ".join(
        part
        for part in (row.start.isoformat(), f"{row.value:g}", row.known.isoformat(), row.id, row.replaces, columns, _entering_text(row))
        if part
    )


def _entering_text(row: Row) -> str:
    """What of a row says how it enters the likelihood."""
    ends = "" if row.between is None else f"{row.between.low:g}..{row.between.high:g}"
    return " ".join(part for part in (ends, f"{row.origin} {row.source}" if row.origin else "") if part)


def _points(series: Series, day: date) -> list[tuple[date, float]]:
    return [(point.day, point.value) for point in known_points(series, day)]


def _prior_text(parameter: Parameter) -> tuple[str, Mapping[str, str]]:
    return (parameter.prior.text if parameter.prior else "", {label: statement.text for label, statement in parameter.by_label.items()})


def _own_labels(parameter: Parameter) -> tuple[str, ...]:
    """The labels that a parameter's own prior names: of Categorical its values, of Dirichlet those that share."""
    return parameter.categories or (parameter.labels if parameter.per == parameter.name else ())


def _question_texts(question: Question | None) -> object:
    """What a question asks of the model, as texts; how it is worded for people does not count."""
    if question is None:
        return None
    texts = question.answer_text, dict(question.choice_texts), question.given_text, question.annulled_text
    return question.kind, *texts, question.by, question.since


def _unknowns(topic: Topic) -> dict[str, tuple[str, ...]]:
    return {name: parameter.labels for name, parameter in topic.parameters.items()}


def _structure(topic: Topic) -> object:
    """Everything of a topic that is neither a prior nor a record, as texts."""
    return (
        topic.opens,
        topic.step,
        {
            name: (
                stream.value.text,
                stream.watched,
                stream.once,
                stream.latent,
                dict(stream.next_texts),
                stream.classes,
                dict(stream.entering_texts),
            )
            for name, stream in topic.streams.items()
        },
        {name: quantity.text for name, quantity in topic.quantities.items()},
        dict(topic.regimes),
        {name: series.later_text for name, series in topic.series.items()},
        {name: (parameter.per, _own_labels(parameter)) for name, parameter in topic.parameters.items()},
    )
