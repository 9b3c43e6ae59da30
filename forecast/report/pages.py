"""The pages of a report, from its JSON alone: HTML in one file, Markdown with its pictures beside it, and the index.

Every value a template shows passes through one function that makes hidden
characters visible and escapes what would be markup.  In HTML, what stands between
backticks is code; ``plain`` is for attributes, and for what is code already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.book.files.reserved import topic_reason
from forecast.report.chart_data import ChartData, chart_data, data_links
from forecast.report.charts import topic_charts
from forecast.report.charts_answers import probability_caption
from forecast.report.charts_beliefs import belief_sentence
from forecast.report.charts_record import chart_of_total, fan_sentence
from forecast.report.drawing import Chart
from forecast.report.escape import (
    book_link,
    escape_hidden_except_whitespace,
    first_characters,
    html_with_code,
    link,
    markdown,
    markdown_code,
    shorten_address,
)
from forecast.report.failures import TopicFailure
from forecast.report.first_screen import first_screen
from forecast.report.icd203 import SCALE_SENTENCE, Style
from forecast.report.index_lines import index_lines
from forecast.report.pictures import embed_svg, render_svg
from forecast.report.sections import OPENING_SECTIONS, parameter_groups, topic_tables, why_sections
from forecast.report.sections_forecasts import forecast_sections, has_model
from forecast.report.sections_markets import market_sections
from forecast.report.sections_relations import relation_sections
from forecast.report.summary import question_summaries
from forecast.report.tables import error_words
from forecast.report.tables_scenarios import scenario_view
from forecast.schema import words
from forecast.schema.consistency import FILE_NAME
from forecast.schema.topic import ReportFault, TopicContent, content_bytes, validate_content
from forecast.sentences import cautions
from forecast.sentences.cumulative import cumulative_finding
from forecast.sentences.forecasts import judged_headline, leading_forecast
from forecast.sentences.grounds import answer_grounds
from forecast.sentences.headlines import headline_of
from forecast.sentences.insight_day import insight_day_sentence
from forecast.sentences.insight_text import figures_note
from forecast.sentences.last_moved import CHANGES_NOTE
from forecast.sentences.priors_written import hindcast_sentence, written_later
from forecast.sentences.resolved import with_answers_resolved
from forecast.sentences.unrecorded import unrecorded_sentence

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
UNBROKEN = re.compile(r"(?<=\d) %(?: → (?=\d))?|(?<=\d) → (?=\d)")  # a number and its sign, and what it became, stay on one line
RECORD_TITLES = {"score": "Scores of past forecasts", "calibration": "Calibration of past forecasts"}  # pages of the record, by their files
FAN_NOTE = "The fan is simulated at the ends of steps, and drawn straight between them."
LONG_TEXT = 400  # characters; a longer text is folded on the page


class SafeMarkdown(str):  # noqa: FURB189 - Jinja joins strings, and a UserString is none
    """A text that is already Markdown."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Rendering:
    """The pictures of a topic by their names, as charts and as SVG, and the data behind those that have some."""

    charts: Mapping[str, Chart]
    svgs: Mapping[str, str]
    data: Mapping[str, ChartData]


def report_files(content: TopicContent) -> dict[str, bytes]:
    """Return every file of a topic's report by its path under ``reports/``, for a content that ``topic_content`` has just made."""
    return {f"{content['name']}.json": content_bytes(content), **_render_files(content, "plain")}


def page_and_data(content: TopicContent) -> dict[str, bytes]:
    """Return the page, what it links to and the JSON, for a content that ``topic_content`` has just made: what somebody waits for at a screen."""
    content = with_answers_resolved(content)
    rendering = _render_charts(content)
    page = _page(_template_context(content, rendering, "plain"), rendering.svgs)
    return {f"{content['name']}.json": content_bytes(content), f"{content['name']}.html": page, **_data_files(content, rendering)}


def render_page(content: TopicContent) -> bytes:
    """Return a topic's page alone, for a content that is whole; raise ``ReportFault`` where a name in it cannot be that of a file."""
    content = with_answers_resolved(content)
    rendering = _render_charts(content)
    return _page(_template_context(content, rendering, "plain"), rendering.svgs)


def render_topic(content: object, *, style: Style = "plain") -> dict[str, bytes]:
    """Return a topic's files by their path under ``reports/``: the page, the Markdown, its pictures and the data behind them.

    ``style`` says in which words probabilities are given.  Raises ``ReportFault`` where the content is not whole.
    """
    return _render_files(validate_content(content, name=f"{_name(content)}.json"), style)


