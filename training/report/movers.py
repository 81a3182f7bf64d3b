"""What moves the scores, drawn and in words."""

import math

from training.figures.axes import percent
from training.figures.beeswarm import beeswarm_figure
from training.influences import Influence
from training.report.material import Material
from training.report.section import Figure, Section, Table


def movers(material: Material) -> Section:
    """The SHAP summary."""
    name, title, found = "influences", "What moves the scores", material.influences
    if not found:
        why = (
            "There is no lead yet whose outcome is known" if not len(material.history.data) else "All leads score alike"
        )
        return Section(name, title, (f"{why}, so nothing moves the scores yet.",))
    said = (
        f"SHAP values of {len(found[0].log_odds)} snapshots drawn at random from the training data, exact for the "
        "model that ships, summed by column and event type. They add up to each score; to the right of the middle they "
        "speak for a deal."
    )
    figure = Figure(
        beeswarm_figure(found),
        "A dot is a snapshot; its colour is the value of the named measure among those of the sample.",
    )
    rows = tuple((one.words, percent(one.share), _effects(one)) for one in found)
    table = Table("In words", ("what", "share", "mean effect on the odds"), rows, has_words=True, is_wide=True)
    return Section(name, title, (said,), (figure,), (table,), width="whole")


def _effects(influence: Influence) -> str:
    return ", ".join(f"{words} ×{math.exp(log_odds):.2f}" for words, log_odds in influence.effects)
