"""``forecast history``: how an answer went over the days of its record, by replay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from forecast.book.files.spreadsheet import spreadsheet_cell
from forecast.cli.completion import complete_question
from forecast.cli.lines import echo, print_columns, print_data, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, Seed, as_of_day, day, root_of, today
from forecast.cli.progress import Bar
from forecast.sentences.news import listed_events
from forecast.system import core_count

if TYPE_CHECKING:
    from forecast.actions.history import HistoryResult
    from forecast.insight.estimands import Measure
    from forecast.insight.history import History
    from forecast.schema.insight import MeasureStatistic

Question = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION",
        autocompletion=complete_question,
        help="A question, topic.question, or a topic that asks one.",
        show_default=False,
    ),
]
Every = Annotated[
    Literal["day", "week", "month", "quarter", "year"],
    typer.Option("--every", help="How often; days on which something became known always come too."),
]
Since = Annotated[
    date | None, typer.Option("--since", metavar="DATE", parser=day, help="First day (default: when the record opens).", show_default=False)
]
Until = Annotated[
    date | None, typer.Option("--until", metavar="DATE", parser=day, help="Last day (default: today, UTC).", show_default=False)
]
EachDay = Annotated[
    bool, typer.Option("--all", help="Print the days too on which the answer did not change; CSV and JSON always have them.")
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")]

MOST_PROCESSES = 4
BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 60


def history(
    question: Question,
    *,
    every: Every = "month",
    since: Since = None,
    until: Until = None,
    each_day: EachDay = False,
    seed: Seed = 1,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Show how an answer went over the days of its record, with what became known on each.

    Every day is a hindcast: what today's priors and statements would have said
    with the knowledge of that day. Printed are the first day, the last, and those on
    which the printed answer changed. Nothing is written.

    \b
    Examples:
      forecast history another_transfer
      forecast history route.another_transfer --every week --since 2026-01-01
      forecast history another_transfer --every day --csv > another_transfer.csv
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.history import replay_history
    from forecast.insight.history import days_left_out
    from forecast.model.settings import Settings

    last = as_of_day(until, now=today())
    if since is not None and since > last:
        raise typer.BadParameter(f"{since} is after the last day, {last}", param_hint="--since")
    if as_csv and as_json:
        raise typer.BadParameter("say either --csv or --json", param_hint="--csv")
    with Bar() as bar:
        replayed = replay_history(
            root_of(book, allow_links=allow_links),
            question,
            every=every,
            since=since,
            until=last,
            settings=Settings(seed=seed),
            processes=min(core_count(), MOST_PROCESSES),
            progress=bar,
        )
    stop_at(replayed.problems, as_json=as_json)
    if replayed.history is None:  # the problems have said why
        return
    if as_json:
        print_output("history", _as_data(replayed))
    elif as_csv:
        _print_csv(replayed.history)
    else:
        _print_table(replayed, each_day=each_day)
    for days, why in days_left_out(replayed.history.left_out):
        echo(f"Left out {days}: {why}", err=True)


def _as_data(replayed: HistoryResult) -> dict[str, Any]:
    from forecast.insight.history import history_content

    assert replayed.topic is not None
    assert replayed.history is not None
    measures = [{"question": measure.question.name, "label": measure.label, "kind": measure.kind} for measure in replayed.history.measures]
    written = None if replayed.written is None else replayed.written.isoformat()
    left_out = [{"day": left.day.isoformat(), "why": left.why} for left in replayed.history.left_out]
    return {
        "topic": replayed.topic.name,
        "hindcast": True,
        "priors_written": written,
        "measures": measures,
        **history_content(replayed.history),
        "left_out": left_out,
    }


def _print_csv(replayed: History) -> None:
    import csv
    import io

    names = [spreadsheet_cell(measure.label) for measure in replayed.measures]
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["day", *(name or "value" for name in names), *(f"error {name}" if name else "error" for name in names), "news"])
    for point in replayed.points:
        values = [f"{value:.6g}" for value in (*point.values, *point.errors)]
        rows.writerow([point.day.isoformat(), *values, spreadsheet_cell("; ".join(replayed.news.get(point.day, [])))])
    print_data(written.getvalue())


def _print_table(replayed: HistoryResult, *, each_day: bool) -> None:
    from forecast.schema.words import day as day_in_words

    assert replayed.topic is not None
    assert replayed.question is not None
    assert replayed.history is not None
    echo(f"{replayed.topic.name}.{replayed.question.name}, replayed: what today's book would have said")
    echo(f"  {replayed.question.asks}")
    if stamp := _written_later(replayed.history, replayed.written):
        echo(f"  {stamp}")
    numbers = {"mean": "expected value", "median": "median"}
    for kind in dict.fromkeys(measure.kind for measure in replayed.history.measures if measure.kind in numbers):
        echo(f"  What follows is its {numbers[kind]}.")
    for index, measure in enumerate(replayed.history.measures):
        values = [float(point.values[index]) for point in replayed.history.points]
        if len(values) > 1:
            echo(f"  {sparkline(values, whole=measure.kind == 'probability')}  {_range(measure, values)}")
    rows = (
        [("", *(measure.label for measure in replayed.history.measures), "")]
        if any(measure.label for measure in replayed.history.measures)
        else []
    )
    days = _day_rows(replayed.history)
    printed = days if each_day else _rows_with_changes(days)
    rows += printed
    if rows:
        print_columns(rows, right=range(1, len(replayed.history.measures) + 1), indent="  ")
    if left_out := len(days) - len(printed):
        echo(f"  {_left_out_sentence(left_out)}")
    for kind in dict.fromkeys(measure.kind for measure in replayed.history.measures):
        if bound := _largest_error(replayed.history, kind):
            echo(f"  Monte Carlo error of a value: {bound}. The answer of a report is more exact.")
    settled = next((day for day in replayed.history.settled if day is not None), None)
    if settled is not None:
        echo(f"  Settled by the record on {day_in_words(settled)}.")


def _day_rows(replayed: History) -> list[tuple[str, ...]]:
    """Each day with its values as they are printed, and its news."""
    return [
        (
            point.day.isoformat(),
            *map(_value, replayed.measures, point.values, point.errors),
            "; ".join(listed_events(replayed.news.get(point.day, []))),
        )
        for point in replayed.points
    ]


def _rows_with_changes(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The first row and the last, and those between whose printed values differ from the row before."""
    last = len(rows) - 1
    return [row for place, row in enumerate(rows) if place in {0, last} or row[1:-1] != rows[place - 1][1:-1]]


