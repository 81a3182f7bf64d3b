"""How far probabilities are from what came, and how far they would be if they were true."""

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
BINS = 10
#: An observed rate lies within so many standard errors of the true one in 95 of 100 bands.
_Z95 = 1.96


def bands(probability: FloatArray, n: int = BINS) -> list[npt.NDArray[np.int64]]:
    """The rows from the lowest probability to the highest, in bands of equal count.

    >>> [band.tolist() for band in bands(np.array([0.3, 0.1, 0.2, 0.4]), 2)]
    [[1, 2], [0, 3]]
    """
    return np.array_split(np.argsort(probability, kind="stable"), n)


def ece(won: BoolArray, probability: FloatArray) -> float:
    """Expected calibration error over ten bands of equal count.

    >>> ece(np.array([True] * 10), np.full(10, 0.75))
    0.25
    """
    gaps = [abs(won[band].mean() - probability[band].mean()) * len(band) for band in bands(probability)]
    return float(sum(gaps) / len(won))


def perfect_ece(probability: FloatArray, *, draws: int = 2_000, quantile: float = 0.95, seed: int = 0) -> float:
    """The quantile of the ECE that these probabilities would have if they were the true ones.

    >>> perfect_ece(np.zeros(20))
    0.0
    """
    rng = np.random.default_rng(seed)
    found = [ece(rng.random(len(probability)) < probability, probability) for _ in range(draws)]
    return float(np.quantile(found, quantile))


def bands_held(won: BoolArray, probability: FloatArray, low: FloatArray, high: FloatArray) -> int:
    """In how many of ten bands the observed rate lies between the mean bounds, give or take its sampling error.

    >>> won = np.array([True, False] * 10)
    >>> bands_held(won, np.full(20, 0.5), np.full(20, 0.4), np.full(20, 0.6))
    10
    """
    held = 0
    for band in bands(probability):
        rate, p = won[band].mean(), probability[band].mean()
        spare = _Z95 * np.sqrt(p * (1 - p) / len(band))
        held += bool(low[band].mean() - spare <= rate <= high[band].mean() + spare)
    return held
