"""Questions on the terminal for ``forecast prior elicit``: each asked again where the answer is impossible.

Works on a terminal and on piped standard input; where that ends, or Ctrl-C is
pressed, ``typer.Abort`` is raised and nothing has been written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import typer

from forecast.language.faults import Fault

if TYPE_CHECKING:
    from forecast.eliciting.judgements import Judgement, Point, Support
    from forecast.eliciting.offers import Feedback, Offer
    from forecast.eliciting.subject import Subject

type Answer = Literal["yes", "again"]

SHARE_WAYS = (
    "a range, and how sure you are that it lies inside",
    "quartiles: three values that cut the possible ones into four equally likely parts",
    "as if you had seen k of n cases",
    "chips, laid in bins",
    "any points, as in p10=0.02, p50=0.1, p90=0.3",
    "a range, saying nothing of how the rest splits between below and above it",
)
RATE_WAYS = (
    *SHARE_WAYS[:2],
    "as if you had seen k events in an exposure of so many",
    SHARE_WAYS[3],
    "any points, as in p10=1, p50=4, p90=20",
    SHARE_WAYS[5],
)
PLAIN_WAYS = (*SHARE_WAYS[:2], "", SHARE_WAYS[3], "any points, as in p10=-2, p50=0, p90=5", SHARE_WAYS[5])


def asked[T](question: str, parse: Callable[[str], T]) -> T:
    """Ask until an answer can be understood; ``parse`` is given the text as typed, which may be empty."""
    while True:
        text = typer.prompt(question, default="", show_default=False, prompt_suffix=" ")
        try:
            return parse(text.strip())
        except Fault as fault:
            complain(fault)


def complain(fault: Fault) -> None:
    """Say what is wrong with an answer."""
    typer.echo(f"  {fault.message}{f' ({fault.hint})' if fault.hint else ''}")


def asked_label(subject_name: str, labels: tuple[str, ...], *, whole: bool) -> str:
    """Ask for which label; with ``whole`` an empty answer means all of them."""
    from forecast.language.faults import did_you_mean

    def label(text: str) -> str:
        if text in labels or (whole and not text):
            return text
        raise Fault(f"`{text}` is none of them" if text else "this prior differs by label", hint=did_you_mean(text, labels))

    rest = "; Enter for all of them" if whole else ""
    return asked(f"`{subject_name}` has one value for each of {', '.join(labels)}. Which{rest}?", label)


def asked_support(subject: Subject) -> Support:
    """Ask which values the unknown can have, where its present prior does not tell."""
    from forecast.eliciting.texts import support_of

    if subject.support_is_plain:
        return subject.support
    typer.echo(f"\nWhich values can it have? Its present prior allows {subject.support.words}.")
    return asked(
        "Enter to keep that, or: real, positive, share, or two ends as in 2..8:",
        lambda text: support_of(text) if text else subject.support,
    )


def asked_judgement(support: Support) -> Judgement:
    """Ask how the person would like to answer, and for the answer, until some distribution can have it."""
    from forecast.eliciting.judgements import within

    ways = _ways(support)
    typer.echo("\nHow would you like to say what you believe of it?")
    for number, way in ways:
        typer.echo(f"  {number}  {way}")
    numbers = [number for number, _ in ways]
    way = asked("Your choice, Enter for 1:", lambda text: _chosen(text or "1", numbers))
    while True:
        judgement = _asked_way(way, support)
        try:
            within(judgement, support)
        except Fault as fault:
            complain(fault)
        else:
            return judgement


def asked_offer(offers: tuple[Offer, ...]) -> Offer:
    """Ask which of several offers; the only one needs no question."""
    usable = [str(at) for at, each in enumerate(offers, start=1) if each.implied is not None]
    if len(offers) == 1:
        return offers[0]
    number = asked("\nWhich one, Enter for 1:", lambda text: _chosen(text or "1", usable))
    return offers[int(number) - 1]


def asked_feedback(told: Feedback, support: Support, unit: str, *, possible: Callable[[Point], object]) -> Point | Answer:
    """Say what else a prior says and ask whether that is right: ``yes``, ``again``, or the point that is said instead.

    ``possible`` raises ``Fault`` for a point that does not go with what was said before.
    """
    from forecast.eliciting.judgements import Point
    from forecast.eliciting.texts import number_of
    from forecast.report.words import number, unit_tails

    side = "above" if told.share > 0.5 else "below"
    counted = unit_tails(unit)[0]
    typer.echo(f"\nIt also says that in one case in a hundred it is {side} {number(told.value)}{counted}. Is that right?")

    def parse(text: str) -> Point | Answer:
        if text.lower() in {"", "y", "yes"}:
            return "yes"
        if text.lower() in {"a", "again"}:
            return "again"
        if text.lower() in {"n", "no"}:
            raise Fault(f"then say which value it is {side} in one case in a hundred", hint="or `again`, to answer anew")
        point = Point(told.share, number_of(text, support))
        possible(point)
        return point

    return asked("Enter for yes; or the value you would say; or `again`:", parse)


def asked_why() -> str | None:
    """Ask for the reason; None keeps the present one."""
    from forecast.book.checks_priors import is_sentence

    def parse(text: str) -> str | None:
        if not text:
            return None
        if not is_sentence(text):
            raise Fault("this is not a sentence", hint="at least three words, and a full stop at the end")
        return text

    typer.echo("\nWhy these numbers? A sentence that a critic could attack; Enter keeps the present one.")
    return asked("Why:", parse)


def asked_chips_on_labels(subject: Subject) -> dict[str, float]:
    """Ask for chips on the labels of a choice."""
    from forecast.eliciting.texts import labelled_chips_of

    labels = subject.parameter.categories
    example = ", ".join(f"{label}:{max(1, 10 // len(labels))}" for label in labels)
    return asked(f"\nLay chips on the labels, more on the likelier, as in {example}\nChips:", labelled_chips_of)


def confirmed(question: str) -> bool:
    """Ask for a yes or a no; Enter is no."""

    def parse(text: str) -> bool:
        if text.lower() in {"y", "yes"}:
            return True
        if text.lower() in {"", "n", "no"}:
            return False
        raise Fault(f"`{text}` is neither yes nor no")

    return asked(question, parse)


def _ways(support: Support) -> list[tuple[str, str]]:
    from forecast.eliciting.judgements import POSITIVE, SHARE

    ways = {SHARE: SHARE_WAYS, POSITIVE: RATE_WAYS}.get(support, PLAIN_WAYS)
    return [(str(number), way) for number, way in enumerate(ways, start=1) if way]


def _chosen(text: str, numbers: list[str]) -> str:
    if text not in numbers:
        raise Fault(f"`{text}` is none of {', '.join(numbers)}")
    return text


def _asked_way(way: str, support: Support) -> Judgement:
    from forecast.eliciting.judgements import REAL, SHARE, Mass, Seen, interval, quartiles
    from forecast.eliciting.texts import chips_of, number_of, points_of

    def value(question: str, *, above: float = support.lower, below: float = support.upper) -> float:
        return asked(
            question, lambda text: _between(number_of(text, support), above, below, edges={support.lower, support.upper} & {above, below})
        )

    match way:
        case "1" | "6":
            percent = asked("How sure that it lies inside, in percent, Enter for 90:", _mass)
            tail = "" if way == "6" else f" ({50 - 50 * percent:.3g} % of cases below it)"
            low = value(f"From{tail}:")
            high = value("To:" if way == "6" else f"To ({50 - 50 * percent:.3g} % of cases above it):", above=low)
            if way == "6":
                return Mass(low, high, percent)
            question = "A middle, as likely too high as too low; Enter to leave it out:"
            middle = asked(question, lambda text: _between(number_of(text, support), low, high, edges=set()) if text else None)
            return interval(low, high, mass=percent, middle=middle)
        case "2":
            middle = value("The middle value, as likely too high as too low:")
            first = value(f"Suppose it is below {middle:g}. Where would you cut that part into two equally likely ones?", below=middle)
            return quartiles(first, middle, value(f"Suppose it is above {middle:g}. Where would you cut that part?", above=middle))
        case "3":
            few, many = (
                ("How many of them were so?", "Of how many cases?")
                if support == SHARE
                else ("How many events?", "In an exposure of how much, in the unit that the rate is per?")
            )
            return Seen(asked(few, lambda text: number_of(text, REAL)), asked(many, lambda text: number_of(text, REAL)))
        case "4":
            return asked("Chips in bins, as in 0-1:3, 1-2:5, 2-5:2:", chips_of)
        case _:
            return asked(
                "Points, as in p10=3, p50=8, p90=20 (one case in ten is below 3, and so on):", lambda text: points_of(text, support)
            )


def _between(value: float, lower: float, upper: float, *, edges: set[float]) -> float:
    """A value between two others, or where the possible ones end; raises ``Fault`` for any other."""
    from forecast.eliciting.judgements import Support

    if value in edges or lower < value < upper:
        return value
    raise Fault(f"{value:g} is not {Support(lower, upper).words}")


def _mass(text: str) -> float:
    from forecast.eliciting.judgements import REAL
    from forecast.eliciting.texts import number_of

    percent = number_of(text.removesuffix("%") or "90", REAL)
    if not 0 < percent < 100:
        raise Fault(f"{percent:g} % cannot be how sure you are", hint="between 0 and 100, as in 90")
    if percent < 1:
        raise Fault(f"{percent:g} % is next to nothing", hint="in percent: 90 for nine cases in ten")
    return percent / 100
