"""``forecast count``: how much a book holds."""

from __future__ import annotations

from forecast.cli.lines import echo, stop_at
from forecast.cli.options import AllowLinks, Book, root_of


def count(*, book: Book = None, allow_links: AllowLinks = False) -> None:
    """Count the topics, streams and rows of a book.

    \b
    Examples:
      forecast count
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.book.reading import read_book

    found, problems = read_book(root_of(book, allow_links=allow_links))
    stop_at(problems, as_json=False)
    streams = [stream for topic in found.topics.values() for stream in topic.streams.values()]
    counts = {"topics": len(found.topics), "streams": len(streams), "rows": sum(len(stream.rows) for stream in streams)}
    echo(", ".join(f"{name}: {number}" for name, number in counts.items()))
