"""A trained model, whole: everything between the tables and an explained probability."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from features.catalogue import FeatureInfo, build_catalogue
from features.spec import FeatureSpec
from features.tables import MICROSECONDS_PER_DAY, FloatArray
from models.boosting import load_trees
from models.calibration import Calibrator
from models.capacity import Capacity
from models.encoding import Encoder
from models.explanation import Part, Parts
from models.intervals import Interval
from models.logistic import LogisticModel
from models.prior import Prior
from models.recipe import ModelSource, Recipe
from models.rules import LedgerLine, RuleBook, load_rulebook

if TYPE_CHECKING:
    import lightgbm as lgb


@dataclass(frozen=True)
class TrainedOn:
    """What the model was trained on, and what is usual there.

    Attributes
    ----------
    until : ISO time that every table was cut at; None when nothing was cut.
    horizon_us : the horizon of the label; None for a flat table.
    n_snapshots, n_leads : of the ripe history.
    n_won : leads with a won snapshot there.
    base_rate : share of snapshots won; the rulebook's base where there are no deals.
    oldest_age_us : the oldest age of a training snapshot; None for a flat table.
    log_odds_percentiles : 101 quantiles of the log-odds of leads judged out of time; may be empty.
    fingerprint : sha256 of the training matrix, its labels and the points.
    is_time_tested : whether the metrics come from later times than the training.
    observed_until_us : nothing that happened later was seen; None for a flat table.
    """

    until: str | None
    horizon_us: int | None
    n_snapshots: int
    n_leads: int
    n_won: int
    base_rate: float
    oldest_age_us: int | None
    log_odds_percentiles: tuple[float, ...]
    fingerprint: str
    is_time_tested: bool
    observed_until_us: int | None = None


@dataclass(frozen=True)
class ModelFacts:
    """The model as plain data; with the booster's text and rules.yaml it is all that scoring needs.

    `accepted_leaks`: columns and event types that the leak audit may not speak against, with the project's reasons.
    `recipe`: how it was fitted, so that it can be fitted again on other rows; None in bundles older than this field.
    `capacity`: the cut for what sales can take on; None where the project does not say how much that is.
    """

    source: ModelSource
    spec: FeatureSpec
    encoder: Encoder
    prior: Prior
    logistic: LogisticModel | None
    calibrator: Calibrator
    interval: Interval | None
    words: Mapping[str, str]
    trained_on: TrainedOn
    metrics: Mapping[str, float]
    candidates: Mapping[str, float]
    why: str
    accepted_leaks: Mapping[str, str] = field(default_factory=dict)
    recipe: Recipe | None = None
    capacity: Capacity | None = None


@dataclass(frozen=True)
class LeadModel:
    """A model that scores.

    Attributes
    ----------
    version : the bundle's id; empty before it is saved.
    booster_text : LightGBM's text, already checked; None when rules alone speak.
    """

    facts: ModelFacts
    rules_text: str
    booster_text: str | None
    version: str = ""

    @cached_property
    def rulebook(self) -> RuleBook:
        return load_rulebook(self.rules_text, name="rules.yaml")

    @cached_property
    def booster(self) -> "lgb.Booster | None":
        return None if self.booster_text is None else load_trees(self.booster_text)

    @cached_property
    def catalogue(self) -> Mapping[str, FeatureInfo]:
        return build_catalogue(self.facts.spec, self.facts.words)

    @cached_property
    def feature_parts(self) -> tuple[Part, ...]:
        """What the contributions of features are called, in the order of the catalogue."""
        return tuple(Part(info.name, info.source, info.family) for info in self.catalogue.values())

    @cached_property
    def parts_so_far(self) -> dict[tuple[LedgerLine, ...], Parts]:
        """What the contributions of a ledger's lines and of the features are called, for the ledgers that were met."""
        return {}

    @property
    def horizon_days(self) -> float | None:
        horizon_us = self.facts.trained_on.horizon_us
        return None if horizon_us is None else horizon_us / MICROSECONDS_PER_DAY

    def bounds(self, log_odds: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The low and high end of the probabilities' 90% intervals; NaN without deals."""
        if self.facts.interval is None:
            nothing = np.full(len(log_odds), np.nan)
            return nothing, nothing
        return self.facts.interval.bounds(log_odds)

    def percentile(self, log_odds: FloatArray) -> FloatArray:
        """The share of the leads judged out of time that score below, in whole percent; NaN without deals."""
        cuts = np.array(self.facts.trained_on.log_odds_percentiles)
        if not len(cuts):
            return np.full(len(log_odds), np.nan)
        return np.floor(100.0 * np.searchsorted(cuts, log_odds, side="left") / len(cuts))
