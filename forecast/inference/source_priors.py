"""The parameters of the exported program: their declarations with their reasons, and the densities that hypotheses add."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.inference.plan import CannotSample, Plan
from forecast.inference.pymc_model import LOCATION_SCALE
from forecast.inference.pymc_pools import POTENTIAL
from forecast.inference.source_distributions import arguments_text, density_text, transform_text, walk_lines
from forecast.language.classes import whole_shares
from forecast.language.distributions import Family
from forecast.language.distributions.pools import LINEAR, LOG_ODDS
from forecast.language.distributions.walks import Walk
from forecast.language.evaluate import Scope
from forecast.language.source import Source, SourceOps, number_text
from forecast.language.statements import Statement
from forecast.model.model import Model
from forecast.model.priors import Block

SOURCE = SourceOps()
INDENT = "    "
RESERVED = {
    "np",
    "pm",
    "pt",
    "slice",
    "total",
    "hypotheses",
    "joint",
    "log_between",
    "log_density",
    "log_odds_density",
    "log_odds_mass",
}  # names the program uses itself


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a planned model, as the program has them."""

    plan: Plan

    @property
    def model(self) -> Model:
        """The model that is written."""
        return self.plan.model

    def variable(self, name: str) -> str:
        """The program's name for a parameter."""
        return f"{name}_" if name in RESERVED else name

    def names(self) -> dict[str, Any]:
        """What each parameter's name in a statement stands for."""
        return {name: Source(self.variable(name)) for name in self.model.topic.parameters}

    def declarations(self) -> Iterator[str]:
        """The lines of every parameter, with its reasons; those of the discrete only say what becomes of them."""
        for parameter in self.model.topic.parameters.values():
            blocks = [block for block in self.plan.prior if block.name == parameter.name]
            unit = f" [{parameter.unit}]" if parameter.unit else ""
            whys = [parameter.why, *(part.why for part in parameter.parts if part.is_used)]
            said = plain(" ".join(why for why in whys if why))
            yield from (f"{INDENT}# {line}" for line in textwrap.wrap(f"{parameter.name}{unit}: {said}", 110))
            if blocks[0].family.discrete:
                yield f"{INDENT}# {parameter.name} has prior {blocks[0].statement.text}: it is summed out below"
            else:
                yield from self._parameter(parameter.name, blocks)
            yield ""

    def log_density(self, block: Block) -> str:
        """The log density of a block at its values, as an expression of the program."""
        kind, arguments = self._prior_arguments(block)
        labelled = bool(block.parameter.labels)
        variable = self.variable(block.name)
        if labelled and block.size < len(block.parameter.labels):
            variable = f"{variable}[{list(block.positions)}]"
        if kind.name == "Categorical":
            density = f"pt.log(pt.as_tensor_variable({arguments['p']}))[{variable}]"
            return f"{density}.sum()" if labelled else density
        return f"{density_text(kind, arguments, variable)}.sum()"

    def distribution(self, statement: Statement, scope: Scope) -> tuple[Family, dict[str, Any]]:
        """A statement's family and its arguments as source; shares that are one parameter's stand as its name."""
        kind, arguments = self.model.distribution(statement, scope, SOURCE)
        shares = {name: its.labels for name, its in self.model.topic.parameters.items() if its.per == name}
        if whole := whole_shares(statement, shares):
            arguments["p"] = Source(self.variable(whole))
        return kind, dict(arguments)

    def _parameter(self, name: str, blocks: list[Block]) -> Iterator[str]:
        if len(blocks) == 1:
            yield from self._declaration(blocks[0], self.variable(name), name)
            return
        pieces = []
        for block in blocks:
            labels = [block.parameter.labels[position] for position in block.positions]
            piece = f"{name}_{block.positions[0]}"
            yield f"{INDENT}# {', '.join(labels)}"
            yield from self._declaration(block, piece, piece)
            pieces.append(piece)
        order = np.argsort(np.concatenate([block.positions for block in blocks])).tolist()
        yield f'{INDENT}{self.variable(name)} = pm.Deterministic("{name}", pt.concatenate([{", ".join(pieces)}])[{order}])'

    def _declaration(self, block: Block, variable: str, name: str) -> Iterator[str]:
        shape = f", shape={block.size}" if block.parameter.labels else ""
        if self.plan.is_flat(block) and block.family.joint:
            yield f"{INDENT}# {block.statement.text} depends on a hypothesis: its density is added below"
            yield f'{INDENT}{variable} = pm.Dirichlet("{name}", a=np.ones({block.size}))'
            return
        if self.plan.is_flat(block):
            lower, upper = self.plan.support(block)
            yield f"{INDENT}# {block.statement.text} depends on a hypothesis: its density is added below"
            if np.isfinite(lower) and np.isfinite(upper):
                yield f'{INDENT}{variable} = pm.Uniform("{name}", {lower:g}, {upper:g}{shape})'
            elif lower in {0, -np.inf} and np.isinf(upper):
                yield f'{INDENT}{variable} = pm.{"HalfFlat" if lower == 0 else "Flat"}("{name}"{shape})'
            else:
                raise CannotSample(f"the support of `{block.name}` depends on a hypothesis")
            return
        kind, arguments = self._prior_arguments(block)
        if isinstance(kind, Walk):
            yield f"{INDENT}# {block.statement.text}, by its steps, which samples better"
            yield f'{INDENT}{variable}_standard = pm.Normal("{name}_standard", 0, 1, shape={block.size})'
            yield from (f"{INDENT}{line}" for line in walk_lines(kind, arguments, variable, name, block.size))
            return
        if kind.name == LOG_ODDS:
            middle = f"np.full({block.size}, {kind.quantile(0.5):g})" if shape else f"{kind.quantile(0.5):g}"
            yield f"{INDENT}# {block.statement.text}: its density is added as a potential"
            yield f'{INDENT}{variable} = pm.Flat("{name}", initval={middle}{transform_text(kind, arguments)}{shape})'
            yield f'{INDENT}pm.Potential("{name}{POTENTIAL}", {density_text(kind, arguments, variable)}.sum())'
            return
        if block.fixed is None and set(arguments) - {"nu"} == set(LOCATION_SCALE.get(kind.name, ())):
            yield f"{INDENT}# {block.statement.text}, as a standard variable shifted and scaled, which samples better"
            yield f"{INDENT}{variable}_standard = pm.{_standard(kind.name, arguments, name)}, shape={block.size})"
            location, scale = (arguments[key] for key in LOCATION_SCALE[kind.name])
            value = location + scale * Source(f"{variable}_standard")
            value = SOURCE.exp(value) if kind.name == "LogNormal" else SOURCE.expit(value) if kind.name == "LogitNormal" else value
            yield f'{INDENT}{variable} = pm.Deterministic("{name}", {value}{"" if shape else "[0]"})'
            return
        yield f"{INDENT}# {block.statement.text}"
        if kind.name == LINEAR:
            yield f"{INDENT}# (where its parts hardly meet, NUTS may stay in one of them: run more chains)"
        transform = transform_text(kind, arguments)
        yield f'{INDENT}{variable} = pm.{kind.name}("{name}", {arguments_text(kind, arguments)}{transform}{shape})'

    def _prior_arguments(self, block: Block) -> tuple[Family, dict[str, Any]]:
        scope = self.model.scope(self.names())
        if per := block.parameter.per:
            positions = list(block.positions)
            whole = positions == list(range(len(block.parameter.labels)))
            scope = scope.plus(values={per: Source("slice(None)" if whole else str(positions))}, coded={per: per})
        return self.distribution(block.statement, scope)


def _standard(kind: str, arguments: Mapping[str, Any], name: str) -> str:
    """The start of the declaration of the standard variable of a location-scale family."""
    match kind:
        case "StudentT":
            return f'StudentT("{name}_standard", nu={number_text(arguments["nu"])}, mu=0, sigma=1'
        case "Cauchy":
            return f'Cauchy("{name}_standard", alpha=0, beta=1'
        case _:
            return f'Normal("{name}_standard", 0, 1'


def plain(text: str) -> str:
    """Return text on one line, safe inside a comment or a docstring."""
    return " ".join(text.split()).replace("\\", "/").replace('"""', "'''")
