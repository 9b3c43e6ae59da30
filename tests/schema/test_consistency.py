"""A report's JSON whose parts do not fit together is refused, wherever it is wrong; nothing that reads it ends in a traceback."""

from __future__ import annotations

import copy
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from forecast.report.pages import render_index, render_topic
from forecast.schema.columns import columns_to_tables
from forecast.schema.consistency import inconsistency
from forecast.schema.topic import ReportFault, digest_of, read_content
from tests.support.command_line import CliRunner, commands
from tests.support.paths import ROOT, topic_reports
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content

pytestmark = pytest.mark.medium

REPORTS = ROOT / "reports"
COMMITTED = sorted(path.relative_to(REPORTS).as_posix() for path in topic_reports(REPORTS))
TEXTS = ("", "x", "2025-13-40", "20250301", "9999-12-31", "0001-01-01", "<script>", "\x1b[2J", "A" * 10_000, "../x", "2025-03-01")
NUMBERS = (0, -1, 1, 10**6, 10**30, 10**400, 0.0, -1.0, 1e308, -1e308, 5e-324, 0.5, 2.0)


def content_of(name: str) -> dict[str, Any]:
    """The content of a committed report."""
    return columns_to_tables(json.loads((REPORTS / name).read_bytes()))


def whole_content() -> dict[str, Any]:
    """A content with every part that a topic without variants has, and two checks of the engines."""
    content = columns_to_tables(json.loads(json.dumps(with_insight(sample_content()))))
    check = {"kind": "answer", "name": "captives", "label": "", "what": "mean", "fast": 1.0, "nuts": 1.0, "errors_apart": 0.0}
    content["verdict"] |= {"verdict": "agreed", "checks": [check, copy.deepcopy(check)]}
    return content


@pytest.mark.parametrize("name", COMMITTED)
def test_a_report_that_was_published_is_consistent(name: str):
    """Nothing is found in the committed reports."""
    assert not inconsistency(content_of(name))


