"""One thread for linear algebra: matrices here are small, and on a busy machine threads make them ten times slower."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which linear algebra uses one thread; a number of threads could also move the last digit."""
    limits: AbstractContextManager[Any] = _loaded_libraries(len(sys.modules)).limit(limits=1, user_api="blas")
    return limits


@lru_cache(maxsize=1)
def _loaded_libraries(_modules: int) -> Any:
    """The libraries for linear algebra; they come with modules, and looking for them takes over a millisecond."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
