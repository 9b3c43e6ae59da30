"""A picture of a contract: bid and ask over time, and beside them the fair price that our answers made, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from forecast.report.drawing import (
    ACCENT,
    MUTED,
    PICTURE_WIDTH,
    SECOND,
    Chart,
    MarkRow,
    Scale,
    Sketch,
    day_number,
    label_ticks,
    line_mark,
    text_width,
    ticks,
    time_ticks,
    vega_mark,
)
from forecast.schema.market import AnswerPoint, ContractContent, QuotePoint
from forecast.sentences.market import offer_text, price_text, worth_text

_BOTTOM = 150
_LABELS = 104  # pixels at the right, for words
_LONGEST_GAP = 14.0  # days without a quote after which the band of bid and ask is broken


def contract_chart(contract: ContractContent, *, as_of: str) -> Chart | None:
    """Return the quotes and our fair prices over time; None where nothing was quoted before the day of the report."""
    quotes, answers = contract["history"]["quotes"], contract["history"]["answers"]
    days = [*(its["at"][:10] for its in quotes), *(its["day"] for its in answers)]
    first = min(days, default=as_of)
    if not quotes or first >= as_of:
        return None
    begin, low, high = day_number(first), *_span(quotes, answers)
    shown = label_ticks(ticks(low, high, count=5), "")
    left = max(text_width(label, size=11) for _, label in shown) + 10
    sketch = Sketch(180)
    x, y = Scale(0, day_number(as_of) + 1 - begin, left, PICTURE_WIDTH - _LABELS), Scale(low, high, _BOTTOM, 14)
    sketch.up(y, shown, left=left, right=x.end)
    sketch.across(x, [(day - begin, label) for day, label in time_ticks(first, as_of)], y=_BOTTOM)
    sketch.add(
        _answer_steps(answers, begin, x.high),
        vega_mark("area", color=ACCENT, opacity=0.16),
        x=x.of("day"),
        y=y.of("low"),
        y2={"field": "high"},
    )
    for run in _offer_runs(quotes, begin):
        sketch.add(run, vega_mark("area", color=SECOND, opacity=0.3), x=x.of("day"), y=y.of("bid"), y2={"field": "ask"})
        for side in ("bid", "ask"):
            sketch.add(run, line_mark(SECOND, strokeWidth=1), x=x.of("day"), y=y.of(side))
    for side in ("bid", "ask"):
        sketch.add(
            _one_sided(quotes, side, begin), vega_mark("point", filled=True, size=12, color=SECOND, opacity=1), x=x.of("day"), y=y.of(side)
        )
    drawn = [{"day": _days(its["at"], begin), "price": its["drawn"]} for its in quotes if its["drawn"] is not None]
    sketch.add(drawn, line_mark(MUTED, dash=(2, 3), strokeWidth=1.5), x=x.of("day"), y=y.of("price"))
    steps = _answer_steps(answers, begin, x.high)
    sketch.add(steps, line_mark(ACCENT), x=x.of("day"), y=y.of("value"))
    _write_labels(sketch, contract, x, y)
    return sketch.make_chart(chart_of_contract(contract), _alt_text(contract))


def chart_of_contract(contract: ContractContent) -> str:
    """Return the name of a contract's picture."""
    return f"market-{contract['name']}"


def _span(quotes: Sequence[QuotePoint], answers: Sequence[AnswerPoint]) -> tuple[float, float]:
    """The prices that are drawn, with some room, within 0 and 1."""
    prices = [price for its in quotes for price in (its["bid"], its["ask"], its["drawn"]) if price is not None]
    prices += [end for its in answers for end in (its["low"], its["high"])]
    low, high = min(prices, default=0.0), max(prices, default=1.0)
    room = 0.05 * max(high - low, 0.1)
    return max(low - room, 0.0), min(high + room, 1.0)


def _answer_steps(answers: Sequence[AnswerPoint], begin: int, end: float) -> list[MarkRow]:
    """The corners of our fair price and its interval: each holds until the next, and the last to the end."""
    steps: list[MarkRow] = []
    for place, its in enumerate(answers):
        until = day_number(answers[place + 1]["day"]) - begin if place + 1 < len(answers) else end
        ends = {"value": its["value"], "low": its["low"], "high": its["high"]}
        steps += [{"day": float(day_number(its["day"]) - begin), **ends}, {"day": float(until), **ends}]
    return steps


def _offer_runs(quotes: Sequence[QuotePoint], begin: int) -> list[list[MarkRow]]:
    """Bid and ask where both are offered, a new run after some days without."""
    runs: list[list[MarkRow]] = []
    for its in quotes:
        if its["bid"] is None or its["ask"] is None:
            continue
        day = _days(its["at"], begin)
        if not runs or day - runs[-1][-1]["day"] > _LONGEST_GAP:
            runs.append([])
        runs[-1].append({"day": day, "bid": its["bid"], "ask": its["ask"]})
    return runs


def _one_sided(quotes: Sequence[QuotePoint], side: str, begin: int) -> list[MarkRow]:
    """The offers of one side where the other is empty."""
    found: list[MarkRow] = []
    for its in quotes:
        here, other = (its["bid"], its["ask"]) if side == "bid" else (its["ask"], its["bid"])
        if here is not None and other is None:
            found.append({"day": _days(its["at"], begin), side: here})
    return found


def _write_labels(sketch: Sketch, contract: ContractContent, x: Scale, y: Scale) -> None:
    """What each line is, at its end, none over another."""
    labels: list[tuple[float, str, str]] = []
    answers, quotes = contract["history"]["answers"], contract["history"]["quotes"]
    if answers:
        labels.append((answers[-1]["value"], f"{price_text(answers[-1]['value'])} fair", ACCENT))
    offer = contract["offer"]
    if offer is not None:
        labels += [
            (price, f"{price_text(price)} {name}", SECOND)
            for name, price in (("bid", offer["bid"]), ("ask", offer["ask"]))
            if price is not None
        ]
    drawn = [its["drawn"] for its in quotes if its["drawn"] is not None]
    if drawn:
        labels.append((drawn[-1], f"{price_text(drawn[-1])} no offer", MUTED))
    lowest = 0.0
    for price, text, colour in sorted(labels, reverse=True):
        lowest = max(y.at(price) + 4, lowest + 13)
        sketch.write(x.end + 6, lowest, text, colour=colour, size=11)


def _alt_text(contract: ContractContent) -> str:
    fair = "" if contract["fair"] is None else f"; our fair price is {worth_text(contract, contract['fair'])}"
    offered = offer_text(contract) or "nothing is offered that could be compared"
    return f"Prices of YES of {contract['name']} over time: {offered}{fair}."


def _days(at: str, begin: int) -> float:
    """How many days a moment lies after the beginning of a day."""
    moment = datetime.fromisoformat(at)
    return moment.toordinal() - begin + (moment.hour * 3600 + moment.minute * 60 + moment.second) / 86_400
