"""What Metaculus's server refuses in a forecast, written from its rules (``questions/serializers/common.py``) and from nothing of the program.

Two editions of the rules are known, one of which rounds steps to nine places and the other to ten; a forecast must pass both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def cdf_faults(cdf: Sequence[float], *, steps: int, open_lower: bool, open_upper: bool) -> list[str]:
    """What is wrong with a distribution function."""
    faults = []
    if len(cdf) != steps + 1:
        faults.append(f"{len(cdf)} values instead of {steps + 1}")
    values = [round(float(value), 10) for value in cdf]
    for places in (9, 10):
        rises = [round(values[i + 1] - values[i], places) for i in range(len(values) - 1)]
        if not all(rise >= 0.01 / steps for rise in rises):
            faults.append(f"a step of {min(rises)} is below {0.01 / steps}")
        if not all(rise <= 0.2 * 200 / steps for rise in rises):
            faults.append(f"a step of {max(rises)} is above {0.2 * 200 / steps}")
    if open_lower and not values[0] >= 0.001:
        faults.append(f"{values[0]} at an open lower bound")
    if not open_lower and values[0] != 0.0:  # noqa: RUF069 - so the server compares
        faults.append(f"{values[0]} at a closed lower bound")
    if open_upper and not values[-1] <= 0.999:
        faults.append(f"{values[-1]} at an open upper bound")
    if not open_upper and values[-1] != 1.0:  # noqa: RUF069 - so the server compares
        faults.append(f"{values[-1]} at a closed upper bound")
    return faults


def probability_faults(value: float) -> list[str]:
    """What is wrong with the probability of a binary question."""
    return [] if 0.001 <= value <= 0.999 else [f"{value} is not from 0.001 to 0.999"]


def option_faults(values: Mapping[str, float], options: Sequence[str]) -> list[str]:
    """What is wrong with the probabilities of options."""
    faults = [fault for value in values.values() for fault in probability_faults(value)]
    if set(values) != set(options):
        faults.append(f"{sorted(values)} are not the options {sorted(options)}")
    if abs(sum(values.values()) - 1) > 1e-9:
        faults.append(f"they add up to {sum(values.values())}")
    return faults
