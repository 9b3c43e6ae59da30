"""A record that is written in Metaculus's layout and imported again is the same record, to the last digit and microsecond."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.actions.export_record import write_metaculus_zip
from forecast.actions.import_record import import_files
from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place
from forecast.forecasts.question import AskedQuestion
from forecast.forecasts.reading import read_collection
from forecast.forecasts.record import ForecastRecord, RecordSource, standing_forecasts, standing_resolutions
from forecast.forecasts.source_file import source_text
from forecast.forecasts.tables import TABLES
from forecast.forecasts.timelines import timelines
from forecast.forecasts.times import moment_text
from forecast.forecasts.values import Buckets, ForecastValue, forecast_value_text
from forecast.forecasts.writing import whole_file
from forecast.importers.choices import ImportChoices
from forecast.importers.formats import FORMATS

pytestmark = pytest.mark.medium

OPENS = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MICROSECONDS = 40 * 86_400 * 1_000_000
PLACE = Place("")
PEOPLE_THERE = {"me": "person", "person-1": "person", "bot-1": "bot", "recency_weighted": "aggregate", "geometric_mean": "aggregate"}
SHARES = st.floats(0, 1)
LABELS = st.lists(
    st.text("ab \"',[]{}é\\\n🙂#", min_size=1, max_size=8).map(lambda text: text.replace("\n", "").strip()),
    min_size=3,
    max_size=5,
    unique=True,
).filter(all)

type Cells = dict[str, str]


@st.composite
def records(draw: st.DrawFn) -> Mapping[str, list[Cells]]:
    """The rows of a record with a few questions of any type."""
    rows: dict[str, list[Cells]] = {table.file: [] for table in TABLES}
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["binary", "options", "number", "discrete", "date"]))
        _add_question(draw, rows, str(number + 1), kind)
    used = {row["who"] for row in rows["forecasts"]} | {row["who"] for row in rows["scores"]}
    rows["people"] = [
        {"who": who, "kind": kind, "in_crowd": "no" if kind == "aggregate" else "yes"} for who, kind in PEOPLE_THERE.items() if who in used
    ]
    return rows


def moments(draw: st.DrawFn, count: int) -> list[datetime]:
    """Ascending times to the microsecond."""
    offsets = draw(st.lists(st.integers(1, MICROSECONDS), min_size=count, max_size=count, unique=True))
    return [OPENS + timedelta(microseconds=offset) for offset in sorted(offsets)]


def _add_question(draw: st.DrawFn, rows: dict[str, list[Cells]], name: str, kind: str) -> None:
    labels, spans = _options(draw) if kind == "options" else ([], [])
    rows["options"] += [
        {"question": name, "option": label, "from": _text(start), "until": _text(end), "order": str(labels.index(label) + 1)}
        for label, start, end in spans
    ]
    steps = draw(st.integers(1, 20)) if kind == "discrete" else 200
    cells = {
        "id": name,
        "text": f"Question {name}",
        "type": kind,
        "opens": moment_text(OPENS),
        "scheduled_close": "2026-03-01T12:00:00Z",
        "spot": moment_text(moments(draw, 1)[0]),
        "weight": repr(draw(st.floats(0, 2))),
        "includes_bots": draw(st.sampled_from(["", "yes"])),
        **(_scale(draw, kind) if kind in {"number", "discrete", "date"} else {}),
    }
    others = draw(st.lists(st.sampled_from([who for who in PEOPLE_THERE if who != "me"]), max_size=4, unique=True))
    for who in ["me", *others]:  # a file's only person would be taken for "me"
        _add_forecasts(draw, rows["forecasts"], name, who, kind, labels, steps)
    if any(row["question"] == name for row in rows["forecasts"]) and kind in {"number", "discrete", "date"}:
        cells["steps"] = str(steps)
    rows["questions"].append(cells)
    if draw(st.booleans()):
        rows["resolutions"].append({"question": name, **_outcome(draw, kind, labels), "on": moment_text(moments(draw, 1)[0])})
        for who in draw(st.lists(st.sampled_from(["me", "person-1", "recency_weighted"]), unique=True)):
            value = draw(st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-300))
            rows["scores"].append({"question": name, "who": who, "rule": "peer", "score": repr(value), "coverage": repr(draw(SHARES))})


def _options(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, datetime | None, datetime | None]]]:
    """Options, of which one may come later or leave early; the last one is there always, and so is the first."""
    labels = draw(LABELS)
    come, leave = moments(draw, 2)
    late = draw(st.sampled_from([(None, None), (come, None), (None, leave), (come, leave)]))
    return labels, [(label, *(late if at == 1 else (None, None))) for at, label in enumerate(labels)]


def _scale(draw: st.DrawFn, kind: str) -> Cells:
    bounds = {"low_open": draw(st.sampled_from(["yes", "no"])), "high_open": draw(st.sampled_from(["yes", "no"]))}
    if kind == "date":
        low = draw(st.dates(date(2000, 1, 1), date(2030, 1, 1)))
        return {"low": low.isoformat(), "high": (low + timedelta(days=draw(st.integers(3, 5_000)))).isoformat(), **bounds}
    low = draw(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)))
    width = draw(st.floats(0.5, 1e6).map(lambda value: round(value, 3)))
    zero = draw(st.none() | st.floats(0.001, 10)) if kind == "number" else None
    return {"low": repr(low), "high": repr(low + width), **bounds, "zero_point": "" if zero is None else repr(low - zero * width)}


def _add_forecasts(draw: st.DrawFn, rows: list[Cells], name: str, who: str, kind: str, labels: list[str], steps: int) -> None:
    """One person's forecasts of a question; each holds until the next, or was withdrawn before."""
    times = moments(draw, draw(st.integers(1, 4)))
    for at, after in zip(times, [*times[1:], None], strict=True):
        last = after or at + timedelta(days=3)
        gap = draw(st.none() | st.integers(0, (last - at) // timedelta(microseconds=1) - 1))
        form, value = _value(draw, who, kind, labels, steps)
        rows.append(
            {
                "question": name,
                "who": who,
                "at": moment_text(at),
                "until": "" if gap is None else moment_text(at + timedelta(microseconds=gap)),
                "form": form,
                "value": forecast_value_text(form, value),
                "forecasters": str(draw(st.integers(1, 99))) if PEOPLE_THERE[who] == "aggregate" else "",
            }
        )


def _value(draw: st.DrawFn, who: str, kind: str, labels: list[str], steps: int) -> tuple[str, ForecastValue]:
    if who == "geometric_mean":
        count = {"binary": 2, "options": len(labels)}.get(kind, steps + 2)
        share = draw(st.floats(0, 1 / count))
        return "buckets", Buckets((share,) * (count - 1) + (draw(st.none() | st.just(share)) if kind == "options" else share,))
    if kind == "binary":
        return "probability", draw(SHARES)
    if kind == "options":
        chosen = draw(st.lists(st.integers(1, 1000), min_size=len(labels), max_size=len(labels)))
        return "options", {label: part / sum(chosen) for label, part in zip(labels, chosen, strict=True)}
    heights = draw(st.lists(SHARES, min_size=2, max_size=6))
    return "cdf", tuple(sorted((heights * (steps + 1))[: steps + 1]))


def _outcome(draw: st.DrawFn, kind: str, labels: list[str]) -> Cells:
    always = [{"outcome": "annulled"}, {"outcome": "ambiguous"}]
    if kind == "binary":
        return draw(st.sampled_from([{"outcome": "yes"}, {"outcome": "no"}, *always]))
    if kind == "options":
        return draw(st.sampled_from([{"outcome": "label", "value": labels[0]}, *always]))
    beyond = [{"outcome": "below"}, {"outcome": "above"}]
    inside = (
        {"outcome": "date", "value": "2026-02-03T04:05:06.000007Z"}
        if kind == "date"
        else {"outcome": "number", "value": repr(draw(st.floats(-9, 9)))}
    )
    return draw(st.sampled_from([inside, *beyond, *always]))


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment_text(moment)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(records())
def test_export_then_import_gives_the_record_back(rows: Mapping[str, list[Cells]]):
    """Every forecast, end, option, outcome and score, of every type of question."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write_record(root, rows)
        before = _read(root, "before")
        exported = write_metaculus_zip(root, "before", root / "out.zip")
        assert exported.problems == ()
        choices = ImportChoices(collection="after", me=("me",), others=True)
        assert import_files(root, FORMATS["metaculus"], [root / "out.zip"], choices, clock=lambda: NOW).problems == ()
        after = _read(root, "after")
        assert write_metaculus_zip(root, "after", root / "again.zip").problems == ()
        again = import_files(root, FORMATS["metaculus"], [root / "again.zip"], choices, clock=lambda: NOW)
        assert (again.problems, set(again.added.values())) == ((), {0})
    assert _forecasts(after) == _forecasts(before)
    assert [_spans(line) for line in timelines(after)] == [_spans(line) for line in timelines(before)]
    assert _options_of(after) == _options_of(before)
    assert _questions(after) == _questions(before)
    outcomes = [
        {its.question: (its.outcome, its.value, its.on) for its in standing_resolutions(record).values()} for record in (after, before)
    ]
    assert outcomes[0] == outcomes[1]
    scores = [
        sorted((its.question, its.who, its.rule, its.score, its.coverage) for its in record.platform_scores) for record in (after, before)
    ]
    assert scores[0] == scores[1]


def _write_record(root: Path, rows: Mapping[str, list[Cells]]) -> None:
    folder = root / "seeds" / "records" / "before"
    folder.mkdir(parents=True)
    source = RecordSource("metaculus", "before.zip", "0" * 64, NOW.date(), me=("me",))
    (folder / "source.toml").write_text(source_text(source), encoding="utf-8")
    for table in TABLES:
        (folder / f"{table.file}.csv").write_text(whole_file(table, rows[table.file]), encoding="utf-8", newline="")


def _read(root: Path, name: str) -> ForecastRecord:
    record, problems = read_collection(Folder(root), name)
    assert problems == ()
    return record


def _forecasts(record: ForecastRecord) -> list[tuple[object, ...]]:
    return [(its.question, its.who, its.at, its.until, its.form, its.value, its.forecasters) for its in standing_forecasts(record)]


def _spans(line) -> tuple[object, ...]:
    return (line.question, line.who, [(span.start, span.end) for span in line.spans])


def _options_of(record: ForecastRecord) -> list[tuple[object, ...]]:
    return sorted((its.question, its.order, its.option, its.start, its.end) for its in record.options)


def _questions(record: ForecastRecord) -> list[AskedQuestion]:
    """Questions without their place, and with zero points as far as they can be recovered from the places of a scale."""
    plain = []
    for (asked,) in record.questions.values():
        scale = asked.scale
        if scale is not None and scale.zero_point is not None:
            scale = replace(scale, zero_point=float(f"{scale.zero_point:.4g}"))
        plain.append(replace(asked, place=PLACE, recorded=None, scale=scale))
    return plain
