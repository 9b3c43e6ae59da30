"""Topics built by hand, for tests of everything that comes after reading files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import inf
from typing import Any

from forecast.book.calendar import CALENDARS, step_labels
from forecast.book.classes import class_counts_text, count_column
from forecast.book.files.names import DEFAULT
from forecast.book.files.problems import Place
from forecast.book.record_columns import record_columns
from forecast.book.regime import Regime
from forecast.book.topic import Parameter, Point, Quantity, Question, Row, Series, Stream, Topic
from forecast.book.value_range import ValueRange
from forecast.language.classes import expand_shares, written_classes
from forecast.language.expressions import First, Name, is_condition, names_in
from forecast.language.parsing import parse_expression
from forecast.language.statements import parse_statement

OPENS = date(2025, 1, 1)


def make_topic(
    *,
    priors: Mapping[str, Any],
    streams: Mapping[str, Any] | None = None,
    rows: Mapping[str, Sequence[Any]] | None = None,
    questions: Mapping[str, Any] | None = None,
    quantities: Mapping[str, str | Mapping[str, str]] | None = None,
    series: Mapping[str, Any] | None = None,
    name: str = "made",
    opens: date = OPENS,
    step: str = "month",
    regimes: Mapping[str, Regime] | None = None,
    scenarios: Mapping[str, Mapping[str, Any]] | None = None,
) -> Topic:
    """Return a topic made of statement texts.

    A prior is a statement, or a mapping with ``prior`` (a statement, or one for
    each label) and ``per``.  A stream is a statement, or a mapping with
    ``value``, ``watched``, ``once``, ``next`` and ``classes``.  A row is a number or a class, seen on the next day
    in turn, or a mapping with the columns of a record (``low`` and ``high`` for the ends of a range).  A question is an answer
    expression, or a mapping with ``answer``, ``probability`` or ``choices``, ``given``, ``annulled``, ``by``,
    ``since``.  A scenario is a mapping with ``when``, ``by``, ``since`` and ``title``.  A quantity is an expression, or a mapping with ``value`` and ``unit``.  A series is a list of ``(day, value)``, or a mapping with
    ``points`` and ``later``.
    """
    made_rows = {stream: _rows(stream, given, opens) for stream, given in (rows or {}).items()}
    labels = {
        **_labels(priors, made_rows, tuple({name for given in (streams or {}).values() for name in _reported(given)})),
        **{key: regime.states for key, regime in (regimes or {}).items()},
        **_calendars(priors, made_rows, opens),
    }
    parameters = {key: _parameter(key, given, labels) for key, given in priors.items()}
    return Topic(
        name=name,
        title=name,
        origin="",
        opens=opens,
        step=step,  # type: ignore[arg-type]
        series={key: _series(key, given) for key, given in (series or {}).items()},
        streams={key: _stream(key, given, made_rows.get(key, ()), priors) for key, given in (streams or {}).items()},
        quantities={key: _quantity(key, given) for key, given in (quantities or {}).items()},
        questions={key: _question(key, given, parameters) for key, given in (questions or {}).items()},
        scenarios={
            key: _question(key, {**given, "asks": given.get("title", key), "answer": given["when"]}, parameters)
            for key, given in (scenarios or {}).items()
        },
        parameters=_in_order(parameters),
        labels=labels,
        texts={},
        regimes=dict(regimes or {}),
    )


def _quantity(key: str, given: str | Mapping[str, str]) -> Quantity:
    described = {"value": given} if isinstance(given, str) else given
    return Quantity(key, parse_expression(described["value"]), described["value"], described.get("unit", ""))


def _labels(priors: Mapping[str, Any], rows: Mapping[str, tuple[Row, ...]], reported: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for key, given in priors.items():
        prior = given["prior"] if isinstance(given, Mapping) else given
        if isinstance(prior, str) and prior.startswith(("Categorical(", "Dirichlet(")):
            found[key] = dict.fromkeys(parse_statement(prior).arguments)
    for stream_rows in rows.values():
        for row in stream_rows:
            for column, value in row.columns.items():
                if isinstance(value, str):
                    found.setdefault(column, {})[value] = None
            for column in reported:
                found.setdefault(column, {})[row.label(column)] = None
    return {key: tuple(labels) for key, labels in found.items()}


def _calendars(priors: Mapping[str, Any], rows: Mapping[str, tuple[Row, ...]], opens: date) -> dict[str, tuple[str, ...]]:
    """The steps from the day a topic opens to its last row, of each calendar that a prior is ``per``."""
    last = max((row.end for stream_rows in rows.values() for row in stream_rows), default=opens)
    used = {given["per"] for given in priors.values() if isinstance(given, Mapping) and "per" in given}
    return {step: step_labels(step, opens, last) for step in CALENDARS if step in used}


def _parameter(key: str, given: Any, labels: Mapping[str, tuple[str, ...]]) -> Parameter:
    described = given if isinstance(given, Mapping) else {"prior": given}
    prior, per = described["prior"], described.get("per", "")
    per = key if isinstance(prior, str) and prior.startswith("Dirichlet(") else per
    by_label = {label: parse_statement(text) for label, text in prior.items()} if isinstance(prior, Mapping) else {}
    statement = by_label.pop(DEFAULT, None) if isinstance(prior, Mapping) else parse_statement(prior)
    categories = labels[key] if statement is not None and statement.distribution == "Categorical" else ()
    return Parameter(
        name=key,
        place=Place("priors/made.toml"),
        prior=statement,
        by_label=by_label,
        per=per,
        labels=labels[per] if per else (),
        categories=categories,
        unit=described.get("unit", ""),
        why=described.get("why", "A test needs it."),
        why_by_label={},
        source="",
        reviewed=None,
        by="",
    )


def _in_order(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The parameters, each after those its prior names."""
    ordered: dict[str, Parameter] = {}

    def place(parameter: Parameter) -> None:
        statements = [*parameter.by_label.values(), *([parameter.prior] if parameter.prior else [])]
        named = {name for statement in statements for expression in statement.arguments.values() for name in names_in(expression)}
        for other in (*sorted(named), parameter.per):
            if other in parameters and other not in ordered and other != parameter.name:
                place(parameters[other])
        ordered[parameter.name] = parameter

    for parameter in parameters.values():
        if parameter.name not in ordered:
            place(parameter)
    return ordered


