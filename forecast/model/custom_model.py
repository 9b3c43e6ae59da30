"""A topic's own model, from the outside: what it is given, and how it is refused where nobody trusts it.

``inference.own`` runs it.  It stands apart so that every command can refuse it
before anything is computed, without importing PyMC.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.files.problems import Problem
from forecast.book.topic import Topic
from forecast.model.errors import Unsound, topic_problem
from forecast.model.model import Model, RowTable
from forecast.model.priors import Block, blocks

WRITTEN = 12  # digits of a hash that are shown


def trust_problems(topics: Iterable[Topic], *, trust: bool) -> tuple[Problem, ...]:
    """Return a problem for each topic whose answers need code of the book to be run, where that is not trusted."""
    return () if trust else tuple(trust_problem(topic) for topic in topics if topic.own is not None)


def trust_problem(topic: Topic) -> Problem:
    """Return the problem of a topic that brings its own model and is not trusted."""
    assert topic.own is not None
    return topic_problem(
        topic,
        ("engine",),
        f"answering `{topic.name}` would run code of this book: {topic.own.path} (SHA-256 {topic.own.sha256[:WRITTEN]}…)",
        hint="read that file; --trust, in Python open_book(…, trust=True), allows it to be run",
    )


def custom_model_problem(topic: Topic, doing: str) -> Problem:
    """Return the problem of asking of a topic's own model what only its statements could say."""
    assert topic.own is not None
    return topic_problem(
        topic, ("engine",), f"`{topic.name}` brings its own model, {topic.own.path}: {doing}", hint="its answers come from NUTS alone"
    )


def refuse_custom_model(model: Model, doing: str) -> None:
    """Raise ``Unsound`` where a model is the topic's own, which its statements may not say."""
    if model.topic.own is not None:
        raise Unsound(custom_model_problem(model.topic, doing))


def custom_model_data(model: Model) -> dict[str, Any]:
    """Return what a topic's own model is given: its record as of the day and its priors, as plain data.

    ``streams`` by name: ``value`` ``(rows,)``, ``start``, ``end`` and ``known`` as days
    (both ends included), ``columns`` (the clocks and the record's own; labels as
    their whole numbers in ``labels``), ``totals`` of the streams that its
    statement uses up to each row's start, and ``series`` that it uses, each as
    the average ``known`` and the share ``later`` of days after the last point.
    ``priors`` by parameter (by label where labels have their own): ``statement``,
    and ``distribution`` with ``arguments`` as PyMC names them (None where they
    depend on other parameters).
    """
    topic = model.topic
    own = blocks(model)
    return {
        "topic": topic.name,
        "as_of": np.datetime64(model.as_of, "D"),
        "opens": np.datetime64(topic.opens, "D"),
        "labels": {name: list(labels) for name, labels in topic.labels.items()},
        "streams": {name: _stream_data(table) for name, table in model.tables.items()},
        "priors": {name: _prior_data([block for block in own if block.name == name]) for name in topic.parameters},
    }


def _stream_data(table: RowTable) -> dict[str, Any]:
    rows = table.record.rows
    return {
        "value": _own_copy(table.values),
        "start": np.array([row.start for row in rows], dtype="datetime64[D]"),
        "end": np.array([row.end for row in rows], dtype="datetime64[D]"),
        "known": np.array([row.known for row in rows], dtype="datetime64[D]"),
        "columns": {name: _own_copy(values) for name, values in table.columns.items()},
        "totals": {name: _own_copy(values) for name, values in table.totals.items()},
        "series": {name: {"known": _own_copy(known), "later": _own_copy(later)} for name, (known, later) in table.series.items()},
    }


def _own_copy(values: NDArray[Any]) -> NDArray[Any]:
    """A copy that somebody else may change."""
    return np.array(values[0])


def _prior_data(own: list[Block]) -> dict[str, Any]:
    if len(own) == 1:
        return _block_data(own[0])
    return {block.parameter.labels[position]: _block_data(block) for block in own for position in block.positions}


def _block_data(block: Block) -> dict[str, Any]:
    arguments = None if block.fixed is None else {name: np.asarray(value).tolist() for name, value in block.fixed.items()}
    return {"statement": block.statement.text, "distribution": block.family.name, "arguments": arguments}
