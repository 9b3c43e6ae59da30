"""The page of expressions: operators, functions and clocks, each with an example and its value."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from forecast.book.files.names import CLOCKS
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import FUNCTIONS
from forecast.language.hazards import HAZARD_FUNCTIONS
from forecast.language.ops import NUMPY
from forecast.language.parsing import parse_expression
from forecast.reference.markdown import code_block, markdown_table, page_text
from forecast.schema import words

OPERATOR_EXAMPLES: Mapping[str, tuple[str, str]] = {  # operator: what it is, an example
    "+ - * /": ("arithmetic", "(1 + 2 - 6) * 4 / 8"),
    "**": ("a power", "2 ** 10"),
    "< <= > >=": ("whether a number is below or above another; several in a row must all hold", "1 < 2 <= 3"),
    "== !=": ("whether two numbers, or a label and a quoted label, are the same", "1 == 2"),
    "and or not": ("conditions together", "1 < 2 and not 3 < 2"),
    "A if C else B": ("A where the condition C holds, elsewhere B", "5 if 1 < 2 else 7"),
}
FUNCTION_EXAMPLES: Mapping[str, tuple[str, str]] = {  # function: what it is, an example
    "exp": ("e to a power", "exp(1)"),
    "log": ("the natural logarithm", "log(10)"),
    "log1p": ("log(1 + x), with all digits where x is small", "log1p(0.5)"),
    "expm1": ("exp(x) - 1, with all digits where x is small", "expm1(0.5)"),
    "sqrt": ("the square root", "sqrt(2)"),
    "abs": ("the absolute value", "abs(-3)"),
    "min": ("the smallest of two to eight numbers", "min(3, 1, 2)"),
    "max": ("the largest of two to eight numbers", "max(3, 1, 2)"),
    "logit": ("the log odds of a share: log(x / (1 - x))", "logit(0.8)"),
    "expit": ("the share with such log odds: 1 / (1 + exp(-x))", "expit(0)"),
    "sin": ("the sine of an angle in radians, as of a season: one year is 6.283185", "sin(6.283185 * 0.25)"),
    "cos": ("the cosine of an angle in radians", "cos(6.283185 * 0.5)"),
    "weibull_hazard": (
        "the hazard of PyMC's Weibull with a shape `alpha` and a scale `beta` in years, added up over the row: (t_end / beta) ** alpha - (t_start / beta) ** alpha; a third argument is the year from which years are counted",
        "weibull_hazard(2, 4)",
    ),
    "piecewise_hazard": (
        "hazards a year, and between them the years at which one gives way to the next, added up over the row",
        "piecewise_hazard(0.5, 1, 2)",
    ),
}
STREAM_FUNCTIONS: Mapping[str, tuple[str, str]] = {  # function: what it is, an example
    "total(stream)": (
        "the sum of a stream's values so far, recorded and simulated; in a question, from `since` to `by`",
        "total(storms) >= 1",
    ),
    'total(stream, "class")': ("how many there have been of one class", 'total(votes, "left") > total(votes, "right")'),
    "first(condition)": ("in a question: the day on which a condition first holds", "first(total(storms) >= 2)"),
    "name[label]": (
        "the value that a parameter with `per` has for one label; the label is a column's, or quoted",
        'refuses["korea"] - refuses[conflict]',
    ),
}
CLOCK_MEANINGS: Mapping[str, str] = {
    "days": "how many days the row covers",
    "months": "the same in months of 365.25 / 12 days",
    "years": "the same in years of 365.25 days",
    "age": "years from the end of the row to the as-of day",
    "t": "years from the day the topic opens to the middle of the row",
    "t_start": "years from the day the topic opens to the start of the row",
    "t_end": "years from the day the topic opens to the end of the row, its last day included",
}
EXAMPLE_ROW: Mapping[str, float] = {"t_start": 0.5, "t_end": 1.5}  # of the examples with a hazard
EXPRESSIONS_WORDS = """Statements, quantities, answers and conditions are written in a small language that looks like Python. Names are parameters (of the prior file), series, columns of the stream's own rows, quantities and clocks. Nothing else of Python is part of it, and a book runs no code."""
LIMITS = "An expression has at most 50,000 characters and 250 operators, calls or brackets in one another. A number must be finite; a division by 0, the logarithm of a negative number and the like are problems and name their place."


def expressions_page() -> str:
    """Return the text of the page; raise ``KeyError`` for a function or clock of the language that has no words here."""
    functions = (*FUNCTIONS, *HAZARD_FUNCTIONS)
    return page_text(
        "Expressions",
        (
            EXPRESSIONS_WORDS,
            code_block('value = "Poisson(mu=rate * months)"\nanswer = "total(events) >= 1"', "toml"),
            "## Operators",
            markdown_table(
                ("operator", "is", "example", "value"), (_row(operator, *OPERATOR_EXAMPLES[operator]) for operator in OPERATOR_EXAMPLES)
            ),
            "## Functions",
            "The examples with a hazard are of a row from half a year to one and a half years after the topic opens.",
            markdown_table(("function", "is", "example", "value"), (_row(name, *FUNCTION_EXAMPLES[name]) for name in functions)),
            "## Streams and labels",
            markdown_table(
                ("written", "is", "example"),
                ((f"`{name}`", meaning, f"`{example}`") for name, (meaning, example) in STREAM_FUNCTIONS.items()),
            ),
            "## Clocks",
            "Each row, and each step of the time to come, has them. A rate that is the same every day is `rate * years`, or `rate * months` for a rate a month.",
            markdown_table(("clock", "is"), ((f"`{clock}`", CLOCK_MEANINGS[clock]) for clock in CLOCKS)),
            "## Limits",
            LIMITS,
        ),
    )


def example_value(text: str) -> float | bool:
    """Return the value of an example without parameters; clocks are those of ``EXAMPLE_ROW``."""
    clocks = {name: np.float64(value) for name, value in EXAMPLE_ROW.items()}
    value = evaluate(parse_expression(text), Scope(values=clocks), NUMPY)
    return bool(value) if isinstance(value, bool | np.bool_) else float(value)


def _row(name: str, meaning: str, example: str) -> tuple[str, str, str, str]:
    value = example_value(example)
    if isinstance(value, bool):
        shown = "true" if value else "false"
    else:
        shown = words.number(value) if not math.isclose(value, round(value)) else str(round(value))
    return f"`{name}`", meaning, f"`{example}`", shown
