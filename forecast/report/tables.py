"""Tables of a report as plain values, so that page and Markdown show the same cells.

A column's kind says how its cells are set: ``head`` names the row (``headday`` by its days, which do not wrap), ``text`` and
``note`` are words (a long note is folded), ``number`` stands at the right,
``day`` does not wrap, ``source`` may become a link, ``code`` is the book's own
text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Literal

from forecast.language.distributions.nested import WALKS
from forecast.language.expressions import indexed_name
from forecast.report.charts_answers import name_as_words
from forecast.schema import words
from forecast.schema.answers import AnswerContent, DistributionValue, is_date, is_distribution, is_probability, is_shares
from forecast.schema.consistency import BELIEFS
from forecast.schema.insight import InsightContent
from forecast.schema.is_counts import are_readings
from forecast.schema.long_records import listed_rows, row_count
from forecast.schema.topic import CheckValue, ParameterContent, RowContent, SeriesContent, StreamContent, TopicContent
from forecast.sentences.assumptions import NOTHING_LEARNT, is_as_assumed
from forecast.sentences.insight_text import measure_name, statistic_name, strongest_measure, value_texts
from forecast.sentences.variants import range_sentence

VALUES_OF_SPANS: tuple[Literal["mean", "least", "greatest"], ...] = ("mean", "least", "greatest")
FIRST_STEPS, LAST_STEPS = 3, 9  # of a walk: how it begins, and where it stands

ColumnKind = Literal["head", "headday", "headcode", "text", "note", "number", "longnumber", "day", "source", "code"]


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds."""

    name: str
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A caption, columns, rows with a text for each column, and what is to be said beneath them."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def questions_table(content: TopicContent) -> ReportTable:
    """How each question is settled, by when, and how exactly its answer was computed."""
    columns = (
        Column("question", "head"),
        Column("by", "day"),
        Column("given", "code"),
        Column("how it is settled", "note"),
        Column("computed"),
    )
    rows = tuple(
        (
            name_as_words(answer["name"]),
            words.day(answer["by"]) if answer["by"] else "",
            answer["given"],
            answer["rule"],
            error_words(answer),
        )
        for answer in content["answers"]
    )
    return ReportTable("The rule of each question, and the Monte Carlo error of its answer", columns, rows)


def error_words(answer: AnswerContent) -> str:
    """How exactly an answer was computed."""
    if answer["status"] == "resolved":
        return "resolved, whatever the model says"
    if answer["status"] in words.RECORDED and answer["value"] is not None:
        return "exact: the record alone settles it"
    value = answer["value"]
    if value is None:
        return "no answer"
    kind = answer["kind"]
    if is_distribution(value, kind):
        return f"{_number_error_words(value)}{_over_variants(answer)}"
    if is_probability(value, kind) or is_date(value, kind):
        points = 100 * value["error"]
    else:
        assert is_shares(value, kind)
        points = 100 * max(share["error"] for share in value["shares"])
    return f"Monte Carlo error {points:.2g} percentage points{_over_variants(answer)}"


def _over_variants(answer: AnswerContent) -> str:
    """The range of an answer over variants; empty where its topic has none."""
    if "variants" not in answer:
        return ""
    said = range_sentence(answer["kind"], answer["unit"], answer["variants"]["ranges"])
    return f"; {said[0].lower()}{said[1:].rstrip('.')}"


def _number_error_words(value: DistributionValue) -> str:
    """How exactly a number was computed: its mean or, where it has none, its median."""
    if value["mean"] is None or value["mean_error"] is None:
        return f"median {_point(value, 2)}, Monte Carlo error {value['errors'][2]:.2g}; no expected value: {value['no_mean']}"
    shown = words.number(value["mean"], error=value["mean_error"], spread=_spread(value))
    return f"expected {shown}, Monte Carlo error {value['mean_error']:.2g}"


def _point(value: DistributionValue, index: int) -> str:
    return words.number(value["quantiles"][index], error=value["errors"][index], spread=_spread(value))


