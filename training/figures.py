"""Figures of a training: reliability and cumulative gains."""

from pathlib import Path

import numpy as np

from features.tables import BoolArray, FloatArray
from training.evaluation import reliability


def reliability_figure(log_odds: FloatArray, won: BoolArray, path: Path) -> None:
    """Promised against observed share in ten bins of equal count, as a PNG at `path`."""
    from matplotlib.figure import Figure

    bins = reliability(log_odds, won)
    promised, observed = [one.promised for one in bins], [one.observed for one in bins]
    spread = [1.64 * np.sqrt(one.observed * (1 - one.observed) / one.n) for one in bins]
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.errorbar(promised, observed, yerr=spread, marker="o", capsize=3)
    axes.set(xlabel="promised probability", ylabel="observed share of customers", title="Reliability on later leads")
    figure.savefig(path, dpi=120)


def gains_figure(log_odds: FloatArray, won: BoolArray, path: Path) -> None:
    """Share of the customers found against share of the leads called, best first, as a PNG at `path`."""
    from matplotlib.figure import Figure

    found = np.cumsum(won[np.argsort(-log_odds, kind="stable")]) / max(int(won.sum()), 1)
    called = np.arange(1, len(won) + 1) / len(won)
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot(called, found)
    axes.set(xlabel="share of leads called", ylabel="share of customers found", title="Gains on later leads")
    figure.savefig(path, dpi=120)
