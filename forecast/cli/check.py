"""``forecast check``: whether every file of the book is sound, and what its priors say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast.cli.lines import echo, part_name, print_columns, print_output, print_problems, problems_as_data, shorten_runs
from forecast.cli.options import AllowLinks, AsJson, Book, Topics, cache_directory, root_of, today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecast.actions.check import CheckResult
    from forecast.elicitation.parameter_summary import ParameterSummary, PartSummary

MOST_NAMED = 6  # topics that a line names

Rows = Annotated[bool, typer.Option("--rows", help="Show every row with its hash, by which a later row can replace it.")]

Deep = Annotated[bool, typer.Option("--deep", help="Check every line of the ledger; otherwise only those written since it was read last.")]


def check(
    *,
    topics: Topics = None,
    rows: Rows = False,
    deep: Deep = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Check every file of the book; where all is well, echo each prior as its 5, 50 and 95 % points.

    \b
    Examples:
      forecast check
      forecast check route --json
      forecast check route --rows
      forecast check --deep
    """  # noqa: D301 - \b keeps lines as they are in the help
    from dataclasses import asdict, astuple

    from forecast.actions.check import check as check_book
    from forecast.actions.check import rows_of

    root = root_of(book, allow_links=allow_links)
    checked = check_book(root, topics or None, as_of=today(), cache=cache_directory(), deep=deep)
    wrong = any(problem.level == "error" for problem in checked.problems)
    if as_json:
        print_output("check", check_data(checked) | ({"rows": [asdict(row) for row in rows_of(checked.book)]} if rows else {}))
    else:
        if checked.problems:
            print_problems(checked.problems, err=False)
        if not wrong:
            if rows:
                print_columns([("row", "hash", "days", "value"), *(astuple(row) for row in rows_of(checked.book))])
            print_columns(_rows({name: summaries for name, summaries in checked.priors.items() if summaries}), right=(2, 3, 4))
            warned = f"; {_count(len(checked.problems), 'warning')} above" if checked.problems else ""  # many priors may stand between
            echo(f"{_count(len(checked.book.topics), 'topic')} checked, no errors{warned}.")
            if checked.unasked:
                echo(f"What the priors of {_unasked_text(checked.unasked)} imply has not been computed; `forecast update` computes it.")
    if wrong:
        raise typer.Exit(1)


def check_data(checked: CheckResult) -> dict[str, Any]:
    """Return problems and priors as data."""
    from forecast.elicitation.parameter_summary import parameter_summary_data

    priors = {name: [parameter_summary_data(summary) for summary in summaries] for name, summaries in checked.priors.items()}
    return {"problems": problems_as_data(checked.problems), "priors": priors}


def _rows(priors: dict[str, tuple[ParameterSummary, ...]]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("topic", "prior", "5 %", "50 %", "95 %", "unit", "statement")]
    for topic, values in priors.items():
        for value in shorten_runs(values, of=lambda value: value.parameter):
            if isinstance(value, int):
                rows.append((topic, f"  … {value} more; --json has them", "", "", "", "", ""))
                continue
            unit = value.unit or ("" if value.categories else "share")
            rows.append((topic, value.name, *_points(value), unit, value.statement))
            rows += [(topic, part_name(value.name, part), *_points(part), unit, part.statement) for part in value.parts]
    return rows


def _points(value: ParameterSummary | PartSummary) -> tuple[str, ...]:
    from forecast.cli.belief_lines import summary_point_texts

    return ("", "", "") if value.points is None else summary_point_texts(value)


def _unasked_text(topics: Sequence[str]) -> str:
    """The names of topics; of many, how many they are."""
    from forecast.schema import words

    return words.join_words([f"`{name}`" for name in topics]) if len(topics) <= MOST_NAMED else _count(len(topics), "topic")


def _count(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
