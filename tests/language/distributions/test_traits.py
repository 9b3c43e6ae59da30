"""What every family declares of itself, each property held against its own formulas; see ``test_traits_pymc`` for what it says of PyMC."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from forecast.elicitation.candidates import candidates
from forecast.elicitation.judgements import POSITIVE_SUPPORT, REAL_SUPPORT, SHARE_SUPPORT, Support
from forecast.language.distributions.domains import COUNT_DOMAIN
from forecast.language.distributions.families import FAMILIES, WRAPPERS, family_for
from forecast.language.distributions.family import Family
from forecast.language.distributions.nested import NESTED_FORMS
from forecast.language.distributions.traits import FamilyTraits, ValueKind
from forecast.language.distributions.trials import MOST_TERMS
from forecast.language.distributions.words import quantile_name
from forecast.language.evaluate import Scope, evaluate
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY
from forecast.language.statements import parse_statement
from tests.language.distributions.test_traits_pymc import PYMC_CHECKS
from tests.support.distribution_cases import CHOSEN, EXAMPLES
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

SHARES = np.array([1e-4, 0.02, 0.2, 0.5, 0.7, 0.97, 1 - 1e-4])
LINKS: Mapping[str, Callable[[Any], Any]] = {"identity": lambda x: x, "log": np.log, "logit": lambda x: np.log(x) - np.log1p(-x)}


def example(kind: Family) -> dict[str, Any]:
    """Proper arguments of a family."""
    return dict(EXAMPLES[kind.name])


def is_continuous(kind: Family) -> bool:
    """Whether a family's values are single numbers with a density."""
    return not kind.discrete and not kind.joint


def check_value_kind(kind: Family) -> None:
    """Values that are drawn are of the kind; ends of the support are in ``test_supports``."""
    values = kind.draw(np.random.default_rng(1), **example(kind))
    many = values if kind.joint else kind.draw(np.random.default_rng(1), 500, **example(kind))
    whole = bool((np.floor(many) == many).all())
    match kind.value_kind:
        case ValueKind.CATEGORY | ValueKind.ORDERED_CATEGORY:
            labels = len(np.atleast_1d(example(kind)[kind.vector_argument])) + (kind.value_kind is ValueKind.ORDERED_CATEGORY)
            assert set(many) == set(range(labels))
            assert kind.discrete
            assert not kind.joint
        case ValueKind.CATEGORY_COUNTS:
            assert values.sum() == example(kind)[kind.trials_argument]
            assert kind.discrete
            assert kind.joint
        case ValueKind.SIMPLEX:
            assert values.sum() == pytest.approx(1)
            assert kind.joint
            assert not kind.discrete
        case ValueKind.BINARY:
            assert set(many) == {0, 1}
        case ValueKind.COUNT:
            assert whole
            assert kind.discrete
            assert many.min() >= 0
            assert many.max() > 1
        case ValueKind.OPEN_SHARE:
            assert many.min() > 0
            assert many.max() < 1
        case ValueKind.NONNEGATIVE | ValueKind.POSITIVE:
            assert not kind.discrete
            assert many.min() >= 0
            assert many.max() > 1
            assert bool(np.isfinite(kind.log_density(0.0, **example(kind)))) == (kind.value_kind is ValueKind.NONNEGATIVE)
        case ValueKind.INTERVAL | ValueKind.REAL:
            assert many.min() < 0
            assert whole == kind.discrete
        case _:
            pytest.fail("a family by itself is not composed of others")


def check_vector_argument(kind: Family) -> None:
    """Families over labels have it, and no other; it is the one argument that is a list."""
    lists = [name for name, value in example(kind).items() if np.ndim(value)]
    assert ([kind.vector_argument] if kind.value_kind.is_labelled else []) == lists
    assert bool(kind.vector_argument) == kind.value_kind.is_labelled
    assert kind.vector_argument in {"", *kind.domains}


def check_trials_argument(kind: Family) -> None:
    """It is a count, and the largest value; a family without one has no last count."""
    if kind.trials_argument:
        assert kind.domains[kind.trials_argument] is COUNT_DOMAIN
        assert (kind.support(**example(kind))[1] == example(kind)[kind.trials_argument]).all()
    elif kind.value_kind is ValueKind.COUNT:
        assert kind.support(**example(kind))[1] == np.inf


