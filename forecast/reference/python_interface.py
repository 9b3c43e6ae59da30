"""The page of the Python interface: what ``forecast.open_book`` gives, from signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping

import forecast
from forecast.api import Answers, OpenBook, OpenTopic
from forecast.inference.posterior import Posterior
from forecast.model.settings import Settings
from forecast.predict.answers import Answer, Dates, Probability, Shares
from forecast.predict.distribution import Distribution
from forecast.reference.markdown import code_block, page_text

PYTHON_WORDS = (
    "A book is opened, a topic is taken from it, and a topic is asked. Nothing here writes to the book. "
    "[A notebook](../from_python.ipynb) goes through it; in one, books, topics, posteriors and answers are shown as small tables."
)
PYTHON_EXAMPLE = """from pathlib import Path

import arviz as az
import forecast

topic = forecast.open_book("questions").topic("bridge")
topic.answers()["happens"].value  # a probability with its Monte Carlo error
tree = topic.data_tree()  # prior, posterior, predictive draws, densities and the record
az.summary(tree)
az.psense_summary(tree)
Path("bridge.py").write_text(topic.pymc_source(), encoding="utf-8")  # an ordinary PyMC program"""
PYMC_WORDS = (
    "The program that `pymc_source` returns, and `forecast export TOPIC --pymc` prints, is a module: `model` is a `pm.Model`, so "
    "`pm.sample_posterior_predictive`, `pm.compute_log_likelihood` and what else takes a model work on it; `sample_posterior` takes "
    "the options of `pm.sample`, and `print_answers` answers the questions on its draws. `forecast export TOPIC --netcdf FILE` writes what `data_tree` returns. "
    "A topic may bring a PyMC model of its own, as `seeds/TOPIC/model.py`, which `open_book(..., trust=True)` allows to run."
)
OBJECTS: Mapping[type, tuple[str, ...]] = {
    OpenBook: ("root", "topics", "topic"),
    OpenTopic: (
        "variant",
        "at",
        "answers",
        "prior",
        "posterior",
        "paths",
        "data_tree",
        "pymc_source",
        "evidence",
        "analyse",
        "report",
        "model",
    ),
    Posterior: ("weights", "column", "mean", "sd", "quantiles", "resample", "log_likelihood", "row_log_likelihood"),
    Answers: (),
    Answer: (),
    Probability: (),
    Distribution: (),
    Dates: (),
    Shares: (),
    Settings: (),
}  # with those members of each that are shown, in order


def python_page() -> str:
    """Return the text of the page."""
    parts = [PYTHON_WORDS, code_block(PYTHON_EXAMPLE, "python"), PYMC_WORDS]
    parts += [
        "## forecast.open_book",
        code_block(f"open_book{_signature_text(forecast.open_book)}", "python"),
        _docstring_text(forecast.open_book),
    ]
    for shown, members in OBJECTS.items():
        parts += [f"## {shown.__name__}", f"`{shown.__module__}.{shown.__name__}`", _docstring_text(shown)]
        for name in members:
            parts += _member_parts(shown, name)
    return page_text("Python", parts)


def _member_parts(shown: type, name: str) -> Iterator[str]:
    """A property by its name, a method with its signature, and what either says of itself."""
    member = inspect.getattr_static(shown, name)
    function = member.fget if isinstance(member, property) else member
    yield f"### {shown.__name__}.{name}"
    if not isinstance(member, property):
        yield code_block(f"{name}{_signature_text(function)}", "python")
    yield _docstring_text(function)


def _signature_text(function: object) -> str:
    """A signature without ``self``, its annotations as they are written."""
    assert callable(function)
    signature = inspect.signature(function)
    shown = [parameter for name, parameter in signature.parameters.items() if name != "self"]
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(signature.replace(parameters=shown)))  # a default stands behind `= `


def _docstring_text(of: object) -> str:
    return (inspect.getdoc(of) or "").replace("``", "`")
