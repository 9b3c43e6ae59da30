"""Answers in sentences: a probability, a number, a date or choices, and what a question without an answer came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from operator import itemgetter

from forecast.schema.answers import (
    AnswerKind,
    AnswerValue,
    DistributionValue,
    SharesValue,
    is_date,
    is_distribution,
    is_probability,
    is_shares,
)
from forecast.schema.words import (
    BOUND_STANDARD_ERRORS,
    PERCENT_STEPS,
    RECORDED,
    SMALL,
    amount_text,
    capitalise,
    chance,
    day,
    day_range,
    distinct_texts,
    ends_text,
    in_days,
    interval_texts,
    is_ratio,
    join_words,
    month,
    percent,
    share,
    times_text,
    unit_tails,
)

NONE = "none of these"
LEAST_NONE = 0.0005  # a chance that is said of none of the choices
ALMOST = 0.99  # from which chance on a value is almost certain
MOST_RANGES = 3  # of a number that are said; in a headline, twice as many


def probability_sentence(
    *,
    value: float,
    error: float,
    chance_interval: Sequence[float] | None,
    status: str,
    chance_errors: Sequence[float] | None = None,
    beginning: str = "",
) -> str:
    """Say a probability: in odds (or with another ``beginning``), and how far the chance itself is unknown.

    ``chance_errors`` are the Monte Carlo errors of the two ends of ``chance_interval``, which says nothing where it is
    one number that is not known to a percent.
    """
    if status in RECORDED:
        return settled_sentence(status)
    sentence = beginning or capitalise(chance(value, error=error))
    if chance_interval is None:
        return f"{sentence}."
    (low, high), errors = chance_interval, chance_errors or (0.0, 0.0)
    range_said = _interval_text(percent(low, error=errors[0]), percent(high, error=errors[1]), error=max(errors))
    return f"{sentence}; {range_said}." if range_said else f"{sentence}."


def _interval_text(low: str, high: str, *, error: float) -> str:
    """Say which chances are plausible.

    An end that is only known to be near 0 or 1 is left out.  Of what is one number nothing is said where that is coarser than the answer.
    """
    are_numbers = low[0].isdigit(), high[0].isdigit()
    if all(are_numbers) and low == high:
        return "that chance is hardly in doubt" if 50 * error <= PERCENT_STEPS[0] else ""
    if all(are_numbers):
        return f"anything from {low.removesuffix(' %')} to {high} is plausible"
    if any(are_numbers):
        return f"anything {f'up to {high}' if are_numbers[1] else f'from {low} up'} is plausible"
    if low[0] == high[0]:
        return f"nothing {high.replace('below', 'above') if high.startswith('below') else low.replace('above', 'below')} is plausible"
    return "any chance at all is plausible"


def given_sentence(probability: float) -> str:
    """Say that an answer holds only under a condition, and how likely that is."""
    said = share(probability)
    return f"The condition itself is {said} likely." if said[0].isdigit() else f"The chance of the condition itself is {said}."


def annulled_sentence(probability: float, *, error: float) -> str:
    """Say how likely it is that a question is annulled, beside an answer given that it is not."""
    return f"The chance that it is annulled is {percent(probability, error=error)}; the answer is for the case that it is not."


def settled_sentence(status: str) -> str:
    """Say what the record alone has settled."""
    return {
        "happened": "Yes: it has happened.",
        "can no longer happen": "No: it can no longer happen.",
        "settled": "Settled by the record.",
        "annulled": "Annulled: what annuls it has come true.",
    }[status]


def void_sentence(first: date, last: date) -> str:
    """Say that a question's condition has failed, and on which day, or between which days."""
    return f"Void: its condition failed {in_days(first, last)}."


def unanswered_sentence(reasons: Sequence[str]) -> str:
    """Say that a question is not answerable, and why."""
    return f"Not answerable: {'; '.join(reasons)}."


type Modes = Sequence[tuple[float, Sequence[float]]]  # the ranges of a number: the share of each, and its 5, 50 and 95 % points


