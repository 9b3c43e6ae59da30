"""``forecast prior elicit``: a prior from what people can answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.elicit.output import Said, check_options, judgement_from_options, support_from_options
from forecast.cli.lines import echo, print_output, stop_at
from forecast.cli.options import (
    AllowLinks,
    AsJson,
    Book,
    ParameterName,
    PriorLabel,
    PriorWhy,
    Reviewed,
    book_words,
    review_day,
    root_of,
    today,
)

if TYPE_CHECKING:
    from forecast.book.files.prior_text import Revision
    from forecast.elicitation.offers import Offer
    from forecast.elicitation.subject import Subject

Interval = Annotated[
    tuple[float, float] | None,
    typer.Option("--interval", metavar="LOW HIGH", help="A range, with as much of the rest below it as above.", show_default=False),
]
Mass = Annotated[
    float | None, typer.Option("--mass", help="How much of the probability lies in the range (default: 0.9).", show_default=False)
]
MaxEnt = Annotated[
    bool, typer.Option("--maxent", help="Of the range only its mass is said: the family's member of greatest entropy has it.")
]
Quartiles = Annotated[
    tuple[float, float, float] | None,
    typer.Option("--quartiles", metavar="A B C", help="Three values that cut the possible ones into four.", show_default=False),
]
Seen = Annotated[
    tuple[float, float] | None,
    typer.Option("--seen", metavar="K N", help="As if K of N cases, or K events in an exposure of N.", show_default=False),
]
Chips = Annotated[
    str | None, typer.Option("--chips", metavar="TEXT", help='Chips in bins, as in "0-1:3, 1-2:5, 2-5:2".', show_default=False)
]
Points = Annotated[
    str | None, typer.Option("--points", metavar="TEXT", help='Any quantiles, as in "p10=3, p50=8, p90=20".', show_default=False)
]
Family = Annotated[str, typer.Option("--family", help="Only this family, by its PyMC name.", show_default=False)]
Values = Annotated[
    str | None,
    typer.Option("--support", metavar="TEXT", help="Its values: real, positive, share or LOW..HIGH (default: as now).", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing: take the best fit and write it.")]


def elicit(
    name: ParameterName,
    *,
    interval: Interval = None,
    mass: Mass = None,
    maxent: MaxEnt = False,
    quartiles: Quartiles = None,
    seen: Seen = None,
    chips: Chips = None,
    points: Points = None,
    family: Family = "",
    support: Values = None,
    label: PriorLabel = "",
    why: PriorWhy = None,
    reviewed: Reviewed = None,
    yes: Yes = False,
    book: Book = None,
    allow_links: AllowLinks = False,
    as_json: AsJson = False,
) -> None:
    """Ask what you believe of an unknown, show what that says of the questions, and write it as a prior.

    A range, quartiles, cases as if seen, chips in bins or any points: each is fitted by the families that suit, and
    shown with what it implies for the topic's streams and questions before any of the record. Nothing is written
    before you say yes. What the options say is not asked; --yes asks nothing at all, and --json without it only shows.

    \b
    Examples:
      forecast prior elicit ferry.cancellations
      forecast prior elicit ferry.cancellations --interval 0.05 2
      forecast prior elicit ferry.cancellations --seen 3 2.5 --why "As on the old line." --yes
      forecast prior elicit ferry.cancellations --quartiles 0.2 0.5 1 --family Gamma --json
    """  # noqa: D301 - \b keeps lines as they are in the help
    from forecast.book.files.prior_text import Revision
    from forecast.book.sentences import with_full_stop

    options = Said(interval, mass, quartiles, seen, chips, points, maxent)
    now, asks = today(), not (yes or as_json)
    on = review_day(reviewed, now=now)
    check_options(options, needed=not asks)
    root, named = root_of(book, allow_links=allow_links), book_words(book, allow_links=allow_links)
    try:
        subject = _subject(root, name, label, asks=asks, as_json=as_json)
        offered = _offers(subject, options, support, family, asks=asks, as_of=now)
        if asks:
            from forecast.cli.elicit.prompts import ask_why

            why = why or ask_why()
        revision = Revision(subject.parameter.name, offered[0].fit.statement, subject.label, why and with_full_stop(why), on)
        if asks:
            _write_if_agreed(root, subject, revision, now, named=named)
        else:
            _write_or_show(root, subject, revision, offered, yes=yes, as_json=as_json, named=named, now=now)
    except typer.Abort:
        echo(err=True)
        echo("Nothing was written.", err=True)
        raise typer.Exit(1) from None


def _subject(root: Path, name: str, label: str, *, asks: bool, as_json: bool) -> Subject:
    """The parameter that a name stands for, with its label; stops with problems where it cannot be asked about."""
    from forecast.actions.check import read_checked_book
    from forecast.actions.set_prior import find_parameter, placement_problems
    from forecast.book.files.prior_text import Revision
    from forecast.book.files.problems import Problem
    from forecast.elicitation.subject import subject_of
    from forecast.language.faults import Fault
    from forecast.model.errors import source_line

    names, problems = find_parameter(root, name)
    stop_at(problems, as_json=as_json)
    assert names is not None
    topic_name, parameter = names
    book, problems = read_checked_book(root, [topic_name])
    stop_at([problem for problem in problems if problem.level == "error"], as_json=as_json)
    topic = book.topics[topic_name].as_it_stands  # variants are edited by hand
    declared = topic.parameters.get(parameter)
    if asks and declared is not None and declared.per and not label:
        from forecast.cli.elicit.prompts import ask_label

        label = ask_label(parameter, tuple(dict.fromkeys((*declared.labels, *declared.by_label))), whole=not declared.by_label)
    stop_at(placement_problems(root, topic_name, Revision(parameter, "", label)), as_json=as_json)
    try:
        return subject_of(topic, parameter, label)
    except Fault as fault:
        place = topic.parameters[parameter].place
        stop_at([Problem(place, fault.message, fault.hint, source_line(topic, place))], as_json=as_json)
        raise  # never reached: an error stops


def _offers(subject: Subject, options: Said, support: str | None, family: str, *, asks: bool, as_of: date) -> tuple[Offer, ...]:
    """The priors that say what was said, the chosen one first: chosen in a dialogue, or the best of what the options say."""
    from forecast.language.faults import Fault

    try:
        if subject.parameter.categories:
            return (_label_offer(subject, options, asks=asks, as_of=as_of),)
        return _value_offers(subject, options, support, family, asks=asks, as_of=as_of)
    except Fault as fault:
        raise typer.BadParameter(f"{fault.message}{f'; {fault.hint}' if fault.hint else ''}", param_hint="what was said") from None


def _value_offers(subject: Subject, options: Said, support: str | None, family: str, *, asks: bool, as_of: date) -> tuple[Offer, ...]:
    from forecast.cli.elicit.dialogue import converse
    from forecast.elicitation.candidates import candidate
    from forecast.elicitation.offers import offers

    known = support_from_options(subject, support)
    judgement = judgement_from_options(options, known or subject.support)
    if family:
        candidate(family, known or subject.support)  # refuses one that does not suit
    if asks:
        values = subject.support if known is None and judgement is not None else known
        return (converse(subject, support=values, judgement=judgement, named=family, as_of=as_of),)
    assert judgement is not None  # as was checked
    return offers(subject, judgement, known or subject.support, named=family, as_of=as_of)


def _label_offer(subject: Subject, options: Said, *, asks: bool, as_of: date) -> Offer:
    from forecast.cli.elicit.dialogue import converse_on_labels
    from forecast.elicitation.offers import offer_of_shares
    from forecast.elicitation.texts import parse_labelled_chips
    from forecast.language.faults import Fault

    if options.chips is None and (options.ways or not asks):
        raise Fault(f"`{subject.name}` is a choice among labels", hint='lay --chips on them, as in --chips "hull:3, engine:7"')
    laid = None if options.chips is None else parse_labelled_chips(options.chips)
    if asks:
        return converse_on_labels(subject, laid, as_of=as_of)
    return offer_of_shares(subject, laid or {}, as_of)


def _write_if_agreed(root: Path, subject: Subject, revision: Revision, now: date, *, named: str) -> None:
    """Show what would change in the file, and write it on a yes."""
    from forecast.actions.set_prior import draft_revision, revise
    from forecast.cli.elicit.options import show_change
    from forecast.cli.elicit.prompts import confirm
    from forecast.cli.prior import print_revision

    drafted = draft_revision(root, subject.topic.name, revision, today=now)
    stop_at(drafted.problems, as_json=False)
    show_change(drafted)
    if not confirm("Write it? y or n:"):
        echo("Nothing was written.")
        return
    done = revise(root, subject.topic.name, revision, today=now)
    stop_at(done.problems, as_json=False)
    print_revision(done, named=named, as_json=False)


def _write_or_show(
    root: Path, subject: Subject, revision: Revision, offered: tuple[Offer, ...], *, yes: bool, as_json: bool, named: str, now: date
) -> None:
    """Write the best fit where the command line says yes; as JSON show all of them."""
    from forecast.actions.set_prior import draft_revision, revise
    from forecast.cli.elicit.options import offer_content
    from forecast.cli.prior import print_revision

    if offered[0].implied is None:
        raise typer.BadParameter(f"{revision.statement} cannot be used: {offered[0].fault}", param_hint="what was said")
    done = (revise if yes else draft_revision)(root, subject.topic.name, revision, today=now)
    stop_at(done.problems, as_json=as_json)
    if as_json:
        content = {"topic": subject.topic.name, "parameter": subject.parameter.name, "label": subject.label, "now": subject.statement}
        print_output(
            "prior-elicit", content | {"chosen": revision.statement, "written": yes, "offers": [offer_content(offer) for offer in offered]}
        )
    else:
        print_revision(done, named=named, as_json=False)
