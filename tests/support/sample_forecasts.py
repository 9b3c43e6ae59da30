"""Forecasts on record for the sample report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecast.schema.topic import digest_of


def with_forecasts(content: Mapping[str, Any], *, text: str = "") -> dict[str, Any]:
    """Return a content with forecasts of its first probability, and a question that people alone answer; ``text`` for every text."""
    answer = next(its for its in content["answers"] if its["kind"] == "probability")
    said = [
        _forecast(text or "me", "2026-10-12", 0.3, holds=True),
        _forecast(text or "Ana", "2026-09-03", 0.62, holds=True, later=True),
        {
            **_forecast(text or "all of them", "2026-08-01", 0.0, holds=True),
            "kind": "base rate",
            "source": text or "https://example.org",
        },
        {**_forecast(text or "me", "2026-09-10", 0.55), "ended": "2026-10-12"},
        {**_forecast(text or "me", "2026-07-20", 0.45), "ended": "2026-08-15"},
    ]
    asked = {"type": "binary", "by": answer["by"], "rule": text or "By the record.", "more": 0, "earlier_wordings": 0}
    judged = {"name": "people_only", "asks": text or "What do people think?", "judged": True, "forecasts": said[:1]}
    modelled = {"name": answer["name"], "asks": text or answer["asks"], "judged": False, "forecasts": said}
    resolved = {"resolution": text or "yes (it happened), decided on 2026-10-12"}
    whole = {**content, "on_record": [{**asked, **modelled, "earlier_wordings": 2}, {**asked, **judged, **resolved}]}
    return {**whole, "digest": digest_of(whole)}


def _forecast(who: str, day: str, probability: float, *, holds: bool = False, later: bool = False) -> dict[str, Any]:
    return {
        "who": who,
        "kind": "",
        "day": day,
        "says": f"{100 * probability:.6g} %",
        "holds": holds,
        "entered_later": later,
        "why": "A guess.",
        "source": "",
        "probability": probability,
    }
