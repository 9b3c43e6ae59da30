"""``forecast schemas``: the JSON Schemas of a book's files, for editors, and of what commands print after ``--json``."""

from __future__ import annotations

from typing import Annotated

import typer

from forecast.cli.lines import echo, print_columns, print_data

Which = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="Whose schema (default: list them).", show_default=False),
]


def schemas(which: Which = None) -> None:
    """Print the JSON Schema of a file of a book, or of what a command prints after --json; without a name, list them.

    An output has its version under `format`, which grows where a key goes or means something else; keys may be added to any. A
    command that errors stop prints `problems` instead, with exit code 1.

    \b
    Examples:
      forecast schemas
      forecast schemas topic > topic.schema.json
      forecast schemas show
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.book.files.schemas import SCHEMA_DIRECTORY, SCHEMA_FILES
    from forecast.cli.outputs.formats import OUTPUT_FORMATS
    from forecast.cli.outputs.schemas import OUTPUT_COMMANDS, OUTPUT_DIRECTORY

    files = {name.removesuffix(".json"): SCHEMA_DIRECTORY / name for name in SCHEMA_FILES}
    outputs = {name: OUTPUT_DIRECTORY / f"{name}.json" for name in OUTPUT_FORMATS}
    if which is None:
        echo("Files of a book, for editors:")
        print_columns([(name, FILES_IN_WORDS[name]) for name in files], indent="  ")
        echo("What commands print, with the version of each:")
        print_columns([(name, str(OUTPUT_FORMATS[name]), OUTPUT_COMMANDS[name]) for name in outputs], indent="  ")
        return
    known = {**files, **outputs}
    if which not in known:
        from forecast.language.faults import did_you_mean

        hint = did_you_mean(which, known) or "`forecast schemas` lists them"
        raise typer.BadParameter(f"no schema is called `{which}`; {hint}", param_hint="NAME")
    print_data(known[which].read_text(encoding="utf-8"))


FILES_IN_WORDS = {
    "topic": "seeds/TOPIC/topic.toml",
    "priors": "priors/TOPIC.toml",
    "contracts": "seeds/TOPIC/contracts.toml",
    "book": "seeds/book.toml",
}
