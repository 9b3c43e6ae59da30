"""What a report repeats word for word from a topic's files: titles, descriptions and reasons, on which nothing else in it depends."""

from __future__ import annotations

from dataclasses import replace

from forecast.book.topic import Parameter, Point, Question, Series, Stream, Topic, Variant

_PRIORS = "priors."  # how the place of a prior begins that a variant replaces


def without_reasons(topic: Topic) -> Topic:
    """Return a topic without what its report only repeats, so that two which differ in nothing else are equal in all that is hashed."""
    return replace(
        topic,
        title="",
        origin="",
        lead="",
        note="",
        series={name: _bare_series(series) for name, series in topic.series.items()},
        streams={name: _bare_stream(stream) for name, stream in topic.streams.items()},
        questions={name: _bare_question(question) for name, question in topic.questions.items()},
        scenarios={name: _bare_question(scenario) for name, scenario in topic.scenarios.items()},
        parameters={name: _bare_parameter(parameter) for name, parameter in topic.parameters.items()},
        judged={},
        variants={name: replace(variant, topic=without_reasons(variant.topic)) for name, variant in topic.variants.items()},
    )


def reason_for_change(variant: Variant, place: str) -> str:
    """Return the reason of a prior that a variant replaces, by its place among the changes, that of a label or a part where it has its own; empty for others."""
    if not place.startswith(_PRIORS):
        return ""
    name, _, key = place.removeprefix(_PRIORS).partition(".")
    parameter = variant.topic.parameters[name]
    parts = {part.name: part.why for part in parameter.parts}
    return parts.get(key, parameter.why_by_label.get(key, parameter.why))


def _bare_series(series: Series) -> Series:
    return replace(series, about="", points=tuple(_bare_point(point) for point in series.points))


def _bare_point(point: Point) -> Point:
    return replace(point, source="", grade=None, note="")


def _bare_stream(stream: Stream) -> Stream:
    return replace(stream, about="")


def _bare_question(question: Question) -> Question:
    return replace(question, asks="", settled="")


def _bare_parameter(parameter: Parameter) -> Parameter:
    parts = tuple(replace(part, why="", source="") for part in parameter.parts)
    return replace(parameter, why="", why_by_label={}, source="", reviewed=None, by="", parts=parts)
