"""What besides a book determines a result: the program's own code, the packages that compute, Python and the kind of machine."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from forecast import __version__

COMPUTING = ("numpy", "scipy", "pymc", "nutpie")  # packages whose versions a report and the ledger state
BEHIND = ("arviz", "pytensor", "numba", "threadpoolctl", "jinja2")  # packages that move what is computed or written as well
CODE_SUFFIXES = frozenset({".py", ".j2", ".css", ".js", ".json", ".svg"})


@dataclass(frozen=True, slots=True)
class Environment:
    """The program and the machine: the hash of the code, the versions that reports state, and those of everything else."""

    code: str
    versions: Mapping[str, str]
    others: Mapping[str, str]

    @property
    def key(self) -> str:
        """The SHA-256 of it all, in hexadecimal."""
        return hashlib.sha256(json.dumps([self.code, dict(self.versions), dict(self.others)], sort_keys=True).encode()).hexdigest()


def environment() -> Environment:
    """Return the environment of this process."""
    others = {name: version(name) for name in BEHIND}
    others |= {"python": platform.python_version(), "system": sys.platform, "machine": platform.machine()}
    return Environment(code_hash(Path(__file__).parents[1]), versions(), others)


def machine_fingerprint() -> str:
    """Return a hash that is equal on machines which run the same program and compute the same numbers to the last digit.

    Beside the environment it has the bytes of some results: elementary functions on arrays of several lengths, sums, products of
    matrices and random numbers, for which NumPy and its libraries choose the instructions of the processor at hand.
    """
    import numpy as np

    from forecast.language import special

    hashed = hashlib.sha256(environment().key.encode())
    for length in (1, 7, 64, 1001):
        x = np.random.default_rng(length).standard_normal(length)
        positive = np.abs(x) + 0.1
        results = [np.exp(x), np.log(positive), np.sin(x), np.tanh(x), np.log1p(positive), np.sqrt(positive), positive**1.7]
        results += [special.ndtri(1 / (1 + positive)), special.gammaln(positive), np.cumsum(x), np.outer(x[:50], x[:50]) @ x[:50]]
        for result in (*results, x.sum(), positive.sum(axis=0), x @ positive):
            hashed.update(np.asarray(result).tobytes())
    return hashed.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of this program and of what computes for it."""
    return {"forecast": __version__} | {name: version(name) for name in COMPUTING}


def code_hash(package: Path) -> str:
    """Return the SHA-256 of every source file and template below a folder, with its path."""
    hashed = hashlib.sha256()
    for path in sorted(path for path in package.rglob("*") if path.suffix in CODE_SUFFIXES):
        hashed.update(f"{path.relative_to(package).as_posix()}\0".encode())
        hashed.update(hashlib.sha256(path.read_bytes()).digest())
    return hashed.hexdigest()
