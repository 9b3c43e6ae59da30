"""``forecast why``: what moved an answer, what it rests on, and what would change it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast.cli.completion import complete_question
from forecast.cli.lines import echo, print_columns, print_output, stop_at
from forecast.cli.options import AllowLinks, AsJson, Book, Draws, Seed, day, root_of, today

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from forecast.actions.diff import TopicDifference
    from forecast.actions.show import PublishedAnswer
    from forecast.actions.why import Reason, Reasons
    from forecast.schema.insight import MeasureContent, MeasureScale

Question = Annotated[
    str, typer.Argument(metavar="QUESTION", autocompletion=complete_question, help="A question, topic.question, or a topic that asks one.")
]
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
        bar("telling the changes apart")
        moved, problems = answer_change_since(root, question, since, today=today(), settings=Settings(seed=seed, draws=draws))
    stop_at(problems, as_json=as_json)
    if moved is not None:
        print_output("why-since", difference_as_data(moved)) if as_json else print_difference(moved)


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
            bits, change = part["bits"][index], printed.text(place)
            if change != "no change":
                rows.append((change, "" if bits is None else f"{bits:+.2f} bits".replace("-", words.MINUS), part["about"]))
        if rows:
            print_columns(rows, indent="      ", right=(0, 1))


def _from_report(question: str, *, root: Path, as_json: bool) -> None:
    from forecast.actions.why import reasons

    answer_reasons = reasons(root, question)
    stop_at(answer_reasons.problems, as_json=as_json)
    if as_json:
        print_output("why", reasons_data(answer_reasons))
        return
    assert answer_reasons.answer is not None
    _print_answer(answer_reasons.answer)
    if answer_reasons.measure is not None:  # else the sentence says why there is no answer
        _print_measure(answer_reasons.measure)
        _print_influences(answer_reasons, answer_reasons.measure)
        _print_doubts(answer_reasons)
        for note in answer_reasons.notes:
            echo(f"Note: {note}")


def reasons_data(found: Reasons) -> dict[str, Any]:
    """Return the reasons of an answer as data."""
    return {name: value for name, value in asdict(found).items() if name not in {"problems", "settled_then"}}


def _print_answer(answer: PublishedAnswer) -> None:
    from forecast.sentences.answer_text import answer_text
    from forecast.sentences.cautions import verdict_words

    echo(f"{answer['topic']}.{answer['name']}, as of {answer['as_of']}: {verdict_words(answer['verdict'])}")
    echo(f"  {answer['asks']}")
    echo(f"  {answer_text(answer)}")
    for warning in answer["warnings"]:
        echo(f"  {warning}")
    for crossing in answer.get("crossings", ()):
        echo(f"  {crossing['sentence']}")


def _print_measure(measure: MeasureContent) -> None:
    """Say which number of the answer what follows is said of, where it is not the one in its sentence."""
    from forecast.sentences.insight_text import value_text

    if measure["label"]:
        echo(f"  What follows is about “{measure['label']}”.")
    if measure["kind"] == "mean":
        value = value_text(measure, measure["value"])
        echo(f"  What follows is about the expected value, {value}; the number above is the median.")


def _print_influences(reasons: Reasons, measure: MeasureContent) -> None:
    """Print what moved the answer, what it rests on, and what would change it."""
    for since, sentence in reasons.moves:
        echo(f"Moved {since}")
        echo(f"  {sentence}")
    recalled = () if reasons.recalled is None or reasons.recalled in reasons.rests_on else (reasons.recalled,)
    if reasons.recorded:
        _print_reasons("If nothing had been learnt from", (*reasons.rests_on, *recalled), measure)
    else:
        echo("If nothing had been learnt from")
        echo("  there is no row yet")
    if reasons.varied:
        _print_reasons("With another prior", reasons.priors, measure)
    else:
        echo("With another prior")
        echo("  not known: no prior of this topic is varied; `forecast whatif` takes another in the place of one")
    if reasons.simulated:
        _print_reasons("If this is seen", reasons.would_move, measure, settled=reasons.settled_then, among="nothing that is watched for")
    else:
        echo("If this is seen")
        echo(f"  not known: no future rows are simulated here{'; `forecast whatif` tries one' if reasons.recorded else ''}")


def _print_doubts(reasons: Reasons) -> None:
    """Print how much of the doubt is about parameters, and about which, or why that is not worked out."""
    from forecast.sentences.split_words import (
        doubt_sentence,
        is_variance_note_of,
        missing_split_sentence,
        share_with_error,
        structure_sentence,
    )

    if reasons.ignorance is not None and reasons.ignorance_error is not None:
        echo(doubt_sentence(reasons.ignorance, error=reasons.ignorance_error, structure=reasons.structure is not None))
        if reasons.structure is not None and reasons.structure_error is not None:
            echo(f"  {structure_sentence(reasons.structure, error=reasons.structure_error)}")
        shares = [(share_with_error(share, error=error), name) for name, share, error in reasons.doubts]
        print_columns(shares or [("", "no parameter alone")], indent="  ", right=(0,))
    elif (answer := reasons.answer) is not None and reasons.measure is not None:
        missing = missing_split_sentence(answer, reasons.measure)
        if missing and not any(is_variance_note_of(note, answer["name"]) for note in reasons.notes):
            echo(missing)


def _print_reasons(
    title: str, reasons: Sequence[Reason], measure: MeasureContent, *, settled: Container[str] = (), among: str = "nothing"
) -> None:
    """Print what changes an answer, and to what; what is ``settled`` by it is 0 or 100 %; where nothing does, ``among`` says of what."""
    from forecast.schema import words
    from forecast.sentences.printed_parts import printed_change

    echo(title)
    if not reasons:
        echo(f"  {among} would change it by more than the Monte Carlo error")
        return
    rows = []
    for reason in reasons:
        printed = printed_change(measure, measure["value"], reason.value, errors=(0.0, reason.error), error=reason.error)
        rows.append((words.share(reason.value) if reason.what in settled else printed.after, printed.change, reason.what))
    print_columns(rows, indent="  ", right=(0, 1))
