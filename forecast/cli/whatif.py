"""``forecast whatif``: the answers before and after something supposed; nothing is written, unless as a variant."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast.cli.completion import complete_topic
from forecast.cli.lines import echo, print_columns, print_output, stop_at
from forecast.cli.options import (
    AllowLinks,
    AsJson,
    AsOf,
    Book,
    Draws,
    Seed,
    Trust,
    Variant,
    as_of_day,
    cache_directory,
    day,
    root_of,
    texts_by_name,
    today,
)
from forecast.cli.progress import Bar

if TYPE_CHECKING:
    from forecast.actions.observe import Observation
    from forecast.actions.whatif import WhatIfResult

Topic = Annotated[str, typer.Argument(metavar="TOPIC", autocompletion=complete_topic, show_default=False)]
Prior = Annotated[
    list[str] | None,
    typer.Option(
        "--prior",
        metavar='NAME="..."',
        help="Another prior for a parameter, as a distribution or in words, as in 0.02 to 0.5 or below 10 %; may be repeated.",
        show_default=False,
    ),
]
Observe = Annotated[
    list[str] | None,
    typer.Option(
        "--observe",
        metavar='"STREAM DAY[..DAY] VALUE [COLUMN=VALUE]..."',
        help="A row that is supposed; may be repeated. A range is written 100.. or 80..120 or ..5.",
        show_default=False,
    ),
]
SaveVariant = Annotated[
    str,
    typer.Option(
        "--save-variant",
        metavar="NAME",
        help="Write what --prior supposes as a variant of the topic, with --weight and --why.",
        show_default=False,
    ),
]
Weight = Annotated[
    float | None, typer.Option("--weight", metavar="P", help="How probable the variant is before the rows.", show_default=False)
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why the variant may be so, in a sentence.", show_default=False)]
_DAYS = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.\.([0-9]{4}-[0-9]{2}-[0-9]{2}))?")


def whatif(
    topic: Topic,
    *,
    priors: Prior = None,
    rows: Observe = None,
    variant: Variant = "",
    save: SaveVariant = "",
    weight: Weight = None,
    why: Why = "",
    as_of: AsOf = None,
    seed: Seed = 1,
    draws: Draws = 16_384,
    trust: Trust = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Show how the answers of a topic would change with other priors or with rows that are only supposed.

    \b
    Examples:
      forecast whatif route --prior 'capture_rate=LogNormal(p5=0.05, p95=5)'
      forecast whatif route --prior 'capture_rate=0.05 to 5'
      forecast whatif route --observe "captures 2026-10-01..2026-12-31 0"
      forecast whatif route --variant bursts
      forecast whatif route --prior 'capture_rate=LogNormal(p5=1, p95=9)' --save-variant busy --weight 0.2 --why "They may be many more."
      forecast whatif route --as-of 2025-03-01 --observe "wishes 2025-03-02 2 asked=2"
      forecast whatif votes --observe "polls 2026-10-01 value_left=410 value_right=590 asked=1000"
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.actions.whatif import suppose
    from forecast.model.settings import Settings

    others = texts_by_name(priors or [], option="--prior")
    seen = [supposed_row(text) for text in rows or []]
    if not others and not seen and not variant:
        raise typer.BadParameter("suppose something: --prior, --observe or --variant", param_hint="--prior / --observe / --variant")
    _check_saving(save, weight, why, is_alone=bool(others) and not seen and not variant)
    at = as_of_day(as_of, now=today())
    with Bar() as bar:
        supposed = suppose(
            root_of(book, allow_links=allow_links),
            topic,
            priors=others,
            rows=seen,
            as_of=at,
            settings=Settings(seed=seed, draws=draws, trust=trust),
            variant=variant,
            cache=cache_directory(),
            progress=bar,
        )
    stop_at(supposed.problems, as_json=as_json)
    if as_json:
        print_output("whatif", whatif_data(topic, supposed))
    else:
        _print_answers(topic, supposed)
    if save and weight is not None:
        from forecast.actions.save_variant import NewVariant, save_variant
        from forecast.book.sentences import with_full_stop

        variant_added = NewVariant(save, weight, with_full_stop(why), supposed.priors)
        saved = save_variant(root_of(book, allow_links=allow_links), topic, variant_added)
        stop_at(saved.problems, as_json=as_json)
        if not as_json:
            echo(f"The variant `{save}` is written to {' and '.join(saved.paths)}; `forecast update {topic}` weighs it.")
    if supposed.distrusted:
        echo("WARNING: by the engine's own checks these draws are not sound.", err=True)
        raise typer.Exit(3)


def whatif_data(topic: str, supposed: WhatIfResult) -> dict[str, Any]:
    """Return answers before and after as data."""
    return {
        "topic": topic,
        "as_of": str(supposed.as_of),
        "after_as_of": str(supposed.after_as_of),
        "before": supposed.before,
        "after": supposed.after,
        "distrusted": supposed.distrusted,
    }


def _print_answers(topic: str, supposed: WhatIfResult) -> None:
    """Print what is supposed, and each answer before and after."""
    from forecast.cli.belief_lines import belief_text
    from forecast.sentences.answer_text import answer_text
    from forecast.sentences.headlines import headline_of

    moved = "" if supposed.after_as_of == supposed.as_of else f", after as of {supposed.after_as_of}"
    echo(f"{topic}, as of {supposed.as_of}{moved}")
    for belief in supposed.beliefs:
        echo(f"  Supposed: {belief_text(belief)}")
    for row in supposed.seen:
        echo(f"  Supposed: {row}.")
    print_columns(
        [
            (name, headline_of(supposed.before[name]).short, "→", headline_of(after).short, after["asks"])
            for name, after in supposed.after.items()
        ],
        indent="  ",
    )
    with_interval = [answer for answer in (*supposed.before.values(), *supposed.after.values()) if headline_of(answer).interval]
    if any("fraction" not in answer for answer in with_interval):
        echo("  Of a number: its median, and in brackets its 90 % interval.")
    if any("fraction" in answer for answer in with_interval):
        echo("  Of the probability of one event: its expected value, and in brackets the 90 % interval of the fraction.")
    unanswered = [answer for answer in (*supposed.before.values(), *supposed.after.values()) if answer["value"] is None]
    for name, sentence in dict.fromkeys((answer["name"], answer_text(answer)) for answer in unanswered):
        echo(f"  {name}: {sentence}")
    if not supposed.after:
        echo("  The topic asks nothing yet, so there is no answer to compare.")


def _check_saving(save: str, weight: float | None, why: str, *, is_alone: bool) -> None:
    """Refuse what cannot be written as a variant."""
    if not save:
        if weight is not None or why:
            raise typer.BadParameter("they go with --save-variant", param_hint="--weight / --why")
        return
    if not is_alone:
        raise typer.BadParameter("a variant is saved from --prior alone: a row that is supposed is none", param_hint="--save-variant")
    if weight is None or not why:
        raise typer.BadParameter("a variant has a weight and a reason", param_hint="--weight / --why")


def supposed_row(text: str) -> tuple[str, Observation]:
    """Return a stream and a row from a text such as ``captures 2026-10-01..2026-12-31 0 asked=2``."""
    from forecast.actions.observe import Observation

    words = text.split()
    days = _DAYS.fullmatch(words[1]) if len(words) > 2 else None
    counted = len(words) > 2 and "=" in words[2]  # counts of classes are columns, and there is no value
    if days is None or any("=" not in word for word in words[3:]):
        raise typer.BadParameter(f"`{text}` is not STREAM DAY[..DAY] VALUE [COLUMN=VALUE]...", param_hint="--observe")
    first: date = day(days[1])
    columns = {name: value for name, _, value in (word.partition("=") for word in words[2 if counted else 3 :])}
    low, dots, high = ("", "", "") if counted else words[2].partition("..")
    last, value = day(days[2]) if days[2] else first, "" if counted or dots else words[2]
    return words[0], Observation(first, last, value, "supposed", columns=columns, low=low if dots else "", high=high)
