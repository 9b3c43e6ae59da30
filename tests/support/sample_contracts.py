"""Invented contracts for the sample report: one with bid and ask, one-sided books and trades, and one that is not compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecast.schema.topic import digest_of


def with_contracts(content: Mapping[str, Any], *, text: str = "") -> dict[str, Any]:
    """Return a content with two contracts beside its first probability; ``text`` for every text."""
    answer = next(its for its in content["answers"] if its["kind"] == "probability")
    compared = _contract("offered", answer["name"], text)
    other = {
        **_contract("only-drawn", answer["name"], text),
        "offer": None,
        "verdict": None,
        "purchase": None,
        "fair": None,
        "moved": None,
        "no_comparison": text or "no quote of it is an offer",
        "no_belief": text or "nothing is offered",
        "history": {**_history(), "quotes": [_quote(f"2026-09-{day:02}", drawn=0.3 + day / 100) for day in range(1, 29)]},
    }
    other.pop("belief")
    whole = {**content, "contracts": [compared, other]}
    return {**whole, "digest": digest_of(whole)}


def _contract(name: str, question: str, text: str) -> dict[str, Any]:
    return {
        "name": name,
        "question": text or question,
        "venue": text or "kalshi",
        "id": text or "INVENTED",
        "address": text or "https://example.org/invented",
        "side": "yes",
        "currency": "USD",
        "deadline": "2027-12-31T23:59:00-05:00",
        "days": 400,
        "settlement_source": text or "a ministry",
        "deviations": [
            {"name": name, "mean": mean, "low": mean, "high": mean, "statement": text or f"{mean}", "why": text or "A guess."}
            for name, mean in (("yes_if_yes", 0.95), ("yes_if_no", 0.02), ("void", 0.01))
        ],
        "terms": [
            {"term": "deadline_zone", "status": "different", "note": text or "another zone"},
            {"term": "source", "status": "unknown", "note": ""},
        ],
        "answer": {"value": 0.3, "low": 0.1, "high": 0.5},
        "fair": {"value": 0.28, "low": 0.09, "high": 0.48},
        "offer": {"at": "2026-10-10T12:00:00Z", "bid": 0.34, "ask": 0.36, "days_old": 2},
        "no_comparison": "",
        "no_fees": text or "the fees of 2026-10-10 are not known",
        "verdict": "within our doubt",
        "purchase": {"side": "no", "price": 0.66, "fee": 0.0, "gain": 0.06, "gain_at_end": -0.14, "gain_a_year": 0.08},
        "moved": "2026-10-09T12:00:00Z",
        "rows_since": [{"stream": text or "a stream", "known": "2026-10-11", "says": text or "3", "source": text or "somebody"}],
        "more_rows": 2,
        "history": _history(),
        "belief": {
            "price": 0.34,
            "chance": 0.36,
            "status": "found",
            "divergence": 0.1,
            "divergence_error": 0.001,
            "effective": 5_000.0,
            "reach": None,
            "moved": [
                {"name": "rate", "label": text, "category": "", "unit": "a year", "before": [1.0, 2.0, 3.0], "after": [1.5, 2.5, 3.5]},
                {"name": "phase", "label": "", "category": text or "open", "unit": "share", "before": [0.5], "after": [0.6]},
            ],
            "more_moved": 1,
            "priors": [
                {
                    "name": "rate",
                    "label": text,
                    "unit": "a year",
                    "status": "found",
                    "median": 2.0,
                    "new_median": 2.4,
                    "statement": text or "Gamma(p5=1, p95=4)",
                    "reach": [0.1, 0.6],
                    "medians": [0.5, 4.0],
                },
                {
                    "name": "other",
                    "label": "",
                    "unit": "share",
                    "status": "not resolved",
                    "median": 0.2,
                    "new_median": None,
                    "statement": "",
                    "reach": [0.29, 0.31],
                    "medians": [0.1, 0.4],
                },
            ],
            "priors_left_out": 3,
        },
        "own_sources": [text or "stream a stream"],
    }


def _history() -> dict[str, Any]:
    quotes = [_quote(f"2026-08-{day:02}", bid=0.3 + day / 200, ask=0.33 + day / 200) for day in range(1, 29)]
    quotes += [
        _quote("2026-09-01", bid=0.4),
        _quote("2026-09-02", ask=0.5),
        _quote("2026-09-03", drawn=0.45),
        _quote("2026-09-05", drawn=0.44),
    ]
    quotes += [_quote(f"2026-10-{day:02}", bid=0.34, ask=0.36) for day in range(1, 11)]
    answers = [
        {"day": "2026-08-05", "value": 0.25, "low": 0.1, "high": 0.5},
        {"day": "2026-09-20", "value": 0.3, "low": 0.12, "high": 0.55},
        {"day": "2026-10-12", "value": 0.28, "low": 0.09, "high": 0.48},
    ]
    return {"quotes": quotes, "more": 0, "answers": answers, "compared": 40, "below": 20, "within": 15, "above": 5}


def _quote(day: str, *, bid: float | None = None, ask: float | None = None, drawn: float | None = None) -> dict[str, Any]:
    return {"at": f"{day}T12:00:00Z", "bid": bid, "ask": ask, "drawn": drawn}