def _render_files(content: TopicContent, style: Style) -> dict[str, bytes]:
    content = with_answers_resolved(content)
    rendering = _render_charts(content)
    shared = _template_context(content, rendering, style)
    text = markdown_environment().get_template("topic.md.j2").render(**shared)
    files = {f"{content['name']}.html": _page(shared, rendering.svgs), f"{content['name']}.md": collapse_empty_lines(text)}
    return files | _data_files(content, rendering) | {f"{content['name']}/{name}.svg": svg.encode() for name, svg in rendering.svgs.items()}


def _data_files(content: TopicContent, rendering: _Rendering) -> dict[str, bytes]:
    return {f"{content['name']}/{name}.csv": data.to_csv() for name, data in rendering.data.items()}


def _page(shared: Mapping[str, object], svgs: Mapping[str, str]) -> bytes:
    return remove_empty_lines(
        html_environment().get_template("topic.html.j2").render(**shared, svgs={name: embed_svg(svg) for name, svg in svgs.items()})
    )


def _render_charts(content: TopicContent) -> _Rendering:
    """Draw the pictures; raise ``ReportFault`` where the name of one cannot be that of a file."""
    charts = topic_charts(content)
    for name in (content["name"], *charts):
        if not FILE_NAME.fullmatch(name) or (name == content["name"] and topic_reason(name)):
            raise ReportFault(
                f"{content['name'][:80]!r} has {name[:80]!r}, which cannot name a file; run `forecast update` to make it again"
            )
    return _Rendering(charts, {name: render_svg(chart) for name, chart in charts.items()}, chart_data(content, charts))


def _template_context(content: TopicContent, rendering: _Rendering, style: Style) -> dict[str, object]:
    """What page and Markdown both show."""
    charts = rendering.charts
    sections = why_sections(content, charts).values()
    glances = question_summaries(content, style)
    return {
        "c": content,
        "charts": charts,
        "totals": _totals_by_stream(content, charts),
        "links": data_links(content, rendering.data, charts),
        "glances": glances,
        "changes_note": CHANGES_NOTE,
        "screen": first_screen(content, glances, charts),
        "branches": scenario_view(content),
        "groups": parameter_groups(content),
        "tables": topic_tables(content),
        "opening_sections": [section for section in sections if section.anchor in OPENING_SECTIONS],
        "later_sections": [*(section for section in sections if section.anchor not in OPENING_SECTIONS), *relation_sections(content)],
        "scale": SCALE_SENTENCE if style == "icd203" else "",
        "forecast_sections": forecast_sections(content, charts),
        "market_sections": market_sections(content, charts),
        "has_model": has_model(content),
    }


def _totals_by_stream(content: TopicContent, charts: Mapping[str, Chart]) -> dict[str, list[dict[str, str]]]:
    """The pictures of what questions count, by the first stream that each counts: their names, findings, questions and what is to be known of the fan."""
    totals: dict[str, list[dict[str, str]]] = {stream["name"]: [] for stream in content["streams"]}
    for answer in content["answers"]:
        name = chart_of_total(answer)
        if "cumulative" in answer and name in charts:
            finding = cumulative_finding(answer, answer["cumulative"])
            totals[answer["cumulative"]["streams"][0]].append({"name": name, "caption": finding, "asks": answer["asks"], "note": FAN_NOTE})
    return totals


def render_index(
    contents: Sequence[TopicContent],
    *,
    failures: Mapping[str, TopicFailure] | None = None,
    style: Style = "plain",
    records: Sequence[str] = (),
    order: Sequence[str] = (),
) -> dict[str, bytes]:
    """Return ``index.html`` and ``index.md`` over topics: every question with its answer, settled ones apart.

    ``failures`` are the topics that could not be computed, by name, which may have an earlier report or none.
    ``order`` has the questions and topics that stand first, as ``forecast.book.index_order`` reads them.
    ``records`` are the pages of the record to link to, by the names of their files.

    The contents are whole: ``topic_content`` has just made them, or ``read_content`` has read them.
    """
    contents = [with_answers_resolved(content) for content in contents]
    settled = [(topic, answer) for topic in contents for answer in topic["answers"] if answer["status"] in words.RECORDED]
    reported = {topic["name"]: topic for topic in contents}
    glances = {topic["name"]: question_summaries(topic, style) for topic in contents}
    lines = index_lines(contents, glances, order)
    names = [*lines.topics, *sorted({*(failures or {})} - set(lines.topics))]
    warned = [(topic, warnings) for topic in contents if (warnings := [*topic["warnings"], *cautions.contradiction_sentences(topic)])]
    judged = {topic["name"] for topic in contents if any(its["judged"] for its in topic.get("on_record", ()))}
    with_more = {*(failures or {}), *(topic["name"] for topic, _ in warned), *judged}  # of which more is said than that they are there
    brief = [name for name in lines.topics if not lines.others[name] and name not in with_more]
    shared = {
        "lines": lines,
        "listed": [(name, reported.get(name), (failures or {}).get(name)) for name in names if name not in brief],
        "brief": [reported[name] for name in brief],
        "failed": [failure for _, failure in sorted((failures or {}).items())],
        "unanswerable": [(topic, answer) for topic in contents for answer in topic["answers"] if answer["status"] == "not answerable"],
        "warned": warned,
        "settled": settled,
        "records": [(name, RECORD_TITLES[name]) for name in records],
        "glances": glances,
        "scale": SCALE_SENTENCE if style == "icd203" else "",
        "figures_note": figures_note(glance.last for of_topic in glances.values() for glance in of_topic.values()),
    }
    page = html_environment().get_template("index.html.j2").render(**shared)
    text = markdown_environment().get_template("index.md.j2").render(**shared)
    return {"index.html": remove_empty_lines(page), "index.md": collapse_empty_lines(text)}


