"""Text of a book in an exported program stays text, and names of a book stay apart."""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
import warnings
from datetime import date
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.inference.pymc.plan import CannotSample
from forecast.inference.pymc.program_distributions import density_text
from forecast.inference.pymc.program_text import RESERVED_NAMES, column_name, comment, literal, part_name, pymc_name, variable_name
from forecast.language.distributions.component import Component
from forecast.language.distributions.families import FAMILIES
from forecast.language.distributions.pools import LOG_ODDS, make_pool
from forecast.model.model import model_as_of
from forecast.predict.pymc_program import program_with_answers
from tests.support.building import make_topic
from tests.support.payloads import PAYLOADS

pytestmark = pytest.mark.medium

texts = st.one_of(
    st.text(),
    st.text(st.sampled_from("\n\r\t\v\f\0\x1b\x1c\x85\u2028\u2029\u202e\u200d\ud800\\'\"#{}% é한")),
    st.sampled_from([*PAYLOADS.values()]),
)


@given(texts)
def test_a_comment_is_one_comment_whatever_its_text(text):
    """Python reads one comment and nothing else, with and without code before it; every line splitter sees one line."""
    written = comment(text)
    assert len(written.splitlines()) == 1
    tokens = [token.type for token in tokenize.generate_tokens(io.StringIO(f"x = 1  {written}\n").readline)]
    assert tokens == [tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.COMMENT, tokenize.NEWLINE, tokenize.ENDMARKER]
    assert ast.dump(ast.parse(f"{written}\nx = 1  {written}\n".encode())) == ast.dump(ast.parse("\nx = 1\n"))


@given(texts)
def test_a_literal_is_its_text_in_ascii(text):
    """Python reads the text back, and the literal holds no character that is not plain."""
    written = literal(text)
    assert ast.literal_eval(written) == text
    assert written.isascii()
    assert written.isprintable()


def test_what_nobody_sees_is_shown_in_a_comment():
    """Paragraphs are joined; an ESC, a separator, a turn of the writing and half a character are shown by their codes."""
    assert (
        comment("one\n\n  two\tthree\x1b[0m\u2028\u202e\ud800 می\u200cخواهم\n")
        == "# one two three[U+001B][0m[U+2028][U+202E][U+D800] می\u200cخواهم"
    )
    assert [literal(text) for text in ("a", "a'b", 'a"b', "é\n")] == ['"a"', '"a\'b"', "'a\"b'", '"\\xe9\\n"']


names = st.from_regex(r"[a-z](_?[a-z0-9])*_?", fullmatch=True)


@given(st.lists(st.tuples(names, st.one_of(st.just(""), names)), unique=True, max_size=8))
def test_no_two_names_of_a_book_become_one_variable(pairs):
    """Parameters, and columns of streams, have variables of their own, none of them a word of Python or of the program."""
    parts = [("seen",), ("low",), ("standard",), ("labels",)]
    made = [variable_name(name) if not column else column_name(name, column) for name, column in pairs]
    owners = {name for name, _ in pairs}
    made += [part_name(name, *part) for name in owners for part in parts]
    assert len(made) == len(set(made))
    assert RESERVED_NAMES.isdisjoint(made)


HOSTILE = {  # a name of a topic that can be read, and one that Python, PyMC or the program has a use for
    "rate": "print", "factor": "list", "hidden": "sum", "base": "pm", "level": "draw", "spread": "chain", "shift": "hypotheses",
    "loose": "level_standard", "loose_standard": "model", "events": "float", "trials": "object", "asked": "seen", "sort": "zip",
    "left": "right", "split": "joint", "input": "weight",
    "often": "np", "how_many": "step", "first_time": "special",
}  # fmt: skip


def named(name):
    """A topic with every kind of variable that a program has, its names made by ``name``."""
    rate, factor, hidden, base, level, spread, shift, loose, other, events, trials, asked, sort, left, split, known = map(
        name, islice(HOSTILE, 16)
    )
    return make_topic(
        name="n",
        priors={
            spread: "HalfNormal(sigma=1)",
            level: f"Normal(mu=0, sigma={spread})",
            loose: f"Normal(mu={level}, sigma={spread})",
            other: f"LogNormal(mu={level}, sigma=0.5)",
            rate: "Gamma(alpha=2, beta=1)",
            factor: {"prior": {"x": "Gamma(alpha=2, beta=2)", "y": "Gamma(alpha=3, beta=2)"}, "per": sort},
            hidden: "Categorical(a=0.3, b=0.7)",
            base: "Beta(alpha=2, beta=2)",
            shift: "Normal(mu=0, sigma=1)",
            split: "Dirichlet(l=1, r=2)",
        },
        series={known: [(date(2025, 1, 1), 2.0)]},
        streams={
            events: {"value": f"Poisson(mu={rate} * {factor}[{sort}] * {known} * months * exp({loose}) * {other} * (2 if {hidden} == a else 1))", "next": {sort: "x"}},
            trials: f"Binomial(n={asked}, p=expit(logit({base}) + {shift} * {left}))",
            name("votes"): f"Categorical(p={split})",
        },
        rows={
            events: [{"value": 3, sort: "x", "from": date(2025, 1, 1), "to": date(2025, 3, 1)}, {"value": 5, sort: "y", "from": date(2025, 3, 2), "to": date(2025, 5, 1)}],
            trials: [{"value": 3, asked: 5.0, left: 0.5}, {"value": 1, asked: 4.0, left: 1.5}],
            name("votes"): ["l", "r", "r"],
        },
        questions={
            "q": f"{rate} > 1",
            name("often"): {"answer": f"total({events}) >= 9", "given": f"{base} > 0.1", "by": date(2025, 12, 31)},
            name("how_many"): {"answer": f"total({events}) * {level}", "by": date(2025, 12, 31)},
            name("first_time"): {"answer": f"first(total({events}) >= 12)", "by": date(2025, 12, 31)},
        },
    )  # fmt: skip


