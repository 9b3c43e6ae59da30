"""A small topic with every kind of question, concluded by the fast engine, as the reports' fixture."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from forecast.book.event_phrases import EventPhrases
from forecast.book.topic import Row
from forecast.content.topic import topic_content
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic

AS_OF = date(2026, 10, 12)
END = date(2027, 12, 31)
RUN = {
    "command": "forecast update route --as-of 2026-10-12 --seed 1",
    "seed": 1,
    "versions": {"forecast": "0.1.0", "numpy": "2.5.0"},
    "hashes": {"numbers": "3f786850e387550f", "words": "89e6c98d92887913", "refereed": "5ba93c9db0cff93f"},
}
ADDRESS = "https://www.example.org/news/2025/01/11/two-soldiers-taken-alive-and-brought-to-kyiv"
ABOUT = {
    "captures": ("North Korean soldiers taken alive by Ukraine", "soldiers"),
    "wishes": ("captives who, asked where they want to live, named the South", "captives"),
    "transfers": ("occasions on which captives were sent to South Korea", "transfers"),
}
ASKS = {
    "second_transfer": "Will Ukraine send another captured North Korean soldier to South Korea by the end of 2027?",
    "first_transfer": "Did Ukraine send a captured North Korean soldier to South Korea by the end of 2026?",
    "transfer_soon": "Will Ukraine send another captured North Korean soldier to South Korea by the end of 2026?",
    "captives": "How many North Korean soldiers will Ukraine have taken alive by the end of 2027?",
    "when_next": "When will the next soldier be taken alive?",
    "if_many": "If ten or more are taken, will another transfer follow?",
    "what_keeps_them": "What keeps them from surrendering?",
    "would_go_home": "What share of the next captives would rather go home?",
}


def sample_topic(*, text: str = "") -> Any:
    """The topic; ``text`` is put into everything a person may write freely."""
    row = {"source": ADDRESS, "grade": "A", "note": text or "Announced on the 11th; the day is known to within four days."}
    quiet = {"source": "Digest of 12 October 2026", "grade": "B", "value": 0}
    topic = make_topic(
        name="route",
        opens=date(2024, 10, 18),
        priors={
            "capture_rate": {"prior": "LogNormal(p5=0.01, p95=2)", "unit": "captures per 1,000 soldier-months in contact",
                             "why": text or "Kyiv claimed 0.09 captures per Russian killed at Kursk; orders here forbid capture, so far lower, and very unsure."},
            "burstiness": {"prior": "LogNormal(median=1, factor=3)", "unit": "captures", "why": "Captures come in groups, as groups are overrun."},
            "prefers_south": {"prior": "Beta(mean=0.5, strength=2)", "why": "No captive had been asked."},
            "transfer_rate": {"prior": "LogNormal(p5=0.005, p95=0.3)", "unit": "transfers a month", "why": "Exchanges take months to years."},
            "reason": {"prior": "Categorical(indoctrination=0.4, fear=0.35, opportunity=0.25)", "unit": "", "why": "The essay names all three."},
            "refuses": {"prior": "Beta(mean=0.3, strength=4)", "per": "conflict", "why": "Wars differ, but not without limit."},
        },
        series={"in_contact": {"points": [(date(2024, 10, 18), 500.0), (date(2025, 1, 1), 6000.0), (date(2025, 5, 1), 800.0)]}},
        streams={
            "captures": {"value": "NegativeBinomial(mu=capture_rate * in_contact / 1000 * months, alpha=burstiness)", "watched": True},
            "wishes": "Binomial(n=asked, p=prefers_south)",
            "transfers": {"value": "Poisson(mu=transfer_rate * months)", "watched": True},
            "refusals": "Binomial(n=held, p=refuses[conflict])",
        },
        rows={
            "captures": [
                row | {"from": date(2024, 12, 26), "to": date(2024, 12, 26), "value": 1},
                row | {"from": date(2025, 1, 9), "to": date(2025, 1, 9), "value": 2, "known": date(2025, 1, 11)},
                quiet | {"from": date(2025, 1, 10), "to": date(2026, 8, 31)},
            ],
            "wishes": [row | {"on": date(2025, 2, 19), "value": 1, "asked": 2.0}],
            "transfers": [
                quiet | {"from": date(2024, 10, 18), "to": date(2026, 9, 10)},
                row | {"from": date(2026, 9, 11), "to": date(2026, 9, 20), "value": 1, "known": date(2026, 9, 23)},
            ],
            "refusals": [
                row | {"on": date(2024, 10, 19), "value": 31, "held": 100.0, "conflict": "korea_north"},
                row | {"on": date(2024, 10, 20), "value": 12, "held": 100.0, "conflict": "iran_iraq"},
                row | {"on": date(2024, 10, 21), "value": 8, "held": 100.0, "conflict": "soviet_1945"},
            ],
        },
        questions={
            "transfer_soon": {"answer": "total(transfers) >= 2", "by": date(2026, 12, 31)},
            "second_transfer": {"answer": "total(transfers) >= 2", "by": END},
            "captives": {"answer": "total(captures)", "by": END},
            "when_next": {"answer": "first(total(captures) >= 4)", "by": END},
            "if_many": {"answer": "total(transfers) >= 2", "given": "total(captures) >= 10", "by": END},
            "what_keeps_them": {"answer": "reason"},
            "would_go_home": {"answer": "prefers_south"},
            "first_transfer": {"answer": "total(transfers) >= 1", "by": date(2026, 12, 31)},
        },
    )  # fmt: skip
    return replace(
        topic,
        title=text or "From the front to Seoul",
        origin="essay.md#a-golden-opportunity",
        streams={
            name: replace(
                stream,
                about=text or ABOUT.get(name, (stream.about, ""))[0],
                unit=ABOUT.get(name, ("", ""))[1],
                phrases=EventPhrases(unit_one=ABOUT[name][1].removesuffix("s")) if name == "captures" else stream.phrases,
                rows=tuple(sourced(row) for row in stream.rows),
                label_columns=tuple(column for column in stream.label_columns if column not in {"source", "grade", "note"}),
            )
            for name, stream in topic.streams.items()
        },
        questions={
            name: replace(
                question, asks=text or ASKS[name], settled=text or "Yes when the government, or two independent agencies, report it."
            )
            for name, question in topic.questions.items()
        },
    )


def sourced(row: Row) -> Row:
    """A row with its source, grade and note where a row has them, out of its other columns."""
    rest = {name: value for name, value in row.columns.items() if name not in {"source", "grade", "note"}}
    source, grade, note = (row.columns.get(name, "") for name in ("source", "grade", "note"))
    return replace(row, source=source, grade=grade or None, note=note, columns=rest)


def sample_content(*, text: str = "") -> dict[str, Any]:
    """The content of the topic as of 12 October 2026: a copy, which a test may change."""
    return copy.deepcopy(_computed(text))


@cache
def _computed(text: str) -> dict[str, Any]:
    return computed_content(text=text)


def computed_content(*, text: str = "") -> dict[str, Any]:
    """The content of the topic, computed again."""
    topic = sample_topic(text=text)
    found = analyse(topic, AS_OF, Settings(draws=4096), referee=False)
    return topic_content(
        topic=topic,
        posterior=found.result.posterior,
        prior=found.prior,
        paths=found.result.paths,
        answers=found.result.answers,
        verdict=None,
        run=RUN,
    )
