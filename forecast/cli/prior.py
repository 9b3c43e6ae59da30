"""``forecast prior``: what is believed of each parameter, before and after the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.completion import complete_topic
from forecast.cli.elicit.command import elicit
from forecast.cli.lines import echo, print_columns, print_next_update, print_output, shorten_runs, stop_at
from forecast.cli.options import (
    AllowLinks,
    AsJson,
    AsOf,
    Book,
    ParameterName,
    PriorLabel,
    PriorWhy,
    Reviewed,
    Trust,
    as_of_day,
    book_words,
    review_day,
    root_of,
    today,
)
from forecast.cli.prior_predictive import predictive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecast.actions.set_prior import RevisionResult
    from forecast.elicitation.parameter_summary import ParameterSummary, ParameterUpdate, PartSummary

Topic = Annotated[
    str | None, typer.Argument(metavar="[TOPIC]", autocompletion=complete_topic, help="Only this topic (default: all).", show_default=False)
]
Statement = Annotated[
    str,
    typer.Argument(
        metavar="STATEMENT",
        help='A distribution, as in "Gamma(p5=0.05, p95=2)", or words, as in "0.05 to 2" or "below 10 %".',
        show_default=False,
    ),
]


def prior() -> typer.Typer:
    """Return the group of commands about priors."""
    group = typer.Typer(no_args_is_help=True, help="Look at priors, and write them.", rich_markup_mode=None)
    group.callback()(_group)
    group.command("show", short_help="Show priors and posteriors side by side.")(show)
    group.command("predictive", short_help="Show what the priors alone say of each question.")(predictive)
    group.command("set", short_help="Write another prior, checked first.")(set_)
    group.command("elicit", short_help="Ask what you believe, show what it says, write it.")(elicit)
    return group


def _group() -> None:
    """Look at priors and at what the record made of them, and write priors back into their files."""


def show(
    *,
    topic: Topic = None,
    as_of: AsOf = None,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Show each parameter's prior and posterior side by side: 5, 50 and 95 % points and a small picture.

    \b
    Examples:
      forecast prior show route
      forecast prior show route --as-of 2025-03-01
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.prior import prior_posterior_table
    from forecast.elicitation.parameter_summary import parameter_summary_data

    day = as_of_day(as_of, now=today())
    table = prior_posterior_table(root_of(book, allow_links=allow_links), None if topic is None else [topic], as_of=day, trust=trust)
    stop_at(table.problems, as_json=as_json)
    if as_json:
        print_output(
            "prior-show", {name: [parameter_summary_data(change) for change in changes] for name, changes in table.changes.items()}
        )
    else:
        for name, changes in table.changes.items():
            _print_changes(f"{name}, as of {day}", changes)
    if table.distrusted:
        echo(f"WARNING: by the engine's own checks the draws of {'; '.join(table.distrusted)} are not sound.", err=True)
        raise typer.Exit(3)


def _print_changes(title: str, changes: Sequence[ParameterUpdate]) -> None:
    """Print a topic's values before and after the record."""
    echo(title)
    rows = [("", "prior 5, 50, 95 %", "", "posterior 5, 50, 95 %", "", "unit")]
    shown = shorten_runs(changes, of=lambda change: change.before.parameter)
    print_columns([*rows, *(row for change in shown for row in _lines(change))], indent="  ")


def _lines(change: ParameterUpdate | int) -> list[tuple[str, ...]]:
    """A value with the parts of its prior, or how many values are left out."""
    return (
        [(f"… {change} more; --json has them", "", "", "", "", "")]
        if isinstance(change, int)
        else [_row(change), *_part_rows(change.before)]
    )


def _part_rows(value: ParameterSummary) -> list[tuple[str, ...]]:
    """What each part of a pooled prior says alone."""
    from forecast.cli.lines import part_name

    return [(part_name(value.name, part), _points(part), "", "", "", "") for part in value.parts]


def set_(
    name: ParameterName,
    statement: Statement,
    *,
    why: PriorWhy = None,
    label: PriorLabel = "",
    reviewed: Reviewed = None,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Write another prior into priors/TOPIC.toml: checked first, all else in the file left as it is.

    What a template remarks of its own numbers goes with them.

    \b
    Examples:
      forecast prior set ferry.cancellations "Gamma(p5=0.05, p95=2)"
      forecast prior set ferry.cancellations "0.1 to 3" --why "The new timetable has less slack."
      forecast prior set loyalty.refuses "Beta(mean=0.3, strength=5)" --label korea --reviewed 2024-11-15
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.set_prior import find_parameter, revise, statement_said
    from forecast.book.files.prior_text import Revision
    from forecast.book.sentences import with_full_stop
    from forecast.cli.belief_lines import print_belief

    now = today()
    root = root_of(book, allow_links=allow_links)
    names, problems = find_parameter(root, name)
    stop_at(problems, as_json=as_json)
    assert names is not None
    topic, parameter = names
    stated, problems = statement_said(root, topic, parameter, label, statement)
    stop_at(problems, as_json=as_json)
    assert stated is not None
    done = revise(
        root, topic, Revision(parameter, stated.statement, label, why and with_full_stop(why), review_day(reviewed, now=now)), today=now
    )
    stop_at(done.problems, as_json=as_json)
    if stated.belief is not None and not as_json:
        print_belief(stated.belief)
    print_revision(done, named=book_words(book, allow_links=allow_links), as_json=as_json)


def print_revision(done: RevisionResult, *, named: str, as_json: bool) -> None:
    """Print where a prior was written, and its points before and after; ``named`` are the options that name the book."""
    if as_json:
        from forecast.elicitation.parameter_summary import parameter_summary_data

        changed = {
            name: [parameter_summary_data(summary) for summary in values]
            for name, values in (("before", done.before), ("after", done.after))
        }
        print_output("prior-set", {"path": done.path, "line": done.line} | changed)
        return
    echo(f"{done.path}:{done.line}")
    old = {summary.name: summary for summary in done.before}
    rows = [("", "", "", "5, 50, 95 %", "")]
    for after in done.after:
        if after.name in old:
            rows.append((after.name, "before", old[after.name].statement, _points(old[after.name]), _unit(old[after.name])))
        rows.append(("" if after.name in old else after.name, "after", after.statement, _points(after), _unit(after)))
    print_columns(rows, indent="  ")
    print_next_update(done.path, named=named)


def _row(change: ParameterUpdate) -> tuple[str, ...]:
    before, after = change.before, change.after
    return before.name, _points(before), change.before_picture, _points(after), change.after_picture, _unit(before)


def _unit(value: ParameterSummary) -> str:
    return value.unit or ("" if value.categories else "share")


def _points(value: ParameterSummary | PartSummary) -> str:
    from forecast.cli.belief_lines import summary_point_texts
    from forecast.schema.words import percent

    if value.points is None:
        return ", ".join(f"{label} {percent(share)}" for label, share in value.categories.items())
    return "  ".join(summary_point_texts(value))
