"""Text from records and priors, made safe to show: for HTML, for Markdown, as links.

Whatever a file says is data.  Control characters, marks that turn the direction
of writing, and halves of surrogate pairs are shown by their code points.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from forecast.language import characters

LINK_SAFE = ":/?#@!$&'*+,;=%-._~"
MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]{}<>|~$&])")
CODE_SPAN = re.compile(r"(?<![`\w])`(?![`\s])([^`\n]+)(?<!\s)`(?![`\w])")
BOOK_FILE = re.compile(r"[\w-][\w./-]*\.\w+(?:#[\w.-]+)?")
LINE_START = re.compile(r"^(\s*)([#=-]|\+(?=\s|$)|\d+(?=[.)](?:\s|$)))")


def escape_hidden_except_whitespace(text: str) -> str:
    """Return a text in which every hidden character but line feed, tab and joiners is written as ``[U+202E]``."""
    return characters.escape_hidden_characters(text, kept="\n\t")


def link(address: str) -> str:
    """Return an address that may be made a link (http or https, with a host, no hidden characters), or an empty text."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    plain = escape_hidden_except_whitespace(address) == address and not any(character.isspace() for character in address)
    return quote(address, safe=LINK_SAFE) if parts.scheme in {"http", "https"} and host and plain else ""


def book_link(origin: str, *, hindcast: bool = False) -> str:
    """Return where a claim comes from as an address to follow from a report: a file under seeds with an anchor, or a web address; otherwise an empty text.

    The report of a ``hindcast`` lies two directories deeper.
    """
    inside = BOOK_FILE.fullmatch(origin) and ".." not in origin.split("/")
    return f"{'../../' if hindcast else ''}../seeds/{quote(origin, safe='/#')}" if inside else link(origin)


def shorten_address(address: str, limit: int = 44) -> str:
    """Return an address as it is shown: without scheme, cut in the middle of nowhere important."""
    bare = re.sub(r"^https?://(www\.)?", "", address).rstrip("/")
    return bare if len(bare) <= limit else f"{bare[: limit - 1]}…"


def html_with_code(text: str) -> str:
    """Return a text as HTML, in which what stands between backticks is code: the text is escaped first, so that it makes no other tag."""
    from markupsafe import escape

    return CODE_SPAN.sub(r"<code>\1</code>", str(escape(text)))


def first_characters(text: str, limit: int) -> str:
    """Return the first characters of a text, with no code cut in two unless the text begins with it."""
    cut = next((span.start() for span in CODE_SPAN.finditer(text) if span.start() < limit < span.end()), limit)
    return text[: cut or limit]


def markdown(text: str) -> str:
    """Return a text as one line of Markdown that shows it as it is."""
    one_line = " ".join(escape_hidden_except_whitespace(text).split())
    escaped = MARKDOWN_SIGNS.sub(_escape, one_line)
    started = LINE_START.sub(_escape_start, escaped)
    return re.sub(r"(?i)\b(https?|ftp)://|\bwww\.", lambda match: match[0][:-1] + "&#" + str(ord(match[0][-1])) + ";", started)


def markdown_code(text: str) -> str:
    """Return a text as a Markdown code span, also inside a table."""
    one_line = " ".join(escape_hidden_except_whitespace(text).split())
    if "\\|" in one_line:  # where a table is cut into cells, readers differ on what this means inside code
        return markdown(text)
    longest = max((len(run) for run in re.findall(r"`+", one_line)), default=0)
    fence = "`" * (longest + 1)
    padded = f" {one_line} " if one_line.startswith("`") or one_line.endswith("`") else one_line
    return f"{fence}{padded}{fence}".replace("|", "\\|") if one_line else ""


def _escape(match: re.Match[str]) -> str:
    sign = match[1]
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(sign, f"\\{sign}")


def _escape_start(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}\\" if match[2].isdigit() else f"{match[1]}\\{match[2]}"
