"""Checks of how a stream's events are spoken of: the clauses, and the unit with its plural."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.book.checks.statements import family_of
from forecast.book.draft import Draft, StreamDraft
from forecast.book.event_phrases import NUMBER_MARK
from forecast.book.files.problems import Problem

CLAUSES = ("event", "events", "no_event")
BEFORE_A_CLAUSE = ("if", "that", "whether", "when")  # words that sentences put before it themselves
ENDS_OF_SENTENCES = (".", "!", "?", "…")


def check_phrases(draft: Draft, name: str, stream: StreamDraft) -> Iterator[Problem]:
    """Yield what is wrong with a stream's phrases: no clause, a number without its place, or no events to speak of."""
    keys, table = ("streams", name), stream.table
    if table.units and not table.unit:
        yield draft.topic.at_key((*keys, "units"), "`units` is given without `unit`", 'give the singular too, as in `unit = "man"`')
    for key in CLAUSES:
        text = getattr(table, key)
        if text:
            yield from _check_clause(draft, (*keys, key), text, is_counted=key == "events")
    if table.classes or stream.classes:
        for key in (key for key in CLAUSES if getattr(table, key)):
            message = f"the rows of `{name}` say classes, and sentences name these"
            yield draft.topic.at_key((*keys, key), message, f"leave out `{key}`")
    elif (family := family_of(stream.value)) is not None and not family.discrete:
        for key in (key for key in ("event", "no_event") if getattr(table, key)):
            message = f"`{name}` measures and does not count, so there is no single event"
            yield draft.topic.at_key((*keys, key), message, f'`events` alone says it, as in `events = "the level is {NUMBER_MARK} cm"`')


def _check_clause(draft: Draft, keys: tuple[str, ...], text: str, *, is_counted: bool) -> Iterator[Problem]:
    key, words = keys[-1], text.split()
    if words and words[0].lower() in BEFORE_A_CLAUSE:
        hint = f"leave the word out, as in `{' '.join(words[1:]) or 'another captive asks to go South'}`"
        yield draft.topic.at_value(keys, f"`{key}` begins with `{words[0]}`, which sentences put before it", hint)
    if text.rstrip().endswith(ENDS_OF_SENTENCES):
        yield draft.topic.at_value(keys, f"`{key}` is a clause within sentences, and ends like one", f"leave out the `{text.rstrip()[-1]}`")
    rest = text.replace(NUMBER_MARK, "", 1) if is_counted else text
    if is_counted and rest == text:
        yield draft.topic.at_value(
            keys, "`events` does not say where the number stands", f"write `{NUMBER_MARK}` for it, as in `{NUMBER_MARK} captives ask`"
        )
    elif "{" in rest or "}" in rest:
        hint = f"`{NUMBER_MARK}` stands once in it" if is_counted else f"a number has its place, `{NUMBER_MARK}`, in `events`"
        yield draft.topic.at_value(keys, f"`{key}` has a brace", hint)
