"""``forecast mcp``: a book's answers for programs that speak the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.lines import echo, stop_at
from forecast.cli.options import AllowLinks, Book, root_of

ReadOnly = Annotated[bool, typer.Option("--read-only", help="Leave out `say`, the one tool that writes.")]


def mcp(*, read_only: ReadOnly = False, book: Book = None, allow_links: AllowLinks = False) -> None:
    """Serve show, why, whatif, check and say over the Model Context Protocol, on standard input and output.

    A client starts this command itself. No code of the book is run.

    \b
    Examples:
      forecast mcp --book ../elections
      forecast mcp --read-only
    """  # noqa: D301 - \b keeps lines as they are in the help
    from importlib.util import find_spec

    from forecast import __version__
    from forecast.book.files.layout import root_problem

    root = root_of(book, allow_links=allow_links)
    wrong = root_problem(root)
    stop_at(() if wrong is None else (wrong,), as_json=False)
    if find_spec("mcp") is None:
        echo("forecast mcp needs mcp: pip install 'forecast-book[mcp]'", err=True)
        raise typer.Exit(2)
    from forecast.cli.mcp_tools import mcp_server

    mcp_server(root, version=__version__, read_only=read_only).run("stdio")
