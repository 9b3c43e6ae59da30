"""What only the person who asks can give of a kind of question, and is not given: without it the question would be about the example of the template."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.actions.new.comparisons import named_comparison
from forecast.actions.new.kinds import CHOICE_PARAMETERS
from forecast.actions.new.option_places import option_problem
from forecast.actions.new.own_parts import takes_formula
from forecast.actions.new.question_answers import INVENTED_THRESHOLDS
from forecast.actions.new.question_words import is_yes_or_no, without_condition
from forecast.actions.new.templates import TemplateInput, first_answer, is_conditional
from forecast.book.files.problems import Problem

DIALOGUE = "`forecast new --ask` asks for it"


def missing_inputs(kind: str, own: TemplateInput) -> tuple[Problem, ...]:
    """Return a problem for each thing that a question of one's own needs beside its words, at the option that gives it; ``own`` is as it was typed."""
    return tuple(_missing_inputs(kind, own)) if own.asks_own else ()


def lacks_threshold(kind: str, asks: str, answer: str) -> bool:
    """Whether a question of yes or no is about a level and nobody has said which."""
    return kind in INVENTED_THRESHOLDS and not answer and is_yes_or_no(asks) and named_comparison(asks) is None


def _missing_inputs(kind: str, own: TemplateInput) -> Iterator[Problem]:
    parameter = CHOICE_PARAMETERS.get(kind, "")
    if parameter and parameter not in own.priors:
        example = f"{parameter}=red 40 %, blue 35 %, other 25 %"
        yield _missing_problem(
            "--prior",
            "the options of the choice are missing",
            f"--prior '{example}', or names alone, as in --prior '{parameter}=red, blue'",
        )
    if takes_formula(kind) and not own.answer:
        yield _missing_problem(
            "--answer", "the formula of the number is missing", "--answer 'homes * share', with a --prior for each of its parts"
        )
    if is_conditional(kind) and not (own.answer or own.condition or without_condition(own.asks)[1]):
        yield _missing_problem("--if", "the condition is missing", "--if 'the county pays'")
    if lacks_threshold(kind, own.asks, own.answer):
        level = first_answer(kind).rpartition(" > ")[0]
        yield _missing_problem(
            "--answer",
            "the question's words name no threshold",
            f"--answer '{level} > 20', or in its words, as in “above 20 cm”",
        )


def _missing_problem(option: str, message: str, example: str) -> Problem:
    return option_problem(option, message, f"for instance {example}; {DIALOGUE}")
