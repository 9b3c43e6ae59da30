"""An elicited prior on the terminal: what is asked about, what fits, what each fit implies, and what would change in the file."""

from __future__ import annotations

import difflib
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from forecast.cli.lines import echo, print_columns

if TYPE_CHECKING:
    from forecast.actions.set_prior import RevisionResult
    from forecast.elicitation.fits import Fit
    from forecast.elicitation.implied import PriorPredictive, StreamPrediction
    from forecast.elicitation.offers import Offer
    from forecast.elicitation.subject import Subject

WIDE = 100
MOST_STREAMS, MOST_ANSWERS = 4, 8  # rows of what is implied, the nearest first
MET = 5e-4  # a miss below a twentieth of a point of probability is none to a reader


def show_subject(subject: Subject) -> None:
    """Print what is asked about: the unknown, its unit, its reason and its present prior, and what depends on it."""
    from forecast.elicitation.reach import reach_of
    from forecast.schema.words import join_words

    topic = subject.topic
    echo(f"{topic.name}.{subject.name}: {subject.unit or 'which of ' + join_words(subject.parameter.categories)}")
    reviewed = f", reviewed {subject.parameter.reviewed}" if subject.parameter.reviewed else ""
    _print_paragraph("now", f"{subject.statement}{reviewed}")
    if subject.fit is not None:
        _print_paragraph("", f"5, 25, 50, 75, 95 %: {_numbers(subject.fit.points)}")
    elif not subject.parameter.categories:
        _print_paragraph("", "It follows other parameters; what you say here would stand by itself.")
    _print_paragraph("why", subject.why)
    reach = reach_of(topic, subject.parameter.name)
    for name in reach.streams[:MOST_STREAMS]:
        _print_paragraph("moves" if name == reach.streams[0] else "", f"{name}: {topic.streams[name].about}")
    for name in reach.questions[:MOST_STREAMS]:
        _print_paragraph("asked" if name == reach.questions[0] else "", topic.questions[name].asks)
    if not reach.streams and not reach.questions:
        _print_paragraph("moves", "nothing: no stream and no question of the topic depends on it")
    more = max(0, len(reach.streams) - MOST_STREAMS) + max(0, len(reach.questions) - MOST_STREAMS)
    if more:
        _print_paragraph("", f"… and {more} more streams and questions")


def show_offers(subject: Subject, offers: Sequence[Offer], now: PriorPredictive | None) -> None:
    """Print each offer's points, how far it misses what was said, and what all of them imply, side by side."""
    echo()
    echo("What fits" + ("" if subject.parameter.categories else ", with its 5, 25, 50, 75 and 95 % points:"))
    if subject.parameter.categories:
        print_columns([(str(at), offer.fit.statement) for at, offer in enumerate(offers, start=1)], indent="  ")
    else:
        _show_points(subject, offers)
    for at, offer in enumerate(offers, start=1):
        if offer.fault:
            echo(f"  {at} cannot be used: {offer.fault}")
    _show_implied(subject, offers, now)


def show_consequences(implied: PriorPredictive) -> None:
    """Say in sentences what a prior implies for the streams nearest to it."""
    for stream in implied.streams[:2]:
        for line in textwrap.wrap(f"This says {expected_sentence(stream)} ({stream.name}: {stream.about}).", min(WIDE, _terminal_width())):
            echo(line)


def show_change(done: RevisionResult) -> None:
    """Print what would change in a prior file, as a diff."""
    before, after = (text.splitlines() for text in (done.old_text, done.new_text))
    echo()
    for line in difflib.unified_diff(before, after, done.path, done.path, n=1, lineterm=""):
        echo(line)


def offer_content(offer: Offer) -> dict[str, Any]:
    """Return an offer as data."""
    fit = offer.fit
    return {
        "family": fit.family,
        "statement": fit.statement,
        "method": fit.method,
        "misses": list(fit.misses),
        "points": list(fit.points),
        "fault": offer.fault,
        "implied": None if offer.implied is None else implied_content(offer.implied),
    }


def implied_content(implied: PriorPredictive) -> dict[str, Any]:
    """Return what a prior implies as data: streams, and each question's answer before any row."""
    return {
        "streams": [
            {
                "name": stream.name,
                "over": stream.over,
                "points": list(stream.points),
                "rare": stream.rare,
                "chance_of_more": stream.chance_of_more,
            }
            for stream in implied.streams
        ],
        "answers": {name: None if answer is None else answer["headline"] for name, answer in implied.answers.items()},
    }


def expected_sentence(expected: StreamPrediction) -> str:
    """Say what a stream would bring: ``0 to 3 men a year (90 %), and a 2 % chance of more than 40``."""
    from forecast.schema.words import number, percent, unit_tails

    low, _, high = expected.points
    counted = unit_tails(expected.unit)[0] or f" {expected.name.replace('_', ' ')}"
    range_said = number(low) if low == high else f"{number(low)} to {number(high)}"
    sentence = f"{range_said}{counted} {expected.over} (90 %)"
    if expected.rare > high and expected.chance_of_more > 0:
        sentence += f", and a {percent(expected.chance_of_more)} chance of more than {number(expected.rare)}"
    return sentence


