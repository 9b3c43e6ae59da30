"""Whether the parts of a report's JSON fit together: days that exist, lists of the same length, names that are there.

The shape says which keys there are and of which type; pages, pictures and
commands read more into a report than that.  Its digest is no proof of anything:
whoever writes a report can write the digest too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from forecast.language.faults import Fault
from forecast.language.statements import parse_statement
from forecast.schema.answers import AnswerKind, AnswerValue, Curve, is_date, is_distribution, is_probability, is_shares
from forecast.schema.contract_faults import contract_faults
from forecast.schema.cumulative_faults import cumulative_faults
from forecast.schema.curves import has_curve
from forecast.schema.long_records import row_count
from forecast.schema.number_faults import number_faults
from forecast.schema.probability_faults import NO_PROBABILITY, probability_faults
from forecast.schema.regimes import regime_faults
from forecast.schema.scenarios import scenario_faults
from forecast.schema.variant_faults import parameters_of_variants, variant_faults
from forecast.schema.words import UNANSWERED

if TYPE_CHECKING:
    from forecast.schema.topic import TopicContent

FILE_NAME = re.compile(r"[A-Za-z0-9_-]+")  # of a topic, a question or a stream, whose pictures are named so

DAY_PATHS = (
    "as_of",
    "opens",
    "answers.*.value.curve.*.day",
    "answers.*.crossings.*.start",
    "answers.*.crossings.*.end",
    "answers.*.crossings.*.day",
    "answers.*.failed.first",
    "answers.*.failed.last",
    "answers.*.cumulative.through",
    "answers.*.cumulative.days.*",
    "streams.*.rows.*.start",
    "streams.*.rows.*.end",
    "streams.*.rows.*.known",
    "streams.*.long.spans.*.start",
    "streams.*.long.spans.*.end",
    "streams.*.through",
    "streams.*.past.*.day",
    "streams.*.fan.days.*",
    "series.*.points.*.day",
    "series.*.points.*.known",
    "insight.as_of",
    "insight.moves.*.since",
    "insight.moves.*.until",
    "insight.surprise.*.known",
    "insight.score.*.day",
    "insight.information.*.until",
    "insight.signposts.*.until",
    "insight.history.points.*.day",
    "contracts.*.history.answers.*.day",
    "contracts.*.rows_since.*.known",
    "priors_written",
    "on_record.*.forecasts.*.day",
    "on_record.*.forecasts.*.ended",
)
OPTIONAL_DAY_PATHS = (
    "answers.*.by",
    "answers.*.since",
    "scenarios.scenarios.*.by",
    "scenarios.scenarios.*.since",
    "parameters.*.reviewed",
    "insight.moves.*.parts.*.known",
    "insight.history.settled.*",
    "on_record.*.by",
)
IN_ORDER = ("answers.*.value.curve", "streams.*.past", "insight.score", "insight.history.points")  # lists of what has a `day`
LIST_LENGTHS = {  # how many numbers a list has, where it is there
    "parameters.*.prior.quantiles": 5,
    "parameters.*.posterior.quantiles": 5,
    "parameters.*.parts.*.points": 3,
    "streams.*.fan.quantiles.*": 5,
    "streams.*.classes.*.quantiles": 5,
    "insight.checks.*.quantiles": 5,
    "insight.history.points.*.ranges.*": 2,
    "answers.*.value.quantiles": 5,
    "answers.*.cumulative.quantiles.*": 5,
    "answers.*.value.errors": 5,
    "answers.*.value.hub_quantiles": 23,
    "answers.*.value.chance": 2,
    "answers.*.value.modes.*.quantiles": 3,
    "answers.*.value.chance_errors": 2,
    **{
        f"scenarios.{branch}.{ends}": 2
        for branch in ("scenarios.*.probability", "none.probability", "several")
        for ends in ("chance", "chance_errors")
    },
}
SETTLED_PATH = "insight.history.settled"  # empty where the history is
OF_EACH_MEASURE = (
    "insight.moves.*.before",
    "insight.moves.*.after",
    "insight.moves.*.errors",
    "insight.moves.*.sentences",
    "insight.moves.*.parts.*.points",
    "insight.moves.*.parts.*.errors",
    "insight.moves.*.parts.*.bits",
    "insight.leverage.*.values",
    "insight.sensitivity.*.values",
    "insight.information.*.values",
    "insight.information.*.errors",
    "insight.signposts.*.values",
    "insight.history.points.*.values",
    "insight.history.points.*.errors",
    "insight.history.points.*.ranges",
    SETTLED_PATH,
)
OF_STREAMS: tuple[Literal["surprise", "checks", "information", "signposts", "leverage"], ...] = (
    "surprise",
    "checks",
    "information",
    "signposts",
    "leverage",
)  # in each of an insight's lists: a `stream`, and in two of them the `row` of it
OF_CLASSES = {"information", "signposts"}  # of them, those that may name a class of a stream in its place, as "good of mood"
BELIEFS: tuple[Literal["prior", "posterior"], ...] = ("prior", "posterior")
NAMED_ONCE: tuple[Literal["answers", "streams", "series", "quantities"], ...] = ("answers", "streams", "series", "quantities")
KEY_OF_KIND = {"probability": "chance", "distribution": "shape", "date": "curve", "shares": "shares"}


def inconsistency(content: TopicContent, *, numbers: bool = True) -> str:
    """Return the first thing that does not fit in a content of the right shape, with its place; empty where all does.

    Without ``numbers`` none is looked for that is too large to be shown.
    """
    checks = (number_faults,) if numbers else ()
    for faults in (
        *checks,
        _day_faults,
        _answer_faults,
        _list_faults,
        _shape_faults,
        _mass_faults,
        _probability_faults,
        _future_faults,
        _name_faults,
        _other_faults,
        _regime_faults,
        scenario_faults,
    ):
        for place, what in faults(content):
            return f"`{place}`: {what}"
    return ""


def _day_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Days that do not exist, or do not follow one another."""
    for path in DAY_PATHS:
        yield from ((place, "this is no day") for place, value in _values_at(content, path) if not _is_day(value))
    for path in OPTIONAL_DAY_PATHS:
        yield from ((place, "this is no day") for place, value in _values_at(content, path) if value and not _is_day(value))
    for path in IN_ORDER:
        for place, points in _values_at(content, path):
            days = [str(day) for _, day in _values_at(points, "*.day")]
            if any(later < earlier for earlier, later in pairwise(days)):
                yield place, "these days are not in order"