def program(name):
    """The program of the topic."""
    return program_with_answers(model_as_of(named(name), date(2025, 6, 1)))


def test_names_that_python_pymc_or_the_program_use_give_a_program_of_the_same_form():
    """With every name replaced by a hostile one the tree is the same, names of variables and texts aside, and no built-in is assigned."""
    plain, hostile = program(str), program(lambda name: HOSTILE.get(name, name))
    assert form(hostile) == form(plain)
    stored = [node.id for node in ast.walk(ast.parse(hostile)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    assert [name for name in stored if hasattr(builtins, name) or name in {"pm", "np", "pt"}] == []
    again = {
        "values",
        "share",
        "label",
        "part",
        "parts",
        "index",
        "total",
        "below",
        "above",
    }  # of loops and functions, and the sum that grows
    assert [name for name in sorted(set(stored) - again) if stored.count(name) > 1] == []


def form(text):
    """The tree of a program, with the names of its own variables numbered by their first use and its texts left out."""
    numbers: dict[str, str] = {}
    tree = ast.parse(text)
    kept = {"np", "pm", "pt", "slice", *dir(builtins)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in kept:
            node.id = numbers.setdefault(node.id, f"v{len(numbers)}")
        elif isinstance(node, ast.arg):
            node.arg = numbers.setdefault(node.arg, f"v{len(numbers)}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.slow
def test_hostile_names_give_the_same_density():
    """The model of the program with hostile names has the density of the one with plain names, at the same point."""
    assert density(program(lambda name: HOSTILE.get(name, name))) == pytest.approx(density(program(str)), rel=1e-12)


def density(text):
    """The log density of a program's model at its starting point, a little aside; nothing is sampled."""
    scope: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of compilation
        exec(compile(text, "program.py", "exec"), scope)
        import pymc as pm

        model = next(value for value in scope.values() if isinstance(value, pm.Model))
        point = {name: np.asarray(value) + 0.1 for name, value in sorted(model.initial_point().items())}
        return float(model.compile_logp()(point))


def test_a_parameter_called_draw_is_read_back_by_the_name_that_pymc_has():
    """Draws have dimensions `chain` and `draw`: parameters of these names are known to PyMC by others, and are printed by their own."""
    text = program(lambda name: HOSTILE.get(name, name))
    assert [pymc_name(name) for name in ("draw", "chain", "rate")] == ["draw__", "chain__", "rate"]
    assert 'draws["posterior"]["draw__"].values\n    print("draw".ljust(40), ' in text


@pytest.mark.parametrize(
    ("family", "scale", "text"),
    [
        ("HalfNormal", "sigma", "pm.Truncated.dist(pm.Normal.dist(mu=0, sigma=2), lower=0)"),
        ("HalfCauchy", "beta", "pm.Truncated.dist(pm.Cauchy.dist(alpha=0, beta=2), lower=0)"),
    ],
)
def test_a_half_without_a_distribution_function_is_the_other_cut_in_half(monkeypatch, family, scale, text):
    """In a pool of log odds the family of which it is a half stands in its place, around 0 by its own argument."""
    half = FAMILIES[family]
    monkeypatch.setattr(type(half), "pymc_has_logcdf", False)
    pool = make_pool(LOG_ODDS, (Component(1.0, half, {scale: 2.0}),))
    assert density_text(pool, {}, "x") == f"log_odds_density(x, [1], [{text}])"


def test_a_family_without_a_distribution_function_that_is_no_half_cannot_stand_in_a_pool_of_log_odds(monkeypatch):
    """The program is refused with a reason rather than written without a distribution."""
    monkeypatch.setattr(type(FAMILIES["Exponential"]), "pymc_has_logcdf", False)
    pool = make_pool(LOG_ODDS, (Component(1.0, FAMILIES["Exponential"], {"lam": 2.0}),))
    with pytest.raises(CannotSample, match="PyMC has no distribution function of Exponential"):
        density_text(pool, {}, "x")
