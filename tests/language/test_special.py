"""SciPy's special functions: loaded by the families that need them, when they do."""

from __future__ import annotations

import subprocess
import sys

import pytest
from scipy import special as scipy_special

from forecast.language import special
from forecast.language.distributions.positive import NORMAL_95
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium


@pytest.mark.parametrize(
    ("name", "arguments", "loads"), [("Exponential", {"scale": 2.0}, False), ("Normal", {"mu": 0.0, "sigma": 1.0}, True)]
)
def test_scipy_is_loaded_by_the_first_family_that_needs_it(name: str, arguments: dict[str, float], loads: bool):  # noqa: FBT001 - a case
    """What a check imports loads nothing of SciPy; the points of a Normal do, those of an Exponential do not."""
    code = (
        "import sys\nimport forecast.actions.check\nfrom forecast.language.distributions.families import family\n"
        f"assert 'scipy' not in sys.modules\nfamily({name!r}).points({arguments!r})\nprint('scipy.special' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == str(loads)


def test_functions_are_scipys_own():
    """A name of the module is SciPy's function of that name; a name that SciPy does not have is an error here too."""
    assert special.ndtri is scipy_special.ndtri
    with pytest.raises(AttributeError, match="no_such_function"):
        _ = special.no_such_function


def test_the_written_quantile_is_scipys():
    """The constant that stands in place of a call at import is the 95 % point of a standard normal."""
    assert repr(float(scipy_special.ndtri(0.95))) == repr(NORMAL_95)