def _answer_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Answers whose value is of another kind, or empty."""
    for number, answer in enumerate(content["answers"]):
        place, value, kind = f"answers.{number}.value", answer["value"], answer["kind"]
        if answer["status"] == "resolved" or "resolution" in answer or "model_headline" in answer:
            yield f"answers.{number}", "a resolution belongs to what is on record of a question, not to its answer"
        elif (value is None) != (answer["status"] in UNANSWERED):
            yield place, f"{'no' if value is None else 'a'} value does not go with the status `{answer['status']}`"
        elif value is None:
            if ("failed" in answer) != (answer["status"] == "void") or bool(answer.get("reasons")) != (
                answer["status"] == "not answerable"
            ):
                yield f"answers.{number}", f"a question that is {answer['status']} does not say why"
        elif KEY_OF_KIND[kind] not in value:
            yield place, f"this is not the value of a {kind}"
        else:
            yield from _value_faults(place, value, kind)


def _value_faults(place: str, value: AnswerValue, kind: AnswerKind) -> Iterator[tuple[str, str]]:
    """What is missing from the value of an answer of some kind, and days that do not exist."""
    if is_distribution(value, kind) and (value["mean"] is None) != (value["mean_error"] is None):
        yield place, "an expected value and its error go together"
    elif is_probability(value, kind) and (value["chance"] is None) != (value["chance_errors"] is None):
        yield place, "an interval and its errors go together"
    elif is_shares(value, kind) and not value["shares"]:
        yield place, "there is no choice"
    elif is_date(value, kind) and len(value["curve"]) == 1:
        yield place, "one day makes no curve"
    elif is_date(value, kind):
        yield from ((f"{place}.quantiles", "this is no day") for day in value["quantiles"] if day is not None and not _is_day(day))


def _list_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Lists that are not as long as they are read."""
    for path, length in LIST_LENGTHS.items():
        for place, value in _values_at(content, path):
            if isinstance(value, list) and len(value) != length:
                yield place, f"there are {len(value)} here, and not {length}"
    insight = content["insight"]
    if insight is None:
        return
    length = len(insight["measures"])
    for path in OF_EACH_MEASURE:
        for place, value in _values_at(content, path):
            if isinstance(value, list) and len(value) != length and (value or path != SETTLED_PATH or insight["history"]["points"]):
                yield place, f"there are {len(value)} here, and {length} measures"


