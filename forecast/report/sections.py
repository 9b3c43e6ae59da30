"""What stands in which section of a topic's page: tables, pictures by name, and sentences, the same for HTML and Markdown."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypedDict

from forecast.report.charts_answers import name_as_words
from forecast.report.charts_fit import score_sentence
from forecast.report.charts_why import MOST_WATERFALLS, chart_name
from forecast.report.tables import (
    ReportTable,
    engines_table,
    facts_table,
    parameters_table,
    questions_table,
    rows_table,
    series_table,
    spans_table,
    statements_table,
)
from forecast.report.tables_links import link_tables
from forecast.report.tables_pools import pool_tables
from forecast.report.tables_regimes import states_table
from forecast.report.tables_sensitivity import sensitivity_sentences, sensitivity_tables
from forecast.report.tables_variants import (
    answers_table,
    foreign_priors_sentence,
    light_versions_sentence,
    priors_note,
    weights_table,
    wider_table,
)
from forecast.report.tables_why import (
    change_sentences,
    checks_table,
    history_table,
    information_table,
    leverage_table,
    moves_table,
    power_table,
    recalled_table,
    signposts_table,
    split_table,
    surprise_table,
)
from forecast.schema import words
from forecast.schema.history_points import points_of, value_at
from forecast.schema.insight import HistoryPoint, InsightContent
from forecast.schema.regimes import RegimeContent
from forecast.schema.topic import ParameterContent, TopicContent
from forecast.schema.variants import VariantsContent
from forecast.sentences.certain_then import certain_then
from forecast.sentences.insight_text import (
    has_moved,
    measure_name,
    measure_title,
    move_to_report,
    open_measure_indices,
    value_text,
)
from forecast.sentences.lead import history_finding
from forecast.sentences.own_priors import versions_of_varied_priors
from forecast.sentences.printed_parts import changed_text
from forecast.sentences.priors_written import replay_sentence, written_later
from forecast.sentences.regimes import regime_sentences
from forecast.sentences.signpost_days import first_days
from forecast.sentences.split_words import unsplit_sentence
from forecast.sentences.variants import combination_sentences


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a section: its name, and the line under it."""

    name: str
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section of insight: paragraphs, a list of points, pictures, tables that stand open, and tables that are folded.

    ``missing`` is the one sentence of a section that has nothing to show.
    """

    heading: str
    anchor: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    folded: tuple[ReportTable, ...] = ()
    point_anchors: tuple[str, ...] = ()
    missing: str = ""


class TopicTables(TypedDict):
    """The tables every report has, by the names that templates call them by; those of streams, pools and series by their names."""

    rows: dict[str, ReportTable]
    spans: dict[str, ReportTable]
    questions: ReportTable
    beliefs: ReportTable
    pools: dict[str, ReportTable]
    statements: ReportTable
    series: dict[str, ReportTable]
    engines: ReportTable
    facts: ReportTable


STILL_COUNTED = "The tables of answers “if nothing had been learnt” leave a row in the totals that are counted: they are not the answers without that row."
NOTHING_SIMULATED = "No future rows are simulated here, so we have not worked out what one would change; `forecast whatif` tries one."
NOTHING_RECORDED = "This topic has no record: only another prior would change its answers."
SECTION_HEADINGS = {
    "changed": "What changed since the last report, and why",
    "history": "The answers over the record",
    "rests": "What the answers rest on",
    "foresaw": "How well the record was foreseen",
    "signposts": "What would change the answers",
    "doubt": "Ignorance and luck",
}
VARIANTS_HEADING = "Rival structures"  # of the section that only a topic with variants has
OVERLAP = (
    "What single parameters would take away overlaps, since what is learnt of one tells something of others: "
    "these shares need not add up to the ignorance, and may come to more than 100 %."
)
VARIANT_SILENT = ("foresaw",)  # of which nothing is said of a topic with variants
REGIMES_HEADING = "Hidden regimes"  # of the section that only a topic with these has
OPENING_SECTIONS = frozenset({"variants", "regimes", "changed", "history"})  # those before the record; the others follow what was believed


def topic_tables(content: TopicContent) -> TopicTables:
    """Return the tables every report has, by name; those of streams and series by their names."""
    insight = content["insight"]
    return {
        "rows": {stream["name"]: rows_table(stream, insight) for stream in content["streams"]},
        "spans": {stream["name"]: spans_table(stream) for stream in content["streams"] if "long" in stream},
        "questions": questions_table(content),
        "beliefs": replace(parameters_table(content), note=priors_note(content)),
        "pools": {**pool_tables(content), **link_tables(content)},
        "statements": statements_table(content),
        "series": {series["name"]: series_table(series) for series in content["series"]},
        "engines": engines_table(content["verdict"]["checks"]),
        "facts": facts_table(content),
    }


def parameter_groups(content: TopicContent) -> list[list[ParameterContent]]:
    """Return the values of each parameter together."""
    groups: dict[str, list[ParameterContent]] = {}
    for parameter in content["parameters"]:
        groups.setdefault(parameter["name"], []).append(parameter)
    return list(groups.values())


def why_sections(content: TopicContent, charts: Container[str]) -> dict[str, Section]:
    """Return the sections of insight by their anchors; without insight, or where one has nothing to show, a sentence stands there."""
    insight = content["insight"]
    own = {"variants": _variants_section(content, content["variants"])} if "variants" in content else {}
    if content.get("regimes"):
        own |= {"regimes": _regimes_section(content["regimes"])}
    if insight is None:
        return own | {
            name: Section(heading, name, missing=f"{heading}: not computed for this report.") for name, heading in SECTION_HEADINGS.items()
        }
    made: tuple[Section, ...] = (
        _changes_section(content, insight, charts),
        _history_section(content, insight, charts),
        _sensitivity_section(content, insight, charts),
        _surprise_section(content, insight, charts),
        _signposts_section(content, insight),
        _uncertainty_section(content, insight, charts),
    )
    if "as_of" in insight:
        made = tuple(replace(section, paragraphs=(f"As of {words.day(insight['as_of'])}.", *section.paragraphs)) for section in made)
    sections = {section.anchor: section for section in made}
    if "variants" in content:
        for anchor in VARIANT_SILENT:
            sections[anchor] = _empty_section(
                anchor,
                f"{SECTION_HEADINGS[anchor]}: not computed. It is worked out for one model at a time, and this topic has rival versions of its model.",
            )
    return own | sections


def _variants_section(content: TopicContent, variants: VariantsContent) -> Section:
    tables = [weights_table(variants), answers_table(content, variants)]
    folded = (wider_table(variants),) if variants["wider"] else ()
    left_out = light_versions_sentence(variants)
    said = (*combination_sentences(variants), *((left_out,) if left_out else ()))
    return Section(VARIANTS_HEADING, "variants", said, tables=tuple(tables), folded=folded)


def _regimes_section(regimes: Sequence[RegimeContent]) -> Section:
    said = tuple(words.capitalise(sentence) for regime in regimes for sentence in regime_sentences(regime))
    return Section(REGIMES_HEADING, "regimes", said, tables=tuple(states_table(regime) for regime in regimes))


def _changes_section(content: TopicContent, insight: InsightContent, charts: Container[str]) -> Section:
    move = move_to_report(insight)
    if move is None:
        return _empty_section("changed", "No report of an earlier day and no earlier news to compare with.")
    against = "what was published then" if move["against"] == "ledger" else "what today's priors and statements would have said then"
    later = written_later(content, move["since"]) if move["against"] == "replay" else ""
    against += f" ({later})" if later else ""
    since = f"{words.capitalise(move['why'].rstrip('.') or f'since {words.day(move["since"])}')}, compared with {against}."
    points = change_sentences(insight, move)
    others = [other for other in insight["moves"] if other is not move]
    points += [f"{words.capitalise(other['why'].rstrip('.'))}: nothing of note." for other in others if not has_moved(insight, other)]
    names = [(chart_name("moved", measure), index, measure) for index, measure in enumerate(insight["measures"])]
    pictures = [
        Picture(name, f"{words.capitalise(measure_name(measure))}: {changed_text(measure, move['before'][index], move['after'][index])}")
        for name, index, measure in names
        if name in charts
    ]
    if len(pictures) == MOST_WATERFALLS:
        points.append("The answers that moved most are drawn; the table has all.")
    heading = SECTION_HEADINGS["changed"] if move["against"] == "ledger" else "What changed with the last news, and why"
    tables = tuple(moves_table(insight, listed) for listed in (move, *others))
    return Section(heading, "changed", (since, *_mean_notes(insight)), tuple(points), tuple(pictures), folded=tables)


def _history_section(content: TopicContent, insight: InsightContent, charts: Container[str]) -> Section:
    points = insight["history"]["points"]
    if not points:
        return _empty_section("history", "The record has no days to go back to.")
    pictures = [
        Picture(chart_name("history", measure), _history_title(insight, index))
        for index, measure in enumerate(insight["measures"])
        if chart_name("history", measure) in charts
    ]
    explained = (
        "By replay: what today's priors and statements say with the knowledge of each day; only the ledger knows what was said at the time. "
        "A stroke across the line marks a day on which rows became known; a dashed vertical line marks the day on which a question was settled."
    )
    written = content.get("priors_written")
    later = "" if written is None else replay_sentence(date.fromisoformat(points[0]["day"]), date.fromisoformat(written))
    stamps = (*_range_notes(content, points), *((later,) if later else ()))
    return Section(
        SECTION_HEADINGS["history"],
        "history",
        (explained, *stamps, *_mean_notes(insight), *_unknown_days(insight)),
        pictures=tuple(pictures),
        folded=(history_table(insight),),
    )


def _unknown_days(insight: InsightContent) -> Iterator[str]:
    """On how many days of the history an open measure is not known: its picture leaves them out; of a settled number none is shown."""
    points = insight["history"]["points"]
    for index in open_measure_indices(insight):
        measure = insight["measures"][index]
        count = len(points) - len(points_of(insight, index))
        if count:
            where = f"is not known on {count} of the {len(points)} days" if count < len(points) else "is known on none of these days"
            yield f"“{words.capitalise(measure_title(measure))}” {where}: there are too few draws to estimate its mean."


def _history_title(insight: InsightContent, index: int) -> str:
    """The question that a history is of, and what came of it."""
    measure, settled = insight["measures"][index], insight["history"]["settled"][index]
    if settled is not None:
        ended = value_text(measure, value_at(points_of(insight, index)[-1], index))
        return f"{words.capitalise(measure_title(measure))}: settled on {words.day(settled)}, {ended}"
    finding = history_finding(insight, index)
    return f"{words.capitalise(name_as_words(measure['question']))}: {finding[:1].lower()}{finding[1:]}"


def _range_notes(content: TopicContent, points: Sequence[HistoryPoint]) -> tuple[str, ...]:
    """What band and bar of a history are, where there are any."""
    bands = any(ends is not None for point in points for ends in point.get("ranges", ()))
    bars = any("variants" in answer for answer in content["answers"])
    notes = {
        "Band: the 90 % range of the chance or the number, worked out for a few days and drawn straight between them.": bands,
        "Orange bar at the end: from the least to the greatest answer that rival versions of the model give today.": bars,
    }
    return tuple(sentence for sentence, has_any in notes.items() if has_any)


def _mean_notes(insight: InsightContent) -> tuple[str, ...]:
    """What stands for a number here, where its headline is another figure."""
    kinds = {insight["measures"][index]["kind"] for index in open_measure_indices(insight)}
    notes = {
        "mean": "Where the answer is a number, this shows its expected value; the headline is its median.",
        "median": "Where the expected value of a number does not exist, or is not known from the draws, this shows its median.",
    }
    return tuple(sentence for kind, sentence in notes.items() if kind in kinds)


def _sensitivity_section(content: TopicContent, insight: InsightContent, charts: Container[str]) -> Section:
    measures = [insight["measures"][index] for index in open_measure_indices(insight)]
    pictures = [
        Picture(chart_name("tornado", measure), words.capitalise(measure_title(measure)))
        for measure in measures
        if chart_name("tornado", measure) in charts
    ]
    explained = (
        "Each prior changed, one at a time: triangles, its middle one standard deviation lower (to the left) and higher (to the right); "
        "full circle, half as wide; open circle, twice as wide. The vertical line is the published answer; the strongest priors stand first."
    )
    none = "None of this topic's priors is varied here; `forecast whatif` takes another in the place of one."
    introduction = none if not insight["sensitivity"] else explained if pictures else ""
    foreign = foreign_priors_sentence(content, dict.fromkeys(variation["parameter"] for variation in insight["sensitivity"]))
    versions = versions_of_varied_priors(content)
    said = " ".join(sentence for sentence in (*sensitivity_sentences(insight, versions), foreign) if sentence)
    recalled = recalled_table(insight)
    leverage = leverage_table(insight, ("source", "grade", "stream"))
    power = (power_table(insight),) if insight["power"] else ()
    return Section(
        SECTION_HEADINGS["rests"],
        "rests",
        tuple(paragraph for paragraph in (introduction, said, STILL_COUNTED if insight["leverage"] else "") if paragraph),
        pictures=tuple(pictures),
        tables=() if recalled is None else (recalled,),
        folded=(*sensitivity_tables(insight, versions), leverage, *power),
    )


def _surprise_section(content: TopicContent, insight: InsightContent, charts: Container[str]) -> Section:
    if not insight["surprise"]:
        return _empty_section("foresaw", "There were no rows to foresee.")
    captions = {"checks": "The record, and what the model would make of it", "score": "The log score, earned row by row"}
    paragraphs = [score_sentence(insight)] if insight["score"] else []
    paragraphs.append(
        "Bars: what the model would make of the record, nine times in ten (thin) and half the time (thick); diamonds: what was seen. "
        "Solid line: the score with what had been learnt by then; dashed: by the prior alone; higher is better."
        + (" Dotted: had nothing drifted." if insight["score"] and "still" in insight["score"][0] else "")
    )
    pictures = tuple(Picture(name, caption) for name, caption in captions.items() if name in charts)
    return Section(
        SECTION_HEADINGS["foresaw"],
        "foresaw",
        tuple(paragraphs),
        pictures=pictures,
        tables=(surprise_table(content["streams"], insight),),
        folded=(checks_table(insight),) if insight["checks"] else (),
    )


def _signposts_section(content: TopicContent, insight: InsightContent) -> Section:
    tables = [signposts_table(insight, content["answers"], certain_then(content), first_days(content))] if insight["signposts"] else []
    tables += [information_table(insight)] if insight["information"] else []
    if not tables:
        return _empty_section("signposts", NOTHING_SIMULATED if content["streams"] or content["series"] else NOTHING_RECORDED)
    return Section(SECTION_HEADINGS["signposts"], "signposts", tables=tuple(tables))


def _uncertainty_section(content: TopicContent, insight: InsightContent, charts: Container[str]) -> Section:
    unsplit = unsplit_sentence(content["answers"], insight)
    if not insight["split"]:
        return _empty_section("doubt", unsplit or "Every question is settled: no doubt is left to split.")
    known = (
        "every parameter and the right version of the model"
        if any("structure" in split for split in insight["split"])
        else "every parameter"
    )
    explained = (
        f"If {known} were known, the filled part of an answer's doubt would be gone; the rest is luck, which no evidence takes away.",
        *((OVERLAP,) if any(len(split["parts"]) > 1 for split in insight["split"]) else ()),
    )
    pictures = (Picture("split", "The share of each answer's doubt that is ignorance"),) if "split" in charts else ()
    return Section(
        SECTION_HEADINGS["doubt"],
        "doubt",
        (*explained, unsplit) if unsplit else explained,
        pictures=pictures,
        tables=(split_table(insight),),
    )


def _empty_section(anchor: str, sentence: str) -> Section:
    return Section(SECTION_HEADINGS[anchor], anchor, missing=sentence)
