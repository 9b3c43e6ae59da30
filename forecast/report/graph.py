"""The model as a picture: which parameters move which streams, and what each question asks of them.

Names are read from the statements.  They stand in columns, what is unknown or
given at the left, then quantities, streams and questions; within a column near
what they are joined to (the barycentre method of Sugiyama, Tagawa and Toda
1981).  What feeds back, a stream's total into what drives it, is a dashed line.
Boxes and lines are plain shapes: there is nothing here for Vega-Lite to scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.report.drawing import ACCENT, INK, MUTED, PAPER, SECOND, Chart, Text, fit_text, text_width
from forecast.schema.topic import TopicContent
from forecast.sentences.model_uses import Node, model_uses

SWEEPS = 8
BOX, PITCH, HEAD, MARGIN = 24, 34, 26, 20  # pixels: a box's height, from box to box, the headings, the room at both sides
ROOM = 64  # between columns
WIDEST_BOX = 210
COLUMNS = {"parameter": 0, "series": 0, "quantity": 1, "stream": 2, "question": 3}
COLUMN_HEADINGS = ("parameters, series", "quantities", "streams", "questions")
LOOKS = {  # outline colour, dash and rounding of each kind: shape tells them apart where colour does not
    "parameter": (SECOND, "", 12),
    "series": (MUTED, "2 2", 0),
    "quantity": (MUTED, "", 0),
    "stream": (ACCENT, "", 0),
    "question": (INK, "", 5),
}


@dataclass(frozen=True, slots=True)
class Graph:
    """The names of a model in columns, and which name each depends on: pairs of (from, to)."""

    columns: tuple[tuple[Node, ...], ...]
    edges: tuple[tuple[str, str], ...]


def model_graph(content: TopicContent) -> Chart | None:
    """Return the picture of a topic's model; None where it has no questions or nothing they depend on."""
    graph = graph_of(content)
    if not graph.edges:
        return None
    summary = "; ".join(f"{to} ({', '.join(sources)})" for to, sources in _sources_by_target(graph).items())
    return _graph_chart(graph, f"The model as a graph, each name with those it depends on: {summary}.".replace("_", " "))


def graph_of(content: TopicContent) -> Graph:
    """Return the names of a model in columns, and what depends on what."""
    uses = model_uses(content)
    return Graph(_in_columns(uses.nodes, uses.edges), uses.edges)


def _in_columns(nodes: Sequence[Node], edges: Sequence[tuple[str, str]]) -> tuple[tuple[Node, ...], ...]:
    """Nodes by column, in an order that crosses few lines; columns that would be empty are left out."""
    columns = [[node for node in nodes if COLUMNS[node.kind] == index] for index in range(len(COLUMN_HEADINGS))]
    return _reduce_crossings([column for column in columns if column], edges)


def _reduce_crossings(layers: Sequence[Sequence[Node]], edges: Sequence[tuple[str, str]]) -> tuple[tuple[Node, ...], ...]:
    """Order each column by the mean place of what its nodes are joined to, sweeping back and forth."""
    joined: dict[str, list[str]] = {}
    for source, to in edges:
        joined.setdefault(source, []).append(to)
        joined.setdefault(to, []).append(source)
    ordered = [list(layer) for layer in layers]
    place = {node.name: (index + 0.5) / len(layer) for layer in ordered for index, node in enumerate(layer)}
    for sweep in range(SWEEPS):
        for layer in ordered if sweep % 2 == 0 else reversed(ordered):
            means = {
                node.name: sum(place[other] for other in joined[node.name]) / len(joined[node.name])
                if joined.get(node.name)
                else place[node.name]
                for node in layer
            }
            layer.sort(key=lambda node: means[node.name])
            place |= {node.name: (index + 0.5) / len(layer) for index, node in enumerate(layer)}
    return tuple(tuple(layer) for layer in ordered)


def _graph_chart(graph: Graph, alt: str) -> Chart:
    headings = [COLUMN_HEADINGS[COLUMNS[column[0].kind]] for column in graph.columns]
    widths = [
        max(text_width(heading, size=11) + 6, *(min(text_width(_node_label(node)) + 22, WIDEST_BOX) for node in column))
        for heading, column in zip(headings, graph.columns, strict=True)
    ]
    lefts = [sum(widths[:index]) + ROOM * index + MARGIN for index in range(len(widths))]
    width = lefts[-1] + widths[-1] + MARGIN
    tallest = max(len(column) for column in graph.columns)
    height = HEAD + tallest * PITCH
    boxes: dict[str, tuple[float, float, float]] = {}  # left, right and middle height of each
    for column, left, wide in zip(graph.columns, lefts, widths, strict=True):
        top = HEAD + (tallest - len(column)) * PITCH / 2
        for index, node in enumerate(column):
            boxes[node.name] = (left, left + wide, top + index * PITCH + BOX / 2)
    kinds = {node.name: node.kind for column in graph.columns for node in column}
    lines = [_edge(boxes[source], boxes[to], back=COLUMNS[kinds[source]] > COLUMNS[kinds[to]]) for source, to in graph.edges]
    outlines = [_box(boxes[node.name], node.kind) for column in graph.columns for node in column]
    texts = [Text(left, 13, heading, "start", MUTED, 11) for heading, left in zip(headings, lefts, strict=True)]
    texts += [
        Text(boxes[node.name][0] + 11, boxes[node.name][2] + 4, fit_text(_node_label(node), WIDEST_BOX - 22))
        for column in graph.columns
        for node in column
    ]
    return Chart("model", alt, height, {"layer": []}, texts=tuple(texts), width=width, shapes="".join(lines + outlines))


def _edge(source: tuple[float, float, float], to: tuple[float, float, float], *, back: bool) -> str:
    """A curve from the side of one box to the side of another; dashed where it leads back, around the left where both share a column."""
    if source[0] == to[0]:
        start, end, bend = source[0], to[0], -ROOM / 2
        path = f"M{_n(start)},{_n(source[2])}C{_n(start + bend)},{_n(source[2])} {_n(end + bend)},{_n(to[2])} {_n(end)},{_n(to[2])}"
    else:
        start, end = (source[0], to[1]) if back else (source[1], to[0])
        middle = (start + end) / 2
        path = f"M{_n(start)},{_n(source[2])}C{_n(middle)},{_n(source[2])} {_n(middle)},{_n(to[2])} {_n(end)},{_n(to[2])}"
    dash = ' stroke-dasharray="4 3"' if back or source[0] == to[0] else ""
    colour = SECOND if back else MUTED
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-opacity="0.6"{dash}/>'


def _box(box: tuple[float, float, float], kind: str) -> str:
    colour, dash, rounding = LOOKS[kind]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    left, right, middle = box
    place = f'x="{_n(left)}" y="{_n(middle - BOX / 2)}" width="{_n(right - left)}" height="{BOX}" rx="{rounding}"'
    return f'<rect {place} fill="{PAPER}" stroke="{colour}" stroke-width="1.5"{dashed}/>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _node_label(node: Node) -> str:
    return node.name.replace("_", " ")


def _sources_by_target(graph: Graph) -> dict[str, list[str]]:
    sources: dict[str, list[str]] = {}
    for source, to in graph.edges:
        sources.setdefault(to, []).append(source)
    return sources
