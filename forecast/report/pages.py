"""The pages of a report, from its JSON alone: HTML in one file, Markdown with its pictures beside it, and the index.

Every value a template shows passes through one function that makes hidden
characters visible and, in Markdown, escapes what would be markup; HTML is escaped
by Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.report import words
from forecast.report.charts import belief_sentence, fan_sentence, topic_charts
from forecast.report.pictures import in_page, render
from forecast.report.plain import link, markdown, markdown_code, shortened, visible
from forecast.report.shape import checked

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
LONG_TEXT = 400  # characters; a longer text is folded on the page


class Ready(str):  # noqa: FURB189 - Jinja joins strings, and a UserString is none
    """A text that is already Markdown."""

    __slots__ = ()


def render_topic(content: Mapping[str, Any]) -> dict[str, bytes]:
    """Return a topic's files by their path under ``reports/``: the page, the Markdown, and its pictures.

    Raises ``ReportFault`` where the content is not whole.
    """
    content = checked(content, name=f"{_name(content)}.json")
    charts = topic_charts(content)
    svgs = {name: render(chart) for name, chart in charts.items()}
    groups = _parameter_groups(content)
    shared = {"c": content, "charts": charts, "groups": groups}
    page = _html().get_template("topic.html.j2").render(**shared, svgs={name: in_page(svg) for name, svg in svgs.items()})
    text = _markdown().get_template("topic.md.j2").render(**shared)
    files = {f"{content['name']}.html": page.encode(), f"{content['name']}.md": _tidy(text)}
    return files | {f"{content['name']}/{name}.svg": svg.encode() for name, svg in svgs.items()}


def render_index(contents: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Return ``index.html`` and ``index.md`` over topics: every question with its answer, settled ones apart.

    Raises ``ReportFault`` where a content is not whole.
    """
    topics = [checked(content, name=f"{_name(content)}.json") for content in contents]
    settled = [(topic, answer) for topic in topics for answer in topic["answers"] if answer["status"] in words.RECORDED]
    page = _html().get_template("index.html.j2").render(topics=topics, settled=settled)
    text = _markdown().get_template("index.md.j2").render(topics=topics, settled=settled)
    return {"index.html": page.encode(), "index.md": _tidy(text)}


def _tidy(text: str) -> bytes:
    """Markdown with at most one empty line at a time, ended by one line feed."""
    return (re.sub(r"\n{3,}", "\n\n", text).strip() + "\n").encode()


def _name(content: Any) -> str:
    return str(content.get("name", "a topic")) if isinstance(content, Mapping) else "a topic"


def _parameter_groups(content: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    """The values of each parameter together."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for parameter in content["parameters"]:
        groups.setdefault(parameter["name"], []).append(parameter)
    return list(groups.values())


@cache  # compiling a template costs as much as ten pictures, and gives the same each time
def _html() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        if not isinstance(value, str) or isinstance(value, Markup):
            return value
        return re.sub(r"(?<=\d) %", "\u00a0%", visible(value))  # a number and its sign stay on one line

    environment = Environment(
        autoescape=True, finalize=shown, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=FileSystemLoader(TEMPLATES)
    )
    environment.filters.update(_filters() | {"picture": Markup})
    return environment


@cache
def _markdown() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def shown(value: Any) -> Any:
        return markdown(value) if isinstance(value, str) and not isinstance(value, Ready) else value

    def source(text: str) -> Ready:
        address = link(text)
        return Ready(f"[{markdown(shortened(text))}](<{address}>)" if address else markdown(text))

    environment = Environment(
        autoescape=False,  # noqa: S701 - Markdown has an escaping of its own, `shown`
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FileSystemLoader(TEMPLATES),
    )
    environment.filters.update(_filters() | {"code": lambda text: Ready(markdown_code(text)), "source": source, "ready": Ready})
    return environment


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "day": words.day,
        "days": words.days,
        "percent": words.percent,
        "share": words.share,
        "number": words.number,
        "in_unit": _in_unit,
        "link": link,
        "short": shortened,
        "spaced": lambda name: name.replace("_", " "),
        "fan_sentence": fan_sentence,
        "belief_sentence": belief_sentence,
        "span": _span,
        "is_long": lambda text: len(text) > LONG_TEXT,
        "error_words": _error_words,
        "cell": _cell,
        "recorded": lambda status: status in words.RECORDED,
    }


def _in_unit(value: float, unit: str) -> str:
    """A quantile as a table shows it: three digits at most."""
    return words.in_unit(value, unit, error=0.003 * abs(value))


def _span(row: Mapping[str, Any]) -> str:
    """The days a row covers."""
    first, last = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
    return first.isoformat() if first == last else f"{first} to {last}"


def _error_words(answer: Mapping[str, Any]) -> str:
    """How exactly an answer was computed."""
    if answer["status"] in words.RECORDED:
        return "exact: the record alone settles it"
    value = answer["value"]
    match answer["kind"]:
        case "probability" | "date":
            points = 100 * value["error"]
        case "shares":
            points = 100 * max(share["error"] for share in value["shares"])
        case _:
            shown = words.number(value["mean"], error=value["mean_error"])
            return f"mean {shown}, Monte Carlo error {value['mean_error']:.2g}"
    return f"Monte Carlo error {points:.2g} percentage points"


def _cell(value: Any) -> str:
    """A value of a check as a table shows it."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float() | int():
            return words.number(float(value), error=0.0)
        case _:
            return str(value)