def at(content: Any, path: str) -> Any:
    """What stands at a path."""
    for key in path.split("."):
        content = content[int(key) if key.isdigit() else key]
    return content


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change that puts a value at a path."""

    def change(content: dict[str, Any]) -> None:
        above, _, last = path.rpartition(".")
        inner = at(content, above) if above else content
        inner[int(last) if last.isdigit() else last] = value

    return change


def cut(path: str) -> Callable[[dict[str, Any]], None]:
    """A change that takes the last of a list away."""
    return lambda content: at(content, path).pop()


def doubled(path: str) -> Callable[[dict[str, Any]], None]:
    """A change that repeats the last of a list."""
    return lambda content: at(content, path).append(copy.deepcopy(at(content, path)[-1]))


def turned(path: str) -> Callable[[dict[str, Any]], None]:
    """A change that turns a list round."""
    return lambda content: at(content, path).reverse()


WRONG = (
    (put("as_of", "2025-02-30"), "`as_of`: this is no day"),
    (put("answers.0.value", None), "`answers.0.value`: no value does not go with the status `open`"),
    (put("answers.0.status", "void"), "`answers.0.value`: a value does not go with the status `void`"),
    (put("as_of", "20250301"), "`as_of`: this is no day"),
    (put("opens", ""), "`opens`: this is no day"),
    (put("answers.0.by", "tomorrow"), "`answers.0.by`: this is no day"),
    (put("streams.0.rows.0.known", "2025-01-32"), "`streams.0.rows.0.known`: this is no day"),
    (put("streams.0.through", ""), "`streams.0.through`: this is no day"),
    (put("insight.moves.0.parts.0.known", "x"), "`insight.moves.0.parts.0.known`: this is no day"),
    (turned("insight.history.points"), "`insight.history.points`: these days are not in order"),
    (turned("insight.score"), "`insight.score`: these days are not in order"),
    (put("answers.0.kind", "shares"), "`answers.0.value`: this is not the value of a shares"),
    (put("answers.0.value.chance_errors", None), "`answers.0.value`: an interval and its errors go together"),
    (put("answers.0.value.chance", [0.1]), "`answers.0.value.chance`: there are 1 here, and not 2"),
    (cut("parameters.0.prior.quantiles"), "`parameters.0.prior.quantiles`: there are 4 here, and not 5"),
    (doubled("insight.checks.0.quantiles"), "`insight.checks.0.quantiles`: there are 6 here, and not 5"),
    (cut("insight.moves.0.before"), "`insight.moves.0.before`: there are 9 here, and 10 measures"),
    (cut("insight.moves.0.sentences"), "`insight.moves.0.sentences`: there are 9 here, and 10 measures"),
    (cut("insight.moves.0.parts.0.points"), "`insight.moves.0.parts.0.points`: there are 9 here, and 10 measures"),
    (doubled("insight.leverage.0.values"), "`insight.leverage.0.values`: there are 11 here, and 10 measures"),
    (cut("insight.history.settled"), "`insight.history.settled`: there are 9 here, and 10 measures"),
    (
        put("parameters.0.prior.shape", {"discrete": False, "x": [0.0, 1.0, 2.0], "y": [1.0, 2.0]}),
        "`parameters.0.prior.shape`: 3 values of x and 2 of y make no curve",
    ),
    (turned("parameters.0.prior.shape.x"), "`parameters.0.prior.shape`: the values of x do not rise"),
    (
        put("parameters.0.prior.shape", {"discrete": False, "x": [0.0, 1.0], "y": [0.0, 0.0]}),
        "`parameters.0.prior.shape`: a density is positive somewhere and negative nowhere",
    ),
    (turned("parameters.0.posterior.quantiles"), "`parameters.0.posterior.quantiles`: these points do not rise"),
    (cut("streams.0.fan.days"), "`streams.0.fan`: 18 days and points on 19 days make no future"),
    (turned("streams.0.fan.days"), "`streams.0.fan`: these days are not in order"),
    (doubled("answers"), "`answers`: two of them have one name"),
    (doubled("streams"), "`streams`: two of them have one name"),
    (put("insight.surprise.0.stream", "nothing"), "`insight.surprise.0.stream`: there is no such stream"),
    (put("insight.surprise.0.row", 9999), "`insight.surprise.0.row`: there is no such row"),
    (put("insight.surprise.0.row", -1), "`insight.surprise.0.row`: there is no such row"),
    (put("insight.measures.0.question", "nothing"), "`insight.measures.0.question`: there is no such question"),
    (put("insight.power.0.parameter", "nothing"), "`insight.power.0.parameter`: there is no such parameter"),
    (put("engine.words", []), "`engine.words`: nothing is said of the engine"),
    (put("verdict.checks.1", {}), "`verdict.checks.1`: this check has not the keys of the first"),
    (put("streams.0.statement", "Nonsense"), "`streams.0.statement`: a statement is a distribution with named arguments"),
    (put("answers.2.value.mean_error", None), "`answers.2.value`: an expected value and its error go together"),
    (put("answers.2.value.mean", None), "`answers.2.value`: an expected value and its error go together"),
    (put("answers.2.cumulative.days.0", "x"), "`answers.2.cumulative.days.0`: this is no day"),
    (cut("answers.2.cumulative.quantiles.0"), "`answers.2.cumulative.quantiles.0`: there are 4 here, and not 5"),
    (put("answers.2.cumulative.streams", ["nothing"]), "`answers.2.cumulative.streams`: there is no such stream"),
    (put("answers.2.cumulative.quantiles", []), "`answers.2.cumulative`: 17 days and points on 0 days make no curve"),
    (turned("answers.2.cumulative.days"), "`answers.2.cumulative.days`: these days are not in order"),
    (put("answers.2.cumulative.through", "2030-01-01"), "`answers.2.cumulative.through`: nothing lies after the record"),
    (put("answers.0.value.value", 2.0), "`answers.0.value.value`: a probability lies between 0 and 1"),
    (put("answers.0.value.value", -1e-9), "`answers.0.value.value`: a probability lies between 0 and 1"),
    (put("answers.0.value.chance.1", 1.5), "`answers.0.value.chance.1`: a probability lies between 0 and 1"),
    (put("answers.0.value.at_most", 2), "`answers.0.value.at_most`: a probability lies between 0 and 1"),
    (put("answers.0.annulment", {"probability": 2, "error": 0}), "`answers.0.annulment.probability`: a probability lies between 0 and 1"),
    (put("answers.2.value.modes", [{"share": -1, "quantiles": [1, 2, 3]}]), "`answers.2.value.modes.0.share`: a probability lies between 0 and 1"),
    (put("answers.2.value.pmf", {"x": [0, 1], "y": [2, -1]}), "`answers.2.value.pmf.y.0`: a probability lies between 0 and 1"),
    (put("answers.3.value.not_by_then", 2), "`answers.3.value.not_by_then`: a probability lies between 0 and 1"),
    (put("answers.3.value.curve.0.probability", -1), "`answers.3.value.curve.0.probability`: a probability lies between 0 and 1"),
    (put("answers.3.value.at_least", 2), "`answers.3.value.at_least`: a probability lies between 0 and 1"),
    (put("answers.5.value.shares.0.value", 2), "`answers.5.value.shares.0.value`: a probability lies between 0 and 1"),
    (put("answers.5.value.shares.0.at_most", 2), "`answers.5.value.shares.0.at_most`: a probability lies between 0 and 1"),
    (put("answers.5.value.none", -1), "`answers.5.value.none`: a probability lies between 0 and 1"),
    (put("streams.0.total", 1e301), "`streams.0.total`: this number is too large to be shown"),
    (put("insight.surprise.0.row", 10**305), "`insight.surprise.0.row`: this number is too large to be shown"),
    (put("streams.0.total", 10**400), "`streams.0.total`: input should be a valid number"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "message"), WRONG, ids=[message for _, message in WRONG])
def test_what_does_not_fit_is_named_with_its_place(change: Callable[[dict[str, Any]], None], message: str):
    """Each kind of misfit, with a digest that fits, is refused in these words."""
    content = whole_content()
    change(content)
    content["digest"] = digest_of(content)
    with pytest.raises(ReportFault, match="^" + re.escape(f"x: {message}; run `forecast update` to make it again") + "$"):
        read_content(json.dumps(content).encode(), name="x")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not whole"),
        (b"\xff\xfe", "is not whole"),
        (b"[" * 100_000, "is not whole"),
        (b'{"a":' * 100_000, "is not whole"),
        (b'{"format": 2, "a": NaN}', "is not whole"),
        (b'{"format": 2, "a": 1' + b"0" * 5_000 + b"}", "is not whole"),
        (b"[]", "is not the JSON of a report"),
        (b'"format"', "is not the JSON of a report"),
        (b'{"format": 1}', "has format 1; this program reads formats 2 and 3"),
        (b'{"format": "2"}', "has format '2'; this program reads formats 2 and 3"),
        (b'{"format": [[[]]]}', "has format [[[]]]; this program reads formats 2 and 3"),
        (b'{"format": 2}', "`digest`: field required"),
    ],
    ids=range(12),
)
def test_what_is_no_report_is_refused(data: bytes, message: str):
    """Cut short, nested too deep, of another format, or no report at all."""
    with pytest.raises(ReportFault, match=re.escape(message)):
        read_content(data)


def places_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything in a content."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places_of(inner, (*path, key))


def mutations_of(value: Any) -> list[Any]:
    """Other values for one."""
    match value:
        case str():
            return list(TEXTS)
        case bool():
            return [not value, None]
        case int() | float():
            return [*NUMBERS, None, "x"]
        case None:
            return ["x", 0.0, 1, [], {}, "2025-01-01"]
        case list():
            return [[], value[:1], value[:-1], value + value[-1:], value * 3, value[::-1], None, {}]
        case _:
            less = [dict(list(value.items())[1:]), dict(list(value.items())[:-1])] if value else []
            return [{}, *less, {**value, "extra": 1}, None, []]


def mutations(content: dict[str, Any], chance: random.Random) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """One place of every kind of place of a report, with what to put there."""
    kinds: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for path in places_of(content):
        kinds.setdefault(tuple("*" if isinstance(key, int) else key for key in path), []).append(path)
    for places in kinds.values():
        path = chance.choice(places)
        value = content
        for key in path:
            value = value[key]
        yield path, chance.choice(mutations_of(value))


def mutated(content: dict[str, Any], path: tuple[Any, ...], value: Any) -> tuple[str, bytes]:
    """A report with another value at a place and a digest that fits, with the place in words."""
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    before, kept = inner[path[-1]], content["digest"]
    inner[path[-1]] = value
    if path != ("digest",):
        content["digest"] = digest_of(columns_to_tables(content))
    data = json.dumps(content).encode()
    content["digest"] = kept
    inner[path[-1]] = before
    return ".".join(map(str, path)), data


def render_everything(data: bytes) -> None:
    """Make the pages of a report, as `forecast report` does."""
    content = read_content(data)
    render_topic(content)
    render_index([content])


@pytest.mark.parametrize("most", [10, pytest.param(10_000, marks=(pytest.mark.study, pytest.mark.slow))])
@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name == "return.json" else pytest.mark.slow) for name in COMMITTED])
def test_a_mutated_report_is_shown_or_refused(name: str, most: int):
    """One value of some kinds of places changed, or of every kind, with a fixed seed: pages are made, or a fault says why not.

    Some notice what many kinds of places have in common, such as a text, a number or a list that is taken as it is; every kind is a study.
    """
    chance = random.Random(20261127)
    contents = [content_of(name), json.loads((REPORTS / name).read_bytes())]  # tables as rows, and as columns
    found = [(content, *mutation) for content in contents for mutation in mutations(content, chance)]
    for content, path, value in chance.sample(found, min(most, len(found))):
        place, data = mutated(content, path, value)
        with_place = partial(pytest.fail, f"{place} changed in {name} ends in an exception", pytrace=True)
        try:
            render_everything(data)
        except ReportFault:
            pass
        except Exception:  # noqa: BLE001 - any other is what this test looks for
            with_place()


@pytest.mark.parametrize(
    ("seed", "most"),
    [(1, 12), *(pytest.param(seed, 400, marks=(pytest.mark.study, pytest.mark.slow)) for seed in (3, 4, 5))],
)
def test_commands_that_read_a_mutated_report_say_what_is_wrong(tmp_path: Path, seed: int, most: int):
    """`show`, `why`, `report` and `diff` print answers or a problem, and exit with 0 or 1."""
    shutil.copytree(REPORTS.parent / "seeds" / "return", tmp_path / "seeds" / "return")
    (tmp_path / "priors").mkdir()
    shutil.copy(REPORTS.parent / "priors" / "return.toml", tmp_path / "priors")
    (tmp_path / "reports").mkdir()
    path = tmp_path / "reports" / "return.json"
    content = content_of("return.json")
    question = content["answers"][0]["name"]
    chance = random.Random(seed)
    found = list(mutations(content, chance))
    for where, value in chance.sample(found, min(most, len(found))):
        place, data = mutated(content, where, value)
        path.write_bytes(data)
        for words in (("show",), ("show", question), ("why", question), ("show", "--json"), ("report",), ("diff", str(path), str(path))):
            done = CliRunner().invoke(commands(), [*words, "--book", str(tmp_path)])
            assert done.exception is None or isinstance(done.exception, SystemExit), (place, words, done.exception)
            assert done.exit_code in {0, 1}, (place, words)