def _spread(value: DistributionValue) -> float:
    return value["quantiles"][-1] - value["quantiles"][0]


def rows_table(stream: StreamContent, insight: InsightContent | None) -> ReportTable:
    """A stream's rows with their sources and, where there is insight, the answer each row moves most."""
    counts = [f"value_{class_total['label']}" for class_total in stream.get("classes", ())]  # given in words in the column of the value
    names = tuple(dict.fromkeys(name for row in stream["rows"] for name in row["columns"] if name not in counts))
    without = {} if insight is None else _without_row(stream["name"], insight)
    columns = [
        Column("days", "headday"),
        Column("value", "text" if counts else "number"),
        *(Column(name_as_words(name)) for name in names),
        Column("known", "day"),
        Column("source", "source"),
    ]
    ways = [name for name in ("weight", "origin") if any(name in row for row in stream["rows"])]
    columns += [*(Column(name, "number" if name == "weight" else "text") for name in ways)]
    columns += [Column("grade"), *([Column("effect", "text")] if without else []), Column("note", "note")]
    count = f"{row_count(stream):,} row{'' if row_count(stream) == 1 else 's'}" if "long" not in stream else _listed_text(stream)
    watched = "; watched, so quiet days count as they pass" if stream["watched"] else ""
    learnt = "; “effect” is the answer that would change most without the row" if without else ""
    rows = []
    for index, row in listed_rows(stream).items():
        cells = [
            row_days(row),
            row.get("said") or (words.range_text(row["low"], row["high"]) if "low" in row else words.number(row["value"])),
            *(_cell_text(row["columns"].get(name, "")) for name in names),
            row["known"],
            row["source"],
            *(_weight_or_origin(row, name) for name in ways),
            row["grade"],
        ]
        cells += [without.get(index, "")] if without else []
        cells.append(_note_text(row))
        rows.append(tuple(cells))
    totals = (
        f" ({', '.join(f'{class_total["label"]} {words.number(class_total["total"])}' for class_total in stream['classes'])})"
        if counts
        else ""
    )
    total = (
        "" if stream["total"] is None or are_readings(stream) else f"; total {stream.get('seen', words.number(stream['total']))}{totals}"
    )
    entering = f". {_without_code_marks(stream['entering']).removesuffix('.')}" if "entering" in stream else ""
    return ReportTable(f"{count}{total}{watched}{learnt}{entering}", tuple(columns), tuple(rows))


def spans_table(stream: StreamContent) -> ReportTable:
    """The rows of a long record by spans of time, with their values."""
    spans = stream["long"]["spans"]
    figures = {name: [span[name] for span in spans] for name in VALUES_OF_SPANS}
    shown = {name: its for name, its in figures.items() if any(figure is not None for figure in its)}
    columns = (Column("rows that end in", "headday"), Column("rows", "number"), *(Column(name, "number") for name in shown))
    cells = [["" if figure is None else words.number(figure) for figure in its] for its in shown.values()]
    rows = [
        (f"{span['start']} to {span['end']}", f"{span['rows']:,}", *(its[number] for its in cells)) for number, span in enumerate(spans)
    ]
    return ReportTable(f"{row_count(stream):,} rows by time{', with their values' if shown else ''}", columns, tuple(rows))


def _listed_text(stream: StreamContent) -> str:
    """How many rows a long record has, and which are listed."""
    return f"{len(stream['rows'])} of {row_count(stream):,} rows: the first, the last, and the one that reaches farthest"


def _note_text(row: RowContent) -> str:
    """A row's note, and which row it replaces."""
    note, replaced = row["note"], row["replaces"]
    if not replaced:
        return note
    end = "" if not note or note.endswith((".", "!", "?", "…")) else "."
    return f"{note}{end} Replaces {replaced}.".lstrip()


def _without_code_marks(sentence: str) -> str:
    """A sentence without the marks of code."""
    return sentence.replace("`", "")


def _weight_or_origin(row: RowContent, name: str) -> str:
    """How a row enters: its weight, or its origin."""
    if name == "weight":
        return words.number(row["weight"])
    return f"{row.get('origin', '')}{' (a copy)' if row.get('copy') else ''}"


