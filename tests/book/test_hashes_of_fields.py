"""Every field of every dataclass of a topic is changed in turn, and exactly the hashes move that it has a part in.

The fields are found by introspection: one that is new has to be given a place in the table below.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from forecast.book import topic as nouns
from forecast.book.event_phrases import EventPhrases
from forecast.book.files.problems import Place
from forecast.book.hashes import numbers_hash, words_hash
from forecast.book.links import PosteriorLink
from forecast.book.regime import Regime
from forecast.book.topic import Book, JudgedQuestion, OwnModel, PoolPart, Topic, Variant
from forecast.book.value_range import ValueRange
from forecast.cache.fingerprint import Environment
from forecast.cache.keys import calculation_key, insight_key
from forecast.language import expressions, statements
from forecast.language.expressions import Number
from forecast.language.pooling import pool
from forecast.language.statements import Statement, parse_statement
from forecast.model.settings import Settings
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

AS_OF = date(2026, 1, 1)
NUMBERS, WORDS, BOTH, NONE = "numbers", "words", "numbers and words", ""
ORDER = "order"  # the names of columns, in the order in which a report has them
REASONS = "reasons"  # words that a report repeats and nothing else in it depends on, so that nothing is computed where they change
MOVED = {
    "Topic": {
        "name": NUMBERS,  # the seed of its random numbers has it
        "title": REASONS,
        "origin": REASONS,
        "opens": NUMBERS,
        "step": NUMBERS,
        "series": BOTH,
        "streams": BOTH,
        "quantities": BOTH,
        "questions": BOTH,
        "scenarios": BOTH,
        "parameters": BOTH,
        "labels": NUMBERS,  # their order, which follows from that of the streams in the file: by it labels are coded
        "texts": NONE,  # all that they say stands in the other fields
        "engine": NUMBERS,
        "own": NUMBERS,
        "judged": REASONS,
        "variants": BOTH,
        "combine": NUMBERS,
        "regimes": NUMBERS,
        "sources": NUMBERS,
        "carried": NONE,  # what follows from the topics that links name
        "lead": REASONS,
        "note": REASONS,
    },
    "Regime": {"name": NONE, "step": NUMBERS, "states": NUMBERS, "start": NUMBERS, "stay": NUMBERS, "transition": NUMBERS},
    "PosteriorLink": {"topic": BOTH, "name": BOTH, "label": BOTH, "place": NONE},
    "Variant": {"name": NONE, "weight": NUMBERS, "why": WORDS, "changes": NONE, "topic": NUMBERS},  # what it replaces stands in its topic
    "JudgedQuestion": {
        "name": NONE,
        "place": NONE,
        "asks": REASONS,
        "by": REASONS,
        "type": REASONS,
        "options": REASONS,
        "unit": REASONS,
        "settled": REASONS,
    },
    "OwnModel": {"path": NONE, "text": NONE, "sha256": NUMBERS},  # the path follows from the topic's name, and the hash is that of the text
    "Series": {"name": NONE, "about": REASONS, "unit": WORDS, "later": NUMBERS, "later_text": WORDS, "points": BOTH},
    "Point": {"place": NONE, "day": NUMBERS, "value": NUMBERS, "known": NUMBERS, "source": REASONS, "grade": REASONS, "note": REASONS},
    "Stream": {
        "name": NONE,  # it is the key under which the stream stands, as for series, quantities and questions
        "about": REASONS,
        "unit": WORDS,
        "value": BOTH,
        "watched": NUMBERS,
        "next": NUMBERS,
        "next_texts": WORDS,
        "rows": BOTH,
        "covariates": ORDER,  # what columns there are follows from the rows and the statement
        "label_columns": ORDER,
        "classes": NUMBERS,
        "weight": NUMBERS,
        "reliability": NUMBERS,
        "wrong": NUMBERS,
        "entering_texts": WORDS,
        "reported": NUMBERS,
        "once": NUMBERS,
        "latent": NUMBERS,
        "phrases": WORDS,
    },
    "EventPhrases": {"event": WORDS, "events": WORDS, "no_event": WORDS, "unit_one": WORDS},
    "Row": {
        "place": NONE,
        "start": NUMBERS,
        "end": NUMBERS,
        "value": NUMBERS,
        "known": NUMBERS,
        "source": WORDS,
        "grade": WORDS,
        "note": WORDS,
        "id": NUMBERS,
        "replaces": NUMBERS,
        "columns": NUMBERS,
        "between": NUMBERS,
        "origin": NUMBERS,
        "said": NONE,  # the value, or the counts in the columns, in words
    },
    "ValueRange": {"low": NUMBERS, "high": NUMBERS},
    "Quantity": {"name": NONE, "expression": NUMBERS, "text": WORDS, "unit": WORDS},
    "Question": {
        "name": NONE,
        "place": NONE,
        "asks": REASONS,
        "by": NUMBERS,
        "answer": NUMBERS,
        "answer_text": WORDS,
        "choices": NUMBERS,
        "choice_texts": WORDS,
        "given": NUMBERS,
        "given_text": WORDS,
        "settled": REASONS,
        "kind": NONE,  # it follows from the answer
        "since": NUMBERS,
        "annulled": NUMBERS,
        "annulled_text": WORDS,
    },
    "Parameter": {
        "name": NUMBERS,
        "place": NONE,
        "prior": BOTH,
        "by_label": BOTH,
        "per": NUMBERS,
        "labels": NONE,  # those of the topic under `per`
        "categories": NUMBERS,
        "unit": WORDS,
        "why": REASONS,
        "why_by_label": REASONS,
        "source": REASONS,
        "reviewed": REASONS,
        "by": REASONS,
        "parts": WORDS,  # those that are used stand in `prior`, pooled
        "pooling": WORDS,
        "links": BOTH,
    },
    "PoolPart": {"name": WORDS, "weight": WORDS, "statement": WORDS, "why": REASONS, "source": REASONS, "is_used": WORDS},
    "Place": {"path": NONE, "line": NONE, "column": NONE},
    "Statement": {
        "distribution": NUMBERS,
        "arguments": NUMBERS,
        "text": WORDS,
        "offset": NONE,
        "offsets": NONE,
        "inner": NUMBERS,
        "parts": NUMBERS,
    },
    "WeightedStatement": {"share": NUMBERS, "statement": NUMBERS},
    "Number": {"value": NUMBERS},
    "Name": {"name": NUMBERS},
    "Label": {"label": NUMBERS},
    "Unary": {"operator": NUMBERS, "operand": NUMBERS},
    "Binary": {"operator": NUMBERS, "left": NUMBERS, "right": NUMBERS},
    "Compare": {"operators": NUMBERS, "operands": NUMBERS},
    "Logic": {"operator": NUMBERS, "operands": NUMBERS},
    "Conditional": {"test": NUMBERS, "then": NUMBERS, "otherwise": NUMBERS},
    "Index": {"name": NUMBERS, "index": NUMBERS},
    "Call": {"function": NUMBERS, "arguments": NUMBERS},
    "Total": {"stream": NUMBERS, "label": NUMBERS},
    "First": {"condition": NUMBERS},
}
CHANGED: dict[type, dict[str, Any]] = {
    ValueRange: {"low": -7.0},
    OwnModel: {"sha256": "1f"},
    Topic: {"step": "week"},
    EventPhrases: {"event": "one more is seen"},
}
ELSEWHERE = {  # statements whose text stands in another field, and what only a topic with variants has
    ("Variant.topic", "Topic.combine"): NONE,
    ("Stream.wrong", "Statement.text"): NONE,
    ("WeightedStatement.statement", "Statement.text"): NONE,
}


def full_topic() -> Topic:
    """A topic in which every field of every dataclass has something somewhere."""
    topic = make_topic(
        priors={
            "rate": {"prior": "Gamma(alpha=2, beta=1)", "unit": "a month", "why": "A reason."},
            "lean": {"prior": {"north": "Normal(mu=0, sigma=1)", "south": "Normal(mu=1, sigma=1)"}, "per": "side"},
            "cause": "Categorical(wear=0.5, rust=0.5)",
            "cut": "Truncated(Normal(mu=0, sigma=1), lower=0)",
            "pooled": {"prior": "Normal(mu=0, sigma=1)"},
        },
        streams={
            "seen": {
                "value": "Poisson(mu=rate * size)",
                "next": {"size": "2", "side": "1"},
                "weight": "0.5 ** age",
                "reliability": "0.9",
                "wrong": "Poisson(mu=9)",
            },
            "votes": {"value": "Categorical(left=0.5, right=0.5)", "watched": True},
        },
        rows={
            "seen": [
                {"value": 3, "size": 2, "side": "north", "grade": "A", "source": "a list", "id": "a", "origin": "wire"},
                {"low": 3, "high": 6, "size": 2, "side": "south", "grade": "B", "replaces": "a"},
            ],
            "votes": ["left", "right"],
        },
        quantities={
            "kinds": {
                "value": 'max(-rate, lean[north]) if cause == "wear" and not rate > 2 else total(votes, left)',
                "unit": "days",
            }
        },
        questions={
            "asked": {
                "answer": "total(seen) >= 1",
                "by": AS_OF,
                "since": OPENS,
                "given": "rate < 9",
                "annulled": "total(votes) > 5",
            },
            "first": {"answer": "first(total(seen) > 2)", "by": AS_OF},
            "many": {"choices": {"few": "total(seen) < 2", "more": "total(seen) >= 2"}, "by": AS_OF},
        },
        series={"level": {"points": [(OPENS, 3), (OPENS + timedelta(days=9), 4)], "later": "rate"}},
        scenarios={"busy": {"when": "total(seen) > 7", "by": AS_OF, "since": OPENS}, "quick": {"when": "rate > 5"}},
    )
    streams, parameters, series = dict(topic.streams), dict(topic.parameters), dict(topic.series)
    streams = {name: dataclasses.replace(each, rows=tuple(each.rows)) for name, each in streams.items()}  # whose fields are changed below
    streams["seen"] = dataclasses.replace(streams["seen"], unit="events")
    parts = [(0.25, parse_statement("Normal(mu=0, sigma=1)")), (0.75, parse_statement("Normal(mu=2, sigma=1)"))]
    parameters["pooled"] = dataclasses.replace(
        parameters["pooled"],
        prior=pool("mixture", parts),
        parts=tuple(PoolPart(f"case_{at}", weight, prior, "A reason.", "a book", True) for at, (weight, prior) in enumerate(parts)),
        pooling="mixture",
    )
    parameters["rate"] = dataclasses.replace(parameters["rate"], source="a book", reviewed=OPENS, by="somebody")
    parameters["lean"] = dataclasses.replace(parameters["lean"], why_by_label={"north": "It leans."})
    series["level"] = dataclasses.replace(
        series["level"], points=tuple(dataclasses.replace(each, grade="B") for each in series["level"].points)
    )
    parameters["linked"] = dataclasses.replace(
        parameters["rate"], name="linked", prior=None, links={"": PosteriorLink("other", "rates", "north", Place("topic.toml"))}
    )
    rival = make_topic(priors={"rate": "Gamma(alpha=3, beta=1)"}, questions={"asked": "rate"})
    return dataclasses.replace(
        topic,
        streams=streams,
        parameters=parameters,
        series=series,
        origin="An essay.",
        texts={"topic.toml": "text"},
        own=OwnModel("seeds/made/model.py", "text", "0f"),
        variants={"rival": Variant("rival", 0.2, "A reason.", {"priors.rate": "Gamma(alpha=3, beta=1)"}, rival)},
        judged={"people": JudgedQuestion("people", Place("topic.toml"), "What?", AS_OF, "options", ("red", "blue"), "cm", "So.")},
        sources={"other": rival},
        regimes={"phase": Regime("phase", "year", ("low", "high"), "start", "stay", {"low": "after_low"})},
        carried=Place("topic.toml"),  # type: ignore[arg-type] - anything will do that is no part of a hash
    )


def changes(node: Any, within: str = "") -> Iterator[tuple[str, str, Any]]:
    """Each field of a dataclass changed, and of those inside it: the field it stands in, its own name, and the whole with it changed."""
    for field in dataclasses.fields(node):
        value, name = getattr(node, field.name), f"{type(node).__name__}.{field.name}"
        for other in others(value, name):
            yield within, name, dataclasses.replace(node, **{field.name: other})
        if name in {"PoolPart.statement", "Topic.sources"}:  # of which the text alone, or the hash alone, is said
            continue
        for inner_within, inner_name, other in inside(value, name):
            yield inner_within, inner_name, dataclasses.replace(node, **{field.name: other})


def inside(value: Any, name: str) -> Iterator[tuple[str, str, Any]]:
    """The changes of dataclasses that a field holds."""
    if dataclasses.is_dataclass(value):
        yield from changes(value, name)
    elif isinstance(value, tuple):
        for at, each in enumerate(value):
            for within, inner, other in inside(each, name):
                yield within, inner, (*value[:at], other, *value[at + 1 :])
    elif isinstance(value, Mapping):
        for key, each in value.items():
            for within, inner, other in inside(each, name):
                yield within, inner, {**value, key: other}


def other_scalar(value: str | float | date) -> str | float | date:
    """Another text, number, truth or day."""
    match value:
        case bool():
            return not value
        case str():
            return value + "x"
        case date():
            return value + timedelta(days=1)
        case _:
            return value + 1


def others(value: Any, name: str) -> Iterator[Any]:
    """Another value of a field's kind; none where there is nothing to change, as the field is empty here and full elsewhere."""
    match value:
        case None:
            return
        case str() | int() | float() | date():
            yield other_scalar(value)
        case tuple() if name == "Stream.reported":
            yield ("grade",)
        case tuple() if value:
            yield value[:-1]
        case Mapping() if value:
            yield dict(list(value.items())[:-1])
        case Place():
            yield Place("elsewhere", 99)
        case Statement():
            yield parse_statement("Exponential(lam=7)")
        case ValueRange() | OwnModel() | Topic() | EventPhrases():
            yield dataclasses.replace(value, **CHANGED[type(value)])
        case _ if dataclasses.is_dataclass(value):
            yield Number(99.0)


