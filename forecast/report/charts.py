"""Every picture of a topic, by name, in the order of its page."""

from __future__ import annotations

from forecast.report.charts_answers import answer_chart, probability_chart
from forecast.report.charts_beliefs import parameter_chart
from forecast.report.charts_fit import checks_chart, score_chart, split_chart
from forecast.report.charts_forecasts import forecasts_chart
from forecast.report.charts_lead import lead_chart
from forecast.report.charts_markets import contract_chart
from forecast.report.charts_record import cumulative_chart, fan_chart
from forecast.report.charts_why import history_charts, tornado_charts, waterfall_charts
from forecast.report.drawing import Chart
from forecast.report.graph import model_graph
from forecast.schema.topic import ParameterContent, TopicContent
from forecast.sentences.own_priors import versions_of_varied_priors


def topic_charts(content: TopicContent) -> dict[str, Chart]:
    """Return every picture of a topic by name."""
    charts = [lead_chart(content), probability_chart(content), *(answer_chart(answer) for answer in content["answers"])]
    insight = content["insight"]
    if insight is not None:
        charts += [*waterfall_charts(insight), *history_charts(content, insight)]
    charts += [fan_chart(stream, as_of=content["as_of"]) for stream in content["streams"]]
    charts += [cumulative_chart(answer, content["streams"], as_of=content["as_of"]) for answer in content["answers"]]
    groups: dict[str, list[ParameterContent]] = {}
    for parameter in content["parameters"]:
        groups.setdefault(parameter["name"], []).append(parameter)
    charts += [parameter_chart(values) for values in groups.values()]
    if insight is not None:
        charts += [
            *tornado_charts(insight, versions_of_varied_priors(content)),
            checks_chart(insight),
            score_chart(insight),
            split_chart(insight),
        ]
    charts += [forecasts_chart(question, as_of=content["as_of"]) for question in content.get("on_record", ())]
    charts += [contract_chart(contract, as_of=content["as_of"]) for contract in content.get("contracts", ())]
    charts.append(model_graph(content))
    return {chart.name: chart for chart in charts if chart is not None}