def _shape_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Curves that cannot be drawn."""
    for place, shape in _shapes(content):
        xs, ys = shape["x"], shape["y"]
        if len(xs) != len(ys) or len(xs) < (1 if shape["discrete"] else 2):
            yield place, f"{len(xs)} values of x and {len(ys)} of y make no curve"
        elif any(later <= earlier for earlier, later in pairwise(xs)):
            yield place, "the values of x do not rise"
        elif min(ys) < 0 or max(ys) <= 0:
            yield place, "a density is positive somewhere and negative nowhere"
    counts = Counter(parameter["name"] for parameter in content["parameters"])
    for number, parameter in enumerate(content["parameters"]):
        for name in BELIEFS:
            belief = parameter[name]
            if "shape" not in belief and has_curve(parameter, counts[parameter["name"]]):
                yield f"parameters.{number}.{name}", "there is no curve for its picture"
            curve = belief["shape"]["x"] if "shape" in belief else []
            if parameter["scale"] == "log" and min(*curve, *belief["quantiles"], 1.0) <= 0:
                yield f"parameters.{number}.{name}", "there is no logarithm of this"
            if any(later < earlier for earlier, later in pairwise(belief["quantiles"])):
                yield f"parameters.{number}.{name}.quantiles", "these points do not rise"


def _mass_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Where the values of a number and their probabilities are not as many, or none."""
    for number, answer in enumerate(content["answers"]):
        value = answer["value"]
        if value is not None and is_distribution(value, answer["kind"]) and "pmf" in value:
            mass = value["pmf"]
            if not mass["x"] or len(mass["x"]) != len(mass["y"]):
                yield f"answers.{number}.value.pmf", "has not as many values as probabilities, or none"


def _probability_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Probabilities in the answers that are none."""
    return probability_faults(content["answers"])


def _shapes(content: TopicContent) -> Iterator[tuple[str, Curve]]:
    """Every curve with its place: the priors', the posteriors', and the answers'."""
    for name in BELIEFS:
        for number, parameter in enumerate(content["parameters"]):
            if "shape" in parameter[name]:
                yield f"parameters.{number}.{name}.shape", parameter[name]["shape"]
    for number, answer in enumerate(content["answers"]):
        if answer["value"] is not None and is_distribution(answer["value"], answer["kind"]):
            yield f"answers.{number}.value.shape", answer["value"]["shape"]


def _future_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Futures of streams, and totals of questions, whose days and points do not go together."""
    yield from cumulative_faults(content["answers"], streams=[stream["name"] for stream in content["streams"]])
    for number, stream in enumerate(content["streams"]):
        place, future = f"streams.{number}.fan", stream["fan"]
        if future is None:
            continue
        days, points = future["days"], future["quantiles"]
        if not days or len(days) != len(points):
            yield place, f"{len(days)} days and points on {len(points)} days make no future"
        elif any(later < earlier for earlier, later in pairwise(days)):
            yield place, "these days are not in order"
        elif any(part["quantiles"] is None for part in stream.get("classes", ())):
            yield f"streams.{number}.classes", "a class has no future and its stream has one"


def _name_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Names that are given twice, or of what is not there."""
    for key in NAMED_ONCE:
        yield from _duplicate_name_faults(key, [part["name"] for part in content[key]])
    parameters = [f"{parameter['name']}[{parameter['label']}]" for parameter in content["parameters"]]
    yield from _duplicate_name_faults("parameters", parameters)
    streams = {stream["name"] for stream in content["streams"]}
    for place, name in _values_at(content, "answers.*.crossings.*.stream"):
        if name not in streams:
            yield place, "there is no such stream"
    yield from _row_faults(content)
    yield from _reference_faults(content)


