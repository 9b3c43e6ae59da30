"""The dialogue of ``forecast prior elicit``: what is believed, what fits, what that implies, and whether it is right."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from forecast.cli.elicit.options import show_consequences, show_offers, show_subject
from forecast.cli.elicit.prompts import ask_chips_on_labels, ask_feedback, ask_offer, ask_support, complain
from forecast.cli.elicit.ways import ask_judgement
from forecast.cli.lines import echo
from forecast.language.faults import Fault

if TYPE_CHECKING:
    from forecast.elicitation.judgements import Judgement, Support
    from forecast.elicitation.offers import Offer
    from forecast.elicitation.subject import Subject


def converse(subject: Subject, *, support: Support | None, judgement: Judgement | None, named: str, as_of: date) -> Offer:
    """Ask what is not given, offer what fits, and ask back, until the person agrees with a prior.

    Raises ``Fault`` where the family ``named`` does not suit the support, and ``typer.Abort`` where the answers end.
    """
    from forecast.elicitation.candidates import candidate
    from forecast.elicitation.judgements import check_judgement
    from forecast.elicitation.offers import feedback, offers, present_prior_predictive, with_point

    show_subject(subject)
    support = support or ask_support(subject)
    if named:
        candidate(named, support)
    now = present_prior_predictive(subject, as_of)
    while True:
        judgement = judgement or ask_judgement(support)
        try:
            offered = offers(subject, judgement, support, named=named, as_of=as_of)
        except Fault as fault:
            complain(fault)
            judgement = None
            continue
        show_offers(subject, offered, now)
        if offered[0].implied is None:
            echo("None of these can be used. Answer anew:")
            judgement = None
            continue
        offer = ask_offer(offered)
        assert offer.implied is not None  # only such an offer can be chosen
        show_consequences(offer.implied)
        tail = feedback(judgement, offer.fit)
        if tail is None:
            return offer
        judged, fit = judgement, offer.fit
        answer = ask_feedback(tail, support, subject.unit, possible=lambda point: check_judgement(with_point(judged, fit, point), support))  # noqa: B023 - asked at once
        if answer == "yes":
            return offer
        judgement = None if isinstance(answer, str) else with_point(judged, fit, answer)


def converse_on_labels(subject: Subject, laid: dict[str, float] | None, *, as_of: date) -> Offer:
    """Ask for chips on the labels of a choice, where they are not laid already, until they make a prior that can be used."""
    from forecast.elicitation.offers import offer_of_shares, present_prior_predictive

    show_subject(subject)
    now = present_prior_predictive(subject, as_of)
    while True:
        laid = ask_chips_on_labels(subject) if laid is None else laid
        try:
            offer = offer_of_shares(subject, laid, as_of)
        except Fault as fault:
            complain(fault)
            laid = None
            continue
        show_offers(subject, [offer], now)
        if offer.implied is not None:
            show_consequences(offer.implied)
            return offer
        laid = None
