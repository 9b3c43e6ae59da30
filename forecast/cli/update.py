"""``forecast update``: condition, simulate, answer, record, write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from forecast.cli.lines import echo, print_columns, print_output, print_problems, problems_as_data, stop_at
from forecast.cli.options import (
    AllowLinks,
    AsJson,
    AsOf,
    Book,
    Draws,
    Seed,
    Topics,
    Trust,
    as_of_day,
    book_words,
    cache_directory,
    root_of,
    today,
)
from forecast.cli.progress import Bar
from forecast.system import core_count

if TYPE_CHECKING:
    from pathlib import Path

    from forecast.actions.contents import PackedResult
    from forecast.actions.plan import TopicPlan
    from forecast.actions.update import UpdateResult
    from forecast.schema.topic import TopicContent

Referee = Annotated[
    bool | None,
    typer.Option(
        "--referee/--no-referee", help="Compare both engines anew, or not at all (default: what has changed since).", show_default=False
    ),
]
Engine = Annotated[Literal["auto", "importance", "nuts"], typer.Option("--engine", help="Which engine supplies the draws.")]

NoInsight = Annotated[
    bool,
    typer.Option(
        "--no-insight", help="Do not ask why: the answers alone, in less than half the time. What was found before and still holds stays."
    ),
]
NoPages = Annotated[bool, typer.Option("--no-pages", help="Write the JSON alone; `forecast report` makes the pages from it.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Compute everything, and keep nothing for the next time.")]
Draft = Annotated[
    bool,
    typer.Option("--draft", help="Show the answers, of topics with a template's placeholders too; record and write nothing."),
]
On = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="dask://HOST:PORT",
        help="Compute on the workers of a Dask scheduler, which must run the same versions; only on a cluster you trust.",
        show_default=False,
    ),
]
Plan = Annotated[bool, typer.Option("--plan", help="Print what would be computed and what reused, and why; compute and write nothing.")]

MOST_PROCESSES = 4  # each may hold PyMC, half a gigabyte


def update(
    *,
    topics: Topics = None,
    as_of: AsOf = None,
    referee: Referee = None,
    engine: Engine = "auto",
    seed: Seed = 1,
    draws: Draws = 16_384,
    no_insight: NoInsight = False,
    no_pages: NoPages = False,
    no_cache: NoCache = False,
    draft: Draft = False,
    on: On = None,
    plan: Plan = False,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Condition the topics on the record, answer their questions, and write the reports and the ledger.

    A day before today gives a hindcast, written under reports/as-of/. What has not changed since an earlier run is not computed
    again: results are kept in your cache folder (FORECAST_CACHE_DIR names another one). A topic that still has a template's
    placeholders is not published; --draft shows what it would say, by the fast engine alone and without why.

    \b
    Examples:
      forecast update
      forecast update route --no-referee
      forecast update route --as-of 2025-03-01
      forecast update --no-referee --no-insight
      forecast update bridge --draft
      forecast update --plan
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.ledger import latest_day
    from forecast.actions.publish import pages_of_unchanged_reports
    from forecast.actions.update import plan_update
    from forecast.actions.update import update as update_book
    from forecast.model.settings import Settings

    root = root_of(book, allow_links=allow_links)
    now = today() if as_of is None else latest_day(root, today())
    day = as_of_day(as_of, now=now)
    cache = None if no_cache else cache_directory()
    settings = Settings(engine, seed, draws, trust=trust)
    if plan:
        planned = plan_update(
            root, topics=topics or None, as_of=day, today=now, settings=settings, referee=referee, insight=not no_insight, cache=cache
        )
        _print_plans(planned, as_json=as_json)
        raise typer.Exit(planned.exit_code)
    with Bar() as bar:
        done = update_book(
            root,
            topics=topics or None,
            as_of=day,
            today=now,
            settings=settings,
            referee=False if draft and referee is None else referee,
            processes=min(core_count(), MOST_PROCESSES),
            cluster=_scheduler_address(on),
            insight=not (no_insight or draft),
            pages=not (no_pages or draft),
            draft=draft,
            cache=cache,
            progress=bar,
        )
    if as_json and done.exit_code != 1:
        print_output(
            "update",
            {
                "problems": problems_as_data(done.problems),
                "topics": [_as_data(content) for content in done.contents.values()],
                "failed": [{"name": name, "problems": problems_as_data(made.problems)} for name, made in done.failed.items()],
                "written": list(done.written),
                "recorded": done.recorded,
            },
        )
    else:
        stop_at(done.problems, as_json=as_json)
        for content in done.contents.values():
            _print_topic(content)
        for name, made in done.failed.items():
            _print_failure(name, made)
        if draft:
            echo("A draft: nothing was recorded or written.")
            raise typer.Exit(done.exit_code)
        lines = "1 line" if done.recorded == 1 else f"{done.recorded} lines"
        echo(f"{len(done.written)} files written, {lines} added to the ledger.")
        if pages := len(pages_of_unchanged_reports(done.written)):
            is_all = pages == len(done.written)
            if pages == 1:
                are = "It is the HTML page of a report" if is_all else "One of them is the HTML page of a report"
            else:
                are = f"{'All' if is_all else f'{pages} of them'} are HTML pages of reports"
            echo(f"{are} whose numbers have not changed; open {root / 'reports' / 'index.html'}")
        if topics and day == now:
            _print_left_behind(root, done, named=book_words(book, allow_links=allow_links))
    raise typer.Exit(done.exit_code)


def _scheduler_address(on: str | None) -> str:
    """The address of a Dask scheduler as Dask writes it; empty where everything is computed on this machine."""
    from forecast.actions.executors import SCHEME

    if on is None:
        return ""
    host, sign, port = on.removeprefix(SCHEME).rpartition(":")
    if not on.startswith(SCHEME) or not sign or not host or not port.isdigit():
        raise typer.BadParameter(f"`{on}` is not dask://HOST:PORT", param_hint="--on")
    return f"tcp://{host}:{port}"


STEP_WORDS = {"condition": "condition", "referee": "compare engines", "simulate": "simulate", "explain": "explain"}


def _print_plans(planned: UpdateResult, *, as_json: bool) -> None:
    """Print what would be done of each topic, and why."""
    if as_json and planned.exit_code != 1:
        plans = [{"name": name, "steps": _words_of_plan(plan), "reason": plan.reason} for name, plan in planned.plans.items()]
        print_output("update-plan", {"problems": problems_as_data(planned.problems), "topics": plans})
        return
    stop_at(planned.problems, as_json=as_json)
    print_columns([(name, ", ".join(_words_of_plan(plan)) or "reuse", plan.reason) for name, plan in planned.plans.items()])


def _words_of_plan(plan: TopicPlan) -> list[str]:
    return [*(STEP_WORDS[step] for step in plan.steps), *(["render"] if plan.renders else [])]


def _print_topic(content: TopicContent) -> None:
    from forecast.sentences.answer_text import answer_text
    from forecast.sentences.cautions import contradiction_sentences, single_engine_sentence, verdict_words
    from forecast.sentences.forecasts import record_sentences
    from forecast.sentences.headlines import headline_of
    from forecast.sentences.priors_written import hindcast_sentence
    from forecast.sentences.resolved import with_answers_resolved

    content = with_answers_resolved(content)
    hindcast = " (a hindcast)" if content["run"]["hindcast"] else ""
    judged = [question for question in content.get("on_record", ()) if question["judged"]]
    verdict = "judged by people" if judged and not content["answers"] else verdict_words(content["verdict"]["verdict"])
    echo(f"{content['name']}: {content['title']}, as of {content['as_of']}{hindcast}: {verdict}")
    if content["run"]["hindcast"] and (later := hindcast_sentence(content)):
        echo(f"  NOTE: {later}")
    if code := content.get("code"):
        echo(f"  code of this book was run: {code['path']}, SHA-256 {code['sha256']}")
    for warning in (*content["warnings"], *contradiction_sentences(content)):
        echo(f"  WARNING: {warning}")
    if note := single_engine_sentence(content):
        echo(f"  NOTE: {note}")
    if content["answers"]:
        print_columns([(answer["name"], headline_of(answer).short, answer_text(answer)) for answer in content["answers"]], indent="  ")
    for question in judged:
        echo(f"  {question['name']}  {'; '.join(record_sentences(question, None))}.")


def _print_left_behind(root: Path, done: UpdateResult, *, named: str) -> None:
    """Print which other topics have a prior from one that was computed anew, and still their reports of before."""
    from forecast.actions.linked_reports import reports_left_behind
    from forecast.schema.words import join_words

    if names := reports_left_behind(root, [plan for name, plan in done.plans.items() if name not in done.failed]):
        said = "takes a prior from here and was" if len(names) == 1 else "take priors from here and were"
        echo(f"{join_words([f'`{name}`' for name in names])} {said} not updated: forecast update {' '.join(names)}{named}")


def _print_failure(name: str, made: PackedResult) -> None:
    """Print what went wrong, and where the report of an exception lies that nobody foresaw."""
    import sys

    from forecast.cli.failure import save_report

    print_problems(made.problems, err=True)
    saved = f" ({save_report(made.trace, sys.argv)})" if made.trace else ""
    echo(f"{name}: not computed{saved}; its last report, if it has one, stands as it was")


def _as_data(content: TopicContent) -> dict[str, Any]:
    from forecast.sentences.cautions import misfit_sentences

    kept: tuple[Literal["name", "title", "as_of", "priors_written", "warnings", "answers", "code"], ...] = (
        "name",
        "title",
        "as_of",
        "priors_written",
        "warnings",
        "answers",
        "code",
    )
    return {name: content[name] for name in kept if name in content} | {
        "misfits": list(misfit_sentences(content)),
        "relations": list(content.get("relations", ())),
        "verdict": content["verdict"]["verdict"],
        "hindcast": content["run"]["hindcast"],
    }