def hashes_of(topic: Topic) -> dict[str, str]:
    """The hashes of a topic."""
    key = calculation_key(topic, as_of=AS_OF, settings=Settings(), computing={})
    insight = insight_key(topic, key, environment=Environment("", {}, {}), as_of=AS_OF, earlier="")
    return {"numbers": numbers_hash(topic), "words": words_hash(topic), "calculation": key, "insight": insight}


def moved(topic: Topic, before: Mapping[str, str]) -> set[str]:
    """Which hashes a topic has that another had not."""
    return {name for name, hashed in hashes_of(topic).items() if hashed != before[name]}


def test_each_field_moves_the_hashes_that_it_has_a_part_in():
    """Numbers, words, both or none; the key of insight moves with either, but for reasons, and that of a calculation with the numbers."""
    topic = full_topic()
    before = hashes_of(topic)
    found: dict[str, set[str]] = {}
    for within, name, other in changes(topic):
        kind, field = name.split(".")
        table = MOVED[kind] | ({"offset": NONE} if "offset" not in MOVED[kind] and field == "offset" else {})
        expected = ELSEWHERE.get((within, name), table[field])
        hashes = {"words"} if expected == REASONS else {*expected.split(" and ")} - {"", ORDER}
        hashes |= {"insight"} if expected not in {NONE, REASONS} else set()
        hashes |= {"calculation"} if "numbers" in hashes and name != "Row.known" else set()  # as of a later day
        assert moved(other, before) == hashes, f"{name}, in {within}"
        found.setdefault(kind, set()).add(field)
    assert found == {name: {field.name for field in dataclasses.fields(kind)} for name, kind in kinds().items()}