def distribution_sentence(
    *,
    quantiles: Sequence[float],
    errors: Sequence[float],
    unit: str,
    status: str,
    unit_one: str = "",
    modes: Modes = (),
    sole: float = 1.0,
    within: tuple[float, float] = (0.95, 0.95),
) -> str:
    """Say a distribution: its median, and its 90 % range.  ``quantiles`` are the 5, 25, 50, 75 and 95 % points.

    Of a number that falls into several ranges, each is said with its share; of more than three, the likeliest three.  ``unit_one`` is the
    singular of its unit where that is known, ``sole`` the chance of the median where the points are the same, ``within`` those that the
    number is at least the 5 % point and at most the 95 % point, which for a few values are more than 95 %.
    """
    low, middle, high = interval_texts(quantiles=quantiles, errors=errors, unit=unit)
    counted, measured = unit_tails(unit, middle, unit_one)
    if status in RECORDED:
        return f"Settled by the record: {amount_text(middle, unit, unit_one)}{measured}."
    if modes:
        likeliest = sorted(range(len(modes)), key=lambda place: -modes[place][0])[:MOST_RANGES]
        ranges = [_mode_words(*modes[place], unit, unit_one) for place in sorted(likeliest)]
        if len(modes) > MOST_RANGES:
            others = percent(1 - sum(modes[place][0] for place in likeliest))
            return f"It falls into {_count_word(len(modes))} ranges: {', '.join(ranges)} or another (chance {others}){measured}."
        return f"Either {', '.join(ranges[:-1])} or {ranges[-1]}{measured}."
    if low == high:
        return f"{'Almost certainly' if sole >= ALMOST else 'Very probably'} {amount_text(middle, unit, unit_one)}{measured}."
    if low == middle:
        least = amount_text(middle, unit, unit_one)
        most = high if least != "none" else amount_text(high, unit, unit_one)
        return f"Most likely {least}; {percent(within[1])} likely to be at most {most}{measured}."
    if middle == high:
        return f"Most likely {middle}{counted}; {percent(within[0])} likely to be at least {low}{measured}."
    if is_ratio(unit) and (times := times_text(quantiles[2])):
        return f"{capitalise(times)}: {middle}{measured}; 90 % range {ends_text(low, high)}."
    return f"About {middle}{counted}{measured}; 90 % range {ends_text(low, high)}."


def chance_of_middle(value: DistributionValue) -> float:
    """Return the chance of a number's median, as far as the JSON of its answer says it: of a few values each has one."""
    if "pmf" in value:
        pairs = zip(value["pmf"]["x"], value["pmf"]["y"], strict=True)
        return min(pairs, key=lambda pair: abs(pair[0] - value["quantiles"][2]))[1]
    return 1.0 if value.get("sd", 0.0) == 0 else 0.0


def chances_within(value: DistributionValue) -> tuple[float, float]:
    """Return the chances that a number is at least its 5 % point and at most its 95 % point, of whole numbers as the JSON of its answer has them."""
    low, high = value["quantiles"][0], value["quantiles"][-1]
    shape = value.get("shape")
    chances = value.get("pmf") or (shape if shape is not None and shape["discrete"] and not value.get("trimmed") else None)
    if chances is None:
        return 0.95, 0.95
    pairs = list(zip(chances["x"], chances["y"], strict=True))
    return 1 - sum(chance for x, chance in pairs if x < low), sum(chance for x, chance in pairs if x <= high)


def _mode_words(share: float, points: Sequence[float], unit: str, unit_one: str) -> str:
    low, middle, high = _mode_points(points, unit)
    range_of = "" if low == high else f"{low} to {high}, "
    return f"{'' if low == high else 'about '}{middle}{unit_tails(unit, middle, unit_one)[0]} ({range_of}chance {percent(share)})"


def _mode_points(points: Sequence[float], unit: str) -> tuple[str, ...]:
    error = (points[2] - points[0]) / 200  # finer than a range is wide
    low, median, high = points
    shown = 0.0 if low < 0 < high and abs(median) <= BOUND_STANDARD_ERRORS * error else median
    return distinct_texts((low, shown, high), unit, errors=[error] * len(points))


