"""Which name of a model depends on which, read from the texts that a report's JSON holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from forecast.language.expressions import Expression, Index, Name, Total, walk
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.language.statements import parse_statement
from forecast.schema.regimes import driven_by
from forecast.schema.topic import TopicContent

NodeKind = Literal["parameter", "series", "quantity", "stream", "question"]


@dataclass(frozen=True, slots=True)
class Node:
    """A name of the model and what it is."""

    name: str
    kind: NodeKind


@dataclass(frozen=True, slots=True)
class ModelUses:
    """The names of a model in the order of its report, and pairs of (from, to): the second uses the first."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]

    def drives(self, source: str, target: str) -> bool:
        """Whether one name has a part in another, by itself or through names between them."""
        users: dict[str, list[str]] = {}
        for used, user in self.edges:
            users.setdefault(used, []).append(user)
        waiting, reached = [source], {source}
        while waiting:
            found = [user for user in users.get(waiting.pop(), ()) if user not in reached]
            reached.update(found)
            waiting += found
        return target in reached

    @property
    def has_record(self) -> bool:
        """Whether the model has streams or series, whose rows it is conditioned on."""
        return any(node.kind in {"stream", "series"} for node in self.nodes)

    def counted_alone(self, question: str) -> str:
        """Return the stream that a question counts, by itself or through quantities, if that is the only one; else nothing."""
        kinds = {node.name: node.kind for node in self.nodes}
        waiting, counted = [question], set[str]()
        while waiting:
            user = waiting.pop()
            for used in (used for used, its in self.edges if its == user):
                if kinds[used] == "stream":
                    counted.add(used)
                elif kinds[used] == "quantity":
                    waiting.append(used)
        return counted.pop() if len(counted) == 1 else ""


def model_uses(content: TopicContent) -> ModelUses:
    """Return what depends on what in the model of a report."""
    uses: dict[Node, list[str]] = {}
    for parameter in content["parameters"]:
        node = Node(parameter["name"], "parameter")
        uses.setdefault(node, []).extend([*_of_statement(parameter["statement"]), parameter["per"]])
    for series in content["series"]:
        uses[Node(series["name"], "series")] = _of_text(series["later"])
    for quantity in content["quantities"]:
        uses[Node(quantity["name"], "quantity")] = _of_text(quantity["text"])
    for stream in content["streams"]:
        nexts = [name for text in stream["next"].values() for name in _of_text(text)]
        ways: Mapping[str, str] = stream.get("texts", {})
        entering = [*_of_text(ways.get("reliability", "")), *_of_statement(ways.get("wrong", ""))]
        uses[Node(stream["name"], "stream")] = [*_of_statement(stream["statement"]), *entering, *nexts]
    for regime in content.get("regimes", []):  # what moves its states moves its streams
        for name in driven_by(regime):
            uses.get(Node(name, "stream"), []).extend(regime["parameters"])
    for answer in content["answers"]:
        texts = [answer["answer"], answer["given"], answer.get("annulled", ""), *(choice["condition"] for choice in answer["choices"])]
        uses[Node(answer["name"], "question")] = [name for text in texts for name in _of_text(text)]
    known = {node.name for node in uses}
    edges = tuple(dict.fromkeys((name, node.name) for node, names in uses.items() for name in names if name in known and name != node.name))
    return ModelUses(tuple(uses), edges)


def _of_statement(text: str) -> list[str]:
    try:
        statement = parse_statement(text)
    except Fault:
        return []
    return [name for argument in statement.arguments.values() for name in _names(argument)]


def _of_text(text: str) -> list[str]:
    try:
        return _names(parse_expression(text)) if text else []
    except Fault:
        return []


def _names(expression: Expression) -> list[str]:
    """The names and streams of an expression, in order."""
    names: list[str] = []
    for node in walk(expression):
        match node:
            case Name(name) | Index(name) | Total(name):
                names.append(name)
            case _:
                pass
    return names
