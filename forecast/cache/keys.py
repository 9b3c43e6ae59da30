"""Under which keys the results of a topic are kept: hashes of everything that determines each of them.

``draws`` are a posterior's, which what is only shown does not move.  ``insight`` and ``content`` depend on what is shown, too, but for
what a page repeats word for word (``forecast.book.reasons``): a content is kept without it, and it is filled in again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from forecast.book.hashes import numbers_hash, words_hash
from forecast.book.linked_topics import all_sources, with_questions
from forecast.book.links import PosteriorLink
from forecast.book.reasons import without_reasons
from forecast.book.rows import rows_as_of
from forecast.book.topic import Stream, Topic
from forecast.cache.fingerprint import Environment
from forecast.model.settings import Settings
from forecast.model.used_names import uses_age

KEYS_FORMAT = 1  # of the keys: with another one nothing kept before is found


def calculation_key(topic: Topic, *, as_of: date, settings: Settings, computing: Mapping[str, str]) -> str:
    """Return the SHA-256 of everything that moves a topic's numbers: with the versions of what computes."""
    parts = {
        "numbers": numbers_hash(topic, as_of=as_of),
        "as_of": as_of.isoformat() if uses_age(topic) else None,
        "seed": settings.seed,
        "draws": settings.draws,
        "engine": settings.engine,
        "versions": dict(computing),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def verdict_key(topic: Topic, *, as_of: date, settings: Settings, computing: Mapping[str, str]) -> str:
    """Return the SHA-256 of everything that a comparison of the engines depends on: of what moves numbers all but scenarios, which read the same paths."""
    variants = {name: replace(its, topic=replace(its.topic, scenarios={})) for name, its in topic.variants.items()}
    bare = replace(topic, scenarios={}, variants=variants)
    return calculation_key(bare, as_of=as_of, settings=settings, computing=computing)


def draws_key(topic: Topic, *, as_of: date, settings: Settings, environment: Environment, verdict: str) -> str:
    """Return the key of a topic's published posterior, which questions do not move; ``verdict`` is the word that confirms it or not."""
    unasked = replace(topic, questions={}, scenarios={})
    calculation = calculation_key(unasked, as_of=as_of, settings=settings, computing=environment.versions)
    return _hash("draws", environment.key, calculation, _order(unasked), settings.trust, verdict == "agreed")


def insight_key(topic: Topic, calculation: str, *, environment: Environment, as_of: date, earlier: str) -> str:
    """Return the key of what a report says of why.

    ``earlier`` is the tagged text of the report before, empty where there is none.
    """
    unchanged = lasting_insight_key(topic, calculation, environment=environment, as_of=as_of)
    return _hash("insight", unchanged, as_of.isoformat(), earlier)


def lasting_insight_key(topic: Topic, calculation: str, *, environment: Environment, as_of: date) -> str:
    """Return the key of what the newest report said of why that was made of the same numbers, whatever its day.

    The days on which rows became known move no answer as of a later day, but they do move the history.
    """
    known: dict[str, Any] = {name: _known_days(stream, as_of) for name, stream in topic.streams.items()}
    sources = {name: {key: _known_days(its, as_of) for key, its in source.streams.items()} for name, source in all_sources(topic).items()}
    known |= {"/sources": sources} if sources else {}
    return _hash("lasting insight", environment.key, calculation, _order(topic), words_hash(without_reasons(topic)), known)


def content_key(
    insight: str, *, settings: Settings, verdict: Mapping[str, Any] | None, hindcast: bool, explained: bool, markets: str = ""
) -> str:
    """Return the key of a topic's whole report; ``insight`` is the key of what it says of why, whether or not it says so.

    ``markets`` is a hash of the topic's contracts and their quotes, empty where it has none.
    """
    compared = None if verdict is None else json.dumps(verdict, sort_keys=True)
    return _hash("content", insight, settings.chances, settings.trust, compared, hindcast, explained, *([markets] if markets else []))


def _known_days(stream: Stream, as_of: date) -> str:
    """A hash of the days on which rows became known, as far as a day knows."""
    return hashlib.sha256(np.minimum(rows_as_of(stream, as_of).known, as_of.toordinal()).tobytes()).hexdigest()


def _order(topic: Topic) -> list[Any]:
    """The order of everything that has a name, which no hash of a topic says: reports list things in it, and sums are added up in it."""
    streams = [[name, stream.own_columns, list(stream.next), list(stream.entering_texts)] for name, stream in topic.streams.items()]
    choices = [[name, list(question.choices)] for name, question in topic.questions.items()]
    variants = [[[name, _order(variant.topic)] for name, variant in topic.variants.items()]] if topic.variants else []
    sources = [[name, _order(source)] for name, source in topic.sources.items()]
    named = list(topic.series), list(topic.quantities), choices, list(topic.parameters)
    scenarios = [["/scenarios", *topic.scenarios]] if topic.scenarios else []
    return [topic.name, streams, *named, *scenarios, *variants, *([sources] if sources else [])]


def fit_key(link: PosteriorLink, topic: Topic, *, as_of: date, settings: Settings, environment: Environment) -> str:
    """Return the key of what carries the posterior that a link names; ``topic`` is the one that it names."""
    part = with_questions(topic, {link.name})
    calculation = calculation_key(part, as_of=as_of, settings=settings, computing=environment.versions)
    return _hash("fit", environment.key, calculation, _order(part), settings.trust, link.address)


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps([KEYS_FORMAT, *parts]).encode()).hexdigest()
