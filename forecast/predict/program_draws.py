"""Draws of a distribution as text over NumPy's generator, one for each path of an exported program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from forecast.language.distributions.family import Family
from forecast.language.source import SourceText, number_text

type Writer = Callable[..., str]

DRAWS: Mapping[tuple[str, frozenset[str]], Writer] = MappingProxyType(
    {
        (name, frozenset(arguments.split())): text
        for name, arguments, text in (
            ("Bernoulli", "p", lambda p: f"RNG.binomial(1, {p}, PATHS)"),
            ("Bernoulli", "logit_p", lambda logit_p: f"RNG.binomial(1, special.expit({logit_p}), PATHS)"),
            ("Binomial", "n p", lambda n, p: f"RNG.binomial({_whole(n)}, {p}, PATHS)"),
            ("Binomial", "n logit_p", lambda n, logit_p: f"RNG.binomial({_whole(n)}, special.expit({logit_p}), PATHS)"),
            ("BetaBinomial", "n alpha beta", lambda n, alpha, beta: f"RNG.binomial({_whole(n)}, RNG.beta({alpha}, {beta}, PATHS))"),
            ("Poisson", "mu", lambda mu: f"RNG.poisson({mu}, PATHS)"),
            ("NegativeBinomial", "mu alpha", lambda mu, alpha: f"RNG.poisson(({mu}) * RNG.standard_gamma({alpha}, PATHS) / ({alpha}))"),
            ("ZeroInflatedPoisson", "psi mu", lambda psi, mu: f"RNG.binomial(1, {psi}, PATHS) * RNG.poisson({mu}, PATHS)"),
            ("Normal", "mu sigma", lambda mu, sigma: f"RNG.normal({mu}, {sigma}, PATHS)"),
            ("StudentT", "nu mu sigma", lambda nu, mu, sigma: f"{mu} + ({sigma}) * RNG.standard_t({nu}, PATHS)"),
            ("LogNormal", "mu sigma", lambda mu, sigma: f"RNG.lognormal({mu}, {sigma}, PATHS)"),
            ("HalfNormal", "sigma", lambda sigma: f"np.abs(RNG.normal(0, {sigma}, PATHS))"),
            ("Exponential", "scale", lambda scale: f"RNG.exponential({scale}, PATHS)"),
            ("Exponential", "lam", lambda lam: f"RNG.exponential(1 / ({lam}), PATHS)"),
            ("Gamma", "alpha beta", lambda alpha, beta: f"RNG.standard_gamma({alpha}, PATHS) / ({beta})"),
            ("Beta", "alpha beta", lambda alpha, beta: f"RNG.beta({alpha}, {beta}, PATHS)"),
        )
    }
)


def draw_text(kind: Family, arguments: Mapping[str, Any]) -> SourceText | None:
    """Return an expression with one draw for each path, ``(PATHS,)``; None of a distribution that is not written so."""
    writer = DRAWS.get((kind.name, frozenset(arguments)))
    return None if writer is None else SourceText(writer(**{name: number_text(value) for name, value in arguments.items()}), 0)


def _whole(text: str) -> str:
    return f"np.asarray({text}, dtype=int)"
