"""The made-up company as data: its leads, their events and their closed deals."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from leadlight.demo import process
from leadlight.demo.people import People
from leadlight.demo.process import BoolArray, Chances, IntArray

DAY_SECONDS: Final = 86_400
OPEN = -1
HORIZON: Final = timedelta(days=60)  # the horizon of the demo's leadlight.yaml


@dataclass(frozen=True)
class EventLog:
    """m events in order of time, then lead."""

    lead: npt.NDArray[np.int32]  # row of the lead
    at: IntArray  # seconds since process.START
    kind: npt.NDArray[np.int8]  # code into process.KINDS
    message: npt.NDArray[np.int16]  # -1 for none
    link: npt.NDArray[np.int8]  # code into mail.LINKS, -1 for none
    machine: BoolArray  # a mail scanner did it; not exported

    def __len__(self) -> int:
        return len(self.lead)


@dataclass(frozen=True)
class Company:
    """Everything that happened, as the CRM recorded it; row i of every array is the same lead."""

    seed: int
    days: int
    people: People
    chances: Chances
    closed_at: IntArray  # seconds since process.START, -1 while open
    won: BoolArray
    events: EventLog

    @property
    def start(self) -> datetime:
        """The first midnight, UTC."""
        return datetime.fromtimestamp(int(process.START.astype(np.int64)), tz=UTC)

    @property
    def end(self) -> datetime:
        """The midnight after the last recorded day, UTC."""
        return self.start + timedelta(days=self.days)

    @property
    def created_at(self) -> IntArray:
        """Seconds since process.START, in row order, ascending."""
        return self.people.created_day * DAY_SECONDS + self.people.created_second

    @property
    def lead_ids(self) -> list[str]:
        """Text ids in row order; they are in order of creation, as a CRM's are."""
        return [f"L{number:07d}" for number in range(1, len(self.people) + 1)]
