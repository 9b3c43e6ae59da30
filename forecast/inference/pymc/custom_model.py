"""A topic's own model: the only place where code of a book is run, and NUTS on what it returns.

The code is the text that was read and hashed with the topic, not the file as it
is by now.  It runs in this process with all rights of whoever started it, which
is why nothing gets here without trust.
"""

from __future__ import annotations

import time
import traceback
from dataclasses import replace
from types import ModuleType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from forecast.book.files.problems import Place
from forecast.book.topic import OwnModel, Parameter
from forecast.inference.posterior import Posterior
from forecast.inference.pymc.nuts import SamplerSettings, diagnose, flatten_chains, run_chains, sample_until_sound
from forecast.model.custom_model import custom_model_data, trust_problem
from forecast.model.errors import Unsound, place_problem
from forecast.model.model import Model

ENTRY = "model"  # the function that model.py defines


def sample_custom_model(model: Model, *, seed: int, trust: bool, draws: int = 1000, tune: int = 1000, chains: int = 4) -> Posterior:
    """Return the posterior of a topic's own model by NUTS; the log-likelihood of rows, which it alone knows, is NaN.

    Raises ``Unsound`` where it is not trusted, fails, or does not give every
    parameter with its shape.
    """
    if not trust:
        raise Unsound(trust_problem(model.topic))
    began = time.perf_counter()
    built = build_custom_model(model)
    _check_parameters(model, built)
    _check_record(model, built)
    compiled = _compile(model, built)
    first = SamplerSettings(draws, tune, chains, 0.9)
    best = sample_until_sound(lambda settings, offset: _run(model, compiled, settings, seed + offset), first, alone=True)
    return replace(best, diagnostics=replace(best.diagnostics, seconds=time.perf_counter() - began))


def build_custom_model(model: Model) -> Any:
    """Run a topic's model.py, which must be trusted, and return the ``pymc.Model`` that its function ``model`` makes of the data."""
    import pymc as pm

    own = _custom_model(model)
    module = ModuleType("forecast_own_model")
    module.__file__ = own.path
    try:
        exec(compile(own.text, own.path, "exec"), module.__dict__)  # noqa: S102 - what --trust is for
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's code raises is reported as its error, not as ours
        _raise_code_error(model, error)
    make = getattr(module, ENTRY, None)
    if not callable(make):
        _raise_model_error(model, f"it defines no function `{ENTRY}`", f"write def {ENTRY}(data): … and return a pm.Model")
    try:
        built = make(custom_model_data(model))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - likewise
        _raise_code_error(model, error)
    if not isinstance(built, pm.Model):
        _raise_model_error(
            model, f"`{ENTRY}` returned {_type_text(built)}, not a pm.Model", "return the model that was opened by `with pm.Model() as …:`"
        )
    return built


def _check_parameters(model: Model, built: Any) -> None:
    """Every parameter is a variable of its shape: one value, or one for each label."""
    known = {variable.name: variable for variable in built.unobserved_RVs}
    for parameter in model.topic.parameters.values():
        if parameter.name not in known:
            _raise_model_error(
                model,
                f"its model has no variable `{parameter.name}`, which priors/{model.topic.name}.toml declares",
                f'name one so, or add pm.Deterministic("{parameter.name}", …); it has {", ".join(known) or "none"}',
            )
        wanted, shape = _parameter_shape(parameter), _variable_shape(known[parameter.name])
        if shape != wanted:
            what = f"one value for each label of `{parameter.per}`" if parameter.labels else "a single value"
            _raise_model_error(model, f"`{parameter.name}` has shape {shape} in its model, and must have {wanted}: {what}")
    discrete = [variable.name for variable in built.free_RVs if variable.dtype.startswith(("int", "uint", "bool"))]
    if discrete:
        _raise_model_error(model, f"`{discrete[0]}` is discrete, and NUTS moves in continuous values alone", "sum it out")


def _check_record(model: Model, built: Any) -> None:
    """Where there are rows, something conditions on them: a model without any would give the prior as what the record says."""
    if model.rows and not built.observed_RVs and not built.potentials:
        message = "its model does not use the record: it has no variable with `observed` and no potential"
        _raise_model_error(model, message, 'give the variables of the rows observed=data["streams"][…]["value"]')


def _parameter_shape(parameter: Parameter) -> tuple[int, ...]:
    return (len(parameter.labels),) if parameter.labels else ()


def _variable_shape(variable: Any) -> tuple[int, ...]:
    return tuple(int(length) for length in np.atleast_1d(variable.shape.eval(mode="FAST_COMPILE"))) if variable.ndim else ()


def _compile(model: Model, built: Any) -> Any:
    import nutpie

    try:
        return nutpie.compile_pymc_model(built, backend="numba", var_names=list(model.topic.parameters))
    except Exception as error:  # noqa: BLE001 - what PyMC makes of a stranger's model may fail in any way
        _raise_model_error(model, f"its model cannot be compiled: {_one_line_message(error)}")


def _run(model: Model, compiled: Any, settings: SamplerSettings, seed: int) -> Posterior:
    try:
        tree = run_chains(compiled, settings, seed, store_unconstrained=False)
    except RuntimeError as error:
        _raise_model_error(model, f"NUTS cannot sample its model: {_one_line_message(error)}")
    parameters = {name: _flatten_draws(tree["posterior"][name].values, parameter) for name, parameter in model.topic.parameters.items()}
    for name, values in parameters.items():
        if not np.isfinite(values).all():
            _raise_model_error(model, f"`{name}` is not a finite number at some draws of its model")
    count = settings.draws * settings.chains
    diverging = tree["sample_stats"]["diverging"].values.astype(bool).reshape(-1)
    diagnostics = diagnose(parameters, None, int(diverging.sum()), settings, count)
    return Posterior(model, "nuts", parameters, np.full(count, -np.log(count)), diagnostics, settings.chains, diverging=diverging)


def _flatten_draws(values: NDArray[Any], parameter: Parameter) -> NDArray[Any]:
    """Draws ``(chains, draws)`` or ``(chains, draws, labels)`` as ``(draws, 1 or labels)``."""
    return flatten_chains(values if parameter.labels else values[..., None])


def _custom_model(model: Model) -> OwnModel:
    assert model.topic.own is not None
    return model.topic.own


def _raise_code_error(model: Model, error: BaseException) -> NoReturn:
    """The problem of code that raised, at the last of its own lines that did."""
    own = _custom_model(model)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == own.path]
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == own.path else lines[-1] if lines else 1
    raise Unsound(
        place_problem(model.topic, Place(own.path, line or 1), f"this code raised {type(error).__name__}: {_one_line_message(error)}")
    ) from error


def _raise_model_error(model: Model, message: str, hint: str = "") -> NoReturn:
    raise Unsound(place_problem(model.topic, Place(_custom_model(model).path), message, hint))


def _one_line_message(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or "it says no more"


def _type_text(value: object) -> str:
    return "nothing" if value is None else f"something of type {type(value).__name__}"
