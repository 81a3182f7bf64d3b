"""How the cells of a company's tables are to be read: time zone, order of dates, decimal mark, words for missing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

DateOrder = Literal["dmy", "mdy", "ymd"]
DecimalMark = Literal[".", ","]

#: Compared in lower case after trimming. CRM forms write "Select" for a list nobody touched.
MISSING_WORDS = (
    *("", "-", "--", "?", "n/a", "na", "nan", "nat", "none", "not specified", "null", "select", "unknown"),
)


@dataclass(frozen=True)
class CellFormat:
    """What the cells of one column settled, or its section says; None where nothing had to be settled."""

    dates: DateOrder | None = None
    decimal: DecimalMark | None = None


@dataclass(frozen=True)
class Reading:
    """How cells are read; kept in the bundle, so that every table and request is read like the training's.

    Attributes
    ----------
    timezone : where times without an offset are meant.
    dates : the order of day, month and year where a date does not show it; None where nobody said.
    decimal : the decimal mark where a number does not show it; None where nobody said.
    missing : what means that nothing is known, in lower case; the empty cell always does.
    columns : what was settled for one column, by its key in leadlight.yaml.

    >>> Reading().is_missing(" Select "), Reading(missing=("tbd",)).is_missing("Select")
    (True, False)
    """

    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None
    missing: tuple[str, ...] = MISSING_WORDS
    columns: Mapping[str, CellFormat] = field(default_factory=dict)

    def is_missing(self, cell: str) -> bool:
        """Whether a cell says that nothing is known."""
        return is_missing(cell, self.missing)

    def of(self, key: str) -> "Reading":
        """How one column is read."""
        said = self.columns.get(key)
        if said is None:
            return self
        return replace(self, dates=said.dates or self.dates, decimal=said.decimal or self.decimal)

    def of_machine(self) -> "Reading":
        """The same for numbers that a program wrote."""
        return replace(self, decimal=".")

    def settling(self, columns: Mapping[str, CellFormat]) -> "Reading":
        """The same, with what was settled for these columns."""
        return replace(self, columns=dict(sorted({**self.columns, **columns}.items())))


def is_missing(cell: str, words: Collection[str] = MISSING_WORDS) -> bool:
    """Whether a cell says that nothing is known: it is empty, or one of the words.

    >>> is_missing(" Select "), is_missing("Mumbai")
    (True, False)
    """
    word = cell.strip().lower()
    return not word or word in words


#: How cells are read where nobody said anything.
USUAL = Reading()


class ReadingSection(BaseModel):
    """The keys of leadlight.yaml that say how cells are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    timezone: str = "UTC"
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None
    #: All words for missing, in place of the usual ones.
    missing: tuple[str, ...] = Field(default=MISSING_WORDS)

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is no time zone; write one like UTC or Europe/Berlin") from error
        return name

    @field_validator("missing")
    @classmethod
    def _folded(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({word.strip().lower() for word in words}))

    @property
    def reading(self) -> Reading:
        """As these keys say; nothing is settled by cells yet."""
        return Reading(ZoneInfo(self.timezone), self.dates, self.decimal, self.missing)
