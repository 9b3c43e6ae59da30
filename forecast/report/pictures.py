"""Charts rendered to SVG: one picture for files, on white, and one for inside a page, in the page's colours."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from forecast.report.charts import ACCENT, INK, LINE, MUTED, PAPER, SECOND, Chart
from forecast.report.plain import visible

VEGA_LITE = "6.4"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # all of one width, so that what was measured is what is shown
VARIABLES = {INK: "ink", MUTED: "muted", LINE: "line", ACCENT: "accent", SECOND: "second", PAPER: "paper"}


def render(chart: Chart) -> str:
    """Return a chart as SVG on a white ground, with its sentence as title; the same bytes every time."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(chart.spec, vl_version=VEGA_LITE))
    svg = _numbered_ids(svg, chart.name).replace('font-family="Liberation Sans"', f'font-family="{FONT}"')
    svg = re.sub(r'<path class="(?:background|foreground)" aria-hidden="true" d="[^"]*"[^>]*/>', "", svg)
    svg = re.sub(r' (?:pointer-events="none"|class="[^"]*"|xmlns:xlink="[^"]*"|version="[^"]*")', "", svg)
    opening, rest = svg.split(">", 1)
    alt = visible(chart.alt)
    return f'{opening} role="img" aria-label={quoteattr(alt)}><title>{escape(alt)}</title>{rest}\n'


def in_page(svg: str) -> str:
    """Return a rendered chart for inside an HTML page: the page's colours, no ground, as wide as its column allows."""
    svg = re.sub(r"<title>.*?</title>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r' xmlns="[^"]*"', "", svg, count=1)
    svg = re.sub(r'<rect width="[^"]*" height="[^"]*" fill="[^"]*"/>', "", svg, count=1)
    for colour, variable in VARIABLES.items():
        svg = re.sub(rf'(fill|stroke)="{colour}"', rf'\1="var(--{variable}, {colour})"', svg, flags=re.IGNORECASE)
    return svg.strip()


def _numbered_ids(svg: str, name: str) -> str:
    """Ids of clips are numbered by the process; number them by their order in the chart instead."""
    found = list(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)))
    for index, old in enumerate(found):
        svg = re.sub(rf'(id="|url\(#){re.escape(old)}(?=["\)])', rf"\g<1>{name}-{index}", svg)
    return svg
