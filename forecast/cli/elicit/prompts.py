"""Questions on the terminal for ``forecast prior elicit``: each asked again where the answer is impossible.

Works on a terminal and on piped standard input; where that ends, or Ctrl-C is
pressed, ``typer.Abort`` is raised and nothing has been written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from forecast.cli.lines import echo, prompt
from forecast.language.faults import Fault

if TYPE_CHECKING:
    from forecast.elicitation.judgements import QuantilePoint, Support
    from forecast.elicitation.offers import Feedback, Offer
    from forecast.elicitation.subject import Subject

type Answer = Literal["yes", "again"]


def ask[T](question: str, parse: Callable[[str], T], *, above: Sequence[str] = ()) -> T:
    """Ask until an answer can be understood, with some lines above the question; ``parse`` is given the text as typed, which may be empty."""
    while True:
        for line in above:
            echo(line)
        text = prompt(question)
        try:
            return parse(text.strip())
        except Fault as fault:
            complain(fault)


def ask_agreed(question: str, show: Callable[[str], object]) -> str:
    """Ask for words that say a prior until the person has seen what they are and agreed; statements need no yes, and nothing has none.

    ``show`` is given the words and prints what they are, or raises ``Fault``.
    """
    from forecast.elicitation.phrases import is_statement

    def parse(text: str) -> str:
        show(text)
        return text

    def parse_again(text: str) -> str:
        if text.lower() in {"n", "no"}:
            raise Fault("then say what you believe", hint="Enter or `y` where it is right")
        return "" if text.lower() in {"", "y", "yes"} else parse(text)

    said = ask(question, parse)
    while said and not is_statement(said):
        another = ask("Is that right? Enter for yes; or say it anew:", parse_again)
        if not another:
            break
        said = another
    return said


def complain(fault: Fault) -> None:
    """Say what is wrong with an answer."""
    echo(f"  {fault.message}{f' ({fault.hint})' if fault.hint else ''}")


def ask_label(subject_name: str, labels: tuple[str, ...], *, whole: bool) -> str:
    """Ask for which label; with ``whole`` an empty answer means all of them."""
    from forecast.language.faults import did_you_mean

    def label(text: str) -> str:
        if text in labels or (whole and not text):
            return text
        raise Fault(f"`{text}` is none of them" if text else "this prior differs by label", hint=did_you_mean(text, labels))

    echo(f"`{subject_name}` has one value for each of {', '.join(labels)}.")
    return ask("Which one; Enter for all of them:" if whole else "Which one:", label)


def ask_support(subject: Subject) -> Support:
    """Ask which values the unknown can have, where its present prior does not tell."""
    from forecast.elicitation.texts import parse_support

    if subject.support_is_plain:
        return subject.support
    echo()
    echo(f"Which values can it have? Its present prior allows {subject.support.words}.")
    return ask(
        "Enter to keep that, or: real, positive, share, or two ends as in 2..8:",
        lambda text: parse_support(text) if text else subject.support,
    )


def ask_offer(offers: tuple[Offer, ...]) -> Offer:
    """Ask which of several offers; the only one needs no question."""
    usable = [str(at) for at, offer in enumerate(offers, start=1) if offer.implied is not None]
    if len(offers) == 1:
        return offers[0]
    number = ask("Which one, Enter for 1:", lambda text: check_choice(text or "1", usable), above=[""])
    return offers[int(number) - 1]


def ask_feedback(feedback: Feedback, support: Support, unit: str, *, possible: Callable[[QuantilePoint], object]) -> QuantilePoint | Answer:
    """Say what else a prior says and ask whether that is right: ``yes``, ``again``, or the point that is said instead.

    ``possible`` raises ``Fault`` for a point that does not go with what was said before.
    """
    from forecast.elicitation.judgements import QuantilePoint
    from forecast.elicitation.texts import parse_number
    from forecast.schema.words import number, unit_tails

    side = "above" if feedback.share > 0.5 else "below"
    counted = unit_tails(unit)[0]
    echo()
    echo(f"It also says that in one case in a hundred it is {side} {number(feedback.value)}{counted}. Is that right?")

    def parse(text: str) -> QuantilePoint | Answer:
        if text.lower() in {"", "y", "yes"}:
            return "yes"
        if text.lower() in {"a", "again"}:
            return "again"
        if text.lower() in {"n", "no"}:
            raise Fault(f"then say which value it is {side} in one case in a hundred", hint="or `again`, to answer anew")
        point = QuantilePoint(feedback.share, parse_number(text, support))
        possible(point)
        return point

    return ask("Enter for yes; or the value you would say; or `again`:", parse)


def ask_why() -> str | None:
    """Ask for the reason; None keeps the present one."""
    echo()
    echo("Why these numbers? A sentence that a critic could attack; Enter keeps the present one.")
    return ask("Why:", typed_reason) or None


def typed_reason(typed: str) -> str:
    """Return a reason as it was typed, with its full stop; empty where nothing was.  Raises ``Fault`` for what is no sentence."""
    from forecast.book.sentences import is_sentence, with_full_stop

    reason = with_full_stop(typed)
    if reason and not is_sentence(reason):
        raise Fault("this is not a sentence", hint="at least two words that say something")
    return reason


def ask_chips_on_labels(subject: Subject) -> dict[str, float]:
    """Ask for chips on the labels of a choice."""
    from forecast.elicitation.texts import parse_labelled_chips

    labels = subject.parameter.categories
    example = ", ".join(f"{label}:{max(1, 10 // len(labels))}" for label in labels)
    return ask("Chips:", parse_labelled_chips, above=["", f"Lay chips on the labels, more on the likelier, as in {example}"])


def confirm(question: str) -> bool:
    """Ask for a yes or a no, under an empty line."""
    return ask(question, yes_or_no, above=[""])


def yes_or_no(text: str) -> bool:
    """Return whether yes or no was typed; raise ``Fault`` for Enter, which is neither, so that what was typed before is not lost by it."""
    if text.lower() in {"y", "yes"}:
        return True
    if text.lower() in {"n", "no"}:
        return False
    raise Fault(f"`{text}` is neither yes nor no" if text else "a yes or a no is needed", hint="y or n")


def check_choice(text: str, numbers: Sequence[str]) -> str:
    """Return one of several numbers; raise ``Fault`` for another."""
    if text not in numbers:
        raise Fault(f"`{text}` is none of {', '.join(numbers)}")
    return text
