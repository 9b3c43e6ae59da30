"""``forecast score``: how well forecasts did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from forecast.cli.lines import echo, print_data, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, day, root_of, today
from forecast.cli.progress import Bar

if TYPE_CHECKING:
    from forecast.actions.score import ScoreResult

Records = Annotated[
    list[str] | None, typer.Argument(metavar="[TOPIC|COLLECTION]...", help="Only these records (default: all).", show_default=False)
]
By = Annotated[
    Literal["topic", "tag", "source", "person", "horizon", "type", "year", "tournament"] | None,
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
Hindcasts = Annotated[
    bool,
    typer.Option(
        "--hindcasts",
        help="Score instead what the models would have said of the questions that their rows have settled, and what the ledger said.",
    ),
]
Rows = Annotated[
    bool,
    typer.Option("--rows", help="Find also, for each of the best and worst calls, the row of the record that mattered most to the model."),
]


def score(
    *,
    records: Records = None,
    by: By = None,
    rules: Rules = None,
    against: Against = "",
    since: Since = None,
    until: Until = None,
    who: Who = None,
    hindcasts: Hindcasts = False,
    rows: Rows = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Score the forecasts on record: means by question with their intervals, what was left out, and why.

    Where nothing is chosen, the page of scores is written too.

    With `--hindcasts` each topic is replayed as of past days, which takes some seconds. The page keeps what that gave until the next time,
    apart from all forecasts that were made at the time. `--rows` takes a second or more for each of up to ten calls; the page keeps the rows too,
    while the files of all topics stand as they are.

    A question that was decided before its scheduled close counts from that day on, whatever happened. `--from` and `--to` choose
    questions by the day from which they count.

    \b
    Examples:
      forecast score
      forecast score metaculus --by tag --rule peer
      forecast score metaculus --by tournament
      forecast score --against 0.5 --json
      forecast score --hindcasts
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.score import ScoreRequest, score_book, scores_of
    from forecast.cli.score_lines import print_scores, rows_as_csv
    from forecast.content.scores import score_rows
    from forecast.schema.json_data import round_numbers
    from forecast.track_record.measures import EVERY

    asked_rules = tuple(rules or ())
    _check_rules(asked_rules)
    asked = ScoreRequest(
        tuple(records or ()),
        by,
        asked_rules,
        against,
        begin_of(since),
        None if until is None else begin_of(until + timedelta(days=1)),
        tuple(who or ()),
    )
    root, now = root_of(book, allow_links=allow_links), today()
    if hindcasts:
        if asked != ScoreRequest(asked.records):
            raise typer.BadParameter("it goes with topics, --json and --csv alone", param_hint="--hindcasts")
        _score_hindcasts(root, asked.records, now, as_json=as_json, as_csv=as_csv)
        return
    try:
        found = score_book(root, asked, as_of=now)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    stop_at(found.problems, as_json=as_json)
    if rows and (asked != ScoreRequest() or as_csv or as_json):
        raise typer.BadParameter("it goes with no other choice, since the page keeps what it finds", param_hint="--rows")
    cells = score_rows((*found.records, *found.later), found.measures, asked.who)
    if as_csv:
        print_data(rows_as_csv(cells))
        return
    content = scores_of(found, as_of=now)
    if as_json:
        print_output("score", {**content, "rows": list(cells)})
        return
    named = tuple(rule for rule in asked_rules if rule != EVERY)
    print_scores(round_numbers(content), rules=named, by_tournament=by == "tournament")  # as the page has them
    if asked == ScoreRequest() and found.records:
        from forecast.actions.score_page import write_score_page

        behind = _print_rows_behind_calls(root, found) if rows else None
        written = write_score_page(root, found, content, as_of=now, rows=behind)
        stop_at(written.problems, as_json=False)
        assert written.page is not None  # there would be problems
        echo(f"The page of scores is {written.page.relative_to(root)}.")


def _print_rows_behind_calls(root: Path, found: ScoreResult) -> Mapping[tuple[str, str], str]:
    """Print which row mattered most to each of the best and worst calls, and return that."""
    from forecast.actions.call_rows import rows_behind_calls
    from forecast.actions.score_page import calls_of
    from forecast.book.reading import read_book
    from forecast.model.settings import Settings

    calls = calls_of(found)
    book, problems = read_book(root)
    stop_at(problems, as_json=False)
    with Bar() as bar:
        behind = rows_behind_calls(book, found.records, () if calls is None else (*calls.best, *calls.worst), Settings(), progress=bar)
    echo()
    for (address, who), sentence in behind.items():
        echo(f"{address}, {who}: {sentence or 'the book has no model of this question as it was asked.'}")
    if not behind:
        echo("There are no best and worst calls yet.")
    return behind


def _score_hindcasts(root: Path, topics: Sequence[str], now: date, *, as_json: bool, as_csv: bool) -> None:
    """Print the scores of settled questions; where no topic is chosen and they are printed as lines, the page keeps them."""
    from forecast.actions.hindcast_scores import hindcast_scores
    from forecast.actions.hindcast_words import scores_as_data
    from forecast.actions.score_page import make_score_page
    from forecast.cli.hindcast_scores import hindcasts_as_csv, print_hindcast_scores
    from forecast.model.settings import Settings

    with Bar() as bar:
        found = hindcast_scores(root, topics=topics or None, until=now, settings=Settings(), progress=bar)
    stop_at(found.problems, as_json=as_json)
    content = scores_as_data(found)
    if as_csv:
        print_data(hindcasts_as_csv(content))
    elif as_json:
        print_output("score-hindcasts", content)
    else:
        print_hindcast_scores(content)
        if not topics:
            written = make_score_page(root, as_of=now, hindcasts=content)
            stop_at(written.problems, as_json=False)
            echo()
            assert written.page is not None  # there would be problems
            echo(f"The page of scores is {written.page.relative_to(root)}.")


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
