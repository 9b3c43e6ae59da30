"""``forecast watch``: drafts of the reports in a browser, at each save."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.completion import complete_topic
from forecast.cli.lines import echo, print_problems, stop_at
from forecast.cli.options import AllowLinks, Book, Trust, book_words, root_of, today

if TYPE_CHECKING:
    from forecast.book.files.problems import Problem

PORT = 8642

Topic = Annotated[
    str,
    typer.Argument(
        metavar="[TOPIC]",
        autocompletion=complete_topic,
        help="The topic whose page is shown first (default: the index).",
        show_default=False,
    ),
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
Port = Annotated[int, typer.Option("--port", metavar="N", min=0, max=65_535, help="The port on this machine; 0 takes a free one.")]


def watch(
    topic: Topic = "",
    *,
    open_page: Open = False,
    port: Port = PORT,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
) -> None:
    """Show the reports in a browser, and at each save of a file the draft that follows from it.

    A draft is made by the fast engine alone and is nowhere recorded; `forecast update`
    publishes.  A file that is broken shows its problems above the last good report.
    Sliders above a topic's report move the quantiles of its priors and show the answers
    that would follow; a prior is written into its file only with a reason, on a click.
    Answers only this machine; Ctrl-C stops.

    \b
    Examples:
      forecast watch --open
      forecast watch ferry --open
      forecast watch --port 0 --book ../elections
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.book.files.folder import Folder
    from forecast.book.files.layout import choose_topics, root_problem
    from forecast.model.settings import Settings
    from forecast.watching.running import PortTaken, missing_libraries
    from forecast.watching.running import watch as watch_book
    from forecast.watching.working import WatchCallbacks

    root = root_of(book, allow_links=allow_links)
    wrong = root_problem(root)
    stop_at(() if wrong is None else (wrong,), as_json=False)
    stop_at(choose_topics(Folder(root), [topic])[1] if topic else (), as_json=False)
    if missing := missing_libraries():
        echo(f"forecast watch needs {', '.join(missing)}: pip install 'forecast-book[watch]'", err=True)
        raise typer.Exit(2)

    def print_address(address: str) -> None:
        page = f"{address}{topic}.html" if topic else address
        echo(f"{page} shows {f'{topic} of ' if topic else ''}{root}; Ctrl-C stops.")
        if open_page:
            threading.Thread(target=typer.launch, args=(page,), daemon=True).start()  # some browsers return only when closed

    def print_draft(topic: str, seconds: float) -> None:
        echo(f"{topic}: a draft, after {seconds:.2f} s")

    def print_topic_problems(topic: str, problems: tuple[Problem, ...]) -> None:
        echo(f"{topic}:", err=True)
        print_problems(problems, err=True)

    def report_failure(what: str, error: Exception) -> str:
        from forecast.book.files.exceptions import exception_text
        from forecast.cli.failure import save_report

        message = exception_text(error)
        echo(f"{what}: failed: {message} ({save_report(error, sys.argv)})", err=True)
        return message

    try:
        left = watch_book(
            root,
            port=port,
            today=today,
            settings=Settings(trust=trust),
            telling=WatchCallbacks(print_address, print_draft, print_topic_problems, report_failure),
        )
    except PortTaken as taken:
        raise typer.BadParameter(f"{taken}; --port 0 takes a free one", param_hint="--port") from None
    if left:
        echo(f"Not published. To publish: forecast update {' '.join(left)}{book_words(book, allow_links=allow_links)}")
