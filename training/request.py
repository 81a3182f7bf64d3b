"""What a training is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.snapshots import GoalSection
from training.leaks.finding import LeakSettings


@dataclass(frozen=True)
class TrainingRequest:
    """What a training needs beside the tables.

    Attributes
    ----------
    rules_text : the rulebook, as YAML.
    words : what the project calls its columns and event types.
    observed_until_us : until when outcomes are complete.
    until : ISO time that the tables were cut at, or None.
    is_ordered : of a flat table: whether an order column was given.
    leaks : what the project says of columns that the leak audit finds.
    sales_capacity_per_week : how many leads sales can take on; None where the project does not say.
    """

    goal: GoalSection
    rules_text: str
    words: Mapping[str, str]
    observed_until_us: int
    until: str | None
    is_ordered: bool
    seed: int = 0
    leaks: LeakSettings = field(default_factory=LeakSettings)
    sales_capacity_per_week: int | None = None
