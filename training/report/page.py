"""The report as one page: everything in the file, nothing asked of the network, no script."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from features.crm import Crm
from models.recipe import source_words
from training.report.doubts import back_test, leak_findings, limits, more_deals
from training.report.judgement import cut, over_groups, promises, the_list
from training.report.material import Material
from training.report.movers import movers
from training.report.origin import against_rules, split_picture, trained_on
from training.request import TrainingRequest
from training.rules_section import rules_section

if TYPE_CHECKING:
    from training.run import TrainedModel

_TEMPLATES = Path(__file__).parents[1] / "templates"
#: In this order on the page.
_SECTIONS = (
    *(trained_on, split_picture, promises, the_list, cut, over_groups),
    *(movers, against_rules, back_test, more_deals, leak_findings, limits),
)
#: What is told of the metrics at the top: name, words, what is good, how it is written.
_KEY = (
    ("log_loss", "log loss", "lower is better", "{:.4f}"),
    ("auc", "AUC", "0.5 is chance, 1 perfect", "{:.3f}"),
    ("ece", "calibration error", "mean gap of promise and outcome", "{:.1%}"),
    ("lift_10", "lift of the best tenth", "1 is chance", "{:.2f}"),
    ("gain_20", "customers in the best fifth", "20% is chance", "{:.0%}"),
    ("base_rate", "became customers", "of the judged snapshots", "{:.1%}"),
)


@dataclass(frozen=True)
class KeyFigure:
    """A metric at the top of the page, exact and as it is shown."""

    name: str
    words: str
    note: str
    told: str
    value: float

    @property
    def shown(self) -> str:
        return self.told.format(self.value)


def report_of(trained: "TrainedModel", crm: Crm, request: TrainingRequest) -> str:
    """The model card of a training of these tables, as HTML; equal input gives equal bytes."""
    assert trained.history is not None  # of every training
    material = Material(
        model=trained.model,
        crm=crm,
        history=trained.history,
        split=trained.history.split(),
        judged=trained.judged,
        log_odds=trained.log_odds,
        points_bands=trained.points_bands,
        leaks=trained.leaks,
        backtest=trained.backtest,
        rules=rules_section(crm, request, trained),
        seed=request.seed,
    )
    return report_html(material)


def report_html(material: Material) -> str:
    """The page of this material."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    sections = tuple(section(material) for section in _SECTIONS)
    return environment.get_template("report.html.jinja").render(
        title=_title(material),
        verdict=_verdict(material),
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii"),
        figures=_key_figures(material),
        sections=sections,
    )


def _title(material: Material) -> str:
    words, days = source_words(material.model.facts.source), material.model.horizon_days
    within = "" if days is None else f" within {days:g} days"
    return f"{words[:1].upper()}{words[1:]}: the probability to become a customer{within}"


def _verdict(material: Material) -> str:
    facts, on = material.model.facts, material.model.facts.trained_on
    if material.judged is None:
        return f"Not judged yet: {facts.why}."
    tested = (
        "Judged on later leads than it was fitted on"
        if on.is_time_tested
        else "Not time-tested: judged on left-out groups of leads"
    )
    gap = facts.candidates[facts.source] / facts.candidates["base_rate"] - 1
    return f"{tested}. Its log loss is {-gap:.0%} lower than that of the base rate alone."


def _key_figures(material: Material) -> tuple[KeyFigure, ...]:
    metrics = material.model.facts.metrics
    return tuple(
        KeyFigure(name, words, note, told, metrics[name])
        for name, words, note, told in _KEY
        if name in metrics and metrics[name] == metrics[name]  # NaN has no place on a page
    )
