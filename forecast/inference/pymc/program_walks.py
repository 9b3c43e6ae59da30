"""Walks as source text of a PyMC program: their declarations from steps, and their density where hypotheses move it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forecast.inference.pymc.plan import Plan
from forecast.inference.pymc.pools import POTENTIAL
from forecast.inference.pymc.program_text import literal, part_name, pymc_name, variable_name
from forecast.language.distributions.jumps import BEND_SHARPNESS, JUMP_BEND, JUMP_SIGMA, JumpingWalk
from forecast.language.distributions.walks import Walk
from forecast.language.source import SourceText, number_text

JUMPING_STEPS = f'''
def jumping_steps(z, sigma, jump_sigma):
    """Steps at coordinates z, which count in units of sigma and, where a jump is needed, of jump_sigma; and the log of their derivative."""
    beyond, before = {BEND_SHARPNESS:g} * (z - {JUMP_BEND:g}), {BEND_SHARPNESS:g} * (-z - {JUMP_BEND:g})
    steps = sigma * z + jump_sigma * (pt.softplus(beyond) - pt.softplus(before)) / {BEND_SHARPNESS:g}
    return steps, pt.log(sigma + jump_sigma * (pt.sigmoid(beyond) + pt.sigmoid(before)))
'''
WALK_DENSITY = '''
def walk_density(x, first, factor, added, step):
    """The log density of a walk's values, by the distributions of the first and of a step."""
    return pt.concatenate([pm.logp(first, x[:1]), pm.logp(step, x[1:] - factor * x[:-1] - added)])
'''


def walk_lines(kind: Walk, arguments: Mapping[str, Any], name: str, count: int, *, dims: str = "") -> Iterator[str]:
    """Yield the declaration of a walk, with ``dims`` as a further argument, and of its standard steps, its part ``standard``."""
    variable, named = variable_name(name), literal(pymc_name(name))
    standard, steps, behind = (part_name(name, part) for part in ("standard", "steps", "behind"))
    (first_mean, first_sd), (factor, added, sigma) = kind.first(arguments), kind.step(arguments)
    if isinstance(kind, JumpingWalk):
        following, stretch = part_name(name, "following"), part_name(name, "stretch")
        yield f"{standard} = pm.Flat({literal(standard)}, shape={count})"
        yield f"{following}, {stretch} = jumping_steps({standard}[1:], {number_text(sigma)}, {number_text(arguments[JUMP_SIGMA])})"
        density = f"pm.logp({_step_text(kind, arguments)}, {following}) + {stretch}"
        yield f"pm.Potential({literal(name + POTENTIAL)}, pm.logp(pm.Normal.dist(0, 1), {standard}[0]) + ({density}).sum())"
        rest = added + SourceText(following)
    else:
        yield f"{standard} = pm.Normal({literal(standard)}, 0, 1, shape={count})"
        rest = added + sigma * SourceText(f"{standard}[1:]")
    first = first_mean + first_sd * SourceText(f"{standard}[:1]")
    yield f"{steps} = pt.concatenate([{first}, {rest}])"
    if isinstance(factor, float) and factor == 1:
        yield f"{variable} = pm.Deterministic({named}, pt.cumsum({steps}){dims})"
        return
    yield f"{behind} = np.subtract.outer(np.arange({count}), np.arange({count}))"
    weights = f"pt.switch({behind} >= 0, pt.power({number_text(factor)}, np.maximum({behind}, 0)), 0.0)"
    yield f"{variable} = pm.Deterministic({named}, pt.dot({weights}, {steps}){dims})"


def walk_density_text(kind: Walk, arguments: Mapping[str, Any], value: str) -> str:
    """Return the log density of a walk's values, each given the one before, at what a text names."""
    (first_mean, first_sd), (factor, added, _) = kind.first(arguments), kind.step(arguments)
    first = f"pm.Normal.dist({number_text(first_mean)}, {number_text(first_sd)})"
    return f"walk_density({value}, {first}, {number_text(factor)}, {number_text(added)}, {_step_text(kind, arguments)})"


def walk_functions(plan: Plan) -> list[str]:
    """Return the functions that the program of a planned model needs for its walks."""
    walks = [block for block in plan.prior if isinstance(block.family, Walk)]
    jumping = any(isinstance(block.family, JumpingWalk) and not plan.is_flat(block) for block in walks)
    return [text.rstrip() for text, needed in ((JUMPING_STEPS, jumping), (WALK_DENSITY, any(map(plan.is_flat, walks)))) if needed]


def _step_text(kind: Walk, arguments: Mapping[str, Any]) -> str:
    """The distribution of a step, but for what is added to each."""
    _, _, sigma = kind.step(arguments)
    if not isinstance(kind, JumpingWalk):
        return f"pm.Normal.dist(0, {number_text(sigma)})"
    jump, jump_sd = kind.jumps(arguments)
    wide = sigma * (1.0 + jump_sd**2) ** 0.5
    shares = f"pt.stack([{number_text(1.0 - jump)}, {number_text(jump)}])"
    return f"pm.NormalMixture.dist(w={shares}, mu=0, sigma=pt.stack([{number_text(sigma)}, {number_text(wide)}]))"
