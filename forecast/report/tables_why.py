"""Tables of insight: changes, leverage, sensitivity, surprise, information, signposts, split, history."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from forecast.report.charts_answers import name_as_words
from forecast.report.charts_fit import check_sentence
from forecast.report.tables import Column, ReportTable, labelled_name, row_days
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.history_points import error_at, is_known_at, value_at
from forecast.schema.insight import InsightContent, LeverageContent, MeasureContent, Move
from forecast.schema.long_records import listed_rows
from forecast.schema.topic import StreamContent
from forecast.sentences.certain_then import NOTHING_CERTAIN, Certain, is_certain
from forecast.sentences.change_bounds import bound_text
from forecast.sentences.change_sentences import move_sentence
from forecast.sentences.insight_text import (
    NOT_KNOWN,
    change_text,
    clause_of,
    from_to_text,
    is_in_time,
    is_noticed,
    measure_name,
    measure_title,
    open_measure_indices,
    part_text,
    value_texts,
)
from forecast.sentences.news import listed_events
from forecast.sentences.printed_parts import printed_change, printed_parts
from forecast.sentences.signpost_days import NO_LATE_RECORDS, FirstDays, first_day_of
from forecast.sentences.split_words import RIGHT_VERSION, share_with_error, split_texts

MOST_SURPRISES = 12  # rows of the table; the JSON has all
CLOSED = "\N{EN DASH}"  # in place of the answer to a question that closes before the day of a signpost


def moves_table(insight: InsightContent, move: Move) -> ReportTable:
    """The parts of a change by open measure: they add up from the first line to the last."""
    shown = _measures(insight)
    columns = (Column("part", "head"), Column("known", "day"), *_columns(insight, shown), Column("source", "source"))
    printed = [
        printed_parts(insight["measures"][at], move["before"][at], move["after"][at], [part["points"][at] for part in move["parts"]])
        for at in shown
    ]
    rows: list[tuple[str, ...]] = [(words.day(move["since"]), "", *(its.before for its in printed), "")]
    for place, part in enumerate(move["parts"]):
        rows.append((part_text(part), part["known"], *(parts.text(place) for parts in printed), part["source"]))
    rows.append((words.day(move["until"]), "", *(its.after for its in printed), ""))
    against = "what was published then" if move["against"] == "ledger" else "what today's book would have said then"
    return ReportTable(f"From {words.day(move['since'])}, {against}, to {words.day(move['until'])}", columns, tuple(rows))


def history_table(insight: InsightContent) -> ReportTable:
    """The measures on the days on which something became known, and at both ends."""
    history, shown = insight["history"], _measures(insight)
    points = history["points"]
    kept = [point for index, point in enumerate(points) if point["news"] or index in {0, len(points) - 1}]
    columns = (Column("as of", "head"), *_columns(insight, shown), Column("became known", "note"))
    by_measure = [
        _texts_in_column(
            insight["measures"][at],
            [(value_at(point, at), error_at(point, at)) if is_known_at(point, at) else None for point in kept],
            missing=NOT_KNOWN,
        )
        for at in shown
    ]
    rows = tuple(
        (point["day"], *(texts[row] for texts in by_measure), "; ".join(listed_events(point["news"]))) for row, point in enumerate(kept)
    )
    return ReportTable("By replay: what today's priors and statements say with the knowledge of each day", columns, rows)


def _texts_in_column(measure: MeasureContent, estimates: Sequence[tuple[float, float] | None], *, missing: str = "") -> list[str]:
    """Values of a measure with their errors, one beneath the other in like digits; ``missing`` where there is none."""
    known = [its for its in estimates if its is not None]
    texts = iter(value_texts(measure, [value for value, _ in known], errors=[error for _, error in known]))
    return [missing if its is None else next(texts) for its in estimates]


def leverage_table(insight: InsightContent, kinds: Sequence[str]) -> ReportTable:
    """The answers had nothing been learnt from a source, a grade or a stream."""
    shown = _measures(insight)
    columns = (Column("without", "head"), Column("rows", "number"), *_columns(insight, shown), Column("how"))
    variations = [its for its in insight["leverage"] if its["kind"] in kinds]
    by_measure = [
        _texts_in_column(
            insight["measures"][at],
            [(insight["measures"][at]["value"], 0.0), *((its["values"][at]["value"], its["values"][at]["error"]) for its in variations)],
        )
        for at in shown
    ]
    rows = [("nothing left out", "", *(texts[0] for texts in by_measure), "")]
    for row, its in enumerate(variations, start=1):
        name = name_as_words(its["name"]) if its["kind"] == "stream" else its["name"]
        rows.append((f"{its['kind']} {name}", str(its["rows"]), *(texts[row] for texts in by_measure), variation_method(its)))
    return ReportTable("Every answer if nothing had been learnt from a source, a grade or a stream", columns, tuple(rows))


def recalled_table(insight: InsightContent) -> ReportTable | None:
    """Every answer had nothing been learnt from the rows of grade C; None where the record has none, or that is not known."""
    recalled = next((its for its in insight["leverage"] if (its["kind"], its["name"]) == ("grade", "C")), None)
    if recalled is None:
        return None
    columns = (Column("answer", "head"), Column("as published", "number"), Column("without", "number"), Column("change", "number"))
    rows: list[tuple[str, ...]] = []
    for at in _measures(insight):
        measure, estimate = insight["measures"][at], recalled["values"][at]
        error = estimate["error"]
        printed = printed_change(measure, measure["value"], estimate["value"], errors=(0.0, error), error=error)
        rows.append((measure_title(measure), printed.before, printed.after, printed.change))
    counted = "1 row" if recalled["rows"] == 1 else f"{recalled['rows']} rows"
    caption = f"Every answer if nothing had been learnt from the {counted} of grade C: recalled, or a zero that no source states"
    return ReportTable(caption, columns, tuple(rows))


def power_table(insight: InsightContent) -> ReportTable:
    """Power-scaling of each parameter."""
    columns = (Column("parameter", "head"), Column("prior", "number"), Column("likelihood", "number"), Column("diagnosis"))
    rows = tuple(
        (
            labelled_name(parameter["parameter"], parameter["label"]),
            words.number(parameter["prior"], error=0.001),
            words.number(parameter["likelihood"], error=0.001),
            parameter["diagnosis"] or "none",
        )
        for parameter in insight["power"]
    )
    return ReportTable("How far each posterior moves with the weight of its prior and of the record (ArviZ's power-scaling)", columns, rows)


def surprise_table(streams: Sequence[StreamContent], insight: InsightContent) -> ReportTable:
    """Rows against what was predicted before them, the most surprising first."""
    rows_of = {stream["name"]: listed_rows(stream) for stream in streams}
    ordered = sorted(insight["surprise"], key=itemgetter("tail", "known"))
    columns = (Column("row", "head"), Column("known", "day"), Column("seen", "number"), Column("predicted", "number"), Column("as far out or farther", "number"), Column("bits over the prior", "number"))  # fmt: skip
    rows = []
    for surprise in ordered[:MOST_SURPRISES]:
        row = rows_of[surprise["stream"]].get(surprise["row"])
        predicted = words.points_texts((surprise["low"], surprise["high"]), "")
        bits = words.signed_number(surprise["bits"], error=0.01).replace("no change", "0")
        rows.append(
            (
                f"{name_as_words(surprise['stream'])}, {row_days(row) if row else f'row {surprise["row"] + 1:,}'}",
                surprise["known"],
                surprise.get("seen") or words.number(surprise["value"]),
                surprise.get("predicted") or (predicted[0] if predicted[0] == predicted[1] else f"{predicted[0]} to {predicted[1]}"),
                words.percent(surprise["tail"]),
                bits,
            )
        )
    rest = len(ordered) - len(rows)
    return ReportTable(
        f"Each row against what was predicted of it on the day before it was known{f' ({rest} less surprising ones are in the JSON)' if rest > 0 else ''}",
        columns,
        tuple(rows),
    )


def checks_table(insight: InsightContent) -> ReportTable:
    """Each stream's record against records its posterior would make."""
    columns = (Column("statistic", "head"), Column("as far out or farther", "number"))
    return ReportTable(
        "The record, and what the model would make of it nine times in ten",
        columns,
        tuple((check_sentence(check), words.percent(check["tail"])) for check in insight["checks"]),
    )


