"""The data behind pictures, as CSV files that stand beside them: every day, point and part that a picture is drawn from, with all the digits of the JSON.

A picture whose figures all stand in a table of the page has none; a picture that shows what another one does shares the file of that.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forecast.book.files.spreadsheet import spreadsheet_cell
from forecast.report.charts_answers import published_range
from forecast.report.charts_beliefs import has_curves
from forecast.report.charts_forecasts import chart_of_forecasts
from forecast.report.charts_lead import leading_measure
from forecast.report.charts_markets import chart_of_contract
from forecast.report.charts_record import chart_of_total
from forecast.report.charts_why import chart_name
from forecast.schema.answers import AnswerContent, CumulativeContent, is_date, is_distribution, is_probability, is_shares
from forecast.schema.consistency import BELIEFS
from forecast.schema.history_points import error_at, points_of, value_at
from forecast.schema.insight import InsightContent, MeasureContent, Move
from forecast.schema.market import ContractContent
from forecast.schema.on_record import RecordedQuestion
from forecast.schema.topic import ParameterContent, StreamContent, TopicContent
from forecast.sentences.insight_text import is_percent, move_to_report
from forecast.sentences.step_counts import counts_of_each_step

QUANTILE_COLUMNS = ("p5", "p25", "p50", "p75", "p95")  # of which every list of five quantiles is
DENSITIES = {"linear": "density", "log": "density_of_log", "symlog": "density_of_asinh"}  # what a curve is, by its axis

type DataCell = str | float | None
type DataRow = Sequence[DataCell]


@dataclass(frozen=True, slots=True)
class ChartData:
    """A table: its columns, and rows of as many cells.  A cell without a value is None."""

    columns: tuple[str, ...]
    rows: tuple[DataRow, ...]

    def to_csv(self) -> bytes:
        """Return the table as a CSV file in UTF-8: numbers with all their digits, texts as spreadsheets may open them."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([_cell_text(cell) for cell in row] for row in self.rows)
        return text.getvalue().encode()


def chart_data(content: TopicContent, charts: Container[str]) -> dict[str, ChartData]:
    """Return the data behind the pictures of a topic, by the names of the pictures."""
    insight = content["insight"]
    found: dict[str, ChartData] = {}
    lead = leading_measure(content)
    if insight is not None and lead is not None:
        found[chart_name("lead", insight["measures"][lead])] = _history(content, insight, lead)
    found["answers"] = _probabilities(content["answers"])
    found |= {f"answer-{answer['name']}": made for answer in content["answers"] if (made := _answer(answer)) is not None}
    found |= {f"stream-{stream['name']}": made for stream in content["streams"] if (made := _stream(stream)) is not None}
    found |= {chart_of_total(its): _cumulative(its, its["cumulative"]) for its in content["answers"] if "cumulative" in its}
    groups: dict[str, list[ParameterContent]] = {}
    for parameter in content["parameters"]:
        groups.setdefault(parameter["name"], []).append(parameter)
    found |= {f"parameter-{name}": _parameter(values) for name, values in groups.items()}
    if insight is not None:
        found |= dict(_insight_data(content, insight, lead))
    found |= {chart_of_forecasts(question): _forecasts(question) for question in content.get("on_record", ())}
    found |= {chart_of_contract(contract): _contract(contract) for contract in content.get("contracts", ())}
    return {name: data for name, data in found.items() if name in charts}


def data_links(content: TopicContent, data: Mapping[str, ChartData], charts: Container[str]) -> dict[str, str]:
    """Return where the data behind each picture that has some stand, by the picture's name, as a link from the topic's page."""
    links = {name: f"{content['name']}/{name}.csv" for name in data}
    insight, lead = content["insight"], leading_measure(content)
    if insight is not None and lead is not None:
        first, same = (chart_name(kind, insight["measures"][lead]) for kind in ("lead", "history"))
        if first in links and same in charts:
            links[same] = links[first]
    return links