def _regime_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Hidden regimes whose parts do not go together."""
    streams, parameters = ([its["name"] for its in content[key]] for key in ("streams", "parameters"))
    return regime_faults(content.get("regimes", []), streams=streams, parameters=parameters)


def _row_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Streams and rows of which something is said in the insight, and which are not there."""
    insight = content["insight"]
    if insight is None:
        return
    rows = {stream["name"]: row_count(stream) for stream in content["streams"]}
    classes = {f"{part['label']} of {stream['name']}" for stream in content["streams"] for part in stream.get("classes", ())}
    for key in OF_STREAMS:
        named = {*rows, *classes} if key in OF_CLASSES else set(rows)
        for number, part in enumerate(insight[key]):
            place, row = f"insight.{key}.{number}", part.get("row")
            if part["stream"] not in named and (part["stream"] or key != "leverage"):
                yield f"{place}.stream", "there is no such stream"
            elif isinstance(row, int) and not 0 <= row < rows.get(part["stream"], 0):
                yield f"{place}.row", "there is no such row"


def _reference_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Questions and parameters that lead or of which something is said in the insight, and which are not there."""
    questions = {answer["name"] for answer in content["answers"]}
    for path in ("lead", "insight.measures.*.question", "insight.split.*.question"):
        yield from ((place, "there is no such question") for place, name in _values_at(content, path) if name not in questions)
    parameters = {parameter["name"] for parameter in content["parameters"]} | set(parameters_of_variants(content))
    for path in ("insight.sensitivity.*.parameter", "insight.power.*.parameter", "insight.split.*.parts.*.parameter"):
        yield from ((place, "there is no such parameter") for place, name in _values_at(content, path) if name not in parameters)


def _other_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """What else a page takes for granted."""
    if not content["engine"]["words"]:
        yield "engine.words", "nothing is said of the engine"
    for number, stream in enumerate(content["streams"]):
        listed = stream["long"]["listed"] if "long" in stream else []
        if "long" in stream and len(listed) != len(stream["rows"]):
            yield f"streams.{number}.long.listed", f"{len(listed)} rows are listed, and {len(stream['rows'])} are there"
        elif listed != sorted(set(listed)) or (listed and not 0 <= listed[0] <= listed[-1] < row_count(stream)):
            yield f"streams.{number}.long.listed", "these are not rows of the record in their order"
    yield from _recorded_faults(content)
    yield from contract_faults(content.get("contracts", ()))
    yield from variant_faults(content)
    checks = content["verdict"]["checks"]
    for number, check in enumerate(checks):
        if list(check) != list(checks[0]):
            yield f"verdict.checks.{number}", "this check has not the keys of the first"
    for number, stream in enumerate(content["streams"]):
        try:
            parse_statement(stream["statement"])
        except Fault as fault:
            yield f"streams.{number}.statement", fault.message


def _recorded_faults(content: TopicContent) -> Iterator[tuple[str, str]]:
    """Forecasts on record that no page can show."""
    questions = content.get("on_record", [])
    yield from _duplicate_name_faults("on_record", [question["name"] for question in questions])
    for number, question in enumerate(questions):
        if not FILE_NAME.fullmatch(question["name"]):
            yield f"on_record.{number}.name", "no question can have this name"
        for at, forecast in enumerate(question["forecasts"]):
            if not 0 <= forecast.get("probability", 0) <= 1:
                yield f"on_record.{number}.forecasts.{at}.probability", NO_PROBABILITY


def _duplicate_name_faults(place: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    if len(set(names)) < len(names):
        yield place, "two of them have one name"


def _is_day(value: object) -> bool:
    """Whether a value is a day as reports write it."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _values_at(content: object, path: str) -> Iterator[tuple[str, object]]:
    """Everything at a path, where ``*`` stands for each of a list, with its place; nothing where a key is missing or null."""
    places: list[tuple[str, object]] = [("", content)]
    for key in path.split("."):
        if key == "*":
            places = [
                (f"{place}.{index}", inner) for place, value in places if isinstance(value, list) for index, inner in enumerate(value)
            ]
        else:
            places = [(f"{place}.{key}", value[key]) for place, value in places if isinstance(value, dict) and key in value]
    return ((place.removeprefix("."), value) for place, value in places)