def check_location_scale(kind: Family) -> None:
    """On the scale of the link, quantiles are those of the standard variable, shifted and scaled; nothing else on the whole line is left out."""
    form = kind.location_scale
    if form is None:
        assert kind.value_kind is not ValueKind.REAL
        return
    arguments = example(kind)
    assert form.arguments == set(arguments)
    shapes = {name: arguments[name] for name in form.shapes}
    standard = FAMILIES[form.standard].quantile(SHARES, **shapes, **{form.location: 0.0, form.scale: 1.0})
    found = LINKS[form.link](kind.quantile(SHARES, **arguments))
    np.testing.assert_allclose(found, arguments[form.location] + arguments[form.scale] * standard, rtol=1e-9, atol=1e-12)


def check_is_normal(kind: Family) -> None:
    """A shifted and scaled normal on the scale of a link, or the half of a normal."""
    standard = kind.location_scale.standard if kind.location_scale is not None else kind.half_of
    assert kind.is_normal == (standard == "Normal")


def check_half_of(kind: Family) -> None:
    """The absolute value of what it is the half of: where that lies above 0 with the same density, doubled."""
    if not kind.half_of:
        assert not kind.name.startswith("Half")
        return
    whole, arguments = FAMILIES[kind.half_of], example(kind)
    centre = {"alpha": 0.0} if "alpha" in whole.domains else {"mu": 0.0}
    np.testing.assert_allclose(kind.quantile(SHARES, **arguments), whole.quantile(0.5 + SHARES / 2, **arguments, **centre), rtol=1e-8)


def check_is_symmetric(kind: Family) -> None:
    """Quantiles at shares that add up to 1 are as far from the median, for symmetric families and no other."""
    if is_continuous(kind):
        low, high, middle = (kind.quantile(share, **example(kind)) for share in (SHARES, 1 - SHARES, 0.5))
        assert bool(np.allclose(low + high, 2 * middle, rtol=1e-9, atol=1e-9)) == kind.is_symmetric
    else:
        assert not kind.is_symmetric


def check_sums_masses(kind: Family) -> None:
    """Of more values than can be added up, the distribution function is known of all families but these."""
    trials = 4.0 * MOST_TERMS
    if kind.value_kind is ValueKind.COUNT:
        many = {**example(kind), **({kind.trials_argument: trials} if kind.trials_argument else {})}
        assert bool(np.isnan(kind.distribution(trials / 2, **many))) == kind.sums_masses
    else:
        assert not kind.sums_masses


def check_whole_arguments(kind: Family) -> None:
    """Of these, and no others, a fraction is refused, or rounded down as in PyMC."""
    whole = set()
    value = kind.draw(np.random.default_rng(1), **example(kind))
    before = kind.log_density(value, **example(kind))
    for name in set(example(kind)) - {kind.vector_argument}:
        after = kind.log_density(value, **{**example(kind), name: example(kind)[name] + 0.013})
        if np.isnan(after).any() or (kind.discrete and (after == before).all()):
            whole.add(name)
    assert whole == set(kind.whole_arguments)
    assert {name for name, domain in kind.domains.items() if domain is COUNT_DOMAIN} <= whole


def check_can_be_prior(kind: Family) -> None:
    """All but families over classes whose statement needs another count, or an order that stands beside it."""
    assert kind.can_be_prior == (kind.value_kind not in {ValueKind.ORDERED_CATEGORY, ValueKind.CATEGORY_COUNTS})


def check_support_arguments(kind: Family) -> None:
    """They alone say which values a discrete prior has, and these have all the mass; a family without them has no last value."""
    if kind.support_arguments is None:
        assert not kind.discrete or not kind.can_be_prior or kind.support(**example(kind))[1] == np.inf
        return
    arguments = example(kind)
    labels = range(len(arguments["p"])) if kind.vector_argument else ()
    written = dict.fromkeys(map(str, labels)) if labels else dict.fromkeys(arguments)
    values = kind.possible_values(written | {name: arguments[name] for name in kind.support_arguments})
    assert np.exp(kind.log_density(np.array(values), **arguments)).sum() == pytest.approx(1)
    assert (values[0], values[-1]) == tuple(float(end) for end in kind.support(**arguments))


