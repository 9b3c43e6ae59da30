"""What ``forecast watch`` adds to a page that it serves: its problems or the word draft at the top, and a script that brings changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from forecast.book.files.problems import Problem, format_problems, has_errors
from forecast.watching.shown import INDEX, WatchState

SCRIPT = Path(__file__).parent / "page.js"
SLIDERS_SCRIPT = Path(__file__).parent / "sliders.js"
STYLE = "margin:0;padding:.6rem 1rem;font:1rem/1.5 sans-serif;border-bottom:3px solid"
DRAFT = f"{STYLE} #8a6100;background:#fff6dd;color:#222"
PROBLEM = f"{STYLE} #a3181f;background:#fdeceb;color:#222"
NO_REPORT = (
    '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{name}</title></head>\n<body>\n<p>{text}</p>\n</body>\n</html>\n'
)


def page_with_notice(
    page: str, report: bytes | None, shown: WatchState, *, version: str, nonce: str, sliders: str = "", token: str = ""
) -> bytes:
    """Return a page as it is served: the report (a line that says there is none), a notice above it, the script below.

    ``page`` is its name without ``.html``, ``version`` what the script compares
    with what the server tells, ``nonce`` what lets the script run.
    ``sliders`` is the part with those of the priors, empty where there is none, and ``token`` what the server asks of who moves them.
    """
    text = NO_REPORT.format(name=escape(page), text="There is no report yet.") if report is None else report.decode("utf-8")
    notice = index_notice(shown) if page == INDEX else topic_notice(page, shown)
    attributes = f'nonce="{escape(nonce)}" data-page="{escape(page)}" data-version="{escape(version)}"'
    script = f"<script {attributes}>\n{SCRIPT.read_text(encoding='utf-8')}</script>\n"
    if sliders:
        moving = f'nonce="{escape(nonce)}" data-token="{escape(token)}"'
        script += f"<script {moving}>\n{SLIDERS_SCRIPT.read_text(encoding='utf-8')}</script>\n"
    text = re.sub(r"<body[^>]*>", lambda match: match[0] + "\n" + notice + sliders, text, count=1)
    return re.sub(r"</body>\s*</html>\s*\Z", lambda match: script + match[0], text, count=1).encode()


def topic_notice(topic: str, shown: WatchState) -> str:
    """Return the notice of a topic's page: its problems, or that it is a draft; empty for a published report."""
    parts = []
    problems = shown.problems.get(topic, ())
    if has_errors(problems):
        parts.append(_problem_notice("What you saved cannot be computed; below is the last good report.", problems))
    elif problems:
        parts.append(_problem_notice("Warnings:", problems))
    content = shown.drafts[topic].content if topic in shown.drafts else None
    if content is not None:
        follows = "" if content.get("insight") else " Why it says so is being computed."
        parts.append(
            f'<div role="status" style="{DRAFT}"><strong>Draft, not published.</strong> As of {escape(content["as_of"])}, from the files as saved, '
            f"by the fast engine alone; nothing is recorded. To publish: <code>forecast update {escape(topic)}</code>.{follows}</div>\n"
        )
    return _stopped_notice() + "".join(parts)


def index_notice(shown: WatchState) -> str:
    """Return the notice of the index: the problems of every topic, and which topics are drafts."""
    parts = [
        _problem_notice(f"{topic}: {'the last good report stands.' if has_errors(problems) else 'warnings'}", problems)
        for topic, problems in sorted(shown.problems.items())
    ]
    if shown.drafts:
        names = ", ".join(f'<a href="{escape(name)}.html">{escape(name)}</a>' for name in sorted(shown.drafts))
        publish = escape(" ".join(sorted(shown.drafts)))
        parts.append(
            f'<div role="status" style="{DRAFT}"><strong>Drafts, not published:</strong> {names}. '
            f"To publish: <code>forecast update {publish}</code></div>\n"
        )
    return _stopped_notice() + "".join(parts)


def _problem_notice(heading: str, problems: tuple[Problem, ...]) -> str:
    listing = escape(format_problems(problems))
    pre = '<pre style="margin:.4rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere;background:none;color:inherit">'
    return f'<div role="alert" style="{PROBLEM}"><strong>{escape(heading)}</strong>{pre}{listing}</pre></div>\n'


def _stopped_notice() -> str:
    """Where the script says that the server has gone."""
    text = "<code>forecast watch</code> has stopped: this page no longer changes."
    return f'<div data-watch role="status" style="{PROBLEM}" hidden>{text}</div>\n'


def versions_of(changes: Mapping[str, int], page: str, *, run: str) -> str:
    """Return a page's version: the run of the server, so that one started anew is noticed, and the count of its changes."""
    return f"{run}.{changes.get(page, 0)}"
