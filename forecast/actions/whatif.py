"""What if a prior were another, or something were seen: the answers before and after, and nothing written.

The altered topic is checked as a book is.  What is supposed counts as known on
the as-of day; a row that reaches beyond it moves the as-of day to its end, and
nothing else that became known in between.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from forecast.actions.linked_fits import LinkedFits
from forecast.actions.new.beliefs import Belief, stated_priors
from forecast.actions.new.option_places import option_problem
from forecast.actions.observe import Observation, record_with
from forecast.actions.overlay import read_with_changes
from forecast.book.calendar import ONE_DAY
from forecast.book.files.folder import Folder
from forecast.book.files.layout import prior_path
from forecast.book.files.positions import positions
from forecast.book.files.prior_text import toml_text
from forecast.book.files.problems import Problem, Result, has_errors
from forecast.book.files.sources import read_document
from forecast.book.links import LinkFit
from forecast.book.reading import read_book
from forecast.book.rows import is_gradual
from forecast.book.topic import Row, Series, Stream, Topic
from forecast.book.variant_choice import choose_variant
from forecast.cache.store import Store
from forecast.content.topic import answer_content
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.event_clauses import row_clause
from forecast.insight.published import published_answers
from forecast.language.faults import did_you_mean, known_names_text
from forecast.model.custom_model import trust_problems
from forecast.model.errors import Unsound
from forecast.model.progress import Progress, ignore_progress
from forecast.model.record import known_points, record_as_of
from forecast.model.settings import Settings
from forecast.processes import compute_side_by_side
from forecast.schema.answers import AnswerContent
from forecast.schema.words import day_range


@dataclass(frozen=True, slots=True)
class WhatIfResult:
    """The answers before and after (contents by question), and the days each is as of."""

    problems: tuple[Problem, ...] = ()
    before: Mapping[str, AnswerContent] = field(default_factory=dict)
    after: Mapping[str, AnswerContent] = field(default_factory=dict)
    as_of: date | None = None
    after_as_of: date | None = None
    distrusted: bool = False
    seen: tuple[str, ...] = ()  # the rows that are supposed, in words
    priors: Mapping[str, str] = field(default_factory=dict)  # those supposed, as statements
    beliefs: tuple[Belief, ...] = ()  # those of them that were words


def suppose(
    root: Path,
    topic: str,
    *,
    priors: Mapping[str, str],
    rows: Sequence[tuple[str, Observation]],
    as_of: date,
    settings: Settings,
    variant: str = "",
    cache: Path | None = None,
    progress: Progress = ignore_progress,
) -> WhatIfResult:
    """Answer a topic's questions as they are, and with other priors and rows; with a ``variant``, as if that alone were true.

    Answers of a topic with variants are those of all together.

    ``priors`` maps a parameter, or ``parameter[label]``, to a statement or to words that say one (of a
    pooled prior the whole, or ``parameter[part]`` one part); ``rows``
    are streams' names with what is supposed to be seen in them.  ``cache`` is the folder that keeps what carries the posteriors of other topics.
    """
    book, problems = read_book(root, [topic])
    if has_errors(problems):
        return WhatIfResult(problems)
    actual = book.topics[topic]
    if refused := trust_problems([actual], trust=settings.trust):
        return WhatIfResult(refused)
    stated, problems = stated_priors(actual, priors)
    if stated is None:
        return WhatIfResult(problems)
    changes, problems = _changes(root, actual, stated.priors, rows)
    if problems:
        return WhatIfResult(problems)
    altered, problems = read_with_changes(root, topic, changes)
    if altered is None:
        return WhatIfResult(tuple(_at_option(problem, topic, stated.priors) for problem in problems))
    if variant:
        chosen, problems = choose_variant(altered, variant)
        if chosen is None:
            return WhatIfResult(problems)
        altered = chosen
    ends = [end for _, row in rows if (end := row.last_day) is not None]
    then = max([as_of, *ends])
    supposed = _restrict_to_known(actual, altered, as_of, then)
    linked = LinkedFits(Store(cache, as_of), settings)
    of_actual, of_supposed = linked.of_topic(actual, as_of, progress=progress), linked.of_topic(supposed, then, progress=progress)
    before, after = compute_side_by_side(
        lambda: _topic_answers(actual, as_of, settings, of_actual),
        lambda: _topic_answers(supposed, then, settings, of_supposed),
        started=lambda: progress("computing the answers before and after"),
    )
    for answers in (before, after):
        if answers.problems:
            return WhatIfResult(answers.problems)
    sound = before.sound and after.sound
    return WhatIfResult(
        (),
        before.answers,
        after.answers,
        as_of,
        then,
        distrusted=not sound,
        seen=_supposed_rows(altered, rows),
        priors=stated.priors,
        beliefs=stated.beliefs,
    )


def _at_option(problem: Problem, topic: str, priors: Mapping[str, str]) -> Problem:
    """A problem within a prior that is only supposed, at its option, since the file does not have it; any other as it is."""
    if problem.place.path != prior_path(topic):
        return problem
    for name, statement in priors.items():
        start = problem.source.find(statement)
        if start >= 0 and 0 <= (offset := problem.place.column - 1 - start) <= len(statement):
            typed = f"{name}={statement}"
            return option_problem("--prior", problem.message, problem.hint, typed=typed, offset=offset + len(name) + 1)
    return problem


def answers_with_priors(
    root: Path, topic: str, priors: Mapping[str, str], *, as_of: date, settings: Settings, linked: LinkedFits
) -> WhatIfResult:
    """Answer a topic's questions with other priors, as ``suppose`` does; what they are without is left out, for who has that already.

    ``linked`` has what carries the posteriors of other topics, from one call to the next.
    """
    book, problems = read_book(root, [topic])
    if has_errors(problems):
        return WhatIfResult(problems)
    if refused := trust_problems([book.topics[topic]], trust=settings.trust):
        return WhatIfResult(refused)
    changes, problems = _changes(root, book.topics[topic], priors, ())
    if problems:
        return WhatIfResult(problems)
    altered, problems = read_with_changes(root, topic, changes)
    if altered is None:
        return WhatIfResult(problems)
    after = _topic_answers(altered, as_of, settings, linked.of_topic(altered, as_of))
    return WhatIfResult(after.problems, after=after.answers, after_as_of=as_of, distrusted=not after.sound)


def _supposed_rows(topic: Topic, rows: Sequence[tuple[str, Observation]]) -> tuple[str, ...]:
    """The rows that were supposed, in the words of their streams: the last ones of each."""
    counts = Counter(stream for stream, _ in rows)
    last = [(topic.streams[name], row) for name, count in counts.items() for row in sorted(topic.streams[name].rows, key=_line)[-count:]]
    return tuple(f"{row_clause(stream, row)}, {day_range(row.start, row.end)}" for stream, row in last)


def _line(row: Row) -> int:
    return row.place.line


@dataclass(frozen=True, slots=True)
class _TopicAnswers:
    """A topic's answers as contents by question, and whether the engine vouches for them; or why there are none."""

    problems: tuple[Problem, ...] = ()
    answers: Mapping[str, AnswerContent] = field(default_factory=dict)
    sound: bool = False


