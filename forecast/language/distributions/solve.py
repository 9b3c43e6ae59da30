"""Which parameters give these quantiles, where no closed form exists: one unknown at a time, bracketed.

SciPy's solvers would do, at 0.3 s of start-up that ``forecast check`` does not
have.  Every problem here is one increasing function of one unknown (on a log
scale), or two nested, so a bracket always holds the root.  Whoever calls these
verifies the answer through the distribution function.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from forecast.language import special

LARGEST_LOG = 690.0  # exp of more than this is no longer a usable float


class NoRoot(Exception):
    """No value of the unknown gives what is asked, or only one too extreme to compute."""


def increasing_root(
    f: Callable[[float], float], guess: float, step: float = 1.0, *, lowest: float = -LARGEST_LOG, highest: float = LARGEST_LOG
) -> float:
    """Return where an increasing function is 0, searching outwards from a guess.

    The bracket grows by doubling steps; within it, Chandrupatla's method (Advances
    in Engineering Software 28, 1997), which falls back on bisection.  Raises
    ``NoRoot`` where the function does not change sign between the bounds.
    """
    near, f_near = guess, _clip_to_finite(f(guess))
    if f_near == 0:
        return near
    direction = -1.0 if f_near > 0 else 1.0
    while True:
        far = min(max(near + direction * step, lowest), highest)
        f_far = _clip_to_finite(f(far))
        if f_far == 0 or (f_far > 0) != (f_near > 0):
            return _bracketed_root(f, near, f_near, far, f_far)
        if far in {lowest, highest}:
            raise NoRoot
        near, f_near, step = far, f_far, step * 2


def _bracketed_root(f: Callable[[float], float], a: float, fa: float, b: float, fb: float) -> float:
    c, fc = a, fa
    at = 0.5
    for _ in range(200):
        x = a + at * (b - a)
        fx = _clip_to_finite(f(x))
        if (fx > 0) == (fa > 0):
            c, fc = a, fa
        else:
            c, b, fc, fb = b, a, fb, fa
        a, fa = x, fx
        best, f_best = (a, fa) if abs(fa) < abs(fb) else (b, fb)
        tolerance = 4e-16 * abs(best) + 1e-300
        if f_best == 0 or abs(b - a) <= 2 * tolerance:
            return best
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb) if fc != fb else math.inf
        if phi * phi < xi and (1 - phi) * (1 - phi) < 1 - xi:  # `**` would stop at an overflow
            at = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        else:
            at = 0.5
        least = tolerance / abs(b - a)
        at = min(1 - least, max(least, at)) if math.isfinite(at) else 0.5
    return best


def _clip_to_finite(value: float) -> float:
    if math.isnan(value):
        raise NoRoot
    return min(max(value, -1e300), 1e300)


def log_gamma_quantile(alpha: float, share: float) -> float:
    """The log of a Gamma(alpha, 1) quantile, also where the quantile itself is too small for a float."""
    value = float(special.gammaincinv(alpha, share))
    if value > 1e-290:
        return math.log(value)
    return float(math.log(share) + special.gammaln(alpha + 1)) / alpha  # the lower tail is x**alpha / Gamma(alpha + 1)


def gamma_alpha(low_share: float, high_share: float, log_ratio: float) -> float:
    """The shape of the Gamma whose quantiles at two shares have this log ratio (which falls as the shape grows)."""
    if log_ratio <= 0 or not math.isfinite(log_ratio):
        raise NoRoot
    width = float(special.ndtri(high_share) - special.ndtri(low_share))
    guess = 2 * math.log(width / log_ratio)  # a Gamma of large shape is nearly LogNormal with sigma = 1 / sqrt(alpha)

    def excess(log_alpha: float) -> float:
        alpha = math.exp(log_alpha)
        ratio = log_gamma_quantile(alpha, high_share) - log_gamma_quantile(alpha, low_share)
        return math.log(log_ratio) - math.log(ratio) if ratio > 0 else math.inf

    return math.exp(increasing_root(excess, guess, 0.5, lowest=-60, highest=60))


def beta_alpha_beta(low_share: float, low: float, high_share: float, high: float) -> tuple[float, float]:
    """The Beta with two given quantiles.

    For each alpha one beta puts ``low`` at its share (the distribution function
    rises with beta); along that curve the distribution function at ``high`` rises
    with alpha, from ``low_share`` to 1.
    """
    low_logit, high_logit = _logit(low_share), _logit(high_share)
    spread = (float(special.logit(high)) - float(special.logit(low))) / float(special.ndtri(high_share) - special.ndtri(low_share))
    centre = float(special.expit((special.logit(high) + special.logit(low)) / 2))
    if spread <= 0 or centre in {0.0, 1.0}:
        raise NoRoot
    strength = max(1 / (centre * (1 - centre)) / spread**2, 0.1)  # the variance of a logit is about 1 / (strength m (1 - m))
    last_log_beta = math.log((1 - centre) * strength)

    def log_beta(log_alpha: float) -> float:
        nonlocal last_log_beta  # the last answer is the best guess of the next
        alpha = math.exp(log_alpha)
        last_log_beta = increasing_root(
            lambda t: _beta_logit(alpha, math.exp(t), low) - low_logit, last_log_beta, 0.25, lowest=-80, highest=80
        )
        return last_log_beta

    def excess(log_alpha: float) -> float:
        return _beta_logit(math.exp(log_alpha), math.exp(log_beta(log_alpha)), high) - high_logit

    log_alpha = increasing_root(excess, math.log(centre * strength), 0.25, lowest=-80, highest=80)
    return math.exp(log_alpha), math.exp(log_beta(log_alpha))


def _logit(share: float) -> float:
    return math.log(share) - math.log1p(-share)


def _beta_logit(alpha: float, beta: float, x: float) -> float:
    below, above = float(special.betainc(alpha, beta, x)), float(special.betaincc(alpha, beta, x))
    if below <= 0:
        return -math.inf
    return math.inf if above <= 0 else math.log(below) - math.log(above)


def weibull_alpha(mean: float, sd: float) -> float:
    """The shape of the Weibull with this mean and sd: its coefficient of variation falls as the shape grows."""
    target = math.log1p((sd / mean) ** 2)  # log of E[X²] / E[X]²
    if target <= 0 or not math.isfinite(target):
        raise NoRoot

    def excess(log_alpha: float) -> float:
        inverse = math.exp(-log_alpha)
        moment = float(special.gammaln(1 + 2 * inverse) - 2 * special.gammaln(1 + inverse))
        return math.log(target) - math.log(moment) if moment > 0 else math.inf

    return math.exp(increasing_root(excess, -math.log(sd / mean), 0.5, lowest=-7, highest=12))


def triangular_mode_share(shares: tuple[float, ...], points: tuple[float, ...]) -> float:
    """The share below the mode of the Triangular with three quantiles; raises ``NoRoot`` where none has them.

    On the unit interval the position of the middle quantile between the outer
    two rises with the mode.
    """
    wanted = (points[1] - points[0]) / (points[2] - points[0])

    def excess(mode: float) -> float:
        low, middle, high = (triangular_unit_quantile(share, mode) for share in shares)
        return (middle - low) / (high - low) - wanted

    if abs(excess(0.0)) < 1e-12:
        return 0.0
    if abs(excess(1.0)) < 1e-12:
        return 1.0
    return increasing_root(excess, 0.5, 0.25, lowest=0.0, highest=1.0)


def triangular_unit_quantile(share: float, mode: float) -> float:
    """The quantile of a Triangular on (0, 1)."""
    return math.sqrt(share * mode) if share <= mode else 1 - math.sqrt((1 - share) * (1 - mode))
