"""Distributions by PyMC's names: densities, quantiles and draws over NumPy, and priors in words.

``families.family_for(statement)`` gives a ``Family``, ``families.family(name)`` one by its name; see ``family.py`` for what it can do
and ``words.py`` for the ways to say its arguments.
"""
