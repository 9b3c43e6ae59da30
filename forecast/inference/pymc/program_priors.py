"""The parameters of the exported program: their declarations with their reasons, and the densities that hypotheses add."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from forecast.book.topic import Parameter
from forecast.inference.pymc.location_scale import from_link
from forecast.inference.pymc.plan import CannotSample, Plan
from forecast.inference.pymc.pools import POTENTIAL
from forecast.inference.pymc.program_distributions import arguments_text, density_text, transform_text
from forecast.inference.pymc.program_text import DIMENSIONS, comment, literal, part_name, pymc_name, variable_name
from forecast.inference.pymc.program_walks import walk_lines
from forecast.language.characters import escape_hidden_characters
from forecast.language.classes import shares_parameter
from forecast.language.distributions.family import Family
from forecast.language.distributions.pools import LINEAR, LOG_ODDS
from forecast.language.distributions.traits import LocationScale, ValueKind
from forecast.language.distributions.walks import Walk
from forecast.language.evaluate import Scope
from forecast.language.expressions import indexed_name
from forecast.language.source import SourceOps, SourceText, number_text
from forecast.language.statements import Statement
from forecast.model.model import Model
from forecast.model.priors import Block

SOURCE = SourceOps()
INDENT = "    "


@dataclass(frozen=True)
class ProgramParameters:
    """The parameters of a planned model, as the program has them."""

    plan: Plan

    @property
    def model(self) -> Model:
        """The model that is written."""
        return self.plan.model

    @cached_property
    def dimensions(self) -> Mapping[str, str]:
        """The dimension of each label set by which a parameter has values: its name, or one with ``label`` where a variable or the draws have that."""
        topic = self.model.topic
        used = dict.fromkeys(parameter.per for parameter in topic.parameters.values() if parameter.per in topic.labels)
        taken = {*topic.parameters, *topic.streams, *topic.regimes, *DIMENSIONS}
        return {name: part_name(name, "label") if name in taken else name for name in used}

    def _dims_text(self, parameter: Parameter) -> str:
        """The dimension of all of a parameter's values as an argument; empty where it has one value."""
        labels = self.model.topic.labels.get(parameter.per, ())
        is_whole = bool(parameter.labels) and tuple(labels) == tuple(parameter.labels)
        return f", dims={literal(self.dimensions[parameter.per])}" if is_whole else ""

    def names(self) -> dict[str, Any]:
        """What each parameter's name in a statement stands for."""
        return {name: SourceText(variable_name(name)) for name in self.model.topic.parameters}

    def declarations(self) -> Iterator[str]:
        """The lines of every parameter, with its reasons; those of the discrete only say what becomes of them."""
        for parameter in self.model.topic.parameters.values():
            blocks = [block for block in self.plan.prior if block.name == parameter.name]
            unit = f" [{parameter.unit}]" if parameter.unit else ""
            whys = [parameter.why, *(part.why for part in parameter.parts if part.is_used)]
            explanation = f"{parameter.name}{unit}: {' '.join(why for why in whys if why)}"
            yield from (f"{INDENT}{comment(line)}" for line in textwrap.wrap(escape_hidden_characters(explanation, kept="\t\n"), 110))
            yield from self._origins(parameter)
            if blocks[0].family.discrete:
                yield f"{INDENT}{comment(f'{parameter.name} has prior {blocks[0].statement.text}: it is summed out below')}"
            else:
                yield from self._parameter(parameter.name, blocks)
            yield ""

    def _origins(self, parameter: Parameter) -> Iterator[str]:
        """A line for each prior of a parameter that is fitted to another topic's posterior."""
        model = self.model
        for label, link in parameter.links.items():
            if model.topic.carried is not None:
                fit = model.topic.carried.fit(link, model.as_of)
                named = indexed_name(parameter.name, label)
                distance = f"Kolmogorov distance {fit.kolmogorov:.2g}"
                yield f"{INDENT}{comment(f'{named}: fitted to draws of {link.text} as of {model.as_of}, {distance}')}"

    def log_density(self, block: Block) -> str:
        """The log density of a block at its values, as an expression of the program."""
        kind, arguments = self._prior_arguments(block)
        labelled = bool(block.parameter.labels)
        variable = variable_name(block.name)
        if labelled and block.size < len(block.parameter.labels):
            variable = f"{variable}[{list(block.positions)}]"
        if kind.value_kind is ValueKind.CATEGORY:
            density = f"pt.log(pt.as_tensor_variable({arguments['p']}))[{variable}]"
            return f"{density}.sum()" if labelled else density
        return f"{density_text(kind, arguments, variable)}.sum()"

    def distribution(self, statement: Statement, scope: Scope) -> tuple[Family, dict[str, Any]]:
        """A statement's family and its arguments as source; shares that are one parameter's stand as its name."""
        kind, arguments = self.model.distribution(statement, scope, SOURCE)
        shares = {name: its.labels for name, its in self.model.topic.parameters.items() if its.per == name}
        if whole := shares_parameter(statement, shares):
            arguments["p"] = SourceText(variable_name(whole))
        return kind, dict(arguments)

    def _parameter(self, name: str, blocks: list[Block]) -> Iterator[str]:
        if len(blocks) == 1:
            yield from self._declaration(blocks[0], name)
            return
        pieces = []
        for block in blocks:
            labels = [block.parameter.labels[position] for position in block.positions]
            piece = part_name(name, block.positions[0])
            yield f"{INDENT}{comment(', '.join(labels))}"
            yield from self._declaration(block, piece)
            pieces.append(piece)
        order = np.argsort(np.concatenate([block.positions for block in blocks])).tolist()
        joined = f"pt.concatenate([{', '.join(pieces)}])[{order}]"
        dims = self._dims_text(blocks[0].parameter)
        yield f"{INDENT}{variable_name(name)} = pm.Deterministic({literal(pymc_name(name))}, {joined}{dims})"

    def _declaration(self, block: Block, name: str) -> Iterator[str]:
        """The declaration of a block under a name of the book, or of a part of it."""
        variable, named = variable_name(name), literal(pymc_name(name))
        written = block.statement.text
        dims = self._dims_text(block.parameter) if name == block.name else ""
        shape = dims or (f", shape={block.size}" if block.parameter.labels else "")
        if self.plan.is_flat(block) and block.family.joint:
            yield f"{INDENT}{comment(f'{written} depends on a hypothesis: its density is added below')}"
            yield f"{INDENT}{variable} = pm.Dirichlet({named}, a=np.ones({block.size}){dims})"
            return
        if self.plan.is_flat(block):
            lower, upper = self.plan.support(block)
            yield f"{INDENT}{comment(f'{written} depends on a hypothesis: its density is added below')}"
            if np.isfinite(lower) and np.isfinite(upper):
                yield f"{INDENT}{variable} = pm.Uniform({named}, {number_text(lower)}, {number_text(upper)}{shape})"
            elif lower in {0, -np.inf} and np.isinf(upper):
                yield f"{INDENT}{variable} = pm.{'HalfFlat' if lower == 0 else 'Flat'}({named}{shape})"
            else:
                raise CannotSample(f"the support of `{block.name}` depends on a hypothesis")
            return
        kind, arguments = self._prior_arguments(block)
        if isinstance(kind, Walk):
            yield f"{INDENT}{comment(f'{written}, by its steps, which samples better')}"
            yield from (f"{INDENT}{line}" for line in walk_lines(kind, arguments, name, block.size, dims=dims))
            return
        if kind.name == LOG_ODDS:
            middle = f"np.full({block.size}, {kind.quantile(0.5):g})" if shape else f"{kind.quantile(0.5):g}"
            yield f"{INDENT}{comment(f'{written}: its density is added as a potential')}"
            yield f"{INDENT}{variable} = pm.Flat({named}, initval={middle}{transform_text(kind, arguments)}{shape})"
            yield f"{INDENT}pm.Potential({literal(name + POTENTIAL)}, {density_text(kind, arguments, variable)}.sum())"
            return
        form = kind.location_scale
        if block.fixed is None and form is not None and set(arguments) == form.arguments:
            standard = part_name(name, "standard")
            yield f"{INDENT}{comment(f'{written}, as a standard variable shifted and scaled, which samples better')}"
            yield f"{INDENT}{standard} = pm.{_standard_declaration(form, arguments, standard)}, shape={block.size})"
            value = from_link(form.link, arguments[form.location] + arguments[form.scale] * SourceText(standard), SOURCE)
            yield f"{INDENT}{variable} = pm.Deterministic({named}, {value}{'' if shape else '[0]'}{dims})"
            return
        yield f"{INDENT}{comment(written)}"
        if kind.name == LINEAR:
            yield f"{INDENT}# (where its parts hardly meet, NUTS may stay in one of them: run more chains)"
        transform = transform_text(kind, arguments)
        yield f"{INDENT}{variable} = pm.{kind.name}({named}, {arguments_text(kind, arguments)}{transform}{shape})"

    def _prior_arguments(self, block: Block) -> tuple[Family, dict[str, Any]]:
        scope = self.model.scope(self.names())
        if per := block.parameter.per:
            positions = list(block.positions)
            whole = positions == list(range(len(block.parameter.labels)))
            scope = scope.plus(values={per: SourceText("slice(None)" if whole else str(positions))}, coded={per: per})
        return self.distribution(block.statement, scope)


def _standard_declaration(form: LocationScale, arguments: Mapping[str, Any], name: str) -> str:
    """The start of the declaration of the standard variable of a location-scale family."""
    given = [literal(name), *(f"{shape}={number_text(arguments[shape])}" for shape in form.shapes), form.standard_text]
    return f"{form.standard}({', '.join(given)}"
