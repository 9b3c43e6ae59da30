"""``forecast why``: what moved an answer, what it rests on, and what would change it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast.cli.lines import echo, print_columns, print_json, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, Draws, Seed, day, root_of, today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecast.actions.diff import TopicDifference
    from forecast.actions.why import Reason
    from forecast.schema.insight import MeasureContent, MeasureScale

Question = Annotated[str, typer.Argument(metavar="QUESTION", help="A question, or topic.question.")]
Since = Annotated[
    date | None,
    typer.Option("--since", metavar="DATE", parser=day, help="Split the change since this day (default: the newest report's reasons).",
                 show_default=False),
]  # fmt: skip


def why(
    question: Question,
    *,
    since: Since = None,
    seed: Seed = 1,
    draws: Draws = 16_384,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Say why an answer is what it is: what moved it, what it rests on, what would change it.

    Without --since, the newest report's reasons are shown and nothing is computed.

    \b
    Examples:
      forecast why another_transfer
      forecast why route.another_transfer --since 2026-09-01
    """  # noqa: D301 - \b keeps lines as they are in the help
    root = root_of(book, allow_links=allow_links)
    if since is None:
        _from_report(question, root=root, as_json=as_json)
        return
    from forecast.actions.diff import answer_change_since
    from forecast.cli.progress import Bar
    from forecast.model.settings import Settings

    if since >= today():
        raise typer.BadParameter(f"{since} is not before today", param_hint="--since")
    with Bar() as bar:
        bar(0, 1, "telling the changes apart")
        moved, problems = answer_change_since(root, question, since, today=today(), settings=Settings(seed=seed, draws=draws))
    stop_at(problems, as_json=as_json)
    if moved is not None:
        print_json(difference_as_data(moved)) if as_json else print_difference(moved)


def difference_as_data(moved: TopicDifference) -> dict[str, Any]:
    """Return a move as data for scripts, with the measures its lists speak of."""
    measures = [{"question": measure.question.name, "label": measure.label, "kind": measure.kind} for measure in moved.measures]
    return {"topic": moved.topic, "measures": measures, "unanswered": dict(moved.unanswered), **(moved.move or {})}


def print_difference(moved: TopicDifference) -> None:
    """Print how the answers of a topic moved: a sentence for each, and under it the parts that sum to the change."""
    from forecast.schema import words
    from forecast.sentences.insight_text import statistic_name
    from forecast.sentences.printed_parts import printed_parts

    echo(f"{moved.topic}, {moved.move['why']}" if moved.move else moved.topic)
    for name, sentence in moved.unanswered.items():
        echo(f"  {name}")
        echo(f"    {sentence}")
    if moved.move is None:
        return
    for index, measure in enumerate(moved.measures):
        name = f"{measure.question.name}: {measure.label}" if measure.label else measure.question.name
        shown: MeasureScale = {"kind": measure.kind, "unit": "", "settled": False}
        echo(f"  {', '.join(part for part in (name, statistic_name(shown)) if part)}")
        echo(f"    {moved.move['sentences'][index]}")
        ends = moved.move["before"][index], moved.move["after"][index]
        printed = printed_parts(shown, *ends, [part["points"][index] for part in moved.move["parts"]])
        rows: list[tuple[str, str, str]] = []
        for place, part in enumerate(moved.move["parts"]):
            bits, said = part["bits"][index], printed.text(place)
            if said != "no change":
                rows.append((said, "" if bits is None else f"{bits:+.2f} bits".replace("-", words.MINUS), part["about"]))
        if rows:
            print_columns(rows, indent="      ", right=(0, 1))


def _from_report(question: str, *, root: Path, as_json: bool) -> None:
    from forecast.actions.why import reasons
    from forecast.sentences.cautions import verdict_words
    from forecast.sentences.insight_text import value_text
    from forecast.sentences.split_words import doubt_sentence, share_with_error

    found = reasons(root, question)
    stop_at(found.problems, as_json=as_json)
    if as_json:
        print_json({name: value for name, value in asdict(found).items() if name != "problems"})
        return
    assert found.answer is not None
    echo(f"{found.answer['topic']}.{found.answer['name']}, as of {found.answer['as_of']}: {verdict_words(found.answer['verdict'])}")
    echo(f"  {found.answer['asks']}")
    echo(f"  {found.answer['sentence']}")
    for warning in found.answer["warnings"]:
        echo(f"  {warning}")
    for crossing in found.answer.get("crossings", ()):
        echo(f"  {crossing['sentence']}")
    if found.measure is None:  # the sentence says why there is no answer
        return
    if found.measure["label"]:
        echo(f"  What follows is said of `{found.measure['label']}`.")
    if found.measure["kind"] == "mean":
        value = value_text(found.measure, found.measure["value"])
        echo(f"  What follows is said of the expected value, {value}; the number above is the median.")
    for since, sentence in found.moves:
        echo(f"Moved {since}")
        echo(f"  {sentence}")
    _print_reasons("Had nothing been learnt from", found.rests_on, found.measure)
    if found.varied:
        _print_reasons("With another prior", found.priors, found.measure)
    else:
        echo("With another prior")
        echo("  not known: no prior of this topic is varied; `forecast whatif` takes another in the place of one")
    _print_reasons("If this is seen", found.would_move, found.measure)
    if found.ignorance is not None and found.ignorance_error is not None:
        echo(doubt_sentence(found.ignorance, error=found.ignorance_error))
        shares = [(share_with_error(share, error=error), name) for name, share, error in found.doubts]
        print_columns(shares or [("", "no parameter alone")], indent="  ", right=(0,))
    for note in found.notes:
        echo(f"Note: {note}")


def _print_reasons(title: str, found: Sequence[Reason], measure: MeasureContent) -> None:
    from forecast.sentences.insight_text import change_text, value_text

    echo(title)
    if not found:
        echo("  nothing would change it by more than the Monte Carlo error")
        return
    rows = [
        (value_text(measure, each.value, error=each.error), change_text(measure, each.change, error=each.error), each.what)
        for each in found
    ]
    print_columns(rows, indent="  ", right=(0, 1))
