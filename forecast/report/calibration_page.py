"""The page of calibration, from its JSON alone: HTML in one file, and Markdown with its pictures beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from forecast.report.charts_calibration import reliability_chart, uniformity_chart
from forecast.report.pages import collapse_empty_lines, html_environment, markdown_environment, remove_empty_lines
from forecast.report.pictures import embed_svg, render_svg
from forecast.report.sections import Picture, Section
from forecast.report.tables_calibration import curve_table, numbers_table, open_table, probabilities_table, recalibration_table
from forecast.schema.calibration import CALIBRATION_REPORT, CalibrationContent, calibration_bytes
from forecast.sentences import calibration_words

if TYPE_CHECKING:
    from forecast.report.drawing import Chart

MOST_CALIBRATION_PICTURES = 12  # of groups, those with the most questions
SKILL = (
    "Miscalibration is how much better the Brier score would be if each probability were replaced by how often it came true; discrimination what telling yes from no earns; "
    "uncertainty is the score of always saying the mean. Whoever says the base rate is calibrated without skill; whoever is skilled may be badly calibrated. "
    "Here each forecast weighs by the time for which it stood, up to the scheduled close, so this Brier score is neither that of the last forecasts nor that over "
    "the time covered, which stand on the page of scores."
)
TRANSFORMS_TEXT = (
    "Each outcome is placed in the forecast's own distribution, from 0 to 1; drawn at random where the forecast or the outcome says no more than a range. "
    "If forecasts are calibrated, places are spread evenly. A curve above the line at first and below it at last says that forecasts are too narrow."
)
RECALIBRATION = "A shift and a slope of each forecaster's log odds, fitted for each forecast to the questions that were settled before it. It stands beside the raw probabilities, never in their place."


def calibration_files(content: CalibrationContent) -> dict[str, bytes]:
    """Return every file of the page of calibration by its path under ``reports/``."""
    return {f"{CALIBRATION_REPORT}.json": calibration_bytes(content), **render_calibration_page(content)}


def render_calibration_page(content: CalibrationContent) -> dict[str, bytes]:
    """Return the page, the Markdown and the pictures by their paths under ``reports/``."""
    charts = {chart.name: chart for chart in _charts(content)}
    svgs = {name: render_svg(chart) for name, chart in charts.items()}
    shared = {
        "c": content,
        "few": calibration_words.few_questions_sentence(content),
        "sections": list(_sections(content)),
        "charts": charts,
        "directory": CALIBRATION_REPORT,
    }
    page = (
        html_environment().get_template("calibration.html.j2").render(**shared, svgs={name: embed_svg(svg) for name, svg in svgs.items()})
    )
    text = markdown_environment().get_template("calibration.md.j2").render(**shared)
    pictures = {f"{CALIBRATION_REPORT}/{name}.svg": svg.encode() for name, svg in svgs.items()}
    return {f"{CALIBRATION_REPORT}.html": remove_empty_lines(page), f"{CALIBRATION_REPORT}.md": collapse_empty_lines(text), **pictures}


def calibration_chart_name(kind: str, group: str) -> str:
    """Return the name of a group's picture."""
    return f"{kind}-{hashlib.sha256(group.encode()).hexdigest()[:10]}" if group else kind


def _charts(content: CalibrationContent) -> Iterator[Chart]:
    for place in _largest([its["size"]["questions"] for its in content["probabilities"]]):
        its = content["probabilities"][place]
        alt = " ".join(calibration_words.probability_sentences(its))
        yield reliability_chart(its, calibration_chart_name("reliability", its["group"]), alt)
    for place in _largest([its["size"]["questions"] for its in content["numbers"]]):
        number = content["numbers"][place]
        yield uniformity_chart(number, calibration_chart_name("uniformity", number["group"]), calibration_words.number_sentence(number))


def _largest(sizes: list[int]) -> list[int]:
    """The places of the groups with the most questions, in their order."""
    return sorted(sorted(range(len(sizes)), key=lambda place: -sizes[place])[:MOST_CALIBRATION_PICTURES])


def _sections(content: CalibrationContent) -> Iterator[Section]:
    if content["probabilities"]:
        yield _probability_section(content)
    if content["numbers"]:
        pictures = [
            Picture(calibration_chart_name("uniformity", its["group"]), calibration_words.group_name(its["group"], content["who"]))
            for its in (content["numbers"][place] for place in _largest([its["size"]["questions"] for its in content["numbers"]]))
        ]
        points = [calibration_words.number_sentence(its) for its in content["numbers"] if not its["group"]]
        yield Section("Numbers and dates", "numbers", (TRANSFORMS_TEXT,), tuple(points), tuple(pictures), (numbers_table(content),))
    if content["recalibration"]:
        points = [calibration_words.recalibration_sentence(its) for its in content["recalibration"]]
        tables = (recalibration_table(content), *((open_table(content),) if content["recalibrated"] else ()))
        yield Section("Recalibration", "recalibration", (RECALIBRATION,), tuple(points), (), tables)
    if not content["probabilities"] and not content["numbers"]:
        yield Section("Calibration", "none", missing=calibration_words.NO_FORECAST)
    if notes := content.get("notes"):
        yield Section("What counts twice", "shared", points=tuple(notes))
    if content["left_out"]:
        points = [calibration_words.omission_sentence(its) for its in content["left_out"]]
        yield Section("What does not enter", "omitted", points=tuple(points))


def _probability_section(content: CalibrationContent) -> Section:
    found = content["probabilities"]
    places = _largest([its["size"]["questions"] for its in found])
    pictures = [
        Picture(calibration_chart_name("reliability", its["group"]), calibration_words.group_name(its["group"], content["who"]))
        for its in (found[place] for place in places)
    ]
    points = calibration_words.probability_sentences(found[0]) if len(found) == 1 else []
    folded = (curve_table(content, 0),) if len(found) == 1 else ()
    return Section("Probabilities", "probabilities", (SKILL,), tuple(points), tuple(pictures), (probabilities_table(content),), folded)