def _show_points(subject: Subject, offers: Sequence[Offer]) -> None:
    from forecast.elicitation.offers import pictures
    from forecast.schema.words import point_texts

    now = subject.fit
    *drawn, last = pictures([*(offer.fit for offer in offers), *([now] if now else [])])
    rows: list[tuple[str, ...]] = [("", "", "5 %", "25 %", "50 %", "75 %", "95 %", "", "misses")]
    if now is not None:
        rows.append(("now", now.statement, *point_texts(now.points), last, ""))
    for at, (offer, picture) in enumerate(zip(offers, [*drawn, last], strict=False), start=1):
        rows.append((str(at), offer.fit.statement, *point_texts(offer.fit.points), picture, _miss_text(offer.fit)))
    if _width(rows) > _terminal_width():  # a picture is what can be spared
        rows = [(*row[:7], row[8]) for row in rows]
    print_columns(rows, right=(2, 3, 4, 5, 6), indent="  ")


def _miss_text(fit: Fit) -> str:
    """How far a fit is from what was said, at the point where it is farthest."""
    if fit.method == "cases from Jeffreys' prior":
        return "nothing; none or all of them, so half a case more of each kind (Jeffreys' prior)"
    if fit.miss < MET:
        return "nothing" + ("; the least said beside it" if fit.method == "greatest entropy" else "")
    point, miss = max(zip(fit.said, fit.misses, strict=True), key=lambda pair: abs(pair[1]))
    return f"{100 * (point.share + miss):.3g} % below {point.value:g}, not {100 * point.share:.3g} %"


def _show_implied(subject: Subject, offers: Sequence[Offer], now: PriorPredictive | None) -> None:
    usable = [(str(at), offer.implied) for at, offer in enumerate(offers, start=1) if offer.implied is not None]
    shown = [*([] if now is None else [("now", now)]), *usable]
    if not shown or not (shown[0][1].streams or shown[0][1].answers):
        return
    streams, answers = [stream.name for stream in shown[0][1].streams], list(shown[0][1].answers)
    by_name = [{stream.name: stream for stream in implied.streams} for _, implied in shown]
    head = ("", *(name for name, _ in shown))
    below = [(name, *(_short_answer(implied.answers[name]) for _, implied in shown)) for name in answers[:MOST_ANSWERS]]

    def table(*, tails: bool) -> list[tuple[str, ...]]:
        above = [
            (f"{name}, {by_name[0][name].over}", *(_range(predictions[name], tail=tails) for predictions in by_name))
            for name in streams[:MOST_STREAMS]
        ]
        return [head, *above, *below]

    with_tails = table(tails=True)
    wide = _width(with_tails) <= _terminal_width()
    echo()
    echo(f"What each implies before any of the record (nine cases in ten{'; the chance of more' if wide else ''}):")
    print_columns(with_tails if wide else table(tails=False), indent="  ")
    more = max(0, len(streams) - MOST_STREAMS) + max(0, len(answers) - MOST_ANSWERS)
    if more:
        echo(f"  … and {more} more: forecast whatif {subject.topic.name} --prior '{subject.name}=...'")


def _width(rows: Sequence[Sequence[str]]) -> int:
    """How wide rows are when they are printed in columns with an indent of two."""
    return 2 + sum(max(len(cell) for cell in column) + 2 for column in zip(*rows, strict=True))


def _terminal_width() -> int:
    """How wide the terminal is; wide enough for everything where there is none."""
    return shutil.get_terminal_size((1_000, 24)).columns


def _range(expected: StreamPrediction, *, tail: bool) -> str:
    from forecast.schema.words import number, percent

    low, _, high = expected.points
    range_text = number(low) if low == high else f"{number(low)} to {number(high)}"
    if tail and expected.rare > high and expected.chance_of_more > 0:
        range_text += f" ({percent(expected.chance_of_more)} > {number(expected.rare)})"
    return range_text


def _short_answer(answer: Mapping[str, Any] | None) -> str:
    """An answer as short as it can be said with its range."""
    from forecast.schema.words import interval_texts
    from forecast.sentences.answer_sentences import likeliest_choice

    if answer is None:
        return "never asked"
    if answer["kind"] == "distribution":
        value = answer["value"]
        low, middle, high = interval_texts(quantiles=value["quantiles"], errors=value["errors"], unit=answer["unit"])
        return f"{middle} ({low} to {high})"
    if answer["kind"] == "shares":
        return " ".join(likeliest_choice(answer["value"]))
    return str(answer["headline"])


def _print_paragraph(head: str, text: str) -> None:
    lines = textwrap.wrap(text, min(WIDE, _terminal_width()) - 8) or [""]
    for at, line in enumerate(lines):
        echo(f"  {head if at == 0 else '':<6}{line}")


def _numbers(points: Sequence[float]) -> str:
    from forecast.schema.words import point_texts

    return "  ".join(point_texts(points))
