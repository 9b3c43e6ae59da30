"""What a shell offers when somebody presses Tab: the names of the book that the command would work on.

Nothing is computed and nothing checked: the names are read from the files at every key.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from forecast.actions.new.kinds import TEMPLATE_KINDS


def complete_topic(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the topics that begin as typed."""
    from forecast.actions.typed_names import names_of_topics

    return _names_that_fit(ctx, incomplete, names_of_topics)


def complete_question(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the questions that begin as typed, and the topics that ask one."""
    from forecast.actions.typed_names import names_of_questions

    return _names_that_fit(ctx, incomplete, names_of_questions)


def complete_stream(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the streams that begin as typed."""
    from forecast.actions.typed_names import names_of_streams

    return _names_that_fit(ctx, incomplete, names_of_streams)


def complete_prior(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the parameters that begin as typed."""
    from forecast.actions.typed_names import names_of_priors

    return _names_that_fit(ctx, incomplete, names_of_priors)


def complete_kind(incomplete: str) -> list[tuple[str, str]]:
    """Return the templates that begin as typed, with what each is for."""
    return [(kind, about) for kind, about in TEMPLATE_KINDS.items() if kind.startswith(incomplete)]


def complete_page(incomplete: str) -> list[tuple[str, str]]:
    """Return the pages of the documentation that begin as typed, each with its heading."""
    from forecast.actions.documentation import list_pages

    return [(page.name, page.heading) for page in list_pages() if page.name.startswith(incomplete)]


def _names_that_fit(ctx: typer.Context, incomplete: str, names: Callable[[Path], list[str]]) -> list[str]:
    """The names that begin as typed, a topic's own only once its name stands there."""
    from forecast.book.files.layout import find_root

    book = ctx.params.get("book")
    root = Path(book) if book else find_root(Path.cwd())
    if root is None:
        return []
    fitting = [name for name in names(root) if name.startswith(incomplete)]
    return [name for name in fitting if "." not in name] or fitting