def _left_out_sentence(count: int) -> str:
    if count == 1:
        return "One day is left out, as the answer is printed as on the day before; --all prints it."
    return f"{count:,} days are left out, as the answer is printed as on the day before; --all prints each."


def _written_later(replayed: History, written: date | None) -> str:
    """Say how much later than the first day that is shown the priors were written; empty where they stood by then."""
    from forecast.sentences.priors_written import replay_sentence

    if not replayed.points:
        return ""
    if written is None:
        return "The ledger has not published these priors: they may have been written with all of this known."
    return replay_sentence(replayed.points[0].day, written)


def sparkline(values: Sequence[float], *, whole: bool) -> str:
    """Return values, evenly apart, as a line of small blocks: from 0 to 1 for the ``whole`` of a probability, else from least to most."""
    every = -(-len(values) // WIDTH)
    kept = [*values[: len(values) - 1 : every], values[-1]]
    low, high = (0.0, 1.0) if whole else (min(kept), max(kept))
    span = (high - low) or 1.0
    return "".join(BLOCKS[min(int((value - low) / span * len(BLOCKS)), len(BLOCKS) - 1)] for value in kept)


def _largest_error(replayed: History, kind: MeasureStatistic) -> str:
    """How large the Monte Carlo error of a value is at the most, among the measures of a kind; empty where none has one."""
    from forecast.sentences.change_bounds import bound_text

    places = [index for index, measure in enumerate(replayed.measures) if measure.kind == kind]
    errors = [float(point.errors[index]) for point in replayed.points for index in places]
    return bound_text({"kind": kind, "unit": "", "settled": False}, max(errors)) if max(errors, default=0.0) > 0 else ""


def _range(measure: Measure, values: Sequence[float]) -> str:
    label = f"{measure.label}: " if measure.label else ""
    return f"{label}{_value(measure, min(values), 0.0)} to {_value(measure, max(values), 0.0)}"


def _value(measure: Measure, value: float, error: float) -> str:
    from forecast.schema.words import number, percent, share

    if measure.kind != "probability":
        return number(float(value), error=float(error))
    return percent(float(value), error=float(error)) if error > 0 else share(float(value))  # without an error the record has decided