def information_table(insight: InsightContent) -> ReportTable:
    """How far what each stream brings, from the end of its record until a month from now, is expected to move each measure."""
    shown = _measures(insight)
    columns = (Column("stream", "head"), Column("until", "day"), *_columns(insight, shown))
    rows = tuple(
        (
            counted_text(month["stream"]),
            month["until"],
            *(change_text(insight["measures"][at], month["values"][at], error=month["errors"][at]).replace("+", "± ") for at in shown),
        )
        for month in insight["information"]
    )
    return ReportTable(
        "How far each answer is expected to move, up or down, by what a stream brings from the end of its record until the day given",
        columns,
        rows,
    )


def counted_text(name: str) -> str:
    """Return what is counted, a class after its stream: ``words: abducted`` of ``abducted of words``."""
    label, _, stream = name.rpartition(" of ")
    return f"{name_as_words(stream)}: {name_as_words(label)}" if label else name_as_words(stream)


def signposts_table(
    insight: InsightContent, answers: Sequence[AnswerContent], certain: Certain = NOTHING_CERTAIN, since: FirstDays = NO_LATE_RECORDS
) -> ReportTable:
    """What would be seen, how likely that is, and the answers then: none of a question that closes before."""
    shown = _measures(insight)
    last_days = {answer["name"]: answer["by"] for answer in answers}
    columns = (Column("if", "head"), Column("by", "day"), Column("chance", "number"), *_columns(insight, shown))
    posts = insight["signposts"]
    by_measure: list[list[str]] = []
    for at in shown:
        measure, by = insight["measures"][at], last_days.get(insight["measures"][at]["question"])
        then = [(post["values"][at]["value"], post["values"][at]["error"]) if is_in_time(post, by) else None for post in posts]
        now, *texts = _texts_in_column(measure, [(measure["value"], measure["error"]), *then], missing=CLOSED)
        certainly = [is_certain(certain, post, at) and text != CLOSED for post, text in zip(posts, texts, strict=True)]
        exact = [words.share(its[0]) if sure and its else text for its, text, sure in zip(then, texts, certainly, strict=True)]
        by_measure.append([now, *exact])
    rows = [("as it is now", "", "", *(texts[0] for texts in by_measure))]
    for row, post in enumerate(posts, start=1):
        first = first_day_of(post, since)
        seen = clause_of(post) if first is None else f"{clause_of(post)}, from {words.day(first)} on"
        rows.append((seen, post["until"], words.percent(post["chance"]), *(texts[row] for texts in by_measure)))
    is_late = any(CLOSED in texts for texts in by_measure)
    caption = "What to watch for: if this is seen by that day, the answers would be"
    return ReportTable(f"{caption} ({CLOSED}: the question closes before)" if is_late else caption, columns, tuple(rows))


