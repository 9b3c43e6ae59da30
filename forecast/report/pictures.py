"""Charts rendered to SVG: one picture for files, on white, and one for inside a page, in the page's colours.

A chart is Vega-Lite.  The marks that charts are made of are drawn by ``svg_marks``; a chart with
any other is drawn by Vega, which is slow to start.
"""

from __future__ import annotations

import re
from html import escape

from forecast.report.drawing import ACCENT, INK, LINE, MUTED, PAPER, SECOND, Chart, Stroke, Text
from forecast.report.escape import escape_hidden_except_whitespace
from forecast.report.svg_marks import render_marks
from forecast.report.svg_paths import compact_marks

VEGA_LITE = "6.4"
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"  # all of one width, which `drawing.text_width` knows
VARIABLES = {INK: "ink", MUTED: "muted", LINE: "line", ACCENT: "accent", SECOND: "second", PAPER: "paper"}
IDLE = re.compile(r'<path class="(?:background|foreground)"[^>]*/>| (?:pointer-events|class|role|aria-roledescription|aria-hidden)="[^"]*"')
WRAPPED = re.compile(r"<g(?: transform=\"translate\(0,0\)\")?>((?:(?!</?g\b).)*)</g>")


def render_svg(chart: Chart) -> str:
    """Return a chart as SVG on a white ground, with its sentence as title; the same bytes every time."""
    marks = _marks(chart) if chart.spec["layer"] else ""
    alt = escape_hidden_except_whitespace(chart.alt)
    width, height = _pixel_text(chart.width), _pixel_text(chart.height)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={_attribute(alt)}><title>{escape(alt, quote=False)}</title>'
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>'
        f"{''.join(_stroke(stroke) for stroke in chart.strokes)}{marks}{chart.shapes}{_texts(chart.texts)}</svg>\n"
    )


def embed_svg(svg: str) -> str:
    """Return a rendered chart for inside an HTML page: the page's colours, no ground, as wide as its column allows."""
    svg = re.sub(r"<title>.*?</title>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r' xmlns="[^"]*"', "", svg, count=1)
    svg = re.sub(r'<rect width="[^"]*" height="[^"]*" fill="[^"]*"/>', "", svg, count=1)
    for colour, variable in VARIABLES.items():
        svg = svg.replace(f'"{colour}"', f'"var(--{variable})"')
    return svg.strip()


def _marks(chart: Chart) -> str:
    """The marks alone, as Vega draws them, no more precise than can be seen."""
    ours = render_marks(chart.spec["layer"])
    return compact_marks(render_with_vega(chart) if ours is None else ours)


def render_with_vega(chart: Chart) -> str:
    """Return the marks of a chart as Vega draws them, without what only its own scripts need."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(dict(chart.spec), vl_version=VEGA_LITE))
    inner = svg[svg.index("<g ") : svg.rindex("</svg>")]
    inner = IDLE.sub("", _number_ids(inner, chart.name))
    while (shorter := WRAPPED.sub(r"\1", inner)) != inner:
        inner = shorter
    return inner


def _number_ids(svg: str, name: str) -> str:
    """Ids of clips are numbered by the process; number them by their order in the chart instead."""
    ids = list(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)))
    for index, old in enumerate(ids):
        svg = re.sub(rf'(id="|url\(#){re.escape(old)}(?=["\)])', rf"\g<1>{name}-{index}", svg)
    return svg


def _stroke(stroke: Stroke) -> str:
    ends = " ".join(f'{name}="{value:.0f}"' for name, value in zip(("x1", "y1", "x2", "y2"), _ends(stroke), strict=True))
    width = "" if stroke.width == 1 else f' stroke-width="{_pixel_text(stroke.width)}"'
    dash = f' stroke-dasharray="{stroke.dash}"' if stroke.dash else ""
    return f'<line {ends} stroke="{stroke.colour}"{width}{dash}/>'


def _ends(stroke: Stroke) -> tuple[float, float, float, float]:
    return stroke.x1, stroke.y1, stroke.x2, stroke.y2


def _texts(texts: tuple[Text, ...]) -> str:
    around = f'font-family="{FONT}" stroke="{PAPER}" stroke-width="3" paint-order="stroke" stroke-linejoin="round"'  # readable over lines
    return f"<g {around}>{''.join(_text(text) for text in texts)}</g>" if texts else ""


def _text(text: Text) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    bold = ' font-weight="bold"' if text.bold else ""
    place = f'x="{text.x:.0f}" y="{text.y:.0f}" font-size="{_pixel_text(text.size)}" fill="{text.colour}"'
    return f"<text {place}{anchor}{bold}>{escape(text.text, quote=False)}</text>"


def _attribute(text: str) -> str:
    """A text as the value of an attribute, in the quotes that it does not hold."""
    quote = "'" if '"' in text and "'" not in text else '"'
    shown = escape(text, quote=False).replace("\n", "&#10;").replace("\t", "&#9;")
    return f"{quote}{shown.replace(quote, '&quot;')}{quote}"


def _pixel_text(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