def _insight_data(content: TopicContent, insight: InsightContent, lead: int | None) -> Iterator[tuple[str, ChartData]]:
    """What stands behind the pictures of why; the history that the page begins with is that of the first picture."""
    move = move_to_report(insight)
    for index, measure in enumerate(insight["measures"]):
        if index != lead:
            yield chart_name("history", measure), _history(content, insight, index)
        if move is not None:
            yield chart_name("moved", measure), _move(move, measure, index)
        yield chart_name("tornado", measure), _sensitivity(insight, measure, index)
    score = insight["score"]
    columns = ("day", "log_score", "log_score_of_prior", "log_score_without_drift")
    yield "score", ChartData(columns, tuple((its["day"], its["topic"], its["prior"], its.get("still")) for its in score))


def _history(content: TopicContent, insight: InsightContent, index: int) -> ChartData:
    """A measure over the days of the record; the range of the last day is the published one, where there is any."""
    measure, points = insight["measures"][index], points_of(insight, index)
    answer = next((its for its in content["answers"] if its["name"] == measure["question"]), None)
    today = published_range(answer) if answer is not None and not measure["label"] else None
    rows: list[DataRow] = []
    for point in points:
        ends = point["ranges"][index] if "ranges" in point else None
        low, high = today if today is not None and point is points[-1] else ends or (None, None)
        rows.append((point["day"], value_at(point, index), error_at(point, index), low, high, "; ".join(point["news"]), _unit(measure)))
    return ChartData(("day", "value", "error", "low", "high", "news", "unit"), tuple(rows))


def _probabilities(answers: Iterable[AnswerContent]) -> ChartData:
    """The open probabilities, each with the 90 % range of the chance itself."""
    rows: list[DataRow] = []
    for answer in answers:
        value = answer["value"]
        if value is not None and is_probability(value, answer["kind"]) and answer["status"] == "open":
            low, high = value["chance"] or (None, None)
            rows.append((answer["name"], answer["asks"], value["value"], value["error"], low, high))
    return ChartData(("question", "asks", "probability", "error", "low", "high"), tuple(rows))


def _answer(answer: AnswerContent) -> ChartData | None:
    """The distribution of an answer that is no probability; None of one that is."""
    value, kind = answer["value"], answer["kind"]
    if value is None:
        return None
    if is_distribution(value, kind):
        curve = value["shape"]
        height = "probability" if curve["discrete"] else DENSITIES[value.get("scale", "linear")]
        return ChartData(("value", height, "unit"), tuple((x, y, answer["unit"]) for x, y in zip(curve["x"], curve["y"], strict=True)))
    if is_date(value, kind):
        return ChartData(("day", "probability"), tuple((point["day"], point["probability"]) for point in value["curve"]))
    if is_shares(value, kind):
        rows = [(share["label"], share["value"], share["error"]) for share in value["shares"]]
        return ChartData(("choice", "probability", "error"), (*rows, ("none of these", value["none"], value.get("none_error"))))
    return None


def _stream(stream: StreamContent) -> ChartData | None:
    """The running total of a stream, as recorded and as simulated; None where nothing is simulated, or steps of it do not add up."""
    future = stream["fan"]
    if future is None or counts_of_each_step(stream):
        return None
    recorded = {point["day"]: point["total"] for point in stream["past"]}
    simulated = dict(zip(future["days"], future["quantiles"], strict=True))
    nothing = [None] * len(QUANTILE_COLUMNS)
    rows = tuple((day, recorded.get(day), *simulated.get(day, nothing), stream["unit"]) for day in sorted({*recorded, *simulated}))
    return ChartData(("day", "recorded", *QUANTILE_COLUMNS, "unit"), rows)