def split_table(insight: InsightContent) -> ReportTable:
    """How much of each answer's doubt is ignorance, and of which parameters."""
    structured = any("structure" in measure for measure in insight["split"])
    columns = (
        Column("answer", "head"),
        Column("ignorance", "number"),
        *((Column(f"of it, {RIGHT_VERSION}", "number"),) if structured else ()),
        Column("luck", "number"),
        Column("what knowing one parameter would take away", "note"),
    )
    known = f"the parameters and of {RIGHT_VERSION}" if structured else "the parameters"
    rows = []
    for measure in insight["split"]:
        top = sorted(
            (part for part in measure["parts"] if part["share"] > words.BOUND_STANDARD_ERRORS * part["error"]),
            key=lambda part: -part["share"],
        )[:4]
        parts = "; ".join(
            f"{labelled_name(part['parameter'], part['label'])} {share_with_error(part['share'], error=part['error'])}" for part in top
        )
        ignorance, luck = split_texts(measure["ignorance"], error=measure["error"])
        of_structure = (share_with_error(measure.get("structure", 0.0), error=measure.get("structure_error", 0.0)),) if structured else ()
        rows.append((measure_name(measure), ignorance, *of_structure, luck, parts or "none by itself"))
    return ReportTable(
        f"The doubt (variance) of each answer: what is ignorance of {known}, and what would be luck even if they were known; ± is one Monte Carlo error, in percentage points",
        columns,
        tuple(rows),
    )


def variation_method(variation: LeverageContent) -> str:
    """How a variation was computed: by a refit, or by weights and how well they carry."""
    if variation["refitted"]:
        return "refitted"
    return "reweighed" if variation["pareto_k"] is None else f"reweighed, k̂ {words.number(variation['pareto_k'], error=0.01)}"


def change_sentences(insight: InsightContent, move: Move) -> list[str]:
    """The changes of a move worth a sentence: each open measure that it moved, the others named together."""
    measures = insight["measures"]
    sentences, still = [], []
    for at in open_measure_indices(insight):
        sentence = move_sentence(measures[at], move, at)
        if not any(
            is_noticed(measures[at], part["points"][at], error=part["errors"][at]) for part in move["parts"] if part["kind"] != "noise"
        ):
            still.append(_bounded_name(move, measures[at], at))
        elif sentence:
            sentences.append(f"{words.capitalise(measure_title(measures[at]))}: {sentence}")
        else:
            sentences.append(
                f"{words.capitalise(measure_name(measures[at]))}: {from_to_text(measures[at], move['before'][at], move['after'][at])}."
            )
    if still:
        sentences.append(f"{'Hardly moved' if sentences else 'Nothing of note moved'}: {words.join_words(still)}.")
    return sentences


def _bounded_name(move: Move, measure: MeasureContent, at: int) -> str:
    """A measure that hardly moved, with how far at the most."""
    errors = move.get("errors", ())
    bound = bound_text(measure, move["after"][at] - move["before"][at], error=errors[at] if at < len(errors) else 0.0)
    return f"{measure_name(measure)} ({bound})" if bound else measure_name(measure)


def _measures(insight: InsightContent) -> list[int]:
    """The open measures, or all where every one is settled."""
    return open_measure_indices(insight) or list(range(len(insight["measures"])))


def _columns(insight: InsightContent, shown: Sequence[int]) -> list[Column]:
    return [Column(measure_title(insight["measures"][at]), "number") for at in shown]