def date_sentence(*, quantiles: Sequence[str | None], not_by_then: float, error: float, by: str, status: str) -> str:
    """Say a date: when it is as likely as not to have happened, and how likely not by the deadline."""
    if status == "happened":
        earliest, median, latest = quantiles[0], quantiles[2], quantiles[4]
        if earliest and median and latest and earliest != latest:
            days_between = day_range(date.fromisoformat(earliest), date.fromisoformat(latest))
            return f"It has happened, as likely as not by {day(median)}; 90 % range {days_between}."
        return f"It has happened, by {day(median)}." if median else "It has happened."
    if status in RECORDED:
        return settled_sentence(status)
    missed = percent(not_by_then, error=error)
    if quantiles[2] is not None:
        return f"As likely as not by {month(quantiles[2])}; the chance that it has not happened by {day(by)} is {missed}."
    first = next(((chance, day) for chance, day in zip(("5 %", "25 %"), quantiles[:2], strict=True) if day), None)
    if first is None:
        return f"Probably not by {day(by)} ({missed})."
    return f"Probably not by {day(by)} ({missed}); a {first[0]} chance that it happens by {month(first[1])}."


def shares_sentence(*, values: Mapping[str, float], errors: Mapping[str, float], none: float, none_error: float = 0.0) -> str:
    """Say the shares of choices, the likeliest first (the first in the file where two are equal)."""
    parts = [(value, f"{label.replace('_', ' ')} ({percent(value, error=errors[label])})") for label, value in values.items()]
    if none > LEAST_NONE:
        parts.append((none, f"{NONE} ({percent(none, error=none_error)})"))
    phrases = [part for _, part in sorted(parts, key=lambda pair: -pair[0])]
    return f"Most likely {phrases[0]}, then {join_words(phrases[1:])}." if len(phrases) > 1 else f"{capitalise(phrases[0])}."


def headline(kind: AnswerKind, value: AnswerValue | None, *, unit: str, status: str) -> str:
    """The answer as short as it can be said: ``12 %``, ``3``, ``June 2027``, ``fear``; ``void`` or ``no answer`` where there is none.  ``value`` is as in the JSON."""
    if value is None:
        return "void" if status == "void" else "no answer"
    if status == "annulled":
        return status
    if status == "can no longer happen" or (status == "happened" and kind != "date"):
        return "Yes" if status == "happened" else "No"
    if is_probability(value, kind):
        return percent(value["value"], error=value["error"])
    if is_distribution(value, kind):
        return _number_figure(value, unit)
    if is_date(value, kind):
        return month(value["quantiles"][2]) if value["quantiles"][2] else "later"
    assert is_shares(value, kind)
    return likeliest_choice(value)[1]


def _number_figure(value: DistributionValue, unit: str) -> str:
    """The middle of a number, or of each range that it falls into."""
    modes = value.get("modes", ())
    if not modes:
        return interval_texts(quantiles=value["quantiles"], errors=value["errors"], unit=unit)[1]
    if len(modes) > 2 * MOST_RANGES:
        return f"one of {_count_word(len(modes))} ranges"
    *first, last = [_mode_points(mode["quantiles"], unit)[1] for mode in modes]
    return f"{', '.join(first)} or {last}"


def likeliest_choice(value: SharesValue) -> tuple[str, str]:
    """Return the likeliest of choices, which may be none of them, and its chance as a percent; ``value`` is as in the JSON."""
    none = value.get("none", 0.0)
    top = max(value["shares"], key=itemgetter("value"))
    if none > max(top["value"], LEAST_NONE):
        return NONE, percent(none, error=value.get("none_error", 0.0))
    return top["label"].replace("_", " "), percent(top["value"], error=top["error"])


def _count_word(count: int) -> str:
    return SMALL[count] if count < len(SMALL) else f"{count:,}"