def _cumulative(answer: AnswerContent, total: CumulativeContent) -> ChartData:
    """What a question counts by the ends of days: as recorded where that is known, and the points of what may be."""
    days = zip(total["days"], total["quantiles"], strict=True)
    rows = tuple(
        (day, points[0] if day <= total["through"] and points[0] == points[-1] else None, *points, answer["unit"]) for day, points in days
    )
    return ChartData(("day", "recorded", *QUANTILE_COLUMNS, "unit"), rows)


def _parameter(values: Sequence[ParameterContent]) -> ChartData:
    """Prior and posterior of a parameter: of its categories, as two curves, or as quantiles of each label."""
    first = values[0]
    if first["categories"]:
        rows: list[DataRow] = [
            (value["label"], category["label"], category["prior"], category["posterior"], category.get("error"))
            for value in values
            for category in value["categories"]
        ]
        return ChartData(("label", "category", "prior", "posterior", "error"), tuple(rows))
    if has_curves(values):
        discrete = first["posterior"]["shape"]["discrete"]
        height = "probability" if discrete else DENSITIES[first["scale"]]
        curves = [(which, first[which]["shape"]) for which in BELIEFS]
        return ChartData(
            ("distribution", "value", height, "unit"),
            tuple((which, x, y, first["unit"]) for which, its in curves for x, y in zip(its["x"], its["y"], strict=True)),
        )
    columns = ("label", *(f"{which}_{point}" for which in BELIEFS for point in QUANTILE_COLUMNS), "unit")
    return ChartData(
        columns, tuple((value["label"], *(x for which in BELIEFS for x in value[which]["quantiles"]), value["unit"]) for value in values)
    )


def _move(move: Move, measure: MeasureContent, index: int) -> ChartData:
    """A change from its first day to its last: each part in its order, and where the measure stands after it."""
    unit, here = _unit(measure), move["before"][index]
    rows: list[DataRow] = [("before", "", move["since"], "", None, None, here, unit)]
    for part in move["parts"]:
        here += part["points"][index]
        rows.append((part["about"], part["kind"], part["known"], part["source"], part["points"][index], part["errors"][index], here, unit))
    rows.append(("after", "", move["until"], "", None, None, move["after"][index], unit))
    return ChartData(("part", "kind", "day", "source", "change", "error", "value", "unit"), tuple(rows))


def _sensitivity(insight: InsightContent, measure: MeasureContent, index: int) -> ChartData:
    """A measure with each prior changed in each way."""
    rows: list[DataRow] = []
    for its in insight["sensitivity"]:
        found = its["values"][index]
        rows.append(
            (
                its["parameter"],
                its["label"],
                its.get("variant", ""),
                its["change"],
                its["statement"],
                found["value"],
                found["change"],
                found["error"],
                _unit(measure),
            )
        )
    return ChartData(("parameter", "label", "variant", "prior", "statement", "value", "change", "error", "unit"), tuple(rows))


def _forecasts(question: RecordedQuestion) -> ChartData:
    """The probabilities on record of a question, the newest first."""
    rows = tuple(
        (its["day"], its.get("ended"), its["who"], its["kind"], its["probability"], its["why"], its["source"])
        for its in question["forecasts"]
        if "probability" in its
    )
    return ChartData(("day", "until", "who", "kind", "probability", "why", "source"), rows)


def _contract(contract: ContractContent) -> ChartData:
    """Quotes of a contract and our fair prices, in the order of time."""
    history = contract["history"]
    rows: list[DataRow] = [(its["at"], its["bid"], its["ask"], its["drawn"], None, None, None) for its in history["quotes"]]
    rows += [(its["day"], None, None, None, its["value"], its["low"], its["high"]) for its in history["answers"]]
    return ChartData(("at", "bid", "ask", "price", "fair", "low", "high"), tuple(sorted(rows, key=lambda row: str(row[0]))))


def _unit(measure: MeasureContent) -> str:
    return "share" if is_percent(measure) else measure["unit"]


def _cell_text(cell: DataCell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return spreadsheet_cell(cell)
    return repr(float(cell)).removesuffix(".0")
