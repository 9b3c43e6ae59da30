"""Distributions by PyMC's names: densities, quantiles and draws over NumPy, and priors in words.

``family_for(statement)`` gives a ``Family``, ``family(name)`` one by its name; see ``family.py`` for what it can do and
``words.py`` for the ways to say its arguments.
"""

from __future__ import annotations

from forecast.language.distributions.families import FAMILIES, component, family, family_for
from forecast.language.distributions.family import Family, Signature

__all__ = ["FAMILIES", "Family", "Signature", "component", "family", "family_for"]
