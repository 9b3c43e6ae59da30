"""Offers: the priors that say what somebody said, each with what it implies, for the person to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.book.files.prior_text import Revision
from forecast.elicitation.candidates import candidate
from forecast.elicitation.fits import Fit, fits, read_statement
from forecast.elicitation.implied import PriorPredictive, prior_predictive, with_revision
from forecast.elicitation.judgements import Judgement, QuantilePoint, QuantilePoints, Support
from forecast.elicitation.parameter_summary import PICTURE_BINS, WIDE, bars
from forecast.elicitation.subject import Subject
from forecast.language.distributions.choices import Categorical
from forecast.language.distributions.families import family
from forecast.language.faults import Fault
from forecast.model.errors import Unsound

MOST_OFFERS = 4  # offers at a time
ASKED_BACK = (0.99, 0.01)  # shares for which a person is asked whether the implied value is right, where they gave none


@dataclass(frozen=True, slots=True)
class Offer:
    """A fit and what it implies; where the model cannot be computed with it, ``fault`` says why and nothing is implied."""

    fit: Fit
    implied: PriorPredictive | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a fit says that nobody did: the unknown lies below ``value`` with probability ``share``."""

    share: float
    value: float


def offers(subject: Subject, judgement: Judgement, support: Support, *, named: str = "", as_of: date) -> tuple[Offer, ...]:
    """Return up to four priors for a judgement, those that can be computed first; only the family ``named``, where one is.

    Raises ``Fault`` where the judgement is impossible or no family suits it.
    """
    among = (candidate(named, support),) if named else ()
    offered = [_offer(subject, fit, as_of) for fit in fits(judgement, support, among=among, first=subject.family)]
    return tuple(sorted(offered, key=lambda offer: offer.implied is None)[:MOST_OFFERS])


def present_prior_predictive(subject: Subject, as_of: date) -> PriorPredictive | None:
    """Return what the present prior implies; None where the model cannot be computed with it."""
    try:
        return prior_predictive(subject.topic, subject.parameter.name, as_of)
    except Unsound:
        return None


def offer_of_shares(subject: Subject, chips: Mapping[str, float], as_of: date) -> Offer:
    """Return the prior of a choice among labels, each with its share of the chips; raise ``Fault`` for chips on other labels."""
    categories = subject.parameter.categories
    if set(chips) != set(categories):
        missing, strange = set(categories) - set(chips), set(chips) - set(categories)
        message = f"`{min(strange)}` is none of the labels" if strange else f"no chips are said for `{min(missing)}`"
        raise Fault(message, hint=f"as in {', '.join(f'{label}:{10 // len(categories)}' for label in categories)}")
    wrong = next((label for label, count in chips.items() if not count > 0), None)
    if wrong is not None:
        raise Fault(f"`{wrong}` has no chips: what is impossible is no label", hint="give every label a chip at least")
    total = sum(chips.values())
    arguments = ", ".join(f"{label}={_as_share(chips[label], total)}" for label in categories)
    shares = tuple(chips[label] / total for label in categories)
    return _offer(subject, Fit(Categorical.name, f"{Categorical.name}({arguments})", "cases", (), shares), as_of)


def feedback(judgement: Judgement, fit: Fit) -> Feedback | None:
    """Return a quantile that follows from a fit and was not said: the 99 %, then the 1 % point; None where both were."""
    known_shares = {point.share for point in judgement.points} if isinstance(judgement, QuantilePoints) else set()
    share = next((share for share in ASKED_BACK if share not in known_shares), None)
    return None if share is None else Feedback(share, fit.quantile(share))


def with_point(judgement: Judgement, fit: Fit, point: QuantilePoint) -> QuantilePoints:
    """Return a judgement with another point; of one that was no points, what the chosen fit made of it stands.

    Where chips ended says nothing against a point that lies beyond.  Raises ``Fault`` for a point that contradicts another.
    """
    points = (
        judgement.points
        if isinstance(judgement, QuantilePoints)
        else tuple(QuantilePoint(share, fit.quantile(share)) for share in (0.05, 0.5, 0.95))
    )
    kept = [other for other in points if not _is_beyond_end(other, point)]
    for other in kept:
        if (other.share < point.share) != (other.value < point.value):
            side, share = ("above", 1 - other.share) if point.share > 0.5 else ("below", other.share)
            raise Fault(
                f"{point.value:g} cannot be: {100 * share:.3g} % of cases are {side} {other.value:g}", hint="or `again`, to answer anew"
            )
    return QuantilePoints(tuple(sorted((*kept, point), key=lambda quantile: (quantile.share, quantile.value))))


def _is_beyond_end(end: QuantilePoint, point: QuantilePoint) -> bool:
    return (end.share == 1 and point.value >= end.value) or (end.share == 0 and point.value <= end.value)


def pictures(fitted: Sequence[Fit]) -> tuple[str, ...]:
    """Return a small picture of each fit over one scale: its probability in each of 24 cells, a logarithmic scale for a wide positive one."""
    low, high = min(fit.quantile(0.02) for fit in fitted), max(fit.quantile(0.98) for fit in fitted)
    edges = np.geomspace(low, high, PICTURE_BINS + 1) if low > 0 and high / low > WIDE else np.linspace(low, high, PICTURE_BINS + 1)
    return tuple(_picture(fit, edges) for fit in fitted)


def _picture(fit: Fit, edges: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    kind, arguments = read_statement(fit.statement)
    return bars(np.diff(family(kind).distribution(edges, **arguments)))


def _offer(subject: Subject, fit: Fit, as_of: date) -> Offer:
    revision = Revision(subject.parameter.name, fit.statement, subject.label)
    try:
        return Offer(fit, prior_predictive(with_revision(subject.topic, revision), subject.parameter.name, as_of))
    except Unsound as unsound:
        return Offer(fit, None, unsound.problems[0].message)


def _as_share(count: float, total: float) -> str:
    share = count / total
    return f"{share:g}" if round(share, 4) == share else f"{count:g}/{total:g}"
