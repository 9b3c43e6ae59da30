"""What a new contract's priors are where nobody has given any: wide, and wider with each term of the checklist that differs or is unknown.

The numbers are conventions, not estimates.  Of 30 pairs of contracts in alike words that were read by hand, three were the same, and none of
these was among the most alike in words; how often such pairs end otherwise was not counted.  So each prior says that it is a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.markets.contract import TERMS, Term, TermComparison

DEFAULT_REASON = "A default from the checklist, not an estimate"  # begins the reason of a deviation that nobody has estimated
DOUBT, DOUBT_OF_UNKNOWN, DOUBT_OF_DIFFERENCE = 0.01, 0.01, 0.03  # of the chance that a contract ends otherwise than its question
VOID_DOUBT, VOID_OF_UNKNOWN, VOID_OF_DIFFERENCE = 0.01, 0.003, 0.01
STRENGTH = 10  # of each Beta: as much as ten cases


@dataclass(frozen=True, slots=True)
class WrittenPrior:
    """A prior as it is written into a file, with its reason."""

    prior: str
    why: str


def default_deviations(terms: Mapping[Term, TermComparison]) -> Mapping[str, WrittenPrior]:
    """Return the priors `yes_if_yes`, `yes_if_no` and `void` that follow from a checklist alone; terms that it lacks are unknown."""
    status = [terms[term].status if term in terms else "unknown" for term in TERMS]
    different, unknown = status.count("different"), status.count("unknown")
    doubt = DOUBT + DOUBT_OF_DIFFERENCE * different + DOUBT_OF_UNKNOWN * unknown
    void = VOID_DOUBT + VOID_OF_DIFFERENCE * different + VOID_OF_UNKNOWN * unknown
    why = f"{DEFAULT_REASON}: {_count(different)} different, {_count(unknown)} unknown. Edit it."
    means = {"yes_if_yes": 1 - doubt, "yes_if_no": doubt, "void": void}
    return {key: WrittenPrior(f"Beta(mean={mean:.3g}, strength={STRENGTH})", why) for key, mean in means.items()}


def _count(terms: int) -> str:
    return "1 term is" if terms == 1 else f"{terms or 'no'} terms are"
