"""Types of arrays, which say what their elements are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]
type Indices = NDArray[np.intp]
type Truth = NDArray[np.bool_]