def _without_row(stream: str, insight: InsightContent) -> dict[int, str]:
    """For each row, the open measure that changes most without it: ``walk in: 12 % with it, 8 % without``."""
    texts = {}
    for variation in insight["leverage"]:
        if variation["kind"] == "row" and variation["stream"] == stream and variation["row"] is not None:
            index = strongest_measure(insight, variation["values"])
            if index is not None:
                measure, estimate = insight["measures"][index], variation["values"][index]
                values, error = (measure["value"], estimate["value"]), estimate["error"]
                now, without = value_texts(measure, values, errors=(error, error))
                same = now == without or abs(estimate["change"]) < 2 * estimate["error"]
                with_it = f"{statistic_name(measure)} {now}".lstrip()
                texts[variation["row"]] = "hardly any answer" if same else f"{measure_name(measure)}: {with_it}, without it {without}"
    return texts


def row_days(row: RowContent) -> str:
    """The days a row covers."""
    first, last = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
    return first.isoformat() if first == last else f"{first} to {last}"


def parameters_table(content: TopicContent) -> ReportTable:
    """Prior and posterior of every parameter."""
    columns = [Column("parameter", "head")]
    columns += [Column(name, "number") for which in ("prior", "posterior") for name in (which, "5 %", "95 %")]
    rows: list[tuple[str, ...]] = []
    for parameter in _displayed_steps(content["parameters"]):
        if isinstance(parameter, int):
            rows.append((f"… {parameter} steps between", *[""] * 8))
            continue
        name = labelled_name(parameter["name"], parameter["label"])
        rows += [
            (
                f"{name}: {name_as_words(category['label'])}",
                words.share(category["prior"]),
                "",
                "",
                words.share(category["posterior"]),
                "",
                "",
                "chance",
                NOTHING_LEARNT if is_as_assumed([category["prior"]], [category["posterior"]], width=1.0) else "",
            )
            for category in parameter["categories"]
        ]
        if not parameter["categories"]:
            points = [words.belief_texts(parameter[which]["quantiles"], parameter["unit"]) for which in BELIEFS]
            prior, posterior = (parameter[which]["quantiles"] for which in BELIEFS)
            learnt = NOTHING_LEARNT if is_as_assumed(prior, posterior, width=prior[-1] - prior[0]) else ""
            rows.append((name, *(text for low, median, high in points for text in (median, low, high)), parameter["unit"], learnt))
    caption = "Median and 90 % interval, as assumed before the record (prior) and after it (posterior)"
    return ReportTable(caption, (*columns, Column("unit"), Column("learnt from the record")), tuple(rows))


def _walks(parameters: Sequence[ParameterContent]) -> Iterator[tuple[bool, list[ParameterContent]]]:
    """The values of each prior together, and whether they are the steps of a walk."""
    for (_, statement), together in groupby(parameters, key=itemgetter("name", "statement")):
        yield statement.partition("(")[0] in WALKS, list(together)


def _displayed_steps(parameters: Sequence[ParameterContent]) -> Iterator[ParameterContent | int]:
    """Parameters one by one; of a walk of many steps the first and the last, and between them how many are left to its picture."""
    for is_walk, together in _walks(parameters):
        between = len(together) - FIRST_STEPS - LAST_STEPS
        if is_walk and between > 1:
            yield from together[:FIRST_STEPS]
            yield between
            yield from together[-LAST_STEPS:]
        else:
            yield from together


