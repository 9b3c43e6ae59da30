"""Every sentence that is generated for a book, without what its author wrote: of the JSON, of Markdown pages, and of the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from forecast.report.pages import render_topic
from forecast.report.summary import question_summaries
from forecast.schema.topic import TopicContent
from tests.support.command_line import CliRunner, commands

SHARE = re.compile(r"(?:below |above )?[\d.]+ %  \w+(?:\[\w+\])?")  # of the doubt, without an error where that is too small to be printed
AUTHORS = {"title", "asks", "about", "why", "source", "note", "rule", "origin", "id", "replaces", "statement", "path", "command"}


def generated_sentences(content: TopicContent) -> Iterator[str]:
    """Yield the sentences of a report: answers, what moved them and what would, moves, signposts, history, notes, and all prose of its page."""
    for answer in content["answers"]:
        yield answer["sentence"]
        yield from (crossing["sentence"] for crossing in answer.get("crossings", ()))
    for glance in question_summaries(content, "plain").values():
        yield from (text for text in (glance.said, glance.moved, glance.coming, glance.change) if text)
    insight = content["insight"]
    if insight is not None:
        yield from (sentence for move in insight["moves"] for sentence in move["sentences"])
        yield from (part["about"] for move in insight["moves"] for part in move["parts"])
        yield from (post["condition"] for post in insight["signposts"])
        yield from (news for point in insight["history"]["points"] for news in point["news"])
        yield from insight["notes"]
    yield content["unrecorded"]
    yield from page_prose(content)


def page_prose(content: TopicContent) -> Iterator[str]:
    """Yield the lines of a topic's Markdown page, its headings, code, links and tables aside, without the words of the book's author."""
    written = sorted({text for text in _written(content) if len(text) > 1}, key=len, reverse=True)
    for line in render_topic(content)[f"{content['name']}.md"].decode().splitlines():
        if line.startswith(("#", "|", "Cite as", "All rows")) or not line.strip():
            continue
        prose = line
        for text in written:
            prose = prose.replace(text, "X")
        yield re.sub(r"`[^`]*`|\]\([^)]*\)|^!\[|^- |^> ", " ", prose).strip()


def terminal_lines(root: Path, questions: Iterable[str], asked: Iterable[str]) -> Iterator[str]:
    """Yield the lines that `show` and `why` print of some questions, those that repeat what was asked aside."""
    skipped = {*asked}
    for question in questions:
        for command in ("show", "why"):
            ran = CliRunner().invoke(commands(), [command, question, "--book", str(root)])
            if ran.exception is not None and not isinstance(ran.exception, SystemExit):
                raise ran.exception
            for line in ran.stdout.splitlines()[1:]:
                if (
                    line.strip() not in skipped
                    and "http" not in line
                    and " sd " not in line
                    and " as wide" not in line
                    and not _is_share(line)
                ):
                    yield line.strip()


def _is_share(line: str) -> bool:
    """Whether a line of `why` is a share of the doubt beside a parameter, which has its name in the files."""
    return " ± " in line or line.strip().startswith(("Settled", "How it is settled")) or SHARE.fullmatch(line.strip()) is not None


def _written(part: Any, key: str = "") -> Iterator[str]:
    """Every text of a report that its author wrote."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            yield from _written(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from _written(value, key)
    elif isinstance(part, str) and key in AUTHORS:
        yield part