def remove_empty_lines(page: str) -> bytes:
    """Return HTML without the empty lines that templates leave behind."""
    return (re.sub(r"\n\s*\n+", "\n", page).strip() + "\n").encode()


def collapse_empty_lines(text: str) -> bytes:
    """Return Markdown with at most one empty line at a time, ended by one line feed."""
    return (re.sub(r"\n{3,}", "\n\n", text).strip() + "\n").encode()


def _name(content: object) -> str:
    return str(content.get("name", "a topic")) if isinstance(content, Mapping) else "a topic"


@cache  # compiling a template costs as much as ten pictures, and gives the same each time
def html_environment() -> Environment:
    """Return the templates of HTML pages, with their filters and escaping."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    def visible(value: str) -> str:
        text = escape_hidden_except_whitespace(value)
        return UNBROKEN.sub(lambda match: match[0].replace(" ", "\u00a0"), text) if "%" in text or "→" in text else text

    def escape_value(value: object) -> object:
        return Markup(html_with_code(visible(value))) if isinstance(value, str) and not isinstance(value, Markup) else value  # noqa: S704 - escaped

    environment = Environment(
        autoescape=True,
        finalize=escape_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FileSystemLoader(TEMPLATES),
    )
    _add_filters(environment)
    environment.filters |= {"picture": Markup, "plain": lambda text: escape(visible(text)), "first_characters": first_characters}
    return environment


@cache
def markdown_environment() -> Environment:
    """Return the templates of Markdown, with their filters and escaping."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def escape_value(value: object) -> object:
        return markdown(value) if isinstance(value, str) and not isinstance(value, SafeMarkdown) else value

    def source(text: str) -> SafeMarkdown:
        address = link(text)
        return SafeMarkdown(f"[{markdown(shorten_address(text))}](<{address}>)" if address else markdown(text))

    environment = Environment(
        autoescape=False,  # noqa: S701 - Markdown has an escaping of its own, `escape_value`
        finalize=escape_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FileSystemLoader(TEMPLATES),
    )
    _add_filters(environment)
    environment.filters |= {"code": lambda text: SafeMarkdown(markdown_code(text)), "source": source, "ready": SafeMarkdown}
    return environment


def _add_filters(environment: Environment) -> None:
    """Give an environment the filters that HTML and Markdown share."""
    environment.filters |= {
        "day": words.day,
        "capital": words.capitalise,
        "link": link,
        "book_link": book_link,
        "short": shorten_address,
        "spaced": lambda name: name.replace("_", " "),
        "fan_sentence": fan_sentence,
        "probability_caption": probability_caption,
        "belief_sentence": belief_sentence,
        "is_long": lambda text: len(text) > LONG_TEXT,
        "error_words": error_words,
        "contradictions": cautions.contradiction_sentences,
        "written_later": written_later,
        "hindcast_sentence": hindcast_sentence,
        "grounds": answer_grounds,
        "insight_day": insight_day_sentence,
        "alone": cautions.single_engine_sentence,
        "verdict_words": cautions.verdict_words,
        "verdict_versions": cautions.verdict_versions_sentence,
        "headline": headline_of,
        "leading_forecast": leading_forecast,
        "judged_headline": judged_headline,
        "has_model": has_model,
        "judged": lambda content: [question for question in content.get("on_record", ()) if question["judged"]],
        "recorded": lambda answers: [answer for answer in answers if answer["status"] in words.RECORDED],
        "unrecorded_time": lambda content: unrecorded_sentence(content["streams"], date.fromisoformat(content["as_of"])),
        "unrecorded": lambda answers: [answer for answer in answers if answer["status"] not in words.RECORDED],
    }
