"""A table as HTML for a notebook: no script, no style of its own but alignment, so that it takes the colours of light and dark pages."""

from __future__ import annotations

from html import escape

from forecast.report.escape import escape_hidden_except_whitespace
from forecast.report.tables import ReportTable

RIGHT_ALIGNED, LEFT_ALIGNED = (f' style="text-align: {side}"' for side in ("right", "left"))


def notebook_html(table: ReportTable, note: str = "") -> str:
    """Return a table as HTML, its texts escaped and hidden characters shown by their codes, with a ``note`` beneath it."""
    sides = [RIGHT_ALIGNED if column.kind in {"number", "longnumber"} else LEFT_ALIGNED for column in table.columns]
    heads = "".join(f'<th scope="col"{side}>{_safe(column.name)}</th>' for column, side in zip(table.columns, sides, strict=True))
    rows = ["".join(f"<td{side}>{_safe(cell)}</td>" for cell, side in zip(row, sides, strict=True)) for row in table.rows]
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    beneath = f"<p>{_safe(note)}</p>\n" if note else ""
    caption = f"<caption{LEFT_ALIGNED}>{_safe(table.caption)}</caption>"
    return f"<table>{caption}\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table>\n{beneath}"


def _safe(text: str) -> str:
    return escape(escape_hidden_except_whitespace(text))