def statements_table(content: TopicContent) -> ReportTable:
    """The model in its own statements."""
    rows: list[tuple[str, ...]] = []
    for is_walk, together in _walks(content["parameters"]):
        name, statement = together[0]["name"], together[0]["statement"]
        steps = [f"{together[0]['label']} to {together[-1]['label']}"]
        labels = steps if is_walk and len(together) > 1 else [p["label"] for p in together]
        rows += [("prior", indexed_name(name, label), statement, "") for label in labels]
    rows += [("quantity", quantity["name"], quantity["text"], quantity.get("unit", "")) for quantity in content["quantities"]]
    rows += [
        ("series", s["name"], s["later"], f"{s['about']}{'; the statement is what holds after its last value' if s['later'] else ''}")
        for s in content["series"]
    ]
    for stream in content["streams"]:
        after = "; ".join(f"next {column} = {text}" for column, text in stream["next"].items())
        counted = f"{words.capitalise(stream['about'].rstrip('.'))}." if stream.get("latent") else ""  # which has no place of its own
        entering = _without_code_marks(f"{counted} {stream.get('entering', '')}".strip())
        rows.append(
            (
                "stream",
                stream["name"],
                stream["statement"],
                "; ".join(part for part in (after, entering) if part),
            )
        )
    for answer in content["answers"]:
        asked = f"probability = {answer['answer']}" if answer.get("fraction") else answer["answer"]
        asked = asked or "; ".join(f"{choice['label']}: {choice['condition']}" for choice in answer["choices"])
        given = f"given {answer['given']}" if answer["given"] else ""
        annulled = f"annulled by {answer['annulled']}" if answer.get("annulled") else ""
        days = _days_text(answer["since"], answer["by"])
        rows.append(("question", answer["name"], asked, ", ".join(part for part in (given, annulled, days) if part)))
    if "scenarios" in content:
        rows += [("scenario", s["name"], s["when"], _days_text(s["since"], s["by"])) for s in content["scenarios"]["scenarios"]]
    columns = (Column("what"), Column("name", "headcode"), Column("statement", "code"), Column("details"))
    return ReportTable("Every statement of the model, as the book has it", columns, tuple(rows))


def _days_text(since: str | None, by: str | None) -> str:
    return ", ".join(f"{word} {words.day(day)}" for word, day in (("from", since), ("by", by)) if day)


def series_table(series: SeriesContent) -> ReportTable:
    """The values of a series."""
    columns = (
        Column("from", "headday"),
        Column("value", "number"),
        Column("known", "day"),
        Column("source", "source"),
        Column("grade"),
        Column("note", "note"),
    )
    rows = tuple((p["day"], words.number(p["value"]), p["known"], p["source"], p["grade"], p["note"]) for p in series["points"])
    return ReportTable(f"{series['about']}{f' ({series["unit"]})' if series['unit'] else ''}", columns, rows)


def engines_table(checks: Sequence[Mapping[str, CheckValue]]) -> ReportTable:
    """The two engines side by side."""
    names = list(checks[0]) if checks else []
    numbers = {name for check in checks for name, value in check.items() if isinstance(value, int | float) and not isinstance(value, bool)}
    columns = tuple(Column(name_as_words(name), "head" if name == "name" else "number" if name in numbers else "text") for name in names)
    return ReportTable(
        "Every figure by both engines", columns, tuple(tuple(_check_value_text(check[name]) for name in names) for check in checks)
    )


def facts_table(content: TopicContent) -> ReportTable:
    """What it takes to make the report again."""
    run = content["run"]
    rows = [("as of", words.day(content["as_of"])), ("seed", str(run["seed"]))]
    rows += [("paths", str(run["draws"]))] if "draws" in run else []
    hashes = run["hashes"]
    rows += [*run["versions"].items(), ("hash of numbers", hashes["numbers"]), ("hash of words", hashes["words"])]
    rows += [("hash of refereed", hashes["refereed"])] if "refereed" in hashes else []
    rows.append(("hash of this report", content["digest"]))
    return ReportTable("Versions and hashes", (Column("what", "head"), Column("which", "code")), tuple(rows))


def labelled_name(name: str, label: str) -> str:
    """A parameter's name as words, with its label."""
    return f"{name_as_words(name)}, {name_as_words(label)}" if label else name_as_words(name)


def _cell_text(value: float | str) -> str:
    return name_as_words(value) if isinstance(value, str) else words.number(value)


def _check_value_text(value: CheckValue) -> str:
    """A value of a check as a table shows it."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case str():
            return name_as_words(value)
        case _:
            return words.number(float(value), error=0.0)
