"""Log-odds: from and to probabilities, their loss, and the straight line in log-odds fitted to outcomes."""

import numpy as np
from scipy.special import expit
from scipy.special import logit as scipy_logit

from features.tables import BoolArray, FloatArray


def probability_of(log_odds: FloatArray) -> FloatArray:
    """``1 / (1 + exp(-z))``, without overflow.

    >>> probability_of(np.array([0.0]))
    array([0.5])
    """
    return np.asarray(expit(log_odds), dtype=np.float64)


def log_odds_of(probability: float) -> float:
    """The inverse of `probability_of`, of one number between 0 and 1.

    >>> log_odds_of(0.5)
    0.0
    """
    return float(scipy_logit(probability))


def row_losses(log_odds: FloatArray, won: BoolArray | FloatArray) -> FloatArray:
    """The log loss of each row in nats; `won` may be a share between 0 and 1."""
    return np.asarray(np.logaddexp(0.0, log_odds) - np.asarray(won, dtype=np.float64) * log_odds)


def fit_line(
    x: FloatArray, won: BoolArray | FloatArray, weight: FloatArray, *, start: tuple[float, float], min_slope: float
) -> tuple[float, float]:
    """The intercept and slope in log-odds that make the outcomes likeliest.

    Parameters
    ----------
    x, won, weight : n each; `won` may hold shares, which serves pseudo-observations.
    start : where the search starts.
    min_slope : the slope is kept at or above it.
    """
    from scipy.optimize import minimize  # half a second that no score needs

    target = np.asarray(won, dtype=np.float64)

    def loss(line: FloatArray) -> tuple[float, FloatArray]:
        z = line[0] + line[1] * x
        gradient = weight * (expit(z) - target)
        return float(weight @ row_losses(z, target)), np.array([gradient.sum(), gradient @ x])

    found = minimize(
        loss,
        np.array(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), (min_slope, None)],
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 500},
    )
    return float(found.x[0]), float(found.x[1])
