"""How the distributions are written that have a whole distribution among their arguments; read before any family is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class NestedForm:
    """Which argument is a distribution, whether it stands first, without a name, and an example."""

    argument: str
    stands_first: bool
    example: str


NESTED_FORMS: Mapping[str, NestedForm] = MappingProxyType(
    {
        "Truncated": NestedForm("dist", stands_first=True, example="Truncated(Normal(mu=0, sigma=1), lower=0)"),
        "Censored": NestedForm("dist", stands_first=True, example="Censored(Normal(mu=0, sigma=1), upper=10)"),
        "GaussianRandomWalk": NestedForm(
            "init_dist", stands_first=False, example="GaussianRandomWalk(sigma=0.3, init_dist=Normal(mu=0, sigma=1))"
        ),
        "AR": NestedForm("init_dist", stands_first=False, example="AR(rho=0.8, sigma=0.3, init_dist=Normal(mu=0, sigma=1))"),
    }
)
RANDOM_WALK = "GaussianRandomWalk"
WALKS = frozenset(name for name, form in NESTED_FORMS.items() if form.argument == "init_dist")  # values that follow one another
