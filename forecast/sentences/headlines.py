"""The headline of an answer as it is shown: the figure, what it counts, and of an open number the 90 % interval.

Made from the report's JSON, whose own headline is the figure alone.  The numbers are those of the answer's sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.schema import words
from forecast.schema.answers import AnswerContent, DistributionValue, is_date, is_distribution, is_probability, is_shares
from forecast.sentences import answer_sentences
from forecast.sentences.variants import ends_over_versions

LONGEST_UNIT = 16  # characters; a longer unit stands in the sentence alone


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands large, what it counts or how it is meant, and the ends of the 90 % interval; the last two may be empty."""

    figure: str
    about: str = ""
    interval: str = ""
    is_choice: bool = False

    @property
    def note(self) -> str:
        """What stands beside the figure: ``people; 90 % range 93 to 279``."""
        return "; ".join(part for part in (self.about, f"90 % range {self.interval}" if self.interval else "") if part)

    @property
    def in_words(self) -> str:
        """The answer in the words of its type: ``fear, 77 %``, ``10 %``, ``149 people``, ``later than 31 December 2027, probably``."""
        return f"{self.about}, {self.figure}" if self.is_choice else f"{self.figure} {self.about}".rstrip()

    @property
    def short(self) -> str:
        """The figure and its interval where columns are narrow, and the choice it is of: ``149 (93 to 279)``, ``high tide 80 %``."""
        if self.is_choice:
            return f"{self.about} {self.figure}"
        return f"{self.figure} ({self.interval})" if self.interval else self.figure


def headline_of(answer: AnswerContent) -> Headline:
    """Return the headline of an answer of a report."""
    figure, value = answer["headline"], answer["value"]
    if value is None or answer["status"] in {"annulled", "resolved"}:
        return Headline(figure)
    if is_distribution(value, answer["kind"]):
        return _number_headline(answer, value)
    if is_shares(value, answer["kind"]):
        about, figure = answer_sentences.likeliest_choice(value)
        return Headline(figure, about, is_choice=True)
    if is_probability(value, answer["kind"]) and answer.get("fraction") and value["chance"] is not None:
        return _fraction_headline(figure, value["chance"], value["chance_errors"] or (0.0, 0.0))
    if is_date(value, answer["kind"]) and answer["status"] == "open":
        if value["quantiles"][2] is not None:
            return Headline(figure, "as likely as not by then")
        assert answer["by"] is not None
        end = answer["by"][:4] if answer["by"].endswith("-12-31") else words.day(answer["by"])
        return Headline(f"after {end}", f"{words.percent(value['not_by_then'], error=value['error'])} likely")
    return Headline(figure)


def ninety_percent_range(answer: AnswerContent) -> str:
    """Return the 90 % range of an open answer: of a number, of the chance itself, or of a date; empty where there is none to say."""
    value = answer["value"]
    if value is None or answer["status"] != "open":
        return ""
    if is_probability(value, answer["kind"]):
        return "" if value["chance"] is None else chance_range(value["chance"], value["chance_errors"] or (0.0, 0.0))
    if is_date(value, answer["kind"]):
        first, last = value["quantiles"][0], value["quantiles"][-1]
        return f"{words.month(first)} to {words.month(last) if last else 'later'}" if first else ""
    return headline_of(answer).interval


def range_note(answer: AnswerContent) -> str:
    """Return how far an open answer is in doubt, as it stands beside it in a list: ``90 % range 3 to 16 %``, or else its range over rival versions of the model.

    Of a choice that is the range of the likeliest option; empty where there is neither.
    """
    if ends := ninety_percent_range(answer):
        return f"90 % range {ends}"
    if answer["status"] != "open" or "variants" not in answer:
        return ""
    shown = headline_of(answer)
    found = [its for its in answer["variants"]["ranges"] if not shown.is_choice or its["label"].replace("_", " ") == shown.about]
    ends, is_one = ends_over_versions(found[0], answer["unit"] if answer["kind"] == "distribution" else "share") if found else ("", True)
    return "" if is_one else f"{ends} over versions of the model"


def _number_headline(answer: AnswerContent, value: DistributionValue) -> Headline:
    unit = answer["unit"]
    counted = (
        words.counted_in(unit, answer["headline"], answer.get("unit_one", "")) if unit != "share" and len(unit) <= LONGEST_UNIT else ""
    )
    if answer["status"] != "open" or value.get("modes"):
        return Headline(answer["headline"], counted)
    low, median, high = words.interval_texts(quantiles=value["quantiles"], errors=value["errors"], unit=unit)
    if low == high:
        how = "almost certainly" if answer_sentences.chance_of_middle(value) >= answer_sentences.ALMOST else "very probably"
        return Headline(median, ", ".join(part for part in (counted, how) if part))
    return Headline(median, counted, words.ends_text(low, high))


def _fraction_headline(figure: str, ends: Sequence[float], errors: Sequence[float]) -> Headline:
    """The expected value of a fraction, and how far the fraction is in doubt: nothing where it is in none."""
    return Headline(figure, interval=chance_range(ends, errors))


def chance_range(ends: Sequence[float], errors: Sequence[float]) -> str:
    """Return the 90 % range of a chance from its ends and their Monte Carlo errors; empty where both are printed alike."""
    low, high = (words.percent(end, error=error) for end, error in zip(ends, errors, strict=True))
    return "" if low == high else words.ends_text(low, high)