def check_shares_one_chance(kind: Family) -> None:
    """Counts of trials vary more than with a chance of their own for each trial, for these families and no other."""
    trials = example(kind).get(kind.trials_argument)
    if trials is None or kind.value_kind is not ValueKind.COUNT:
        assert not kind.shares_one_chance
        return
    share = kind.mean(**example(kind)) / trials
    apart = kind.sd(**example(kind)) ** 2 / (trials * share * (1 - share))
    assert (apart > 1.01) == kind.shares_one_chance


def check_event_process(kind: Family) -> None:
    """A rate's mean is its ``mu``, whatever else it has; a hazard is a chance of one event, or of one class."""
    match kind.event_process:
        case "rate":
            assert kind.mean(**example(kind)) == example(kind)["mu"]
            assert kind.value_kind is ValueKind.COUNT
        case "hazard" if not kind.value_kind.is_class:
            trials = example(kind).get(kind.trials_argument, 1.0)
            assert kind.mean(**example(kind)) == pytest.approx(trials * example(kind)["p"])
            assert kind.sd(**example(kind)) == pytest.approx(np.sqrt(trials * 0.3 * 0.7))
        case "hazard":
            assert np.exp(kind.log_density(*_first_class(kind), **_one_trial(kind))) < 1
        case _:
            assert kind.event_process is None
            assert not kind.value_kind.is_class
            assert kind.value_kind is not ValueKind.BINARY


def _one_trial(kind: Family) -> dict[str, Any]:
    return {**example(kind), **({kind.trials_argument: np.array(1.0)} if kind.trials_argument else {})}


def _first_class(kind: Family) -> tuple[Any]:
    return (np.array([1.0, 0.0, 0.0]),) if kind.joint else (np.array(0.0),)


def check_gamma_shapes(kind: Family) -> None:
    """The variance of a rate is its mean, and where a Gamma multiplies it the square of the mean over the shape besides."""
    if kind.event_process == "rate":
        mean, sd = kind.mean(**example(kind)), kind.sd(**example(kind))
        beside = mean**2 / example(kind)[kind.gamma_shapes[0]] if kind.gamma_shapes else 0.0
        assert sd**2 == pytest.approx(mean + beside)
        assert all(len(each.names & set(kind.gamma_shapes)) == bool(kind.gamma_shapes) for each in kind.signatures)
        for other in kind.gamma_shapes[1:]:
            again = {other: 0.7, "p": 0.7 / (0.7 + 2.3)}
            assert kind.sd(**again) == pytest.approx(sd)
    else:
        assert kind.gamma_shapes == ()


def check_free_arguments(kind: Family) -> None:
    """They are arguments of the family, which as many quantiles find where the others are set; each is of one support's candidates."""
    free = kind.free_arguments
    assert set(free) <= set(kind.domains)
    assert bool(free) == is_continuous(kind)
    supports = (REAL_SUPPORT, POSITIVE_SUPPORT, SHARE_SUPPORT, Support(-1.0, 3.0))
    found = [each for support in supports for each in candidates(support) if each.family == kind.name]
    assert len(found) == bool(free)
    for each in found:
        arguments = {**example(kind), **each.fixed}
        shares = (0.2, 0.7)[: len(free)]
        words = {quantile_name(share): float(kind.quantile(share, **arguments)) for share in shares}
        solved = kind.from_words({**each.fixed, **words}, NUMPY)
        assert {name: float(solved[name]) for name in free} == pytest.approx({name: arguments[name] for name in free}, rel=1e-6)
        assert each.widths == {name for name in free if not kind.domains[name].holds(np.asarray(-1.0))}


def check_fixed_arguments(kind: Family) -> None:
    """They are arguments of the family, not free ones, and leave it a variance."""
    assert set(kind.fixed_arguments) <= set(kind.domains) - set(kind.free_arguments)
    if kind.fixed_arguments:
        assert kind.free_arguments
        assert np.isfinite(kind.sd(**{**example(kind), **kind.fixed_arguments}))


