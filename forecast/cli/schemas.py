"""``forecast schemas``: the JSON Schemas that editors read."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from forecast.cli.lines import print_data

Which = Annotated[Literal["topic", "priors", "contracts", "book"], typer.Argument(help="Which file's schema.", show_default=False)]


def schemas(which: Which) -> None:
    """Print the JSON Schema of a topic file, a prior file, a file of contracts or `seeds/book.toml`.

    \b
    Examples:
      forecast schemas topic > topic.schema.json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.book.files.schemas import schema_texts as texts

    print_data(texts()[f"{which}.json"])
