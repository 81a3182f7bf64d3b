"""What sections of leadlight.yaml that describe a table say alike: which columns they name, and which hold times."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class TableSection(BaseModel):
    """A section whose keys name columns.

    Attributes
    ----------
    section : its own key in leadlight.yaml.
    column_keys : the keys that name a column.
    time_keys : those among them whose columns hold times.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    section: ClassVar[str]
    column_keys: ClassVar[tuple[str, ...]]
    time_keys: ClassVar[tuple[str, ...]] = ()

    def named_columns(self) -> dict[tuple[str | int, ...], str]:
        """The columns that this section names, by their key."""
        return {(self.section, key): name for key in self.column_keys if (name := getattr(self, key)) is not None}

    def time_columns(self) -> dict[str, str]:
        """The columns of times, by their key in leadlight.yaml."""
        return {f"{self.section}.{key}": name for key in self.time_keys if (name := getattr(self, key)) is not None}
