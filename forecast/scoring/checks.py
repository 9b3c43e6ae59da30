"""What every score asks of its arguments: numbers without gaps, probabilities within 0 and 1, shares that add up to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array, Indices

CLASS_SUM_TOLERANCE = 1e-6  # probabilities of classes, each rounded to nine places or so


def read_numbers(values: ArrayLike, *, name: str) -> Array:
    """Numbers as an array of floats; they may be infinite. Raises ValueError where one is NaN."""
    numbers = np.asarray(values, dtype=np.float64)
    if np.isnan(numbers).any():
        raise ValueError(f"{name} has a NaN")
    return numbers


def read_probabilities(values: ArrayLike, *, name: str) -> Array:
    """Probabilities as an array of floats, those of exactly 0 and 1 included. Raises ValueError outside 0 to 1; nothing is clamped."""
    probabilities = read_numbers(values, name=name)
    if ((probabilities < 0) | (probabilities > 1)).any():
        raise ValueError(f"{name} has a value outside 0 to 1")
    return probabilities


def read_class_probabilities(values: ArrayLike, *, name: str) -> Array:
    """Probabilities ``(…, classes)`` that add up to one along the last axis, to a millionth. Raises ValueError otherwise."""
    probabilities = read_probabilities(values, name=name)
    if probabilities.ndim == 0 or probabilities.shape[-1] < 2:
        raise ValueError(f"{name} needs two classes or more along its last axis")
    if (np.abs(probabilities.sum(axis=-1) - 1) > CLASS_SUM_TOLERANCE).any():
        raise ValueError(f"{name} does not add up to one")
    return probabilities


def read_classes(outcome: ArrayLike, *, probabilities: Array) -> Indices:
    """The classes that came true, counted from 0, as an array with the shape of ``probabilities`` without its last axis.

    Raises ValueError for another shape, TypeError for numbers that are not whole by their type, IndexError for classes that do not exist.
    """
    classes = np.asarray(outcome)
    if not np.issubdtype(classes.dtype, np.integer):
        raise TypeError("an outcome is a class, counted from 0")
    if classes.shape != probabilities.shape[:-1]:
        raise ValueError(f"outcomes of shape {classes.shape} do not fit probabilities of shape {probabilities.shape}")
    if ((classes < 0) | (classes >= probabilities.shape[-1])).any():
        raise IndexError(f"an outcome is not among the {probabilities.shape[-1]} classes")
    return classes.astype(np.intp)


def take_class(probabilities: Array, classes: Indices) -> Array:
    """The probability of each class that came true."""
    return np.take_along_axis(probabilities, classes[..., np.newaxis], axis=-1)[..., 0]