def check_shape_argument(kind: Family) -> None:
    """Every family of two free arguments that is not symmetric has one; its entropy is minus the mean log density."""
    assert bool(kind.shape_argument) == (len(kind.free_arguments) == 2 and not kind.is_symmetric)
    if not kind.shape_argument:
        with pytest.raises(NotImplementedError, match=f"no entropy of {kind.name}"):
            kind.entropy(**example(kind))
        return
    shares = (np.arange(400_000) + 0.5) / 400_000
    mean = -kind.log_density(kind.quantile(shares, **example(kind)), **example(kind)).mean()
    assert kind.entropy(**example(kind)) == pytest.approx(float(mean), abs=2e-4)
    value = float(kind.quantile(0.3, **example(kind)))
    solved = kind.from_words(kind.words_of_shape(example(kind)[kind.shape_argument], value=value, share=0.3), NUMPY)
    assert {name: float(solved[name]) for name in solved} == pytest.approx(example(kind), rel=1e-6)


def check_example(kind: Family) -> None:
    """A statement that names the family and makes one of its members, and a phrase."""
    text, about = kind.example
    statement = parse_statement(text)
    assert family_for(statement) is kind
    kind.check_numbers({name: float(evaluate(expression, Scope(), NUMPY)) for name, expression in statement.arguments.items()})
    assert about
    assert not about.endswith(".")


CHECKS: Mapping[str, Callable[[Family], None]] = {
    name.removeprefix("check_"): check for name, check in dict(globals()).items() if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("kind", FAMILIES.values(), ids=FAMILIES)
def test_what_a_family_declares_is_so(kind: Family, name: str) -> None:
    """Each property of each family agrees with its densities, quantiles, moments and draws."""
    CHECKS[name](kind)


def test_every_property_is_checked() -> None:
    """No property can be added, here or for PyMC, without a check of it."""
    declared = {name for name in vars(FamilyTraits) if not name.startswith("_")}
    assert {*CHECKS, *PYMC_CHECKS} == declared


def test_every_family_has_an_example() -> None:
    """The examples are proper, and none was chosen for a family that is not there."""
    assert set(CHOSEN) <= set(FAMILIES)
    for kind in FAMILIES.values():
        kind.check_constants(example(kind))


def test_families_are_listed_by_their_own_names() -> None:
    """The list has each family under its name; distributions made of others have a form of writing each."""
    assert all(name == kind.name == type(kind).__name__ for name, kind in FAMILIES.items())
    assert set(WRAPPERS) == set(NESTED_FORMS)
    assert all(make(FAMILIES["Normal"]).name == name for name, make in WRAPPERS.items())


def test_no_shape_beyond_floats_is_found() -> None:
    """Of a shape so small that no other argument puts a quantile where it is wanted, a Beta says so."""
    with pytest.raises(Fault, match="no Beta of this shape has the quantile"):
        FAMILIES["Beta"].words_of_shape(1e-30, value=0.5, share=1e-6)


NAMED_ELSEWHERE: Mapping[str, int] = {  # modules that may name a family as text, how often, each with its reason
    "actions/new/own_choices.py": 2,  # a person's options are the labels of a Categorical, whatever families there are
    "book/prior_statements.py": 5,  # what a hint writes out of bare words, by the bounds of what is asked; no family has to be among them
    "inference/fitted_mixture.py": 4,  # those whose greatest likelihood it finds, to carry a posterior; no family has to be among them
    "predict/program_draws.py": 16,  # how an exported program draws them with NumPy; a question about any other is not answered there, and says so
    "sentences/certain_then.py": 9,  # counts, whose totals never fall, read from a report without NumPy; what is not among them is not certain
    "scoring/closed_forms.py": 12,  # the closed forms that scoringrules has, by PyMC's names; no family has to have one
}


def test_no_module_outside_names_a_family_as_text() -> None:
    """Whoever treats families differently asks for a property, so that a new family is its class and a line in the list."""
    found: dict[str, int] = {}
    for path in sorted((ROOT / "forecast").rglob("*.py")):
        if path.is_relative_to(ROOT / "forecast" / "language" / "distributions"):
            continue
        literals = [node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)]
        named = [name for value in literals if isinstance(value, str) and (name := value.removesuffix("(")) in {*FAMILIES, *WRAPPERS}]
        if count := len(named):
            found[path.relative_to(ROOT / "forecast").as_posix()] = count
    assert found == NAMED_ELSEWHERE