def _rows(stream: str, given: Sequence[Any], opens: date) -> tuple[Row, ...]:
    return tuple(_row(stream, each, index, opens) for index, each in enumerate(given))


def _row(stream: str, given: Any, index: int, opens: date) -> Row:
    described = dict(given) if isinstance(given, Mapping) else {"value": given}
    day = described.pop("on", opens + timedelta(days=index))
    start, end = described.pop("from", day), described.pop("to", day)
    low, high = described.pop("low", None), described.pop("high", None)
    return Row(
        place=Place(f"seeds/made/{stream}.csv", index + 2),
        start=start,
        end=end,
        said=value if isinstance(value := described.pop("value", low if high is None or low is not None else high), str) else "",
        value=0.0 if isinstance(value, str) or value is None else float(value),
        known=described.pop("known", end),
        source=described.pop("source", "a test"),
        grade=described.pop("grade", None),
        between=None if low is None and high is None else ValueRange(-inf if low is None else low, inf if high is None else high),
        origin=described.pop("origin", ""),
        id=described.pop("id", ""),
        replaces=described.pop("replaces", ""),
        columns={key: value if isinstance(value, str) else float(value) for key, value in described.items()},
    )


def _stream(key: str, given: Any, rows: tuple[Row, ...], priors: Mapping[str, Any]) -> Stream:
    described = given if isinstance(given, Mapping) else {"value": given}
    shares = {
        name: tuple(parse_statement(prior).arguments)
        for name, prior in priors.items()
        if isinstance(prior, str) and prior.startswith("Dirichlet(")
    }
    value = expand_shares(parse_statement(described["value"]), shares)
    labels = described.get("classes", written_classes(value))
    if value.distribution == "Multinomial":
        counts = [{label: float(row.columns[count_column(label)]) for label in labels} for row in rows]
        rows = tuple(
            replace(row, value=sum(each.values()), said=class_counts_text(labels, each)) for row, each in zip(rows, counts, strict=True)
        )
    elif labels:
        rows = tuple(replace(row, value=float(labels.index(row.said))) for row in rows)
    columns = {name: value for row in rows for name, value in row.columns.items()}
    following = described.get("next", {})
    return Stream(
        name=key,
        about=described.get("about", key),
        unit="",
        value=value,
        watched=described.get("watched", False),
        once=described.get("once", False),
        latent=described.get("latent", False),
        next={name: parse_expression(text) for name, text in following.items()},
        next_texts=dict(following),
        rows=replace(record_columns(rows), made=[]),  # as a file's are: each `Row` is made when it is asked for
        covariates=tuple(name for name, value in columns.items() if not isinstance(value, str)),
        label_columns=tuple(name for name, value in columns.items() if isinstance(value, str)),
        classes=tuple(labels),
        weight=parse_expression(described["weight"]) if "weight" in described else None,
        reliability=parse_expression(described["reliability"]) if "reliability" in described else None,
        wrong=parse_statement(described["wrong"]) if "wrong" in described else None,
        entering_texts={name: described[name] for name in ("weight", "reliability", "wrong") if name in described},
        reported=_reported(given),
    )


def _reported(given: Any) -> tuple[str, ...]:
    """Which of ``grade`` and ``source`` a stream's weight and reliability use."""
    if not isinstance(given, Mapping):
        return ()
    expressions = [parse_expression(given[key]) for key in ("weight", "reliability") if key in given]
    used = {name for expression in expressions for name in names_in(expression)}
    return tuple(name for name in ("grade", "source") if name in used)


def _series(key: str, given: Any) -> Series:
    described = given if isinstance(given, Mapping) else {"points": given}
    points = [
        Point(Place(f"seeds/made/{key}.csv", index + 2), day, float(value), day, "a test")
        for index, (day, value) in enumerate(described["points"])
    ]
    later = described.get("later", "")
    return Series(key, key, "", parse_expression(later) if later else None, later, tuple(points))


def _question(key: str, given: Any, parameters: Mapping[str, Parameter]) -> Question:
    described = given if isinstance(given, Mapping) else {"answer": given}
    text, choices, condition = (
        described.get("answer", described.get("probability", "")),
        described.get("choices", {}),
        described.get("given", ""),
    )
    answer = parse_expression(text) if text else None
    kind = "distribution"
    if choices or (isinstance(answer, Name) and answer.name in parameters and parameters[answer.name].categories):
        kind = "shares"
    elif isinstance(answer, First):
        kind = "date"
    elif "probability" in described or (answer is not None and is_condition(answer)):
        kind = "probability"
    return Question(
        name=key,
        place=Place("seeds/made/topic.toml"),
        asks=described.get("asks", f"{key}?"),
        by=described.get("by"),
        answer=answer,
        answer_text=text,
        choices={label: parse_expression(each) for label, each in choices.items()},
        choice_texts=dict(choices),
        given=parse_expression(condition) if condition else None,
        given_text=condition,
        settled="",
        kind=kind,  # type: ignore[arg-type]
        since=described.get("since"),
        annulled=parse_expression(described["annulled"]) if "annulled" in described else None,
        annulled_text=described.get("annulled", ""),
    )
