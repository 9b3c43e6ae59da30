"""What a family declares of itself beside its formulas: its values, its role in a book, how it is elicited, documented, and had by PyMC.

Whoever treats families differently asks for one of these properties, never for a name, so that a
new family is its class and a line in ``families``.  Most have the defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Protocol

type Link = Literal["identity", "log", "logit"]


class ValueKind(Enum):
    """What a family's values are, whatever its arguments."""

    REAL = "any number"
    INTERVAL = "from one of its arguments to another"
    NONNEGATIVE = "0 or more"
    POSITIVE = "above 0"
    OPEN_SHARE = "above 0 and below 1"
    BINARY = "0 or 1"
    COUNT = "0, 1, 2 and so on"
    CATEGORY = "one of some labels"
    ORDERED_CATEGORY = "one of some labels in an order, which stand beside the statement"
    CATEGORY_COUNTS = "how many of each label"
    SIMPLEX = "a share for each label"
    COMPOSED = "as the families say of which it is made"

    @property
    def is_count(self) -> bool:
        """Whether values are numbers of events, none of them negative."""
        return self in {ValueKind.BINARY, ValueKind.COUNT}

    @property
    def is_amount(self) -> bool:
        """Whether values are measured and never negative."""
        return self in {ValueKind.NONNEGATIVE, ValueKind.POSITIVE, ValueKind.OPEN_SHARE}

    @property
    def is_class(self) -> bool:
        """Whether values are labels, or numbers of each."""
        return self in {ValueKind.CATEGORY, ValueKind.ORDERED_CATEGORY, ValueKind.CATEGORY_COUNTS}

    @property
    def is_labelled(self) -> bool:
        """Whether values are labels, or one number for each."""
        return self.is_class or self is ValueKind.SIMPLEX

    @property
    def may_be_negative(self) -> bool:
        """Whether values may be below 0 for some arguments."""
        return self in {ValueKind.REAL, ValueKind.INTERVAL}


@dataclass(frozen=True, slots=True)
class LocationScale:
    """Which arguments shift and scale a standard variable, and the scale on which they do.

    ``link(x) = location + scale * z``, where z has the PyMC distribution ``standard``, whose arguments
    stand in a program as ``standard_text``; ``shapes`` are arguments of z itself.
    """

    location: str
    scale: str
    link: Link
    standard: str
    standard_text: str
    shapes: tuple[str, ...] = ()

    @property
    def arguments(self) -> frozenset[str]:
        """The arguments that must all be given for a statement to be written as a shifted and scaled variable."""
        return frozenset((self.location, self.scale, *self.shapes))


def normal_location_scale(link: Link) -> LocationScale:
    """Return how ``mu`` and ``sigma`` shift and scale a standard normal on some scale."""
    return LocationScale("mu", "sigma", link, "Normal", "0, 1")


class TensorTails(Protocol):
    """What upper tails are made of in PyMC: PyTensor's functions, and PyMC's distribution functions by the distribution's name."""

    def log(self, x: Any) -> Any:
        """The natural logarithm."""

    def exp(self, x: Any) -> Any:
        """The exponential."""

    def gammainc(self, shape: Any, x: Any) -> Any:
        """The lower incomplete gamma function, divided by the whole."""

    def gammaincc(self, shape: Any, x: Any) -> Any:
        """The upper incomplete gamma function, divided by the whole."""

    def betainc(self, alpha: Any, beta: Any, x: Any) -> Any:
        """The incomplete beta function, divided by the whole."""

    def logcdf(self, distribution: str, arguments: Mapping[str, Any], x: Any) -> Any:
        """The log of P(X <= x) by PyMC."""


class FamilyTraits:
    """The properties that a family declares, with what holds for most."""

    # its values
    value_kind: ClassVar[ValueKind] = ValueKind.COMPOSED
    vector_argument: ClassVar[str] = ""  # the argument that has a value for each label
    trials_argument: ClassVar[str] = ""  # the argument that says in how many trials its values count
    location_scale: ClassVar[LocationScale | None] = None
    is_normal: ClassVar[bool] = False  # whether it is a normal on its own scale, or half of one
    is_symmetric: ClassVar[bool] = False  # whether both sides of its median are alike
    sums_masses: ClassVar[bool] = False  # whether its distribution function is a sum, which takes longer the larger the value
    whole_arguments: ClassVar[tuple[str, ...]] = ()  # those that PyMC wants as integers

    # its role in a book
    can_be_prior: ClassVar[bool] = True  # False where it only says how rows arise
    support_arguments: ClassVar[tuple[str, ...] | None] = (
        None  # of a discrete prior, those that say which values it has; None without a last
    )
    shares_one_chance: ClassVar[bool] = False  # whether its events share a chance that is drawn once, so that they tend to come on one day
    event_process: ClassVar[Literal["rate", "hazard"] | None] = (
        None  # what leads to events, where they divide over parts of an interval by it; a hazard family takes `p` or `logit_p`
    )
    gamma_shapes: ClassVar[tuple[str, ...]] = ()  # the Gamma's shape, where one multiplies the rate; first its name where `mu` is given

    # elicitation
    free_arguments: ClassVar[tuple[str, ...]] = ()  # those found from judgements; none for a family that is not offered
    fixed_arguments: ClassVar[Mapping[str, float]] = MappingProxyType({})  # those that elicitation sets beforehand
    shape_argument: ClassVar[str] = ""  # the argument along which its member of greatest entropy is sought

    # documentation
    example: ClassVar[tuple[str, str]] = (
        "",
        "",
    )  # a statement whose arguments are numbers, and what it may be of; the reference shows both

    # PyMC, whose class has the family's name
    pymc_options: ClassVar[Mapping[str, bool]] = MappingProxyType({})  # what a declaration is given beside arguments
    pymc_transform: ClassVar[str] = ""  # of ``pm.distributions.transforms``, where PyMC chooses none
    pymc_has_logcdf: ClassVar[bool] = True  # False only of a half of another, `half_of`, which a pool of log odds then writes in its place
    half_of: ClassVar[str] = ""  # the distribution around 0 whose absolute value it is

    def pymc_survival(self, _x: Any, _parameters: tuple[Any, ...], _tails: TensorTails) -> Any:
        """Return P(X > x) as a tensor with the digits of a small tail; None where PyMC's own has them.

        ``parameters`` are those of PyMC's random variable, or the arguments where there is one way to give them.
        """
        return None

    def pymc_log_survival(self, _x: Any, _core: tuple[float, ...], _tails: TensorTails) -> Any:
        """Return log P(X > x) as a tensor, for constant core arguments; None where PyMC's own is good."""
        return None
