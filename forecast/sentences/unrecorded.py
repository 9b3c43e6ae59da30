"""How much time lies between the record and the day that a report is as of, and how its days without rows are treated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forecast.schema import words
from forecast.schema.topic import StreamContent

TREATED_AS_UNKNOWN = "treated as unknown, not as uneventful"  # days without a row of a stream whose future is simulated


def unrecorded_sentence(streams: Sequence[StreamContent], as_of: date) -> str:
    """Say up to when the record reaches, and what is made of the time since; empty where the topic has no streams.

    Streams are not named: how far each one's record reaches stands beside its rows.
    """
    streams = [stream for stream in streams if not stream.get("latent", False)]
    if not streams:
        return ""
    late = [stream for stream in streams if stream["unrecorded_days"] > 0]
    drawn = [stream for stream in late if stream["fan"] is not None]
    sentences = []
    if not late:
        reached = any(stream["rows"] for stream in streams)
        sentences.append(f"{'The record reaches' if reached else 'Nothing is recorded up to'} the as-of day, {words.day(as_of)}.")
    if drawn:
        sentences.append(_drawn_sentence(drawn, as_of, is_part=len(drawn) < len(streams)))
    still = [stream for stream in late if stream["fan"] is None and stream["total"] is not None]
    if still:
        where = "" if len(still) == len(streams) else " for part of the record"
        sentences.append(f"No future is simulated{where}: what is recorded stands.")
    apart = [stream for stream in late if stream["total"] is None]
    if apart:
        what = "The record is made of single findings" if len(apart) == len(streams) else "Some of the record is single findings"
        sentences.append(f"{what}, which are not added up over time.")
    return " ".join(sentences)


def _drawn_sentence(drawn: Sequence[StreamContent], as_of: date, *, is_part: bool) -> str:
    """Till when streams with a simulated future are recorded, which may be some of those that are counted over time."""
    begun = [stream for stream in drawn if stream["rows"]]
    if not begun:
        nothing = "Part of the record has no rows yet" if is_part else "Nothing is recorded yet"
        return f"{nothing}; {_treated_days(drawn[0]['unrecorded_days'], f'up to {words.day(as_of)}')}."
    ends = sorted({stream["through"] for stream in begun})
    record = "Part of the record" if is_part else "The record"
    if len(ends) > 1:
        return (
            f"{record} ends on different days, from {words.day(ends[0])} to {words.day(ends[-1])}; the time since is {TREATED_AS_UNKNOWN}."
        )
    return f"{record} ends on {words.day(ends[0])}; {_treated_days(begun[0]['unrecorded_days'], 'since')}."


def _treated_days(count: int, when: str) -> str:
    return f"the day {when} is {TREATED_AS_UNKNOWN}" if count == 1 else f"the {words.days(count)} {when} are {TREATED_AS_UNKNOWN}"
