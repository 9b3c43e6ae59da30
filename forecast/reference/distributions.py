"""The page of distributions: arguments, values, ways to say each in words, an example with its picture."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forecast.language.distributions.families import FAMILIES, WRAPPERS, family_for
from forecast.language.distributions.family import Family
from forecast.language.distributions.nested import NESTED_FORMS, RANDOM_WALK
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import Scope, evaluate
from forecast.language.ops import NUMPY
from forecast.language.statements import parse_statement
from forecast.reference.distribution_charts import distribution_chart
from forecast.reference.markdown import code_block, markdown_table, page_text
from forecast.report.pictures import render_svg
from forecast.schema import words

DISTRIBUTIONS_WORDS = """A distribution is written as PyMC writes it, with named arguments: `Gamma(alpha=2, beta=0.5)`. Many can be said in other words too:

- `p5`, `p95` and so on are quantiles: `p5=0.05, p95=2` says that nine chances in ten lie between 0.05 and 2. Any number above 0 and below 100 may follow the `p`: `p6` is the quantile at 6 %. A point in the name is `_`, so `p2_5` is the one at 2.5 %, and `p05`, which may be meant for 5 or 0.5 %, is refused.
- `mean` with `sd`; `mean` alone where one number says all.
- `mean` with `strength`, for a share: as if that many cases had been seen.
- `median` with `factor`, for a positive number: nine chances in ten lie between median / factor and median times factor.

An argument of a prior is a number or another parameter; in the statement of a stream it is any [expression](expressions.md). In a stream the number of trials, a mean or a share is usually one: `Binomial(n=asked, p=share)`.
Some distributions can be priors, others only say how rows arise; each says which."""
AFTER_WORDS = (
    "## Several priors as one",
    "A prior may be a mixture of scenarios, or pool what several people said: see `prior`, `weight`, `experts` and `pool` among the [keys of a prior file](priors.md). What another topic believes is `posterior(topic.name)`.",
)
JUMP_WORDS = """A random walk may jump: in `GaussianRandomWalk(sigma=0.3, jump=0.05, jump_sigma=2, init_dist=Normal(mu=0, sigma=1))` a step has, with probability `jump`, a Normal(0, `jump_sigma`) added."""
PICTURE_FOLDER = "pictures"
OF_THE_CODE = re.compile(
    r"\s*(?:Over arrays|At 0 the density|SciPy's|Its distribution function is a sum|and are integrated here)[\s\S]*"
)  # in a docstring


@dataclass(frozen=True, slots=True)
class DistributionExample:
    """An example of a distribution: its statement, its family, and PyMC's arguments as numbers."""

    statement: str
    about: str
    kind: Family
    arguments: Mapping[str, Any]
    labels: tuple[str, ...]


def example_distribution(name: str) -> DistributionExample:
    """Return the example of a distribution, read as a book's statement is; raise ``Fault`` where it makes none."""
    text, about = (FAMILIES.get(name) or WRAPPERS[name](next(kind for kind in FAMILIES.values() if kind.is_normal))).example
    statement = parse_statement(text)
    kind = family_for(statement)
    given = {argument: evaluate(expression, Scope(), NUMPY) for argument, expression in statement.arguments.items()}
    kind.check_numbers({argument: float(value) for argument, value in given.items()})
    return DistributionExample(text, about, kind, kind.from_words(given, NUMPY), _labels(kind, tuple(given)))


def distribution_names() -> tuple[str, ...]:
    """Return the names of all distributions, those made of another last."""
    return (*FAMILIES, *WRAPPERS)


def distributions_page() -> str:
    """Return the text of the page."""
    parts: list[str] = [
        DISTRIBUTIONS_WORDS,
        markdown_table(("distribution", "values", "where", "of what, for example"), map(_row, distribution_names())),
    ]
    for name in distribution_names():
        parts += _section(name)
    return page_text("Distributions", [*parts, *AFTER_WORDS])


def distribution_pictures() -> dict[str, str]:
    """Return the picture of each distribution's example as SVG, by its path beside the page."""
    pictures = {}
    for name in distribution_names():
        example = example_distribution(name)
        chart = distribution_chart(name, example.kind, example.arguments, said=example.statement, labels=example.labels)
        pictures[_picture_path(name)] = render_svg(chart)
    return pictures


def _labels(kind: Family, given: tuple[str, ...]) -> tuple[str, ...]:
    """The labels of an example's classes; none where its values are numbers."""
    if not kind.value_kind.is_labelled:
        return ()
    if kind.value_kind is ValueKind.ORDERED_CATEGORY:
        return tuple(f"class {number}" for number in range(1, len(given) + 1))
    return tuple(name for name in given if name != kind.trials_argument)


def _row(name: str) -> tuple[str, str, str, str]:
    example = example_distribution(name)
    return f"[`{name}`](#{name.lower()})", _values(example.kind), _place(example.kind), example.about


def _values(kind: Family) -> str:
    """What values a distribution has, whatever its arguments."""
    if kind.chained:
        return "any numbers, each after the one before"
    return "those of the distribution in it, within its bounds" if kind.value_kind is ValueKind.COMPOSED else kind.value_kind.value


def _place(kind: Family) -> str:
    """Where a distribution may stand."""
    if kind.chained:
        return "priors with `per`"
    is_prior = kind.can_be_prior and (not kind.discrete or kind.support_arguments is not None)
    if kind.mixes or not is_prior:
        return "rows"
    return "priors" if kind.joint else "priors, rows"


def _section(name: str) -> Iterator[str]:
    example = example_distribution(name)
    kind = example.kind
    yield f"## {name}"
    yield _formula_text(type(kind).__doc__ or "")
    yield "\n".join(_facts(kind))
    yield f"{_sentence(example.about)}:"
    yield code_block(example.statement)
    if kind.is_apart and not example.labels:
        low, middle, high = (words.number(value) for value in kind.points(example.arguments))
        yield f"Its 5, 50 and 95 % points are {low}, {middle} and {high}."
    yield f"![{name}]({_picture_path(name)})"
    if name == RANDOM_WALK:
        yield JUMP_WORDS


def _facts(kind: Family) -> Iterator[str]:
    """What a family's declarations say of it, as a list."""
    yield f"- Values: {_values(kind)}."
    yield f"- Stands in: {_place(kind)}."
    if kind.vector_argument and kind.value_kind is not ValueKind.ORDERED_CATEGORY:
        counted = f"`{kind.trials_argument}`, and " if kind.trials_argument else ""
        yield f"- Arguments: {counted}one for each label."
        return
    if kind.value_kind is ValueKind.ORDERED_CATEGORY:
        yield "- Arguments: `eta`, a finite number, and the cutpoints `c1`, `c2` and so on, which ascend."
        return
    names = {name: domain.wording for name, domain in kind.domains.items() if "." not in name}
    nested = f"`{NESTED_FORMS[kind.name].argument}` is a distribution; " if kind.name in NESTED_FORMS else ""
    yield f"- Arguments: {nested}{'; '.join(f'`{name}` is {wording}' for name, wording in names.items())}."
    if kind.forms:
        yield f"- In words: {'; '.join(f'`{form}`' for form in map(str, kind.forms))}."


def _picture_path(name: str) -> str:
    return f"{PICTURE_FOLDER}/{name}.svg"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _formula_text(docstring: str) -> str:
    """What a family's docstring says to a reader of formulas, without what it says of the code, as Markdown."""
    return re.sub(r" {2,}", " ", OF_THE_CODE.sub("", inspect.cleandoc(docstring))).replace("``", "`")