def test_the_table_has_every_field_and_no_other():
    """A field that was added, or renamed, is missed here first; offsets are where something stands in its text."""
    fields = {name: {field.name for field in dataclasses.fields(kind)} for name, kind in kinds().items()}
    assert {name: {*table} for name, table in MOVED.items()} == {
        name: {*its} - ({"offset"} if name != "Statement" else set()) for name, its in fields.items()
    }


def kinds() -> dict[str, type]:
    """Every dataclass that a topic can hold; a book holds topics, and has no hash of its own."""
    modules = (nouns, statements, expressions)
    found = {
        name: kind
        for module in modules
        for name, kind in inspect.getmembers(module, dataclasses.is_dataclass)
        if kind.__module__ == module.__name__ and kind is not Book and not name.startswith("_")
    }
    return {
        **found,
        "Place": Place,
        "ValueRange": ValueRange,
        "EventPhrases": EventPhrases,
        "PosteriorLink": PosteriorLink,
        "Regime": Regime,
    }


@pytest.mark.parametrize(
    ("changed", "moves"),
    [({"engine": "nuts"}, True), ({"seed": 2}, True), ({"draws": 512}, True), ({"chances": False}, False), ({"trust": True}, False)],
)
def test_each_setting_moves_a_calculation_or_no_number(changed: dict[str, Any], moves: bool):  # noqa: FBT001
    """The intervals of chances are left out of drafts alone, and whether code may run decides whether there is a number."""
    assert {field.name for field in dataclasses.fields(Settings)} == {"engine", "seed", "draws", "chances", "trust"}
    keys = [
        calculation_key(full_topic(), as_of=AS_OF, settings=settings, computing={})
        for settings in (Settings(), dataclasses.replace(Settings(), **changed))
    ]
    assert (keys[0] != keys[1]) == moves


def test_labels_are_coded_in_the_order_of_the_streams_which_moves_the_numbers_hash():
    """With the streams of a file in another order the same rows give labels other codes, and so other draws."""
    rows = {"one": [{"value": 1, "side": "north"}], "two": [{"value": 1, "side": "south"}]}

    def made(*names: str) -> Topic:
        streams = {name: {"value": "Normal(mu=lean[side], sigma=1)", "next": {"side": "0"}} for name in names}
        lean = {"prior": "Normal(mu=0, sigma=1)", "per": "side"}
        return make_topic(priors={"lean": lean}, streams=streams, rows={name: rows[name] for name in names})

    one, other = made("one", "two"), made("two", "one")
    assert (one.labels, other.labels) == ({"side": ("north", "south")}, {"side": ("south", "north")})
    assert numbers_hash(one) != numbers_hash(other)
    assert numbers_hash(one) == numbers_hash(dataclasses.replace(other, labels=one.labels, parameters=one.parameters))
