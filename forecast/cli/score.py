"""``forecast score``: how well forecasts did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

import typer

from forecast.cli.lines import echo, print_data, print_json, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, day, root_of, today

Records = Annotated[
    list[str] | None, typer.Argument(metavar="[TOPIC|COLLECTION]...", help="Only these records (default: all).", show_default=False)
]
By = Annotated[
    Literal["topic", "tag", "source", "person", "horizon", "type"] | None,
    typer.Option("--by", help="A line for each of these, where they are asked for.", show_default=False),
]
Rules = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="RULE", help="Only scores by this rule; may be repeated; `all` for every rule.", show_default=False),
]
Against = Annotated[
    str,
    typer.Option(
        "--against",
        metavar="REFERENCE",
        help="Compare with a forecaster, with `aggregate`, `base-rate`, `market` or `model`, or with a constant probability, as 0.5.",
        show_default=False,
    ),
]
Since = Annotated[
    date | None, typer.Option("--from", metavar="DATE", parser=day, help="Questions that count from this day on.", show_default=False)
]
Until = Annotated[
    date | None, typer.Option("--to", metavar="DATE", parser=day, help="Questions that count up to this day.", show_default=False)
]
Who = Annotated[
    list[str] | None,
    typer.Option("--who", metavar="NAME", help="Only this forecaster; may be repeated (default: you, or everybody).", show_default=False),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print each score of each question as CSV.")]


def score(
    *,
    records: Records = None,
    by: By = None,
    rules: Rules = None,
    against: Against = "",
    since: Since = None,
    until: Until = None,
    who: Who = None,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Score the forecasts on record: means by question with their intervals, what was left out, and why.

    Where nothing is chosen, the page of scores is written too.

    A question that was decided before its scheduled close counts from that day on, whatever happened. `--from` and `--to` choose
    questions by the day from which they count.

    \b
    Examples:
      forecast score
      forecast score metaculus --by tag --rule peer
      forecast score --against 0.5 --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.score import ScoreRequest, score_book
    from forecast.cli.score_lines import print_scores, rows_as_csv
    from forecast.content.scores import score_rows, scores_content
    from forecast.schema.json_data import round_numbers

    _check_rules(rules or ())
    asked = ScoreRequest(
        tuple(records or ()),
        by,
        tuple(rules or ()),
        against,
        begin_of(since),
        None if until is None else begin_of(until + timedelta(days=1)),
        tuple(who or ()),
    )
    root, now = root_of(book, allow_links=allow_links), today()
    try:
        found = score_book(root, asked, as_of=now)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    stop_at(found.problems, as_json=as_json)
    if as_csv:
        print_data(rows_as_csv(score_rows((*found.records, *found.later), found.measures, asked.who)))
        return
    content = scores_content(
        found.records,
        found.later,
        as_of=now,
        summaries=found.summaries,
        with_early=found.with_early,
        later_summaries=found.later_summaries,
        reference=found.reference,
        skill=found.skill,
    )
    if as_json:
        print_json({**content, "rows": list(score_rows((*found.records, *found.later), found.measures, asked.who))})
        return
    print_scores(round_numbers(content))  # as the page has them
    if asked == ScoreRequest() and found.records:
        from forecast.actions.score_page import write_score_page

        written = write_score_page(root, found, content, as_of=now)
        stop_at(written.problems, as_json=False)
        echo(f"The page of scores is {written.page}.")


def _check_rules(names: Iterable[str]) -> None:
    from forecast.language.faults import did_you_mean
    from forecast.track_record.measures import EVERY, measures

    known = (EVERY, *(measure.name for measure in measures()))
    for name in names:
        if name not in known:
            raise typer.BadParameter(
                f"no rule is called `{name}`; {did_you_mean(name, known) or f'they are {", ".join(known)}'}", param_hint="--rule"
            )


def begin_of(its: date | None) -> datetime | None:
    """Return the moment at which a day begins, in UTC."""
    return None if its is None else datetime.combine(its, time(), UTC)
