"""The sliders of ``forecast watch``: for each prior whose quantiles can be moved a slider for each of them, as a part of a topic's page.

They are made from the report that is shown, so they stand where its priors do.  What they move is tried by
``forecast.watching.trying``, and written only when somebody says why.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import starmap
from typing import Literal

from forecast.book.files.terminal import terminal_line
from forecast.book.links import is_link
from forecast.language.distributions.families import family
from forecast.language.distributions.words import WordForm, quantile_name, quantile_share
from forecast.language.expressions import Expression, Number, Unary, indexed_name, names_in
from forecast.language.faults import Fault
from forecast.language.statements import Statement, parse_statement
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.topic import ParameterContent, TopicContent
from forecast.sentences.headlines import headline_of

SLIDER_STEPS = 1000  # positions of a slider
TIMES_REACHED = 10.0  # how many times as large and as small a positive quantile can be made; another moves by as many widths of its prior
NEAREST_SHARE = 0.001  # to 0 and to 1, of a share
SLIDERS_SHOWN = {1: ("p50",), 2: ("p5", "p95"), 3: ("p5", "p50", "p95")}
PLACES_IN_QUANTILES = {"p5": 0, "p25": 1, "p50": 2, "p75": 3, "p95": 4}  # in the quantiles of a report
SLIDERS_STYLE = "margin:0;padding:.6rem 1rem;border-bottom:1px solid var(--line, #d9dee3);font:1rem/1.5 sans-serif"

type SliderSpacing = Literal["linear", "log", "logit"]


@dataclass(frozen=True, slots=True)
class Slider:
    """A quantile of a prior: its name as statements have it, its value, and between which values it can be moved, evenly in a spacing."""

    name: str
    value: float
    low: float
    high: float
    spacing: SliderSpacing


@dataclass(frozen=True, slots=True)
class MovablePrior:
    """A prior with its sliders; ``key`` is the parameter, or ``parameter[label]``."""

    key: str
    unit: str
    statement: str
    family: str
    sliders: tuple[Slider, ...]


def movable_priors(content: TopicContent) -> tuple[MovablePrior, ...]:
    """Return the priors of a report that can be moved by their quantiles.

    Pools, categories and links cannot, nor can priors that depend on other parameters.
    """
    return tuple(prior for _, prior in _priors(content) if isinstance(prior, MovablePrior))


def unmoved_sentence(content: TopicContent) -> str:
    """Return which priors of a report have no slider, and why; empty where all have one."""
    by_reason: dict[str, list[str]] = {}
    for key, prior in _priors(content):
        if isinstance(prior, str):
            by_reason.setdefault(prior, []).append(f"`{key}`")
    groups = [f"{words.join_words(keys)}, {reason.format(verb='has' if len(keys) == 1 else 'have')}" for reason, keys in by_reason.items()]
    return f"There is no slider for {'; for '.join(groups)}." if groups else ""


def sliders_section(content: TopicContent) -> str:
    """Return the part of a page that has the sliders, and says which priors have none; empty where there are no priors."""
    priors, unmoved = movable_priors(content), unmoved_sentence(content)
    rest = (
        f"{_escape_text(unmoved)} <code>forecast whatif</code> tries any prior, and <code>forecast prior set</code> writes it."
        if unmoved
        else ""
    )
    if not priors:
        return f'<section aria-label="Priors without sliders" style="{SLIDERS_STYLE}">\n<p>{rest}</p>\n</section>\n' if rest else ""
    said = {answer["name"]: short_answer(answer) for answer in content["answers"]}
    fields = "".join(starmap(_fieldset, enumerate(priors)))
    return (
        f'<section data-priors {_data({"topic": content["name"], "answers": json.dumps(said)})} aria-labelledby="watch-priors" style="{SLIDERS_STYLE}">\n'
        '<details><summary><strong id="watch-priors">Move the priors</strong></summary>\n'
        f"<p>What you move is tried by the fast engine, and nothing is written until you press <em>Write this prior</em>.{f' {rest}' if rest else ''}</p>\n"
        '<div data-tried role="status" aria-live="polite"></div>\n'
        f"{fields}</details>\n</section>\n"
    )


def short_answer(answer: AnswerContent) -> str:
    """Return an answer in a few words: its figure, and what this is of."""
    shown = headline_of(answer)
    return ", ".join(part for part in (shown.figure, shown.about) if part)


def _priors(content: TopicContent) -> Iterator[tuple[str, MovablePrior | str]]:
    """Each prior by its key, one where all labels share it, else one for each label: as it can be moved, or why it cannot."""
    groups: dict[str, list[ParameterContent]] = {}
    for parameter in content["parameters"]:
        groups.setdefault(parameter["name"], []).append(parameter)
    for name, values in groups.items():
        shared = len({value["statement"] for value in values}) == 1
        keys = [name] if shared else [indexed_name(name, value["label"]) for value in values]
        made = [*map(_movable, keys, values)]
        reason = made[0] if len({*made}) == 1 else None
        yield from [(name, reason)] if isinstance(reason, str) else zip(keys, made, strict=True)


def _movable(key: str, value: ParameterContent) -> MovablePrior | str:
    """A prior with its sliders, or why it has none."""
    if value["categories"]:
        return "which {verb} a chance for each option"
    if value.get("parts"):
        return "where several priors are pooled"
    if is_link(value["statement"]):
        return "where another topic's posterior is the prior"
    if sliders := _sliders(value):
        name = parse_statement(value["statement"]).distribution
        return MovablePrior(key, value["unit"], value["statement"], name, sliders)
    return (
        "where the prior depends on other parameters" if _depends(value["statement"]) else "which {verb} no quantiles that could be moved"
    )


def _depends(text: str) -> bool:
    """Whether the statement of a prior names other parameters."""
    try:
        return any(names_in(argument) for argument in parse_statement(text).arguments.values())
    except Fault:  # a statement of a program that knew more families
        return False


def _sliders(value: ParameterContent) -> tuple[Slider, ...]:
    """The sliders of a prior, as its statement has them or, of one in other words, as its family takes them; none where it cannot be moved."""
    try:
        statement = parse_statement(value["statement"])
        form = _quantile_form(statement)
    except Fault:  # a link, or a statement of a program that knew more families
        return ()
    constants = {name: _constant(expression) for name, expression in statement.arguments.items()}
    numbers = {name: number for name, number in constants.items() if number is not None}
    if statement.inner or statement.parts or form is None or len(numbers) < len(constants):
        return ()
    own = [name for name in numbers if quantile_share(name) is not None]
    if own and len(own) < len(numbers):
        return ()
    points = {name: numbers[name] for name in own} or {
        name: float(f"{value['prior']['quantiles'][PLACES_IN_QUANTILES[name]]:.3g}") for name in SLIDERS_SHOWN[form.quantiles]
    }
    low, high = form.inside
    if not all(low < number < high for number in points.values()):  # as where a share's point is next to 0
        return ()
    ordered = dict(sorted(points.items(), key=lambda point: quantile_share(point[0]) or 0.0))
    return tuple(_slider(name, number, form.inside, [*ordered.values()]) for name, number in ordered.items())


def _quantile_form(statement: Statement) -> WordForm | None:
    """How a family is said by quantiles alone: by as many as the statement has, else by two where it can; None where it cannot."""
    forms = {form.quantiles: form for form in family(statement.distribution).forms if form.quantiles and not form.names}
    own = sum(quantile_share(name) is not None for name in statement.arguments)
    return forms.get(own) if own else forms.get(2, forms.get(1))


def _slider(name: str, value: float, inside: tuple[float, float], points: Sequence[float]) -> Slider:
    low, high = inside
    if (low, high) == (0, 1):
        return Slider(name, value, min(NEAREST_SHARE, value), max(1 - NEAREST_SHARE, value), "logit")
    if low == 0 and math.isinf(high) and value > 0:
        return Slider(name, value, value / TIMES_REACHED, value * TIMES_REACHED, "log")
    width = max(points) - min(points) or max(abs(value), 1.0)
    return Slider(name, value, max(low, value - width), min(high, value + width), "linear")


def _constant(expression: Expression) -> float | None:
    match expression:
        case Number(number):
            return number
        case Unary("-", Number(number)):
            return -number
        case _:
            return None


def _fieldset(number: int, prior: MovablePrior) -> str:
    name = words.capitalise(prior.key.replace("_", " "))
    unit = f" ({prior.unit})" if prior.unit else ""
    inputs = "".join(_input(f"prior-{number}-{slider.name}", slider) for slider in prior.sliders)
    attributes = {"prior": prior.key, "statement": prior.statement, "family": prior.family}
    return (
        f'<fieldset style="min-width:0" {_data(attributes)}>\n'
        f"<legend>{_escape_text(name + unit)}</legend>\n{inputs}"
        f"<p><code data-now>{_escape_text(prior.statement)}</code> "
        '<button type="button" data-reset>As in the file</button></p>\n'
        f'<p><label for="why-{number}">Why?</label> <input id="why-{number}" data-why style="width:min(34rem,100%);box-sizing:border-box" type="text" maxlength="2000" required> '
        '<button type="button" data-write>Write this prior</button></p>\n'
        '<p data-said style="white-space:pre-wrap" role="status" aria-live="polite"></p>\n</fieldset>\n'
    )


def _input(name: str, slider: Slider) -> str:
    share = quantile_share(slider.name)
    assert share is not None
    attributes: dict[str, str | float] = {
        "quantile": quantile_name(share),
        "value": slider.value,
        "low": slider.low,
        "high": slider.high,
        "spacing": slider.spacing,
    }
    label = f"{100 * share:g} % point"
    return (
        f'<p><label for="{name}">{label}</label> <input id="{name}" style="width:min(24rem,50%);vertical-align:middle" type="range" min="0" max="{SLIDER_STEPS}" step="1" '
        f'value="{slider_position(slider)}" aria-valuetext="{slider.value:g}" {_data(attributes)}> <output for="{name}">{slider.value:g}</output></p>\n'
    )


def slider_position(slider: Slider) -> int:
    """Return where a slider stands, from 0 to ``SLIDER_STEPS``."""
    low, here, high = (_to_scale(number, slider.spacing) for number in (slider.low, slider.value, slider.high))
    return round(SLIDER_STEPS * (here - low) / (high - low)) if high > low else 0


def _to_scale(number: float, spacing: SliderSpacing) -> float:
    match spacing:
        case "log":
            return math.log(number)
        case "logit":
            return math.log(number / (1 - number))
        case "linear":
            return number


def _data(attributes: Mapping[str, str | float]) -> str:
    return " ".join(
        f'data-{name}="{escape(repr(value).removesuffix(".0") if isinstance(value, float) else value)}"'
        for name, value in attributes.items()
    )


def _escape_text(text: str) -> str:
    return escape(terminal_line(text))
