"""Manifold's markets and bets, as its public API gives them in JSON, as rows of a record.

A market becomes a question; of one with several answers each answer is a question of its own, ``MARKET-ANSWER``.  What the market
gave after each bet (``probAfter``) is a forecast of the market ``manifold``.  Bets say nothing of what a person believes: a bet moves a price
as far as its amount does, and a limit order is a price at which to trade.  So no forecasts of persons are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.tables import RowCells
from forecast.forecasts.values import ValueFault, forecast_value_text
from forecast.importers.choices import ImportChoices
from forecast.importers.forecasters import Forecaster
from forecast.importers.gathering import Gathered, GatheredForecast, gathered_record, question_with, resolution_with
from forecast.importers.imported import ImportedRecord
from forecast.importers.json_file import objects_of, read_json
from forecast.importers.visible_text import LONGEST_TEXT, visible_line

MARKET = Forecaster("manifold", "market")
_WORDS = {"YES": "yes", "NO": "no", "CANCEL": "annulled"}


@dataclass(slots=True)
class _Read:
    markets: list[Mapping[str, object]] = field(default_factory=list)
    bets: list[Mapping[str, object]] = field(default_factory=list)


def read_manifold(files: Sequence[Path], record: ForecastRecord, choices: ImportChoices) -> ImportedRecord:
    """Return what files of markets and of bets hold for a record.

    Raises ``FileFault`` for another file, and where bets do not name their market and it is not known from elsewhere.
    """
    gathered = Gathered(", ".join(path.name for path in files), has_lines=False)
    read = _Read()
    for path in files:
        _sort(read_json(path), path.name, read)
    for market in read.markets:
        try:
            _add_market(gathered, market)
        except ValueFault as fault:
            gathered.leave(1, f"market {_text(market.get('id'))}: {fault.message}", fault.hint)
    dropped = _add_bets(gathered, read, record, choices.market)
    notes = [f"Left out {dropped:,} redemptions and cancelled bets, which are no prices."] if dropped else []
    return gathered_record(gathered, record, ImportChoices(), notes=notes)


def _sort(read: object, path: str, into: _Read) -> None:
    """Put the objects of a file among markets or bets."""
    objects = objects_of(read if isinstance(read, list) else [read])
    for number, its in enumerate(objects or (), 1):
        if "outcomeType" in its and "question" in its:
            into.markets.append(its)
        elif "probAfter" in its:
            into.bets.append(its)
        else:
            raise FileFault(Problem(Place(path), f"object {number} of this file is neither a market nor a bet of Manifold"))
    if objects is None:
        raise FileFault(
            Problem(Place(path), "this file holds neither markets nor bets of Manifold", "save what /v0/market/ID or /v0/bets gives")
        )


def _add_market(gathered: Gathered, its: Mapping[str, object]) -> None:
    name, kind, mechanism = _text(its.get("id")), its.get("outcomeType"), its.get("mechanism")
    if not name:
        raise ValueFault("it has no id")
    if (kind, mechanism) == ("BINARY", "cpmm-1"):
        cells = {"id": name, "text": _text(its.get("question")), "url": visible_line(_text(its.get("url")))}
        outcome = _outcome(its.get("resolution"), its.get("resolutionProbability"))
        _add_question(gathered, its, cells, outcome)
    elif (kind, mechanism) == ("MULTIPLE_CHOICE", "cpmm-multi-1"):
        _add_answers(gathered, its, name)
    else:
        raise ValueFault(f"a market of type {_text(kind)} with mechanism {_text(mechanism)} cannot be read")


def _add_answers(gathered: Gathered, its: Mapping[str, object], name: str) -> None:
    answers = objects_of(its.get("answers"))
    if not answers:
        raise ValueFault("its answers are not in this file", f"lists do not have them: save /v0/market/{name}")
    known = {_text(answer.get("id")) for answer in answers}
    for answer in answers:
        key = _text(answer.get("id"))
        text = f"{_text(its.get('question'))} ({_text(answer.get('text'))})"
        cells = {"id": f"{name}-{key}", "text": text, "url": visible_line(_text(its.get("url")))}
        if its.get("shouldAnswersSumToOne") is False:
            outcome = _outcome(answer.get("resolution"), answer.get("resolutionProbability"))
        else:
            outcome = _outcome_among(its, key, known)
        try:
            _add_question(
                gathered, {**its, **({"resolutionTime": answer["resolutionTime"]} if "resolutionTime" in answer else {})}, cells, outcome
            )
        except ValueFault as fault:
            gathered.leave(1, f"market {name}, answer {key}: {fault.message}", fault.hint)


def _outcome_among(its: Mapping[str, object], key: str, known: set[str]) -> tuple[str, str] | None:
    """How one of several answers that sum to one ended: the answer that was chosen, shares of several, or cancelled."""
    resolution = its.get("resolution")
    if resolution in {None, "CANCEL"}:
        return _outcome(resolution, None)
    if resolution in known:
        return ("yes" if resolution == key else "no"), ""
    shares = its.get("resolutions")
    if resolution in {"MKT", "CHOOSE_MULTIPLE"} and isinstance(shares, Mapping) and shares:
        numbers = {answer: share for answer, share in shares.items() if isinstance(share, (int, float)) and share >= 0}
        total = sum(numbers.values())
        if len(numbers) == len(shares) and total > 0:
            return _fraction(numbers.get(key, 0) / total)
    raise ValueFault(f"its resolution `{_text(resolution)}` cannot be read")


def _outcome(resolution: object, probability: object) -> tuple[str, str] | None:
    """Our word for a resolution and its value; None where there is none."""
    if resolution is None:
        return None
    if isinstance(resolution, str) and resolution in _WORDS:
        return _WORDS[resolution], ""
    if resolution == "MKT" and isinstance(probability, (int, float)):
        return _fraction(probability)
    raise ValueFault(f"its resolution `{_text(resolution)}` cannot be read")


def _fraction(share: float) -> tuple[str, str]:
    if share in {0, 1}:
        return ("yes" if share else "no"), ""
    return "fraction", forecast_value_text("probability", float(share))


def _add_question(gathered: Gathered, its: Mapping[str, object], cells: dict[str, str], outcome: tuple[str, str] | None) -> None:
    if (name := cells["id"]) in gathered.questions:
        raise ValueFault("it stands in these files already")
    closes, resolved = _moment(its.get("closeTime")), _moment(its.get("resolutionTime"))
    resolution: RowCells | None = None
    if outcome is not None:
        if resolved is None:
            raise ValueFault("it has a resolution, and no time of it")
        resolution = resolution_with(name, *outcome, resolved)
    ends = [moment for moment in (closes, resolved) if moment is not None]
    moments = {
        "opens": _moment(its.get("createdTime")),
        "scheduled_close": closes,
        "actual_close": min(ends) if outcome is not None else None,
    }
    gathered.questions[name] = question_with(1, "binary", cells, moments, resolution)


def _add_bets(gathered: Gathered, read: _Read, record: ForecastRecord, named: str) -> int:
    """Add what the market gave after each bet, oldest first; return how many bets are no prices."""
    seen: set[str] = set()
    dropped = 0
    only = _text(read.markets[0].get("id")) if len(read.markets) == 1 else ""
    for bet in _oldest_first(gathered, read.bets):
        market = _text(bet.get("contractId")) or named or only
        if not market:
            hint = "give the file of their market beside it, or say which it is with --market ID"
            raise FileFault(Problem(Place(gathered.path), "these bets do not name their market", hint))
        key = _text(bet.get("id"))
        if bet.get("isRedemption") is True or bet.get("isCancelled") is True:
            dropped += 1
            continue
        if key and key in seen:
            continue  # pages overlap
        seen.add(key)
        question = f"{market}-{_text(bet.get('answerId'))}" if bet.get("answerId") else market
        price = bet.get("probAfter")
        if question not in gathered.questions and question not in record.questions:
            gathered.leave(1, f"bet {key}: its market {question} is neither in these files nor on record")
        elif isinstance(price, bool) or not isinstance(price, (int, float)) or not 0 <= price <= 1:
            gathered.leave(1, f"bet {key}: `{_text(price)}` is no probability")
        else:
            moment = _moment(bet["createdTime"])
            assert moment is not None
            gathered.add(
                GatheredForecast(
                    len(gathered.said), question, MARKET, moment, "probability", forecast_value_text("probability", float(price))
                )
            )
    return dropped


def _oldest_first(gathered: Gathered, bets: Sequence[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    """Bets in the order of time; the API gives the newest first, so of one time the later in the file came first."""
    timed: list[tuple[datetime, int, Mapping[str, object]]] = []
    for number, bet in enumerate(bets):
        try:
            moment = _moment(bet.get("createdTime"))
        except ValueFault:
            moment = None
        if moment is None:
            gathered.leave(1, f"bet {_text(bet.get('id'))}: it has no time")
        else:
            timed.append((moment, -number, bet))
    for _, _, bet in sorted(timed, key=itemgetter(0, 1)):
        yield bet


def _moment(milliseconds: object) -> datetime | None:
    if milliseconds is None:
        return None
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, (int, float)) or not 0 <= milliseconds < 3e13:
        raise ValueFault(f"`{_text(milliseconds)}` is no time in milliseconds")
    seconds, rest = divmod(int(milliseconds), 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def _text(value: object) -> str:
    """A text or a number as a book can hold it, on one line."""
    return "" if value is None or isinstance(value, (list, dict)) else visible_line(str(value)[:LONGEST_TEXT])
