"""The sections of leadlight.yaml that describe a company's tables, and what they need of each other."""

from pydantic import Field, model_validator

from features.event_log import EventsSection
from features.history_table import HistorySection
from features.lead_table import LeadsSection
from features.outcome_table import OutcomesSection
from features.reading import ReadingSection
from features.sql_source import SqlSection


class CrmSections(ReadingSection):
    """The sections of leadlight.yaml that describe tables."""

    leads: LeadsSection
    events: EventsSection | None = None
    outcomes: OutcomesSection | None = None
    history: HistorySection | None = None
    max_bad: float = Field(default=0.01, ge=0, le=1)

    @model_validator(mode="after")
    def _changes_need_times(self) -> "CrmSections":
        """An event or a change is seen before `as_of`; leads without times have none."""
        for name in ("events", "history"):
            if getattr(self, name) is not None and (self.is_flat or self.leads.created_at is None):
                raise ValueError(
                    f"found `{name}` beside leads without times, expected leads.created_at and outcomes from a table "
                    f"of closed deals; give both, or leave `{name}` out"
                )
        return self

    @model_validator(mode="after")
    def _other_tables_need_ids(self) -> "CrmSections":
        """A row number is no name that another table could use."""
        others = [name for name in ("events", "outcomes", "history") if getattr(self, name) is not None]
        if self.leads.id is None and others and not (self.is_flat and others == ["outcomes"]):
            raise ValueError(f"found `{others[0]}` beside leads without `id`, expected leads.id; name the id column")
        return self

    @model_validator(mode="after")
    def _rows_of_a_database_need_ids(self) -> "CrmSections":
        """They come in any order, so their numbers name nobody."""
        if self.leads.id is None and isinstance(self.leads.source, SqlSection):
            raise ValueError("found leads in a database without `id`, expected leads.id; name the id column")
        return self

    @property
    def is_flat(self) -> bool:
        """Whether the outcome is a column of the leads table, which then has one snapshot a row."""
        return self.outcomes is not None and self.outcomes.column is not None
