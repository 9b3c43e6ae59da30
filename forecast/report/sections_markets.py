"""The sections of a page on contracts: each beside its question, with quotes and our answers over time, and what a price would ask us to believe."""

from __future__ import annotations

from collections.abc import Container

from forecast.report.charts_answers import name_as_words
from forecast.report.charts_markets import chart_of_contract
from forecast.report.sections import Picture, Section
from forecast.report.tables import Column, ReportTable
from forecast.schema import words
from forecast.schema.market import BeliefContent, ContractContent
from forecast.schema.topic import TopicContent
from forecast.sentences.market import (
    contract_headline,
    contract_sentences,
    moved_texts,
    price_belief_sentence,
    shift_texts,
    venue_name,
)

_MOVED = (Column("value", "head"), Column("now", "number"), Column("for this price", "number"))
_SHIFTED = (
    Column("prior", "head"),
    Column("median now", "number"),
    Column("median for this price", "number"),
    Column("that prior", "code"),
    Column("what moving it reaches", "note"),
)
_ROWS = (Column("known", "headday"), Column("stream"), Column("row"), Column("source", "source"))
_DEVIATIONS = (Column("probability", "headcode"), Column("mean", "number"), Column("prior", "code"), Column("why", "note"))
_CAPTION = "Bid and ask, and our fair price with its 90 % interval"
_DRAWN = "; dashed: prices that are no offer, which are not compared"


def market_sections(content: TopicContent, charts: Container[str]) -> list[Section]:
    """Return a section for each contract; none for a topic without any."""
    return [_section(contract, charts) for contract in content.get("contracts", ())]


def _section(contract: ContractContent, charts: Container[str]) -> Section:
    belief = contract.get("belief")
    paragraphs = [_what_it_is(contract), contract_headline(contract)]
    if belief is not None:
        paragraphs.append(price_belief_sentence(belief, contract))
    elif contract.get("no_belief"):
        paragraphs.append(f"What would have to be believed for its price is not known: {contract['no_belief']}.")
    name = chart_of_contract(contract)
    drawn = any(its["drawn"] is not None for its in contract["history"]["quotes"])
    pictures = (Picture(name, _CAPTION + (_DRAWN if drawn else "")),) if name in charts else ()
    tables = [] if belief is None else _belief_tables(belief)
    return Section(
        f"Market: {contract['name']}",
        f"market-{contract['name']}",
        tuple(paragraphs),
        tuple(contract_sentences(contract)),
        pictures,
        tuple(tables),
        (*_rows_table(contract), *_deviations_table(contract)),
    )


def _what_it_is(contract: ContractContent) -> str:
    address = f" ({contract['address']})" if contract["address"] else ""
    deadline = "" if contract["deadline"] is None else f", by {words.day(contract['deadline'][:10])}"
    side = "YES" if contract["side"] == "yes" else "NO"
    asked = name_as_words(contract["question"])
    return f"Contract {contract['id']} at {venue_name(contract['venue'])}{address} stands beside {asked}{deadline}; its {side} pays with our Yes."


def _belief_tables(belief: BeliefContent) -> list[ReportTable]:
    tables = []
    if belief["moved"]:
        more = f"; {belief['more_moved']:,} more values move less" if belief["more_moved"] else ""
        caption = f"What would be believed of the parameters, median and 90 % interval{more}"
        tables.append(ReportTable(caption, _MOVED, tuple(map(moved_texts, belief["moved"]))))
    if belief["priors"]:
        more = f"; {belief['priors_left_out']:,} more priors were not tried" if belief["priors_left_out"] else ""
        rows = list(map(shift_texts, belief["priors"]))
        shown = [place for place in range(len(_SHIFTED)) if any(row[place] for row in rows)]
        cells = tuple(tuple(row[place] for place in shown) for row in rows)
        tables.append(ReportTable(f"Or one prior moved alone{more}", tuple(_SHIFTED[place] for place in shown), cells))
    return tables


def _rows_table(contract: ContractContent) -> tuple[ReportTable, ...]:
    if not contract["rows_since"]:
        return ()
    more = f", and {contract['more_rows']:,} earlier ones" if contract["more_rows"] else ""
    rows = tuple((words.day(its["known"]), its["stream"], its["says"], its["source"]) for its in contract["rows_since"])
    return (ReportTable(f"Rows that arrived since its price last moved{more}", _ROWS, rows),)


def _deviations_table(contract: ContractContent) -> tuple[ReportTable, ...]:
    rows = tuple((its["name"], words.share(its["mean"]), its["statement"], its["why"]) for its in contract["deviations"])
    return (ReportTable("How it may resolve differently from our question", _DEVIATIONS, rows),) if rows else ()
