"""The JSON Schemas of what commands print after ``--json``; ``python -m forecast.cli.outputs.schemas`` writes them to forecast/schemas/json/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from forecast.book.files.schemas import DIALECT, SCHEMA_DIRECTORY
from forecast.book.files.writing import write_whole
from forecast.cli.outputs.formats import OUTPUT_FORMATS, WITHOUT_FORMAT

OUTPUT_DIRECTORY = SCHEMA_DIRECTORY / "json"
OUTPUT_COMMANDS = {  # what is typed for each
    "calibration": "forecast calibration --json",
    "check": "forecast check --json",
    "diff": "forecast diff RUN RUN --json",
    "diff-published": "forecast diff RUN --published --json",
    "due": "forecast due --json",
    "evidence": "forecast evidence TOPIC --json",
    "history": "forecast history QUESTION --json",
    "import": "forecast import PLATFORM FILE --json",
    "init": "forecast init DIR --json",
    "market-add": "forecast market add ... --json",
    "market-coherence": "forecast market coherence --json",
    "market-compare": "forecast market compare --json",
    "market-import": "forecast market import VENUE FILE --json",
    "market-import-trades": "forecast market import-trades VENUE FILE --json",
    "market-list": "forecast market list --json",
    "market-positions": "forecast market positions --json",
    "market-stake": "forecast market stake ... --json",
    "market-trade": "forecast market trade ... --json",
    "new": "forecast new TOPIC ... --json",
    "observe": "forecast observe STREAM ... --json",
    "observe-rows": "forecast observe STREAM --rows FILE.csv --json",
    "prior-elicit": "forecast prior elicit ... --json",
    "prior-predictive": "forecast prior predictive TOPIC --json",
    "prior-set": "forecast prior set ... --json",
    "prior-show": "forecast prior show --json",
    "problems": "any command with --json that errors stop (exit code 1)",
    "record": "forecast say, withdraw or resolve with --json",
    "score": "forecast score --json",
    "score-hindcasts": "forecast score --hindcasts --json",
    "show": "forecast show --json",
    "update": "forecast update --json",
    "update-plan": "forecast update --plan --json",
    "whatif": "forecast whatif TOPIC ... --json",
    "why": "forecast why QUESTION --json",
    "why-since": "forecast why QUESTION --since DATE --json",
}


def output_schema_texts() -> dict[str, str]:
    """Return the text of each output's schema, by the name of the output."""
    return {name: json.dumps(_output_schema(name, shape), indent=2, ensure_ascii=False) + "\n" for name, shape in _shapes().items()}


def main() -> None:
    """Write the schemas to their place."""
    for name, text in output_schema_texts().items():
        write_whole(OUTPUT_DIRECTORY / f"{name}.json", text)


def _shapes() -> Mapping[str, Any]:
    from forecast.cli.outputs import answer_outputs as answers
    from forecast.cli.outputs import book_outputs as book
    from forecast.cli.outputs import market_outputs as markets
    from forecast.schema.calibration import CalibrationContent
    from forecast.schema.hindcast_scores import HindcastScoresContent
    from forecast.schema.score import ScoresContent

    return {
        "calibration": CalibrationContent,
        "check": book.CheckOutput,
        "diff": answers.DiffOutput,
        "diff-published": answers.DiffPublishedOutput,
        "due": book.DuesOutput,
        "evidence": answers.EvidenceOutput,
        "history": answers.HistoryOutput,
        "import": book.ImportOutput,
        "init": book.InitOutput,
        "market-add": markets.MarketAddOutput,
        "market-coherence": markets.MarketCoherenceOutput,
        "market-compare": markets.MarketCompareOutput,
        "market-import": markets.MarketImportOutput,
        "market-import-trades": markets.MarketImportTradesOutput,
        "market-list": markets.MarketListOutput,
        "market-positions": markets.MarketPositionsOutput,
        "market-stake": markets.MarketStakeOutput,
        "market-trade": markets.MarketTradeOutput,
        "new": book.NewOutput,
        "observe": book.ObserveOutput,
        "observe-rows": book.ObserveRowsOutput,
        "prior-elicit": book.PriorElicitOutput,
        "prior-predictive": answers.PriorPredictiveOutput,
        "prior-set": book.PriorSetOutput,
        "prior-show": book.PriorShowOutput,
        "problems": book.ProblemsOutput,
        "record": book.RecordOutput,
        "score": ScoresContent,
        "score-hindcasts": HindcastScoresContent,
        "show": answers.ShowOutput,
        "update": answers.UpdateOutput,
        "update-plan": answers.UpdatePlanOutput,
        "whatif": answers.WhatIfOutput,
        "why": answers.WhyOutput,
        "why-since": answers.MoveOutput,
    }


def _output_schema(name: str, shape: Any) -> dict[str, Any]:
    """The schema of one output, which demands its version where it has a place for it."""
    from pydantic import TypeAdapter  # 0.2 s

    made = _plain_schema(TypeAdapter(shape).json_schema(mode="serialization"))
    version = OUTPUT_FORMATS[name]
    schema = {"$schema": DIALECT, "$id": f"urn:forecast:json:{name}:{version}", "title": OUTPUT_COMMANDS[name], **made}
    if name not in WITHOUT_FORMAT:
        schema["properties"] = {"format": {"const": version}, **{key: its for key, its in schema["properties"].items() if key != "format"}}
        schema["required"] = ["format", *(key for key in schema["required"] if key != "format")]
    return schema


def _plain_schema(part: Any) -> Any:
    """A schema without the titles that are made of keys, and with names marked as in Markdown; a property may be called `title`."""
    if isinstance(part, list):
        return [_plain_schema(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: {name: _plain_schema(its) for name, its in value.items()}
        if key in {"properties", "$defs"}
        else value.replace("``", "`")
        if key == "description"
        else _plain_schema(value)
        for key, value in part.items()
        if not (key == "title" and isinstance(value, str))
    }


if __name__ == "__main__":
    main()
