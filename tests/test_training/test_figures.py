"""Figures are drawn whatever was judged."""

from pathlib import Path

import numpy as np
import pytest

from training.figures import gains_figure, reliability_figure


@pytest.mark.parametrize("n", [2, 5, 300])
def test_figures_are_pngs(n: int, tmp_path: Path) -> None:
    log_odds, won = np.linspace(-2, 2, n), np.arange(n) % 2 == 0

    reliability_figure(log_odds, won, tmp_path / "reliability.png")
    gains_figure(log_odds, won, tmp_path / "gains.png")

    for name in ("reliability.png", "gains.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_figures_without_a_single_win_are_drawn_too(tmp_path: Path) -> None:
    gains_figure(np.zeros(3), np.zeros(3, dtype=bool), tmp_path / "gains.png")

    assert (tmp_path / "gains.png").stat().st_size > 0