def _topic_answers(topic: Topic, as_of: date, settings: Settings, fits: Mapping[str, LinkFit]) -> _TopicAnswers:
    try:
        topic = with_carried_posteriors(topic, as_of, settings, fits)
        result = published_answers(topic, as_of, replace(settings, chances=False))
    except Unsound as unsound:
        return _TopicAnswers(unsound.problems)
    answers = {name: answer_content(topic, answer) for name, answer in result.answers.items()}
    return _TopicAnswers((), answers, result.sound)


def _changes(
    root: Path, topic: Topic, priors: Mapping[str, str], rows: Sequence[tuple[str, Observation]]
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The files that supposing changes, with their new texts."""
    changes: dict[str, str] = {}
    problems: list[Problem] = []
    if priors:
        text, wrong = _priors_with(root, topic, priors)
        problems += wrong
        if text is not None:
            changes[prior_path(topic.name)] = text
    for stream, row in rows:
        record, wrong = record_with(topic, stream, row, before=changes)
        problems += wrong
        if record is not None:
            path, changed = record
            changes[path] = changed
    return changes, tuple(problems)


def _priors_with(root: Path, topic: Topic, priors: Mapping[str, str]) -> Result[str]:
    """The text of the prior file with other statements in the places of some."""
    path = prior_path(topic.name)
    document, problems = read_document(Folder(root), path)
    if document is None:
        return Result(None, problems)
    text = document.source.text
    spans = positions(text).values
    edits: list[tuple[int, int, str]] = []
    wrong: list[Problem] = []
    pooled = {name: statement for name, statement in priors.items() if name in topic.parameters and topic.parameters[name].parts}
    for name, statement in priors.items():
        if name in pooled:
            continue
        parameter, _, label = name.removesuffix("]").partition("[")
        keys: tuple[str, ...] = (parameter, "prior", label) if label else (parameter, "prior")
        if keys not in spans and label:
            keys = (parameter, "experts", label, "prior")
        if keys in spans and not isinstance(_value_at(document.content, keys), dict):
            edits.append((*spans[keys], toml_text(statement)))
        else:
            parts = [
                (parameter.name, key)
                for parameter in topic.parameters.values()
                for key in (*parameter.by_label, *(part.name for part in parameter.parts))
            ]
            known = [*topic.parameters, *(f"{name}[{key}]" for name, key in parts)]
            hint = did_you_mean(name, known) or known_names_text("priors", known)
            wrong.append(option_problem("--prior", f"no prior `{name}` in topic `{topic.name}`", hint, typed=f"{name}={statement}"))
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return Result(None, tuple(wrong)) if wrong else Result(_replace_pools(text, pooled) if pooled else text)


def _replace_pools(text: str, statements: Mapping[str, str]) -> str:
    """A prior file in which statements take the place of whole pools: of their parts, weights and reasons."""
    import tomlkit

    tables = tomllib.loads(text)
    for name, statement in statements.items():
        kept = {key: value for key, value in tables[name].items() if key not in {"prior", "weight", "experts", "pool", "why"}}
        tables[name] = {"prior": statement, "why": "This prior is supposed.", **kept}
    return tomlkit.dumps(tables)


def _value_at(content: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    value: Any = content
    for key in keys:
        value = value[key] if isinstance(value, Mapping) else None
    return value


def _restrict_to_known(actual: Topic, altered: Topic, as_of: date, then: date) -> Topic:
    """The altered topic with what is supposed, and of the rest only what is known on the as-of day."""
    streams = {name: _restrict_stream_to_known(actual, stream, as_of, then) for name, stream in altered.streams.items()}
    series: dict[str, Series] = {
        name: replace(one_series, points=tuple(known_points(one_series, as_of))) for name, one_series in altered.series.items()
    }
    variants = {
        name: replace(variant, topic=_restrict_to_known(actual, variant.topic, as_of, then)) for name, variant in altered.variants.items()
    }
    return replace(altered, streams=streams, series=series, variants=variants)


def _restrict_stream_to_known(actual: Topic, stream: Stream, as_of: date, then: date) -> Stream:
    recorded = record_as_of(actual.streams[stream.name], as_of, opens=actual.opens).rows
    supposed: tuple[Row, ...] = tuple(
        replace(row, known=min(row.known, then)) for row in stream.rows[len(actual.streams[stream.name].rows) :]
    )
    hidden = [
        replace(row, known=max(row.known, then + ONE_DAY))
        for row in actual.streams[stream.name].rows
        if row.known > as_of and not row.replaces and not is_gradual(row, stream)
    ]
    return replace(stream, rows=(*recorded, *supposed, *hidden))
