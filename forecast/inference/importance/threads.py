"""One thread for linear algebra: matrices here are small, and on a busy machine threads make them ten times slower."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which linear algebra uses one thread; a number of threads could also move the last digit."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits
