"""The unknown that is asked about: its parameter, the values it can have, and what is believed of it now."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from forecast.book.files.names import DEFAULT
from forecast.book.topic import Parameter, Topic
from forecast.elicitation.candidates import support_of_family
from forecast.elicitation.fits import Fit, fit_of_statement, read_statement
from forecast.elicitation.judgements import REAL_SUPPORT, Support
from forecast.language.distributions.families import FAMILIES, family
from forecast.language.expressions import indexed_name
from forecast.language.faults import Fault


@dataclass(frozen=True, slots=True)
class Subject:
    """A parameter, or one of its labels, to be asked about; ``fit`` is its present prior, None where that depends on others."""

    topic: Topic
    parameter: Parameter
    label: str
    statement: str
    family: str
    support: Support
    fit: Fit | None

    @property
    def name(self) -> str:
        """Its name as statements write it: ``refuses[korea]``."""
        return indexed_name(self.parameter.name, self.label)

    @property
    def unit(self) -> str:
        """The unit of its values; ``share`` for a share without one."""
        return self.parameter.unit or ("" if self.parameter.categories else "share")

    @property
    def why(self) -> str:
        """The present reason."""
        return self.parameter.why_by_label.get(self.label, self.parameter.why)

    @property
    def support_is_plain(self) -> bool:
        """Whether its present prior tells which values it can have: a share, or anything above 0."""
        return self.support.lower == 0 and self.support.upper in {1.0, math.inf}


def subject_of(topic: Topic, name: str, label: str = "") -> Subject:
    """Return a parameter as a subject; raise ``Fault`` for one whose values are whole numbers."""
    parameter = topic.parameters[name]
    if (link := parameter.link_for("" if label == DEFAULT else label)) is not None:
        raise Fault(
            f"the prior of `{name}` is `{link.text}`: what is believed of it is asked in `{link.topic}`",
            hint=f"another prior is written with forecast prior set {topic.name}.{name}",
        )
    statement = parameter.statement_for("" if label == DEFAULT else label)
    kind = FAMILIES.get(statement.distribution)
    if kind is not None and kind.discrete and not parameter.categories:
        raise Fault(
            f"`{name}` is a whole number ({statement.distribution}), and no way of asking fits a prior to one",
            hint=f'write it: forecast prior set {topic.name}.{name} "{statement.text}"',
        )
    plain = Subject(
        topic, parameter, label, statement.text, statement.distribution, support_of_family(statement.distribution) or REAL_SUPPORT, None
    )
    if parameter.categories:
        return plain
    try:
        name, arguments = read_statement(statement.text)
    except Fault:  # it depends on other parameters
        return plain
    lower, upper = (float(end) for end in family(name).support(**arguments))
    return replace(plain, support=support_of_family(name) or Support(lower, upper), fit=fit_of_statement(statement.text))
