"""A published posterior as bytes and back, every number to the last digit: reports made of it are the same to the byte."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace

import numpy as np

from forecast.inference.posterior import Diagnostics, Posterior
from forecast.model.model import Model

PARAMETER = "parameter:"  # before a parameter's name, so that none is called like another array
MOST_DRAWS_BYTES = 2**26  # of one posterior: a larger one is computed again


def draws_to_bytes(posterior: Posterior) -> bytes | None:
    """Return a posterior as the bytes of an ``.npz`` file; None where it is too large to keep, or has more to it than draws and diagnostics."""
    if posterior.coverage is not None:
        return None
    arrays = {f"{PARAMETER}{name}": np.ascontiguousarray(values) for name, values in posterior.parameters.items()}
    size = sum(values.nbytes for values in arrays.values()) + posterior.log_weight.nbytes
    if size > MOST_DRAWS_BYTES:
        return None
    described = {
        "diagnostics": asdict(posterior.diagnostics),
        "engine": posterior.engine,
        "chains": posterior.chains,
        "beyond": posterior.model.beyond,
    }
    extra = {} if posterior.replicate is None else {"replicate": posterior.replicate.astype(np.min_scalar_type(posterior.replicate.max()))}
    extra |= {} if posterior.diverging is None else {"diverging": posterior.diverging}
    file = io.BytesIO()
    np.savez(file, described=np.array(json.dumps(described)), log_weight=posterior.log_weight, **extra, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def draws_from_bytes(data: bytes, model: Model) -> Posterior:
    """Return the posterior of a model that ``draws_to_bytes`` has made bytes of, for the same model."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        described = json.loads(arrays["described"].item())
        model = replace(model, beyond=described["beyond"])
        parameters = {name.removeprefix(PARAMETER): arrays[name] for name in arrays.files if name.startswith(PARAMETER)}
        return Posterior(
            model,
            described["engine"],
            parameters,
            arrays["log_weight"],
            Diagnostics(**described["diagnostics"]),
            chains=described["chains"],
            replicate=arrays["replicate"].astype(np.int64) if "replicate" in arrays.files else None,
            diverging=arrays["diverging"] if "diverging" in arrays.files else None,
        )
